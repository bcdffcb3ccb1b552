/*
 * querier.c - who asks on the link: general queries, election, and the values that the querier announces.
 * It knows no groups.
 *
 * RFC 9776 4.1.6, 4.1.7, 6.1, 6.6.2, 7.3.1, 8; RFC 9777 5.1.8, 5.1.9, 7.1, 7.6.2, 8.3.1, 9; RFC 2236 3;
 * RFC 4604 3.6.
 */
#include "engine/router.h"

#include <string.h>

/* ---- what is in force ---------------------------------------------------------------------- */

/* A querier's values are its own; they are set back when it becomes one. */
void mc_querier_intervals(struct mc_router *r)
{
	const struct mc_router_conf *conf = &r->conf;
	const struct mc_querier *q = &r->querier;
	mc_time asked, response = conf->query_response_interval;

	r->robustness = q->robustness ? q->robustness : conf->robustness;
	r->query_interval = q->interval ? q->interval : conf->query_interval;
	r->last_count = conf->last_member_query_count ? conf->last_member_query_count : r->robustness;
	asked = r->robustness * r->query_interval;
	r->life = asked + (conf->rfc3376 ? 1 : 2) * response;
	r->older = asked + response;
	r->present = asked + response / 2;
	r->last_time = r->last_count * conf->last_member_query_interval;
}

static void forget_other(struct mc_router *r)
{
	struct mc_querier *q = &r->querier;

	q->addr = (struct mc_addr){ .family = 0 };
	q->version = q->robustness = 0;
	q->interval = q->present = q->heard = 0;
	mc_querier_intervals(r);
}

void mc_querier_start(struct mc_router *r, mc_time now)
{
	const struct mc_router_conf *conf = &r->conf;
	struct mc_querier *q = &r->querier;

	forget_other(r);
	q->self = mc_router_active(r);
	q->query = q->self ? now : MC_NEVER;
	q->startup = conf->startup_query_count ? conf->startup_query_count : conf->robustness;
}

void mc_querier_due(struct mc_router *r, mc_time now)
{
	struct mc_querier *q = &r->querier;
	mc_time over = q->present;

	if (!over || over > now)
		return;
	forget_other(r);
	q->self = mc_router_active(r);
	q->query = q->self ? over : MC_NEVER;
	q->startup = 0;
}

/* ---- election ------------------------------------------------------------------------------ */

static bool is_lower(const struct mc_router *r, const struct mc_addr *a, const struct mc_addr *b)
{
	size_t from = r->proto->elect_from;

	return memcmp(a->b + from, b->b + from, r->proto->addr_len - from) < 0;
}

static bool is_same(const struct mc_addr *a, const struct mc_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool is_general(const struct mc_msg *m)
{
	return mc_addr_is_unspecified(&m->query.group);
}

/* Of the querier alone; older versions announce nothing. */
static void adopt(struct mc_router *r, const struct mc_msg *m)
{
	struct mc_querier *q = &r->querier;
	bool announces = m->version == r->proto->newest;

	q->robustness = announces ? m->query.qrv : 0;
	q->interval = announces ? m->query.interval * MC_SEC : 0;
	mc_querier_intervals(r);
}

/* The recorded querier speaks, or another takes its place. */
static void record(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	struct mc_querier *q = &r->querier;
	bool other = !is_same(&q->addr, &m->ip.src);

	if (other)
		forget_other(r);
	if (mc_router_active(r) && m->version < r->conf.version && (other || q->version != m->version))
		mc_router_warn(r, MC_WARN_SSM, &m->ip.src, NULL, m->version, now);
	q->addr = m->ip.src;
	q->version = m->version;
	q->heard = now;
	if (is_general(m))
		adopt(r, m);
}

bool mc_querier_yields(const struct mc_router *r)
{
	return r->querier.present && r->querier.addr.family && is_lower(r, &r->querier.addr, &r->conf.addr);
}

/* Whoever is lower than this router keeps it silent; the lowest of them that is heard is the querier. */
static void elect(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	struct mc_querier *q = &r->querier;
	bool silent = !q->addr.family || mc_after(q->heard, r->present) <= now;

	if (mc_router_active(r) && !is_lower(r, &m->ip.src, &r->conf.addr))
		return;
	if (silent || !is_lower(r, &q->addr, &m->ip.src))
		record(r, m, now);
	q->self = false;
	q->query = MC_NEVER;
	q->present = mc_after(now, r->present);
}

void mc_querier_hear(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	bool general = is_general(m);

	if (m->version > r->conf.version)
		mc_router_warn(r, MC_WARN_NEWER, &m->ip.src, NULL, m->version, now);
	else if (m->version < r->conf.version && general)
		mc_router_warn(r, MC_WARN_OLDER, &m->ip.src, NULL, m->version, now);
	if ((general || r->proto->elect_by_any) && !mc_addr_is_unspecified(&m->ip.src))
		elect(r, m, now);
}

/* ---- what is to be told, and asked ---------------------------------------------------------- */

static const struct mc_addr *querier_of(const struct mc_router *r)
{
	return r->querier.self ? &r->conf.addr : &r->querier.addr;
}

bool mc_querier_news(const struct mc_router *r)
{
	return !is_same(querier_of(r), &r->querier.told);
}

bool mc_querier_change(struct mc_router *r, struct mc_action *ret)
{
	struct mc_querier *q = &r->querier;

	if (!mc_querier_news(r))
		return false;
	q->told = *querier_of(r);
	ret->kind = MC_ACTION_QUERIER;
	ret->addr = q->told;
	ret->self = q->self;
	return true;
}

/* The next is due by the last one's time, not by when that was sent; but nothing is made up for. */
static void schedule(struct mc_router *r, mc_time now)
{
	const struct mc_router_conf *conf = &r->conf;
	struct mc_querier *q = &r->querier;
	mc_time wait = conf->query_interval;

	if (q->startup > 1) {
		wait = conf->startup_query_interval ? conf->startup_query_interval : wait / 4;
		q->startup--;
	}
	q->query = mc_after(mc_after(q->query, wait) > now ? q->query : now, wait);
}

bool mc_querier_poll(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	const struct mc_query general = { .max_resp = r->conf.query_response_interval };

	if (r->querier.query > now)
		return false;
	schedule(r, now);
	return mc_router_send(r, &general, ret);
}
