/*
 * sent.c - a queue of what was sent, in that order, which is the order it is seen in: the one looked for is
 * nearly always the first.
 *
 * A packet is told by its destination, by what is behind its IP headers, and by its source: where that was
 * left to the kernel, which fills it in (raw(7)), by any.
 */
#include "net/sent.h"

#include <mcast/msg.h>
#include <stdlib.h>

#define MOST 8192 /* a power of two */
#define LIFE MC_SEC

struct item {
	uint64_t hash; /* of destination and payload; 0: struck out */
	mc_time sent;
	struct mc_addr src;
};

struct mc_sent {
	uint32_t first, end; /* they count on and on */
	struct item v[MOST];
};

struct mc_sent *mc_sent_new(void)
{
	return calloc(1, sizeof(struct mc_sent));
}

void mc_sent_free(struct mc_sent *s)
{
	free(s);
}

/* FNV-1a: nobody gains by a collision but a program that may capture and send as it likes anyway. */
static uint64_t mix(uint64_t hash, const uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* False for what is no IP packet. */
static bool identify(struct item *ret, const uint8_t *octets, size_t len)
{
	struct mc_ip ip;

	if (mc_ip_decode(&ip, octets, len) < 0)
		return false;
	uint64_t hash = mix(UINT64_C(0xcbf29ce484222325), ip.dst.b, sizeof ip.dst.b);

	ret->hash = mix(hash, octets + ip.header, ip.payload) | 1;
	ret->src = ip.src;
	return true;
}

static struct item *item_at(struct mc_sent *s, uint32_t i)
{
	return &s->v[i % MOST];
}

void mc_sent_add(struct mc_sent *s, const void *octets, size_t len, mc_time now)
{
	struct item item = { .sent = now };

	if (!identify(&item, octets, len))
		return;
	if (s->end - s->first == MOST)
		s->first++;
	*item_at(s, s->end++) = item;
}

static void drop_old(struct mc_sent *s, mc_time now)
{
	while (s->first != s->end && (!item_at(s, s->first)->hash || item_at(s, s->first)->sent + LIFE < now))
		s->first++;
	if (s->first == s->end) /* begin anew where memory has been touched already */
		s->first = s->end = 0;
}

bool mc_sent_take(struct mc_sent *s, const void *octets, size_t len, mc_time when)
{
	struct item item;

	drop_old(s, when);
	if (s->first == s->end || !identify(&item, octets, len))
		return false;
	for (uint32_t i = s->first; i != s->end; i++) {
		struct item *at = item_at(s, i);

		if (at->hash == item.hash &&
		    (mc_addr_is_unspecified(&at->src) || !mc_addr_cmp(&at->src, &item.src))) {
			at->hash = 0;
			return true;
		}
	}
	return false;
}
