/*
 * delay.c - tests of delays held and counted, and of jitter as RFC 3550 A.8 has it.
 */
#include <math.h>
#include <stdlib.h>

#include "flow/delay.h"
#include "starve.h"
#include "check.h"

#define USEC (MC_MSEC / 1000)
#define BEGIN (1700000000 * MC_SEC)

/* RFC 3550 A.8, as it stands there, in floating point. */
static double rfc_jitter(const int64_t *transit, size_t n)
{
	double jitter = 0;

	for (size_t i = 1; i < n; i++)
		jitter += (fabs((double)(transit[i] - transit[i - 1])) - jitter) / 16;
	return jitter;
}

static void test_jitter(void **state)
{
	static int64_t all[20000];
	uint64_t random_state = 1;
	struct mc_delay d = { 0 };
	size_t n = 0;

	(void)state;
	while (n < COUNT(all) - 200) {
		int64_t transit = (int64_t)(next_random(&random_state) % 5000000) - 2000000;
		uint32_t many = 1 + (uint32_t)(next_random(&random_state) % (n % 3 ? 1 : 150));

		mc_jitter_add(&d, transit, many);
		for (uint32_t i = 0; i < many; i++)
			all[n++] = transit;
		assert_true(fabs(d.jitter - rfc_jitter(all, n)) < 1e-3);
	}
	mc_jitter_add(&d, 0, 0);
	assert_true(d.jitter > 0 && d.transit == all[n - 1]);
	mc_jitter_add(&d, all[n - 1], UINT32_MAX);
	assert_true(d.jitter < 1e-9);
}

static void test_jitter_any(void **state)
{
	static const int64_t transits[] = { INT64_MIN, INT64_MAX, 0, -1, INT64_MIN, 61000000000, 0 };
	struct mc_delay d = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(transits); i++)
		mc_jitter_add(&d, transits[i], 1);
	/* INT64_MIN to INT64_MAX and 0 to -1 are 1 apart; all else is a clock that was set. */
	assert_true(fabs(d.jitter - (1.0 / 16 + (1 - 1.0 / 16) / 16)) < 1e-12);
}

static void test_held(void **state)
{
	struct mc_delay d = { 0 };
	struct mc_clock c;
	mc_time mean, max;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	mc_delay_add(&d, &c, BEGIN, BEGIN + 100 * USEC, 3);
	for (mc_time i = 1; i < 8; i++)
		mc_delay_add(&d, &c, BEGIN + i * MC_MSEC, BEGIN + i * MC_MSEC + 400 * USEC, 1);
	assert_true(d.nheld == 8 && !d.hist && !mc_delay_lap(&d, &mean, &max));
	mc_delay_flush(&d, &c, BEGIN + 200 * MC_MSEC);
	assert_true(d.nheld == 8);
	mc_delay_flush(&d, &c, BEGIN + 300 * MC_MSEC + 100 * USEC);
	assert_true(d.nheld == 0 && !d.held && d.hist->n == 10 && d.hist->min == 0 &&
		    d.hist->max == 300 * USEC);
	assert_true(mc_delay_lap(&d, &mean, &max) && mean == 210 * USEC && max == 300 * USEC);
	assert_false(mc_delay_lap(&d, &mean, &max));
	mc_delay_free(&d);
}

/* At the end all that can be counted is; where nothing is known, it is not. */
static void test_end(void **state)
{
	static const enum mc_basis onlys[] = { MC_BASIS_NONE, MC_BASIS_ECHO };

	(void)state;
	for (size_t i = 0; i < COUNT(onlys); i++) {
		struct mc_delay d = { 0 };
		struct mc_clock c;

		mc_clock_init(&c, onlys[i]);
		for (mc_time n = 0; n < 300; n++)
			mc_delay_add(&d, &c, BEGIN + n * USEC, BEGIN + n * USEC + 7, 2);
		assert_true(!d.hist && d.uncounted == 0);
		mc_delay_flush(&d, &c, MC_NEVER);
		assert_true(i ? !d.hist && d.uncounted == 600 :
				d.hist->n == 600 && d.hist->max == 0 && !d.uncounted);
		assert_true(!d.held && !d.fold && !d.nheld);
		mc_delay_free(&d);
	}
}

