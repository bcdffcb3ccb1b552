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

/* recv_still_coming tells whether a stream was coming when the watch ended, so that it takes longer than
 * that to leave; recv_goes_on the same of n datagrams that came on end from some time on, the last of them
 * at another: that at the end there was no pause to speak of. */
bool recv_still_coming(const struct recv *r, const struct recv_stream *s);
bool recv_goes_on(mc_time began, uint64_t n, mc_time last, mc_time end);

/* recv_longest_train is the longer of what left and what came as one: 1 or less where there were none. */
uint32_t recv_longest_train(const struct recv_stream *s);

/* recv_delays gives the delays that were counted, or NULL. */
const struct mc_hist *recv_delays(const struct recv_stream *s);

/* recv_none_of gives how many a stream had, of which nothing came but its end; else 0 or less. */
int64_t recv_none_of(const struct recv_stream *s);

/* recv_number gives a number as the datagram has it: those of few bits are widened where they are counted. */
uint64_t recv_number(const struct recv_stream *s, uint64_t n);

/* recv_gap_text says where a gap was lost, as what follows on how many it has; empty: on the way. Returns
 * buf. */
#define RECV_GAP_SIZE 64
char *recv_gap_text(const struct mc_gap *g, char buf[RECV_GAP_SIZE]);

/* recv_compared gives how many numbers of two paths could be compared. */
uint64_t recv_compared(const struct mc_pair *p);

/* recv_offset tells how many groups one lies behind the first of a target: of those that are its own, less
 * than its count. */
uint64_t recv_offset(const struct mc_target *t, const struct mc_addr *group);

/* recv_listener gives the first, or the next, listener that holds the first group of a target; NULL: there
 * is no more. *at: where it goes on, 0 at first, for targets one after the other as they stand. What has no
 * listener of its own, as its source was added to another target's, has that. */
const struct listener *recv_listener(const struct recv *r, size_t target, bool first, size_t *at);

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
void recv_interval_take(struct recv_stream *s, mc_time time, struct recv_interval *ret);

/* The point of a second that is over, ago seconds back (0: the last one); false: it was before there was
 * anything to count. */
bool recv_second(const struct recv *r, const struct recv_stream *s, uint32_t ago, struct recv_point *ret);

/* recv_worst gives all streams, the worst loss first, then the most lost, then as they came: to be freed;
 * NULL: no memory, or no streams. */
const struct recv_stream **recv_worst(const struct recv_streams *t);

/* recv_lossless counts those that have numbers of which none is missing. */
size_t recv_lossless(const struct recv_stream *const *v, size_t n);

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
