/*
 * guise.h - datagrams as other programs' senders write them, so that their receivers count ours: iperf 2 (of
 * `iperf -s -u`) and mcjoin 2. What they say is read by mark.h.
 *
 * iperf, 20 octets, network byte order: low half of the number, seconds and microseconds since 1970, high
 * half of the number, flags (one alone is set: that the number has 64 bits). A receiver looks at the flags
 * of the first datagram that it sees, whichever that is. Numbers begin with 1. The last datagram has the
 * number that follows, negated, and is counted, as iperf counts its own: 500 datagrams and their end are
 * "0/501". Without it there is no report. It may be sent again, in case it gets lost: what comes after the
 * first is ignored.
 *
 * mcjoin, text and a zero octet: "Sender PID n, MC group g ... count: n, freq: n"; numbers begin with 0,
 * freq is in milliseconds. There is no end. Its receiver has room for MC_GUISE_MCJOIN_MOST octets and no
 * more.
 */
#ifndef MC_GUISE_H
#define MC_GUISE_H

#include "flow/mark.h"

#define MC_GUISE_MCJOIN_MOST 1605

struct mc_guise {
	enum mc_format format; /* MC_FORMAT_IPERF or MC_FORMAT_MCJOIN */
	/* of mcjoin alone */
	struct mc_addr group;
	uint32_t pid;
	uint32_t period; /* ms from one datagram to the next */
};

/* mc_guise_least gives how long a datagram must be, whatever its number, and its group within the family
 * (none given: IPv6, whose groups are longer). */
size_t mc_guise_least(const struct mc_guise *g);

/* mc_guise_write writes the header into buf, at least mc_guise_least octets, and leaves what is behind it as
 * it is. seq is 1 for the first datagram, time is CLOCK_REALTIME. Returns the header's length. */
size_t mc_guise_write(const struct mc_guise *g, void *buf, uint64_t seq, mc_time time);

/* mc_guise_end writes the end of a stream whose last number was `last`. Returns the header's length; 0:
 * streams of this format just stop. */
size_t mc_guise_end(const struct mc_guise *g, void *buf, uint64_t last, mc_time time);

#endif
