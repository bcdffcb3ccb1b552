/*
 * fleet.c - many engines as one. A query is every host's; an older version's report goes to those it may
 * silence; the newest version's is nobody's (RFC 9776 5.2).
 */
#include "host/fleet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define SOCKET 1           /* each engine's only one */
#define HEARD_MOST 16384   /* messages into engines in one call of fleet_poll, or one message more */
#define TURNS 64           /* in a call, after a query */
#define MANY 8             /* a group of more than one in so many hosts is all hosts' business */
#define NOBODY UINT32_MAX
#define WARN_AGAIN (60 * MC_SEC)

/* ---- rooms ------------------------------------------------------------------------------------ */

int fleet_open(struct fleet *f, const struct plan *plan, const bool spoken[HOST_FAMILIES], uint64_t seed)
{
	*f = (struct fleet){ .plan = plan, .n = plan->hosts, .rand = { .state = seed } };
	mc_msg_init(&f->msg);
	if (!mc_heap_room(&f->due, f->n * HOST_FAMILIES))
		return -ENOMEM;
	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		struct fleet_side *s = &f->side[k];

		hearing_open(&s->hearing, mc_rand_next(&f->rand));
		mc_host_conf_init(&s->conf, host_family_of(k));
		s->hosts = spoken[k] ? calloc(f->n, sizeof(struct mc_host *)) : NULL;
		if (spoken[k] && (!s->hosts || talk_open(&s->talk, f->n)))
			return -ENOMEM;
	}
	f->room = malloc(UINT16_MAX);
	return f->room ? 0 : -ENOMEM;
}

void fleet_close(struct fleet *f)
{
	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		struct fleet_side *s = &f->side[k];

		for (uint32_t i = 0; s->hosts && i < f->n; i++)
			mc_host_free(s->hosts[i]);
		free(s->hosts);
		s->hosts = NULL;
		hearing_close(&s->hearing);
		talk_close(&s->talk);
	}
	mc_heap_free(&f->due);
	free(f->room);
	f->room = NULL;
}

static int make(struct fleet *f, struct fleet_side *s, uint32_t host, mc_time now)
{
	struct mc_host_conf conf = s->conf;

	conf.seed = mc_rand_next(&f->rand);
	conf.room = f->room;
	if (s->from)
		conf.addr = from_at(s->from, host);
	s->version = s->version ? s->version : conf.version;
	talk_skip(&s->talk, host);
	return mc_host_new(&s->hosts[host], &conf, now);
}

int fleet_switch_on(struct fleet *f, uint32_t host, mc_time now)
{
	int r = 0;

	for (unsigned k = 0; k < HOST_FAMILIES && !r; k++)
		if (f->side[k].hosts && !f->side[k].hosts[host])
			r = make(f, &f->side[k], host, now);
	return r;
}

/* ---- whose turn it is ---------------------------------------------------------------------------- */

/* Whether all that is left are ends of older queriers' presence. */
static bool is_silent(const struct mc_host *h, mc_time due)
{
	struct mc_host_status s = { .size = sizeof s };

	mc_host_status(h, &s);
	return s.groups == 0 && due != MC_NEVER && (due == s.older[0] || due == s.older[1]);
}

static void note(struct fleet *f, unsigned side, uint32_t host)
{
	const struct mc_host *h = f->side[side].hosts[host];
	mc_time due = mc_host_deadline(h);

	if (f->ending && is_silent(h, due))
		due = MC_NEVER;
	mc_heap_set(&f->due, side * f->n + host + 1, due);
}

mc_time fleet_due(const struct fleet *f)
{
	uint32_t item;

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (f->side[k].talk.owed)
			return 0;
	return mc_heap_first(&f->due, &item);
}

void fleet_end(struct fleet *f)
{
	f->ending = true;
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		for (uint32_t i = 0; f->side[k].hosts && i < f->n; i++)
			if (f->side[k].hosts[i])
				note(f, k, i);
}

