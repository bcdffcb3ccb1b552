/*
 * tally.c - what was told, in two lists that are made before the run.
 */
#include "sim/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static struct mc_tally_group *find_group(const struct mc_tally *t, uint32_t node, const struct mc_addr *group)
{
	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].node == node && mc_addr_cmp(&t->groups[i].group, group) == 0)
			return &t->groups[i];
	return NULL;
}

static struct mc_tally_node *find_node(const struct mc_tally *t, uint32_t node, bool host)
{
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].node == node && t->nodes[i].host == host)
			return &t->nodes[i];
	return NULL;
}

static int ask_group(struct mc_tally *t, uint32_t node, const struct mc_addr *group)
{
	struct mc_tally_group *g;

	if (find_group(t, node, group))
		return 0;
	g = mc_grow(&t->groups, &t->n_groups, sizeof(*g));
	if (!g)
		return -ENOMEM;
	*g = (struct mc_tally_group){ .node = node, .group = *group, .told = MC_TOLD_NEVER };
	return 0;
}

static int ask_node(struct mc_tally *t, uint32_t node, bool host)
{
	struct mc_tally_node *n;

	if (find_node(t, node, host))
		return 0;
	n = mc_grow(&t->nodes, &t->n_nodes, sizeof(*n));
	if (!n)
		return -ENOMEM;
	n->node = node;
	n->host = host;
	return 0;
}

static int ask(struct mc_tally *t, const struct mc_cast *c, const struct mc_sim_event *e)
{
	const struct mc_sim_state *s = &e->state;
	struct mc_addr group;
	int err = 0;

	if (e->verb != MC_SEE_STATE || !e->who.first || !mc_cast_has(c, e->families))
		return 0;
	for (uint32_t i = e->who.first; err == 0 && i <= e->who.last; i++) {
		if (s->id == MC_IS_TOLD) {
			group = mc_cast_addr(c, &s->group);
			err = ask_group(t, i, &group);
		} else if (s->id == MC_IS_WARNED) {
			err = ask_node(t, i, s->member || !mc_cast_is_router(c, i));
		}
	}
	return err;
}

int mc_tally_begin(struct mc_tally *t, const struct mc_cast *c)
{
	int err = 0;

	*t = (struct mc_tally){ .n_groups = 0 };
	for (uint32_t i = 0; err == 0 && i < c->script->n_events; i++)
		err = ask(t, c, &c->script->events[i]);
	return err;
}

void mc_tally_free(struct mc_tally *t)
{
	free(t->groups);
	free(t->nodes);
	*t = (struct mc_tally){ .n_groups = 0 };
}

void mc_tally_note(struct mc_tally *t, uint32_t node, bool host, const struct mc_action *a)
{
	struct mc_tally_group *g;
	struct mc_tally_node *n;

	if (a->kind == MC_ACTION_GROUP) {
		g = find_group(t, node, &a->group);
		if (g)
			g->told = a->present ? MC_TOLD_YES : MC_TOLD_NO;
	} else if (a->kind == MC_ACTION_WARN && a->warning < MC_WARNINGS) {
		n = find_node(t, node, host);
		if (n)
			n->warned[a->warning]++;
	}
}

void mc_tally_forget(struct mc_tally *t, uint32_t node)
{
	for (size_t i = 0; i < t->n_groups; i++)
		if (t->groups[i].node == node)
			t->groups[i].told = MC_TOLD_NEVER;
	for (size_t i = 0; i < t->n_nodes; i++)
		if (t->nodes[i].node == node)
			memset(t->nodes[i].warned, 0, sizeof(t->nodes[i].warned));
}

uint8_t mc_tally_told(const struct mc_tally *t, uint32_t node, const struct mc_addr *group)
{
	const struct mc_tally_group *g = find_group(t, node, group);

	return g ? g->told : MC_TOLD_NEVER;
}

uint32_t mc_tally_warned(const struct mc_tally *t, uint32_t node, bool host, unsigned which)
{
	const struct mc_tally_node *n = find_node(t, node, host);

	return n && which < MC_WARNINGS ? n->warned[which] : 0;
}
