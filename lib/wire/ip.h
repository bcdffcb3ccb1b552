/*
 * ip.h - reading outer headers, in line: every packet passes here. What is rare, options other than
 * the usual one and extension headers, is walked in ip.c.
 *
 * RFC 791 3.1, RFC 2113 2.1, RFC 2711 2.1, RFC 8200 3.
 */
#ifndef MC_IP_H
#define MC_IP_H

#include "wire/csum.h"
#include "wire/wire.h"

enum { MC_IPV4_HEAD = 20, MC_IPV4_FRAGMENT = 0x3fff }; /* more fragments, or an offset */
enum { MC_IPV6_HEAD = 40, MC_IPV6_HOP_BY_HOP = 0 };

/* What nearly all have. The Router Alert of IPv4: type 148, length 4, value 0. A hop-by-hop header of
 * IPv6: ICMPv6 follows, length 0 (8 octets), Router Alert of MLD (type 5, length 2, value 0), PadN. */
static const uint32_t mc_ipv4_alert = 0x94040000;
static const uint32_t mc_ipv6_alert[2] = { 0x3a000502, 0x00000100 };

/* mc_outer is what of a header decides about the rest; struct mc_ip is filled when all is known to
 * be sound. */
struct mc_outer {
	uint8_t family, protocol;
	bool alert;
	uint16_t header, payload;
};

static inline int mc_find4(struct mc_outer *ret, const uint8_t *base, size_t len)
{
	struct mc_rd r = { base, len, 0, false };
	size_t header = (mc_rd_u8(&r) & 0xfu) * 4, total;
	int alert = 0;

	if (header < MC_IPV4_HEAD)
		return MC_ERR_IP;
	if (len < MC_IPV4_HEAD)
		return MC_ERR_CUT;
	mc_rd_u8(&r); /* TOS */
	total = mc_rd_u16(&r);
	if (total < header)
		return MC_ERR_IP;
	if (total > len)
		return MC_ERR_CUT;
	mc_rd_u16(&r); /* identification */
	if (mc_rd_u16(&r) & MC_IPV4_FRAGMENT)
		return MC_ERR_FRAGMENT;
	mc_rd_u8(&r); /* TTL */
	ret->protocol = mc_rd_u8(&r);
	r = (struct mc_rd){ base, header, MC_IPV4_HEAD, false };
	if (header == MC_IPV4_HEAD + 4 && mc_rd_u32(&r) == mc_ipv4_alert)
		alert = 1;
	else if (header > MC_IPV4_HEAD)
		alert = mc_ip_options4(base, header);
	if (alert < 0)
		return alert;
	ret->family = MC_IPV4;
	ret->alert = alert;
	ret->header = (uint16_t)header;
	ret->payload = (uint16_t)(total - header);
	return 0;
}

static inline int mc_find6(struct mc_outer *ret, const uint8_t *base, size_t len)
{
	struct mc_rd r = { base, len, 4, false };
	bool alert = false;
	size_t end;
	int type;

	if (len < MC_IPV6_HEAD)
		return MC_ERR_CUT;
	end = MC_IPV6_HEAD + (size_t)mc_rd_u16(&r);
	type = mc_rd_u8(&r);
	if (end == MC_IPV6_HEAD && type == MC_IPV6_HOP_BY_HOP) /* a jumbogram (RFC 2675 3), or wrong */
		return MC_ERR_IP;
	if (end > len)
		return MC_ERR_CUT;
	r = (struct mc_rd){ base, end, MC_IPV6_HEAD, false };
	if (type == MC_IPV6_HOP_BY_HOP && mc_rd_u32(&r) == mc_ipv6_alert[0] &&
	    mc_rd_u32(&r) == mc_ipv6_alert[1]) {
		type = MC_PROTO_ICMPV6;
		alert = true;
	} else {
		type = mc_ip_extensions(base, end, (uint8_t)type, &alert, &r.off);
		if (type < 0)
			return type;
	}
	ret->family = MC_IPV6;
	ret->alert = alert;
	ret->protocol = (uint8_t)type;
	ret->header = (uint16_t)r.off;
	ret->payload = (uint16_t)mc_rd_left(&r);
	return 0;
}

/* Checks the structure of a header: 0 or MC_ERR_*. */
static inline int mc_ip_find(struct mc_outer *ret, const uint8_t *base, size_t len)
{
	switch (len ? base[0] >> 4 : 0) {
	case 4:
		return mc_find4(ret, base, len);
	case 6:
		return mc_find6(ret, base, len);
	default:
		return MC_ERR_IP;
	}
}

/* Fills in all of a header that mc_ip_find knows to be sound. */
static inline void mc_ip_fill(struct mc_ip *ret, const struct mc_outer *o, const uint8_t *base)
{
	bool ipv4 = o->family == MC_IPV4;
	struct mc_rd r = { base, MC_IPV4_HEAD, 0, false };

	ret->alert = o->alert;
	ret->protocol = o->protocol;
	ret->header = o->header;
	ret->payload = o->payload;
	if (ipv4) {
		ret->tos = base[1];
		ret->ttl = base[8];
		ret->sum_ok = mc_csum_fold(mc_csum_add(0, base, o->header)) == 0xffff;
		r.off = 12;
		mc_rd_addr(&r, MC_IPV4, &ret->src);
		mc_rd_addr(&r, MC_IPV4, &ret->dst);
	} else {
		r.len = MC_IPV6_HEAD;
		ret->tos = (int16_t)(mc_rd_u16(&r) >> 4 & 0xff);
		ret->ttl = base[7];
		ret->sum_ok = true;
		r.off = 8;
		mc_rd_addr(&r, MC_IPV6, &ret->src);
		mc_rd_addr(&r, MC_IPV6, &ret->dst);
	}
}

#endif
