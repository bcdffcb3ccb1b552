/*
 * table.c - items by address, in pools that grow a little and are reused. It knows nothing of what an item
 * means. Whoever sends reports chooses what the keys are.
 */
#include "engine/table.h"

#include <stdlib.h>
#include <string.h>

enum { FEW = 4 }; /* items that need no buckets */

/* The second half of a short address is empty, and passed over. */
static inline uint32_t hash_of(const struct mc_table *t, uint32_t owner, const struct mc_addr *key)
{
	uint64_t words[3] = { (uint64_t)owner << 8 | key->family };

	memcpy(words + 1, key->b, sizeof(key->b));
	return mc_sip_hash(&t->sip, words, words[2] ? 3 : 2);
}

static const struct mc_addr *key_of(const struct mc_node *n)
{
	return (const struct mc_addr *)(n + 1);
}

void mc_table_init(struct mc_table *t, size_t size, uint32_t max, uint64_t seed)
{
	*t = (struct mc_table){ .size = (uint32_t)size, .max = max, .sip = mc_sip_of(seed) };
}

void mc_table_free(struct mc_table *t)
{
	free(t->items);
	free(t->buckets);
}

/* Few items are one chain: there is nothing to allocate, and no hash to compute to find one of them. */
static uint32_t *bucket_of(struct mc_table *t, const struct mc_node *n)
{
	return t->buckets ? &t->buckets[n->hash & t->mask] : &t->few;
}

static void chain(struct mc_table *t, struct mc_node *n)
{
	uint32_t *bucket = bucket_of(t, n);

	n->chain = *bucket;
	*bucket = n->self;
}

/* At most half full: a chain is mostly one item, and an item a cache miss. */
static bool widen(struct mc_table *t, uint32_t cap)
{
	uint32_t buckets = t->buckets ? t->mask + 1 : 2;
	uint32_t *heads;

	if (cap <= FEW)
		return true;
	while (buckets / 2 < cap)
		buckets *= 2;
	if (t->buckets && buckets == t->mask + 1)
		return true;
	heads = calloc(buckets, sizeof(*heads));
	if (!heads)
		return false;
	free(t->buckets);
	t->buckets = heads;
	t->mask = buckets - 1;
	for (uint32_t i = 1; i <= t->high; i++)
		chain(t, mc_table_at(t, i));
	return true;
}

/* All places are in use: none is in the list of free ones. By an eighth, so that little is empty: the C
 * library moves what is large without copying it. */
static bool grow(struct mc_table *t)
{
	uint32_t cap = t->cap + t->cap / 8 + 1;
	uint8_t *items;

	if (cap > t->max)
		cap = t->max;
	items = realloc(t->items, (size_t)cap * t->size);
	if (!items)
		return false;
	t->items = items;
	if (!widen(t, cap))
		return false;
	t->cap = cap;
	return true;
}

uint32_t mc_table_hash(const struct mc_table *t, uint32_t owner, const struct mc_addr *key)
{
	return hash_of(t, owner, key);
}

void *mc_table_find(const struct mc_table *t, uint32_t owner, const struct mc_addr *key)
{
	uint32_t first = t->buckets ? t->buckets[hash_of(t, owner, key) & t->mask] : t->few;
	struct mc_node *n;

	for (n = mc_table_at(t, first); n; n = mc_table_at(t, n->chain))
		if (n->owner == owner && memcmp(key_of(n), key, sizeof(*key)) == 0)
			break;
	return n;
}

static struct mc_node *place(struct mc_table *t)
{
	struct mc_node *n = mc_table_at(t, t->free);
	uint32_t self = n ? t->free : t->high + 1;

	if (n)
		t->free = n->chain;
	else
		t->high = self;
	n = mc_table_at(t, self);
	memset(n, 0, t->size);
	n->self = self;
	return n;
}

static void append(struct mc_table *t, struct mc_list *list, struct mc_node *n)
{
	struct mc_node *last = mc_table_at(t, list->last);

	n->prev = list->last;
	if (last)
		last->next = n->self;
	else
		list->first = n->self;
	list->last = n->self;
	list->n++;
}

void *mc_table_add(struct mc_table *t, struct mc_list *list, uint32_t owner, const struct mc_addr *key)
{
	struct mc_node *n;

	if (t->n == t->max || (t->n == t->cap && !grow(t)))
		return NULL;
	n = place(t);
	n->owner = owner;
	n->hash = hash_of(t, owner, key);
	memcpy(n + 1, key, sizeof(*key));
	chain(t, n);
	append(t, list, n);
	t->n++;
	return n;
}

static void unchain(struct mc_table *t, const struct mc_node *n)
{
	uint32_t *at = bucket_of(t, n);

	while (*at != n->self)
		at = &((struct mc_node *)mc_table_at(t, *at))->chain;
	*at = n->chain;
}

static void unlist(struct mc_table *t, struct mc_list *list, const struct mc_node *n)
{
	struct mc_node *prev = mc_table_at(t, n->prev), *next = mc_table_at(t, n->next);

	*(prev ? &prev->next : &list->first) = n->next;
	*(next ? &next->prev : &list->last) = n->prev;
	list->n--;
}

void mc_table_move(struct mc_table *t, struct mc_list *from, struct mc_list *to, void *item)
{
	struct mc_node *n = item;

	unlist(t, from, n);
	n->next = 0;
	append(t, to, n);
}

void mc_table_remove(struct mc_table *t, struct mc_list *list, void *item)
{
	struct mc_node *n = item;

	unchain(t, n);
	unlist(t, list, n);
	n->chain = t->free;
	t->free = n->self;
	n->self = 0;
	t->n--;
}
