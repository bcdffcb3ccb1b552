/*
 * joined.c - the groups of a host: what is kept of each, and which may be told of. It sends and schedules
 * nothing.
 *
 * RFC 9776 3.2, 5; RFC 9777 6; RFC 4604 2.2.2.
 */
#include "engine/host.h"
#include "engine/judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SCOPE_LINK = 2 };

static_assert(offsetof(struct mc_joined, group) == sizeof(struct mc_node), "the key follows the node");

struct mc_joined *mc_joined_find(const struct mc_host *h, const struct mc_addr *group)
{
	return mc_table_find(&h->groups, 0, group);
}

static bool has_room(struct mc_host *h)
{
	if (!h->conf.room && !h->room)
		h->room = calloc(1, h->conf.mtu);
	return h->conf.room || h->room;
}

struct mc_joined *mc_joined_add(struct mc_host *h, const struct mc_addr *group)
{
	struct mc_joined *g;

	if (!has_room(h))
		return NULL;
	g = mc_table_add(&h->groups, &h->list, 0, group);
	if (g && !mc_heap_room(&h->repeats, g->node.self)) {
		mc_table_remove(&h->groups, &h->list, g);
		return NULL;
	}
	return g;
}

void mc_joined_free(struct mc_joined_more *more)
{
	if (!more)
		return;
	mc_filter_free(&more->filter);
	mc_set_free(&more->changed);
	mc_set_free(&more->queried);
	free(more->left);
	free(more);
}

void mc_joined_drop(struct mc_host *h, struct mc_joined *g)
{
	mc_answers_cancel(h, g);
	mc_heap_set(&h->repeats, g->node.self, MC_NEVER);
	if (h->change_cut.group == g->node.self)
		h->change_cut.group = 0;
	mc_joined_free(g->more);
	mc_table_remove(&h->groups, &h->list, g);
}

struct mc_joined_more *mc_joined_more(struct mc_joined *g)
{
	if (!g->more)
		g->more = calloc(1, sizeof(*g->more));
	return g->more;
}

void mc_joined_trim(struct mc_joined *g)
{
	struct mc_joined_more *more = g->more;

	if (!more || more->filter.n || more->changed.n || more->queried.n)
		return;
	mc_joined_free(more);
	g->more = NULL;
}

void mc_joined_forget(struct mc_joined *g, struct mc_set *which)
{
	mc_set_free(which);
	mc_joined_trim(g);
}

struct mc_filter mc_joined_filter(const struct mc_joined *g, struct mc_socket *plain)
{
	*plain = (struct mc_socket){ .id = g->socket, .mode = MC_EXCLUDE };
	if (g->flags & MC_JOINED_PLAIN)
		return (struct mc_filter){ .sockets = plain, .n = 1, .mode = MC_EXCLUDE };
	return g->more ? g->more->filter : (struct mc_filter){ .n = 0 };
}

bool mc_joined_tells(const struct mc_host *h, const struct mc_joined *g)
{
	if (!mc_judge_reported(h->proto, &g->group))
		return false;
	if (!h->conf.report_link_local && mc_addr_scope(&g->group) == SCOPE_LINK)
		return false;
	return mc_joined_mode(g) == MC_INCLUDE || !mc_judge_ssm(&h->conf.ssm, &g->group);
}
