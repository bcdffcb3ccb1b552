/*
 * grid.c - the table's lines: which columns fit, which streams, the strip of the last minute, what was lost
 * last. It knows no terminal, only how wide one is.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "out.h"
#include "recv/figures.h"
#include "recv/live.h"

#define LINE_SIZE 2048
#define STRIP_LEAST 10
#define STRIP_GOOD 30  /* ... before what is nice to have, too, gets room */
#define NICE 4         /* ranks of columns from there on */
#define LEVELS 8
#define LOG_LINES 10

/* ---- columns -------------------------------------------------------------------------------- */

struct row {
	const struct recv *r;
	const struct recv_stream *s;
	struct recv_point last; /* the last second that is over; zeros: there was none */
};

#define CELL 32

static void cell_format(const struct row *w, char *buf)
{
	enum mc_format f = w->s->flow.format;

	snprintf(buf, CELL, "%s", f == MC_FORMAT_AUTO || f == MC_FORMAT_NONE ? "-" : mc_format_name(f));
}

/* Up to eight characters. */
static void put_count(uint64_t n, char *buf)
{
	if (n < 100000000)
		snprintf(buf, CELL, "%" PRIu64, n);
	else if (n < 100000000000)
		snprintf(buf, CELL, "%.1fM", (double)n / 1e6);
	else
		snprintf(buf, CELL, "%.1fG", (double)n / 1e9);
}

static void cell_pps(const struct row *w, char *buf)
{
	put_count(w->last.packets, buf);
}

static void cell_bits(const struct row *w, char *buf)
{
	double mbit = 8 * (double)w->last.bytes / 1e6;

	snprintf(buf, CELL, "%.*f", mbit < 9.9995 ? 3 : mbit < 99.995 ? 2 : 1, mbit);
}

static void cell_lost(const struct row *w, char *buf)
{
	struct mc_stream_sums sums;

	if (!w->s->flow.numbered)
		return;
	mc_stream_sum(&w->s->flow, &sums);
	put_count(sums.lost, buf);
}

static void cell_loss(const struct row *w, char *buf)
{
	if (w->s->flow.numbered)
		recv_share_text(recv_loss(w->last.lost, w->last.packets), buf);
}

/* Those of trains have a mark. */
static void put_quantile(const struct row *w, double share, char *buf)
{
	const struct mc_hist *h = recv_delays(w->s);
	char text[RECV_TEXT_SIZE];

	if (h)
		snprintf(buf, CELL, "%s%.30s", recv_longest_train(w->s) > 1 ? "*" : "",
			 recv_time_text(mc_hist_quantile(h, share), text));
}

static void cell_p50(const struct row *w, char *buf)
{
	put_quantile(w, 0.5, buf);
}

static void cell_p99(const struct row *w, char *buf)
{
	put_quantile(w, 0.99, buf);
}

static void cell_jitter(const struct row *w, char *buf)
{
	if (w->s->flow.delay.jitters)
		recv_time_text((mc_time)w->s->flow.delay.jitter, buf);
}

/* In the order in which they stand; the lowest rank is the last to go where there is little room. What a
 * cell does not write is "-". */
static const struct column {
	const char *title;
	unsigned width, rank;
	void (*write)(const struct row *w, char *buf);
} columns[] = {
	{ "FORMAT", 6, 6, cell_format }, { "PPS", 8, 1, cell_pps },       { "MBIT/S", 8, 3, cell_bits },
	{ "LOST", 8, 0, cell_lost },     { "NOW", 8, 2, cell_loss },      { "P50", 8, 5, cell_p50 },
	{ "P99", 8, 4, cell_p99 },       { "JITTER", 7, 7, cell_jitter },
};

#define NCOLUMNS (sizeof columns / sizeof *columns)

/* What of the width goes to what. */
struct layout {
	bool shown[NCOLUMNS];
	bool on; /* names tell the interface */
	unsigned name, strip;
};

static size_t column_of(unsigned rank)
{
	size_t c = 0;

	while (columns[c].rank != rank)
		c++;
	return c;
}

/* The strip goes before the last column does. */
static void lay_out(struct layout *l, unsigned width)
{
	unsigned fixed = l->name, left;
	bool room = true;

	if (width >= l->name + columns[column_of(0)].width + 1 + STRIP_LEAST + 1)
		l->strip = STRIP_LEAST;
	fixed += l->strip ? l->strip + 1 : 0;
	left = width > fixed ? width - fixed : 0;
	for (unsigned rank = 0; rank < NCOLUMNS && room; rank++) {
		size_t c = column_of(rank);

		room = columns[c].width + 1 + (rank < NICE ? 0 : STRIP_GOOD - STRIP_LEAST) <= left;
		l->shown[c] = room;
		left -= room ? columns[c].width + 1 : 0;
	}
	if (l->strip)
		l->strip = l->strip + left < RECV_STRIP ? l->strip + left : RECV_STRIP;
}

