/*
 * shown.c - a packet as something to be told: what is wrong with it by itself. It knows neither links nor
 * what was before.
 */
#include "watch/shown.h"

#include "wire/peek.h"

static const char *protocol_of(uint8_t family, bool pim)
{
	return pim ? "PIM" : mc_proto_of(family)->name;
}

/* Whether it asks for a source-specific group without sources: RFC 4604 2.2.1, 2.2.2. An older version's
 * report reads so, too. */
static bool is_any_source(const struct mc_record *r)
{
	bool any = r->type == MC_IS_EX || r->type == MC_TO_EX;

	return any && !r->faults && mc_addr_is_ssm(&r->group);
}

void shown_message(struct shown *s, const struct mc_msg *m)
{
	struct mc_record r;
	size_t pos = 0;

	s->kind = SHOWN_MESSAGE;
	s->msg = m;
	s->family = m->family;
	s->protocol = protocol_of(m->family, m->kind == MC_PIM);
	while (mc_msg_next(m, &pos, &r)) {
		s->record_faults |= r.faults;
		if (!s->any_source.family && is_any_source(&r))
			s->any_source = r.group;
	}
	s->wrong = m->faults || s->record_faults || s->any_source.family;
}

bool shown_unreadable(struct shown *s, int error, const uint8_t *ip, size_t len)
{
	struct mc_peek peek;

	if (error == MC_ERR_PROTOCOL || !mc_peek(&peek, ip, len))
		return false;
	s->kind = SHOWN_UNREADABLE;
	s->family = peek.family;
	s->protocol = protocol_of(peek.family, peek.protocol == 103);
	s->error = error;
	s->src = peek.src;
	s->dst = peek.dst;
	s->len = len;
	s->wrong = true;
	return true;
}
