/*
 * known_by.h - what bridges, the forwarding cache and connected sockets know of groups, as JSON.
 */
#ifndef MCAST_GROUPS_KNOWN_BY_H
#define MCAST_GROUPS_KNOWN_BY_H

#include <jansson.h>

#include "groups/survey.h"
#include "groups/users.h"
#include "groups/wanted.h"

/* Arrays; of groups, where some are named, those alone. */
json_t *known_by_bridges(const struct survey *s, const struct wanted *w);
json_t *known_by_routes(const struct survey *s, const struct wanted *w);
json_t *known_by_vifs(const struct survey *s, const struct wanted *w);
json_t *known_by_senders(const struct survey *s, const struct wanted *w, struct users *users);

#endif
