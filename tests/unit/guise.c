/*
 * guise.c - tests of datagrams in other programs' clothes: octet by octet, and read back by mark.c.
 */
#include <string.h>

#include "flow/guise.h"
#include "check.h"

#define TIME (1795414384 * MC_SEC + 692739999)

static const struct mc_guise iperf = { .format = MC_FORMAT_IPERF };

static void test_iperf(void **state)
{
	static const uint8_t want[] = {
		0, 0, 0, 1, 0x6b, 0x03, 0xd9, 0x70, 0, 0x0a, 0x92, 0x03, 0, 0, 0, 0, 8, 0, 0, 0,
	};
	uint8_t buf[21];

	(void)state;
	memset(buf, 0xaa, sizeof buf);
	assert_int_equal(mc_guise_least(&iperf), sizeof want);
	assert_int_equal(mc_guise_write(&iperf, buf, 1, TIME), sizeof want);
	assert_memory_equal(buf, want, sizeof want);
	assert_int_equal(buf[20], 0xaa);
}

/* As iperf 2.1.8 ends a stream of 102: with -103. */
static void test_iperf_end(void **state)
{
	static const uint8_t low[] = { 0xff, 0xff, 0xff, 0x99 }, high[] = { 0xff, 0xff, 0xff, 0xff };
	uint8_t buf[20];

	(void)state;
	assert_int_equal(mc_guise_end(&iperf, buf, 102, TIME), sizeof buf);
	assert_memory_equal(buf, low, 4);
	assert_memory_equal(buf + 12, high, 4);
}

static void test_iperf_back(void **state)
{
	static const uint64_t numbers[] = { 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, INT64_MAX };
	struct mc_mark m;
	uint8_t buf[20];

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		mc_guise_write(&iperf, buf, numbers[i], TIME);
		assert_true(mc_mark_read(&m, MC_FORMAT_IPERF, NULL, buf, sizeof buf));
		assert_true(m.seq == numbers[i] && m.bits == 64 && !m.end && m.time == TIME / 1000 * 1000);
		mc_guise_end(&iperf, buf, numbers[i], TIME);
		assert_true(mc_mark_read(&m, MC_FORMAT_IPERF, NULL, buf, sizeof buf));
		assert_true(m.seq == numbers[i] && m.bits == 64 && m.end);
	}
}

static struct mc_guise mcjoin(const char *group)
{
	struct mc_guise g = { .format = MC_FORMAT_MCJOIN, .pid = 4711, .period = 100 };

	if (group)
		assert_int_equal(mc_addr_parse(&g.group, group), 0);
	return g;
}

static void test_mcjoin(void **state)
{
	static const char want[] = "Sender PID 4711, MC group 239.1.1.1 ... count: 0, freq: 100";
	struct mc_guise g = mcjoin("239.1.1.1");
	struct mc_mark m;
	char buf[200];

	(void)state;
	memset(buf, 'x', sizeof buf);
	assert_int_equal(mc_guise_write(&g, buf, 1, TIME), sizeof want);
	assert_memory_equal(buf, want, sizeof want);
	assert_int_equal(buf[sizeof want], 'x');
	assert_true(mc_mark_read(&m, MC_FORMAT_MCJOIN, NULL, buf, sizeof buf));
	assert_true(m.session == 4711 && m.seq == 0);
	assert_int_equal(mc_guise_end(&g, buf, 1, TIME), 0);
}

/* No datagram is longer than was told, and what was told fits into mcjoin's own length where it is IPv4. */
static void test_mcjoin_least(void **state)
{
	static const char *const groups[] = { "239.255.255.255", "224.0.0.1", "ff3e::1",
					      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" };
	struct mc_guise none = mcjoin(NULL);
	char buf[200];

	(void)state;
	for (size_t i = 0; i < COUNT(groups); i++) {
		struct mc_guise g = mcjoin(groups[i]);
		size_t least = mc_guise_least(&g);

		assert_int_equal(least, i < 2 ? 98 : 122);
		g.pid = g.period = UINT32_MAX;
		assert_true(mc_guise_write(&g, buf, 0, TIME) <= least); /* 2^64 - 1 in the text */
		assert_int_equal(strlen(buf) + 1, mc_guise_write(&g, buf, 0, TIME));
	}
	assert_int_equal(mc_guise_least(&none), 122);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iperf),        cmocka_unit_test(test_iperf_end),
		cmocka_unit_test(test_iperf_back),   cmocka_unit_test(test_mcjoin),
		cmocka_unit_test(test_mcjoin_least),
	};

	return cmocka_run_group_tests_name("guise", tests, NULL, NULL);
}
