/*
 * expect.c - packets as they are sent, beside the lines that are open then.
 *
 * A line is open from a millisecond before its time to one after it. A packet meets the first line that it
 * fits, such as must be met before such as may, those that end sooner before others; one that fits none
 * differs at once, a line that closes without its packet does then. Where one came instead of the other,
 * that is one difference.
 */
#include "sim/expect.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "sim/compare.h"
#include "sim/say.h"

enum { INSTEAD_TEXT = 200 };

/* A line of one node. */
struct mc_expect_line {
	const struct mc_sim_event *event;
	uint8_t *parts;    /* split: which of them came; NULL: none yet */
	uint32_t choice;   /* split: the alternative they are of */
	uint32_t fraction; /* the next */
	bool done;
	bool told;     /* a packet that came instead differed already */
	char *instead; /* what came from a node of which not all is compared; NULL: nothing */
};

/* ---- memory ------------------------------------------------------------------------------------------ */

static void free_line(struct mc_expect_line *l)
{
	free(l->parts);
	free(l->instead);
}

void mc_expect_free(struct mc_expect *x)
{
	for (size_t i = 0; i < x->n_lines; i++)
		free_line(&x->lines[i]);
	free(x->lines);
	free(x->silent);
	free(x->asks);
	x->lines = NULL;
	x->silent = NULL;
	x->asks = NULL;
	x->n_lines = x->n_silent = 0;
}

/* ---- beginning ---------------------------------------------------------------------------------------- */

static bool lists_general(const struct mc_sim_event *e)
{
	for (uint32_t i = 0; i < e->n_messages; i++)
		if (e->messages[i].kind == MC_SIM_QUERY && e->messages[i].general)
			return true;
	return false;
}

static size_t declaration(const struct mc_expect *x, uint32_t node)
{
	return (size_t)(mc_sim_node_of(x->cast->script, node) - x->cast->script->nodes);
}

int mc_expect_begin(struct mc_expect *x, const struct mc_cast *cast, struct mc_verdict *verdict)
{
	const struct mc_sim *s = cast->script;

	*x = (struct mc_expect){ .cast = cast, .verdict = verdict };
	x->asks = calloc(s->n_nodes + 1, sizeof(*x->asks));
	if (!x->asks)
		return -ENOMEM;
	for (uint32_t i = 0; i < s->n_events; i++) {
		const struct mc_sim_event *e = &s->events[i];

		if (e->verb != MC_SEE_SENT || !e->who.first || !mc_cast_has(cast, e->families))
			continue;
		if (lists_general(e))
			x->asks[declaration(x, e->who.first)] = true;
		if (e->fractions.n)
			x->draws = true;
	}
	return 0;
}

/* ---- lines -------------------------------------------------------------------------------------------- */

static void open_line(struct mc_expect *x, const struct mc_sim_event *e)
{
	struct mc_expect_line *l;

	if (e->verb != MC_SEE_SENT || !e->who.first || !mc_cast_has(x->cast, e->families))
		return;
	l = mc_grow(&x->lines, &x->n_lines, sizeof(*l));
	if (l)
		l->event = e;
	else
		x->failed = true;
}

static void say_expected(struct mc_expect *x, const struct mc_sim_event *e)
{
	struct mc_text t = mc_verdict_expected(x->verdict);

	for (uint32_t i = 0; i < e->n_messages && !t.full; i++) {
		if (i)
			mc_text_str(&t, " or ");
		mc_say_message(&t, x->cast, &e->messages[i]);
	}
	mc_text_cut(&t);
}

/* The line ends without its packet. */
static void miss(struct mc_expect *x, const struct mc_expect_line *l)
{
	struct mc_text t;

	if (l->done || l->told || (l->event->optional && !l->parts))
		return;
	say_expected(x, l->event);
	t = mc_verdict_actual(x->verdict);
	if (l->parts)
		mc_text_str(&t, "only some of it");
	else
		mc_text_str(&t, l->instead ? l->instead : "nothing");
	mc_verdict_tell(x->verdict, &l->event->place, l->event->at, l->event->who.first);
}

static void close_line(struct mc_expect *x, struct mc_expect_line *l)
{
	miss(x, l);
	free_line(l);
}

static bool over(const struct mc_sim_event *e, mc_time now)
{
	return now > e->until && now - e->until > MC_EXPECT_SLACK;
}

static void close_lines(struct mc_expect *x, mc_time now)
{
	size_t kept = 0;

	for (size_t i = 0; i < x->n_lines; i++) {
		if (over(x->lines[i].event, now))
			close_line(x, &x->lines[i]);
		else
			x->lines[kept++] = x->lines[i];
	}
	x->n_lines = kept;
}

