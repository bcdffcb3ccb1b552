/*
 * time.h - sums of times that do not wrap.
 */
#ifndef MC_TIME_H
#define MC_TIME_H

#include <mcast/base.h>

/* mc_after is a time from now on, without a wrap. */
static inline mc_time mc_after(mc_time now, mc_time wait)
{
	return wait < MC_NEVER - now ? now + wait : MC_NEVER;
}

static inline mc_time mc_sooner(mc_time a, mc_time b)
{
	return a < b ? a : b;
}

#endif
