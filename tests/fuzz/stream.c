/*
 * stream.c - fuzzes a stream: octets become datagrams and trains of any format with times and drops, mostly
 * headers whose fields octets choose, and answers to its questions. What must hold: numbers received and lost
 * are all there are between the first and the last, what was lost in the socket is part of what was lost,
 * there is no more of anything than of datagrams, gaps are in order and hold no more than was lost.
 */
#include "flow/stream.h"

#include "flow/probe.h"

#include "fuzz.h"

enum { SIZE = 48, TRAIN_MOST = 20, GAPS_MOST = 8 };

struct run {
	const uint8_t *data;
	size_t size;
	struct mc_stream s;
	struct mc_clock clock;
	mc_time now;
	uint64_t seq;
	uint32_t drops;
	uint8_t octets[TRAIN_MOST * SIZE];
};

static uint8_t take(struct run *r)
{
	if (!r->size)
		return 0;
	r->size--;
	return *r->data++;
}

static uint64_t take_wide(struct run *r)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | take(r);
	return v;
}

/* A little on, a little back, or anywhere. */
static uint64_t moved(struct run *r, uint64_t from)
{
	uint8_t how = take(r);

	if (how < 128)
		return from + 1;
	if (how < 176)
		return from + how - 128;
	if (how < 224)
		return from - (uint64_t)(how - 176);
	if (how < 240)
		return from + ((uint64_t)(how - 232) << (take(r) & 63));
	return how < 250 ? from : take_wide(r);
}

static void check_sums(const struct run *r)
{
	const struct mc_stream *s = &r->s;
	const struct mc_seq *q = &s->seq;
	struct mc_stream_sums sum;

	mc_stream_sum(s, &sum);
	MUST(sum.lost_socket <= sum.lost);
	MUST(sum.received + sum.duplicates + sum.old <= s->packets);
	MUST(sum.reordered <= sum.received && s->unmarked <= s->packets);
	MUST(q->received == 0 || q->received <= q->highest - q->first + 1);
	MUST(sum.lost >= s->past.lost && sum.received == s->past.received + q->received);
	if (q->received && s->past.lost < INT64_MAX)
		MUST(q->received + sum.lost - s->past.lost >= q->highest - q->first + 1);
	if (q->received && s->past.lost < INT64_MAX && !s->ended)
		MUST(q->received + sum.lost - s->past.lost == q->highest - q->first + 1);
	MUST(mc_stream_missed(s) >= -1);
	MUST((s->sessions > 0) >= (sum.received > 0));
}

static void check_gaps(const struct run *r)
{
	const struct mc_gaps *g = &r->s.gaps;
	struct mc_stream_sums sum;
	uint64_t missing = 0;

	mc_stream_sum(&r->s, &sum);
	MUST(g->n <= GAPS_MOST && g->fresh <= g->n && g->n <= g->total && g->open <= g->total);
	for (uint32_t i = g->n - g->fresh; i < g->n; i++) {
		const struct mc_gap *gap = mc_gaps_at(g, i), *next = mc_gaps_at(g, i + 1);

		MUST(gap->missing <= gap->n && gap->socket <= gap->missing);
		MUST(!next || next->first - gap->first > gap->n - 1);
		missing += gap->missing;
	}
	MUST(!mc_gaps_at(g, g->n));
	MUST(missing <= sum.lost - r->s.past.lost || r->s.past.lost > INT64_MAX);
}

static void check_times(const struct run *r)
{
	const struct mc_delay *d = &r->s.delay;
	const struct mc_burst *b = &r->s.burst;

	MUST(d->jitter >= 0 && d->nheld <= MC_DELAY_HELD);
	MUST((d->hist ? d->hist->n : 0) + d->uncounted <= r->s.packets);
	MUST(b->now_packets <= b->most_packets && b->most_packets <= r->s.packets &&
	     b->most_bytes <= r->s.bytes);
	MUST(r->clock.echo.n <= MC_CLOCK_POINTS && r->clock.low.n <= MC_CLOCK_POINTS);
	MUST(r->clock.slope <= 1e-3 && r->clock.slope >= -1e-3);
}

