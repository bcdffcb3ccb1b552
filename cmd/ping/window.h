/*
 * window.h - how many datagrams of a flood may be unanswered, and how many are.
 */
#ifndef MCAST_PING_WINDOW_H
#define MCAST_PING_WINDOW_H

#include <mcast/base.h>

#include "flow/seq.h"

#define WINDOW_SILENCE (10 * MC_MSEC) /* without a reply: one datagram each such time */
#define WINDOW_LOST (100 * MC_MSEC)   /* what is older than this, or twice this, is lost */

struct window {
	unsigned size, most;
	uint64_t out;        /* sent, not answered by anybody, not given up */
	uint64_t old;        /* of them, those below mark */
	uint64_t mark;       /* the next number to send when the last tick was */
	uint64_t floor;      /* numbers below it were given up if they were not answered */
	uint64_t lost;       /* given up so far */
	mc_time heard, sent; /* when the last reply came, the last datagram left */
	mc_time tick;        /* when to look for lost ones next */
	struct mc_seq answered;
};

void window_init(struct window *w, unsigned most, mc_time now);

/* window_room returns how many may be sent now, as one train of at most `most`. */
unsigned window_room(const struct window *w, unsigned most, mc_time now);

void window_sent(struct window *w, unsigned n, mc_time now);

/* window_answered: a reply came, of any responder. The first to a number frees its place. */
void window_answered(struct window *w, uint64_t seq, mc_time now);

/* window_tick gives up what is unanswered for too long; next is the next number to send.
 * Returns how many were given up. */
uint64_t window_tick(struct window *w, uint64_t next, mc_time now);

/* window_deadline is when window_room or window_tick may have more to say without a reply. */
mc_time window_deadline(const struct window *w);

#endif
