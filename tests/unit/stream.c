/*
 * stream.c - tests of one stream: formats, sessions, ends, times, trains, where the model of stream_model.c
 * does not go.
 */
#include <math.h>
#include <string.h>

#include "flow/probe.h"
#include "flow/stream.h"
#include "starve.h"
#include "check.h"

#define BEGIN (1700000000 * MC_SEC)
#define SIZE 64

static void take(struct mc_stream *s, const void *data, size_t len, mc_time at, uint32_t drops)
{
	struct mc_arrival a = { .data = data, .len = len, .time = at, .drops = drops, .ttl = -1, .tos = -1 };

	mc_stream_take(s, &a);
}

static void write_u32(uint8_t *p, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void write_probe(uint8_t *p, uint64_t session, uint64_t seq, mc_time sent, enum mc_probe_kind kind)
{
	struct mc_probe probe = { .session = session,
				  .seq = seq,
				  .time = sent,
				  .kind = (uint8_t)kind,
				  .train = 7 };

	memset(p, 0, SIZE);
	mc_probe_write(p, &probe);
}

static void probe(struct mc_stream *s, uint64_t session, uint64_t seq)
{
	uint8_t p[SIZE];

	write_probe(p, session, seq, BEGIN, MC_PROBE_STREAM);
	take(s, p, SIZE, BEGIN, 0);
}

static void end(struct mc_stream *s, uint64_t session, uint64_t seq)
{
	uint8_t p[SIZE];

	write_probe(p, session, seq, BEGIN, MC_PROBE_END);
	take(s, p, SIZE, BEGIN, 0);
}

static void rtp(struct mc_stream *s, uint32_t ssrc, uint16_t seq, uint32_t ticks, uint8_t type, mc_time at)
{
	uint8_t p[SIZE] = { 0x80, type, (uint8_t)(seq >> 8), (uint8_t)seq };

	write_u32(p + 4, ticks);
	write_u32(p + 8, ssrc);
	take(s, p, SIZE, at, 0);
}

static void iperf(struct mc_stream *s, uint32_t seq, mc_time sent)
{
	uint8_t p[SIZE] = { 0 };

	write_u32(p, seq);
	write_u32(p + 4, (uint32_t)(sent / MC_SEC));
	write_u32(p + 8, (uint32_t)(sent % MC_SEC / 1000));
	take(s, p, SIZE, sent + MC_MSEC, 0);
}

/* received, lost, reordered, duplicates, old */
static void sums(const struct mc_stream *s, const char *given, const char *want)
{
	struct mc_stream_sums got;
	char text[120];

	mc_stream_sum(s, &got);
	snprintf(text, sizeof(text), "%llu %llu %llu %llu %llu", (unsigned long long)got.received,
		 (unsigned long long)got.lost, (unsigned long long)got.reordered,
		 (unsigned long long)got.duplicates, (unsigned long long)got.old);
	equal(given, text, want);
}

static struct mc_stream a_stream(enum mc_format f)
{
	return (struct mc_stream){ .format = f, .gaps = { .most = 100 } };
}

/* ---- ends ---- */

static void test_end(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_AUTO);

	(void)state;
	for (uint64_t i = 3; i <= 10; i++)
		probe(&s, 5, i);
	assert_true(s.format == MC_FORMAT_PROBE && mc_stream_missed(&s) == 2 && !s.ended);
	for (int i = 0; i < 3; i++)
		end(&s, 5, 15);
	sums(&s, "ended", "8 5 0 0 0");
	assert_true(s.ended && s.end_seq == 15 && s.packets == 8 && s.gaps.total == 1);
	end(&s, 5, 12);
	sums(&s, "an end before the end", "8 5 0 0 0");
	probe(&s, 5, 12);
	probe(&s, 5, 11);
	probe(&s, 5, 11);
	sums(&s, "three that come after it", "10 3 1 1 0");
	assert_true(mc_gaps_at(&s.gaps, 0)->missing == 3 && s.gaps.total == 1);
	probe(&s, 5, 18);
	sums(&s, "one beyond it", "11 5 1 1 0");
	assert_true(s.gaps.total == 2 && mc_gaps_at(&s.gaps, 1)->first == 16 &&
		    mc_gaps_at(&s.gaps, 1)->n == 2);
	end(&s, 5, UINT64_MAX / 2 + 100);
	sums(&s, "one that is too far away", "11 5 1 1 0");
	mc_stream_free(&s);
}

