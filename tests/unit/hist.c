/*
 * hist.c - tests of the histogram, against sorted arrays of the same values.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "flow/hist.h"
#include "check.h"

#define VALUES 20000

static uint64_t random_state;

static uint64_t below(uint64_t n)
{
	return next_random(&random_state) % n;
}

static mc_time small(void)
{
	return below(300);
}

static mc_time uniform(void)
{
	return below(MC_SEC);
}

static mc_time wide(void)
{
	mc_time v = next_random(&random_state);

	return v >> below(64);
}

static mc_time far_up(void)
{
	return UINT64_MAX - below(1000);
}

static mc_time two_peaks(void)
{
	mc_time v = below(5000);

	return v + (below(50) ? 80000 : 40 * MC_MSEC);
}

static mc_time constant(void)
{
	return 123457;
}

static mc_time powers(void)
{
	mc_time v = (mc_time)1 << below(64);

	return v + below(3) - 1;
}

static int compare(const void *a, const void *b)
{
	mc_time x = *(const mc_time *)a, y = *(const mc_time *)b;

	return (x > y) - (x < y);
}

static void assert_near(mc_time got, mc_time want)
{
	mc_time off = got > want ? got - want : want - got;

	if (off > want / 100)
		fail_msg("%llu is not within 1 %% of %llu", (unsigned long long)got,
			 (unsigned long long)want);
}

/* q in thousandths, so that the rank is exact: the least value with q of all at or below it. */
static void check_quantiles(const struct mc_hist *h, const mc_time *sorted, size_t n)
{
	for (size_t q = 0; q <= 1000; q++) {
		size_t rank = (q * n + 999) / 1000;

		assert_near(mc_hist_quantile(h, (double)q / 1000), sorted[rank ? rank - 1 : 0]);
	}
}

