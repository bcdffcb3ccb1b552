/*
 * addr.c - IPv4 and IPv6 addresses as values: parse, format, compare, classify, add, map to
 * Ethernet; and prefixes of them. It knows no interface, no port and no socket.
 *
 * RFC 1112 4 and 6.4, RFC 2365 8 (IPv4 scopes), RFC 2464 7, RFC 4291 2.7, RFC 4607 1 (SSM),
 * RFC 5952 (text), RFC 7346 2 (IPv6 scopes).
 */
#include <mcast/base.h>

#include <arpa/inet.h>
#include <string.h>

#include "base/text.h"

enum { SCOPE_LINK = 2, SCOPE_REALM = 3, SCOPE_SITE = 5, SCOPE_ORGANISATION = 8, SCOPE_GLOBAL = 14 };

int mc_addr_parse(struct mc_addr *ret, const char *text)
{
	struct mc_addr a = { 0 };

	if (inet_pton(AF_INET, text, a.b) == 1)
		a.family = MC_IPV4;
	else if (inet_pton(AF_INET6, text, a.b) == 1)
		a.family = MC_IPV6;
	else
		return MC_ERR_ADDR;
	*ret = a;
	return 0;
}

/* ---- text: by hand, since inet_ntop goes through sprintf ------------------------------- */

static char *put_octet(char *p, unsigned v)
{
	if (v >= 100)
		*p++ = (char)('0' + v / 100);
	if (v >= 10)
		*p++ = (char)('0' + v / 10 % 10);
	*p++ = (char)('0' + v % 10);
	return p;
}

static char *put_ipv4(char *p, const uint8_t *b)
{
	for (size_t i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = put_octet(p, b[i]);
	}
	return p;
}

/* The field of an IPv6 address that begins at b, in hexadecimal without leading zeros. */
static char *put_field(char *p, const uint8_t *b)
{
	unsigned v = (unsigned)b[0] << 8 | b[1];

	for (int shift = v >> 12 ? 12 : v >> 8 ? 8 : v >> 4 ? 4 : 0; shift >= 0; shift -= 4)
		*p++ = "0123456789abcdef"[v >> shift & 0xf];
	return p;
}

/* The fields *begin to *end - 1 are zeros that "::" stands for: the longest run of two or more,
 * of equals the first (RFC 5952 4.2). */
static void find_zeros(const uint8_t *b, size_t *begin, size_t *end)
{
	size_t longest = 1, run = 0;

	for (size_t i = 0; i < 8; i++) {
		run = b[2 * i] | b[2 * i + 1] ? 0 : run + 1;
		if (run > longest) {
			longest = run;
			*begin = i + 1 - run;
			*end = i + 1;
		}
	}
}

static char *put_ipv6(char *p, const uint8_t *b)
{
	size_t begin = 8, end = 8;
	bool mapped, compatible;

	find_zeros(b, &begin, &end);
	mapped = begin == 0 && end == 5 && (b[10] & b[11]) == 0xff;
	compatible = begin == 0 && end == 6;
	for (size_t i = 0; i < 8; i++) {
		if (i == begin) {
			*p++ = ':';
			*p++ = ':';
			i = end;
		} else if (i) {
			*p++ = ':';
		}
		if (i == 6 && (mapped || compatible))
			return put_ipv4(p, b + 12);
		if (i < 8)
			p = put_field(p, b + 2 * i);
	}
	return p;
}

size_t mc_addr_write(const struct mc_addr *a, char *text)
{
	switch (a->family) {
	case MC_IPV4:
		return (size_t)(put_ipv4(text, a->b) - text);
	case MC_IPV6:
		return (size_t)(put_ipv6(text, a->b) - text);
	default:
		return 0;
	}
}

char *mc_addr_format(const struct mc_addr *a, char *buf, size_t cap)
{
	char text[MC_ADDR_STRLEN];
	size_t n = mc_addr_write(a, text);

	if (cap) {
		n = n < cap ? n : 0;
		memcpy(buf, text, n);
		buf[n] = '\0';
	}
	return buf;
}

/* ---- values ----------------------------------------------------------------------------- */

size_t mc_addr_len(const struct mc_addr *a)
{
	switch (a->family) {
	case MC_IPV4:
		return 4;
	case MC_IPV6:
		return 16;
	default:
		return 0;
	}
}

int mc_addr_cmp(const struct mc_addr *a, const struct mc_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, mc_addr_len(a));
}

bool mc_addr_is_multicast(const struct mc_addr *a)
{
	switch (a->family) {
	case MC_IPV4:
		return a->b[0] >> 4 == 0xe;
	case MC_IPV6:
		return a->b[0] == 0xff;
	default:
		return false;
	}
}

bool mc_addr_is_unspecified(const struct mc_addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->b, zero, mc_addr_len(a)) == 0;
}

