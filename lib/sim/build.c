/*
 * build.c - a message of a script as octets. What the encoder can say it says, checks of sense being
 * lifted; then single fields and the length are written over, and what depends on them is done anew.
 *
 * RFC 9776 4, RFC 9777 5.
 */
#include "sim/build.h"

#include "wire/csum.h"
#include "wire/wire.h"

#include <string.h>

enum { QRV_USUAL = 2, QQI_USUAL = 125, OCTETS_MOST = 65535, SOURCES_AT = MC_BUILD_ROOM / 2 };
enum { IGMP_QUERY = 0x11, IGMP_REPORT = 0x22, MLD_QUERY = 130, MLD_REPORT = 143 };

#define GENERAL_RESPONSE (10 * MC_SEC)
#define SPECIFIC_RESPONSE MC_SEC

/* What a script may want though it makes no sense. */
static const uint32_t lifted = MC_FAULT_SENDER | MC_FAULT_GROUP | MC_FAULT_GENERAL | MC_FAULT_SOURCES |
			       MC_FAULT_TYPE;

/* A packet that is being made: the message is behind the header. */
struct draft {
	const struct mc_cast *cast;
	const struct mc_sim_message *m;
	uint8_t *room;
	size_t header, len; /* octets of the header, of all */
	bool changed;       /* the checksum is to be done anew */
};

/* ---- who sends ---------------------------------------------------------------------------------- */

/* The address of R1, R2, H1 or H2: of the node that is called so, if there is one. */
static struct mc_addr usual_sender(const struct mc_cast *c, char letter, char digit)
{
	const char name[3] = { letter, digit };
	uint8_t last = (uint8_t)((letter == 'R' ? 0 : c->side ? 15 : 9) + digit - '0');
	struct mc_addr a = { .family = c->proto->family };

	for (uint32_t i = 0; i < c->script->n_nodes; i++) {
		const struct mc_sim_node *d = &c->script->nodes[i];

		if (!d->row && mc_cast_has(c, d->families) && strcmp(d->name, name) == 0)
			return mc_cast_own(c, d->first);
	}
	if (c->side)
		memcpy(a.b, (const uint8_t[16]){ 0xfe, 0x80, [15] = last }, 16);
	else
		memcpy(a.b, (const uint8_t[4]){ 10, 0, 0, last }, 4);
	return a;
}

static bool is_query(const struct mc_sim_message *m, const struct mc_cast *c)
{
	uint8_t type = c->side ? MLD_QUERY : IGMP_QUERY;

	return m->kind == MC_SIM_QUERY || (m->kind == MC_SIM_RAW && m->n_raw && m->raw[0] == type);
}

static struct mc_addr sender(const struct mc_cast *c, const struct mc_sim_message *m, uint32_t to)
{
	char letter = is_query(m, c) ? 'R' : 'H';
	struct mc_addr a, own;

	if (m->has_from)
		return mc_cast_addr(c, &m->from);
	a = usual_sender(c, letter, '1');
	if (!to)
		return a;
	own = mc_cast_own(c, to);
	return mc_addr_cmp(&a, &own) == 0 ? usual_sender(c, letter, '2') : a;
}

static int8_t wanted_alert(const struct mc_sim_message *m)
{
	return m->alert.set ? (int8_t)m->alert.value : -1;
}

static void head_of(struct mc_msg *ret, const struct mc_cast *c, const struct mc_sim_message *m, uint32_t to)
{
	mc_msg_init(ret);
	ret->family = c->proto->family;
	ret->version = mc_sim_version_of(m->version, c->proto);
	ret->faults = lifted;
	ret->ip.src = sender(c, m, to);
	if (m->has_to)
		ret->ip.dst = mc_cast_addr(c, &m->to);
	ret->ip.ttl = m->ttl.set ? (int16_t)m->ttl.value : -1;
	ret->ip.tos = m->tos.set ? (int16_t)m->tos.value : -1;
	ret->ip.alert = wanted_alert(m);
}

/* ---- by the encoder ----------------------------------------------------------------------------- */

/* The sources of a set, laid end to end in the other half of the room. Returns 0 or MC_ERR_*. */
static int pack(struct draft *d, const struct mc_sim_set *set, struct mc_sources *ret)
{
	struct mc_wr w = { d->room + SOURCES_AT, OCTETS_MOST, 0, false };
	uint8_t family = d->cast->proto->family;

	for (uint32_t i = 0; i < set->n; i++) {
		struct mc_addr a = mc_cast_addr(d->cast, &set->list[i]);

		mc_wr_addr(&w, family, &a);
	}
	if (!mc_wr_ok(&w))
		return MC_ERR_ROOM;
	*ret = (struct mc_sources){ .octets = w.base, .n = (uint16_t)set->n, .family = family };
	return 0;
}

