/*
 * ts.h - an MPEG transport stream in datagrams, by its continuity counters (ISO 13818-1 2.4.3.3): 4 bits for
 * each PID, so what is lost is known modulo 16. Duplicates of one packet are allowed once, discontinuities
 * that the stream announces are none, packets without payload do not count, nor does PID 0x1fff. A packet
 * with an error is counted as such and not looked into; it is missing where it should have been.
 */
#ifndef MC_TS_H
#define MC_TS_H

#include <mcast/base.h>

#define MC_TS_PACKET 188

struct mc_ts {
	uint64_t packets;         /* of 188 octets */
	uint64_t discontinuities; /* places where a counter did not follow */
	uint64_t lost;            /* packets that are missing there, at least */
	uint64_t errors;          /* transport_error_indicator, sync octets that are wrong, packets cut off */
	uint64_t scrambled;
	uint32_t pids;            /* that were seen, 0x1fff not among them */
	uint8_t last[8192];       /* of each PID: the counter, and what is known of it */
};

/* mc_ts_is tells whether a datagram's payload is whole packets, each with its sync octet. */
bool mc_ts_is(const void *data, size_t len);

/* mc_ts_take takes a payload that is, or should be. All zeros is a stream of which nothing was seen. */
void mc_ts_take(struct mc_ts *t, const void *data, size_t len);

#endif
