/*
 * links.c - the interfaces that are served, as they come, change and go. What is to be is worked out anew
 * from the interfaces that there are, and what is, is brought in line with it: there is no other path.
 *
 * An interface that is down, without carrier, or without an address, has routers without an address, which
 * listen: when it has one again they begin as queriers anew, with the queries of a start (RFC 9776 6.6.2,
 * 8.6, 8.7).
 */
#include "querier/links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/grow.h"
#include "out.h"
#include "querier/run.h"
#include "querier/status.h"

uint64_t querier_link_lost(const struct querier_link *l)
{
	return l->lost + (l->link ? mc_link_drops(l->link) : 0);
}

/* ---- the packets of an interface ------------------------------------------------------------------ */

static void close_link(struct querier_link *l)
{
	if (!l->link)
		return;
	l->lost = querier_link_lost(l);
	mc_loop_del(l->run->loop, &l->packets);
	mc_link_close(l->link);
	l->link = NULL;
	l->more = false;
}

static void on_packets(struct mc_watch *w)
{
	struct querier_link *l = w->arg;

	l->more = true;
}

static struct mc_link_conf conf_of(const struct querier_link *l)
{
	const struct querier_options *o = &l->conf.options;
	struct mc_link_conf c;

	mc_link_conf_init(&c);
	c.ifindex = l->ifindex;
	c.ipv4 = o->version[QUERIER_IGMP] != 0;
	c.ipv6 = o->version[QUERIER_MLD] != 0;
	c.member = c.send = !o->listen_only && !l->dry_run;
	c.ring = (uint32_t)l->run->conf.rcvbuf;
	return c;
}

static bool is_as(const struct mc_link_conf *a, const struct mc_link_conf *b)
{
	return a->ifindex == b->ifindex && a->ipv4 == b->ipv4 && a->ipv6 == b->ipv6 && a->send == b->send;
}

/* Once for each cause, until it is open. */
static void say_error(struct querier_link *l, int error)
{
	const char *next = "it is tried again";

	if (l->error == error)
		return;
	l->error = error;
	if (error == -EPERM)
		next = "needs CAP_NET_RAW: run as root, or setcap cap_net_raw+ep on the program";
	else if (error == -ENOMEM)
		next = "the packets' ring takes memory that cannot be swapped out: give a smaller --rcvbuf";
	querier_warn(l->run, l, "open", 0, "cannot be opened: %s (%s)", mc_strerror(error), next);
}

static int try_open(struct querier_link *l, const struct mc_link_conf *conf)
{
	struct mc_link *link;
	int r = mc_link_open(&link, conf);

	if (r)
		return r;
	l->packets = (struct mc_watch){ .fd = mc_link_fd(link), .ready = on_packets, .arg = l };
	r = mc_loop_add(l->run->loop, &l->packets);
	if (r) {
		mc_link_close(link);
		return r;
	}
	l->link = link;
	l->as = *conf;
	l->error = 0;
	return 0;
}

/* An interface that has just gone is no error: that it has will be told. */
static void open_link(struct querier_link *l)
{
	struct mc_link_conf conf = conf_of(l);
	int r;

	if (l->link && is_as(&l->as, &conf))
		return;
	close_link(l);
	r = try_open(l, &conf);
	if (r && r != -ENODEV)
		say_error(l, r);
	if (r)
		l->run->retry = mc_loop_now() + QUERIER_RETRY;
}

void querier_links_broken(struct querier_link *l, int error)
{
	close_link(l);
	if (error != -ENODEV)
		say_error(l, error);
	l->run->retry = mc_loop_now() + QUERIER_RETRY;
}

mc_time querier_links_retry(const struct querier_run *run)
{
	for (size_t i = 0; i < run->nlinks; i++)
		if (run->links[i]->held || (run->links[i]->ifindex && !run->links[i]->link))
			return run->retry;
	return MC_NEVER;
}

/* ---- routers ------------------------------------------------------------------------------------- */

static void free_side(struct querier_link *l, unsigned family)
{
	struct querier_side *s = &l->side[family];
	uint64_t elections = s->elections;

	mc_router_free(s->router);
	free(l->prefixes[family]);
	l->prefixes[family] = NULL;
	*s = (struct querier_side){ .elections = elections };
}

static int make_router(struct querier_link *l, unsigned family, struct mc_router_conf *conf)
{
	if (getrandom(&conf->seed, sizeof conf->seed, 0) < 0)
		return -errno;
	return mc_router_new(&l->side[family].router, conf, mc_loop_now());
}

/* Whether the interface has in it what it had. */
static bool is_configured(const struct mc_router *r, const struct mc_router_conf *to)
{
	const struct mc_router_conf *is = mc_router_configured(r);

	return is->mtu == to->mtu && mc_addr_cmp(&is->addr, &to->addr) == 0 &&
	       is->n_prefixes == to->n_prefixes &&
	       (!is->n_prefixes ||
		!memcmp(is->prefixes, to->prefixes, is->n_prefixes * sizeof *is->prefixes));
}

