/*
 * wrong.c - what was wrong, in sentences with numbers: which stream, which receiver, how much, where it
 * was lost; and what else whoever reads the figures ought to know. Limits are judged by rows.c.
 */
#include <stdlib.h>
#include <string.h>

#include "out.h"
#include "report/escape.h"
#include "report/figure.h"
#include "report/page.h"
#include "report/value.h"

enum { SAY_MOST = 10 };

static void receiver(const struct report_page *g, size_t run)
{
	fputs("<b>", g->to);
	report_escape(g->to, g->p->runs[run].receiver);
	fputs("</b>", g->to);
}

static void limit(FILE *to, enum report_unit unit, double v)
{
	char text[REPORT_FIGURE_SIZE];

	fprintf(to, " (limit %s)", report_figure(text, unit, v));
}

/* ---- streams ---------------------------------------------------------------------------- */

static uint64_t dropped_on(const struct report_run *run, const char *ifname)
{
	for (size_t i = 0; ifname && i < json_array_size(run->interfaces); i++) {
		const json_t *o = json_array_get(run->interfaces, i);

		if (strcmp(report_text(o, "ifname"), ifname) == 0)
			return report_count(o, "dropped") + report_count(o, "missed");
	}
	return 0;
}

static void say_where(const struct report_page *g, const struct report_row *row)
{
	const json_t *s = row->stream;
	uint64_t lost = report_count(s, "lost"), socket = report_count(s, "lost_socket");
	uint64_t dropped = dropped_on(&g->p->runs[row->run], report_text(s, "ifname"));

	fputs(": ", g->to);
	if (socket && socket >= lost)
		report_say(g->to, s, "all of them ({lost_socket}) in the socket");
	else if (socket)
		report_say(g->to, s, "{lost_socket} in the socket, the others");
	if (socket < lost)
		fputs(socket ? " on the way" : "all on the way", g->to);
	if (socket < lost && dropped)
		report_say(g->to, s, " or on {ifname}");
}

static void say_longest(const struct report_page *g, const struct report_row *row)
{
	const json_t *gaps = json_object_get(row->stream, "gaps");
	size_t longest = 0;

	for (size_t i = 1; i < json_array_size(gaps); i++)
		if (report_count(json_array_get(gaps, i), "missing") >
		    report_count(json_array_get(gaps, longest), "missing"))
			longest = i;
	if (report_count(json_array_get(gaps, longest), "missing") < 2)
		return;
	fprintf(g->to, ". <span data-of=\"%zu/streams/%zu/gaps/%zu\">", row->run, row->at, longest);
	report_say(g->to, json_array_get(gaps, longest),
		   "The longest gap had {missing}, from number {first} on</span>");
}

static void say_loss(const struct report_page *g, const struct report_row *row)
{
	if (row->none) {
		report_say(g->to, row->stream,
			   " brought none of its {missed_before|packet|packets}, only its end.");
		return;
	}
	report_say(g->to, row->stream, " lost {lost|packet|packets} ({loss})");
	if (g->p->max_loss > 0)
		limit(g->to, REPORT_SHARE, g->p->max_loss);
	report_say(g->to, row->stream, " in {gaps_open|gap|gaps}");
	say_where(g, row);
	say_longest(g, row);
	fputs(".", g->to);
}

static void say_slow(const struct report_page *g, const struct report_row *row)
{
	fputs(row->lossy ? " Its" : ": its", g->to);
	if (row->delayed && row->p99 <= g->p->max_delay) {
		report_say(g->to, row->stream,
			   " clock is not ours: {delay.negative|delay is|delays are} below 0.");
		return;
	}
	if (row->delayed)
		report_say(g->to, row->stream, " 99th percentile of delay was {delay.p99_s}");
	else
		fputs(" delays are not known", g->to);
	limit(g->to, REPORT_SPAN, g->p->max_delay);
	fputs(".", g->to);
}

static void say_stream(const struct report_page *g, const struct report_row *row)
{
	fputs("<li", g->to);
	report_of_stream(g->to, row);
	report_say(g->to, row->stream, "><b>" REPORT_STREAM "</b> to ");
	receiver(g, row->run);
	if (row->lossy)
		say_loss(g, row);
	if (row->slow)
		say_slow(g, row);
	fputs("\n", g->to);
}

