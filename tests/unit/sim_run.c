/*
 * sim_run.c - tests of running a script: each thing that it can want of what is sent passes where it is
 * so, and fails, with the line and both sides, where it is not.
 */
#include "script.h"

#define HOST "node H1 host\n"
#define ROUTER "node R1 router member no\n"
#define JOINED HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.5 H1 > report to_ex G1 {}\n"
#define TWO JOINED "1 H1 join G2\n1 H1 > report to_ex G2 {}\n1.5 H1 > report to_ex G2 {}\n"
#define ANSWER "10 H1 < query *\n15 H1 > report " /* of TWO: lines 8 and 9 */

/* ---- what is sent ------------------------------------------------------------------------------ */

static void test_records(void **state)
{
	static const struct script list[] = {
		{ JOINED "end 3\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_in G1 {}\n", 3, "report to_in G1 {}",
		  "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G2 {}\n", 3, "report to_ex G2 {}",
		  "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {S1}\n", 3, "report to_ex G1 {S1}",
		  "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}, to_ex G2 {}\n", 3,
		  "report to_ex G1 {}, to_ex G2 {}", "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}, to_ex G1 {}\n", 3,
		  "report to_ex G1 {}, to_ex G1 {}", "report to_ex G1 {}" },
		{ HOST "0 H1 join GS {S2,S1}\n0 H1 > report allow GS {S1,S2}\n", 0, NULL, NULL },
		{ HOST "0 H1 join GS {S2,S1}\n0 H1 > report allow GS {S1}\n", 3, "report allow GS1 {S1}",
		  "report allow GS1 {S1,S2}" },
		{ HOST "0 H1 join GS {S2,S1}\n0 H1 > report allow GS {S1,S3}\n", 3,
		  "report allow GS1 {S1,S3}", "report allow GS1 {S1,S2}" },
		{ TWO ANSWER "is_ex G1 {}, is_ex G2 {}\n", 0, NULL, NULL },
		{ TWO ANSWER "is_ex G2 {}, is_ex G1 {}\n", 0, NULL, NULL },
		{ TWO ANSWER "is_ex G2 {}\n", 9, "report is_ex G2 {}", NULL },
		{ TWO ANSWER "is_ex G2 {}, is_ex G2 {}\n", 9, "report is_ex G2 {}, is_ex G2 {}", NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_older(void **state)
{
	static const struct script list[] = {
		{ "family ipv4\n" HOST "0 H1 join G1\n0 H1 > older report G1\n", 4, "v2 report G1",
		  "report to_ex G1 {}" },
		{ "family ipv6\n" HOST "0 H1 join G1\n0 H1 > older report G1\n", 4, "v1 report G1",
		  "report to_ex G1 {}" },
		{ "node H1 host version older\n0 H1 join G1\n0 H1 > report G1\n2 H1 leave G1\n"
		  "2 H1 > leave G1\n",
		  0, NULL, NULL },
		{ "family ipv4\nnode H1 host version older\n0 H1 join G1\n0 H1 > report G2\n", 4,
		  "v2 report G2", "v2 report G1" },
		{ "family ipv4\nnode H1 host version older\n0 H1 join G1\n0 H1 > leave G1\n", 4,
		  "v2 leave G1", "v2 report G1" },
		{ "family ipv4\nnode H1 host version older\n0 H1 join G1\n0 H1 > v1 report G1\n", 4,
		  "v1 report G1", "v2 report G1" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_times(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.501 H1 > report to_ex G1 {}\n", 0, NULL,
		  NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.499 H1 > report to_ex G1 {}\n", 0, NULL,
		  NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.502 H1 > report to_ex G1 {}\n", 0,
		  "nothing", "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.498 H1 > report to_ex G1 {}\nend 1\n", 4,
		  "report to_ex G1 {}", "nothing" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.4..0.6 H1 > report to_ex G1 {}\n", 0, NULL,
		  NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.2..0.4 H1 > report to_ex G1 {}\nend 1\n",
		  4, "report to_ex G1 {}", "nothing" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.6..0.8 H1 > report to_ex G1 {}\n", 0,
		  "nothing", "report to_ex G1 {}" },
		{ JOINED "1 H1 > report to_ex G1 {}\n", 5, "report to_ex G1 {}", "nothing" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\nend 1\n", 0, "nothing",
		  "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\nend 1\n", 0, "nothing", "report to_ex G1 {}" },
		/* the end: what is to come later is none of its business */
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\nend 0.4\n", 0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_headers(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} from H1 to REPORTS ttl 1 alert yes\n", 0,
		  NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} from H2\n", 3, "report to_ex G1 {} from H2",
		  "report to_ex G1 {} from H1" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} to NODES\n", 3, "report to_ex G1 {} to NODES",
		  "report to_ex G1 {} to REPORTS" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} ttl 2\n", 3, "report to_ex G1 {} ttl 2",
		  "report to_ex G1 {} ttl 1" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} tos 8\n", 3, "report to_ex G1 {} tos 8",
		  NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} alert no\n", 3, "report to_ex G1 {} alert no",
		  "report to_ex G1 {} alert yes" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} checksum bad\n", 3,
		  "report to_ex G1 {} checksum bad", "report to_ex G1 {}" },
		{ "node H1 host address none\n0 H1 join G1\n0 H1 > report to_ex G1 {} from NONE\n", 0, NULL,
		  NULL },
		{ "node H1 host address none\n0 H1 join G1\n0 H1 > report to_ex G1 {}\n", 0, NULL, NULL },
		{ "node H1 host address none\n0 H1 join G1\n0 H1 > report to_ex G1 {} from H2\n", 3,
		  "report to_ex G1 {} from H2", "report to_ex G1 {} from NONE" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_queries(void **state)
{
	static const struct script list[] = {
		{ ROUTER "0 R1 > query * max 10 s no qrv 2 qqi 125\n", 0, NULL, NULL },
		{ ROUTER "0 R1 > query * max 9\n", 2, "query * max 9", "query * max 10" },
		{ ROUTER "0 R1 > query * s yes\n", 2, "query * s yes", "query * s no" },
		{ ROUTER "0 R1 > query * qrv 3\n", 2, "query * qrv 3", "query * qrv 2" },
		{ ROUTER "0 R1 > query * qqi 60\n", 2, "query * qqi 60", "query * qqi 125" },
		{ ROUTER "0 R1 > query * qqic 124\n", 2, "query * qqic 124", "query * qqic 125" },
		{ ROUTER "0 R1 > query * flags 8\n", 2, "query * flags 8", "query * flags 0" },
		{ ROUTER "0 R1 > query * code 1\n", 2, "query * code 1", NULL },
		{ ROUTER "0 R1 > query G1\n", 2, "query G1", "nothing" },
		/* general queries go without saying where none is listed */
		{ ROUTER "end 200\n", 0, NULL, NULL },
		{ ROUTER "0 R1 > query *\nend 30\n", 0, NULL, NULL },
		{ ROUTER "0 R1 > query *\nend 32\n", 0, "nothing", "query *" },
		{ ROUTER "0 R1 > query *\n31.25 R1 > query *\nend 32\n", 0, NULL, NULL },
		/* no other queries */
		{ ROUTER "0 R1 < report to_ex G1 {}\n10 R1 < report to_in G1 {}\n", 0, "nothing",
		  "query G1" },
		{ ROUTER "0 R1 < report to_ex G1 {}\n10 R1 < report to_in G1 {}\n10 R1 > query G1\n", 0, NULL,
		  NULL },
		{ ROUTER "0 R1 < report to_ex G1 {}\n10 R1 < report to_in G1 {}\n10 R1 > query G1 {S1}\n", 4,
		  "query G1 {S1}", "query G1" },
		/* reports of the own host role go without saying, other than those of a host */
		{ "node R1 router\nend 20\n", 0, NULL, NULL },
		{ "node R1 router\n0 R1 > report to_ex REPORTS {}\nend 20\n", 0, NULL, NULL },
		{ "node R1 router\n0 R1 > report to_ex G1 {}\nend 20\n", 2, "report to_ex G1 {}", "nothing" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

/* ---- words behind a line -------------------------------------------------------------------------- */

static void test_silent(void **state)
{
	static const struct script list[] = {
		{ JOINED "0.6 H1 silent until 3\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.2 H1 silent until 3\n"
		       "0.5 H1 > report to_ex G1 {}\n",
		  4, "silent until 3", "report to_ex G1 {}" },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.2 H1 silent until 0.5\n"
		       "0.5 H1 > report to_ex G1 {}\n",
		  0, NULL, NULL },
		/* from now on: after the deeds above it */
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0 H1 silent until 0.4\nend 0.4\n", 0, NULL,
		  NULL },
		{ HOST "0 H1 silent until 0.5\n0 H1 join G1\n0 H1 > report to_ex G1 {}\n", 2,
		  "silent until 0.5", "report to_ex G1 {}" },
		{ ROUTER "1 R1 silent until 31\nend 40\n", 0, NULL, NULL },
		{ ROUTER "1 R1 silent until 32\n", 2, "silent until 32", "query *" },
		{ "node H1 host free\n0 H1 join G1\n0.1 H1 silent until 1\n", 3, "silent until 1",
		  "report to_ex G1 {}" },
		{ "node H[1..3] host\n0.1 H[*] silent until 2\n1 H[2] join G1\n", 2, "silent until 2",
		  "report to_ex G1 {}" },
		{ "node H[1..3] host\n0.1 H[1] silent until 2\n1 H[2] join G1\n", 0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

#define ALL_OF_IT HOST ROUTER "node R2 router member no\n0 H1 join G1\n"

static void test_lost(void **state)
{
	static const struct script list[] = {
		{ ALL_OF_IT "0 H1 > report to_ex G1 {} lost\n0 R1 = G1 none\n0 R2 = G1 none\n", 0, NULL,
		  NULL },
		{ ALL_OF_IT "0 H1 > report to_ex G1 {} lost R1\n0 R1 = G1 none\n0 R2 = G1 exclude {} {}\n", 0,
		  NULL, NULL },
		{ ALL_OF_IT "0 H1 > report to_ex G1 {}\n0 R1 = G1 none\n", 6, "G1 none", "G1 exclude {} {}" },
		{ ALL_OF_IT "0 H1 > report to_ex G1 {} lost R1\n0 R2 = G1 none\n", 6, "G1 none",
		  "G1 exclude {} {}" },
		/* only that one */
		{ ALL_OF_IT "0 H1 > report to_ex G1 {} lost\n0.5 H1 > report to_ex G1 {}\n"
			    "0.5 R1 = G1 exclude {} {} timer 270\n",
		  0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_optional(void **state)
{
	static const struct script list[] = {
		{ HOST
		  "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.5 H1 > report to_ex G1 {} optional\nend 1\n",
		  0, NULL, NULL },
		{ JOINED "1 H1 > report to_ex G1 {} optional\nend 2\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_in G1 {} optional\n", 3, "report to_in G1 {}",
		  "report to_ex G1 {}" },
		/* one that must be met comes before one that may */
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} optional\n0..0.1 H1 > report to_ex G1 {}\n",
		  0, NULL, NULL },
		/* of two that are alike, the one that ends sooner */
		{ HOST "0 H1 join G1\n0..1 H1 > report to_ex G1 {}\n0..0.1 H1 > report to_ex G1 {}\n", 0,
		  NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_split(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {}, to_ex G2 {} split\n", 0, NULL,
		  NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} split\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {}, to_ex G2 {}\n", 4,
		  "report to_ex G1 {}, to_ex G2 {}", "report to_ex G1 {}" },
		{ HOST
		  "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {}, to_ex G2 {}, to_ex G3 {} split\nend 0.1\n",
		  4, "report to_ex G1 {}, to_ex G2 {}, to_ex G3 {}", "only some of it" },
		{ HOST "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {} split\n", 0, "nothing",
		  "report to_ex G2 {}" },
		{ HOST "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {}, to_ex G3 {} split\n", 4,
		  "report to_ex G1 {}, to_ex G3 {}", "report to_ex G2 {}" },
		/* sources of one record, too */
		{ HOST "0 H1 join GS {S1}\n0 H1 listen GS include {S1,S2,S3}\n0 H1 > report allow GS {S1}\n"
		       "0 H1 > report allow GS {S1,S2,S3} split\n",
		  0, NULL, NULL },
		{ HOST "0 H1 join GS {S1}\n0 H1 > report allow GS {S1,S2} split\nend 0.1\n", 3,
		  "report allow GS1 {S1,S2}", "only some of it" },
		/* the alternative that was begun is to be completed */
		{ HOST "0 H1 join G1\n0 H1 join G2\n"
		       "0 H1 > report to_ex G1 {}, to_ex G3 {} or report to_ex G1 {}, to_ex G2 {} split\n",
		  4, "report to_ex G1 {}, to_ex G3 {} or report to_ex G1 {}, to_ex G2 {}",
		  "report to_ex G2 {}" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_or(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1\n0 H1 > report to_in G1 {} or report to_ex G1 {}\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} or report to_in G1 {}\n", 0, NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_in G1 {} or report to_ex G2 {}\n", 3,
		  "report to_in G1 {} or report to_ex G2 {}", "report to_ex G1 {}" },
		/* one of them, not both */
		{ HOST "0 H1 join G1\n0 H1 join G2\n0 H1 > report to_ex G1 {} or report to_ex G2 {}\n", 0,
		  "nothing", "report to_ex G2 {}" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

/* ---- delays ---------------------------------------------------------------------------------------- */

#define THRICE "node H1 host robustness 3\n"

static void test_fractions(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1 f=0.9\n0 H1 > report to_ex G1 {}\n0.9 H1 > report to_ex G1 {}\n", 0,
		  NULL, NULL },
		{ HOST "0 H1 join G1 f=0.9\n0 H1 > report to_ex G1 {}\n0.5 H1 > report to_ex G1 {}\n", 4,
		  "report to_ex G1 {}", "nothing" },
		{ "fraction 20%\n" HOST
		  "0 H1 join G1\n0 H1 > report to_ex G1 {}\n0.2 H1 > report to_ex G1 {}\n",
		  0, NULL, NULL },
		/* drawn as a packet is sent */
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {} f=0.7\n0.7 H1 > report to_ex G1 {}\n", 0,
		  NULL, NULL },
		{ THRICE "0 H1 join G1 f=0.1\n0 H1 > report to_ex G1 {}\n0.1 H1 > report to_ex G1 {} f=0.9\n"
			 "1 H1 > report to_ex G1 {}\n",
		  0, NULL, NULL },
		{ THRICE "0 H1 join G1 f=0.1\n0 H1 > report to_ex G1 {}\n0.1 H1 > report to_ex G1 {}\n"
			 "0.6 H1 > report to_ex G1 {}\n",
		  0, NULL, NULL },
		/* drawn by those who hear it */
		{ JOINED "10 H1 < query * f=0.1\n11 H1 > report is_ex G1 {}\n", 0, NULL, NULL },
		{ "node R1 router start 10\n" JOINED "10 R1 > query * f=0.1\n11 H1 > report is_ex G1 {}\n", 0,
		  NULL, NULL },
		{ "node R1 router start 10\n" JOINED "10 R1 > query *\n11 H1 > report is_ex G1 {}\n", 7,
		  "report is_ex G1 {}", "nothing" },
		/* one after the other, the last for all that follow */
		{ "node H1 host free\nnode H2 host free\nnode H3 host free\n0 H1 join G1\n0 H2 join G1\n"
		  "0 H3 join G1\n"
		  "10 link < query * f=0.1,0.9\n10 H1 = response 1\n10 H2 = response 9\n10 H3 = response 9\n",
		  0, NULL, NULL },
		/* a router's own host role takes none away */
		{ "node R1 router start 1\nnode H1 host free\n0 H1 join G1\n1 R1 > query * f=0.1,0.9\n"
		  "1 H1 = response 1\n",
		  0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_families(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join G1\nipv4: 0 H1 > report to_ex G1 {}\nipv6: 0 H1 > report to_ex G1 {}\n", 0,
		  NULL, NULL },
		{ HOST "0 H1 join G1\n0 H1 > report to_ex G1 {}\nipv4: 0.5 H1 > report to_ex G1 {}\n"
		       "ipv6: 0.5 H1 > report to_ex G1 {}\nipv6: 1 H1 leave G1\nipv4: 1 H1 silent until 2\n"
		       "ipv6: 1 H1 > report to_in G1 {}\nipv6: 1.5 H1 > report to_in G1 {}\n",
		  0, NULL, NULL },
	};
	struct mc_sim_result r;
	struct seen seen;

	(void)state;
	check_scripts(list, COUNT(list));
	run_as(HOST "ipv6: 0 H1 join G1\n0 H1 silent until 1\n", MC_IPV4, true, &seen, &r);
	assert_int_equal(seen.n, 0);
	mc_sim_result_free(&r);
	run_as(HOST "ipv6: 0 H1 join G1\n0 H1 silent until 1\n", MC_IPV6, true, &seen, &r);
	assert_int_equal(seen.n, 2);
	mc_sim_result_free(&r);
}

/* ---- the run ----------------------------------------------------------------------------------- */

static void test_all_differences(void **state)
{
	static const char text[] = HOST "0 H1 join G1\n0 H1 > report to_in G1 {}\n1 H1 > report to_in G1 {}\n"
					"2 H1 = G1 none\n";
	struct mc_sim_result r;
	struct seen seen;

	(void)state;
	run_as(text, MC_IPV4, true, &seen, &r);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.list[0].line, 3);
	assert_string_equal(seen.list[0].node, "H1");
	assert_int_equal(seen.list[1].line, 0);
	assert_true(seen.list[1].time == 500 * MC_MSEC);
	assert_int_equal(seen.list[2].line, 4);
	assert_string_equal(seen.list[2].actual, "nothing");
	assert_int_equal(seen.list[3].line, 5);
	mc_sim_result_free(&r);
	run_as(text, MC_IPV4, false, &seen, &r);
	assert_int_equal(seen.n, 1);
	mc_sim_result_free(&r);
	run_as("node H[1..9] host\n0 H[3] join G1\n1 H[1..4] = G1 none\n", MC_IPV4, true, &seen, &r);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.list[0].node, "H[3]");
	mc_sim_result_free(&r);
	run_as("node H[1..9] host\n0 H[3] > report to_ex G1 {}\n0 H[3] join G2\n", MC_IPV4, true, &seen, &r);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.list[0].actual, "report to_ex G2 {}");
	mc_sim_result_free(&r);
}

struct packets {
	unsigned n, of_link;
	mc_time last;
	uint64_t sum;
};

static void note(void *arg, const struct mc_sim_packet *p)
{
	struct packets *s = arg;

	assert_true(p->time >= s->last);
	s->last = p->time;
	s->n++;
	s->of_link += strcmp(p->node, "link") == 0;
	s->sum = s->sum * 31 + p->time + p->len;
	assert_non_null(p->msg);
}

static struct packets packets_of(const char *text, bool seeded, uint64_t seed)
{
	struct packets seen = { .n = 0 };
	struct mc_sim *s = parsed(text);
	struct mc_sim_result r;
	struct mc_sim_conf conf;

	mc_sim_conf_init(&conf, MC_IPV6);
	conf.seeded = seeded;
	conf.seed = seed;
	conf.packet = note;
	conf.arg = &seen;
	mc_sim_result_init(&r);
	assert_int_equal(mc_sim_run(s, &conf, &r), 0);
	assert_true(r.ok);
	assert_true(r.time == 20 * MC_SEC);
	mc_sim_result_free(&r);
	mc_sim_free(s);
	return seen;
}

static void test_packets(void **state)
{
	static const char text[] =
		"node H[1..20] host\n0 H[*] join G1 spread 5\n10 link < query *\n11 H[1] < query *\n"
		"end 20\n";
	struct packets a = packets_of(text, false, 0), b = packets_of(text, false, 0);

	(void)state;
	assert_int_equal(a.n, 62); /* each tells it twice and answers once; the link's two */
	assert_int_equal(a.of_link, 2);
	assert_true(a.sum == b.sum);
	a = packets_of(text, true, 7);
	b = packets_of(text, true, 7);
	assert_true(a.sum == b.sum);
	b = packets_of(text, true, 8);
	assert_true(a.sum != b.sum);
}

static bool at_once(void *arg)
{
	++*(unsigned *)arg;
	return true;
}

static void test_stop(void **state)
{
	struct mc_sim *s = parsed("node H[1..9000] host\n0 H[*] join G1\nend 50\n");
	struct mc_sim_result r;
	struct mc_sim_conf conf;
	unsigned asked = 0;

	(void)state;
	mc_sim_conf_init(&conf, MC_IPV4);
	conf.stop = at_once;
	conf.arg = &asked;
	mc_sim_result_init(&r);
	assert_int_equal(mc_sim_run(s, &conf, &r), 0);
	assert_int_equal(asked, 1);
	assert_true(r.stopped);
	assert_true(r.time < 50 * MC_SEC);
	mc_sim_result_free(&r);
	mc_sim_free(s);
}

static void test_refused(void **state)
{
	struct mc_sim *s = parsed("family ipv4\n" HOST);
	struct mc_sim_conf conf, empty = { .family = MC_IPV4 };
	struct mc_sim_result r, none = { .ok = false };

	(void)state;
	mc_sim_result_init(&r);
	mc_sim_conf_init(&conf, MC_IPV6);
	assert_int_equal(mc_sim_run(s, &conf, &r), MC_ERR_SCRIPT);
	mc_sim_conf_init(&conf, 5);
	assert_int_equal(mc_sim_run(s, &conf, &r), MC_ERR_CONF);
	assert_int_equal(mc_sim_run(s, &empty, &r), MC_ERR_CONF);
	mc_sim_conf_init(&conf, MC_IPV4);
	assert_int_equal(mc_sim_run(s, &conf, &none), MC_ERR_CONF);
	assert_int_equal(mc_sim_run(s, &conf, &r), 0);
	assert_true(r.ok);
	mc_sim_result_free(&r);
	mc_sim_free(s);
}

static void test_figures(void **state)
{
	struct mc_sim_result r;
	struct seen seen;

	(void)state;
	run_as("node H1 host free\nnode H2 host free\nnode R1 router free\n"
	       "link delay 10ms\n1 H1 join G1\n20 H2 join G1\n40 H1 leave G1\n60 H2 stop\nend 400\n",
	       MC_IPV4, true, &seen, &r);
	assert_int_equal(seen.n, 0);
	assert_int_equal(r.n_routers, 1);
	assert_string_equal(r.routers[0].name, "R1");
	assert_int_equal(r.routers[0].join.n, 1);
	assert_true(r.routers[0].join.max == 10 * MC_MSEC);
	assert_int_equal(r.routers[0].leave.n, 1);
	assert_int_equal(r.routers[0].unserved, 0);
	mc_sim_result_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),   cmocka_unit_test(test_older),
		cmocka_unit_test(test_times),     cmocka_unit_test(test_headers),
		cmocka_unit_test(test_queries),   cmocka_unit_test(test_silent),
		cmocka_unit_test(test_lost),      cmocka_unit_test(test_optional),
		cmocka_unit_test(test_split),     cmocka_unit_test(test_or),
		cmocka_unit_test(test_fractions),

		cmocka_unit_test(test_families),  cmocka_unit_test(test_all_differences),
		cmocka_unit_test(test_packets),   cmocka_unit_test(test_stop),
		cmocka_unit_test(test_refused),   cmocka_unit_test(test_figures),
	};

	return cmocka_run_group_tests_name("sim_run", tests, NULL, NULL);
}
