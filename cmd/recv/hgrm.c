/*
 * hgrm.c - the percentile distribution as HdrHistogram prints it (outputPercentileDistribution, 5 lines to
 * each half of the distance to 100 %), of the delays of all streams: columns Value, Percentile, TotalCount
 * and 1/(1-Percentile), the last of which the line of the maximum is without; then mean, maximum and count.
 */
#include "recv/hgrm.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define TICKS 5        /* lines for each half */
#define US 1000.0      /* ns */

/* Histograms added up. */
struct all {
	uint64_t slot[MC_HIST_SLOTS], n;
	mc_time value[MC_HIST_SLOTS]; /* the middle of the slot */
	mc_time min, max;
	double sum, sum2;
};

static void add(struct all *a, const struct mc_hist *h)
{
	uint32_t count;
	mc_time value;

	a->min = a->n && a->min < h->min ? a->min : h->min;
	a->max = a->max > h->max ? a->max : h->max;
	a->sum += h->sum;
	a->sum2 += h->sum2;
	for (size_t at = 0; mc_hist_next(h, &at, &value, &count);) {
		a->slot[at - 1] += count;
		a->value[at - 1] = value;
		a->n += count;
	}
}

/* How far the percentiles go from one line to the next, as a share: the shorter the closer they are to 1. */
static double step_at(double share)
{
	double halves = share < 1 ? floor(log2(1 / (1 - share))) + 1 : 64;

	return 1 / (TICKS * exp2(halves));
}

static void put_line(FILE *to, mc_time value, double share, uint64_t count, bool last)
{
	fprintf(to, "%12.3f %2.12f %10" PRIu64, (double)value / US, share, count);
	if (!last)
		fprintf(to, " %14.2f", 1 / (1 - share));
	putc('\n', to);
}

/* All levels that a value reaches; of the maximum, which reaches all, the next one and 1. */
static void put_lines(FILE *to, const struct all *a)
{
	double share = 0;
	uint64_t below = 0;

	for (size_t i = 0; i < MC_HIST_SLOTS && below < a->n; i++) {
		below += a->slot[i];
		while (below < a->n && a->slot[i] && share <= (double)below / (double)a->n) {
			put_line(to, a->value[i], share, below, false);
			share += step_at(share);
		}
	}
	if (!a->n)
		return;
	if (share < 1)
		put_line(to, a->max, share, a->n, false);
	put_line(to, a->max, 1, a->n, true);
}

static void put_all(FILE *to, const struct all *a)
{
	double n = a->n ? (double)a->n : 1, mean = a->sum / n, variance = a->sum2 / n - mean * mean;

	fprintf(to, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
	put_lines(to, a);
	fprintf(to, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean / US,
		a->min < a->max && variance > 0 ? sqrt(variance) / US : 0);
	fprintf(to, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", (double)a->max / US, a->n);
	fprintf(to, "#[Buckets = %12d, SubBuckets     = %12d]\n", 64 - MC_HIST_BITS + 1, 1 << MC_HIST_BITS);
}

int recv_hgrm(const struct recv_streams *t, FILE *to)
{
	struct all *a = calloc(1, sizeof *a);

	if (!a)
		return -1;
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i]->flow.delay.hist && t->v[i]->flow.delay.hist->n)
			add(a, t->v[i]->flow.delay.hist);
	put_all(to, a);
	free(a);
	return fflush(to) || ferror(to) ? -1 : 0;
}
