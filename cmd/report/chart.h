/*
 * chart.h - drawings: a figure with two axes, in SVG.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/figure.h"
#include "report/page.h"
#include "report/scale.h"

/* Where the axes are; names of lines stand to the right. */
enum { REPORT_LEFT = 42, REPORT_RIGHT = 318, REPORT_TOP = 12, REPORT_BOTTOM = 148 };

#define REPORT_GREATEST 1e15 /* values above are no measurements */

enum report_axis_kind { REPORT_LINEAR, REPORT_LOG, REPORT_TAIL };

struct report_chart {
	FILE *to;
	struct report_scale x, y;
	enum report_axis_kind kind, y_kind;
};

/* report_chart_share is where on the axis a value is, 0 to 1 or beyond; report_chart_x and report_chart_y
 * are where in the drawing, inside it. */
double report_chart_share(const struct report_chart *c, double v);
double report_chart_x(const struct report_chart *c, double v);
double report_chart_y(const struct report_chart *c, double v);

/* report_chart_begin opens a figure with its heading: what is said about it comes next. report_chart_open
 * opens the drawing itself, described in words; report_chart_end closes both. */
void report_chart_begin(struct report_page *g, const struct report_row *row, const char *title,
			const char *unit);
void report_chart_open(struct report_page *g, const struct report_chart *c, const char *title,
		       const struct report_row *row, const char *desc);
void report_chart_end(struct report_page *g);

/* Labels of ticks: numbers of `by`; times; delays; percentiles. */
void report_chart_y_labels(const struct report_chart *c, double by);
void report_chart_time_labels(const struct report_chart *c);
void report_chart_log_labels(const struct report_chart *c);
void report_chart_tail_labels(const struct report_chart *c);

/* report_chart_label writes a word; class is empty or an attribute. */
void report_chart_label(const struct report_chart *c, const char *class, double x, double y,
			const char *anchor, const char *text);

/* report_chart_multiple is what numbers divided by `by` are called: "thousands"; empty for 1. */
const char *report_chart_multiple(double by);

#endif
