/*
 * page.c - results as one page: HTML without script, and nothing from elsewhere. It knows the order of the
 * sections, and the figures that stand on top; what is in a section its own file knows.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "out.h"
#include "report/escape.h"
#include "report/figure.h"
#include "report/page.h"
#include "report/value.h"

enum { OPEN_MOST = 8 };

/* ---- the top ---------------------------------------------------------------------------- */

/* Nothing is fetched and nothing runs, whatever a text from outside should bring about. */
static void head(FILE *to, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
	      "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
	      "<meta name=color-scheme content=\"light dark\">\n"
	      "<meta http-equiv=Content-Security-Policy "
	      "content=\"default-src 'none';style-src 'unsafe-inline'\">\n<title>",
	      to);
	report_escape(to, title);
	fprintf(to, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", report_style);
	report_escape(to, title);
	fputs("</h1>\n", to);
}

static void add(double *sum, const json_t *o, const char *key)
{
	double v;

	if (report_real(o, key, &v))
		*sum += v;
}

static size_t senders_of(const struct report_rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		n += i == 0 || strcmp(r->v[i].source, r->v[i - 1].source) != 0;
	return n;
}

static json_t *whole(double v)
{
	return json_integer(fabs(v) < 9e18 ? (json_int_t)v : 0);
}

/* Worst delay of a stream, and lost, of all streams of all runs. */
static json_t *totals(const struct report_page *g)
{
	double packets = 0, bytes = 0, lost = 0, expected = 0, gaps = 0, socket = 0, p99 = -INFINITY,
	       jitter = -INFINITY;
	json_t *o = json_object();
	size_t numbered = 0;

	for (size_t i = 0; i < g->rows.n; i++) {
		const struct report_row *row = &g->rows.v[i];
		double v;

		add(&packets, row->stream, "packets");
		add(&bytes, row->stream, "bytes");
		add(&lost, row->stream, "lost");
		add(&socket, row->stream, "lost_socket");
		add(&gaps, row->stream, "gaps_total");
		expected += row->expected;
		numbered += row->loss >= 0;
		if (row->delayed)
			p99 = fmax(p99, row->p99);
		if (report_real(row->stream, "jitter_s", &v))
			jitter = fmax(jitter, v);
	}
	out_put_int(o, "receivers", g->p->n);
	out_put_int(o, "senders", senders_of(&g->rows));
	out_put_int(o, "streams", g->rows.n);
	out_put(o, "packets", whole(packets));
	out_put(o, "bytes", whole(bytes));
	out_put(o, "lost", numbered ? whole(lost) : json_null());
	out_put(o, "loss", numbered ? json_real(expected > 0 ? lost / expected : 0) : json_null());
	out_put(o, "lost_socket", numbered ? whole(socket) : json_null());
	out_put(o, "gaps", numbered ? whole(gaps) : json_null());
	out_put(o, "p99_s", isfinite(p99) ? json_real(p99) : json_null());
	out_put(o, "jitter_s", isfinite(jitter) ? json_real(jitter) : json_null());
	return o;
}

static void key_figures(struct report_page *g, const json_t *all)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "Receivers", "{receivers}" },
		{ "Senders", "{senders}" },
		{ "Streams", "{streams}" },
		{ "Packets", "{packets}" },
		{ "Bytes", "{bytes}" },
		{ "Lost", "{lost}" },
		{ "Loss", "{loss}" },
		{ "In sockets", "{lost_socket}" },
		{ "Gaps", "{gaps}" },
		{ "Worst delay p99", "{p99_s}" },
		{ "Worst jitter", "{jitter_s}" },
	};

	fputs("<h2 id=key>Key figures</h2>\n<dl class=key data-of=total>\n", g->to);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		fprintf(g->to, "<div><dt>%s<dd>", rows[i].name);
		report_say(g->to, all, rows[i].text);
		fputs("</div>\n", g->to);
	}
	fputs("</dl>\n", g->to);
}

