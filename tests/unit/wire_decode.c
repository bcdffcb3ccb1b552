/*
 * wire_decode.c - what the fields of messages are read as, beside the vectors: types, versions, times, flags,
 * records; and what a caller may rely on: nothing changes on failure, nothing runs past a list.
 */
#include "wire.h"

#define GROUP "ef010203"
#define GROUP6 "ff150000000000000000000000001234"
#define NONE6 "00000000000000000000000000000000"
#define MSEC(n) ((mc_time)(n)*MC_MSEC)

static struct wire_ip igmp_ip(void)
{
	return wire_ip("10.0.0.1", "224.0.0.1");
}

static struct wire_ip mld_ip(void)
{
	return wire_ip("fe80::1", "ff02::1");
}

/* A message that must be read; its octets stay for the rest of the test. */
static struct mc_msg read_hex(struct wire_ip ip, const char *hex, uint8_t **block)
{
	struct mc_msg m;
	int err = wire_decode_hex(&m, block, &ip, hex);

	if (err)
		fail_msg("%s: %s", hex, wire_err(err));
	return m;
}

/* A message of one type that is long enough for any, its checksum right. */
static int decode_type(struct mc_msg *m, uint8_t **block, struct wire_ip ip, unsigned type)
{
	char hex[2 * 32 + 1];

	snprintf(hex, sizeof(hex), "%02x%062d", type, 0);
	return wire_decode_hex(m, block, &ip, hex);
}

struct type {
	uint8_t type, kind, version;
	bool leave;
};

static const struct type igmp_types[] = {
	{ 0x11, MC_QUERY, 3, false }, { 0x12, MC_REPORT, 1, false }, { 0x16, MC_REPORT, 2, false },
	{ 0x17, MC_REPORT, 2, true }, { 0x22, MC_REPORT, 3, false }, { 0x30, MC_MRD, 0, false },
	{ 0x31, MC_MRD, 0, false },   { 0x32, MC_MRD, 0, false },
};

static const struct type mld_types[] = {
	{ 130, MC_QUERY, 2, false },  { 131, MC_REPORT, 1, false }, { 132, MC_REPORT, 1, true },
	{ 143, MC_REPORT, 2, false }, { 151, MC_MRD, 0, false },    { 152, MC_MRD, 0, false },
	{ 153, MC_MRD, 0, false },
};

/* IGMP-C-001, IGMP-C-002, MLD-C-001: every first octet there is. */
static void check_types(struct wire_ip ip, const struct type *types, size_t n, int other)
{
	struct mc_msg m;
	uint8_t *block;

	for (unsigned type = 0; type < 256; type++) {
		const struct type unknown = { (uint8_t)type, MC_OTHER, 0, false }, *t = types;
		int err = decode_type(&m, &block, ip, type);

		while (t < types + n && t->type != type)
			t++;
		if (err != (t < types + n ? 0 : other))
			fail_msg("type %u: %s", type, wire_err(err));
		if (err == 0) {
			t = t < types + n ? t : &unknown;
			assert_int_equal(m.type, type);
			assert_int_equal(m.kind, t->kind);
			assert_int_equal(m.version, t->version);
			assert_int_equal(m.kind == MC_REPORT && m.report.leave, t->leave);
			assert_int_equal(m.faults & MC_FAULT_CHECKSUM, 0);
		}
		free(block);
	}
}

static void igmp_c_002_every_type_of_igmp(void **state)
{
	(void)state;
	check_types(igmp_ip(), igmp_types, COUNT(igmp_types), 0);
}

static void mld_c_001_every_type_of_icmpv6(void **state)
{
	(void)state;
	check_types(mld_ip(), mld_types, COUNT(mld_types), MC_ERR_PROTOCOL);
}

struct query_row {
	const char *hex;
	unsigned version, code;
	mc_time max_resp;
	uint32_t interval;
};

