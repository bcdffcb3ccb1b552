/*
 * encode.c - from struct mc_msg to octets: what may be written, the payload but for reports' records
 * (writer.c), the checksum, and what the outer header is to say. The exact inverse of msg.c.
 *
 * RFC 9776 4, 4.1 and RFC 9778 2 (flags); RFC 9777 5, 5.1; RFC 3590 4 (senders).
 */
#include "wire/code.h"
#include "wire/csum.h"
#include "wire/wire.h"

enum { TTL_WANTED = 1, TOS_WANTED_IPV4 = 0xc0, TOS_WANTED_IPV6 = 0, OCTET_MOST = 255 };
enum { QRV_MOST = 7 };

/* ---- the outer header ------------------------------------------------------------------ */

/* A report may come from the unspecified address, though routers do not take it (RFC 3590 4). */
static bool may_send(const struct mc_msg *m, const struct mc_proto *p, const struct mc_addr *src)
{
	if (m->faults & MC_FAULT_SENDER || mc_sender_sound(m->kind, p, src))
		return true;
	return m->kind == MC_REPORT && mc_addr_is_unspecified(src);
}

/* The source counts only where it is written or summed up. */
static void fill_addresses(struct mc_ip *ip, const struct mc_msg *m, const struct mc_proto *p, bool outer)
{
	const uint8_t *to = mc_goes_to(m, p);

	if (!ip->src.family && (outer || m->family == MC_IPV6))
		ip->src = (struct mc_addr){ .family = m->family };
	if (!ip->dst.family && to) {
		ip->dst = (struct mc_addr){ .family = m->family };
		memcpy(ip->dst.b, to, p->addr_len);
	}
}

int mc_ip_wanted(struct mc_ip *ret, const struct mc_msg *m, const struct mc_proto *p, bool outer)
{
	bool foreign = m->kind == MC_OTHER || m->kind == MC_PIM; /* they have no Router Alert */
	struct mc_ip ip = m->ip;

	if (!mc_of_family(&ip.src, m->family) || !mc_of_family(&ip.dst, m->family))
		return MC_ERR_FAMILY;
	if (ip.ttl > OCTET_MOST || ip.tos > OCTET_MOST)
		return MC_ERR_CONF;
	fill_addresses(&ip, m, p, outer);
	if (!may_send(m, p, &ip.src))
		return MC_ERR_SOURCE;
	if (ip.ttl < 0)
		ip.ttl = TTL_WANTED;
	if (ip.tos < 0)
		ip.tos = m->family == MC_IPV4 ? TOS_WANTED_IPV4 : TOS_WANTED_IPV6;
	if (ip.alert < 0)
		ip.alert = !foreign;
	ip.sum_ok = !(m->faults & MC_FAULT_IP_CHECKSUM);
	ip.protocol = m->kind == MC_PIM ? MC_PROTO_PIM : p->protocol;
	*ret = ip;
	return 0;
}

/* ---- the checksum ---------------------------------------------------------------------- */

/* 0xffff is as right as 0, but nobody computes it: it stays where it came from elsewhere. */
static void put_checksum(uint8_t *base, size_t len, const struct mc_msg *m, const struct mc_ip *ip)
{
	struct mc_wr w = { base, len, 2, false };
	uint64_t sum = m->family == MC_IPV4 ? 0 : mc_csum_pseudo(ip, ip->protocol, len);

	mc_csum_store(base + 2, mc_csum_add(sum, base, len));
	if (m->faults & MC_FAULT_CHECKSUM || (m->checksum == 0xffff && !base[2] && !base[3]))
		mc_wr_u16(&w, m->checksum);
}

int mc_finish(struct mc_wr *w, size_t body, const struct mc_msg *m, const struct mc_ip *ip)
{
	struct mc_wr header = { w->base, body, 0, false };
	size_t len = w->off - body;

	if (!mc_wr_ok(w))
		return MC_ERR_ROOM;
	if (m->kind != MC_OTHER && m->kind != MC_PIM)
		put_checksum(w->base + body, len, m, ip);
	if (body)
		mc_ip_put(&header, ip, m->family, len);
	return (int)w->off;
}

/* ---- payloads -------------------------------------------------------------------------- */

static int check_sources(const struct mc_msg *m, const struct mc_sources *s)
{
	if (!s->n)
		return 0;
	if (s->family != m->family)
		return MC_ERR_FAMILY;
	if (m->faults & MC_FAULT_SOURCES)
		return 0;
	return mc_sources_sound(s->octets, 0, (size_t)s->n << mc_shift(s->family), s->family) ? 0 :
												MC_ERR_SOURCE;
}

