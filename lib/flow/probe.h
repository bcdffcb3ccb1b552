/*
 * probe.h - the datagram header that ping and send put in front of their payload.
 *
 * 32 octets, network byte order: magic "mcst", version, kind, train (2 octets), session, sequence, time of
 * sending. An echo server returns it untouched and need not know it. Behind it the datagram is filled with a
 * pattern that depends on the offset alone, so that a reply can be checked without keeping what was sent.
 *
 * A receiver asks a sender for its clock with a datagram of MC_PROBE_CLOCK_LEN octets by unicast, to the
 * address and port that the stream comes from: kind MC_PROBE_ASK, the stream's session, a number and a time
 * of the asker's own. The answer is as long, so that nothing is amplified: kind MC_PROBE_TELL, those three
 * as they were, and behind the header the times at which the question came and the answer left (8 octets
 * each, nanoseconds since 1970).
 */
#ifndef MC_PROBE_H
#define MC_PROBE_H

#include <mcast/base.h>

#define MC_PROBE_LEN 32
#define MC_PROBE_CLOCK_LEN 48

enum mc_probe_kind {
	MC_PROBE_ECHO = 0,   /* of ping: to be returned */
	MC_PROBE_STREAM = 1, /* of send: numbered from 1 in each stream */
	MC_PROBE_END = 2,    /* of send: the stream is over; seq is the number of its last datagram */
	MC_PROBE_ASK = 3,
	MC_PROBE_TELL = 4,
};

struct mc_probe {
	uint64_t session; /* random, one a run: tells our replies from anybody else's */
	uint64_t seq;
	mc_time time;   /* CLOCK_REALTIME of sending */
	uint16_t train; /* of a stream: datagrams that left in one call, this one among them; 0, 1: alone */
	uint8_t kind;
};

/* mc_probe_fill writes the pattern into buf, from octet MC_PROBE_LEN on; once is enough for a
 * buffer whose header is written again and again. */
void mc_probe_fill(void *buf, size_t len);

/* mc_probe_write writes the header; len must be at least MC_PROBE_LEN. */
void mc_probe_write(void *buf, const struct mc_probe *p);

/* mc_probe_next changes a header that mc_probe_write wrote to another number and time: for many of one
 * stream, at a fraction of the cost. */
void mc_probe_next(void *buf, uint64_t seq, mc_time time);

/* mc_probe_read reads the header: 0, or MC_ERR_PROBE (too short, wrong magic or version). */
int mc_probe_read(struct mc_probe *ret, const void *buf, size_t len);

/* mc_probe_intact tells whether everything behind the header is the pattern. */
bool mc_probe_intact(const void *buf, size_t len);

/* mc_probe_ask writes a question, MC_PROBE_CLOCK_LEN octets; time is the asker's own. */
void mc_probe_ask(void *buf, uint64_t session, uint64_t number, mc_time time);

/* mc_probe_tell turns a question, MC_PROBE_CLOCK_LEN octets, into its answer, in place. */
void mc_probe_tell(void *buf, mc_time came, mc_time left);

/* mc_probe_told reads an answer: 0, or MC_ERR_PROBE. */
int mc_probe_told(struct mc_probe *ret, mc_time *ret_came, mc_time *ret_left, const void *buf, size_t len);

#endif
