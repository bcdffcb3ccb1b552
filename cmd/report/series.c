/*
 * series.c - one stream over time: packets, bits, loss, delay. The steps are those of its series; where
 * nothing is known nothing is drawn.
 */
#include <math.h>
#include <string.h>

#include "report/chart.h"
#include "report/value.h"

enum { POINTS_MOST = 4096 };

struct series {
	const json_t *o;
	double step, whole; /* seconds */
	size_t n;
};

static bool series_of(struct series *s, const struct report *p, const struct report_row *row)
{
	double all = 0, last;

	*s = (struct series){ .o = json_object_get(row->stream, "series"), .step = 1 };
	if (!report_real(s->o, "step_s", &s->step) || s->step < 1e-6 || s->step > 1e9)
		s->step = 1;
	s->n = json_array_size(json_object_get(s->o, "packets"));
	if (s->n > POINTS_MOST)
		s->n = POINTS_MOST;
	s->whole = (double)s->n * s->step;
	report_real(p->runs[row->run].end, "seconds", &all);
	last = all - s->whole + s->step; /* the last step may have been cut short by the end */
	if (last > s->step / 20 && last < s->step)
		s->whole = all;
	return s->n > 0;
}

static bool value_at(const struct series *s, const char *key, size_t i, double *ret)
{
	const json_t *v = json_array_get(json_object_get(s->o, key), i);
	double d = json_number_value(v);

	if (!json_is_number(v) || !(fabs(d) < REPORT_GREATEST))
		return false;
	*ret = d;
	return true;
}

static double length_at(const struct series *s, size_t i)
{
	return i + 1 == s->n ? s->whole - (double)i * s->step : s->step;
}

/* One line of a drawing: the values of a key, times a factor; of rates by how long each step was. */
struct trace {
	const char *key, *class;
	double factor;
	bool rate;
};

static bool trace_at(const struct series *s, const struct trace *t, size_t i, double *ret)
{
	double v;

	if (!value_at(s, t->key, i, &v))
		return false;
	*ret = v * t->factor / (t->rate ? length_at(s, i) : 1);
	return true;
}

static void range_of(const struct series *s, const struct trace *t, double *lo, double *hi)
{
	for (size_t i = 0; i < s->n; i++) {
		double v;

		if (trace_at(s, t, i, &v)) {
			*lo = fmin(*lo, v);
			*hi = fmax(*hi, v);
		}
	}
}

static double middle(const struct series *s, size_t i)
{
	return (double)i * s->step + length_at(s, i) / 2;
}

/* Where nothing is known the line is broken; a point by itself is as wide as its step. */
static void draw(const struct report_chart *c, const struct series *s, const struct trace *t)
{
	bool pen = false;
	double v, next;

	fprintf(c->to, "<path class=\"%s\" data-series=\"%s\" d=\"", t->class, t->key);
	for (size_t i = 0; i < s->n; i++) {
		bool is = trace_at(s, t, i, &v);

		if (is && !pen && (i + 1 == s->n || !trace_at(s, t, i + 1, &next)))
			fprintf(c->to, "M%.1f %.1fH%.1f", report_chart_x(c, (double)i * s->step),
				report_chart_y(c, v),
				report_chart_x(c, (double)i * s->step + length_at(s, i)));
		else if (is)
			fprintf(c->to, "%c%.1f %.1f", pen ? 'L' : 'M', report_chart_x(c, middle(s, i)),
				report_chart_y(c, v));
		pen = is;
	}
	fputs("\"/>", c->to);
}

static void draw_bars(const struct report_chart *c, const struct series *s, const struct trace *t)
{
	double v;

	fprintf(c->to, "<path class=\"%s\" data-series=\"%s\" d=\"", t->class, t->key);
	for (size_t i = 0; i < s->n; i++)
		if (trace_at(s, t, i, &v) && v > 0)
			fprintf(c->to, "M%.1f %dV%.1f", report_chart_x(c, middle(s, i)), REPORT_BOTTOM,
				fmin(report_chart_y(c, v), REPORT_BOTTOM - 1));
	fputs("\"/>", c->to);
}

static struct report_chart over_time(struct report_page *g, const struct series *s, double lo, double hi,
				     double least)
{
	return (struct report_chart){ .to = g->to,
				      .x = report_scale_span(s->whole, 4),
				      .y = report_scale_linear(lo, hi, 4, least) };
}

static void rate_chart(struct report_page *g, const struct report_row *row, const struct series *s, bool bits)
{
	static const struct trace traces[] = { { "packets", "line", 1, true }, { "bytes", "line", 8, true } };
	const char *title = bits ? "Bits a second" : "Packets a second", *unit;
	double lo = 0, hi = 0;

	range_of(s, &traces[bits], &lo, &hi);
	double by = report_axis(bits ? REPORT_BPS : REPORT_PPS, hi, &unit);
	struct report_chart c = over_time(g, s, 0, hi, bits ? 1 : 0);

	report_chart_begin(g, row, title, bits ? unit : report_chart_multiple(by));
	report_say(g->to, row->stream,
		   bits ? "mean {bps}" : "mean {pps}, at most {peak_ms_packets} in a millisecond");
	report_chart_open(g, &c, title, row, "A line over the time since the start, in seconds.");
	report_chart_y_labels(&c, by);
	report_chart_time_labels(&c);
	draw(&c, s, &traces[bits]);
	report_chart_end(g);
}

