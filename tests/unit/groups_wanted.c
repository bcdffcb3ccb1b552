/*
 * groups_wanted.c - tests of the words of mcast groups: what they name, and what is refused.
 */
#include <stdio.h>
#include <string.h>

#include "groups/wanted.h"

#include "capture.h"
#include "check.h"

static const struct verb verb = { .name = "groups" };
static const struct opt_list no_ifaces;

static struct mc_addr addr(const char *text)
{
	struct mc_addr a = { 0 };

	assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

/* One word or two, which stay until the next call. */
static struct wanted words(const char *a, const char *b)
{
	static char first[64], second[64];
	char *v[] = { first, second };
	struct wanted w;

	snprintf(first, sizeof first, "%s", a);
	snprintf(second, sizeof second, "%s", b ? b : "");
	assert_int_equal(wanted_read(&verb, &w, false, false, v, b ? 2 : 1, &no_ifaces), 0);
	return w;
}

/* What one word names, of eth0, whose index is 2. */
static void test_has(void **state)
{
	static const struct {
		const char *word, *group;
		bool has;
	} rows[] = {
		{ "239.1.2.3", "239.1.2.3", true },
		{ "239.1.2.3", "239.1.2.4", false },
		{ "239.0.0.0/8", "239.255.255.255", true },
		{ "239.0.0.0/8", "238.255.255.255", false },
		{ "239.1.2.3/8", "239.9.9.9", true },
		{ "224.0.0.0/4", "239.255.255.255", true },
		{ "224.0.0.0/4", "ff02::1", false },
		{ "ff15::/16", "ff15::ffff", true },
		{ "ff15::/16", "ff16::", false },
		{ "ff00::/8", "ff02::1:ff00:1234", true },
		{ "ff02::1:ff00:1234", "ff02::1:ff00:1234", true }, /* no port can be meant */
		{ "239.1.2.3+3", "239.1.2.5", true },
		{ "239.1.2.3+3", "239.1.2.6", false },
		{ "239.1.2.3%eth0", "239.1.2.3", true },
		{ "239.1.2.3%2", "239.1.2.3", true },
		{ "239.1.2.3%eth1", "239.1.2.3", false },
		{ "239.1.0.0/16%eth1", "239.1.2.3", false },
		{ "10.0.0.9@239.1.0.0/16%eth0", "239.1.2.3", true },
		{ "(10.0.0.9,232.1.1.1)", "232.1.1.1", true },
		{ "eth0", "239.1.2.3", true },
		{ "2", "239.1.2.3", true },
		{ "eth1", "239.1.2.3", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wanted w = words(rows[i].word, NULL);
		struct mc_addr group = addr(rows[i].group);

		equal(rows[i].word, wanted_has(&w, 2, "eth0", &group) ? "yes" : "no",
		      rows[i].has ? "yes" : "no");
		wanted_free(&w);
	}
}

/* Of two groups either is wanted; of a group and an interface both are. */
static void test_both(void **state)
{
	struct mc_addr a = addr("239.1.1.1"), b = addr("239.1.1.2");
	struct wanted w = words("239.1.1.1", "239.1.1.2");

	(void)state;
	assert_true(wanted_has(&w, 2, "eth0", &a));
	assert_true(wanted_has(&w, 2, "eth0", &b));
	assert_null(wanted_one(&w));
	wanted_free(&w);
	w = words("239.1.1.1", "eth0");
	assert_true(wanted_has(&w, 2, "eth0", &a));
	assert_false(wanted_has(&w, 3, "eth1", &a));
	assert_false(wanted_has(&w, 2, "eth0", &b));
	assert_non_null(wanted_one(&w));
	wanted_free(&w);
}

/* A source is one that the filter takes. */
static void test_takes(void **state)
{
	static const struct {
		enum mc_mode mode;
		const char *source;
		bool takes;
	} rows[] = {
		{ MC_EXCLUDE, NULL, true },        { MC_EXCLUDE, "10.0.0.9", false },
		{ MC_EXCLUDE, "10.0.0.8", true },  { MC_INCLUDE, "10.0.0.9", true },
		{ MC_INCLUDE, "10.0.0.8", false },
	};
	struct mc_addr group = addr("239.1.1.1");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wanted w = words("10.0.0.9@239.1.1.1", NULL);
		struct mc_addr source = addr(rows[i].source ? rows[i].source : "10.0.0.1");
		bool takes = wanted_takes(&w, 2, "eth0", &group, rows[i].mode, &source,
					  rows[i].source != NULL);

		assert_int_equal(takes, rows[i].takes);
		assert_int_equal(w.groups[0].met, rows[i].takes);
		wanted_free(&w);
	}
}

/* One line, which says what is wrong; nothing else. */
static void test_refused(void **state)
{
	static const struct {
		const char *word, *says;
	} rows[] = {
		{ "10.0.0.1", "multicast address" },
		{ "239.1.2", "IP address" },
		{ "239.0.0.0/3", "not all of it are groups" },
		{ "0.0.0.0/0", "not all of it are groups" },
		{ "239.0.0.0/x", "prefix" },
		{ "239.1.2.3:5000", "write 239.1.2.3)" },
		{ "[ff15::1%eth0]:5000", "write ff15::1%eth0)" },
		{ "239.1.1.1@239.1.0.0/16", "source" },
		{ "10.0.0.9@ff15::/16", "mixed" },
		{ "239.0.0.0/8%", "interface" },
		{ "abcdefghijklmnop", "interface" },
	};
	static struct capture err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char word[64], *v[] = { word };
		struct wanted w;
		const char *text;
		int r;

		strcpy(word, rows[i].word);
		capture_begin(&err, stderr);
		r = wanted_read(&verb, &w, false, false, v, 1, &no_ifaces);
		text = capture_end(&err);
		wanted_free(&w);
		if (r != EXIT_CANNOT || !strstr(text, rows[i].says) ||
		    strchr(text, '\n') != text + strlen(text) - 1)
			fail_msg("%s: %d, %s", rows[i].word, r, text);
	}
}

