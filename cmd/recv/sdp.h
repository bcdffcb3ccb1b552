/*
 * sdp.h - a session description (RFC 8866) as targets: which groups, ports and sources it names, and what of
 * it helps to measure them. What it says of codecs, clocks and times is left out.
 *
 * Source filters are those of RFC 4570, sets of duplicates those of RFC 7104: sections that a=group:DUP
 * names by their a=mid, or the sources or groups of one section with a=ssrc-group:DUP. SMPTE ST 2110 and
 * AES67 describe their streams so.
 */
#ifndef RECV_SDP_H
#define RECV_SDP_H

#include <mcast/base.h>

#define SDP_LONGEST 65536
#define SDP_WORD 16 /* of names: what is longer is cut off */

/* One group (or several in a row) and port, from one source, from all but one, or from any: as many of these
 * as the filter has sources. */
struct sdp_stream {
	struct mc_target target;
	bool exclude;         /* its source is one that is not wanted */
	unsigned section;     /* which m= line, from 0 */
	char media[SDP_WORD]; /* "video", "audio", ... */
	char mid[SDP_WORD];   /* empty: it has none */
	bool rtp;
	uint8_t payload_type; /* of RTP: the first of those it lists */
	uint32_t clock;       /* ticks a second of that one, by its rtpmap; 0: not told */
	int duplicate;        /* which set of duplicates it belongs to, from 0; -1: none */
	int leg;              /* which of the set, from 0, as the set lists them */
};

struct sdp {
	struct sdp_stream *v; /* in the order of the file */
	size_t n;
	int duplicates;       /* sets */
};

/* sdp_parse reads a text of SDP_LONGEST octets at most, with LF or CRLF. 0; -EINVAL, and why says in one
 * clause which line is wrong, and what next; -ENOMEM. */
int sdp_parse(struct sdp *ret, const char *text, size_t len, char *why, size_t cap);
void sdp_free(struct sdp *s);

#endif
