/*
 * pairs.h - which host is in which group: a pool of pairs of numbers, found by both, and listed by group.
 *
 * A pair's number stays while it is there; its place in memory does not: adding may move all of them.
 */
#ifndef MC_PAIRS_H
#define MC_PAIRS_H

#include <mcast/base.h>

#include "base/sip.h"

#define MC_PAIR_LISTS (UINT32_MAX >> 2) /* the highest number of a list */

struct mc_pair {
	uint32_t group; /* 0: nothing is there */
	uint32_t host;
	uint32_t next, prev;   /* of its group, the newest first; prev of the first: how many there are */
	uint32_t chain;        /* the next of its bucket, or the next free place */
	uint32_t since, heard; /* the first and the last report, in seconds of the owner's */
	uint32_t list : 30;    /* number of its list of sources; 0: it is empty */
	uint32_t exclude : 1;  /* the filter's mode */
	uint32_t partial : 1;  /* more may belong into the list */
};

struct mc_pairs {
	struct mc_pair *at; /* number 1 comes first */
	uint32_t *buckets;
	uint32_t high, free;     /* highest place ever used, first free one below */
	uint32_t mask;           /* buckets - 1 */
	uint32_t n, cap;
	struct mc_sip sip;
};

void mc_pairs_init(struct mc_pairs *ps, uint64_t seed);
void mc_pairs_free(struct mc_pairs *ps);
size_t mc_pairs_memory(const struct mc_pairs *ps);

struct mc_pair *mc_pairs_find(const struct mc_pairs *ps, uint32_t group, uint32_t host);

/* mc_pairs_add adds a pair that is not there yet, zero but for what links it, to the list that *first begins,
 * its group's; *first 0: an empty one. NULL: no memory. mc_pairs_remove takes it out of all. */
struct mc_pair *mc_pairs_add(struct mc_pairs *ps, uint32_t *first, uint32_t group, uint32_t host);
void mc_pairs_remove(struct mc_pairs *ps, uint32_t *first, struct mc_pair *p);

/* mc_pairs_at gives pair number i, NULL for 0. Only of numbers in use is there more than group. */
static inline struct mc_pair *mc_pairs_at(const struct mc_pairs *ps, uint32_t i)
{
	return i ? &ps->at[i - 1] : NULL;
}

static inline uint32_t mc_pairs_number(const struct mc_pairs *ps, const struct mc_pair *p)
{
	return (uint32_t)(p - ps->at) + 1;
}

/* How many are in the list that begins with it. */
static inline uint32_t mc_pairs_count(const struct mc_pairs *ps, uint32_t first)
{
	return first ? mc_pairs_at(ps, first)->prev : 0;
}

#endif