/* ---- the strip -------------------------------------------------------------------------------- */

static const char *const blocks[LEVELS + 1] = {
	" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588",
};
static const char *const plain_blocks[LEVELS + 1] = { " ", ".", ".", ":", ":", "|", "|", "#", "#" };

/* How high a second stands: that of the most is full, and one packet is not nothing. */
static unsigned level_of(uint32_t packets, uint32_t most)
{
	return packets && most ? 1 + (unsigned)((uint64_t)packets * (LEVELS - 1) / most) : 0;
}

static void put_second(struct mc_text *t, const struct live_look *look, const struct recv_point *p,
		       uint32_t most)
{
	const char *block = (look->utf8 ? blocks : plain_blocks)[level_of(p->packets, most)];

	if (!p->lost) {
		mc_text_str(t, block);
	} else if (!look->colour) {
		mc_text_char(t, '!');
	} else {
		mc_text_str(t, SCREEN_RED);
		mc_text_str(t, p->packets ? block : "!");
		mc_text_str(t, SCREEN_PLAIN);
	}
}

static void put_strip(struct mc_text *t, const struct live_look *look, const struct row *w, unsigned width)
{
	struct recv_point points[RECV_STRIP];
	bool there[RECV_STRIP] = { false };
	uint32_t most = 0;

	for (unsigned ago = 0; ago < width; ago++) {
		there[ago] = recv_second(w->r, w->s, ago, &points[ago]);
		if (there[ago] && points[ago].packets > most)
			most = points[ago].packets;
	}
	for (unsigned ago = width; ago-- > 0;)
		if (there[ago])
			put_second(t, look, &points[ago], most);
		else
			mc_text_str(t, look->utf8 ? "\u00b7" : "-");
}

/* ---- lines ------------------------------------------------------------------------------------- */

static void put_cell(struct mc_text *t, const char *text, unsigned width)
{
	size_t n = strlen(text);

	mc_text_char(t, ' ');
	for (size_t i = n; i < width; i++)
		mc_text_char(t, ' ');
	mc_text_str(t, text);
}

static void put_name(struct mc_text *t, const char *name, unsigned width)
{
	size_t n = 0;

	for (const char *p = name; *p; p++)
		n += (*p & 0xc0) != 0x80;
	mc_text_str(t, name);
	for (; n < width; n++)
		mc_text_char(t, ' ');
}

static void write_head(const struct layout *l, const struct screen_sink *to)
{
	char line[LINE_SIZE];
	struct mc_text t = mc_text_begin(line, sizeof line);

	put_name(&t, "STREAM", l->name);
	for (size_t c = 0; c < NCOLUMNS; c++)
		if (l->shown[c])
			put_cell(&t, columns[c].title, columns[c].width);
	if (l->strip)
		mc_text_str(&t, l->strip > 15 ? " LAST MINUTE" : " LAST");
	to->line(to->arg, line);
}

static void write_row(const struct recv *r, const struct live_look *look, const struct layout *l,
		      const struct recv_stream *s, const struct screen_sink *to)
{
	char line[LINE_SIZE], cell[CELL], name[RECV_NAME_SIZE];
	struct mc_text t = mc_text_begin(line, sizeof line);
	struct row w = { .r = r, .s = s };

	if (!recv_second(r, s, 0, &w.last))
		w.last = (struct recv_point){ 0 };
	put_name(&t, recv_name(s, l->on, name), l->name);
	for (size_t c = 0; c < NCOLUMNS; c++) {
		strcpy(cell, "-");
		if (l->shown[c])
			columns[c].write(&w, cell);
		if (l->shown[c])
			put_cell(&t, cell, columns[c].width);
	}
	if (l->strip) {
		mc_text_char(&t, ' ');
		put_strip(&t, look, &w, l->strip);
	}
	to->line(to->arg, line);
}

static unsigned name_width(const struct recv_stream *const *v, size_t n, bool on)
{
	size_t width = sizeof "STREAM" - 1;
	char name[RECV_NAME_SIZE];

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(recv_name(v[i], on, name));

		width = len > width ? len : width;
	}
	return (unsigned)width;
}

/* ---- what was lost last --------------------------------------------------------------------------- */

struct logged {
	const struct recv_stream *stream;
	const struct mc_gap *gap;
};

/* Keeps the latest, the latest first. */
static size_t log_add(struct logged *v, size_t n, size_t most, struct logged one)
{
	size_t i = n;

	if (n == most && one.gap->at <= v[n - 1].gap->at)
		return n;
	i = n < most ? n : n - 1;
	for (; i > 0 && v[i - 1].gap->at < one.gap->at; i--)
		v[i] = v[i - 1];
	v[i] = one;
	return n < most ? n + 1 : n;
}

