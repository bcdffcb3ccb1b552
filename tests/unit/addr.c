/*
 * addr.c - tests of addresses and prefixes.
 */
#include <mcast/base.h>
#include <arpa/inet.h>
#include <string.h>

#include "check.h"

/* The address of a text that must be one; "" is no address. */
static struct mc_addr addr(const char *text)
{
	struct mc_addr a = { 0 };

	if (*text && mc_addr_parse(&a, text) != 0)
		fail_msg("%s does not parse", text);
	return a;
}

static void equal_int(const char *given, long got, long want)
{
	char a[32], b[32];

	snprintf(a, sizeof(a), "%ld", got);
	snprintf(b, sizeof(b), "%ld", want);
	equal(given, a, b);
}

static void test_parse_and_format(void **state)
{
	static const struct {
		const char *given, *want;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "239.1.2.3", "239.1.2.3" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "FF3E:0:0:0:0:0:4321:1234", "ff3e::4321:1234" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "::ffff:1.2.3.4", "::ffff:1.2.3.4" },
		{ "ff0e::1.2.3.4", "ff0e::102:304" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char buf[MC_ADDR_STRLEN];
		struct mc_addr a = addr(rows[i].given);

		assert_int_equal(a.family, strchr(rows[i].given, ':') ? MC_IPV6 : MC_IPV4);
		assert_ptr_equal(mc_addr_format(&a, buf, sizeof(buf)), buf);
		equal(rows[i].given, buf, rows[i].want);
	}
}

static void test_octets(void **state)
{
	static const uint8_t v6[16] = { 0xff, 0x3e, [12] = 0x43, 0x21, 0x12, 0x34 };
	static const uint8_t v4[16] = { 239, 1, 2, 3 };
	struct mc_addr a;

	(void)state;
	memset(&a, 0xee, sizeof(a));
	assert_int_equal(mc_addr_parse(&a, "239.1.2.3"), 0);
	assert_memory_equal(a.b, v4, 16);
	assert_int_equal(mc_addr_len(&a), 4);
	assert_int_equal(mc_addr_parse(&a, "ff3e::4321:1234"), 0);
	assert_memory_equal(a.b, v6, 16);
	assert_int_equal(mc_addr_len(&a), 16);
	a.family = 0;
	assert_int_equal(mc_addr_len(&a), 0);
}

static void test_parse_refuses(void **state)
{
	static const char *const rows[] = {
		"",
		" ",
		"x",
		"239.1.2",
		"239.1.2.3.4",
		"239.1.2.256",
		"239.1.2.03",
		"0239.1.2.3",
		"239.1.2.3 ",
		" 239.1.2.3",
		"0x7f.0.0.1",
		"2130706433",
		"239.1.2.-3",
		"239.1.2.3:5000",
		"[ff3e::1]",
		"ff3e::1%eth0",
		"ff3e:::1",
		"ff3e::1::2",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"ff3e::12345",
		"ff3e::g",
		":",
		":1",
		"ff3e:",
		"::1.2.3",
		"::1.2.3.256",
		"localhost",
		"239.1.2.3/8",
		"0000000000000000000000000000000000000000000000000000000000001",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a, before;

		memset(&a, 0x5a, sizeof(a));
		before = a;
		equal_int(rows[i], mc_addr_parse(&a, rows[i]), MC_ERR_ADDR);
		assert_memory_equal(&a, &before, sizeof(a));
	}
}

static void test_format_small(void **state)
{
	struct mc_addr a = addr("239.1.2.3"), none = { 0 }, odd = { .family = 9 };
	char buf[16] = "untouched";

	(void)state;
	assert_string_equal(mc_addr_format(&a, buf, 0), "untouched");
	assert_string_equal(mc_addr_format(&a, buf, 9), "");
	assert_string_equal(mc_addr_format(&a, buf, 10), "239.1.2.3");
	assert_string_equal(mc_addr_format(&none, buf, sizeof(buf)), "");
	strcpy(buf, "x");
	assert_string_equal(mc_addr_format(&odd, buf, sizeof(buf)), "");
	a = addr("ff3e::4321:1234");
	assert_string_equal(mc_addr_format(&a, buf, 15), "");
	assert_string_equal(mc_addr_format(&a, buf, 16), "ff3e::4321:1234");
}

