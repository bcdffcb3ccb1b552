/*
 * mark.c - the headers of datagrams that carry a number, read; and a stream's format found out by them. It
 * knows no stream beyond the few datagrams that the finding out takes.
 *
 * RFC 3550 5.1 and A.1 (RTP), RFC 5761 4 (RTCP on the same port), iperf 2.1's UDP datagrams, mcjoin 2's text.
 */
#include "flow/mark.h"

#include "base/rdwr.h"
#include "flow/probe.h"
#include "flow/ts.h"

#define SNIFF_MOST 16
#define AGREE 3         /* datagrams of RTP and iperf that must agree */
#define AGREE_TS 4      /* transport packets */
#define STEP_MOST 100   /* how far numbers of neighbours may be apart: some were lost */
#define DAY (86400 * MC_SEC)
#define MCJOIN_HEAD 256 /* where its text must have said all: a group and four numbers take less */

const char *mc_format_name(enum mc_format f)
{
	static const char *const names[] = {
		[MC_FORMAT_AUTO] = "auto",     [MC_FORMAT_NONE] = "none", [MC_FORMAT_PROBE] = "probe",
		[MC_FORMAT_RTP] = "rtp",       [MC_FORMAT_TS] = "ts",     [MC_FORMAT_IPERF] = "iperf",
		[MC_FORMAT_MCJOIN] = "mcjoin", [MC_FORMAT_AT] = "seq-at",
	};

	return names[f];
}

static bool read_probe(struct mc_mark *ret, const void *data, size_t len)
{
	struct mc_probe p;

	if (mc_probe_read(&p, data, len) || p.kind == MC_PROBE_ASK || p.kind == MC_PROBE_TELL)
		return false;
	*ret = (struct mc_mark){ .bits = 64 };
	ret->session = p.session;
	ret->seq = p.seq;
	ret->end = p.kind == MC_PROBE_END;
	ret->train = p.train;
	ret->time = p.time;
	return true;
}

/* ---- RTP ---- */

/* RTCP on RTP's port: packet types 192 to 223, which as payload types come with the marker (RFC 5761 4); the
 * payload types that stand for the first five are reserved without it, too (RFC 3551 6). */
static bool is_rtcp(uint8_t second)
{
	uint8_t type = second & 0x7f;

	return (second >= 192 && second <= 223) || (type >= 72 && type <= 76);
}

/* Reads up to the payload, and takes the padding off its end. */
static bool read_rtp(struct mc_mark *ret, struct mc_rd *r)
{
	uint8_t first = mc_rd_u8(r), second = mc_rd_u8(r), padding;
	struct mc_mark m = { .bits = 16, .ticks = true, .payload_type = second & 0x7f };

	m.seq = mc_rd_u16(r);
	m.time = mc_rd_u32(r);
	m.session = mc_rd_u32(r);
	mc_rd_skip(r, 4u * (first & 0xf)); /* CSRCs */
	if (first & 0x10) {
		mc_rd_u16(r); /* by profile */
		mc_rd_skip(r, 4u * mc_rd_u16(r));
	}
	if (!mc_rd_ok(r) || first >> 6 != 2 || is_rtcp(second))
		return false;
	if (first & 0x20) {
		padding = r->base[r->len - 1];
		if (padding == 0 || padding > mc_rd_left(r))
			return false;
		r->len -= padding;
	}
	*ret = m;
	return true;
}

/* ---- iperf ---- */

/* Of its flags: the number has 64 bits, and those that are never set. Where a file is sent there are flags
 * in the first datagram, and the file's text in the others, which sets some of them. */
#define IPERF_LONG 0x08000000u
#define IPERF_NEVER 0x00fc0000u

/* Low half of the number, seconds, microseconds, high half, flags; as much of it as the datagram has. Of 32
 * bits or 64, it is a signed number; the last datagram has that of its own negated, which is one more than
 * the number of the last that counts. */
static bool read_iperf(struct mc_mark *ret, const void *data, size_t len)
{
	struct mc_rd r = { .base = data, .len = len }, more;
	uint32_t low = mc_rd_u32(&r), sec = mc_rd_u32(&r), usec = mc_rd_u32(&r), high;
	struct mc_mark m = { .bits = 32, .time = sec * MC_SEC + usec * (MC_MSEC / 1000) };

	if (!mc_rd_ok(&r) || usec >= 1000000)
		return false;
	more = r;
	high = mc_rd_u32(&more);
	if ((mc_rd_u32(&more) & (IPERF_LONG | IPERF_NEVER)) == IPERF_LONG)
		m.bits = 64;
	else
		high = 0;
	m.seq = (uint64_t)high << 32 | low;
	m.end = m.seq >> (m.bits - 1) & 1;
	if (m.end)
		m.seq = ~m.seq & UINT64_MAX >> (64 - m.bits);
	*ret = m;
	return true;
}

/* ---- mcjoin ---- */

static bool take_text(struct mc_rd *r, const char *text)
{
	size_t n = strlen(text);

	if (mc_rd_left(r) < n || memcmp(r->base + r->off, text, n) != 0)
		return false;
	return mc_rd_skip(r, n);
}

/* Up to 19 digits, which no 64 bits overflow. */
static bool take_number(struct mc_rd *r, uint64_t *ret)
{
	size_t from = r->off;
	uint64_t v = 0;

	while (mc_rd_left(r) && r->base[r->off] >= '0' && r->base[r->off] <= '9')
		v = v * 10 + mc_rd_u8(r) - '0';
	*ret = v;
	return r->off > from && r->off - from < 20;
}

