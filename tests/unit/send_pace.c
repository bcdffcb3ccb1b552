/*
 * send_pace.c - tests of the schedule of mcast send, in time that the tests make.
 */
#include "send/pace.h"

#include "check.h"

#define NOW (100 * MC_SEC)

static struct send_pace begin(enum rate_unit unit, double value)
{
	struct rate rate = { unit, value };
	struct send_pace p;

	send_pace_init(&p, &rate, NOW);
	return p;
}

static void send(struct send_pace *p, mc_time now, uint64_t n, size_t octets)
{
	send_pace_begin(p, now);
	send_pace_sent(p, n, octets);
}

/* A third of a second has no end in nanoseconds, but three of them are a second, however often. */
static void test_no_drift(void **state)
{
	struct send_pace p = begin(RATE_PPS, 3);

	(void)state;
	assert_int_equal(p.due, NOW);
	for (int i = 1; i <= 300000; i++) {
		send(&p, p.due, 1, 100);
		if (i % 3 == 0)
			assert_in_range(p.due, NOW + (mc_time)i / 3 * MC_SEC - 10,
					NOW + (mc_time)i / 3 * MC_SEC + 10);
	}
	assert_int_equal(p.behind, 0);
	assert_true(mc_hist_quantile(&p.off, 1) <= 1);
}

static void test_fast(void **state)
{
	struct send_pace p = begin(RATE_PPS, 3e8); /* 3.33 ns each, in trains of 100 */

	(void)state;
	for (int i = 0; i < 30000; i++)
		send(&p, p.due, 100, 100);
	assert_in_range(p.due, NOW + 10 * MC_MSEC - 10, NOW + 10 * MC_MSEC + 10);
}

static void test_bits(void **state)
{
	struct send_pace p = begin(RATE_BPS, 8e6); /* 1 us an octet */

	(void)state;
	send(&p, NOW, 1, 1000);
	assert_int_equal(p.due, NOW + MC_MSEC);
	send(&p, NOW + MC_MSEC, 2, 3000);
	assert_int_equal(p.due, NOW + 4 * MC_MSEC);
	assert_int_equal(p.wanted, 3 * MC_MSEC);
}

static void test_late(void **state)
{
	struct send_pace p = begin(RATE_PPS, 1000);

	(void)state;
	send(&p, NOW, 1, 1);
	/* 5 ms late shifts nothing, and is made up. */
	send(&p, NOW + 6 * MC_MSEC, 1, 1);
	assert_int_equal(p.due, NOW + 2 * MC_MSEC);
	assert_int_equal(p.behind, 0);
	/* More than 10 ms late is not: what was due at 2 to 52 ms is one datagram that leaves, and fifty
	 * that do not. */
	send(&p, NOW + 52 * MC_MSEC + 1, 1, 1);
	assert_int_equal(p.behind, 50);
	assert_int_equal(p.due, NOW + 53 * MC_MSEC);
}

static void test_late_trains(void **state)
{
	struct send_pace p = begin(RATE_PPS, 10000);

	(void)state;
	send(&p, NOW, 10, 1);
	send(&p, NOW + 101 * MC_MSEC, 10, 1);
	assert_int_equal(p.behind, 1000);
	assert_int_equal(p.due, NOW + 102 * MC_MSEC);
}

static void test_spacing(void **state)
{
	struct send_pace p = begin(RATE_PPS, 1000);

	(void)state;
	send(&p, NOW + 500, 1, 1); /* the first has none before it */
	assert_int_equal(p.off.n, 0);
	send(&p, NOW + MC_MSEC + 3500, 1, 1);
	assert_int_equal(p.off.max, 3000);
	send(&p, NOW + 2 * MC_MSEC, 1, 1); /* too near is as wrong as too far */
	assert_int_equal(p.off.max, 3500);
	assert_int_equal(p.off.n, 2);
	assert_int_equal(p.off.min, 3000);
}

/* There was nothing to send: the schedule begins anew, nobody is behind, and the gap is nobody's. */
static void test_stood(void **state)
{
	struct send_pace p = begin(RATE_PPS, 1000);

	(void)state;
	send(&p, NOW, 1, 1);
	send_pace_stood(&p, NOW + 5 * MC_SEC);
	assert_int_equal(p.due, NOW + 5 * MC_SEC);
	send(&p, NOW + 5 * MC_SEC, 1, 1);
	assert_int_equal(p.behind, 0);
	assert_int_equal(p.off.n, 0);
	assert_int_equal(p.due, NOW + 5 * MC_SEC + MC_MSEC);
	send_pace_stood(&p, NOW + 5 * MC_SEC); /* it was not late: what is due stays */
	assert_int_equal(p.due, NOW + 5 * MC_SEC + MC_MSEC);
}

static void test_as_fast(void **state)
{
	struct send_pace p = begin(RATE_MAX, 0);

	(void)state;
	assert_true(p.free);
	for (int i = 0; i < 10; i++)
		send(&p, NOW + (mc_time)i * MC_SEC, 128, 8192);
	assert_int_equal(p.off.n + p.behind, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_drift),    cmocka_unit_test(test_fast),
		cmocka_unit_test(test_bits),        cmocka_unit_test(test_late),
		cmocka_unit_test(test_late_trains), cmocka_unit_test(test_spacing),
		cmocka_unit_test(test_stood),       cmocka_unit_test(test_as_fast),
	};

	return cmocka_run_group_tests_name("send_pace", tests, NULL, NULL);
}
