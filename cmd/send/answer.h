/*
 * answer.h - receivers that ask for our clock are told it: see flow/probe.h.
 */
#ifndef SEND_ANSWER_H
#define SEND_ANSWER_H

#include <mcast/sock.h>

#include "net/loop.h"
#include "send/flows.h"

#define SEND_ANSWER_RATE 1000 /* answers a second, to all together */

struct send_answer {
	uint64_t session;
	struct mc_batch *batch;
	struct mc_watch *watches; /* of each outlet */
	size_t n;
	uint64_t answers;
	uint64_t allowed; /* before the second is over */
	mc_time second;   /* when the next one begins */
};

/* send_answer_open has the loop watch what comes to the ports that are sent from. 0 or -errno. */
int send_answer_open(struct send_answer *a, const struct flows *f, uint64_t session, struct mc_loop *loop);
void send_answer_close(struct send_answer *a);

/* send_answer_fits tells whether a datagram is a question to us that may be answered. */
bool send_answer_fits(const struct mc_dgram *d, uint64_t session);

#endif
