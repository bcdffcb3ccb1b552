/*
 * status.c - what a host shows of itself. It changes nothing.
 */
#include "engine/host.h"

#include <string.h>

#include "base/give.h"

void mc_host_status(const struct mc_host *h, struct mc_host_status *ret)
{
	struct mc_host_status s = {
		.version = h->version,
		.robustness = mc_host_robustness(h),
		.groups = h->joined,
		.older = { h->older[0], h->older[1] },
		.response = h->response,
	};

	mc_give(ret, &s, sizeof(s));
}

/* In older versions one timer is for both, answers and repeats. */
static void show(const struct mc_host *h, const struct mc_joined *g, struct mc_host_group *ret)
{
	mc_time due = mc_heap_get(&h->repeats, g->node.self);
	bool asked = !mc_host_is_newest(h) && !g->joins_left;
	struct mc_socket plain;
	struct mc_host_group s = {
		.group = g->group,
		.mode = mc_joined_mode(g),
		.sources = mc_joined_list(g)->n,
		.sockets = mc_joined_filter(g, &plain).n,
		.queried = g->more ? g->more->queried.n : 0,
		.response = asked ? due : mc_answers_due(h, g->node.self),
		.repeat = asked ? MC_NEVER : due,
		.last_reporter = g->flags & MC_JOINED_LAST,
	};

	mc_give(ret, &s, sizeof(s));
}

bool mc_host_group(const struct mc_host *h, const struct mc_addr *group, struct mc_host_group *ret)
{
	const struct mc_joined *g = mc_joined_find(h, group);

	if (!g || !mc_joined_has_filter(g))
		return false;
	show(h, g, ret);
	return true;
}

bool mc_host_group_next(const struct mc_host *h, uint32_t *pos, struct mc_host_group *ret)
{
	const struct mc_joined *g;
	uint32_t at = *pos + 1;

	do {
		g = mc_joined_next(h, &at);
	} while (g && !mc_joined_has_filter(g));
	if (!g)
		return false;
	*pos = g->node.self;
	show(h, g, ret);
	return true;
}

struct mc_addr mc_host_source(const struct mc_host *h, const struct mc_addr *group, uint32_t i)
{
	const struct mc_joined *g = mc_joined_find(h, group);
	struct mc_addr a = { .family = 0 };

	if (!g || i >= mc_joined_list(g)->n)
		return a;
	a.family = h->conf.family;
	memcpy(a.b, mc_set_at(mc_joined_list(g), i), h->proto->addr_len);
	return a;
}

uint64_t mc_host_count(const struct mc_host *h, enum mc_count which)
{
	return mc_ledger_get(&h->ledger, which);
}

static size_t set_memory(const struct mc_set *s)
{
	return (size_t)s->n * s->size;
}

static size_t more_memory(const struct mc_joined_more *more)
{
	const struct mc_filter *f = &more->filter;
	size_t sum = sizeof(*more) + f->n * sizeof(*f->sockets) + set_memory(&f->list);

	for (uint32_t i = 0; i < f->n; i++)
		sum += set_memory(&f->sockets[i].list);
	return sum + set_memory(&more->changed) + more->changed.n + set_memory(&more->queried);
}

size_t mc_host_memory(const struct mc_host *h)
{
	size_t sum = sizeof(*h) + mc_table_memory(&h->groups) + mc_heap_memory(&h->repeats);
	const struct mc_joined *g;
	uint32_t at = 1;

	sum += mc_heap_memory(&h->answers) + mc_ledger_memory(&h->ledger);
	while ((g = mc_joined_next(h, &at)))
		sum += g->more ? more_memory(g->more) : 0;
	return sum;
}
