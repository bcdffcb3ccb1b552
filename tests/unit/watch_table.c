/*
 * watch_table.c - tests of the state of the links as text: every line of a small state, what is left out of
 * a large one, and lists that do not fit.
 */
#include "watch/table.h"

#include "wire.h"

struct state {
	struct links *links;
	char text[4000];
	size_t lines, widest;
};

static struct state *begin(void)
{
	struct state *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	assert_int_equal(links_new(&s->links, NULL, NULL), 0);
	return s;
}

static void end(struct state *s)
{
	links_free(s->links);
	free(s);
}

static mc_time at(double seconds)
{
	return 1000 * MC_SEC + (mc_time)(seconds * 1e3) * MC_MSEC;
}

/* A message on the link of a VLAN. */
static void heard(struct state *s, uint16_t vlan, double seconds, const char *src, const char *dst,
		  const char *hex)
{
	const struct wire_ip ip = wire_ip(src, dst);
	struct link_seen *l = links_find(s->links, 0, (const uint16_t[2]){ vlan });
	struct mc_track_event e;
	struct mc_track *t;
	struct mc_msg m;
	uint8_t *block;

	assert_int_equal(wire_decode_hex(&m, &block, &ip, hex), 0);
	t = links_track(s->links, l, m.family, at(seconds));
	mc_track_input(t, &m, at(seconds));
	while (mc_track_poll(t, at(seconds), &e))
		;
	free(block);
}

static void add_line(void *arg, const char *line)
{
	struct state *s = arg;
	size_t n = strlen(s->text);

	snprintf(s->text + n, sizeof(s->text) - n, "%s\n", line);
	s->lines++;
	s->widest = strlen(line) > s->widest ? strlen(line) : s->widest;
}

static const char *write(struct state *s, double seconds, unsigned width, size_t most)
{
	const struct screen_sink to = { .line = add_line, .arg = s, .width = width, .most = most };

	s->text[0] = '\0';
	s->lines = s->widest = 0;
	table_write(s->links, at(seconds), &to);
	return s->text;
}

#define JOIN3(group) "22 00 0000 0000 0001 04 00 0000 " group
#define FROM3(group) "22 00 0000 0000 0001 05 00 0002 " group " 0a090909 0a090908"

static void test_empty(void **state)
{
	struct state *s = begin();

	(void)state;
	assert_string_equal(write(s, 0, 80, SIZE_MAX), "nothing was heard\n");
	end(s);
}

static void test_all(void **state)
{
	struct state *s = begin();

	(void)state;
	heard(s, 0, 0, "10.0.0.1", "224.0.0.1", "11 64 0000 00000000 02 7d 0000");
	heard(s, 0, 10, "10.0.0.7", "224.0.0.22", JOIN3("ef010203"));
	heard(s, 0, 11, "10.0.0.8", "224.0.0.22", JOIN3("ef010203"));
	heard(s, 0, 12, "10.0.0.8", "224.0.0.22", FROM3("e8010203"));
	heard(s, 10, 12, "fe80::7", "ff3e::1234", "83 00 0000 0000 0000 ff150000000000000000000000001234");
	assert_string_equal(write(s, 12.5, 80, SIZE_MAX),
			    "- IGMP: querier 10.0.0.1 (IGMPv3), heard 12 s ago\n"
			    "  it asks every 125 s, wants answers within 10 s, robustness 2\n"
			    "  GROUP      MODE     HOSTS  SOURCES  EXPIRES  LAST REPORTER\n"
			    "  239.1.2.3  exclude      2        0     4:29  10.0.0.8\n"
			    "      hosts 10.0.0.7, 10.0.0.8\n"
			    "  232.1.2.3  include      1        2     4:30  10.0.0.8\n"
			    "      from 10.9.9.9, 10.9.9.8\n"
			    "vlan10 MLD: no querier heard\n"
			    "  GROUP       MODE     HOSTS  SOURCES  EXPIRES  LAST REPORTER\n"
			    "  ff15::1234  exclude      1        0     4:30  fe80::7\n");
	end(s);
}

/* In the mode exclude the sources that are not wanted are listed, not those that some host wants. */
static void test_exclude(void **state)
{
	struct state *s = begin();

	(void)state;
	heard(s, 0, 0, "10.0.0.7", "224.0.0.22", "22 00 0000 0000 0001 04 00 0001 ef010203 0a090909");
	assert_non_null(strstr(write(s, 0, 80, SIZE_MAX),
			       "  239.1.2.3  exclude      1        1     4:30  10.0.0.7\n"));
	assert_non_null(strstr(s->text, "\n      all but 10.9.9.9\n"));
	heard(s, 0, 1, "10.0.0.8", "224.0.0.22", "22 00 0000 0000 0001 05 00 0001 ef010203 0a090909");
	assert_non_null(strstr(write(s, 1, 80, SIZE_MAX),
			       "  239.1.2.3  exclude      2        0     4:29  10.0.0.8\n"));
	assert_null(strstr(s->text, "all but"));
	end(s);
}

/* A list ends where the line does, and tells how many are left. */
static void test_list(void **state)
{
	struct state *s = begin();

	(void)state;
	for (unsigned i = 1; i <= 40; i++) {
		char src[20];

		snprintf(src, sizeof(src), "10.0.0.%u", i);
		heard(s, 0, i, src, "224.0.0.22", JOIN3("ef010203"));
	}
	for (unsigned width = 0; width < 700; width++) {
		const char *list = strstr(write(s, 40, width, SIZE_MAX), "      hosts 10.0.0."), *plus;
		size_t n = 1;

		assert_non_null(list);
		assert_in_range(s->widest, 10, width < 60 ? 70 : width);
		for (const char *p = list; (p = strchr(p, ',')); p++)
			n++;
		plus = strstr(list, " +");
		assert_int_equal(n + (plus ? strtoul(plus + 2, NULL, 10) : 0), 40);
	}
	end(s);
}

/* However few lines there may be, there are no more; and the groups that are left out are counted. */
static void test_cut(void **state)
{
	struct state *s = begin();
	size_t all;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		char hex[60];

		snprintf(hex, sizeof(hex), JOIN3("ef0102%02x"), i);
		heard(s, (uint16_t)(i % 4), i, "10.0.0.7", "224.0.0.22", hex);
	}
	write(s, 20, 80, SIZE_MAX);
	all = s->lines;
	assert_int_equal(all, 4 * 2 + 20);
	for (size_t most = 0; most <= all + 1; most++) {
		const char *more = strstr(write(s, 20, 80, most), "  ... ");
		size_t rows = 0;

		assert_int_equal(s->lines, most < all ? most : all);
		for (const char *p = s->text; (p = strstr(p, "  239.1.2.")); p++)
			rows++;
		assert_int_equal(rows + (more ? strtoul(more + 6, NULL, 10) : 0), most ? 20 : 0);
		assert_true(most == 0 || (more != NULL) == (most < all));
	}
	end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty), cmocka_unit_test(test_all), cmocka_unit_test(test_exclude),
		cmocka_unit_test(test_list),  cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
