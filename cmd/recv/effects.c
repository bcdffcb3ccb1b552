/*
 * effects.c - commands followed while it runs. A join or unblock waits for its first datagram; a leave or
 * block is watched for what still comes, where that was asked for (--linger). Both times count from just
 * before the kernel was asked.
 */
#include "recv/effects.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/time.h"
#include "out.h"
#include "recv/command.h"
#include "recv/figures.h"
#include "recv/taps.h"
#include "recv/tell.h"
#include "sources.h"

struct effect {
	uint64_t line;
	char *text;
	struct recv_command what;
	mc_time began;          /* CLOCK_REALTIME */
	mc_time settles;        /* the loop's clock; MC_NEVER: with the first datagram */
	struct recv_ear **ears; /* that wait for it */
	size_t nears;
	mc_time first;          /* MC_NEVER: none so far */
	uint64_t still;
	mc_time still_last;
};

struct recv_effects {
	struct effect *v;
	size_t n;
};

int effects_new(struct recv_effects **ret)
{
	*ret = calloc(1, sizeof **ret);
	return *ret ? 0 : -ENOMEM;
}

static void forget(struct effect *e)
{
	for (size_t i = 0; i < e->nears; i++)
		e->ears[i]->waits--;
	free(e->ears);
	free(e->text);
}

void effects_free(struct recv_effects *e)
{
	for (size_t i = 0; e && i < e->n; i++)
		forget(&e->v[i]);
	if (e)
		free(e->v);
	free(e);
}

/* ---- which datagrams are meant -------------------------------------------------------- */

static bool waits(const struct effect *e)
{
	return e->what.verb == RECV_JOIN || e->what.verb == RECV_UNBLOCK;
}

static bool watches(const struct effect *e)
{
	return e->what.verb == RECV_LEAVE || e->what.verb == RECV_BLOCK;
}

static bool in_range(const struct mc_target *t, const struct mc_addr *group, uint16_t port)
{
	return (t->port < 0 || t->port == port) && recv_offset(t, group) < t->count;
}

static bool is_meant(const struct effect *e, const struct mc_addr *source, const struct mc_addr *group,
		     uint16_t port)
{
	const struct mc_addr *only = e->what.source.family ? &e->what.source : &e->what.target.source;

	return in_range(&e->what.target, group, port) && (!only->family || !mc_addr_cmp(only, source));
}

/* ---- what is known ---------------------------------------------------------------------- */

static void tell(struct recv *r, const struct effect *e)
{
	const struct recv_effect known = { .line = e->line,
					   .text = e->text,
					   .first = e->first,
					   .wanted_first = waits(e),
					   .wanted_still = watches(e),
					   .watched = watches(e) && r->taps,
					   .still = e->still,
					   .goes_on = recv_goes_on(e->began, e->still, e->still_last,
								   out_now()),
					   .still_for = e->still ? e->still_last - e->began : 0 };

	tell_effect(r, &known);
}

static bool is_watched(const struct recv *r, const struct mc_addr *group)
{
	for (size_t i = 0; i < r->effects->n; i++)
		if (watches(&r->effects->v[i]) && in_range(&r->effects->v[i].what.target, group,
							   (uint16_t)r->effects->v[i].what.target.port))
			return true;
	return r->lingers;
}

/* The groups of a target, one by one: want is what is done with each. */
static void each_group(struct recv *r, const struct mc_target *t,
		       void (*want)(struct recv *r, const struct mc_addr *group))
{
	struct mc_addr group = t->group;

	for (uint32_t i = 0; i < t->count; i++) {
		want(r, &group);
		if (mc_addr_add(&group, 1))
			break;
	}
}

static void unwant(struct recv *r, const struct mc_addr *group)
{
	if (!is_watched(r, group))
		taps_unwant(r, group);
}

/* Tells what came of an effect, and forgets it. */
static void settle(struct recv *r, size_t i)
{
	struct recv_effects *all = r->effects;
	struct effect e = all->v[i];

	memmove(&all->v[i], &all->v[i + 1], (--all->n - i) * sizeof e);
	tell(r, &e);
	if (watches(&e) && r->taps)
		each_group(r, &e.what.target, unwant);
	forget(&e);
}

void effects_came(struct recv *r, const struct recv_stream *s, mc_time at)
{
	struct recv_effects *all = r->effects;

	for (size_t i = all->n; i-- > 0;) {
		struct effect *e = &all->v[i];

		if (!waits(e) || at < e->began || !is_meant(e, &s->source, &s->group, s->port))
			continue;
		e->first = at - e->began;
		settle(r, i);
	}
}