static int check_query(const struct mc_msg *m, const struct mc_proto *p)
{
	const struct mc_query *q = &m->query;
	bool general = mc_addr_is_unspecified(&q->group);

	if (m->version < 1 || m->version > p->newest || (m->version < p->newest && q->sources.n))
		return MC_ERR_VERSION;
	if (!mc_of_family(&q->group, m->family))
		return MC_ERR_FAMILY;
	if (!general && !mc_addr_is_multicast(&q->group) && !(m->faults & MC_FAULT_GROUP))
		return MC_ERR_GROUP;
	if (general && q->sources.n && !(m->faults & MC_FAULT_GENERAL))
		return MC_ERR_SOURCE;
	if (m->family == MC_IPV4 && mc_igmp_query_check(m) < 0)
		return mc_igmp_query_check(m);
	return check_sources(m, &q->sources);
}

static void put_query(struct mc_wr *w, const struct mc_msg *m, const struct mc_proto *p)
{
	const struct mc_query *q = &m->query;
	struct mc_addr group = { .family = m->family };
	uint8_t flags = m->faults & MC_FAULT_EXTENSION ? q->flags & MC_QUERY_E : 0;

	if (!mc_addr_is_unspecified(&q->group))
		group = q->group;
	if (m->family == MC_IPV4)
		mc_igmp_query_put(w, m);
	else
		mc_mld_query_put(w, m);
	mc_wr_addr(w, m->family, &group);
	if (m->version < p->newest)
		return;
	mc_wr_u8(w,
		 (uint8_t)(flags << 4 | (q->suppress ? MC_QUERY_S : 0) | (q->qrv > QRV_MOST ? 0 : q->qrv)));
	mc_wr_u8(w, mc_code8(q->interval));
	mc_wr_u16(w, q->sources.n);
	mc_wr_octets(w, q->sources.octets, (size_t)q->sources.n << mc_shift(m->family));
}

/* What is not decoded is written as it came. */
static bool copyable(const struct mc_msg *m)
{
	return m->octets && (m->kind == MC_PIM || (m->kind == MC_OTHER && m->family == MC_IPV4));
}

static int check(const struct mc_msg *m, const struct mc_proto *p)
{
	switch (m->kind) {
	case MC_QUERY:
		return check_query(m, p);
	case MC_MRD:
		return m->mrd.type < MC_MRD_ADVERTISEMENT || m->mrd.type > MC_MRD_TERMINATION ? MC_ERR_CONF :
												0;
	default:
		return copyable(m) ? 0 : MC_ERR_CONF;
	}
}

static void put(struct mc_wr *w, const struct mc_msg *m, const struct mc_proto *p)
{
	switch (m->kind) {
	case MC_QUERY:
		put_query(w, m, p);
		break;
	case MC_MRD:
		mc_mrd_put(w, &m->mrd, m->family);
		break;
	default:
		mc_wr_octets(w, m->octets, m->len);
		break;
	}
}

static int encode_report(void *buf, size_t cap, const struct mc_msg *m, bool outer)
{
	struct mc_writer w;
	struct mc_record r;
	size_t pos = 0;
	int n = mc_writer_open(&w, buf, cap, m, outer);

	while (n >= 0 && mc_msg_next(m, &pos, &r)) {
		n = mc_writer_add(&w, &r);
		if (n >= 0 && n < r.sources.n)
			n = MC_ERR_ROOM;
	}
	return n < 0 ? n : mc_writer_end(&w);
}

static int encode(void *buf, size_t cap, const struct mc_msg *m, bool outer)
{
	struct mc_wr w = { buf, cap < UINT16_MAX ? cap : UINT16_MAX, 0, false };
	const struct mc_proto *p = mc_proto_of(m->family);
	struct mc_ip ip;
	size_t body;
	int err;

	if (m->size != sizeof(*m) || !p)
		return MC_ERR_CONF;
	if (m->kind == MC_REPORT)
		return encode_report(buf, cap, m, outer);
	err = check(m, p);
	if (err == 0)
		err = mc_ip_wanted(&ip, m, p, outer);
	if (err == 0 && outer && !ip.dst.family) /* of what we do not know we do not know where it goes */
		err = MC_ERR_FAMILY;
	if (err < 0)
		return err;
	body = outer ? mc_ip_room(&ip, m->family) : 0;
	mc_wr_skip(&w, body);
	put(&w, m, p);
	return mc_finish(&w, body, m, &ip);
}

int mc_encode(void *buf, size_t cap, const struct mc_msg *m)
{
	return encode(buf, cap, m, true);
}

int mc_msg_encode(void *buf, size_t cap, const struct mc_msg *m)
{
	return encode(buf, cap, m, false);
}
