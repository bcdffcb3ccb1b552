/*
 * gaps.c - runs of missing numbers in a ring that grows to what the caller allows. Those of the latest
 * session lie at its end in order of their numbers, so that the one a late number belongs to is found by
 * halving. It knows no datagram.
 */
#include "flow/gaps.h"

#include "flow/seq.h"

#include <stdlib.h>

static struct mc_gap *slot(const struct mc_gaps *g, uint32_t i)
{
	return &g->v[(g->first + i) & (g->cap - 1)];
}

void mc_gaps_free(struct mc_gaps *g)
{
	uint32_t most = g->most;

	free(g->v);
	*g = (struct mc_gaps){ .most = most };
}

static bool enlarge(struct mc_gaps *g)
{
	uint32_t cap = g->cap ? 2 * g->cap : 8;
	struct mc_gap *v = cap ? calloc(cap, sizeof(*v)) : NULL;

	if (!v)
		return false;
	for (uint32_t i = 0; i < g->n; i++)
		v[i] = *slot(g, i);
	free(g->v);
	g->v = v;
	g->cap = cap;
	g->first = 0;
	return true;
}

/* Room for one more, if need be the oldest's. */
static bool make_room(struct mc_gaps *g)
{
	if (g->n < g->most && (g->n < g->cap || enlarge(g)))
		return true;
	if (g->n == 0)
		return false;
	g->first = (g->first + 1) & (g->cap - 1);
	g->n--;
	if (g->fresh > g->n)
		g->fresh = g->n;
	return true;
}

void mc_gaps_open(struct mc_gaps *g, mc_time at, uint64_t first, uint64_t n, uint64_t dropped)
{
	struct mc_gap gap = { .at = at, .first = first, .n = n, .missing = n };
	uint32_t i, lowest;

	g->total++;
	g->open++;
	gap.socket = dropped < n ? dropped : n;
	g->lost_socket += gap.socket;
	if (!make_room(g))
		return;
	lowest = g->n - g->fresh++;
	for (i = g->n++; i > lowest && mc_seq_above(slot(g, i - 1)->first, first); i--)
		*slot(g, i) = *slot(g, i - 1);
	*slot(g, i) = gap;
}

void mc_gaps_fill(struct mc_gaps *g, uint64_t seq)
{
	uint32_t lowest = g->n - g->fresh, low = lowest, high = g->n;
	struct mc_gap *gap;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (mc_seq_above(slot(g, mid)->first, seq))
			high = mid;
		else
			low = mid + 1;
	}
	if (low == lowest)
		return;
	gap = slot(g, low - 1);
	if (seq - gap->first >= gap->n || !gap->missing)
		return;
	gap->missing--;
	g->open -= !gap->missing;
	if (gap->socket > gap->missing) {
		gap->socket--;
		g->lost_socket--;
	}
}

void mc_gaps_anew(struct mc_gaps *g)
{
	g->fresh = 0;
}

const struct mc_gap *mc_gaps_at(const struct mc_gaps *g, uint32_t i)
{
	return i < g->n ? slot(g, i) : NULL;
}
