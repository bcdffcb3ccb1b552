/*
 * table.c - the page's tables: each is rows of columns, a column a heading and a sentence with one
 * object's values in it. They scroll inside boxes of their own where they are wider than the page.
 */
#include <stdlib.h>
#include <string.h>

#include "report/escape.h"
#include "report/figure.h"
#include "report/page.h"
#include "report/value.h"

enum { CELLS_MOST = 40000, GAPS_MOST = 100, OPEN_MOST = 20 };

struct column {
	const char *title, *text; /* of report_say */
	char how;                 /* l: to the left; w: wraps; else a number */
};

/* ---- parts of a table ------------------------------------------------------------------- */

static void open_table(FILE *to, const char *name)
{
	fprintf(to, "<div class=scroll tabindex=0 role=region aria-label=\"%s\"><table>\n", name);
}

static void close_table(FILE *to)
{
	fputs("</tbody></table></div>\n", to);
}

static void head(FILE *to, const struct column *c, size_t n)
{
	fputs("<thead><tr>", to);
	for (size_t i = 0; i < n; i++)
		fprintf(to, "<th scope=col%s>%s", c[i].how ? " class=l" : "", c[i].title);
	fputs("</thead><tbody>\n", to);
}

static void cell(FILE *to, const struct column *c, const json_t *o, bool bad)
{
	const char *class = c->how == 'w' ? " class=wide" : c->how ? " class=l" : "";

	fprintf(to, "<td%s>", bad ? " class=bad" : class);
	report_say(to, o, c->text);
}

/* What a row is about: a receiver, which is none of the object's values. */
static void of_receiver(const struct report_page *g, size_t run, const char *object)
{
	fprintf(g->to, "<tr data-of=\"%zu/%s\"><th scope=row>", run, object);
	report_escape(g->to, g->p->runs[run].receiver);
}

#define N(table) (sizeof(table) / sizeof *(table))

/* ---- matrix ----------------------------------------------------------------------------- */

static bool is_cell(const json_t *c, const char *sender, const char *receiver)
{
	return c && strcmp(report_text(c, "sender"), sender) == 0 &&
	       strcmp(report_text(c, "receiver"), receiver) == 0;
}

static void matrix_cell(const struct report_page *g, const json_t *c)
{
	double loss = 0, p99 = 0;
	bool known = report_real(c, "loss", &loss), delayed = report_real(c, "delay_p99_s", &p99);
	bool bad = (known && loss > (g->p->max_loss > 0 ? g->p->max_loss : 0)) ||
		   (g->p->max_delay >= 0 && (!delayed || p99 > g->p->max_delay));

	fprintf(g->to, "<td%s data-sender=\"", bad ? " class=bad" : "");
	report_escape(g->to, report_text(c, "sender"));
	fputs("\" data-receiver=\"", g->to);
	report_escape(g->to, report_text(c, "receiver"));
	report_say(g->to, c, known ? "\" data-of=matrix>{loss}" : "\" data-of=matrix>not numbered");
	report_say(g->to, c,
		   known ? "<small>{lost} lost</small>" : "<small>{packets|packet|packets}</small>");
	if (delayed)
		report_say(g->to, c, "<small>{delay_p50_s} / {delay_p99_s}</small>");
}

/* The cells come by sender, then in the order of the receivers. Returns how many were taken. */
static size_t matrix_row(const struct report_page *g, const json_t *cells, size_t at, const char *sender)
{
	fputs("<tr><th scope=row>", g->to);
	report_escape(g->to, sender);
	for (size_t i = 0; i < g->p->n; i++) {
		const json_t *c = json_array_get(cells, at);

		if (is_cell(c, sender, g->p->runs[i].receiver)) {
			matrix_cell(g, c);
			at++;
		} else {
			fputs("<td class=none>\xe2\x80\x93", g->to);
		}
	}
	fputs("\n", g->to);
	return at;
}

static void matrix_head(const struct report_page *g)
{
	fputs("<thead><tr><th scope=col class=l>from \\ to", g->to);
	for (size_t i = 0; i < g->p->n; i++) {
		fputs("<th scope=col>", g->to);
		report_escape(g->to, g->p->runs[i].receiver);
	}
	fputs("</thead><tbody>\n", g->to);
}