void effects_still(struct recv *r, const struct mc_tapped *d, uint64_t n)
{
	for (size_t i = 0; i < r->effects->n; i++) {
		struct effect *e = &r->effects->v[i];

		if (!watches(e) || d->time <= e->began || !is_meant(e, &d->source, &d->group, d->port))
			continue;
		e->still += n;
		e->still_last = d->time;
	}
}

mc_time effects_due(const struct recv_effects *e)
{
	mc_time due = MC_NEVER;

	for (size_t i = 0; i < e->n; i++)
		due = mc_sooner(due, e->v[i].settles);
	return due;
}

void effects_settle(struct recv *r, mc_time now, bool all)
{
	for (size_t i = 0; i < r->effects->n;)
		if (all || r->effects->v[i].settles <= now)
			settle(r, i);
		else
			i++;
}

/* ---- what is done ----------------------------------------------------------------------- */

#define WHY_SIZE 320

/* Adds a source to a listener's list, or takes it away. -errno; -EALREADY: there is nothing to do. */
static int refilter(struct listener *l, const struct mc_addr *source, bool block)
{
	bool adds = block == (l->mode == MC_EXCLUDE);
	size_t n = l->nsources;
	struct mc_addr *v;
	int e;

	if (sources_has(l->sources, n, source) == adds)
		return -EALREADY;
	v = malloc((n + 1) * sizeof *v);
	if (!v)
		return -ENOMEM;
	if (n)
		memcpy(v, l->sources, n * sizeof *v);
	if (adds)
		v[n++] = *source;
	else
		n = sources_drop(v, n, source);
	e = listen_filter(l, l->mode, v, n);
	free(v);
	return e;
}

/* The same for all of a group's listeners, or for none. */
static int refilter_all(struct recv *r, const struct recv_command *c)
{
	bool block = c->verb == RECV_BLOCK;
	size_t at = 0, done = 0;
	struct listener *l;
	int e = 0, any = -ENOENT;

	while ((l = listen_find(&r->set, &c->target.group, c->target.port, &at))) {
		e = refilter(l, &c->source, block);
		if (e && e != -EALREADY)
			break;
		any = e ? (any == -ENOENT ? e : any) : 0;
		done = at;
		e = 0;
	}
	if (!e)
		return any;
	for (at = 0; at < done && (l = listen_find(&r->set, &c->target.group, c->target.port, &at));)
		(void)refilter(l, &c->source, !block);
	return e;
}

/* What a source sent while it was blocked is not lost. */
static void pause_streams(struct recv *r, const struct recv_command *c)
{
	for (size_t i = 0; i < r->streams.n; i++) {
		struct recv_stream *s = r->streams.v[i];

		if (in_range(&c->target, &s->group, s->port) && !mc_addr_cmp(&s->source, &c->source))
			mc_stream_pause(&s->flow);
	}
}

static void say_filter(const struct recv_command *c, int e, char why[WHY_SIZE])
{
	char source[MC_ADDR_STRLEN], group[MC_ADDR_STRLEN];
	const char *verb = c->verb == RECV_BLOCK ? "block" : "unblock";
	bool six = c->target.group.family == MC_IPV6;

	mc_addr_format(&c->source, source, sizeof source);
	mc_addr_format(&c->target.group, group, sizeof group);
	if (e == -ENOENT)
		snprintf(why, WHY_SIZE, "%s is not among the groups (join %s)", group, group);
	else if (e == -EALREADY)
		snprintf(why, WHY_SIZE, "%s is %s", source,
			 c->verb == RECV_BLOCK ? "blocked already" : "not blocked");
	else if (e == -ENOBUFS || e == -ENOMEM)
		snprintf(why, WHY_SIZE, "cannot %s %s: %s (raise %s)", verb, source, mc_strerror(e),
			 six ? "net.ipv6.mld_max_msf or net.core.optmem_max" :
			       "net.ipv4.igmp_max_msf or net.core.optmem_max");
	else
		snprintf(why, WHY_SIZE, "cannot %s %s: %s", verb, source, mc_strerror(e));
}

static int leave(struct recv *r, const struct mc_target *t)
{
	int e = -ENOENT;

	for (size_t i = r->set.n; i-- > 0;) {
		struct listener *l = r->set.v[i];

		if (in_range(t, &l->group, l->port)) {
			recv_leave(r, l);
			e = 0;
		}
	}
	recv_left(r);
	return e;
}

/* The port of a target that names none: that of all that is joined, if they have one alone; -1. Where all was
 * left it is that of the last target. */
static int32_t port_of_all(const struct recv *r)
{
	const struct listen_set *s = &r->set;

	for (size_t i = 1; i < s->n; i++)
		if (s->v[i]->port != s->v[0]->port)
			return -1;
	return s->n ? s->v[0]->port : r->targets[r->ntargets - 1].target.port;
}

