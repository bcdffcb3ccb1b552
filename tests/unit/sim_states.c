/*
 * sim_states.c - tests of the states that a script can ask for: each holds where it is so, and differs,
 * with both sides, where it is not. Lines are counted from the nodes on; what is asked stands last.
 */
#include "script.h"

#define HOST "node H1 host free\n"
#define ROUTER "node R1 router free member no\n"
#define EXCLUDES \
	ROUTER "0 R1 < report to_ex G1 {}\n0 R1 < report allow G1 {S1}\n0 R1 < report block G1 {S2}\n" /* 5 */
#define INCLUDES ROUTER "0 R1 < report allow GS {S1,S2}\n" /* 3 */
#define JOINED HOST "0 H1 join G1\n0 H1 listen G2 exclude {S1,S2}\n0 H1 join GS {S1}\n" /* 5 */

static void test_groups_of_routers(void **state)
{
	static const struct script list[] = {
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2}\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G1 exclude {S2} {S1}\n", 5, "G1 exclude {S2} {S1}",
		  "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {}\n", 5, "G1 exclude {S1} {}", "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G1 exclude {S1,S2} {}\n", 5, "G1 exclude {S1,S2} {}",
		  "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G1 exclude {S1,S3} {S2}\n", 5, "G1 exclude {S1,S3} {S2}",
		  "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G1 include {S1}\n", 5, "G1 include {S1}", "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G1 none\n", 5, "G1 none", "G1 exclude {S1} {S2}" },
		{ EXCLUDES "10 R1 = G2 none\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G2 exclude {} {} timer 5\n", 5, "G2 exclude {} {} timer 5", "G2 none" },
		{ INCLUDES "10 R1 = GS include {S2,S1}\n", 0, NULL, NULL },
		{ INCLUDES "10 R1 = GS include {S1}\n", 3, "GS1 include {S1}", "GS1 include {S1,S2}" },
		{ INCLUDES "10 R1 = GS include {S1,S3}\n", 3, "GS1 include {S1,S3}", "GS1 include {S1,S2}" },
		{ INCLUDES "10 R1 = GS exclude {S1,S2} {}\n", 3, "GS1 exclude {S1,S2} {}",
		  "GS1 include {S1,S2}" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_timers(void **state)
{
	static const struct script list[] = {
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer 260\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer 260.001\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer 259.999\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer 260.002\n", 5,
		  "G1 exclude {S1} {S2} timer 260.002", "G1 exclude {S1} {S2} timer 260" },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer 259.998\n", 5,
		  "G1 exclude {S1} {S2} timer 259.998", "G1 exclude {S1} {S2} timer 260" },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer S1 260\n", 0, NULL, NULL },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer S1 250\n", 5,
		  "G1 exclude {S1} {S2} timer S1 250", "G1 exclude {S1} {S2} timer S1 260" },
		{ EXCLUDES "10 R1 = G1 exclude {S1} {S2} timer S2 1\n", 5, "G1 exclude {S1} {S2} timer S2 1",
		  "G1 exclude {S1} {S2} timer S2 none" },
		{ INCLUDES "10 R1 = GS include {S1,S2} timer 260\n", 3, "GS1 include {S1,S2} timer 260",
		  "GS1 include {S1,S2} timer none" },
		{ INCLUDES "10 R1 = GS include {S1,S2} timer S3 260\n", 3, "GS1 include {S1,S2} timer S3 260",
		  "GS1 include {S1,S2} timer S3 none" },
		{ "timers rfc3376\n" ROUTER "0 R1 < report to_ex G1 {}\n0 R1 = G1 exclude {} {} timer 260\n",
		  0, NULL, NULL },
		{ ROUTER
		  "0 R1 < report to_ex G1 {}\n10 R1 < report to_in G1 {}\n10 R1 = G1 exclude {} {} queries 1\n",
		  0, NULL, NULL },
		{ ROUTER
		  "0 R1 < report to_ex G1 {}\n10 R1 < report to_in G1 {}\n10 R1 = G1 exclude {} {} queries 2\n",
		  4, "G1 exclude {} {} queries 2", "G1 exclude {} {} queries 1" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_older_groups(void **state)
{
	static const struct script list[] = {
		{ ROUTER "0 R1 < report G1\n10 R1 = G1 exclude {} {} version older older older 250\n", 0,
		  NULL, NULL },
		{ "family ipv4\n" ROUTER "0 R1 < report G1\n10 R1 = G1 exclude {} {} version newest\n", 4,
		  "G1 exclude {} {} version 3", "G1 exclude {} {} version 2" },
		{ "family ipv4\n" ROUTER "0 R1 < report G1\n10 R1 = G1 exclude {} {} older older 260\n", 4,
		  "G1 exclude {} {} older 2 260", "G1 exclude {} {} older 2 250" },
		{ "family ipv6\n" ROUTER "0 R1 < report G1\n10 R1 = G1 exclude {} {} older older none\n", 4,
		  "G1 exclude {} {} older 1 none", "G1 exclude {} {} older 1 250" },
		{ ROUTER "0 R1 < report to_ex G1 {}\n10 R1 = G1 exclude {} {} older older none\n", 0, NULL,
		  NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_groups_of_hosts(void **state)
{
	static const struct script list[] = {
		{ JOINED
		  "5 H1 = G1 exclude {}\n5 H1 = G2 exclude {S2,S1}\n5 H1 = GS include {S1}\n5 H1 = G3 none\n",
		  0, NULL, NULL },
		{ JOINED "5 H1 = G1 none\n", 5, "G1 none", "G1 exclude {}" },
		{ JOINED "5 H1 = G3 exclude {}\n", 5, "G3 exclude {}", "G3 none" },
		{ JOINED "5 H1 = G2 exclude {S1}\n", 5, "G2 exclude {S1}", "G2 exclude {S1,S2}" },
		{ JOINED "5 H1 = G2 include {S1,S2}\n", 5, "G2 include {S1,S2}", "G2 exclude {S1,S2}" },
		{ JOINED "5 H1 = GS include {S2}\n", 5, "GS1 include {S2}", "GS1 include {S1}" },
		{ JOINED "0.2 H1 = G1 exclude {} repeat 0.3 response none\n", 0, NULL, NULL },
		{ JOINED "0.2 H1 = G1 exclude {} repeat none\n", 5, "G1 exclude {} repeat none", NULL },
		{ JOINED
		  "5 H1 = G1 exclude {} repeat none\n5 H1 < query G1\n5.1 H1 = G1 exclude {} response 0.4\n",
		  0, NULL, NULL },
		{ JOINED "5 H1 < query G1\n5.1 H1 = G1 exclude {} response 0.5\n", 6,
		  "G1 exclude {} response 0.5", "G1 exclude {} response 0.4" },
		{ JOINED "5 H1 = G1 exclude {} response 0.5\n", 5, "G1 exclude {} response 0.5",
		  "G1 exclude {} response none" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_hosts(void **state)
{
	static const struct script list[] = {
		{ JOINED
		  "5 H1 = groups 3\n5 H1 = version newest\n5 H1 = older older none\n5 H1 = response none\n"
		  "5 H1 = robustness 2\n",
		  0, NULL, NULL },
		{ JOINED "5 H1 = groups 2\n", 5, "groups 2", "groups 3" },
		{ JOINED "5 H1 = robustness 3\n", 5, "robustness 3", "robustness 2" },
		{ JOINED "5 H1 = response 5\n", 5, "response 5", "response none" },
		{ JOINED "5 H1 < query *\n7 H1 = response 3\n", 0, NULL, NULL },
		{ JOINED "5 H1 < query *\n7 H1 = response none\n", 6, "response none", "response 3" },
		{ JOINED "5 H1 < older query *\n7 H1 = version older\n", 0, NULL, NULL },
		{ "family ipv4\n" JOINED "5 H1 < older query *\n7 H1 = version newest\n", 7, "version 3",
		  "version 2" },
		{ "family ipv4\n" JOINED "5 H1 < older query *\n5 H1 = older older 350\n", 0, NULL, NULL },
		{ "family ipv6\n" JOINED "5 H1 < older query *\n5 H1 = older older 260\n", 0, NULL, NULL },
		{ "family ipv4\n" JOINED "5 H1 < older query *\n7 H1 = older older none\n", 7, "older 2 none",
		  "older 2 348" },
		{ HOST "0 H1 stop\n1 H1 = groups 0\n", 3, "switched on", "switched off" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_routers(void **state)
{
	static const struct script list[] = {
		{ ROUTER "10 R1 = querier self\n10 R1 = other-querier none\n10 R1 = next-query 21.25\n"
			 "10 R1 = robustness 2\n10 R1 = groups 0\n10 R1 = query-interval 125\n"
			 "10 R1 = query-response-interval 10\n10 R1 = last-member-query-interval 1\n"
			 "10 R1 = group-membership-interval 270\n10 R1 = other-querier-present-interval 255\n"
			 "10 R1 = older-host-present-interval 260\n",
		  0, NULL, NULL },
		{ ROUTER "10 R1 = querier R2\n", 2, "querier R2", "querier self" },
		{ ROUTER "10 R1 = querier none\n", 2, "querier none", "querier self" },
		{ ROUTER "10 R1 = other-querier 5\n", 2, "other-querier 5", "other-querier none" },
		{ ROUTER "10 R1 = next-query 21.252\n", 2, "next-query 21.252", "next-query 21.25" },
		{ ROUTER "10 R1 = next-query none\n", 2, "next-query none", "next-query 21.25" },
		{ ROUTER "10 R1 = robustness 3\n", 2, "robustness 3", "robustness 2" },
		{ ROUTER "10 R1 = groups 1\n", 2, "groups 1", "groups 0" },
		{ ROUTER "10 R1 = query-interval 60\n", 2, "query-interval 60", "query-interval 125" },
		{ ROUTER "10 R1 = query-response-interval 5\n", 2, "query-response-interval 5",
		  "query-response-interval 10" },
		{ ROUTER "10 R1 = last-member-query-interval 2\n", 2, "last-member-query-interval 2",
		  "last-member-query-interval 1" },
		{ ROUTER "10 R1 = group-membership-interval 260\n", 2, "group-membership-interval 260",
		  "group-membership-interval 270" },
		{ ROUTER "10 R1 = other-querier-present-interval 250\n", 2,
		  "other-querier-present-interval 250", "other-querier-present-interval 255" },
		{ ROUTER "10 R1 = older-host-present-interval 250\n", 2, "older-host-present-interval 250",
		  "older-host-present-interval 260" },
		{ "node R2 router free\n5 R2 < query *\n10 R2 = querier R1\n10 R2 = other-querier 250\n", 0,
		  NULL, NULL },
		{ "node R2 router free\n5 R2 < query *\n10 R2 = querier self\n", 3, "querier self",
		  "querier R1" },
		{ "node R2 router free\n5 R2 < query *\n10 R2 = querier R3\n", 3, "querier R3",
		  "querier R1" },
		{ "node R2 router free\n5 R2 < query *\n10 R2 = other-querier none\n", 3,
		  "other-querier none", "other-querier 250" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_forwards(void **state)
{
	static const struct script list[] = {
		{ EXCLUDES
		  "10 R1 = forwards * G1 yes\n10 R1 = forwards S1 G1 yes\n10 R1 = forwards S2 G1 no\n"
		  "10 R1 = forwards * G2 no\n10 R1 = told G1 yes\n10 R1 = told G2 never\n",
		  0, NULL, NULL },
		{ EXCLUDES "10 R1 = forwards * G1 no\n", 5, "forwards * G1 no", "forwards * G1 yes" },
		{ EXCLUDES "10 R1 = forwards S1 G1 no\n", 5, "forwards S1 G1 no", "forwards S1 G1 yes" },
		{ EXCLUDES "10 R1 = forwards S2 G1 yes\n", 5, "forwards S2 G1 yes", "forwards S2 G1 no" },
		{ EXCLUDES "10 R1 = told G1 no\n", 5, "told G1 no", "told G1 yes" },
		{ EXCLUDES "10 R1 = told G1 never\n", 5, "told G1 never", "told G1 yes" },
		{ EXCLUDES "10 R1 = told G2 no\n", 5, "told G2 no", "told G2 never" },
		{ EXCLUDES "280 R1 = G1 none\n280 R1 = told G1 no\n", 0, NULL, NULL },
		{ EXCLUDES "280 R1 = told G1 yes\n", 5, "told G1 yes", "told G1 no" },
		/* a router that is switched on anew has told nothing */
		{ EXCLUDES "1 R1 stop\n2 R1 start\n2 R1 = told G1 never\n", 0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_counts(void **state)
{
	static const struct script list[] = {
		{ JOINED "5 H1 < query *\n5 H1 < query G1 checksum bad\n6 H1 = count rx-query 1\n"
			 "6 H1 = count rx-bad-checksum 1\n6 H1 = count rx-report 0\n",
		  0, NULL, NULL },
		{ JOINED "5 H1 < query *\n6 H1 = count rx-query 2\n", 6, "count rx-query 2",
		  "count rx-query 1" },
		{ JOINED "5 H1 < query G1 checksum bad\n6 H1 = count rx-bad-checksum 0\n", 6,
		  "count rx-bad-checksum 0", "count rx-bad-checksum 1" },
		{ EXCLUDES "5 R1 = count rx-report 3\n5 R1 = count tx-query 3\n", 0, NULL, NULL },
		{ EXCLUDES "5 R1 = count tx-query 1\n", 5, "count tx-query 1", "count tx-query 3" },
		{ JOINED "5 H1 < older query *\n6 H1 = warned older 1\n6 H1 = warned newer 0\n", 0, NULL,
		  NULL },
		{ JOINED "5 H1 < older query *\n6 H1 = warned older 0\n", 6, "warned older 0",
		  "warned older 1" },
		{ JOINED "6 H1 = warned older 1\n", 5, "warned older 1", "warned older 0" },
		{ JOINED "5 H1 < older query *\n6 H1 stop\n7 H1 start\n7 H1 = warned older 0\n", 0, NULL,
		  NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

#define MEMBER "node R1 router\n1 R1 join G1\n"

static void test_member(void **state)
{
	static const struct script list[] = {
		{ MEMBER
		  "5 R1 = member G1 exclude {}\n5 R1 = member REPORTS exclude {}\n5 R1 = member groups 1\n"
		  "5 R1 = member version newest\n5 R1 = member warned older 0\n",
		  0, NULL, NULL },
		{ MEMBER "5 R1 = member G1 none\n", 3, "G1 none", "G1 exclude {}" },
		{ MEMBER "5 R1 = member groups 2\n", 3, "groups 2", "groups 1" },
		{ MEMBER "4 R1 stop\n5 R1 = member groups 0\n", 4, "switched on", "switched off" },
		{ MEMBER
		  "5 R1 < older query * from R2\n6 R1 = member warned older 1\n6 R1 = warned older 0\n",
		  5, "warned older 0", "warned older 1" },
		{ MEMBER "5 R1 < older query * from R2\n6 R1 = member warned older 0\n", 4, "warned older 0",
		  "warned older 1" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

/* They are compared when all else of that time is done. */
static void test_order(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 = G1 exclude {}\n0 H1 join G1\n", 0, NULL, NULL },
		{ HOST "0 H1 = G1 none\n0 H1 join G1\n", 2, "G1 none", "G1 exclude {}" },
		{ HOST "1 H1 join G1\n1 H1 < query G1 max 0.2\n1.1 H1 = G1 exclude {} response none\n", 0,
		  NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups_of_routers),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_older_groups),
		cmocka_unit_test(test_groups_of_hosts),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_routers),
		cmocka_unit_test(test_forwards),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_member),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests_name("sim_states", tests, NULL, NULL);
}