static void test_end_first(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);

	(void)state;
	end(&s, 5, 9);
	sums(&s, "an end alone", "0 0 0 0 0");
	assert_true(s.packets == 0 && s.ended && mc_stream_missed(&s) == 9);
	probe(&s, 5, 4);
	sums(&s, "and one of before it", "1 5 0 0 0");
	assert_true(mc_stream_missed(&s) == 3 && mc_gaps_at(&s.gaps, 0)->first == 5 && s.gaps.total == 1);
	mc_stream_free(&s);
}

/* ---- sessions ---- */

static void test_sessions(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);

	(void)state;
	probe(&s, 5, 1);
	probe(&s, 5, 4);
	probe(&s, 6, 1);
	probe(&s, 5, 2); /* late */
	end(&s, 5, 4);
	probe(&s, 6, 2);
	sums(&s, "late ones of the session before", "4 2 0 0 1");
	assert_true(s.sessions == 2 && !s.ended && s.session == 6 && s.first_seq == 1);
	assert_true(mc_gaps_at(&s.gaps, 0)->missing == 2);
	probe(&s, 7, 10);
	probe(&s, 7, 12);
	sums(&s, "a third", "6 3 0 0 1");
	assert_true(s.sessions == 3 && mc_stream_missed(&s) == 9);
	mc_stream_free(&s);
}

/* A session that goes on for long beside none of the new one is back. */
static void test_back(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_RTP);

	(void)state;
	rtp(&s, 1, 100, 0, 96, BEGIN);
	rtp(&s, 2, 500, 0, 96, BEGIN);
	for (uint16_t i = 0; i < 127; i++)
		rtp(&s, 1, (uint16_t)(101 + i), 0, 96, BEGIN);
	assert_true(s.sessions == 2 && s.session == 2);
	sums(&s, "late", "2 0 0 0 127");
	rtp(&s, 1, 300, 0, 96, BEGIN);
	assert_true(s.sessions == 3 && s.session == 1);
	sums(&s, "back", "3 0 0 0 127");
	mc_stream_free(&s);
}

/* Every second one of two that follow within a train is of another session: none is taken for the other's. */
static void test_mixed_train(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);
	uint8_t octets[6 * SIZE];
	struct mc_arrival a = { .data = octets,
				.len = sizeof(octets),
				.segment = SIZE,
				.time = BEGIN,
				.ttl = -1 };

	(void)state;
	probe(&s, 1, 1);
	probe(&s, 2, 1);
	for (uint64_t i = 0; i < 6; i++)
		write_probe(octets + i * SIZE, 2 - i % 2, 2 + i, BEGIN, MC_PROBE_STREAM);
	mc_stream_take(&s, &a);
	sums(&s, "mixed", "5 2 0 0 3");
	assert_true(s.sessions == 2 && s.train_came == 6 && s.train_sent == 7);
	mc_stream_free(&s);
}

/* iperf has no session, but times: numbers that are behind and sent later begin anew, however near they
 * are. */
static void test_iperf_anew(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_IPERF);

	(void)state;
	for (uint32_t i = 0; i < 50; i++)
		iperf(&s, i, BEGIN + i * MC_MSEC);
	iperf(&s, 20, BEGIN + 20 * MC_MSEC);
	sums(&s, "a duplicate", "50 0 0 1 0");
	for (uint32_t i = 0; i < 5; i++)
		iperf(&s, i, BEGIN + (1000 + i) * MC_MSEC);
	sums(&s, "anew", "55 0 0 1 0");
	assert_int_equal(s.sessions, 2);
	iperf(&s, 49, BEGIN + 49 * MC_MSEC);
	iperf(&s, 3, BEGIN + 3 * MC_MSEC);
	sums(&s, "late ones of before", "55 0 0 1 2");
	mc_stream_free(&s);
}

