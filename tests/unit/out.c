/*
 * out.c - tests of what goes to stdout: JSON lines, text made UTF-8, payloads made printable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "out.h"

#include <cmocka.h>

#include "capture.h"

static void text(const char *in, const char *want)
{
	json_t *j = out_text(in);

	assert_true(json_is_string(j));
	assert_string_equal(json_string_value(j), want);
	json_decref(j);
}

#define U "\xef\xbf\xbd"

static void test_text(void **state)
{
	(void)state;
	text("", "");
	text("eth0", "eth0");
	text("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	text("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
	text("a\xff"
	     "b",
	     "a" U "b");
	text("\x80", U);
	text("\xc0\xaf", U U);         /* longer than need be */
	text("\xe0\x9f\xbf", U U U);
	text("\xf0\x8f\xbf\xbf", U U U U);
	text("\xed\xa0\x80", U U U);   /* a surrogate */
	text("\xf4\x90\x80\x80", U U U U); /* past U+10FFFF */
	text("\xf5\x80\x80\x80", U U U U);
	text("x\xe2\x82", "x" U U);    /* cut short */
	text("\xf0\x9f\x98z", U U U "z");
	assert_true(json_is_null(out_text(NULL)));
}

static void test_values(void **state)
{
	const struct mc_addr none = { 0 }, four = { .family = MC_IPV4, .b = { 239, 1, 2, 3 } };
	json_t *j = out_addr(&four);

	(void)state;
	assert_string_equal(json_string_value(j), "239.1.2.3");
	json_decref(j);
	assert_true(json_is_null(out_addr(&none)));
	assert_true(json_is_null(out_seconds(MC_NEVER)));
	j = out_seconds(3 * MC_SEC / 2);
	assert_true(json_is_real(j) && json_real_value(j) >= 1.5 && json_real_value(j) <= 1.5);
	json_decref(j);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The line, but for ts and host, which are compared apart. */
static void test_event(void **state)
{
	static struct capture c;
	double before = now(), ts;
	char host[256] = "", rest[128], want[512];
	json_t *j;

	(void)state;
	gethostname(host, sizeof host - 1);
	capture_begin(&c, stdout);
	out_event(1, "reply",
		  json_pack("{s:o,s:s,s:o,s:b}", "rtt_s", out_seconds(213000), "event", "no", "ifname",
			    out_text("a\xff"), "late", 0));
	capture_end(&c);
	assert_int_equal(sscanf(c.text, "{\"event\":\"reply\",\"ts\":%lf,%127[^\n]", &ts, rest), 2);
	assert_true(ts > before - 0.001 && ts < now() + 0.001);
	snprintf(want, sizeof want,
		 "\"host\":\"%s\",\"schema\":1,\"rtt_s\":0.000213,\"ifname\":\"a" U "\",\"late\":false}",
		 host);
	assert_string_equal(rest, want);
	assert_ptr_equal(strchr(c.text, '\n'), c.text + strlen(c.text) - 1);
	j = json_loads(c.text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	json_decref(j);
}

/* Microseconds at the most: no digits that come from a binary fraction. */
static void test_event_digits(void **state)
{
	static struct capture c;
	int lines = 0;

	(void)state;
	capture_begin(&c, stdout);
	for (int i = 0; i < 50; i++)
		out_event(1, "start", json_object());
	capture_end(&c);
	for (char *p = strtok(c.text, "\n"); p; p = strtok(NULL, "\n"), lines++) {
		int whole = 0, end = 0;

		assert_int_equal(sscanf(p, "{\"event\":\"start\",\"ts\":%*d.%n%*d%n", &whole, &end), 0);
		assert_in_range(end - whole, 1, 6);
	}
	assert_int_equal(lines, 50);
}

static void payload(const char *data, size_t len, size_t most, const char *want)
{
	size_t cap = 4 * most + 4;
	char *buf = malloc(cap);

	assert_ptr_equal(out_payload(buf, cap, data, len, most), buf);
	assert_string_equal(buf, want);
	free(buf);
}

static void test_payload(void **state)
{
	(void)state;
	payload("", 0, 8, "");
	payload("hello", 5, 5, "hello");
	payload("hello", 5, 4, "hell...");
	payload("hello", 5, 0, "...");
	payload("\n\r\t\"\\", 5, 5, "\\n\\r\\t\\\"\\\\");
	payload("\0\x01\x1f\x7f\x80\xff", 6, 6, "\\x00\\x01\\x1f\\x7f\\x80\\xff");
	payload(" ~'", 3, 3, " ~'");
	payload("\xff\xff\xff", 3, 2, "\\xff\\xff...");
}

/* Less room than asked for is never overrun, and what is cut shows. */
static void test_payload_room(void **state)
{
	(void)state;
	for (size_t cap = 0; cap <= 20; cap++) {
		char *buf = malloc(cap ? cap : 1);

		out_payload(buf, cap, "\1\2\3\4\5", 5, 5);
		if (cap >= 4) {
			assert_true(strlen(buf) < cap);
			assert_string_equal(buf + strlen(buf) - 3, "...");
		} else if (cap) {
			assert_string_equal(buf, "");
		}
		free(buf);
	}
}

static void plain(const char *in, const char *want)
{
	char buf[128];

	assert_ptr_equal(out_plain(buf, sizeof buf, in), buf);
	assert_string_equal(buf, want);
}

static void test_plain(void **state)
{
	(void)state;
	plain("", "");
	plain("eth0 \\ \"~", "eth0 \\ \"~");
	plain("caf\xc3\xa9 \xc2\xa0 \xe2\x82\xac \xf0\x9f\x98\x80",
	      "caf\xc3\xa9 \xc2\xa0 \xe2\x82\xac \xf0\x9f\x98\x80");
	plain("a\u202egpj\u200b\u2028\ufeff\u2060",
	      "a\\xe2\\x80\\xaegpj\\xe2\\x80\\x8b\\xe2\\x80\\xa8\\xef\\xbb\\xbf"
	      "\\xe2\\x81\\xa0");
	plain("\u2026\u2019\u2070\u3000\uff01", "\u2026\u2019\u2070\u3000\uff01");
	plain("\x01\n\t\x1b[1m\x1f\x7f", "\\x01\\x0a\\x09\\x1b[1m\\x1f\\x7f");
	plain("\xc2\x80z\xc2\x9b\xc2\x9f", "\\xc2\\x80z\\xc2\\x9b\\xc2\\x9f");
	plain("\x9b"
	      "1m\xff",
	      "\\x9b"
	      "1m\\xff");
	plain("\xc0\xaf\xe2\x82", "\\xc0\\xaf\\xe2\\x82"); /* longer than need be, cut short */
	plain("\xed\xa0\x80\xc2", "\\xed\\xa0\\x80\\xc2"); /* a surrogate */
}

/* Less room than needed is never overrun, and nothing is cut within a character or an escape. */
static void test_plain_room(void **state)
{
	static const char *const want[] = { "",          "",          "a",
					    "a",         "a\xc3\xa9", "a\xc3\xa9",
					    "a\xc3\xa9", "a\xc3\xa9", "a\xc3\xa9\\x1b" };

	(void)state;
	for (size_t cap = 0; cap <= 8; cap++) {
		char *buf = malloc(cap ? cap : 1);

		*buf = '\0';
		out_plain(buf, cap, "a\xc3\xa9\x1b");
		assert_string_equal(buf, want[cap]);
		free(buf);
	}
}

static void endpoint(const char *addr, uint16_t port, const char *zone, const char *want)
{
	char buf[OUT_ENDPOINT_SIZE];
	struct mc_addr a;

	assert_int_equal(mc_addr_parse(&a, addr), 0);
	assert_ptr_equal(out_endpoint(buf, sizeof buf, &a, port, zone), buf);
	assert_string_equal(buf, want);
}

static void test_endpoint(void **state)
{
	(void)state;
	endpoint("10.0.0.1", 9999, NULL, "10.0.0.1:9999");
	endpoint("10.0.0.1", 0, "", "10.0.0.1:0");
	endpoint("fe80::1", 9999, "eth0", "[fe80::1%eth0]:9999");
	endpoint("fd00::1", 65535, NULL, "[fd00::1]:65535");
	endpoint("fe80:1111:2222:3333:4444:5555:6666:7777", 65535, "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7",
		 "[fe80:1111:2222:3333:4444:5555:6666:7777%\\x01\\x02\\x03\\x04\\x05\\x06\\x07\\x08"
		 "\\x01\\x02\\x03\\x04\\x05\\x06\\x07]:65535");
}

static void test_clock(void **state)
{
	char text[OUT_CLOCK_SIZE];

	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_string_equal(out_clock(text, 43201 * MC_SEC + 123456789), "12:00:01.123456");
	assert_string_equal(out_clock(text, 0), "00:00:00.000000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),        cmocka_unit_test(test_text),
		cmocka_unit_test(test_values),       cmocka_unit_test(test_event),
		cmocka_unit_test(test_event_digits), cmocka_unit_test(test_payload),
		cmocka_unit_test(test_payload_room), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_plain_room),   cmocka_unit_test(test_endpoint),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
