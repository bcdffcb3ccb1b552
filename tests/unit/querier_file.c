/*
 * querier_file.c - tests of the querier's configuration file: what each word does, and each error with its
 * place.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "querier/conf.h"

static struct querier_options defaults(void)
{
	struct querier_conf c;

	querier_conf_init(&c);
	return c.options;
}

static int parse(struct querier_ifaces *ret, const char *text, size_t len, char why[QUERIER_WHY])
{
	struct querier_options d = defaults();
	char *copy = malloc(len + 1); /* without an end: reading past it is seen by sanitizers */
	int r;

	assert_non_null(copy);
	memcpy(copy, text, len);
	copy = realloc(copy, len ? len : 1);
	r = querier_file_read(ret, "q.conf", copy, len, &d, why);
	free(copy);
	return r;
}

static struct querier_ifaces good(const char *text)
{
	struct querier_ifaces all = { .v = NULL };
	char why[QUERIER_WHY] = "";

	if (parse(&all, text, strlen(text), why))
		fail_msg("\"%s\" was refused: %s", text, why);
	return all;
}

/* The only interface of a file. */
static struct querier_iface one(const char *text)
{
	struct querier_ifaces all = good(text);
	struct querier_iface i;

	assert_int_equal(all.n, 1);
	i = all.v[0];
	free(all.v);
	return i;
}

/* ---- what is right ------------------------------------------------------------------------------- */

static void test_nothing(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		"\n\n",
		"# nothing\n",
		"  \t \n",
		"#",
		"query-interval 60\n",
		"phyint br0 disable\n",
		"phyint br0 disable query-interval 30 igmpv2 # off\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct querier_ifaces all = good(rows[i]);

		assert_int_equal(all.n, 0);
		assert_null(all.v);
	}
}

static void test_plain(void **state)
{
	struct querier_options d = defaults();
	struct querier_iface i = one("phyint br0");

	(void)state;
	assert_string_equal(i.name, "br0");
	assert_int_equal(i.options.version[QUERIER_IGMP], d.version[QUERIER_IGMP]);
	assert_int_equal(i.options.version[QUERIER_MLD], d.version[QUERIER_MLD]);
	assert_int_equal(i.options.query_interval, d.query_interval);
	assert_int_equal(i.options.query_max_response_time, d.query_max_response_time);
	assert_int_equal(i.options.last_member_query_interval, d.last_member_query_interval);
	assert_int_equal(i.options.startup_query_interval, d.startup_query_interval);
	assert_int_equal(i.options.robustness_variable, d.robustness_variable);
	assert_int_equal(i.options.startup_query_count, d.startup_query_count);
	assert_int_equal(i.options.last_member_query_count, d.last_member_query_count);
	assert_int_equal(i.options.max_groups, d.max_groups);
	assert_int_equal(i.options.max_group_sources, d.max_group_sources);
	assert_int_equal(i.options.max_hosts, d.max_hosts);
	assert_false(i.options.require_router_alert || i.options.verify_source_subnet);
	assert_false(i.options.listen_only);
}

static void test_blanks(void **state)
{
	struct querier_iface i = one("\t phyint\t \tbr0  igmpv2\tquery-interval  60#sixty\r\n");

	(void)state;
	assert_string_equal(i.name, "br0");
	assert_int_equal(i.options.query_interval, 60 * MC_SEC);
	assert_int_equal(i.options.version[QUERIER_IGMP], 2);
}

/* Where one version is given, the protocol without is left alone. */
static void test_versions(void **state)
{
	static const struct {
		const char *text;
		int igmp, mld;
	} rows[] = {
		{ "phyint a", 3, 2 },
		{ "phyint a enable", 3, 2 },
		{ "phyint a igmpv1", 1, 0 },
		{ "phyint a igmpv2", 2, 0 },
		{ "phyint a igmpv3", 3, 0 },
		{ "phyint a mldv1", 0, 1 },
		{ "phyint a mldv2", 0, 2 },
		{ "phyint a enable mldv1 igmpv2", 2, 1 },
		{ "phyint a listen-only mldv2 igmpv3 enable", 3, 2 },
	};

	(void)state;
	for (size_t n = 0; n < COUNT(rows); n++) {
		struct querier_iface i = one(rows[n].text);
		char got[64], want[64];

		snprintf(got, sizeof got, "%lld %lld", (long long)i.options.version[QUERIER_IGMP],
			 (long long)i.options.version[QUERIER_MLD]);
		snprintf(want, sizeof want, "%d %d", rows[n].igmp, rows[n].mld);
		equal(rows[n].text, got, want);
	}
}

