/*
 * table.h - what is known by address: a pool of items, a hash table over them, and lists of the
 * items that belong together, in the order they came.
 *
 * An item is a struct that begins with struct mc_node and, right behind it, a struct mc_addr: its
 * key, together with a number that says whose it is. An item's number (node.self) stays while it is
 * there; its place in memory does not: adding to a table may move all of its items.
 */
#ifndef MC_TABLE_H
#define MC_TABLE_H

#include <mcast/base.h>

#include "base/sip.h"

struct mc_node {
	uint32_t self; /* its number, from 1 on; 0: nothing is there */
	uint32_t hash;
	uint32_t chain;      /* the next of its bucket, or the next free place */
	uint32_t owner;      /* whose it is */
	uint32_t next, prev; /* in its list */
};

struct mc_list {
	uint32_t first, last, n; /* all 0: empty */
};

struct mc_table {
	uint8_t *items;    /* item number 1 comes first */
	uint32_t *buckets; /* NULL while there are few */
	uint32_t size;     /* of an item */
	uint32_t few;      /* the first of the chain while they are few */
	uint32_t high;     /* highest place ever used */
	uint32_t free;     /* first free one below */
	uint32_t mask;     /* buckets - 1 */
	uint32_t n, max, cap; /* items there are, may be, have room */
	struct mc_sip sip;
};

#define MC_TABLE_MOST (UINT32_C(1) << 30)

/* mc_table_init makes an empty table of at most max items, MC_TABLE_MOST or fewer. */
void mc_table_init(struct mc_table *t, size_t size, uint32_t max, uint64_t seed);
void mc_table_free(struct mc_table *t);

void *mc_table_find(const struct mc_table *t, uint32_t owner, const struct mc_addr *key);

/* mc_table_hash tells where to look for a key; mc_table_near and then mc_table_nearer bring into the cache
 * what finding it will need, if there is some time in between. They may be left out. */
uint32_t mc_table_hash(const struct mc_table *t, uint32_t owner, const struct mc_addr *key);

static inline void mc_table_near(const struct mc_table *t, uint32_t hash)
{
	if (t->buckets)
		__builtin_prefetch(&t->buckets[hash & t->mask]);
}

static inline void mc_table_nearer(const struct mc_table *t, uint32_t hash)
{
	uint32_t first = t->buckets ? t->buckets[hash & t->mask] : 0;

	if (first) {
		__builtin_prefetch(t->items + (first - 1) * (size_t)t->size);
		__builtin_prefetch(t->items + (first - 1) * (size_t)t->size + t->size - 1);
	}
}

/* mc_table_add appends an item that is not there yet, zero but for its node and key. NULL: there are
 * max items, or no memory. */
void *mc_table_add(struct mc_table *t, struct mc_list *list, uint32_t owner, const struct mc_addr *key);

/* mc_table_remove takes an item out of its table and its list. */
void mc_table_remove(struct mc_table *t, struct mc_list *list, void *item);

/* mc_table_move puts an item at the end of another list. */
void mc_table_move(struct mc_table *t, struct mc_list *from, struct mc_list *to, void *item);

/* mc_table_at gives item number i, NULL for 0. Only of numbers in use is there more than node.self. */
static inline void *mc_table_at(const struct mc_table *t, uint32_t i)
{
	return i ? t->items + (size_t)(i - 1) * t->size : NULL;
}

static inline size_t mc_table_memory(const struct mc_table *t)
{
	return (size_t)t->cap * t->size + (t->buckets ? (t->mask + 1) * sizeof(*t->buckets) : 0);
}

static inline void *mc_table_next(const struct mc_table *t, const void *item)
{
	return mc_table_at(t, ((const struct mc_node *)item)->next);
}

#endif
