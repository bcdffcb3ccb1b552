/*
 * sim_show.c - tests of what sim prints as text: results, differences, figures. Whole runs are in tests/cli.
 */
#include "sim/show.h"

#include "capture.h"
#include "check.h"

#include <string.h>

static struct capture out;

static struct sim_run run_of(const char *script, const struct mc_sim_result *r)
{
	return (struct sim_run){ .script = script, .family = MC_IPV6, .result = r };
}

static const char *difference(const char *script, const struct mc_sim_difference *d)
{
	const struct sim_run r = run_of(script, NULL);

	capture_begin(&out, stdout);
	sim_show_difference(stdout, &r, d);
	return capture_end(&out);
}

static const char *result(const struct mc_sim_result *result)
{
	const struct sim_run r = run_of("a.t", result);

	capture_begin(&out, stdout);
	sim_show_result(stdout, &r);
	return capture_end(&out);
}

static const char *figures(const struct mc_sim_result *r)
{
	capture_begin(&out, stdout);
	sim_show_figures(stdout, r);
	return capture_end(&out);
}

static void test_difference(void **state)
{
	struct mc_sim_difference d = { 7, 6, 500 * MC_MSEC, "H1", "report is_ex G1 {}", "nothing" };

	(void)state;
	assert_string_equal(difference("a.t", &d),
			    "a.t:7:6: ipv6: at 0.500 s H1: expected report is_ex G1 {}\n"
			    "                              actual   nothing\n");
	d.line = 0;
	d.time = 61 * MC_SEC + 1234567;
	assert_string_equal(difference("a.t", &d),
			    "a.t: ipv6: at 61.001234 s H1: expected report is_ex G1 {}\n"
			    "                              actual   nothing\n");
}

/* Neither a name of a file nor a script's words reach a terminal as commands, and what is aligned stays
 * so. */
static void test_plain(void **state)
{
	const struct mc_sim_difference d = { 1, 2, 0, "H[7]", "a\tb", "\033[31mc" };

	(void)state;
	assert_string_equal(difference("\xc3\xa9\n.t", &d),
			    "\xc3\xa9\\x0a.t:1:2: ipv6: at 0.000 s H[7]: expected a\\x09b\n"
			    "                                    actual   \\x1b[31mc\n");
}

static void test_result(void **state)
{
	struct mc_sim_result r = { .ok = true,
				   .time = 36250 * MC_MSEC,
				   .packets = { 1, 0, 0, 0, 0, 0, 0, 2 } };

	(void)state;
	assert_string_equal(result(&r), "a.t ipv6: as wanted (36.25 s, 3 packets)\n");
	r.stopped = true;
	assert_string_equal(result(&r), "a.t ipv6: broken off (36.25 s, 3 packets)\n");
	r.ok = false;
	r.differences = 2;
	assert_string_equal(result(&r), "a.t ipv6: 2 differences, broken off (36.25 s, 3 packets)\n");
	r = (struct mc_sim_result){ .differences = 1, .time = 60 * MC_SEC, .packets = { 1 } };
	assert_string_equal(result(&r), "a.t ipv6: 1 difference (60 s, 1 packet)\n");
}

static void test_figures(void **state)
{
	struct mc_sim_router router = { .name = "R1",
					.join = { 3, 1500, 2500000, 3 * MC_SEC, 260 * MC_SEC },
					.unserved = 4 };
	struct mc_sim_result r = { .packets = { 2, 0, 0, 0, 0, 0, 0, 12345678 },
				   .octets = { 72, 0, 0, 0, 0, 0, 0, 987654321 },
				   .peak_packets = 9,
				   .peak_reports = 8 };

	(void)state;
	assert_string_equal(figures(&r), "                                packets       octets\n"
					 "  general query                       2           72\n"
					 "  other                        12345678    987654321\n"
					 "  all                          12345680    987654393\n"
					 "  most in 100 ms                      9\n"
					 "  most reports in 100 ms              8\n");
	r = (struct mc_sim_result){ .routers = &router, .n_routers = 1 };
	assert_non_null(strstr(figures(&r), "  R1 join latency                     3     1.5 us     2.5 ms"
					    "        3 s      260 s\n"
					    "  R1 leave latency                    0\n"
					    "  R1 cuts                             0\n"
					    "  R1 unserved                         4\n"));
}

static void test_durations(void **state)
{
	static const struct {
		mc_time longest, all;
		const char *want;
	} rows[] = {
		{ 0, 999 * MC_MSEC, "the longest 0 s, together 999 ms\n" },
		{ 123456789, 7199 * MC_SEC, "the longest 123.5 ms, together 7199 s\n" },
		{ 7200 * MC_SEC, 40000000 * MC_SEC, "the longest 2 h, together 11111 h\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_sim_router router = { .name = "R1",
						.cuts = 2,
						.longest_cut = rows[i].longest,
						.cut_total = rows[i].all };
		const struct mc_sim_result r = { .routers = &router, .n_routers = 1 };

		assert_non_null(strstr(figures(&r), rows[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_result),     cmocka_unit_test(test_figures),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
