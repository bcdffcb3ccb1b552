/*
 * wire_encode.c - queries made from their fields, messages written again, and what is refused.
 */
#include "wire.h"

#define MSEC(n) ((mc_time)(n)*MC_MSEC)
#define GROUP6 "ff150000000000000000000000001234"
#define NONE6 "00000000000000000000000000000000"

/* A query of the defaults, without sources. */
static struct mc_msg query(const char *src, unsigned version, const char *group)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.ip.src = wire_addr(src);
	m.family = m.ip.src.family;
	m.version = (uint8_t)version;
	m.query.group = (struct mc_addr){ .family = m.family };
	if (*group)
		m.query.group = wire_addr(group);
	m.query.max_resp = MSEC(10000);
	if (version == mc_proto_of(m.family)->newest) {
		m.query.interval = 125;
		m.query.qrv = 2;
	}
	return m;
}

/* The message alone is that hex. */
static void expect_message(const struct mc_msg *m, const char *hex)
{
	uint8_t want[256], got[256];
	size_t len = wire_hex(want, sizeof(want), hex);
	int n = mc_msg_encode(got, sizeof(got), m);

	if (n != (int)len || memcmp(got, want, len) != 0)
		fail_msg("%s: %s %d, octet 1 %#x", hex, wire_err(n), n, got[1]);
}

/* IGMP-C-001, IGMP-C-016, IGMP-C-018, IGMP-C-020, IGMP-C-022, IGMP-C-037 */
static void test_queries_of_igmp(void **state)
{
	struct mc_addr source = wire_addr("10.0.0.9");
	struct mc_msg m;
	uint8_t room[4];

	(void)state;
	m = query("10.0.0.1", 1, "");
	expect_message(&m, "1100eeff00000000");
	m = query("10.0.0.1", 2, "");
	expect_message(&m, "1164ee9b00000000");
	m = query("10.0.0.1", 2, "239.1.2.3");
	m.query.max_resp = MSEC(1000);
	expect_message(&m, "110afdf0ef010203");
	m = query("10.0.0.1", 3, "");
	expect_message(&m, "1164ec1e00000000027d0000");
	m = query("10.0.0.1", 3, "239.1.2.3");
	m.query.max_resp = MSEC(1000);
	m.query.suppress = true;
	expect_message(&m, "110af373ef0102030a7d0000");
	m = query("10.0.0.1", 3, "232.1.2.3");
	m.query.max_resp = MSEC(1000);
	assert_int_equal(mc_sources_pack(&m.query.sources, room, sizeof(room), &source, 1), 0);
	expect_message(&m, "110af869e8010203027d00010a000009");
}

/* MLD-C-001, MLD-C-008, MLD-C-009, MLD-C-017 */
static void test_queries_of_mld(void **state)
{
	struct mc_msg m = query("fe80::1", 1, "");

	(void)state;
	m.ip.dst = wire_addr("ff02::1");
	expect_message(&m, "8200591727100000" NONE6);
	m = query("fe80::1", 2, "");
	m.ip.dst = wire_addr("ff02::1");
	expect_message(&m, "8200569627100000" NONE6 "027d0000");
}

/* IGMP-C-003, IGMP-C-004 */
static void test_header_of_igmp(void **state)
{
	static const uint8_t rest[] = { 10, 0, 0, 1, 224, 0, 0, 1, 0x94, 4, 0, 0 };
	struct mc_msg m = query("10.0.0.1", 3, "");
	uint8_t packet[64];
	struct mc_ip ip;

	(void)state;
	assert_int_equal(mc_encode(packet, sizeof(packet), &m), 36);
	assert_int_equal(packet[0], 0x46);
	assert_int_equal(packet[1], 0xc0);
	assert_int_equal(packet[2] << 8 | packet[3], 36);
	assert_int_equal((packet[6] << 8 | packet[7]) & 0xbfff, 0); /* no fragment */
	assert_int_equal(packet[8], 1);
	assert_int_equal(packet[9], 2);
	assert_memory_equal(packet + 12, rest, sizeof(rest));
	assert_int_equal(mc_ip_decode(&ip, packet, 36), 0);
	assert_true(ip.sum_ok);
}

