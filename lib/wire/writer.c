/*
 * writer.c - a report, record by record, in at most an MTU. It decides how much of a record goes
 * in; what becomes of the rest is the caller's.
 *
 * RFC 9776 4.2, 4.2.17; RFC 9777 5.2, 5.2.16; RFC 2236 2; RFC 2710 3.
 */
#include "wire/wire.h"

/* The shape of such a report, or NULL where that version has none. */
static const struct mc_shape *shape_of(uint8_t family, uint8_t version, bool leave)
{
	const struct mc_shape *s = family == MC_IPV4 ? mc_igmp_shapes : mc_mld_shapes;

	for (; s->head; s++)
		if (s->kind == MC_REPORT && s->version == version && s->leave == leave)
			return s;
	return NULL;
}

int mc_writer_open(struct mc_writer *w, void *buf, size_t cap, const struct mc_msg *head, bool outer)
{
	const struct mc_proto *p = mc_proto_of(head->family);
	struct mc_msg *m = &w->head;
	struct mc_ip ip;
	int err;

	if (head->size != sizeof(*head) || !p)
		return MC_ERR_CONF;
	if (head->version < 1 || head->version > p->newest)
		return MC_ERR_VERSION;
	*w = (struct mc_writer){ .head = *head, .base = buf, .len = cap < UINT16_MAX ? cap : UINT16_MAX };
	m->kind = MC_REPORT;
	m->report = (struct mc_report){ .flags = m->faults & MC_FAULT_EXTENSION ?
							 m->report.flags & MC_REPORT_E :
							 0 };
	err = mc_ip_wanted(&ip, m, p, outer);
	if (err < 0)
		return err;
	w->body = outer ? mc_ip_room(&ip, m->family) : 0;
	w->off = w->body + shape_of(m->family, m->version, false)->head;
	return w->len < w->off ? MC_ERR_ROOM : 0;
}

int mc_writer_begin(struct mc_writer *w, void *buf, size_t cap, const struct mc_msg *head)
{
	return mc_writer_open(w, buf, cap, head, true);
}

static int check(const struct mc_record *r, uint8_t family, uint32_t faults)
{
	size_t size = (size_t)r->sources.n << mc_shift(family);

	if ((r->type < MC_IS_IN || r->type > MC_BLOCK) && !(faults & MC_FAULT_TYPE))
		return MC_ERR_CONF;
	if (r->group.family != family || (size && r->sources.family != family))
		return MC_ERR_FAMILY;
	if (!mc_addr_is_multicast(&r->group) && !(faults & MC_FAULT_GROUP))
		return MC_ERR_GROUP;
	if (size && !(faults & MC_FAULT_SOURCES) && !mc_sources_sound(r->sources.octets, 0, size, family))
		return MC_ERR_SOURCE;
	return 0;
}

/* One group and no more, at the end of the head. */
static int add_old(struct mc_writer *w, const struct mc_record *r)
{
	uint8_t family = w->head.family;
	size_t size = (size_t)1 << mc_shift(family);
	struct mc_wr wr = { w->base, w->off, w->off - size, false };
	bool leave = r->type == MC_TO_IN;

	if ((!leave && r->type != MC_IS_EX) || r->sources.n || !shape_of(family, w->head.version, leave))
		return MC_ERR_VERSION;
	if (w->full)
		return MC_ERR_ROOM;
	w->head.report = (struct mc_report){ .octets = wr.base + wr.off,
					     .len = (uint32_t)size,
					     .n = 1,
					     .leave = leave };
	mc_wr_addr(&wr, family, &r->group);
	w->n = 1;
	w->full = true;
	return 0;
}

static int add_newest(struct mc_writer *w, const struct mc_record *r)
{
	unsigned shift = mc_shift(w->head.family);
	struct mc_wr wr = { w->base, w->len, w->off, w->full };
	size_t head = 4 + ((size_t)1 << shift), left = w->len - w->off, n = r->sources.n;

	if (left < head || w->full)
		return MC_ERR_ROOM;
	if (n > (left - head) >> shift) {
		n = (left - head) >> shift;
		if (w->n || !n)
			return MC_ERR_ROOM;
	}
	mc_wr_u8(&wr, r->type);
	mc_wr_u8(&wr, 0);
	mc_wr_u16(&wr, (uint16_t)n);
	mc_wr_addr(&wr, w->head.family, &r->group);
	mc_wr_octets(&wr, r->sources.octets, n << shift);
	w->off = wr.off;
	w->n++;
	w->full = n < r->sources.n;
	return (int)n;
}

int mc_writer_add(struct mc_writer *w, const struct mc_record *r)
{
	int err = check(r, w->head.family, w->head.faults | r->faults);

	if (err < 0)
		return err;
	return w->head.version < mc_proto_known(w->head.family)->newest ? add_old(w, r) : add_newest(w, r);
}

int mc_writer_end(struct mc_writer *w)
{
	const struct mc_msg *m = &w->head;
	const struct mc_proto *p = mc_proto_known(m->family);
	const struct mc_shape *shape = shape_of(m->family, m->version, m->report.leave);
	struct mc_wr wr = { w->base, w->len, w->body, false };
	struct mc_ip ip;
	int err = mc_ip_wanted(&ip, m, p, w->body > 0);

	if (err < 0)
		return err;
	mc_wr_u8(&wr, shape->type);
	mc_wr_u8(&wr, 0);
	mc_wr_u16(&wr, 0);
	if (m->version == p->newest) {
		mc_wr_u16(&wr, m->report.flags);
		mc_wr_u16(&wr, w->n);
	} else if (w->n) {
		mc_wr_number(&wr, 0, shape->head - 4u - p->addr_len);
	} else {
		return MC_ERR_CONF;
	}
	wr.off = w->off;
	return mc_finish(&wr, w->body, m, &ip);
}
