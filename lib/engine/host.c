/*
 * host.c - the host role: its configuration, its clock, and what is due. What it says is other files'
 * business.
 *
 * RFC 9776 5, 8; RFC 9777 6, 9; RFC 3590 4.
 */
#include "engine/host.h"

#include <errno.h>
#include <stdlib.h>

#include "base/give.h"

enum { ROBUSTNESS = 2, MTU = 1500, MTU_LEAST = 576, GROUPS = 1000000, SOURCES = UINT16_MAX, QUERIED = 1024 };

#define INTERVAL_MOST (MC_SEC * 10 * 1000 * 1000) /* no sum of them wraps, 255 times one of them included */

/* ---- configuration ------------------------------------------------------------------------- */

void mc_host_conf_init(struct mc_host_conf *conf, uint8_t family)
{
	const struct mc_proto *p = mc_proto_of(family);

	*conf = (struct mc_host_conf){
		.size = sizeof(*conf),
		.family = family,
		.version = p ? p->newest : 0,
		.robustness = ROBUSTNESS,
		.adopt_robustness = true,
		.compatible = true,
		.require_alert = true,
		.report_link_local = true,
		.quiet_leave = true,
		.mtu = MTU,
		.query_interval = 125 * MC_SEC,
		.query_response_interval = 10 * MC_SEC,
		.unsolicited_report_interval = MC_SEC,
		.older_report_interval = 10 * MC_SEC,
		.warning_interval = 60 * MC_SEC,
		.max_groups = GROUPS,
		.max_sources = SOURCES,
		.max_queried = QUERIED,
	};
}

static bool is_interval(mc_time t)
{
	return t > 0 && t <= INTERVAL_MOST;
}

static bool addr_sound(const struct mc_host_conf *c, const struct mc_proto *p)
{
	if (mc_addr_is_unspecified(&c->addr))
		return !c->addr.family || c->addr.family == c->family;
	if (c->addr.family != c->family || mc_addr_is_multicast(&c->addr))
		return false;
	return !p->link_local || mc_addr_is_link_local(&c->addr);
}

static int check(const struct mc_host_conf *c)
{
	const struct mc_proto *p = mc_proto_of(c->family);

	if (c->size != sizeof(*c) || !p || c->version < 1 || c->version > p->newest || !c->robustness)
		return MC_ERR_CONF;
	if (!is_interval(c->query_interval) || !is_interval(c->query_response_interval) ||
	    !is_interval(c->unsolicited_report_interval) || !is_interval(c->older_report_interval))
		return MC_ERR_CONF;
	if (c->mtu < MTU_LEAST || c->max_groups > MC_TABLE_MOST || (c->n_others && !c->others))
		return MC_ERR_CONF;
	if (c->ssm.addr.family && (c->ssm.addr.family != c->family || !mc_addr_is_multicast(&c->ssm.addr)))
		return MC_ERR_CONF;
	return addr_sound(c, p) ? 0 : MC_ERR_CONF;
}

int mc_host_new(struct mc_host **ret, const struct mc_host_conf *conf, mc_time now)
{
	int err = check(conf);
	struct mc_host *h;

	if (err < 0)
		return err;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->conf = *conf;
	h->proto = mc_proto_of(conf->family);
	mc_table_init(&h->groups, sizeof(struct mc_joined), MC_TABLE_MOST, conf->seed);
	h->rand.state = conf->seed;
	h->version = h->told = conf->version;
	h->response = MC_NEVER;
	h->now = now;
	*ret = h;
	return 0;
}

void mc_host_free(struct mc_host *h)
{
	struct mc_joined *g;
	uint32_t at = 1;

	if (!h)
		return;
	while ((g = mc_joined_next(h, &at)))
		mc_joined_free(g->more);
	mc_table_free(&h->groups);
	mc_heap_free(&h->repeats);
	mc_heap_free(&h->answers);
	mc_ledger_free(&h->ledger);
	free(h->room);
	free(h);
}

/* ---- a new configuration ------------------------------------------------------------------- */

static uint32_t no_less(uint32_t limit, uint32_t old, uint32_t used)
{
	return limit < used ? old : limit;
}

/* Limits below what is in use stay as they are. */
static void keep_limits(const struct mc_host *h, struct mc_host_conf *c)
{
	uint32_t sources = 0, queried = 0, at = 1;
	struct mc_joined *g;

	while ((g = mc_joined_next(h, &at))) {
		if (!g->more)
			continue;
		if (sources < g->more->filter.list.n)
			sources = g->more->filter.list.n;
		if (queried < g->more->queried.n)
			queried = g->more->queried.n;
	}
	c->max_groups = no_less(c->max_groups, h->conf.max_groups, h->joined);
	c->max_sources = no_less(c->max_sources, h->conf.max_sources, sources);
	c->max_queried = no_less(c->max_queried, h->conf.max_queried, queried);
}

