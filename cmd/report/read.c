/*
 * read.c - lines of JSON become runs. The lines come from other machines: what is no object of `mcast
 * recv` is counted and left out, however it is wrong; what values mean is not looked at here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "report/report.h"
#include "report/value.h"

enum {
	LINE_MOST = 32 << 20, /* a stream with its histogram, gaps and series has 100 kB */
	RUNS_MOST = 4096,
	ROOM = 65536, /* of a line, to begin with */
};
#define FILE_MOST ((size_t)2 << 30) /* octets of one file that are kept */

/* ---- runs ------------------------------------------------------------------------------- */

static void run_free(struct report_run *r)
{
	json_decref(r->start);
	json_decref(r->end);
	json_decref(r->redundant);
	json_decref(r->streams);
	json_decref(r->interfaces);
	free(r->receiver);
}

void report_free(struct report *p)
{
	for (size_t i = 0; i < p->n; i++)
		run_free(&p->runs[i]);
	free(p->runs);
	p->runs = NULL;
	p->n = 0;
}

static const char *event_of(const json_t *o)
{
	const char *event = report_text(o, "event");

	return event ? event : "";
}

/* The host's name as it stands in any object of the run. */
static const char *host_of(const struct report_run *r)
{
	const json_t *o = r->start ? r->start : r->end ? r->end : r->redundant;

	if (!o)
		o = json_array_get(r->streams, 0);
	if (!o)
		o = json_array_get(r->interfaces, 0);
	return report_text(o, "host");
}

static bool is_host(const struct report_run *r, const char *host)
{
	const char *name = host_of(r);

	return name && strcmp(name, host) == 0;
}

static char *name_of(const char *host, size_t number)
{
	char *name = NULL;

	if (!number)
		return strdup(host);
	return asprintf(&name, "%s #%zu", host, number) < 0 ? NULL : name;
}

/* Several runs of one host are numbered, the first, too. */
static char *next_name(struct report *p, const char *host)
{
	struct report_run *only = NULL;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (is_host(&p->runs[i], host)) {
			only = &p->runs[i];
			n++;
		}
	if (n == 1) {
		char *name = name_of(host, 1);

		if (!name)
			return NULL;
		free(only->receiver);
		only->receiver = name;
	}
	return name_of(host, n ? n + 1 : 0);
}

static struct report_run *begin(struct report *p, const char *host)
{
	struct report_run run = { .streams = json_array(), .interfaces = json_array() }, *r;

	run.receiver = next_name(p, host);
	r = run.receiver && run.streams && run.interfaces ? mc_grow(&p->runs, &p->n, sizeof *r) : NULL;
	if (!r) {
		run_free(&run);
		return NULL;
	}
	*r = run;
	return r;
}

/* The run of that host that is still open: objects of several may stand in turn. */
static struct report_run *open_run(struct report *p, const char *host)
{
	for (size_t i = p->n; i-- > 0;)
		if (is_host(&p->runs[i], host))
			return strcmp(event_of(p->runs[i].end), "end") == 0 ? NULL : &p->runs[i];
	return NULL;
}

/* ---- objects ---------------------------------------------------------------------------- */

static bool stream_sound(const json_t *o)
{
	return report_text(o, "source") && report_text(o, "group") &&
	       json_is_integer(json_object_get(o, "port")) &&
	       json_is_integer(json_object_get(o, "source_port")) &&
	       json_is_integer(json_object_get(o, "packets"));
}

static bool start_sound(const json_t *o)
{
	return json_is_array(json_object_get(o, "targets")) && json_is_string(json_object_get(o, "stamps"));
}

static bool end_sound(const json_t *o)
{
	return json_is_string(json_object_get(o, "verdict"));
}

static bool redundant_sound(const json_t *o)
{
	return json_is_integer(json_object_get(o, "neither"));
}

static bool interface_sound(const json_t *o)
{
	return report_text(o, "ifname") && json_is_integer(json_object_get(o, "missed"));
}

enum kind { START, STREAM, REDUNDANT, INTERFACE, END, SO_FAR, OTHER };

/* Which of the objects of mcast-recv(1), and how they are told from those of other verbs. */
static const struct {
	const char *event;
	enum kind kind;
	bool (*sound)(const json_t *o); /* NULL: it is not kept */
} kinds[] = {
	{ "start", START, start_sound },
	{ "stream", STREAM, stream_sound },
	{ "redundant", REDUNDANT, redundant_sound },
	{ "interface", INTERFACE, interface_sound },
	{ "end", END, end_sound },
	{ "so_far", SO_FAR, end_sound },
	{ "joined", OTHER, NULL },
	{ "left", OTHER, NULL },
	{ "stream_new", OTHER, NULL },
	{ "gap", OTHER, NULL },
	{ "clock", OTHER, NULL },
	{ "interval", OTHER, NULL },
	{ "effect", OTHER, NULL },
};