static size_t latest_gaps(const struct recv_streams *t, struct logged *v, size_t most)
{
	size_t n = 0;

	for (size_t s = 0; s < t->n; s++) {
		const struct mc_gaps *gaps = &t->v[s]->flow.gaps;

		for (uint32_t i = gaps->n, tried = 0; i-- > 0 && tried < most; tried++) {
			const struct mc_gap *g = mc_gaps_at(gaps, i);

			if (g && g->missing)
				n = log_add(v, n, most, (struct logged){ t->v[s], g });
		}
	}
	return n;
}

static void write_log(const struct recv *r, bool on, const struct screen_sink *to, size_t most)
{
	struct logged v[LOG_LINES];
	size_t n = most > 2 ? latest_gaps(&r->streams, v, most - 2 < LOG_LINES ? most - 2 : LOG_LINES) : 0;
	char line[LINE_SIZE], name[RECV_NAME_SIZE], clock[OUT_CLOCK_SIZE], where[RECV_GAP_SIZE];

	if (!n)
		return;
	to->line(to->arg, "");
	to->line(to->arg, "LOST LAST");
	for (size_t i = 0; i < n; i++) {
		snprintf(line, sizeof line, "%s %s: %" PRIu64 " from number %" PRIu64 " on%s",
			 out_clock(clock, v[i].gap->at), recv_name(v[i].stream, on, name), v[i].gap->missing,
			 recv_number(v[i].stream, v[i].gap->first), recv_gap_text(v[i].gap, where));
		to->line(to->arg, line);
	}
}

/* ---- all ------------------------------------------------------------------------------------------- */

static void write_more(const struct recv_stream *const *v, size_t n, const struct screen_sink *to)
{
	char line[LINE_SIZE];

	snprintf(line, sizeof line, "... %zu more, %zu of them without loss", n, recv_lossless(v, n));
	to->line(to->arg, line);
}

static void write_streams(const struct recv *r, const struct live_look *look,
			  const struct recv_stream *const *v, const struct screen_sink *to)
{
	size_t n = r->streams.n, room = to->most - 1, shown = n <= room ? n : room ? room - 1 : 0;
	struct layout l = { .on = recv_spread(&r->streams) };

	l.name = name_width(v, shown, l.on);
	lay_out(&l, to->width);
	write_head(&l, to);
	for (size_t i = 0; i < shown; i++)
		write_row(r, look, &l, v[i], to);
	if (shown < n && room)
		write_more(v + shown, n - shown, to);
	if (shown == n)
		write_log(r, l.on, to, room - n);
}

void live_write(const struct recv *r, const struct live_look *look, const struct screen_sink *to)
{
	const struct recv_stream **worst = NULL;

	if (!to->most)
		return;
	if (!r->streams.n) {
		to->line(to->arg, "nothing has come yet");
		return;
	}
	if (r->streams.n + 1 > to->most)
		worst = recv_worst(&r->streams);
	write_streams(r, look, worst ? worst : (const struct recv_stream *const *)r->streams.v, to);
	free(worst);
}

/* "1:02:03", "0:07". */
static void put_clock(struct mc_text *t, mc_time time)
{
	unsigned long long s = time / MC_SEC;
	char text[40];

	if (s < 3600)
		snprintf(text, sizeof text, "%llu:%02llu", s / 60, s % 60);
	else
		snprintf(text, sizeof text, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
	mc_text_str(t, text);
}

static void put_last_second(struct mc_text *t, const struct recv *r)
{
	struct recv_point p;
	double packets = 0, bytes = 0;
	char text[RECV_TEXT_SIZE];

	for (size_t i = 0; i < r->streams.n; i++)
		if (recv_second(r, r->streams.v[i], 0, &p)) {
			packets += p.packets;
			bytes += (double)p.bytes;
		}
	mc_text_str(t, recv_pps_text(packets, text));
	mc_text_str(t, ", ");
	mc_text_str(t, recv_bps_text(8 * bytes, text));
}

char *live_title(const struct recv *r, mc_time now, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	char text[MC_TARGET_STRLEN], plain[4 * MC_TARGET_STRLEN];

	mc_text_str(&t, "mcast recv ");
	if (r->ntargets)
		mc_text_str(&t, out_plain(plain, sizeof plain,
					  mc_target_format(&r->targets[0].target, text, sizeof text)));
	if (r->ntargets > 1) {
		mc_text_str(&t, " and ");
		mc_text_number(&t, r->ntargets - 1);
		mc_text_str(&t, " more");
	}
	mc_text_str(&t, "  ");
	put_clock(&t, now - r->began);
	mc_text_str(&t, "  ");
	put_last_second(&t, r);
	return buf;
}
