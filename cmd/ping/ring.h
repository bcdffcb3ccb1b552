/*
 * ring.h - the datagrams sent last: when each left, how long it was, how many answered it.
 */
#ifndef MCAST_PING_RING_H
#define MCAST_PING_RING_H

#include <mcast/base.h>

struct ring_entry {
	uint64_t seq;  /* from 1; 0: nothing is here */
	mc_time at;    /* CLOCK_BOOTTIME, just before it was sent */
	mc_time wall;  /* CLOCK_REALTIME, the same, as in its header */
	mc_time stamp; /* CLOCK_REALTIME of leaving, by the kernel; 0: not known */
	uint32_t bytes;
	uint32_t answers; /* responders that answered in time */
	/* Of a unicast twin: whom it asked, and with which datagram of the group. */
	struct responder *whom;
	uint64_t round;
};

struct ring {
	struct ring_entry *entry;
	uint64_t mask;
	uint64_t newest; /* sequence number; 0: none yet */
	uint32_t shift;  /* stamp ids used up by datagrams that did not leave */
	mc_time unsure;  /* shift is to be found anew from stamps of this time on; 0: it is known */
};

/* ring_init makes room for at least so many. 0 or -ENOMEM. */
int ring_init(struct ring *r, uint64_t least);
void ring_free(struct ring *r);

/* ring_push opens the entry of the next number; ring_drop takes it back where it was not sent. */
struct ring_entry *ring_push(struct ring *r, size_t bytes);
void ring_drop(struct ring *r);

/* ring_skip: a datagram left that has no number here, and used up a stamp. */
void ring_skip(struct ring *r);

/* ring_at returns the entry of a number, or NULL where it was never sent or is too long ago. */
struct ring_entry *ring_at(const struct ring *r, uint64_t seq);

/* ring_rtt is the time from sending a datagram to the arrival of its reply (CLOCK_REALTIME); where
 * that clock was set meanwhile, what has passed until now (CLOCK_BOOTTIME), which is never less. */
mc_time ring_rtt(const struct ring_entry *e, mc_time arrived, mc_time now);

/* ring_stamp notes a send stamp: see mc_sock_tx_time. */
void ring_stamp(struct ring *r, uint32_t id, mc_time time);

#endif
