/*
 * clock.h - the clock that probe headers and the kernel's stamps have: CLOCK_REALTIME.
 */
#ifndef MCAST_PING_CLOCK_H
#define MCAST_PING_CLOCK_H

#include <mcast/base.h>
#include <time.h>

static inline mc_time clock_wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (mc_time)t.tv_sec * MC_SEC + (mc_time)t.tv_nsec;
}

#endif
