/*
 * wire_ip.c - IP headers around messages: fields, options and extension headers, fragments, packets cut at
 * every length. What whole packets with odd headers are read as, tests/vectors/packets.txt tells too.
 */
#include "wire.h"

#define JOIN "2200e8f9 00000001 04000000 ef010203"
#define ADDRS6 "fe800000000000000000000000000002 ff020000000000000000000000000016"

/* mc_ip_decode of hex at the end of its block. */
static int decode_hex(struct mc_ip *ret, const char *hex)
{
	uint8_t octets[512];
	size_t len = wire_hex(octets, sizeof(octets), hex);
	uint8_t *copy = wire_copy(octets, len);
	int err = mc_ip_decode(ret, copy, len);

	free(copy);
	return err;
}

static void test_ipv4_fields(void **state)
{
	struct mc_addr src = wire_addr("10.0.0.7"), dst = wire_addr("224.0.0.22");
	struct mc_ip ip;

	(void)state;
	memset(&ip, 0x5a, sizeof(ip));
	assert_int_equal(decode_hex(&ip, "46c00028 12344000 40020000 0a000007 e0000016 94040000" JOIN), 0);
	assert_memory_equal(&ip.src, &src, sizeof(src));
	assert_memory_equal(&ip.dst, &dst, sizeof(dst));
	assert_int_equal(ip.ttl, 64);
	assert_int_equal(ip.tos, 0xc0);
	assert_int_equal(ip.alert, 1);
	assert_false(ip.sum_ok);
	assert_int_equal(ip.protocol, 2);
	assert_int_equal(ip.header, 24);
	assert_int_equal(ip.payload, 16);
}

static void test_ipv6_fields(void **state)
{
	struct mc_addr src = wire_addr("fe80::2"), dst = wire_addr("ff02::16");
	struct mc_ip ip;

	(void)state;
	memset(&ip, 0x5a, sizeof(ip));
	assert_int_equal(decode_hex(&ip, "6a512345 001000ff" ADDRS6 "3a00050200000100 8f00000000000000"), 0);
	assert_memory_equal(&ip.src, &src, sizeof(src));
	assert_memory_equal(&ip.dst, &dst, sizeof(dst));
	assert_int_equal(ip.ttl, 255);
	assert_int_equal(ip.tos, 0xa5);
	assert_int_equal(ip.alert, 1);
	assert_true(ip.sum_ok);
	assert_int_equal(ip.protocol, 58);
	assert_int_equal(ip.header, 48);
	assert_int_equal(ip.payload, 8);
}

/* The largest values that the fields hold are not taken for negative ones. */
static void test_largest(void **state)
{
	static uint8_t packet[65535] = { 0x45, 0xff, 0xff, 0xff };
	struct mc_ip ip;

	(void)state;
	packet[8] = 255;
	packet[9] = 255;
	assert_int_equal(mc_ip_decode(&ip, packet, sizeof(packet)), 0);
	assert_true(ip.ttl == 255 && ip.tos == 255 && ip.protocol == 255);
	assert_int_equal(ip.payload, 65515);
	assert_int_equal(ip.alert, 0);
}

static void test_ipv4_checksum(void **state)
{
	struct wire_ip w = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t packet[64] = { 0 };
	struct mc_ip ip;

	(void)state;
	for (int alert = 0; alert < 2; alert++) {
		size_t len;

		w.alert = alert;
		len = wire_head4(packet, &w, 0);
		assert_int_equal(mc_ip_decode(&ip, packet, len), 0);
		assert_true(ip.sum_ok);
		packet[10] ^= 0x40;
		assert_int_equal(mc_ip_decode(&ip, packet, len), 0);
		assert_false(ip.sum_ok);
	}
}

/* Zero octets of payload are none: the message is short, not the header wrong. */
static void test_no_payload(void **state)
{
	struct wire_ip ips[2] = { wire_ip("10.0.0.1", "224.0.0.1"), wire_ip("fe80::1", "ff02::1") };
	uint8_t packet[64];
	struct mc_ip ip;

	(void)state;
	for (size_t f = 0; f < 4; f++) {
		size_t len;

		ips[f / 2].alert = f % 2 == 0;
		len = wire_wrap(packet, &ips[f / 2], packet, 0);

		assert_int_equal(mc_ip_decode(&ip, packet, len), 0);
		assert_int_equal(ip.payload, 0);
		assert_int_equal(ip.header, len);
	}
}

