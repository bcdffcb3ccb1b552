/*
 * members.c - group state by the router's rules, and the hosts that report each group. It knows neither
 * messages nor queriers: records, and what queries ask about, are given to it with the intervals that hold.
 *
 * RFC 9776 6.2 to 6.5 and RFC 9777 7.2 to 7.5 (state, timers, tables), RFC 9776 7.3.2 and RFC 9777 8.3.2
 * (older hosts), RFC 9776 6.6.1 and RFC 9777 7.6.1 (timers that a query lowers).
 */
#include "engine/members.h"

#include "engine/rules.h"

#include <assert.h>
#include <string.h>

enum { OLDER_MOST = 2 }; /* versions before the newest */

struct group {
	struct mc_node node;
	struct mc_track_group pub; /* expires is the group timer while in EXCLUDE mode */
	struct mc_list hosts, sources;
	uint32_t excluded;         /* of the sources */
	bool listed;               /* counted in mc_members.listed */
	bool stale;                /* INCLUDE mode: pub.expires is to be found anew */
	mc_time next;              /* no timer of it ends before */
	mc_time older[OLDER_MOST]; /* until when hosts of version 1, 2 are there */
};

struct source {
	struct mc_node node;
	struct mc_track_source pub;
	uint64_t mark; /* the last list it was in */
};

struct host {
	struct mc_node node;
	struct mc_track_host pub;
	mc_time expires;
};

static_assert(offsetof(struct group, pub) == sizeof(struct mc_node), "the key follows the node");
static_assert(offsetof(struct source, pub) == sizeof(struct mc_node), "the key follows the node");
static_assert(offsetof(struct host, pub) == sizeof(struct mc_node), "the key follows the node");
static_assert(offsetof(struct mc_track_group, group) == 0, "the key comes first");
static_assert(offsetof(struct mc_track_source, addr) == 0, "the key comes first");
static_assert(offsetof(struct mc_track_host, addr) == 0, "the key comes first");

static void soon(struct mc_members *m, struct group *g, mc_time when)
{
	if (when < g->next)
		g->next = when;
	if (when < m->next)
		m->next = when;
}

/* ---- sources ------------------------------------------------------------------------------- */

static void run(struct mc_members *m, struct group *g, struct source *s, mc_time until)
{
	g->stale |= until < s->pub.expires;
	g->excluded -= s->pub.excluded;
	s->pub.excluded = false;
	s->pub.expires = until;
	if (g->pub.mode == MC_INCLUDE && until > g->pub.expires)
		g->pub.expires = until;
	soon(m, g, until);
}

static void exclude(struct group *g, struct source *s)
{
	g->excluded++;
	s->pub.excluded = true;
	s->pub.expires = MC_NEVER;
}

static void drop(struct mc_members *m, struct group *g, struct source *s)
{
	g->excluded -= s->pub.excluded;
	mc_table_remove(&m->sources, &g->sources, s);
}

static void apply(struct mc_members *m, struct group *g, struct source *s, uint8_t op, mc_time now)
{
	switch (op & MC_OP_WHAT) {
	case MC_OP_DELETE:
		drop(m, g, s);
		break;
	case MC_OP_LIFE:
		run(m, g, s, mc_after(now, m->life));
		break;
	case MC_OP_GROUP:
		run(m, g, s, g->pub.expires);
		break;
	case MC_OP_EXCLUDE:
		exclude(g, s);
		break;
	default:
		break;
	}
}

static enum mc_cell cell_of(const struct source *s, bool listed)
{
	return (s->pub.excluded ? MC_Y : MC_X) + listed;
}

/* False: a source is not kept. One that is listed again is where the rule put it, and stays there. */
static bool apply_listed(struct mc_members *m, struct group *g, const struct mc_rule *rule,
			 const struct mc_addr *addr, mc_time now)
{
	struct source *s = mc_table_find(&m->sources, g->node.self, addr);
	enum mc_cell cell = s ? cell_of(s, true) : MC_LISTED;

	if (!s && rule->op[MC_LISTED] == MC_OP_STAY)
		return true;
	if (!s)
		s = mc_table_add(&m->sources, &g->sources, g->node.self, addr);
	if (!s) {
		mc_queue_limit(m->out, MC_TRACK_SOURCES, m->sources.n);
		return false;
	}
	apply(m, g, s, rule->op[cell], now);
	s->mark = m->marks;
	return true;
}

