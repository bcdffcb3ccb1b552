/*
 * places.h - the interfaces with a membership, and what their own counters say since the run began: packets
 * that never reached a socket.
 */
#ifndef RECV_PLACES_H
#define RECV_PLACES_H

#include "net/ifcount.h"
#include "recv/run.h"

struct recv_place {
	uint32_t ifindex;
	char ifname[MC_IFNAME_SIZE];
	struct mc_ifcount began, now;
};

struct recv_places {
	struct recv_place *v;
	size_t n;
};

/* What was lost there since: dropped by the kernel, missed by the card, damaged. */
static inline uint64_t recv_place_dropped(const struct recv_place *p)
{
	return p->now.dropped - p->began.dropped;
}

static inline uint64_t recv_place_missed(const struct recv_place *p)
{
	return p->now.missed - p->began.missed + (p->now.fifo - p->began.fifo);
}

static inline uint64_t recv_place_errors(const struct recv_place *p)
{
	return p->now.errors - p->began.errors;
}

/* places_new takes the interfaces that there are memberships on; 0 or -errno. */
int places_new(struct recv *r);
void places_free(struct recv *r);

/* places_join: there is a membership on an interface, from now on. */
void places_join(struct recv *r, const struct member *m);

/* places_look reads the counters. An interface that is gone keeps what it had. */
void places_look(struct recv *r);

/* places_reset begins anew. */
void places_reset(struct recv *r);

#endif
