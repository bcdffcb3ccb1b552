/*
 * opt.c - feeds command lines to opt_parse, by a table with every type of option. The input is
 * the line; spaces part its words. What must hold: values lie within their rows' bounds,
 * arguments are words of the line in their order, and a refusal is one line of its own.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINE_MAX_LEN = 4096, WORDS = 64 };

struct conf {
	bool flag, unflag;
	int count;
	int64_t number, any, size, huge;
	mc_time wait, ever;
	const char *text, *called;
};

static int call(void *dest, const char *arg, char *why, size_t cap)
{
	*(const char **)dest = arg;
	snprintf(why, cap, "refused: %s", arg);
	return arg[0] == 'r' ? -1 : 0;
}

#define AT(field) offsetof(struct conf, field)

static const struct opt opts[] = {
	{ '4', "", NULL, OPT_FLAG, AT(flag), 0, 0, NULL, "Letter only" },
	{ 'f', "flag", NULL, OPT_FLAG, AT(flag), 0, 0, NULL, "Flag" },
	{ 0, "no-flag", NULL, OPT_UNFLAG, AT(unflag), 0, 0, NULL, "No flag" },
	{ 'v', "verbose", NULL, OPT_COUNT, AT(count), 0, 0, NULL, "Count" },
	{ 't', "ttl", "TTL", OPT_INT, AT(number), 1, 255, NULL, "Number" },
	{ 'a', "any", "N", OPT_INT, AT(any), INT64_MIN, INT64_MAX, NULL, "Any number" },
	{ 's', "size", "BYTES", OPT_SIZE, AT(size), 1, 1 << 30, NULL, "Size" },
	{ 0, "huge", "BYTES", OPT_SIZE, AT(huge), 0, INT64_MAX, NULL, "Any size" },
	{ 'W', "wait", "SECONDS", OPT_SECONDS, AT(wait), 1, 3600, NULL, "Time" },
	{ 'w', "ever", "SECONDS", OPT_SECONDS, AT(ever), 0, INT64_MAX, NULL, "Any time" },
	{ 0, "data", "TEXT", OPT_TEXT, AT(text), 0, 0, NULL, "Text" },
	{ 'I', "interface", "IFACE", OPT_CALL, AT(called), 0, 0, call, "Call" },
	{ .name = NULL },
};

static const struct verb verb = {
	.name = "fuzz",
	.args = "[WORD ...]",
	.summary = "A verb to be fuzzed",
	.example = "mcast fuzz\n",
	.opts = opts,
};

static void must(bool held)
{
	if (!held)
		abort();
}

static bool within(const char *p, const char *line, size_t len)
{
	return !p || (p >= line && p <= line + len);
}

static void check_values(const struct conf *c, const char *line, size_t len)
{
	must(c->number >= 1 && c->number <= 255);
	must(c->size >= 1 && c->size <= 1 << 30);
	must(c->huge >= 0);
	must(c->wait >= MC_SEC && c->wait <= 3600 * MC_SEC);
	must(c->ever < MC_NEVER);
	must(c->count >= 0 && c->count <= (int)len);
	must(within(c->text, line, len) && within(c->called, line, len));
}

static void check_args(char *const *argv, int argc, int n, const char *line, size_t len)
{
	const char *after = line;

	must(n < argc && !argv[n + 1]);
	for (int i = 1; i <= n; i++) {
		must(argv[i] >= after && within(argv[i], line, len));
		after = argv[i] + 1;
	}
}

/* No control character but the one that ends the line. */
static void check_refusal(const char *said)
{
	must(strncmp(said, "mcast fuzz: ", 12) == 0);
	for (; *said != '\n'; said++)
		must((unsigned char)*said >= 0x20 && *said != 0x7f);
	must(said[1] == '\0');
}

/* Parses with stdout and stderr going into strings. */
static int parse(int argc, char **argv, struct conf *conf, char **out, char **err)
{
	size_t out_len, err_len;
	FILE *saved_out = stdout, *saved_err = stderr;
	int n;

	stdout = open_memstream(out, &out_len);
	stderr = open_memstream(err, &err_len);
	must(stdout && stderr);
	n = opt_parse(&verb, argc, argv, conf);
	fclose(stdout);
	fclose(stderr);
	stdout = saved_out;
	stderr = saved_err;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf conf = { .number = 1, .size = 1, .wait = MC_SEC };
	char line[LINE_MAX_LEN + 1], name[] = "fuzz", *argv[WORDS + 2] = { name };
	char *out = NULL, *err = NULL, *p = line, *word;
	size_t len = size < LINE_MAX_LEN ? size : LINE_MAX_LEN;
	int argc = 1, n;

	if (len)
		memcpy(line, data, len);
	line[len] = '\0';
	while (argc <= WORDS && (word = strsep(&p, " ")))
		argv[argc++] = word;
	n = parse(argc, argv, &conf, &out, &err);
	must(n >= -2);
	check_values(&conf, line, len);
	if (n >= 0)
		check_args(argv, argc, n, line, len);
	if (n == -1)
		check_refusal(err);
	else
		must(!*err);
	must(n == -2 ? strncmp(out, "Usage: ", 7) == 0 : !*out);
	free(out);
	free(err);
	return 0;
}