static void check_queries(struct wire_ip ip, const struct query_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *block;
		struct mc_msg m = read_hex(ip, rows[i].hex, &block);

		if (m.kind != MC_QUERY || m.version != rows[i].version ||
		    m.query.max_resp_code != rows[i].code || m.query.max_resp != rows[i].max_resp ||
		    m.query.interval != rows[i].interval)
			fail_msg("%s: version %u, code %u, %llu ns, interval %u", rows[i].hex, m.version,
				 m.query.max_resp_code, (unsigned long long)m.query.max_resp,
				 m.query.interval);
		free(block);
	}
}

/* IGMP-C-011, IGMP-C-012, IGMP-C-013: versions by length.  IGMP-C-015, IGMP-C-016, IGMP-C-017,
 * IGMP-C-019, ROB-020, ROB-022: times. */
static void test_times_of_igmp(void **state)
{
	static const struct query_row rows[] = {
		{ "1100 0000 00000000", 1, 0, MSEC(10000), 0 },
		{ "1101 0000 00000000", 2, 1, MSEC(100), 0 },
		{ "1180 0000 00000000", 2, 128, MSEC(12800), 0 },
		{ "1190 0000 00000000", 2, 144, MSEC(14400), 0 },
		{ "11ff 0000 00000000", 2, 255, MSEC(25500), 0 },
		{ "1100 0000 00000000 02000000", 3, 0, 0, 0 },
		{ "117f 0000 00000000 027f0000", 3, 127, MSEC(12700), 127 },
		{ "1180 0000 00000000 02800000", 3, 128, MSEC(12800), 128 },
		{ "1190 0000 00000000 02900000", 3, 144, MSEC(25600), 256 },
		{ "11ff 0000 00000000 02ff0000", 3, 255, MSEC(3174400), 31744 },
	};

	(void)state;
	check_queries(igmp_ip(), rows, COUNT(rows));
}

/* MLD-C-005: versions by length.  MLD-C-006, MLD-C-007, IGMP-C-019, ROB-022: times. */
static void test_times_of_mld(void **state)
{
	static const struct query_row rows[] = {
		{ "8200 0000 00000000" NONE6, 1, 0, 0, 0 },
		{ "8200 0000 80000000" NONE6, 1, 32768, MSEC(32768), 0 },
		{ "8200 0000 80010000" NONE6, 1, 32769, MSEC(32769), 0 },
		{ "8200 0000 ffff0000" NONE6, 1, 65535, MSEC(65535), 0 },
		{ "8200 0000 00000000" NONE6 "02000000", 2, 0, 0, 0 },
		{ "8200 0000 7fff0000" NONE6 "027d0000", 2, 32767, MSEC(32767), 125 },
		{ "8200 0000 80010000" NONE6 "02900000", 2, 32769, MSEC(32776), 256 },
		{ "8200 0000 ffff0000" NONE6 "02ff0000", 2, 65535, MSEC(8387584), 31744 },
	};

	(void)state;
	check_queries(mld_ip(), rows, COUNT(rows));
}

/* IGMP-C-020, IGMP-C-041, MLD-C-009, ROB-020: every octet of flags, S and QRV. */
static void test_flags(void **state)
{
	char hex[80];

	(void)state;
	for (unsigned both = 0; both < 512; both++) {
		unsigned o = both & 0xff;
		uint8_t *block;
		struct mc_msg m;

		snprintf(hex, sizeof(hex),
			 both < 256 ? "1164 0000 00000000 %02x7d0000" :
				      "8200 0000 27100000" NONE6 "%02x7d0000",
			 o);
		m = read_hex(both < 256 ? igmp_ip() : mld_ip(), hex, &block);
		assert_int_equal(m.query.flags, o >> 4);
		assert_int_equal(m.query.suppress, o >> 3 & 1);
		assert_int_equal(m.query.qrv, o & 7);
		assert_int_equal(m.query.qqic, 125);
		assert_int_equal(m.faults, o & 0x80 ? MC_FAULT_EXTENSION : 0);
		assert_false(m.extended);
		free(block);
	}
}

