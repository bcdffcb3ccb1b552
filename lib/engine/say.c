/*
 * say.c - records into packets. What to say, and when, is not its business.
 *
 * RFC 9776 4.2, 4.2.14 to 4.2.17; RFC 9777 5.2; RFC 3590 4 (source address).
 */
#include "engine/host.h"

#include <string.h>

void mc_say_begin(struct mc_host *h, struct mc_writer *w)
{
	struct mc_msg head;

	mc_msg_init(&head);
	head.family = h->conf.family;
	head.version = h->version;
	head.ip.src = h->conf.addr; /* family 0: the unspecified address */
	mc_writer_begin(w, h->conf.room ? h->conf.room : h->room, h->conf.mtu,
			&head); /* checked by configuration */
}

/* Where to go on with the record; it may have changed meanwhile. */
static uint32_t resume(const struct mc_cut *cut, const struct mc_joined *g, enum mc_record_type type,
		       const struct mc_set *list)
{
	if (cut->group != g->node.self || cut->type != type || !cut->any)
		return 0;
	return mc_set_above(list, cut->last);
}

static bool done(struct mc_cut *cut, const struct mc_joined *g, enum mc_record_type type)
{
	if (cut->group == g->node.self && cut->type == type)
		cut->group = 0;
	return true;
}

bool mc_say(struct mc_host *h, struct mc_writer *w, struct mc_cut *cut, const struct mc_joined *g,
	    enum mc_record_type type, const struct mc_set *list)
{
	bool whole = type == MC_IS_EX || type == MC_TO_EX; /* what does not fit is left out */
	uint32_t from = resume(cut, g, type, list), rest = list->n - from;
	struct mc_record r = { .type = (uint8_t)type, .group = g->group };
	int n;

	if (from && !rest)
		return done(cut, g, type);
	r.sources.family = h->conf.family;
	r.sources.octets = from ? mc_set_at(list, from) : list->at;
	r.sources.n = rest < UINT16_MAX ? (uint16_t)rest : UINT16_MAX;
	n = mc_writer_add(w, &r);
	if (n == MC_ERR_ROOM && w->n)
		return false;
	if (n <= 0 || whole || (uint32_t)n == rest)
		return done(cut, g, type);
	*cut = (struct mc_cut){ .group = g->node.self, .type = (uint8_t)type, .any = true };
	memcpy(cut->last, mc_set_at(list, from + (uint32_t)n - 1), list->size);
	return false;
}

bool mc_say_end(struct mc_host *h, struct mc_writer *w, struct mc_action *ret)
{
	bool leave = w->head.report.leave;
	int len = w->n ? mc_writer_end(w) : 0;

	if (len <= 0)
		return false;
	mc_ledger_add(&h->ledger, leave ? MC_TX_LEAVE : MC_TX_REPORT);
	ret->kind = MC_ACTION_SEND;
	ret->version = h->version;
	ret->octets = h->conf.room ? h->conf.room : h->room;
	ret->len = (size_t)len;
	ret->dst = h->proto->all_reports;
	return true;
}