static void apply_others(struct mc_members *m, struct group *g, const struct mc_rule *rule, mc_time now)
{
	struct source *s = mc_table_at(&m->sources, g->sources.first), *next;

	for (; s; s = next) {
		next = mc_table_next(&m->sources, s);
		if (s->mark != m->marks)
			apply(m, g, s, rule->op[cell_of(s, false)], now);
	}
}

/* The group timer starts after the sources were given what was left of it. */
static bool apply_rule(struct mc_members *m, struct group *g, uint8_t type, const struct mc_sources *list,
		       mc_time now)
{
	const struct mc_rule *rule = mc_rule_of(g->pub.mode, type);
	bool kept = true;

	m->marks++;
	for (uint16_t i = 0; i < list->n; i++) {
		struct mc_addr addr = mc_sources_at(list, i);

		kept = apply_listed(m, g, rule, &addr, now) && kept;
	}
	if (rule->op[MC_X] == MC_OP_DELETE)
		apply_others(m, g, rule, now);
	g->pub.mode = rule->mode;
	if (rule->restart) {
		g->pub.expires = mc_after(now, m->life);
		soon(m, g, g->pub.expires);
	}
	return kept;
}

/* ---- hosts --------------------------------------------------------------------------------- */

static void left(struct mc_members *m, struct group *g, struct host *h, bool expired)
{
	struct mc_track_event e = { .kind = MC_TRACK_LEAVE, .expired = expired };

	e.group = g->pub.group;
	e.host = h->pub.addr;
	mc_table_remove(&m->hosts, &g->hosts, h);
	e.n = g->hosts.n;
	mc_queue_put(m->out, &e);
}

static struct host *joined(struct mc_members *m, struct group *g, const struct mc_addr *addr, mc_time now)
{
	struct mc_track_event e = { .kind = MC_TRACK_JOIN, .group = g->pub.group, .host = *addr };
	struct host *h = mc_table_add(&m->hosts, &g->hosts, g->node.self, addr);

	if (!h) {
		mc_queue_limit(m->out, MC_TRACK_HOSTS, m->hosts.n);
		return NULL;
	}
	h->pub.since = now;
	e.n = g->hosts.n;
	mc_queue_put(m->out, &e);
	return h;
}

/* Only what asks for something makes a host a member; whatever it says then, other than that it
 * leaves, keeps it one. */
static bool note_host(struct mc_members *m, struct group *g, const struct mc_addr *addr,
		      const struct mc_record *r, bool blocks_all, mc_time now)
{
	struct host *h = mc_table_find(&m->hosts, g->node.self, addr);
	bool empty = r->sources.n == 0;

	if (blocks_all || (empty && (r->type == MC_TO_IN || r->type == MC_IS_IN))) {
		if (h)
			left(m, g, h, false);
		return true;
	}
	g->pub.last_reporter = *addr;
	if (!h && (r->type == MC_BLOCK || (r->type == MC_ALLOW && empty)))
		return true;
	if (!h)
		h = joined(m, g, addr, now);
	if (!h)
		return false;
	h->pub.heard = now;
	h->expires = mc_after(now, m->life);
	soon(m, g, h->expires);
	return true;
}

static void end_hosts(struct mc_members *m, struct group *g, mc_time now)
{
	struct host *h = mc_table_at(&m->hosts, g->hosts.first), *next;

	for (; h; h = next) {
		next = mc_table_next(&m->hosts, h);
		if (h->expires <= now)
			left(m, g, h, true);
		else
			soon(m, g, h->expires);
	}
}

/* ---- groups -------------------------------------------------------------------------------- */

/* The group's compatibility mode, RFC 9776 7.3.2. */
static uint8_t version_of(const struct mc_members *m, const struct group *g, mc_time now)
{
	uint8_t version = 1;

	while (version < m->proto->newest && g->older[version - 1] <= now)
		version++;
	return version;
}

static mc_time last_source(const struct mc_members *m, const struct group *g)
{
	const struct source *s = mc_table_at(&m->sources, g->sources.first);
	mc_time last = 0;

	for (; s; s = mc_table_next(&m->sources, s))
		last = s->pub.expires > last ? s->pub.expires : last;
	return last;
}

/* What is known beside the lists. */
static void count(struct mc_members *m, struct group *g)
{
	bool listed = g->pub.mode == MC_INCLUDE || g->excluded;

	m->listed += listed;
	m->listed -= g->listed;
	g->listed = listed;
	g->pub.hosts = g->hosts.n;
	g->pub.sources = g->sources.n;
	if (g->stale && g->pub.mode == MC_INCLUDE)
		g->pub.expires = last_source(m, g);
	g->stale = false;
}