static void at(struct mc_stream *s, uint64_t seq)
{
	uint8_t p[8];

	for (size_t i = 0; i < 8; i++)
		p[i] = (uint8_t)(seq >> (56 - 8 * i));
	take(s, p, 8, BEGIN, 0);
}

/* Far ahead: an outage where numbers are wide and go on from there; late ones of before a new beginning. */
static void test_leap(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_AT);

	(void)state;
	s.at.octets = 8;
	at(&s, 1);
	at(&s, 3000001);
	sums(&s, "one alone", "1 0 0 0 1");
	at(&s, 3000001);
	at(&s, 3000003);
	sums(&s, "one that follows", "3 3000000 0 1 0");
	assert_int_equal(s.sessions, 1);
	at(&s, UINT64_C(1) << 63);
	at(&s, (UINT64_C(1) << 63) + 1);
	sums(&s, "further than can be told", "5 3000000 0 1 0");
	assert_int_equal(s.sessions, 2);
	at(&s, 7);
	at(&s, 8);
	at(&s, (UINT64_C(1) << 63) - 1);
	at(&s, (UINT64_C(1) << 63) + 1);
	sums(&s, "late ones of before", "7 3000000 0 1 2");
	assert_int_equal(s.sessions, 3);
	mc_stream_free(&s);
}

/* What was not wanted is not lost, and how much that was is not known. */
static void test_pause(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);

	(void)state;
	mc_stream_pause(&s);
	probe(&s, 5, 2);
	probe(&s, 5, 4);
	assert_int_equal(mc_stream_missed(&s), 1);
	mc_stream_pause(&s);
	mc_stream_pause(&s);
	probe(&s, 5, 3000000);
	probe(&s, 5, 3000002);
	sums(&s, "after a pause", "4 2 0 0 0");
	end(&s, 5, 3000003);
	sums(&s, "and its end", "4 3 0 0 0");
	assert_true(s.sessions == 1 && s.gaps.total == 3 && mc_stream_missed(&s) == -1);
	mc_stream_free(&s);
}

/* ---- formats ---- */

/* What came before the format was known counts, its gaps too. */
static void test_found_out(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_AUTO);

	(void)state;
	rtp(&s, 9, 65534, 0, 0, BEGIN);
	assert_true(s.format == MC_FORMAT_AUTO && !s.numbered && s.packets == 1);
	rtp(&s, 9, 0, 320, 0, BEGIN + 40 * MC_MSEC);
	rtp(&s, 9, 2, 640, 0, BEGIN + 80 * MC_MSEC);
	rtp(&s, 9, 1, 480, 0, BEGIN + 80 * MC_MSEC);
	rtp(&s, 9, 3, 800, 0, BEGIN + 100 * MC_MSEC);
	assert_true(s.format == MC_FORMAT_RTP && s.packets == 5 && s.unmarked == 0 && !s.early &&
		    s.bits == 16);
	sums(&s, "RTP", "5 1 1 0 0");
	assert_true(s.gaps.total == 2 && mc_gaps_at(&s.gaps, 0)->first == 65535);
	assert_true(s.ticks_clock == 8000);
	assert_true(fabs(s.delay.jitter - (1.25e6 * 15 / 16 + 1.25e6)) <
		    1); /* 20 ms late, and again in time */
	mc_stream_free(&s);
}

static void test_found_none(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_AUTO);

	(void)state;
	for (int i = 0; i < 40; i++)
		take(&s, "no format at all", 16, BEGIN, 0);
	assert_true(s.format == MC_FORMAT_NONE && s.packets == 40 && s.unmarked == 0 && !s.early &&
		    !s.sessions);
	assert_int_equal(mc_stream_missed(&s), -1);
	mc_stream_free(&s);
}

