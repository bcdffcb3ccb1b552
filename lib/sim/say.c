/*
 * say.c - messages and addresses as the language writes them. It judges nothing.
 */
#include "sim/say.h"

#include <stdio.h>

#include "sim/compare.h"
#include "sim/words.h"

enum { TTL_USUAL = 1, TOS_IPV4 = 0xc0, TOS_IPV6 = 0, RAW_SHOWN = 40 };

/* ---- pieces ------------------------------------------------------------------------------------------ */

void mc_say_word(struct mc_text *t, const char *word)
{
	if (t->off)
		mc_text_char(t, ' ');
	mc_text_str(t, word);
}

void mc_say_number(struct mc_text *t, const char *word, uint64_t value)
{
	mc_say_word(t, word);
	mc_text_char(t, ' ');
	mc_text_number(t, value);
}

void mc_say_time(struct mc_text *t, mc_time time)
{
	char buf[24];

	mc_text_str(t, time == MC_NEVER ? "none" : mc_words_seconds(time, buf, sizeof(buf)));
}

void mc_say_yes(struct mc_text *t, bool yes)
{
	mc_text_str(t, yes ? "yes" : "no");
}

void mc_say_version(struct mc_text *t, unsigned version)
{
	mc_text_char(t, 'v');
	mc_text_number(t, version);
}

/* ---- addresses --------------------------------------------------------------------------------------- */

static bool stands_for(const char *word, const struct mc_cast *c, struct mc_addr *ret)
{
	struct mc_word w = { .s = word, .len = strlen(word) };

	return mc_names_builtin(&w, c->side, ret);
}

static uint32_t low(const struct mc_addr *a)
{
	const uint8_t *b = a->b + mc_addr_len(a) - 4;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Names of one kind are numbered as their addresses are, from an anchor on. */
static bool say_numbered(struct mc_text *t, const struct mc_cast *c, const struct mc_addr *a)
{
	static const struct {
		const char *letters;
		uint32_t from;
	} anchors[] = { { "G", 1 }, { "GS", 1 }, { "S", 1 }, { "R", 1 }, { "H", 1 }, { "H", 201 } };

	for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++) {
		struct mc_addr b;
		char word[16];
		uint32_t n;

		snprintf(word, sizeof(word), "%s%u", anchors[i].letters, anchors[i].from);
		if (!stands_for(word, c, &b) || mc_addr_cmp(a, &b) < 0)
			continue;
		n = low(a) - low(&b) + anchors[i].from;
		snprintf(word, sizeof(word), "%s%u", anchors[i].letters, n);
		if (n > 0 && stands_for(word, c, &b) && mc_addr_cmp(a, &b) == 0) {
			mc_text_str(t, word);
			return true;
		}
	}
	return false;
}

static bool say_constant(struct mc_text *t, const struct mc_cast *c, const struct mc_addr *a)
{
	static const char *const words[] = { "NODES", "ROUTERS", "REPORTS", "NONE" };
	struct mc_addr b;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (stands_for(words[i], c, &b) && mc_addr_cmp(a, &b) == 0) {
			mc_text_str(t, words[i]);
			return true;
		}
	return false;
}

static bool say_node(struct mc_text *t, const struct mc_cast *c, const struct mc_addr *a)
{
	if (mc_addr_is_multicast(a) || mc_addr_is_unspecified(a))
		return false;
	for (uint32_t i = 0; i < c->script->n_nodes; i++) {
		const struct mc_sim_node *d = &c->script->nodes[i];
		struct mc_addr own;

		if (d->row || !mc_cast_has(c, d->families))
			continue;
		own = mc_cast_own(c, d->first);
		if (mc_addr_cmp(a, &own) == 0) {
			mc_text_str(t, d->name);
			return true;
		}
	}
	return false;
}

void mc_say_addr(struct mc_text *t, const struct mc_cast *c, const struct mc_addr *a)
{
	if (!a->family)
		mc_text_str(t, "none");
	else if (!say_node(t, c, a) && !say_constant(t, c, a) && !say_numbered(t, c, a))
		mc_text_addr(t, a);
}

void mc_say_name(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_name *name)
{
	struct mc_addr a = mc_cast_addr(c, name);

	mc_say_addr(t, c, &a);
}

void mc_say_set(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_set *set)
{
	mc_text_char(t, '{');
	for (uint32_t i = 0; i < set->n && !t->full; i++) {
		if (i)
			mc_text_char(t, ',');
		mc_say_name(t, c, &set->list[i]);
	}
	mc_text_char(t, '}');
}

static void say_sources(struct mc_text *t, const struct mc_cast *c, const struct mc_sources *s)
{
	mc_text_char(t, '{');
	for (uint16_t i = 0; i < s->n && !t->full; i++) {
		struct mc_addr a = mc_sources_at(s, i);

		if (i)
			mc_text_char(t, ',');
		mc_say_addr(t, c, &a);
	}
	mc_text_char(t, '}');
}

/* ---- what is said of groups -------------------------------------------------------------------- */

