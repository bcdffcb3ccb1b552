/*
 * sweep.h - which sizes to try, and what came of them.
 */
#ifndef MCAST_PING_SWEEP_H
#define MCAST_PING_SWEEP_H

#include <mcast/base.h>

#define SWEEP_TRIES 3
#define SWEEP_STEPS 33 /* the even ones at first */
#define SWEEP_MOST 64  /* with those of the bisection: the range is below 2^16 */

enum sweep_is { SWEEP_OPEN, SWEEP_ANSWERED, SWEEP_LOST };

/* One size: up to SWEEP_TRIES datagrams. */
struct sweep_step {
	uint32_t bytes;
	enum sweep_is is;
	unsigned tries;
	uint64_t seq[SWEEP_TRIES];     /* 0: it could not be sent */
	unsigned answers[SWEEP_TRIES]; /* responders that answered each */
	unsigned most;                 /* of them, the largest; with `known` once it is not open */
	unsigned known;
	mc_time first, last; /* sent */
};

struct sweep {
	struct sweep_step step[SWEEP_MOST];
	unsigned n, shown;
	mc_time timeout, settle;
	bool done;
};

/* sweep_init: timeout is when a reply is late, settle how long a size that was answered waits
 * for responders that were not heard before. */
void sweep_init(struct sweep *s, uint32_t from, uint32_t to, mc_time timeout, mc_time settle);

/* sweep_next returns the size to send now, 0 for none. known: responders heard so far. */
uint32_t sweep_next(const struct sweep *s, unsigned known, mc_time now);

/* sweep_sent: a datagram of that size was sent with this number; 0: the system would not. */
void sweep_sent(struct sweep *s, uint32_t bytes, uint64_t seq, mc_time now);

/* sweep_answered: one more responder answered that number in time. */
void sweep_answered(struct sweep *s, uint64_t seq);

/* sweep_verdict decides what can be decided, and returns the next size whose turn it is to be
 * shown, each once; NULL for none. After NULL, done tells whether all is over. */
const struct sweep_step *sweep_verdict(struct sweep *s, unsigned known, mc_time now);

/* sweep_deadline is when sweep_next or sweep_verdict may have more to say without a reply. */
mc_time sweep_deadline(const struct sweep *s, unsigned known);

/* sweep_full returns how many of a size's datagrams every responder answered. */
unsigned sweep_full(const struct sweep_step *e);

/* sweep_largest is the largest size answered below the first that was lost, or else the largest
 * answered at all; sweep_lost the smallest lost one above it. 0: none. */
uint32_t sweep_largest(const struct sweep *s);
uint32_t sweep_lost(const struct sweep *s);

#endif
