/*
 * stream.c - datagrams of one stream handed to those that count them: which numbers belong to which session,
 * where a stream begins anew (RFC 3550 A.1), where gaps open and fill, and the short way for trains of
 * probes. It reads no clock and no socket, and knows no header: mark.c does, but for the probe's, which the
 * short way compares.
 */
#include "flow/stream.h"

#include "base/rdwr.h"
#include "flow/probe.h"

#include <stdlib.h>
#include <string.h>

#define LEAP (1 << 20) /* further ahead than that, wide numbers wait for one that follows */
#define FAR (INT64_MAX - 2 * MC_SEQ_WINDOW) /* that a session's numbers span, so that their order shows */
#define FOLLOWS 64     /* numbers apart at most: the second of two that show a new beginning */
#define LATE_MOST 128  /* datagrams of the session before, with none of this: it is back */
#define YOUNG 1000     /* numbers of a session in which late ones of the one before may come */
#define EARLY_MOST 16  /* as many as mc_sniff takes */

/* What a datagram would tell if it were of a format that takes several to be known. */
struct mc_stream_early {
	unsigned n;
	struct early {
		struct mc_mark mark[2]; /* RTP, iperf */
		bool is[2];
		mc_time came;
		uint64_t dropped;
	} v[EARLY_MOST];
};

static const enum mc_format early_formats[2] = { MC_FORMAT_RTP, MC_FORMAT_IPERF };

void mc_stream_free(struct mc_stream *s)
{
	free(s->early);
	s->early = NULL;
	free(s->ts);
	s->ts = NULL;
	mc_gaps_free(&s->gaps);
	mc_delay_free(&s->delay);
}

/* ---- sums ---- */

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

/* The last number that is known to have been sent. */
static uint64_t top_of(const struct mc_stream *s)
{
	return s->ended && mc_seq_above(s->end_seq, s->seq.highest) ? s->end_seq : s->seq.highest;
}

void mc_stream_sum(const struct mc_stream *s, struct mc_stream_sums *ret)
{
	const struct mc_seq *q = &s->seq;
	uint64_t lost = q->received ? top_of(s) - q->first + 1 - q->received : 0;
	uint64_t socket = s->gaps.lost_socket - s->socket_before;

	*ret = s->past;
	ret->received += q->received;
	ret->lost = plus(ret->lost, lost);
	ret->lost_socket = plus(ret->lost_socket, socket < lost ? socket : lost);
	ret->reordered += q->reordered;
	ret->duplicates += q->duplicates;
	ret->old += q->old;
}

int64_t mc_stream_missed(const struct mc_stream *s)
{
	if (s->format != MC_FORMAT_PROBE || s->paused)
		return -1;
	if (s->seq.received)
		return s->seq.first <= INT64_MAX ? (int64_t)s->seq.first - 1 : -1;
	return s->ended && s->end_seq <= INT64_MAX ? (int64_t)s->end_seq : -1;
}

/* ---- sessions ---- */

/* Numbers begin with the next one; those up to now are in past. */
static void forget_numbers(struct mc_stream *s)
{
	s->ended = false;
	s->odd.n = 0;
	s->delay.began = false;
	s->socket_before = s->gaps.lost_socket;
	mc_gaps_anew(&s->gaps);
	memset(&s->seq, 0, sizeof(s->seq));
}

static void begin(struct mc_stream *s, uint64_t session)
{
	if (s->sessions++) {
		mc_stream_sum(s, &s->past);
		s->before = (struct mc_stream_before){ true, s->session, s->seq.highest, s->newest };
	}
	s->session = session;
	s->late = 0;
	s->newest = 0;
	s->paused = false;
	forget_numbers(s);
}

void mc_stream_pause(struct mc_stream *s)
{
	mc_stream_sum(s, &s->past);
	s->paused = true;
	forget_numbers(s);
}

/* A mark of another session: true where it is a late one of the session before. */
static bool is_late(struct mc_stream *s, const struct mc_mark *m)
{
	return s->before.known && m->session == s->before.session && ++s->late < LATE_MOST;
}

/* Makes sure that a mark's session is the one that counts; false: the mark is of the one before. */
static bool enter(struct mc_stream *s, const struct mc_mark *m)
{
	if (s->sessions && m->session == s->session)
		return true;
	if (s->sessions && is_late(s, m))
		return false;
	begin(s, m->session);
	return true;
}

