/*
 * heap.c - a heap of four branches in three arrays: times, items, and where each item stands.
 */
#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

enum { BRANCHES = 4 };

void mc_heap_free(struct mc_heap *h)
{
	free(h->when);
	free(h->item);
	free(h->place);
	*h = (struct mc_heap){ .n = 0 };
}

/* Each array that could grow stays as large as it got: the next try goes on from there. */
static bool enlarge(void *array, size_t size, uint32_t cap)
{
	void *old, *bigger;

	memcpy(&old, array, sizeof(old));
	bigger = realloc(old, cap * size);
	if (!bigger)
		return false;
	memcpy(array, &bigger, sizeof(bigger));
	return true;
}

bool mc_heap_room(struct mc_heap *h, uint32_t n)
{
	uint32_t cap = h->cap + h->cap / 4;

	if (n <= h->cap)
		return true;
	if (cap < n)
		cap = n;
	if (!enlarge(&h->when, sizeof(*h->when), cap) || !enlarge(&h->item, sizeof(*h->item), cap) ||
	    !enlarge(&h->place, sizeof(*h->place), cap))
		return false;
	memset(h->place + h->cap, 0, (cap - h->cap) * sizeof(*h->place));
	h->cap = cap;
	return true;
}

static void put(struct mc_heap *h, uint32_t at, mc_time when, uint32_t item)
{
	h->when[at] = when;
	h->item[at] = item;
	h->place[item - 1] = at + 1;
}

static void rise(struct mc_heap *h, uint32_t at, mc_time when, uint32_t item)
{
	while (at) {
		uint32_t up = (at - 1) / BRANCHES;

		if (h->when[up] <= when)
			break;
		put(h, at, h->when[up], h->item[up]);
		at = up;
	}
	put(h, at, when, item);
}

static uint32_t earliest_below(const struct mc_heap *h, uint32_t at)
{
	uint32_t first = at * BRANCHES + 1, least = first, end = first + BRANCHES;

	for (uint32_t i = first + 1; i < end && i < h->n; i++)
		if (h->when[i] < h->when[least])
			least = i;
	return least;
}

static void sink(struct mc_heap *h, uint32_t at, mc_time when, uint32_t item)
{
	uint32_t least;

	while ((least = earliest_below(h, at)) < h->n && h->when[least] < when) {
		put(h, at, h->when[least], h->item[least]);
		at = least;
	}
	put(h, at, when, item);
}

static void move(struct mc_heap *h, uint32_t at, mc_time when, uint32_t item)
{
	if (at && when < h->when[(at - 1) / BRANCHES])
		rise(h, at, when, item);
	else
		sink(h, at, when, item);
}

static void take(struct mc_heap *h, uint32_t at)
{
	uint32_t last = --h->n;

	if (at != last)
		move(h, at, h->when[last], h->item[last]);
}

void mc_heap_set(struct mc_heap *h, uint32_t item, mc_time when)
{
	uint32_t at = h->place[item - 1];

	if (when == MC_NEVER) {
		h->place[item - 1] = 0;
		if (at)
			take(h, at - 1);
	} else if (at) {
		move(h, at - 1, when, item);
	} else {
		rise(h, h->n++, when, item);
	}
}

mc_time mc_heap_get(const struct mc_heap *h, uint32_t item)
{
	return h->place[item - 1] ? h->when[h->place[item - 1] - 1] : MC_NEVER;
}

mc_time mc_heap_second(const struct mc_heap *h)
{
	return h->n > 1 ? h->when[earliest_below(h, 0)] : MC_NEVER;
}
