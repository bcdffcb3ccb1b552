/*
 * doctor_script.c - tests of --fix: commands in their order, each once, and nothing outside a comment that is
 * none.
 */
#include <mcast/base.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "check.h"
#include "doctor/show.h"

#define HEAD          \
	"#!/bin/sh\n" \
	"# What mcast doctor would do. Read it, then run it as root. Little of it outlasts a boot.\n"

static const struct doctor_conf conf = { .fix = true };
static const struct look look = { .conf = &conf };

static void shown(const struct findings *f, const char *want)
{
	static struct capture c;

	capture_begin(&c, stdout);
	show_script(&look, f);
	assert_string_equal(capture_end(&c), want);
}

static struct findings of(const char *check)
{
	return (struct findings){ .check = check, .why = "Because." };
}

static void test_nothing(void **state)
{
	struct findings f = of("route");

	(void)state;
	shown(&f, HEAD "\n# Nothing was found that needs mending.\n:\n");
	find_mend(find(&f, VERDICT_OK, "fine"), "reboot");
	find_mend(find(&f, VERDICT_UNKNOWN, "who knows"), "reboot");
	shown(&f, HEAD "\n# Nothing was found that needs mending.\n:\n");
	findings_free(&f);
}

static void test_order(void **state)
{
	struct findings f = of("interface");

	(void)state;
	find_mend(find(&f, VERDICT_FAULT, "eth0 is down"), "ip link set dev eth0 up");
	f.check = "rp_filter";
	find_mend(find(&f, VERDICT_WARNING, "strict"), "sysctl -w a=2");
	find_mend(find(&f, VERDICT_FAULT, "strict, too"), "sysctl -w a=2");
	find_advise(&f.v[2], "ask for it");
	find_advise(find(&f, VERDICT_FAULT, "broken"), "buy another");
	find(&f, VERDICT_WARNING, "odd");
	shown(&f,
	      HEAD "\n# FAULT, interface: eth0 is down\n# Because.\nip link set dev eth0 up\n"
		   "\n# warning, rp_filter: strict\n# Because.\nsysctl -w a=2\n"
		   "\n# FAULT, rp_filter: strict, too\n# Because.\n# mended by a command above\n# then: ask "
		   "for it\n"
		   "\n# FAULT, rp_filter: broken\n# no command mends it: buy another\n"
		   "\n# warning, rp_filter: odd\n# no command mends it: Because.\n");
	findings_free(&f);
}

/* A process may be called what it likes. */
static void test_hostile(void **state)
{
	struct findings f = of("joined");

	(void)state;
	find_advise(find(&f, VERDICT_FAULT, "joined by x\nreboot\r\x1b[2J"), "mend\nreboot");
	shown(&f, HEAD "\n# FAULT, joined: joined by x\\x0areboot\\x0d\\x1b[2J\n"
		       "# no command mends it: mend\\x0areboot\n");
	findings_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("doctor_script", tests, NULL, NULL);
}