/* ---- numbers ---- */

/* How far a number of some bits is ahead of another, by the shorter way round. */
static int64_t ahead_of(uint64_t seq, uint64_t other, uint8_t bits)
{
	return (int64_t)(mc_seq_widen(seq, other, bits) - other);
}

static uint64_t widen(const struct mc_stream *s, uint64_t seq, uint8_t bits)
{
	return s->seq.received ? mc_seq_widen(seq, s->seq.highest, bits) : seq;
}

/* Gaps by the first number of a session: what is missing up to an end that was told before it. */
static void gap_of_first(struct mc_stream *s, uint64_t seq, mc_time came)
{
	if (s->ended && s->end_seq - seq > FAR)
		s->ended = false; /* it lies behind what came, or nowhere near: that was no end of this */
	else if (s->ended && s->end_seq != seq)
		mc_gaps_open(&s->gaps, came, seq + 1, s->end_seq - seq, 0);
}

/* A number came that lies below the first one, or has been missing. */
static void gap_of_late(struct mc_stream *s, uint64_t seq, uint64_t first, mc_time came)
{
	if (!mc_seq_above(first, seq))
		mc_gaps_fill(&s->gaps, seq);
	else if (first - seq > 1)
		mc_gaps_open(&s->gaps, came, seq + 1, first - seq - 1, 0);
}

/* Counts a number that belongs to the session, and opens or fills its gap. */
static void place(struct mc_stream *s, uint64_t seq, mc_time came, uint64_t dropped)
{
	uint64_t top = top_of(s), first = s->seq.first;
	bool any = s->seq.received > 0;

	switch (mc_seq_note(&s->seq, seq)) {
	case MC_SEQ_NEW:
		s->odd.n = 0;
		s->late = 0;
		if (!any)
			gap_of_first(s, seq, came);
		else if (!mc_seq_above(seq, top))
			mc_gaps_fill(&s->gaps, seq); /* of those up to the end */
		else if (seq - top > 1)
			mc_gaps_open(&s->gaps, came, top + 1, seq - top - 1, dropped);
		break;
	case MC_SEQ_REORDERED:
		gap_of_late(s, seq, first, came);
		break;
	case MC_SEQ_DUPLICATE:
	case MC_SEQ_OLD:
		break;
	}
	s->first_seq = s->seq.first;
}

enum fit { FITS, LATE, ODD };

/* Of numbers without a session: whether one is a late one of those before the stream began anew. */
static bool is_of_before(struct mc_stream *s, const struct mc_mark *m, uint64_t seq, bool timed)
{
	if (!s->before.known || s->before.session != s->session)
		return false;
	if (timed)
		return m->time <= s->before.newest;
	return s->seq.received < YOUNG && mc_seq_above(seq, s->seq.highest) &&
	       seq - s->seq.highest >= MC_SEQ_WINDOW && s->before.highest - seq < MC_SEQ_WINDOW &&
	       ++s->late < LATE_MOST;
}

static enum fit judge(struct mc_stream *s, const struct mc_mark *m, uint64_t seq)
{
	bool timed = s->format == MC_FORMAT_IPERF && m->time;
	uint64_t behind = s->seq.highest - seq, ahead = 0 - behind;
	uint64_t most = m->bits <= 16 ? MC_SEQ_WINDOW : LEAP;

	if (is_of_before(s, m, seq, timed))
		return LATE;
	if (mc_seq_above(seq, s->seq.highest))
		return ahead < most && seq - s->seq.first <= FAR ? FITS : ODD;
	if (timed)
		return m->time > s->newest ? ODD : FITS;
	return behind < MC_SEQ_WINDOW || s->format == MC_FORMAT_PROBE ? FITS : ODD;
}

/* Two numbers that do not fit but follow each other: a long outage where numbers are wide, else a new
 * beginning. */
static void accept(struct mc_stream *s, const struct mc_mark *m, uint64_t seq, mc_time came)
{
	struct mc_stream_odd odd = s->odd;

	s->seq.old -= odd.n;
	if (m->bits <= 16 || !mc_seq_above(seq, s->seq.highest) || seq - s->seq.first > FAR - FOLLOWS)
		begin(s, s->session);
	for (uint32_t i = 0; i < odd.n; i++)
		place(s, widen(s, odd.seq, m->bits), odd.at, i == 0 ? odd.dropped : 0);
	place(s, widen(s, m->seq, m->bits), came, 0);
}

