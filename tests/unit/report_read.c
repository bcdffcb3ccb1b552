/*
 * report_read.c - tests of lines that become runs: which belong together, what receivers are called, and
 * what is left out, however it is wrong.
 */
#include "reported.h"

#define GOOD_STREAM "\"packets\":10,\"lost\":0,\"loss\":0.0"

static size_t streams(const struct report *p, size_t run)
{
	return json_array_size(p->runs[run].streams);
}

static void test_runs(void **state)
{
	struct report p = reported(START("a") STREAM("a", "10.0.0.1", GOOD_STREAM) END("a", 0) START("b")
					   STREAM("b", "10.0.0.1", GOOD_STREAM)
						   STREAM("b", "10.0.0.2", GOOD_STREAM) END("b", 0) START("a")
							   END("a", 1));

	(void)state;
	assert_int_equal(p.n, 3);
	assert_int_equal(p.files, 1);
	assert_int_equal(p.ignored, 0);
	assert_string_equal(p.runs[0].receiver, "a #1");
	assert_string_equal(p.runs[1].receiver, "b");
	assert_string_equal(p.runs[2].receiver, "a #2");
	assert_int_equal(streams(&p, 0), 1);
	assert_int_equal(streams(&p, 1), 2);
	assert_int_equal(streams(&p, 2), 0);
	assert_non_null(p.runs[2].start);
	assert_non_null(p.runs[2].end);
	report_free(&p);
}

/* Lines of two hosts in turn, as a log collects them; and a file that begins in the middle. */
static void test_in_turn(void **state)
{
	struct report p = reported(START("a") START("b") STREAM("a", "10.0.0.1", GOOD_STREAM)
					   STREAM("b", "10.0.0.2", GOOD_STREAM) END("a", 0) END("b", 0));

	(void)state;
	assert_int_equal(p.n, 2);
	assert_int_equal(streams(&p, 0), 1);
	assert_int_equal(streams(&p, 1), 1);
	report_free(&p);
	p = reported(STREAM("c", "10.0.0.1", GOOD_STREAM) END("c", 0) STREAM("c", "10.0.0.1", GOOD_STREAM));
	assert_int_equal(p.n, 2);
	assert_null(p.runs[0].start);
	assert_string_equal(p.runs[0].receiver, "c #1");
	report_free(&p);
}

/* What was told half-way does not stand beside what was told at the end. */
static void test_so_far(void **state)
{
	static const char half[] = START("a") STREAM("a", "10.0.0.1", GOOD_STREAM)
		HEAD("so_far", "a") ",\"verdict\":\"good\"}\n";
	static const char whole[] = START("a") STREAM("a", "10.0.0.1", GOOD_STREAM)
		HEAD("so_far", "a") ",\"verdict\":\"good\"}\n" STREAM("a", "10.0.0.1", GOOD_STREAM)
			STREAM("a", "10.0.0.2", GOOD_STREAM) END("a", 0);
	struct report p = reported(half);

	(void)state;
	assert_int_equal(streams(&p, 0), 1);
	report_free(&p);
	p = reported(whole);
	assert_int_equal(p.n, 1);
	assert_int_equal(streams(&p, 0), 2);
	report_free(&p);
}

/* None of these is counted as a result; each is counted as left out but where it is a line of recv's that is
 * not needed. */
