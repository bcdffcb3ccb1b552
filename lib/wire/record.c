/*
 * record.c - lists on the wire: the records of a report, the sources of a record or a query. They
 * are read in place; the older versions' single group reads as a record, too.
 *
 * RFC 9776 4.2.5 to 4.2.14, 7.3.2; RFC 9777 5.2.5 to 5.2.14, 8.3.2.
 */
#include "wire/wire.h"

static bool unicast4(uint32_t a)
{
	return a != 0 && a != UINT32_MAX && a >> 28 != 0xe && a >> 24 != 127;
}

static bool unicast6(uint64_t high, uint64_t low)
{
	return high >> 56 != 0xff && (high != 0 || low > 1);
}

inline bool mc_sources_sound(const uint8_t *base, size_t off, size_t end, uint8_t family)
{
	struct mc_rd r = { base, end, off, false };

	while (mc_rd_ok(&r) && r.off < end) {
		bool sound;

		if (family == MC_IPV4) {
			sound = unicast4(mc_rd_u32(&r));
		} else {
			uint64_t high = mc_rd_u64(&r);

			sound = unicast6(high, mc_rd_u64(&r));
		}
		if (!sound)
			return false;
	}
	return true;
}

/* The group of an older version's message: a Report is IS_EX({}), a Leave or Done TO_IN({}). */
static bool old_record(const struct mc_msg *m, size_t *pos, struct mc_record *ret)
{
	struct mc_rd r = { m->report.octets, m->report.len, 0, false };

	mc_rd_addr(&r, m->family, &ret->group);
	ret->type = m->report.leave ? MC_TO_IN : MC_IS_EX;
	ret->aux = 0;
	ret->faults = mc_is_group(&ret->group, m->family) ? 0 : MC_FAULT_GROUP;
	ret->sources = (struct mc_sources){ .octets = r.base, .n = 0, .family = m->family };
	*pos = r.len;
	return true;
}

/* Apart, so that a record without sources, as most are, saves no registers for it. */
static bool judge_sources(struct mc_record *r, const uint8_t *base, size_t off, size_t end)
{
	if (!mc_sources_sound(base, off, end, r->sources.family))
		r->faults |= MC_FAULT_SOURCES;
	return true;
}

MC_INLINE bool next_record(const struct mc_msg *m, size_t *pos, struct mc_record *ret, uint8_t family)
{
	struct mc_rd r = { m->report.octets, m->report.len, *pos, false };
	uint32_t first = mc_rd_u32(&r), faults = 0;
	size_t n = first & 0xffff, end;

	mc_rd_addr(&r, family, &ret->group);
	if (!mc_rd_ok(&r) || n > mc_rd_left(&r) >> mc_shift(family)) /* never in what mc_msg_decode gave */
		return false;
	ret->type = (uint8_t)(first >> 24);
	ret->aux = (uint8_t)(first >> 16);
	ret->sources.octets = r.base + r.off;
	ret->sources.n = (uint16_t)n;
	ret->sources.family = family;
	end = r.off + (n << mc_shift(family));
	if (ret->type < MC_IS_IN || ret->type > MC_BLOCK)
		faults |= MC_FAULT_TYPE;
	if (!mc_is_group(&ret->group, family))
		faults |= MC_FAULT_GROUP;
	ret->faults = faults;
	*pos = end + ret->aux * 4u;
	return n ? judge_sources(ret, r.base, r.off, end) : true;
}

bool mc_msg_next(const struct mc_msg *m, size_t *pos, struct mc_record *ret)
{
	if (m->kind != MC_REPORT || *pos >= m->report.len)
		return false;
	if (m->version < mc_proto_known(m->family)->newest)
		return old_record(m, pos, ret);
	if (m->family == MC_IPV4)
		return next_record(m, pos, ret, MC_IPV4);
	return next_record(m, pos, ret, MC_IPV6);
}

struct mc_addr mc_sources_at(const struct mc_sources *s, uint16_t i)
{
	struct mc_addr a;

	if (i >= s->n)
		return (struct mc_addr){ .family = 0 };
	mc_addr_load(&a, s->family, s->octets + ((size_t)i << mc_shift(s->family)));
	return a;
}

int mc_sources_pack(struct mc_sources *ret, uint8_t *room, size_t cap, const struct mc_addr *list, size_t n)
{
	struct mc_wr w = { room, cap, 0, false };
	uint8_t family = n ? list[0].family : 0;

	for (size_t i = 0; i < n; i++)
		if (!mc_addr_len(&list[i]) || list[i].family != family)
			return MC_ERR_FAMILY;
	for (size_t i = 0; i < n; i++)
		mc_wr_addr(&w, family, &list[i]);
	if (!mc_wr_ok(&w) || n > UINT16_MAX)
		return MC_ERR_ROOM;
	*ret = (struct mc_sources){ .octets = room, .n = (uint16_t)n, .family = family };
	return 0;
}
