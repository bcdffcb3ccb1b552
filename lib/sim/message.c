/*
 * message.c - messages of a script and their fields, from tables. It makes no octets (build.c).
 *
 * RFC 9776 4, 4.1, 4.2; RFC 9777 5; RFC 2236, 2710, 1112 App. I (what older versions can say).
 */
#include "sim/words.h"

#include <string.h>

/* ---- versions ------------------------------------------------------------------------------- */

static const struct version {
	struct mc_choice head;
	int version;
} versions[] = {
	{ { "v1", 1 }, 1 },
	{ { "v2", 1 }, 2 },
	{ { "v3", 1 }, 3 },
	{ { "newest", 1 }, MC_SIM_NEWEST },
	{ { "older", 1 }, MC_SIM_OLDER },
	{ { "oldest", 1 }, MC_SIM_OLDEST },
};
static const struct mc_table version_table = MC_TABLE(versions, "version");

/* The version in front of a message, if there is one. */
static const struct version *take_version(struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);
	const struct version *v = mc_words_find(&w, &version_table, 1);

	if (v)
		mc_words_next(p);
	return v;
}

/* ---- bodies --------------------------------------------------------------------------------- */

static bool at_set(const struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);

	return mc_word_is(&w, "{");
}

static bool take_query(struct mc_words *p, struct mc_sim_message *m)
{
	if (mc_words_accept(p, "*")) {
		m->general = true;
		return true;
	}
	return mc_names_address(p, &m->group) && (!at_set(p) || mc_names_set(p, &m->sources));
}

static const struct type {
	struct mc_choice head;
	uint8_t type;
} types[] = {
	{ { "is_in", 1 }, MC_IS_IN }, { { "is_ex", 1 }, MC_IS_EX }, { { "to_in", 1 }, MC_TO_IN },
	{ { "to_ex", 1 }, MC_TO_EX }, { { "allow", 1 }, MC_ALLOW }, { { "block", 1 }, MC_BLOCK },
	{ { "or a number", 1 }, 0 },
};
static const struct mc_table type_table = MC_TABLE(types, "record type");

static bool is_number(const struct mc_word *w)
{
	return w->len && w->s[0] >= '0' && w->s[0] <= '9' && !memchr(w->s, '.', w->len) &&
	       !memchr(w->s, ':', w->len);
}

static bool take_type(struct mc_words *p, uint8_t *ret)
{
	struct mc_word w = mc_words_peek(p);
	const struct type *type;
	uint64_t number;

	if (is_number(&w)) {
		if (!mc_words_number(p, 0, UINT8_MAX, &number))
			return false;
		*ret = (uint8_t)number;
		return true;
	}
	type = mc_words_pick(p, &type_table, 1);
	if (type)
		*ret = type->type;
	return type;
}

static bool take_record(struct mc_words *p)
{
	struct mc_sim_record *r = mc_words_add(p, &p->records, sizeof(*r));

	return r && take_type(p, &r->type) && mc_names_address(p, &r->group) && mc_names_set(p, &r->sources);
}

static bool take_records(struct mc_words *p, struct mc_sim_message *m)
{
	m->kind = MC_SIM_REPORT;
	if (mc_words_accept(p, "none"))
		return true;
	do
		if (!take_record(p))
			return false;
	while (mc_words_accept(p, ","));
	m->records = mc_words_keep(p, &p->records, sizeof(*m->records), &m->n_records);
	return m->records;
}

/* With records, or an older version's: a group alone. */
static bool take_report(struct mc_words *p, struct mc_sim_message *m)
{
	struct mc_word w = mc_words_peek(p);

	if (mc_words_find(&w, &type_table, 1) || is_number(&w) || !mc_names_stands(p, &w))
		return take_records(p, m);
	m->kind = MC_SIM_OLD_REPORT;
	return mc_names_address(p, &m->group);
}

static bool take_leave(struct mc_words *p, struct mc_sim_message *m)
{
	return mc_names_address(p, &m->group);
}

static bool take_raw(struct mc_words *p, struct mc_sim_message *m)
{
	return mc_words_octets(p, &m->raw, &m->n_raw);
}

