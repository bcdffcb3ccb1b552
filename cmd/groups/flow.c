/*
 * flow.c - entries of bridges and of the forwarding cache held against what is asked for, and the kernel's
 * numbers in words.
 */
#include "groups/flow.h"

#include <linux/mroute.h>
#include <linux/mroute6.h>

bool flow_group(const struct wanted *w, const struct mc_addr *group, const struct mc_addr *source)
{
	bool asked = !w->ngroups;

	if ((w->ipv4 && group->family == MC_IPV6) || (w->ipv6 && group->family == MC_IPV4))
		return false;
	for (size_t i = 0; !asked && i < w->ngroups; i++) {
		const struct wanted_group *g = &w->groups[i];

		asked = mc_addr_cmp(&g->first, group) <= 0 && mc_addr_cmp(group, &g->last) <= 0 &&
			(!g->source.family || mc_addr_is_unspecified(source) ||
			 !mc_addr_cmp(&g->source, source));
	}
	return asked;
}

bool flow_sender(const struct wanted *w, const struct mc_holder *h)
{
	const struct mc_addr *peer = &h->socket.peer;

	return mc_addr_is_multicast(peer) && flow_group(w, peer, &h->socket.local);
}

const char *flow_router(uint8_t router)
{
	static const char *const names[] = { "never", "learns", "always", "temporary" };

	return router < sizeof names / sizeof *names ? names[router] : "unknown";
}

/* BR_STATE_* of linux/if_bridge.h */
const char *flow_state(uint8_t state)
{
	static const char *const names[] = { "disabled", "listening", "learning", "forwarding", "blocking" };

	return state < sizeof names / sizeof *names ? names[state] : "unknown";
}

const char *flow_vif(const struct mc_mroute_vif *v)
{
	if (v->flags & (v->family == MC_IPV6 ? MIFF_REGISTER : VIFF_REGISTER))
		return "register";
	return v->family == MC_IPV4 && v->flags & VIFF_TUNNEL ? "tunnel" : "interface";
}