void report_page_matrix(struct report_page *g)
{
	bool wrong;
	json_t *o = report_matrix(g->p, &wrong);
	const json_t *senders = json_object_get(o, "senders"), *cells = json_object_get(o, "matrix");
	size_t n = json_array_size(senders), most = CELLS_MOST / (g->p->n ? g->p->n : 1) + 1, at = 0;

	if (!n) {
		json_decref(o);
		return;
	}
	fputs("<h2 id=matrix>Senders and receivers</h2>\n"
	      "<p class=soft>Senders by row, receivers by column: loss, "
	      "lost packets, delay p50 / p99 (of several streams, the worst).</p>\n",
	      g->to);
	open_table(g->to, "Loss and delay by sender and receiver");
	matrix_head(g);
	for (size_t i = 0; i < n && i < most; i++)
		at = matrix_row(g, cells, at, json_string_value(json_array_get(senders, i)));
	close_table(g->to);
	if (n > most)
		fprintf(g->to, "<p>%zu more senders: mcast report --json has all.</p>\n", n - most);
	json_decref(o);
}

/* ---- streams ---------------------------------------------------------------------------- */

void report_of_stream(FILE *to, const struct report_row *row)
{
	fprintf(to, " data-of=\"%zu/streams/%zu\"", row->run, row->at);
}

enum { LOSS_COLUMN = 7, P99_COLUMN = 14 };

static const struct column of_streams[] = {
	{ "interface", "{ifname}", 'l' },
	{ "format", "{format}", 'l' },
	{ "packets", "{packets}", 0 },
	{ "bytes", "{bytes}", 0 },
	{ "packets/s", "{pps}", 0 },
	{ "rate", "{bps}", 0 },
	{ "lost", "{lost}", 0 },
	{ "loss", "{loss}", 0 },
	{ "in the socket", "{lost_socket}", 0 },
	{ "gaps", "{gaps_total}", 0 },
	{ "reordered", "{reordered}", 0 },
	{ "duplicates", "{duplicates}", 0 },
	{ "delay min", "{delay.min_s}", 0 },
	{ "p50", "{delay.p50_s}", 0 },
	{ "p99", "{delay.p99_s}", 0 },
	{ "p99.9", "{delay.p999_s}", 0 },
	{ "max", "{delay.max_s}", 0 },
	{ "from", "{delay.basis}", 'l' },
	{ "jitter", "{jitter_s}", 0 },
	{ "join", "{join_latency_s}", 0 },
};

static bool is_drawn(const struct report_page *g, const struct report_row *row)
{
	return g->p->most >= g->worst.n || report_row_worse(row, &g->worst.v[g->p->most]);
}

static void stream_row(const struct report_page *g, const struct report_row *row)
{
	bool drawn = is_drawn(g, row);

	fputs("<tr", g->to);
	report_of_stream(g->to, row);
	fputs("><th scope=row>", g->to);
	if (drawn)
		fprintf(g->to, "<a href=\"#s%zu-%zu\">", row->run, row->at);
	report_say(g->to, row->stream, drawn ? REPORT_STREAM "</a>" : REPORT_STREAM);
	fputs("<td class=l>", g->to);
	report_escape(g->to, g->p->runs[row->run].receiver);
	for (size_t i = 0; i < N(of_streams); i++)
		cell(g->to, &of_streams[i], row->stream,
		     (row->lossy && i == LOSS_COLUMN) || (row->slow && i == P99_COLUMN));
	fputs("\n", g->to);
}

void report_page_streams(struct report_page *g)
{
	static const struct column first[] = { { "stream", "", 'l' }, { "receiver", "", 'l' } };

	if (!g->rows.n)
		return;
	fputs("<h2 id=all>All streams</h2>\n", g->to);
	open_table(g->to, "All streams");
	fputs("<thead><tr>", g->to);
	for (size_t i = 0; i < N(first); i++)
		fprintf(g->to, "<th scope=col class=l>%s", first[i].title);
	for (size_t i = 0; i < N(of_streams); i++)
		fprintf(g->to, "<th scope=col%s>%s", of_streams[i].how ? " class=l" : "",
			of_streams[i].title);
	fputs("</thead><tbody>\n", g->to);
	for (size_t i = 0; i < g->rows.n; i++)
		stream_row(g, &g->rows.v[i]);
	close_table(g->to);
}

/* ---- runs, paths, interfaces ------------------------------------------------------------ */

static const struct column of_runs[] = {
	{ "receiver", "", 'l' },
	{ "verdict", "{verdict}", 'w' },
	{ "ran", "{seconds}", 0 },
	{ "streams", "{streams}", 0 },
	{ "packets", "{packets}", 0 },
	{ "bytes", "{bytes}", 0 },
	{ "packets/s", "{pps}", 0 },
	{ "rate", "{bps}", 0 },
	{ "lost", "{lost}", 0 },
	{ "loss", "{loss}", 0 },
	{ "in sockets", "{lost_socket}", 0 },
	{ "dropped by sockets", "{dropped_socket}", 0 },
	{ "by interfaces", "{dropped_interface}", 0 },
	{ "of other streams", "{other_packets}", 0 },
	{ "misplaced", "{misplaced}", 0 },
	{ "without a clock", "{no_clock}", 0 },
	{ "exit", "{exit}", 0 },
};

