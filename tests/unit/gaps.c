/*
 * gaps.c - tests of runs of missing numbers: their order, what fills them, what is forgotten.
 */
#include "flow/gaps.h"
#include "starve.h"
#include "check.h"

static void is(const struct mc_gaps *g, uint32_t i, uint64_t first, uint64_t n, uint64_t missing)
{
	const struct mc_gap *gap = mc_gaps_at(g, i);

	assert_non_null(gap);
	assert_true(gap->first == first && gap->n == n && gap->missing == missing);
}

static void test_fill(void **state)
{
	struct mc_gaps g = { .most = 100 };

	(void)state;
	mc_gaps_open(&g, 1, 10, 5, 4);
	mc_gaps_open(&g, 2, 20, 1, 0);
	mc_gaps_open(&g, 3, 30, 3, 9);
	assert_true(g.total == 3 && g.open == 3 && g.lost_socket == 7);
	mc_gaps_fill(&g, 14);
	mc_gaps_fill(&g, 10);
	mc_gaps_fill(&g, 20);
	mc_gaps_fill(&g, 15); /* not missing, as are the next */
	mc_gaps_fill(&g, 9);
	mc_gaps_fill(&g, 33);
	is(&g, 0, 10, 5, 3);
	is(&g, 1, 20, 1, 0);
	is(&g, 2, 30, 3, 3);
	assert_null(mc_gaps_at(&g, 3));
	assert_true(mc_gaps_at(&g, 0)->at == 1 && mc_gaps_at(&g, 2)->socket && !mc_gaps_at(&g, 1)->socket);
	/* What came late was not lost; what was lost elsewhere is taken first. */
	assert_true(g.total == 3 && g.open == 2 && g.lost_socket == 6 && mc_gaps_at(&g, 0)->socket == 3);
	mc_gaps_free(&g);
	assert_true(g.n == 0 && g.most == 100 && !g.v);
}

/* What lies below others is found, too; numbers may pass the top of their type. */
static void test_order(void **state)
{
	struct mc_gaps g = { .most = 100 };

	(void)state;
	mc_gaps_open(&g, 1, 3, 2, 0);
	mc_gaps_open(&g, 2, UINT64_MAX - 10, 4, 0);
	mc_gaps_open(&g, 3, UINT64_MAX - 1, 4, 0); /* the last of them is 1 */
	is(&g, 0, UINT64_MAX - 10, 4, 4);
	is(&g, 1, UINT64_MAX - 1, 4, 4);
	is(&g, 2, 3, 2, 2);
	mc_gaps_fill(&g, 1);
	mc_gaps_fill(&g, UINT64_MAX - 7);
	mc_gaps_fill(&g, 4);
	is(&g, 0, UINT64_MAX - 10, 4, 3);
	is(&g, 1, UINT64_MAX - 1, 4, 3);
	is(&g, 2, 3, 2, 1);
	mc_gaps_free(&g);
}

/* Numbers that begin anew do not fill what was missing before. */
static void test_anew(void **state)
{
	struct mc_gaps g = { .most = 100 };

	(void)state;
	mc_gaps_open(&g, 1, 50, 5, 5);
	mc_gaps_anew(&g);
	mc_gaps_fill(&g, 51);
	mc_gaps_open(&g, 2, 2, 2, 0);
	mc_gaps_fill(&g, 51);
	mc_gaps_fill(&g, 2);
	is(&g, 0, 50, 5, 5);
	is(&g, 1, 2, 2, 1);
	assert_int_equal(g.lost_socket, 5);
	mc_gaps_free(&g);
}

static void test_most(void **state)
{
	static const uint32_t mosts[] = { 1, 7, 8, 9, 100 };

	(void)state;
	for (size_t m = 0; m < COUNT(mosts); m++) {
		struct mc_gaps g = { .most = mosts[m] };

		for (uint64_t i = 0; i < 1000; i++) {
			mc_gaps_open(&g, i, 10 * i, 1 + i % 5, i % 2);
			mc_gaps_fill(&g, 10 * i);
		}
		assert_int_equal(g.n, mosts[m]);
		assert_int_equal(g.total, 1000);
		assert_int_equal(g.open, 800); /* those of one number were filled */
		for (uint32_t i = 0; i < g.n; i++)
			is(&g, i, 10 * (1000 - g.n + i), 1 + (1000 - g.n + i) % 5, (1000 - g.n + i) % 5);
		mc_gaps_fill(&g, 5); /* of one that is forgotten, or of none */
		assert_null(mc_gaps_at(&g, g.n));
		mc_gaps_free(&g);
	}
}

static void test_none_kept(void **state)
{
	struct mc_gaps g = { .most = 0 };

	(void)state;
	mc_gaps_open(&g, 1, 10, 5, 5);
	mc_gaps_fill(&g, 11);
	assert_true(g.total == 1 && g.open == 1 && g.lost_socket == 5 && !mc_gaps_at(&g, 0));
	mc_gaps_free(&g);
}

static void test_starving(void **state)
{
	(void)state;
	for (size_t nth = 1; nth < 4; nth++) {
		struct mc_gaps g = { .most = 1000 };
		size_t before = starve_held;

		starve_in = nth;
		for (uint64_t i = 0; i < 20; i++)
			mc_gaps_open(&g, i, 10 * i, 2, 0);
		starve_in = 0;
		assert_int_equal(g.total, 20);
		/* The first: one is not kept; later ones: the oldest makes room. */
		assert_int_equal(g.n, 19);
		is(&g, g.n - 1, 190, 2, 2);
		mc_gaps_free(&g);
		assert_int_equal(starve_held, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),      cmocka_unit_test(test_order),
		cmocka_unit_test(test_anew),      cmocka_unit_test(test_most),
		cmocka_unit_test(test_none_kept), cmocka_unit_test(test_starving),
	};

	return cmocka_run_group_tests_name("gaps", tests, NULL, NULL);
}
