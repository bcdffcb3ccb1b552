/*
 * rows.h - the streams of all runs in one array, judged.
 */
#ifndef REPORT_ROWS_H
#define REPORT_ROWS_H

#include <mcast/base.h>

#include "report/report.h"

struct report_row {
	size_t run, at;       /* of the report's runs, of its streams */
	const json_t *stream;
	const char *source;
	double loss;          /* below 0: not numbered */
	double expected;      /* datagrams that should have come; 0: not numbered */
	bool delayed;         /* it has delays */
	double p50, p99;
	bool none;            /* nothing came but its end: loss is 1 */
	bool lossy, slow;     /* above the limits; slow: or its delays are none, the clocks being apart */
	struct mc_addr addr;  /* of source; none where it is no address */
};

struct report_rows {
	struct report_row *v;
	size_t n;
};

/* report_rows_new gives them by sender, then by run: 0, or -1 without memory. */
int report_rows_new(struct report_rows *ret, const struct report *p);
void report_rows_free(struct report_rows *r);

/* report_rows_worst sorts them instead by what was wrong, and by loss. */
void report_rows_worst(struct report_rows *r);
bool report_row_worse(const struct report_row *a, const struct report_row *b);

/* report_failed: a run did not receive what was wanted, whatever its streams say. */
bool report_failed(const struct report_run *run);

/* report_wrong: a stream was above the limits, or a run failed, or two paths together lost more than the
 * limit. */
bool report_wrong(const struct report *p, const struct report_rows *r);
bool report_paths_lossy(const struct report *p, const struct report_run *run);

#endif
