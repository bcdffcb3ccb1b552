/*
 * format.c - messages and records as words: what somebody who watches wants to read, and the
 * RFCs' own form of a record. It knows no octets: it reads what was decoded.
 *
 * The words follow what a record asks of a router: RFC 9776 4.2.13, RFC 9777 5.2.13. Names of types:
 * IANA's registries of IGMP (RFC 3228) and PIM (RFC 7761 4.9) types.
 */
#include "wire/wire.h"

#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* What a record says of its group: without sources, and with some, which stand between the two. */
struct claim {
	const char *name, *none, *some;
};

static const struct claim claims[] = {
	[MC_IS_IN] = { "IS_IN", "accepts nothing to ", "accepts only " },
	[MC_IS_EX] = { "IS_EX", "is in ", "accepts all but " },
	[MC_TO_IN] = { "TO_IN", "leaves ", "now accepts only " },
	[MC_TO_EX] = { "TO_EX", "joins ", "now accepts all but " },
	[MC_ALLOW] = { "ALLOW", "changes nothing in ", "now accepts " },
	[MC_BLOCK] = { "BLOCK", "changes nothing in ", "no longer accepts " },
};

static const struct claim *claim_of(uint8_t type)
{
	return type < COUNT(claims) && claims[type].name ? &claims[type] : NULL;
}

/* ---- names ------------------------------------------------------------------------------ */

static const char *igmp_type(uint8_t type)
{
	switch (type) {
	case 0x13:
		return "DVMRP";
	case 0x14:
		return "PIMv1";
	case 0x15:
		return "Cisco trace";
	case 0x1e:
		return "mtrace response";
	case 0x1f:
		return "mtrace";
	default:
		return NULL;
	}
}

static const char *pim_type(uint8_t type)
{
	static const char *const names[] = {
		"hello",  "register", "register-stop", "join/prune",   "bootstrap",
		"assert", "graft",    "graft-ack",     "candidate-RP", "state refresh",
	};

	return type < COUNT(names) ? names[type] : NULL;
}

static const char *mrd_type(uint8_t type)
{
	switch (type) {
	case MC_MRD_ADVERTISEMENT:
		return "advertisement";
	case MC_MRD_SOLICITATION:
		return "solicitation";
	case MC_MRD_TERMINATION:
		return "termination";
	default:
		return "message";
	}
}

static const char *report_type(const struct mc_msg *m)
{
	if (!m->report.leave)
		return "report";
	return m->family == MC_IPV4 ? "leave" : "done";
}

static void put_version(struct mc_text *t, const struct mc_msg *m, const char *what)
{
	const struct mc_proto *p = mc_proto_of(m->family);

	mc_text_str(t, p ? p->name : "unknown");
	mc_text_char(t, 'v');
	mc_text_number(t, m->version);
	mc_text_char(t, ' ');
	mc_text_str(t, what);
}

static void put_pim(struct mc_text *t, uint8_t type)
{
	const char *name = pim_type(type);

	mc_text_str(t, "PIM ");
	if (name) {
		mc_text_str(t, name);
	} else {
		mc_text_str(t, "type ");
		mc_text_number(t, type);
	}
}

static void put_other(struct mc_text *t, uint8_t type)
{
	const char *name = igmp_type(type);

	if (name) {
		mc_text_str(t, name);
	} else {
		mc_text_str(t, "IGMP type 0x");
		mc_text_hex(t, type, 2);
	}
}

static void put_name(struct mc_text *t, const struct mc_msg *m)
{
	switch (m->kind) {
	case MC_QUERY:
		put_version(t, m, "query");
		break;
	case MC_REPORT:
		put_version(t, m, report_type(m));
		break;
	case MC_MRD:
		mc_text_str(t, "MRD ");
		mc_text_str(t, mrd_type(m->mrd.type));
		break;
	case MC_PIM:
		put_pim(t, m->type & 0xf); /* above it stands PIM's version */
		break;
	default:
		put_other(t, m->type);
	}
}

const char *mc_record_name(uint8_t type)
{
	const struct claim *c = claim_of(type);

	return c ? c->name : NULL;
}