static void suspect(struct mc_stream *s, const struct mc_mark *m, uint64_t seq, mc_time came,
		    uint64_t dropped)
{
	int64_t apart = s->odd.n ? ahead_of(m->seq, s->odd.seq, m->bits) : INT64_MAX;

	if (apart && apart <= FOLLOWS && apart >= -FOLLOWS) {
		accept(s, m, seq, came);
		return;
	}
	s->seq.old++;
	if (apart == 0 && s->odd.n < FOLLOWS)
		s->odd.n++;
	else
		s->odd = (struct mc_stream_odd){ m->seq, came, 1, dropped };
}

/* False: it says nothing of this session. */
static bool note(struct mc_stream *s, const struct mc_mark *m, mc_time came, uint64_t dropped)
{
	uint64_t seq = 0;
	enum fit fit = LATE;

	if (enter(s, m)) {
		seq = widen(s, m->seq, m->bits);
		fit = s->seq.received ? judge(s, m, seq) : FITS;
	}
	if (fit == ODD)
		suspect(s, m, seq, came, dropped);
	else if (fit == FITS)
		place(s, seq, came, dropped);
	else
		s->seq.old++;
	if (m->time > s->newest && !s->odd.n && fit != LATE && !m->ticks)
		s->newest = m->time;
	return fit == FITS;
}

/* The end was told: what is missing up to it is a gap, once. */
static void take_end(struct mc_stream *s, const struct mc_mark *m, mc_time came, uint64_t dropped)
{
	uint64_t seq, top;

	if (!enter(s, m))
		return;
	s->numbered = true;
	seq = widen(s, m->seq, m->bits);
	if (s->seq.received) {
		top = top_of(s);
		if (seq - s->seq.first > FAR)
			return;
		if (mc_seq_above(seq, top))
			mc_gaps_open(&s->gaps, came, top + 1, seq - top, dropped);
	}
	if (!s->ended || mc_seq_above(seq, s->end_seq))
		s->end_seq = seq;
	s->ended = true;
	if (m->time > s->newest && !m->ticks)
		s->newest = m->time;
}

/* ---- times ---- */

static void take_time(struct mc_stream *s, mc_time sent, mc_time came, uint32_t n)
{
	if (sent == 0)
		return;
	if (s->whose) {
		s->clock = s->whose(s->whose_arg);
		s->whose = NULL;
	}
	if (s->clock)
		mc_delay_add(&s->delay, s->clock, sent, came, n);
	else
		mc_jitter_add(&s->delay, (int64_t)(came - sent), n);
}

/* Ticks a second of the payload types that have one (RFC 3551 6); 0: dynamic. */
static uint32_t clock_of(uint8_t payload_type)
{
	static const uint32_t clocks[35] = {
		[0] = 8000,   [3] = 8000,   [4] = 8000,   [5] = 8000,   [6] = 16000,  [7] = 8000,
		[8] = 8000,   [9] = 8000,   [10] = 44100, [11] = 44100, [12] = 8000,  [13] = 8000,
		[14] = 90000, [15] = 8000,  [16] = 11025, [17] = 22050, [18] = 8000,  [25] = 90000,
		[26] = 90000, [28] = 90000, [31] = 90000, [32] = 90000, [33] = 90000, [34] = 90000,
	};

	return payload_type < 35 ? clocks[payload_type] : 0;
}

static void take_ticks(struct mc_stream *s, const struct mc_mark *m, mc_time came)
{
	uint32_t clock = s->rtp_clock ? s->rtp_clock : clock_of(m->payload_type);
	uint64_t ns;

	if (clock != s->ticks_clock)
		s->delay.began = false;
	s->ticks_clock = clock;
	if (!clock)
		return;
	s->ticks += (uint64_t)ahead_of(m->time, s->ticks, 32);
	ns = s->ticks / clock * MC_SEC + s->ticks % clock * MC_SEC / clock;
	mc_jitter_add(&s->delay, (int64_t)(came - ns), 1);
}

/* ---- datagrams ---- */

static void note_header(struct mc_stream *s, const struct mc_arrival *a, uint32_t n)
{
	uint8_t ttl = (uint8_t)a->ttl;

	if (a->ttl >= 0) {
		s->ttl_min = s->has_ttl && s->ttl_min < ttl ? s->ttl_min : ttl;
		s->ttl_max = s->has_ttl && s->ttl_max > ttl ? s->ttl_max : ttl;
		s->has_ttl = true;
	}
	if (a->tos >= 0) {
		s->dscp |= UINT64_C(1) << (a->tos >> 2 & 63);
		s->ect += (a->tos & 3) == 3 ? n : 0;
	}
}

