/*
 * figures.h - what follows from a stream's counts: rates, loss, latencies, intervals; which streams are
 * worst. For all who tell of them, text, JSON or table, so that they tell the same.
 */
#ifndef RECV_FIGURES_H
#define RECV_FIGURES_H

#include "recv/run.h"

/* recv_loss gives the share that was lost, 0 to 1. */
double recv_loss(uint64_t lost, uint64_t received);

/* Packets and bits of payload a second between the first and the last of n that came within a time: the
 * first one is where it begins. known false: less than two, or all at once. */
struct recv_rate {
	bool known;
	double pps, bps;
};
struct recv_rate recv_rate(uint64_t packets, uint64_t bytes, mc_time time);
struct recv_rate recv_rate_of(const struct recv_stream *s);

/* From the join to the first datagram (now, where it is being taken), and from leaving to the last: MC_NEVER
 * where that is not known. */
mc_time recv_join_latency(const struct recv_stream *s);
mc_time recv_leave_latency(const struct recv_stream *s);

/* recv_longest_train is the longer of what left and what came as one: 1 or less where there were none. */
uint32_t recv_longest_train(const struct recv_stream *s);

/* recv_delays gives the delays that were counted, or NULL. */
const struct mc_hist *recv_delays(const struct recv_stream *s);

/* recv_numbered tells whether any stream has numbers, so that loss is known at all. */
bool recv_numbered(const struct recv_streams *t);

/* What came of a stream since the last line of --interval. */
struct recv_interval {
	uint64_t packets, bytes;
	int64_t lost; /* below 0: what was lost before came late */
	uint64_t reordered, duplicates;
	double pps, bps;
	mc_time delay_mean, delay_max; /* MC_NEVER: none */
};

/* recv_interval_take gives that, of a time that was so long, and begins anew. */
void recv_interval_take(const struct recv *r, struct recv_stream *s, mc_time time, struct recv_interval *ret);

/* The point of a second that is over, ago seconds back (0: the last one); false: it was before there was
 * anything to count. */
bool recv_second(const struct recv *r, const struct recv_stream *s, uint32_t ago, struct recv_point *ret);

/* recv_worst gives all streams, the worst loss first, then the most lost, then as they came: to be freed;
 * NULL: no memory, or no streams. */
const struct recv_stream **recv_worst(const struct recv_streams *t);

/* A stream's name: "10.0.0.1:40001 > 239.1.1.1:5000", with its interface " on eth0" where that is wanted. */
#define RECV_NAME_SIZE (2 * (MC_ADDR_STRLEN + sizeof "[]:65535") + 4 * MC_IFNAME_SIZE + sizeof " >  on ")
char *recv_name(const struct recv_stream *s, bool on, char buf[RECV_NAME_SIZE]);

/* recv_spread tells whether streams came by more than one interface. */
bool recv_spread(const struct recv_streams *t);

/* Times, rates and shares as people read them: "18.3 us", "79.99 Mbit/s", "0.01 %". They return buf. */
#define RECV_TEXT_SIZE 32
char *recv_time_text(mc_time t, char buf[RECV_TEXT_SIZE]);
char *recv_pps_text(double pps, char buf[RECV_TEXT_SIZE]);
char *recv_bps_text(double bps, char buf[RECV_TEXT_SIZE]);
char *recv_share_text(double share, char buf[RECV_TEXT_SIZE]);

#endif
