/*
 * opt.c - tests of command lines: what is read, what is refused and in which words, usage, and
 * completions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "opt.h"

#include <cmocka.h>

#include "capture.h"

enum { WORDS = 16 };

struct conf {
	bool quiet, loop;
	int verbose;
	int64_t count, ttl, any, buffer, huge;
	mc_time wait, ever, span;
	const char *data, *called;
	int calls;
};

static int call(void *dest, const char *arg, char *why, size_t cap)
{
	struct conf *c = dest;

	c->calls++;
	c->called = arg;
	if (arg && strcmp(arg, "bad") == 0) {
		snprintf(why, cap, "is bad (take another)");
		return -1;
	}
	return 0;
}

#define AT(field) offsetof(struct conf, field)

static const struct opt opts[] = {
	{ '4', "", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "Letter only" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "Print nothing; it's quiet" },
	{ 0, "loop", NULL, OPT_FLAG, AT(loop), 0, 0, NULL, "Loop" },
	{ 0, "no-loop", NULL, OPT_UNFLAG, AT(loop), 0, 0, NULL, "Do not loop" },
	{ 'v', "verbose", NULL, OPT_COUNT, AT(verbose), 0, 0, NULL, "Print more: [all]" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "Stop after N" },
	{ 't', "ttl", "TTL", OPT_INT, AT(ttl), 0, 255, NULL, "TTL" },
	{ 0, "any", "N", OPT_INT, AT(any), INT64_MIN, INT64_MAX, NULL, "Any number" },
	{ 's', "buffer", "BYTES", OPT_SIZE, AT(buffer), 1, INT64_C(1) << 30, NULL, "Buffer" },
	{ 0, "huge", "BYTES", OPT_SIZE, AT(huge), 0, INT64_MAX, NULL, "Huge buffer" },
	{ 'W', "wait", "SECONDS", OPT_SECONDS, AT(wait), 1, 3600, NULL, "Wait" },
	{ 'w', "ever", "SECONDS", OPT_SECONDS, AT(ever), 0, INT64_MAX, NULL, "Run" },
	{ 0, "span", "SECONDS", OPT_SPAN, AT(span), 0, 60, NULL, "Span" },
	{ 0, "data", "TEXT", OPT_TEXT, AT(data), 0, 0, NULL,
	  "Send TEXT, that is a text of any length that fits into a datagram" },
	{ 'I', "interface", "IFACE", OPT_CALL, 0, 0, 0, call, "Interface" },
	{ 0, "call", NULL, OPT_CALL, 0, 0, 0, call, "Call without an argument" },
	{ .name = NULL },
};

static const struct verb verb = {
	.name = "test",
	.args = "[TARGET ...]",
	.summary = "A verb for tests",
	.example = "mcast test\nmcast test -q 239.1.2.3\n",
	.opts = opts,
};

/* A line as parsed; its words are split at spaces. */
struct result {
	struct conf conf;
	int n;
	char words[512];
	char *argv[WORDS + 1];
	struct capture out, err;
};

static struct result *parse(const char *line)
{
	static struct result r;
	int argc = 0;

	memset(&r.conf, 0, sizeof r.conf);
	r.conf.loop = true;
	snprintf(r.words, sizeof r.words, "test %s", line);
	for (char *p = strtok(r.words, " "); p && argc < WORDS; p = strtok(NULL, " "))
		r.argv[argc++] = p;
	r.argv[argc] = NULL;
	capture_begin(&r.out, stdout);
	capture_begin(&r.err, stderr);
	r.n = opt_parse(&verb, argc, r.argv, &r.conf);
	capture_end(&r.err);
	capture_end(&r.out);
	return &r;
}

static struct conf *good(const char *line)
{
	struct result *r = parse(line);

	assert_string_equal(r->err.text, "");
	assert_true(r->n >= 0);
	return &r->conf;
}

/* The line must be refused in these words, between "mcast test: " and the hint. */
static void refused(const char *line, const char *text)
{
	struct result *r = parse(line);
	char want[512];

	snprintf(want, sizeof want, "mcast test: %s (see mcast help test)\n", text);
	assert_string_equal(r->err.text, want);
	assert_string_equal(r->out.text, "");
	assert_int_equal(r->n, -1);
}

