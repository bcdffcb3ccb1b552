/*
 * mping.c - tests of the multicast ping's messages: what ssmping 0.9.1 and its server sent to each other, as
 * it was captured; what RFC 6450 says; and what is no such message.
 */
#include <string.h>

#include "flow/mping.h"
#include "check.h"

/* ssmping -v 10.9.0.1: client 21080, number 1. */
static const uint8_t request4[] = {
	'Q',  0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x52, 0x58, 0x00, 0x02, 0x00, 0x04, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x03, 0x00, 0x08, 0x6b, 0x03, 0xda, 0x44, 0x00, 0x09, 0x7b,
	0x17, 0x00, 0x05, 0x00, 0x00, 0x00, 0x04, 0x00, 0x05, 0x01, 0xe8, 0x2b, 0xd3, 0xea,
};
#define SERVER4 "0.9.1 (20080418) [asm][size]"

/* ssmping -s 200 fd09::1. */
static const uint8_t request6[] = {
	'Q',  0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x52, 0x5c, 0x00, 0x02, 0x00, 0x04, 0x00,
	0x00, 0x00, 0x01, 0x00, 0x03, 0x00, 0x08, 0x6b, 0x03, 0xda, 0x48, 0x00, 0x09, 0xad,
	0x78, 0x00, 0x07, 0x00, 0x02, 0x00, 0xc8, 0x00, 0x04, 0x00, 0x11, 0x02, 0xff, 0x3e,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x43, 0x21, 0x12, 0x34,
};

/* RFC 6450: version 2, client, number, time, group, what is asked for, session. */
static const uint8_t request_rfc[] = {
	'Q', 0, 0, 0, 1, 2, 0, 1, 0, 3, 'a', 'b', 'c', 0, 2, 0, 4, 0, 0, 1, 1, 0,  3, 0,  8, 0, 0,   0,   10,
	0,   0, 0, 5, 0, 4, 0, 6, 0, 1, 239, 1,   2,   3, 0, 5, 0, 4, 0, 6, 0, 12, 0, 11, 0, 2, 'x', 'y',
};

static const uint8_t init_rfc[] = {
	'I', 0, 0, 0, 1, 2, 0, 1, 0, 3, 'a', 'b', 'c', 0, 10, 0, 4, 0, 1, 8, 232, 0, 10, 0, 3, 0, 2, 0,
};

static struct mc_mping read_good(const void *octets, size_t len)
{
	struct mc_mping m;

	assert_int_equal(mc_mping_read(&m, octets, len), 0);
	return m;
}

static void is_group(const struct mc_mping *m, const char *text)
{
	char buf[MC_ADDR_STRLEN];

	assert_string_equal(mc_addr_format(&m->group, buf, sizeof buf), text);
}

static void test_read_ssmping(void **state)
{
	struct mc_mping m = read_good(request4, sizeof request4);

	(void)state;
	assert_int_equal(m.type, MC_MPING_REQUEST);
	assert_int_equal(m.version, -1);
	assert_int_equal(m.ttl, -1);
	assert_int_equal(m.client.len, 4);
	assert_memory_equal(m.client.at, "\0\0\x52\x58", 4);
	assert_true(m.numbered && m.seq == 1 && m.wants_info && !m.wants_time);
	assert_true(m.time == 0x6b03da44 * MC_SEC + 0x97b17 * (MC_MSEC / 1000));
	assert_null(m.session.at);
	assert_null(m.info.at);
	is_group(&m, "232.43.211.234");
	m = read_good(request6, sizeof request6);
	is_group(&m, "ff3e::4321:1234");
	assert_int_equal(m.size, 200);
	assert_false(m.wants_info);
}

static void test_read_rfc(void **state)
{
	struct mc_mping m = read_good(request_rfc, sizeof request_rfc);

	(void)state;
	assert_int_equal(m.version, 2);
	assert_int_equal(m.seq, 257);
	assert_true(m.time == 10 * MC_SEC + 5000);
	assert_true(m.wants_info && m.wants_time);
	assert_int_equal(m.session.len, 2);
	assert_memory_equal(m.session.at, "xy", 2);
	is_group(&m, "239.1.2.3");
	m = read_good(init_rfc, sizeof init_rfc);
	assert_int_equal(m.nprefixes, 2);
	assert_int_equal(m.prefixes[0].len, 8);
	assert_int_equal(m.prefixes[0].addr.b[0], 232);
	assert_int_equal(m.prefixes[1].addr.family, MC_IPV6);
	assert_int_equal(m.prefixes[1].len, 0);
	assert_false(m.numbered);
}

