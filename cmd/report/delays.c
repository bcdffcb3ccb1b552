/*
 * delays.c - one stream's delays: the histogram over a logarithmic axis, and the percentile curve on the
 * axis of HdrHistogram. The counts are those of its slots.
 */
#include <math.h>
#include <stdlib.h>

#include "report/chart.h"

enum { SLOTS_MOST = 65536, BARS_MOST = 64 };

struct slot {
	double at, n;
};

struct slots {
	struct slot *v;
	size_t n;
	double total;
};

static int by_delay(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static bool slot_of(const json_t *pair, struct slot *ret)
{
	const json_t *at = json_array_get(pair, 0), *n = json_array_get(pair, 1);

	if (!json_is_number(at) || !json_is_integer(n) || json_integer_value(n) <= 0)
		return false;
	ret->at = json_number_value(at);
	ret->n = (double)json_integer_value(n);
	return fabs(ret->at) < REPORT_GREATEST;
}

/* Sorted by delay. False: there are none, or no memory. */
static bool slots_of(struct slots *s, const json_t *stream)
{
	const json_t *hist = json_object_get(json_object_get(stream, "delay"), "hist");
	size_t most = json_array_size(hist);

	*s = (struct slots){ 0 };
	if (most > SLOTS_MOST)
		most = SLOTS_MOST;
	s->v = most ? calloc(most, sizeof *s->v) : NULL;
	for (size_t i = 0; s->v && i < most; i++)
		if (slot_of(json_array_get(hist, i), &s->v[s->n]))
			s->total += s->v[s->n++].n;
	if (s->n)
		qsort(s->v, s->n, sizeof *s->v, by_delay);
	return s->n > 0;
}

/* A histogram again, of fewer slots, as even on a log axis. What is not above 0 stands in the first. */
struct bars {
	double n[BARS_MOST];
	size_t count;
	double most;
};

static struct report_scale log_axis(const struct slots *s)
{
	double lo = s->v[s->n - 1].at;

	for (size_t i = s->n; i-- > 0 && s->v[i].at > 0;)
		lo = s->v[i].at;
	return report_scale_log(fmax(lo, 1e-9), fmax(s->v[s->n - 1].at, 1e-9));
}

static struct bars bars_of(const struct slots *s, const struct report_chart *c)
{
	double decades = log10(c->x.hi / c->x.lo);
	struct bars b = { .count = (size_t)fmin(fmax(ceil(decades * 40), 8), BARS_MOST) };

	for (size_t i = 0; i < s->n; i++) {
		double at = s->v[i].at > c->x.lo ? report_chart_share(c, s->v[i].at) : 0;
		size_t k = (size_t)(at * (double)b.count);

		b.n[k < b.count ? k : b.count - 1] += s->v[i].n;
	}
	for (size_t k = 0; k < b.count; k++)
		b.most = fmax(b.most, b.n[k]);
	return b;
}

static void draw_histogram(const struct report_chart *c, const struct bars *b)
{
	double wide = (double)(REPORT_RIGHT - REPORT_LEFT) / (double)b->count;

	fputs("<path class=\"bar\" data-series=\"hist\" d=\"", c->to);
	for (size_t k = 0; k < b->count; k++)
		if (b->n[k] > 0)
			fprintf(c->to, "M%.2f %dV%.2fh%.2fV%dz", REPORT_LEFT + (double)k * wide,
				REPORT_BOTTOM, fmin(report_chart_y(c, b->n[k]), REPORT_BOTTOM - 1),
				wide * 0.85, REPORT_BOTTOM);
	fputs("\"/>", c->to);
}

static void mark(const struct report_chart *c, double at, const char *anchor, const char *text)
{
	double x = report_chart_x(c, at > c->x.lo ? at : c->x.lo);

	fprintf(c->to, "<path class=\"mark\" d=\"M%.1f %dV%d\"/>", x, REPORT_BOTTOM, REPORT_TOP - 4);
	report_chart_label(c, " class=\"on\"", anchor[0] == 'e' ? x - 3 : x + 3, REPORT_TOP + 2, anchor,
			   text);
}

static void marks(const struct report_chart *c, const struct report_row *row)
{
	if (!row->delayed)
		return;
	bool left = report_chart_x(c, fmax(row->p50, c->x.lo)) - REPORT_LEFT > 28,
	     right = REPORT_RIGHT - report_chart_x(c, fmax(row->p99, c->x.lo)) > -10;

	mark(c, row->p50, left ? "end" : "start", "p50");
	if (report_chart_x(c, fmax(row->p99, c->x.lo)) - report_chart_x(c, fmax(row->p50, c->x.lo)) >
		    (left ? 4 : 30) &&
	    right)
		mark(c, row->p99, "start", "p99");
}

static void histogram(struct report_page *g, const struct report_row *row, const struct slots *s)
{
	struct report_chart c = { .to = g->to, .kind = REPORT_LOG, .x = log_axis(s) };
	struct bars b = bars_of(s, &c);
	const char *name;
	char unit[64];

	c.y = report_scale_linear(0, b.most, 4, 1);
	double by = report_axis(REPORT_COUNT, b.most, &name);

	snprintf(unit, sizeof unit, "%s%spackets", report_chart_multiple(by), by > 1 ? " of " : "");
	report_chart_begin(g, row, "Delays", unit);
	report_say(g->to, row->stream, "p50 {delay.p50_s}, p99 {delay.p99_s}");
	report_chart_open(g, &c, "Histogram of delays", row,
			  "Bars over a logarithmic axis of delay; p50 and p99 are marked.");
	report_chart_y_labels(&c, by);
	report_chart_log_labels(&c);
	draw_histogram(&c, &b);
	marks(&c, row);
	report_chart_end(g);
}

/* ---- the percentile curve --------------------------------------------------------------- */

/* Stairs: up to a share of all, no delay was above. Steps too small to be seen are left out. */
static void draw_curve(const struct report_chart *c, const struct slots *s)
{
	double seen = 0, x = REPORT_LEFT, y = report_chart_y(c, s->v[0].at);

	fprintf(c->to, "<path class=\"line\" data-series=\"percentiles\" d=\"M%.1f %.1f", x, y);
	for (size_t i = 0; i < s->n; i++) {
		bool last = i + 1 == s->n;

		seen += s->v[i].n;
		double to = last ? REPORT_RIGHT : report_chart_x(c, seen / s->total),
		       at = report_chart_y(c, s->v[i].at);

		if (!last && fabs(to - x) < 0.5 && fabs(at - y) < 0.5)
			continue;
		x = to;
		y = at;
		fprintf(c->to, "V%.1fH%.1f", y, x);
	}
	fputs("\"/>", c->to);
}

static void curve(struct report_page *g, const struct report_row *row, const struct slots *s)
{
	struct report_chart c = { .to = g->to, .kind = REPORT_TAIL, .x = report_scale_tail(s->total) };
	double lo = fmin(s->v[0].at, 0), hi = fmax(s->v[s->n - 1].at, 0);
	const char *unit;

	c.y = report_scale_linear(lo, hi, 4, 1e-9);
	double by = report_axis(REPORT_SPAN, fmax(hi, -lo), &unit);

	report_chart_begin(g, row, "Percentiles of delay", unit);
	report_say(g->to, row->stream, "p99.9 {delay.p999_s}, most {delay.max_s}");
	report_chart_open(
		g, &c, "Percentiles of delay", row,
		"A curve: which delay a share of all packets did not exceed; 90, 99, 99.9 % are equally far "
		"apart.");
	report_chart_y_labels(&c, by);
	report_chart_tail_labels(&c);
	draw_curve(&c, s);
	report_chart_end(g);
}

void report_page_delays(struct report_page *g, const struct report_row *row)
{
	struct slots slots;

	if (slots_of(&slots, row->stream)) {
		histogram(g, row, &slots);
		curve(g, row, &slots);
	}
	free(slots.v);
}
