/*
 * report_text.c - tests of what a page is made of: escaped text, numbers with units, sentences, round axes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report/escape.h"
#include "report/figure.h"
#include "report/scale.h"

static char *text;
static size_t text_len;

static void test_escape(void **state)
{
	static const char *const rows[][2] = {
		{ "eth0", "eth0" },
		{ "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "\" onload='x' &amp;", "&quot; onload=&#39;x&#39; &amp;amp;" },
		{ "a\033[31mb\x7f", "a\xef\xbf\xbd[31mb\xef\xbf\xbd" },
		{ "\xc2\x9b"
		  "1m\xc2\xa0",
		  "\xef\xbf\xbd"
		  "1m\xc2\xa0" },
		{ "\xe2\x80\xae"
		  "moc\xe2\x81\xa6",
		  "\xef\xbf\xbd"
		  "moc\xef\xbf\xbd" },
		{ "\xe2\x86\x92 \xc2\xb5 \xf0\x9f\x93\xa1", "\xe2\x86\x92 \xc2\xb5 \xf0\x9f\x93\xa1" },
		{ "tab\there\n", "tab\there\n" },
		{ "cut \xe2", "cut \xe2" },
		{ "cut \xc2", "cut \xc2" },
		{ "", "" },
		{ NULL, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		FILE *to = open_memstream(&text, &text_len);

		report_escape(to, rows[i][0]);
		fclose(to);
		equal(rows[i][0] ? rows[i][0] : "NULL", text, rows[i][1]);
		free(text);
	}
}

#define NB "\xc2\xa0"
#define MICRO "\xc2\xb5s"

static void test_figures(void **state)
{
	static const struct {
		const char *key;
		double value;
		const char *want;
	} rows[] = {
		{ "packets", 0, "0" },
		{ "packets", 999, "999" },
		{ "packets", 1000, "1,000" },
		{ "packets", 99990000, "99,990,000" },
		{ "lost", -12345, "-12,345" },
		{ "packets", 1e30, "1e+30" },
		{ "bytes", 99990000, "99.99" NB "MB" },
		{ "bytes", 999, "999" NB "B" },
		{ "peak_ms_bytes", 14000, "14" NB "kB" },
		{ "rcvbuf", 4194304, "4" NB "MiB" },
		{ "pps", 9999.04, "9,999/s" },
		{ "pps", 0.25, "0.25/s" },
		{ "pps", 2500000, "2.5" NB "M/s" },
		{ "bps", 79990000, "79.99" NB "Mbit/s" },
		{ "bps", 0, "0" },
		{ "loss", 0, "0" NB "%" },
		{ "loss", 0.0001, "0.01" NB "%" },
		{ "loss", 1, "100" NB "%" },
		{ "loss", 0.9999999, "99.99999" NB "%" },
		{ "delay.p50_s", 24e-6, "24" NB MICRO },
		{ "delay.p50_s", 1.25e-3, "1.25" NB "ms" },
		{ "delay.p50_s", 0, "0" },
		{ "delay.min_s", -3e-9, "-3" NB "ns" },
		{ "jitter_s", 999.96e-6, "1,000" NB MICRO },
		{ "seconds", 10.004, "10" NB "s" },
		{ "delay.drift_ppm", -3.25, "-3.25" NB "ppm" },
		{ "ts", 1767323045.125, "2026-01-02 03:04:05.125 UTC" },
		{ "first_ts", -1e300, "1970-01-01 00:00:00" },
		{ "sockets", 4000, "4,000" },
		{ "restarts", 3, "3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char got[REPORT_FIGURE_SIZE];

		report_figure(got, report_unit_of(rows[i].key), rows[i].value);
		if (strcmp(rows[i].key, "first_ts") == 0)
			got[strlen(rows[i].want)] = '\0';
		equal(rows[i].key, got, rows[i].want);
	}
}

static void test_say(void **state)
{
	static const char given[] =
		"{\"lost\":1,\"loss\":0.0001,\"group\":\"ff3e::1\",\"port\":5000,\"source\":\"10.0.0.1\","
		"\"name\":\"<b>\",\"is\":true,\"no\":null,\"list\":[0,46],\"none\":[],\"in\":{\"p50_s\":2e-5},"
		"\"deep\":[[1]],\"many\":2}";
	static const char *const rows[][2] = {
		{ "plain <i>", "plain <i>" },
		{ "{lost}", "<data value=\"1\" data-key=\"lost\">1</data>" },
		{ "{lost|packet|packets}.", "<data value=\"1\" data-key=\"lost\">1</data> packet." },
		{ "{many|packet|packets}.", "<data value=\"2\" data-key=\"many\">2</data> packets." },
		{ "{loss}", "<data value=\"0.0001\" data-key=\"loss\">0.01" NB "%</data>" },
		{ "{source:port}", "10.0.0.1:<data value=\"5000\" data-key=\"port\">5000</data>" },
		{ "{group:port}", "[ff3e::1]:<data value=\"5000\" data-key=\"port\">5000</data>" },
		{ "{name}", "&lt;b&gt;" },
		{ "{is}", "yes" },
		{ "{no}", "<span class=none>\xe2\x80\x93</span>" },
		{ "{no.such}", "<span class=none>\xe2\x80\x93</span>" },
		{ "{list}",
		  "<data value=\"0\" data-key=\"list.0\">0</data>, <data value=\"46\" data-key=\"list.1\">46</data>" },
		{ "{none}", "none" },
		{ "{in.p50_s}", "<data value=\"2e-5\" data-key=\"in.p50_s\">20" NB MICRO "</data>" },
		{ "{deep}", "<code>[[1]]</code>" },
		{ "{lost", "<data value=\"1\" data-key=\"lost\">1</data>" },
	};
	json_t *o = json_loads(given, 0, NULL);

	(void)state;
	assert_non_null(o);
	for (size_t i = 0; i < COUNT(rows); i++) {
		FILE *to = open_memstream(&text, &text_len);

		report_say(to, o, rows[i][0]);
		fclose(to);
		equal(rows[i][0], text, rows[i][1]);
		free(text);
	}
	json_decref(o);
}

/* ---- axes ------------------------------------------------------------------------------- */

