/*
 * streams.h - the streams that are measured: what one sender's address and port sends to one group and port,
 * on one interface. A table of bounded size, found by a hash; none is ever forgotten.
 */
#ifndef RECV_STREAMS_H
#define RECV_STREAMS_H

#include <mcast/sock.h>

#include "flow/stream.h"
#include "listen.h"

struct sender;   /* clocks.h */
struct clocks;
struct recv_ear; /* run.h */
struct path;     /* paths.c */

#define RECV_STRIP 60    /* seconds of the strip of the live table */
#define RECV_SERIES \
	300 /* points of a series, at most: when full, neighbours are merged and the step doubles */

struct recv_point {
	uint32_t packets, lost; /* they stop at their top */
	uint64_t bytes;
	int64_t delay_mean, delay_max; /* ns; -1: none */
};

struct recv_series {
	mc_time step; /* a second at first */
	struct recv_point *v;
	uint32_t n, cap;
	uint32_t merged; /* laps in the last point so far, below step / second */
};

struct recv_stream {
	struct mc_stream flow;
	struct mc_addr group, source;
	uint16_t port, source_port;
	uint32_t ifindex;
	char ifname[MC_IFNAME_SIZE]; /* as it was when the stream came: the interface may go */
	const struct listener *listener; /* NULL: it was left */
	struct recv_ear *ear;   /* of that listener */
	struct sender *sender;  /* its clock; NULL: no times so far, or no room for it */
	struct clocks *clocks;  /* where to find it */
	mc_time joined;         /* CLOCK_REALTIME of the join that it came by; 0: not known */
	mc_time left;           /* of leaving; 0: not yet */
	uint64_t after_left;    /* that came on the interface after that, where it is watched */
	mc_time last_after;
	bool watched;           /* ... and it was */
	int path;               /* --redundant: 0 (A), 1 (B); -1 */
	struct path *place;     /* ... and which that is; NULL: none */
	size_t target;          /* of recv.targets: the one that it came by */
	struct recv_series series;
	struct recv_point
		strip[RECV_STRIP]; /* the last minute, a point a second: number n at n % RECV_STRIP */
	/* as of the last lap, by one second, and of the last line, by --interval */
	struct recv_lap {
		uint64_t packets, bytes, lost, reordered, duplicates;
		uint64_t delays; /* of the line: of mc_hist, n and sum */
		double delay_sum;
		uint32_t anew; /* mc_delay.anew: those before it are of another kind */
	} lap, line;
	uint32_t chain;
};

struct recv_streams {
	struct recv_stream **v; /* in the order in which they came */
	size_t n;
	size_t most;
	uint64_t other_packets, other_bytes; /* of those there was no room for */
	uint32_t laps;          /* seconds that were counted */
	uint32_t *bucket;
	size_t buckets;
	uint64_t seed[2];
};

int recv_streams_init(struct recv_streams *t, size_t most); /* 0 or -errno */
void recv_streams_free(struct recv_streams *t);

/* What tells a stream from all others. */
struct recv_key {
	const struct mc_addr *group, *source;
	uint16_t port, source_port;
	uint32_t ifindex;
};

struct recv_stream *recv_streams_get(const struct recv_streams *t, const struct recv_key *k);

/* recv_streams_find gives the stream of a datagram that came by a listener, or NULL; recv_streams_add
 * makes it, or gives NULL where there is no room. What is to be set before the first datagram is the
 * caller's. */
struct recv_stream *recv_streams_find(const struct recv_streams *t, const struct mc_dgram *d,
				      const struct listener *l);
struct recv_stream *recv_streams_add(struct recv_streams *t, const struct mc_dgram *d,
				     const struct listener *l);

/* recv_streams_lap closes a second: strips and series. */
void recv_streams_lap(struct recv_streams *t);

/* recv_streams_reset begins all counts anew; the streams stay. */
void recv_streams_reset(struct recv_streams *t);

#endif