static void test_forms(void **state)
{
	(void)state;
	assert_int_equal(good("-c5")->count, 5);
	assert_int_equal(good("-c 5")->count, 5);
	assert_int_equal(good("--count=5")->count, 5);
	assert_int_equal(good("--count 5")->count, 5);
	assert_int_equal(good("-c 5 -c6 --count 7")->count, 7);
	assert_int_equal(good("-qvvc5")->count, 5);
	assert_int_equal(good("-vqv")->verbose, 2);
	assert_true(good("-4")->quiet);
	assert_false(good("")->quiet);
	assert_true(good("")->loop);
	assert_false(good("--no-loop")->loop);
	assert_true(good("--no-loop --loop")->loop);
	assert_string_equal(good("--data=")->data, "");
	assert_string_equal(good("--data=a=b")->data, "a=b");
	assert_string_equal(good("--data=-x")->data, "-x");
	assert_string_equal(good("--data -")->data, "-");
	assert_string_equal(good("--data -4")->data, "-4");
	assert_int_equal(good("--any -4")->any, -4);
	assert_int_equal(good("--any -9223372036854775807")->any, -INT64_MAX);
	assert_int_equal(good("-I eth0 -Ilo")->calls, 2);
	assert_string_equal(good("-I eth0 -Ilo")->called, "lo");
	assert_int_equal(good("--call")->calls, 1);
	assert_null(good("--call")->called);
}

static void args(const char *line, int n, const char *a, const char *b)
{
	struct result *r = parse(line);

	assert_string_equal(r->err.text, "");
	assert_int_equal(r->n, n);
	assert_string_equal(r->argv[0], "test");
	if (a)
		assert_string_equal(r->argv[1], a);
	if (b)
		assert_string_equal(r->argv[2], b);
	assert_null(r->argv[n + 1]);
}

static void test_arguments(void **state)
{
	(void)state;
	args("", 0, NULL, NULL);
	args("a b", 2, "a", "b");
	args("a -q b", 2, "a", "b");
	args("-c 5 a --ttl=3 b -v", 2, "a", "b");
	args("a -- -q", 2, "a", "-q");
	args("-- --", 1, "--", NULL);
	args("- -q", 1, "-", NULL);
	args("a --", 1, "a", NULL);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(good("-s 65536")->buffer, 65536);
	assert_int_equal(good("-s64k")->buffer, 65536);
	assert_int_equal(good("--buffer=4M")->buffer, 4 << 20);
	assert_int_equal(good("-s 4m")->buffer, 4 << 20);
	assert_int_equal(good("-s 1G")->buffer, 1 << 30);
	assert_int_equal(good("--huge 8589934591G")->huge, INT64_C(8589934591) << 30);
	assert_int_equal(good("--huge 9223372036854775807")->huge, INT64_MAX);
	refused("-s 0", "-s 0: must be 1 to 1G");
	refused("-s -1", "-s -1: must be 1 to 1G");
	refused("-s 1073741825", "-s 1073741825: must be 1 to 1G");
	refused("-s 17179869184G", "-s 17179869184G: must be 1 to 1G");
	refused("--huge 8589934592G", "--huge 8589934592G: must be 0 to 9223372036854775807");
	refused("--huge -1K", "--huge -1K: must be 0 or more");
	for (const char *const *p = (const char *const[]){ "K", "1KB", "1.5M", "0x10", "+1", "1K1", "64KK",
							   "-", "1T", NULL };
	     *p; p++) {
		char line[32], text[128];

		snprintf(line, sizeof line, "-s %s", *p);
		snprintf(text, sizeof text, "%s: must be a number of bytes such as 65536, 64K or 4M", line);
		refused(line, text);
	}
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(good("-t 0")->ttl, 0);
	assert_int_equal(good("-t 255")->ttl, 255);
	assert_int_equal(good("-t 0255")->ttl, 255);
	assert_int_equal(good("-c 9223372036854775807")->count, INT64_MAX);
	refused("-t 256", "-t 256: must be 0 to 255");
	refused("-t256", "-t 256: must be 0 to 255");
	refused("--ttl 300", "--ttl 300: must be 0 to 255");
	refused("--ttl=-1", "--ttl -1: must be 0 to 255");
	refused("-t -1", "-t -1: must be 0 to 255");
	refused("-t 18446744073709551617", "-t 18446744073709551617: must be 0 to 255");
	refused("-c 0", "-c 0: must be 1 or more");
	refused("-c 9223372036854775808", "-c 9223372036854775808: must be 1 to 9223372036854775807");
	refused("-c -99999999999999999999", "-c -99999999999999999999: must be 1 or more");
	refused("-t 1K", "-t 1K: must be a number");
	refused("-t=5", "-t =5: must be a number");
	refused("--ttl=", "--ttl : must be a number");
	refused("-t 0x10", "-t 0x10: must be a number");
	refused("-t +5", "-t +5: must be a number");
	refused("-t --5", "-t: needs TTL");
}

