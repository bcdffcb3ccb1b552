/*
 * answer.h - the fast path: from what a socket received to the replies.
 */
#ifndef MCAST_SERVE_ANSWER_H
#define MCAST_SERVE_ANSWER_H

#include "serve/guard.h"
#include "serve/listen.h"
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

#endif
