/*
 * recv_command.c - tests of recv's standard input: lines into commands, or one clause.
 */
#include "recv/command.h"

#include <string.h>

#include "check.h"

/* A command as text: verb, source, target. */
static void show(const struct recv_command *c, char *buf, size_t cap)
{
	static const char *const verbs[] = { "block", "unblock", "join", "leave", "reset", "quit" };
	char source[MC_ADDR_STRLEN], target[MC_TARGET_STRLEN];

	if (c->verb == RECV_RESET || c->verb == RECV_QUIT)
		snprintf(buf, cap, "%s", verbs[c->verb]);
	else
		snprintf(buf, cap, "%s %s %s", verbs[c->verb],
			 c->source.family ? mc_addr_format(&c->source, source, sizeof source) : "*",
			 mc_target_format(&c->target, target, sizeof target));
}

static void check(const char *line, const char *want)
{
	char why[RECV_COMMAND_WHY] = "", got[400] = "nothing";
	struct recv_command c;
	int r = recv_command_parse(&c, line, strlen(line), why);

	if (r > 0)
		show(&c, got, sizeof got);
	else if (r < 0)
		snprintf(got, sizeof got, "! %s", why);
	equal(line, got, want);
}

static void good_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "block 10.0.0.9 239.1.1.1", "block 10.0.0.9 239.1.1.1" },
		{ " unblock\t10.0.0.9  239.1.1.1:5000 \r", "unblock 10.0.0.9 239.1.1.1:5000" },
		{ "block 2001:db8::1 [ff15::1]:5000", "block 2001:db8::1 [ff15::1]:5000" },
		{ "join 239.1.1.1", "join * 239.1.1.1" },
		{ "join 10.0.0.9@232.1.1.1%eth0:5000+8", "join * 10.0.0.9@232.1.1.1%eth0:5000+8" },
		{ "leave 239.1.1.1:5000+4", "leave * 239.1.1.1:5000+4" },
		{ "leave ff15::1", "leave * ff15::1" },
		{ "block 127.0.0.1 239.1.1.1", "block 127.0.0.1 239.1.1.1" },
		{ "reset", "reset" },
		{ "", "nothing" },
		{ " \t ", "nothing" },
		{ "# quit", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i][0], rows[i][1]);
}

static void refused_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "blok 10.0.0.9 239.1.1.1", "! unknown command blok, did you mean block?" },
		{ "xyzzy", "! unknown command xyzzy: there are block, unblock, join, leave, reset, quit" },
		{ "block", "! block: which source? (block SOURCE GROUP)" },
		{ "block 10.0.0.9", "! block: which group?" },
		{ "join", "! join: which group?" },
		{ "leave", "! leave: which group?" },
		{ "block 10.0.0.9 10.0.0.8", "! 10.0.0.8: Not a multicast address" },
		{ "block 10.0.0.9 ff15::1", "! ff15::1: IPv4 and IPv6 are mixed" },
		{ "leave 239.1.1.1%eth0", "! 239.1.1.1%eth0: leave is for all interfaces (leave %eth0 out)" },
		{ "block 10.0.0.9 239.1.1.1+2", "! 239.1.1.1+2: block is for one group (leave +2 out)" },
		{ "join 239.1.1.1:0", "! 239.1.1.1:0: nothing comes to port 0" },
		{ "quit now", "! now: nothing more belongs to quit (leave it out)" },
		{ "join 239.1.1.1 239.1.1.2", "! 239.1.1.2: nothing more belongs to join (leave it out)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i][0], rows[i][1]);
}

/* Refusals whose words are the library's: that there is one is what counts. */
static void refused_words(void **state)
{
	static const char *const rows[] = {
		"block 239.1.1.1 239.1.1.1", "block eth0 239.1.1.1",     "join 239.1.1.1:99999",
		"join 239.1.1.1+0",          "leave 10.0.0.9@232.1.1.1", "block 10.0.0.9 10.0.0.9@232.1.1.1",
		"join ff3e::1:5000",
	};
	char why[RECV_COMMAND_WHY];
	struct recv_command c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (recv_command_parse(&c, rows[i], strlen(rows[i]), why) != -1 || !why[0])
			fail_msg("%s was taken", rows[i]);
}

static void odd_octets(void **state)
{
	char why[RECV_COMMAND_WHY] = "", line[1000];
	struct recv_command c;

	(void)state;
	assert_int_equal(recv_command_parse(&c, "join\0 239.1.1.1", 15, why), -1);
	assert_non_null(strstr(why, "zero octet"));
	memset(line, 'x', sizeof line);
	assert_int_equal(recv_command_parse(&c, line, sizeof line, why), -1);
	assert_non_null(strstr(why, "no word is that long"));
}

static void trimmed(void **state)
{
	size_t len = 9;
	const char *got = words_trim(" \tquit \r\t", &len);

	(void)state;
	assert_int_equal(len, 4);
	assert_memory_equal(got, "quit", 4);
	len = 3;
	words_trim("   ", &len);
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines),    cmocka_unit_test(refused_lines),
		cmocka_unit_test(refused_words), cmocka_unit_test(odd_octets),
		cmocka_unit_test(trimmed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
