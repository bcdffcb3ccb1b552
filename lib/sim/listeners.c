/*
 * listeners.c - of each group a list of parts in order: 32 nodes that follow one another, a bit for each
 * that listens. A part is eight octets, for one listener or for 32. So a crowd is moved quickly to let one
 * more in, and groups with few listeners are small. It does not ask the nodes.
 */
#include "sim/listeners.h"

#include <stdlib.h>
#include <string.h>

enum { PART = 32 };

struct part {
	uint32_t first; /* of its nodes; a multiple of PART */
	uint32_t bits;
};

struct group {
	struct mc_node node;
	struct mc_addr addr;
	uint32_t n, cap;
	struct part *parts;
};

void mc_listeners_init(struct mc_listeners *s, uint64_t seed)
{
	*s = (struct mc_listeners){ .octets = 0 };
	mc_table_init(&s->groups, sizeof(struct group), MC_TABLE_MOST, seed);
}

void mc_listeners_free(struct mc_listeners *s)
{
	for (struct group *g = mc_table_at(&s->groups, s->all.first); g; g = mc_table_next(&s->groups, g))
		free(g->parts);
	mc_table_free(&s->groups);
}

/* Where the part that begins with this node is, or belongs. */
static uint32_t place_of(const struct group *g, uint32_t first)
{
	uint32_t from = 0, to = g->n;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;

		if (g->parts[middle].first < first)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* ---- listening ------------------------------------------------------------------------------ */

static bool make_room(struct mc_listeners *s, struct group *g)
{
	uint32_t cap = g->cap + g->cap / 4 + 1;
	struct part *parts;

	if (g->n < g->cap)
		return true;
	parts = realloc(g->parts, cap * sizeof(*parts));
	if (!parts)
		return false;
	s->octets += (cap - g->cap) * sizeof(*parts);
	g->parts = parts;
	g->cap = cap;
	return true;
}

static void drop_if_empty(struct mc_listeners *s, struct group *g)
{
	if (g->n)
		return;
	s->octets -= g->cap * sizeof(*g->parts);
	free(g->parts);
	mc_table_remove(&s->groups, &s->all, g);
}

static bool join(struct mc_listeners *s, struct group *g, uint32_t first, uint32_t bit)
{
	uint32_t at = place_of(g, first);

	if (at == g->n || g->parts[at].first != first) {
		if (!make_room(s, g))
			return false;
		memmove(g->parts + at + 1, g->parts + at, (g->n++ - at) * sizeof(*g->parts));
		g->parts[at] = (struct part){ .first = first };
	}
	g->parts[at].bits |= bit;
	return true;
}

static void leave(struct group *g, uint32_t first, uint32_t bit)
{
	uint32_t at = place_of(g, first);

	if (at == g->n || g->parts[at].first != first)
		return;
	g->parts[at].bits &= ~bit;
	if (g->parts[at].bits == 0)
		memmove(g->parts + at, g->parts + at + 1, (--g->n - at) * sizeof(*g->parts));
}

bool mc_listeners_set(struct mc_listeners *s, const struct mc_addr *group, uint32_t node, bool listens)
{
	struct group *g = mc_table_find(&s->groups, 0, group);
	uint32_t first = node - node % PART, bit = UINT32_C(1) << node % PART;
	bool done = true;

	if (!g && !listens)
		return true;
	if (!g)
		g = mc_table_add(&s->groups, &s->all, 0, group);
	if (!g)
		return false;
	if (listens)
		done = join(s, g, first, bit);
	else
		leave(g, first, bit);
	drop_if_empty(s, g);
	return done;
}

/* ---- all of a group ------------------------------------------------------------------------- */

struct gathering {
	const uint32_t *also, *end;
	uint32_t *to;
};

static void gather(struct gathering *l, uint32_t node)
{
	while (l->also < l->end && *l->also < node)
		*l->to++ = *l->also++;
	l->also += l->also < l->end && *l->also == node;
	*l->to++ = node;
}

size_t mc_listeners_list(const struct mc_listeners *s, const struct mc_addr *group, const uint32_t *also,
			 size_t n_also, uint32_t *ret)
{
	const struct group *g = mc_table_find(&s->groups, 0, group);
	static const uint32_t none; /* no routers may be no array */
	struct gathering l = { n_also ? also : &none, n_also ? also + n_also : &none, ret };

	for (uint32_t i = 0; g && i < g->n; i++)
		for (uint32_t bits = g->parts[i].bits; bits; bits &= bits - 1)
			gather(&l, g->parts[i].first + (uint32_t)__builtin_ctz(bits));
	while (l.also < l.end)
		*l.to++ = *l.also++;
	return (size_t)(l.to - ret);
}