static void test_seconds(void **state)
{
	(void)state;
	assert_int_equal(good("-W 1")->wait, MC_SEC);
	assert_int_equal(good("-W1.5")->wait, 3 * MC_SEC / 2);
	assert_int_equal(good("-W 3600")->wait, 3600 * MC_SEC);
	assert_int_equal(good("-w .25")->ever, MC_SEC / 4);
	assert_int_equal(good("-w 2.")->ever, 2 * MC_SEC);
	assert_int_equal(good("-w 0.000000001")->ever, 1);
	assert_int_equal(good("-w 0.0000000010")->ever, 1);
	assert_int_equal(good("-w 18446744072")->ever, 18446744072 * MC_SEC);
	refused("-W 0.999999999", "-W 0.999999999: must be 1 to 3600");
	refused("-W 3600.000000001", "-W 3600.000000001: must be 1 to 3600");
	assert_int_equal(good("--span 0.000000001")->span, 1);
	assert_int_equal(good("--span 60")->span, 60 * MC_SEC);
	refused("--span 0", "--span 0: must be more than 0");
	refused("--span 0.0", "--span 0.0: must be more than 0");
	refused("--span -1", "--span -1: must be more than 0");
	refused("--span 60.1", "--span 60.1: must be more than 0, and at most 60");
	refused("-w -1", "-w -1: must be 0 or more");
	refused("-w -.5", "-w -.5: must be 0 or more");
	refused("-w 18446744073", "-w 18446744073: must be 0 to 18446744072");
	refused("-w 18446744073.9", "-w 18446744073.9: must be 0 to 18446744072");
	refused("-w 99999999999999999999999", "-w 99999999999999999999999: must be 0 to 18446744072");
	for (const char *const *p = (const char *const[]){ "nan", "inf", "1e3", ".", "1.2.3", "1s", "1,5",
							   "0x1", "0.0000000001", NULL };
	     *p; p++) {
		char line[32], text[128];

		snprintf(line, sizeof line, "-w %s", *p);
		snprintf(text, sizeof text, "%s: must be a number of seconds such as 10 or 0.5", line);
		refused(line, text);
	}
}

static void test_refusals(void **state)
{
	(void)state;
	refused("--foo", "unknown option --foo");
	refused("--tll 3", "unknown option --tll, did you mean --ttl?");
	refused("--coutn=3", "unknown option --coutn, did you mean --count?");
	refused("--verb", "unknown option --verb, did you mean --verbose?");
	refused("--hepl", "unknown option --hepl, did you mean --help?");
	refused("--=5", "unknown option --=5");
	refused("-z", "unknown option -z");
	refused("-qz", "unknown option -z in -qz");
	refused("-\xc3\xa9", "unknown option -\xc3\xa9");
	refused("-queit", "unknown option -u in -queit, did you mean --quiet?");
	refused("--count", "--count: needs N");
	refused("-vc", "-c: needs N");
	refused("-c -q", "-c: needs N");
	refused("-c --", "-c: needs N");
	refused("--quiet=yes", "--quiet=yes: --quiet takes no argument");
	refused("--help=me", "--help=me: --help takes no argument");
	refused("--foo\033\n\177", "unknown option --foo\\x1b\\x0a\\x7f");
	refused("--foo\xc2\x9b\xff", "unknown option --foo\\xc2\\x9b\\xff");
}

/* A line refused with another hint than where to read on. */
static void refused_whole(const char *line, const char *text)
{
	struct result *r = parse(line);

	assert_string_equal(r->err.text, text);
	assert_int_equal(r->n, -1);
}