static void say_type(struct mc_text *t, uint8_t type)
{
	static const char *const words[] = { NULL, "is_in", "is_ex", "to_in", "to_ex", "allow", "block" };

	mc_text_char(t, ' ');
	if (type && type < sizeof(words) / sizeof(words[0]))
		mc_text_str(t, words[type]);
	else
		mc_text_number(t, type);
	mc_text_char(t, ' ');
}

/* The version is said where it is not the newest. */
static void say_head(struct mc_text *t, const struct mc_cast *c, unsigned version, const char *what)
{
	if (version != c->proto->newest) {
		mc_say_version(t, version);
		mc_text_char(t, ' ');
	}
	mc_text_str(t, what);
}

static void say_octets(struct mc_text *t, const uint8_t *octets, size_t n)
{
	mc_text_char(t, ' ');
	for (size_t i = 0; i < n && i < RAW_SHOWN; i++)
		mc_text_hex(t, octets[i], 2);
	if (n > RAW_SHOWN)
		mc_text_str(t, "...");
}

static void say_wanted_records(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_message *m)
{
	if (!m->n_records)
		mc_text_str(t, " none");
	for (uint32_t i = 0; i < m->n_records && !t->full; i++) {
		if (i)
			mc_text_char(t, ',');
		say_type(t, m->records[i].type);
		mc_say_name(t, c, &m->records[i].group);
		mc_text_char(t, ' ');
		mc_say_set(t, c, &m->records[i].sources);
	}
}

static void say_wanted_query(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_message *m)
{
	mc_text_char(t, ' ');
	if (m->general)
		mc_text_char(t, '*');
	else
		mc_say_name(t, c, &m->group);
	if (m->sources.n) {
		mc_text_char(t, ' ');
		mc_say_set(t, c, &m->sources);
	}
}

static void say_wanted(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_message *m)
{
	unsigned version = mc_sim_version_of(m->version, c->proto);

	switch (m->kind) {
	case MC_SIM_QUERY:
		say_head(t, c, version, "query");
		say_wanted_query(t, c, m);
		break;
	case MC_SIM_REPORT:
		say_head(t, c, version, "report");
		say_wanted_records(t, c, m);
		break;
	case MC_SIM_OLD_REPORT:
	case MC_SIM_LEAVE:
		say_head(t, c, version, m->kind == MC_SIM_LEAVE ? "leave " : "report ");
		mc_say_name(t, c, &m->group);
		break;
	default:
		mc_text_str(t, m->kind == MC_SIM_RAW ? "raw" : "packet");
		say_octets(t, m->raw, m->n_raw);
	}
}

static void say_query(struct mc_text *t, const struct mc_cast *c, const struct mc_query *q)
{
	mc_text_char(t, ' ');
	if (mc_addr_is_unspecified(&q->group))
		mc_text_char(t, '*');
	else
		mc_say_addr(t, c, &q->group);
	if (q->sources.n) {
		mc_text_char(t, ' ');
		say_sources(t, c, &q->sources);
	}
}

static void say_records(struct mc_text *t, const struct mc_cast *c, const struct mc_msg *m)
{
	struct mc_record r;
	bool more = false;
	size_t pos = 0;

	if (!m->report.n)
		mc_text_str(t, " none");
	while (!t->full && mc_msg_next(m, &pos, &r)) {
		if (more)
			mc_text_char(t, ',');
		say_type(t, r.type);
		mc_say_addr(t, c, &r.group);
		mc_text_char(t, ' ');
		say_sources(t, c, &r.sources);
		more = true;
	}
}

static void say_old(struct mc_text *t, const struct mc_cast *c, const struct mc_msg *m)
{
	struct mc_record r = { .type = 0 };
	size_t pos = 0;

	mc_msg_next(m, &pos, &r);
	mc_text_char(t, ' ');
	mc_say_addr(t, c, &r.group);
}

static void say_msg(struct mc_text *t, const struct mc_cast *c, const struct mc_msg *m)
{
	char name[MC_MSG_NAMELEN];

	if (m->kind == MC_QUERY) {
		say_head(t, c, m->version, "query");
		say_query(t, c, &m->query);
	} else if (m->kind == MC_REPORT) {
		say_head(t, c, m->version, m->report.leave ? "leave" : "report");
		if (m->version < c->proto->newest)
			say_old(t, c, m);
		else
			say_records(t, c, m);
	} else {
		mc_text_str(t, mc_msg_name(m, name, sizeof(name)));
	}
}

/* ---- fields ------------------------------------------------------------------------------------ */

static void say_seconds(struct mc_text *t, const char *word, mc_time time)
{
	mc_say_word(t, word);
	mc_text_char(t, ' ');
	mc_say_time(t, time);
}

static void say_flag(struct mc_text *t, const char *word, bool yes)
{
	mc_say_word(t, word);
	mc_text_char(t, ' ');
	mc_say_yes(t, yes);
}

