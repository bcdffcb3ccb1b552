/*
 * events.c - lines that begin with a time: what is done to nodes, and what must be seen of them.
 */
#include "sim/words.h"

#include <errno.h>
#include <string.h>

#include "sim/roles.h"

/* ---- when ----------------------------------------------------------------------------------- */

/* The time of the event above, of those that are part of the runs that this line is part of. */
static mc_time above(const struct mc_words *p)
{
	mc_time t = 0;

	for (unsigned side = 0; side < 2; side++)
		if (mc_words_run(p, side) && p->latest[side] > t)
			t = p->latest[side];
	return t;
}

/* 31.25, or +0.5 from the event above. */
static bool moment(struct mc_words *p, const struct mc_word *w, const char *s, size_t len, mc_time *ret)
{
	bool relative = len && s[0] == '+';

	if (!mc_words_time_in(p, w, s + relative, len - relative, ret))
		return false;
	if (relative)
		*ret += above(p);
	return *ret <= MC_SIM_TIME_MOST ||
	       mc_words_refuse(p, w->place, "the time %.*s comes to more than 1000000000 s", MC_SHOWN(w));
}

static const char *find_dots(const struct mc_word *w)
{
	for (size_t i = 0; i + 1 < w->len; i++)
		if (w->s[i] == '.' && w->s[i + 1] == '.')
			return w->s + i;
	return NULL;
}

/* T, or T1..T2: then until is not at. */
static bool take_when(struct mc_words *p, struct mc_sim_event *e)
{
	struct mc_word w = mc_words_next(p);
	const char *dots = find_dots(&w);
	size_t n = dots ? (size_t)(dots - w.s) : w.len;
	char text[24];

	e->place = w.place;
	if (!moment(p, &w, w.s, n, &e->at))
		return false;
	e->until = e->at;
	if (dots && !moment(p, &w, dots + 2, w.len - n - 2, &e->until))
		return false;
	if (e->until < e->at)
		return mc_words_refuse(p, w.place, "%.*s ends before it begins", MC_SHOWN(&w));
	if (e->at < above(p))
		return mc_words_refuse(p, w.place, "the time %.*s is before the line above, %s", MC_SHOWN(&w),
				       mc_words_seconds(above(p), text, sizeof(text)));
	return true;
}

/* ---- what is done ------------------------------------------------------------------------------ */

enum { DEFAULT_SOCKET = 1 };

