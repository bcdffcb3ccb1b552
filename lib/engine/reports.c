/*
 * reports.c - what reports and leaves do: which of their records count, what the group's version lets
 * pass, the rule, and the limits. It knows neither queriers nor how is asked.
 *
 * RFC 9776 4.2.13, 6.4, 7.3.2, 9.2; RFC 9777 5.2.13, 7.4, 8.3.2; RFC 2236 3, 5; RFC 2710 4; RFC 4604 3.1,
 * 3.5, 3.7.
 */
#include "engine/router.h"

#include "engine/judge.h"

#include <string.h>

/* ---- limits -------------------------------------------------------------------------------- */

static void restart(struct mc_router *r, struct mc_group *g, mc_time until)
{
	if (!g->timer || until < g->timer)
		mc_groups_soon(&r->groups, g, until);
	g->timer = until;
}

/* What cannot be kept apart is wanted all: too much rather than too little. */
static void fall(struct mc_router *r, struct mc_group *g, mc_time until)
{
	if (g->mode == MC_INCLUDE || g->sources.n)
		mc_groups_tell(&r->groups, g, MC_GROUP_CHANGED);
	r->groups.sources -= g->sources.n;
	g->sources.n = 0;
	mc_groups_trim(&r->groups, g);
	g->mode = MC_EXCLUDE;
	restart(r, g, until);
}

/* Sources refused: that many, where the group may not be wanted from everybody. */
static void refuse_sources(struct mc_router *r, const struct mc_group *g, uint32_t n, mc_time now)
{
	for (uint32_t i = 0; i < n; i++)
		mc_ledger_add(&r->ledger, MC_SOURCE_LIMIT);
	mc_router_warn(r, MC_WARN_SOURCES, NULL, &g->addr, 0, now);
}

/* Room for what a change adds, or for as much of it as may be where less will do. False: none. */
static bool make_room(struct mc_router *r, struct mc_group *g, struct mc_change *c, mc_time now)
{
	uint32_t stay = g->sources.n - c->deleted, most = r->conf.max_sources, all = r->conf.max_all_sources;
	uint64_t others = r->groups.sources - c->deleted;
	bool partly = mc_judge_ssm(&r->conf.ssm, &g->addr);

	c->most = stay < most ? most - stay : 0;
	if (others + c->most > all)
		c->most = others < all ? (uint32_t)(all - others) : 0;
	if (c->unknown > c->most) {
		refuse_sources(r, g, partly ? c->unknown - c->most : 1, now);
		if (!partly)
			return false;
	} else {
		c->most = c->unknown;
	}
	if (mc_groups_room(&r->groups, g, stay + c->most))
		return true;
	mc_router_no_memory(r, &g->addr, now);
	c->most = g->sources.cap - stay;
	return partly;
}

/* ---- the rule ------------------------------------------------------------------------------ */

/* The sources, and what that means for the group. */
static void apply_sources(struct mc_router *r, struct mc_group *g, struct mc_change *c, mc_time now)
{
	uint32_t before = g->sources.n;
	bool changed = g->mode != c->rule->mode;

	mc_change_apply(c, &g->sources);
	r->groups.sources += g->sources.n;
	r->groups.sources -= before;
	if (changed || c->opened || (g->mode == MC_INCLUDE && g->sources.n != before))
		mc_groups_tell(&r->groups, g, MC_GROUP_CHANGED);
	if (c->next != MC_NEVER)
		mc_groups_soon(&r->groups, g, c->next);
	if (c->n_asked)
		mc_queries_sources(r, g, now);
	mc_groups_trim(&r->groups, g);
}

/* The group timer starts after the sources were given what was left of it. */
static void apply(struct mc_router *r, struct mc_group *g, uint8_t type, const struct mc_sources *list,
		  mc_time now)
{
	struct mc_change c = {
		.rule = mc_rule_of(g->mode, type),
		.life = mc_after(now, r->life),
		.group = g->timer,
		.asked = mc_after(now, r->last_time),
	};

	if (!list->n && !g->sources.n && !c.rule->ask && g->mode == c.rule->mode) {
		if (c.rule->restart) /* a group that is wanted from anybody still is: most reports */
			restart(r, g, c.life);
		return;
	}
	c.times = mc_queries_times(r, g, c.rule);
	if (!mc_router_list(r, &c.list, list)) {
		mc_router_no_memory(r, &g->addr, now);
		if (!mc_judge_ssm(&r->conf.ssm, &g->addr))
			fall(r, g, c.life);
		return;
	}
	mc_change_count(&c, &g->sources);
	if (c.unknown && !make_room(r, g, &c, now)) {
		fall(r, g, c.life);
		return;
	}
	apply_sources(r, g, &c, now);
	g->mode = c.rule->mode;
	if (c.rule->restart)
		restart(r, g, c.life);
	if (c.rule->ask)
		mc_queries_group(r, g, now);
}

