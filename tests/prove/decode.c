/*
 * decode.c - what tests/prove/run.sh gives to Frama-C's EVA: the decoder under any octets at all.
 *
 * The octets lie at the very end of their object, so that one read too many is out of bounds, and every
 * length is a call of its own. Where EVA would join cases and know less of each, they are tried one by
 * one: ranges of types of which the decoder knows one or none, lengths of headers, beginnings of records.
 *
 * mc_decode is mc_ip_decode's header and mc_msg_decode's message. Of headers of any shape it is proved
 * that the payload lies within the packet, of payloads that no octet behind them is read; mc_decode
 * itself runs over the headers that messages have.
 */
#include "wire/ip.h"

/* The extension headers of IPv6 are walked as they are, then each place where they may end is a case. */
#define mc_ip_extensions walk_extensions
int mc_ip_extensions(const uint8_t *base, size_t end, uint8_t type, bool *alert, size_t *header);
#include "wire/ip.c"
#undef mc_ip_extensions

#include "__fc_builtin.h"

#ifndef MOST /* the greatest length */
#define MOST 128
#endif
#ifndef PARTS /* of that many processes, each takes every so-manieth length, this one from PART on */
#define PARTS 1
#define PART 0
#endif

static uint8_t object[MOST];
static uint8_t volatile seen;
static size_t where;

int mc_ip_extensions(const uint8_t *base, size_t end, uint8_t type, bool *alert, size_t *header)
{
	int next = walk_extensions(base, end, type, alert, header);

	where = next < 0 ? 0 : *header;
	//@ split where;
	if (next >= 0)
		*header = where;
	return next;
}

/* ---- reading all that was decoded --------------------------------------------------------- */

static void read_addr(const struct mc_addr *a)
{
	seen = a->family;
	seen = a->b[15];
}

/* Any source that there is, and any that there is not. */
static void read_sources(const struct mc_sources *s)
{
	struct mc_addr a = mc_sources_at(s, Frama_C_unsigned_short_interval(0, UINT16_MAX));

	read_addr(&a);
}

/* The record that begins at any position that is a multiple of 4, as all lengths of records are: more
 * positions than iteration can arrive at. */
static void read_records(const struct mc_msg *m)
{
	unsigned nth = (unsigned)Frama_C_interval(0, MOST / 4);
	struct mc_record r;
	size_t pos;

	//@ split nth;
	pos = nth * 4;
	if (mc_msg_next(m, &pos, &r)) {
		seen = (uint8_t)(r.type + r.aux + r.faults);
		read_addr(&r.group);
		read_sources(&r.sources);
	}
}

static void read_message(const struct mc_msg *m)
{
	read_addr(&m->ip.src);
	seen = (uint8_t)(m->faults + m->extra + m->extended + m->version);
	if (m->kind == MC_REPORT)
		read_records(m);
	if (m->kind == MC_QUERY) {
		read_addr(&m->query.group);
		read_sources(&m->query.sources);
	}
}

/* ---- messages of a known header ----------------------------------------------------------- */

static struct mc_ip any_ip(uint8_t family, uint8_t protocol)
{
	struct mc_ip ip = { .sum_ok = true };

	ip.ttl = (int16_t)Frama_C_interval(-1, 255);
	ip.alert = (int8_t)Frama_C_interval(-1, 1);
	ip.protocol = protocol;
	ip.src.family = ip.dst.family = family;
	Frama_C_make_unknown((char *)ip.src.b, sizeof(ip.src.b));
	Frama_C_make_unknown((char *)ip.dst.b, sizeof(ip.dst.b));
	return ip;
}

/* Types from one to another, of which the decoder knows one or none. */
struct types {
	uint8_t from, to;
};

static const struct types igmp[] = {
	{ 0, 0x10 },    { 0x11, 0x11 }, { 0x12, 0x12 }, { 0x13, 0x15 }, { 0x16, 0x16 },
	{ 0x17, 0x17 }, { 0x18, 0x21 }, { 0x22, 0x22 }, { 0x23, 0x2f }, { 0x30, 0x30 },
	{ 0x31, 0x31 }, { 0x32, 0x32 }, { 0x33, 0xff },
};

static const struct types icmpv6[] = {
	{ 0, 129 },   { 130, 130 }, { 131, 131 }, { 132, 132 }, { 133, 142 }, { 143, 143 },
	{ 144, 150 }, { 151, 151 }, { 152, 152 }, { 153, 153 }, { 154, 255 },
};

static const struct types hello = { 0x20, 0x20 }, no_hello = { 0x21, 0xff };