/* Cut anywhere but between options, it is none; and so it is with another type. */
static void test_read_refuses(void **state)
{
	struct mc_mping m = { .seq = 4711 };
	uint8_t copy[sizeof request4];
	unsigned whole = 0;

	(void)state;
	for (size_t len = 0; len < sizeof request4; len++)
		whole += !mc_mping_read(&m, request4, len);
	assert_int_equal(whole, 5); /* the type, and with each option but the last */
	m.seq = 4711;
	memcpy(copy, request4, sizeof copy);
	for (unsigned type = 0; type < 256; type++) {
		copy[0] = (uint8_t)type;
		int want = strchr("ISQA", (int)type) && type ? 0 : MC_ERR_PROBE;

		assert_int_equal(mc_mping_read(&m, copy, sizeof copy), want);
	}
	assert_int_equal(mc_mping_read(&m, NULL, 0), MC_ERR_PROBE);
}

static void refuses(const char *what, const void *octets, size_t len)
{
	struct mc_mping m = { .seq = 4711 };

	if (mc_mping_read(&m, octets, len) != MC_ERR_PROBE || m.seq != 4711)
		fail_msg("taken, or touched: %s", what);
}

/* Options whose length is not that of what they hold. */
static void test_read_lengths(void **state)
{
	(void)state;
	refuses("a version of two octets", "Q\0\0\0\2\2\0", 7);
	refuses("no version", "Q\0\0\0\0", 5);
	refuses("a number of three", "Q\0\2\0\3abc", 8);
	refuses("a time of four", "Q\0\3\0\4abcd", 9);
	refuses("a group of an unknown family", "Q\0\4\0\6\0\3abcd", 11);
	refuses("a group of IPv6 with four", "Q\0\4\0\6\0\2abcd", 11);
	refuses("a group of the older form and no family", "Q\0\4\0\5\0abcd", 10);
	refuses("a TTL of none", "A\0\11\0\0", 5);
	refuses("half of what is asked for", "Q\0\5\0\3\0\6\0", 8);
	refuses("a prefix of 33 bits", "I\0\12\0\10\0\1\41abcde", 13);
	refuses("a prefix that is cut", "I\0\12\0\4\0\1\20a", 9);
}

static void test_prefix_bits(void **state)
{
	struct mc_mping m = read_good("I\0\12\0\5\0\1\14\351\377", 10); /* 233.255/12 */

	(void)state;
	assert_int_equal(m.prefixes[0].len, 12);
	assert_int_equal(m.prefixes[0].addr.b[0], 233);
	assert_int_equal(m.prefixes[0].addr.b[1], 0xf0);
	m = read_good("I\0\12\0\2\0\1", 7); /* any of IPv4 */
	assert_int_equal(m.prefixes[0].len, 0);
}

/* What was read is written as it was. */
static void again(const void *octets, size_t len)
{
	struct mc_mping m = read_good(octets, len);
	uint8_t buf[256];

	assert_int_equal(mc_mping_write(buf, sizeof buf, &m, 0), len);
	assert_memory_equal(buf, octets, len);
	for (size_t cap = 0; cap < len; cap++)
		assert_int_equal(mc_mping_write(buf, cap, &m, 0), 0);
}

static void test_write(void **state)
{
	(void)state;
	again(request4, sizeof request4);
	again(request6, sizeof request6);
}

static void test_write_rfc(void **state)
{
	struct mc_mping m, back;
	uint8_t buf[256];

	(void)state;
	mc_mping_init(&m, MC_MPING_RESPONSE);
	m.version = MC_MPING_VERSION;
	m.client = (struct mc_mping_octets){ (const uint8_t *)"abc", 3 };
	m.session = (struct mc_mping_octets){ (const uint8_t *)"0123456789", 10 };
	m.info = (struct mc_mping_octets){ (const uint8_t *)"me", 2 };
	m.ttl = 64;
	m.time = 3 * MC_SEC + 7000;
	m.server_time = MC_SEC;
	m.wants_info = m.wants_time = true;
	m.numbered = true;
	m.seq = UINT32_MAX;
	assert_int_equal(mc_addr_parse(&m.group, "ff15::4321:1234"), 0);
	m.nprefixes = 1;
	m.prefixes[0] = (struct mc_prefix){ m.group, 20 };
	size_t len = mc_mping_write(buf, sizeof buf, &m, 0);

	back = read_good(buf, len);
	assert_memory_equal(back.session.at, "0123456789", 10);
	assert_memory_equal(back.info.at, "me", 2);
	assert_true(back.ttl == 64 && back.time == m.time && back.server_time == MC_SEC &&
		    back.seq == UINT32_MAX);
	assert_true(back.wants_info && back.wants_time && back.numbered && back.version == 2);
	assert_int_equal(mc_addr_cmp(&back.group, &m.group), 0);
	assert_int_equal(back.prefixes[0].len, 20);
	assert_memory_equal(back.prefixes[0].addr.b, "\xff\x15\0", 3);
}

