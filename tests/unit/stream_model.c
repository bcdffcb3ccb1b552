/*
 * stream_model.c - what a relay did to the datagrams of a stream, beside what the stream tells of it. The
 * relay drops, doubles, holds back, and lets strays in; the sender begins anew with a session of its own or
 * without, and tells its end. The model keeps every number and is told which session it is of; each script is
 * played as single datagrams and as trains.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/probe.h"
#include "flow/stream.h"
#include "check.h"

enum {
	SENT_MOST = 9000, /* in a session */
	PLAYED_MOST = 3 * SENT_MOST,
	SESSIONS = 3,
	GAPS_MOST = 20000,
	SEEDS = 25,
	SIZE = 64,
	SHORT = 40, /* the last of a train, now and then */
	TRAIN_MOST = 128,
};

struct kind {
	const char *name;
	enum mc_format format;
	struct mc_at at;
	uint64_t origin;
	int64_t held; /* numbers that a datagram may be held back by */
};

static const struct kind kinds[] = {
	{ "probe", MC_FORMAT_PROBE, { 0, 0, false }, 1, 2 * MC_SEQ_WINDOW },
	{ "probe at the top", MC_FORMAT_PROBE, { 0, 0, false }, UINT64_MAX - 2000, 2 * MC_SEQ_WINDOW },
	{ "16 bits", MC_FORMAT_AT, { 16, 2, false }, 64000, MC_SEQ_WINDOW - 100 },
	{ "32 bits", MC_FORMAT_AT, { 3, 4, true }, UINT32_MAX - 3000, MC_SEQ_WINDOW - 100 },
	{ "64 bits", MC_FORMAT_AT, { 20, 8, false }, UINT64_MAX - 9000, MC_SEQ_WINDOW - 100 },
};

static uint64_t random_state;

static uint64_t below(uint64_t n)
{
	return next_random(&random_state) % n;
}

static bool chance(uint64_t one_in)
{
	return below(one_in) == 0;
}

/* ---- what is played ---- */

enum what { DATAGRAM, STRAY, OF_BEFORE, END };

struct played {
	enum what what;
	int64_t x; /* the number, from the session's origin */
	int64_t key;
	size_t order;
};

struct script {
	struct played v[PLAYED_MOST];
	size_t n;
};

static void play(struct script *s, enum what what, int64_t x, int64_t key)
{
	assert_true(s->n < PLAYED_MOST);
	s->v[s->n] = (struct played){ what, x, key, s->n };
	s->n++;
}

static int by_key(const void *a, const void *b)
{
	const struct played *p = a, *q = b;

	if (p->key != q->key)
		return p->key < q->key ? -1 : 1;
	return p->order < q->order ? -1 : 1;
}

/* Where numbers are of a session, the first few come in any order, so that the stream begins with others. */
static int64_t held_back(const struct kind *k, int64_t x, uint64_t one_in)
{
	if (k->format == MC_FORMAT_PROBE && x < 30)
		return (int64_t)below(100);
	if (!chance(one_in))
		return 0;
	return (int64_t)(chance(20) ? below((uint64_t)k->held) : 1 + below(chance(4) ? 300 : 3));
}

/* Numbers without a session need two that follow each other to begin, and no leap soon after it. */
static void play_numbers(struct script *s, const struct kind *k, int64_t sent)
{
	uint64_t lose = 2 + below(300), hold = 2 + below(100), copy = 2 + below(100);
	int64_t sure = k->format == MC_FORMAT_PROBE ? 0 : 2, next_burst = 1500, burst = 0;

	for (int64_t x = 0; x < sent; x++) {
		if (x > next_burst && chance(2000)) {
			burst = (int64_t)(1 + below(chance(3) ? 3000 : 40));
			next_burst = x + burst + 5000;
		}
		if (burst > 0 || (x >= sure && chance(x < 30 ? 3 : lose))) {
			burst -= burst > 0;
			continue;
		}
		play(s, DATAGRAM, x, x + (x < sure ? 0 : held_back(k, x, hold)));
		if (chance(copy))
			play(s, DATAGRAM, x, x + (x < sure ? 0 : held_back(k, x, 2)));
	}
}

/* Strays, further apart than any burst of losses is long, are of numbers without a session; late ones of the
 * session before, and ends, of probes. */
