/*
 * queries.c - queries for a group and for sources of it: those that this router sends, again and again,
 * and those that it hears. It does not know why somebody asks.
 *
 * RFC 9776 6.6.1, 6.6.3, 8.8 to 8.10; RFC 9777 7.6.1, 7.6.3, 9.8 to 9.10; RFC 2236 3; RFC 2710 4.
 */
#include "engine/router.h"

#include <string.h>

/* The order in which a group's queries leave: RFC 9776 6.6.3.2, then 6.6.3.1. */
enum phase { SUPPRESSED, CLEAR, GROUP, OVER };

/* ---- asking -------------------------------------------------------------------------------- */

/* A version without a word for leaving has none for asking about one group, either. */
static bool may_ask_groups(const struct mc_router *r)
{
	return r->querier.self && r->conf.version > r->proto->mute;
}

/* Of a packet; the scratch may be smaller than what is sent since. */
static uint32_t most_sources(const struct mc_router *r)
{
	size_t octets = r->conf.mtu - r->bare;

	return (uint32_t)((octets < r->scratch_cap ? octets : r->scratch_cap) / r->proto->addr_len);
}

/* Memory for what may have to be asked. */
static bool prepare(struct mc_router *r, struct mc_group *g)
{
	if (mc_groups_rare(&r->groups, g) && mc_router_scratch(r, r->conf.mtu))
		return true;
	mc_ledger_add(&r->ledger, MC_NO_MEMORY);
	return false;
}

uint8_t mc_queries_times(struct mc_router *r, struct mc_group *g, const struct mc_rule *rule)
{
	if (!mc_rule_asks(rule) || !may_ask_groups(r) || !prepare(r, g))
		return 0;
	return r->conf.version == r->proto->newest ? r->last_count : 0;
}

static void schedule(struct mc_router *r, const struct mc_group *g, const struct mc_rare *rare)
{
	mc_heap_set(&r->groups.asks, g->rare, mc_sooner(rare->group_due, rare->sources_due));
}

void mc_queries_sources(struct mc_router *r, struct mc_group *g, mc_time now)
{
	struct mc_rare *rare = mc_group_rare(&r->groups, g);

	if (rare->sources_due != MC_NEVER && rare->sources_due > now)
		rare->early = true;
	rare->sources_due = now;
	schedule(r, g, rare);
}

/* A leave that is said again while nobody has answered waits for the query that is to come: new and
 * pending queries are merged (RFC 9776 6.6.3), or a crowd that leaves would bring a query each. Else they
 * begin anew. */
void mc_queries_group(struct mc_router *r, struct mc_group *g, mc_time now)
{
	struct mc_rare *rare = mc_group_rare(&r->groups, g);
	mc_time end = mc_after(now, r->last_time);

	if (!rare || !may_ask_groups(r) || (rare->left && g->timer <= end))
		return;
	if (end < g->timer) {
		g->timer = end;
		mc_groups_soon(&r->groups, g, end);
	}
	rare->left = r->last_count;
	rare->group_due = now;
	schedule(r, g, rare);
}

/* ---- hearing ------------------------------------------------------------------------------- */

static mc_time lower_source(struct mc_group *g, const struct mc_key *key, mc_time end)
{
	struct mc_src *s = mc_srcs_find(&g->sources, key);

	if (!s || s->until <= end)
		return MC_NEVER;
	s->until = end;
	return end;
}

/* The querier's Last Member Query Time is not announced: its interval is, the count is taken to be the
 * same. */
void mc_queries_hear(struct mc_router *r, const struct mc_query *q, mc_time now)
{
	mc_time wait = q->max_resp ? q->max_resp * r->last_count : r->last_time;
	mc_time end = mc_after(now, wait), next = MC_NEVER;
	struct mc_group *g = mc_groups_current(&r->groups, &q->group, now);

	if (!g || q->suppress)
		return;
	if (!q->sources.n && g->mode == MC_EXCLUDE && end < g->timer)
		g->timer = next = end;
	for (uint32_t i = 0; i < q->sources.n; i++) {
		size_t len = r->proto->addr_len;
		struct mc_key key = mc_key_of(q->sources.octets + i * len, len);

		next = mc_sooner(next, lower_source(g, &key, end));
	}
	if (next != MC_NEVER)
		mc_groups_soon(&r->groups, g, next);
}

/* ---- sending ------------------------------------------------------------------------------- */

