/*
 * send_conf.c - tests of the arguments of mcast send that need reading: rates, sizes, ports, patterns; and
 * how datagrams are handed over by them.
 */
#include <mcast/sock.h>

#include "send/hand.h"

#include "check.h"

static void test_rates(void **state)
{
	static const struct {
		const char *given;
		enum rate_unit unit;
		double value;
	} rows[] = {
		{ "250", RATE_PPS, 250 },         { "250pps", RATE_PPS, 250 },
		{ "0.5", RATE_PPS, 0.5 },         { "100kpps", RATE_PPS, 1e5 },
		{ "2.5Mpps", RATE_PPS, 2.5e6 },   { "1Gpps", RATE_PPS, 1e9 },
		{ "64kbit", RATE_BPS, 64e3 },     { "800Mbit", RATE_BPS, 8e8 },
		{ "10Gbit/s", RATE_BPS, 1e10 },   { "9600bit", RATE_BPS, 9600 },
		{ "1.25Mbps", RATE_BPS, 1.25e6 }, { "max", RATE_MAX, 0 },
		{ "100Kpps", RATE_PPS, 1e5 },     { "0.25", RATE_PPS, 0.25 },
		{ "00010", RATE_PPS, 10 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rate r = { RATE_NONE, -1 };
		char why[128] = "";

		if (rate_read(&r, rows[i].given, why, sizeof why) || r.unit != rows[i].unit ||
		    r.value < rows[i].value * 0.999999 || r.value > rows[i].value * 1.000001)
			fail_msg("--rate %s is %f of unit %d, %s", rows[i].given, r.value, (int)r.unit, why);
	}
}

static void test_rates_refused(void **state)
{
	static const char *const rows[] = { "",       "0",       "0pps",     "-1",     "1e3",     "0x10",
					    "100k",   "kbit",    "10 pps",   "1.pps",  ".5",      "inf",
					    "nan",    "10Tbit",  "2Gpps",    "10mbit", "maximum", "Max",
					    "10bit ", "1,5Mbit", "20000Gbit" };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct rate r = { RATE_NONE, 7 };
		char why[128] = "";

		if (rate_read(&r, rows[i], why, sizeof why) != -1 || r.value != 7 || !why[0])
			fail_msg("--rate \"%s\" was taken", rows[i]);
	}
}

static void test_rates_change(void **state)
{
	const struct rate pps = { RATE_PPS, 1000 }, bps = { RATE_BPS, 8e6 }, max = { RATE_MAX, 0 };

	(void)state;
	assert_true(rate_pps(&pps, 100) == 1000 && rate_bps(&pps, 100) == 800000);
	assert_true(rate_pps(&bps, 1000) == 1000 && rate_bps(&bps, 1000) == 8e6);
	assert_true(rate_pps(&max, 1000) == 0 && rate_bps(&max, 1000) == 0);
}

typedef int reader(void *dest, const char *arg, char *why, size_t cap);

static void check_ranges(reader *read, const char *given, uint32_t from, uint32_t to)
{
	struct send_range r = { 7, 7 };
	char why[128] = "";
	int e = read(&r, given, why, sizeof why);

	if (from ? e || r.from != from || r.to != to : e != -1 || r.from != 7 || r.to != 7 || !why[0])
		fail_msg("\"%s\" gave %d, %u to %u", given, e, r.from, r.to);
}

static void test_ranges(void **state)
{
	static const char *const bad_sizes[] = { "",        "0",        "65508", "..100",
						 "100..",   "200..100", "10.20", "10...20",
						 "10..20x", "-5",       "1k",    "99999999999999999999" };
	static const char *const bad_ports[] = {
		"", "0", "0-5", "65536", "5-4", "5..6", "5-", "-5", "5-65536"
	};

	(void)state;
	check_ranges(send_conf_size, "1000", 1000, 1000);
	check_ranges(send_conf_size, "1", 1, 1);
	check_ranges(send_conf_size, "64..1400", 64, 1400);
	check_ranges(send_conf_size, "32..65507", 32, 65507);
	check_ranges(send_conf_ports, "5000-5009", 5000, 5009);
	check_ranges(send_conf_ports, "1-65535", 1, 65535);
	check_ranges(send_conf_ports, "5000-5000", 5000, 5000);
	for (size_t i = 0; i < COUNT(bad_sizes); i++)
		check_ranges(send_conf_size, bad_sizes[i], 0, 0);
	for (size_t i = 0; i < COUNT(bad_ports); i++)
		check_ranges(send_conf_ports, bad_ports[i], 0, 0);
}