/* MLD-C-002, MLD-C-003 */
static void test_header_of_mld(void **state)
{
	static const uint8_t alert[] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	struct mc_msg m = query("fe80::1", 2, "");
	struct mc_addr to = wire_addr("ff02::1");
	uint8_t packet[128];

	(void)state;
	assert_int_equal(mc_encode(packet, sizeof(packet), &m), 76);
	assert_memory_equal(packet, ((uint8_t[]){ 0x60, 0, 0, 0, 0, 36, 0, 1 }), 8);
	assert_memory_equal(packet + 8, m.ip.src.b, 16);
	assert_memory_equal(packet + 24, to.b, 16);
	assert_memory_equal(packet + 40, alert, sizeof(alert));
}

/* IGMP-C-024, MLD-C-011: where a query goes. */
static void test_destinations(void **state)
{
	static const struct {
		const char *src, *group, *want;
	} rows[] = {
		{ "10.0.0.1", "", "224.0.0.1" },
		{ "10.0.0.1", "239.1.2.3", "239.1.2.3" },
		{ "fe80::1", "", "ff02::1" },
		{ "fe80::1", "ff15::1234", "ff15::1234" },
	};
	uint8_t packet[128];
	char text[MC_ADDR_STRLEN];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned version = 1; version <= 3; version++) {
			struct mc_msg m = query(rows[i].src, version, rows[i].group), got;
			int n;

			if (version > mc_proto_of(m.family)->newest ||
			    (version == 1 && m.family == MC_IPV4 && *rows[i].group))
				continue;
			n = mc_encode(packet, sizeof(packet), &m);
			assert_true(n > 0);
			mc_msg_init(&got);
			assert_int_equal(mc_decode(&got, packet, (size_t)n), 0);
			assert_int_equal(got.faults, 0);
			equal(rows[i].src, mc_addr_format(&got.ip.dst, text, sizeof(text)), rows[i].want);
		}
}

/* IGMP-C-017, IGMP-C-018, IGMP-C-019, MLD-C-006, MLD-C-007: times are rounded down to what there is. */
static void test_times(void **state)
{
	static const struct {
		const char *src;
		unsigned version;
		mc_time max_resp;
		uint32_t interval;
		unsigned code, qqic;
	} rows[] = {
		{ "10.0.0.1", 1, MSEC(10000), 0, 0, 0 },
		{ "10.0.0.1", 2, MSEC(100), 0, 1, 0 },
		{ "10.0.0.1", 2, MSEC(199), 0, 1, 0 },
		{ "10.0.0.1", 2, MSEC(12900), 0, 129, 0 },
		{ "10.0.0.1", 2, MSEC(25500), 0, 255, 0 },
		{ "10.0.0.1", 2, MSEC(60000), 0, 255, 0 },
		{ "10.0.0.1", 3, 0, 0, 0, 0 },
		{ "10.0.0.1", 3, MSEC(99), 0, 0, 0 },
		{ "10.0.0.1", 3, MSEC(12999), 127, 0x80, 0x7f },
		{ "10.0.0.1", 3, MSEC(13000), 130, 0x80, 0x80 },
		{ "10.0.0.1", 3, MSEC(30000), 300, 0x92, 0x92 },
		{ "10.0.0.1", 3, MSEC(3174400), 31744, 0xff, 0xff },
		{ "10.0.0.1", 3, MC_NEVER, UINT32_MAX, 0xff, 0xff },
		{ "fe80::1", 1, 0, 0, 0, 0 },
		{ "fe80::1", 1, MSEC(1) - 1, 0, 0, 0 },
		{ "fe80::1", 1, MSEC(40001), 0, 40001, 0 },
		{ "fe80::1", 1, MSEC(65535), 0, 65535, 0 },
		{ "fe80::1", 1, MSEC(100000), 0, 65535, 0 },
		{ "fe80::1", 2, MSEC(40001), 1000, 0x8388, 0xaf },
		{ "fe80::1", 2, MSEC(100000), 31743, 0x986a, 0xfe },
		{ "fe80::1", 2, MC_NEVER, 31745, 0xffff, 0xff },
	};
	uint8_t octets[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = query(rows[i].src, rows[i].version, "");
		bool v4 = m.family == MC_IPV4;
		int n;
		unsigned code;

		m.query.max_resp = rows[i].max_resp;
		m.query.interval = rows[i].interval;
		n = mc_msg_encode(octets, sizeof(octets), &m);
		assert_int_equal(n, v4 ? (rows[i].version == 3 ? 12 : 8) : (rows[i].version == 2 ? 28 : 24));
		code = v4 ? octets[1] : (unsigned)octets[4] << 8 | octets[5];
		if (code != rows[i].code || (n % 8 && octets[n - 3] != rows[i].qqic))
			fail_msg("row %zu: code %#x, QQIC %#x", i, code, octets[n - 3]);
	}
}

