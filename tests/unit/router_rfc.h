/*
 * router_rfc.h - the router role as RFC 9776 6.2 to 6.6 and 7.3.2 (RFC 9777 7, 8.3) have it, written slowly
 * from their text: sets are bits, timers are times, nothing is indexed. Groups, sources and routers are
 * numbers, so that it serves both families; it knows nothing of the engine.
 */
#ifndef TEST_ROUTER_RFC_H
#define TEST_ROUTER_RFC_H

#include <string.h>

#include <mcast/msg.h>

#include "check.h"

enum { RFC_SOURCES = 6, RFC_GROUPS = 6, RFC_SENT = 4 * RFC_GROUPS };

/* What kind of group it is; RFC_DEAF: all nodes, which nobody reports. */
enum rfc_kind { RFC_ANY, RFC_SSM, RFC_LOCAL, RFC_DEAF };

static const enum rfc_kind rfc_kinds[RFC_GROUPS] = {
	RFC_ANY, RFC_ANY, RFC_ANY, RFC_SSM, RFC_LOCAL, RFC_DEAF
};

struct rfc_group {
	bool known;
	enum mc_mode mode;
	unsigned x, y; /* x: their timers run; y: EXCLUDE's that are not forwarded */
	mc_time gt, st[RFC_SOURCES];
	mc_time older[2];                 /* Older Host Present timers of versions 1 and 2; 0: not running */
	unsigned asks, left[RFC_SOURCES]; /* queries to be sent: Q(G), about a source */
	mc_time next, next_asks;          /* when: about sources, Q(G) */
	bool scheduled; /* next is set: something was left to be asked about sources, or has come */
	bool early;     /* next was set sooner for a new one: what pends does not count */
};

/* A specific query that is to be sent. */
struct rfc_query {
	int group; /* -1: general */
	unsigned sources;
	bool suppress;
	bool may; /* it may be left out: the note of 6.6.3.2 */
};

/* Who asks, by number: lower numbers have lower addresses, 0 is the unspecified one. */
enum { RFC_OWN = 4 };

struct rfc_router {
	const struct mc_proto *proto;
	mc_time now;
	unsigned rv, lmqc, startup; /* as configured, lmqc 0: as rv; startup queries left */
	mc_time qi, qri, lmqi;
	bool querier;
	unsigned other;             /* who is, else */
	unsigned heard_rv;          /* what the other announced; 0: nothing */
	mc_time heard_qi, heard_at; /* and when it was heard last */
	mc_time present;            /* Other Querier Present timer; 0: not running */
	mc_time query;              /* the next general query */
	struct rfc_group groups[RFC_GROUPS];
	struct rfc_query sent[RFC_SENT]; /* by the last rfc_poll */
	unsigned n_sent;
};

static inline void rfc_start(struct rfc_router *r)
{
	r->querier = true;
	r->startup = r->rv;
	r->query = r->now;
}

/* ---- RFC 9776 8 ---------------------------------------------------------------------------- */

static inline unsigned rfc_rv(const struct rfc_router *r)
{
	return !r->querier && r->heard_rv ? r->heard_rv : r->rv;
}

static inline mc_time rfc_qi(const struct rfc_router *r)
{
	return !r->querier && r->heard_qi ? r->heard_qi : r->qi;
}

static inline mc_time rfc_gmi(const struct rfc_router *r)
{
	return rfc_rv(r) * rfc_qi(r) + 2 * r->qri;
}

static inline mc_time rfc_oqpi(const struct rfc_router *r)
{
	return rfc_rv(r) * rfc_qi(r) + r->qri / 2;
}

static inline mc_time rfc_ohpi(const struct rfc_router *r)
{
	return rfc_rv(r) * rfc_qi(r) + r->qri;
}

/* 8.9 */
static inline unsigned rfc_lmqc(const struct rfc_router *r)
{
	return r->lmqc ? r->lmqc : rfc_rv(r);
}

static inline mc_time rfc_lmqt(const struct rfc_router *r)
{
	return r->lmqi * rfc_lmqc(r);
}

/* ---- what is forwarded, 6.3 ---------------------------------------------------------------- */