/* ---- what a host has missed ---------------------------------------------------------------------------- */

/* A deadline that a report moves back is put right when it has come. */
static void hear_one(struct fleet *f, struct fleet_side *s, uint32_t host, const struct mc_msg *m,
		     mc_time now)
{
	mc_host_input(s->hosts[host], m, now);
	if (m->kind == MC_QUERY)
		note(f, host_side_of(m->family), host);
	f->work++;
}

/* What a host has missed, before anything else is done with it. A query it hears now, as if it had been on
 * its way for so long: else all that would have answered meanwhile would, whoever has. */
static void catch_up(struct fleet *f, struct fleet_side *s, uint32_t host, mc_time now)
{
	const struct talk_entry *e;

	if (!s->hosts[host])
		talk_skip(&s->talk, host);
	while ((e = talk_next(&s->talk, host)))
		hear_one(f, s, host, &e->msg, e->msg.kind == MC_QUERY ? now : e->time);
}

static void take_turns(struct fleet *f, struct fleet_side *s, uint32_t turns, mc_time now)
{
	for (; turns > 0; turns--)
		catch_up(f, s, talk_turn(&s->talk), now);
}

static void talk(struct fleet *f, struct fleet_side *s, const struct mc_msg *m, uint32_t speaker, mc_time now)
{
	if (talk_add(&s->talk, m, speaker, now))
		take_turns(f, s, talk_turns(&s->talk), now);
}

/* ---- requests -------------------------------------------------------------------------------------- */

static struct mc_host *host_of(const struct fleet *f, uint32_t host, const struct mc_addr *group)
{
	const struct fleet_side *s = &f->side[host_side_of(group->family)];

	return s->hosts ? s->hosts[host] : NULL;
}

int fleet_listen(struct fleet *f, uint32_t host, const struct mc_addr *group, enum mc_mode mode,
		 const struct mc_addr *sources, size_t n, mc_time now)
{
	struct mc_host *h = host_of(f, host, group);
	int r;

	if (!h)
		return MC_ERR_GROUP;
	catch_up(f, &f->side[host_side_of(group->family)], host, now);
	r = mc_host_listen(h, SOCKET, group, mode, sources, n, now);
	note(f, host_side_of(group->family), host);
	return r;
}

void fleet_anybody(struct fleet *f, uint32_t host, const struct mc_addr *group)
{
	uint64_t number;

	if (!plan_find(f->plan, group, &number) || !plan_has(f->plan, host, number))
		hearing_anybody(&f->side[host_side_of(group->family)].hearing, group);
}

bool fleet_wants(const struct fleet *f, uint32_t host, const struct mc_addr *group)
{
	const struct mc_host *h = host_of(f, host, group);
	struct mc_host_group g = { .size = sizeof g };

	return h && mc_host_group(h, group, &g);
}

static uint32_t leave_side(struct fleet *f, unsigned side, uint32_t host, uint32_t *pos, uint32_t most,
			   mc_time now)
{
	struct mc_host *h = f->side[side].hosts[host];
	struct mc_host_group g = { .size = sizeof g };
	uint32_t n = 0;

	catch_up(f, &f->side[side], host, now);
	while (n < most && mc_host_group_next(h, pos, &g)) {
		mc_host_listen(h, SOCKET, &g.group, MC_INCLUDE, NULL, 0, now);
		n++;
	}
	if (n)
		note(f, side, host);
	return n;
}

uint32_t fleet_leave(struct fleet *f, uint32_t host, uint32_t pos[HOST_FAMILIES], uint32_t most, mc_time now)
{
	uint32_t n = 0;

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (f->side[k].hosts && f->side[k].hosts[host])
			n += leave_side(f, k, host, &pos[k], most - n, now);
	return n;
}