static void test_unmarked(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);

	(void)state;
	take(&s, "", 0, BEGIN, 0);
	take(&s, "something else", 14, BEGIN, 0);
	probe(&s, 1, 1);
	assert_true(s.packets == 3 && s.unmarked == 2 && s.shortest == 0 && s.longest == SIZE &&
		    s.bytes == 14 + SIZE);
	sums(&s, "foreign ones", "1 0 0 0 0");
	mc_stream_free(&s);
}

/* A video's clock; a clock that is not known; the user's; wraps of the ticks. */
static void test_ticks(void **state)
{
	static const struct {
		uint8_t type;
		uint32_t said, clock;
	} cases[] = { { 33, 0, 90000 }, { 96, 0, 0 },     { 96, 48000, 48000 }, { 5, 0, 8000 },
		      { 11, 0, 44100 }, { 16, 0, 11025 }, { 6, 0, 16000 },      { 1, 0, 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mc_stream s = a_stream(MC_FORMAT_RTP);
		uint32_t step = cases[i].clock / 50;

		s.rtp_clock = cases[i].said;
		for (uint32_t n = 0; n < 100; n++)
			rtp(&s, 1, (uint16_t)n, UINT32_MAX - 10 * step + n * step, cases[i].type,
			    BEGIN + n * 20 * MC_MSEC + (n == 99 ? 16 * MC_MSEC : 0));
		assert_int_equal(s.ticks_clock, cases[i].clock);
		/* An odd number of ticks is up to half a tick off. */
		assert_true(fabs(s.delay.jitter - (cases[i].clock ? 1e6 : 0)) < 100000);
		mc_stream_free(&s);
	}
}

static void test_transport(void **state)
{
	uint8_t packets[12 + 2 * MC_TS_PACKET] = { 0x80, 33 };
	struct mc_stream s = a_stream(MC_FORMAT_TS), r = a_stream(MC_FORMAT_RTP);

	(void)state;
	for (size_t i = 0; i < 2; i++)
		memcpy(packets + 12 + i * MC_TS_PACKET, (uint8_t[]){ 0x47, 1, 0, (uint8_t)(0x10 + i) }, 4);
	take(&s, packets + 12, 2 * MC_TS_PACKET, BEGIN, 0);
	assert_true(s.ts && s.ts->packets == 2 && !s.numbered && s.unmarked == 0);
	take(&r, packets, sizeof(packets), BEGIN, 0);
	assert_true(r.ts && r.ts->packets == 2 && r.numbered);
	mc_stream_free(&s);
	mc_stream_free(&r);
}

/* Until it is known to be RTP its packets are looked into all the same; where it turns out to be none, it was
 * nothing. */
static void test_transport_early(void **state)
{
	uint8_t packets[12 + 2 * MC_TS_PACKET] = { 0x80, 33 };
	struct mc_stream s = a_stream(MC_FORMAT_AUTO), none = a_stream(MC_FORMAT_AUTO);

	(void)state;
	for (size_t i = 0; i < 2; i++)
		memcpy(packets + 12 + i * MC_TS_PACKET, (uint8_t[]){ 0x47, 1, 0, (uint8_t)(0x10 + i) }, 4);
	for (uint8_t i = 0; i < 3; i++) {
		packets[3] = i;
		take(&s, packets, sizeof(packets), BEGIN, 0);
	}
	assert_true(s.format == MC_FORMAT_RTP && s.ts && s.ts->packets == 6);
	take(&none, packets, sizeof(packets), BEGIN, 0);
	for (unsigned i = 0; i < 20; i++)
		take(&none, (const uint8_t *)"nothing known", 13, BEGIN, 0);
	assert_true(none.format == MC_FORMAT_NONE && !none.ts);
	mc_stream_free(&s);
	mc_stream_free(&none);
}

/* ---- headers, drops, times ---- */

static void test_header(void **state)
{
	static const int32_t ttls[] = { -1, 0, 9, 5 }, toses[] = { -1, 0xb8, 0x03, 0x0b };
	struct mc_stream s = a_stream(MC_FORMAT_NONE);

	(void)state;
	for (size_t i = 0; i < COUNT(ttls); i++) {
		struct mc_arrival a = { .data = (const uint8_t *)"x",
					.len = 1,
					.time = BEGIN + i,
					.ttl = ttls[i],
					.tos = toses[i] };

		mc_stream_take(&s, &a);
		assert_true(s.has_ttl == (i > 0));
	}
	assert_true(s.ttl_min == 0 && s.ttl_max == 9 && s.first == BEGIN && s.last == BEGIN + 3 &&
		    s.train_came == 1);
	assert_true(s.dscp == (UINT64_C(1) << 46 | 1 | 1 << 2) && s.ect == 2);
	mc_stream_free(&s);
}

/* Numbers and the socket's drops at their arrival: of a gap as much is the socket's as those went up. They
 * wrap. */
static void test_drops(void **state)
{
	static const struct {
		uint64_t seq;
		uint32_t drops;
	} came[] = { { 1, 4000000000 }, { 3, 4000000000 },  { 5, 4000000001 }, { 6, 4000000009 },
		     { 8, 4000000009 }, { 11, 4000000010 }, { 14, 3 },         { 16, 2 } };
	static const uint64_t socket[] = { 0, 1, 0, 1, 2, 0 };
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);
	struct mc_stream_sums sum;
	uint8_t p[SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(came); i++) {
		write_probe(p, 1, came[i].seq, BEGIN, MC_PROBE_STREAM);
		take(&s, p, SIZE, BEGIN, came[i].drops);
	}
	for (uint32_t i = 0; i < COUNT(socket); i++)
		assert_int_equal(mc_gaps_at(&s.gaps, i)->socket, socket[i]);
	mc_stream_sum(&s, &sum);
	assert_true(sum.lost == 8 && sum.lost_socket == 4);
	mc_stream_free(&s);
}