/* bit: of a source; 0: of one that is not named. */
static inline bool rfc_forwards(const struct rfc_router *r, unsigned group, unsigned bit)
{
	const struct rfc_group *g = &r->groups[group];

	if (!g->known || rfc_kinds[group] == RFC_LOCAL)
		return false;
	return g->mode == MC_INCLUDE ? (g->x & bit) != 0 : !(g->y & bit);
}

/* Group compatibility mode, table 12. */
static inline unsigned rfc_version(const struct rfc_router *r, const struct rfc_group *g)
{
	if (g->older[0])
		return 1;
	return g->older[1] ? 2 : r->proto->newest;
}

/* ---- timers that run out, 6.2.2, 6.2.3, 6.5 ------------------------------------------------ */

static inline void rfc_lose(struct rfc_group *g, unsigned set)
{
	g->x &= ~set;
	g->y &= ~set;
	for (unsigned i = 0; i < RFC_SOURCES; i++)
		if (set >> i & 1)
			g->st[i] = g->left[i] = 0;
}

/* INCLUDE ({}) is the state of a group that is not known. */
static inline void rfc_settle(struct rfc_group *g)
{
	if (!g->known || (g->mode == MC_INCLUDE && !g->x))
		*g = (struct rfc_group){ .known = false };
}

static inline void rfc_expire_group(struct rfc_group *g, mc_time now)
{
	for (unsigned i = 0; i < RFC_SOURCES; i++) {
		unsigned bit = 1U << i;

		if (!(g->x & bit) || g->st[i] > now)
			continue;
		rfc_lose(g, bit);
		if (g->mode == MC_EXCLUDE)
			g->y |= bit;
	}
	if (g->mode == MC_EXCLUDE && g->gt <= now) {
		rfc_lose(g, g->y);
		g->mode = MC_INCLUDE;
		g->gt = 0;
		g->asks = 0;
	}
	for (unsigned i = 0; i < 2; i++)
		if (g->older[i] <= now)
			g->older[i] = 0;
	rfc_settle(g);
}

/* At a time, before anything else happens at it. */
static inline void rfc_expire(struct rfc_router *r, mc_time now)
{
	r->now = now;
	for (unsigned i = 0; i < RFC_GROUPS; i++)
		if (r->groups[i].known)
			rfc_expire_group(&r->groups[i], now);
	if (r->present && r->present <= now) {
		r->querier = true;
		r->startup = r->other = 0;
		r->query = r->present;
		r->present = 0;
	}
}

/* ---- specific queries, 6.6.3 ---------------------------------------------------------------- */

static inline mc_time rfc_least(mc_time a, mc_time b)
{
	return a < b ? a : b;
}

/* One that is pending for a group whose timer was lowered already does for the new one, too. */
static inline void rfc_send_group(struct rfc_router *r, struct rfc_group *g)
{
	if (!r->querier || (g->asks && g->gt <= r->now + rfc_lmqt(r)))
		return;
	g->gt = rfc_least(g->gt, r->now + rfc_lmqt(r));
	g->asks = rfc_lmqc(r);
	g->next_asks = r->now;
}

static inline bool rfc_pending(const struct rfc_group *g)
{
	bool pending = false;

	for (unsigned i = 0; i < RFC_SOURCES; i++)
		pending |= g->left[i] > 0;
	return pending;
}

static inline void rfc_send_sources(struct rfc_router *r, struct rfc_group *g, unsigned set)
{
	mc_time lmqt = r->now + rfc_lmqt(r);
	bool pending = g->scheduled && g->next > r->now;

	if (!r->querier)
		return;
	for (unsigned i = 0; i < RFC_SOURCES; i++) {
		if (!(set & g->x & 1U << i) || g->st[i] <= lmqt)
			continue;
		g->left[i] = rfc_lmqc(r);
		g->st[i] = lmqt;
		g->next = r->now;
		g->early |= pending;
		g->scheduled = true;
	}
}

static inline void rfc_say(struct rfc_router *r, struct rfc_query q)
{
	assert_true(r->n_sent < RFC_SENT);
	r->sent[r->n_sent++] = q;
}

