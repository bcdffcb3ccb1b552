/*
 * compare.c - a packet beside the message that is expected. All kinds of messages read as lists of records
 * here: a query is one record of no type.
 *
 * RFC 9776 4, 4.1.12, 4.2.15; RFC 9777 5, 5.1.15, 5.2.15.
 */
#include "sim/compare.h"

#include "wire/code.h"
#include "wire/wire.h"

enum { TTL_USUAL = 1, TOS_IPV4 = 0xc0, TOS_IPV6 = 0 };
enum { MISSING = 0, SEEN = 1, TRIED = 2 }; /* parts */

/* These are compared one by one, with what the script wants. */
static const uint32_t compared = MC_FAULT_TTL | MC_FAULT_ALERT | MC_FAULT_SENDER | MC_FAULT_DESTINATION |
				 MC_FAULT_CHECKSUM;

/* ---- header --------------------------------------------------------------------------------------- */

struct mc_addr mc_standard_destination(const struct mc_msg *m)
{
	const struct mc_proto *p = mc_proto_known(m->family);
	const uint8_t *octets = mc_goes_to(m, p);
	struct mc_addr a = { .family = octets ? p->family : 0 };

	if (octets)
		memcpy(a.b, octets, p->addr_len);
	return a;
}

/* What is not given is as the standards say; IGMPv1 knows no Router Alert, and forbids none. */
static bool same_octets(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_ip *ip,
			bool any_alert)
{
	int64_t ttl = want->ttl.set ? (int64_t)want->ttl.value : TTL_USUAL;
	int64_t tos = want->tos.set ? (int64_t)want->tos.value : c->side ? TOS_IPV6 : TOS_IPV4;
	bool alert = want->alert.set ? want->alert.value : true;

	if (ip->ttl != ttl || ip->tos != tos)
		return false;
	return (any_alert && !want->alert.set) || ip->alert == alert;
}

/* m is NULL where the message cannot be read: then nobody knows where it goes. */
static bool same_header(const struct mc_cast *c, const struct mc_sim_message *want, uint32_t node,
			const struct mc_ip *ip, const struct mc_msg *m)
{
	struct mc_addr from = want->has_from ? mc_cast_addr(c, &want->from) : mc_cast_own(c, node);
	struct mc_addr to = { .family = 0 };

	if (want->has_to)
		to = mc_cast_addr(c, &want->to);
	else if (m)
		to = mc_standard_destination(m);
	from.family = c->proto->family; /* none is the unspecified one */
	if (mc_addr_cmp(&ip->src, &from) != 0 || (to.family && mc_addr_cmp(&ip->dst, &to) != 0))
		return false;
	return same_octets(c, want, ip, m && m->version == 1 && !c->side);
}

/* ---- fields ---------------------------------------------------------------------------------------- */

static bool is(const struct mc_sim_value *want, uint64_t value)
{
	return !want->set || want->value == value;
}

/* The time that a query of this version can say nearest to this one. */
static mc_time sayable(mc_time t, const struct mc_msg *m)
{
	const struct mc_proto *p = mc_proto_known(m->family);
	uint64_t units = t / p->response_unit, most = m->family == MC_IPV4 ? UINT8_MAX : UINT16_MAX;

	if (m->version < p->newest)
		units = units < most ? units : most;
	else if (m->family == MC_IPV4)
		units = mc_code8_value(mc_code8(units));
	else
		units = mc_code16_value(mc_code16(units));
	return units * p->response_unit;
}

static bool same_query(const struct mc_sim_message *want, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;

	if (want->max.set && q->max_resp != sayable(want->max.value, m))
		return false;
	if (want->qqi.set && q->interval != mc_code8_value(mc_code8(want->qqi.value)))
		return false;
	return is(&want->code, q->max_resp_code) && is(&want->s, q->suppress) && is(&want->qrv, q->qrv) &&
	       is(&want->qqic, q->qqic) && is(&want->flags, q->flags);
}