static void write_script(struct script *s, const struct kind *k, size_t session, int64_t before)
{
	int64_t sent = (int64_t)(10 + below(chance(4) ? 60 : SENT_MOST - 10));
	bool probe = k->format == MC_FORMAT_PROBE;

	s->n = 0;
	play_numbers(s, k, sent);
	for (int64_t x = 200; !probe && x < sent; x += 3100 + (int64_t)below(1000))
		play(s, STRAY, 0, x);
	for (uint64_t i = probe && session ? below(100) : 0; i > 0; i--)
		play(s, OF_BEFORE, (int64_t)below((uint64_t)before), (int64_t)below((uint64_t)sent));
	for (uint64_t i = probe && !chance(3) ? 1 + below(3) : 0; i > 0; i--)
		play(s, END, sent - 1 - (int64_t)below(3), sent - 50 + (int64_t)below(100));
	qsort(s->v, s->n, sizeof(s->v[0]), by_key);
}

/* ---- the model ---- */

struct model_gap {
	int64_t from, to; /* both missing */
	uint64_t dropped;
	mc_time at;
};

struct model {
	uint8_t seen[SENT_MOST];
	int64_t first, highest, top, latest_end;
	bool any, ended;
	uint64_t base; /* what number 0 is, as widened */
	struct model_gap gaps[GAPS_MOST];
	size_t n_gaps;
	struct mc_stream_sums now, past;
	uint64_t packets, bytes;
};

static void model_gap(struct model *m, int64_t from, int64_t to, uint64_t dropped, mc_time at)
{
	size_t i;

	if (from > to)
		return;
	assert_true(m->n_gaps < GAPS_MOST);
	for (i = m->n_gaps++; i > 0 && m->gaps[i - 1].from > from; i--)
		m->gaps[i] = m->gaps[i - 1];
	m->gaps[i] = (struct model_gap){ from, to, dropped, at };
}

static void model_first(struct model *m, int64_t x, mc_time at)
{
	m->any = true;
	m->first = m->highest = x;
	m->top = m->ended && m->latest_end > x ? m->latest_end : x;
	model_gap(m, x + 1, m->top, 0, at);
}

static void model_higher(struct model *m, int64_t x, uint64_t dropped, mc_time at)
{
	model_gap(m, m->top + 1, x - 1, dropped, at);
	m->highest = x;
	m->top = x > m->top ? x : m->top;
}

static void model_number(struct model *m, int64_t x, uint64_t dropped, mc_time at)
{
	if (!m->any) {
		model_first(m, x, at);
	} else if (x > m->highest) {
		model_higher(m, x, dropped, at);
	} else if (m->highest - x >= MC_SEQ_WINDOW) {
		m->now.old++;
		return;
	} else if (m->seen[x]) {
		m->now.duplicates++;
		return;
	} else {
		m->now.reordered++;
		model_gap(m, x + 1, m->first - 1, 0, at);
		m->first = x < m->first ? x : m->first;
	}
	m->now.received++;
	m->seen[x] = 1;
}

static void model_end(struct model *m, int64_t x, uint64_t dropped, mc_time at)
{
	m->latest_end = m->ended && m->latest_end > x ? m->latest_end : x;
	m->ended = true;
	if (!m->any)
		return;
	model_gap(m, m->top + 1, x, dropped, at);
	m->top = x > m->top ? x : m->top;
}

static uint64_t missing_of(const struct model *m, int64_t from, int64_t to)
{
	uint64_t n = 0;

	for (int64_t x = from; x <= to; x++)
		n += !m->seen[x];
	return n;
}

/* What is missing of a gap may all be the socket's, as far as that dropped as many. */
static uint64_t socket_of(const struct model *m, const struct model_gap *g)
{
	uint64_t missing = missing_of(m, g->from, g->to);

	return g->dropped < missing ? g->dropped : missing;
}

static void model_sum(struct model *m)
{
	m->now.lost = m->any ? missing_of(m, m->first, m->top) : 0;
	m->now.lost_socket = 0;
	for (size_t i = 0; i < m->n_gaps; i++)
		m->now.lost_socket += socket_of(m, &m->gaps[i]);
}