/* IGMP-C-012, IGMP-C-022: what a query asks for. */
static void test_query_fields(void **state)
{
	struct mc_addr group = wire_addr("239.1.2.3"), a = wire_addr("10.0.0.8"), b = wire_addr("10.0.0.9"),
		       got;
	struct wire_ip ip = wire_ip("10.0.0.1", "239.1.2.3");
	uint8_t *block;
	struct mc_msg m = read_hex(ip, "110a 0000 " GROUP "0a7d0002 0a000008 0a000009", &block);

	(void)state;
	assert_memory_equal(&m.query.group, &group, sizeof(group));
	assert_int_equal(m.query.sources.n, 2);
	assert_int_equal(m.query.sources.family, MC_IPV4);
	assert_ptr_equal(m.query.sources.octets, m.octets + 12);
	got = mc_sources_at(&m.query.sources, 0);
	assert_memory_equal(&got, &a, sizeof(a));
	got = mc_sources_at(&m.query.sources, 1);
	assert_memory_equal(&got, &b, sizeof(b));
	got = mc_sources_at(&m.query.sources, 2);
	assert_int_equal(got.family, 0);
	got = mc_sources_at(&m.query.sources, 65535);
	assert_int_equal(got.family, 0);
	free(block);
}

/* A general query has a group of the right family: none. */
static void test_general_query(void **state)
{
	uint8_t *block;
	struct mc_msg m = read_hex(igmp_ip(), "1164 0000 00000000 027d0000", &block);

	(void)state;
	assert_int_equal(m.query.group.family, MC_IPV4);
	assert_true(mc_addr_is_unspecified(&m.query.group));
	assert_int_equal(m.query.sources.n, 0);
	free(block);
	m = read_hex(mld_ip(), "8200 0000 27100000" NONE6, &block);
	assert_int_equal(m.query.group.family, MC_IPV6);
	assert_true(mc_addr_is_unspecified(&m.query.group));
	free(block);
	/* IGMP-C-037 */
	m = read_hex(igmp_ip(), "1100 0000 " GROUP, &block);
	assert_true(mc_addr_is_unspecified(&m.query.group));
	assert_int_equal(m.query.group.family, MC_IPV4);
	free(block);
}

/* What of the whole message is kept as it was: IGMP-C-026 too. */
static void test_message_fields(void **state)
{
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t *block;
	struct mc_msg m = read_hex(ip, "2205 0000 70000001 04000000 " GROUP "0102030405", &block);

	(void)state;
	assert_int_equal(m.size, sizeof(m));
	assert_int_equal(m.family, MC_IPV4);
	assert_int_equal(m.type, 0x22);
	assert_int_equal(m.code, 5);
	assert_ptr_equal(m.octets, block + 24);
	assert_int_equal(m.len, 21);
	assert_int_equal(m.extra, 5);
	assert_int_equal(m.checksum, m.octets[2] << 8 | m.octets[3]);
	assert_int_equal(m.report.flags, 0x7000);
	assert_int_equal(m.report.n, 1);
	assert_ptr_equal(m.report.octets, m.octets + 8);
	assert_int_equal(m.report.len, 8);
	assert_int_equal(m.ip.header, 24);
	assert_int_equal(m.ip.payload, 21);
	assert_int_equal(m.ip.ttl, 1);
	assert_int_equal(m.ip.tos, 0xc0);
	assert_int_equal(m.ip.alert, 1);
	free(block);
}

static void expect_record(const struct mc_record *r, unsigned type, unsigned aux, const char *group,
			  unsigned n)
{
	struct mc_addr g = wire_addr(group);

	assert_int_equal(r->type, type);
	assert_int_equal(r->aux, aux);
	assert_int_equal(r->faults, 0);
	assert_memory_equal(&r->group, &g, sizeof(g));
	assert_int_equal(r->sources.n, n);
	assert_int_equal(r->sources.family, g.family);
}