static bool gone(const struct group *g)
{
	return g->pub.mode == MC_INCLUDE && !g->sources.n;
}

static void remove_group(struct mc_members *m, struct group *g)
{
	while (g->hosts.n)
		left(m, g, mc_table_at(&m->hosts, g->hosts.first), true);
	while (g->sources.n)
		drop(m, g, mc_table_at(&m->sources, g->sources.first));
	m->listed -= g->listed;
	mc_table_remove(&m->groups, &m->list, g);
}

static struct group *add_group(struct mc_members *m, const struct mc_addr *addr, mc_time now)
{
	struct group *g = mc_table_add(&m->groups, &m->list, 0, addr);

	if (!g) {
		mc_queue_limit(m->out, MC_TRACK_GROUPS, m->groups.n);
		return NULL;
	}
	g->pub.mode = MC_INCLUDE;
	g->pub.since = now;
	g->pub.version = m->proto->newest;
	g->next = MC_NEVER;
	return g;
}

/* The group timer of EXCLUDE mode is over: the sources that run are what is left, RFC 9776 6.5. */
static void include(struct mc_members *m, struct group *g)
{
	struct source *s = mc_table_at(&m->sources, g->sources.first), *next;

	g->pub.mode = MC_INCLUDE;
	g->stale = true;
	for (; s; s = next) {
		next = mc_table_next(&m->sources, s);
		if (s->pub.excluded)
			drop(m, g, s);
	}
}

static void end_sources(struct mc_members *m, struct group *g, mc_time now)
{
	struct source *s = mc_table_at(&m->sources, g->sources.first), *next;

	for (; s; s = next) {
		next = mc_table_next(&m->sources, s);
		if (s->pub.expires > now)
			soon(m, g, s->pub.expires);
		else if (g->pub.mode == MC_INCLUDE)
			drop(m, g, s);
		else
			exclude(g, s);
	}
}

/* Ends the timers of a group that are over. False: it is gone. */
static bool settle(struct mc_members *m, struct group *g, mc_time now)
{
	g->next = MC_NEVER;
	if (g->pub.mode == MC_EXCLUDE && g->pub.expires <= now)
		include(m, g);
	end_sources(m, g, now);
	if (gone(g)) {
		remove_group(m, g);
		return false;
	}
	end_hosts(m, g, now);
	if (g->pub.mode == MC_EXCLUDE)
		soon(m, g, g->pub.expires);
	for (size_t i = 0; i < OLDER_MOST; i++)
		if (g->older[i] > now)
			soon(m, g, g->older[i]);
	g->pub.version = version_of(m, g, now);
	count(m, g);
	return true;
}

/* The group as it is at this time: what is over ends here, even if no scan came by. */
static struct group *current(struct mc_members *m, const struct mc_addr *addr, mc_time now)
{
	struct group *g = mc_table_find(&m->groups, 0, addr);

	return g && g->next <= now && !settle(m, g, now) ? NULL : g;
}

/* ---- records and queries ------------------------------------------------------------------- */

/* An older report makes the group older: RFC 9776 7.3.2. A Leave does not. */
static void note_version(struct mc_members *m, struct group *g, uint8_t version, uint8_t type, mc_time now)
{
	if (version < m->proto->newest && type == MC_IS_EX) {
		g->older[version - 1] = mc_after(now, m->older);
		soon(m, g, g->older[version - 1]);
	}
	g->pub.version = version_of(m, g, now);
}

/* The record as the group's version lets it pass: RFC 9776 7.3.2, tables 13 and 14; RFC 9777 8.3.2. */
static bool apply_record(struct mc_members *m, struct group *g, const struct mc_record *r, mc_time now)
{
	struct mc_sources list = r->sources;
	int behind = m->proto->newest - g->pub.version;

	if ((behind >= 1 && r->type == MC_BLOCK) || (behind >= 2 && r->type == MC_TO_IN))
		return true;
	if (behind >= 1 && r->type == MC_TO_EX)
		list.n = 0;
	return apply_rule(m, g, r->type, &list, now);
}

/* Of a record that was applied: out of INCLUDE mode a host leaves by a BLOCK of what it wanted (RFC 9776
 * 5.1). One that lists all that is known to run leaves nothing for it to want. */
static bool is_of_all(const struct mc_members *m, const struct group *g, const struct mc_record *r)
{
	const struct source *s = mc_table_at(&m->sources, g->sources.first);

	if (r->type != MC_BLOCK || g->pub.mode != MC_INCLUDE || g->pub.version < m->proto->newest)
		return false;
	while (s && s->mark == m->marks)
		s = mc_table_next(&m->sources, s);
	return !s;
}