#define ALL_OPTIONS(sep)                                                                                 \
	"query-interval 60" sep "query-max-response-time 2.5" sep "last-member-query-interval 0.5" sep   \
	"startup-query-interval 7" sep "robustness-variable 3" sep "startup-query-count 4" sep           \
	"last-member-query-count 5" sep "max-groups 11" sep "max-group-sources 12" sep "max-hosts 0" sep \
	"require-router-alert" sep "verify-source-subnet" sep "listen-only"

static void check_all_options(const struct querier_options *o)
{
	assert_int_equal(o->query_interval, 60 * MC_SEC);
	assert_int_equal(o->query_max_response_time, 2500 * MC_MSEC);
	assert_int_equal(o->last_member_query_interval, 500 * MC_MSEC);
	assert_int_equal(o->startup_query_interval, 7 * MC_SEC);
	assert_int_equal(o->robustness_variable, 3);
	assert_int_equal(o->startup_query_count, 4);
	assert_int_equal(o->last_member_query_count, 5);
	assert_int_equal(o->max_groups, 11);
	assert_int_equal(o->max_group_sources, 12);
	assert_int_equal(o->max_hosts, 0);
	assert_true(o->require_router_alert);
	assert_true(o->verify_source_subnet);
	assert_true(o->listen_only);
}

static void test_options(void **state)
{
	struct querier_iface behind = one("phyint br0 " ALL_OPTIONS(" "));
	struct querier_iface above = one(ALL_OPTIONS("\n") "\nphyint br0");
	struct querier_iface below = one("phyint br0\n" ALL_OPTIONS("\n"));

	(void)state;
	check_all_options(&behind.options);
	check_all_options(&above.options);
	check_all_options(&below.options);
}

/* Every row that a file has a word for is one of those above. */
static void test_every_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < QUERIER_WORDS; i++) {
		const char *name = querier_words[i].name;

		if (!strstr(ALL_OPTIONS(" "), name))
			fail_msg("%s is not tested", name);
		assert_ptr_equal(querier_conf_word(name, strlen(name)), &querier_words[i]);
	}
	assert_null(querier_conf_word("igmp-version", 12));
	assert_null(querier_conf_word("dry-run", 7));
	assert_null(querier_conf_word("query-interva", 13));
}

static void test_own_over_default(void **state)
{
	struct querier_ifaces all = good("phyint a query-interval 30\nphyint b\nlisten-only\n"
					 "query-interval 60\nphyint c no-listen-only\n");

	(void)state;
	assert_int_equal(all.n, 3);
	assert_int_equal(all.v[0].options.query_interval, 30 * MC_SEC);
	assert_int_equal(all.v[1].options.query_interval, 60 * MC_SEC);
	assert_int_equal(all.v[2].options.query_interval, 60 * MC_SEC);
	assert_true(all.v[0].options.listen_only && all.v[1].options.listen_only);
	assert_false(all.v[2].options.listen_only);
	free(all.v);
}

static void test_taken_back(void **state)
{
	struct querier_iface i = one(
		"require-router-alert\nverify-source-subnet\nlisten-only\n"
		"phyint a no-verify-source-subnet no-listen-only no-require-router-alert");

	(void)state;
	assert_false(i.options.require_router_alert || i.options.verify_source_subnet ||
		     i.options.listen_only);
}

/* The example of the man page. */
static void test_example(void **state)
{
	struct querier_ifaces all = good(
		"query-interval 60\n"
		"robustness-variable 3\n"
		"\n"
		"phyint br0   enable igmpv3 mldv2\n"
		"phyint eth1  enable igmpv2 query-interval 30 # an old camera network\n"
		"phyint eth2  enable listen-only\n"
		"phyint eth3  disable\n");

	(void)state;
	assert_int_equal(all.n, 3);
	assert_string_equal(all.v[1].name, "eth1");
	assert_int_equal(all.v[1].options.query_interval, 30 * MC_SEC);
	assert_int_equal(all.v[1].options.robustness_variable, 3);
	assert_int_equal(all.v[1].options.version[QUERIER_MLD], 0);
	assert_true(all.v[2].options.listen_only);
	free(all.v);
}

/* Names that Linux takes. */
static void test_names(void **state)
{
	static const char *const rows[] = {
		"a", "eth0.10", "abcdefghijklmno", "...", "-x", "br\xc3\xa4", "0x"
	};
	char text[64];

	(void)state;
	for (size_t n = 0; n < COUNT(rows); n++) {
		struct querier_iface i;

		snprintf(text, sizeof text, "phyint %s", rows[n]);
		i = one(text);
		equal(text, i.name, rows[n]);
	}
}