/* "Every" interval: counted from when it was due, if the caller was late; but what was missed stays
 * missed. */
static inline mc_time rfc_again(const struct rfc_router *r, mc_time due, mc_time interval)
{
	return (due + interval > r->now ? due : r->now) + interval;
}

/* What is due of one group. */
static inline void rfc_ask(struct rfc_router *r, int group)
{
	struct rfc_group *g = &r->groups[group];
	mc_time lmqt = r->now + rfc_lmqt(r);
	unsigned later = 0, soon = 0;
	bool whole = g->asks > 0 && g->next_asks <= r->now, due = g->scheduled && g->next <= r->now;

	for (unsigned i = 0; i < RFC_SOURCES; i++) {
		if (!g->left[i] || !due)
			continue;
		if (!g->early || g->left[i] >= rfc_lmqc(r))
			g->left[i]--;
		*(g->st[i] > lmqt ? &later : &soon) |= 1U << i;
	}
	if (whole) {
		g->asks--;
		rfc_say(r, (struct rfc_query){ group, 0, g->gt > lmqt, false });
		g->next_asks = rfc_again(r, g->next_asks, r->lmqi);
	}
	if (later)
		rfc_say(r, (struct rfc_query){ group, later, true, whole });
	if (soon)
		rfc_say(r, (struct rfc_query){ group, soon, false, false });
	if (due) {
		g->next = rfc_again(r, g->next, r->lmqi);
		g->scheduled = rfc_pending(g);
		g->early = false;
	}
}

/* All that is sent at this time; 6.1 and 8.6 for the general ones. */
static inline void rfc_poll(struct rfc_router *r)
{
	r->n_sent = 0;
	if (r->querier && r->query <= r->now) {
		r->startup -= r->startup > 0;
		rfc_say(r, (struct rfc_query){ -1, 0, false, false });
		r->query = rfc_again(r, r->query, r->startup ? r->qi / 4 : r->qi);
	}
	for (int i = 0; i < RFC_GROUPS; i++)
		if (r->groups[i].known)
			rfc_ask(r, i);
}

/* ---- the tables, 6.4.1 and 6.4.2 ------------------------------------------------------------ */

static inline void rfc_set(struct rfc_group *g, unsigned set, mc_time until)
{
	for (unsigned i = 0; i < RFC_SOURCES; i++)
		if (set >> i & 1)
			g->st[i] = until;
}

static inline void rfc_include(struct rfc_router *r, struct rfc_group *g, unsigned type, unsigned b)
{
	unsigned a = g->x;

	switch (type) {
	case MC_IS_IN:
	case MC_ALLOW:
	case MC_TO_IN:
		g->x = a | b;
		rfc_set(g, b, r->now + rfc_gmi(r));
		if (type == MC_TO_IN)
			rfc_send_sources(r, g, a & ~b);
		break;
	case MC_BLOCK:
		rfc_send_sources(r, g, a & b);
		break;
	default: /* IS_EX, TO_EX */
		rfc_lose(g, a & ~b);
		g->mode = MC_EXCLUDE;
		g->y = b & ~a;
		g->gt = r->now + rfc_gmi(r);
		if (type == MC_TO_EX)
			rfc_send_sources(r, g, a & b);
	}
}

static inline void rfc_exclude(struct rfc_router *r, struct rfc_group *g, unsigned type, unsigned a)
{
	unsigned x = g->x, y = g->y, added = a & ~x & ~y;

	switch (type) {
	case MC_IS_IN:
	case MC_ALLOW:
	case MC_TO_IN:
		g->x = x | a;
		g->y = y & ~a;
		rfc_set(g, a, r->now + rfc_gmi(r));
		if (type != MC_TO_IN)
			break;
		rfc_send_sources(r, g, x & ~a);
		rfc_send_group(r, g);
		break;
	case MC_BLOCK:
		g->x = x | (a & ~y);
		rfc_set(g, added, g->gt);
		rfc_send_sources(r, g, a & ~y);
		break;
	default: /* IS_EX, TO_EX */
		rfc_lose(g, (x | y) & ~a);
		g->x = a & ~y;
		g->y = y & a;
		rfc_set(g, added, type == MC_IS_EX ? r->now + rfc_gmi(r) : g->gt);
		g->gt = r->now + rfc_gmi(r);
		if (type == MC_TO_EX)
			rfc_send_sources(r, g, a & ~y);
	}
}

