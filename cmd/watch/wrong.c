/*
 * wrong.c - the names and the words of what is wrong. Faults of messages are the codec's to name;
 * here are those of links, and the order in which all are told. Whether something is wrong it does
 * not decide.
 */
#include "watch/wrong.h"

#include <ctype.h>

#include "base/text.h"

/* ---- events of a link ------------------------------------------------------------------- */

static void say_second(struct mc_text *t, const struct mc_track_event *e, const char *protocol)
{
	(void)protocol;
	mc_text_str(t, "a second querier: ");
	mc_text_addr(t, &e->other);
	mc_text_str(t, " is the querier here, and the one with the lower address stays");
}

static void say_older(struct mc_text *t, const struct mc_track_event *e, const char *protocol)
{
	mc_text_str(t, "makes hosts speak ");
	mc_text_str(t, protocol);
	mc_text_char(t, 'v');
	mc_text_number(t, e->version);
	if (!e->n)
		return;
	mc_text_str(t, ", which voids the source lists of ");
	mc_text_number(t, e->n);
	mc_text_str(t, e->n == 1 ? " group" : " groups");
}

static void say_unanswered(struct mc_text *t, const struct mc_track_event *e, const char *protocol)
{
	(void)protocol;
	mc_text_str(t, "nobody asked who is left in ");
	mc_text_addr(t, &e->group);
	mc_text_str(t, " after ");
	mc_text_addr(t, &e->host);
	mc_text_str(t, " left it: there is no querier here, or it did not hear");
}

static void say_lost(struct mc_text *t, const struct mc_track_event *e, const char *protocol)
{
	mc_text_str(t, "the querier ");
	mc_text_addr(t, &e->host);
	mc_text_str(t, " fell silent: nobody asks with ");
	mc_text_str(t, protocol);
	mc_text_str(t, " now");
}

const char *wrong_limit(const struct mc_track_event *e)
{
	static const char *const names[] = {
		[MC_TRACK_GROUPS] = "groups", [MC_TRACK_HOSTS] = "hosts",   [MC_TRACK_SOURCES] = "sources",
		[MC_TRACK_LEAVES] = "leaves", [MC_TRACK_EVENTS] = "events",
	};

	return e->limit < sizeof names / sizeof *names ? names[e->limit] : "things";
}

static void say_limit(struct mc_text *t, const struct mc_track_event *e, const char *protocol)
{
	mc_text_str(t, "no more than ");
	mc_text_number(t, e->n);
	mc_text_char(t, ' ');
	mc_text_str(t, wrong_limit(e));
	mc_text_str(t, " of ");
	mc_text_str(t, protocol);
	mc_text_str(t, " are kept");
}

struct row {
	enum mc_track_kind kind;
	const char *name;
	bool of_message;
	void (*say)(struct mc_text *t, const struct mc_track_event *e, const char *protocol);
};

static const struct row rows[] = {
	{ MC_TRACK_SECOND, "second-querier", true, say_second },
	{ MC_TRACK_OLDER, "older-version", true, say_older },
	{ MC_TRACK_UNANSWERED, "unanswered-leave", false, say_unanswered },
	{ MC_TRACK_LOST, "querier-lost", false, say_lost },
	{ MC_TRACK_LIMIT, "limit", false, say_limit },
};

static const struct row *row_of(const struct mc_track_event *e)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].kind == e->kind)
			return &rows[i];
	return NULL;
}

const char *wrong_name(const struct mc_track_event *e)
{
	const struct row *row = row_of(e);

	return row ? row->name : NULL;
}

bool wrong_of_message(const struct mc_track_event *e)
{
	const struct row *row = row_of(e);

	return row && row->of_message;
}

char *wrong_format(const struct mc_track_event *e, const char *protocol, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	const struct row *row = row_of(e);

	if (row)
		row->say(&t, e, protocol);
	mc_text_cut(&t);
	return buf;
}

/* ---- messages ----------------------------------------------------------------------------- */

/* The sentence of an error as a clause; "IP ..." keeps its capitals. */
char *wrong_error(int error, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	const char *s = mc_strerror(error);

	if (*s && !isupper((unsigned char)s[1]))
		mc_text_char(&t, (char)tolower((unsigned char)*s++));
	mc_text_str(&t, s);
	return buf;
}

/* The faults of a message (r NULL), or of a record. */
static void each_fault(const struct shown *s, const struct mc_record *r, uint32_t faults, wrong_fn *each,
		       void *arg)
{
	char text[WRONG_SIZE];

	for (; faults; faults &= faults - 1) {
		uint32_t fault = faults & -faults;
		const char *name = mc_fault_name(fault);

		if (name)
			each(arg, name, mc_fault_format(fault, s->msg, r, text, sizeof text));
	}
}

static void each_record(const struct shown *s, wrong_fn *each, void *arg)
{
	uint32_t left = s->record_faults; /* to be told */
	struct mc_record r;
	size_t pos = 0;

	while (left && mc_msg_next(s->msg, &pos, &r)) {
		each_fault(s, &r, r.faults & left, each, arg);
		left &= ~r.faults;
	}
}

static void each_event(const struct mc_track_event *e, const char *protocol, wrong_fn *each, void *arg)
{
	char text[WRONG_SIZE];

	each(arg, wrong_name(e), wrong_format(e, protocol, text, sizeof text));
}

static void each_any_source(const struct mc_addr *group, wrong_fn *each, void *arg)
{
	char text[WRONG_SIZE];
	struct mc_text t = mc_text_begin(text, sizeof text);

	mc_text_addr(&t, group);
	mc_text_str(
		&t,
		" is a source-specific group: routers ignore a report that names no source to accept (RFC 4604)");
	each(arg, "any-source", text);
}

void wrong_warnings(const struct shown *s, wrong_fn *each, void *arg)
{
	if (s->any_source.family)
		each_any_source(&s->any_source, each, arg);
	for (size_t i = 0; i < s->n; i++)
		if (wrong_of_message(&s->events[i]))
			each_event(&s->events[i], s->protocol, each, arg);
}

void wrong_each(const struct shown *s, wrong_fn *each, void *arg)
{
	if (s->kind == SHOWN_EVENT) {
		if (wrong_name(s->event))
			each_event(s->event, s->protocol, each, arg);
		return;
	}
	if (s->kind != SHOWN_MESSAGE)
		return;
	each_fault(s, NULL, s->msg->faults, each, arg);
	each_record(s, each, arg);
	wrong_warnings(s, each, arg);
}
