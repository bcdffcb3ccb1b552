/*
 * ip.c - outer headers: IPv4 with options, IPv6 with extension headers, to and from struct mc_ip.
 * It does not know what the payload is, nor what its header should say.
 *
 * RFC 791 3.1, RFC 2113 2.1, RFC 8200 3 and 4, RFC 2711 2.1.
 */
#include "wire/ip.h"

enum { IPV4_EOL = 0, IPV4_NOP = 1, IPV4_ALERT = 148, IPV4_ALERT_LEN = 4, IPV4_DONT_FRAGMENT = 0x4000 };
enum { IPV6_ROUTING = 43, IPV6_FRAGMENT = 44, IPV6_DESTINATION = 60 };
enum { IPV6_PAD1 = 0, IPV6_ALERT = 5, IPV6_ALERT_ROOM = 8, IPV6_EXTENSIONS_MOST = 8 };

/* ---- IPv4 ----------------------------------------------------------------------------- */

int mc_ip_options4(const uint8_t *base, size_t end)
{
	struct mc_rd r = { base, end, MC_IPV4_HEAD, false };
	int alert = 0;

	while (mc_rd_ok(&r) && r.off < end) {
		uint8_t type = mc_rd_u8(&r), n;

		if (type == IPV4_EOL)
			break;
		if (type == IPV4_NOP)
			continue;
		n = mc_rd_u8(&r);
		if (n < 2)
			return MC_ERR_OPTIONS;
		if (type == IPV4_ALERT && n == IPV4_ALERT_LEN)
			alert |= mc_rd_u16(&r) == 0;
		else
			mc_rd_skip(&r, n - 2u);
	}
	return mc_rd_ok(&r) ? alert : MC_ERR_OPTIONS;
}

static void put4(struct mc_wr *w, const struct mc_ip *ip, size_t payload)
{
	size_t begin = w->off, header = mc_ip_room(ip, MC_IPV4);

	mc_wr_u8(w, (uint8_t)(4 << 4 | header / 4));
	mc_wr_u8(w, (uint8_t)ip->tos);
	mc_wr_u16(w, (uint16_t)(header + payload));
	mc_wr_u16(w, 0); /* identification: none is needed by what is never fragmented (RFC 6864 4.1) */
	mc_wr_u16(w, IPV4_DONT_FRAGMENT);
	mc_wr_u8(w, (uint8_t)ip->ttl);
	mc_wr_u8(w, ip->protocol);
	mc_wr_u16(w, 0);
	mc_wr_addr(w, MC_IPV4, &ip->src);
	mc_wr_addr(w, MC_IPV4, &ip->dst);
	if (ip->alert)
		mc_wr_u32(w, mc_ipv4_alert);
	if (!mc_wr_ok(w))
		return;
	mc_csum_store(w->base + begin + 10, mc_csum_add(0, w->base + begin, header));
	if (!ip->sum_ok)
		w->base[begin + 11] ^= 1; /* one off is wrong whatever the sum */
}

/* ---- IPv6 ----------------------------------------------------------------------------- */

/* Walks the options of an extension header up to end; alert is set by a Router Alert in it.
 * False where they run past its end. */
static bool options6(const uint8_t *base, size_t end, size_t off, bool *alert)
{
	struct mc_rd r = { base, end, off, false };

	while (mc_rd_ok(&r) && r.off < end) {
		uint8_t type = mc_rd_u8(&r), n;

		if (type == IPV6_PAD1)
			continue;
		n = mc_rd_u8(&r);
		if (type == IPV6_ALERT && n == 2)
			*alert |= mc_rd_u16(&r) == 0 && mc_rd_ok(&r);
		else
			mc_rd_skip(&r, n);
	}
	return mc_rd_ok(&r);
}

/* Steps over one extension header, *type of them, to the type of what follows. False where it runs past
 * its end or that of r. */
static bool extension(struct mc_rd *r, uint8_t *type, bool *alert)
{
	size_t begin = r->off, end;
	uint8_t next = mc_rd_u8(r);
	bool hop_by_hop = *type == MC_IPV6_HOP_BY_HOP, ignored = false;

	end = begin + (mc_rd_u8(r) + 1u) * 8;
	if (!mc_rd_ok(r) || end > r->len)
		return false;
	if (*type != IPV6_ROUTING && !options6(r->base, end, begin + 2, hop_by_hop ? alert : &ignored))
		return false;
	*type = next;
	r->off = end;
	return true;
}

int mc_ip_extensions(const uint8_t *base, size_t end, uint8_t type, bool *alert, size_t *header)
{
	struct mc_rd r = { base, end, MC_IPV6_HEAD, false };

	for (int n = 0; n <= IPV6_EXTENSIONS_MOST; n++) {
		switch (type) {
		case IPV6_FRAGMENT:
			return MC_ERR_FRAGMENT;
		case MC_IPV6_HOP_BY_HOP:
		case IPV6_ROUTING:
		case IPV6_DESTINATION:
			if (!extension(&r, &type, alert))
				return MC_ERR_OPTIONS;
			break;
		default:
			*header = r.off;
			return type;
		}
	}
	return MC_ERR_OPTIONS;
}

static void put6(struct mc_wr *w, const struct mc_ip *ip, size_t payload)
{
	size_t extra = ip->alert ? IPV6_ALERT_ROOM : 0;

	mc_wr_u32(w, 6u << 28 | (uint32_t)ip->tos << 20);
	mc_wr_u16(w, (uint16_t)(extra + payload));
	mc_wr_u8(w, ip->alert ? MC_IPV6_HOP_BY_HOP : ip->protocol);
	mc_wr_u8(w, (uint8_t)ip->ttl);
	mc_wr_addr(w, MC_IPV6, &ip->src);
	mc_wr_addr(w, MC_IPV6, &ip->dst);
	if (ip->alert) {
		mc_wr_u8(w, ip->protocol);
		mc_wr_number(w, mc_ipv6_alert[0], 3);
		mc_wr_u32(w, mc_ipv6_alert[1]);
	}
}

/* ---- both ----------------------------------------------------------------------------- */

int mc_ip_decode(struct mc_ip *ret, const void *packet, size_t len)
{
	struct mc_outer o;
	int err = mc_ip_find(&o, packet, len);

	if (err == 0)
		mc_ip_fill(ret, &o, packet);
	return err;
}

size_t mc_ip_room(const struct mc_ip *ip, uint8_t family)
{
	if (family == MC_IPV4)
		return MC_IPV4_HEAD + (ip->alert ? (size_t)IPV4_ALERT_LEN : 0);
	return MC_IPV6_HEAD + (ip->alert ? (size_t)IPV6_ALERT_ROOM : 0);
}

void mc_ip_put(struct mc_wr *w, const struct mc_ip *ip, uint8_t family, size_t payload)
{
	if (family == MC_IPV4)
		put4(w, ip, payload);
	else
		put6(w, ip, payload);
}
