/*
 * wire_frame.c - tests of what is around an IP packet: every kind of link, VLAN tags, what is too short, and
 * the headers that are written.
 */
#include "wire/frame.h"

#include "wire.h"

#define MACS "01005e010204 020000000001 "                       /* of Ethernet */
#define COOKED "0002 0001 0006 0200000000010000 "               /* SLL: multicast, Ethernet, six octets */
#define COOKED2 "0000 00000007 0001 02 06 0200000000010000 "    /* SLL2 behind its type, by interface 7 */
#define IPV4 "46c0002000004000"                                 /* the beginning of a packet */
#define IPV6 "6000000000240001"

#define WRONG 0xffff /* in the place of an EtherType: refused */

struct row {
	int link;
	const char *hex;
	uint16_t ethertype;
	size_t header;
	uint16_t vlan[2];
	uint32_t ifindex;
};

static const struct row rows[] = {
	{ MC_LINK_ETHERNET, MACS "0800" IPV4, 0x0800, 14, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "86dd" IPV6, 0x86dd, 14, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 200a 0800" IPV4, 0x0800, 18, { 10 }, 0 },
	{ MC_LINK_ETHERNET, MACS "88a8 0fff 86dd" IPV6, 0x86dd, 18, { 4095 }, 0 },
	{ MC_LINK_ETHERNET, MACS "88a8 f00a 8100 f014 0800" IPV4, 0x0800, 22, { 10, 20 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 000a 8100 0014 0800" IPV4, 0x0800, 22, { 10, 20 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 e000 0800" IPV4, 0x0800, 18, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 e000 8100 0014 0800" IPV4, 0x0800, 22, { 20 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 000a 8100 0000 0800" IPV4, 0x0800, 22, { 10 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 000a 8100 0014 8100 001e 0800" IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "0806" IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "8100 000a 0806" IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_ETHERNET, MACS "0026 4242 0300" IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_SLL, COOKED "0800" IPV4, 0x0800, 16, { 0 }, 0 },
	{ MC_LINK_SLL, COOKED "86dd" IPV6, 0x86dd, 16, { 0 }, 0 },
	{ MC_LINK_SLL, COOKED "8100 000a 0800" IPV4, 0x0800, 20, { 10 }, 0 },
	{ MC_LINK_SLL, COOKED "0004" IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_SLL2, "0800" COOKED2 IPV4, 0x0800, 20, { 0 }, 7 },
	{ MC_LINK_SLL2, "86dd" COOKED2 IPV6, 0x86dd, 20, { 0 }, 7 },
	{ MC_LINK_SLL2, "88a8" COOKED2 "000a 8100 0014 86dd" IPV6, 0x86dd, 28, { 10, 20 }, 7 },
	{ MC_LINK_SLL2, "0806" COOKED2 IPV4, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_RAW, IPV4, 0x0800, 0, { 0 }, 0 },
	{ MC_LINK_RAW, IPV6, 0x86dd, 0, { 0 }, 0 },
	{ MC_LINK_RAW, "56", WRONG, 0, { 0 }, 0 },
	{ MC_LINK_RAW_DLT, IPV4, 0x0800, 0, { 0 }, 0 },
	{ MC_LINK_RAW_DLT, IPV6, 0x86dd, 0, { 0 }, 0 },
	{ MC_LINK_IPV4, IPV4, 0x0800, 0, { 0 }, 0 },
	{ MC_LINK_IPV4, IPV6, WRONG, 0, { 0 }, 0 },
	{ MC_LINK_IPV6, IPV6, 0x86dd, 0, { 0 }, 0 },
	{ MC_LINK_IPV6, IPV4, WRONG, 0, { 0 }, 0 },
};

static const int links[] = {
	MC_LINK_ETHERNET, MC_LINK_RAW_DLT, MC_LINK_RAW, MC_LINK_SLL, MC_LINK_IPV4, MC_LINK_IPV6, MC_LINK_SLL2,
};

/* mc_frame_decode of a copy that ends with its block. */
static int decode(struct mc_framing *ret, int link, const uint8_t *octets, size_t len)
{
	uint8_t *copy = wire_copy(octets, len);
	int err = mc_frame_decode(ret, link, copy, len);

	free(copy);
	return err;
}

static void equal_frame(const char *hex, const struct mc_framing *f, const struct row *want)
{
	char a[100], b[100];

	snprintf(a, sizeof(a), "type %04x, at %zu, vlan %u.%u, interface %u", f->ethertype, f->header,
		 f->vlan[0], f->vlan[1], f->ifindex);
	snprintf(b, sizeof(b), "type %04x, at %zu, vlan %u.%u, interface %u", want->ethertype, want->header,
		 want->vlan[0], want->vlan[1], want->ifindex);
	equal(hex, a, b);
}

static void test_decode(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t octets[64];
		size_t len = wire_hex(octets, sizeof(octets), row->hex);
		struct mc_framing f;
		int err = decode(&f, row->link, octets, len);

		equal(row->hex, wire_err(err), row->ethertype == WRONG ? "MC_ERR_FRAME" : "0");
		if (err == 0)
			equal_frame(row->hex, &f, row);
	}
}

/* A frame that ends within its header is refused, and ret stays as it was; behind it, all is well. */
static void test_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t octets[64];
		size_t len = wire_hex(octets, sizeof(octets), row->hex);
		size_t least = row->header ? row->header : 1;

		for (size_t n = 0; n <= len; n++) {
			struct mc_framing f, before;
			bool good = row->ethertype != WRONG && n >= least;

			memset(&f, 0x5a, sizeof(f));
			before = f;
			assert_int_equal(decode(&f, row->link, octets, n), good ? 0 : MC_ERR_FRAME);
			if (good)
				equal_frame(row->hex, &f, row);
			else
				assert_memory_equal(&f, &before, sizeof(f));
		}
	}
}

static bool is_listed(int link)
{
	for (size_t i = 0; i < COUNT(links); i++)
		if (links[i] == link)
			return true;
	return false;
}

static void test_links(void **state)
{
	uint8_t octets[64] = { 0x46 }, out[20];
	struct mc_framing f;
	size_t rest;

	(void)state;
	for (int link = -2; link < 400; link++) {
		assert_int_equal(mc_link_known(link), is_listed(link));
		if (is_listed(link))
			continue;
		assert_int_equal(mc_frame_decode(&f, link, octets, sizeof(octets)), MC_ERR_CONF);
		assert_int_equal(mc_frame_sll2(out, sizeof(out), 1, link, octets, sizeof(octets), &rest),
				 MC_ERR_CONF);
	}
}

/* ---- written ---------------------------------------------------------------------------------- */

/* What a frame becomes: the header, and where the rest begins. */
static void test_sll2(void **state)
{
	static const struct {
		int link;
		const char *hex, *want;
		size_t rest;
	} cases[] = {
		{ MC_LINK_ETHERNET, MACS "0800" IPV4, "0800 0000 00000009 0001 02 06 0200000000010000", 14 },
		{ MC_LINK_ETHERNET, "ffffffffffff 020000000001 0806" IPV4,
		  "0806 0000 00000009 0001 01 06 0200000000010000", 14 },
		{ MC_LINK_ETHERNET, "020000000003 020000000001 86dd" IPV6,
		  "86dd 0000 00000009 0001 00 06 0200000000010000", 14 },
		{ MC_LINK_ETHERNET, MACS "8100 000a 0800" IPV4,
		  "8100 0000 00000009 0001 02 06 0200000000010000", 14 },
		{ MC_LINK_ETHERNET, MACS "0026 4242 0300" IPV4,
		  "0004 0000 00000009 0001 02 06 0200000000010000", 14 },
		{ MC_LINK_SLL, "0004 0304 0000 0000000000000000 86dd" IPV6,
		  "86dd 0000 00000009 0304 04 00 0000000000000000", 16 },
		{ MC_LINK_SLL, "0000 0020 0014 0102030405060708 0800" IPV4,
		  "0800 0000 00000009 0020 00 08 0102030405060708", 16 },
		{ MC_LINK_SLL2, "88a8" COOKED2 "000a 0800" IPV4,
		  "88a8 0000 00000009 0001 02 06 0200000000010000", 20 },
		{ MC_LINK_RAW, IPV4, "0800 0000 00000009 fffe 00 00 0000000000000000", 0 },
		{ MC_LINK_IPV6, IPV6, "86dd 0000 00000009 fffe 00 00 0000000000000000", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t octets[64], want[20], got[21] = { [20] = 0x5a };
		size_t len = wire_hex(octets, sizeof(octets), cases[i].hex), rest = 99;

		assert_int_equal(wire_hex(want, sizeof(want), cases[i].want), 20);
		assert_int_equal(mc_frame_sll2(got, 20, 9, cases[i].link, octets, len, &rest), 20);
		assert_memory_equal(got, want, sizeof(want));
		assert_int_equal(got[20], 0x5a);
		assert_int_equal(rest, cases[i].rest);
	}
}

/* What was read from a frame is read from its SLL2 form, with the same packet behind it. */
static void test_sll2_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		uint8_t octets[64], again[84];
		size_t len = wire_hex(octets, sizeof(octets), row->hex), rest;
		struct mc_framing f;
		int n = mc_frame_sll2(again, sizeof(again), 3, row->link, octets, len, &rest);
		struct row want = *row;

		if (n < 0) {
			assert_int_equal(n, MC_ERR_FRAME);
			assert_int_equal(row->ethertype, WRONG);
			continue;
		}
		memcpy(again + n, octets + rest, len - rest);
		assert_int_equal(decode(&f, MC_LINK_SLL2, again, (size_t)n + len - rest),
				 row->ethertype == WRONG ? MC_ERR_FRAME : 0);
		if (row->ethertype == WRONG)
			continue;
		want.header += (size_t)n - rest;
		want.ifindex = 3;
		equal_frame(row->hex, &f, &want);
		assert_memory_equal(again + f.header, octets + row->header, len - row->header);
	}
}