/* A v2 query of less than 0.1 s would be a v1 query: it may be refused or be 0.1 s, but not turn into one. */
static void test_shortest_time_of_v2(void **state)
{
	struct mc_msg m = query("10.0.0.1", 2, "");
	uint8_t octets[8];
	int n;

	(void)state;
	m.query.max_resp = MSEC(99);
	n = mc_msg_encode(octets, sizeof(octets), &m);
	assert_true(n < 0 || octets[1] != 0);
}

/* IGMP-C-021, MLD-C-009 */
static void test_robustness(void **state)
{
	uint8_t octets[64];

	(void)state;
	for (unsigned qrv = 0; qrv < 256; qrv++) {
		struct mc_msg m4 = query("10.0.0.1", 3, ""), m6 = query("fe80::1", 2, "");

		m4.query.qrv = m6.query.qrv = (uint8_t)qrv;
		m6.query.suppress = true;
		assert_int_equal(mc_msg_encode(octets, sizeof(octets), &m4), 12);
		assert_int_equal(octets[8], qrv > 7 ? 0 : qrv);
		assert_int_equal(mc_msg_encode(octets, sizeof(octets), &m6), 28);
		assert_int_equal(octets[24], 8 | (qrv > 7 ? 0 : qrv));
	}
}

/* IGMP-C-023, MLD-C-010: as many sources as an MTU of 1500 holds, and not one more. */
static void test_most_sources(void **state)
{
	static const struct {
		const char *src, *group, *source;
		uint16_t most;
	} rows[] = {
		{ "10.0.0.1", "232.1.2.3", "10.0.1.0", 366 },
		{ "fe80::1", "ff3e::1234", "2001:db8::", 89 },
	};
	static struct mc_addr list[400];
	static uint8_t room[400 * 16], packet[1500];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_msg m = query(rows[i].src, mc_proto_of(wire_addr(rows[i].src).family)->newest,
					rows[i].group);
		struct mc_addr a = wire_addr(rows[i].source);

		for (size_t k = 0; k < COUNT(list); k++) {
			assert_int_equal(mc_addr_add(&a, 1), 0);
			list[k] = a;
		}
		mc_sources_pack(&m.query.sources, room, sizeof(room), list, rows[i].most + 1U);
		assert_int_equal(mc_encode(packet, sizeof(packet), &m), MC_ERR_ROOM);
		mc_sources_pack(&m.query.sources, room, sizeof(room), list, rows[i].most);
		assert_true(mc_encode(packet, sizeof(packet), &m) > (int)sizeof(packet) - 16);
	}
}

/* Octets of messages written again have nothing behind their fields: IGMP-C-010, IGMP-C-028, MLD-C-013,
 * MLD-C-014, MLD-C-017. */
