/*
 * show.c - what watch prints, as text, and mcast sim of its packets. It may change for the better; JSON,
 * which is promised, is beside it in json.c. A line may be written a million times a second: no stdio but
 * one write of the whole line, and the clock only when the second changes.
 */
#include "watch/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "out.h"
#include "watch/json.h"
#include "watch/table.h"
#include "watch/wrong.h"

#define LINE_ROOM 8192
#define VERBOSE_ROOM (512 << 10) /* a record of 64 KB of IPv4 addresses */

int watch_show_open(struct watch_show *w, bool json, bool verbose)
{
	*w = (struct watch_show){ .json = json, .verbose = verbose, .colour = out_colour(), .second = -1 };
	w->room_len = verbose ? VERBOSE_ROOM : LINE_ROOM;
	w->room = malloc(w->room_len);
	return w->room ? 0 : -ENOMEM;
}

void watch_show_close(struct watch_show *w)
{
	free(w->room);
	w->room = NULL;
}

/* ---- pieces of a line --------------------------------------------------------------------- */

static void put_digits(char *p, unsigned v, unsigned n)
{
	while (n) {
		p[--n] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* "12:00:01.", local. */
static void put_clock(struct watch_show *w, struct mc_text *t, mc_time time)
{
	time_t second = (time_t)(time / MC_SEC);
	struct tm tm;

	if (second != w->second) {
		w->second = second;
		if (!localtime_r(&second, &tm))
			memset(&tm, 0, sizeof tm);
		strcpy(w->clock, "00:00:00.");
		put_digits(w->clock, (unsigned)tm.tm_hour, 2);
		put_digits(w->clock + 3, (unsigned)tm.tm_min, 2);
		put_digits(w->clock + 6, (unsigned)tm.tm_sec, 2);
	}
	mc_text_run(t, w->clock, 9);
}

/* "12:00:01.123456 ", or "36.250000 " of what is simulated. */
static void put_time(struct watch_show *w, struct mc_text *t, mc_time time)
{
	char part[8];

	if (w->simulated) {
		mc_text_number(t, time / MC_SEC);
		mc_text_char(t, '.');
	} else {
		put_clock(w, t, time);
	}
	put_digits(part, (unsigned)(time % MC_SEC / 1000), 6);
	part[6] = ' ';
	mc_text_run(t, part, 7);
}

/* A link's name may hold anything; it mostly is that of the line before. */
static void put_link(struct watch_show *w, struct mc_text *t, const struct link_seen *l)
{
	if (w->link != l) {
		w->link = l;
		out_plain(w->name, sizeof w->name, l->name);
	}
	mc_text_str(t, w->name);
	mc_text_char(t, ' ');
}

/* What a function of the library writes at the end of the line, at most `most` with its end. */
static char *end_of(struct mc_text *t, size_t most, size_t *ret_room)
{
	size_t room = t->len - t->off;

	*ret_room = room < most ? room : most;
	return t->base + t->off;
}

static void took(struct mc_text *t)
{
	t->off += strlen(t->base + t->off);
}

struct wrongs {
	struct mc_text *t;
	const char *before; /* the next one */
	bool colour, any;
};

static void put_wrong(void *arg, const char *name, const char *text)
{
	struct wrongs *w = arg;

	(void)name;
	if (!w->any && w->colour)
		mc_text_str(w->t, SCREEN_RED);
	mc_text_str(w->t, w->before);
	mc_text_str(w->t, text);
	w->before = "; ";
	w->any = true;
}

/* " ! one; another", where something is wrong. */
static void put_wrongs(struct mc_text *t, const struct shown *s, bool colour)
{
	struct wrongs w = { .t = t, .before = s->kind == SHOWN_MESSAGE ? " ! " : "! ", .colour = colour };

	if (!s->wrong)
		return;
	wrong_each(s, put_wrong, &w);
	if (w.any && colour)
		mc_text_str(t, SCREEN_PLAIN);
}

/* ---- the line of a thing -------------------------------------------------------------------- */

static bool joins(const struct shown *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->events[i].kind == MC_TRACK_JOIN)
			return true;
	return false;
}

static void put_message(struct mc_text *t, const struct shown *s, bool colour)
{
	size_t room;
	char *end = end_of(t, MC_MSG_NAMELEN, &room);

	mc_msg_name(s->msg, end, room);
	took(t);
	mc_text_run(t, ": ", 2);
	end = end_of(t, WATCH_MEANING_SIZE, &room);
	mc_msg_format(s->msg, end, room);
	took(t);
	if (s->n && joins(s))
		mc_text_str(t, " (new)");
	put_wrongs(t, s, colour);
}

static void put_unreadable(struct mc_text *t, const struct shown *s, bool colour)
{
	char why[WRONG_SIZE];

	if (colour)
		mc_text_str(t, SCREEN_RED);
	mc_text_str(t, s->protocol);
	if (s->src.family) {
		mc_text_str(t, " from ");
		mc_text_addr(t, &s->src);
	}
	if (s->dst.family) {
		mc_text_str(t, " to ");
		mc_text_addr(t, &s->dst);
	}
	mc_text_str(t, " cannot be read: ");
	mc_text_str(t, wrong_error(s->error, why, sizeof why));
	if (colour)
		mc_text_str(t, SCREEN_PLAIN);
}

static void put_querier(struct mc_text *t, const struct shown *s)
{
	const struct mc_track_event *e = s->event;
	const struct mc_track *track = s->link->tracks[s->family == MC_IPV6];

	mc_text_str(t, "querier is ");
	mc_text_addr(t, &e->host);
	mc_text_str(t, " (");
	mc_text_str(t, s->protocol);
	if (track) {
		mc_text_char(t, 'v');
		mc_text_number(t, mc_track_querier(track)->version);
	}
	mc_text_char(t, ')');
	if (e->other.family) {
		mc_text_str(t, ", no longer ");
		mc_text_addr(t, &e->other);
	}
}

static void put_expired(struct mc_text *t, const struct mc_track_event *e)
{
	mc_text_addr(t, &e->host);
	mc_text_str(t, " is no longer heard of in ");
	mc_text_addr(t, &e->group);
}

/* What a message's own line tells: who joined, and who said that he leaves. */
static bool is_told(const struct shown *s)
{
	const struct mc_track_event *e = s->event;

	return e && s->msg && (e->kind == MC_TRACK_JOIN || (e->kind == MC_TRACK_LEAVE && !e->expired));
}

static void put_event(struct mc_text *t, const struct shown *s, bool colour)
{
	if (s->event->kind == MC_TRACK_QUERIER)
		put_querier(t, s);
	else if (s->event->kind == MC_TRACK_LEAVE)
		put_expired(t, s->event);
	else
		put_wrongs(t, s, colour);
}

static void put_thing(struct watch_show *w, struct mc_text *t, const struct shown *s, bool colour)
{
	put_link(w, t, s->link);
	if (s->kind == SHOWN_UNREADABLE)
		put_unreadable(t, s, colour);
	else if (s->kind == SHOWN_MESSAGE)
		put_message(t, s, colour);
	else
		put_event(t, s, colour);
}

char *watch_show_line(struct watch_show *w, const struct shown *s, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	struct shown message = *s;

	if (is_told(s)) {
		message.kind = SHOWN_MESSAGE;
		message.wrong = true; /* it may be */
	}
	put_thing(w, &t, &message, false);
	return buf;
}

/* Prints a line, of which there is always room for the end. */
static void print(struct watch_show *w, struct mc_text *t)
{
	mc_text_cut(t);
	w->room[t->off] = '\n';
	fwrite_unlocked(w->room, 1, t->off + 1, stdout);
}

/* ---- --verbose: the fields ------------------------------------------------------------------ */

static void put_field(struct mc_text *t, const char *before, uint64_t n)
{
	mc_text_str(t, before);
	mc_text_number(t, n);
}

static void put_hex(struct mc_text *t, const char *before, uint64_t n, size_t least)
{
	mc_text_str(t, before);
	mc_text_str(t, "0x");
	mc_text_hex(t, n, least);
}

/* Thousandths are all that a message tells. */
static void put_seconds(struct mc_text *t, mc_time time)
{
	unsigned part = (unsigned)(time % MC_SEC / MC_MSEC), n = 3;
	char digits[4] = ".";

	mc_text_number(t, time / MC_SEC);
	for (; part && part % 10 == 0; part /= 10)
		n--;
	if (part) {
		put_digits(digits + 1, part, n);
		mc_text_run(t, digits, n + 1);
	}
	mc_text_str(t, " s");
}

static void put_ip(struct mc_text *t, const struct mc_ip *ip)
{
	mc_text_addr(t, &ip->src);
	mc_text_str(t, " > ");
	mc_text_addr(t, &ip->dst);
	put_field(t, ", ttl ", (uint64_t)ip->ttl);
	put_hex(t, ", tos ", (uint64_t)ip->tos, 2);
	mc_text_str(t, ip->alert == 1 ? ", Router Alert" : ", no Router Alert");
}

static void put_sources(struct mc_text *t, const struct mc_sources *s)
{
	mc_text_str(t, ", sources {");
	for (uint16_t i = 0; i < s->n; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		mc_text_str(t, i ? ", " : "");
		mc_text_addr(t, &a);
	}
	mc_text_char(t, '}');
}

static void put_query(struct mc_text *t, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;

	put_field(t, "; max resp code ", q->max_resp_code);
	mc_text_str(t, " (");
	put_seconds(t, q->max_resp);
	mc_text_char(t, ')');
	if (m->version < mc_proto_of(m->family)->newest)
		return;
	put_hex(t, ", flags ", q->flags, 1);
	put_field(t, ", S ", q->suppress);
	put_field(t, ", QRV ", q->qrv);
	put_field(t, ", QQIC ", q->qqic);
	put_field(t, " (", q->interval);
	mc_text_str(t, " s)");
	put_sources(t, &q->sources);
}

static void put_mrd(struct mc_text *t, const struct mc_mrd *m)
{
	if (m->type != MC_MRD_ADVERTISEMENT)
		return;
	put_field(t, "; advertisement interval ", m->advert);
	put_field(t, " s, query interval ", m->interval);
	put_field(t, " s, robustness variable ", m->robustness);
}

static void put_report(struct mc_text *t, const struct mc_report *r)
{
	put_hex(t, "; flags ", r->flags, 4);
	put_field(t, r->n == 1 ? ", record " : ", records ", r->n);
}

static void print_fields(struct watch_show *w, const struct mc_msg *m)
{
	struct mc_text t = mc_text_begin(w->room, w->room_len);

	mc_text_char(&t, '\t');
	put_ip(&t, &m->ip);
	put_hex(&t, "; type ", m->type, 2);
	put_hex(&t, ", code ", m->code, 2);
	put_hex(&t, ", checksum ", m->checksum, 4);
	put_field(&t, ", octets ", m->len);
	if (m->extra)
		put_field(&t, ", additional data ", m->extra);
	if (m->kind == MC_QUERY)
		put_query(&t, m);
	else if (m->kind == MC_REPORT)
		put_report(&t, &m->report);
	else if (m->kind == MC_MRD)
		put_mrd(&t, &m->mrd);
	print(w, &t);
}

static void print_record(struct watch_show *w, const struct mc_msg *m, const struct mc_record *r)
{
	struct mc_text t = mc_text_begin(w->room, w->room_len);
	char text[WRONG_SIZE], *end;
	size_t room;

	mc_text_char(&t, '\t');
	end = end_of(&t, SIZE_MAX, &room);
	mc_record_format(r, end, room);
	took(&t);
	if (r->aux)
		put_field(&t, ", words of auxiliary data ", r->aux);
	for (uint32_t left = r->faults; left; left &= left - 1) {
		mc_text_str(&t, left == r->faults ? " ! " : "; ");
		mc_text_str(&t, mc_fault_format(left & -left, m, r, text, sizeof text));
	}
	print(w, &t);
}

static void print_details(struct watch_show *w, const struct mc_msg *m)
{
	struct mc_record r;
	size_t pos = 0;

	print_fields(w, m);
	while (mc_msg_next(m, &pos, &r))
		print_record(w, m, &r);
}

/* ---- things --------------------------------------------------------------------------------- */

static void text_thing(struct watch_show *w, const struct shown *s)
{
	struct mc_text t = mc_text_begin(w->room, w->room_len);

	if (is_told(s))
		return;
	put_time(w, &t, s->time);
	put_thing(w, &t, s, w->colour);
	print(w, &t);
	if (w->verbose && s->kind == SHOWN_MESSAGE)
		print_details(w, s->msg);
}

void watch_show_thing(struct watch_show *w, const struct shown *s)
{
	if (w->json)
		watch_json_thing(s);
	else
		text_thing(w, s);
}

/* ---- state and end -------------------------------------------------------------------------- */

static void print_table(void *arg, const char *text)
{
	(void)arg;
	puts(text);
}

void watch_show_state(struct watch_show *w, const struct links *links, struct shown_now at)
{
	struct screen_sink to = { .line = print_table, .width = screen_columns(), .most = SIZE_MAX };

	if (w->json)
		watch_json_state(links, at);
	else
		table_write(links, at.now, &to);
	out_flush();
}

static void put_count(struct mc_text *t, uint64_t n, const char *one, const char *many)
{
	mc_text_number(t, n);
	mc_text_char(t, ' ');
	mc_text_str(t, n == 1 ? one : many);
}

char *watch_show_totals(const struct shown_totals *n, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);

	put_count(&t, n->messages, "message", "messages");
	if (n->dropped == UINT64_MAX) {
		mc_text_str(&t, " in ");
		put_count(&t, n->packets, "packet", "packets");
	}
	mc_text_str(&t, ", ");
	mc_text_number(&t, n->faulty);
	mc_text_str(&t, " of them with something wrong, ");
	mc_text_number(&t, n->unreadable);
	mc_text_str(&t, " unreadable");
	if (n->warnings) {
		mc_text_str(&t, ", ");
		put_count(&t, n->warnings, "other warning", "other warnings");
	}
	mc_text_str(&t, ", in ");
	put_seconds(&t, n->time < MC_SEC ? n->time : n->time / (100 * MC_MSEC) * (100 * MC_MSEC));
	if (n->dropped != UINT64_MAX) {
		mc_text_str(&t, "; ");
		put_count(&t, n->dropped, "packet", "packets");
		mc_text_str(&t, " dropped before they could be read");
	}
	return buf;
}

void watch_show_end(struct watch_show *w, const struct shown_totals *t, mc_time now)
{
	char text[512];

	if (w->json)
		watch_json_totals(t, now);
	else
		puts(watch_show_totals(t, text, sizeof text));
	out_flush();
}