/* ---- groups -------------------------------------------------------------------------------- */

static struct mc_group *add_group(struct mc_router *r, const struct mc_addr *group, mc_time now)
{
	struct mc_group *g;

	while (r->groups.n >= r->groups.max && mc_groups_due(&r->groups, now, 1))
		; /* those that are over do not count */
	if (r->groups.n >= r->groups.max) {
		mc_ledger_add(&r->ledger, MC_GROUP_LIMIT);
		mc_router_warn(r, MC_WARN_GROUPS, NULL, group, 0, now);
		return NULL;
	}
	g = mc_groups_add(&r->groups, group);
	if (!g)
		mc_router_no_memory(r, group, now);
	return g;
}

/* Whether a record makes a group where there is none. */
static bool creates(const struct mc_record *rec)
{
	return rec->type == MC_IS_EX || rec->type == MC_TO_EX || (rec->type != MC_BLOCK && rec->sources.n);
}

/* Whether the group's version lets a record pass, and what of its list: RFC 9776 7.3.2, RFC 9777 8.3.2. */
static bool passes(const struct mc_router *r, const struct mc_group *g, const struct mc_record *rec,
		   struct mc_sources *list)
{
	bool older = g->version < r->proto->newest;

	if (older && rec->type == MC_TO_EX)
		list->n = 0;
	return !(older && rec->type == MC_BLOCK) && !(g->version == r->proto->mute && rec->type == MC_TO_IN);
}

/* An older report makes the group older; a leave does not. Without memory it stays as it is. */
static void note_version(struct mc_router *r, struct mc_group *g, uint8_t version, uint8_t type, mc_time now)
{
	if (version == r->proto->newest || type != MC_IS_EX || !r->conf.compatible)
		return;
	if (!mc_groups_older(&r->groups, g, version, mc_after(now, r->older), now))
		mc_router_no_memory(r, &g->addr, now);
}

/* False: there is nothing that it could be for. What the group's version does not let pass still tells what
 * its host wants. */
static bool take(struct mc_router *r, uint8_t version, const struct mc_record *rec,
		 struct mc_hosts_speaker *from, mc_time now)
{
	struct mc_group *g = mc_groups_current(&r->groups, &rec->group, now);
	struct mc_sources list = rec->sources;
	bool passed;

	if (!g && !creates(rec)) {
		if (version < r->proto->newest)
			mc_ledger_add(&r->ledger, MC_RX_IGNORED);
		return false;
	}
	if (!g)
		g = add_group(r, &rec->group, now);
	if (!g)
		return false;
	if (from->addr)
		mc_hosts_near(&r->hosts, g);
	note_version(r, g, version, rec->type, now);
	passed = passes(r, g, rec, &list);
	if (passed)
		apply(r, g, rec->type, &list, now);
	else if (version < r->proto->newest)
		mc_ledger_add(&r->ledger, MC_RX_IGNORED);
	if (g->mode == MC_INCLUDE && !g->sources.n) {
		mc_groups_remove(&r->groups, g);
		return passed;
	}
	if (g->rare)
		mc_groups_spare(&r->groups, g, now);
	if (from->addr)
		mc_hosts_hear(r, g, from, rec, now);
	return passed;
}

/* ---- records ------------------------------------------------------------------------------- */

static bool ssm_allows(const struct mc_router *r, uint8_t version, const struct mc_record *rec)
{
	return version == r->proto->newest && rec->type != MC_IS_EX && rec->type != MC_TO_EX;
}

