/*
 * drive.c - the routers' engines driven: packets in, actions out. It opens nothing, and knows no options but
 * what is to be told.
 *
 * A report that only refreshes what is known costs decoding, the engine's input and one question whether
 * there is something to do: no system call, no memory, no clock.
 */
#include "querier/drive.h"

#include <errno.h>
#include <stdlib.h>

#include "base/time.h"
#include "out.h"
#include "querier/run.h"
#include "querier/warn.h"

enum { BUNCH = 256, ACTIONS = 4096 }; /* of one link, of one router, before the others have their turn */

void drive_init(struct drive *d)
{
	mc_msg_init(&d->msg);
	mc_msg_init(&d->sent);
}

void drive_free(struct drive *d)
{
	free(d->sources.v);
	free(d->excluded.v);
}

/* Whether changes are told at all: else nobody has to look up what has changed. */
static bool is_quiet(const struct querier_link *l)
{
	return l->run->tell.quiet;
}

static struct told told_of(const struct querier_link *l, unsigned family, enum told_kind kind)
{
	return (struct told){ .kind = kind, .time = out_now(), .link = l, .family = family };
}

/* ---- who the querier is ------------------------------------------------------------------------- */

/* Whoever is lower wins, be it from anywhere, and for as long as it says: 61 hours at most (RFC 9776 8.5). */
static void warn_foreign(struct querier_link *l, const struct querier_side *s)
{
	const struct mc_iface *i = mc_ifaces_index(l->run->ifs, l->ifindex);
	char addr[MC_ADDR_STRLEN];
	uint32_t missed;

	if (s->self || !s->querier.family || !i || mc_iface_on_link(i, &s->querier))
		return;
	if (!querier_may(&l->foreign, mc_loop_now(), &missed))
		return;
	querier_warn(l->run, l, "foreign-querier", missed,
		     "the querier %s is not of a subnet of this interface (verify-source-subnet keeps out "
		     "such)",
		     mc_addr_format(&s->querier, addr, sizeof addr));
}

void drive_querier(struct querier_link *l, unsigned family)
{
	struct mc_router_status now = { .size = sizeof now };
	struct told t = told_of(l, family, TOLD_QUERIER);
	struct querier_side *s = &l->side[family];

	mc_router_status(s->router, &now);
	if (mc_addr_cmp(&now.addr, &s->querier) == 0 && now.querier == s->self)
		return;
	t.addr = now.addr;
	t.self = now.querier;
	t.previous = s->querier;
	t.previous_self = s->self;
	s->querier = now.addr;
	s->self = now.querier;
	l->run->news = true;
	if (l->state != QUERIER_OPEN)
		return; /* that there is none now was said with its state */
	s->elections += t.previous.family != 0;
	tell(&l->run->tell, &t);
	warn_foreign(l, s);
}

/* ---- groups and their members -------------------------------------------------------------------- */

/* What there is no memory for is not told. */
static void put_addr(struct drive_list *l, const struct mc_addr *a)
{
	size_t room = l->room ? 2 * l->room : 64;
	struct mc_addr *more = l->n == l->room ? realloc(l->v, room * sizeof *more) : l->v;

	if (!more)
		return;
	if (l->n == l->room)
		l->room = room;
	l->v = more;
	l->v[l->n++] = *a;
}

static struct told_list list_of(const struct drive_list *l)
{
	return (struct told_list){ l->v, l->n };
}

static void begin_lists(struct drive *d)
{
	d->sources.n = d->excluded.n = 0;
}

static uint32_t hosts_of(const struct mc_router *r, const struct mc_addr *group)
{
	struct mc_router_group g = { .size = sizeof g };

	return mc_router_group(r, group, &g) ? g.hosts : 0;
}

static void read_host(struct drive *d, const struct mc_router *r, struct told *t)
{
	struct mc_router_host h = { .size = sizeof h };

	if (!t->present || !mc_router_host(r, &t->group, &t->addr, &h))
		return;
	t->mode = h.mode;
	for (uint32_t i = 0; i < h.sources; i++) {
		struct mc_addr a = mc_router_host_source(r, &t->group, &t->addr, i);

		if (a.family)
			put_addr(&d->sources, &a);
	}
	t->sources = list_of(&d->sources);
}

static void tell_host(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	struct told t = told_of(l, family, TOLD_HOST);
	struct drive *d = &l->run->drive;

	if (a->present && d->njoined < DRIVE_JOINED)
		d->joined[d->njoined++] = a->group;
	t.group = a->group;
	t.addr = a->addr;
	t.present = a->present;
	t.expired = a->expired;
	t.hosts = hosts_of(l->side[family].router, &a->group);
	begin_lists(d);
	read_host(d, l->side[family].router, &t);
	tell(&l->run->tell, &t);
}

/* Whether the lines before told of new members of the group: groups come in the order of their members. */
static bool just_joined(struct drive *d, const struct mc_addr *group)
{
	for (unsigned i = 0; i < d->njoined; i++) {
		unsigned at = (d->next + i) % d->njoined;

		if (mc_addr_cmp(&d->joined[at], group) == 0) {
			d->next = at + 1;
			return true;
		}
	}
	return false;
}

static void read_group(struct drive *d, const struct mc_router *r, struct told *t)
{
	struct mc_router_group g = { .size = sizeof g };
	struct mc_router_source s;

	if (!t->present || !mc_router_group(r, &t->group, &g))
		return;
	t->mode = g.mode;
	for (uint32_t i = 0; i < g.sources && mc_router_source(r, &t->group, i, &s); i++)
		put_addr(s.expires ? &d->sources : &d->excluded, &s.addr);
	t->sources = list_of(&d->sources);
	t->excluded = list_of(&d->excluded);
}