/* Of many streams first what they lost together. */
static void say_sum(const struct report_page *g, size_t slow)
{
	json_t *sum = json_object();
	uint64_t lost = 0, socket = 0, lossy = 0;

	for (size_t i = 0; i < g->worst.n && g->worst.v[i].lossy; i++, lossy++) {
		lost += report_count(g->worst.v[i].stream, "lost");
		socket += report_count(g->worst.v[i].stream, "lost_socket");
	}
	out_put_int(sum, "streams", g->worst.n);
	out_put_int(sum, "lossy", lossy);
	out_put_int(sum, "lost", lost);
	out_put_int(sum, "lost_socket", socket);
	out_put_int(sum, "slow", slow);
	if (lossy > 1)
		report_say(g->to, sum,
			   "<li data-of=wrong>{lossy} of {streams} streams lost {lost|packet|packets}, "
			   "{lost_socket} of them in the socket. The worst:\n");
	if (slow > 1)
		report_say(g->to, sum,
			   "<li data-of=wrong>{slow} of {streams} streams were slower than the limit.\n");
	json_decref(sum);
}

static void say_streams(const struct report_page *g)
{
	size_t n = 0, slow = 0;

	for (; n < g->worst.n && (g->worst.v[n].lossy || g->worst.v[n].slow); n++)
		slow += g->worst.v[n].slow;
	if (n > SAY_MOST)
		say_sum(g, slow);
	for (size_t i = 0; i < n && i < SAY_MOST; i++)
		say_stream(g, &g->worst.v[i]);
	if (n > SAY_MOST)
		fprintf(g->to, "<li>And %zu more streams: see <a href=\"#all\">all streams</a>.\n",
			n - SAY_MOST);
}

/* ---- runs ------------------------------------------------------------------------------- */

static void say_run(const struct report_page *g, size_t i)
{
	const struct report_run *run = &g->p->runs[i];

	fprintf(g->to, "<li data-of=\"%zu/end\">", i);
	receiver(g, i);
	if (json_array_size(run->streams) == 0)
		fputs(" received nothing", g->to);
	else
		report_say(g->to, run->end, " did not receive what was wanted");
	if (report_count(run->end, "exit"))
		report_say(g->to, run->end, ": {verdict} (exit status {exit})");
	fputs(".\n", g->to);
}

static void say_paths(const struct report_page *g, size_t i)
{
	fprintf(g->to, "<li data-of=\"%zu/redundant\">At ", i);
	receiver(g, i);
	report_say(g->to, g->p->runs[i].redundant,
		   ", both paths together lost {neither|packet|packets} ({loss}): "
		   "neither {a} nor {b} brought them.\n");
}

void report_page_wrong(struct report_page *g)
{
	const struct report *p = g->p;

	if (!report_wrong(p, &g->rows)) {
		fputs("<p class=good>Nothing was wrong.</p>\n", g->to);
		return;
	}
	fputs("<ul class=wrong>\n", g->to);
	if (!p->n)
		fputs("<li>There are no results.\n", g->to);
	for (size_t i = 0; i < p->n; i++)
		if (report_paths_lossy(p, &p->runs[i]))
			say_paths(g, i);
	say_streams(g);
	for (size_t i = 0; i < p->n; i++)
		if (report_failed(&p->runs[i]))
			say_run(g, i);
	fputs("</ul>\n", g->to);
}

/* ---- what else there is to know --------------------------------------------------------- */

/* Of a run: a member that is above 0, and what that means. */
static const struct {
	const char *key, *text;
} of_run[] = {
	{ "other_packets",
	  " had no room for further streams: {other_packets|packet is|packets are} in none of the figures "
	  "(<code>--streams</code>)." },
	{ "misplaced",
	  " dropped {misplaced|datagram|datagrams} that came on another interface than was joined." },
	{ "dropped_socket",
	  " dropped {dropped_socket|datagram or train|datagrams or trains} at its sockets: a larger "
	  "<code>--rcvbuf</code>, or less to do, may help." },
};

