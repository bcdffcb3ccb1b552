/*
 * err.c - tests of error names and sentences, and of the version.
 */
#include <errno.h>
#include <limits.h>
#include <mcast/base.h>
#include <string.h>

#include "check.h"

static const struct {
	int code;
	const char *name;
} codes[] = {
	{ -5001, "MC_ERR_ADDR" },    { -5002, "MC_ERR_PREFIX" },   { -5003, "MC_ERR_GROUP" },
	{ -5004, "MC_ERR_SOURCE" },  { -5005, "MC_ERR_FAMILY" },   { -5006, "MC_ERR_IFNAME" },
	{ -5007, "MC_ERR_PORT" },    { -5008, "MC_ERR_COUNT" },    { -5009, "MC_ERR_BRACKETS" },
	{ -5010, "MC_ERR_SYNTAX" },  { -5011, "MC_ERR_PROBE" },    { -5012, "MC_ERR_CONF" },
	{ -5013, "MC_ERR_IP" },      { -5014, "MC_ERR_CUT" },      { -5015, "MC_ERR_FRAGMENT" },
	{ -5016, "MC_ERR_OPTIONS" }, { -5017, "MC_ERR_PROTOCOL" }, { -5018, "MC_ERR_SHORT" },
	{ -5019, "MC_ERR_LENGTH" },  { -5020, "MC_ERR_SOURCES" },  { -5021, "MC_ERR_RECORDS" },
	{ -5022, "MC_ERR_ROOM" },    { -5023, "MC_ERR_VERSION" },  { -5024, "MC_ERR_FRAME" },
	{ -5025, "MC_ERR_SCRIPT" },
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		assert_non_null(mc_err_name(codes[i].code));
		assert_string_equal(mc_err_name(codes[i].code), codes[i].name);
	}
}

static void test_no_name(void **state)
{
	const int others[] = { 0, 1, -1, -EINVAL, -5000, -5026, INT_MIN, INT_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(others); i++)
		assert_null(mc_err_name(others[i]));
}

static void test_sentences_are_distinct(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		const char *s = mc_strerror(codes[i].code);

		assert_true(strlen(s) > 3);
		assert_int_not_equal(s[strlen(s) - 1], '.');
		assert_null(strchr(s, '\n'));
		assert_string_not_equal(s, mc_strerror(INT_MIN));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(s, mc_strerror(codes[j].code));
	}
}

static void test_errno(void **state)
{
	const int errnos[] = { EPERM, ENODEV, EADDRINUSE, ENOBUFS };

	(void)state;
	for (size_t i = 0; i < COUNT(errnos); i++) {
		char want[128] = "";

		strncpy(want, strerror(errnos[i]), sizeof(want) - 1);
		assert_string_equal(mc_strerror(-errnos[i]), want);
	}
}

static void test_neither(void **state)
{
	(void)state;
	assert_string_equal(mc_strerror(0), "Success");
	assert_string_equal(mc_strerror(7), "Success");
	assert_string_not_equal(mc_strerror(-4095), "Unknown error"); /* strerror's, with the number */
	assert_string_equal(mc_strerror(-4096), "Unknown error");
	assert_string_equal(mc_strerror(INT_MIN), "Unknown error");
}

/* The build gives the version, but a version it must be: digits, a dot, digits, a dot, more. */
static void test_version(void **state)
{
	const char *v = mc_version();
	size_t major = strspn(v, "0123456789");

	(void)state;
	assert_true(major > 0 && v[major] == '.');
	assert_true(strspn(v + major + 1, "0123456789") > 0);
	assert_ptr_equal(v, mc_version());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_sentences_are_distinct),
		cmocka_unit_test(test_errno),
		cmocka_unit_test(test_neither),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
