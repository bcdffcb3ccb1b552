/*
 * scale.h - axes: round numbers for their ends and ticks.
 */
#ifndef REPORT_SCALE_H
#define REPORT_SCALE_H

#include <stddef.h>

#define REPORT_TICKS 16 /* at most */

struct report_scale {
	double lo, hi; /* of the axis; hi > lo */
	double tick[REPORT_TICKS];
	size_t n;
};

/* report_scale_linear holds 0 and all from lo to hi, with about `want` steps of 1, 2 or 5 times a power of
 * ten, and none below least (1 for what is counted, else 0). */
struct report_scale report_scale_linear(double lo, double hi, unsigned want, double least);

/* report_scale_span is a linear axis from 0 to exactly that many seconds, ticks at round times. */
struct report_scale report_scale_span(double seconds, unsigned want);

/* report_scale_log holds all from lo to hi, both above 0; ticks at 1, 2, 5 or at powers of ten. */
struct report_scale report_scale_log(double lo, double hi);

/* report_scale_tail is the axis of HdrHistogram's percentile curves: x = log10(1 / (1 - share)), so that
 * 0, 90, 99, 99.9 % are as far apart; as far as one of n can be told. report_scale_tail_at gives x of a
 * share. */
struct report_scale report_scale_tail(double n);
double report_scale_tail_at(const struct report_scale *s, double share);

#endif