static void add(struct mc_stream_sums *to, const struct mc_stream_sums *a)
{
	to->received += a->received;
	to->lost += a->lost;
	to->lost_socket += a->lost_socket;
	to->reordered += a->reordered;
	to->duplicates += a->duplicates;
	to->old += a->old;
}

static void model_anew(struct model *m)
{
	model_sum(m);
	add(&m->past, &m->now);
	memset(&m->now, 0, sizeof(m->now));
	memset(m->seen, 0, sizeof(m->seen));
	m->any = m->ended = false;
	m->n_gaps = 0;
}

/* ---- octets ---- */

struct game {
	const struct kind *kind;
	struct mc_stream s;
	struct model m;
	struct script script;
	uint64_t session, origin, before_origin; /* origin: of number 0 */
	bool trains;
	mc_time now;
	uint32_t drops;
	uint8_t octets[TRAIN_MOST * SIZE];
};

static void write_number(uint8_t *p, const struct mc_at *at, uint64_t v)
{
	for (size_t i = 0; i < at->octets; i++, v >>= 8)
		p[at->offset + (at->little ? i : at->octets - 1 - i)] = (uint8_t)v;
}

static uint64_t number_of(struct game *g, const struct played *p)
{
	if (p->what == OF_BEFORE)
		return g->before_origin + (uint64_t)p->x;
	if (p->what != STRAY)
		return g->origin + (uint64_t)p->x;
	/* Far from all numbers, and from other strays. */
	if (g->kind->at.octets == 2)
		return g->s.seq.highest + 20000 + below(20000);
	return g->s.seq.highest + (UINT64_C(1) << 28) + below(UINT64_C(1) << 28) * 4;
}

static void write_datagram(struct game *g, uint8_t *octets, const struct played *p)
{
	struct mc_probe probe = {
		.session = p->what == OF_BEFORE ? g->session - 1 : g->session,
		.seq = number_of(g, p),
		.time = g->now - 1000 - below(2),
		.kind = p->what == END ? MC_PROBE_END : MC_PROBE_STREAM,
	};

	memset(octets, 0xee, SIZE);
	if (g->kind->format == MC_FORMAT_PROBE)
		mc_probe_write(octets, &probe);
	else
		write_number(octets, &g->kind->at, probe.seq);
}

/* ---- the game ---- */

static void tell_model(struct game *g, const struct played *p, size_t len, uint64_t dropped)
{
	struct model *m = &g->m;

	m->packets += p->what != END;
	m->bytes += p->what != END ? len : 0;
	if (p->what == DATAGRAM) {
		/* The first that comes is as it stands there, the rest by their distance from it. */
		if (!m->any) {
			unsigned spare = g->kind->at.octets ? 64 - 8u * g->kind->at.octets : 0;

			m->base = ((g->origin + (uint64_t)p->x) << spare >> spare) - (uint64_t)p->x;
		}
		model_number(m, p->x, dropped, g->now);
	} else if (p->what == END) {
		model_end(m, p->x, dropped, g->now);
	} else {
		m->now.old++;
	}
}

static void give_stream(struct game *g, size_t n, size_t short_last)
{
	size_t len = n * SIZE - short_last;

	for (size_t at = 0; at < len; at += g->trains ? len : SIZE) {
		struct mc_arrival a = {
			.data = g->octets + at,
			.len = g->trains || len - at < SIZE ? len - at : SIZE,
			.segment = g->trains ? SIZE : 0,
			.time = g->now,
			.drops = g->drops,
			.ttl = 3,
			.tos = 0x28,
		};

		mc_stream_take(&g->s, &a);
	}
}

#define SAME(a, b) same(g, #a, a, b)

static void same(const struct game *g, const char *what, uint64_t got, uint64_t want)
{
	if (got != want)
		fail_msg("%s, %s: %s is %llu, not %llu", g->kind->name, g->trains ? "trains" : "single", what,
			 (unsigned long long)got, (unsigned long long)want);
}

static void check_gaps(const struct game *g)
{
	const struct mc_gaps *gaps = &g->s.gaps;

	SAME(gaps->fresh, g->m.n_gaps);
	for (uint32_t i = 0; i < gaps->fresh; i++) {
		const struct mc_gap *got = mc_gaps_at(gaps, gaps->n - gaps->fresh + i);
		const struct model_gap *want = &g->m.gaps[i];

		SAME(got->first, g->m.base + (uint64_t)want->from);
		SAME(got->n, (uint64_t)(want->to - want->from + 1));
		SAME(got->missing, missing_of(&g->m, want->from, want->to));
		SAME(got->socket, socket_of(&g->m, want));
		SAME(got->at, want->at);
	}
}

