/*
 * router.c - the router role as its callers see it: configuration, which messages count, and what is due
 * when. What they mean is known to querier.c, queries.c and reports.c.
 *
 * RFC 9776 4.1.2, 4.1.12, 4.2.14, 6, 8, 9; RFC 9777 5.1.14, 5.2.14, 6.2, 7.4, 7.6, 9; RFC 3590 4.
 */
#include "engine/router.h"

#include "base/give.h"
#include "engine/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROBUSTNESS = 2, MTU = 1500, MTU_LEAST = 576, MTU_LEAST_LINK_LOCAL = 1280, QUERY_MOST = 128 };
enum { GROUPS = 1000000, SOURCES = 1000, ALL_SOURCES = 2000000 };
enum { DUE = 256 }; /* groups whose timers end in one go: many may end at once, and other links wait */

#define INTERVAL_MOST (31744 * MC_SEC) /* what a query can announce, RFC 9776 4.1.7 */

/* ---- configuration ------------------------------------------------------------------------- */

void mc_router_conf_init(struct mc_router_conf *conf, uint8_t family)
{
	const struct mc_proto *p = mc_proto_of(family);

	*conf = (struct mc_router_conf){
		.size = sizeof(*conf),
		.family = family,
		.version = p ? p->newest : 0,
		.robustness = ROBUSTNESS,
		.compatible = true,
		.mtu = MTU,
		.query_interval = 125 * MC_SEC,
		.query_response_interval = 10 * MC_SEC,
		.last_member_query_interval = MC_SEC,
		.warning_interval = 60 * MC_SEC,
		.max_groups = GROUPS,
		.max_sources = SOURCES,
		.max_all_sources = ALL_SOURCES,
	};
}

static bool times_sound(const struct mc_router_conf *c, const struct mc_proto *p)
{
	return c->query_interval <= INTERVAL_MOST && c->query_response_interval < c->query_interval &&
	       c->query_response_interval >= p->response_unit &&
	       c->last_member_query_interval >= p->response_unit &&
	       c->last_member_query_interval <= INTERVAL_MOST && c->startup_query_interval <= INTERVAL_MOST;
}

/* A general query, or one for a group. */
static struct mc_msg query_of(const struct mc_router_conf *c, const struct mc_query *q)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = c->family;
	m.version = c->version;
	m.ip.src = c->addr;
	m.query = *q;
	m.query.qrv = c->robustness;
	m.query.interval = (uint32_t)(c->query_interval / MC_SEC);
	return m;
}

/* The octets of a specific query without sources, of the newest version: what is before them. */
static int bare_query(const struct mc_router_conf *c, const struct mc_proto *p)
{
	const struct mc_query q = { .group = p->all_reports, .max_resp = c->last_member_query_interval };
	struct mc_msg m = query_of(c, &q);
	uint8_t packet[QUERY_MOST];

	m.version = p->newest;
	if (!c->addr.family)
		m.faults = MC_FAULT_SENDER; /* there will be one */
	return mc_encode(packet, sizeof(packet), &m);
}

static bool is_sound(const struct mc_router_conf *c)
{
	const struct mc_proto *p = mc_proto_of(c->family);

	if (c->size != sizeof(*c) || !p || c->version < 1 || c->version > p->newest || !c->robustness)
		return false;
	if (c->mtu < (p->link_local ? MTU_LEAST_LINK_LOCAL : MTU_LEAST) || (c->n_prefixes && !c->prefixes))
		return false;
	if (c->ssm.addr.family && (c->ssm.addr.family != c->family || !mc_addr_is_multicast(&c->ssm.addr)))
		return false;
	if (c->max_groups > MC_TABLE_MOST || c->max_hosts > MC_PAIR_LISTS)
		return false;
	return times_sound(c, p) && bare_query(c, p) > 0;
}

/* Takes over a sound configuration; false: no memory, and nothing is changed. */
static bool install(struct mc_router *r, const struct mc_router_conf *conf, mc_time now)
{
	if (!conf->room && (!r->own || conf->mtu != r->conf.mtu)) {
		uint8_t *own = realloc(r->own, conf->mtu);

		if (!own)
			return false;
		r->own = own;
	} else if (conf->room) {
		free(r->own);
		r->own = NULL;
	}
	r->conf = *conf;
	mc_groups_limit(&r->groups, conf->max_groups, conf->max_hosts);
	mc_hosts_configured(r, now);
	r->bare = (size_t)bare_query(conf, r->proto);
	if (conf->robustness == 1)
		mc_router_warn(r, MC_WARN_ROBUSTNESS, NULL, NULL, 0, now);
	return true;
}

int mc_router_new(struct mc_router **ret, const struct mc_router_conf *conf, mc_time now)
{
	struct mc_router *r;

	if (!is_sound(conf))
		return MC_ERR_CONF;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->proto = mc_proto_of(conf->family);
	r->now = now;
	mc_groups_init(&r->groups, r->proto->newest, conf->seed);
	mc_hosts_init(&r->hosts, conf->seed, now);
	if (!install(r, conf, now)) {
		free(r);
		return -ENOMEM;
	}
	mc_querier_start(r, now);
	if (r->querier.self)
		r->querier.told = conf->addr;
	*ret = r;
	return 0;
}