bool mc_addr_is_loopback(const struct mc_addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	switch (a->family) {
	case MC_IPV4:
		return a->b[0] == 127;
	case MC_IPV6:
		return memcmp(a->b, one, sizeof(one)) == 0;
	default:
		return false;
	}
}

bool mc_addr_is_link_local(const struct mc_addr *a)
{
	if (mc_addr_is_multicast(a)) {
		int scope = mc_addr_scope(a);

		return scope == 1 || scope == SCOPE_LINK;
	}
	switch (a->family) {
	case MC_IPV4:
		return a->b[0] == 169 && a->b[1] == 254;
	case MC_IPV6:
		return a->b[0] == 0xfe && a->b[1] >> 6 == 2;
	default:
		return false;
	}
}

bool mc_addr_is_ssm(const struct mc_addr *a)
{
	static const uint8_t zero[10];

	switch (a->family) {
	case MC_IPV4:
		return a->b[0] == 232;
	case MC_IPV6:
		return a->b[0] == 0xff && a->b[1] >> 4 == 3 && memcmp(a->b + 2, zero, sizeof(zero)) == 0;
	default:
		return false;
	}
}

static int ipv4_scope(const uint8_t *b)
{
	if (b[0] == 224 && b[1] == 0 && b[2] == 0)
		return SCOPE_LINK;
	if (b[0] != 239)
		return SCOPE_GLOBAL;
	if (b[1] == 255)
		return SCOPE_REALM;
	return b[1] >> 2 == 192 >> 2 ? SCOPE_ORGANISATION : SCOPE_SITE;
}

int mc_addr_scope(const struct mc_addr *a)
{
	if (!mc_addr_is_multicast(a))
		return 0;
	return a->family == MC_IPV4 ? ipv4_scope(a->b) : a->b[1] & 0xf;
}

int mc_addr_add(struct mc_addr *a, uint32_t n)
{
	struct mc_addr sum = *a;
	uint64_t carry = n;

	for (size_t i = mc_addr_len(a); i-- > 0; carry >>= 8) {
		carry += sum.b[i];
		sum.b[i] = (uint8_t)carry;
	}
	if (carry || (mc_addr_is_multicast(a) && !mc_addr_is_multicast(&sum)))
		return MC_ERR_COUNT;
	*a = sum;
	return 0;
}

int mc_addr_ether(const struct mc_addr *group, uint8_t ret[6])
{
	if (!mc_addr_is_multicast(group))
		return MC_ERR_GROUP;
	if (group->family == MC_IPV4) {
		const uint8_t head[3] = { 0x01, 0x00, 0x5e };

		memcpy(ret, head, sizeof(head));
		memcpy(ret + 3, group->b + 1, 3);
		ret[3] &= 0x7f;
	} else {
		ret[0] = ret[1] = 0x33;
		memcpy(ret + 2, group->b + 12, 4);
	}
	return 0;
}

/* ---- prefixes ------------------------------------------------------------------------- */

/* Reads a length in bits: digits alone, without leading zeros, at most max. */
static int parse_bits(const char *text, size_t max, uint8_t *ret)
{
	size_t bits = 0;

	if (*text == '\0' || (text[0] == '0' && text[1] != '\0'))
		return MC_ERR_PREFIX;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return MC_ERR_PREFIX;
		bits = bits * 10 + (size_t)(*text - '0');
		if (bits > max)
			return MC_ERR_PREFIX;
	}
	*ret = (uint8_t)bits;
	return 0;
}

/* The bits of octet i that belong to a prefix of len bits. */
static uint8_t octet_mask(size_t len, size_t i)
{
	if (len >= 8 * (i + 1))
		return 0xff;
	if (len <= 8 * i)
		return 0;
	return (uint8_t)(0xff00 >> (len - 8 * i));
}

int mc_prefix_parse(struct mc_prefix *ret, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char head[MC_ADDR_STRLEN];
	struct mc_prefix p;

	if (n >= sizeof(head))
		return MC_ERR_PREFIX;
	memcpy(head, text, n);
	head[n] = '\0';
	if (mc_addr_parse(&p.addr, head) < 0)
		return MC_ERR_PREFIX;
	p.len = (uint8_t)(8 * mc_addr_len(&p.addr));
	if (slash && parse_bits(slash + 1, p.len, &p.len) < 0)
		return MC_ERR_PREFIX;
	for (size_t i = 0; i < mc_addr_len(&p.addr); i++)
		p.addr.b[i] &= octet_mask(p.len, i);
	*ret = p;
	return 0;
}

bool mc_prefix_has(const struct mc_prefix *p, const struct mc_addr *a)
{
	size_t n = mc_addr_len(a);

	if (p->addr.family != a->family)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((a->b[i] ^ p->addr.b[i]) & octet_mask(p->len, i))
			return false;
	return n > 0;
}
