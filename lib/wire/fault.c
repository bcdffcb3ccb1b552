/*
 * fault.c - what may be wrong with a message or a record: names for programs, a clause for people.
 * It finds no fault: that is the decoder's; it says what one is, with the values that make it one.
 *
 * Why it matters: RFC 9776 4.1.12, 4.2.15, 9.1, RFC 9777 5.1.14, 5.2.14, 6.2, 7.4 (what is to be
 * discarded), RFC 3590 (reports from ::), RFC 4541 2.1.1 (queries from 0.0.0.0), RFC 4286 3 to 5.
 */
#include "wire/wire.h"

#include <string.h>

#include "base/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Whose fault it is; the record is NULL where it is the message's. */
struct subject {
	const struct mc_msg *m;
	const struct mc_record *r;
};

/* What a message is called; of queries and reports "v3 report", or "report" alone. */
static void put_name(struct mc_text *t, const struct mc_msg *m, bool versioned)
{
	char buf[MC_MSG_NAMELEN];
	const char *name = mc_msg_name(m, buf, sizeof(buf));

	if (m->kind == MC_QUERY || m->kind == MC_REPORT)
		name = versioned ? strchr(name, 'v') : strchr(name, ' ') + 1;
	mc_text_str(t, name);
}

static bool needs_link_local(const struct mc_msg *m)
{
	const struct mc_proto *p = mc_proto_of(m->family);

	return p && p->link_local;
}

/* Whether everybody has to discard what may have come over a router: RFC 9777 6.2 and 7.4 say so. */
static bool is_strict(const struct mc_msg *m)
{
	return needs_link_local(m) && (m->kind == MC_QUERY || m->kind == MC_REPORT);
}

/* An address, or what it is where there is none to show. */
static void put_addr(struct mc_text *t, const struct mc_addr *a, const char *what)
{
	if (mc_addr_len(a))
		mc_text_addr(t, a);
	else
		mc_text_str(t, what);
}

static void say_checksum(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, "checksum 0x");
	mc_text_hex(t, s->m->checksum, 4);
	mc_text_str(t, " is wrong");
}

static void say_ttl(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, s->m->family == MC_IPV6 ? "hop limit is " : "TTL is ");
	if (s->m->ip.ttl >= 0) {
		mc_text_number(t, (uint64_t)s->m->ip.ttl);
		mc_text_str(t, ", ");
	}
	mc_text_str(t, "not 1");
	if (is_strict(s->m))
		mc_text_str(t, ": hosts and routers discard it");
}

static void say_alert(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, "no Router Alert: ");
	mc_text_str(t, is_strict(s->m) ? "hosts and routers discard it" :
					 "routers that forward it may not look");
}

/* ---- sender and destination --------------------------------------------------------------- */

static const char *discarded_by(const struct mc_msg *m)
{
	switch (m->kind) {
	case MC_QUERY:
		return ", which hosts discard";
	case MC_REPORT:
		return ", which routers discard";
	default:
		return ", which receivers discard";
	}
}

static void say_sender(struct mc_text *t, const struct subject *s)
{
	const struct mc_msg *m = s->m;
	bool nobody = mc_addr_is_unspecified(&m->ip.src);

	put_name(t, m, false);
	mc_text_str(t, " from ");
	put_addr(t, &m->ip.src, "nobody");
	if (needs_link_local(m) && !mc_addr_is_multicast(&m->ip.src)) {
		mc_text_str(t, nobody ? "" : ", no link-local address");
		mc_text_str(t, discarded_by(m));
		mc_text_str(t, nobody && m->kind == MC_REPORT ? " (RFC 3590)" : "");
	} else if (nobody && m->kind == MC_QUERY) {
		mc_text_str(t, ": never wins an election, and snooping switches take no router port from it");
	} else {
		mc_text_str(t, ", which cannot be a sender");
	}
}

/* Where a message should have gone; no address where that cannot be told. */
static struct mc_addr wanted_destination(const struct mc_msg *m)
{
	const struct mc_proto *p = mc_proto_of(m->family);
	const uint8_t *octets = p ? mc_goes_to(m, p) : NULL;
	struct mc_addr a = { .family = 0 };

	if (octets) {
		a.family = p->family;
		memcpy(a.b, octets, p->addr_len);
	}
	return a;
}

