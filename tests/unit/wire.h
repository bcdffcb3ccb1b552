/*
 * wire.h - packets for the tests of the wire: hex, checksums and IP headers made without the code under
 * test, octets at the end of their block so that a sanitizer sees a read past them, faults as a text.
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <mcast/msg.h>

#include "check.h"

#define PACKET_MOST 65536

/* The address of a text that must be one; "" is no address. */
static inline struct mc_addr wire_addr(const char *text)
{
	struct mc_addr a = { 0 };

	if (*text && mc_addr_parse(&a, text) != 0)
		fail_msg("%s is no address", text);
	return a;
}

/* Octets from hex with blanks anywhere between them; returns how many. */
static inline size_t wire_hex(uint8_t *out, size_t cap, const char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (const char *p = text; *(p += strspn(p, " \t"));) {
		const char *high = strchr(digits, p[0]), *low = p[1] ? strchr(digits, p[1]) : NULL;

		if (!high || !low || n == cap)
			fail_msg("no hex, or too much of it: %s", text);
		else
			out[n++] = (uint8_t)((high - digits) << 4 | (low - digits));
		p += 2;
	}
	return n;
}

/* A copy that ends where its block ends. Free it. */
static inline uint8_t *wire_copy(const uint8_t *octets, size_t len)
{
	uint8_t *copy = malloc(len);

	assert_true(copy || len == 0);
	if (len)
		memcpy(copy, octets, len);
	return copy;
}

static inline void wire_put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* The one's complement sum of RFC 1071, as sum so far and what to add. */
static inline uint32_t wire_sum(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* What is around a message: the fields of an IP header that matter here. */
struct wire_ip {
	struct mc_addr src, dst;
	uint8_t ttl, tos, protocol;
	bool alert;
};

/* As the RFCs want it. */
static inline struct wire_ip wire_ip(const char *src, const char *dst)
{
	struct wire_ip ip = { .src = wire_addr(src), .dst = wire_addr(dst), .ttl = 1, .alert = true };
	bool v4 = ip.src.family == MC_IPV4;

	ip.tos = v4 ? 0xc0 : 0;
	ip.protocol = v4 ? 2 : 58;
	return ip;
}

/* The sum that is 0xffff where a message's checksum is right: RFC 9776 4.1.2, RFC 9777 5.1.2. */
static inline uint32_t wire_message_sum(const struct wire_ip *ip, const uint8_t *msg, size_t len)
{
	uint32_t sum = 0;

	if (ip->src.family == MC_IPV6) {
		sum = wire_sum(sum, ip->src.b, 16);
		sum = wire_sum(sum, ip->dst.b, 16);
		sum += (uint32_t)len + ip->protocol;
	}
	return wire_sum(sum, msg, len);
}

static inline void wire_fix(const struct wire_ip *ip, uint8_t *msg, size_t len)
{
	if (len < 4)
		return;
	wire_put16(msg + 2, 0);
	wire_put16(msg + 2, 0xffff - wire_message_sum(ip, msg, len));
}

static inline size_t wire_head4(uint8_t *out, const struct wire_ip *ip, size_t len)
{
	static const uint8_t alert[4] = { 0x94, 0x04, 0, 0 };
	size_t head = ip->alert ? 24 : 20;

	memset(out, 0, head);
	out[0] = (uint8_t)(0x40 | head / 4);
	out[1] = ip->tos;
	wire_put16(out + 2, (uint32_t)(head + len));
	out[8] = ip->ttl;
	out[9] = ip->protocol;
	memcpy(out + 12, ip->src.b, 4);
	memcpy(out + 16, ip->dst.b, 4);
	memcpy(out + 20, alert, head - 20);
	wire_put16(out + 10, 0xffff - wire_sum(0, out, head));
	return head;
}

static inline size_t wire_head6(uint8_t *out, const struct wire_ip *ip, size_t len)
{
	static const uint8_t alert[8] = { 58, 0, 5, 2, 0, 0, 1, 0 };
	size_t head = ip->alert ? 48 : 40;

	memset(out, 0, 8);
	out[0] = (uint8_t)(0x60 | ip->tos >> 4);
	out[1] = (uint8_t)(ip->tos << 4);
	wire_put16(out + 4, (uint32_t)(head - 40 + len));
	out[6] = ip->alert ? 0 : ip->protocol;
	out[7] = ip->ttl;
	memcpy(out + 8, ip->src.b, 16);
	memcpy(out + 24, ip->dst.b, 16);
	memcpy(out + 40, alert, head - 40);
	if (ip->alert)
		out[40] = ip->protocol;
	return head;
}

/* An IP packet around a message; out has room for 48 octets more. Returns its length. */
static inline size_t wire_wrap(uint8_t *out, const struct wire_ip *ip, const uint8_t *msg, size_t len)
{
	size_t head = ip->src.family == MC_IPV4 ? wire_head4(out, ip, len) : wire_head6(out, ip, len);

	if (len)
		memcpy(out + head, msg, len);
	return head + len;
}

/* mc_decode of a copy that ends with its block; *ret points into *block, which is to be freed. */
static inline int wire_decode(struct mc_msg *ret, uint8_t **block, const uint8_t *packet, size_t len)
{
	mc_msg_init(ret);
	*block = wire_copy(packet, len);
	return mc_decode(ret, *block, len);
}

/* A message in hex with its checksum put right, in the header the RFCs want: decoded. */
static inline int wire_decode_hex(struct mc_msg *ret, uint8_t **block, const struct wire_ip *ip,
				  const char *hex)
{
	uint8_t msg[2048], packet[2048 + 48];
	size_t len = wire_hex(msg, sizeof(msg), hex);

	wire_fix(ip, msg, len);
	return wire_decode(ret, block, packet, wire_wrap(packet, ip, msg, len));
}

/* Faults by name, joined with ", "; "none". */
static inline char *wire_faults(uint32_t faults, char *buf, size_t cap)
{
	size_t n = 0;

	snprintf(buf, cap, "none");
	for (uint32_t i = 0; i < 32; i++) {
		const char *name = faults >> i & 1 ? mc_fault_name(UINT32_C(1) << i) : NULL;

		if (faults >> i & 1)
			n += (size_t)snprintf(buf + n, cap - n, "%s%s", n ? ", " : "", name ? name : "?");
	}
	return buf;
}

/* The name of an error, or "0" where there is none. */
static inline const char *wire_err(int err)
{
	const char *name = mc_err_name(err);

	return name ? name : err >= 0 ? "0" : "?";
}

#endif