void mc_router_free(struct mc_router *r)
{
	if (!r)
		return;
	mc_groups_free(&r->groups);
	mc_hosts_free(&r->hosts);
	mc_ledger_free(&r->ledger);
	free(r->own);
	free(r->scratch);
	free(r);
}

static mc_time advance(struct mc_router *r, mc_time now)
{
	mc_advance(&r->now, now);
	mc_querier_due(r, r->now);
	return r->now;
}

int mc_router_configure(struct mc_router *r, const struct mc_router_conf *conf, mc_time now)
{
	struct mc_router_conf before = r->conf, after = *conf;
	bool was = mc_router_active(r);

	after.family = before.family;
	after.seed = before.seed;
	if (!is_sound(&after))
		return MC_ERR_CONF;
	now = advance(r, now);
	if (!install(r, &after, now))
		return -ENOMEM;
	if (mc_router_active(r) != was ||
	    (memcmp(&after.addr, &before.addr, sizeof(after.addr)) != 0 && !mc_querier_yields(r))) {
		mc_querier_start(r, now);
		return 0;
	}
	mc_querier_intervals(r);
	if (r->querier.self)
		r->querier.query = mc_sooner(r->querier.query, mc_after(now, after.query_interval));
	return 0;
}

const struct mc_router_conf *mc_router_configured(const struct mc_router *r)
{
	return &r->conf;
}

/* ---- which messages count ------------------------------------------------------------------- */

/* The header, RFC 9776 9, RFC 9777 6.2, 7.4: MC_COUNTS where there is nothing against it. */
static enum mc_count header_fault(struct mc_router *r, const struct mc_msg *m)
{
	bool wants_alert = r->conf.require_alert && m->kind == MC_REPORT && m->version == r->proto->newest;
	enum mc_count why = mc_judge_header(r->proto, m, r->conf.strict_ttl, wants_alert);

	if (why == MC_COUNTS && m->faults & MC_FAULT_TTL)
		mc_ledger_add(&r->ledger, MC_RX_BAD_TTL); /* and that is all */
	return why;
}

/* RFC 9776 9.3. Where only link-local addresses send, there are no others to tell apart. */
static bool is_from_here(const struct mc_router *r, const struct mc_addr *src)
{
	if (!r->conf.n_prefixes || r->proto->link_local || mc_addr_is_unspecified(src))
		return true;
	for (size_t i = 0; i < r->conf.n_prefixes; i++)
		if (mc_prefix_has(&r->conf.prefixes[i], src))
			return true;
	return false;
}

/* Reports from nobody are dropped without a word: RFC 3590 4. */
static bool sender_sound(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	const struct mc_addr *src = &m->ip.src;

	if (mc_addr_is_multicast(src))
		return false;
	if (r->proto->link_local && m->faults & MC_FAULT_SENDER) {
		if (m->kind == MC_QUERY || !mc_addr_is_unspecified(src))
			mc_router_warn(r, MC_WARN_SENDER, src, NULL, m->version, now);
		return false;
	}
	return is_from_here(r, src);
}

/* What is sent to one host is for that host; a general query goes to all of them, RFC 9776 4.1.12, 9.1. Where
 * addresses are link-local it counts whatever group it is sent to: RFC 9777 5.1.15, and 9.1 is not there. */
static bool destination_sound(const struct mc_router *r, const struct mc_msg *m)
{
	const struct mc_addr *dst = &m->ip.dst, *own = &r->conf.addr;

	if (!(m->faults & MC_FAULT_DESTINATION))
		return true;
	if (!mc_addr_is_multicast(dst))
		return !own->family || memcmp(dst, own, sizeof(*dst)) == 0;
	return m->kind == MC_REPORT || r->proto->link_local || !mc_addr_is_unspecified(&m->query.group);
}

static enum mc_count query_fault(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	if (m->faults & MC_FAULT_GENERAL)
		return MC_RX_MALFORMED;
	if (m->faults & MC_FAULT_GROUP)
		return MC_RX_BAD_GROUP;
	/* Who only listens may share its address with the querier: another program of its machine. */
	if (mc_router_active(r) && memcmp(&m->ip.src, &r->conf.addr, sizeof(m->ip.src)) == 0) {
		mc_router_warn(r, MC_WARN_SELF, &m->ip.src, NULL, m->version, now);
		return MC_RX_OWN_QUERY;
	}
	return MC_COUNTS;
}

