/*
 * recv_hgrm.c - tests of the delays in HdrHistogram's text: its columns and footer to the letter, percentiles
 * that rise and say what the delays are, of all streams together.
 */
#include <math.h>
#include <stdio.h>

#include "recv/hgrm.h"
#include "recv_scene.h"

static char *text;

static const char *write_all(struct scene *c)
{
	size_t len;
	FILE *f;

	free(text);
	text = NULL;
	f = open_memstream(&text, &len);
	assert_non_null(f);
	assert_int_equal(recv_hgrm(&c->r.streams, f), 0);
	fclose(f);
	return text;
}

static void test_empty(void **state)
{
	struct scene *c = scene_new();

	(void)state;
	scene_stream(c, 10, 0);
	assert_string_equal(write_all(c), "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
					  "#[Mean    =        0.000, StdDeviation   =        0.000]\n"
					  "#[Max     =        0.000, Total count    =            0]\n"
					  "#[Buckets =           58, SubBuckets     =          128]\n");
	scene_end(c);
}

/* What HdrHistogram prints of the same two values. */
static void test_two(void **state)
{
	static const unsigned a[] = { 1 }, b[] = { 100 };
	struct scene *c = scene_new();

	(void)state;
	scene_delays(c, scene_stream(c, 1, 0), a, COUNT(a));
	scene_delays(c, scene_stream(c, 1, 0), b, COUNT(b));
	assert_string_equal(write_all(c), "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
					  "       1.000 0.000000000000          1           1.00\n"
					  "       1.000 0.100000000000          1           1.11\n"
					  "       1.000 0.200000000000          1           1.25\n"
					  "       1.000 0.300000000000          1           1.43\n"
					  "       1.000 0.400000000000          1           1.67\n"
					  "       1.000 0.500000000000          1           2.00\n"
					  "     100.000 0.550000000000          2           2.22\n"
					  "     100.000 1.000000000000          2\n"
					  "#[Mean    =       50.500, StdDeviation   =       49.500]\n"
					  "#[Max     =      100.000, Total count    =            2]\n"
					  "#[Buckets =           58, SubBuckets     =          128]\n");
	scene_end(c);
}

/* Read as the plotter does: lines of four columns that are no comment. */
static void test_many(void **state)
{
	struct scene *c = scene_new();
	double value, share, inverse, last = 0, last_share = -1;
	unsigned long long count;
	size_t lines = 0;

	(void)state;
	for (unsigned i = 1; i <= 10000; i++)
		scene_delays(c, i == 1 ? scene_stream(c, 1, 0) : c->v[0], &i, 1);
	for (const char *p = strchr(write_all(c), '\n') + 2; *p && *p != '#'; p += strcspn(p, "\n") + 1) {
		int n = sscanf(p, "%lf %lf %llu%*1[ ]%lf", &value, &share, &count, &inverse);

		assert_true(n == 4 || (n == 3 && p[strcspn(p, "\n") + 1] == '#'));
		assert_true(value >= last && share > last_share);
		assert_true(share <= (double)count / 10000 + 1e-9);
		assert_true(fabs(value - (double)count) <= (double)count / 100); /* the n-th delay is n us */
		if (n == 4)
			assert_true(fabs(inverse - 1 / (1 - share)) < 0.01 * inverse);
		last = value;
		last_share = share;
		lines++;
	}
	assert_true(lines > 40 && lines < 100);
	assert_true(last_share == 1);
	assert_int_equal(count, 10000);
	scene_end(c);
}

/* A device that is full is told. */
static void test_full(void **state)
{
	struct scene *c = scene_new();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	assert_int_equal(recv_hgrm(&c->r.streams, f), -1);
	fclose(f);
	scene_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_full),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(text);
	return failed;
}
