/*
 * responders.c - the table of responders: bounded, each allocated when first heard, found by a
 * hash with open addressing that is never more than half full. It knows no clock.
 */
#include "ping/responders.h"

#include <stdlib.h>

#define SLOTS (2 * RESPONDERS_MOST)

static uint32_t hash_of(const struct mc_addr *a, uint16_t port, uint32_t ifindex)
{
	uint32_t h = 2166136261u ^ port ^ ifindex << 16; /* FNV-1a */

	for (size_t i = 0; i < sizeof a->b; i++)
		h = (h ^ a->b[i]) * 16777619u;
	return h;
}

static bool is_same(const struct responder *r, const struct mc_addr *a, uint16_t port, uint32_t ifindex)
{
	return r->port == port && r->ifindex == ifindex && !mc_addr_cmp(&r->addr, a);
}

static struct responder *new_responder(const struct mc_addr *a, uint16_t port, uint32_t ifindex)
{
	struct responder *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->addr = *a;
	r->port = port;
	r->ifindex = ifindex;
	r->ttl = r->hops = -1;
	r->first = MC_NEVER;
	return r;
}

static struct responder *add(struct responders *t, uint16_t *slot, const struct mc_dgram *d, uint32_t ifindex)
{
	struct responder *r = t->n < RESPONDERS_MOST ? new_responder(&d->peer, d->port, ifindex) : NULL;

	if (!r) {
		t->untold++;
		return NULL;
	}
	t->v[t->n++] = r;
	*slot = (uint16_t)t->n;
	return r;
}

struct responder *responders_get(struct responders *t, const struct mc_dgram *d)
{
	uint32_t ifindex = mc_addr_is_link_local(&d->peer) ? d->ifindex : 0;
	uint32_t at = hash_of(&d->peer, d->port, ifindex) % SLOTS;

	for (; t->slot[at]; at = (at + 1) % SLOTS)
		if (is_same(t->v[t->slot[at] - 1], &d->peer, d->port, ifindex))
			return t->v[t->slot[at] - 1];
	return add(t, &t->slot[at], d, ifindex);
}

struct responder *responder_twin(struct responder *r)
{
	if (!r->twin)
		r->twin = new_responder(&r->addr, r->port, r->ifindex);
	return r->twin;
}

bool responder_has(const struct responder *r, uint64_t seq)
{
	const struct mc_seq *s = &r->seq;

	return s->received && seq <= s->highest && s->highest - seq < MC_SEQ_WINDOW &&
	       (s->seen[seq % MC_SEQ_WINDOW / 64] >> seq % 64 & 1);
}

void responder_note(struct responder *r, struct reply *reply, mc_time timeout)
{
	enum mc_seq_is is = mc_seq_note(&r->seq, reply->seq);

	r->ttl = reply->ttl;
	r->altered += reply->altered;
	reply->duplicate = is == MC_SEQ_DUPLICATE;
	/* One too old to be told from a duplicate is in no case in time. */
	reply->late = !reply->duplicate && (is == MC_SEQ_OLD || reply->rtt > timeout);
	r->late += reply->late;
	if (reply->duplicate || reply->late)
		return;
	r->received++;
	mc_hist_add(&r->rtt, reply->rtt);
}

unsigned responders_heard(const struct responders *t)
{
	unsigned heard = 0;

	for (unsigned i = 0; i < t->n; i++)
		heard += t->v[i]->received > 0;
	return heard;
}

unsigned responders_known(const struct responders *t)
{
	unsigned known = 0;

	for (unsigned i = 0; i < t->n; i++)
		known += t->v[i]->seq.received > 0;
	return known;
}

unsigned responders_silent(const struct responders *t)
{
	unsigned silent = 0;

	for (unsigned i = 0; i < t->n; i++)
		silent += t->v[i]->asked && !t->v[i]->received;
	return silent;
}

uint64_t responders_received(const struct responders *t)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < t->n; i++)
		sum += t->v[i]->received;
	return sum;
}

double responder_loss(const struct responder *r, uint64_t sent)
{
	return r->received >= sent ? 0 : 1 - (double)r->received / (double)sent;
}

double responder_loss_since_first(const struct responder *r, uint64_t last)
{
	if (!r->seq.received)
		return -1;
	return last < r->seq.first ? 0 : responder_loss(r, last - r->seq.first + 1);
}

void responders_free(struct responders *t)
{
	for (unsigned i = 0; i < t->n; i++) {
		free(t->v[i]->twin);
		free(t->v[i]);
	}
	free(t);
}