static const struct body {
	struct mc_choice head;
	enum mc_sim_kind kind;
	bool (*take)(struct mc_words *p, struct mc_sim_message *m);
} bodies[] = {
	{ { "query", 1 }, MC_SIM_QUERY, take_query }, { { "report", 1 }, MC_SIM_REPORT, take_report },
	{ { "leave", 1 }, MC_SIM_LEAVE, take_leave }, { { "done", 1 }, MC_SIM_LEAVE, take_leave },
	{ { "raw", 1 }, MC_SIM_RAW, take_raw },       { { "packet", 1 }, MC_SIM_PACKET, take_raw },
};
static const struct mc_table body_table = MC_TABLE(bodies, "message");

bool mc_message_take(struct mc_words *p, struct mc_sim_message *m)
{
	struct mc_word w = mc_words_peek(p);
	const struct version *v = take_version(p);
	const struct body *body = mc_words_pick(p, &body_table, 1);

	if (!body)
		return false;
	m->place = w.place;
	m->kind = body->kind;
	if (v && (m->kind == MC_SIM_RAW || m->kind == MC_SIM_PACKET))
		return mc_words_refuse(p, w.place, "'%s' has no version in front: it is in the octets",
				       body->head.word);
	if (!body->take(p, m))
		return false;
	m->version = v                                                       ? v->version :
		     m->kind == MC_SIM_OLD_REPORT || m->kind == MC_SIM_LEAVE ? MC_SIM_OLDER :
									       MC_SIM_NEWEST;
	return true;
}

/* ---- fields --------------------------------------------------------------------------------- */

enum {
	QUERIES = 1 << MC_SIM_QUERY,
	REPORTS = 1 << MC_SIM_REPORT,
	MESSAGES = QUERIES | REPORTS | 1 << MC_SIM_OLD_REPORT | 1 << MC_SIM_LEAVE | 1 << MC_SIM_RAW,
	ALL = MESSAGES | 1 << MC_SIM_PACKET,
};

enum kind { NUMBER, TIME, YES, FROM, TO, BAD };

static const struct field {
	struct mc_choice head;
	enum kind kind;
	uint64_t most;
	size_t offset;
} fields[] = {
	{ { "from", MESSAGES }, FROM, 0, 0 },
	{ { "to", MESSAGES }, TO, 0, 0 },
	{ { "max", QUERIES }, TIME, 0, offsetof(struct mc_sim_message, max) },
	{ { "code", QUERIES }, NUMBER, 65535, offsetof(struct mc_sim_message, code) },
	{ { "s", QUERIES }, YES, 1, offsetof(struct mc_sim_message, s) },
	{ { "qrv", QUERIES }, NUMBER, 7, offsetof(struct mc_sim_message, qrv) },
	{ { "qqi", QUERIES }, NUMBER, 31744, offsetof(struct mc_sim_message, qqi) },
	{ { "qqic", QUERIES }, NUMBER, 255, offsetof(struct mc_sim_message, qqic) },
	{ { "flags", QUERIES }, NUMBER, 15, offsetof(struct mc_sim_message, flags) },
	{ { "flags", REPORTS }, NUMBER, 65535, offsetof(struct mc_sim_message, flags) },
	{ { "ttl", MESSAGES }, NUMBER, 255, offsetof(struct mc_sim_message, ttl) },
	{ { "tos", MESSAGES }, NUMBER, 255, offsetof(struct mc_sim_message, tos) },
	{ { "alert", MESSAGES }, YES, 1, offsetof(struct mc_sim_message, alert) },
	{ { "checksum", MESSAGES }, BAD, 0, 0 },
	{ { "length", MESSAGES }, NUMBER, 65535, offsetof(struct mc_sim_message, length) },
	{ { "aux", REPORTS }, NUMBER, 255, offsetof(struct mc_sim_message, aux) },
};
static const struct mc_table field_table = MC_TABLE(fields, "field of this message");
static const struct mc_table seen_table =
	MC_TABLE(fields, "field of this message, nor 'or', 'optional', 'split', 'lost'");

static bool take_address(struct mc_words *p, bool *has, struct mc_sim_name *name)
{
	if (*has)
		return mc_words_refuse(p, p->last.place, "'%.*s' is there twice", MC_SHOWN(&p->last));
	*has = true;
	return mc_names_address(p, name);
}

static bool take_bad(struct mc_words *p, struct mc_sim_message *m)
{
	m->bad_checksum = true;
	return mc_words_expect(p, "bad");
}