static void open_until(struct mc_expect *x, mc_time last)
{
	const struct mc_sim *s = x->cast->script;

	while (x->ahead < s->n_events && s->events[x->ahead].at <= last && !x->failed)
		open_line(x, &s->events[x->ahead++]);
}

void mc_expect_advance(struct mc_expect *x, mc_time now)
{
	close_lines(x, now);
	open_until(x, now + MC_EXPECT_SLACK);
	close_lines(x, now); /* whose time has come and gone since */
}

void mc_expect_end(struct mc_expect *x, mc_time end)
{
	open_until(x, end);
	close_lines(x, MC_NEVER);
}

/* ---- meeting ------------------------------------------------------------------------------------------ */

/* Whether a line still waits for a packet of this node. */
static bool waits(const struct mc_expect_line *l, uint32_t node)
{
	return !l->done && mc_sim_covers(&l->event->who, node);
}

static bool fits(const struct mc_expect *x, const struct mc_sim_event *e, const struct mc_lan_packet *p)
{
	for (uint32_t i = 0; i < e->n_messages; i++)
		if (mc_same(x->cast, &e->messages[i], p))
			return true;
	return false;
}

static bool sooner(const struct mc_sim_event *a, const struct mc_sim_event *b)
{
	return a->optional != b->optional ? b->optional : a->until < b->until;
}

static struct mc_expect_line *meet_whole(struct mc_expect *x, const struct mc_lan_packet *p)
{
	struct mc_expect_line *best = NULL;

	for (size_t i = 0; i < x->n_lines; i++) {
		struct mc_expect_line *l = &x->lines[i];

		if (!waits(l, p->node) || l->parts || (best && !sooner(l->event, best->event)))
			continue;
		if (fits(x, l->event, p))
			best = l;
	}
	if (best)
		best->done = true;
	return best;
}

/* The first packet of several decides which of the alternatives it is. */
static bool begin_parts(struct mc_expect *x, struct mc_expect_line *l, const struct mc_lan_packet *p)
{
	const struct mc_sim_event *e = l->event;

	for (uint32_t i = 0; i < e->n_messages; i++) {
		uint8_t *parts = calloc(mc_parts(&e->messages[i]) + 1, 1);

		if (!parts) {
			x->failed = true;
			return false;
		}
		if (mc_same_parts(x->cast, &e->messages[i], p, parts)) {
			l->parts = parts;
			l->choice = i;
			return true;
		}
		free(parts);
	}
	return false;
}

static bool bring(struct mc_expect *x, struct mc_expect_line *l, const struct mc_lan_packet *p)
{
	if (!l->parts)
		return begin_parts(x, l, p);
	return mc_same_parts(x->cast, &l->event->messages[l->choice], p, l->parts);
}

static struct mc_expect_line *meet_parts(struct mc_expect *x, const struct mc_lan_packet *p)
{
	for (size_t i = 0; i < x->n_lines; i++) {
		struct mc_expect_line *l = &x->lines[i];

		if (!l->event->split || !waits(l, p->node) || !bring(x, l, p))
			continue;
		l->done = !mc_parts_missing(&l->event->messages[l->choice], l->parts);
		return l;
	}
	return NULL;
}

/* ---- what nobody expects ------------------------------------------------------------------------------- */

/* What a router may always send: reports of its own host role, and general queries where the script lists
 * none. */
static bool may_send(const struct mc_expect *x, const struct mc_lan_packet *p)
{
	const struct mc_msg *m = p->msg;

	if (!mc_cast_is_router(x->cast, p->node))
		return false;
	if (p->host)
		return true;
	return m && m->kind == MC_QUERY && mc_addr_is_unspecified(&m->query.group) &&
	       !x->asks[declaration(x, p->node)];
}

static bool same_kind(const struct mc_sim_event *e, const struct mc_lan_packet *p)
{
	return p->msg && (e->messages[0].kind == MC_SIM_QUERY) == (p->msg->kind == MC_QUERY);
}

/* The open line that the packet came instead of, if that can be said: one of its kind before others. */
static struct mc_expect_line *instead_of(struct mc_expect *x, const struct mc_lan_packet *p)
{
	struct mc_expect_line *best = NULL;
	int rank = -1;

	for (size_t i = 0; i < x->n_lines; i++) {
		struct mc_expect_line *l = &x->lines[i];
		int r = (l->told ? 0 : 4) + (same_kind(l->event, p) ? 2 : 0) + !l->event->optional;

		if (waits(l, p->node) && r > rank) {
			best = l;
			rank = r;
		}
	}
	return best;
}