/* An IGMP query with code 0 is a version 1 query (RFC 9776 7.1), which the encoder leaves no room for a group
 * in: it is made as one of version 2, the code is written later. */
static bool as_version1(const struct mc_msg *head)
{
	return head->family == MC_IPV4 &&
	       (head->version == 1 ||
		(head->version == 2 && head->query.max_resp < mc_proto_of(MC_IPV4)->response_unit));
}

static int make_query(struct draft *d, struct mc_msg *head)
{
	const struct mc_sim_message *m = d->m;
	struct mc_query *q = &head->query;
	int err = pack(d, &m->sources, &q->sources), len;
	struct mc_ip ip;
	bool old;

	if (err < 0)
		return err;
	head->kind = MC_QUERY;
	q->group = m->general ? (struct mc_addr){ .family = 0 } : mc_cast_addr(d->cast, &m->group);
	q->max_resp = m->max.set ? m->max.value : m->general ? GENERAL_RESPONSE : SPECIFIC_RESPONSE;
	q->interval = m->qqi.set ? (uint32_t)m->qqi.value : QQI_USUAL;
	q->qrv = m->qrv.set ? (uint8_t)m->qrv.value : QRV_USUAL;
	q->suppress = m->s.set && m->s.value;
	old = as_version1(head);
	if (old) {
		head->version = 2;
		q->max_resp = SPECIFIC_RESPONSE;
	}
	len = mc_encode(d->room, OCTETS_MOST, head);
	if (len > 0 && old && mc_ip_decode(&ip, d->room, (size_t)len) == 0) {
		d->room[ip.header + 1] = 0;
		d->changed = true;
	}
	return len;
}

static int add_record(struct draft *d, struct mc_writer *w, uint8_t type, const struct mc_sim_name *group,
		      const struct mc_sim_set *set)
{
	struct mc_record r = { .type = type, .group = mc_cast_addr(d->cast, group) };
	int n = pack(d, set, &r.sources);

	if (n < 0)
		return n;
	n = mc_writer_add(w, &r);
	return n < 0 || (uint32_t)n == set->n ? n : MC_ERR_ROOM;
}

static int make_report(struct draft *d, const struct mc_msg *head)
{
	const struct mc_sim_message *m = d->m;
	struct mc_writer w;
	int err = mc_writer_begin(&w, d->room, OCTETS_MOST, head);

	if (err == 0 && m->kind != MC_SIM_REPORT)
		err = add_record(d, &w, m->kind == MC_SIM_LEAVE ? MC_TO_IN : MC_IS_EX, &m->group,
				 &(struct mc_sim_set){ .n = 0 });
	for (uint32_t i = 0; m->kind == MC_SIM_REPORT && err >= 0 && i < m->n_records; i++)
		err = add_record(d, &w, m->records[i].type, &m->records[i].group, &m->records[i].sources);
	return err < 0 ? err : mc_writer_end(&w);
}

/* ---- what is behind the header as it is --------------------------------------------------------- */

/* Where octets go of which nobody says what they are: by what they look like. */
static struct mc_addr raw_destination(const struct mc_cast *c, const struct mc_sim_message *m)
{
	const struct mc_proto *p = c->proto;
	struct mc_ip ip = { .src = { .family = p->family },
			    .dst = { .family = p->family },
			    .protocol = p->protocol };
	struct mc_addr to = { .family = p->family };
	const uint8_t *octets;
	struct mc_msg msg;

	mc_msg_init(&msg);
	if (mc_msg_decode(&msg, &ip, m->raw, m->n_raw) == 0) {
		octets = mc_goes_to(&msg, p);
		if (octets) {
			memcpy(to.b, octets, p->addr_len);
			return to;
		}
	}
	if (m->n_raw && m->raw[0] == (c->side ? MLD_REPORT : IGMP_REPORT))
		return p->all_reports;
	return p->all_nodes;
}

static int make_raw(struct draft *d, const struct mc_msg *head)
{
	const struct mc_sim_message *m = d->m;
	struct mc_wr w = { d->room, OCTETS_MOST, 0, false };
	struct mc_ip ip = head->ip;

	if (!ip.src.family)
		ip.src.family = head->family;
	if (!ip.dst.family)
		ip.dst = raw_destination(d->cast, m);
	ip.ttl = ip.ttl < 0 ? 1 : ip.ttl;
	ip.tos = ip.tos >= 0 ? ip.tos : head->family == MC_IPV4 ? 0xc0 : 0;
	ip.alert = ip.alert < 0 ? 1 : ip.alert;
	ip.protocol = d->cast->proto->protocol;
	mc_ip_put(&w, &ip, head->family, m->n_raw);
	mc_wr_octets(&w, m->raw, m->n_raw);
	return mc_wr_ok(&w) ? (int)w.off : MC_ERR_ROOM;
}