static void tell_group(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	struct told t = told_of(l, family, TOLD_GROUP);
	struct drive *d = &l->run->drive;

	t.group = a->group;
	t.present = a->present;
	t.known = a->present && just_joined(d, &a->group);
	begin_lists(d);
	read_group(d, l->side[family].router, &t);
	tell(&l->run->tell, &t);
}

static void tell_version(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	struct told t = told_of(l, family, TOLD_VERSION);

	t.group = a->group;
	t.version = a->version;
	tell(&l->run->tell, &t);
}

/* ---- warnings ----------------------------------------------------------------------------------- */

static void tell_warning(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	struct told t = told_of(l, family, TOLD_WARNING);
	char text[400];

	warn_text(a, l, family, mc_ifaces_index(l->run->ifs, l->ifindex), text, sizeof text);
	t.addr = a->addr;
	t.group = a->group;
	t.version = a->version;
	t.missed = a->missed;
	t.warning = mc_warning_name(a->warning);
	t.text = text;
	tell(&l->run->tell, &t);
}

/* ---- queries ------------------------------------------------------------------------------------- */

static void tell_query(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	struct told t = told_of(l, family, TOLD_QUERY);

	if (mc_decode(&l->run->drive.sent, a->octets, a->len))
		return;
	t.msg = &l->run->drive.sent;
	t.sent = !l->dry_run;
	tell(&l->run->tell, &t);
}

/* That an interface went is told by the kernel, too, and not here. */
static void send_query(struct querier_link *l, const struct mc_action *a, mc_time now)
{
	int r = l->link ? mc_link_send(l->link, a->octets, a->len, &a->dst) : 0;
	uint32_t missed;

	if (r == 0 || r == -ENETDOWN || r == -ENODEV || r == -ENXIO)
		return;
	if (querier_may(&l->sends, now, &missed))
		querier_warn(l->run, l, "send", missed, "a query could not be sent: %s", mc_strerror(r));
}

static void take_send(struct querier_link *l, unsigned family, const struct mc_action *a, mc_time now)
{
	if (l->state != QUERIER_OPEN)
		return;
	if (l->dry_run || l->run->conf.verbose)
		tell_query(l, family, a);
	if (!l->dry_run)
		send_query(l, a, now);
}

/* ---- actions ------------------------------------------------------------------------------------- */

static void take_change(struct querier_link *l, unsigned family, const struct mc_action *a)
{
	l->run->news = true;
	if (is_quiet(l))
		return;
	if (a->kind == MC_ACTION_HOST)
		tell_host(l, family, a);
	else if (a->kind == MC_ACTION_GROUP)
		tell_group(l, family, a);
	else
		tell_version(l, family, a);
}

static void take_action(struct querier_link *l, unsigned family, const struct mc_action *a, mc_time now)
{
	switch (a->kind) {
	case MC_ACTION_SEND:
		take_send(l, family, a, now);
		break;
	case MC_ACTION_QUERIER:
		drive_querier(l, family);
		break;
	case MC_ACTION_WARN:
		tell_warning(l, family, a);
		break;
	default:
		take_change(l, family, a);
	}
}

void drive_side(struct querier_link *l, unsigned family, mc_time now)
{
	struct mc_router *r = l->side[family].router;
	struct mc_action a;

	if (!r || mc_router_deadline(r) > now)
		return;
	l->run->drive.njoined = l->run->drive.next = 0;
	mc_action_init(&a);
	for (unsigned n = 0; n < ACTIONS && mc_router_poll(r, now, &a); n++)
		take_action(l, family, &a, now);
}

mc_time drive_due(const struct querier_link *l)
{
	mc_time due = l->more ? 0 : MC_NEVER;

	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		if (l->side[f].router)
			due = mc_sooner(due, mc_router_deadline(l->side[f].router));
	return due;
}

/* ---- packets ------------------------------------------------------------------------------------- */

static void tell_message(struct querier_link *l, unsigned family, const struct mc_packet *p)
{
	struct told t = told_of(l, family, TOLD_MESSAGE);

	t.time = p->time;
	t.msg = &l->run->drive.msg;
	tell(&l->run->tell, &t);
}

static void take_packet(struct querier_link *l, const struct mc_packet *p, mc_time now)
{
	unsigned family = p->len && p->octets[0] >> 4 == 6 ? QUERIER_MLD : QUERIER_IGMP;
	struct mc_router *r = l->side[family].router;
	struct mc_msg *m = &l->run->drive.msg;
	int error = r ? mc_decode(m, p->octets, p->len) : MC_ERR_PROTOCOL;

	if (error == MC_ERR_PROTOCOL) /* ICMPv6 has more than MLD */
		return;
	if (error) {
		mc_router_refused(r, error);
		return;
	}
	if (l->run->conf.verbose)
		tell_message(l, family, p);
	mc_router_input(r, m, now);
	drive_side(l, family, now);
}

void drive_packets(struct querier_link *l)
{
	mc_time now = mc_loop_now();
	struct mc_packet p;
	unsigned n = 0;
	int r = 0;

	for (; n < BUNCH && (r = mc_link_recv(l->link, &p)) > 0; n++)
		take_packet(l, &p, now);
	l->more = n == BUNCH;
	if (r < 0 && r != -ENETDOWN)
		querier_links_broken(l, r);
}
