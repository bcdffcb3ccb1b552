/*
 * recv_live.c - tests of the table that mcast recv keeps on a terminal: what fits a width, strips, which rows
 * stay, what was lost last.
 */
#include "recv/live.h"
#include "recv_scene.h"

#define LINES_MOST 64

static const struct live_look bare = { false, false }, rich = { true, true }, grey = { true, false };

struct picture {
	char line[LINES_MOST][1024];
	size_t n;
};

static struct picture shown;

static void add_line(void *arg, const char *text)
{
	(void)arg;
	assert_true(shown.n < LINES_MOST);
	assert_true(strlen(text) < sizeof shown.line[0]);
	strcpy(shown.line[shown.n++], text);
}

static void draw(struct scene *c, const struct live_look *look, unsigned width, size_t most)
{
	const struct screen_sink to = { .line = add_line, .width = width, .most = most };

	shown.n = 0;
	live_write(&c->r, look, &to);
}

/* Columns that a line takes: colours none, a character of UTF-8 one. */
static unsigned columns_of(const char *text)
{
	unsigned n = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '\033')
			p += strcspn(p, "m");
		else
			n += (*p & 0xc0) != 0x80;
	}
	return n;
}

/* The last characters of the second line: the strip. */
static const char *strip_of(struct scene *c, const struct live_look *look, size_t octets)
{
	draw(c, look, 100, 10);
	assert_true(shown.n >= 2);
	return shown.line[1] + strlen(shown.line[1]) - octets;
}

static void test_strip(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1000, 10);

	(void)state;
	scene_seconds(c, s, "...148802", "000000090");
	assert_string_equal(strip_of(c, &bare, 9), "---.:##!.");
	assert_string_equal(strip_of(c, &grey, 3 * 2 + 3 * 4 + 1 + 3),
			    "\u00b7\u00b7\u00b7\u2581\u2584\u2588\u2588!\u2582");
	assert_string_equal(strip_of(c, &rich, 3 + 5 + 1 + 3 + 3),
			    "\u2588" SCREEN_RED "!" SCREEN_PLAIN "\u2582");
	scene_seconds(c, s, "8080", "0010");
	assert_string_equal(strip_of(c, &rich, 3 + 1 + 5 + 3 + 3 + 1),
			    "\u2588 " SCREEN_RED "\u2588" SCREEN_PLAIN " ");
	assert_string_equal(strip_of(c, &bare, 4), "# ! ");
	scene_end(c);
}

/* A minute and more: the strip is the latest, and the last second is the rate. */
static void test_wrap(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1000, 0);
	char packets[101], lost[101];

	(void)state;
	memset(packets, '1', 100);
	memset(lost, '0', 100);
	packets[100] = lost[100] = '\0';
	packets[99] = '2';
	packets[39] = '9'; /* before the minute */
	lost[99] = '5';
	scene_seconds(c, s, packets, lost);
	draw(c, &bare, 200, 10);
	assert_int_equal(strspn(strstr(shown.line[1], " :") + 1, ":"), 59);
	assert_string_equal(shown.line[1] + strlen(shown.line[1]) - 2, ":!");
	assert_non_null(strstr(shown.line[1], "      200    1.600"));
	assert_non_null(strstr(shown.line[1], "   2.44 %"));
	scene_end(c);
}

static void test_widths(void **state)
{
	static const unsigned us[] = { 10, 20 };
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 1000, 10);

	(void)state;
	scene_delays(c, s, us, COUNT(us));
	scene_seconds(c, s, "123456789", "001000000");
	for (unsigned width = 1; width < 250; width++) {
		draw(c, width % 2 ? &rich : &bare, width, 10);
		if (width >= 40) {
			assert_true(columns_of(shown.line[0]) <= width);
			assert_true(columns_of(shown.line[1]) <= width);
			assert_non_null(strstr(shown.line[0], "LOST"));
		}
	}
	draw(c, &bare, 40, 10);
	assert_string_equal(shown.line[0], "STREAM                              LOST");
	draw(c, &bare, 39, 10);
	assert_string_equal(shown.line[0], "STREAM                         ");
	draw(c, &bare, 200, 10);
	assert_non_null(
		strstr(shown.line[0],
		       "FORMAT      PPS   MBIT/S     LOST      NOW      P50      P99  JITTER LAST MINUTE"));
	assert_non_null(strstr(shown.line[1],
			       " probe      900    7.200       10      0 %  10.0 us  20.0 us 4.00 us "));
	s->flow.train_came = 64;
	draw(c, &bare, 200, 10);
	assert_non_null(strstr(shown.line[1], "0 % *10.0 us *20.0 us 4.00 us "));
	s->flow.seq.highest += 1234567890;
	draw(c, &bare, 100, 10);
	assert_string_equal(
		shown.line[0],
		"STREAM                               PPS   MBIT/S     LOST      NOW LAST MINUTE");
	assert_non_null(strstr(shown.line[1], " 900    7.200  1234.6M      0 % --"));
	assert_int_equal(columns_of(shown.line[1]), 31 + 4 * 9 + 1 + 32);
	scene_end(c);
}