/* Counts n datagrams of some octets together, the longest and the shortest of them so long. */
static void count(struct mc_stream *s, const struct mc_arrival *a, uint32_t n, size_t octets, size_t longest,
		  size_t shortest)
{
	if (s->packets == 0) {
		s->first = a->time;
		s->shortest = (uint32_t)shortest;
	}
	s->last = a->time;
	s->packets += n;
	s->bytes += octets;
	if (shortest < s->shortest)
		s->shortest = (uint32_t)shortest;
	if (longest > s->longest)
		s->longest = (uint32_t)longest;
	note_header(s, a, n);
	mc_burst_add(&s->burst, a->time, n, octets);
}

static void take_packets(struct mc_stream *s, const uint8_t *data, size_t len)
{
	if (!s->ts)
		s->ts = calloc(1, sizeof(*s->ts));
	if (s->ts)
		mc_ts_take(s->ts, data, len);
}

/* Transport packets in RTP: by its payload type, or where they show. */
static void look_into(struct mc_stream *s, const struct mc_mark *m, const uint8_t *data, size_t len)
{
	size_t n, at = mc_mark_payload(MC_FORMAT_RTP, data, len, &n);

	if (n && (m->payload_type == 33 || (m->payload_type >= 96 && mc_ts_is(data + at, n))))
		take_packets(s, data + at, n);
}

static void take_mark(struct mc_stream *s, const struct mc_mark *m, mc_time came, uint64_t dropped)
{
	bool fits;

	s->numbered = true;
	s->bits = m->bits;
	if (m->train > s->train_sent)
		s->train_sent = m->train;
	fits = note(s, m, came, dropped);
	if (s->marked)
		s->marked(s->marked_arg, m, came);
	if (!fits)
		return;
	if (m->ticks)
		take_ticks(s, m, came);
	else
		take_time(s, m->time, came, 1);
}

/* ---- while the format is not known ---- */

static void remember(struct mc_stream *s, const struct mc_arrival *a, const uint8_t *data, size_t len,
		     uint64_t dropped)
{
	struct early *e;

	if (!s->early)
		s->early = calloc(1, sizeof(*s->early));
	if (!s->early || s->early->n == EARLY_MOST) {
		s->unmarked++;
		return;
	}
	e = &s->early->v[s->early->n++];
	e->came = a->time;
	e->dropped = dropped;
	for (size_t i = 0; i < 2; i++)
		e->is[i] = mc_mark_read(&e->mark[i], early_formats[i], &s->at, data, len) && !e->mark[i].end;
	if (e->is[0])
		look_into(s, &e->mark[0], data, len); /* what it holds is not kept */
}

/* The format is known: what came before it counts. */
static void recall(struct mc_stream *s)
{
	struct mc_stream_early *all = s->early;
	size_t which = s->format == MC_FORMAT_RTP ? 0 : s->format == MC_FORMAT_IPERF ? 1 : 2;

	s->early = NULL;
	if (which != 0) {
		free(s->ts);
		s->ts = NULL;
	}
	for (unsigned i = 0; all && i < all->n; i++) {
		struct early *e = &all->v[i];

		if (which < 2 && e->is[which])
			take_mark(s, &e->mark[which], e->came, e->dropped);
		else if (s->format != MC_FORMAT_NONE)
			s->unmarked++;
	}
	free(all);
}

/* False: it is still not known. */
static bool find_out(struct mc_stream *s, const struct mc_arrival *a, const uint8_t *data, size_t len,
		     uint64_t dropped)
{
	s->format = mc_sniff(&s->sniff, data, len, a->time);
	if (s->format == MC_FORMAT_AUTO) {
		remember(s, a, data, len, dropped);
		return false;
	}
	recall(s);
	return true;
}

/* ---- one datagram ---- */

static void take_marked(struct mc_stream *s, const struct mc_mark *m, const struct mc_arrival *a,
			const uint8_t *data, size_t len, uint64_t dropped)
{
	if (m->bits && m->bits <= 64)
		take_mark(s, m, a->time, dropped);
	if (s->format == MC_FORMAT_RTP)
		look_into(s, m, data, len);
	else if (s->format == MC_FORMAT_TS)
		take_packets(s, data, len);
}

