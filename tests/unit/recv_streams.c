/*
 * recv_streams.c - tests of the table of streams: what tells them apart, how many there may be, and what
 * they were second by second.
 */
#include "recv/streams.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "flow/probe.h"

static struct mc_addr addr(const char *text)
{
	struct mc_addr a;

	assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

static struct mc_dgram dgram(const char *from, uint16_t port, uint32_t ifindex)
{
	return (struct mc_dgram){ .peer = addr(from),
				  .port = port,
				  .ifindex = ifindex,
				  .ttl = -1,
				  .tos = -1 };
}

static void test_keys(void **state)
{
	struct listener a = { .group = addr("239.1.1.1"), .port = 5000 }, b = a, c = a;
	const struct mc_dgram d[] = { dgram("10.0.0.1", 1, 2), dgram("10.0.0.2", 1, 2),
				      dgram("10.0.0.1", 3, 2), dgram("10.0.0.1", 1, 4) };
	const struct listener *l[] = { &a, &b, &c };
	struct recv_stream *made[12];
	struct recv_streams t;
	size_t n = 0;

	(void)state;
	b.group = addr("239.1.1.2");
	c.port = 5001;
	assert_int_equal(recv_streams_init(&t, COUNT(made)), 0);
	for (size_t i = 0; i < COUNT(d); i++)
		for (size_t k = 0; k < COUNT(l); k++) {
			assert_null(recv_streams_find(&t, &d[i], l[k]));
			made[n] = recv_streams_add(&t, &d[i], l[k]);
			assert_non_null(made[n]);
			assert_ptr_equal(t.v[n], made[n]);
			n++;
		}
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(recv_streams_find(&t, &d[i / COUNT(l)], l[i % COUNT(l)]), made[i]);
	assert_null(recv_streams_add(&t, &(struct mc_dgram){ .peer = addr("10.9.9.9") }, &a));
	assert_int_equal(t.n, n);
	recv_streams_free(&t);
}

static void test_many(void **state)
{
	struct listener l = { .group = addr("ff15::1"), .port = 5000 };
	struct recv_streams t;
	struct mc_dgram d = dgram("2001:db8::1", 1, 2);

	(void)state;
	assert_int_equal(recv_streams_init(&t, 1000), 0);
	for (unsigned i = 0; i < 1000; i++) {
		d.peer.b[14] = (uint8_t)(i >> 8);
		d.peer.b[15] = (uint8_t)i;
		assert_non_null(recv_streams_add(&t, &d, &l));
	}
	for (unsigned i = 0; i < 1000; i++) {
		d.peer.b[14] = (uint8_t)(i >> 8);
		d.peer.b[15] = (uint8_t)i;
		assert_ptr_equal(recv_streams_find(&t, &d, &l), t.v[i]);
	}
	recv_streams_free(&t);
}

/* ---- seconds ------------------------------------------------------------------------------ */

static void probe(struct recv_stream *s, uint64_t seq)
{
	uint8_t data[100];
	const struct mc_probe p = { .session = 5, .seq = seq, .time = 7 * MC_SEC, .kind = MC_PROBE_STREAM };
	const struct mc_arrival a = { .data = data,
				      .len = sizeof data,
				      .time = 8 * MC_SEC,
				      .ttl = -1,
				      .tos = -1 };

	mc_probe_write(data, &p);
	mc_stream_take(&s->flow, &a);
}

static uint64_t sum_of(const struct recv_series *s)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < s->n; i++)
		n += s->v[i].packets;
	return n;
}

/* A packet a second for the first, and one stream more each so many seconds: all have as many points, as
 * wide, however late they came, and no packet is lost in between. */
static void test_series(void **state)
{
	struct listener l = { .group = addr("239.1.1.1"), .port = 5000 };
	struct recv_streams t;
	uint64_t born[8] = { 0 }, n = 0;

	(void)state;
	assert_int_equal(recv_streams_init(&t, 8), 0);
	for (unsigned second = 0; second < 1500; second++) {
		struct mc_dgram d = dgram("10.0.0.1", (uint16_t)(second + 1), 2);

		if (second % 199 == 0) {
			born[n++] = second;
			assert_non_null(recv_streams_add(&t, &d, &l));
		}
		for (size_t i = 0; i < t.n; i++)
			probe(t.v[i], second + 1);
		recv_streams_lap(&t);
		for (size_t i = 0; i < t.n; i++) {
			const struct recv_series *s = &t.v[i]->series, *first = &t.v[0]->series;
			uint64_t width = s->step / MC_SEC;

			assert_int_equal(s->n, first->n);
			assert_true(s->step == first->step && s->merged == first->merged);
			assert_int_equal((s->n - 1) * width + s->merged, second + 1);
			assert_true(s->n <= RECV_SERIES);
			assert_int_equal(sum_of(s), second + 1 - born[i]);
		}
	}
	assert_int_equal(t.v[0]->series.step / MC_SEC, 8);
	assert_int_equal(t.v[7]->series.v[0].packets, 0);
	assert_int_equal(t.v[7]->series.v[0].delay_mean, -1);
	recv_streams_free(&t);
}