char *mc_msg_name(const struct mc_msg *m, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);

	put_name(&t, m);
	return buf;
}

/* ---- words ------------------------------------------------------------------------------ */

static void put_sources(struct mc_text *t, const struct mc_sources *s)
{
	for (uint16_t i = 0; i < s->n && !t->full; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		if (i)
			mc_text_str(t, ", ");
		mc_text_addr(t, &a);
	}
}

static void put_unknown(struct mc_text *t, uint8_t type)
{
	mc_text_str(t, "says something unknown (record type ");
	mc_text_number(t, type);
	mc_text_str(t, ") of ");
}

static void put_claim(struct mc_text *t, const struct mc_record *r)
{
	const struct claim *c = claim_of(r->type);

	if (!c) {
		put_unknown(t, r->type);
	} else if (r->sources.n == 0) {
		mc_text_str(t, c->none);
	} else {
		mc_text_str(t, c->some);
		put_sources(t, &r->sources);
		mc_text_str(t, " to ");
	}
	mc_text_addr(t, &r->group);
}

static void put_report(struct mc_text *t, const struct mc_msg *m)
{
	const char *before = " ";
	struct mc_record r;
	size_t pos = 0;

	if (m->report.n == 0)
		mc_text_str(t, " reports nothing");
	while (!t->full && mc_msg_next(m, &pos, &r)) {
		mc_text_str(t, before);
		put_claim(t, &r);
		before = "; ";
	}
}

static void put_query(struct mc_text *t, const struct mc_query *q)
{
	if (mc_addr_is_unspecified(&q->group)) {
		mc_text_str(t, " asks who is in any group");
		return;
	}
	if (q->sources.n == 0) {
		mc_text_str(t, " asks who is left in ");
	} else {
		mc_text_str(t, " asks who still wants ");
		put_sources(t, &q->sources);
		mc_text_str(t, " to ");
	}
	mc_text_addr(t, &q->group);
}

static void put_sends(struct mc_text *t, const struct mc_msg *m)
{
	mc_text_str(t, " sends ");
	put_name(t, m);
}

static void put_mrd(struct mc_text *t, const struct mc_msg *m)
{
	switch (m->mrd.type) {
	case MC_MRD_ADVERTISEMENT:
		mc_text_str(t, " is a multicast router, and says so every ");
		mc_text_number(t, m->mrd.advert);
		mc_text_str(t, " s");
		break;
	case MC_MRD_SOLICITATION:
		mc_text_str(t, " looks for multicast routers");
		break;
	case MC_MRD_TERMINATION:
		mc_text_str(t, " is no longer a multicast router");
		break;
	default:
		put_sends(t, m);
	}
}

static bool is_hello(const struct mc_msg *m)
{
	return m->kind == MC_PIM && m->type == MC_PIM_HELLO;
}

static void put_meaning(struct mc_text *t, const struct mc_msg *m)
{
	switch (m->kind) {
	case MC_QUERY:
		put_query(t, &m->query);
		break;
	case MC_REPORT:
		put_report(t, m);
		break;
	case MC_MRD:
		put_mrd(t, m);
		break;
	default:
		if (is_hello(m))
			mc_text_str(t, " speaks PIM");
		else
			put_sends(t, m);
	}
}

char *mc_msg_format(const struct mc_msg *m, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);

	if (mc_addr_len(&m->ip.src))
		mc_text_addr(&t, &m->ip.src);
	else
		mc_text_str(&t, "somebody");
	put_meaning(&t, m);
	mc_text_cut(&t);
	return buf;
}

char *mc_record_format(const struct mc_record *r, char *buf, size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	const char *name = mc_record_name(r->type);

	if (name) {
		mc_text_str(&t, name);
	} else {
		mc_text_str(&t, "TYPE_");
		mc_text_number(&t, r->type);
	}
	mc_text_char(&t, '(');
	mc_text_addr(&t, &r->group);
	mc_text_str(&t, ", {");
	put_sources(&t, &r->sources);
	mc_text_str(&t, "})");
	mc_text_cut(&t);
	return buf;
}
