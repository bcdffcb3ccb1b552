/*
 * older.c - a host among older queriers: which version is in force, and what it says in one that has no words
 * for sources. There, a group has one timer, for whatever it has to report, and is silent where another host
 * reports it.
 *
 * RFC 9776 7.2.1, 8.12; RFC 9777 8.2.1, 9.12; RFC 2236 3, 4, 6, 8.10, 8.11; RFC 2710 4, 5; RFC 1112 App. I;
 * RFC 4604 2.2.
 */
#include "engine/host.h"
#include "engine/judge.h"

#define MUTE_RESPONSE (10 * MC_SEC) /* of queries that do not say, RFC 2236 4 */
#define MUTE_PRESENT (400 * MC_SEC) /* RFC 2236 8.11 */

/* ---- the version in force ---------------------------------------------------------------- */

/* A change cancels what is pending. What was due before and has not been polled is said at once, in the
 * words that there are now. */
static void turn_group(struct mc_host *h, struct mc_joined *g, mc_time until)
{
	mc_time due = mc_heap_get(&h->repeats, g->node.self);

	mc_answers_cancel(h, g);
	mc_changes_cancel(g);
	g->joins_left = 0;
	if (due < until && mc_host_is_newest(h))
		g->mode_left = 1;
	else if (due < until)
		g->joins_left = mc_joined_has_filter(g);
	else if (mc_joined_has_filter(g))
		mc_heap_set(&h->repeats, g->node.self, MC_NEVER);
	else
		mc_joined_drop(h, g);
}

static void turn(struct mc_host *h, uint8_t version, mc_time until)
{
	struct mc_joined *g;
	uint32_t at = 1;

	h->version = version;
	h->response = MC_NEVER;
	h->cursor = h->change_cut.group = h->answer_cut.group = 0;
	while ((g = mc_joined_next(h, &at)))
		turn_group(h, g, until);
}

void mc_older_check(struct mc_host *h, mc_time until)
{
	uint8_t version = 1;

	while (version < h->conf.version && !h->older[version - 1])
		version++;
	if (version != h->version)
		turn(h, version, until);
}

void mc_older_end(struct mc_host *h, mc_time until)
{
	mc_time *older = h->older;

	while ((older[0] && older[0] <= until) || (older[1] && older[1] <= until)) {
		unsigned first = !older[0] || (older[1] && older[1] < older[0]);
		mc_time when = older[first];

		older[first] = 0;
		mc_older_check(h, when);
	}
}

/* How long a querier counts as present. Where ten times the response time counts, all else is as configured,
 * older queries telling no more; in the other formula it is as it was announced. */
static mc_time present(const struct mc_host *h, const struct mc_msg *m)
{
	const struct mc_host_conf *c = &h->conf;

	if (c->version < h->proto->newest)
		return MUTE_PRESENT;
	if (h->proto->older_by_response && !c->rfc3376)
		return c->robustness * c->query_interval + 10 * m->query.max_resp;
	return mc_host_robustness(h) * (h->interval ? h->interval : c->query_interval) +
	       c->query_response_interval;
}

void mc_older_heard(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	h->older[m->version - 1] = mc_after(now, present(h, m));
	mc_older_check(h, now + 1);
}

/* ---- when -------------------------------------------------------------------------------- */

void mc_older_begin(struct mc_host *h, struct mc_joined *g, mc_time now)
{
	bool heard = !h->conf.quiet_leave || g->flags & MC_JOINED_LAST;

	if (mc_joined_has_filter(g)) {
		g->joins_left = mc_host_robustness(h);
	} else if (heard && h->version != h->proto->mute) {
		g->joins_left = 0;
	} else {
		mc_joined_drop(h, g);
		return;
	}
	mc_heap_set(&h->repeats, g->node.self, now);
}

static bool may_report(const struct mc_host *h, const struct mc_joined *g)
{
	return mc_joined_has_filter(g) && mc_joined_tells(h, g);
}

/* A timer that runs is set anew only for a query that cannot wait for it, and never in a version that has
 * no times. */
static void query_group(struct mc_host *h, struct mc_joined *g, mc_time wait, mc_time now)
{
	mc_time due = mc_heap_get(&h->repeats, g->node.self);

	if (due != MC_NEVER && (h->version == h->proto->mute || mc_after(now, wait) >= due))
		return;
	if (may_report(h, g))
		mc_heap_set(&h->repeats, g->node.self, mc_after(now, mc_host_draw(h, wait)));
}

static void query_all(struct mc_host *h, mc_time wait, mc_time now)
{
	struct mc_joined *g;
	uint32_t at = 1;

	while ((g = mc_joined_next(h, &at)))
		query_group(h, g, wait, now);
}

/* A newer query is read as an older one (RFC 2236 2.5, RFC 2710 3.7), and as the oldest, which has no
 * groups, where no other is known. */
bool mc_older_query(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	mc_time wait = m->query.max_resp_code * h->proto->response_unit;
	struct mc_joined *g;

	if (!wait && h->proto->mute)
		wait = MUTE_RESPONSE;
	if (h->version == h->proto->mute || mc_addr_is_unspecified(&m->query.group)) {
		query_all(h, wait, now);
		return true;
	}
	g = mc_joined_find(h, &m->query.group);
	if (g)
		query_group(h, g, wait, now);
	return g && may_report(h, g);
}

/* Another host's report speaks for this one, but for source-specific groups (RFC 4604 2.2.1). */
bool mc_older_report(struct mc_host *h, const struct mc_addr *group, mc_time now)
{
	struct mc_joined *g = mc_joined_find(h, group);
	mc_time due = g ? mc_heap_get(&h->repeats, g->node.self) : MC_NEVER;

	if (due == MC_NEVER || due <= now || !mc_joined_has_filter(g) || mc_judge_ssm(&h->conf.ssm, group))
		return false;
	mc_heap_set(&h->repeats, g->node.self, MC_NEVER);
	g->joins_left = 0;
	g->flags &= (uint8_t)~MC_JOINED_LAST;
	return true;
}

/* ---- what -------------------------------------------------------------------------------- */

static void reported(struct mc_host *h, struct mc_joined *g, mc_time now)
{
	mc_time next = MC_NEVER;

	g->flags |= MC_JOINED_LAST;
	if (g->joins_left && --g->joins_left)
		next = mc_after(now, mc_host_draw(h, h->conf.older_report_interval));
	mc_heap_set(&h->repeats, g->node.self, next);
}

static bool say(struct mc_host *h, struct mc_joined *g, mc_time now, struct mc_action *ret)
{
	static const struct mc_set none;
	bool has = mc_joined_has_filter(g), done = false;
	struct mc_writer w;

	if (mc_joined_tells(h, g) && (has || h->version != h->proto->mute)) {
		mc_say_begin(h, &w);
		mc_say(h, &w, &h->change_cut, g, has ? MC_IS_EX : MC_TO_IN, &none);
		done = mc_say_end(h, &w, ret);
		ret->dst = has ? g->group : h->proto->all_routers;
	}
	if (has)
		reported(h, g, now);
	else
		mc_joined_drop(h, g);
	return done;
}

bool mc_older_poll(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	uint32_t i;

	while (mc_heap_first(&h->repeats, &i) <= now && i)
		if (say(h, mc_table_at(&h->groups, i), now, ret))
			return true;
	return false;
}
