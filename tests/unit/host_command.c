/*
 * host_command.c - tests of stdin's lines: octets into lines of any length, and lines into commands, or one
 * clause.
 */
#include "host/command.h"
#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { HOSTS = 100 };

/* ---- commands ------------------------------------------------------------------------------- */

/* A command as text: verb, hosts from 0 on, filter, group and sources. */
static void show(const struct command *c, char *buf, size_t cap)
{
	static const char *const verbs[COMMANDS] = { "join", "include", "exclude", "leave", "quit" };
	char addr[MC_ADDR_STRLEN];
	size_t n;

	n = (size_t)snprintf(buf, cap, "%s %u-%u", verbs[c->verb], c->first, c->last);
	if (c->verb == COMMAND_QUIT)
		return;
	n += (size_t)snprintf(buf + n, cap - n, " %s %s+%u", c->mode == MC_EXCLUDE ? "ex" : "in",
			      mc_addr_format(&c->group, addr, sizeof(addr)), c->count);
	for (size_t i = 0; i < c->n; i++)
		n += (size_t)snprintf(buf + n, cap - n, " %s",
				      mc_addr_format(&c->sources[i], addr, sizeof(addr)));
}

static void check(const char *line, const char *want)
{
	char why[COMMAND_WHY] = "", got[400] = "nothing";
	struct command c;
	int r = command_parse(&c, line, strlen(line), HOSTS, why);

	if (r > 0) {
		show(&c, got, sizeof(got));
		command_free(&c);
	} else if (r < 0) {
		snprintf(got, sizeof(got), "! %s", why);
	}
	equal(line, got, want);
}

static void good_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "join 239.1.1.1", "join 0-99 ex 239.1.1.1+1" },
		{ "  join\t239.1.1.1+10 \r", "join 0-99 ex 239.1.1.1+10" },
		{ "include 232.1.1.1 10.0.0.9 10.0.0.8", "include 0-99 in 232.1.1.1+1 10.0.0.9 10.0.0.8" },
		{ "include 232.1.1.1", "include 0-99 in 232.1.1.1+1" },
		{ "exclude ff15::1 2001:db8::1", "exclude 0-99 ex ff15::1+1 2001:db8::1" },
		{ "exclude [ff15::1]", "exclude 0-99 ex ff15::1+1" },
		{ "leave 239.1.1.1+4", "leave 0-99 in 239.1.1.1+4" },
		{ "leave 232.1.1.1", "leave 0-99 in 232.1.1.1+1" },
		{ "host 1 join 239.1.1.1", "join 0-0 ex 239.1.1.1+1" },
		{ "host 100 leave 239.1.1.1", "leave 99-99 in 239.1.1.1+1" },
		{ "host 3-7 include 239.1.1.1 10.0.0.9", "include 2-6 in 239.1.1.1+1 10.0.0.9" },
		{ "join 239.1.1.1:5000", "join 0-99 ex 239.1.1.1+1" },
		{ "quit", "quit 0-99" },
		{ "", "nothing" },
		{ " \t ", "nothing" },
		{ "# join 239.1.1.1", "nothing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i][0], rows[i][1]);
}