/* When the first began, and how long the longest was. */
static void summary(struct report_page *g)
{
	const struct report_run *first = NULL;
	double began = INFINITY, ts;

	for (size_t i = 0; i < g->p->n; i++)
		if (report_real(g->p->runs[i].start, "ts", &ts) && ts < began) {
			began = ts;
			first = &g->p->runs[i];
		}
	fputs("<p class=soft>", g->to);
	if (first)
		fprintf(g->to, "<span data-of=\"%zu/start\">", (size_t)(first - g->p->runs));
	if (first)
		report_say(g->to, first->start, "Begun {ts}</span>");
	if (first && g->p->n == 1 && first->end)
		report_say(g->to, first->end, "<span data-of=\"0/end\">, ran for {seconds}</span>");
	if (g->p->n > 1)
		fprintf(g->to, "%s%zu runs of %zu files", first ? "; " : "", g->p->n, g->p->files);
	fputs("</p>\n", g->to);
}

static void contents(const struct report_page *g)
{
	bool paths = false, interfaces = false;

	for (size_t i = 0; i < g->p->n; i++) {
		paths |= g->p->runs[i].redundant != NULL;
		interfaces |= json_array_size(g->p->runs[i].interfaces) > 0;
	}
	fputs("<nav aria-label=Contents><a href=\"#wrong\">What was wrong</a> "
	      "<a href=\"#key\">Key figures</a> ",
	      g->to);
	if (g->rows.n)
		fputs("<a href=\"#matrix\">Matrix</a> <a href=\"#streams\">Streams</a> ", g->to);
	if (paths)
		fputs("<a href=\"#paths\">Two paths</a> ", g->to);
	if (g->rows.n)
		fputs("<a href=\"#all\">All streams</a> ", g->to);
	fputs("<a href=\"#runs\">Receivers</a> ", g->to);
	if (interfaces)
		fputs("<a href=\"#interfaces\">Interfaces</a> ", g->to);
	fputs("<a href=\"#settings\">Settings</a></nav>\n</header>\n<main>\n", g->to);
}

/* ---- streams, one by one ---------------------------------------------------------------- */

/* A heading, what has to be known for it, and what is said. */
static const struct {
	const char *name, *needs, *text;
} of_stream[] = {
	{ "Packets", "packets", "{packets}" },
	{ "Bytes", "bytes", "{bytes}" },
	{ "Rate", "pps", "{pps}, {bps}" },
	{ "Lost", "lost", "{lost} ({loss})" },
	{ "In the socket", "lost_socket", "{lost_socket}" },
	{ "Gaps", "lost", "{gaps_total}" },
	{ "Reordered", "reordered", "{reordered}" },
	{ "Duplicates", "duplicates", "{duplicates}" },
	{ "Missed at first", "missed_before", "{missed_before}" },
	{ "Delay p50", "delay", "{delay.p50_s}" },
	{ "Delay p99", "delay", "{delay.p99_s}" },
	{ "Delay max", "delay", "{delay.max_s}" },
	{ "Jitter", "jitter_s", "{jitter_s}" },
	{ "Join latency", "join_latency_s", "{join_latency_s}" },
	{ "Came after the leave", "leave_latency_s", "{after_leave}, for {leave_latency_s}" },
	{ "Format", "format", "{format}" },
	{ "TTL", "ttl_min", "{ttl_min} to {ttl_max}" },
	{ "DSCP", "dscp", "{dscp}" },
	{ "TS packets lost", "ts_stream", "{ts_stream.lost} of {ts_stream.packets}" },
};

/* What is the same at its least and at its most is said once. */
static const char *text_of(const json_t *stream, size_t i)
{
	bool same = json_equal(json_object_get(stream, "ttl_min"), json_object_get(stream, "ttl_max"));

	return same && strcmp(of_stream[i].needs, "ttl_min") == 0 ? "{ttl_min}" : of_stream[i].text;
}

