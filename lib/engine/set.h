/*
 * set.h - sets of addresses of one family as they are on the wire: end to end, sorted, none twice. A part of
 * a set is a list of sources as it stands. It does not know what the addresses are for.
 */
#ifndef MC_SET_H
#define MC_SET_H

#include <mcast/base.h>
#include <mcast/msg.h>

struct mc_set {
	uint8_t *at;
	uint32_t n;
	uint32_t size; /* octets of an address; of no meaning in an empty set */
};

/* What of two sets goes into a third. */
enum { MC_SET_FIRST = 1, MC_SET_BOTH = 2, MC_SET_SECOND = 4, MC_SET_ALL = 7, MC_SET_ONE = 5 };

static inline uint8_t *mc_set_at(const struct mc_set *s, uint32_t i)
{
	return s->at + (size_t)i * s->size;
}

/* An empty set is all zero. */
void mc_set_free(struct mc_set *s);

/* mc_set_room makes a set of n addresses, zero, for mc_set_sort to make sound. False: no memory. */
bool mc_set_room(struct mc_set *ret, size_t n, uint32_t size);
void mc_set_sort(struct mc_set *s);

/* mc_set_mix makes a set of addresses that are in the first set alone, in both, in the second alone. */
bool mc_set_mix(struct mc_set *ret, const struct mc_set *a, const struct mc_set *b, unsigned which);

/* mc_set_keep takes from a set what is not wanted: FIRST, BOTH. It cannot fail. */
void mc_set_keep(struct mc_set *a, const struct mc_set *b, unsigned which);

bool mc_set_has(const struct mc_set *s, const uint8_t *octets);

/* mc_set_above gives the place of the first address that is above, n where there is none. */
uint32_t mc_set_above(const struct mc_set *s, const uint8_t *octets);

#endif