static void refused_lines(void **state)
{
	static const char *const rows[][2] = {
		{ "jion 239.1.1.1", "! unknown command jion, did you mean join?" },
		{ "xyzzy", "! unknown command xyzzy: there are join, include, exclude, leave, quit" },
		{ "join", "! join: which group?" },
		{ "join 10.0.0.1", "! 10.0.0.1: Not a multicast address" },
		{ "join 239.1.1.1%eth0",
		  "! 239.1.1.1%eth0: all hosts are on one interface (leave %eth0 out)" },
		{ "include 10.0.0.9@232.1.1.1",
		  "! 10.0.0.9@232.1.1.1: a source stands behind its group (include GROUP SOURCE)" },
		{ "join 239.1.1.1 10.0.0.9", "! join takes no source (include GROUP SOURCE ...)" },
		{ "leave 239.1.1.1 10.0.0.9", "! leave takes no source (exclude GROUP SOURCE ...)" },
		{ "include 239.1.1.1 239.1.1.2", "! 239.1.1.2: The source is not a unicast address" },
		{ "include 239.1.1.1 0.0.0.0", "! 0.0.0.0: The source is not a unicast address" },
		{ "include 239.1.1.1 2001:db8::1", "! 2001:db8::1: IPv4 and IPv6 are mixed" },
		{ "include 239.1.1.1 me", "! me: Not an IP address" },
		{ "join 232.1.1.1",
		  "! 232.1.1.1 is a source-specific group, which nobody has from everybody, RFC 4604 (name "
		  "sources: include 232.1.1.1 SOURCE)" },
		{ "exclude 231.255.255.0+1000",
		  "! 232.0.0.0 is a source-specific group, which nobody has from everybody, RFC 4604 (name "
		  "sources: include 232.0.0.0 SOURCE)" },
		{ "host", "! host: which one? (host 3 leave GROUP, or host 3-7 ...)" },
		{ "host x join 239.1.1.1", "! host x: not a number (host 3, or host 3-7)" },
		{ "host 3x join 239.1.1.1", "! host 3x: not a number (host 3, or host 3-7)" },
		{ "host 3- join 239.1.1.1", "! host 3-: not a range (host 3-7)" },
		{ "host 0 join 239.1.1.1", "! host 0: there are 100 hosts (they are numbered from 1)" },
		{ "host 101 join 239.1.1.1", "! host 101: there are 100 hosts (they are numbered from 1)" },
		{ "host 7-3 join 239.1.1.1", "! host 7-3: there are 100 hosts (they are numbered from 1)" },
		{ "host 4294967297 join 239.1.1.1",
		  "! host 4294967297: there are 100 hosts (they are numbered from 1)" },
		{ "host 3", "! host 3: to do what? (join, include, exclude, leave)" },
		{ "host 3 quit", "! quit is for all hosts (leave \"host\" out, or leave GROUP)" },
		{ "quit now", "! quit is for all, and takes nothing (leave now out)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i][0], rows[i][1]);
}

/* The range of IPv4 within a run that begins and ends outside of it. */
static void ssm_inside(void **state)
{
	char why[COMMAND_WHY] = "";
	struct command c;
	static const char line[] = "join 231.255.255.255+16777218";

	(void)state;
	assert_int_equal(command_parse(&c, line, strlen(line), HOSTS, why), -1);
	assert_non_null(strstr(why, "232.0.0.0 is a source-specific group"));
}

static void odd_octets(void **state)
{
	char why[COMMAND_WHY] = "", line[400];
	struct command c;

	(void)state;
	assert_int_equal(command_parse(&c, "join 239.1.1.1\0x", 16, HOSTS, why), -1);
	assert_non_null(strstr(why, "zero octet"));
	memset(line, 'x', sizeof(line));
	assert_int_equal(command_parse(&c, line, sizeof(line), HOSTS, why), -1);
	assert_non_null(strstr(why, "no word is that long"));
}

/* ---- lines ---------------------------------------------------------------------------------- */

static size_t put(struct lines *l, const char *text, size_t n)
{
	size_t room;
	char *space = lines_space(l, &room);

	n = n < room ? n : room;
	memcpy(space, text, n);
	lines_put(l, n);
	return n;
}

/* All lines of a text that comes in pieces of so many octets, each by its number and how long it is; "!"
 * where it was refused. */
static void gather(const char *text, size_t len, size_t piece, char *got, size_t cap)
{
	struct lines l;
	const char *line;
	size_t n, at = 0, used = 0;
	int r;

	assert_int_equal(lines_open(&l), 0);
	*got = '\0';
	for (bool over = false; !over;) {
		over = at == len;
		at += put(&l, text + at, len - at < piece ? len - at : piece);
		while ((r = lines_next(&l, &line, &n)))
			used += (size_t)snprintf(got + used, cap - used, r > 0 ? "%d:%zu " : "%d! ",
						 (int)l.number, n);
	}
	lines_close(&l);
}

static void pieces(void **state)
{
	static const char text[] = "one\n\nthree three\nfour";
	static const size_t sizes[] = { 1, 2, 3, 5, 7, 100 };
	char got[200];

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		gather(text, strlen(text), sizes[i], got, sizeof(got));
		assert_string_equal(got, "1:3 2:0 3:11 4:4 ");
	}
}

/* Just as long as there may be, one longer, much longer, and the line behind it. */
static void long_lines(void **state)
{
	static const size_t longest = LINES_LONGEST - 1;
	static const size_t sizes[] = { 4096, LINES_LONGEST, 1000000 };
	size_t len = 0, cap = 8 * LINES_LONGEST;
	char *text = malloc(cap), got[200], want[200];

	(void)state;
	assert_non_null(text);
	memset(text, 'x', cap);
	text[len += longest] = '\n';
	text[len += longest + 2] = '\n';
	text[len += 5 * longest] = '\n';
	text[len += 4] = '\n';
	len += 1 + longest + 1; /* too long, and without an end */
	snprintf(want, sizeof(want), "1:%zu 2! 3! 4:3 5! ", longest);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		gather(text, len, sizes[i], got, sizeof(got));
		assert_string_equal(got, want);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_lines), cmocka_unit_test(refused_lines), cmocka_unit_test(ssm_inside),
		cmocka_unit_test(odd_octets), cmocka_unit_test(pieces),        cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
