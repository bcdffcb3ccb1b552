/*
 * run.h - one run of `mcast recv`: what is open, what is counted, and how it ends.
 */
#ifndef RECV_RUN_H
#define RECV_RUN_H

#include <stdio.h>

#include "flow/pair.h"
#include "hot.h"
#include "input.h"
#include "listen.h"
#include "recv/clocks.h"
#include "recv/conf.h"
#include "recv/streams.h"

struct recv_effects; /* effects.h: commands whose effect is being measured */
struct recv_taps;    /* taps.h: interfaces that are watched after leaving; NULL: not asked for */
struct recv_places;  /* places.h: the interfaces' own counters */
struct recv_paths;   /* paths.h: --redundant; NULL: not asked for */
struct recv_pour;    /* pour.h: payloads on their way to stdout; NULL: not asked for */
struct recv_keep;    /* keep.h: --write */
struct recv_live;    /* live.c: the table on the terminal; NULL: there is none */

struct recv_target {
	struct mc_target target; /* as given; with a port */
	struct mc_addr *sources; /* all of them; of the exclude mode those that are not wanted */
	size_t nsources;
	enum mc_mode mode;
	int path;                /* --redundant: 0, 1; else -1 */
	uint32_t rtp_clock;      /* of an SDP file; 0: not told */
};

/* What a listener is to the run: listener.own. It outlives the listener, for the streams that came by it. */
struct recv_ear {
	size_t target;            /* of recv.targets */
	struct recv_stream *last; /* whose datagram came last: most come in runs */
	unsigned waits;           /* effects that wait for a datagram by it */
	mc_time left;             /* CLOCK_REALTIME, just before it was left; 0: it was not */
	struct recv_ear *next;
};

struct recv {
	const struct verb *verb;
	struct recv_conf conf;
	struct mc_ifaces *ifs;
	struct mc_loop *loop;
	struct listen_set set;
	struct mc_batch *batch;
	struct recv_target *targets;
	size_t ntargets;
	struct recv_ear *ears;
	struct recv_streams streams;
	struct clocks *clocks;
	struct mc_pair pair;
	struct recv_paths *paths;
	struct recv_pour *pour;
	struct recv_places *places;
	struct recv_taps *taps;
	struct recv_effects *effects;
	struct recv_keep *keep;
	struct recv_live *live;
	struct recv_told {
		unsigned lines; /* of --interval, behind their header */
		mc_time at;     /* of the last of them, loop's clock; 0: none yet */
		FILE *report, *hgrm;  /* of --report and --hgrm; NULL: not asked for */
		struct json_t
			*start; /* for the report: at the end the groups are left; NULL: not asked for */
	} told; /* tell.c */
	struct input input;
	struct mc_watch ifaces_watch, signals_watch;
	mc_time began, began_real;    /* loop's clock; CLOCK_REALTIME */
	mc_time ended;                /* 0: it runs */
	mc_time heard;                /* the last datagram, loop's clock; 0: none yet */
	mc_time until;                /* of -w, loop's clock; MC_NEVER: no end */
	mc_time next_lap, next_line;
	uint64_t packets, bytes;      /* of all that was taken */
	uint64_t misplaced;           /* IPv6: joined on another interface */
	uint64_t left;                /* of -c; UINT64_MAX: no end */
	int32_t rcvbuf;               /* granted */
	uint64_t dropped;             /* by all sockets, as of recv_look ... */
	uint64_t dropped_before;      /* ... and before all counts began */
	struct hot hot;
	bool end_seen;                /* a stream said that it is over: look whether all did */
	bool stop, lingers, hurry;    /* to end; left, and watching; at once */
	int code;                     /* EXIT_CANNOT: something could not be written, and that was said */
};

/* What a run came to: the sums, and what of them was not wanted. */
struct recv_sums {
	uint64_t packets, bytes, lost, received, lost_socket, dropped_socket, dropped_interface,
		other_packets;
	mc_time time;     /* it ran */
	int code;         /* EXIT_GOOD or EXIT_NO */
	char verdict[1024]; /* "good", or what was not wanted, in words */
	uint64_t reasons, unsaid; /* things that were not wanted; of them, those there is no room for in it */
};

/* recv_open opens all that is asked for and gives up privileges. 0, or refused. words: the arguments. */
int recv_open(struct recv *r, int argc, char **argv);
void recv_close(struct recv *r);

/* recv_run goes on until it is over; leaves the groups, and lingers. recv_events has the loop tell of
 * signals and standard input: 0 or -errno. recv_on_port is listen_set.ready. */
void recv_run(struct recv *r);
int recv_events(struct recv *r);
void recv_on_port(struct mc_watch *w);

/* recv_look looks at the counters of sockets and interfaces, and counts what waited for it: before all
 * is summed. */
void recv_look(struct recv *r);

/* recv_reset begins all counts anew. */
void recv_reset(struct recv *r);

/* recv_sum sums up, as of the last recv_look, and judges (sums.c). */
void recv_sum(const struct recv *r, struct recv_sums *ret);

/* recv_take takes what a socket has, up to a batch: how many datagrams or trains (take.c). */
int recv_take(struct recv *r, const struct port *p);

/* recv_add adds a copy of a target, joined, and an ear for each of its listeners. While it is being
 * opened it is only noted, for listen_open. 0, or refused. */
int recv_add(struct recv *r, const struct recv_target *t);

/* recv_leave leaves a listener's group, and forgets the listener; after one or more of them recv_left
 * tells their streams (ears.c). */
void recv_leave(struct recv *r, struct listener *l);
void recv_left(struct recv *r);

/* recv_changed is listen_set.changed. */
void recv_changed(void *arg, const struct listener *l, const struct member *m, bool joined, const char *why);

#endif
