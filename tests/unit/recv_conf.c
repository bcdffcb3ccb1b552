/*
 * recv_conf.c - tests of recv's options: arguments that need reading, contradictions, what follows from
 * what was given.
 */
#include "limit.h"
#include "recv/conf.h"

#include <string.h>

#include "check.h"

static void test_percent(void **state)
{
	static const struct {
		const char *given;
		double want; /* below 0: refused */
	} rows[] = {
		{ "0", 0 },       { "0.1%", 0.001 }, { "0.1", 0.001 }, { "100%", 1 }, { "5.", 0.05 },
		{ ".5%", 0.005 }, { "", -1 },        { "%", -1 },      { "-1", -1 },  { "101", -1 },
		{ "1%%", -1 },    { "1e1", -1 },     { "nan", -1 },    { "inf", -1 }, { "1 %", -1 },
		{ "1..2", -1 },   { "0x10", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[128] = "";
		double got = -7;
		int r = limit_percent(&got, rows[i].given, why, sizeof why);

		if (rows[i].want < 0 ? r != -1 || got > -7 || !why[0] :
				       r != 0 || got < rows[i].want - 1e-12 || got > rows[i].want + 1e-12)
			fail_msg("%s: %d, %g", rows[i].given, r, got);
	}
}

static void test_span(void **state)
{
	static const struct {
		const char *given;
		mc_time want; /* MC_NEVER: refused */
	} rows[] = {
		{ "5ms", 5000000 },
		{ "200us", 200000 },
		{ "1s", MC_SEC },
		{ "1.5", 1500000000 },
		{ "0.5us", 500 },
		{ "10ns", 10 },
		{ "0", 0 },
		{ "0ms", 0 },
		{ "", MC_NEVER },
		{ "ms", MC_NEVER },
		{ "5m", MC_NEVER },
		{ "5 ms", MC_NEVER },
		{ "-1ms", MC_NEVER },
		{ "1e3us", MC_NEVER },
		{ "1msx", MC_NEVER },
		{ "1.2.3s", MC_NEVER },
		{ "1234567890123456789012345678901234567890123456789s", MC_NEVER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char why[128] = "";
		mc_time got = 77;
		int r = limit_span(&got, rows[i].given, why, sizeof why);

		if (rows[i].want == MC_NEVER ? r != -1 || got != 77 || !why[0] : r || got != rows[i].want)
			fail_msg("%s: %d, %llu", rows[i].given, r, (unsigned long long)got);
	}
}

/* ---- command lines ------------------------------------------------------------------------ */

static const struct verb verb = { .name = "recv", .opts = recv_opts };

/* Reads words parted by blanks, and checks them: 0, or not. The words must outlive what is in c. */
static int read_words(struct recv_conf *c, char *words)
{
	char *argv[32] = { (char *)"recv" };
	int argc = 1;

	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	recv_conf_init(c);
	return opt_parse(&verb, argc, argv, c) < 0 || recv_conf_check(&verb, c) ? -1 : 0;
}

static void test_good(void **state)
{
	char words[] =
		"-I eth0 -I eth1 --exclude 10.0.0.1,10.0.0.2 --exclude ff::1 --format rtp --clock synced "
		"--stamps hardware -c 5 --max-loss 1% --no-live --rcvbuf 8M";
	struct recv_conf c;

	(void)state;
	assert_int_equal(read_words(&c, words), 0);
	assert_int_equal(c.ifaces.n, 2);
	assert_string_equal(c.ifaces.v[1], "eth1");
	assert_int_equal(c.nexcluded, 3);
	assert_int_equal(c.excluded[2].family, MC_IPV6);
	assert_int_equal(c.format, MC_FORMAT_RTP);
	assert_int_equal(c.clock, MC_BASIS_SYNCED);
	assert_true(c.hardware);
	assert_int_equal(c.count, 5);
	assert_int_equal(c.rcvbuf, 8 << 20);
	assert_int_equal(c.live, 0);
	recv_conf_free(&c);
}

static void test_seq_at(void **state)
{
	static const struct {
		const char *given;
		uint32_t offset;
		uint8_t octets; /* 0: refused */
		bool little;
	} rows[] = {
		{ "4:4", 4, 4, false },         { "0:8:le", 0, 8, true },
		{ "65526:1", 65526, 1, false }, { "4", 0, 0, false },
		{ "4:", 0, 0, false },          { ":4", 0, 0, false },
		{ "4:0", 0, 0, false },         { "4:9", 0, 0, false },
		{ "4:4:", 0, 0, false },        { "4:4:be", 0, 0, false },
		{ "4:4:lex", 0, 0, false },     { "65527:1", 0, 0, false },
		{ "-1:4", 0, 0, false },        { "4:-4", 0, 0, false },
		{ "4:4 ", 0, 0, false },        { "99999999999999999999:4", 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char word[80];
		char *argv[] = { (char *)"recv", word, NULL };
		struct recv_conf c;
		int r;

		snprintf(word, sizeof word, "--seq-at=%s", rows[i].given);
		recv_conf_init(&c);
		r = opt_parse(&verb, 2, argv, &c);
		if (rows[i].octets ? r || recv_conf_check(&verb, &c) || c.format != MC_FORMAT_AT : r != -1)
			fail_msg("--seq-at %s: %d", rows[i].given, r);
		if (c.at.offset != rows[i].offset || c.at.octets != rows[i].octets ||
		    c.at.little != rows[i].little)
			fail_msg("--seq-at %s: %u:%u", rows[i].given, c.at.offset, c.at.octets);
		recv_conf_free(&c);
	}
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
		"-4 -6",
		"-v -q",
		"--live --json",
		"--live -q",
		"--live --dump",
		"--live -i 1",
		"--live", /* standard output is no terminal */
		"-q -i 1",
		"-q --dump",
		"--seq-at 4:4 --format rtp",
		"--stamps hardware",
		"--stamps hardware --clock auto",
		"--stamps hardware --clock echo",
		"--stamps soft",
		"--clock ntp",
		"--format seq-at",
		"--format mpeg",
		"--exclude 239.1.1.1",
		"--exclude eth0",
		"--linger 0",
		"-w 0",
		"-c 0",
		"--streams 0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char words[100];
		struct recv_conf c;

		snprintf(words, sizeof words, "%s", rows[i]);
		if (read_words(&c, words) == 0)
			fail_msg("%s was taken", rows[i]);
		recv_conf_free(&c);
	}
}

/* Without a terminal there is neither a table nor lines; what was asked for stays. */
static void test_defaults(void **state)
{
	char none[] = "", lines[] = "-i 2";
	struct recv_conf c;

	(void)state;
	assert_int_equal(read_words(&c, none), 0);
	assert_int_equal(c.live, 0);
	assert_true(c.interval == MC_NEVER);
	assert_int_equal(c.format, MC_FORMAT_AUTO);
	assert_int_equal(read_words(&c, lines), 0);
	assert_true(c.interval == 2 * MC_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percent), cmocka_unit_test(test_span),
		cmocka_unit_test(test_good),    cmocka_unit_test(test_seq_at),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
