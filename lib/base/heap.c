/*
 * heap.c - a heap of four branches.
 */
#include "base/heap.h"

#include <stdlib.h>
#include <string.h>

enum { BRANCHES = 4 };

void mc_heap_free(struct mc_heap *h)
{
	free(h->when);
	*h = (struct mc_heap){ .n = 0 };
}

/* The arrays behind the first move on to where they belong, the last one first. */
static void spread(const struct mc_heap *old, const struct mc_heap *h)
{
	uint32_t *places = mc_heap_places(h);

	memmove(places, mc_heap_places(old), old->cap * sizeof(*places));
	memset(places + old->cap, 0, (h->cap - old->cap) * sizeof(*places));
	memmove(mc_heap_items(h), mc_heap_items(old), old->n * sizeof(uint32_t));
}

bool mc_heap_room(struct mc_heap *h, uint32_t n)
{
	struct mc_heap old = *h;
	uint32_t cap = h->cap + h->cap / 4;

	if (n <= h->cap)
		return true;
	if (cap < n)
		cap = n;
	old.when = realloc(h->when, mc_heap_size(cap));
	if (!old.when)
		return false;
	h->when = old.when;
	h->cap = cap;
	spread(&old, h);
	return true;
}

/* Where they are, worked out once for all of a way through the heap. */
struct arrays {
	mc_time *when;
	uint32_t *items, *places;
};

static struct arrays arrays_of(const struct mc_heap *h)
{
	return (struct arrays){ h->when, mc_heap_items(h), mc_heap_places(h) };
}

static inline void put(struct arrays a, uint32_t at, mc_time when, uint32_t item)
{
	a.when[at] = when;
	a.items[at] = item;
	a.places[item - 1] = at + 1;
}

static void rise(struct mc_heap *h, uint32_t at, mc_time when, uint32_t item)
{
	struct arrays a = arrays_of(h);

	while (at) {
		uint32_t up = (at - 1) / BRANCHES;

		if (a.when[up] <= when)
			break;
		put(a, at, a.when[up], a.items[up]);
		at = up;
	}
	put(a, at, when, item);
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
	struct arrays a = arrays_of(h);
	uint32_t least;

	while ((least = earliest_below(h, at)) < h->n && a.when[least] < when) {
		put(a, at, a.when[least], a.items[least]);
		at = least;
	}
	put(a, at, when, item);
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
		move(h, at, h->when[last], mc_heap_items(h)[last]);
}

void mc_heap_set(struct mc_heap *h, uint32_t item, mc_time when)
{
	uint32_t *place = &mc_heap_places(h)[item - 1], at = *place;

	if (when == MC_NEVER) {
		*place = 0;
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
	uint32_t place = mc_heap_places(h)[item - 1];

	return place ? h->when[place - 1] : MC_NEVER;
}

mc_time mc_heap_second(const struct mc_heap *h)
{
	return h->n > 1 ? h->when[earliest_below(h, 0)] : MC_NEVER;
}
