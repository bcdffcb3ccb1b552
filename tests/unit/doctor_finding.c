/*
 * doctor_finding.c - tests of the list of findings: what is kept of each, words quoted for a shell, and
 * memory that is not enough.
 */
#include "doctor/finding.h"

#include <string.h>

#include "check.h"
#include "starve.h"

static void test_kept(void **state)
{
	struct findings f = { .check = "route", .why = "The row's reason." };
	struct finding *x = find(&f, VERDICT_FAULT, "no route to %s", "239.1.2.3");

	(void)state;
	find_saw(x, "route to 239.1.2.3", "%s, %d", "none", 7);
	find_saw(x, "/proc/net/route", "nothing");
	find_mend(x, "first");
	find_mend(x, "ip route add %s", "224.0.0.0/4");
	find_advise(x, "look at %s", "eth0");
	f.check = "joined";
	f.why = "Another.";
	find_why(find(&f, VERDICT_OK, "fine"), "Its own.");
	find(&f, VERDICT_FAULT, "bad");
	assert_int_equal(f.n, 3);
	x = &f.v[0];
	assert_string_equal(x->check, "route");
	assert_int_equal(x->verdict, VERDICT_FAULT);
	assert_string_equal(x->text, "no route to 239.1.2.3");
	assert_int_equal(x->nevidence, 2);
	assert_string_equal(x->evidence[0].from, "route to 239.1.2.3");
	assert_string_equal(x->evidence[0].value, "none, 7");
	assert_string_equal(x->evidence[1].value, "nothing");
	assert_string_equal(x->why, "The row's reason.");
	assert_string_equal(x->mend, "ip route add 224.0.0.0/4");
	assert_string_equal(x->advice, "look at eth0");
	assert_string_equal(f.v[1].check, "joined");
	assert_string_equal(f.v[1].why, "Its own.");
	assert_null(f.v[1].mend);
	assert_true(find_any(&f, "route", VERDICT_FAULT));
	assert_false(find_any(&f, "route", VERDICT_OK));
	assert_false(find_any(&f, "rout", VERDICT_FAULT));
	assert_int_equal(find_count(&f, VERDICT_FAULT), 2);
	assert_int_equal(find_count(&f, VERDICT_UNKNOWN), 0);
	assert_false(f.starved);
	findings_free(&f);
	assert_int_equal(f.n, 0);
}

static void quoted(const char *word, const char *want)
{
	char buf[200];

	assert_ptr_equal(find_quote(buf, 4 * strlen(word) + 3, word), buf);
	equal(word, buf, want);
	assert_int_equal(find_quote(buf, 4 * strlen(word) + 2, word)[0], 0);
}

static void test_quote(void **state)
{
	(void)state;
	quoted("eth0", "eth0");
	quoted("eth0.5@eth1", "eth0.5@eth1");
	quoted("net/ipv4/conf/eth0/rp_filter=2", "net/ipv4/conf/eth0/rp_filter=2");
	quoted("", "''");
	quoted("a b", "'a b'");
	quoted("$(reboot)", "'$(reboot)'");
	quoted("a;b", "'a;b'");
	quoted("~root", "'~root'");
	quoted("*", "'*'");
	quoted("it's", "'it'\\''s'");
	quoted("'''", "''\\'''\\'''\\'''");
	quoted("a\nb", "'a\nb'");
	quoted("\xc3\xa9th0", "'\xc3\xa9th0'");
}

/* Whatever fails, the callers may go on, and it is told. */
static void test_starved(void **state)
{
	struct findings f = { .check = "route", .why = "Why." };
	struct finding *x;

	(void)state;
	starve_in = 1;
	x = find(&f, VERDICT_FAULT, "lost");
	starve_in = 0;
	assert_non_null(x);
	assert_true(f.starved);
	assert_int_equal(f.n, 0);
	assert_int_equal(find_count(&f, VERDICT_FAULT), 0);
	find_saw(x, "a", "b");
	find_mend(x, "c");
	find_advise(x, "d");
	x = find(&f, VERDICT_WARNING, "kept");
	starve_in = 1;
	find_saw(x, "no room", "for it");
	starve_in = 0;
	assert_int_equal(f.n, 1);
	assert_int_equal(f.v[0].nevidence, 0);
	assert_string_equal(f.v[0].text, "kept");
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests_name("doctor_finding", tests, NULL, NULL);
}
