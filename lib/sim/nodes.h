/*
 * nodes.h - the nodes of a link: their roles, when they are due, and which of them are routers or listen to a
 * group. A node stays where it is in memory; its number tells where.
 */
#ifndef MC_NODES_H
#define MC_NODES_H

#include <mcast/host.h>
#include <mcast/router.h>

#include "base/heap.h"
#include "sim/listeners.h"

struct mc_lan;

struct mc_lan_node {
	struct mc_lan *lan; /* for the random function of its roles, which is given the node */
	struct mc_host *host;
	struct mc_router *router;
	uint32_t self;
	float loss;
};

enum { MC_NODES_BLOCK = 64 };

struct mc_nodes_block {
	uint64_t ready; /* a bit for each node whose turn it is now */
	struct mc_lan_node nodes[MC_NODES_BLOCK];
};

struct mc_nodes {
	struct mc_nodes_block **blocks;
	size_t n_blocks;
	uint32_t *routers; /* nodes that are on and have a router role, in order */
	size_t n_routers;
	struct mc_listeners listeners;
	uint32_t *found; /* there is room for all nodes */
	struct mc_heap due;
	uint32_t n, cap;
	uint32_t ready, ready_end; /* blocks that may have some whose turn it is: from here to before there */
};

/* mc_nodes_init makes an empty set; mc_nodes_free frees the roles, too. */
void mc_nodes_init(struct mc_nodes *s, uint64_t seed);
void mc_nodes_free(struct mc_nodes *s);

/* mc_nodes_add adds a node and returns it, or NULL: there is no memory. */
struct mc_lan_node *mc_nodes_add(struct mc_nodes *s);

static inline struct mc_lan_node *mc_nodes_at(const struct mc_nodes *s, uint32_t i)
{
	return &s->blocks[(i - 1) / MC_NODES_BLOCK]->nodes[(i - 1) % MC_NODES_BLOCK];
}

/* mc_nodes_on has a node that has got its roles counted among those that are on. False: no memory.
 * mc_nodes_off frees them. */
bool mc_nodes_on(struct mc_nodes *s, struct mc_lan_node *n);
void mc_nodes_off(struct mc_nodes *s, struct mc_lan_node *n);

/* mc_nodes_listens notes whether the host role of a node listens to a group now. False: no memory.
 * mc_nodes_listeners gives those that do, and all routers, by number and in order; what it gives is good
 * until it is called again or a node is added. mc_nodes_owner gives the first node, from number `from` on,
 * that has a unicast address; NULL: there is none. */
bool mc_nodes_listens(struct mc_nodes *s, const struct mc_lan_node *n, const struct mc_addr *group);
size_t mc_nodes_listeners(const struct mc_nodes *s, const struct mc_addr *group, const uint32_t **ret);
struct mc_lan_node *mc_nodes_owner(const struct mc_nodes *s, uint32_t from, const struct mc_addr *addr);

/* mc_nodes_wake takes all that are due at `now` for those whose turn it is; mc_nodes_turn gives one after
 * the other of these, in order of their numbers; NULL: that was all. */
void mc_nodes_wake(struct mc_nodes *s, mc_time now);
struct mc_lan_node *mc_nodes_turn(struct mc_nodes *s);

/* mc_nodes_expect has the host role of a node brought near, which will be needed soon: of 100,000 few are.
 * As it does nothing else, gcc leaves out calls of it that are not inlined at once. */
__attribute__((always_inline)) static inline void mc_nodes_expect(const struct mc_nodes *s, uint32_t i)
{
	const uint8_t *host = i && i <= s->n ? (const uint8_t *)mc_nodes_at(s, i)->host : NULL;

	for (int line = 0; host && line < 8; line++)
		__builtin_prefetch(host + line * 64);
	if (host)
		__builtin_prefetch(&mc_heap_places(&s->due)[i - 1]);
}

/* mc_nodes_settle sets when a node is due to what its roles say: mostly that is as before. */
static inline void mc_nodes_settle(struct mc_nodes *s, const struct mc_lan_node *n)
{
	mc_time host = n->host ? mc_host_deadline(n->host) : MC_NEVER;
	mc_time router = n->router ? mc_router_deadline(n->router) : MC_NEVER;

	mc_time due = host < router ? host : router;

	if (due != mc_heap_get(&s->due, n->self))
		mc_heap_set(&s->due, n->self, due);
}

/* mc_nodes_memory returns the octets held, roles not counted. */
size_t mc_nodes_memory(const struct mc_nodes *s);

#endif
