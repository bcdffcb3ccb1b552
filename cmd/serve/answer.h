/*
 * answer.h - the fast path: from what a socket received to the replies.
 */
#ifndef MCAST_SERVE_ANSWER_H
#define MCAST_SERVE_ANSWER_H

#include "listen.h"
#include "serve/guard.h"
#include "serve/show.h"

#define ANSWER_BATCH 64

struct answer {
	struct mc_batch *batch;
	struct guard *guard;
	const struct show *show;
	bool verbose;
	uint64_t left; /* replies until the server is to stop; UINT64_MAX: no end */
	struct totals totals;
};

/* answer_socket takes what a socket has, up to a batch, and answers it. Returns how many
 * datagrams (or trains) there were. */
int answer_socket(struct answer *a, const struct port *p);

/* What is told apart of it, for other answers (ssm.c) than the echo; port is the one that was asked. */

/* answer_admit decides by a guard about a request, counts and shows it: how many datagrams of it may be
 * answered, and to whom. */
uint64_t answer_admit(struct answer *a, struct guard *g, uint16_t port, const struct mc_dgram *d, mc_time now,
		      struct client **ret);

/* answer_count counts n datagrams of a reply, or (n and octets negative) takes them back. */
void answer_count(struct answer *a, struct client *c, int64_t n, int64_t bytes);

/* answer_turn_away refuses a request whole, before it is known whose it is; answer_to_broadcast does so, and
 * tells it, where it was sent to a broadcast address. */
void answer_turn_away(struct answer *a, uint16_t port, const struct mc_dgram *d, enum cause why);
bool answer_to_broadcast(struct answer *a, uint16_t port, const struct mc_dgram *d);

#endif