/* Of the script's fields in order: their word, and where they are. */
static const struct {
	const char *word;
	size_t at;
} numbers[] = {
	{ "code", offsetof(struct mc_sim_message, code) },
	{ "qrv", offsetof(struct mc_sim_message, qrv) },
	{ "qqi", offsetof(struct mc_sim_message, qqi) },
	{ "qqic", offsetof(struct mc_sim_message, qqic) },
	{ "flags", offsetof(struct mc_sim_message, flags) },
	{ "ttl", offsetof(struct mc_sim_message, ttl) },
	{ "tos", offsetof(struct mc_sim_message, tos) },
	{ "length", offsetof(struct mc_sim_message, length) },
	{ "aux", offsetof(struct mc_sim_message, aux) },
};

static void say_wanted_fields(struct mc_text *t, const struct mc_sim_message *m)
{
	if (m->max.set)
		say_seconds(t, "max", m->max.value);
	if (m->s.set)
		say_flag(t, "s", m->s.value);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct mc_sim_value v;

		memcpy(&v, (const uint8_t *)m + numbers[i].at, sizeof(v));
		if (v.set)
			mc_say_number(t, numbers[i].word, v.value);
	}
	if (m->alert.set)
		say_flag(t, "alert", m->alert.value);
	if (m->bad_checksum)
		mc_say_word(t, "checksum bad");
}

void mc_say_message(struct mc_text *t, const struct mc_cast *c, const struct mc_sim_message *m)
{
	say_wanted(t, c, m);
	if (m->has_from) {
		mc_say_word(t, "from ");
		mc_say_name(t, c, &m->from);
	}
	if (m->has_to) {
		mc_say_word(t, "to ");
		mc_say_name(t, c, &m->to);
	}
	say_wanted_fields(t, m);
}

static void say_query_fields(struct mc_text *t, const struct mc_query *q, const struct mc_sim_message *like)
{
	if (like->max.set)
		say_seconds(t, "max", q->max_resp);
	if (like->s.set)
		say_flag(t, "s", q->suppress);
	if (like->code.set)
		mc_say_number(t, "code", q->max_resp_code);
	if (like->qrv.set)
		mc_say_number(t, "qrv", q->qrv);
	if (like->qqi.set)
		mc_say_number(t, "qqi", q->interval);
	if (like->qqic.set)
		mc_say_number(t, "qqic", q->qqic);
	if (like->flags.set)
		mc_say_number(t, "flags", q->flags);
}

/* Addresses of the header where they are not what they would be, or the script wants others. */
static void say_way(struct mc_text *t, const struct mc_cast *c, const struct mc_lan_packet *p,
		    const struct mc_sim_message *like)
{
	const struct mc_msg *m = p->msg;
	struct mc_addr to = mc_standard_destination(m), own = { .family = 0 };

	if (p->node)
		own = mc_cast_own(c, p->node);
	own.family = c->proto->family;
	if (like->has_from || (p->node && mc_addr_cmp(&m->ip.src, &own) != 0)) {
		mc_say_word(t, "from ");
		mc_say_addr(t, c, &m->ip.src);
	}
	if (like->has_to || (to.family && mc_addr_cmp(&m->ip.dst, &to) != 0)) {
		mc_say_word(t, "to ");
		mc_say_addr(t, c, &m->ip.dst);
	}
}

static void say_header(struct mc_text *t, const struct mc_cast *c, const struct mc_msg *m,
		       const struct mc_sim_message *like)
{
	if (like->ttl.set || m->ip.ttl != TTL_USUAL)
		mc_say_number(t, "ttl", (uint64_t)m->ip.ttl);
	if (like->tos.set || m->ip.tos != (c->side ? TOS_IPV6 : TOS_IPV4))
		mc_say_number(t, "tos", (uint64_t)m->ip.tos);
	if (like->length.set || m->extra)
		mc_say_number(t, "length", m->len);
	if (like->alert.set || !m->ip.alert)
		say_flag(t, "alert", m->ip.alert);
	if (m->faults & MC_FAULT_CHECKSUM)
		mc_say_word(t, "checksum bad");
	if (m->faults & MC_FAULT_IP_CHECKSUM)
		mc_say_word(t, "(bad IPv4 header checksum)");
}

void mc_say_packet(struct mc_text *t, const struct mc_cast *c, const struct mc_lan_packet *p,
		   const struct mc_sim_message *like)
{
	static const struct mc_sim_message nothing;

	if (!like)
		like = &nothing;
	if (like->kind >= MC_SIM_RAW || !p->msg) {
		mc_text_str(t, "packet");
		say_octets(t, p->octets, p->len);
	} else {
		say_msg(t, c, p->msg);
		say_way(t, c, p, like);
		if (p->msg->kind == MC_QUERY)
			say_query_fields(t, &p->msg->query, like);
		else if (like->flags.set || p->msg->report.flags)
			mc_say_number(t, "flags", p->msg->report.flags);
		say_header(t, c, p->msg, like);
	}
	mc_text_cut(t);
}
