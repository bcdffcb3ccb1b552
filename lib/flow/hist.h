/*
 * hist.h - a log-linear histogram of times in nanoseconds: constant size, constant time to
 * add, quantiles within 1 % of the value; minimum, maximum, mean and deviation exact.
 */
#ifndef MC_HIST_H
#define MC_HIST_H

#include <mcast/base.h>

#define MC_HIST_BITS 7 /* each power of two is split into 2^6 slots */
#define MC_HIST_SLOTS ((64 - MC_HIST_BITS + 2) << (MC_HIST_BITS - 1))

struct mc_hist {
	uint64_t n;
	mc_time min, max;
	double sum, sum2; /* of values and of squares, in ns */
	uint32_t slot[MC_HIST_SLOTS];
};

/* All zeros is an empty histogram. Counts stop at the top of their type and never wrap. */
void mc_hist_add(struct mc_hist *h, mc_time value);
void mc_hist_add_many(struct mc_hist *h, mc_time value, uint32_t n); /* as n calls, at the cost of one */
mc_time mc_hist_mean(const struct mc_hist *h);
mc_time mc_hist_mdev(const struct mc_hist *h); /* as ping(8): sqrt(mean of squares - square of mean) */

/* mc_hist_quantile returns the value that a share q (0 to 1) of all is not above, clamped to
 * [min, max]; 0 when empty. */
mc_time mc_hist_quantile(const struct mc_hist *h, double q);

/* mc_hist_next walks the slots that are not empty, the lowest first: *slot is 0 at first, and is where to go
 * on. Gives the middle of the slot, clamped to [min, max], and how many values are in it; false: there are no
 * more. */
bool mc_hist_next(const struct mc_hist *h, size_t *slot, mc_time *ret_value, uint32_t *ret_count);

#endif
