/*
 * known.c - what a router knows, for those who ask: what is forwarded, its state, groups and sources,
 * counters. It changes nothing.
 *
 * RFC 9776 6.2, 6.3; RFC 9777 7.2, 7.3.
 */
#include "engine/router.h"

#include "base/give.h"

#include <string.h>

static const struct mc_src *source_of(const struct mc_router *r, const struct mc_group *g,
				      const struct mc_addr *source)
{
	struct mc_key key;

	if (!source || source->family != r->proto->family)
		return NULL;
	key = mc_key_of(source->b, r->proto->addr_len);
	return mc_srcs_find(&g->sources, &key);
}

bool mc_router_forwards(const struct mc_router *r, const struct mc_addr *group, const struct mc_addr *source)
{
	const struct mc_group *g = mc_groups_find(&r->groups, group);
	const struct mc_src *s;

	if (!g || mc_addr_scope(group) <= 2)
		return false;
	s = source_of(r, g, source);
	return s ? s->until != 0 : g->mode == MC_EXCLUDE;
}

void mc_router_status(const struct mc_router *r, struct mc_router_status *ret)
{
	const struct mc_querier *q = &r->querier;

	const struct mc_router_status s = {
		.querier = q->self,
		.robustness = r->robustness,
		.querier_version = q->self ? r->conf.version : q->version,
		.groups = r->groups.n,
		.sources = r->groups.sources,
		.hosts = r->hosts.pairs.n,
		.addr = q->self ? r->conf.addr : q->addr,
		.query = q->query,
		.other_querier = q->present,
		.query_interval = r->query_interval,
		.query_response_interval = r->conf.query_response_interval,
		.last_member_query_interval = r->conf.last_member_query_interval,
		.group_membership_interval = r->life,
		.other_querier_present_interval = r->present,
		.older_host_present_interval = r->older,
	};

	mc_give(ret, &s, sizeof(s));
}

/* ---- groups and sources -------------------------------------------------------------------- */

static uint32_t count_excluded(const struct mc_srcs *s)
{
	uint32_t excluded = 0;

	for (uint32_t i = 0; i < s->n; i++)
		excluded += !s->at[i].until;
	return excluded;
}

static void describe(const struct mc_router *r, const struct mc_group *g, struct mc_router_group *ret)
{
	const struct mc_rare *rare = mc_group_rare(&r->groups, g);
	const struct mc_pair *last = mc_pairs_at(&r->hosts.pairs, g->reporter);

	struct mc_router_group s = {
		.group = g->addr,
		.mode = g->mode,
		.version = g->version,
		.queries = rare ? rare->left : 0,
		.sources = g->sources.n,
		.excluded = count_excluded(&g->sources),
		.hosts = mc_pairs_count(&r->hosts.pairs, g->hosts),
		.expires = g->timer,
	};
	for (size_t i = 0; rare && i < MC_OLDER_MOST; i++)
		s.older[i] = rare->older[i] > r->now ? rare->older[i] : 0;
	if (last)
		s.last_reporter = *mc_hosts_addr(&r->hosts, last);
	mc_give(ret, &s, sizeof(s));
}

bool mc_router_group(const struct mc_router *r, const struct mc_addr *group, struct mc_router_group *ret)
{
	const struct mc_group *g = mc_groups_find(&r->groups, group);

	if (g)
		describe(r, g, ret);
	return g;
}

bool mc_router_group_next(const struct mc_router *r, uint32_t *pos, struct mc_router_group *ret)
{
	while (*pos < r->groups.table.high) {
		const struct mc_group *g = mc_table_at(&r->groups.table, ++*pos);

		if (g->node.self && !(g->flags & MC_GROUP_GONE)) {
			describe(r, g, ret);
			return true;
		}
	}
	return false;
}

bool mc_router_source(const struct mc_router *r, const struct mc_addr *group, uint32_t i,
		      struct mc_router_source *ret)
{
	const struct mc_group *g = mc_groups_find(&r->groups, group);
	const struct mc_src *s;

	if (!g || i >= g->sources.n)
		return false;
	s = &g->sources.at[i];
	*ret = (struct mc_router_source){ .addr.family = r->proto->family,
					  .expires = s->until,
					  .queries = s->left };
	mc_key_octets(&s->key, ret->addr.b);
	return true;
}

/* ---- hosts --------------------------------------------------------------------------------- */

static mc_time time_of(const struct mc_hosts *hs, uint32_t second)
{
	return mc_after(hs->origin, second * MC_SEC);
}

static void describe_host(const struct mc_router *r, const struct mc_pair *p, struct mc_router_host *ret)
{
	const struct mc_router_host s = {
		.addr = *mc_hosts_addr(&r->hosts, p),
		.mode = p->exclude ? MC_EXCLUDE : MC_INCLUDE,
		.sources = mc_hosts_list(&r->hosts, p).n,
		.since = time_of(&r->hosts, p->since),
		.heard = time_of(&r->hosts, p->heard),
	};

	mc_give(ret, &s, sizeof(s));
}

static const struct mc_pair *pair_of(const struct mc_router *r, const struct mc_addr *group,
				     const struct mc_addr *addr)
{
	const struct mc_group *g = mc_groups_find(&r->groups, group);

	return g ? mc_hosts_find(&r->hosts, g, addr) : NULL;
}

bool mc_router_host(const struct mc_router *r, const struct mc_addr *group, const struct mc_addr *addr,
		    struct mc_router_host *ret)
{
	const struct mc_pair *p = pair_of(r, group, addr);

	if (p)
		describe_host(r, p, ret);
	return p;
}

/* The place is the number of a pair, which may have gone. */
bool mc_router_host_next(const struct mc_router *r, const struct mc_addr *group, uint32_t *pos,
			 struct mc_router_host *ret)
{
	const struct mc_group *g = mc_groups_find(&r->groups, group);
	const struct mc_pairs *pairs = &r->hosts.pairs;
	const struct mc_pair *p;

	if (!g || *pos > pairs->high)
		return false;
	p = mc_pairs_at(pairs, *pos);
	if (p && p->group != g->node.self)
		return false;
	p = mc_pairs_at(pairs, p ? p->next : g->hosts);
	if (!p)
		return false;
	*pos = mc_pairs_number(pairs, p);
	describe_host(r, p, ret);
	return true;
}

struct mc_addr mc_router_host_source(const struct mc_router *r, const struct mc_addr *group,
				     const struct mc_addr *addr, uint32_t i)
{
	const struct mc_pair *p = pair_of(r, group, addr);
	struct mc_set list = p ? mc_hosts_list(&r->hosts, p) : (struct mc_set){ .n = 0 };
	struct mc_addr a = { .family = 0 };

	if (i >= list.n)
		return a;
	a.family = r->proto->family;
	memcpy(a.b, mc_set_at(&list, i), r->proto->addr_len);
	return a;
}

/* ---- counters and memory ------------------------------------------------------------------- */

uint64_t mc_router_count(const struct mc_router *r, enum mc_count which)
{
	return mc_ledger_get(&r->ledger, which);
}

size_t mc_router_memory(const struct mc_router *r)
{
	return sizeof(*r) + mc_groups_memory(&r->groups) + mc_ledger_memory(&r->ledger) +
	       mc_hosts_memory(&r->hosts, r->proto->addr_len) + r->scratch_cap + (r->own ? r->conf.mtu : 0);
}
