/*
 * sim_deeds.c - tests of running a script: what is done to nodes and to the link, and what must be refused.
 */
#include "script.h"

#define HOST "node H1 host\n"
#define ROUTER "node R1 router member no\n"

/* ---- deeds ------------------------------------------------------------------------------------------- */

static void test_fails(void **state)
{
	static const struct script list[] = {
		{ HOST "0 H1 join GS fails EINVAL\n", 0, NULL, NULL },
		{ HOST "0 H1 join GS\n", 2, "done", "fails EINVAL" },
		{ HOST "0 H1 join S1 fails MC_ERR_GROUP\n", 0, NULL, NULL },
		{ HOST "0 H1 join S1 fails EINVAL\n", 2, "fails EINVAL", "fails MC_ERR_GROUP" },
		{ HOST "0 H1 join G1 fails EINVAL\n0 H1 > report to_ex G1 {}\n", 2, "fails EINVAL", "done" },
		{ HOST "0 H1 stop\n1 H1 join G1\n", 3, "done", "fails switched off" },
		{ HOST "1 H1 start\n", 2, "done", "fails EALREADY" },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_deeds(void **state)
{
	static const struct script list[] = {
		{ "node H1 host free\n0 H1 join G1\n0 H1 listen G1 exclude {S1} socket 2\n1 H1 close 2\n"
		  "1 H1 = G1 exclude {}\n2 H1 close 1\n2 H1 = G1 none\n",
		  0, NULL, NULL },
		{ "node H1 host free\n0 H1 join G1\n0 H1 join G1 {S1} socket 2\n1 H1 leave G1\n"
		  "1 H1 = G1 include {S1}\n",
		  0, NULL, NULL },
		{ "node H1 host free\n0 H1 join G1\n0 H1 join G5 socket 7\n1 H1 change G[1..2]\n"
		  "1 H1 = G2 exclude {}\n"
		  "1 H1 = groups 1\n",
		  0, NULL, NULL },
		{ "node H[1..20] host\n0 H[*] join G[1..3]\n1 H[*] change G[1..3] spread 1\n"
		  "3 H[*] = groups 1\n",
		  0, NULL, NULL },
		{ "node H[1..20] host\n0 H[*] join G1 spread 1\n1 H[*] = G1 exclude {}\n", 0, NULL, NULL },
		{ "node H[1..20] host\n0 H[*] join G1 spread 1\n0 H[1..20] = G1 exclude {}\n", 3,
		  "G1 exclude {}", "G1 none" },
		{ "node H1 host start 5\n4 H1 = groups 0\n", 2, "switched on", "switched off" },
		{ "node H1 host start 5\n5 H1 = groups 0\n", 0, NULL, NULL },
		{ "node H1 host start never free\n5 H1 start\n5 H1 join G1\n6 H1 stop\n7 H1 start\n"
		  "7 H1 = groups 0\n",
		  0, NULL, NULL },
		/* options stay as they were set */
		{ "node H1 host\n1 H1 set robustness 4\n1 H1 = robustness 4\n2 H1 stop\n3 H1 start\n"
		  "3 H1 = robustness 4\n",
		  0, NULL, NULL },
		{ "node H1 host\n1 H1 set robustness 4\n1 H1 = robustness 2\n", 3, "robustness 2",
		  "robustness 4" },
		{ "family ipv6\nnode H1 host address none free\n0 H1 join G1\n1.2 H1 set address H7\n"
		  "1.2 H1 > report to_ex G1 {} from H7\n",
		  0, NULL, NULL },
		/* a name is the address that its node begins with, or else that of nodes of its name */
		{ "family ipv6\nnode H1 host address none free\n0 H1 join G1\n1.2 H1 set address H1\n"
		  "1.2 H1 > report to_ex G1 {} from fe80::10\n",
		  0, NULL, NULL },
		{ "family ipv6\nnode H1 host address fe80::77 free\n0 H1 set address none\n0 H1 join G1\n"
		  "1.2 H1 set address H1\n1.2 H1 > report to_ex G1 {} from fe80::77\n",
		  0, NULL, NULL },
		{ "node H1 host free\n0 H1 join G[1..3]\n1 H1 change GS[1..2] {S1,S2}\n1 H1 = groups 1\n"
		  "1 H1 change GS3 {S1}\n1 H1 = groups 1\n1 H1 = GS3 include {S1}\n",
		  0, NULL, NULL },
		/* a passive router never sends */
		{ "node R1 router passive yes\n0 R1 silent until 100\n", 0, NULL, NULL },
		{ "node R1 router passive yes member yes\n1 R1 silent until 100\n1 R1 join G1\n", 2,
		  "silent until 100", NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

/* One role would take what the other refuses: then neither has it, nor at the next start. */
static void test_refused_set(void **state)
{
	static const struct script list[] = {
		{ "node R1 router\n1 R1 set version older query-response-interval 124 loss 1\n"
		  "2 R1 set version newest query-response-interval 200 loss 0 fails MC_ERR_CONF\n"
		  "2 R1 = member version older\n2 R1 = query-response-interval 124\n"
		  "3 link < older report G1\n3 R1 = G1 none\n4 R1 stop\n5 R1 start\n"
		  "6 R1 = member version older\n6 R1 = query-response-interval 124\n",
		  0, NULL, NULL },
		{ "node R1 router\n1 R1 set query-interval 10\n", 2, "done", "fails MC_ERR_CONF" },
		/* while it is off, too */
		{ "node R1 router start never\n1 R1 set robustness 3\n"
		  "2 R1 set robustness 4 query-interval 10 fails MC_ERR_CONF\n3 R1 start\n"
		  "3 R1 = robustness 3\n3 R1 = query-interval 125\n",
		  0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

static void test_link(void **state)
{
	static const struct script list[] = {
		{ "link delay 10ms\nnode H1 host free\n" ROUTER "1 H1 join G1\n1.009 R1 = G1 none\n"
		  "1.01 R1 = G1 exclude {} {}\n",
		  0, NULL, NULL },
		{ "link delay 10ms\nnode H1 host free\n" ROUTER "1 H1 join G1\n1.009 R1 = G1 exclude {} {}\n",
		  5, "G1 exclude {} {}", "G1 none" },
		{ "node H1 host free\n" ROUTER "1 link loss 100%\n1 H1 join G1\n2 R1 = G1 none\n", 0, NULL,
		  NULL },
		{ "node H1 host free\nnode R1 router loss 1\nnode R2 router\n1 H1 join G1\n2 R1 = G1 none\n"
		  "2 R2 = G1 exclude {} {}\n",
		  0, NULL, NULL },
		{ ROUTER "1 link < report to_ex G1 {}\n1 R1 = G1 exclude {} {}\n", 0, NULL, NULL },
		{ "node R1 router loss 1\n1 link < report to_ex G1 {}\n1 R1 = G1 none\n"
		  "2 R1 < report to_ex G1 {}\n"
		  "2 R1 = G1 exclude {} {}\n",
		  0, NULL, NULL },
	};

	(void)state;
	check_scripts(list, COUNT(list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fails),
		cmocka_unit_test(test_deeds),
		cmocka_unit_test(test_refused_set),
		cmocka_unit_test(test_link),
	};

	return cmocka_run_group_tests_name("sim_deeds", tests, NULL, NULL);
}