static void facts(struct report_page *g, const struct report_row *row)
{
	fputs("<dl class=facts", g->to);
	report_of_stream(g->to, row);
	fputs(">\n", g->to);
	for (size_t i = 0; i < sizeof of_stream / sizeof *of_stream; i++) {
		const json_t *needed = json_object_get(row->stream, of_stream[i].needs);

		if (!needed || json_is_null(needed))
			continue;
		fprintf(g->to, "<div><dt>%s<dd>", of_stream[i].name);
		report_say(g->to, row->stream, text_of(row->stream, i));
		fputs("</div>\n", g->to);
	}
	fputs("</dl>\n", g->to);
}

static void name(struct report_page *g, const struct report_row *row)
{
	fputs("<h3", g->to);
	report_of_stream(g->to, row);
	report_say(g->to, row->stream, ">" REPORT_STREAM " on {ifname}, to ");
	report_escape(g->to, g->p->runs[row->run].receiver);
	fputs("</h3>", g->to);
}

/* Its place (#s...) is inside, so that a link to it unfolds it. */
static void stream(struct report_page *g, const struct report_row *row, bool folded)
{
	fputs(folded ? "<details class=stream><summary>" : "<section class=stream>", g->to);
	name(g, row);
	fprintf(g->to, "%s\n<div id=s%zu-%zu>\n", folded ? "</summary>" : "", row->run, row->at);
	facts(g, row);
	fputs("<div class=charts>\n", g->to);
	report_page_series(g, row);
	report_page_delays(g, row);
	fputs("</div>\n", g->to);
	report_page_gaps(g, row);
	report_page_figures(g, row);
	fputs(folded ? "</div></details>\n" : "</div></section>\n", g->to);
}

/* The worst are open, the others folded: of many streams there would be no end. */
static void streams(struct report_page *g)
{
	size_t n = g->worst.n < g->p->most ? g->worst.n : g->p->most;

	if (!g->rows.n)
		return;
	fputs("<h2 id=streams>Streams</h2>\n", g->to);
	if (n < g->worst.n)
		fprintf(g->to,
			"<p class=soft>%zu of %zu, those with the most loss first; "
			"<a href=\"#all\">the table</a> has all.</p>\n",
			n, g->worst.n);
	for (size_t i = 0; i < n; i++)
		stream(g, &g->worst.v[i], i >= OPEN_MOST);
}

/* ---- the page --------------------------------------------------------------------------- */

static void footer(struct report_page *g)
{
	char text[REPORT_FIGURE_SIZE];

	fprintf(g->to, "</main>\n<footer>mcast %s, %s.", mc_version(),
		report_figure(text, REPORT_MOMENT, (double)out_now() / MC_SEC));
	fputs(" Lost is what is missing between the first number that was seen and the last; what it "
	      "means, and where delays "
	      "come from, is in mcast-recv(1).</footer>\n</body>\n</html>\n",
	      g->to);
}

static void sections(struct report_page *g, const char *title)
{
	json_t *all = totals(g);

	head(g->to, title);
	summary(g);
	contents(g);
	fputs("<h2 id=wrong>What was wrong</h2>\n", g->to);
	report_page_wrong(g);
	report_page_notes(g);
	key_figures(g, all);
	report_page_matrix(g);
	streams(g);
	report_page_paths(g);
	report_page_streams(g);
	report_page_runs(g);
	report_page_interfaces(g);
	report_page_settings(g);
	footer(g);
	json_decref(all);
}

int report_page(const struct report *p, FILE *to, bool *ret_wrong)
{
	struct report_page g = { .p = p, .to = to };
	json_t *title = out_text(p->title ? p->title : "Multicast report");
	int r = report_rows_new(&g.rows, p) || report_rows_new(&g.worst, p) || !title ? -1 : 0;

	errno = r ? ENOMEM : 0;
	if (!r) {
		report_rows_worst(&g.worst);
		sections(&g, json_string_value(title));
		*ret_wrong = report_wrong(p, &g.rows);
		r = fflush(to) || ferror(to) ? -1 : 0;
	}
	report_rows_free(&g.rows);
	report_rows_free(&g.worst);
	json_decref(title);
	return r;
}