static bool same_kind(const struct mc_sim_message *want, const struct mc_msg *m)
{
	if (want->kind == MC_SIM_QUERY)
		return m->kind == MC_QUERY && same_query(want, m);
	return m->kind == MC_REPORT && m->report.leave == (want->kind == MC_SIM_LEAVE) &&
	       m->report.flags == (want->flags.set ? want->flags.value : 0);
}

/* All but what is said of groups. */
static bool same_frame(const struct mc_cast *c, const struct mc_sim_message *want,
		       const struct mc_lan_packet *p)
{
	const struct mc_msg *m = p->msg;

	if (!m || m->version != mc_sim_version_of(want->version, c->proto) || !same_kind(want, m))
		return false;
	if (m->faults & ~compared || !(m->faults & MC_FAULT_CHECKSUM) != !want->bad_checksum)
		return false;
	if (want->length.set ? m->len != want->length.value : m->extra != 0)
		return false;
	return same_header(c, want, p->node, &m->ip, m);
}

/* ---- records ----------------------------------------------------------------------------------------- */

static uint32_t n_wanted(const struct mc_sim_message *want)
{
	return want->kind == MC_SIM_REPORT ? want->n_records : 1;
}

static struct mc_sim_record wanted(const struct mc_sim_message *want, uint32_t i)
{
	struct mc_sim_record r = { .group = want->group };

	if (want->kind == MC_SIM_REPORT)
		return want->records[i];
	if (want->kind == MC_SIM_QUERY) {
		r.sources = want->sources;
		if (want->general)
			r.group = (struct mc_sim_name){ .addr = { { .family = MC_IPV4 },
								  { .family = MC_IPV6 } } };
	} else {
		r.type = want->kind == MC_SIM_LEAVE ? MC_TO_IN : MC_IS_EX;
	}
	return r;
}

/* As mc_msg_next, with queries. */
static bool next(const struct mc_msg *m, size_t *pos, struct mc_record *ret)
{
	if (m->kind != MC_QUERY)
		return mc_msg_next(m, pos, ret);
	*ret = (struct mc_record){ .group = m->query.group, .sources = m->query.sources };
	return (*pos)++ == 0;
}

static uint32_t n_sent(const struct mc_msg *m)
{
	return m->kind == MC_QUERY ? 1 : m->report.n;
}

static bool same_list(const struct mc_cast *c, const struct mc_sim_set *set, const struct mc_sources *s)
{
	uint32_t next = 0;

	if (set->n != s->n)
		return false;
	for (uint16_t i = 0; i < s->n; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		if (mc_cast_find(c, set, &a, &next) == set->n)
			return false;
	}
	return true;
}

static bool same_group(const struct mc_cast *c, const struct mc_sim_record *want, const struct mc_record *r)
{
	struct mc_addr group = mc_cast_addr(c, &want->group);

	return want->type == r->type && mc_addr_cmp(&group, &r->group) == 0;
}

static bool same_record(const struct mc_cast *c, const struct mc_sim_record *want, const struct mc_record *r)
{
	return same_group(c, want, r) && same_list(c, &want->sources, &r->sources);
}

/* How often the script wants this record, and how often it was sent. */
static uint32_t times_wanted(const struct mc_cast *c, const struct mc_sim_message *want,
			     const struct mc_record *r)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_wanted(want); i++) {
		struct mc_sim_record w = wanted(want, i);

		n += same_record(c, &w, r);
	}
	return n;
}

static bool same_sources(const struct mc_sources *a, const struct mc_sources *b)
{
	return a->n == b->n &&
	       (!a->n || memcmp(a->octets, b->octets, (size_t)a->n << mc_shift(a->family)) == 0);
}

static uint32_t times_sent(const struct mc_msg *m, const struct mc_record *r)
{
	struct mc_record other;
	uint32_t n = 0;
	size_t pos = 0;

	while (next(m, &pos, &other))
		n += other.type == r->type && mc_addr_cmp(&other.group, &r->group) == 0 &&
		     same_sources(&other.sources, &r->sources);
	return n;
}

static bool same_aux(const struct mc_sim_message *want, const struct mc_record *r, bool first)
{
	return r->aux == (first && want->aux.set ? want->aux.value : 0);
}

