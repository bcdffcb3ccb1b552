/*
 * target.c - tests of the grammar of targets. A row's `want` is the canonical form, or the
 * name of the error.
 */
#include <errno.h>
#include <mcast/base.h>
#include <string.h>

#include "check.h"

struct row {
	const char *given, *want;
};

static int parse(struct mc_target *ret, const char *text)
{
	mc_target_init(ret);
	return mc_target_parse(ret, text);
}

static bool same(const struct mc_target *a, const struct mc_target *b)
{
	return a->size == b->size && mc_addr_cmp(&a->source, &b->source) == 0 &&
	       mc_addr_cmp(&a->group, &b->group) == 0 && strcmp(a->ifname, b->ifname) == 0 &&
	       a->port == b->port && a->count == b->count;
}

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[MC_TARGET_STRLEN];
		struct mc_target t, again;
		int err = parse(&t, rows[i].given);

		if (err) {
			const char *name = mc_err_name(err);

			equal(rows[i].given, name ? name : "(unnamed)", rows[i].want);
			continue;
		}
		equal(rows[i].given, mc_target_format(&t, text, sizeof(text)), rows[i].want);
		equal(text, parse(&again, text) == 0 && same(&t, &again) ? "same" : "other", "same");
	}
}

static void test_ipv4(void **state)
{
	static const struct row rows[] = {
		{ "239.1.2.3", "239.1.2.3" },
		{ "239.1.2.3:5000", "239.1.2.3:5000" },
		{ "239.1.2.3:0", "239.1.2.3:0" },
		{ "239.1.2.3:65535", "239.1.2.3:65535" },
		{ "239.1.2.3%eth0", "239.1.2.3%eth0" },
		{ "239.1.2.3%2", "239.1.2.3%2" },
		{ "239.1.2.3%eth0:5000", "239.1.2.3%eth0:5000" },
		{ "10.0.0.9@232.1.1.1", "10.0.0.9@232.1.1.1" },
		{ "10.0.0.9@232.1.1.1%eth0:5000", "10.0.0.9@232.1.1.1%eth0:5000" },
		{ "239.1.1.1:5000+10", "239.1.1.1:5000+10" },
		{ "239.1.1.1+10", "239.1.1.1+10" },
		{ "239.1.1.1+1", "239.1.1.1" },
		{ "10.0.0.9@232.1.1.1%eth0:5000+3", "10.0.0.9@232.1.1.1%eth0:5000+3" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_ipv6(void **state)
{
	static const struct row rows[] = {
		{ "ff3e::1", "ff3e::1" },
		{ "[ff3e::1]", "ff3e::1" },
		{ "FF3E::1", "ff3e::1" },
		{ "[ff3e::4321%eth0]:5000", "[ff3e::4321%eth0]:5000" },
		{ "[ff3e::4321]%eth0:5000", "[ff3e::4321%eth0]:5000" },
		{ "[ff3e::4321]%eth0", "ff3e::4321%eth0" },
		{ "ff02::1%eth0", "ff02::1%eth0" },
		{ "ff02::1%eth0:5000", "[ff02::1%eth0]:5000" },
		{ "[2001:db8::9]@[ff3e::1%eth0]:5000", "[2001:db8::9]@[ff3e::1%eth0]:5000" },
		{ "2001:db8::9@[ff3e::1]:5000", "[2001:db8::9]@[ff3e::1]:5000" },
		{ "2001:db8::9@ff3e::1", "2001:db8::9@ff3e::1" },
		{ "[2001:db8::9]@ff3e::1%eth0", "2001:db8::9@ff3e::1%eth0" },
		{ "[2001:db8::9@ff3e::1]:5000", "[2001:db8::9]@[ff3e::1]:5000" },
		{ "[2001:db8::9@ff3e::1%eth0]:5000+2", "[2001:db8::9]@[ff3e::1%eth0]:5000+2" },
		{ "[ff3e::1]:0", "[ff3e::1]:0" },
		{ "[ff3e::1]:5000+10", "[ff3e::1]:5000+10" },
		{ "ff3e::1+10", "ff3e::1+10" },
		{ "fe80::1@ff12::1%eth0", "fe80::1@ff12::1%eth0" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_other_programs(void **state)
{
	static const struct row rows[] = {
		{ "239.1.1.1:5000%eth0", "239.1.1.1%eth0:5000" },
		{ "[ff3e::1]:5000%eth0", "[ff3e::1%eth0]:5000" },
		{ "10.0.0.9@232.1.1.1:5000%eth0+4", "10.0.0.9@232.1.1.1%eth0:5000+4" },
		{ "10.0.0.9,232.1.1.1", "10.0.0.9@232.1.1.1" },
		{ "10.0.0.9,232.1.1.1:5000+3", "10.0.0.9@232.1.1.1:5000+3" },
		{ "2001:db8::9,ff3e::1", "2001:db8::9@ff3e::1" },
		{ "(10.0.0.9,232.1.1.1)", "10.0.0.9@232.1.1.1" },
		{ "(10.0.0.9, 232.1.1.1)", "10.0.0.9@232.1.1.1" },
		{ "(10.0.0.9,232.1.1.1):5000", "10.0.0.9@232.1.1.1:5000" },
		{ "(10.0.0.9,232.1.1.1)%eth0:5000+2", "10.0.0.9@232.1.1.1%eth0:5000+2" },
		{ "(*,239.1.1.1)", "239.1.1.1" },
		{ "(*, 239.1.1.1):5000", "239.1.1.1:5000" },
		{ "(*,ff3e::1):5000", "[ff3e::1]:5000" },
		{ "(2001:db8::9, ff3e::1%eth0):5000", "[2001:db8::9]@[ff3e::1%eth0]:5000" },
		{ "([2001:db8::9],[ff3e::1])", "2001:db8::9@ff3e::1" },
		{ "udp://10.0.0.9@232.1.1.1:5000", "10.0.0.9@232.1.1.1:5000" },
		{ "udp://@239.1.1.1:5000", "239.1.1.1:5000" },
		{ "udp://239.1.1.1", "239.1.1.1" },
		{ "udp://[ff3e::1]:5000", "[ff3e::1]:5000" },
		{ "udp://@[ff3e::1%eth0]:5000", "[ff3e::1%eth0]:5000" },
		{ "udp://[2001:db8::9]@[ff3e::1]:5000", "[2001:db8::9]@[ff3e::1]:5000" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_interface_names(void **state)
{
	static const struct row rows[] = {
		{ "239.1.1.1%veth0@if3:5000", "239.1.1.1%veth0@if3:5000" },
		{ "239.1.1.1%a,b", "239.1.1.1%a,b" },
		{ "[ff3e::1%veth0@if3]:5000", "[ff3e::1%veth0@if3]:5000" },
		{ "[ff3e::1%10.0.0.1@a]:5000", "[ff3e::1%10.0.0.1@a]:5000" },
		{ "[ff3e::1%a]b]:5000", "[ff3e::1%a]b]:5000" },
		{ "(*,239.1.1.1%a)b):5000", "239.1.1.1%a)b:5000" },
		{ "239.1.1.1%a%b", "239.1.1.1%a%b" },
		{ "239.1.1.1%a+b", "239.1.1.1%a+b" },
		{ "239.1.1.1%a+", "239.1.1.1%a+" },
		{ "239.1.1.1%a+5", "239.1.1.1%a+5" },
		{ "239.1.1.1%a+5:5000", "239.1.1.1%a+5:5000" },
		{ "239.1.1.1%a+5:0", "239.1.1.1%a+5:0" },
		{ "239.1.1.1%a+5+1", "239.1.1.1%a+5+1" },
		{ "239.1.1.1%a+5+3", "239.1.1.1%a+5+3" },
		{ "ff3e::1%a+5+1", "ff3e::1%a+5+1" },
		{ "[ff3e::1%a+5]", "ff3e::1%a+5+1" },
		{ "[ff3e::1:5000%a+5]", "[ff3e::1:5000%a+5]" },
		{ "239.1.1.1%123456789012345", "239.1.1.1%123456789012345" },
		{ "239.1.1.1%1234567890123456", "MC_ERR_IFNAME" },
		{ "239.1.1.1%", "MC_ERR_IFNAME" },
		{ "239.1.1.1%:5000", "MC_ERR_IFNAME" },
		{ "[ff3e::1%]:5000", "MC_ERR_IFNAME" },
		{ "239.1.1.1%a/b", "MC_ERR_IFNAME" },
		{ "239.1.1.1%/a", "MC_ERR_IFNAME" },
		{ "239.1.1.1%a b", "MC_ERR_IFNAME" },
		{ "239.1.1.1%a\tb", "MC_ERR_IFNAME" },
		{ "239.1.1.1%eth0\n", "MC_ERR_IFNAME" },
		{ "[ff3e::1%a:b]:5000", "MC_ERR_IFNAME" },
	};
	struct mc_target t;

	(void)state;
	check(rows, COUNT(rows));
	assert_int_equal(parse(&t, "239.1.1.1%a+5"), 0);
	assert_string_equal(t.ifname, "a");
	assert_int_equal(t.count, 5);
	assert_int_equal(parse(&t, "239.1.1.1%a+5+1"), 0);
	assert_string_equal(t.ifname, "a+5");
	assert_int_equal(t.count, 1);
}

static void test_fields(void **state)
{
	struct mc_target t;
	struct mc_addr source, group;

	(void)state;
	mc_addr_parse(&source, "2001:db8::9");
	mc_addr_parse(&group, "ff3e::1");
	assert_int_equal(parse(&t, "[2001:db8::9]@[ff3e::1%eth0]:5000+7"), 0);
	assert_int_equal(t.size, sizeof(t));
	assert_int_equal(mc_addr_cmp(&t.source, &source), 0);
	assert_int_equal(mc_addr_cmp(&t.group, &group), 0);
	assert_string_equal(t.ifname, "eth0");
	assert_int_equal(t.port, 5000);
	assert_int_equal(t.count, 7);

	assert_int_equal(mc_target_parse(&t, "239.1.2.3"), 0); /* nothing of before is left */
	assert_int_equal(t.source.family, 0);
	assert_string_equal(t.ifname, "");
	assert_int_equal(t.port, -1);
	assert_int_equal(t.count, 1);
}

static void test_refused(void **state)
{
	static const struct row rows[] = {
		{ "", "MC_ERR_ADDR" },
		{ "foo", "MC_ERR_ADDR" },
		{ "foo+x", "MC_ERR_ADDR" },
		{ "0000000000000000000000000000000000000000000239.1.1.1", "MC_ERR_ADDR" },
		{ "foo@239.1.1.1", "MC_ERR_ADDR" },
		{ "@239.1.1.1", "MC_ERR_ADDR" },
		{ "10.0.0.9@", "MC_ERR_ADDR" },
		{ "10.0.0.9@foo", "MC_ERR_ADDR" },
		{ "10.0.0.8@10.0.0.9@232.1.1.1", "MC_ERR_ADDR" },
		{ "(foo,239.1.1.1)", "MC_ERR_ADDR" },
		{ "(10.0.0.9,)", "MC_ERR_ADDR" },
		{ "239.1.1.256", "MC_ERR_ADDR" },
		{ "239.1.1.1/8", "MC_ERR_ADDR" },
		{ "239.1.1.1:50:60", "MC_ERR_ADDR" },
		{ "[foo]:5000", "MC_ERR_ADDR" },
		{ "[]", "MC_ERR_ADDR" },
		{ " 239.1.1.1", "MC_ERR_ADDR" },
		{ "udp://", "MC_ERR_ADDR" },
		{ "ff3e::1:50000%eth0:5000", "MC_ERR_ADDR" },
		{ "10.0.0.9", "MC_ERR_GROUP" },
		{ "10.0.0.9:5000", "MC_ERR_GROUP" },
		{ "2001:db8::1", "MC_ERR_GROUP" },
		{ "2001:db8::1:5000", "MC_ERR_GROUP" },
		{ "10.0.0.9@10.0.0.8", "MC_ERR_GROUP" },
		{ "fe80::1%eth0@ff02::1", "MC_ERR_GROUP" },
		{ "fe80::1%eth0:x", "MC_ERR_GROUP" },
		{ "224.0.0.1@232.1.1.1", "MC_ERR_SOURCE" },
		{ "0.0.0.0@232.1.1.1", "MC_ERR_SOURCE" },
		{ "255.255.255.255@232.1.1.1", "MC_ERR_SOURCE" },
		{ "::@ff3e::1", "MC_ERR_SOURCE" },
		{ "[ff02::1]@[ff3e::1]:5000", "MC_ERR_SOURCE" },
		{ "(224.0.0.1,232.1.1.1)", "MC_ERR_SOURCE" },
		{ "10.0.0.9@ff3e::1", "MC_ERR_FAMILY" },
		{ "2001:db8::9@232.1.1.1", "MC_ERR_FAMILY" },
		{ "(10.0.0.9,ff3e::1)", "MC_ERR_FAMILY" },
		{ "239.1.1.1%eth0:5000%eth1", "MC_ERR_SYNTAX" },
		{ "[ff3e::1%eth0]%eth0", "MC_ERR_SYNTAX" },
		{ "[ff3e::1%a]%b", "MC_ERR_SYNTAX" },
		{ "[ff3e::1]:0%a:5", "MC_ERR_SYNTAX" },
		{ "[", "MC_ERR_SYNTAX" },
		{ "(", "MC_ERR_SYNTAX" },
		{ "[ff3e::1%eth0]:5000%eth0", "MC_ERR_SYNTAX" },
		{ "[ff3e::1]:5000%eth0:5000", "MC_ERR_SYNTAX" },
		{ "[ff3e::1", "MC_ERR_SYNTAX" },
		{ "[ff3e::1]x", "MC_ERR_SYNTAX" },
		{ "[ff3e::1]5000", "MC_ERR_SYNTAX" },
		{ "(239.1.1.1)", "MC_ERR_SYNTAX" },
		{ "(10.0.0.9@232.1.1.1)", "MC_ERR_SYNTAX" },
		{ "(*,239.1.1.1", "MC_ERR_SYNTAX" },
		{ "(*,239.1.1.1)x", "MC_ERR_SYNTAX" },
		{ "udp://@239.1.1.1:5000?ttl=4", "MC_ERR_SYNTAX" },
		{ "udp://239.1.1.1?", "MC_ERR_SYNTAX" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_bad_numbers(void **state)
{
	static const struct row rows[] = {
		{ "239.1.1.1:", "MC_ERR_PORT" },
		{ "239.1.1.1:x", "MC_ERR_PORT" },
		{ "239.1.1.1:-1", "MC_ERR_PORT" },
		{ "239.1.1.1:65536", "MC_ERR_PORT" },
		{ "239.1.1.1:18446744073709551617", "MC_ERR_PORT" },
		{ "239.1.1.1: 5000", "MC_ERR_PORT" },
		{ "239.1.1.1:5000 ", "MC_ERR_PORT" },
		{ "239.1.1.1:+5", "MC_ERR_PORT" },
		{ "239.1.1.1%eth0:", "MC_ERR_PORT" },
		{ "239.1.1.1%eth0:50:60", "MC_ERR_PORT" },
		{ "[ff3e::1]:", "MC_ERR_PORT" },
		{ "[ff3e::1]:65536", "MC_ERR_PORT" },
		{ "239.1.1.1+0", "MC_ERR_COUNT" },
		{ "239.1.1.1+99999999999", "MC_ERR_COUNT" },
		{ "239.1.1.1+4294967296", "MC_ERR_COUNT" },
		{ "239.1.1.1+x", "MC_ERR_COUNT" },
		{ "239.1.1.1+", "MC_ERR_COUNT" },
		{ "239.1.1.1:5000+", "MC_ERR_COUNT" },
		{ "239.1.1.1:5000+-1", "MC_ERR_COUNT" },
		{ "239.1.1.1:5000+1.5", "MC_ERR_COUNT" },
		{ "[ff3e::1]+x", "MC_ERR_COUNT" },
		{ "ff3e::1+x", "MC_ERR_COUNT" },
		{ "239.255.255.255+2", "MC_ERR_COUNT" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff+2", "MC_ERR_COUNT" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_last_of_range(void **state)
{
	static const struct row rows[] = {
		{ "239.255.255.255+1", "239.255.255.255" },
		{ "224.0.0.0+268435456", "224.0.0.0+268435456" },
		{ "224.0.0.0+268435457", "MC_ERR_COUNT" },
		{ "ff3e::1+4294967295", "ff3e::1+4294967295" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_untouched(void **state)
{
	struct mc_target t, before;

	(void)state;
	assert_int_equal(parse(&t, "10.0.0.9@232.1.1.1%eth0:5000+3"), 0);
	before = t;
	assert_int_equal(mc_target_parse(&t, "[ff3e::1%eth1]:5001+0"), MC_ERR_COUNT);
	assert_memory_equal(&t, &before, sizeof(t));
	assert_int_equal(mc_target_parse(&t, "ff3e::1:5000"), MC_ERR_BRACKETS);
	assert_memory_equal(&t, &before, sizeof(t));
	t.size = 0;
	assert_int_equal(mc_target_parse(&t, "239.1.2.3"), MC_ERR_CONF);
	assert_int_equal(t.port, 5000);
}

/* What is refused for its brackets, and what was meant; NULL: accepted, or refused for else. */
static void test_mend(void **state)
{
	static const struct row rows[] = {
		{ "ff3e::1:5000", "[ff3e::1]:5000" },
		{ "ff3e::1:50000", "[ff3e::1]:50000" },
		{ "ff3e::4321:1234", "[ff3e::4321]:1234" },
		{ "ff3e:0:0:0:0:0:0:1:5000", "[ff3e::1]:5000" },
		{ "ff3e::1:0080", "[ff3e::1]:80" },
		{ "ff3e::1:5000+10", "[ff3e::1]:5000+10" },
		{ "ff3e::1:5000%eth0", "[ff3e::1%eth0]:5000" },
		{ "ff3e::1:5000%eth0:6000", "[ff3e::1:5000%eth0]:6000" },
		{ "2001:db8::9@ff3e::1:5000", "[2001:db8::9]@[ff3e::1]:5000" },
		{ "2001:db8::9,ff3e::1:5000", "[2001:db8::9]@[ff3e::1]:5000" },
		{ "udp://@ff3e::1:5000", "[ff3e::1]:5000" },
		{ "ff3e::1.2.3.4:5000", "[ff3e::102:304]:5000" },
		{ "[ff3e::1:5000]", NULL },
		{ "ff02::1:2", NULL },
		{ "ff02::1:234", NULL },
		{ "ff15::e003:1d47", NULL },
		{ "ff3e::5000", NULL },
		{ "ff3e:0:0:0:0:0:4321:1234", NULL },
		{ "2001:db8::9:5000@ff3e::1", NULL },
		{ "(*,ff3e::1:5000)", NULL },
		{ "ff3e::1:70000", NULL },
		{ "ff3e::1:500000", NULL },
		{ "2001:db8::1:5000", NULL },
		{ "ff3e::1:5000%", NULL },
		{ "239.1.1.1:5000", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char buf[MC_TARGET_STRLEN] = "untouched";
		struct mc_target t;
		int err = parse(&t, rows[i].given);
		int mended = mc_target_mend(rows[i].given, buf, sizeof(buf));

		equal(rows[i].given, err == MC_ERR_BRACKETS ? "brackets" : "else",
		      rows[i].want ? "brackets" : "else");
		assert_int_equal(mended, rows[i].want ? 0 : -EINVAL);
		equal(rows[i].given, buf, rows[i].want ? rows[i].want : "untouched");
		if (rows[i].want)
			equal(buf, parse(&t, buf) == 0 ? "parses" : "refused", "parses");
	}
}

static void test_accepted_whole(void **state)
{
	static const struct row rows[] = {
		{ "ff02::1:2", "ff02::1:2" },
		{ "ff15::e003:1d47", "ff15::e003:1d47" },
		{ "ff15::e003:d147", "ff15::e003:d147" },
		{ "ff15::e003:147d", "ff15::e003:147d" },
		{ "ff3e::5000", "ff3e::5000" },
		{ "ff3e:0:0:0:0:0:4321:1234", "[ff3e::4321:1234]" },
		{ "[ff3e::4321:1234]", "[ff3e::4321:1234]" },
		{ "[ff3e::4321:1234%eth0]", "[ff3e::4321:1234%eth0]" },
		{ "2001:db8::9@[ff3e::4321:1234]", "[2001:db8::9]@[ff3e::4321:1234]" },
		{ "2001:db8::9:5000@ff3e::1", "2001:db8::9:5000@ff3e::1" },
		{ "(*,ff3e::1:5000)", "[ff3e::1:5000]" },
		{ "ff3e::1:70000", "MC_ERR_PORT" },
		{ "ff3e::1:5000%", "MC_ERR_IFNAME" },
		{ "ff3e::1:500000", "MC_ERR_ADDR" },
	};

	(void)state;
	check(rows, COUNT(rows));
}

static void test_mend_small(void **state)
{
	char buf[16] = "untouched......";

	(void)state;
	assert_int_equal(mc_target_mend("ff3e::1:5000", buf, 14), -ENOSPC);
	assert_int_equal(mc_target_mend("ff3e::1:5000", buf, 0), -ENOSPC);
	assert_string_equal(buf, "untouched......");
	assert_int_equal(mc_target_mend("ff3e::1:5000", buf, 15), 0);
	assert_string_equal(buf, "[ff3e::1]:5000");
}

static void test_format_small(void **state)
{
	struct mc_target t, empty;
	char buf[MC_TARGET_STRLEN] = "untouched";

	(void)state;
	mc_target_init(&empty);
	assert_int_equal(parse(&t, "239.1.2.3:5000"), 0);
	assert_string_equal(mc_target_format(&t, buf, 0), "untouched");
	assert_string_equal(mc_target_format(&t, buf, 14), "");
	assert_ptr_equal(mc_target_format(&t, buf, 15), buf);
	assert_string_equal(buf, "239.1.2.3:5000");
	assert_string_equal(mc_target_format(&empty, buf, sizeof(buf)), "");
}

/* The longest there can be fits MC_TARGET_STRLEN. */
static void test_format_longest(void **state)
{
	static const char longest[] =
		"[1111:2222:3333:4444:5555:6666:7777:8888]@"
		"[ffff:2222:3333:4444:5555:6666:7777:8888%123456789012345]:65535+4294967295";
	char text[MC_TARGET_STRLEN];
	struct mc_target t;

	(void)state;
	assert_int_equal(parse(&t, longest), 0);
	assert_string_equal(mc_target_format(&t, text, sizeof(text)), longest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),           cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_other_programs), cmocka_unit_test(test_interface_names),
		cmocka_unit_test(test_fields),         cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bad_numbers),    cmocka_unit_test(test_last_of_range),
		cmocka_unit_test(test_untouched),      cmocka_unit_test(test_mend),
		cmocka_unit_test(test_accepted_whole), cmocka_unit_test(test_mend_small),
		cmocka_unit_test(test_format_small),   cmocka_unit_test(test_format_longest),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
