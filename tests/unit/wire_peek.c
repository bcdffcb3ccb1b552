/*
 * wire_peek.c - tests of the look at packets that cannot be read: what they were about, however
 * little of them is there.
 */
#include "wire.h"
#include "wire/peek.h"

/* What is seen of a packet: "IGMP 10.0.0.7 > 224.0.0.22", or "nothing". */
static char *look(const uint8_t *packet, size_t len, char *buf, size_t cap)
{
	char src[MC_ADDR_STRLEN], dst[MC_ADDR_STRLEN];
	uint8_t *copy = wire_copy(packet, len);
	struct mc_peek p;

	if (mc_peek(&p, copy, len))
		snprintf(buf, cap, "v%u %u %s > %s", p.family, p.protocol,
			 mc_addr_format(&p.src, src, sizeof(src)), mc_addr_format(&p.dst, dst, sizeof(dst)));
	else
		snprintf(buf, cap, "nothing");
	free(copy);
	return buf;
}

static void sees(const char *what, const uint8_t *packet, size_t len, const char *want)
{
	char buf[200];

	equal(what, look(packet, len, buf, sizeof(buf)), want);
}

static size_t packet4(uint8_t *out, uint8_t protocol)
{
	struct wire_ip ip = wire_ip("10.0.0.7", "224.0.0.22");

	ip.protocol = protocol;
	return wire_wrap(out, &ip, (const uint8_t[8]){ 0x22 }, 8);
}

static void test_ipv4(void **state)
{
	uint8_t packet[100];
	size_t len = packet4(packet, 2);

	(void)state;
	sees("IGMP", packet, len, "v4 2 10.0.0.7 > 224.0.0.22");
	sees("dst cut", packet, 19, "v4 2 10.0.0.7 > ");
	sees("src cut", packet, 15, "v4 2  > ");
	sees("protocol there", packet, 10, "v4 2  > ");
	sees("protocol cut", packet, 9, "nothing");
	sees("empty", packet, 0, "nothing");
	packet[6] = 0x20; /* a fragment: each tells its protocol */
	sees("fragment", packet, len, "v4 2 10.0.0.7 > 224.0.0.22");
	len = packet4(packet, 103);
	sees("PIM", packet, len, "v4 103 10.0.0.7 > 224.0.0.22");
	len = packet4(packet, 6);
	sees("TCP", packet, len, "nothing");
	packet[0] = 0x54;
	sees("IPv5", packet, len, "nothing");
}

static const struct row {
	const char *what, *first, *hex; /* the type of the first header, and what is behind the fixed one */
	const char *want;
} rows[] = {
	{ "MLDv2", "00", "3a 00 05020000 0100 8f00", "v6 58 fe80::2 > ff02::16" },
	{ "MLD, bare", "3a", "83", "v6 58 fe80::2 > ff02::16" },
	{ "MRD", "3a", "99", "v6 58 fe80::2 > ff02::16" },
	{ "type cut", "3a", "", "nothing" },
	{ "echo", "3a", "80", "nothing" },
	{ "PIM", "67", "", "v6 103 fe80::2 > ff02::16" },
	{ "UDP", "11", "0001", "nothing" },
	{ "first fragment", "2c", "3a 00 0001 00000000 8f", "v6 58 fe80::2 > ff02::16" },
	{ "later fragment", "2c", "3a 00 0008 00000000 8f", "nothing" },
	{ "fragment of UDP", "2c", "11 00 0001 00000000 8f", "nothing" },
	{ "fragment, cut", "2c", "3a 00 0001 000000", "nothing" },
	{ "options, then a fragment", "00", "2c 00 05020000 0100 3a 00 0001 00000000 8f",
	  "v6 58 fe80::2 > ff02::16" },
	{ "options, cut", "00", "3a 01 05020000 0100 8f00", "nothing" },
	{ "routing, destination", "2b", "3c 00 000000000000 3a 00 0104 00000000 82",
	  "v6 58 fe80::2 > ff02::16" },
};

static void test_ipv6(void **state)
{
	struct wire_ip ip = wire_ip("fe80::2", "ff02::16");
	uint8_t rest[100], packet[200];

	(void)state;
	ip.alert = false;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = wire_hex(rest, sizeof(rest), rows[i].hex);

		wire_hex(&ip.protocol, 1, rows[i].first);
		sees(rows[i].what, packet, wire_wrap(packet, &ip, rest, n), rows[i].want);
	}
}

/* Headers that lead to headers end, and nothing is read past the end of what is here. */
static void test_chain(void **state)
{
	uint8_t packet[2000] = { 0x60, 0, 7, 0xa8, 0 };
	char buf[200];

	(void)state;
	for (size_t len = 0; len <= sizeof(packet); len++)
		equal("chain", look(packet, len, buf, sizeof(buf)), "nothing");
}

/* Whatever a packet is, it is looked at within its octets: for the sanitizers. */
static void test_any(void **state)
{
	uint64_t seed = 7;
	uint8_t packet[96];
	size_t seen = 0;
	char buf[200];

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		for (size_t k = 0; k < sizeof(packet); k++)
			packet[k] = (uint8_t)next_random(&seed);
		packet[0] = i % 2 ? 0x45 : 0x60;
		packet[6] = (const uint8_t[]){ 0, 43, 44, 60, 58 }[i % 5];
		seen += strcmp(look(packet, next_random(&seed) % (sizeof(packet) + 1), buf, sizeof(buf)),
			       "nothing") != 0;
	}
	assert_in_range(seen, 100, 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ipv4),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