static void test_other_hints(void **state)
{
	(void)state;
	refused_whole("--interface bad", "mcast test: --interface bad: is bad (take another)\n");
	refused_whole("--data -x",
		      "mcast test: --data: needs TEXT (one that begins with a dash is written --data=-x)\n");
	refused_whole("-I -x", "mcast test: -I: needs IFACE (one that begins with a dash is written -I-x)\n");
}

static void test_refuse(void **state)
{
	static struct capture c;
	int code;

	(void)state;
	capture_begin(&c, stderr);
	code = opt_refuse(&verb, "cannot join %s\n", "a\tb");
	opt_refuse(NULL, "no %d", 1);
	capture_end(&c);
	assert_int_equal(code, EXIT_CANNOT);
	assert_string_equal(c.text, "mcast test: cannot join a\\x09b\\x0a\nmcast: no 1\n");
}

static const char usage[] =
	"Usage: mcast test [OPTIONS] [TARGET ...]\n"
	"A verb for tests\n"
	"\n"
	"Options:\n"
	"  -4                     Letter only\n"
	"  -q, --quiet            Print nothing; it's quiet\n"
	"      --loop             Loop\n"
	"      --no-loop          Do not loop\n"
	"  -v, --verbose          Print more: [all]\n"
	"  -c, --count N          Stop after N\n"
	"  -t, --ttl TTL          TTL\n"
	"      --any N            Any number\n"
	"  -s, --buffer BYTES     Buffer\n"
	"      --huge BYTES       Huge buffer\n"
	"  -W, --wait SECONDS     Wait\n"
	"  -w, --ever SECONDS     Run\n"
	"      --span SECONDS     Span\n"
	"      --data TEXT        Send TEXT, that is a text of any length that fits into\n"
	"                         a datagram\n"
	"  -I, --interface IFACE  Interface\n"
	"      --call             Call without an argument\n"
	"  -h, --help             show this help\n"
	"\n"
	"Examples:\n"
	"  mcast test\n"
	"  mcast test -q 239.1.2.3\n";

static void test_usage(void **state)
{
	const char *const lines[] = { "-h", "--help", "-qh", "a --help --foo", "-c 1 -h" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct result *r = parse(lines[i]);

		assert_int_equal(r->n, -2);
		assert_string_equal(r->err.text, "");
		assert_string_equal(r->out.text, usage);
	}
}

static const char *script(const char *shell, int want)
{
	static struct capture c;
	const struct verb *const verbs[] = { &verb };
	int r;

	capture_begin(&c, stdout);
	r = opt_complete(shell, verbs, 1);
	capture_end(&c);
	assert_int_equal(r, want);
	return c.text;
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("not in the script: %s", part);
}

static void test_complete(void **state)
{
	const char *s;

	(void)state;
	s = script("bash", 0);
	has(s,
	    "words='-4 -q --quiet --loop --no-loop -v --verbose -c --count -t --ttl --any -s --buffer --huge -W --wait -w "
	    "--ever --span --data -I --interface --call -h --help'");
	has(s, "\t\t-I|--interface) _mcast_ifaces");
	has(s,
	    "\t\t-c|--count|-t|--ttl|--any|-s|--buffer|--huge|-W|--wait|-w|--ever|--span|--data) return ;;\n");
	s = script("zsh", 0);
	has(s, "\n\t\t\t'-4[Letter only]' \\\n");
	has(s, "'(-q --quiet)--quiet[Print nothing; it'\\''s quiet]'");
	has(s, "'*-v[Print more\\: \\[all\\]]'");
	has(s, "'(-c --count)-c+[Stop after N]:N: '");
	has(s, "'(-c --count)--count=[Stop after N]:N: '");
	has(s, "'*--interface=[Interface]:IFACE:_mcast_ifaces'");
	s = script("fish", 0);
	has(s, " -s 4 -d 'Letter only'\n");
	has(s, " -s q -l quiet -d 'Print nothing; it\\'s quiet'\n");
	has(s, " -s c -l count -x -d 'Stop after N'\n");
	has(s, " -s I -l interface -x -a '(__fish_print_interfaces)' -d 'Interface'\n");
	assert_string_equal(script("tcsh", -1), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),   cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_sizes),   cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_seconds), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_refuse),  cmocka_unit_test(test_other_hints),
		cmocka_unit_test(test_usage),   cmocka_unit_test(test_complete),
	};

	return cmocka_run_group_tests_name("opt", tests, NULL, NULL);
}
