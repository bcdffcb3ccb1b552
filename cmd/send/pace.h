/*
 * pace.h - when the next datagrams are due: a schedule that is kept to the end, and how far off it they left.
 */
#ifndef SEND_PACE_H
#define SEND_PACE_H

#include "flow/hist.h"
#include "send/rate.h"

#define SEND_PACE_LATE (10 * MC_MSEC) /* what is missed by more is not made up */

struct send_pace {
	bool free; /* no schedule: as fast as it goes */
	double per_datagram, per_octet; /* ns that one takes of the schedule */
	mc_time due;  /* when the next ones are */
	double part;  /* of a nanosecond, that due is later */
	mc_time last;   /* when the last ones left; 0: none did, or what came between is nobody's schedule */
	mc_time wanted; /* how long after them the next ones are due */
	uint64_t many;  /* how many they were */
	uint64_t behind;      /* datagrams that were missed */
	struct mc_hist off;   /* how far the time between two calls was from what was wanted */
};

/* send_pace_init begins a schedule now. All zeros is not a schedule. */
void send_pace_init(struct send_pace *p, const struct rate *rate, mc_time now);

/* send_pace_begin is told that what is due leaves now; what is long past is skipped. send_pace_sent is told
 * how much that was, n datagrams of so many octets together. */
void send_pace_begin(struct send_pace *p, mc_time now);
void send_pace_sent(struct send_pace *p, uint64_t n, size_t octets);

/* send_pace_stood: there was nothing to send until now; nobody is to blame, and the schedule begins anew. */
void send_pace_stood(struct send_pace *p, mc_time now);

#endif