/* ---- what is wrong -------------------------------------------------------------------------------- */

struct wrong {
	const char *text, *why;
};

static void refused(const struct wrong *row, size_t len)
{
	struct querier_ifaces untouched = { .n = 77 };
	char why[QUERIER_WHY] = "";

	if (!parse(&untouched, row->text, len, why))
		fail_msg("\"%s\" was taken", row->text);
	if (strcmp(why, row->why) != 0)
		fail_msg("\"%s\" was refused with\n%s\nand not with\n%s", row->text, why, row->why);
	assert_int_equal(untouched.n, 77);
	assert_null(untouched.v);
}

#define BEHIND "stands only behind \"phyint IFACE\""

static const struct wrong wrong_words[] = {
	/* unknown */
	{ "phyint br0\n\nphyint br1 enable igmpv4",
	  "q.conf:3:19: igmpv4: unknown, did you mean igmpv3? (after \"enable\": a version or an option)" },
	{ "phyint br0 enabel", "q.conf:1:12: enabel: unknown, did you mean enable? (after \"br0\": enable, "
			       "disable, a version or an option)" },
	{ "phyint br0 mldv3",
	  "q.conf:1:12: mldv3: unknown, did you mean mldv2? (after \"br0\": enable, disable, "
	  "a version or an option)" },
	{ "phyint br0 enable foo", "q.conf:1:19: foo: unknown (after \"enable\": a version or an option)" },
	{ "phyint br0 listen-only x", "q.conf:1:24: x: unknown (after \"listen-only\": enable, disable, a "
				      "version or an option)" },
	{ "phyint br0 enable no-query-interval",
	  "q.conf:1:19: no-query-interval: unknown, did you mean query-interval? (after \"enable\": a version "
	  "or an option)" },
	{ "phyint br0 enable no-listen-onl", "q.conf:1:19: no-listen-onl: unknown, did you mean "
					     "no-listen-only? (after \"enable\": a version or an option)" },
	{ "\n  phynt br0",
	  "q.conf:2:3: phynt: unknown, did you mean phyint? (a line begins with phyint or an option)" },
	{ "query-intervall 10", "q.conf:1:1: query-intervall: unknown, did you mean query-interval? (a line "
				"begins with phyint or an option)" },
	{ "br0 enable", "q.conf:1:1: br0: unknown (a line begins with phyint or an option)" },
	{ "igmpv3", "q.conf:1:1: igmpv3: " BEHIND },
	{ "enable", "q.conf:1:1: enable: " BEHIND },
	{ "disable br0", "q.conf:1:1: disable: " BEHIND },
	{ "no-listen-only", "q.conf:1:1: no-listen-only: " BEHIND },
	/* values */
	{ "query-interval", "q.conf:1:1: query-interval: needs SECONDS" },
	{ "query-interval # 60", "q.conf:1:1: query-interval: needs SECONDS" },
	{ "phyint br0 max-hosts", "q.conf:1:12: max-hosts: needs N" },
	{ "query-interval x", "q.conf:1:16: x: must be a number of seconds such as 10 or 0.5 (after "
			      "\"query-interval\": SECONDS)" },
	{ "phyint a query-interval max-hosts 3",
	  "q.conf:1:25: max-hosts: must be a number of seconds such as 10 or 0.5 (after \"query-interval\": "
	  "SECONDS)" },
	{ "query-interval 0.5", "q.conf:1:16: 0.5: must be 1 to 31744 (after \"query-interval\": SECONDS)" },
	{ "query-interval 31745",
	  "q.conf:1:16: 31745: must be 1 to 31744 (after \"query-interval\": SECONDS)" },
	{ "robustness-variable 8", "q.conf:1:21: 8: must be 1 to 7 (after \"robustness-variable\": N)" },
	{ "robustness-variable 0", "q.conf:1:21: 0: must be 1 to 7 (after \"robustness-variable\": N)" },
	{ "phyint a max-groups 0", "q.conf:1:21: 0: must be 1 to 1000000000 (after \"max-groups\": N)" },
	{ "max-groups 1x", "q.conf:1:12: 1x: must be a number (after \"max-groups\": N)" },
	{ "max-groups 1111111111111111111111111111111111111111111111111111111111111111",
	  "q.conf:1:12: 1111111111111111111111111111111111111111...: too long (after \"max-groups\": N)" },
	{ "query-interval 60 61", "q.conf:1:19: 61: one too many (a default has a line of its own)" },
	{ "listen-only max-hosts 3",
	  "q.conf:1:13: max-hosts: one too many (a default has a line of its own)" },
	/* names */
	{ "phyint", "q.conf:1:1: phyint: needs the name of an interface" },
	{ "phyint # br0", "q.conf:1:1: phyint: needs the name of an interface" },
	{ "phyint abcdefghijklmnop",
	  "q.conf:1:8: abcdefghijklmnop: too long for an interface's name, which has "
	  "15 octets at the most" },
	{ "phyint .", "q.conf:1:8: .: no interface can have this name" },
	{ "phyint ..", "q.conf:1:8: ..: no interface can have this name" },
	{ "phyint a/b", "q.conf:1:8: a/b: no interface can have this name" },
	{ "phyint eth0:1", "q.conf:1:8: eth0:1: no interface can have this name" },
	{ "phyint 3", "q.conf:1:8: 3: must be an interface's name (not its index)" },
	/* twice */
	{ "phyint a\nphyint b\nphyint a", "q.conf:3:8: a: has a line already, line 1" },
	{ "phyint a disable\nphyint a", "q.conf:2:8: a: has a line already, line 1" },
	{ "listen-only\nlisten-only", "q.conf:2:1: listen-only: is set already, in line 1" },
	{ "max-hosts 3\nphyint a\nmax-hosts 3", "q.conf:3:1: max-hosts: is set already, in line 1" },
	{ "phyint a max-hosts 3 max-hosts 3", "q.conf:1:22: max-hosts: max-hosts is on this line already" },
	{ "phyint a listen-only no-listen-only",
	  "q.conf:1:22: no-listen-only: listen-only is on this line already" },
	{ "phyint a enable disable", "q.conf:1:17: disable: enable is on this line already" },
	{ "phyint a disable mldv1 enable", "q.conf:1:24: enable: disable is on this line already" },
	{ "phyint a enable enable", "q.conf:1:17: enable: enable is on this line already" },
	{ "phyint a igmpv3 mldv1 igmpv2",
	  "q.conf:1:23: igmpv2: igmpv3 is on this line already (one version of each protocol)" },
	{ "phyint a mldv1 mldv1",
	  "q.conf:1:16: mldv1: mldv1 is on this line already (one version of each protocol)" },
	/* the first of two lines is told, whatever kind it is */
	{ "phyint a foo\nbar",
	  "q.conf:1:10: foo: unknown (after \"a\": enable, disable, a version or an option)" },
	{ "bar\nphyint a foo", "q.conf:1:1: bar: unknown (a line begins with phyint or an option)" },
	/* options together, by what holds for the interface at last */
	{ "\nphyint  br0 query-interval 10\n",
	  "q.conf:2:1: phyint  br0: query-max-response-time 10 must be less than query-interval 10, or answers "
	  "come after the next query (lower one, or raise the other)" },
	{ "phyint a\nquery-max-response-time 200\n",
	  "q.conf:1:1: phyint a: query-max-response-time 200 must be less than query-interval 125, or answers "
	  "come after the next query (lower one, or raise the other)" },
	{ "phyint a mldv2\nphyint b igmpv2\nquery-max-response-time 30\n",
	  "q.conf:2:1: phyint b: query-max-response-time 30: an IGMPv2 query cannot say more than 25.5 (take "
	  "that, or less)" },
	{ "phyint a query-interval 10\nquery-max-response-time x",
	  "q.conf:2:25: x: must be a number of seconds such as 10 or 0.5 (after \"query-max-response-time\": "
	  "SECONDS)" },
	/* what cannot be shown as it is */
	{ "phyint a \x01zz", "q.conf:1:10: \\x01 is a control character (wanted: words between blanks)" },
	{ "\n# \x1b[2J", "q.conf:2:3: \\x1b is a control character (wanted: words between blanks)" },
	{ "phyint a\rb\n", "q.conf:1:9: \\x0d is a control character (wanted: words between blanks)" },
	{ "phyint a\x7f", "q.conf:1:9: \\x7f is a control character (wanted: words between blanks)" },
	{ "\xff\xfe!", "q.conf:1:1: \\xff\\xfe!: unknown (a line begins with phyint or an option)" },
	{ "\xc2\x9b!!", "q.conf:1:1: \\xc2\\x9b!!: unknown (a line begins with phyint or an option)" },
	{ "phyint a bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
	  "q.conf:1:10: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb...: unknown (after \"a\": enable, disable, a "
	  "version or an option)" },
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(wrong_words); i++)
		refused(&wrong_words[i], strlen(wrong_words[i].text));
}