/* What is refused below says so by itself: "mcast recv: line 3: ...". */
static int join(struct recv *r, struct recv_command *c, uint64_t line)
{
	char name[40];
	const struct verb *verb = r->verb;
	struct verb as = *verb;
	struct recv_target t = { .path = -1, .mode = MC_EXCLUDE };
	int e;

	snprintf(name, sizeof name, "%s: line %" PRIu64, verb->name, line);
	as.name = name;
	r->verb = r->set.verb = &as;
	t.target = c->target;
	if (t.target.source.family) {
		t.mode = MC_INCLUDE;
		t.sources = &t.target.source;
		t.nsources = 1;
	}
	e = recv_add(r, &t);
	r->verb = r->set.verb = verb;
	return e;
}

/* ---- lines ------------------------------------------------------------------------------ */

static struct effect *new_effect(struct recv *r, const struct recv_command *c, const char *line, size_t len,
				 uint64_t number)
{
	struct effect *e = mc_grow(&r->effects->v, &r->effects->n, sizeof *e);

	if (!e)
		return NULL;
	*e = (struct effect){ .line = number,
			      .text = strndup(line, len),
			      .what = *c,
			      .began = out_now(),
			      .settles = MC_NEVER,
			      .first = MC_NEVER };
	if (e->text)
		return e;
	r->effects->n--;
	return NULL;
}

/* Has the ears of all listeners that are meant wait. Without memory the effect is told at the end, as
 * not known. */
static void wait_for(struct recv *r, struct effect *e)
{
	for (size_t i = 0; i < r->set.n; i++) {
		struct listener *l = r->set.v[i];
		struct recv_ear **slot;

		if (!in_range(&e->what.target, &l->group, l->port))
			continue;
		slot = mc_grow(&e->ears, &e->nears, sizeof(struct recv_ear *));
		if (!slot)
			return;
		*slot = l->own;
		(*slot)->waits++;
	}
}

static void refuse(struct recv *r, uint64_t number, const char *why)
{
	tell_warning(r, "line %" PRIu64 ": %s", number, why);
}

/* Does it: 0; -1 and why, empty where that was said. */
static int follow(struct recv *r, struct recv_command *c, uint64_t number, char why[WHY_SIZE])
{
	char group[MC_ADDR_STRLEN];
	int e = 0;

	why[0] = '\0';
	switch (c->verb) {
	case RECV_BLOCK:
	case RECV_UNBLOCK:
		e = refilter_all(r, c);
		if (e)
			say_filter(c, e, why);
		else if (c->verb == RECV_UNBLOCK)
			pause_streams(r, c);
		break;
	case RECV_LEAVE:
		e = leave(r, &c->target);
		if (e)
			snprintf(why, WHY_SIZE, "%s is not among the groups (leave one that is)",
				 mc_addr_format(&c->target.group, group, sizeof group));
		break;
	case RECV_JOIN:
		e = join(r, c, number);
		break;
	case RECV_RESET:
		recv_reset(r);
		break;
	case RECV_QUIT:
		r->stop = true;
	}
	return e ? -1 : 0;
}

/* What it waits for, or watches, from now on; else it is known at once. */
static void begin(struct recv *r, size_t i)
{
	struct effect *e = &r->effects->v[i];

	if (waits(e))
		wait_for(r, e);
	else if (watches(e) && r->taps)
		e->settles = mc_after(mc_loop_now(), r->conf.linger);
	else
		settle(r, i);
}

static bool settle_port(const struct recv *r, struct recv_command *c, char why[WHY_SIZE])
{
	if (c->verb != RECV_JOIN || c->target.port >= 0)
		return true;
	c->target.port = port_of_all(r);
	if (c->target.port < 0)
		snprintf(why, WHY_SIZE, "which port? The targets have several (join GROUP:PORT)");
	return c->target.port >= 0;
}

void effects_line(struct recv *r, const char *line, size_t len, uint64_t number)
{
	char why[WHY_SIZE];
	struct recv_command c;
	int got = recv_command_parse(&c, line, len, why);
	struct effect *e;

	if (got == 0)
		return;
	if (got < 0 || !settle_port(r, &c, why)) {
		refuse(r, number, why);
		return;
	}
	line = words_trim(line, &len);
	e = new_effect(r, &c, line, len, number);
	if (!e) {
		refuse(r, number, mc_strerror(-ENOMEM));
		return;
	}
	hot_cool(&r->hot); /* its socket may go */
	if (watches(e) && r->taps)
		each_group(r, &c.target, taps_want);
	e->began = out_now();
	if (follow(r, &c, number, why) == 0) {
		begin(r, r->effects->n - 1);
		return;
	}
	if (*why)
		refuse(r, number, why);
	e = &r->effects->v[--r->effects->n];
	if (watches(e) && r->taps)
		each_group(r, &c.target, unwant);
	forget(e);
}