static int by_value(const void *a, const void *b)
{
	mc_time x = *(const mc_time *)a, y = *(const mc_time *)b;

	return (x > y) - (x < y);
}

/* A fast stream: all that comes before the clock is known is counted then, as exactly as all else. */
static void test_fast(void **state)
{
	static mc_time all[100000];
	uint64_t random_state = 3;
	struct mc_delay d = { 0 };
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_ECHO);
	for (size_t i = 0; i < COUNT(all); i++) {
		double unit = (double)(next_random(&random_state) >> 11) * 0x1p-53;
		mc_time came = BEGIN + i * 3 * USEC;

		all[i] = (i ? 20 * USEC : 2 * MC_MSEC) + (mc_time)(-log(1 - unit) * 30 * USEC);
		mc_delay_add(&d, &c, came - all[i] + 77 * MC_SEC, came, 1);
	}
	assert_true(d.fold && !d.hist && d.uncounted < 10);
	assert_true(mc_clock_echo(&c, BEGIN + 300 * MC_MSEC, BEGIN + 77 * MC_SEC + 300 * MC_MSEC,
				  BEGIN + 77 * MC_SEC + 300 * MC_MSEC, BEGIN + 300 * MC_MSEC + 2));
	mc_delay_flush(&d, &c, BEGIN + 300 * MC_MSEC + 2);
	assert_true(!d.fold && !d.held && d.hist->n + d.uncounted == COUNT(all) && d.uncounted < 10);
	qsort(all, COUNT(all), sizeof *all, by_value);
	for (unsigned percent = 0; percent <= 100; percent++) {
		mc_time is = mc_hist_quantile(d.hist, percent / 100.0);
		mc_time was = all[percent * (COUNT(all) - 1) / 100];

		if (fabs((double)is - (double)was) > 0.02 * (double)was + 10)
			fail_msg("%u %%: %llu, was %llu", percent, (unsigned long long)is,
				 (unsigned long long)was);
	}
	/* ... the clock could have drifted meanwhile, and that is said. */
	assert_true(d.uncertainty >= 290 * 600 && d.uncertainty < 310 * 600);
	mc_delay_free(&d);
}

/* Times that are far off do not spoil the others: they are left out, and told. */
static void test_fast_lies(void **state)
{
	struct mc_delay d = { 0 };
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_ECHO);
	for (mc_time i = 0; i < 1000; i++) {
		mc_time came = BEGIN + i * USEC;

		mc_delay_add(&d, &c, came - 9 - (i == 900 ? 999 * MC_SEC : 0), came, 1);
	}
	assert_true(d.fold && d.nheld == 1 && d.uncounted == 0);
	mc_delay_add(&d, &c, BEGIN, BEGIN + 30 * MC_SEC, 1); /* too much later: held as it is */
	assert_true(d.nheld == 2);
	mc_delay_free(&d);
	for (mc_time i = 0; i < 1000; i++)
		mc_delay_add(&d, &c, i == 100 ? 1 : BEGIN + i * USEC, BEGIN + i * USEC, 1);
	assert_true(!d.fold && d.nheld == MC_DELAY_HELD && d.uncounted == 1000 - MC_DELAY_HELD);
	mc_delay_free(&d);
}

/* What was counted above the fastest is not mixed with what is known by an answer. */
static void test_better(void **state)
{
	struct mc_delay d = { 0 };
	struct mc_clock c;
	mc_time mean, max;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (mc_time i = 0; i < 50; i++) {
		mc_time at = BEGIN + i * 10 * MC_MSEC;

		mc_delay_add(&d, &c, at, at + 4 * MC_MSEC + (i == 9 ? MC_MSEC : 0), 1);
	}
	assert_true(d.basis == MC_BASIS_ENVELOPE && d.hist->n == 50 && d.hist->max == MC_MSEC);
	d.negative = 1;
	assert_true(mc_clock_echo(&c, BEGIN + MC_SEC, BEGIN + MC_SEC + 10, BEGIN + MC_SEC + 10,
				  BEGIN + MC_SEC + 20));
	assert_true(d.basis == MC_BASIS_ENVELOPE);
	mc_delay_add(&d, &c, BEGIN + MC_SEC, BEGIN + MC_SEC + 4 * MC_MSEC, 1);
	assert_true(d.basis == MC_BASIS_ECHO && d.hist->n == 1 && d.hist->min == 4 * MC_MSEC);
	assert_true(d.uncounted == 50 && d.negative == 0 && d.anew == 1);
	assert_true(mc_delay_lap(&d, &mean, &max) && mean == 4 * MC_MSEC && max == 4 * MC_MSEC);
	mc_delay_free(&d);
}