static void take_one(struct mc_stream *s, const struct mc_arrival *a, const uint8_t *data, size_t len,
		     uint64_t dropped)
{
	struct mc_mark m = { 0 };
	bool known = s->format != MC_FORMAT_AUTO || find_out(s, a, data, len, dropped);
	bool marked = known && mc_mark_read(&m, s->format, &s->at, data, len);

	if (marked && m.end) {
		take_end(s, &m, a->time, dropped);
		return;
	}
	count(s, a, 1, len, len, len);
	if (marked)
		take_marked(s, &m, a, data, len, dropped);
	else if (known)
		s->unmarked++;
}

/* ---- trains of probes ---- */

static uint64_t octets8(const uint8_t *p)
{
	struct mc_rd r = { .base = p, .len = 8 };

	return mc_rd_u64(&r);
}

/* Whether a probe of the session is the next one. */
static bool is_next(const struct mc_stream *s, const uint8_t *p, size_t len)
{
	static const uint8_t head[6] = { 'm', 'c', 's', 't', 1, MC_PROBE_STREAM };

	return s->format == MC_FORMAT_PROBE && !s->ended && s->seq.received && len >= MC_PROBE_LEN &&
	       memcmp(p, head, sizeof(head)) == 0 && octets8(p + 8) == s->session &&
	       octets8(p + 16) == s->seq.highest + 1;
}

/* How many datagrams from p on differ in nothing but their numbers, which follow each other. */
static uint32_t run_of(const uint8_t *p, size_t len, size_t segment)
{
	uint64_t head, session, time, seq = octets8(p + 16);
	uint32_t n = 1;

	memcpy(&head, p, 8);
	memcpy(&session, p + 8, 8);
	memcpy(&time, p + 24, 8);
	while (len > segment && len - segment >= MC_PROBE_LEN) {
		uint64_t other[4];

		p += segment;
		len -= segment;
		memcpy(other, p, sizeof(other));
		if ((other[0] ^ head) | (other[1] ^ session) | (other[3] ^ time) |
		    (octets8(p + 16) ^ (seq + n)))
			break;
		n++;
	}
	return n;
}

/* Takes what follows on the highest number, all at once; the number of datagrams, 0 where there is none. */
static uint32_t take_run(struct mc_stream *s, const struct mc_arrival *a, const uint8_t *p, size_t len,
			 size_t segment)
{
	size_t octets, rest;
	uint16_t train;
	uint32_t n;

	if (s->marked || !is_next(s, p, len))
		return 0;
	n = len > segment ? run_of(p, len, segment) : 1;
	octets = n * segment < len ? n * segment : len;
	rest = octets - (n - 1) * segment;
	train = (uint16_t)(p[6] << 8 | p[7]);
	if (train > s->train_sent)
		s->train_sent = train;
	s->late = 0;
	s->odd.n = 0;
	count(s, a, n, octets, n > 1 ? segment : rest, rest);
	mc_seq_run(&s->seq, s->seq.highest + 1, n);
	take_time(s, octets8(p + 24), a->time, n);
	return n;
}

/* How many the socket dropped since the last one of this stream, of whatever stream: at most. Of a train that
 * came whole it counts one. */
static uint64_t dropped_since(const struct mc_stream *s, uint32_t drops)
{
	uint32_t more = drops - s->drops;

	return s->has_drops && more - 1 < INT32_MAX ? (uint64_t)more * s->train_came : 0;
}

void mc_stream_take(struct mc_stream *s, const struct mc_arrival *a)
{
	size_t segment = a->segment && a->segment < a->len ? a->segment : a->len, off = 0;
	uint32_t came = segment < a->len ? (uint32_t)((a->len + segment - 1) / segment) : 1;
	uint64_t dropped;

	if (came > s->train_came)
		s->train_came = came;
	dropped = dropped_since(s, a->drops);
	do {
		const uint8_t *p = a->data + off;
		size_t len = a->len - off;
		uint32_t n = take_run(s, a, p, len, segment);

		if (!n)
			take_one(s, a, p, len < segment ? len : segment, dropped);
		off += (n ? n : 1) * segment;
		dropped = 0;
	} while (off < a->len);
	s->drops = a->drops;
	s->has_drops = true;
}
