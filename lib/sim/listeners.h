/*
 * listeners.h - who listens to what: of each group the numbers of the nodes whose host role listens to it.
 */
#ifndef MC_LISTENERS_H
#define MC_LISTENERS_H

#include "engine/table.h"

struct mc_listeners {
	struct mc_table groups;
	struct mc_list all;
	size_t octets; /* beside the table */
};

void mc_listeners_init(struct mc_listeners *s, uint64_t seed);
void mc_listeners_free(struct mc_listeners *s);

/* mc_listeners_set notes whether a node listens to a group. False: no memory, nothing is changed. */
bool mc_listeners_set(struct mc_listeners *s, const struct mc_addr *group, uint32_t node, bool listens);

/* mc_listeners_list writes the nodes that listen to a group, and those of `also`, which is in order, to ret:
 * in order, each once. Returns how many. There must be room for all nodes. */
size_t mc_listeners_list(const struct mc_listeners *s, const struct mc_addr *group, const uint32_t *also,
			 size_t n_also, uint32_t *ret);

static inline size_t mc_listeners_memory(const struct mc_listeners *s)
{
	return mc_table_memory(&s->groups) + s->octets;
}

#endif
