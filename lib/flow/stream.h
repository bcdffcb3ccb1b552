/*
 * stream.h - one stream, measured: what one sender sends to one group and port, from its datagrams as they
 * come. It puts together what the other parts of this floor count one by one.
 *
 * A train of probes that follow each other is accounted at once, at a few nanoseconds each; everything else
 * one by one. A stream begins anew, its sums kept, when its session changes, or when its numbers jump back,
 * or far ahead where they are narrow, and go on from there (RFC 3550 A.1, with the window of seq.h in place
 * of its limits, so that all within the window is exact). Probes' numbers never jump back within a session.
 * iperf's times tell a new beginning from duplicates; with other formats one within the window looks like
 * them.
 */
#ifndef MC_STREAM_H
#define MC_STREAM_H

#include "flow/burst.h"
#include "flow/delay.h"
#include "flow/gaps.h"
#include "flow/mark.h"
#include "flow/seq.h"
#include "flow/ts.h"

/* A datagram, or a train of them of `segment` octets each (the last may be shorter), as it came. */
struct mc_arrival {
	const uint8_t *data;
	size_t len, segment;
	mc_time time;   /* CLOCK_REALTIME */
	uint32_t drops; /* of the socket, when this was queued: cumulative */
	int32_t ttl, tos; /* -1: not known */
};

/* What a stream's numbers tell: of all its sessions together. */
struct mc_stream_sums {
	uint64_t received; /* distinct numbers */
	uint64_t
		lost; /* missing between the first that was seen and the last; with a known end, up to that */
	uint64_t lost_socket; /* of them, in the socket */
	uint64_t reordered, duplicates;
	uint64_t old;      /* so late that they may be duplicates: counted as neither */
};

struct mc_stream {
	/* set by the caller before the first datagram */
	enum mc_format format; /* AUTO: to be found out */
	struct mc_at at;
	uint32_t rtp_clock;    /* ticks a second; 0: by the payload type, where that has one */
	struct mc_clock *clock; /* of its sender; NULL: no delays */
	/* Asked once for it, when there is a time of sending that can be compared; NULL: nobody. */
	struct mc_clock *(*whose)(void *arg);
	void *whose_arg;
	/* Told of each number that is not an end, as it was sent, once it was counted; NULL: nobody. */
	void (*marked)(void *arg, const struct mc_mark *m, mc_time came);
	void *marked_arg;
	/* what came */
	uint64_t packets, bytes;
	mc_time first, last;   /* arrivals */
	uint32_t shortest, longest; /* octets */
	uint8_t ttl_min, ttl_max; /* where has_ttl */
	bool has_ttl;
	uint64_t dscp;         /* a bit for each that was seen */
	uint64_t ect;          /* datagrams with ECN's CE mark */
	uint32_t train_came, train_sent; /* longest train as received (1: none), and as the sender told */
	uint64_t unmarked;     /* datagrams that were not of the format, or came before it was known */
	bool numbered;         /* there were numbers */
	bool ended;            /* the sender said so */
	bool paused;           /* mc_stream_pause, in this session */
	uint8_t bits;          /* of the numbers as sent: what was widened is to be shown modulo 2^bits */
	uint64_t session;
	uint64_t sessions;     /* 1 more than restarts; 0: no number seen */
	uint64_t first_seq;    /* of the latest session, the lowest */
	struct mc_sniff sniff;
	struct mc_stream_early *early; /* until the format is known: what RTP or iperf would tell */
	struct mc_seq seq;     /* of the latest session, numbers widened to 64 bits */
	struct mc_stream_sums past; /* of the sessions before */
	uint64_t socket_before; /* lost_socket of gaps when the session began */
	uint64_t end_seq;
	struct mc_stream_before { /* the session before: its late datagrams do not bring it back */
		bool known;
		uint64_t session, highest;
		mc_time newest;
	} before;
	uint32_t late;         /* datagrams of it since the last new one of this session */
	mc_time newest;        /* the latest time of sending in this session, where formats need it */
	struct mc_stream_odd { /* a number that does not fit, as long as none follows on it: counted as old */
		uint64_t seq;
		mc_time at;
		uint32_t n;    /* how often it came; 0: there is none */
		uint64_t dropped;
	} odd;
	uint32_t drops;        /* of the socket, as of the last datagram of this stream */
	bool has_drops;
	struct mc_gaps gaps;
	struct mc_delay delay;
	struct mc_burst burst;
	struct mc_ts *ts;      /* allocated with the first transport packets, in datagrams or in RTP */
	uint32_t ticks_clock;  /* of RTP, in force; 0: not known */
	uint64_t ticks;        /* of the last one, widened */
};

/* All zeros, and what is to be set by the caller, is a stream of which nothing was seen. gaps.most is set by
 * the caller, too. */
void mc_stream_free(struct mc_stream *s);

/* mc_stream_take takes what came. */
void mc_stream_take(struct mc_stream *s, const struct mc_arrival *a);

/* mc_stream_pause: what was sent since the last that came was not wanted. The sums are kept, and numbers
 * begin with the next one. */
void mc_stream_pause(struct mc_stream *s);

/* mc_stream_sum gives the sums of all sessions up to now. */
void mc_stream_sum(const struct mc_stream *s, struct mc_stream_sums *ret);

/* mc_stream_missed gives how many of the latest session were sent before the first that was seen, where
 * numbers tell that: a probe's begin with 1. -1: not known. */
int64_t mc_stream_missed(const struct mc_stream *s);

#endif
