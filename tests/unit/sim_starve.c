/*
 * sim_starve.c - a run in which memory fails, at every place where it can: it ends with -ENOMEM, or goes
 * on without, and nothing is left behind.
 */
#include "starve.h"

#include "script.h"

/* Whatever asks for memory: lines of all kinds, rows, spread, figures, packets on their way. */
static const char text[] = "link delay 2ms\n"
			   "node R1 router\n"
			   "node H1 host\n"
			   "node H2 host free\n"
			   "node H[1..5] host\n"
			   "0 H1 join GS {S1}\n"
			   "0 H1 listen GS include {S1,S2}\n"
			   "0 H1 > report allow GS {S1}\n"
			   "0 H1 > report allow GS {S1,S2} split\n"
			   "0 H1 silent until 20\n"
			   "0 H2 join G1\n"
			   "0 H2 > report to_in G1 {}\n"
			   "1 H[*] join G[1..3] spread 1\n"
			   "2 H[*] change G[1..3]\n"
			   "3 H1 < query *\n"
			   "4 R1 = told G1 yes\n"
			   "4 R1 = warned older 0\n"
			   "5 R1 < older query * from R2\n"
			   "6 H1 close 1\n"
			   "7 H1 stop\n"
			   "8 H1 start\n"
			   "9 R1 stop\n"
			   "figures\n"
			   "end 20\n";

static int run_starving(const struct mc_sim *s, size_t nth)
{
	struct seen seen = { .n = 0 };
	struct mc_sim_result r;
	struct mc_sim_conf conf;
	int err;

	mc_sim_conf_init(&conf, MC_IPV6);
	conf.go_on = true;
	conf.difference = see;
	conf.arg = &seen;
	mc_sim_result_init(&r);
	starve_in = nth;
	err = mc_sim_run(s, &conf, &r);
	if (err)
		assert_null(r.routers);
	mc_sim_result_free(&r);
	return err;
}

static void test_starving(void **state)
{
	struct mc_sim *s = parsed(text);
	size_t before = starve_held, nth = 1, refused = 0;

	(void)state;
	assert_int_equal(run_starving(s, 0), 0);
	assert_int_equal(starve_held, before);
	for (;; nth++) {
		int err = run_starving(s, nth);

		if (starve_in) /* there were fewer */
			break;
		assert_true(err == 0 || err == -ENOMEM);
		assert_int_equal(starve_held, before);
		refused += err != 0;
	}
	starve_in = 0;
	assert_true(nth > 100 && refused > 50);
	mc_sim_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starving),
	};

	return cmocka_run_group_tests_name("sim_starve", tests, NULL, NULL);
}
