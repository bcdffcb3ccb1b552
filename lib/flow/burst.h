/*
 * burst.h - the most that came within any millisecond: a sliding window of 16 steps of 62.5 us, so that it is
 * exact to a sixteenth. Constant size and time.
 */
#ifndef MC_BURST_H
#define MC_BURST_H

#include <mcast/base.h>

#define MC_BURST_STEPS 16
#define MC_BURST_STEP 62500

struct mc_burst {
	uint64_t step; /* the latest, as a number of steps since 0 */
	uint64_t packets[MC_BURST_STEPS], bytes[MC_BURST_STEPS];
	uint64_t now_packets, now_bytes;
	uint64_t most_packets, most_bytes;
};

/* All zeros is empty. Times may go back a little: what is late counts for the latest step. More than a second
 * back is a clock that was set: the window begins anew. */
void mc_burst_add(struct mc_burst *b, mc_time at, uint32_t packets, uint64_t bytes);

#endif