static bool same_records(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_msg *m)
{
	struct mc_record r;
	bool first = true;
	size_t pos = 0;

	if (n_sent(m) != n_wanted(want))
		return false;
	while (next(m, &pos, &r)) {
		if (!same_aux(want, &r, first) || times_wanted(c, want, &r) != times_sent(m, &r))
			return false;
		first = false;
	}
	return true;
}

/* ---- octets ------------------------------------------------------------------------------------------ */

static bool same_bytes(const struct mc_sim_message *want, const uint8_t *octets, size_t len)
{
	return want->n_raw == len && (!len || memcmp(want->raw, octets, len) == 0);
}

static bool same_raw(const struct mc_cast *c, const struct mc_sim_message *want,
		     const struct mc_lan_packet *p)
{
	struct mc_ip ip;

	if (mc_ip_decode(&ip, p->octets, p->len) < 0 || !same_bytes(want, p->octets + ip.header, ip.payload))
		return false;
	return same_header(c, want, p->node, &ip, p->msg);
}

bool mc_same(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_lan_packet *p)
{
	switch (want->kind) {
	case MC_SIM_PACKET:
		return same_bytes(want, p->octets, p->len);
	case MC_SIM_RAW:
		return same_raw(c, want, p);
	default:
		return same_frame(c, want, p) && same_records(c, want, p->msg);
	}
}

/* ---- parts --------------------------------------------------------------------------------------------- */

static uint32_t parts_of(const struct mc_sim_record *r)
{
	return r->sources.n ? r->sources.n : 1;
}

uint32_t mc_parts(const struct mc_sim_message *want)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_wanted(want); i++) {
		struct mc_sim_record r = wanted(want, i);

		n += parts_of(&r);
	}
	return n;
}

bool mc_parts_missing(const struct mc_sim_message *want, const uint8_t *parts)
{
	return memchr(parts, MISSING, mc_parts(want)) != NULL;
}

/* What was tried comes to this. */
static void settle(uint8_t *parts, uint32_t n, uint8_t how)
{
	for (uint32_t i = 0; i < n; i++)
		if (parts[i] == TRIED)
			parts[i] = how;
}

/* Marks what the record brings of that one; false: it brings something else. */
static bool bring_of(const struct mc_cast *c, const struct mc_sim_record *want, const struct mc_record *r,
		     uint8_t *parts)
{
	uint32_t next = 0;

	if (!same_group(c, want, r) || (r->sources.n == 0) != (want->sources.n == 0))
		return false;
	if (!r->sources.n) {
		if (parts[0] != MISSING)
			return false;
		parts[0] = TRIED;
		return true;
	}
	for (uint16_t i = 0; i < r->sources.n; i++) {
		struct mc_addr a = mc_sources_at(&r->sources, i);
		uint32_t at = mc_cast_find(c, &want->sources, &a, &next);

		if (at == want->sources.n || parts[at] != MISSING)
			return false;
		parts[at] = TRIED;
	}
	return true;
}

/* A record of which only some was found leaves marks: the caller takes all back. */
static bool bring(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_record *r,
		  uint8_t *parts)
{
	uint32_t base = 0;

	for (uint32_t i = 0; i < n_wanted(want); i++) {
		struct mc_sim_record w = wanted(want, i);

		if (bring_of(c, &w, r, parts + base))
			return true;
		base += parts_of(&w);
	}
	return false;
}

bool mc_same_parts(const struct mc_cast *c, const struct mc_sim_message *want, const struct mc_lan_packet *p,
		   uint8_t *parts)
{
	struct mc_record r;
	bool good;
	size_t pos = 0;

	if (want->kind == MC_SIM_PACKET || want->kind == MC_SIM_RAW)
		return false;
	good = same_frame(c, want, p) && n_sent(p->msg);
	while (good && next(p->msg, &pos, &r))
		good = bring(c, want, &r, parts);
	settle(parts, mc_parts(want), good ? SEEN : MISSING);
	return good;
}