static void test_patterns(void **state)
{
	static const char *const bad[] = {
		"", "f", "0g", "000", "000102030405060708090a0b0c0d0e0f10", " 00"
	};
	struct send_pattern p = { .n = 0 };
	char why[128] = "";

	(void)state;
	assert_int_equal(send_conf_pattern(&p, "00fFa5", why, sizeof why), 0);
	assert_int_equal(p.n, 3);
	assert_memory_equal(p.octets, "\x00\xff\xa5", 3);
	assert_int_equal(send_conf_pattern(&p, "000102030405060708090A0B0C0D0E0F", why, sizeof why), 0);
	assert_int_equal(p.n, 16);
	assert_int_equal(p.octets[15], 15);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (send_conf_pattern(&p, bad[i], why, sizeof why) != -1 || p.n != 16)
			fail_msg("--pattern \"%s\" was taken", bad[i]);
}

/* What is chosen where it is not said: a rate in datagrams (0: max), the sizes, --train, what a packet
 * holds. */
static void test_hand(void **state)
{
	static const struct {
		double pps;
		uint32_t from, to;
		int64_t train;
		uint32_t room;
		enum send_io how;
		unsigned least, most; /* of hand.most */
	} rows[] = {
		{ 10, 1000, 1000, -1, 1500, SEND_SINGLE, 1, 1 },
		{ 49999, 1000, 1000, -1, 1500, SEND_SINGLE, 1, 1 },
		{ 50000, 1000, 1000, -1, 1500, SEND_TRAINS, 5, 5 },
		{ 200000, 1000, 1000, -1, 0, SEND_TRAINS, 20, 20 },
		{ 200000, 100, 1000, -1, 1500, SEND_BATCH, 20, 20 },
		{ 2000000, 100, 1000, -1, 1500, SEND_BATCH, HAND_BATCH, HAND_BATCH },
		{ 0, 64, 64, -1, 1500, SEND_TRAINS, 64, 128 },
		{ 0, 1400, 1400, -1, 1500, SEND_TRAINS, 46, 46 }, /* 65507 octets */
		{ 0, 1400, 1400, 8, 1500, SEND_TRAINS, 8, 8 },
		{ 0, 1473, 1473, -1, 1472, SEND_BATCH, HAND_BATCH, HAND_BATCH }, /* longer than a packet */
		{ 0, 1472, 1472, -1, 1472, SEND_TRAINS, 44, 44 },
		{ 1000, 100, 100, 8, 1500, SEND_TRAINS, 8, 8 },
		{ 0, 64, 65, -1, 1500, SEND_BATCH, HAND_BATCH, HAND_BATCH },
	};

	(void)state;
	if (mc_sock_train_most() == 1)
		skip();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct send_conf c;
		struct hand h = { 0 };

		send_conf_init(&c);
		c.rate = (struct rate){ rows[i].pps > 0 ? RATE_PPS : RATE_MAX, rows[i].pps };
		c.size = (struct send_range){ rows[i].from, rows[i].to };
		c.train = rows[i].train;
		hand_choose(&h, &c, rows[i].room);
		if (h.how != rows[i].how || h.most < rows[i].least || h.most > rows[i].most)
			fail_msg("row %zu: %s of up to %u", i, hand_name(h.how), h.most);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),        cmocka_unit_test(test_rates_refused),
		cmocka_unit_test(test_rates_change), cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_patterns),     cmocka_unit_test(test_hand),
	};

	return cmocka_run_group_tests_name("send_conf", tests, NULL, NULL);
}