/* ---- what is written over ------------------------------------------------------------------------ */

static void put_number(struct draft *d, size_t at, uint64_t v, size_t n)
{
	struct mc_wr w = { d->room, d->len, d->header + at, false };

	mc_wr_number(&w, v, n);
	d->changed = true;
}

static uint8_t octet_at(const struct draft *d, size_t at)
{
	return d->header + at < d->len ? d->room[d->header + at] : 0;
}

/* The fields of a query that have no other word, or whose octet is given itself. */
static void change_query(struct draft *d)
{
	const struct mc_sim_message *m = d->m;
	size_t octet = (size_t)4 + (d->cast->side ? 4 : 0) + d->cast->proto->addr_len; /* flags, S, QRV */

	if (m->code.set)
		put_number(d, d->cast->side ? 4 : 1, m->code.value, d->cast->side ? 2 : 1);
	if (m->flags.set)
		put_number(d, octet, (m->flags.value << 4 & 0xf0) | (octet_at(d, octet) & 0xf), 1);
	if (m->qqic.set)
		put_number(d, octet + 1, m->qqic.value, 1);
}

/* Auxiliary data stands behind the sources of its record (RFC 9776 4.2.12). */
static int add_aux(struct draft *d, uint64_t words)
{
	size_t at = MC_REPORT_HEAD, n = (size_t)octet_at(d, at + 2) << 8 | octet_at(d, at + 3);
	size_t end = d->header + at + 4 + (1 + n) * d->cast->proto->addr_len, more = words * 4;

	if (end > d->len || words > UINT8_MAX || d->len + more > OCTETS_MOST)
		return MC_ERR_ROOM;
	memmove(d->room + end + more, d->room + end, d->len - end);
	memset(d->room + end, 0, more);
	d->len += more;
	put_number(d, at + 1, words, 1);
	return 0;
}

static int change_fields(struct draft *d)
{
	const struct mc_sim_message *m = d->m;

	if (m->kind == MC_SIM_QUERY)
		change_query(d);
	if (m->kind == MC_SIM_REPORT && m->flags.set)
		put_number(d, 4, m->flags.value, 2);
	return m->kind == MC_SIM_REPORT && m->aux.set ? add_aux(d, m->aux.value) : 0;
}

static int change_length(struct draft *d)
{
	size_t to = d->header + d->m->length.value;

	if (d->m->length.value > OCTETS_MOST - d->header)
		return MC_ERR_ROOM;
	if (to > d->len)
		memset(d->room + d->len, 0, to - d->len);
	d->len = to;
	d->changed = true;
	return 0;
}

/* Header and checksum, for the message as it is now. */
static void redo(struct draft *d, struct mc_ip *ip)
{
	struct mc_wr w = { d->room, d->header, 0, false };
	uint8_t *base = d->room + d->header;
	size_t len = d->len - d->header;
	uint64_t sum = d->cast->side ? mc_csum_pseudo(ip, ip->protocol, len) : 0;

	mc_ip_put(&w, ip, d->cast->proto->family, len);
	if (len < 4)
		return;
	base[2] = base[3] = 0;
	mc_csum_store(base + 2, mc_csum_add(sum, base, len));
}

static int change(struct draft *d)
{
	struct mc_ip ip;
	int err = mc_ip_decode(&ip, d->room, d->len);

	if (err < 0)
		return err;
	d->header = ip.header;
	err = change_fields(d);
	if (err == 0 && d->m->length.set)
		err = change_length(d);
	if (err < 0)
		return err;
	if (d->changed)
		redo(d, &ip);
	if (d->m->bad_checksum && d->len >= d->header + 4)
		d->room[d->header + 3] ^= 1; /* one off is wrong whatever the sum */
	return (int)d->len;
}

static int make(struct draft *d, struct mc_msg *head)
{
	switch (d->m->kind) {
	case MC_SIM_QUERY:
		return make_query(d, head);
	case MC_SIM_RAW:
		return make_raw(d, head);
	default:
		return make_report(d, head);
	}
}

int mc_build(const struct mc_cast *c, const struct mc_sim_message *m, uint32_t to, uint8_t *room)
{
	struct draft d = { .cast = c, .m = m, .room = room };
	struct mc_msg head;
	int len;

	if (m->kind == MC_SIM_PACKET) {
		if (m->n_raw > OCTETS_MOST)
			return MC_ERR_ROOM;
		if (m->n_raw)
			memcpy(room, m->raw, m->n_raw);
		return (int)m->n_raw;
	}
	head_of(&head, c, m, to);
	len = make(&d, &head);
	if (len < 0)
		return len;
	d.len = (size_t)len;
	return change(&d);
}