/* Puts sources that are still to be asked about into the scratch, as many as fit a packet, and returns how
 * many. Their timers run on, or end with the series: by that the S flag is set or not. All that are
 * pending are merged into what new ones bring (RFC 9776 6.4.2, 6.6.3.2); but what comes early for those is
 * not counted, or a change or two would use up their repetitions in one burst, and with it what robustness
 * is for. */
static uint16_t collect(struct mc_router *r, struct mc_group *g, mc_time now)
{
	bool suppress = r->turn.phase == SUPPRESSED, early = mc_group_rare(&r->groups, g)->early;
	uint32_t i = mc_srcs_seek(&g->sources, 0, &r->turn.from), most = most_sources(r), n = 0;
	mc_time end = mc_after(now, r->last_time);
	uint8_t octets[16];

	for (; i < g->sources.n && n < most; i++) {
		struct mc_src *s = &g->sources.at[i];

		if (!s->left || (s->until > end) != suppress)
			continue;
		mc_key_octets(&s->key, octets);
		memcpy(r->scratch + n++ * r->proto->addr_len, octets, r->proto->addr_len);
		if (!early || s->left >= r->last_count)
			s->left--;
	}
	if (i < g->sources.n) {
		r->turn.from = g->sources.at[i].key;
	} else {
		r->turn.phase++;
		r->turn.from = (struct mc_key){ .high = 0 };
	}
	return (uint16_t)n;
}

static bool send_specific(struct mc_router *r, struct mc_group *g, uint16_t n, bool suppress,
			  struct mc_action *ret)
{
	const struct mc_query q = {
		.group = g->addr,
		.sources = { .octets = r->scratch, .n = n, .family = r->proto->family },
		.max_resp = r->conf.last_member_query_interval,
		.suppress = suppress,
	};

	return mc_router_send(r, &q, ret);
}

/* The next packet of the turn; false: there is none left. */
static bool next_packet(struct mc_router *r, struct mc_group *g, mc_time now, struct mc_action *ret)
{
	struct mc_rare *rare = mc_group_rare(&r->groups, g);

	if (r->turn.phase < GROUP && rare->sources_due > now)
		r->turn.phase = GROUP;
	while (r->turn.phase < GROUP) {
		bool suppress = r->turn.phase == SUPPRESSED;
		uint16_t n = collect(r, g, now);

		if (n && send_specific(r, g, n, suppress, ret))
			return true;
	}
	if (r->turn.phase == GROUP && rare->left && rare->group_due <= now) {
		r->turn.phase = OVER;
		rare->left--;
		return send_specific(r, g, 0, g->timer > mc_after(now, r->last_time), ret);
	}
	return false;
}

static bool more_sources(const struct mc_group *g)
{
	bool more = false;

	for (uint32_t i = 0; i < g->sources.n && !more; i++)
		more = g->sources.at[i].left;
	return more;
}

/* The next round is due by this one's time, as the timers are that it is to be before the end of. */
static mc_time again(const struct mc_router *r, mc_time due, bool more, mc_time now)
{
	mc_time wait = r->conf.last_member_query_interval;

	if (due > now)
		return due;
	return more ? mc_after(mc_after(due, wait) > now ? due : now, wait) : MC_NEVER;
}

static void end_turn(struct mc_router *r, struct mc_group *g, mc_time now)
{
	struct mc_rare *rare = mc_group_rare(&r->groups, g);

	rare->early &= rare->sources_due > now;
	rare->sources_due = again(r, rare->sources_due, more_sources(g), now);
	rare->group_due = again(r, rare->group_due, rare->left, now);
	r->groups.turn = 0;
	schedule(r, g, rare);
	mc_groups_spare(&r->groups, g, now);
}

/* The group whose turn it is; NULL: nobody's. One whose turn was interrupted goes on. */
static struct mc_group *whose_turn(struct mc_router *r, mc_time now)
{
	struct mc_groups *gs = &r->groups;
	uint32_t i = gs->turn;

	if (!i || mc_heap_get(&gs->asks, i) > now) {
		if (mc_heap_first(&gs->asks, &i) > now)
			return NULL;
		gs->turn = i;
		r->turn = (struct mc_turn){ .phase = SUPPRESSED };
	}
	return mc_table_at(&gs->table, gs->rare[i - 1].group);
}

bool mc_queries_poll(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	struct mc_group *g;

	while ((g = whose_turn(r, now))) {
		if (next_packet(r, g, now, ret))
			return true;
		end_turn(r, g, now);
	}
	return false;
}