static void say_destination(struct mc_text *t, const struct subject *s)
{
	const struct mc_msg *m = s->m;
	struct mc_addr wanted = wanted_destination(m);

	if (m->kind == MC_QUERY && !mc_addr_is_unspecified(&m->query.group)) {
		mc_text_str(t, "sent to ");
		put_addr(t, &m->ip.dst, "elsewhere");
		mc_text_str(t, " but asks for ");
		mc_text_addr(t, &m->query.group);
		mc_text_str(t, ": hosts may miss it");
		return;
	}
	if (m->kind == MC_QUERY)
		mc_text_str(t, "general query");
	else
		put_name(t, m, true);
	mc_text_str(t, " to ");
	put_addr(t, &m->ip.dst, "elsewhere");
	if (wanted.family) {
		mc_text_str(t, " instead of ");
		mc_text_addr(t, &wanted);
	}
}

/* ---- what a query or a record lists --------------------------------------------------------- */

static void put_ignored(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, s->r ? ": the record is ignored" : ": the query is ignored");
}

static void say_group(struct mc_text *t, const struct subject *s)
{
	put_addr(t, s->r ? &s->r->group : &s->m->query.group, "the group");
	mc_text_str(t, " is no multicast address");
	put_ignored(t, s);
}

static void say_general(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, "a general query that lists sources (");
	mc_text_number(t, s->m->query.sources.n);
	mc_text_char(t, ')');
	put_ignored(t, s);
}

/* The first source that cannot be one; no address where all can. */
static struct mc_addr unsound_source(const struct mc_sources *s)
{
	const struct mc_proto *p = mc_proto_of(s->family);

	for (uint16_t i = 0; p && i < s->n; i++) {
		size_t off = (size_t)i * p->addr_len;

		if (!mc_sources_sound(s->octets, off, off + p->addr_len, s->family))
			return mc_sources_at(s, i);
	}
	return (struct mc_addr){ .family = 0 };
}

static void say_sources(struct mc_text *t, const struct subject *s)
{
	struct mc_addr bad = unsound_source(s->r ? &s->r->sources : &s->m->query.sources);

	put_addr(t, &bad, "a source");
	mc_text_str(t, " is listed, but is no unicast address");
	put_ignored(t, s);
}

static void say_type(struct mc_text *t, const struct subject *s)
{
	mc_text_str(t, "record type ");
	if (s->r) {
		mc_text_number(t, s->r->type);
		mc_text_char(t, ' ');
	}
	mc_text_str(t, "is unknown: the record is ignored");
}

static void say_ip_checksum(struct mc_text *t, const struct subject *s)
{
	(void)s; /* the header's checksum is not kept */
	mc_text_str(t, "the IPv4 header's checksum is wrong");
}

static void say_extension(struct mc_text *t, const struct subject *s)
{
	(void)s;
	mc_text_str(t, "extension flag without sound extensions: they are ignored");
}

/* ---- the list ---------------------------------------------------------------------------------- */

struct row {
	uint32_t fault;
	const char *name;
	void (*say)(struct mc_text *t, const struct subject *s);
};

static const struct row rows[] = {
	{ MC_FAULT_CHECKSUM, "checksum", say_checksum },
	{ MC_FAULT_IP_CHECKSUM, "ip-checksum", say_ip_checksum },
	{ MC_FAULT_TTL, "ttl", say_ttl },
	{ MC_FAULT_ALERT, "router-alert", say_alert },
	{ MC_FAULT_SENDER, "sender", say_sender },
	{ MC_FAULT_DESTINATION, "destination", say_destination },
	{ MC_FAULT_GROUP, "group", say_group },
	{ MC_FAULT_GENERAL, "general", say_general },
	{ MC_FAULT_SOURCES, "sources", say_sources },
	{ MC_FAULT_TYPE, "type", say_type },
	{ MC_FAULT_EXTENSION, "extension", say_extension },
};

static const struct row *row_of(uint32_t fault)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].fault == fault)
			return &rows[i];
	return NULL;
}

const char *mc_fault_name(uint32_t fault)
{
	const struct row *row = row_of(fault);

	return row ? row->name : NULL;
}

char *mc_fault_format(uint32_t fault, const struct mc_msg *m, const struct mc_record *r, char *buf,
		      size_t cap)
{
	struct mc_text t = mc_text_begin(buf, cap);
	const struct row *row = row_of(fault);

	if (row)
		row->say(&t, &(struct subject){ .m = m, .r = r });
	mc_text_cut(&t);
	return buf;
}