static void note_end(const struct report_page *g, size_t i)
{
	const json_t *end = g->p->runs[i].end;
	const char *event = report_text(end, "event");

	if (!event || strcmp(event, "end") != 0) {
		fputs("<li>", g->to);
		receiver(g, i);
		fputs(event ? " told how it stood, but never the end: its figures are as of then.\n" :
			      " never told the end: its figures may be missing.\n",
		      g->to);
	}
	for (size_t k = 0; k < sizeof of_run / sizeof *of_run; k++)
		if (report_count(end, of_run[k].key)) {
			fprintf(g->to, "<li data-of=\"%zu/end\">", i);
			receiver(g, i);
			report_say(g->to, end, of_run[k].text);
			fputs("\n", g->to);
		}
}

static void note_interfaces(const struct report_page *g, size_t i)
{
	const json_t *all = g->p->runs[i].interfaces;

	for (size_t k = 0; k < json_array_size(all); k++) {
		const json_t *o = json_array_get(all, k);

		if (!report_count(o, "dropped") && !report_count(o, "missed") && !report_count(o, "errors"))
			continue;
		fprintf(g->to, "<li data-of=\"%zu/interfaces/%zu\">", i, k);
		receiver(g, i);
		report_say(g->to, o,
			   ": meanwhile {ifname} dropped {dropped|packet|packets} of whatever kind, missed "
			   "{missed}, and had {errors|error|errors}.\n");
	}
}

static const struct {
	const char *key, *text;
} of_stream[] = {
	{ "restarts", "its sender began anew {restarts|time|times}" },
	{ "unmarked", "{unmarked|datagram was|datagrams were} of another format" },
	{ "old", "{old|packet|packets} came so late that they may be duplicates" },
	{ "ce", "{ce|packet|packets} met congestion on the way (ECN)" },
};

static bool strange(const json_t *s)
{
	for (size_t k = 0; k < sizeof of_stream / sizeof *of_stream; k++)
		if (report_count(s, of_stream[k].key))
			return true;
	return report_count(json_object_get(s, "delay"), "negative") > 0;
}

static const char *below_zero(const json_t *stream)
{
	const char *basis = report_text(json_object_get(stream, "delay"), "basis");

	if (basis && strcmp(basis, "synced") == 0)
		return "{delay.negative|delay is|delays are} below 0: the clocks are not synchronised";
	return "{delay.negative|delay comes|delays come} out below 0: the sender's clock is known within "
	       "{delay.uncertainty_s} only";
}

static void note_stream(const struct report_page *g, const struct report_row *row)
{
	const char *comma = ": ";

	fputs("<li", g->to);
	report_of_stream(g->to, row);
	report_say(g->to, row->stream, "><b>" REPORT_STREAM "</b> to ");
	receiver(g, row->run);
	for (size_t k = 0; k < sizeof of_stream / sizeof *of_stream; k++)
		if (report_count(row->stream, of_stream[k].key)) {
			fputs(comma, g->to);
			report_say(g->to, row->stream, of_stream[k].text);
			comma = "; ";
		}
	if (report_count(json_object_get(row->stream, "delay"), "negative")) {
		fputs(comma, g->to);
		report_say(g->to, row->stream, below_zero(row->stream));
	}
	fputs(".\n", g->to);
}

static void note_streams(const struct report_page *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->worst.n; i++)
		if (strange(g->worst.v[i].stream) && n++ < SAY_MOST)
			note_stream(g, &g->worst.v[i]);
	if (n > SAY_MOST)
		fprintf(g->to,
			"<li>And %zu more streams with restarts, other formats, late or marked packets.\n",
			n - SAY_MOST);
}

void report_page_notes(struct report_page *g)
{
	char *text = NULL;
	size_t len = 0;
	FILE *page = g->to;

	g->to = open_memstream(&text, &len);
	if (g->to) {
		for (size_t i = 0; i < g->p->n; i++) {
			note_end(g, i);
			note_interfaces(g, i);
		}
		note_streams(g);
		if (g->p->ignored)
			fprintf(g->to, "<li>%lu lines were no results of mcast recv, and left out.\n",
				g->p->ignored);
		fclose(g->to);
	}
	g->to = page;
	if (len)
		fprintf(page, "<h3>Worth knowing</h3>\n<ul>\n%s</ul>\n", text);
	free(text);
}
