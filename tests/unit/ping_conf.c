/*
 * ping_conf.c - tests of the arguments of -Q and --sweep.
 */

#include "ping/ping.h"
#include "tos.h"

#include "check.h"

static void test_tos(void **state)
{
	static const struct {
		const char *given;
		int want;
	} rows[] = {
		{ "0", 0 },       { "255", 255 },   { "0x00", 0 },    { "0xff", 255 },  { "0XB8", 0xb8 },
		{ "ef", 0xb8 },   { "cs0", 0 },     { "cs1", 0x20 },  { "cs7", 0xe0 },  { "af11", 0x28 },
		{ "af12", 0x30 }, { "af13", 0x38 }, { "af21", 0x48 }, { "af43", 0x98 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[128] = "";
		int tos = -1;

		if (tos_read(&tos, rows[i].given, why, sizeof why) || tos != rows[i].want)
			fail_msg("-Q %s: %d, not %d (%s)", rows[i].given, tos, rows[i].want, why);
	}
}

static void test_tos_refuses(void **state)
{
	static const char *const rows[] = {
		"",    "256", "-1",    "0x",   "0x100", "0x1g", "1 ",  "99999999999999999999",
		"EF ", "af",  "af14",  "af51", "af01",  "af10", "cs8", "cs",
		"cs-", "af1", "af111", "+5",   " 5",    "0x-1", "efx"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[128] = "";
		int tos = -7;

		if (tos_read(&tos, rows[i], why, sizeof why) != -1 || tos != -7 || !why[0])
			fail_msg("-Q \"%s\" was taken as %d", rows[i], tos);
	}
}

static void test_sweep(void **state)
{
	struct ping_range r = { 0 };
	char why[128];

	(void)state;
	assert_int_equal(ping_conf_sweep(&r, "1000..9000", why, sizeof why), 0);
	assert_int_equal(r.from, 1000);
	assert_int_equal(r.to, 9000);
	assert_int_equal(ping_conf_sweep(&r, "32..65507", why, sizeof why), 0);
	assert_int_equal(r.from, 32);
	assert_int_equal(r.to, 65507);
	assert_int_equal(ping_conf_sweep(&r, "500..500", why, sizeof why), 0);
}

static void test_sweep_refuses(void **state)
{
	static const char *const rows[] = { "",
					    "1000",
					    "1000..",
					    "..9000",
					    "1000.9000",
					    "1000...9000",
					    "31..9000",
					    "32..65508",
					    "9000..1000",
					    "-5..9000",
					    "1000..9000x",
					    "1000-9000",
					    "1000..-9000",
					    " 1000..9000",
					    "1e3..9e3",
					    "1000..4294968296",
					    "99999999999999999999..2" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ping_range r = { 7, 7 };
		char why[128] = "";

		if (ping_conf_sweep(&r, rows[i], why, sizeof why) != -1 || r.from != 7 || !why[0])
			fail_msg("--sweep \"%s\" was taken", rows[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tos),
		cmocka_unit_test(test_tos_refuses),
		cmocka_unit_test(test_sweep),
		cmocka_unit_test(test_sweep_refuses),
	};

	return cmocka_run_group_tests_name("ping_conf", tests, NULL, NULL);
}