static void test_rows(void **state)
{
	struct scene *c = scene_new();

	(void)state;
	draw(c, &bare, 80, 10);
	assert_int_equal(shown.n, 1);
	assert_string_equal(shown.line[0], "nothing has come yet");
	for (size_t i = 0; i < 20; i++)
		scene_stream(c, 1000, i == 17 ? 3 : 0);
	draw(c, &bare, 80, 21);
	assert_int_equal(shown.n, 21);
	assert_non_null(strstr(shown.line[1], ":40001")); /* all fit: as they came */
	draw(c, &bare, 80, 20);
	assert_int_equal(shown.n, 20);
	assert_non_null(strstr(shown.line[1], ":40018"));
	assert_string_equal(shown.line[19], "... 2 more, 2 of them without loss");
	for (size_t most = 0; most < 6; most++) {
		draw(c, &bare, 80, most);
		assert_int_equal(shown.n, most);
	}
	scene_end(c);
}

static void test_log(void **state)
{
	struct scene *c = scene_new();
	struct recv_stream *a = scene_stream(c, 100, 10), *b = scene_stream(c, 100, 10);

	(void)state;
	scene_gap(a, 1 * MC_SEC, 10, 4, true);
	scene_gap(b, 2 * MC_SEC, 20, 5, false);
	scene_gap(a, 3 * MC_SEC, 30, 6, false);
	draw(c, &bare, 80, 5);
	assert_int_equal(shown.n, 3); /* no room for a title and a gap */
	draw(c, &bare, 80, 6);
	assert_int_equal(shown.n, 6);
	assert_string_equal(shown.line[4], "LOST LAST");
	assert_non_null(strstr(shown.line[5],
			       "22:13:23.000000 10.0.0.1:40001 > 239.1.1.1:5000: 6 from number 30 on"));
	draw(c, &bare, 80, 30);
	assert_int_equal(shown.n, 8);
	assert_non_null(strstr(shown.line[6], ":40002 > 239.1.1.1:5000: 5 from number 20 on"));
	assert_non_null(strstr(shown.line[7], ": 4 from number 10 on, in the socket"));
	mc_gaps_fill(&b->flow.gaps, 20);
	draw(c, &bare, 80, 30);
	assert_non_null(strstr(shown.line[6], ": 4 from number"));
	scene_end(c);
}

static void test_title(void **state)
{
	struct scene *c = scene_new();
	char title[200];

	(void)state;
	c->r.began = 5 * MC_SEC;
	live_title(&c->r, 12 * MC_SEC, title, sizeof title);
	assert_string_equal(title, "mcast recv 239.1.1.1:5000  0:07  0 pps, 0 bit/s");
	c->r.ntargets = 2;
	scene_stream(c, 1000, 0);
	scene_stream(c, 1000, 0);
	scene_seconds(c, c->v[0], "12", "00");
	scene_seconds(c, c->v[1], "13", "00");
	live_title(&c->r, (5 + 3661) * MC_SEC, title, sizeof title);
	assert_string_equal(title, "mcast recv 239.1.1.1:5000 and 1 more  1:01:01  500 pps, 4.00 Mbit/s");
	scene_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strip), cmocka_unit_test(test_wrap), cmocka_unit_test(test_widths),
		cmocka_unit_test(test_rows),  cmocka_unit_test(test_log),  cmocka_unit_test(test_title),
	};

	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
