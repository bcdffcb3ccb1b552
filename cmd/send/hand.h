/*
 * hand.h - handing datagrams to the system: one, a train of them, or many a call.
 */
#ifndef SEND_HAND_H
#define SEND_HAND_H

#include "send/flows.h"
#include "send/payload.h"

#define HAND_BATCH 64 /* datagrams a call of sendmmsg */

/* How, and how many datagrams a call takes at most. */
struct hand {
	enum send_io how; /* not AUTO */
	unsigned most;
	struct hand_batch *batch; /* of BATCH */
};

/* hand_choose decides how, by what was asked for, the rate, the sizes and what this system can. */
void hand_choose(struct hand *h, const struct send_conf *c, uint32_t room);

/* hand_fits tells whether the sizes allow trains: room is that of struct flows. */
bool hand_fits(const struct send_conf *c, uint32_t room);

int hand_open(struct hand *h); /* 0 or -ENOMEM */
void hand_close(struct hand *h);

/* hand_over sends len octets of one stream in one call: a datagram, or a train that its socket cuts. 0 or
 * -errno. */
int hand_over(const struct flow *f, const void *data, size_t len);

/* hand_over_many sends n datagrams of a payload, from `at` on, each to the stream whose turn it is, in one
 * call. All leave by one socket. Returns how many, or -errno of the first. */
int hand_over_many(struct hand *h, struct flow *const *to, const struct payload *p, unsigned at, unsigned n);

/* hand_cannot_cut tells whether an error means that there can be no trains on this way. */
bool hand_cannot_cut(int error);

/* hand_name: "trains", "batch", "single". */
const char *hand_name(enum send_io how);

#endif