struct row {
	const char *hex;
	int err, alert;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct mc_ip ip, before;
		int err;

		memset(&ip, 0x5a, sizeof(ip));
		before = ip;
		err = decode_hex(&ip, rows[i].hex);
		equal(rows[i].hex, wire_err(err), wire_err(rows[i].err));
		if (err)
			assert_memory_equal(&ip, &before, sizeof(ip));
		else
			equal(rows[i].hex, ip.alert ? "alert" : "no alert",
			      rows[i].alert ? "alert" : "no alert");
	}
}

#define V4(opts) "46c00018 00000000 01020000 0a000007 e0000016" opts

/* IGMP-C-004, ROB-019 */
static void test_ipv4_options(void **state)
{
	static const struct row rows[] = {
		{ V4("94040000"), 0, 1 },
		{ V4("94040001"), 0, 0 },
		{ V4("94040100"), 0, 0 },
		{ V4("14040000"), 0, 0 }, /* not copied: another type */
		{ V4("01010101"), 0, 0 },
		{ V4("00ffffff"), 0, 0 },
		{ V4("0194ffff"), MC_ERR_OPTIONS, 0 },
		{ V4("94020000"), 0, 0 },
		{ V4("94010000"), MC_ERR_OPTIONS, 0 },
		{ V4("94000000"), MC_ERR_OPTIONS, 0 },
		{ V4("94050000"), MC_ERR_OPTIONS, 0 },
		{ V4("01010194"), MC_ERR_OPTIONS, 0 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

#define V6(len, next, rest) "60000000 00" len next "01" ADDRS6 rest

/* MLD-C-002, MLD-C-003, ROB-019 */
static void test_ipv6_extensions(void **state)
{
	static const struct row rows[] = {
		{ V6("08", "00", "3a00 05020000 0100"), 0, 1 },
		{ V6("08", "00", "3a00 0100 05020000"), 0, 1 },
		{ V6("08", "00", "3a00 0000 05020000"), 0, 1 },
		{ V6("08", "00", "3a00 05020001 0100"), 0, 0 },
		{ V6("08", "00", "3a00 05020100 0100"), 0, 0 },
		{ V6("08", "00", "3a00 25020000 0100"), 0, 0 }, /* of the eight bits of a type none is free */
		{ V6("08", "00", "3a00 05040000 0000"), 0, 0 },
		{ V6("08", "00", "3a00 05030000 0000"), 0, 0 },
		{ V6("08", "00", "3a00 05050000 0000"), MC_ERR_OPTIONS, 0 },
		{ V6("08", "00", "3a00 01040000 0000"), 0, 0 },
		{ V6("08", "00", "3a01 01040000 0000"), MC_ERR_OPTIONS, 0 },
		{ V6("08", "3c", "3a00 05020000 0100"), 0, 0 },
		{ V6("10", "00", "3c00 05020000 0100 3a00 01040000 0000"), 0, 1 },
		{ V6("10", "00", "2b00 05020000 0100 3a00 0000 00000000"), 0, 1 },
		{ V6("10", "00", "2b00 05020000 0100 3a01 0000 00000000"), MC_ERR_OPTIONS, 0 },
		{ V6("07", "00", "3a00 05020000 01"), MC_ERR_OPTIONS, 0 },
		{ V6("01", "00", "3a"), MC_ERR_OPTIONS, 0 },
		{ V6("00", "00", "3a00 c2040001 0000"), MC_ERR_IP, 0 }, /* RFC 2675: a jumbogram */
		{ V6("08", "2c", "3a00 0001 00000001"), MC_ERR_FRAGMENT, 0 },
		{ V6("08", "2c", "3a00 fff8 00000001"), MC_ERR_FRAGMENT, 0 },
		{ V6("10", "00", "2c00 05020000 0100 3a00 0008 00000001"), MC_ERR_FRAGMENT, 0 },
		{ V6("08", "3a", "8f00000000000000"), 0, 0 },
		{ V6("08", "11", "1388138800080000"), 0, 0 },
	};

	(void)state;
	check_rows(rows, COUNT(rows));
}

/* An option header of every length: its end is where the payload begins. */
static void test_extension_lengths(void **state)
{
	static uint8_t packet[40 + 2048 + 8];
	struct mc_ip ip;

	(void)state;
	for (unsigned words = 0; words < 256; words++) {
		size_t ext = 8 * (words + 1);

		memset(packet, 0, sizeof(packet));
		packet[0] = 0x60;
		wire_put16(packet + 4, (uint32_t)ext + 8);
		packet[40] = 58;
		packet[41] = (uint8_t)words;
		assert_int_equal(mc_ip_decode(&ip, packet, 40 + ext + 8), 0);
		assert_int_equal(ip.header, 40 + ext);
		assert_int_equal(ip.payload, 8);
		assert_int_equal(ip.protocol, 58);
	}
}

/* ROB-019: a chain of extension headers has an end. */
static void test_extension_chain(void **state)
{
	static uint8_t packet[40 + 65528];
	struct mc_ip ip;
	int err;

	(void)state;
	packet[0] = 0x60;
	wire_put16(packet + 4, 65528);
	packet[6] = 60;
	for (size_t at = 40; at < sizeof(packet); at += 8)
		packet[at] = 60;
	err = mc_ip_decode(&ip, packet, sizeof(packet));
	assert_int_equal(err, MC_ERR_OPTIONS);
}

/* ROB-019 */
static void test_fragments(void **state)
{
	struct wire_ip w = wire_ip("10.0.0.7", "224.0.0.22");
	uint8_t packet[64];
	struct mc_ip ip;
	size_t len = wire_head4(packet, &w, 0);

	(void)state;
	for (unsigned bits = 0; bits < 0x10000; bits++) {
		wire_put16(packet + 6, bits);
		/* reserved and don't fragment are neither "more" nor an offset */
		assert_int_equal(mc_ip_decode(&ip, packet, len), bits & 0x3fff ? MC_ERR_FRAGMENT : 0);
	}
}

/* ROB-019: cut anywhere, a packet is cut, whatever is lost. */
static void test_cut(void **state)
{
	struct wire_ip ips[2] = { wire_ip("10.0.0.7", "224.0.0.22"), wire_ip("fe80::2", "ff02::16") };
	uint8_t packet[128], *copy, msg[16] = { 0 };
	struct mc_ip ip;

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		size_t whole = wire_wrap(packet, &ips[f], msg, sizeof(msg));

		for (size_t len = 1; len < whole; len++) {
			copy = wire_copy(packet, len);
			assert_int_equal(mc_ip_decode(&ip, copy, len), MC_ERR_CUT);
			free(copy);
		}
	}
	assert_true(mc_ip_decode(&ip, packet, 0) < 0);
}

/* ROB-019: only versions 4 and 6 are IP, and of IPv4 only headers of 20 octets or more. */
static void test_versions(void **state)
{
	uint8_t packet[64] = { 0 };
	struct mc_ip ip;

	(void)state;
	packet[3] = 60;
	for (unsigned first = 0; first < 256; first++) {
		bool v4 = first >= 0x45 && first <= 0x4f, v6 = first >> 4 == 6;
		int err;

		packet[0] = (uint8_t)first;
		packet[5] = v6 ? 24 : 0;
		packet[6] = v6 ? 59 : 0;
		err = mc_ip_decode(&ip, packet, sizeof(packet));
		if (err != (v4 || v6 ? 0 : MC_ERR_IP))
			fail_msg("first octet %#x: %s", first, wire_err(err));
	}
}

/* ROB-019: lengths in an IPv4 header that contradict each other. */
static void test_lengths(void **state)
{
	uint8_t packet[64] = { 0x46 };
	struct mc_ip ip;

	(void)state;
	for (unsigned total = 0; total < 80; total++) {
		wire_put16(packet + 2, total);
		assert_int_equal(mc_ip_decode(&ip, packet, sizeof(packet)), total < 24 ? MC_ERR_IP :
									    total > 64 ? MC_ERR_CUT :
											 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4_fields),
		cmocka_unit_test(test_ipv6_fields),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_ipv4_checksum),
		cmocka_unit_test(test_no_payload),
		cmocka_unit_test(test_ipv4_options),
		cmocka_unit_test(test_ipv6_extensions),
		cmocka_unit_test(test_extension_lengths),
		cmocka_unit_test(test_extension_chain),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("wire_ip", tests, NULL, NULL);
}
