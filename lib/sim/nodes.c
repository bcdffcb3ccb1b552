/*
 * nodes.c - nodes in blocks of 64: one word has a bit for each of a block's, and a block stays where it is.
 * It does not know what travels between the nodes.
 */
#include "sim/nodes.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void mc_nodes_init(struct mc_nodes *s, uint64_t seed)
{
	*s = (struct mc_nodes){ .n = 0 };
	mc_listeners_init(&s->listeners, seed);
}

void mc_nodes_free(struct mc_nodes *s)
{
	for (uint32_t i = 1; i <= s->n; i++) {
		mc_host_free(mc_nodes_at(s, i)->host);
		mc_router_free(mc_nodes_at(s, i)->router);
	}
	for (size_t i = 0; i < s->n_blocks; i++)
		free(s->blocks[i]);
	free(s->blocks);
	free(s->routers);
	free(s->found);
	mc_listeners_free(&s->listeners);
	mc_heap_free(&s->due);
}

static bool add_block(struct mc_nodes *s)
{
	struct mc_nodes_block *block = calloc(1, sizeof(*block)), **at;

	at = block ? mc_grow(&s->blocks, &s->n_blocks, sizeof(*at)) : NULL;
	if (!at) {
		free(block);
		return false;
	}
	*at = block;
	return true;
}

/* As much as the heap has room for. */
static bool make_room(struct mc_nodes *s)
{
	uint32_t *found;

	if (!mc_heap_room(&s->due, s->n + 1))
		return false;
	if (s->cap == s->due.cap)
		return true;
	found = realloc(s->found, s->due.cap * sizeof(*found));
	if (!found)
		return false;
	s->found = found;
	s->cap = s->due.cap;
	return true;
}

struct mc_lan_node *mc_nodes_add(struct mc_nodes *s)
{
	struct mc_lan_node *n;

	if (s->n == INT32_MAX || !make_room(s))
		return NULL;
	if (s->n / MC_NODES_BLOCK == s->n_blocks && !add_block(s))
		return NULL;
	n = mc_nodes_at(s, ++s->n);
	n->self = s->n;
	return n;
}

/* ---- on and off ----------------------------------------------------------------------------- */

/* All groups that its host role listens to. */
static bool note_all(struct mc_nodes *s, const struct mc_lan_node *n, bool listens)
{
	struct mc_host_group g = { .size = sizeof(g) };
	uint32_t pos = 0;

	while (n->host && mc_host_group_next(n->host, &pos, &g))
		if (!mc_listeners_set(&s->listeners, &g.group, n->self, listens))
			return false;
	return true;
}

bool mc_nodes_on(struct mc_nodes *s, struct mc_lan_node *n)
{
	uint32_t *at;

	if (n->router) {
		at = mc_grow(&s->routers, &s->n_routers, sizeof(*at));
		if (!at)
			return false;
		for (; at > s->routers && at[-1] > n->self; at--)
			*at = at[-1];
		*at = n->self;
	}
	return note_all(s, n, true);
}

static void forget_router(struct mc_nodes *s, uint32_t self)
{
	size_t i = 0;

	while (i < s->n_routers && s->routers[i] != self)
		i++;
	if (i == s->n_routers)
		return;
	s->n_routers--;
	memmove(s->routers + i, s->routers + i + 1, (s->n_routers - i) * sizeof(*s->routers));
}

void mc_nodes_off(struct mc_nodes *s, struct mc_lan_node *n)
{
	forget_router(s, n->self);
	note_all(s, n, false);
	mc_host_free(n->host);
	mc_router_free(n->router);
	n->host = NULL;
	n->router = NULL;
	mc_heap_set(&s->due, n->self, MC_NEVER);
}

/* ---- who listens ---------------------------------------------------------------------------- */

bool mc_nodes_listens(struct mc_nodes *s, const struct mc_lan_node *n, const struct mc_addr *group)
{
	struct mc_host_group g = { .size = sizeof(g) };

	return mc_listeners_set(&s->listeners, group, n->self, mc_host_group(n->host, group, &g));
}

size_t mc_nodes_listeners(const struct mc_nodes *s, const struct mc_addr *group, const uint32_t **ret)
{
	*ret = s->found;
	return mc_listeners_list(&s->listeners, group, s->routers, s->n_routers, s->found);
}

static bool is_one_of(const struct mc_addr *addr, const struct mc_addr *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mc_addr_cmp(&list[i], addr) == 0)
			return true;
	return false;
}

static bool owns(const struct mc_lan_node *n, const struct mc_addr *addr)
{
	const struct mc_host_conf *host = n->host ? mc_host_configured(n->host) : NULL;
	const struct mc_router_conf *router = n->router ? mc_router_configured(n->router) : NULL;

	if (host && (is_one_of(addr, &host->addr, 1) || is_one_of(addr, host->others, host->n_others)))
		return true;
	return router && is_one_of(addr, &router->addr, 1);
}

struct mc_lan_node *mc_nodes_owner(const struct mc_nodes *s, uint32_t from, const struct mc_addr *addr)
{
	for (uint32_t i = from; i <= s->n; i++)
		if (owns(mc_nodes_at(s, i), addr))
			return mc_nodes_at(s, i);
	return NULL;
}

/* ---- who is due ----------------------------------------------------------------------------- */

void mc_nodes_wake(struct mc_nodes *s, mc_time now)
{
	uint32_t item;

	s->ready = UINT32_MAX;
	s->ready_end = 0;
	while (mc_heap_first(&s->due, &item) <= now && item) {
		uint32_t block = (item - 1) / MC_NODES_BLOCK;

		mc_heap_set(&s->due, item, MC_NEVER);
		s->blocks[block]->ready |= UINT64_C(1) << (item - 1) % MC_NODES_BLOCK;
		if (block < s->ready)
			s->ready = block;
		if (block >= s->ready_end)
			s->ready_end = block + 1;
	}
	mc_nodes_expect(s, item);
}

struct mc_lan_node *mc_nodes_turn(struct mc_nodes *s)
{
	for (; s->ready < s->ready_end; s->ready++) {
		struct mc_nodes_block *b = s->blocks[s->ready];
		int at;

		if (!b->ready)
			continue;
		at = __builtin_ctzll(b->ready);
		b->ready &= b->ready - 1;
		return &b->nodes[at];
	}
	return NULL;
}

size_t mc_nodes_memory(const struct mc_nodes *s)
{
	return s->n_blocks * (sizeof(**s->blocks) + sizeof(*s->blocks)) + s->n_routers * sizeof(*s->routers) +
	       s->cap * sizeof(*s->found) + mc_listeners_memory(&s->listeners) + mc_heap_memory(&s->due);
}
