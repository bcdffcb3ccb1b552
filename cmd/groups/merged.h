/*
 * merged.h - an interface's filter of a group, made of its sockets' filters (RFC 9776 3.2).
 */
#ifndef MCAST_GROUPS_MERGED_H
#define MCAST_GROUPS_MERGED_H

#include "engine/set.h"

/* All zero: no socket yet, INCLUDE({}). */
struct merged {
	bool exclude;                   /* some socket's mode is EXCLUDE */
	struct mc_set wanted, unwanted; /* what any includes, not sorted yet; what all exclude that exclude */
	size_t room;                    /* addresses that wanted has room for */
};

/* merged_add takes one more socket's filter. 0 or -ENOMEM. */
int merged_add(struct merged *m, enum mc_mode mode, const struct mc_addr *sources, size_t n);

/* merged_is_any tells whether it takes any source already: no further socket can change that. */
static inline bool merged_is_any(const struct merged *m)
{
	return m->exclude && !m->unwanted.n;
}

/* merged_end works it out; *ret_list belongs to m. */
enum mc_mode merged_end(struct merged *m, const struct mc_set **ret_list);
void merged_free(struct merged *m);

/* merged_at gives source i of a list. */
struct mc_addr merged_at(const struct mc_set *list, uint32_t i);

#endif