/* A NUL ends nothing. */
static void test_nul(void **state)
{
	static const char text[] = "phyint a\nphyint b\0enable\n";
	const struct wrong row = {
		text, "q.conf:2:9: \\x00 is a control character (wanted: words between blanks)"
	};

	(void)state;
	refused(&row, sizeof text - 1);
}

/* As long as lines may be, what is told of them has room, and its beginning. */
static void test_long(void **state)
{
	size_t len = 1 << 20;
	char *text = malloc(len + 1), why[QUERIER_WHY] = "";
	struct querier_ifaces all = { .v = NULL };

	(void)state;
	memset(text, 0x80, len);
	text[len] = '\0';
	assert_int_equal(parse(&all, text, len, why), -1);
	assert_memory_equal(why, "q.conf:1:1: \\x80\\x80", 20);
	assert_true(strlen(why) < QUERIER_WHY);
	memset(text, ' ', len - 1);
	assert_int_equal(parse(&all, text, len, why), -1);
	assert_string_equal(why, "q.conf:1:1048576: \\x80: unknown (a line begins with phyint or an option)");
	free(text);
}

static void test_long_name(void **state)
{
	struct querier_options d = defaults();
	struct querier_ifaces all = { .v = NULL };
	char name[300], why[QUERIER_WHY];

	(void)state;
	memset(name, 'n', sizeof name);
	strcpy(name + 290, "/q\n.conf");
	assert_int_equal(querier_file_read(&all, name, "x", 1, &d, why), -1);
	assert_memory_equal(why, "...nnn", 6);
	assert_non_null(strstr(why, "nnn/q\\x0a.conf:1:1: x: unknown ("));
}