/* False: it does not count, and why was counted. */
static bool admit(struct mc_router *r, const struct mc_msg *m, const struct mc_record *rec, mc_time now)
{
	enum mc_count why;

	if (rec->faults & MC_FAULT_TYPE) {
		why = MC_RX_UNKNOWN_RECORD;
	} else if (rec->faults & MC_FAULT_GROUP) {
		why = MC_RX_BAD_GROUP;
	} else if (rec->faults & MC_FAULT_SOURCES) {
		why = MC_RX_BAD_SOURCE;
	} else if (!mc_judge_reported(r->proto, &rec->group)) {
		why = MC_RX_IGNORED;
	} else if (mc_judge_ssm(&r->conf.ssm, &rec->group) && !ssm_allows(r, m->version, rec)) {
		why = MC_RX_SSM;
		if (m->version < r->proto->newest)
			mc_router_warn(r, MC_WARN_SSM, &m->ip.src, &rec->group, m->version, now);
	} else {
		return true;
	}
	mc_ledger_add(&r->ledger, why);
	return false;
}

/* RFC 9776 9.2 */
static bool is_ignored(const struct mc_router *r, const struct mc_msg *m)
{
	return (m->version == 1 && r->conf.ignore_v1) || (m->version == 2 && r->conf.ignore_v2);
}

/* RFC 9776 7.3.1; RFC 2236 3: only the querier cares for leaves, and not if it is to be of a version that has
 * none. */
static bool leaves_matter(const struct mc_router *r)
{
	return r->querier.self && r->conf.version != r->proto->mute;
}

/* It changes nothing for the group, but its host said that it leaves. */
static void note_leave(struct mc_router *r, const struct mc_msg *m, struct mc_hosts_speaker *from,
		       mc_time now)
{
	struct mc_group *g;
	struct mc_record rec;
	size_t pos = 0;

	if (!from->addr || !mc_msg_next(m, &pos, &rec) || rec.faults ||
	    mc_judge_ssm(&r->conf.ssm, &rec.group))
		return;
	g = mc_groups_find(&r->groups, &rec.group);
	if (g)
		mc_hosts_hear(r, g, from, &rec, now);
}

/* The one record of an older version is the message: it counts as one of either. */
static void hear_older(struct mc_router *r, const struct mc_msg *m, struct mc_hosts_speaker *from,
		       mc_time now)
{
	bool ignored = is_ignored(r, m);
	struct mc_record rec;
	size_t pos = 0;

	if (ignored || (m->report.leave && !leaves_matter(r))) {
		mc_ledger_add(&r->ledger, MC_RX_IGNORED);
		if (!ignored)
			note_leave(r, m, from, now);
		return;
	}
	if (!mc_msg_next(m, &pos, &rec) || !admit(r, m, &rec, now))
		return;
	if (take(r, m->version, &rec, from, now))
		mc_ledger_add(&r->ledger, m->report.leave ? MC_RX_LEAVE : MC_RX_REPORT);
}

/* Where there are many groups, each is a cache miss or three: what the records further on in a report will
 * need is on its way while those before them are worked in. */
enum { MANY = 10000, AHEAD = 4, FURTHER = 2 * AHEAD };

struct look {
	size_t pos;
	uint32_t n, hash[FURTHER];
};

static void look_ahead(const struct mc_router *r, const struct mc_msg *m, struct look *l)
{
	const struct mc_table *groups = &r->groups.table;
	struct mc_record rec;

	mc_table_nearer(groups, l->hash[(l->n + AHEAD) % FURTHER]);
	if (mc_msg_next(m, &l->pos, &rec)) {
		l->hash[l->n % FURTHER] = mc_table_hash(groups, 0, &rec.group);
		mc_table_near(groups, l->hash[l->n % FURTHER]);
	}
	l->n++;
}

void mc_reports_hear(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	bool many = r->groups.n > MANY && m->report.n > 1;
	struct mc_hosts_speaker from = { .addr = NULL };
	struct look look = { .pos = 0 };
	struct mc_record rec;
	size_t pos = 0;

	if (r->conf.max_hosts)
		from = mc_hosts_speaker(r, &m->ip.src, now);
	if (m->version < r->proto->newest) {
		hear_older(r, m, &from, now);
		return;
	}
	mc_ledger_add(&r->ledger, MC_RX_REPORT);
	if (!m->report.n)
		mc_ledger_add(&r->ledger, MC_RX_EMPTY_REPORT);
	for (unsigned i = 0; i < FURTHER && many; i++)
		look_ahead(r, m, &look);
	while (mc_msg_next(m, &pos, &rec)) {
		if (many)
			look_ahead(r, m, &look);
		if (admit(r, m, &rec, now))
			take(r, m->version, &rec, &from, now);
	}
}