/* IGMP-C-027, IGMP-C-029 */
static void test_records_of_igmp(void **state)
{
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");
	struct mc_record r;
	uint8_t *block;
	size_t pos = 0;
	struct mc_msg m = read_hex(ip,
				   "2200 0000 00000003 05020001 e8010203 0a000009 aaaaaaaabbbbbbbb"
				   "02010000 ef010203 cccccccc 06000002 e8010204 0a000008 0a000009",
				   &block);

	(void)state;
	assert_true(mc_msg_next(&m, &pos, &r));
	expect_record(&r, MC_ALLOW, 2, "232.1.2.3", 1);
	assert_ptr_equal(r.sources.octets, m.octets + 16);
	assert_true(mc_msg_next(&m, &pos, &r));
	expect_record(&r, MC_IS_EX, 1, "239.1.2.3", 0);
	assert_true(mc_msg_next(&m, &pos, &r));
	expect_record(&r, MC_BLOCK, 0, "232.1.2.4", 2);
	assert_false(mc_msg_next(&m, &pos, &r));
	assert_false(mc_msg_next(&m, &pos, &r));
	assert_int_equal(r.type, MC_BLOCK); /* as it was */
	free(block);
}

/* MLD-C-012, MLD-C-013 */
static void test_records_of_mld(void **state)
{
	struct wire_ip ip = wire_ip("fe80::2", "ff02::16");
	struct mc_record r;
	uint8_t *block;
	size_t pos = 0;
	struct mc_msg m = read_hex(ip,
				   "8f00 0000 00000002 01010001" GROUP6
				   "20010db8000000000000000000000009 aaaaaaaa"
				   "03000000" GROUP6,
				   &block);

	(void)state;
	assert_true(mc_msg_next(&m, &pos, &r));
	expect_record(&r, MC_IS_IN, 1, "ff15::1234", 1);
	assert_ptr_equal(r.sources.octets, m.octets + 28);
	assert_true(mc_msg_next(&m, &pos, &r));
	expect_record(&r, MC_TO_IN, 0, "ff15::1234", 0);
	assert_false(mc_msg_next(&m, &pos, &r));
	free(block);
}