static void note_instead(struct mc_expect *x, const struct mc_lan_packet *p)
{
	struct mc_expect_line *l = instead_of(x, p);
	struct mc_text t;

	if (!l || l->instead)
		return;
	l->instead = calloc(1, INSTEAD_TEXT);
	if (!l->instead) {
		x->failed = true;
		return;
	}
	t = mc_text_begin(l->instead, INSTEAD_TEXT);
	mc_say_packet(&t, x->cast, p, &l->event->messages[0]);
}

static void differ(struct mc_expect *x, const struct mc_lan_packet *p)
{
	struct mc_expect_line *l = instead_of(x, p);
	struct mc_text t;

	if (l) {
		say_expected(x, l->event);
		l->told = true;
	} else {
		t = mc_verdict_expected(x->verdict);
		mc_text_str(&t, "nothing");
	}
	t = mc_verdict_actual(x->verdict);
	mc_say_packet(&t, x->cast, p, l ? &l->event->messages[0] : NULL);
	mc_verdict_tell(x->verdict, l ? &l->event->place : NULL, p->time, p->node);
}

static void judge_unexpected(struct mc_expect *x, const struct mc_lan_packet *p)
{
	const struct mc_sim_node *d = mc_sim_node_of(x->cast->script, p->node);

	if (d->free || d->row)
		note_instead(x, p);
	else if (!may_send(x, p))
		differ(x, p);
}

/* ---- silence ----------------------------------------------------------------------------------- */

void mc_expect_silent(struct mc_expect *x, const struct mc_sim_event *e)
{
	const struct mc_sim_event **at = mc_grow(&x->silent, &x->n_silent, sizeof(*x->silent));

	if (at)
		*at = e;
	else
		x->failed = true;
}

/* Whether the packet breaks a silence. */
static bool breaks(struct mc_expect *x, const struct mc_sim_event *e, const struct mc_lan_packet *p)
{
	struct mc_text t;

	if (!mc_sim_covers(&e->who, p->node) || p->time + MC_EXPECT_SLACK > e->until)
		return false;
	t = mc_verdict_expected(x->verdict);
	mc_text_str(&t, "silent until ");
	mc_say_time(&t, e->until);
	t = mc_verdict_actual(x->verdict);
	mc_say_packet(&t, x->cast, p, NULL);
	mc_verdict_tell(x->verdict, &e->place, p->time, p->node);
	return true;
}

static bool breaks_silence(struct mc_expect *x, const struct mc_lan_packet *p)
{
	bool any = false;
	size_t kept = 0;

	for (size_t i = 0; i < x->n_silent; i++) {
		if (p->time >= x->silent[i]->until)
			continue;
		any = breaks(x, x->silent[i], p) || any;
		x->silent[kept++] = x->silent[i];
	}
	x->n_silent = kept;
	return any;
}

/* ---- packets ----------------------------------------------------------------------------------- */

uint32_t mc_expect_sent(struct mc_expect *x, const struct mc_lan_packet *p)
{
	struct mc_expect_line *l;
	bool broken;

	if (!p->node || mc_verdict_over(x->verdict))
		return 0;
	mc_expect_advance(x, p->time);
	l = meet_whole(x, p);
	if (!l)
		l = meet_parts(x, p);
	x->met = l ? l->event : NULL;
	x->met_at = p->time;
	broken = breaks_silence(x, p);
	if (l)
		return l->event->lost;
	if (!broken)
		judge_unexpected(x, p);
	return 0;
}

void mc_expect_forget(struct mc_expect *x)
{
	x->met = NULL;
}

/* Whether a node may draw a delay before it sends what this line wants: to ask, nothing is drawn. */
static bool draws_before(const struct mc_expect_line *l, uint32_t node)
{
	return waits(l, node) && l->event->messages[0].kind != MC_SIM_QUERY;
}

bool mc_expect_draw(struct mc_expect *x, uint32_t node, bool met, mc_time now, double *ret)
{
	if (!x->draws || (met && (!x->met || x->met_at != now)))
		return false;
	if (!met)
		mc_expect_advance(x, now);
	for (size_t i = 0; i < x->n_lines; i++) {
		struct mc_expect_line *l = &x->lines[i];

		if (!l->event->fractions.n || (met ? l->event != x->met : !draws_before(l, node)))
			continue;
		*ret = mc_fraction(&l->event->fractions, &l->fraction);
		return true;
	}
	return false;
}
