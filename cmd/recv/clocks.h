/*
 * clocks.h - the senders' clocks, one for each address and port that probes come from: whoever sends to a
 * thousand groups from one socket is asked once. Questions go by unicast, from a socket of their own.
 */
#ifndef RECV_CLOCKS_H
#define RECV_CLOCKS_H

#include "flow/clock.h"
#include "net/ifaces.h"
#include "net/loop.h"

#define CLOCKS_OPEN 4 /* questions of one sender that may still be answered */

/* A question that was asked. Its number cannot be guessed, and its time is not taken from what comes back. */
struct question {
	uint64_t number, session; /* number 0: none */
	mc_time at;               /* CLOCK_REALTIME */
};

struct sender {
	struct mc_addr addr;
	uint16_t port;
	uint32_t ifindex; /* the first that it came by; of link-local addresses the zone */
	uint32_t number;  /* from 1 on */
	uint64_t session; /* the latest of its streams: questions carry it; 0: it sends no probes so far */
	struct mc_clock clock;
	uint64_t asked, answered;
	uint64_t silence; /* questions since the last answer */
	mc_time first;    /* question, loop's clock */
	bool heard;       /* something came since the last question: set by whoever takes it */
	struct question open[CLOCKS_OPEN];
	struct sender *chain;
};

struct clocks;

/* answered is told of each exchange, for -v. */
struct clocks_conf {
	struct mc_loop *loop;
	enum mc_basis only; /* NONE: auto */
	void (*answered)(void *arg, const struct sender *s, mc_time round, int64_t ahead);
	void *arg;
};

int clocks_new(struct clocks **ret, const struct clocks_conf *c); /* 0 or -errno */
void clocks_free(struct clocks *c);

/* clocks_sender finds or makes a sender, for a stream whose times can be compared. NULL: no memory, or more
 * than 4096; clocks_refused tells how often that was. */
struct sender *clocks_sender(struct clocks *c, const struct mc_addr *addr, uint16_t port, uint32_t ifindex);
uint64_t clocks_refused(const struct clocks *c);

/* clocks_probes: the sender sends probes, of this session: it may be asked, unless its address is none of
 * one host's. */
void clocks_probes(struct clocks *c, struct sender *s, uint64_t session);

/* clocks_ask asks whose turn it is (loop's clock): four times in the first 200 ms; those who answer five
 * times a second for 13 answers, so that drift is soon known; then each second; those who do not answer
 * after a minute each ten seconds, those of whom nothing comes any more not at all. All together are asked
 * 200 times a second at the most, whoever waits longest first. clocks_due tells when next. */
void clocks_ask(struct clocks *c, mc_time now);
mc_time clocks_due(const struct clocks *c);

#endif