/* 1: it has that configuration now; 0: it had it; -errno and the like: what was stays. */
static int put_router(struct querier_link *l, unsigned family, struct mc_router_conf *conf)
{
	struct querier_side *s = &l->side[family];
	int r;

	if (s->router && !l->changed && is_configured(s->router, conf))
		return 0;
	r = s->router ? mc_router_configure(s->router, conf, mc_loop_now()) : make_router(l, family, conf);
	if (r)
		return r;
	s->own = conf->addr;
	return 1;
}

/* The address to speak from: that in use as long as it is there, so that another one, a virtual router's
 * above all, does not make a new querier. */
static void choose_addr(const struct querier_link *l, unsigned family, const struct mc_iface *i,
			struct mc_addr *addr)
{
	const struct mc_addr *own = &l->side[family].own;

	if (l->state != QUERIER_OPEN)
		*addr = (struct mc_addr){ 0 };
	else if (own->family && mc_iface_may_use(i, own))
		*addr = *own;
}

/* A router with what is asked for now, and as the interface is. */
static void set_router(struct querier_link *l, unsigned family, const struct mc_iface *i)
{
	struct mc_prefix *prefixes = calloc(i->naddrs + 1, sizeof *prefixes), *spare = prefixes;
	struct mc_router_conf conf;
	int r = -ENOMEM;

	if (prefixes) {
		querier_options_apply(&l->conf.options, family, i, prefixes, &conf);
		choose_addr(l, family, i, &conf.addr);
		r = put_router(l, family, &conf);
	}
	if (r > 0) {
		spare = l->prefixes[family];
		l->prefixes[family] = prefixes;
	} else if (r < 0) {
		querier_warn(l->run, l, "memory", 0, "cannot be configured: %s", mc_strerror(r));
	}
	free(spare);
}

static void tell_state(struct querier_link *l, unsigned family, bool known)
{
	const struct told t = {
		.kind = TOLD_INTERFACE,
		.time = out_now(),
		.link = l,
		.family = family,
		.addr = l->side[family].own,
		.known = known,
	};

	l->run->news = true;
	tell(&l->run->tell, &t);
}

/* Of all families that are spoken; in words it is said once, if it is not known. */
static void tell_states(struct querier_link *l, bool known)
{
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		if (l->conf.options.version[f]) {
			tell_state(l, f, known);
			known = true;
		}
}

static void follow_side(struct querier_link *l, unsigned family, const struct mc_iface *i, bool anew)
{
	struct querier_side *s = &l->side[family];
	struct mc_addr was = s->own;

	if (!l->conf.options.version[family]) {
		free_side(l, family);
		return;
	}
	if (!s->router && !l->link)
		return; /* it could not be opened yet */
	anew |= !s->router;
	set_router(l, family, i);
	if (s->router && l->state == QUERIER_OPEN && (anew || mc_addr_cmp(&was, &s->own) != 0))
		tell_state(l, family, false);
}

static void follow_sides(struct querier_link *l, const struct mc_iface *i, bool anew)
{
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++) {
		follow_side(l, f, i, anew);
		if (!l->side[f].router)
			continue;
		drive_querier(l, f);
		drive_side(l, f, mc_loop_now());
	}
}

/* ---- one querier an interface ------------------------------------------------------------------- */

/* The child that answers has no socket of the packets to look at. */
static void look(void *arg)
{
	querier_link_lost(arg);
}

static void answer(void *arg, FILE *to, enum control_form form)
{
	const struct querier_link *l = arg;

	if (form == CONTROL_JSON)
		querier_status_json(l, to, mc_loop_now());
	else
		querier_status_text(l, to, mc_loop_now());
}

/* To begin with that is refused; later it is tried again. */
static int refuse(struct querier_link *l, const struct control_holder *by)
{
	char text[200];

	snprintf(
		text, sizeof text,
		"cannot serve %s: another mcast querier (process %d of user %u) does (see mcast querier --status)",
		l->conf.name, (int)by->pid, (unsigned)by->uid);
	if (!l->run->serving)
		return opt_refuse(l->run->verb, "%s", text);
	if (!l->told_held)
		querier_warn(l->run, l, "held", 0, "%s; it is tried again", text);
	l->told_held = true;
	return EXIT_CANNOT;
}

/* Anybody may hold such a socket, and that must keep nobody from being served. */
static int hold(struct querier_link *l)
{
	const struct control_answer says = { .prepare = look, .write = answer, .arg = l };
	struct control_holder by = { .pid = 0 };
	int r = control_open(&l->control, l->run->loop, l->conf.name, &says, &by);

	l->held = by.querier;
	l->told_held &= l->held;
	if (!r)
		return 0;
	if (by.querier)
		return refuse(l, &by);
	if (by.pid)
		querier_warn(l->run, l, "control", 0,
			     "--status cannot ask this querier: process %d of user %u holds its socket",
			     (int)by.pid, (unsigned)by.uid);
	else if (r == -EADDRINUSE)
		querier_warn(l->run, l, "control", 0,
			     "--status cannot ask this querier: who holds its socket does not answer, and "
			     "may be another querier that is stopped");
	else
		querier_warn(l->run, l, "control", 0, "--status cannot ask this querier: %s", mc_strerror(r));
	return 0;
}