/* Why a message does not count; MC_COUNTS: it does. */
static enum mc_count fault_of(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	enum mc_count why;

	if (m->family != r->proto->family || (m->kind != MC_QUERY && m->kind != MC_REPORT))
		return MC_RX_FOREIGN;
	if (m->version < 1 || m->version > r->proto->newest)
		return MC_RX_FOREIGN;
	if (m->kind == MC_QUERY && m->query.sources.n && m->query.sources.family != m->family)
		return MC_RX_MALFORMED;
	why = header_fault(r, m);
	if (why != MC_COUNTS)
		return why;
	if (!sender_sound(r, m, now))
		return MC_RX_BAD_SENDER;
	if (!destination_sound(r, m))
		return MC_RX_BAD_DESTINATION;
	return m->kind == MC_QUERY ? query_fault(r, m, now) : MC_COUNTS;
}

void mc_router_input(struct mc_router *r, const struct mc_msg *m, mc_time now)
{
	enum mc_count why;

	now = advance(r, now);
	why = fault_of(r, m, now);
	if (why != MC_COUNTS) {
		mc_ledger_add(&r->ledger, why);
	} else if (m->kind == MC_REPORT) {
		mc_reports_hear(r, m, now);
	} else {
		mc_ledger_add(&r->ledger, MC_RX_QUERY);
		mc_querier_hear(r, m, now);
		mc_queries_hear(r, &m->query, now);
	}
}

void mc_router_refused(struct mc_router *r, int err)
{
	mc_ledger_refused(&r->ledger, err);
}

/* ---- what is due ---------------------------------------------------------------------------- */

bool mc_router_scratch(struct mc_router *r, size_t octets)
{
	uint8_t *scratch;

	if (octets <= r->scratch_cap)
		return true;
	scratch = realloc(r->scratch, octets);
	if (!scratch)
		return false;
	r->scratch = scratch;
	r->scratch_cap = octets;
	return true;
}

bool mc_router_list(struct mc_router *r, struct mc_set *ret, const struct mc_sources *list)
{
	size_t octets = (size_t)list->n * r->proto->addr_len;

	*ret = (struct mc_set){ .size = r->proto->addr_len };
	if (!list->n)
		return true;
	if (!mc_router_scratch(r, octets))
		return false;
	memcpy(r->scratch, list->octets, octets);
	ret->at = r->scratch;
	ret->n = list->n;
	mc_set_sort(ret);
	return true;
}

void mc_router_no_memory(struct mc_router *r, const struct mc_addr *group, mc_time now)
{
	mc_ledger_add(&r->ledger, MC_NO_MEMORY);
	mc_router_warn(r, MC_WARN_MEMORY, NULL, group, 0, now);
}

bool mc_router_send(struct mc_router *r, const struct mc_query *q, struct mc_action *ret)
{
	uint8_t *room = r->conf.room ? r->conf.room : r->own;
	struct mc_msg m = query_of(&r->conf, q);
	int len = mc_router_active(r) ? mc_encode(room, r->conf.mtu, &m) : MC_ERR_CONF;

	if (len < 0)
		return false;
	mc_ledger_add(&r->ledger, MC_TX_QUERY);
	ret->kind = MC_ACTION_SEND;
	ret->version = m.version;
	ret->octets = room;
	ret->len = (size_t)len;
	ret->group = q->group;
	ret->dst = q->group.family ? q->group : r->proto->all_nodes;
	return true;
}

static bool poll_groups(struct mc_router *r, struct mc_action *ret)
{
	uint8_t what;

	if (!mc_groups_poll(&r->groups, &what, &ret->group, &ret->version, &ret->present))
		return false;
	ret->kind = what == MC_GROUP_CHANGED ? MC_ACTION_GROUP : MC_ACTION_VERSION;
	return true;
}

static bool poll_actions(struct mc_router *r, struct mc_action *ret)
{
	return mc_ledger_poll(&r->ledger, ret) || mc_querier_change(r, ret) ||
	       mc_querier_poll(r, r->now, ret) || mc_queries_poll(r, r->now, ret) ||
	       mc_hosts_poll(r, r->now, ret) || poll_groups(r, ret);
}

/* Whether there is something to tell, whatever the time. */
static bool has_news(const struct mc_router *r)
{
	return r->groups.changed.first || mc_hosts_news(&r->hosts) || mc_querier_news(r) ||
	       mc_ledger_pending(&r->ledger);
}

mc_time mc_router_deadline(const struct mc_router *r)
{
	const struct mc_querier *q = &r->querier;
	mc_time next = q->query;
	uint32_t item;

	if (has_news(r))
		return r->now;
	if (q->present)
		next = mc_sooner(next, q->present);
	next = mc_sooner(next, r->hosts.due);
	next = mc_sooner(next, mc_heap_first(&r->groups.ends, &item));
	return mc_sooner(next, mc_heap_first(&r->groups.asks, &item));
}

bool mc_router_poll(struct mc_router *r, mc_time now, struct mc_action *ret)
{
	struct mc_action a;
	bool due, given;

	if (mc_router_deadline(r) > now)
		return false; /* mostly: it is asked after each message */
	now = advance(r, now);
	mc_action_init(&a);
	do {
		due = mc_groups_due(&r->groups, now, DUE);
		given = poll_actions(r, &a);
	} while (due && !given);
	if (given)
		mc_give(ret, &a, sizeof(a));
	return given;
}