/* ---- the text of an address is inet_ntop's, whatever the address ------------------------- */

static void same_as_inet_ntop(const struct mc_addr *a)
{
	char want[MC_ADDR_STRLEN], got[MC_ADDR_STRLEN];

	assert_non_null(inet_ntop(a->family == MC_IPV4 ? AF_INET : AF_INET6, a->b, want, sizeof(want)));
	memset(got, 'x', sizeof(got));
	equal("text", mc_addr_format(a, got, sizeof(got)), want);
}

/* Every octet in every place. */
static void test_format_ipv4(void **state)
{
	uint64_t random = 4;

	(void)state;
	for (unsigned i = 0; i < 4 * 256; i++) {
		struct mc_addr a = { .family = MC_IPV4, .b = { 10, 200, 0, 99 } };

		a.b[i / 256] = (uint8_t)i;
		same_as_inet_ntop(&a);
	}
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t bits = (uint32_t)next_random(&random);
		struct mc_addr a = { .family = MC_IPV4 };

		memcpy(a.b, &bits, sizeof(bits));
		same_as_inet_ntop(&a);
	}
}

/* The address whose fields are zero where `pattern` has a zero bit, and of so many digits as `digits`
 * tells elsewhere; 0: of one to four. */
static struct mc_addr patterned(unsigned pattern, unsigned digits, uint64_t *random)
{
	struct mc_addr a = { .family = MC_IPV6 };

	for (unsigned i = 0; i < 8; i++) {
		uint64_t bits = next_random(random);
		unsigned n = digits ? digits : 1 + bits % 4;
		unsigned field = ((unsigned)(bits >> 32) & 0xffff) >> (16 - 4 * n);

		if (!(pattern >> i & 1))
			continue;
		field |= 1u << (4 * n - 4);
		a.b[2 * i] = (uint8_t)(field >> 8);
		a.b[2 * i + 1] = (uint8_t)field;
	}
	return a;
}

/* All patterns of zero fields, with 0xffff in one of the others too: what is mapped, and what is not. */
static void test_format_ipv6_patterns(void **state)
{
	uint64_t random = 6;

	(void)state;
	for (unsigned pattern = 0; pattern < 256; pattern++) {
		for (unsigned i = 0; i < 40; i++) {
			struct mc_addr a = patterned(pattern, i % 5, &random);

			same_as_inet_ntop(&a);
			if (i < 8 && pattern >> i & 1) {
				a.b[2 * i] = a.b[2 * i + 1] = 0xff;
				same_as_inet_ntop(&a);
			}
		}
	}
}

/* One octet alone, each value; and at random. */
static void test_format_ipv6_octets(void **state)
{
	uint64_t random = 66;

	(void)state;
	for (unsigned i = 0; i < 16 * 256; i++) {
		struct mc_addr a = { .family = MC_IPV6 };

		a.b[i / 256] = (uint8_t)i;
		same_as_inet_ntop(&a);
		a.b[10] = a.b[11] = 0xff; /* mapped, or what looks like it */
		same_as_inet_ntop(&a);
	}
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t bits[2] = { next_random(&random), next_random(&random) };
		struct mc_addr a = { .family = MC_IPV6 };

		memcpy(a.b, bits, sizeof(bits));
		same_as_inet_ntop(&a);
	}
}

/* A buffer of any size: all of it or the empty string, and nothing behind its end. */
static void test_format_caps(void **state)
{
	static const char *const rows[] = {
		"1.2.3.4",         "255.255.255.255",        "::",
		"ff3e::4321:1234", "::ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = addr(rows[i]);

		for (size_t cap = 0; cap <= MC_ADDR_STRLEN; cap++) {
			char buf[MC_ADDR_STRLEN + 1];

			memset(buf, 'x', sizeof(buf));
			mc_addr_format(&a, buf, cap);
			for (size_t at = cap; at < sizeof(buf); at++)
				assert_int_equal(buf[at], 'x');
			if (cap)
				equal(rows[i], buf, cap > strlen(rows[i]) ? rows[i] : "");
		}
	}
}