/* Any octets; those of the packet are the last len. */
static uint8_t *any_octets(size_t len)
{
	Frama_C_make_unknown((char *)object, MOST);
	return object + MOST - len;
}

static void prove_message(size_t len, uint8_t family, uint8_t protocol, struct types t)
{
	uint8_t *payload = any_octets(len);
	struct mc_ip ip = any_ip(family, protocol);
	struct mc_msg m;

	mc_msg_init(&m);
	if (len)
		payload[0] = Frama_C_unsigned_char_interval(t.from, t.to);
	if (mc_msg_decode(&m, &ip, payload, len) == 0)
		read_message(&m);
}

static void prove_messages(size_t len)
{
	//@ loop unroll 13;
	for (size_t i = 0; i < sizeof(igmp) / sizeof(igmp[0]); i++)
		prove_message(len, MC_IPV4, 2, igmp[i]);
	//@ loop unroll 11;
	for (size_t i = 0; i < sizeof(icmpv6) / sizeof(icmpv6[0]); i++)
		prove_message(len, MC_IPV6, 58, icmpv6[i]);
	prove_message(len, MC_IPV4, 103, no_hello);
	prove_message(len, MC_IPV4, 103, hello);
	prove_message(len, MC_IPV6, 103, hello);
	prove_message(len, 0, 103, hello);
	prove_message(len, MC_IPV4, 6, hello);
}

/* ---- headers: whatever they say, the payload lies within the packet -------------------------- */

static void prove_header(size_t len, int from, int to)
{
	uint8_t *packet = any_octets(len);
	struct mc_ip ip;

	if (len)
		packet[0] = (uint8_t)Frama_C_interval(from, to);
	if (mc_ip_decode(&ip, packet, len) == 0) {
		read_addr(&ip.src);
		read_addr(&ip.dst);
		seen = (uint8_t)(ip.ttl + ip.tos + ip.alert + ip.sum_ok + ip.protocol);
		if (ip.payload)
			seen = packet[ip.header + ip.payload - 1];
	}
}

static void prove_headers(size_t len)
{
	prove_header(len, 0, 0x3f);
	//@ loop unroll 16;
	for (int first = 0x40; first <= 0x4f; first++)
		prove_header(len, first, first);
	prove_header(len, 0x50, 0x5f);
	prove_header(len, 0x60, 0x6f);
	prove_header(len, 0x70, 0xff);
}

/* ---- packets: the headers that messages have ------------------------------------------------ */

static void put(uint8_t *packet, size_t len, size_t off, size_t value)
{
	if (off < len)
		packet[off] = (uint8_t)value;
}

static void prove_packet(uint8_t *packet, size_t len, size_t header, struct types t)
{
	struct mc_msg m;

	mc_msg_init(&m);
	put(packet, len, header, Frama_C_unsigned_char_interval(t.from, t.to));
	if (mc_decode(&m, packet, len) == 0)
		read_message(&m);
}

static void prove_ipv4(size_t len, size_t header, struct types t)
{
	uint8_t *packet = any_octets(len);

	put(packet, len, 0, 0x40 | header / 4);
	put(packet, len, 2, 0);
	put(packet, len, 3, len);
	put(packet, len, 9, 2);
	prove_packet(packet, len, header, t);
}

static void prove_ipv6(size_t len, size_t header, struct types t)
{
	static const uint8_t hop_by_hop[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	uint8_t *packet = any_octets(len);

	put(packet, len, 0, 0x60);
	put(packet, len, 4, 0);
	put(packet, len, 5, len < 40 ? 0 : len - 40);
	put(packet, len, 6, header == 40 ? 58 : 0);
	//@ loop unroll 8;
	for (size_t off = 40; off < header; off++)
		put(packet, len, off, hop_by_hop[off - 40]);
	prove_packet(packet, len, header, t);
}

static void prove_packets(size_t len)
{
	const struct types query4 = { 0x11, 0x11 }, report4 = { 0x22, 0x22 };
	const struct types query6 = { 130, 130 }, report6 = { 143, 143 };

	prove_ipv4(len, 20, report4);
	prove_ipv4(len, 24, report4);
	prove_ipv4(len, 24, query4);
	prove_ipv6(len, 40, report6);
	prove_ipv6(len, 48, report6);
	prove_ipv6(len, 48, query6);
}

int main(void)
{
	//@ loop unroll MOST + 1;
	for (size_t len = PART; len <= MOST; len += PARTS) {
		prove_messages(len);
		prove_headers(len);
		prove_packets(len);
	}
	return 0;
}