void fleet_configure(struct fleet *f, uint8_t family, const struct mc_host_conf *conf, mc_time now)
{
	struct fleet_side *s = &f->side[host_side_of(family)];

	s->conf = *conf;
	s->conf.room = f->room;
	if (!s->hosts || !s->hosts[0])
		return;
	catch_up(f, s, 0, now);
	mc_host_configure(s->hosts[0], &s->conf, now);
	note(f, host_side_of(family), 0);
}

/* ---- hearing ---------------------------------------------------------------------------------------- */

static void hear_query(struct fleet *f, struct fleet_side *s, const struct mc_msg *m, mc_time now)
{
	const struct mc_proto *p = mc_proto_of(m->family);
	bool general = mc_addr_is_unspecified(&m->query.group) || s->version == p->mute;

	talk(f, s, m, NOBODY, now);
	catch_up(f, s, 0, now);
	if (f->suppress)
		hearing_asked(&s->hearing, general ? NULL : &m->query.group);
}

static void hear_now(struct fleet *f, struct fleet_side *s, uint32_t host, const struct mc_msg *m,
		     uint32_t speaker, mc_time now)
{
	if (host == speaker || !s->hosts[host])
		return;
	catch_up(f, s, host, now);
	hear_one(f, s, host, m, now);
}

/* A group of few hosts. */
static void hear_members(struct fleet *f, struct fleet_side *s, uint64_t number, const struct mc_msg *m,
			 uint32_t speaker, mc_time now)
{
	uint32_t host;

	while (plan_member(f->plan, &number, &host))
		hear_now(f, s, host, m, speaker, now);
}

/* An older version's report; speaker NOBODY: somebody else's. */
static void hear_report(struct fleet *f, struct fleet_side *s, const struct mc_msg *m, uint32_t speaker,
			mc_time now)
{
	struct mc_record r;
	size_t pos = 0;
	uint64_t number;
	uint32_t one = 0;
	bool anybody;

	if (!mc_msg_next(m, &pos, &r))
		return;
	anybody = hearing_is_anybody(&s->hearing, &r.group);
	if (!plan_find(f->plan, &r.group, &number) && !anybody)
		return;
	switch (hearing_report(&s->hearing, &r.group, speaker, &one)) {
	case HEARING_ALL:
		if (anybody || f->plan->each > f->plan->groups / MANY)
			talk(f, s, m, speaker, now);
		else
			hear_members(f, s, number, m, speaker, now);
		break;
	case HEARING_ONE:
		hear_now(f, s, one, m, speaker, now);
		break;
	case HEARING_NOBODY:
		break;
	}
}

static bool is_older_report(const struct mc_msg *m)
{
	return m->kind == MC_REPORT && m->version < mc_proto_of(m->family)->newest && !m->report.leave;
}

static void count_all(const struct mc_host *h, uint64_t ret[MC_COUNTS])
{
	for (unsigned i = 0; i < MC_COUNTS; i++)
		ret[i] = h ? mc_host_count(h, (enum mc_count)i) : 0;
}

/* A fault that a query may have is counted beside what it was taken for. */
static enum mc_count counted(const struct mc_host *h, const uint64_t before[MC_COUNTS])
{
	uint64_t after[MC_COUNTS];
	unsigned i;

	count_all(h, after);
	for (i = MC_RX_BAD_CHECKSUM; i < MC_RX_IGNORED && after[i] == before[i]; i++)
		;
	if (after[MC_RX_QUERY] > before[MC_RX_QUERY])
		return MC_RX_QUERY;
	return after[MC_RX_IGNORED] > before[MC_RX_IGNORED] ? MC_RX_IGNORED : (enum mc_count)i;
}

enum mc_count fleet_input(struct fleet *f, const struct mc_msg *m, mc_time now)
{
	struct fleet_side *s = &f->side[host_side_of(m->family)];
	uint64_t before[MC_COUNTS];

