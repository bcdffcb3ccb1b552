/*
 * run.h - one run of a ping, from opening to summary: what the ordinary rhythm (steady.c) and
 * the flood (flood.c) have in common.
 */
#ifndef MCAST_PING_RUN_H
#define MCAST_PING_RUN_H

#include "net/loop.h"
#include "ping/responders.h"
#include "ping/sender.h"
#include "ping/show.h"

struct ping_run {
	const struct verb *verb;
	const struct ping_conf *conf;
	const struct where *where;
	const struct ping_server *server; /* of --ssmping, else NULL */
	struct ping_show show;
	struct sender sender;
	struct responders *responders;
	struct mc_batch *batch;
	struct mc_loop *loop;
	struct mc_watch socket, signals;
	mc_time began, ends; /* ends: MC_NEVER, or when -w stops it */
	mc_time armed;       /* the deadline that the loop was given last */
	uint64_t strays;     /* datagrams that are no replies */
	unsigned turn;       /* looks at the socket without sleep */
	bool stop;
	bool turned_away; /* by a server of --ssmping, which named no group, */
	struct mc_prefix offered; /* but these; family 0: none */
	int refused; /* EXIT_CANNOT: it could not even begin to send */
	bool complained;
	/* Takes what arrived, without waiting; returns how many datagrams, or -errno. */
	int (*receive)(struct ping_run *r, void *state);
	void *state;
};

/* ping_run_open opens all that a run needs; server is that of --ssmping, or NULL. 0 or EXIT_CANNOT. */
int ping_run_open(struct ping_run *r, const struct verb *v, const struct ping_conf *c, const struct where *w,
		  const struct ping_server *server);
void ping_run_close(struct ping_run *r);

/* ping_run_wait returns when something may have changed: a datagram was taken, a signal came,
 * or the deadline (CLOCK_BOOTTIME). With --busy-poll it never sleeps. */
void ping_run_wait(struct ping_run *r, mc_time deadline);

/* ping_run_look is called in each turn that does not sleep: now and then it looks at the signals. */
void ping_run_look(struct ping_run *r);

/* ping_run_unsent is told the -errno of a datagram that could not be sent. */
void ping_run_unsent(struct ping_run *r, int error);

/* ping_run_steady, ping_run_ssm and ping_run_flood say that the run begins, and go on until it is over. */
void ping_run_steady(struct ping_run *r);
void ping_run_ssm(struct ping_run *r);
void ping_run_flood(struct ping_run *r);

/* ping_run_end prints the summary and returns the exit code. */
int ping_run_end(struct ping_run *r);

/* ping_advise says what to try next, on stderr, where the answer was no. */
void ping_advise(const struct ping_run *r);

/* ping_advise_halves says what follows from the losses of multicast and unicast, where something does, and
 * tells whether it did. */
bool ping_advise_halves(const struct ping_run *r);

#endif