static bool creates(const struct mc_record *r)
{
	return r->type == MC_IS_EX || r->type == MC_TO_EX || (r->type != MC_BLOCK && r->sources.n);
}

bool mc_members_record(struct mc_members *m, uint8_t version, const struct mc_addr *host,
		       const struct mc_record *r, bool *blocks_all, mc_time now)
{
	struct group *g = current(m, &r->group, now);
	bool kept;

	*blocks_all = false;
	if (!g && !creates(r))
		return true;
	if (!g)
		g = add_group(m, &r->group, now);
	if (!g)
		return false;
	note_version(m, g, version, r->type, now);
	kept = apply_record(m, g, r, now);
	if (gone(g)) {
		remove_group(m, g);
		return kept;
	}
	*blocks_all = is_of_all(m, g, r);
	kept = note_host(m, g, host, r, *blocks_all, now) && kept;
	count(m, g);
	return kept;
}

void mc_members_lower(struct mc_members *m, const struct mc_query *q, mc_time wait, mc_time now)
{
	struct group *g = current(m, &q->group, now);
	mc_time end = mc_after(now, wait);

	if (!g)
		return;
	if (!q->sources.n && g->pub.mode == MC_EXCLUDE && end < g->pub.expires) {
		g->pub.expires = end;
		soon(m, g, end);
	}
	for (uint16_t i = 0; i < q->sources.n; i++) {
		struct mc_addr addr = mc_sources_at(&q->sources, i);
		struct source *s = mc_table_find(&m->sources, g->node.self, &addr);

		if (s && !s->pub.excluded && end < s->pub.expires)
			run(m, g, s, end);
	}
	count(m, g);
}

void mc_members_scan(struct mc_members *m, mc_time now)
{
	while (m->scan && !m->out->n) {
		struct group *g = m->scan <= m->groups.high ? mc_table_at(&m->groups, m->scan) : NULL;

		m->scan = g ? m->scan + 1 : 0;
		if (!g || !g->node.self)
			continue;
		if (g->next > now)
			soon(m, g, g->next);
		else
			settle(m, g, now);
	}
}

/* ---- the whole ----------------------------------------------------------------------------- */

void mc_members_init(struct mc_members *m, const struct mc_track_conf *conf, struct mc_queue *out)
{
	*m = (struct mc_members){ .proto = mc_proto_of(conf->family), .out = out, .next = MC_NEVER };
	mc_table_init(&m->groups, sizeof(struct group), (uint32_t)conf->max_groups, conf->seed);
	mc_table_init(&m->hosts, sizeof(struct host), (uint32_t)conf->max_hosts, conf->seed + 1);
	mc_table_init(&m->sources, sizeof(struct source), (uint32_t)conf->max_sources, conf->seed + 2);
}

void mc_members_free(struct mc_members *m)
{
	mc_table_free(&m->groups);
	mc_table_free(&m->hosts);
	mc_table_free(&m->sources);
}

static const struct group *item_of(const struct mc_track_group *g)
{
	return (const void *)((const uint8_t *)g - offsetof(struct group, pub));
}

const struct mc_track_group *mc_members_find(const struct mc_members *m, const struct mc_addr *group)
{
	const struct group *g = mc_table_find(&m->groups, 0, group);

	return g ? &g->pub : NULL;
}

const struct mc_track_group *mc_members_next(const struct mc_members *m, const struct mc_track_group *prev)
{
	uint32_t at = prev ? item_of(prev)->node.next : m->list.first;
	const struct group *g = mc_table_at(&m->groups, at);

	return g ? &g->pub : NULL;
}

const struct mc_track_source *mc_members_source(const struct mc_members *m, const struct mc_track_group *g,
						const struct mc_track_source *prev)
{
	const struct source *s;

	if (prev)
		s = mc_table_next(&m->sources, (const uint8_t *)prev - offsetof(struct source, pub));
	else
		s = mc_table_at(&m->sources, item_of(g)->sources.first);
	return s ? &s->pub : NULL;
}

const struct mc_track_host *mc_members_host(const struct mc_members *m, const struct mc_track_group *g,
					    const struct mc_track_host *prev)
{
	const struct host *h;

	if (prev)
		h = mc_table_next(&m->hosts, (const uint8_t *)prev - offsetof(struct host, pub));
	else
		h = mc_table_at(&m->hosts, item_of(g)->hosts.first);
	return h ? &h->pub : NULL;
}
