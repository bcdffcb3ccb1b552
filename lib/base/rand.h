/*
 * rand.h - random numbers from a seed: the same seed, the same numbers, on every machine. SplitMix64
 * (Steele, Lea, Flood, 2014): for delays and simulations, not for secrets.
 */
#ifndef MC_RAND_H
#define MC_RAND_H

#include <mcast/base.h>

struct mc_rand {
	uint64_t state;
};

static inline uint64_t mc_rand_next(struct mc_rand *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* mc_rand_unit gives a number in [0, 1). */
static inline double mc_rand_unit(struct mc_rand *r)
{
	return (double)(mc_rand_next(r) >> 11) * 0x1p-53;
}

/* mc_rand_below gives a number in [0, n), n at least 1; the bias of n / 2^64 is nothing that counts here. */
static inline uint64_t mc_rand_below(struct mc_rand *r, uint64_t n)
{
	return mc_rand_next(r) % n;
}

/* mc_rand_delay gives a time in (0, most]; 0 where most is 0. It is a mc_random, with a struct mc_rand. */
static inline mc_time mc_rand_delay(void *r, mc_time most)
{
	return most ? 1 + mc_rand_below(r, most) : 0;
}

#endif