static void loss_chart(struct report_page *g, const struct report_row *row, const struct series *s)
{
	static const struct trace trace = { "lost", "lost", 1, false };
	char each[REPORT_FIGURE_SIZE], unit[REPORT_FIGURE_SIZE + 64];
	double lo = 0, hi = 0;
	const char *name;

	range_of(s, &trace, &lo, &hi);
	double by = report_axis(REPORT_COUNT, hi, &name);
	struct report_chart c = over_time(g, s, 0, hi, 1);

	report_figure(each, REPORT_SPAN, s->step);
	snprintf(unit, sizeof unit, "%s%spackets in each %s", report_chart_multiple(by), by > 1 ? " of " : "",
		 s->step == 1 ? "second" : each);
	report_chart_begin(g, row, "Lost", unit);
	report_say(g->to, row->stream, "in all {lost} ({loss})");
	report_chart_open(g, &c, "Lost packets", row,
			  "A bar for each step in which packets were lost, over the time since the start.");
	report_chart_y_labels(&c, by);
	report_chart_time_labels(&c);
	if (hi > 0)
		draw_bars(&c, s, &trace);
	else
		report_chart_label(&c, "", (REPORT_LEFT + REPORT_RIGHT) / 2.0,
				   (REPORT_TOP + REPORT_BOTTOM) / 2.0, "middle", "none lost");
	report_chart_end(g);
}

static double last_of(const struct series *s, const struct trace *t)
{
	double v = 0;

	for (size_t i = s->n; i-- > 0;)
		if (trace_at(s, t, i, &v))
			break;
	return v;
}

/* The names of two lines at their right ends, apart. */
static void name_lines(const struct report_chart *c, const struct series *s, const struct trace t[2])
{
	double low = report_chart_y(c, last_of(s, &t[0])) + 4,
	       high = report_chart_y(c, last_of(s, &t[1])) + 4;

	if (low - high < 12) {
		double mid = fmin((low + high) / 2, REPORT_BOTTOM - 4);

		low = mid + 6;
		high = mid - 6;
	}
	report_chart_label(c, " class=\"on\"", REPORT_RIGHT + 4, low, "start", "mean");
	report_chart_label(c, " class=\"on\"", REPORT_RIGHT + 4, high, "start", "most");
}

static const char *basis_text(const json_t *stream)
{
	const char *basis = report_text(json_object_get(stream, "delay"), "basis");

	if (basis && strcmp(basis, "echo") == 0)
		return "by echo, \xc2\xb1{delay.uncertainty_s}";
	if (basis && strcmp(basis, "envelope") == 0)
		return "above the fastest";
	return basis && strcmp(basis, "synced") == 0 ? "clocks synchronised" : "";
}

static void say_trains(struct report_page *g, const json_t *stream)
{
	if (report_count(stream, "train_sent") > 1)
		report_say(g->to, stream, "; sent in trains of up to {train_sent}");
	if (report_count(stream, "train_came") > 1)
		report_say(g->to, stream, "; came in trains of up to {train_came}");
}

/* Where the most is many times the mean, a logarithmic axis shows both. */
static bool delay_axis(struct report_chart *c, const struct series *s, const struct trace t[2])
{
	double lo = INFINITY, hi = -INFINITY;

	range_of(s, &t[0], &lo, &hi);
	range_of(s, &t[1], &lo, &hi);
	if (lo > hi)
		return false;
	c->y_kind = lo > 0 && hi > 8 * lo ? REPORT_LOG : REPORT_LINEAR;
	c->y = c->y_kind == REPORT_LOG ? report_scale_log(lo, hi) : report_scale_linear(lo, hi, 4, 1e-9);
	return true;
}

static void delay_chart(struct report_page *g, const struct report_row *row, const struct series *s)
{
	static const struct trace traces[] = { { "delay_mean_s", "line", 1, false },
					       { "delay_max_s", "two", 1, false } };
	struct report_chart c = over_time(g, s, 0, 0, 0);
	const char *unit;

	if (!delay_axis(&c, s, traces))
		return;
	double by = report_axis(REPORT_SPAN, fmax(c.y.hi, -c.y.lo), &unit);

	report_chart_begin(g, row, c.y_kind == REPORT_LOG ? "Delay, logarithmic" : "Delay", unit);
	report_say(g->to, row->stream, basis_text(row->stream));
	say_trains(g, row->stream);
	report_chart_open(
		g, &c, "Delay", row,
		"Two lines over the time since the start: the mean, and dashed the most, of each step.");
	report_chart_y_labels(&c, by);
	report_chart_time_labels(&c);
	draw(&c, s, &traces[1]);
	draw(&c, s, &traces[0]);
	name_lines(&c, s, traces);
	report_chart_end(g);
}

void report_page_series(struct report_page *g, const struct report_row *row)
{
	struct series s;

	if (!series_of(&s, g->p, row))
		return;
	rate_chart(g, row, &s, false);
	rate_chart(g, row, &s, true);
	if (row->loss >= 0)
		loss_chart(g, row, &s);
	delay_chart(g, row, &s);
}