/* Where few gaps are kept, what fills those that are forgotten is not known: never more than was lost. */
static void test_forgotten(void **state)
{
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);
	struct mc_stream_sums sum;
	uint8_t p[SIZE];

	(void)state;
	s.gaps.most = 2;
	for (uint32_t i = 1; i <= 21; i += 2) {
		write_probe(p, 1, i, BEGIN, MC_PROBE_STREAM);
		take(&s, p, SIZE, BEGIN, i);
	}
	mc_stream_sum(&s, &sum);
	assert_true(sum.lost == 10 && sum.lost_socket == 10);
	for (uint32_t i = 2; i <= 16; i += 2)
		probe(&s, 1, i);
	mc_stream_sum(&s, &sum);
	assert_true(sum.lost == 2 && sum.lost_socket == 2 && s.gaps.lost_socket == 10);
	mc_stream_free(&s);
}

/* Trains whose headers have one time, or a time each: delays and jitter as of single ones. */
static void test_train_times(void **state)
{
	(void)state;
	for (uint64_t each = 0; each < 2; each++) {
		struct mc_stream t = a_stream(MC_FORMAT_PROBE), s = a_stream(MC_FORMAT_PROBE);
		static struct mc_clock clocks[2];
		uint8_t octets[50 * SIZE];

		for (size_t i = 0; i < 2; i++)
			mc_clock_init(&clocks[i], MC_BASIS_SYNCED);
		t.clock = &clocks[0];
		s.clock = &clocks[1];
		for (uint64_t n = 0; n < 20; n++) {
			struct mc_arrival a = { octets, sizeof(octets) - n, SIZE, BEGIN + n * MC_MSEC, 0, -1,
						-1 };

			for (uint64_t i = 0; i < 50; i++) {
				mc_time sent = a.time - 50000 - n * n * 99 - each * 77 * i;

				write_probe(octets + i * SIZE, 3, n * 50 + i + 1, sent, MC_PROBE_STREAM);
				take(&s, octets + i * SIZE, i < 49 ? SIZE : SIZE - n, a.time, 0);
			}
			mc_stream_take(&t, &a);
		}
		assert_true(t.delay.hist->n == 1000 && s.delay.hist->n == 1000 && t.bytes == s.bytes);
		assert_true(memcmp(t.delay.hist->slot, s.delay.hist->slot, sizeof(s.delay.hist->slot)) == 0);
		assert_true(t.delay.hist->max == s.delay.hist->max && t.delay.hist->min == s.delay.hist->min);
		assert_true(fabs(t.delay.jitter - s.delay.jitter) < 1e-6 && s.delay.jitter > 0);
		assert_true(t.train_came == 50 && s.train_came == 1 && t.shortest == SIZE - 19 &&
			    t.longest == SIZE);
		assert_true(t.burst.most_packets == s.burst.most_packets &&
			    t.burst.most_bytes == s.burst.most_bytes);
		mc_stream_free(&t);
		mc_stream_free(&s);
	}
}