static void test_fill(void **state)
{
	struct mc_mping m = read_good(request4, sizeof request4);
	uint8_t buf[256];

	(void)state;
	assert_int_equal(mc_mping_write(buf, sizeof buf, &m, sizeof request4 + 3), sizeof request4);
	assert_int_equal(mc_mping_write(buf, sizeof buf, &m, sizeof request4 + 4), sizeof request4 + 4);
	assert_int_equal(mc_mping_write(buf, sizeof buf, &m, 200), 200);
	assert_memory_equal(buf, request4, sizeof request4);
	read_good(buf, 200);
	assert_int_equal(mc_mping_write(buf, sizeof buf, &m, 300), 0);
}

/* What ssmpingd 0.9.1 answered, octet by octet. */
static void test_answer_older(void **state)
{
	struct mc_mping m = read_good(request4, sizeof request4);
	uint8_t want[256], buf[256];
	size_t len = sizeof request4 + 4 + strlen(SERVER4);

	(void)state;
	memcpy(want, request4, sizeof request4);
	want[0] = 'A';
	memcpy(want + sizeof request4, "\0\6\0\x1c" SERVER4, 4 + strlen(SERVER4));
	assert_int_equal(mc_mping_answer(buf, sizeof buf, &m, request4, sizeof request4, 64, MC_SEC, SERVER4),
			 len);
	assert_memory_equal(buf, want, len);
	assert_int_equal(mc_mping_answer(buf, len - 1, &m, request4, sizeof request4, 64, MC_SEC, SERVER4),
			 0);
	m = read_good(request6, sizeof request6);
	assert_int_equal(mc_mping_answer(buf, sizeof buf, &m, request6, sizeof request6, 64, MC_SEC, "x"),
			 200);
	assert_memory_equal(buf + 1, request6 + 1, sizeof request6 - 1);
	assert_memory_equal(buf + sizeof request6, "\0\x08\0\x8c\0\0", 6);
	assert_int_equal(buf[199], 0);
}

/* RFC 6450: as they came, but for the server's own; unknown ones, too. */
static void test_answer_rfc(void **state)
{
	uint8_t ask[128], buf[256];
	static const uint8_t more[] = { 0, 9, 0, 1, 3, 0, 77, 0, 2, 'h', 'i', 0, 6, 0, 1, '?', 0, 8, 0, 0 };
	struct mc_mping m, back;

	(void)state;
	memcpy(ask, request_rfc, sizeof request_rfc);
	memcpy(ask + sizeof request_rfc, more, sizeof more);
	m = read_good(ask, sizeof request_rfc + sizeof more);
	size_t len = mc_mping_answer(buf, sizeof buf, &m, ask, sizeof request_rfc + sizeof more, 61,
				     12 * MC_SEC + 34000, "x");

	back = read_good(buf, len);
	assert_int_equal(back.type, MC_MPING_REPLY);
	assert_true(back.version == 2 && back.seq == 257 && back.ttl == 61 && back.wants_time);
	assert_true(back.server_time == 12 * MC_SEC + 34000 && back.time == m.time);
	assert_null(back.session.at);
	assert_null(back.info.at);
	size_t copied = sizeof request_rfc - 6; /* all but the session */

	assert_memory_equal(buf + 1, ask + 1, copied - 1);
	assert_memory_equal(buf + copied, "\0\115\0\2hi\0\10\0\0\0\11\0\1\75", 15);
	assert_int_equal(len, copied + 15 + 12);
}

static void test_id(void **state)
{
	struct mc_addr a;
	char text[MC_ADDR_STRLEN];

	(void)state;
	assert_int_equal(mc_addr_parse(&a, "239.1.2.3"), 0);
	assert_false(mc_mping_has_id(&a));
	mc_mping_set_id(&a);
	assert_string_equal(mc_addr_format(&a, text, sizeof text), "239.1.2.234");
	assert_true(mc_mping_has_id(&a));
	a.b[0] = 10;
	assert_false(mc_mping_has_id(&a)); /* 10.1.2.234 is a host */
	assert_int_equal(mc_addr_parse(&a, "ff15::1"), 0);
	mc_mping_set_id(&a);
	assert_string_equal(mc_addr_format(&a, text, sizeof text), "ff15::4321:1234");
	assert_true(mc_mping_has_id(&a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_ssmping), cmocka_unit_test(test_read_rfc),
		cmocka_unit_test(test_read_refuses), cmocka_unit_test(test_read_lengths),
		cmocka_unit_test(test_prefix_bits),  cmocka_unit_test(test_write),
		cmocka_unit_test(test_write_rfc),    cmocka_unit_test(test_fill),
		cmocka_unit_test(test_answer_older), cmocka_unit_test(test_answer_rfc),
		cmocka_unit_test(test_id),
	};

	return cmocka_run_group_tests_name("mping", tests, NULL, NULL);
}
