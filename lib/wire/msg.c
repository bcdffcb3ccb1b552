/*
 * msg.c - from octets to struct mc_msg: what kind of message it is, its lengths and counts, its
 * fields, and what is wrong with it though it can be read. All checks of structure come before the
 * first write to the result. What heads differ in is in igmp.c and mld.c, records are in record.c.
 *
 * RFC 9776 4, 7.1 and 7.3.2; RFC 9777 5, 8.1 and 8.3.2; RFC 9279 5. Faults: RFC 1112 App. I; RFC 2236 9;
 * RFC 4286 3 to 5; RFC 9776 4.1.2, 4.1.9, 4.1.11, 4.1.12, 4.2.15; RFC 9777 5.1.14, 5.1.15, 5.2.14, 5.2.15.
 */
#include "wire/code.h"
#include "wire/ip.h"

void mc_msg_init(struct mc_msg *m)
{
	*m = (struct mc_msg){
		.size = sizeof(*m),
		.ip = { .ttl = -1, .tos = -1, .alert = -1, .sum_ok = true },
	};
}

/* ---- who may send what, and where to --------------------------------------------------- */

/* fe80::/64: RFC 4291 2.5.6. */
static bool link_local6(const uint8_t *b)
{
	static const uint8_t prefix[8] = { 0xfe, 0x80 };

	return memcmp(b, prefix, sizeof(prefix)) == 0;
}

inline bool mc_sender_sound(uint8_t kind, const struct mc_proto *p, const struct mc_addr *src)
{
	if (!src->family)
		return true;
	if (mc_is_group(src, src->family))
		return false;
	if (kind == MC_OTHER || kind == MC_PIM)
		return true;
	if (p->link_local)
		return link_local6(src->b);
	return kind != MC_QUERY || !mc_is_nobody(src, src->family);
}

inline const uint8_t *mc_goes_to(const struct mc_msg *m, const struct mc_proto *p)
{
	switch (m->kind) {
	case MC_QUERY:
		return mc_is_nobody(&m->query.group, p->family) ? p->all_nodes.b : m->query.group.b;
	case MC_REPORT:
		if (m->version == p->newest)
			return p->all_reports.b;
		return m->report.leave ? p->all_routers.b : m->report.octets;
	case MC_MRD:
		return m->mrd.type == MC_MRD_SOLICITATION ? p->all_routers.b : p->all_snoopers.b;
	default:
		return NULL;
	}
}

static inline bool same(const struct mc_addr *a, const uint8_t *octets)
{
	return a->family == MC_IPV4 ? memcmp(a->b, octets, 4) == 0 : memcmp(a->b, octets, 16) == 0;
}

/* RFC 2236 9: a Leave may go to the group, too, as older hosts send it. */
MC_INLINE bool destination_sound(const struct mc_msg *m, const struct mc_proto *p)
{
	const uint8_t *want = mc_goes_to(m, p);

	if (!want || !m->ip.dst.family || same(&m->ip.dst, want))
		return true;
	return m->kind == MC_REPORT && m->report.leave && m->family == MC_IPV4 &&
	       same(&m->ip.dst, m->report.octets);
}

/* ---- faults --------------------------------------------------------------------------- */

/* PIM: only a hello's is known to cover all of the message (RFC 7761 4.9). */
MC_INLINE bool checksum_sound(const struct mc_msg *m, uint8_t family)
{
	uint64_t sum = 0;

	if (m->kind == MC_PIM && m->type != MC_PIM_HELLO)
		return true;
	if (family != MC_IPV4) {
		if (!m->ip.src.family || !m->ip.dst.family)
			return true;
		sum = mc_csum_pseudo(&m->ip, m->ip.protocol, m->len);
	}
	return mc_csum_fold(mc_csum_add(sum, m->octets, m->len)) == 0xffff;
}

/* Extensions: one TLV or more, and not an octet behind the last. */
static bool tlvs_sound(const uint8_t *base, size_t len, size_t off)
{
	struct mc_rd r = { base, len, off, false };

	do {
		mc_rd_u16(&r); /* type: any, nothing is known of them */
		mc_rd_skip(&r, mc_rd_u16(&r));
	} while (mc_rd_ok(&r) && r.off < len);
	return mc_rd_ok(&r);
}

/* How much of the header is to be as the RFCs want it. */
enum care { CARE_NONE, CARE_TTL, CARE_ALERT };

/* How other protocols send is theirs to say; IGMPv1 has no Router Alert (RFC 1112 App. I). */
static inline enum care care_of(const struct mc_msg *m, const struct mc_proto *p)
{
	switch (m->kind) {
	case MC_OTHER:
		return CARE_NONE;
	case MC_PIM:
		return m->type == MC_PIM_HELLO ? CARE_TTL : CARE_NONE;
	default:
		return m->version == 1 && p->family == MC_IPV4 ? CARE_TTL : CARE_ALERT;
	}
}