static void check(struct game *g)
{
	struct mc_stream_sums got, want = g->m.past;

	model_sum(&g->m);
	add(&want, &g->m.now);
	mc_stream_sum(&g->s, &got);
	SAME(got.received, want.received);
	SAME(got.lost, want.lost);
	SAME(got.lost_socket, want.lost_socket);
	SAME(got.reordered, want.reordered);
	SAME(got.duplicates, want.duplicates);
	SAME(got.old, want.old);
	SAME(g->s.packets, g->m.packets);
	SAME(g->s.bytes, g->m.bytes);
	SAME(g->s.unmarked, 0);
	SAME(g->s.ended, g->m.ended);
	check_gaps(g);
}

/* Datagrams that come together: as a train, or one by one with the time and drops of the train. */
static size_t give_some(struct game *g, size_t from)
{
	size_t left = g->script.n - from, n = 1 + below(chance(3) ? 3 : TRAIN_MOST), short_last = 0;
	uint32_t dropped = chance(10) ? 1 + (uint32_t)below(3) : 0;

	n = n < left ? n : left;
	g->now += 1 + below(100000);
	g->drops += dropped;
	for (size_t i = 0; i < n; i++)
		write_datagram(g, g->octets + i * SIZE, &g->script.v[from + i]);
	short_last = chance(5) ? SIZE - SHORT : 0;
	give_stream(g, n, short_last);
	for (size_t i = 0; i < n; i++)
		tell_model(g, &g->script.v[from + i], i + 1 < n ? SIZE : SIZE - short_last,
			   i == 0 && g->m.packets > 0 ? (uint64_t)dropped * g->s.train_came : 0);
	return n;
}

/* Where the next session's numbers begin: without a session, far enough back, or ahead where they are
 * narrow. */
static uint64_t next_origin(const struct game *g)
{
	if (g->kind->format == MC_FORMAT_PROBE)
		return chance(2) ? 1 : g->kind->origin + below(100);
	if (g->kind->at.octets == 2 && chance(2))
		return g->m.base + (uint64_t)g->m.highest + 2 * MC_SEQ_WINDOW + below(4000);
	return g->m.base + (uint64_t)g->m.highest - MC_SEQ_WINDOW - 2000 - below(4000);
}

static void play_session(struct game *g, size_t nth)
{
	uint64_t origin = nth ? next_origin(g) : g->kind->origin;
	int64_t before = g->m.any ? g->m.highest + 1 : 1;

	g->before_origin = g->origin;
	g->origin = origin;
	g->session++;
	if (nth)
		model_anew(&g->m);
	write_script(&g->script, g->kind, nth, before);
	/* A session shows by its first datagram: what is of the one before is late only then. */
	for (size_t i = 0; i < g->script.n && g->script.v[i].what != DATAGRAM && g->script.v[i].what != END;
	     i++)
		g->script.v[i].what = DATAGRAM, g->script.v[i].x = 0;
	for (size_t at = 0; at < g->script.n;) {
		at += give_some(g, at);
		if (at > 8 && chance(30))
			check(g);
	}
}

static void play_game(const struct kind *k, uint64_t seed, bool trains)
{
	static struct game g;

	memset(&g, 0, sizeof(g));
	random_state = seed;
	g.kind = k;
	g.trains = trains;
	g.now = 1700000000 * MC_SEC;
	g.s.format = k->format;
	g.s.at = k->at;
	g.s.gaps.most = GAPS_MOST;
	for (size_t i = 0; i < SESSIONS; i++) {
		play_session(&g, i);
		if (g.script.n > 8)
			check(&g);
	}
	mc_stream_free(&g.s);
}

static void test_relay(void **state)
{
	(void)state;
	for (size_t k = 0; k < COUNT(kinds); k++)
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			play_game(&kinds[k], seed, false);
			play_game(&kinds[k], seed, true);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_relay) };

	return cmocka_run_group_tests_name("stream_model", tests, NULL, NULL);
}