void report_page_runs(struct report_page *g)
{
	fputs("<h2 id=runs>Receivers</h2>\n", g->to);
	open_table(g->to, "Receivers");
	head(g->to, of_runs, N(of_runs));
	for (size_t i = 0; i < g->p->n; i++) {
		of_receiver(g, i, "end");
		for (size_t k = 1; k < N(of_runs); k++)
			cell(g->to, &of_runs[k], g->p->runs[i].end, false);
		fputs("\n", g->to);
	}
	close_table(g->to);
}

static const struct column of_paths[] = {
	{ "receiver", "", 'l' },
	{ "A", "{a}", 'l' },
	{ "B", "{b}", 'l' },
	{ "came by A", "{received_a}", 0 },
	{ "by B", "{received_b}", 0 },
	{ "by both", "{both}", 0 },
	{ "by A alone", "{only_a}", 0 },
	{ "by B alone", "{only_b}", 0 },
	{ "lost on A", "{lost_a}", 0 },
	{ "on B", "{lost_b}", 0 },
	{ "on both", "{neither}", 0 },
	{ "loss of both", "{loss}", 0 },
	{ "too late", "{late}", 0 },
	{ "not compared", "{apart}", 0 },
	{ "A first", "{a_first}", 0 },
	{ "B first", "{b_first}", 0 },
	{ "apart p50", "{difference.p50_s}", 0 },
	{ "p99", "{difference.p99_s}", 0 },
	{ "max", "{difference.max_s}", 0 },
	{ "A ahead at most", "{difference.a_ahead_max_s}", 0 },
	{ "B ahead at most", "{difference.b_ahead_max_s}", 0 },
};

enum { PATHS_LOSS = 11 };

void report_page_paths(struct report_page *g)
{
	bool some = false;

	for (size_t i = 0; i < g->p->n; i++) {
		const struct report_run *run = &g->p->runs[i];

		if (!run->redundant)
			continue;
		if (!some) {
			fputs("<h2 id=paths>Two paths of one stream</h2>\n", g->to);
			open_table(g->to, "Two paths of one stream");
			head(g->to, of_paths, N(of_paths));
		}
		some = true;
		of_receiver(g, i, "redundant");
		for (size_t k = 1; k < N(of_paths); k++)
			cell(g->to, &of_paths[k], run->redundant,
			     k == PATHS_LOSS && report_paths_lossy(g->p, run));
		fputs("\n", g->to);
	}
	if (some)
		close_table(g->to);
}

static const struct column of_interfaces[] = {
	{ "receiver", "", 'l' },       { "interface", "{ifname}", 'l' }, { "index", "{ifindex}", 0 },
	{ "packets", "{packets}", 0 }, { "dropped", "{dropped}", 0 },    { "missed", "{missed}", 0 },
	{ "errors", "{errors}", 0 },
};

static void interface_row(struct report_page *g, size_t run, size_t at)
{
	char object[40];

	snprintf(object, sizeof object, "interfaces/%zu", at);
	of_receiver(g, run, object);
	for (size_t k = 1; k < N(of_interfaces); k++)
		cell(g->to, &of_interfaces[k], json_array_get(g->p->runs[run].interfaces, at), false);
	fputs("\n", g->to);
}

void report_page_interfaces(struct report_page *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->p->n; i++)
		n += json_array_size(g->p->runs[i].interfaces);
	if (!n)
		return;
	fputs("<h2 id=interfaces>Interfaces</h2>\n"
	      "<p class=soft>Their own counters while it ran, of all traffic.</p>\n",
	      g->to);
	open_table(g->to, "Interfaces");
	head(g->to, of_interfaces, N(of_interfaces));
	for (size_t i = 0; i < g->p->n; i++)
		for (size_t k = 0; k < json_array_size(g->p->runs[i].interfaces); k++)
			interface_row(g, i, k);
	close_table(g->to);
}

/* ---- gaps ------------------------------------------------------------------------------- */

static const struct column of_gaps[] = {
	{ "when", "{ts}", 'l' },          { "from number", "{first}", 0 }, { "packets", "{n}", 0 },
	{ "never came", "{missing}", 0 }, { "where", "{where}", 'l' },
};