MC_INLINE uint32_t header_faults(const struct mc_msg *m, const struct mc_proto *p)
{
	const struct mc_ip *ip = &m->ip;
	enum care care = care_of(m, p);
	uint32_t faults = 0;

	if (care >= CARE_TTL && ip->ttl >= 0 && ip->ttl != 1)
		faults |= MC_FAULT_TTL;
	if (care >= CARE_ALERT && ip->alert == 0)
		faults |= MC_FAULT_ALERT;
	if (!ip->sum_ok && ip->header)
		faults |= MC_FAULT_IP_CHECKSUM;
	if (!mc_sender_sound(m->kind, p, &ip->src))
		faults |= MC_FAULT_SENDER;
	if (!destination_sound(m, p))
		faults |= MC_FAULT_DESTINATION;
	return faults;
}

/* Of what has the E flag. */
static void judge_extension(struct mc_msg *m)
{
	m->extended = tlvs_sound(m->octets, m->len, m->len - m->extra);
	if (!m->extended)
		m->faults |= MC_FAULT_EXTENSION;
}

static void judge_query(struct mc_msg *m)
{
	const struct mc_query *q = &m->query;
	size_t size = (size_t)q->sources.n << mc_shift(m->family);

	if (mc_is_nobody(&q->group, m->family))
		m->faults |= q->sources.n ? MC_FAULT_GENERAL : 0;
	else if (!mc_is_group(&q->group, m->family))
		m->faults |= MC_FAULT_GROUP;
	if (size && !mc_sources_sound(q->sources.octets, 0, size, m->family))
		m->faults |= MC_FAULT_SOURCES;
	if (q->flags & MC_QUERY_E)
		judge_extension(m);
}

MC_INLINE void judge_as(struct mc_msg *m, const struct mc_proto *p, uint8_t family)
{
	uint32_t faults = header_faults(m, p);

	if (!checksum_sound(m, family))
		faults |= MC_FAULT_CHECKSUM;
	m->faults = faults;
	m->extended = false;
	if (m->kind == MC_QUERY)
		judge_query(m);
	else if (m->kind == MC_REPORT && m->report.flags & MC_REPORT_E)
		judge_extension(m);
}

/* Sets the faults, and whether the message is extended. */
static void judge(struct mc_msg *m)
{
	if (m->family == MC_IPV4)
		judge_as(m, &mc_igmp, MC_IPV4);
	else
		judge_as(m, &mc_mld, m->family);
}

/* ---- kinds: checked first, then filled -------------------------------------------------- */

/* What all kinds have, and rest octets behind the last field. The last step: returns 0. */
MC_INLINE int decoded(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
		      size_t len, size_t rest)
{
	struct mc_rd r = { base, len, 0, false };
	uint32_t first = mc_rd_u32(&r); /* type, code, checksum */

	ret->kind = s->kind;
	ret->family = family;
	ret->type = (uint8_t)(first >> 24);
	ret->code = (uint8_t)(first >> 16);
	ret->checksum = (uint16_t)first;
	ret->octets = base;
	ret->len = (uint32_t)len;
	ret->extra = (uint32_t)rest;
	return 0;
}

static int decode_query(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
			size_t len)
{
	struct mc_rd r = { base, len, s->head, false };
	struct mc_query *q = &ret->query;
	uint8_t octet = mc_rd_u8(&r), qqic = mc_rd_u8(&r); /* zeros in an older query, which has none */
	uint16_t n = mc_rd_u16(&r);
	bool newest = mc_rd_ok(&r);

	if (!newest && len > s->head)
		return MC_ERR_LENGTH;
	if (n > mc_rd_left(&r) >> mc_shift(family))
		return MC_ERR_SOURCES;
	ret->version = family == MC_IPV4 ? mc_igmp_query_head(q, newest, base) :
					   mc_mld_query_head(q, newest, base);
	q->flags = octet >> 4;
	q->suppress = octet & MC_QUERY_S;
	q->qrv = octet & MC_QUERY_QRV;
	q->qqic = qqic;
	q->interval = mc_code8_value(qqic);
	q->sources = (struct mc_sources){ .octets = base + r.off, .n = n, .family = family };
	return decoded(ret, s, family, base, len, mc_rd_left(&r) - ((size_t)n << mc_shift(family)));
}

/* Steps over n records; false where they run past the end. */
static bool skip_records(struct mc_rd *r, unsigned n, unsigned shift)
{
	for (; n; n--) {
		uint32_t first = mc_rd_u32(r); /* type, which is any here, words of auxiliary data, sources */
		size_t sources = first & 0xffff, aux = first >> 16 & 0xff;

		if (!mc_rd_skip(r, ((1 + sources) << shift) + aux * 4))
			return false;
	}
	return true;
}

