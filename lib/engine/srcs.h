/*
 * srcs.h - the sources of a group: a sorted array, each with its timer.
 */
#ifndef MC_SRCS_H
#define MC_SRCS_H

#include <mcast/base.h>

#include "base/rdwr.h"

/* mc_key is an address as a number, the first octet the highest. */
struct mc_key {
	uint64_t high, low;
};

struct mc_src {
	struct mc_key key;
	mc_time until; /* its timer; 0: excluded */
	uint8_t left;  /* queries about it that are still to be sent */
};

/* An empty set is all zero. */
struct mc_srcs {
	struct mc_src *at;
	uint32_t n, cap;
};

static inline bool mc_key_less(const struct mc_key *a, const struct mc_key *b)
{
	return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static inline bool mc_key_same(const struct mc_key *a, const struct mc_key *b)
{
	return a->high == b->high && a->low == b->low;
}

/* The key of an address of that many octets, 4 or 16, and the other way round. */
static inline struct mc_key mc_key_of(const uint8_t *octets, size_t len)
{
	struct mc_rd r = { octets, len, 0, false };
	struct mc_key key = { .low = 0 };

	if (len < sizeof(key)) {
		key.high = (uint64_t)mc_rd_u32(&r) << 32;
	} else {
		key.high = mc_rd_u64(&r);
		key.low = mc_rd_u64(&r);
	}
	return key;
}

static inline void mc_key_octets(const struct mc_key *k, uint8_t ret[16])
{
	struct mc_wr w = { ret, 16, 0, false };

	mc_wr_u64(&w, k->high);
	mc_wr_u64(&w, k->low);
}

void mc_srcs_free(struct mc_srcs *s);

/* mc_srcs_seek gives the place of the first source from `from` on whose key is not less: s->n where there is
 * none. It costs little where that is near. */
uint32_t mc_srcs_seek(const struct mc_srcs *s, uint32_t from, const struct mc_key *key);

/* mc_srcs_find gives the source, or NULL. */
struct mc_src *mc_srcs_find(const struct mc_srcs *s, const struct mc_key *key);

/* mc_srcs_room makes room for n sources, by a quarter at least where there is less; false: no memory. */
bool mc_srcs_room(struct mc_srcs *s, uint32_t n);

/* mc_srcs_trim gives back room that stands empty, if it is much. */
void mc_srcs_trim(struct mc_srcs *s);

/* mc_srcs_expire ends timers that are over: such sources become excluded, or, where `drop` is set, they
 * and all that are excluded leave. Returns how many were changed, or left, and when the next timer
 * ends. */
uint32_t mc_srcs_expire(struct mc_srcs *s, bool drop, mc_time now, mc_time *ret_next);

#endif