/* The comma behind the number: a datagram that is too short for the text is cut off within it. */
static bool read_mcjoin(struct mc_mark *ret, const void *data, size_t len)
{
	struct mc_rd r = { .base = data, .len = len < MCJOIN_HEAD ? len : MCJOIN_HEAD };
	struct mc_mark m = { .bits = 64 };

	if (!take_text(&r, "Sender PID ") || !take_number(&r, &m.session))
		return false;
	while (!take_text(&r, "count: "))
		if (!mc_rd_skip(&r, 1))
			return false;
	if (!take_number(&r, &m.seq) || !take_text(&r, ","))
		return false;
	*ret = m;
	return true;
}

static bool read_at(struct mc_mark *ret, const struct mc_at *at, const uint8_t *data, size_t len)
{
	struct mc_mark m = { .bits = (uint8_t)(8 * at->octets) };

	if (at->offset > len || len - at->offset < at->octets)
		return false;
	for (size_t i = 0; i < at->octets; i++)
		m.seq = m.seq << 8 | data[at->offset + (at->little ? at->octets - 1 - i : i)];
	*ret = m;
	return true;
}

bool mc_mark_read(struct mc_mark *ret, enum mc_format f, const struct mc_at *at, const void *data, size_t len)
{
	struct mc_rd r = { .base = data, .len = len };

	switch (f) {
	case MC_FORMAT_PROBE:
		return read_probe(ret, data, len);
	case MC_FORMAT_RTP:
		return read_rtp(ret, &r);
	case MC_FORMAT_IPERF:
		return read_iperf(ret, data, len);
	case MC_FORMAT_MCJOIN:
		return read_mcjoin(ret, data, len);
	case MC_FORMAT_AT:
		return read_at(ret, at, data, len);
	case MC_FORMAT_TS:
		if (!mc_ts_is(data, len))
			return false;
		break;
	case MC_FORMAT_AUTO:
	case MC_FORMAT_NONE:
		break;
	}
	*ret = (struct mc_mark){ 0 };
	return true;
}

/* ---- finding out ---- */

/* How many have agreed, with one more that is `next` of those before. The same number again tells nothing. */
static unsigned agreed(unsigned before, const struct mc_mark *last, const struct mc_mark *next)
{
	uint64_t step = (next->seq - last->seq) & UINT64_MAX >> (64 - next->bits);

	if (before == 0 || next->session != last->session || step > STEP_MOST)
		return 1;
	return before + (step > 0);
}

static bool sniff_rtp(struct mc_sniff *s, const void *data, size_t len)
{
	struct mc_mark m;

	if (!mc_mark_read(&m, MC_FORMAT_RTP, NULL, data, len))
		return false;
	s->rtp = agreed(s->rtp, &s->last_rtp, &m);
	s->last_rtp = m;
	return s->rtp >= AGREE;
}

static bool sniff_iperf(struct mc_sniff *s, const void *data, size_t len, mc_time now)
{
	struct mc_mark m;

	if (!read_iperf(&m, data, len) || m.end || m.time + DAY < now || m.time > now + DAY)
		return false;
	s->iperf = m.time < s->last_iperf.time ? 1 : agreed(s->iperf, &s->last_iperf, &m);
	s->last_iperf = m;
	return s->iperf >= AGREE;
}

/* Packets whose adaptation field control is none (ISO 13818-1 2.4.3.3) are no proof: a payload may well
 * repeat one octet. */
static bool sniff_ts(struct mc_sniff *s, const uint8_t *data, size_t len)
{
	bool is = mc_ts_is(data, len);

	for (size_t i = 0; is && i < len; i += MC_TS_PACKET)
		is = data[i + 3] & 0x30;
	s->ts = is ? s->ts + (unsigned)(len / MC_TS_PACKET) : 0;
	return s->ts >= AGREE_TS;
}

enum mc_format mc_sniff(struct mc_sniff *s, const void *data, size_t len, mc_time now)
{
	struct mc_mark m;

	if (s->seen >= SNIFF_MOST)
		return MC_FORMAT_NONE;
	s->seen++;
	if (read_probe(&m, data, len))
		return MC_FORMAT_PROBE;
	if (read_mcjoin(&m, data, len))
		return MC_FORMAT_MCJOIN;
	if (sniff_ts(s, data, len))
		return MC_FORMAT_TS;
	if (sniff_rtp(s, data, len))
		return MC_FORMAT_RTP;
	if (sniff_iperf(s, data, len, now))
		return MC_FORMAT_IPERF;
	return s->seen < SNIFF_MOST ? MC_FORMAT_AUTO : MC_FORMAT_NONE;
}

size_t mc_mark_payload(enum mc_format f, const void *data, size_t len, size_t *ret_len)
{
	struct mc_rd r = { .base = data, .len = len };
	struct mc_mark m;

	if (f == MC_FORMAT_PROBE && read_probe(&m, data, len))
		r.off = MC_PROBE_LEN;
	else if (f == MC_FORMAT_RTP && !read_rtp(&m, &r))
		r = (struct mc_rd){ .base = data, .len = len };
	*ret_len = mc_rd_left(&r);
	return r.off;
}