/* Each row lies before the next. */
static void test_cmp(void **state)
{
	static const char *const rows[] = {
		"",    "0.0.0.0",        "1.2.3.4", "1.2.4.3", "128.0.0.0", "239.1.2.3",  "::",
		"::1", "::ffff:1.2.3.4", "7fff::",  "ff02::1", "ff02::1:0", "ffff::ffff",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t j = 0; j < COUNT(rows); j++) {
			struct mc_addr a = addr(rows[i]), b = addr(rows[j]);
			int cmp = mc_addr_cmp(&a, &b);

			equal_int(rows[i], (cmp > 0) - (cmp < 0), (i > j) - (i < j));
		}
}

/* ADDR-001, ADDR-003, ADDR-005, ADDR-006 */
static void test_classify(void **state)
{
	/* m multicast, u unspecified, l loopback, k link-local, s SSM */
	static const struct {
		const char *given, *want;
		int scope;
	} rows[] = {
		{ "", "u", 0 },
		{ "0.0.0.0", "u", 0 },
		{ "0.0.0.1", "", 0 },
		{ "10.0.0.9", "", 0 },
		{ "127.0.0.1", "l", 0 },
		{ "127.255.255.255", "l", 0 },
		{ "128.0.0.1", "", 0 },
		{ "169.253.255.255", "", 0 },
		{ "169.254.1.1", "k", 0 },
		{ "169.255.0.0", "", 0 },
		{ "223.255.255.255", "", 0 },
		{ "224.0.0.0", "mk", 2 },
		{ "224.0.0.251", "mk", 2 },
		{ "224.0.1.0", "m", 14 },
		{ "224.1.0.0", "m", 14 },
		{ "231.255.255.255", "m", 14 },
		{ "232.0.0.0", "ms", 14 },
		{ "232.255.255.255", "ms", 14 },
		{ "233.0.0.0", "m", 14 },
		{ "233.252.0.1", "m", 14 },
		{ "238.255.255.255", "m", 14 },
		{ "239.0.0.0", "m", 5 },
		{ "239.191.255.255", "m", 5 },
		{ "239.192.0.0", "m", 8 },
		{ "239.195.255.255", "m", 8 },
		{ "239.196.0.0", "m", 5 },
		{ "239.254.255.255", "m", 5 },
		{ "239.255.0.0", "m", 3 },
		{ "239.255.255.255", "m", 3 },
		{ "240.0.0.0", "", 0 },
		{ "255.255.255.255", "", 0 },
		{ "::", "u", 0 },
		{ "::1", "l", 0 },
		{ "::2", "", 0 },
		{ "1::1", "", 0 },
		{ "::ffff:127.0.0.1", "", 0 },
		{ "::ffff:224.0.0.1", "", 0 },
		{ "2001:db8::1", "", 0 },
		{ "fe7f::1", "", 0 },
		{ "fe80::1", "k", 0 },
		{ "febf::1", "k", 0 },
		{ "fec0::1", "", 0 },
		{ "ff01::1", "mk", 1 },
		{ "ff02::1", "mk", 2 },
		{ "ff12::1", "mk", 2 },
		{ "ff03::1", "m", 3 },
		{ "ff04::1", "m", 4 },
		{ "ff15::e003:1d47", "m", 5 },
		{ "ff18::1", "m", 8 },
		{ "ff0e::1", "m", 14 },
		{ "ff2e::1", "m", 14 },
		{ "ff32::1", "mks", 2 },
		{ "ff3e::4321:1234", "ms", 14 },
		{ "ff3e::1:4321:1234", "m", 14 },
		{ "ff3e:1::1", "m", 14 },
		{ "ff3e:30:2001:db8::1", "m", 14 },
		{ "ff7e::1", "m", 14 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = addr(rows[i].given);
		char got[8];

		snprintf(got, sizeof(got), "%s%s%s%s%s", mc_addr_is_multicast(&a) ? "m" : "",
			 mc_addr_is_unspecified(&a) ? "u" : "", mc_addr_is_loopback(&a) ? "l" : "",
			 mc_addr_is_link_local(&a) ? "k" : "", mc_addr_is_ssm(&a) ? "s" : "");
		equal(rows[i].given, got, rows[i].want);
		equal_int(rows[i].given, mc_addr_scope(&a), rows[i].scope);
	}
}

static void test_add(void **state)
{
	static const struct {
		const char *given;
		uint32_t n;
		const char *want; /* "": refused */
	} rows[] = {
		{ "239.1.1.1", 0, "239.1.1.1" },
		{ "239.1.1.1", 9, "239.1.1.10" },
		{ "239.1.255.255", 1, "239.2.0.0" },
		{ "232.255.255.255", 1, "233.0.0.0" },
		{ "224.0.0.0", 0x0fffffff, "239.255.255.255" },
		{ "224.0.0.0", 0x10000000, "" },
		{ "239.255.255.255", 1, "" },
		{ "239.255.255.255", UINT32_MAX, "" },
		{ "10.0.0.0", 0x00ffffff, "10.255.255.255" },
		{ "255.255.255.254", 1, "255.255.255.255" },
		{ "255.255.255.255", 1, "" },
		{ "1.0.0.0", UINT32_MAX, "" },
		{ "ff3e::ffff:ffff", 1, "ff3e::1:0:0" },
		{ "ff3e::1", UINT32_MAX, "ff3e::1:0:0" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 1, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, "" },
		{ "2001:db8:0:ffff:ffff:ffff:ffff:ffff", 1, "2001:db8:1::" },
		{ "", 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = addr(rows[i].given), before = a;
		int refused = *rows[i].want == '\0';
		char buf[MC_ADDR_STRLEN];

		equal_int(rows[i].given, mc_addr_add(&a, rows[i].n), refused ? MC_ERR_COUNT : 0);
		if (refused)
			assert_memory_equal(&a, &before, sizeof(a));
		else
			equal(rows[i].given, mc_addr_format(&a, buf, sizeof(buf)), rows[i].want);
	}
}

/* ADDR-009 */
static void test_ether(void **state)
{
	static const struct {
		const char *given, *want; /* "": refused */
	} rows[] = {
		{ "224.0.0.1", "01:00:5e:00:00:01" },
		{ "239.129.2.3", "01:00:5e:01:02:03" },
		{ "224.1.1.1", "01:00:5e:01:01:01" }, /* these three share one */
		{ "225.1.1.1", "01:00:5e:01:01:01" },
		{ "239.129.1.1", "01:00:5e:01:01:01" },
		{ "239.255.255.255", "01:00:5e:7f:ff:ff" },
		{ "ff02::1", "33:33:00:00:00:01" },
		{ "ff3e::4321:8abc", "33:33:43:21:8a:bc" },
		{ "ff02::1:ff28:9c5a", "33:33:ff:28:9c:5a" },
		{ "10.0.0.1", "" },
		{ "fe80::1", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = addr(rows[i].given);
		uint8_t e[6] = { 9, 9, 9, 9, 9, 9 };
		static const uint8_t untouched[6] = { 9, 9, 9, 9, 9, 9 };
		char got[18] = "";

		equal_int(rows[i].given, mc_addr_ether(&a, e), *rows[i].want ? 0 : MC_ERR_GROUP);
		if (memcmp(e, untouched, sizeof(e)) != 0)
			snprintf(got, sizeof(got), "%02x:%02x:%02x:%02x:%02x:%02x", e[0], e[1], e[2], e[3],
				 e[4], e[5]);
		equal(rows[i].given, got, rows[i].want);
	}
}

static void test_prefix_parse(void **state)
{
	static const struct {
		const char *given, *want; /* "": refused */
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8" },
		{ "10.1.2.3/8", "10.0.0.0/8" },
		{ "10.255.2.3/12", "10.240.0.0/12" },
		{ "10.1.2.3", "10.1.2.3/32" },
		{ "10.1.2.3/32", "10.1.2.3/32" },
		{ "10.1.2.3/31", "10.1.2.2/31" },
		{ "255.255.255.255/0", "0.0.0.0/0" },
		{ "2001:db8::1/32", "2001:db8::/32" },
		{ "2001:db8::1", "2001:db8::1/128" },
		{ "ffff:ffff::/17", "ffff:8000::/17" },
		{ "ff3e::1/128", "ff3e::1/128" },
		{ "::1/0", "::/0" },
		{ "10.0.0.0/33", "" },
		{ "10.0.0.0/", "" },
		{ "10.0.0.0/-1", "" },
		{ "10.0.0.0/+8", "" },
		{ "10.0.0.0/x", "" },
		{ "10.0.0.0/:", "" },
		{ "10.0.0.0/1/", "" },
		{ "10.0.0.0/08", "" },
		{ "10.0.0.0/00", "" },
		{ "10.0.0.0/8 ", "" },
		{ "10.0.0.0/8/8", "" },
		{ "10.0.0.0/4294967304", "" },
		{ "10.0.0.0/18446744073709551624", "" },
		{ "10.0.0/8", "" },
		{ "/8", "" },
		{ "", "" },
		{ "x", "" },
		{ "::/129", "" },
		{ "::/256", "" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555/1", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_prefix p, before;
		char a[MC_ADDR_STRLEN], got[64] = "";
		int err;

		memset(&p, 0x5a, sizeof(p));
		before = p;
		err = mc_prefix_parse(&p, rows[i].given);
		equal_int(rows[i].given, err, *rows[i].want ? 0 : MC_ERR_PREFIX);
		if (err)
			assert_memory_equal(&p, &before, sizeof(p));
		else
			snprintf(got, sizeof(got), "%s/%u", mc_addr_format(&p.addr, a, sizeof(a)), p.len);
		equal(rows[i].given, got, rows[i].want);
	}
}

static void test_prefix_has(void **state)
{
	static const struct {
		const char *prefix, *addr;
		bool want;
	} rows[] = {
		{ "10.0.0.0/8", "10.255.255.255", true },
		{ "10.0.0.0/8", "11.0.0.0", false },
		{ "10.0.0.0/8", "9.255.255.255", false },
		{ "172.16.0.0/12", "172.31.255.255", true },
		{ "172.16.0.0/12", "172.32.0.0", false },
		{ "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.2", false },
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "0.0.0.0/0", "::", false },
		{ "0.0.0.0/0", "", false },
		{ "::/0", "1.2.3.4", false },
		{ "::/0", "ff02::1", true },
		{ "::ffff:0:0/96", "::ffff:1.2.3.4", true },
		{ "::ffff:0:0/96", "1.2.3.4", false },
		{ "2001:db8::/33", "2001:db8:7fff::", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
		{ "ff3e::1", "ff3e::1", true },
		{ "ff3e::1", "ff3e::2", false },
	};
	const struct mc_prefix none = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = addr(rows[i].addr);
		struct mc_prefix p;

		assert_int_equal(mc_prefix_parse(&p, rows[i].prefix), 0);
		equal_int(rows[i].prefix, mc_prefix_has(&p, &a), rows[i].want);
	}
	assert_false(mc_prefix_has(&none, &none.addr));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_and_format),
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_format_small),
		cmocka_unit_test(test_format_ipv4),
		cmocka_unit_test(test_format_ipv6_patterns),
		cmocka_unit_test(test_format_ipv6_octets),
		cmocka_unit_test(test_format_caps),
		cmocka_unit_test(test_cmp),
		cmocka_unit_test(test_classify),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_ether),
		cmocka_unit_test(test_prefix_parse),
		cmocka_unit_test(test_prefix_has),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