static void test_lost(void **state)
{
	struct listener l = { .group = addr("239.1.1.1"), .port = 5000 };
	struct mc_dgram d = dgram("10.0.0.1", 1, 2);
	struct recv_streams t;
	struct recv_stream *s;

	(void)state;
	assert_int_equal(recv_streams_init(&t, 8), 0);
	s = recv_streams_add(&t, &d, &l);
	assert_non_null(s);
	probe(s, 1);
	probe(s, 5);
	recv_streams_lap(&t);
	assert_int_equal(s->strip[0].lost, 3);
	assert_int_equal(s->strip[0].packets, 2);
	probe(s, 6);
	probe(s, 3);
	recv_streams_lap(&t);
	assert_int_equal(s->strip[1].lost, 0);
	assert_int_equal(s->strip[0].lost, 2); /* one of them came after all */
	assert_int_equal(s->series.v[0].lost, 2);
	assert_int_equal(s->series.n, 2);
	probe(s, 9);
	recv_streams_lap(&t);
	assert_int_equal(s->strip[2].lost, 2);
	recv_streams_free(&t);
}

static struct mc_clock *whose(void *arg)
{
	unsigned *times = arg;
	static struct mc_clock c;

	mc_clock_init(&c, MC_BASIS_SYNCED);
	return ++*times > 1 ? &c : NULL;
}

static void rtp(struct recv_stream *s, uint8_t seq)
{
	const uint8_t data[20] = { 0x80, 96, 0, seq, 0, 0, 0, seq };
	const struct mc_arrival a = { .data = data, .len = sizeof data, .time = 9, .ttl = -1, .tos = -1 };

	mc_stream_take(&s->flow, &a);
}

/* A clock is asked for with the first time that can be compared: once, whether there is one or not. */
static void test_whose(void **state)
{
	struct listener l = { .group = addr("239.1.1.1"), .port = 5000 };
	struct recv_streams t;
	unsigned times = 0;

	(void)state;
	assert_int_equal(recv_streams_init(&t, 8), 0);
	for (uint16_t i = 0; i < 3; i++) {
		struct mc_dgram d = dgram("10.0.0.1", (uint16_t)(i + 1), 2);
		struct recv_stream *s = recv_streams_add(&t, &d, &l);

		assert_non_null(s);
		s->flow.whose = whose;
		s->flow.whose_arg = &times;
		for (uint8_t n = 1; n < 9; n++)
			i ? probe(s, n) : rtp(s, n);
		assert_int_equal(s->flow.format, i ? MC_FORMAT_PROBE : MC_FORMAT_RTP);
		assert_int_equal(times, i);
		assert_true(i < 2 ? !s->flow.clock : s->flow.delay.hist->n == 8);
	}
	recv_streams_reset(&t); /* what was not asked for is so from then on */
	probe(t.v[2], 9);
	assert_true(times == 2 && t.v[2]->flow.clock && t.v[0]->flow.whose);
	recv_streams_free(&t);
}

/* What an answer makes of another kind is not shown beside it. */
static void test_anew(void **state)
{
	struct listener l = { .group = addr("239.1.1.1"), .port = 5000 };
	struct mc_dgram d = dgram("10.0.0.1", 1, 2);
	struct recv_streams t;
	struct recv_stream *s;
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_SYNCED);
	assert_int_equal(recv_streams_init(&t, 8), 0);
	s = recv_streams_add(&t, &d, &l);
	assert_non_null(s);
	s->flow.clock = &c;
	probe(s, 1);
	recv_streams_lap(&t);
	assert_int_equal(s->series.v[0].delay_mean, MC_SEC);
	c.basis = MC_BASIS_ECHO;
	c.sure_at = 8 * MC_SEC;
	probe(s, 2);
	recv_streams_lap(&t);
	assert_int_equal(s->series.v[0].delay_mean, -1);
	assert_int_equal(s->strip[0].delay_max, -1);
	assert_int_equal(s->series.v[1].delay_mean, MC_SEC);
	probe(s, 3);
	recv_streams_lap(&t);
	assert_int_equal(s->strip[1].delay_max, MC_SEC);
	recv_streams_free(&t);
}

static void test_reset(void **state)
{
	struct listener l = { .group = addr("239.1.1.1"), .port = 5000 };
	struct mc_dgram d = dgram("10.0.0.1", 1, 2);
	struct recv_streams t;
	struct recv_stream *s;
	struct mc_stream_sums sums;

	(void)state;
	assert_int_equal(recv_streams_init(&t, 8), 0);
	s = recv_streams_add(&t, &d, &l);
	assert_non_null(s);
	s->flow.gaps.most = 7;
	probe(s, 1);
	probe(s, 5);
	recv_streams_lap(&t);
	recv_streams_lap(&t);
	recv_streams_reset(&t);
	assert_int_equal(t.laps, 0);
	assert_int_equal(s->series.n, 0);
	assert_int_equal(s->flow.packets, 0);
	assert_int_equal(s->flow.gaps.most, 7);
	assert_int_equal(s->flow.format, MC_FORMAT_PROBE);
	assert_ptr_equal(recv_streams_find(&t, &d, &l), s);
	probe(s, 7);
	recv_streams_lap(&t);
	mc_stream_sum(&s->flow, &sums);
	assert_int_equal(sums.lost, 0);
	assert_int_equal(mc_stream_missed(&s->flow), -1); /* what came before it was not missed */
	assert_int_equal(s->flow.sessions, 1);
	assert_int_equal(sum_of(&s->series), 1);
	assert_int_equal(s->strip[0].packets, 1);
	assert_int_equal(s->strip[1].packets, 0);
	recv_streams_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),  cmocka_unit_test(test_many),  cmocka_unit_test(test_series),
		cmocka_unit_test(test_lost),  cmocka_unit_test(test_reset), cmocka_unit_test(test_anew),
		cmocka_unit_test(test_whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