/* -1: it is none of them. */
static int kind_of(const json_t *o)
{
	const char *event = event_of(o), *host = report_text(o, "host");

	if (!host || report_count(o, "schema") != 1)
		return -1;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(event, kinds[i].event) == 0)
			return kinds[i].sound && !kinds[i].sound(o) ? -1 : (int)kinds[i].kind;
	return -1;
}

/* What was told half-way is told again at the end, and more of it. */
static void forget_so_far(struct report_run *r)
{
	if (strcmp(event_of(r->end), "so_far") != 0)
		return;
	json_decref(r->end);
	json_decref(r->redundant);
	r->end = r->redundant = NULL;
	json_array_clear(r->streams);
	json_array_clear(r->interfaces);
}

static void set(json_t **member, json_t *o)
{
	json_decref(*member);
	*member = json_incref(o);
}

static int keep(struct report_run *r, enum kind kind, json_t *o)
{
	if (kind == STREAM || kind == INTERFACE || kind == REDUNDANT)
		forget_so_far(r);
	switch (kind) {
	case START:
		set(&r->start, o);
		return 0;
	case REDUNDANT:
		set(&r->redundant, o);
		return 0;
	case STREAM:
		return json_array_append(r->streams, o);
	case INTERFACE:
		return json_array_append(r->interfaces, o);
	case END:
	case SO_FAR:
		set(&r->end, o);
		return 0;
	case OTHER:
		break;
	}
	return 0;
}

/* As report_add, but the object stays the caller's. 2: it is none of `mcast recv`. */
static int add(struct report *p, json_t *o)
{
	int kind = kind_of(o);
	struct report_run *r;

	if (kind < 0 || kind == OTHER)
		return kind < 0 ? 2 : 1;
	r = kind == START ? NULL : open_run(p, report_text(o, "host"));
	if (!r && p->n == RUNS_MOST)
		return 2;
	if (!r)
		r = begin(p, report_text(o, "host"));
	return !r || keep(r, (enum kind)kind, o) ? -1 : 0;
}

int report_add(struct report *p, json_t *event)
{
	int r = add(p, event);

	json_decref(event);
	return r == 2 ? 1 : r;
}

/* ---- lines ------------------------------------------------------------------------------ */

struct line {
	char *text;
	size_t len, room;
};

static int put(struct line *l, int c)
{
	if (l->len == l->room) {
		size_t room = l->room ? 2 * l->room : ROOM;
		char *text = realloc(l->text, room);

		if (!text)
			return -1;
		l->text = text;
		l->room = room;
	}
	l->text[l->len++] = (char)c;
	return 0;
}

enum read { LINE, LONG, DONE, FULL };

/* Of a line that is too long the rest is passed over. */
static enum read next_line(struct line *l, FILE *from)
{
	bool some = false, too_long = false;
	int c;

	for (l->len = 0; (c = getc_unlocked(from)) != EOF && c != '\n'; some = true) {
		too_long |= l->len == LINE_MOST;
		if (!too_long && put(l, c))
			return FULL;
	}
	if (c == EOF && !some)
		return DONE;
	return too_long ? LONG : LINE;
}

static bool is_blank(const struct line *l)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strchr(" \t\r", l->text[i]) || !l->text[i])
			return false;
	return true;
}

/* 0: it is not kept. Otherwise how much it is, or -1 for no memory. */
static long take(struct report *p, const struct line *l, bool *ret_some)
{
	json_t *o = json_loadb(l->text ? l->text : "", l->len, 0, NULL);
	int r = json_is_object(o) ? add(p, o) : 2;

	json_decref(o);
	p->ignored += r == 2;
	*ret_some |= r == 0;
	return r < 0 ? -1 : r == 0 ? (long)l->len : 0;
}

static int cannot(char *why, size_t cap, const char *text)
{
	snprintf(why, cap, "%s", text);
	return -1;
}

static int read_lines(struct report *p, FILE *from, struct line *l, char *why, size_t cap)
{
	bool some = false;
	size_t kept = 0;
	enum read r;

	while ((r = next_line(l, from)) != DONE) {
		long n = 0;

		if (r == LONG)
			p->ignored++;
		else if (r == LINE && !is_blank(l))
			n = take(p, l, &some);
		if (r == FULL || n < 0)
			return cannot(why, cap, strerror(ENOMEM));
		kept += (size_t)n;
		if (kept > FILE_MOST)
			return cannot(why, cap, "it holds more than 2 GB of results");
	}
	if (ferror(from))
		return cannot(why, cap, strerror(errno));
	return some ? 0 : cannot(why, cap, "it holds nothing that mcast recv --json printed");
}

int report_read(struct report *p, FILE *from, char *why, size_t cap)
{
	struct line l = { 0 };
	int r = read_lines(p, from, &l, why, cap);

	free(l.text);
	p->files += r == 0;
	return r;
}