/* The largest uncertainty is told, not the last; what waited for long is not counted by it. */
static void test_uncertainty(void **state)
{
	struct mc_delay d = { 0 };
	struct mc_clock c;
	mc_time t = BEGIN + 5 * MC_SEC;

	(void)state;
	mc_clock_init(&c, MC_BASIS_ECHO);
	for (mc_time i = 0; i < 3; i++)
		mc_delay_add(&d, &c, BEGIN + i * 2400 * MC_MSEC, BEGIN + i * 2400 * MC_MSEC + 9, 1);
	assert_true(mc_clock_echo(&c, t, t + 4 * MC_MSEC, t + 4 * MC_MSEC, t + 8 * MC_MSEC));
	mc_delay_add(&d, &c, t, t + 8 * MC_MSEC, 1);
	assert_true(d.uncounted == 2 && d.hist->n == 2 && d.uncertainty > 4 * MC_MSEC &&
		    d.uncertainty < 5 * MC_MSEC);
	assert_true(mc_clock_echo(&c, t + MC_SEC, t + MC_SEC, t + MC_SEC, t + MC_SEC + 10));
	mc_delay_add(&d, &c, t + MC_SEC, t + MC_SEC + 99, 1);
	assert_true(mc_clock_unsure(&c, t + MC_SEC) < MC_MSEC && d.uncertainty > 4 * MC_MSEC);
	mc_delay_free(&d);
}

static void test_negative(void **state)
{
	struct mc_delay d = { 0 };
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_SYNCED);
	mc_delay_add(&d, &c, BEGIN + 50, BEGIN, 2);
	mc_delay_add(&d, &c, BEGIN + 10, BEGIN, 1);
	mc_delay_add(&d, &c, BEGIN, BEGIN + 30, 1);
	assert_true(d.negative == 3 && d.lowest == 50 && d.hist->n == 4 && d.hist->min == 0 &&
		    d.hist->max == 30);
	mc_delay_add(&d, &c, MC_NEVER, 1, 1);
	mc_delay_add(&d, &c, 1, MC_NEVER, 1);
	assert_true(d.hist->n == 6 && d.hist->max > MC_NEVER / 4);
	mc_delay_free(&d);
}

/* What cannot be held or counted is left out, and nothing more. */
static void test_starving(void **state)
{
	(void)state;
	for (size_t nth = 1; nth < 4; nth++) {
		size_t before = starve_held;
		struct mc_delay d = { 0 };
		struct mc_clock c;

		mc_clock_init(&c, MC_BASIS_NONE);
		starve_in = nth;
		for (mc_time n = 0; n < 10; n++)
			mc_delay_add(&d, &c, BEGIN + n * 100 * MC_MSEC, BEGIN + n * 100 * MC_MSEC + 9, 1);
		starve_in = 0;
		assert_int_equal(d.uncounted, nth < 3);
		assert_int_equal(d.hist->n, nth == 3 ? 10 : 9);
		mc_delay_free(&d);
		assert_int_equal(starve_held, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jitter),   cmocka_unit_test(test_jitter_any),
		cmocka_unit_test(test_held),     cmocka_unit_test(test_end),
		cmocka_unit_test(test_negative), cmocka_unit_test(test_starving),
		cmocka_unit_test(test_fast),     cmocka_unit_test(test_fast_lies),
		cmocka_unit_test(test_better),   cmocka_unit_test(test_uncertainty),
	};

	return cmocka_run_group_tests_name("delay", tests, NULL, NULL);
}