void report_page_gaps(struct report_page *g, const struct report_row *row)
{
	const json_t *gaps = json_object_get(row->stream, "gaps");
	size_t n = json_array_size(gaps), i = n > GAPS_MOST ? n - GAPS_MOST : 0;

	if (!n)
		return;
	fputs("<details><summary", g->to);
	report_of_stream(g->to, row);
	fprintf(g->to, ">Gaps: the last %zu of ", n - i);
	report_say(g->to, row->stream, "{gaps_total}</summary>\n");
	open_table(g->to, "Gaps");
	head(g->to, of_gaps, N(of_gaps));
	for (; i < n; i++) {
		fprintf(g->to, "<tr data-of=\"%zu/streams/%zu/gaps/%zu\">", row->run, row->at, i);
		for (size_t k = 0; k < N(of_gaps); k++)
			cell(g->to, &of_gaps[k], json_array_get(gaps, i), false);
		fputs("\n", g->to);
	}
	close_table(g->to);
	fputs("</details>\n", g->to);
}

/* ---- settings --------------------------------------------------------------------------- */

/* A key in words: without the unit, which stands at the number. */
static void put_key(FILE *to, const char *key)
{
	char text[64];
	size_t n;

	snprintf(text, sizeof text, "%s", strcmp(key, "ts") == 0 ? "time" : key);
	n = strlen(text);
	if (n > 2 && strcmp(text + n - 2, "_s") == 0)
		text[n - 2] = '\0';
	for (char *p = text; (p = strchr(p, '_'));)
		*p = ' ';
	report_escape(to, text);
}

static bool is_rows(const json_t *v)
{
	return json_is_array(v) && json_is_object(json_array_get(v, 0));
}

static bool is_pairs(const json_t *v)
{
	return json_is_array(json_array_get(v, 0));
}

/* Members in a table have the columns of the first. */
static void settings_table(FILE *to, const char *of, const char *key, const json_t *rows)
{
	json_t *first = json_array_get(rows, 0), *value;
	size_t n = json_array_size(rows);
	const char *name;

	fprintf(to, "<details%s><summary>", n <= OPEN_MOST ? " open" : "");
	put_key(to, key);
	fprintf(to, " (%zu)</summary>\n", n);
	open_table(to, "Settings");
	fputs("<thead><tr>", to);
	json_object_foreach(first, name, value)
	{
		fputs("<th scope=col class=l>", to);
		put_key(to, name);
	}
	fputs("</thead><tbody>\n", to);
	for (size_t i = 0; i < n; i++) {
		fprintf(to, "<tr data-of=\"%s/", of);
		report_escape(to, key);
		fprintf(to, "/%zu\">", i);
		json_object_foreach(first, name, value)
		{
			fputs("<td class=l>", to);
			report_put(to, json_object_get(json_array_get(rows, i), name), name);
		}
		fputs("\n", to);
	}
	close_table(to);
	fputs("</details>\n", to);
}

static void put_member(FILE *to, const char *path, const char *name, const json_t *value)
{
	fputs("<div><dt>", to);
	put_key(to, name);
	fputs("<dd>", to);
	report_put(to, value, path);
	fputs("</div>\n", to);
}

/* Members of objects stand beside the others, by their path; lists of objects have drawings or tables. */
static void members(FILE *to, const json_t *o, const char *before)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)o, key, value)
	{
		char path[128];

		snprintf(path, sizeof path, "%.60s%s%.60s", before, *before ? "." : "", key);
		if (json_is_object(value) && !*before && strcmp(key, "series") != 0)
			members(to, value, key);
		else if (!json_is_object(value) && !is_rows(value) && !is_pairs(value))
			put_member(to, path, path, value);
	}
}

void report_page_figures(struct report_page *g, const struct report_row *row)
{
	fputs("<details><summary>All figures</summary><dl class=facts", g->to);
	report_of_stream(g->to, row);
	fputs(">\n", g->to);
	members(g->to, row->stream, "");
	fputs("</dl></details>\n", g->to);
}

static void settings(FILE *to, const json_t *o, const char *of)
{
	const char *key;
	json_t *value;

	fprintf(to, "<dl class=facts data-of=\"%s\">\n", of);
	json_object_foreach((json_t *)o, key, value) if (!is_rows(value)) put_member(to, key, key, value);
	fputs("</dl>\n", to);
	json_object_foreach((json_t *)o, key, value) if (is_rows(value)) settings_table(to, of, key, value);
}

void report_page_settings(struct report_page *g)
{
	fputs("<h2 id=settings>Settings</h2>\n", g->to);
	for (size_t i = 0; i < g->p->n; i++) {
		char of[40];

		fputs("<h3>", g->to);
		report_escape(g->to, g->p->runs[i].receiver);
		fputs("</h3>\n", g->to);
		snprintf(of, sizeof of, "%zu/start", i);
		if (g->p->runs[i].start)
			settings(g->to, g->p->runs[i].start, of);
		else
			fputs("<p>It did not tell them: the file begins later.</p>\n", g->to);
	}
}
