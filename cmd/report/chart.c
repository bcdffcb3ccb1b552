/*
 * chart.c - what all drawings share: axes, labels, and the figure around them, as SVG in the page. Each
 * drawing carries its axes as attributes (data-x, data-y: what the ends stand for, and where they are), so
 * that what is drawn can be read back. It knows no stream's values.
 */
#include "report/chart.h"

#include <math.h>

#include "report/escape.h"

enum { WIDTH = 360, HEIGHT = 172 };

/* ---- axes ------------------------------------------------------------------------------- */

double report_chart_share(const struct report_chart *c, double v)
{
	if (c->kind == REPORT_TAIL)
		return report_scale_tail_at(&c->x, v) / c->x.hi;
	if (c->kind == REPORT_LOG)
		return log(v / c->x.lo) / log(c->x.hi / c->x.lo);
	return (v - c->x.lo) / (c->x.hi - c->x.lo);
}

static double clamped(double share)
{
	return fmin(fmax(share, 0), 1);
}

double report_chart_x(const struct report_chart *c, double v)
{
	return REPORT_LEFT + clamped(report_chart_share(c, v)) * (REPORT_RIGHT - REPORT_LEFT);
}

double report_chart_y(const struct report_chart *c, double v)
{
	double share = (v - c->y.lo) / (c->y.hi - c->y.lo);

	if (c->y_kind == REPORT_LOG)
		share = v > c->y.lo ? log(v / c->y.lo) / log(c->y.hi / c->y.lo) : 0;
	return REPORT_BOTTOM - clamped(share) * (REPORT_BOTTOM - REPORT_TOP);
}

static void x_label(const struct report_chart *c, double at, const char *text)
{
	fprintf(c->to, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", report_chart_x(c, at),
		REPORT_BOTTOM + 16, text);
}

static void grid(const struct report_chart *c)
{
	fputs("<path class=\"grid\" d=\"", c->to);
	for (size_t i = 0; i < c->y.n; i++)
		fprintf(c->to, "M%d %.1fH%d", REPORT_LEFT, report_chart_y(c, c->y.tick[i]), REPORT_RIGHT);
	for (size_t i = 0; i < c->x.n; i++)
		fprintf(c->to, "M%.1f %dv3", report_chart_x(c, c->x.tick[i]), REPORT_BOTTOM);
	fputs("\"/>", c->to);
}

void report_chart_y_labels(const struct report_chart *c, double by)
{
	for (size_t i = 0; i < c->y.n; i++)
		fprintf(c->to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.6g</text>", REPORT_LEFT - 5,
			report_chart_y(c, c->y.tick[i]) + 4, c->y.tick[i] / by);
}

/* Seconds as 30 s, 5 min, 2 h. */
void report_chart_time_labels(const struct report_chart *c)
{
	double step = c->x.n > 1 ? c->x.tick[1] - c->x.tick[0] : c->x.hi;
	double by = step >= 3600 ? 3600 : step >= 60 ? 60 : 1;
	const char *name = by > 60 ? "h" : by > 1 ? "min" : "s";
	char text[48];

	for (size_t i = 0; i < c->x.n; i++) {
		bool last = i + 1 == c->x.n;

		snprintf(text, sizeof text, "%.6g%s%s", c->x.tick[i] / by, last ? " " : "", last ? name : "");
		x_label(c, c->x.tick[i], text);
	}
}

void report_chart_log_labels(const struct report_chart *c)
{
	for (size_t i = 0; i < c->x.n; i++) {
		char text[REPORT_FIGURE_SIZE];

		x_label(c, c->x.tick[i], report_figure(text, REPORT_SPAN, c->x.tick[i]));
	}
}

void report_chart_tail_labels(const struct report_chart *c)
{
	for (size_t i = 0; i < c->x.n; i++) {
		char text[48];

		snprintf(text, sizeof text, "%.8g%s", 100 * c->x.tick[i], c->x.n < 6 ? " %" : "");
		if (c->x.n < 7 || i + 2 != c->x.n) /* there is no room for the last but one */
			x_label(c, c->x.tick[i], text);
	}
}

/* ---- a drawing -------------------------------------------------------------------------- */

/* Opens a figure: its heading, then (after what is said about it) the drawing itself. */
void report_chart_begin(struct report_page *g, const struct report_row *row, const char *title,
			const char *unit)
{
	fputs("<figure", g->to);
	report_of_stream(g->to, row);
	fprintf(g->to, "><figcaption><b>%s</b>%s%s ", title, *unit ? ", " : "", unit);
	fputs("<span>", g->to);
}

void report_chart_open(struct report_page *g, const struct report_chart *c, const char *title,
		       const struct report_row *row, const char *desc)
{
	static const char *const kinds[] = { "linear", "log", "tail" };
	unsigned id = ++g->charts;

	fprintf(g->to,
		"</span></figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"t%u d%u\" "
		"data-kind=\"%s %s\" data-x=\"%.17g %.17g %d %d\" "
		"data-y=\"%.17g %.17g %d %d\"><title id=\"t%u\">%s, ",
		WIDTH, HEIGHT, id, id, kinds[c->kind], kinds[c->y_kind], c->x.lo, c->x.hi, REPORT_LEFT,
		REPORT_RIGHT, c->y.lo, c->y.hi, REPORT_BOTTOM, REPORT_TOP, id, title);
	report_escape(g->to, row->source);
	fputs(" at ", g->to);
	report_escape(g->to, g->p->runs[row->run].receiver);
	fprintf(g->to, "</title><desc id=\"d%u\">%s</desc>", id, desc);
	grid(c);
}

void report_chart_end(struct report_page *g)
{
	fputs("</svg></figure>\n", g->to);
}

void report_chart_label(const struct report_chart *c, const char *class, double x, double y,
			const char *anchor, const char *text)
{
	fprintf(c->to, "<text%s x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", class, x, y, anchor,
		text);
}

/* What ticks are numbers of. */
const char *report_chart_multiple(double by)
{
	return by > 1e6 ? "billions" : by > 1e3 ? "millions" : by > 1 ? "thousands" : "";
}
