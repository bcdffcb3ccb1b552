/*
 * flow.h - which of what bridges, the forwarding cache and connected sockets know is asked for.
 */
#ifndef MCAST_GROUPS_FLOW_H
#define MCAST_GROUPS_FLOW_H

#include "groups/survey.h"
#include "groups/wanted.h"

/* flow_group: an entry for that group, and source (unspecified: any), is asked for; wherever it is. */
bool flow_group(const struct wanted *w, const struct mc_addr *group, const struct mc_addr *source);

/* flow_sender: the socket is connected to a group that is asked for. */
bool flow_sender(const struct wanted *w, const struct mc_holder *h);

/* flow_router: "never", "learns", "always", "temporary". */
const char *flow_router(uint8_t router);

/* flow_state is a bridge port's: "forwarding" and so on. */
const char *flow_state(uint8_t state);

/* flow_vif is what an interface of the forwarding cache is: "interface", "tunnel", "register". */
const char *flow_vif(const struct mc_mroute_vif *v);

#endif
