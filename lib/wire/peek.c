/*
 * peek.c - a look at an IP packet that is not sound: far enough to tell whether it was a message of
 * multicast's protocols, and whose. It believes no length but that of what is here. RFC 791 3.1, RFC 8200 4.
 */
#include "wire/peek.h"

#include "wire/wire.h"

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION = 60, FRAGMENT_OFFSET = 0xfff8 };
enum {
	EXTENSIONS_MOST = 8,
	IPV4_PROTOCOL = 9,
	IPV4_ADDRESSES = 12,
	IPV6_NEXT = 6,
	IPV6_ADDRESSES = 8,
	IPV6_HEAD = 40
};

/* The addresses at off, each as far as it is here. */
static void take_addresses(struct mc_peek *p, struct mc_rd r)
{
	mc_rd_addr(&r, p->family, &p->src);
	if (!mc_rd_ok(&r))
		p->src.family = 0;
	mc_rd_addr(&r, p->family, &p->dst);
	if (!mc_rd_ok(&r))
		p->dst.family = 0;
}

static struct mc_rd at(const uint8_t *base, size_t len, size_t off)
{
	return (struct mc_rd){ base, len, off < len ? off : len, false };
}

/* Steps over extension headers up to the payload, which r then stands at. Returns its type, or -1 where it
 * is not here. */
static int find_payload(struct mc_rd *r, uint8_t type)
{
	for (int n = 0; n < EXTENSIONS_MOST; n++) {
		uint8_t next;
		size_t rest;

		if (type != HOP_BY_HOP && type != ROUTING && type != FRAGMENT && type != DESTINATION)
			return type;
		next = mc_rd_u8(r);
		rest = mc_rd_u8(r) * 8u + 6;
		if (type != FRAGMENT)
			mc_rd_skip(r, rest);
		else if (mc_rd_u16(r) & FRAGMENT_OFFSET)
			return -1;
		else
			mc_rd_u32(r);
		if (!mc_rd_ok(r))
			return -1;
		type = next;
	}
	return -1;
}

static bool peek4(struct mc_peek *p, const uint8_t *base, size_t len)
{
	struct mc_rd r = at(base, len, IPV4_PROTOCOL);

	p->protocol = mc_rd_u8(&r);
	take_addresses(p, at(base, len, IPV4_ADDRESSES));
	return p->protocol == MC_PROTO_IGMP || p->protocol == MC_PROTO_PIM;
}

static bool peek6(struct mc_peek *p, const uint8_t *base, size_t len)
{
	struct mc_rd r = at(base, len, IPV6_NEXT), payload = at(base, len, IPV6_HEAD);
	uint8_t type = mc_rd_u8(&r);
	int found = mc_rd_ok(&r) ? find_payload(&payload, type) : -1;

	p->protocol = (uint8_t)found;
	take_addresses(p, at(base, len, IPV6_ADDRESSES));
	return found == MC_PROTO_PIM || (found == MC_PROTO_ICMPV6 && mc_rd_left(&payload) &&
					 mc_shape_find(mc_mld_shapes, mc_rd_u8(&payload)));
}

bool mc_peek(struct mc_peek *ret, const void *packet, size_t len)
{
	const uint8_t *base = packet;
	struct mc_peek p = { .family = len ? base[0] >> 4 : 0 };
	bool found = false;

	if (p.family == MC_IPV4)
		found = peek4(&p, base, len);
	else if (p.family == MC_IPV6)
		found = peek6(&p, base, len);
	if (found)
		*ret = p;
	return found;
}