static char *ticks(char buf[256], const struct report_scale *s)
{
	size_t n = (size_t)snprintf(buf, 256, "%g..%g:", s->lo, s->hi);

	for (size_t i = 0; i < s->n && n < 240; i++)
		n += (size_t)snprintf(buf + n, 256 - n, " %g", s->tick[i]);
	return buf;
}

static void test_linear(void **state)
{
	static const struct {
		double lo, hi, least;
		const char *want;
	} rows[] = {
		{ 0, 10000, 0, "0..10000: 0 5000 10000" },
		{ 0, 7.2, 0, "0..8: 0 2 4 6 8" },
		{ 0, 3, 1, "0..3: 0 1 2 3" },
		{ 0, 0, 1, "0..1: 0 1" },
		{ 0, 8.12e-4, 0, "0..0.001: 0 0.0005 0.001" },
		{ -30, 70, 0, "-50..100: -50 0 50 100" },
		{ 5, 7, 0, "0..8: 0 2 4 6 8" }, /* it holds 0 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report_scale s = report_scale_linear(rows[i].lo, rows[i].hi, 4, rows[i].least);
		char got[256];

		equal(rows[i].want, ticks(got, &s), rows[i].want);
	}
}

static void test_other_axes(void **state)
{
	char got[256];
	struct report_scale s = report_scale_span(10, 4);

	(void)state;
	equal("10 s", ticks(got, &s), "0..10: 0 5 10");
	s = report_scale_span(300, 4);
	equal("300 s", ticks(got, &s), "0..300: 0 120 240");
	s = report_scale_span(7200, 4);
	equal("2 h", ticks(got, &s), "0..7200: 0 1800 3600 5400 7200");
	s = report_scale_log(18e-6, 812e-6);
	equal("18 to 812 us", ticks(got, &s), "1e-05..0.001: 1e-05 2e-05 5e-05 0.0001 0.0002 0.0005 0.001");
	s = report_scale_log(3e-6, 0.2);
	equal("3 us to 0.2 s", ticks(got, &s), "2e-06..0.2: 1e-05 0.0001 0.001 0.01 0.1");
	s = report_scale_tail(100000);
	equal("of 100,000", ticks(got, &s), "0..5: 0 0.9 0.99 0.999 0.9999 0.99999");
	assert_true(fabs(report_scale_tail_at(&s, 0.99) - 2) < 1e-9);
	assert_true(report_scale_tail_at(&s, 1) == s.hi && report_scale_tail_at(&s, 0) == 0);
}

/* Whatever the numbers are, an axis has a length, holds its ticks in order, and few of them. */
static void sound(const struct report_scale *s)
{
	assert_true(isfinite(s->lo) && isfinite(s->hi) && s->hi > s->lo);
	assert_true(s->n <= REPORT_TICKS);
	for (size_t i = 0; i < s->n; i++) {
		assert_true(isfinite(s->tick[i]));
		assert_true(i == 0 || s->tick[i] > s->tick[i - 1]);
		assert_false(s->tick[i] == 0 && signbit(s->tick[i]));
	}
}

static void test_any_numbers(void **state)
{
	static const double some[] = { 0,   -0.0, 1e-300, -1e-300, 1e-9,   0.1, 1,
				       2.5, 1e6,  1e15,   1e300,   -1e300, -7 };

	(void)state;
	for (size_t i = 0; i < COUNT(some); i++)
		for (size_t k = 0; k < COUNT(some); k++) {
			struct report_scale s = report_scale_linear(some[i], some[k], 4, 0);

			sound(&s);
			s = report_scale_linear(some[i], some[k], 4, 1);
			sound(&s);
			s = report_scale_log(some[i], some[k]);
			sound(&s);
			assert_true(s.lo > 0);
			s = report_scale_span(some[k], 4);
			sound(&s);
			s = report_scale_tail(some[k]);
			sound(&s);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),     cmocka_unit_test(test_figures),
		cmocka_unit_test(test_say),        cmocka_unit_test(test_linear),
		cmocka_unit_test(test_other_axes), cmocka_unit_test(test_any_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