static bool take_value(struct mc_words *p, const struct field *f, struct mc_sim_message *m)
{
	struct mc_sim_value v = { .set = true };
	uint8_t *at = (uint8_t *)m + f->offset;
	struct mc_sim_value before;
	bool good;

	memcpy(&before, at, sizeof(before));
	if (before.set)
		return mc_words_refuse(p, p->last.place, "'%s' is there twice", f->head.word);
	if (f->kind == TIME)
		good = mc_words_time(p, &v.value);
	else if (f->kind == YES)
		good = mc_words_yes(p, &v.value);
	else
		good = mc_words_number(p, 0, f->most, &v.value);
	memcpy(at, &v, sizeof(v));
	return good;
}

bool mc_message_field(struct mc_words *p, struct mc_sim_message *m, bool seen)
{
	const struct field *f = mc_words_pick(p, seen ? &seen_table : &field_table, 1u << m->kind);

	if (!f)
		return false;
	switch (f->kind) {
	case FROM:
		return take_address(p, &m->has_from, &m->from);
	case TO:
		return take_address(p, &m->has_to, &m->to);
	case BAD:
		return take_bad(p, m);
	default:
		return take_value(p, f, m);
	}
}

/* ---- what a version cannot say -------------------------------------------------------------- */

/* Why a message cannot be of this version, or NULL. */
static const char *unsayable(const struct mc_sim_message *m, uint8_t version, const struct mc_proto *proto)
{
	bool newest = version == proto->newest;

	switch (m->kind) {
	case MC_SIM_QUERY:
		if (!newest && m->sources.n)
			return "has no sources in its queries";
		if (!newest && (m->s.set || m->qrv.set || m->qqi.set || m->qqic.set || m->flags.set))
			return "has no 's', 'qrv', 'qqi', 'qqic' and 'flags' in its queries";
		return NULL;
	case MC_SIM_REPORT:
		return newest ? NULL : "has no records in its reports";
	case MC_SIM_OLD_REPORT:
		return newest ? "has records in its reports: report is_ex GROUP SET" : NULL;
	case MC_SIM_LEAVE:
		if (version == proto->mute)
			return "has no message for leaving";
		return newest ? "leaves by a report: report to_in GROUP {}" : NULL;
	default:
		return NULL;
	}
}

/* The longest response time of a query, see mc_code8 and mc_code16. */
static mc_time longest(uint8_t version, const struct mc_proto *proto)
{
	if (proto->addr_len == 4)
		return (version == proto->newest ? 31744 : 255) * proto->response_unit;
	return (version == proto->newest ? 8387584 : 65535) * proto->response_unit;
}

static bool check_response(struct mc_words *p, const struct mc_sim_message *m, uint8_t version,
			   const struct mc_proto *proto)
{
	uint64_t most = proto->addr_len == 4 ? 255 : 65535;
	char text[24];

	if (m->max.set && m->code.set)
		return mc_words_refuse(p, m->place, "'max' and 'code' are the same field: one of them");
	if (m->max.set && m->max.value > longest(version, proto))
		return mc_words_refuse(p, m->place, "'max' is over %s s, the longest that %sv%u can say",
				       mc_words_seconds(longest(version, proto), text, sizeof(text)),
				       proto->name, version);
	if (m->code.set && m->code.value > most)
		return mc_words_refuse(p, m->place, "'code' is over %llu, the largest that %s has",
				       (unsigned long long)most, proto->name);
	return true;
}

static bool check_as(struct mc_words *p, const struct mc_sim_message *m, const struct mc_proto *proto)
{
	uint8_t version = mc_sim_version_of(m->version, proto);
	const char *why;

	if (m->kind == MC_SIM_RAW || m->kind == MC_SIM_PACKET)
		return true;
	if (version > proto->newest)
		return mc_words_refuse(
			p, m->place,
			"there is no %sv%u: write '%s:' in front, or take a version without a number",
			proto->name, version, proto->family == MC_IPV6 ? "ipv4" : "ipv6");
	why = unsayable(m, version, proto);
	if (why)
		return mc_words_refuse(p, m->place, "%sv%u %s", proto->name, version, why);
	return check_response(p, m, version, proto);
}

bool mc_message_check(struct mc_words *p, const struct mc_sim_message *m)
{
	if (mc_words_run(p, 0) && !check_as(p, m, mc_proto_of(MC_IPV4)))
		return false;
	return !mc_words_run(p, 1) || check_as(p, m, mc_proto_of(MC_IPV6));
}
