/*
 * peak.h - the most that ever happened within a span of time, exactly. Times must not go back.
 */
#ifndef MC_PEAK_H
#define MC_PEAK_H

#include <mcast/base.h>

enum { MC_PEAK_COUNTS = 2 };

struct mc_peak_moment {
	mc_time time;
	uint32_t n[MC_PEAK_COUNTS];
};

/* What is less than span ago is in a ring, a moment for each time at which something happened. */
struct mc_peak {
	mc_time span;
	struct mc_peak_moment *ring; /* cap of them, a power of two */
	size_t first, n, cap;
	uint64_t now[MC_PEAK_COUNTS], most[MC_PEAK_COUNTS];
};

/* Empty: all zero but for span. */
void mc_peak_free(struct mc_peak *p);

/* mc_peak_add counts one that happens at `time`, of each kind whose bit is set. What is just span apart is
 * not within one. False: no memory, and it is not counted. */
bool mc_peak_add(struct mc_peak *p, mc_time time, unsigned kinds);

#endif
