/*
 * doctor_querier.c - tests of what no querier means: by how long it was listened for one. No test may take
 * as long as that.
 */
#include <string.h>

#include "check.h"
#include "doctor/checks.h"
#include "doctor/probed.h"

static const struct doctor_conf conf = { .probe = true };

/* One finding of a probe that was to listen so long, did, and heard nobody. */
static void found(mc_time wait, mc_time listened, bool stopped, struct findings *f)
{
	struct probed p = { .wait = wait, .began = MC_SEC, .ended = MC_SEC + listened, .stopped = stopped };
	struct mc_ifaces *ifs;
	struct look l = { .conf = &conf, .probed = &p };

	assert_int_equal(mc_ifaces_new(&ifs, false), 0);
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));)
		p.ifindex = i->running ? i->index : p.ifindex;
	l.ifs = ifs;
	if (!p.ifindex)
		skip();
	assert_int_equal(mc_addr_parse(&p.group, "239.1.2.3"), 0);
	*f = (struct findings){ .check = "querier", .why = "Because." };
	check_querier(&l, f);
	mc_ifaces_free(ifs);
	assert_int_equal(f->n, 1);
	assert_null(f->v[0].mend);
}

static enum verdict verdict(mc_time wait, mc_time listened, bool stopped)
{
	struct findings f;

	found(wait, listened, stopped, &f);
	enum verdict v = f.v[0].verdict;

	assert_int_equal(!strstr(f.v[0].text, "proves nothing"), v == VERDICT_WARNING);
	assert_non_null(strstr(f.v[0].advice, v == VERDICT_WARNING ? "mcast querier " : "--wait 130"));
	findings_free(&f);
	return v;
}

static void test_too_short(void **state)
{
	(void)state;
	assert_int_equal(verdict(3 * MC_SEC, 3 * MC_SEC, false), VERDICT_UNKNOWN);
	assert_int_equal(verdict(MC_SEC / 2, MC_SEC / 2, false), VERDICT_UNKNOWN);
	assert_int_equal(verdict(124 * MC_SEC, 124 * MC_SEC, false), VERDICT_UNKNOWN);
	assert_int_equal(verdict(130 * MC_SEC, 40 * MC_SEC, true), VERDICT_UNKNOWN);
}

static void test_long_enough(void **state)
{
	(void)state;
	assert_int_equal(verdict(125 * MC_SEC, 125 * MC_SEC - 1, false), VERDICT_WARNING);
	assert_int_equal(verdict(3 * MC_SEC, 300 * MC_SEC, false), VERDICT_WARNING);
	assert_int_equal(verdict(300 * MC_SEC, 130 * MC_SEC, true), VERDICT_WARNING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_short),
		cmocka_unit_test(test_long_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
