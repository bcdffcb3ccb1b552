/*
 * pairs.c - pairs of numbers in a pool that grows a little and is reused. It does not know what the numbers
 * mean, nor what is kept of a pair. A hundred thousand of them are usual: a pair is half a cache line, and
 * how many are in a list stands in its first one, so that an owner of a list has one number to keep.
 */
#include "engine/pairs.h"

#include <assert.h>
#include <stdlib.h>

enum { BUCKETS_LEAST = 4 };

static_assert(sizeof(struct mc_pair) == 32, "as small as promised");

void mc_pairs_init(struct mc_pairs *ps, uint64_t seed)
{
	*ps = (struct mc_pairs){ .sip = mc_sip_of(seed) };
}

void mc_pairs_free(struct mc_pairs *ps)
{
	free(ps->at);
	free(ps->buckets);
}

size_t mc_pairs_memory(const struct mc_pairs *ps)
{
	return ps->cap * sizeof(*ps->at) + (ps->buckets ? (ps->mask + 1) * sizeof(*ps->buckets) : 0);
}

static uint32_t *bucket_of(const struct mc_pairs *ps, uint32_t group, uint32_t host)
{
	uint64_t word = (uint64_t)group << 32 | host;

	return &ps->buckets[mc_sip_hash(&ps->sip, &word, 1) & ps->mask];
}

static void chain(struct mc_pairs *ps, struct mc_pair *p)
{
	uint32_t *bucket = bucket_of(ps, p->group, p->host);

	p->chain = *bucket;
	*bucket = mc_pairs_number(ps, p);
}

static void unchain(struct mc_pairs *ps, const struct mc_pair *p)
{
	uint32_t *at = bucket_of(ps, p->group, p->host), self = mc_pairs_number(ps, p);

	while (*at != self)
		at = &mc_pairs_at(ps, *at)->chain;
	*at = p->chain;
}

/* All places are in use when the pool grows: each is put into its chain anew. */
static bool widen(struct mc_pairs *ps, uint32_t cap)
{
	uint32_t buckets = ps->buckets ? ps->mask + 1 : BUCKETS_LEAST;
	uint32_t *heads;

	while (buckets < cap)
		buckets *= 2;
	if (ps->buckets && buckets == ps->mask + 1)
		return true;
	heads = calloc(buckets, sizeof(*heads));
	if (!heads)
		return false;
	free(ps->buckets);
	ps->buckets = heads;
	ps->mask = buckets - 1;
	for (uint32_t i = 1; i <= ps->high; i++)
		chain(ps, mc_pairs_at(ps, i));
	return true;
}

static bool grow(struct mc_pairs *ps)
{
	uint32_t cap = ps->cap + ps->cap / 8 + 1;
	struct mc_pair *at = realloc(ps->at, cap * sizeof(*at));

	if (!at)
		return false;
	ps->at = at;
	if (!widen(ps, cap))
		return false;
	ps->cap = cap;
	return true;
}

struct mc_pair *mc_pairs_find(const struct mc_pairs *ps, uint32_t group, uint32_t host)
{
	struct mc_pair *p;

	if (!ps->buckets)
		return NULL;
	p = mc_pairs_at(ps, *bucket_of(ps, group, host));
	while (p && (p->group != group || p->host != host))
		p = mc_pairs_at(ps, p->chain);
	return p;
}

struct mc_pair *mc_pairs_add(struct mc_pairs *ps, uint32_t *first, uint32_t group, uint32_t host)
{
	uint32_t n = mc_pairs_count(ps, *first), self;
	struct mc_pair *p;

	if (ps->n == ps->cap && !grow(ps))
		return NULL;
	self = ps->free ? ps->free : ++ps->high;
	p = mc_pairs_at(ps, self);
	if (ps->free)
		ps->free = p->chain;
	*p = (struct mc_pair){ .group = group, .host = host, .next = *first, .prev = n + 1 };
	if (*first)
		mc_pairs_at(ps, *first)->prev = self;
	*first = self;
	chain(ps, p);
	ps->n++;
	return p;
}

static void unlist(struct mc_pairs *ps, uint32_t *first, const struct mc_pair *p)
{
	struct mc_pair *next = mc_pairs_at(ps, p->next);

	if (*first == mc_pairs_number(ps, p)) {
		*first = p->next;
		if (next)
			next->prev = p->prev - 1;
		return;
	}
	mc_pairs_at(ps, *first)->prev--;
	mc_pairs_at(ps, p->prev)->next = p->next;
	if (next)
		next->prev = p->prev;
}

void mc_pairs_remove(struct mc_pairs *ps, uint32_t *first, struct mc_pair *p)
{
	unchain(ps, p);
	unlist(ps, first, p);
	p->group = 0;
	p->chain = ps->free;
	ps->free = mc_pairs_number(ps, p);
	if (!--ps->n)
		ps->high = ps->free = 0; /* who goes through all places has none to go through */
}