/* An interface that no namespace has is refused, with the one that was meant. */
static void test_there(void **state)
{
	struct name v[] = { { 1, "lo" }, { 2, "eth0" } };
	struct names names = { COUNT(v), v }, none = { 0, NULL };
	struct wanted w = words("eth0", "239.1.1.1%eth0");
	static struct capture err;
	const char *text;
	int r;

	(void)state;
	wanted_look(&w, &none);
	wanted_look(&w, &names);
	assert_int_equal(wanted_there(&verb, &w, &names), 0);
	wanted_free(&w);
	w = words("etho0", NULL);
	wanted_look(&w, &names);
	capture_begin(&err, stderr);
	r = wanted_there(&verb, &w, &names);
	text = capture_end(&err);
	assert_int_equal(r, EXIT_CANNOT);
	assert_non_null(strstr(text, "did you mean eth0?"));
	wanted_free(&w);
}

/* Each word that nothing was met of is said. */
static void test_missed(void **state)
{
	struct mc_addr group = addr("239.1.1.1");
	struct wanted w = words("239.1.1.1", "239.1.1.2");
	static struct capture err;
	const char *text;
	int r;

	(void)state;
	assert_true(wanted_takes(&w, 2, "eth0", &group, MC_EXCLUDE, NULL, 0));
	capture_begin(&err, stderr);
	r = wanted_missed(&verb, &w);
	text = capture_end(&err);
	assert_int_equal(r, EXIT_NO);
	assert_string_equal(text, "mcast groups: 239.1.1.2: no such membership\n");
	wanted_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has),     cmocka_unit_test(test_both),  cmocka_unit_test(test_takes),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_there), cmocka_unit_test(test_missed),
	};

	return cmocka_run_group_tests_name("groups_wanted", tests, NULL, NULL);
}