static void test_left_out(void **state)
{
	static const struct {
		const char *line;
		unsigned long ignored;
	} rows[] = {
		{ "", 0 },
		{ "  \t\r", 0 },
		{ "not JSON", 1 },
		{ "{\"event\":\"stream\"", 1 },
		{ "[1,2]", 1 },
		{ "17", 1 },
		{ "null", 1 },
		{ "{}", 1 },
		{ "{\"event\":17}", 1 },
		{ HEAD("stream", "a") "}", 1 },
		{ HEAD("stream", "a") ",\"source\":1,\"group\":2,\"port\":3,\"source_port\":4,\"packets\":5}",
		  1 },
		{ HEAD("start", "a") ",\"count\":3}", 1 }, /* of another verb */
		{ HEAD("reply", "a") "}", 1 },
		{ "{\"event\":\"start\",\"schema\":1,\"targets\":[],\"stamps\":\"kernel\"}", 1 },
		{ "{\"event\":\"start\",\"host\":\"a\",\"schema\":2,\"targets\":[],\"stamps\":\"kernel\"}",
		  1 },
		{ HEAD("start", "a") ",\"targets\":[],\"stamps\":NaN}", 1 },
		{ HEAD("start", "a") ",\"targets\":[1e999],\"stamps\":\"kernel\"}", 1 },
		{ HEAD("start", "a") ",\"targets\":[99999999999999999999],\"stamps\":\"kernel\"}", 1 },
		{ HEAD("start", "\xff\xfe") ",\"targets\":[],\"stamps\":\"kernel\"}", 1 },
		{ HEAD("start", "a\\u0000b") ",\"targets\":[],\"stamps\":\"kernel\"}", 1 },
		{ HEAD("interval", "a") "}", 0 },
		{ HEAD("gap", "a") "}", 0 },
		{ HEAD("joined", "a") "}", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char lines[1024], want[32], got[32];
		struct report p;

		snprintf(lines, sizeof lines, "%s\n" START("z"), rows[i].line);
		p = reported(lines);
		snprintf(want, sizeof want, "%lu", rows[i].ignored);
		snprintf(got, sizeof got, "%lu", p.ignored);
		equal(rows[i].line, got, want);
		assert_int_equal(p.n, 1);
		assert_string_equal(p.runs[0].receiver, "z");
		report_free(&p);
	}
}

static void refuse(const char *lines, size_t len, const char *want)
{
	char why[256] = "";
	int r;
	struct report p = reported_of(lines, len, &r, why);

	assert_int_equal(r, -1);
	assert_non_null(strstr(why, want));
	assert_int_equal(p.files, 0);
	report_free(&p);
}

static void test_nothing(void **state)
{
	(void)state;
	refuse("", 0, "nothing that mcast recv");
	refuse("\n\n", 2, "nothing that mcast recv");
	refuse("\0\0\n{", 4, "nothing that mcast recv");
	refuse(HEAD("interval", "a") "}\n", strlen(HEAD("interval", "a") "}\n"), "nothing that mcast recv");
}

static void test_deep(void **state)
{
	enum { DEEP = 100000 };
	char *lines = malloc(2 * DEEP + 4096), *p = lines, why[256] = "";
	int r;

	(void)state;
	p += sprintf(p, "%s", HEAD("start", "a") ",\"stamps\":\"kernel\",\"targets\":");
	memset(p, '[', DEEP);
	memset(p + DEEP, ']', DEEP);
	p += 2 * DEEP;
	p += sprintf(p, "}\n%s", START("b"));
	struct report report = reported_of(lines, (size_t)(p - lines), &r, why);

	assert_int_equal(r, 0);
	assert_int_equal(report.n, 1);
	assert_int_equal(report.ignored, 1);
	report_free(&report);
	free(lines);
}

/* A line of 40 MB is passed over, and the one behind it is read. */
static void test_long(void **state)
{
	enum { LONG = 40 << 20 };
	char *lines = malloc(LONG + 4096), why[256] = "";
	size_t len = LONG;
	int r;

	(void)state;
	memset(lines, ' ', LONG);
	lines[LONG - 1] = '\n';
	len += (size_t)sprintf(lines + LONG, "%s", START("b"));
	struct report report = reported_of(lines, len, &r, why);

	assert_int_equal(r, 0);
	assert_int_equal(report.n, 1);
	assert_int_equal(report.ignored, 1);
	report_free(&report);
	free(lines);
}

/* The last line has no end; runs there is no room for are left out. */
static void test_many(void **state)
{
	enum { RUNS = 5000 };
	size_t each = strlen(START("a"));
	char *lines = malloc(RUNS * each + 1), why[256] = "";
	int r;

	(void)state;
	for (size_t i = 0; i < RUNS; i++)
		memcpy(lines + i * each, START("a"), each + 1);
	struct report p = reported_of(lines, RUNS * each - 1, &r, why);

	assert_int_equal(r, 0);
	assert_int_equal(p.n, 4096);
	assert_int_equal(p.ignored, RUNS - 4096);
	assert_string_equal(p.runs[4095].receiver, "a #4096");
	report_free(&p);
	free(lines);
}

static void test_add(void **state)
{
	struct report p = { .max_delay = -1 };

	(void)state;
	assert_int_equal(report_add(&p, json_loads(START("a"), 0, NULL)), 0);
	assert_int_equal(report_add(&p, json_loads(HEAD("interval", "a") "}", 0, NULL)), 1);
	assert_int_equal(report_add(&p, json_integer(3)), 1);
	assert_int_equal(report_add(&p, NULL), 1);
	assert_int_equal(p.n, 1);
	report_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),    cmocka_unit_test(test_in_turn),
		cmocka_unit_test(test_so_far),  cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_nothing), cmocka_unit_test(test_deep),
		cmocka_unit_test(test_long),    cmocka_unit_test(test_many),
		cmocka_unit_test(test_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
