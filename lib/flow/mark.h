/*
 * mark.h - what a datagram tells of itself: a session, a number, a time, by a header of one of the kinds that
 * are known. It is octets in, a mark out; what follows from numbers and times is others' business.
 *
 * Known are: probe (probe.h; questions for a clock and their answers are no datagrams of a stream); RTP (RFC
 * 3550 5.1: session is the SSRC, 16-bit numbers, times in ticks); MPEG transport stream by itself (ISO
 * 13818-1 2.4.3: no number for the datagram; see ts.h); iperf 2 (UDP, see guise.h: a 32-bit number, or
 * 64-bit where its flag says so, and the time; negative: the end); mcjoin (text: "Sender PID n, MC group g
 * ... count: n, freq: n", from 0); and any feed's number at an offset that the user names.
 */
#ifndef MC_MARK_H
#define MC_MARK_H

#include <mcast/base.h>

enum mc_format {
	MC_FORMAT_AUTO, /* to be found out */
	MC_FORMAT_NONE, /* nothing that is known: counted only */
	MC_FORMAT_PROBE,
	MC_FORMAT_RTP,
	MC_FORMAT_TS,
	MC_FORMAT_IPERF,
	MC_FORMAT_MCJOIN,
	MC_FORMAT_AT,
};

/* mc_format_name gives "probe", "rtp", "ts", "iperf", "mcjoin", "seq-at", "none", "auto". */
const char *mc_format_name(enum mc_format f);

/* Where a feed has its number: from 0, 1 to 8 octets. */
struct mc_at {
	uint32_t offset;
	uint8_t octets;
	bool little;
};

struct mc_mark {
	uint64_t session; /* 0 where the format has none */
	uint64_t seq;     /* as it stands there */
	uint8_t bits;     /* how wide that is: it wraps at 2^bits; 0: not numbered. iperf's flag is not in
			   * every datagram of a stream: 64 may be followed by 32 */
	bool end;         /* no datagram of the stream, but its end: seq is the last number */
	bool ticks;       /* time is RTP's, in ticks of its clock, 32 bits */
	uint16_t train;   /* 0: not told */
	mc_time time;     /* of sending, by the sender's clock, since 1970; 0: not told */
	uint8_t payload_type; /* RTP */
};

/* mc_mark_read reads the mark of a format (not AUTO; of NONE it is all zeros): true; false: the datagram is
 * not of that format. at is asked for MC_FORMAT_AT alone. */
bool mc_mark_read(struct mc_mark *ret, enum mc_format f, const struct mc_at *at, const void *data,
		  size_t len);

/* mc_sniff finds out a stream's format by its first datagrams: MC_FORMAT_AUTO as long as it needs more. One
 * header that can be recognised for certain (probe, mcjoin) is enough, so are four transport packets on end,
 * in one datagram or more; RTP and iperf need three that agree with each other (RTP: version 2, one SSRC,
 * numbers that follow; iperf: numbers that follow, times that do not go back and are within a day of `now`,
 * CLOCK_REALTIME). After 16 it is MC_FORMAT_NONE. All zeros is its beginning. */
struct mc_sniff {
	unsigned seen;
	unsigned rtp, iperf;     /* that agreed so far */
	unsigned ts;             /* transport packets on end */
	struct mc_mark last_rtp, last_iperf;
};
enum mc_format mc_sniff(struct mc_sniff *s, const void *data, size_t len, mc_time now);

/* mc_mark_payload gives where what the user sent begins: behind the header of a probe, of RTP (CSRCs,
 * extension and padding taken away), 0 for all else. */
size_t mc_mark_payload(enum mc_format f, const void *data, size_t len, size_t *ret_len);

#endif