/* Both sides are rounded: the mean to a nanosecond, the deviation's square by its doubles. */
static void check_moments(const struct mc_hist *h, const mc_time *values, size_t n)
{
	double mean = 0, variance = 0, mdev = (double)mc_hist_mdev(h), slack;

	for (size_t i = 0; i < n; i++)
		mean += (double)values[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		variance += ((double)values[i] - mean) * ((double)values[i] - mean) / (double)n;
	slack = 2 * mdev + 1 + mean * mean * 1e-9;
	assert_true((double)mc_hist_mean(h) < mean + 1 + mean * 1e-9);
	assert_true((double)mc_hist_mean(h) > mean - 1 - mean * 1e-9);
	assert_true(mdev * mdev < variance + slack && mdev * mdev > variance - slack);
}

static void check_values(mc_time (*draw)(void), size_t n)
{
	static mc_time values[VALUES];
	static struct mc_hist h;

	memset(&h, 0, sizeof(h));
	for (size_t i = 0; i < n; i++) {
		values[i] = draw();
		mc_hist_add(&h, values[i]);
	}
	qsort(values, n, sizeof(values[0]), compare);
	assert_true(h.n == n && h.min == values[0] && h.max == values[n - 1]);
	assert_true(mc_hist_quantile(&h, 0) == h.min && mc_hist_quantile(&h, 1) == h.max);
	check_quantiles(&h, values, n);
	check_moments(&h, values, n);
}

static void test_distributions(void **state)
{
	static mc_time (*const draws[])(void) = { small, uniform, wide, far_up, two_peaks, constant, powers };
	static const size_t sizes[] = { 1, 2, 3, 10, 999, VALUES };

	(void)state;
	random_state = 1;
	for (size_t i = 0; i < COUNT(draws); i++)
		for (size_t j = 0; j < COUNT(sizes); j++)
			check_values(draws[i], sizes[j]);
}

/* A single value is its own every quantile, exactly, at every edge of a slot. */
static void test_single(void **state)
{
	static struct mc_hist h;

	(void)state;
	for (unsigned bit = 0; bit < 64; bit++)
		for (mc_time d = 0; d < 3; d++) {
			mc_time v = ((mc_time)1 << bit) + d - 1;

			memset(&h, 0, sizeof(h));
			mc_hist_add(&h, v);
			assert_true(mc_hist_quantile(&h, 0) == v && mc_hist_quantile(&h, 0.5) == v);
			assert_true(mc_hist_quantile(&h, 1) == v && mc_hist_mean(&h) == v &&
				    mc_hist_mdev(&h) == 0);
		}
	memset(&h, 0, sizeof(h));
	mc_hist_add(&h, UINT64_MAX);
	assert_true(mc_hist_quantile(&h, 0.5) == UINT64_MAX && mc_hist_mean(&h) == UINT64_MAX);
}

static void test_empty(void **state)
{
	static const struct mc_hist h;

	(void)state;
	assert_true(mc_hist_quantile(&h, 0) == 0 && mc_hist_quantile(&h, 0.5) == 0 &&
		    mc_hist_quantile(&h, 1) == 0);
	assert_true(mc_hist_mean(&h) == 0 && mc_hist_mdev(&h) == 0);
}

static void test_odd_shares(void **state)
{
	static struct mc_hist h;

	(void)state;
	for (mc_time v = 1; v <= 100; v++)
		mc_hist_add(&h, v);
	assert_true(mc_hist_quantile(&h, -1) == 1 && mc_hist_quantile(&h, 2) == 100);
	assert_true(mc_hist_quantile(&h, strtod("nan", NULL)) == 1);
	assert_true(mc_hist_quantile(&h, 1e-300) == 1);
	assert_true(mc_hist_quantile(&h, 0.07) == 7); /* 0.07 * 100 > 7 in doubles */
	assert_true(mc_hist_quantile(&h, 0.99) == 99 && mc_hist_quantile(&h, 0.991) == 100);
}

static void test_mean_and_deviation(void **state)
{
	static struct mc_hist h;

	(void)state;
	mc_hist_add(&h, 2 * MC_MSEC);
	mc_hist_add(&h, 4 * MC_MSEC);
	mc_hist_add(&h, 4 * MC_MSEC);
	mc_hist_add(&h, 6 * MC_MSEC);
	assert_int_equal(mc_hist_mean(&h), 4 * MC_MSEC);
	assert_int_equal(mc_hist_mdev(&h), 1414214); /* sqrt(2) ms */
	memset(&h, 0, sizeof(h));
	mc_hist_add(&h, 1);
	mc_hist_add(&h, 2);
	assert_int_equal(mc_hist_mdev(&h), 1); /* a half, rounded up */
	memset(&h, 0, sizeof(h));
	for (unsigned i = 0; i < 1000; i++)
		mc_hist_add(&h, 8891869609);
	assert_int_equal(mc_hist_mdev(&h), 0); /* and not what doubles leave */
}

static void test_saturation(void **state)
{
	static struct mc_hist h;

	(void)state;
	mc_hist_add(&h, 5);
	mc_hist_add(&h, 100);
	h.slot[5] = UINT32_MAX - 1;
	h.n = UINT64_MAX - 1;
	mc_hist_add(&h, 5);
	assert_true(h.slot[5] == UINT32_MAX && h.n == UINT64_MAX);
	mc_hist_add(&h, 5);
	assert_true(h.slot[5] == UINT32_MAX && h.n == UINT64_MAX);
	mc_hist_add(&h, 3);
	assert_true(h.n == UINT64_MAX && h.min == 3 && h.max == 100);
	assert_true(mc_hist_quantile(&h, 0.5) == 5);
	assert_true(mc_hist_quantile(&h, 0.9999) == 5);
}

/* Many at once are as so many one by one, at the top of the counters too. */
static void test_many(void **state)
{
	static struct mc_hist many, one;

	(void)state;
	memset(&many, 0, sizeof(many));
	memset(&one, 0, sizeof(one));
	for (uint32_t i = 0; i < 200; i++) {
		uint64_t value = below(UINT64_C(1) << below(40));

		mc_hist_add_many(&many, value, i);
		for (uint32_t k = 0; k < i; k++)
			mc_hist_add(&one, value);
	}
	assert_true(many.n == one.n && many.min == one.min && many.max == one.max);
	assert_memory_equal(many.slot, one.slot, sizeof(one.slot));
	assert_true(many.sum == one.sum && fabs(many.sum2 / one.sum2 - 1) < 1e-12);
	mc_hist_add_many(&many, 5, UINT32_MAX);
	mc_hist_add_many(&many, 5, UINT32_MAX);
	assert_true(many.slot[5] == UINT32_MAX && many.n == one.n + 2 * (uint64_t)UINT32_MAX);
	many.n = UINT64_MAX - 3;
	mc_hist_add_many(&many, 5, 4);
	assert_true(many.n == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_odd_shares),
		cmocka_unit_test(test_mean_and_deviation),
		cmocka_unit_test(test_saturation),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