/* The most there may be, and one more. */
static void test_many(void **state)
{
	struct querier_ifaces all = { .v = NULL };
	char *text = malloc(4097 * 16), why[QUERIER_WHY] = "";
	size_t n = 0, most = 0;

	(void)state;
	for (int i = 0; i <= 4096; i++) {
		most = i == 4096 ? n : most;
		n += (size_t)sprintf(text + n, "phyint e%d\n", i);
	}
	assert_int_equal(parse(&all, text, most, why), 0);
	assert_int_equal(all.n, 4096);
	free(all.v);
	assert_int_equal(parse(&all, text, n, why), -1);
	assert_string_equal(why,
			    "q.conf:4097:8: e4096: there are 4096 interfaces already, and no more can be");
	free(text);
}

/* ---- from disk -------------------------------------------------------------------------------------- */

static char dir[] = "/tmp/mcast-querier-file-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void write_file(const char *path, const char *text, size_t times)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	while (times--)
		fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void load_refused(const char *path, const char *want)
{
	struct querier_options d = defaults();
	struct querier_ifaces all = { .n = 77 };
	char why[QUERIER_WHY] = "", line[QUERIER_WHY];

	assert_int_equal(querier_file_load(&all, path, &d, why), -1);
	snprintf(line, sizeof line, "%s: %s", path, want);
	assert_string_equal(why, line);
	assert_int_equal(all.n, 77);
}

static void test_load(void **state)
{
	struct querier_options d = defaults();
	struct querier_ifaces all = { .v = NULL };
	char why[QUERIER_WHY] = "";
	const char *path;

	(void)state;
	load_refused(in_dir("none"), "No such file or directory");
	load_refused(dir, "a directory (name a file)");
	path = in_dir("pipe");
	assert_int_equal(mkfifo(path, 0600), 0);
	load_refused(path, "not a regular file");
	unlink(path);
	path = in_dir("large");
	write_file(path, "# 16 octets are\n", 65536);
	assert_int_equal(querier_file_load(&all, path, &d, why), 0);
	write_file(path, "# 16 octets are\n", 65537);
	load_refused(path, "larger than 1 MiB (is it a configuration file?)");
	write_file(path, "phyint br0 mldv1\n", 1);
	assert_int_equal(querier_file_load(&all, path, &d, why), 0);
	assert_int_equal(all.n, 1);
	assert_int_equal(all.v[0].options.version[QUERIER_MLD], 1);
	free(all.v);
	unlink(path);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_blanks),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_every_word),
		cmocka_unit_test(test_own_over_default),
		cmocka_unit_test(test_taken_back),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_many),
		cmocka_unit_test_setup_teardown(test_load, make_dir, remove_dir),
	};

	return cmocka_run_group_tests_name("querier_file", tests, NULL, NULL);
}