static inline void rfc_table(struct rfc_router *r, struct rfc_group *g, unsigned type, unsigned set)
{
	if (!g->known)
		*g = (struct rfc_group){ .known = true, .mode = MC_INCLUDE };
	if (g->mode == MC_INCLUDE)
		rfc_include(r, g, type, set);
	else
		rfc_exclude(r, g, type, set);
	rfc_settle(g);
}

/* ---- reports -------------------------------------------------------------------------------- */

/* Tables 13 and 14 of 7.3.2, RFC 4604 3.1, and then the tables. */
static inline void rfc_record(struct rfc_router *r, unsigned group, unsigned type, unsigned set)
{
	struct rfc_group *g = &r->groups[group];
	unsigned version = rfc_version(r, g);
	bool ex = type == MC_IS_EX || type == MC_TO_EX;

	if (rfc_kinds[group] == RFC_DEAF || (rfc_kinds[group] == RFC_SSM && ex))
		return;
	if (version < r->proto->newest && type == MC_BLOCK)
		return;
	if (version < r->proto->newest && type == MC_TO_EX)
		set = 0;
	if (version == r->proto->mute && type == MC_TO_IN)
		return;
	rfc_table(r, g, type, set);
}

static inline void rfc_older(struct rfc_router *r, unsigned group, unsigned version)
{
	if (rfc_kinds[group] == RFC_DEAF || rfc_kinds[group] == RFC_SSM)
		return;
	rfc_table(r, &r->groups[group], MC_IS_EX, 0);
	r->groups[group].older[version - 1] = r->now + rfc_ohpi(r);
}

static inline void rfc_leave(struct rfc_router *r, unsigned group)
{
	if (r->groups[group].known && rfc_kinds[group] != RFC_SSM)
		rfc_record(r, group, MC_TO_IN, 0);
}

/* ---- queries -------------------------------------------------------------------------------- */

struct rfc_heard {
	unsigned from;
	int group; /* -1: general */
	unsigned sources;
	bool suppress, old;
	mc_time max_resp;
	unsigned qrv;
	mc_time qi;
};

/* 6.6.2; RFC 9777 7.6.2 counts every query. Which of several lower ones is listened to, the RFCs leave
 * open: the lowest, until it is silent for the Other Querier Present Interval. */
static inline void rfc_elect(struct rfc_router *r, const struct rfc_heard *q)
{
	bool fresh;

	if (q->from == 0 || q->from >= RFC_OWN || (q->group >= 0 && !r->proto->elect_by_any))
		return;
	fresh = r->querier || q->from < r->other || r->heard_at + rfc_oqpi(r) <= r->now;
	if (fresh && q->from != r->other)
		r->heard_rv = 0, r->heard_qi = 0;
	r->querier = false;
	r->query = MC_NEVER;
	if (fresh)
		r->other = q->from;
	if (q->from == r->other) {
		r->heard_at = r->now;
		if (q->group < 0) {
			r->heard_rv = q->qrv;
			r->heard_qi = q->qi;
		}
	}
	r->present = r->now + rfc_oqpi(r);
}

static inline void rfc_hear(struct rfc_router *r, const struct rfc_heard *q)
{
	struct rfc_group *g = q->group < 0 ? NULL : &r->groups[q->group];
	mc_time lmqt;

	if (q->from == RFC_OWN || (q->from == 0 && r->proto->link_local))
		return;
	rfc_elect(r, q);
	lmqt = r->now + q->max_resp * rfc_lmqc(r);
	if (!g || !g->known || q->suppress)
		return;
	if (!q->sources)
		g->gt = rfc_least(g->gt, lmqt);
	for (unsigned i = 0; i < RFC_SOURCES; i++)
		if (q->sources & g->x & 1U << i)
			g->st[i] = rfc_least(g->st[i], lmqt);
}

#endif