static void write_probe(struct run *r, uint8_t *to)
{
	uint8_t flags = take(r);
	struct mc_probe p = { .session = 1 + (flags & 1), .kind = MC_PROBE_STREAM, .train = flags >> 4 };

	r->seq = flags & 8 ? moved(r, r->seq) : r->seq + 1;
	p.seq = r->seq;
	if ((flags & 6) == 6)
		p.kind = take(r) % 6;
	if ((flags & 6) == 4)
		p.time = moved(r, r->now);
	else
		p.time = r->now - (flags & 2) * 50;
	mc_probe_write(to, &p);
}

/* Any datagram: octets as they are, or a probe's header before them. */
static void write_datagram(struct run *r, uint8_t *to)
{
	memset(to, 0x47, SIZE);
	if (r->s.format == MC_FORMAT_PROBE || (r->s.format == MC_FORMAT_AUTO && take(r) < 64)) {
		write_probe(r, to);
		return;
	}
	r->seq = moved(r, r->seq);
	to[0] = 0x80;
	to[1] = take(r);
	to[2] = (uint8_t)(r->seq >> 8);
	to[3] = (uint8_t)r->seq;
	for (size_t i = 0; i < 8; i++)
		to[4 + i] = (uint8_t)(r->now / (take(r) & 1 ? 1 : MC_SEC) >> (56 - 8 * i));
	to[take(r) % SIZE] = take(r);
}

static void arrive(struct run *r)
{
	uint8_t shape = take(r);
	size_t n = shape < 128 ? 1 : 1 + shape % TRAIN_MOST;
	struct mc_arrival a = { .data = r->octets, .segment = shape < 100 ? 0 : SIZE, .ttl = -1, .tos = -1 };

	for (size_t i = 0; i < n; i++)
		write_datagram(r, r->octets + i * SIZE);
	a.len = n * SIZE - (shape % 16 == 0 ? take(r) % SIZE : 0);
	r->now = shape % 8 == 7 ? moved(r, r->now) : r->now + 1000u * shape;
	r->drops += shape % 4 == 3 ? take(r) : 0;
	a.time = r->now;
	a.drops = r->drops;
	if (shape % 32 == 1) {
		a.ttl = take(r);
		a.tos = take(r);
	}
	mc_stream_take(&r->s, &a);
}

static void ask(struct run *r)
{
	mc_time t0 = moved(r, r->now), t1 = moved(r, r->now), t2 = moved(r, t1), t3 = moved(r, t0);

	mc_clock_echo(&r->clock, t0, t1, t2, t3);
}

static void begin(struct run *r)
{
	uint8_t how = take(r);

	r->now = 1700000000 * MC_SEC;
	r->s.format = (enum mc_format)(how % (MC_FORMAT_AT + 1));
	r->s.at = (struct mc_at){ take(r) % 8, (uint8_t)(1 + take(r) % 8), how & 8 };
	r->s.rtp_clock = how & 16 ? 1u << (take(r) & 31) : 0;
	r->s.clock = how & 32 ? &r->clock : NULL;
	r->s.gaps.most = how >> 4;
	r->s.gaps.most = r->s.gaps.most < GAPS_MOST ? r->s.gaps.most : GAPS_MOST;
	r->seq = how & 64 ? UINT64_MAX - take(r) : 0;
	mc_clock_init(&r->clock, (enum mc_basis)(take(r) % 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run r;

	memset(&r, 0, sizeof(r));
	r.data = data;
	r.size = size;
	begin(&r);
	while (r.size) {
		if (take(&r) < 16)
			ask(&r);
		else
			arrive(&r);
		check_sums(&r);
		check_gaps(&r);
		check_times(&r);
	}
	mc_delay_flush(&r.s.delay, &r.clock, MC_NEVER);
	check_times(&r);
	mc_stream_free(&r.s);
	return 0;
}
