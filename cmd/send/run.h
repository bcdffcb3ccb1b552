/*
 * run.h - one run of `mcast send`, from opening to the totals.
 */
#ifndef SEND_RUN_H
#define SEND_RUN_H

#include "send/answer.h"
#include "send/pace.h"
#include "send/show.h"

struct send_run {
	const struct verb *verb;
	const struct send_conf *conf;
	struct flows flows;
	struct hand hand;
	struct payload payload;
	struct feed feed;
	struct send_pace pace;
	struct send_answer answer;
	struct send_show show;
	struct mc_loop *loop;
	struct mc_watch signals;
	struct send_totals totals, told; /* told: as the last interval's line found them */
	mc_time began, ends, report;     /* ends, report: when to stop and to say so far; MC_NEVER: not */
	mc_time looked;                  /* when signals and questions were looked at */
	mc_time called, took;            /* when the last call began, and the last that left something */
	mc_time since;                   /* from the loop's clock to 1970, modulo 2^64 */
	uint64_t left;                   /* datagrams until -c stops it */
	size_t octets;                   /* handed over, or given up, so far */
	/* The payload that is loaded: what of it is still to be handed to the stream whose turn it is. */
	unsigned at, loaded;
	size_t turn;
	bool stop, full; /* full: the socket takes nothing more for now */
	int refused;     /* EXIT_CANNOT: it could not even begin */
};

/* send_run_open opens all that a run needs. 0 or EXIT_CANNOT. */
int send_run_open(struct send_run *r, const struct verb *v, const struct send_conf *c, int n, char **words);
void send_run_close(struct send_run *r);

/* send_run goes on until it is over, and returns the exit code. */
int send_run(struct send_run *r);

/* send_call hands over up to `most` datagrams in one call. Returns how many left or were given up; 0: none
 * could (r->full), or there is nothing to send for now. */
unsigned send_call(struct send_run *r, unsigned most, mc_time now);

/* send_call_ends sends the end of every stream once. False: streams of this format have none. */
bool send_call_ends(struct send_run *r);

#endif