static void test_sll2_refuses(void **state)
{
	static const uint8_t octets[40] = { 0x46 };
	static const size_t least[] = { 14, 1, 1, 16, 1, 0, 20 };
	uint8_t buf[20] = { 0x5a }, before[20];
	size_t rest = 99;

	(void)state;
	memcpy(before, buf, sizeof(buf));
	for (size_t i = 0; i < COUNT(links); i++) {
		for (size_t len = 0; len < least[i]; len++)
			assert_int_equal(mc_frame_sll2(buf, 20, 9, links[i], octets, len, &rest),
					 MC_ERR_FRAME);
		for (size_t cap = 0; cap < 20; cap++)
			assert_int_equal(mc_frame_sll2(buf, cap, 9, links[i], octets, sizeof(octets), &rest),
					 links[i] == MC_LINK_IPV6 ? MC_ERR_FRAME : MC_ERR_ROOM);
	}
	assert_memory_equal(buf, before, sizeof(buf));
	assert_int_equal(rest, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),         cmocka_unit_test(test_short),
		cmocka_unit_test(test_links),          cmocka_unit_test(test_sll2),
		cmocka_unit_test(test_sll2_read_back), cmocka_unit_test(test_sll2_refuses),
	};

	return cmocka_run_group_tests_name("wire_frame", tests, NULL, NULL);
}
