/*
 * time.h - sums of times that do not wrap, and clocks that do not go back.
 */
#ifndef MC_TIME_H
#define MC_TIME_H

#include <mcast/base.h>

/* mc_after is a time from now on, without a wrap. */
static inline mc_time mc_after(mc_time now, mc_time wait)
{
	return wait < MC_NEVER - now ? now + wait : MC_NEVER;
}

/* mc_advance moves a clock on, never back, and returns it. It stops short of MC_NEVER: deadlines of that time
 * stand for none. */
static inline mc_time mc_advance(mc_time *clock, mc_time now)
{
	if (now > *clock)
		*clock = now < MC_NEVER ? now : MC_NEVER - 1;
	return *clock;
}

static inline mc_time mc_sooner(mc_time a, mc_time b)
{
	return a < b ? a : b;
}

#endif
