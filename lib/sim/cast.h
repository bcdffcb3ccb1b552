/*
 * cast.h - the nodes of a run: which take part, how they are configured, which address each has at the
 * time. It does not know what they do.
 */
#ifndef MC_CAST_H
#define MC_CAST_H

#include "sim/script.h"

struct mc_cast {
	const struct mc_sim *script;
	struct mc_lan *lan;
	const struct mc_proto *proto;
	unsigned side; /* of an mc_sim_name */
};

/* Whether something of a script, by its `families`, is part of this run. */
static inline bool mc_cast_has(const struct mc_cast *c, uint8_t families)
{
	return families >> c->side & 1;
}

static inline bool mc_sim_covers(const struct mc_sim_who *who, uint32_t node)
{
	return node && node >= who->first && node <= who->last;
}

/* mc_cast_fill adds all nodes of the script to the link, those of the other family too, so that numbers are
 * the same; they are never switched on. Returns 0 or -ENOMEM. */
int mc_cast_fill(const struct mc_cast *c);

/* mc_cast_is_router tells whether a node was declared as one. */
bool mc_cast_is_router(const struct mc_cast *c, uint32_t node);

/* mc_cast_own gives the address that a node has now, mc_cast_addr the address that a name stands for now;
 * family 0: none. */
struct mc_addr mc_cast_own(const struct mc_cast *c, uint32_t node);
struct mc_addr mc_cast_addr(const struct mc_cast *c, const struct mc_sim_name *name);

/* mc_cast_find tells where in a set an address stands; set->n: nowhere. It looks from *next on, and sets that
 * to the place behind: one after the other, in order, are found at once. */
uint32_t mc_cast_find(const struct mc_cast *c, const struct mc_sim_set *set, const struct mc_addr *a,
		      uint32_t *next);

/* mc_cast_start switches a node on, with what it was declared with and the first n_events have set; of what
 * was refused nothing is kept. */
int mc_cast_start(const struct mc_cast *c, uint32_t node, uint32_t n_events);

/* mc_cast_set does a `set` to a node that is on; one that is off will have it when it starts. Returns 0, or
 * with nothing changed MC_ERR_CONF or -ENOMEM. */
int mc_cast_set(const struct mc_cast *c, uint32_t node, const struct mc_sim_event *e);

#endif