static void test_any_times(void **state)
{
	static const mc_time times[] = { 0, 1, BEGIN, MC_NEVER, MC_NEVER / 2, MC_NEVER / 2 + 1, BEGIN - 1 };
	static struct mc_clock c;
	struct mc_stream s = a_stream(MC_FORMAT_PROBE);
	uint8_t p[SIZE];

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (uint64_t i = 0; i < 4000; i++) {
		if (i == 1000)
			s.clock = &c;
		write_probe(p, 1, i + 1, times[i % COUNT(times)], MC_PROBE_STREAM);
		take(&s, p, SIZE, i % 100 ? BEGIN + i * MC_MSEC : times[i / 100 % COUNT(times)], 0);
	}
	sums(&s, "any times", "4000 0 0 0 0");
	mc_stream_free(&s);
}

/* ---- memory ---- */

static void feed_all(struct mc_stream *s)
{
	uint8_t p[SIZE];

	for (uint64_t i = 1; i <= 40; i += i % 3 ? 1 : 2) {
		write_probe(p, 1, i, BEGIN, MC_PROBE_STREAM);
		take(s, p, SIZE, BEGIN + i * 20 * MC_MSEC, (uint32_t)i);
	}
}

static void test_starving(void **state)
{
	(void)state;
	for (size_t nth = 0; nth < 7; nth++) {
		size_t before = starve_held;
		struct mc_stream s = a_stream(MC_FORMAT_PROBE), r = a_stream(MC_FORMAT_AUTO);
		static struct mc_clock c;

		mc_clock_init(&c, MC_BASIS_NONE);
		s.clock = &c;
		starve_in = nth;
		feed_all(&s);
		for (uint16_t i = 0; i < 4; i++)
			rtp(&r, 9, i, 0, 0, BEGIN);
		starve_in = 0;
		sums(&s, "without memory", "27 12 0 0 0");
		assert_int_equal(r.seq.received + r.unmarked, 4);
		mc_stream_free(&s);
		mc_stream_free(&r);
		assert_int_equal(starve_held, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),         cmocka_unit_test(test_end_first),
		cmocka_unit_test(test_sessions),    cmocka_unit_test(test_back),
		cmocka_unit_test(test_mixed_train), cmocka_unit_test(test_iperf_anew),
		cmocka_unit_test(test_leap),        cmocka_unit_test(test_pause),
		cmocka_unit_test(test_found_out),   cmocka_unit_test(test_found_none),
		cmocka_unit_test(test_unmarked),    cmocka_unit_test(test_ticks),
		cmocka_unit_test(test_transport),   cmocka_unit_test(test_transport_early),
		cmocka_unit_test(test_header),      cmocka_unit_test(test_drops),
		cmocka_unit_test(test_forgotten),   cmocka_unit_test(test_train_times),
		cmocka_unit_test(test_any_times),   cmocka_unit_test(test_starving),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