	if (!s->hosts || !s->hosts[0])
		return MC_COUNTS;
	if (m->kind == MC_QUERY) {
		catch_up(f, s, 0, now);
		count_all(s->hosts[0], before);
		hear_query(f, s, m, now);
		return counted(s->hosts[0], before);
	}
	if (is_older_report(m) && f->suppress && !(m->faults & (MC_FAULT_CHECKSUM | MC_FAULT_DESTINATION)))
		hear_report(f, s, m, NOBODY, now);
	return MC_COUNTS;
}

/* ---- what is due ------------------------------------------------------------------------------------- */

static void send(struct fleet *f, unsigned side, uint32_t host, const struct mc_action *a, mc_time due,
		 mc_time now)
{
	struct fleet_side *s = &f->side[side];
	struct fleet_packet p = { host, host_family_of(side), a, &f->msg, due };

	if (mc_decode(&f->msg, a->octets, a->len))
		return; /* it does not happen */
	f->port.send(f->port.arg, &p);
	if (f->suppress && is_older_report(&f->msg))
		hear_report(f, s, &f->msg, host, now);
}

static void warn(struct fleet *f, unsigned side, const struct mc_action *a, mc_time now)
{
	mc_time *until = &f->side[side].warned[a->warning];

	if (now < *until)
		return;
	*until = now + WARN_AGAIN;
	f->port.warn(f->port.arg, host_family_of(side), a);
}

static void version(struct fleet *f, unsigned side, uint8_t in_force)
{
	struct fleet_side *s = &f->side[side];

	if (s->version == in_force)
		return;
	s->version = in_force;
	f->port.version(f->port.arg, host_family_of(side), in_force);
}

/* All that one host has to do now. Its packets are copied by send, before the next one of any engine is
 * made. */
static unsigned poll_one(struct fleet *f, unsigned side, uint32_t host, mc_time now, unsigned most)
{
	struct mc_host *h = f->side[side].hosts[host];
	struct mc_action a;
	unsigned n = 0;

	mc_action_init(&a);
	catch_up(f, &f->side[side], host, now);
	while (n < most) {
		mc_time due = mc_host_deadline(h);

		if (!mc_host_poll(h, now, &a))
			break;
		if (a.kind == MC_ACTION_SEND) {
			send(f, side, host, &a, due, now);
			n++;
		} else if (a.kind == MC_ACTION_WARN) {
			warn(f, side, &a, now);
		} else if (a.kind == MC_ACTION_VERSION) {
			version(f, side, a.version);
		}
	}
	note(f, side, host);
	return n;
}

unsigned fleet_poll(struct fleet *f, mc_time now, unsigned most)
{
	uint64_t began = f->work;
	unsigned n = 0;
	uint32_t item;

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		take_turns(f, &f->side[k], f->side[k].talk.owed < TURNS ? f->side[k].talk.owed : TURNS, now);
	while (n < most && f->work - began < HEARD_MOST && mc_heap_first(&f->due, &item) <= now) {
		n += poll_one(f, (item - 1) / f->n, (item - 1) % f->n, now, most - n);
		f->work++;
	}
	return n;
}

/* ---- what they know ------------------------------------------------------------------------------------ */

uint64_t fleet_memberships(const struct fleet *f)
{
	struct mc_host_status s = { .size = sizeof s };
	uint64_t n = 0;

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		for (uint32_t i = 0; f->side[k].hosts && i < f->n; i++)
			if (f->side[k].hosts[i]) {
				mc_host_status(f->side[k].hosts[i], &s);
				n += s.groups;
			}
	return n;
}

uint8_t fleet_robustness(const struct fleet *f)
{
	struct mc_host_status s = { .size = sizeof s };
	uint8_t most = 1;

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (f->side[k].hosts && f->side[k].hosts[0]) {
			mc_host_status(f->side[k].hosts[0], &s);
			most = s.robustness > most ? s.robustness : most;
		}
	return most;
}
