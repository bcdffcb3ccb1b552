/*
 * clients.c - the table of clients: chained hash into an array that never grows, and a list
 * through it from the latest to the one longest silent.
 */
#include "serve/clients.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NONE UINT32_MAX

struct clients {
	uint32_t most, used, buckets; /* buckets: a power of two */
	uint32_t latest, oldest;
	uint64_t seed; /* secret: nobody can aim at one bucket */
	uint32_t *bucket;
	struct client *v;
	struct client forgotten;
	uint64_t nforgotten;
};

void clients_free(struct clients *t)
{
	if (!t)
		return;
	free(t->bucket);
	free(t->v);
	free(t);
}

int clients_new(struct clients **ret, uint32_t most)
{
	struct clients *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	for (t->buckets = 1; t->buckets < most; t->buckets *= 2)
		;
	t->most = most;
	t->latest = t->oldest = NONE;
	t->bucket = malloc(t->buckets * sizeof *t->bucket);
	t->v = calloc(most, sizeof *t->v);
	if (!t->bucket || !t->v) {
		clients_free(t);
		return -ENOMEM;
	}
	memset(t->bucket, 0xff, t->buckets * sizeof *t->bucket);
	if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) < 0)
		t->seed = (uintptr_t)t; /* before the machine has gathered any: the address will do */
	*ret = t;
	return 0;
}

/* Two rounds of multiply and fold, keyed: enough against collisions made on purpose. */
static uint32_t *bucket_of(const struct clients *t, const struct mc_addr *a, uint32_t ifindex)
{
	uint64_t high, low, h;

	memcpy(&high, a->b, 8);
	memcpy(&low, a->b + 8, 8);
	h = (high ^ t->seed) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 32 ^ low ^ ifindex ^ (uint64_t)a->family << 56) * 0xd6e8feb86659fd93u;
	h = (h ^ h >> 32 ^ t->seed) * 0x9e3779b97f4a7c15u;
	return &t->bucket[(h >> 32) & (t->buckets - 1)];
}

static void unlink_age(struct clients *t, struct client *c)
{
	*(c->newer == NONE ? &t->latest : &t->v[c->newer].older) = c->older;
	*(c->older == NONE ? &t->oldest : &t->v[c->older].newer) = c->newer;
}

static void link_latest(struct clients *t, struct client *c)
{
	uint32_t me = (uint32_t)(c - t->v);

	c->newer = NONE;
	c->older = t->latest;
	*(t->latest == NONE ? &t->oldest : &t->v[t->latest].newer) = me;
	t->latest = me;
}

struct client *clients_find(struct clients *t, const struct mc_addr *addr, uint32_t ifindex)
{
	for (uint32_t i = *bucket_of(t, addr, ifindex); i != NONE; i = t->v[i].chain) {
		struct client *c = &t->v[i];

		if (c->ifindex != ifindex || mc_addr_cmp(&c->addr, addr))
			continue;
		if (t->latest != i) {
			unlink_age(t, c);
			link_latest(t, c);
		}
		return c;
	}
	return NULL;
}

/* Takes the one longest silent out of the table and gives its place. */
static struct client *forget_oldest(struct clients *t)
{
	struct client *c = &t->v[t->oldest];
	uint32_t *link = bucket_of(t, &c->addr, c->ifindex);

	while (*link != t->oldest)
		link = &t->v[*link].chain;
	*link = c->chain;
	unlink_age(t, c);
	t->forgotten.requests += c->requests;
	t->forgotten.replies += c->replies;
	t->forgotten.bytes += c->bytes;
	t->forgotten.refused += c->refused;
	t->nforgotten++;
	return c;
}

struct client *clients_add(struct clients *t, const struct mc_addr *addr, uint32_t ifindex)
{
	struct client *c = t->used < t->most ? &t->v[t->used++] : forget_oldest(t);
	uint32_t *bucket = bucket_of(t, addr, ifindex);

	*c = (struct client){ .addr = *addr, .ifindex = ifindex, .chain = *bucket };
	*bucket = (uint32_t)(c - t->v);
	link_latest(t, c);
	return c;
}

uint64_t clients_allow(struct client *c, uint64_t wanted, uint64_t rate, mc_time now)
{
	if (!rate)
		return wanted;
	if (now - c->window >= MC_SEC) {
		c->window = now;
		c->windowed = 0;
	}
	uint64_t left = rate > c->windowed ? rate - c->windowed : 0;
	uint64_t allowed = wanted < left ? wanted : left;

	c->windowed += allowed;
	return allowed;
}

const struct client *clients_next(const struct clients *t, const struct client *prev)
{
	const struct client *next = prev ? prev + 1 : t->v;

	return next < t->v + t->used ? next : NULL;
}

const struct client *clients_forgotten(const struct clients *t, uint64_t *ret_how_many)
{
	*ret_how_many = t->nforgotten;
	return &t->forgotten;
}