static void test_nothing_behind(void **state)
{
	static const struct {
		const char *src, *dst, *given, *want;
	} rows[] = {
		{ "10.0.0.1", "224.0.0.1", "1164 0000 00000000 027d0000 01020304",
		  "1164 ec1e 00000000 027d0000" },
		{ "10.0.0.7", "224.0.0.22", "2200 0000 00000001 04000000 ef010203 010203",
		  "2200 e8f9 00000001 04000000 ef010203" },
		{ "10.0.0.7", "224.0.0.22", "22ff 0000 00000001 04010000 ef010203 01020304",
		  "2200 e8f9 00000001 04000000 ef010203" },
		{ "10.0.0.7", "239.1.2.3", "1663 0000 ef010203 55", "1600 f8fa ef010203" },
		{ "fe80::2", "ff02::16", "8f55 0000 00000001 04020000" GROUP6 "0102030405060708 01",
		  "8f00 5dc2 00000001 04000000" GROUP6 },
		{ "fe80::2", "ff15::1234", "8309 0000 12345678" GROUP6 "01", "8300 5b96 00000000" GROUP6 },
		{ "fe80::1", "ff02::1", "8207 0000 2710ffff" NONE6 "727d0000 aa",
		  "8200 5696 27100000" NONE6 "027d0000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct wire_ip ip = wire_ip(rows[i].src, rows[i].dst);
		struct mc_msg m;
		uint8_t *block;

		assert_int_equal(wire_decode_hex(&m, &block, &ip, rows[i].given), 0);
		expect_message(&m, rows[i].want);
		free(block);
	}
}

struct refusal {
	const char *src;
	unsigned version;
	const char *group, *source;
	uint32_t faults;
	int err; /* 0: written */
};

static void check_refusals(const struct refusal *rows, size_t n)
{
	uint8_t packet[256], room[16];

	for (size_t i = 0; i < n; i++) {
		struct mc_msg m = query(rows[i].src, rows[i].version, rows[i].group);
		struct mc_addr source = wire_addr(rows[i].source);
		int err;

		if (*rows[i].source)
			mc_sources_pack(&m.query.sources, room, sizeof(room), &source, 1);
		m.faults = rows[i].faults;
		err = mc_encode(packet, sizeof(packet), &m);
		if (rows[i].err ? err != rows[i].err : err < 0)
			fail_msg("row %zu (%s, %u, %s, %s): %s, not %s", i, rows[i].src, rows[i].version,
				 rows[i].group, rows[i].source, wire_err(err), wire_err(rows[i].err));
	}
}

/* ADDR-010, IGMP-C-037, IGMP-C-038, MLD-C-019: what may not stand there, unless it is wrong on purpose. */
static void test_refuses(void **state)
{
	static const struct refusal rows[] = {
		{ "10.0.0.1", 3, "10.1.2.3", "", 0, MC_ERR_GROUP },
		{ "10.0.0.1", 3, "10.1.2.3", "", MC_FAULT_GROUP, 0 },
		{ "10.0.0.1", 2, "10.1.2.3", "", 0, MC_ERR_GROUP },
		{ "10.0.0.1", 3, "ff15::1234", "", 0, MC_ERR_FAMILY },
		{ "fe80::1", 2, "239.1.2.3", "", 0, MC_ERR_FAMILY },
		{ "fe80::1", 2, "fe80::9", "", 0, MC_ERR_GROUP },
		{ "10.0.0.1", 3, "232.1.2.3", "0.0.0.0", 0, MC_ERR_SOURCE },
		{ "10.0.0.1", 3, "232.1.2.3", "255.255.255.255", 0, MC_ERR_SOURCE },
		{ "10.0.0.1", 3, "232.1.2.3", "224.1.1.1", 0, MC_ERR_SOURCE },
		{ "10.0.0.1", 3, "232.1.2.3", "224.1.1.1", MC_FAULT_SOURCES, 0 },
		{ "10.0.0.1", 3, "232.1.2.3", "2001:db8::9", 0, MC_ERR_FAMILY },
		{ "fe80::1", 2, "ff3e::1234", "::", 0, MC_ERR_SOURCE },
		{ "fe80::1", 2, "ff3e::1234", "ff02::1", 0, MC_ERR_SOURCE },
		{ "10.0.0.1", 2, "232.1.2.3", "10.0.0.9", 0, MC_ERR_VERSION },
		{ "10.0.0.1", 1, "", "10.0.0.9", 0, MC_ERR_VERSION },
		{ "10.0.0.1", 1, "239.1.2.3", "", 0, MC_ERR_VERSION },
		{ "fe80::1", 1, "ff3e::1234", "2001:db8::9", 0, MC_ERR_VERSION },
		{ "0.0.0.0", 3, "", "", 0, MC_ERR_SOURCE },
		{ "0.0.0.0", 3, "", "", MC_FAULT_SENDER, 0 },
		{ "224.0.0.9", 3, "", "", 0, MC_ERR_SOURCE },
		{ "2001:db8::1", 2, "", "", 0, MC_ERR_SOURCE },
		{ "2001:db8::1", 2, "", "", MC_FAULT_SENDER, 0 },
		{ "::", 2, "", "", 0, MC_ERR_SOURCE },
		{ "::", 1, "", "", 0, MC_ERR_SOURCE },
		{ "10.0.0.1", 3, "", "10.0.0.9", MC_FAULT_GENERAL, 0 },
	};

	(void)state;
	check_refusals(rows, COUNT(rows));
}

/* IGMP-C-022: a general query lists no sources; no version but those there are. */
static void test_refuses_somehow(void **state)
{
	struct mc_addr source = wire_addr("10.0.0.9");
	struct mc_msg m = query("10.0.0.1", 3, "");
	uint8_t packet[128], room[4];

	(void)state;
	mc_sources_pack(&m.query.sources, room, sizeof(room), &source, 1);
	assert_true(mc_encode(packet, sizeof(packet), &m) < 0);
	for (unsigned version = 0; version < 256; version++) {
		m = query("10.0.0.1", 3, "");
		m.version = (uint8_t)version;
		assert_int_equal(mc_encode(packet, sizeof(packet), &m) > 0, version >= 1 && version <= 3);
		m = query("fe80::1", 2, "");
		m.version = (uint8_t)version;
		assert_int_equal(mc_encode(packet, sizeof(packet), &m) > 0, version == 1 || version == 2);
	}
	m = query("10.0.0.1", 3, "");
	m.family = 5;
	assert_true(mc_encode(packet, sizeof(packet), &m) < 0);
	m.family = MC_IPV6; /* the addresses are not */
	assert_true(mc_encode(packet, sizeof(packet), &m) < 0);
}

/* Wrong on purpose: the header's fields and the checksum are written as they stand. */
static void test_faults_on_purpose(void **state)
{
	struct mc_msg m = query("10.0.0.1", 3, ""), got;
	uint8_t packet[64];
	int n;

	(void)state;
	m.faults = MC_FAULT_CHECKSUM | MC_FAULT_TTL | MC_FAULT_ALERT | MC_FAULT_DESTINATION;
	m.checksum = 0x1234;
	m.ip.ttl = 64;
	m.ip.alert = 0;
	m.ip.tos = 3;
	m.ip.dst = wire_addr("10.0.0.7");
	n = mc_encode(packet, sizeof(packet), &m);
	assert_int_equal(n, 32);
	mc_msg_init(&got);
	assert_int_equal(mc_decode(&got, packet, (size_t)n), 0);
	assert_int_equal(got.faults, m.faults);
	assert_int_equal(got.checksum, 0x1234);
	assert_int_equal(got.ip.ttl, 64);
	assert_int_equal(got.ip.tos, 3);
	assert_memory_equal(&got.ip.dst, &m.ip.dst, sizeof(got.ip.dst));
}

/* Room for less is refused and left alone; nothing is written behind its end. */
static void test_room(void **state)
{
	struct mc_msg ms[2] = { query("10.0.0.1", 3, "239.1.2.3"), query("fe80::1", 2, "ff15::1234") };
	uint8_t whole[128];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int want = mc_encode(whole, sizeof(whole), &ms[i]);

		assert_true(want > 0);
		for (int cap = 0; cap <= want; cap++) {
			uint8_t *room = malloc((size_t)cap);

			assert_int_equal(mc_encode(room, (size_t)cap, &ms[i]),
					 cap < want ? MC_ERR_ROOM : want);
			free(room);
		}
		want = mc_msg_encode(whole, sizeof(whole), &ms[i]);
		for (int cap = 0; cap <= want; cap++) {
			uint8_t *room = malloc((size_t)cap);

			assert_int_equal(mc_msg_encode(room, (size_t)cap, &ms[i]),
					 cap < want ? MC_ERR_ROOM : want);
			free(room);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queries_of_igmp),
		cmocka_unit_test(test_queries_of_mld),
		cmocka_unit_test(test_header_of_igmp),
		cmocka_unit_test(test_header_of_mld),
		cmocka_unit_test(test_destinations),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_shortest_time_of_v2),
		cmocka_unit_test(test_robustness),
		cmocka_unit_test(test_most_sources),
		cmocka_unit_test(test_nothing_behind),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_refuses_somehow),
		cmocka_unit_test(test_faults_on_purpose),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("wire_encode", tests, NULL, NULL);
}