/* Its own room grows with the packets; lent room takes its place. */
static int fit_room(struct mc_host *h, const struct mc_host_conf *c)
{
	uint8_t *bigger = NULL;

	if (!c->room && (h->room || h->conf.room)) {
		bigger = realloc(h->room, c->mtu);
		if (!bigger)
			return -ENOMEM;
	} else if (c->room) {
		free(h->room);
	}
	h->room = bigger;
	return 0;
}

int mc_host_configure(struct mc_host *h, const struct mc_host_conf *conf, mc_time now)
{
	bool first = h->proto->link_local && mc_addr_is_unspecified(&h->conf.addr);
	struct mc_host_conf c = *conf;
	int err;

	c.family = h->conf.family;
	c.seed = h->conf.seed;
	c.random = h->conf.random;
	c.random_arg = h->conf.random_arg;
	err = check(&c);
	if (err == 0)
		err = fit_room(h, &c);
	if (err < 0)
		return err;
	now = mc_host_at(h, now);
	keep_limits(h, &c);
	h->conf = c;
	if (!c.compatible)
		h->older[0] = h->older[1] = 0;
	mc_older_check(h, now + 1);
	if (first && !mc_addr_is_unspecified(&c.addr))
		mc_changes_again(h, now);
	return 0;
}

const struct mc_host_conf *mc_host_configured(const struct mc_host *h)
{
	return &h->conf;
}

uint8_t mc_host_robustness(const struct mc_host *h)
{
	return h->conf.adopt_robustness && h->heard ? h->heard : h->conf.robustness;
}

bool mc_host_has(const struct mc_host *h, const struct mc_addr *addr)
{
	if (mc_addr_is_unspecified(addr))
		return false;
	if (mc_addr_cmp(addr, &h->conf.addr) == 0)
		return true;
	for (size_t i = 0; i < h->conf.n_others; i++)
		if (mc_addr_cmp(addr, &h->conf.others[i]) == 0)
			return true;
	return false;
}

/* ---- time ---------------------------------------------------------------------------------- */

mc_time mc_host_at(struct mc_host *h, mc_time now)
{
	now = mc_advance(&h->now, now);
	mc_older_end(h, now);
	return now;
}

/* A delay of the caller's is made to be one: the engine waits for it to be over. */
mc_time mc_host_draw(struct mc_host *h, mc_time most)
{
	mc_time delay;

	if (!most)
		return 0;
	delay = h->conf.random ? h->conf.random(h->conf.random_arg, most) : mc_rand_delay(&h->rand, most);
	if (delay > most)
		return most;
	return delay ? delay : 1;
}

void mc_host_warn(struct mc_host *h, enum mc_warning which, const struct mc_msg *m)
{
	const struct mc_addr *group = mc_addr_is_unspecified(&m->query.group) ? NULL : &m->query.group;

	mc_ledger_warn(&h->ledger, which, &m->ip.src, group, m->version, h->conf.warning_interval, h->now);
	h->warned = true;
}

void mc_host_lacks_memory(struct mc_host *h, const struct mc_joined *g)
{
	mc_ledger_add(&h->ledger, MC_NO_MEMORY);
	mc_ledger_warn(&h->ledger, MC_WARN_MEMORY, NULL, &g->group, h->version, h->conf.warning_interval,
		       h->now);
	h->warned = true;
}

/* When there is something to send. */
static mc_time work(const struct mc_host *h)
{
	uint32_t item;
	mc_time repeat = mc_heap_first(&h->repeats, &item), answer = mc_heap_first(&h->answers, &item);

	if (answer < repeat)
		repeat = answer;
	return h->response < repeat ? h->response : repeat;
}

static bool next_action(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	if (h->told != h->version) {
		h->told = h->version;
		ret->kind = MC_ACTION_VERSION;
		ret->version = h->version;
		return true;
	}
	h->warned = h->warned && mc_ledger_poll(&h->ledger, ret);
	if (h->warned)
		return true;
	if (!mc_host_is_newest(h))
		return mc_older_poll(h, now, ret);
	return mc_changes_poll(h, now, ret) || mc_answers_poll(h, now, ret);
}

/* What was due before a version ended is said in that version, and then it ends, also where that was
 * nothing. */
bool mc_host_poll(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	struct mc_action a;
	bool given;

	mc_action_init(&a);
	now = mc_advance(&h->now, now);
	do {
		mc_older_end(h, mc_sooner(work(h), now));
		given = next_action(h, now, &a);
	} while (!given && mc_host_deadline(h) <= now);
	if (given)
		mc_give(ret, &a, sizeof(a));
	return given;
}

mc_time mc_host_deadline(const struct mc_host *h)
{
	mc_time due = work(h);

	if (h->told != h->version || h->warned || h->cursor)
		return h->now;
	for (unsigned i = 0; i < 2; i++)
		if (h->older[i] && h->older[i] < due)
			due = h->older[i];
	return due;
}