MC_INLINE int decode_report(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
			    size_t len)
{
	struct mc_rd r = { base, len, 4, false };
	uint16_t flags = mc_rd_u16(&r), n = mc_rd_u16(&r);

	if (!skip_records(&r, n, mc_shift(family)))
		return MC_ERR_RECORDS;
	ret->version = s->version;
	ret->report.octets = base + MC_REPORT_HEAD;
	ret->report.len = (uint32_t)(r.off - MC_REPORT_HEAD);
	ret->report.n = n;
	ret->report.flags = flags;
	ret->report.leave = false;
	return decoded(ret, s, family, base, len, mc_rd_left(&r));
}

/* One group, at the end of the head in both families. */
static int decode_old(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
		      size_t len)
{
	uint32_t size = 1u << mc_shift(family);

	ret->version = s->version;
	ret->report = (struct mc_report){
		.octets = base + s->head - size,
		.len = size,
		.n = 1,
		.leave = s->leave,
	};
	return decoded(ret, s, family, base, len, len - s->head);
}

static int decode_mrd(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
		      size_t len)
{
	ret->version = 0;
	mc_mrd_get(&ret->mrd, s->mrd, base, len);
	return decoded(ret, s, family, base, len, len - s->head);
}

static int decode_other(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
			size_t len)
{
	ret->version = 0;
	return decoded(ret, s, family, base, len, 0);
}

/* ---- dispatch -------------------------------------------------------------------------- */

MC_INLINE int decode_as(struct mc_msg *ret, const struct mc_shape *s, uint8_t family, const uint8_t *base,
			size_t len)
{
	if (len < s->head)
		return MC_ERR_SHORT;
	switch (s->kind) {
	case MC_QUERY:
		return decode_query(ret, s, family, base, len);
	case MC_REPORT:
		if (s->version == mc_proto_known(family)->newest)
			return decode_report(ret, s, family, base, len);
		return decode_old(ret, s, family, base, len);
	case MC_MRD:
		return decode_mrd(ret, s, family, base, len);
	default:
		return decode_other(ret, s, family, base, len);
	}
}

static int decode_igmp(struct mc_msg *ret, const uint8_t *base, size_t len)
{
	static const struct mc_shape other = { .kind = MC_OTHER, .head = MC_OTHER_HEAD };
	const struct mc_shape *s = mc_shape_find(mc_igmp_shapes, len ? base[0] : 0);

	return decode_as(ret, s ? s : &other, MC_IPV4, base, len);
}

static int decode_icmpv6(struct mc_msg *ret, const uint8_t *base, size_t len)
{
	const struct mc_shape *s = mc_shape_find(mc_mld_shapes, len ? base[0] : 0);

	if (!s)
		return len ? MC_ERR_PROTOCOL : MC_ERR_SHORT;
	return decode_as(ret, s, MC_IPV6, base, len);
}

/* Decodes all but the header and the faults; family is that of IP, 0 where it is not known. */
static int decode(struct mc_msg *ret, uint8_t protocol, uint8_t family, const uint8_t *base, size_t len)
{
	static const struct mc_shape pim = { .kind = MC_PIM, .head = MC_PIM_HEAD };

	if (ret->size != sizeof(*ret) || len > UINT16_MAX) /* no IP packet holds more */
		return MC_ERR_CONF;
	if (protocol == MC_PROTO_IGMP && family != MC_IPV6)
		return decode_igmp(ret, base, len);
	if (protocol == MC_PROTO_ICMPV6 && family != MC_IPV4)
		return decode_icmpv6(ret, base, len);
	if (protocol == MC_PROTO_PIM)
		return len < pim.head ? MC_ERR_SHORT : decode_other(ret, &pim, family, base, len);
	return MC_ERR_PROTOCOL;
}

int mc_msg_decode(struct mc_msg *ret, const struct mc_ip *ip, const void *payload, size_t len)
{
	uint8_t family = ip->src.family ? ip->src.family : ip->dst.family;
	int err = mc_of_family(&ip->dst, family) ? decode(ret, ip->protocol, family, payload, len) :
						   MC_ERR_PROTOCOL;

	if (err < 0)
		return err;
	ret->ip = *ip;
	judge(ret);
	return 0;
}

int mc_decode(struct mc_msg *ret, const void *packet, size_t len)
{
	const uint8_t *base = packet;
	struct mc_outer o;
	int err = mc_ip_find(&o, base, len);

	if (err == 0)
		err = decode(ret, o.protocol, o.family, base + o.header, o.payload);
	if (err < 0)
		return err;
	mc_ip_fill(&ret->ip, &o, base);
	judge(ret);
	return 0;
}
