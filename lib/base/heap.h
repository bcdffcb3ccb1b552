/*
 * heap.h - deadlines of numbered items, the earliest first. Setting one costs O(log n), mostly O(1) for
 * one that is later than the others. It does not know what the items are.
 */
#ifndef MC_HEAP_H
#define MC_HEAP_H

#include <mcast/base.h>

/* Three arrays in one block, so that a heap of few items is one cache line: when, by place, place 0 being the
 * earliest; whose that is, by place; and by item its place + 1, 0: it has no deadline. */
struct mc_heap {
	mc_time *when;
	uint32_t n, cap; /* deadlines there are; items there is room for, numbered 1 to cap */
};

/* An empty heap is all zero. */
void mc_heap_free(struct mc_heap *h);

/* mc_heap_room makes room for items 1 to n, so that mc_heap_set cannot fail. False: no memory. */
bool mc_heap_room(struct mc_heap *h, uint32_t n);

/* mc_heap_set sets, moves or, with MC_NEVER, takes away the deadline of an item that there is room for. */
void mc_heap_set(struct mc_heap *h, uint32_t item, mc_time when);

/* mc_heap_get gives the deadline of an item, or MC_NEVER. */
mc_time mc_heap_get(const struct mc_heap *h, uint32_t item);

static inline uint32_t *mc_heap_items(const struct mc_heap *h)
{
	return (uint32_t *)(h->when + h->cap);
}

static inline uint32_t *mc_heap_places(const struct mc_heap *h)
{
	return mc_heap_items(h) + h->cap;
}

/* mc_heap_first gives the earliest deadline, MC_NEVER where there is none, and whose it is (0: nobody's). */
static inline mc_time mc_heap_first(const struct mc_heap *h, uint32_t *ret_item)
{
	*ret_item = h->n ? mc_heap_items(h)[0] : 0;
	return h->n ? h->when[0] : MC_NEVER;
}

/* mc_heap_second gives the deadline that would be the earliest without that one, or MC_NEVER. */
mc_time mc_heap_second(const struct mc_heap *h);

static inline size_t mc_heap_size(uint32_t cap)
{
	return cap * (sizeof(mc_time) + 2 * sizeof(uint32_t));
}

static inline size_t mc_heap_memory(const struct mc_heap *h)
{
	return mc_heap_size(h->cap);
}

#endif