/* IGMP-C-035, IGMP-C-036, MLD-C-018: an older report is a record, its version is kept. */
static void test_older_reports(void **state)
{
	static const struct {
		const char *src, *dst, *hex, *group;
		unsigned version, record;
	} rows[] = {
		{ "10.0.0.7", "239.1.2.3", "1200 0000" GROUP, "239.1.2.3", 1, MC_IS_EX },
		{ "10.0.0.7", "239.1.2.3", "1600 0000" GROUP, "239.1.2.3", 2, MC_IS_EX },
		{ "10.0.0.7", "224.0.0.2", "1700 0000" GROUP, "239.1.2.3", 2, MC_TO_IN },
		{ "10.0.0.7", "224.0.0.2", "1700 0000" GROUP "11223344", "239.1.2.3", 2, MC_TO_IN },
		{ "fe80::2", "ff15::1234", "8300 0000 00000000" GROUP6, "ff15::1234", 1, MC_IS_EX },
		{ "fe80::2", "ff02::2", "8400 0000 00000000" GROUP6, "ff15::1234", 1, MC_TO_IN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *block;
		size_t pos = 0;
		struct mc_record r;
		struct mc_msg m = read_hex(wire_ip(rows[i].src, rows[i].dst), rows[i].hex, &block);

		assert_int_equal(m.version, rows[i].version);
		assert_int_equal(m.report.leave, rows[i].record == MC_TO_IN);
		assert_int_equal(m.report.n, 1);
		assert_true(mc_msg_next(&m, &pos, &r));
		expect_record(&r, rows[i].record, 0, rows[i].group, 0);
		assert_false(mc_msg_next(&m, &pos, &r));
		free(block);
	}
}

/* MRD-001 */
static void test_mrd(void **state)
{
	static const struct {
		const char *src, *dst, *hex;
		struct mc_mrd want;
	} rows[] = {
		{ "10.0.0.1",
		  "224.0.0.106",
		  "30b4 0000 7fff 00ff",
		  { MC_MRD_ADVERTISEMENT, 180, 32767, 255 } },
		{ "10.0.0.1", "224.0.0.106", "3004 0000 0000 0000", { MC_MRD_ADVERTISEMENT, 4, 0, 0 } },
		{ "10.0.0.7", "224.0.0.2", "3100 0000", { MC_MRD_SOLICITATION, 0, 0, 0 } },
		{ "10.0.0.7", "224.0.0.2", "3107 0000 01020304", { MC_MRD_SOLICITATION, 0, 0, 0 } },
		{ "10.0.0.1", "224.0.0.106", "3200 0000", { MC_MRD_TERMINATION, 0, 0, 0 } },
		{ "fe80::1", "ff02::6a", "9714 0000 007d 0002", { MC_MRD_ADVERTISEMENT, 20, 125, 2 } },
		{ "fe80::2", "ff02::2", "9800 0000", { MC_MRD_SOLICITATION, 0, 0, 0 } },
		{ "fe80::1", "ff02::6a", "9900 0000", { MC_MRD_TERMINATION, 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *block;
		struct mc_msg m = read_hex(wire_ip(rows[i].src, rows[i].dst), rows[i].hex, &block);

		assert_int_equal(m.kind, MC_MRD);
		assert_int_equal(m.version, 0);
		assert_int_equal(m.faults, 0);
		assert_int_equal(m.mrd.type, rows[i].want.type);
		assert_int_equal(m.mrd.advert, rows[i].want.advert);
		assert_int_equal(m.mrd.interval, rows[i].want.interval);
		assert_int_equal(m.mrd.robustness, rows[i].want.robustness);
		free(block);
	}
}

/* The checksum covers all of the payload, an odd octet at its end too: IGMP-C-006, MLD-C-004. */
static void test_checksum_of_every_length(void **state)
{
	struct wire_ip ips[2] = { igmp_ip(), mld_ip() };
	uint8_t msg[64], packet[64 + 48], *block;
	struct mc_msg m;

	(void)state;
	for (size_t len = 29; len <= 64; len++) {
		for (size_t f = 0; f < 2; f++) {
			memset(msg, 0xa5, sizeof(msg));
			memset(msg, 0, 28);
			msg[0] = f ? 130 : 0x11;
			wire_fix(&ips[f], msg, len);
			assert_int_equal(
				wire_decode(&m, &block, packet, wire_wrap(packet, &ips[f], msg, len)), 0);
			assert_int_equal(m.faults, 0);
			free(block);
			msg[len - 1] ^= 0x10;
			assert_int_equal(
				wire_decode(&m, &block, packet, wire_wrap(packet, &ips[f], msg, len)), 0);
			assert_int_equal(m.faults, MC_FAULT_CHECKSUM);
			free(block);
		}
	}
}

/* A message without its header: what is not known is no fault. */
static void test_unknown_header(void **state)
{
	uint8_t msg[8] = { 0x16, 0, 0, 0, 239, 1, 2, 3 };
	struct wire_ip w = wire_ip("10.0.0.7", "239.1.2.3");
	struct mc_msg m;
	char buf[64];

	(void)state;
	mc_msg_init(&m);
	m.ip.protocol = 2;
	m.ip.sum_ok = true;
	wire_fix(&w, msg, sizeof(msg));
	assert_int_equal(mc_msg_decode(&m,
				       &(struct mc_ip){ .ttl = -1,
							.tos = -1,
							.alert = -1,
							.sum_ok = true,
							.protocol = 2,
							.payload = sizeof(msg) },
				       msg, sizeof(msg)),
			 0);
	assert_int_equal(m.faults, 0);
	assert_int_equal(m.family, MC_IPV4);
	assert_string_equal(mc_msg_format(&m, buf, sizeof(buf)), "somebody is in 239.1.2.3");
}

static void test_failure_leaves_all(void **state)
{
	static const char *const rows[] = { "", "1164", "1164 0000 00000000 02",
					    "1164 0000 00000000 027d0001", "2200 0000 00000001 04000000 ef" };
	struct wire_ip ip = igmp_ip();
	struct mc_msg before, m;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t msg[64], packet[128];
		size_t len = wire_hex(msg, sizeof(msg), rows[i]);

		memset(&m, 0x5a, sizeof(m));
		m.size = sizeof(m);
		before = m;
		assert_true(mc_decode(&m, packet, wire_wrap(packet, &ip, msg, len)) < 0);
		assert_memory_equal(&m, &before, sizeof(m));
	}
}

static void test_without_init(void **state)
{
	struct mc_msg m = { 0 }, before = m;
	uint8_t msg[8] = { 0x16, 0, 0xf8, 0xfa, 239, 1, 2, 3 }, packet[64];
	struct wire_ip ip = wire_ip("10.0.0.7", "239.1.2.3");
	size_t len = wire_wrap(packet, &ip, msg, sizeof(msg));

	(void)state;
	assert_int_equal(mc_decode(&m, packet, len), MC_ERR_CONF);
	assert_memory_equal(&m, &before, sizeof(m));
	assert_int_equal(mc_encode(packet, sizeof(packet), &m), MC_ERR_CONF);
	mc_msg_init(&m);
	assert_int_equal(m.size, sizeof(m));
	assert_int_equal(m.ip.ttl, -1);
	assert_int_equal(m.ip.tos, -1);
	assert_int_equal(m.ip.alert, -1);
	assert_int_equal(m.ip.src.family, 0);
}

/* One mc_msg for message after message: nothing of the one before stays. */
static void test_used_again(void **state)
{
	uint8_t msg[64], packet[128];
	struct wire_ip ip = igmp_ip();
	struct mc_record r;
	struct mc_msg m;
	size_t pos = 0, len;

	(void)state;
	mc_msg_init(&m);
	len = wire_hex(msg, sizeof(msg), "2200 0000 80000001 04000000 ef010203 0001 0000");
	ip.ttl = 9;
	assert_int_equal(mc_decode(&m, packet, wire_wrap(packet, &ip, msg, len)), 0);
	assert_true(m.extended && m.extra == 4 && m.faults);
	len = wire_hex(msg, sizeof(msg), "1164 ee9b 00000000");
	ip.ttl = 1;
	assert_int_equal(mc_decode(&m, packet, wire_wrap(packet, &ip, msg, len)), 0);
	assert_true(!m.extended && m.extra == 0 && m.faults == 0 && m.kind == MC_QUERY && m.version == 2);
	assert_false(mc_msg_next(&m, &pos, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(igmp_c_002_every_type_of_igmp),
		cmocka_unit_test(mld_c_001_every_type_of_icmpv6),
		cmocka_unit_test(test_times_of_igmp),
		cmocka_unit_test(test_times_of_mld),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_query_fields),
		cmocka_unit_test(test_general_query),
		cmocka_unit_test(test_message_fields),
		cmocka_unit_test(test_records_of_igmp),
		cmocka_unit_test(test_records_of_mld),
		cmocka_unit_test(test_older_reports),
		cmocka_unit_test(test_mrd),
		cmocka_unit_test(test_checksum_of_every_length),
		cmocka_unit_test(test_unknown_header),
		cmocka_unit_test(test_failure_leaves_all),
		cmocka_unit_test(test_without_init),
		cmocka_unit_test(test_used_again),
	};

	return cmocka_run_group_tests_name("wire_decode", tests, NULL, NULL);
}