static bool take_mode(struct mc_words *p, enum mc_mode *ret)
{
	static const struct mc_choice
		rows[] = { [MC_INCLUDE] = { "include", 1 }, [MC_EXCLUDE] = { "exclude", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "filter mode");
	const struct mc_choice *found = mc_words_pick(p, &table, 1);

	if (found)
		*ret = found == &rows[MC_EXCLUDE] ? MC_EXCLUDE : MC_INCLUDE;
	return found;
}

static bool take_join(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	struct mc_word w;

	(void)node;
	if (!mc_names_groups(p, &e->groups))
		return false;
	w = mc_words_peek(p);
	e->mode = MC_EXCLUDE;
	if (!mc_word_is(&w, "{"))
		return true;
	e->mode = MC_INCLUDE;
	if (!mc_names_set(p, &e->sources))
		return false;
	return e->sources.n ||
	       mc_words_refuse(p, w.place,
			       "{} joins nothing: leave it out to join from any source, or write 'leave'");
}

static bool take_leave(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	(void)node;
	e->leaves = true;
	e->mode = MC_INCLUDE;
	return mc_names_groups(p, &e->groups);
}

static bool take_listen(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	(void)node;
	e->groups.count = 1;
	return mc_names_address(p, &e->groups.first) && take_mode(p, &e->mode) &&
	       mc_names_set(p, &e->sources);
}

static bool take_socket(struct mc_words *p, struct mc_sim_event *e)
{
	uint64_t number;

	if (!mc_words_number(p, 0, UINT32_MAX, &number))
		return false;
	e->socket = (uint32_t)number;
	return true;
}

static bool take_close(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	(void)node;
	return take_socket(p, e);
}

static bool take_nothing(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	(void)p;
	(void)e;
	(void)node;
	return true;
}

static bool take_set(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	if (!mc_options_take(p, node->role, true, &e->options))
		return false;
	for (uint32_t i = 0; e->who.first < e->who.last && i < e->options.n; i++) {
		const struct mc_sim_option *o = &e->options.list[i];

		if (o->id == MC_OPT_ADDRESS && (o->name.addr[0].family || o->name.addr[1].family))
			return mc_words_refuse(p, o->place, "several nodes cannot have one address");
	}
	return true;
}

/* ---- messages ------------------------------------------------------------------------------- */

static struct mc_sim_message *last_message(struct mc_words *p)
{
	return (struct mc_sim_message *)(void *)p->messages.base + p->messages.n - 1;
}

static bool add_message(struct mc_words *p)
{
	return mc_words_add(p, &p->messages, sizeof(struct mc_sim_message)) &&
	       mc_message_take(p, last_message(p));
}

static bool take_message(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	(void)e;
	(void)node;
	return add_message(p);
}

static bool keep_messages(struct mc_words *p, struct mc_sim_event *e)
{
	for (size_t i = 0; i < p->messages.n; i++)
		if (!mc_message_check(p, last_message(p) - i))
			return false;
	e->messages = mc_words_keep(p, &p->messages, sizeof(*e->messages), &e->n_messages);
	return !p->err;
}

/* ---- what must be seen ------------------------------------------------------------------------- */

static bool take_silent(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	char text[24];

	(void)node;
	if (!mc_words_expect(p, "until") || !mc_words_time(p, &e->until))
		return false;
	return e->until > e->at ||
	       mc_words_refuse(p, p->last.place, "the time %.*s is not after %s, when it begins",
			       MC_SHOWN(&p->last), mc_words_seconds(e->at, text, sizeof(text)));
}

static bool take_state(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	return mc_state_take(p, node, &e->state);
}

/* ---- what may stand at the end -------------------------------------------------------------- */

enum tail {
	SOCKET = 1 << 0,
	SPREAD = 1 << 1,
	FAILS = 1 << 2,
	OPTIONAL = 1 << 3,
	SPLIT = 1 << 4,
	LOST = 1 << 5,
	FIELDS = 1 << 6, /* of a message */
	OR = 1 << 7,
};

static bool tail_socket(struct mc_words *p, struct mc_sim_event *e)
{
	return take_socket(p, e);
}

static bool tail_spread(struct mc_words *p, struct mc_sim_event *e)
{
	return mc_words_time(p, &e->spread);
}

/* The errors of the library are a row of numbers from MC_ERR_ADDR on downwards. */
static int err_of(const struct mc_word *w)
{
	static const struct {
		struct mc_choice head;
		int err;
	} rows[] = {
		{ { "EINVAL", 1 }, -EINVAL },
		{ { "ENOBUFS", 1 }, -ENOBUFS },
		{ { "EALREADY", 1 }, -EALREADY },
		{ { "ENOMEM", 1 }, -ENOMEM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mc_word_is(w, rows[i].head.word))
			return rows[i].err;
	for (int err = MC_ERR_ADDR; mc_err_name(err); err--)
		if (mc_word_is(w, mc_err_name(err)))
			return err;
	return 0;
}

static bool tail_fails(struct mc_words *p, struct mc_sim_event *e)
{
	struct mc_word w = mc_words_next(p);

	e->fails = err_of(&w);
	return e->fails || mc_words_no(p, &w, "error (such as EINVAL, ENOBUFS, MC_ERR_GROUP, MC_ERR_SOURCE)");
}

static bool tail_optional(struct mc_words *p, struct mc_sim_event *e)
{
	(void)p;
	e->optional = true;
	return true;
}

static bool tail_split(struct mc_words *p, struct mc_sim_event *e)
{
	(void)p;
	e->split = true;
	return true;
}

static bool tail_or(struct mc_words *p, struct mc_sim_event *e)
{
	(void)e;
	return add_message(p);
}

static bool tail_lost(struct mc_words *p, struct mc_sim_event *e);

static const struct tail_word {
	struct mc_choice head;
	bool (*take)(struct mc_words *p, struct mc_sim_event *e);
} tails[] = {
	{ { "socket", SOCKET }, tail_socket },
	{ { "spread", SPREAD }, tail_spread },
	{ { "fails", FAILS }, tail_fails },
	{ { "optional", OPTIONAL }, tail_optional },
	{ { "split", SPLIT }, tail_split },
	{ { "lost", LOST }, tail_lost },
	{ { "or", OR }, tail_or },
};
static const struct mc_table tail_table = MC_TABLE(tails, "word that may stand here");

/* lost, or lost NODE. */
static bool tail_lost(struct mc_words *p, struct mc_sim_event *e)
{
	struct mc_word w = mc_words_peek(p);
	const struct mc_sim_node *node;
	struct mc_sim_who who;

	e->lost = MC_LAN_ALL;
	if (!w.len || mc_words_are_fractions(&w) || mc_words_find(&w, &tail_table, OPTIONAL | SPLIT | OR))
		return true;
	if (!mc_names_who(p, &who, &node))
		return false;
	if (who.first != who.last)
		return mc_words_refuse(p, w.place,
				       "'%.*s' are several nodes: 'lost' takes one, or none for all",
				       MC_SHOWN(&w));
	e->lost = who.first;
	return true;
}

static bool take_tail(struct mc_words *p, struct mc_sim_event *e, unsigned may, unsigned *seen)
{
	struct mc_word w = mc_words_peek(p);
	const struct tail_word *t = mc_words_find(&w, &tail_table, may);

	if (mc_words_are_fractions(&w))
		return mc_words_fractions(p, &e->fractions);
	if (!t && may & FIELDS)
		return mc_message_field(p, last_message(p), may & OPTIONAL);
	if (!t)
		return may ? mc_words_unknown(p, &w, &tail_table, may) : mc_words_done(p);
	mc_words_next(p);
	if (*seen & t->head.use & ~(unsigned)OR)
		return mc_words_refuse(p, w.place, "'%s' is there twice", t->head.word);
	*seen |= t->head.use;
	return t->take(p, e);
}

static bool take_tails(struct mc_words *p, struct mc_sim_event *e, unsigned may)
{
	unsigned seen = 0;

	while (mc_words_more(p))
		if (!take_tail(p, e, may, &seen))
			return false;
	return true;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static const struct verb {
	struct mc_choice head;
	enum mc_sim_verb verb;
	bool (*take)(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node);
	unsigned tails;
} verbs[] = {
	{ { "join", 1 }, MC_DO_LISTEN, take_join, SOCKET | SPREAD | FAILS },
	{ { "leave", 1 }, MC_DO_LISTEN, take_leave, SOCKET | SPREAD | FAILS },
	{ { "listen", 1 }, MC_DO_LISTEN, take_listen, SOCKET | SPREAD | FAILS },
	{ { "close", 1 }, MC_DO_CLOSE, take_close, SPREAD | FAILS },
	{ { "change", 1 }, MC_DO_CHANGE, take_join, SPREAD | FAILS },
	{ { "start", 1 }, MC_DO_START, take_nothing, 0 },
	{ { "stop", 1 }, MC_DO_STOP, take_nothing, 0 },
	{ { "set", 1 }, MC_DO_SET, take_set, FAILS },
	{ { "<", 1 }, MC_DO_DELIVER, take_message, FIELDS },
	{ { ">", 1 }, MC_SEE_SENT, take_message, FIELDS | OR | OPTIONAL | SPLIT | LOST },
	{ { "silent", 1 }, MC_SEE_SILENT, take_silent, 0 },
	{ { "=", 1 }, MC_SEE_STATE, take_state, 0 },
};
static const struct mc_table verb_table = MC_TABLE(verbs, "event");

/* A node with a role that listens. */
static bool check_listener(struct mc_words *p, enum mc_sim_verb verb, const struct mc_sim_node *node)
{
	if (verb != MC_DO_LISTEN && verb != MC_DO_CLOSE && verb != MC_DO_CHANGE)
		return true;
	return mc_roles_member(node) || mc_words_no_member(p, node);
}

static bool take_verb(struct mc_words *p, struct mc_sim_event *e, const struct mc_sim_node *node)
{
	const struct verb *v = mc_words_pick(p, &verb_table, 1);
	bool window = e->until != e->at;

	if (!v)
		return false;
	if (!check_listener(p, v->verb, node))
		return false;
	e->verb = v->verb;
	e->socket = DEFAULT_SOCKET;
	if (window && v->verb != MC_SEE_SENT)
		return mc_words_refuse(p, e->place, "only '>' has two times: '%s' is at one", v->head.word);
	return v->take(p, e, node) && take_tails(p, e, v->tails) && keep_messages(p, e);
}

/* link delay 5ms, link < query * */
static bool take_link(struct mc_words *p, struct mc_sim_event *e)
{
	struct mc_lan_link *link = p->link;

	if (e->until != e->at)
		return mc_words_refuse(p, e->place, "only '>' has two times: 'link' is at one");
	if (mc_words_accept(p, "<")) {
		e->verb = MC_DO_DELIVER;
		return add_message(p) && take_tails(p, e, FIELDS) && keep_messages(p, e);
	}
	if (p->families == MC_SIM_AS_BOTH &&
	    (link[0].delay != link[1].delay || link[0].jitter != link[1].jitter ||
	     link[0].loss != link[1].loss || link[0].duplicate != link[1].duplicate ||
	     link[0].reorder != link[1].reorder)) {
		p->err = MC_WORDS_SPLIT;
		return false;
	}
	e->verb = MC_DO_LINK;
	e->link = link[mc_words_run(p, 0) ? 0 : 1];
	if (!mc_link_take(p, &e->link) || !take_tails(p, e, 0))
		return false;
	for (unsigned side = 0; side < 2; side++)
		if (mc_words_run(p, side))
			link[side] = e->link;
	return true;
}

bool mc_event_take(struct mc_words *p, struct mc_sim_event *e)
{
	const struct mc_sim_node *node = NULL;
	struct mc_place place;
	bool good;

	if (!take_when(p, e))
		return false;
	place = mc_words_peek(p).place;
	e->families = p->families;
	p->family_fixed = true;
	if (mc_words_accept(p, "link"))
		good = take_link(p, e);
	else
		good = mc_names_who(p, &e->who, &node) && take_verb(p, e, node);
	e->place = place;
	for (unsigned side = 0; good && side < 2; side++)
		if (mc_words_run(p, side))
			p->latest[side] = e->at;
	return good;
}