/* ---- interfaces ---------------------------------------------------------------------------------- */

static void leave(struct querier_link *l)
{
	close_link(l);
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		free_side(l, f);
	l->ifindex = l->life = 0;
	l->error = 0;
	l->bridge_asks = false;
	l->state = QUERIER_GONE;
}

static void warn_bridge(struct querier_link *l, const struct mc_iface *i)
{
	bool asks = i->bridge && i->querier;

	if (asks && !l->bridge_asks)
		querier_warn(
			l->run, l, "bridge-querier", 0,
			"the bridge asks itself, too, by default from 0.0.0.0 and in IGMPv2 (turn that off: "
			"ip link set %s type bridge mcast_querier 0)",
			i->name);
	l->bridge_asks = asks;
}

static void follow_iface(struct querier_link *l, const struct mc_iface *i)
{
	enum querier_state was = l->state;

	l->ifindex = i->index;
	l->life = i->life;
	open_link(l);
	l->state = l->link && i->running ? QUERIER_OPEN : QUERIER_DOWN;
	if (l->state == QUERIER_OPEN)
		warn_bridge(l, i);
	follow_sides(l, i, was != QUERIER_OPEN || l->changed);
	l->changed = false;
	if (l->state == QUERIER_DOWN && was != QUERIER_DOWN)
		tell_states(l, !l->link);
}

/* By name alone: a name may be all digits, and mc_ifaces_name takes that for an index, too. */
static const struct mc_iface *find(const struct mc_ifaces *ifs, const char *name)
{
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));)
		if (strcmp(i->name, name) == 0)
			return i;
	return NULL;
}

static void follow(struct querier_link *l)
{
	const struct mc_iface *i = find(l->run->ifs, l->conf.name);

	if (l->held && hold(l)) {
		l->run->retry = mc_loop_now() + QUERIER_RETRY;
		return;
	}
	if (l->ifindex && (!i || i->index != l->ifindex || i->life != l->life)) {
		leave(l);
		tell_states(l, false);
	}
	if (i)
		follow_iface(l, i);
}

void querier_links_follow(struct querier_run *run)
{
	for (size_t i = 0; i < run->nlinks; i++)
		follow(run->links[i]);
}

/* ---- which interfaces are served ------------------------------------------------------------------ */

static void free_link(struct querier_link *l)
{
	if (l->control)
		control_close(l->control);
	leave(l);
	free(l);
}

int querier_links_add(struct querier_run *run, const struct querier_iface *conf)
{
	struct querier_link *l = calloc(1, sizeof *l), **slot;

	if (!l)
		return querier_no_memory(run->verb);
	l->run = run;
	l->conf = *conf;
	l->dry_run = run->conf.dry_run;
	if (hold(l) && !run->serving) {
		free(l);
		return EXIT_CANNOT;
	}
	slot = mc_grow(&run->links, &run->nlinks, sizeof *slot);
	if (!slot) {
		free_link(l);
		return querier_no_memory(run->verb);
	}
	*slot = l;
	if (!find(run->ifs, l->conf.name))
		tell_states(l, false);
	return 0;
}

static const struct querier_iface *find_conf(const struct querier_ifaces *in, const char *name)
{
	for (size_t i = 0; i < in->n; i++)
		if (strcmp(in->v[i].name, name) == 0)
			return &in->v[i];
	return NULL;
}

static bool is_served(const struct querier_run *run, const char *name)
{
	for (size_t i = 0; i < run->nlinks; i++)
		if (strcmp(run->links[i]->conf.name, name) == 0)
			return true;
	return false;
}

static void drop_others(struct querier_run *run, const struct querier_ifaces *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->nlinks; i++) {
		struct querier_link *l = run->links[i];

		if (find_conf(to, l->conf.name)) {
			run->links[kept++] = l;
			continue;
		}
		leave(l);
		tell_states(l, true);
		free_link(l);
	}
	run->nlinks = kept;
}

static void change(struct querier_link *l, const struct querier_iface *to)
{
	l->changed |= !querier_options_same(l->conf.options, to->options);
	l->conf = *to;
}

void querier_links_change(struct querier_run *run, const struct querier_ifaces *to)
{
	drop_others(run, to);
	for (size_t i = 0; i < run->nlinks; i++)
		change(run->links[i], find_conf(to, run->links[i]->conf.name));
	for (size_t i = 0; i < to->n; i++)
		if (!is_served(run, to->v[i].name))
			querier_links_add(run, &to->v[i]);
	querier_links_follow(run);
}

void querier_links_free(struct querier_run *run)
{
	for (size_t i = 0; i < run->nlinks; i++)
		free_link(run->links[i]);
	free(run->links);
}
