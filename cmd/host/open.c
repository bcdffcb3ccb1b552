/*
 * open.c - what a run opens, in this order: targets are read, the interface is found and opened, privileges
 * given up, for good, and the hosts laid out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/run.h"
#include "out.h"
#include "pick.h"
#include "priv.h"
#include "route.h"

#define NEXT 320
#define SPOOL_ROOM (4 << 20)
#define GROUPS_MOST HOST_MEMBERSHIPS_MOST

static int cannot(const struct host_run *r, const char *what, int error)
{
	return opt_refuse(r->verb, "cannot %s: %s", what, mc_strerror(error));
}

/* ---- the interface ------------------------------------------------------------------------------ */

/* What a target or -I names: *by is the one so far, NULL: none. */
static int name_iface(struct host_run *r, const char *text, const char *what, const struct mc_iface **by)
{
	struct pick p;
	int e = pick_iface(r->verb, r->ifs, text, what, &p);

	if (e)
		return e;
	if (*by && *by != p.iface)
		return opt_refuse(r->verb,
				  "%s%s%s is another interface than %s: all hosts are on one (run another "
				  "mcast host for it)",
				  what ? what : "-I ", what ? "" : text, "", (*by)->name);
	*by = p.iface;
	return 0;
}

static int named_iface(struct host_run *r, const struct mc_iface **by)
{
	char name[MC_TARGET_STRLEN];
	int e = 0;

	for (size_t i = 0; i < r->ntargets && !e; i++)
		if (r->targets[i].ifname[0])
			e = name_iface(r, r->targets[i].ifname,
				       mc_target_format(&r->targets[i], name, sizeof name), by);
	if (!e && r->conf.iface)
		e = name_iface(r, r->conf.iface, NULL, by);
	return e;
}

/* That of the route to the first group. */
static int routed_iface(struct host_run *r, const struct mc_iface **by)
{
	const struct mc_target *t = &r->targets[0];
	char name[MC_TARGET_STRLEN], list[256], next[NEXT];
	struct mc_addr source = { 0 }, any = { 0 };
	bool link_local = t->group.family == MC_IPV6 && mc_addr_is_link_local(&t->group);
	int e = link_local ? 0 : route_source(&t->group, PICK_PORT, 0, &any, &source);

	mc_target_format(t, name, sizeof name);
	pick_next(next, sizeof next, "name one with -I", pick_list(r->ifs, list, sizeof list));
	if (link_local)
		return opt_refuse(r->verb, "%s: a group that does not leave the link needs an interface (%s)",
				  name, next);
	if (e)
		return opt_refuse(r->verb, "%s: no interface: %s (%s)", name,
				  e == -ENETUNREACH ? "no route" : mc_strerror(e), next);
	*by = route_iface(r->ifs, &source);
	if (*by)
		return 0;
	return opt_refuse(r->verb, "%s: the route does not tell the interface (%s)", name, next);
}

static int find_iface(struct host_run *r)
{
	const struct mc_iface *by = NULL;
	int e = mc_ifaces_new(&r->ifs, true);

	if (e)
		return cannot(r, "list the interfaces", e);
	e = named_iface(r, &by);
	if (!e && !by)
		e = routed_iface(r, &by);
	if (e || !by)
		return EXIT_CANNOT;
	if (r->conf.macs && !by->ether)
		return opt_refuse(r->verb, "--macs: %s has no Ethernet addresses (leave it out)", by->name);
	memcpy(r->ifname, by->name, sizeof r->ifname);
	r->ifindex = by->index;
	r->life = by->life;
	r->mtu = by->mtu < 576 ? 576 : by->mtu > UINT16_MAX ? UINT16_MAX : by->mtu;
	return 0;
}

/* ---- addresses -------------------------------------------------------------------------------------- */

static int check_from(const struct host_run *r, uint8_t family)
{
	const struct from *f = &r->conf.from[host_side_of(family)];
	const char *example = family == MC_IPV4 ? "10.0.8.0/22" : "fe80::1:0/112";

	if (!f->first.family && r->plan.hosts > 1)
		return opt_refuse(r->verb,
				  "--hosts %u: each needs an IPv%d address of its own (give them: --from %s)",
				  r->plan.hosts, family, example);
	if (f->first.family && f->room < r->plan.hosts)
		return opt_refuse(
			r->verb,
			"--from %s has addresses for %llu host%s, not for %u (take a shorter prefix, "
			"or fewer --hosts)",
			f->text, (unsigned long long)f->room, f->room == 1 ? "" : "s", r->plan.hosts);
	return 0;
}

static bool speaks(const struct host_run *r, unsigned side)
{
	return plan_has_family(&r->plan, host_family_of(side)) || r->conf.from[side].first.family;
}

static int check_addresses(const struct host_run *r)
{
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (speaks(r, k) && check_from(r, host_family_of(k)))
			return EXIT_CANNOT;
	return 0;
}

void host_conf_of(const struct host_run *r, unsigned side, struct mc_host_conf *ret)
{
	const struct host_conf *c = &r->conf;

	mc_host_conf_init(ret, host_family_of(side));
	ret->version = (uint8_t)c->version[side];
	ret->robustness = (uint8_t)c->robustness;
	ret->mtu = (uint16_t)r->mtu;
	ret->max_groups = GROUPS_MOST;
	if (c->report_interval)
		ret->unsolicited_report_interval = ret->older_report_interval = c->report_interval;
}

/* The one it sends from, and the others, which it is asked at, too. */
static int own_addresses(unsigned side, const struct mc_iface *i, struct mc_host_conf *conf)
{
	struct mc_addr *list = i->naddrs ? calloc(i->naddrs, sizeof *list) : NULL;
	size_t n = 0;

	if (i->naddrs && !list)
		return -ENOMEM;
	for (size_t k = 0; k < i->naddrs; k++)
		if (i->addrs[k].addr.family == host_family_of(side))
			list[n++] = i->addrs[k].addr;
	conf->addr = mc_iface_own(i, host_family_of(side));
	conf->others = list;
	conf->n_others = n;
	return 0;
}

static bool same_addresses(const struct mc_host_conf *a, const struct mc_host_conf *b)
{
	return mc_addr_cmp(&a->addr, &b->addr) == 0 && a->n_others == b->n_others &&
	       (!a->n_others || memcmp(a->others, b->others, a->n_others * sizeof *a->others) == 0);
}

static int follow(struct host_run *r, unsigned side, const struct mc_iface *i)
{
	struct mc_host_conf conf;
	struct mc_addr *old = r->others[side];

	host_conf_of(r, side, &conf);
	if (own_addresses(side, i, &conf))
		return -ENOMEM;
	if (same_addresses(&conf, &r->fleet.side[side].conf)) {
		free((void *)conf.others);
		return 0;
	}
	r->others[side] = (struct mc_addr *)conf.others;
	fleet_configure(&r->fleet, host_family_of(side), &conf, mc_loop_now());
	free(old);
	return 0;
}

void host_address(struct host_run *r, const struct mc_iface *i)
{
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (r->fleet.side[k].hosts && !r->fleet.side[k].from)
			follow(r, k, i); /* without memory the next change tries again */
}

/* ---- hosts ------------------------------------------------------------------------------------------ */

static int open_seed(struct host_run *r)
{
	if (r->conf.seed >= 0)
		r->seed = (uint64_t)r->conf.seed;
	else if (getrandom(&r->seed, sizeof r->seed, 0) != sizeof r->seed)
		return -errno;
	r->seed &= INT64_MAX; /* JSON has no more */
	return 0;
}

static int open_fleet(struct host_run *r)
{
	bool spoken[HOST_FAMILIES] = { speaks(r, HOST_IPV4), speaks(r, HOST_IPV6) };
	int e = open_seed(r);

	if (!e)
		e = fleet_open(&r->fleet, &r->plan, spoken, r->seed);
	if (e)
		return e;
	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		host_conf_of(r, k, &r->fleet.side[k].conf);
		if (r->conf.from[k].first.family)
			r->fleet.side[k].from = &r->conf.from[k];
	}
	r->fleet.suppress = r->conf.suppress;
	churn_open(&r->churn, r->conf.churn, mc_rand_next(&r->fleet.rand));
	host_address(r, mc_ifaces_index(r->ifs, r->ifindex));
	return outbox_open(&r->outbox, r->mtu);
}

static int open_link(struct host_run *r)
{
	struct mc_link_conf conf;
	int e;

	mc_link_conf_init(&conf);
	conf.ifindex = r->ifindex;
	conf.ipv4 = speaks(r, HOST_IPV4);
	conf.ipv6 = speaks(r, HOST_IPV6);
	conf.all = true;
	e = mc_link_open(&r->link, &conf);
	if (e == -EPERM)
		return opt_refuse(r->verb,
				  "cannot open %s: it needs CAP_NET_RAW (run it as root, or: setcap "
				  "cap_net_raw+ep PROGRAM)",
				  r->ifname);
	if (e)
		return opt_refuse(r->verb, "cannot open %s: %s", r->ifname, mc_strerror(e));
	return 0;
}

/* ---- all --------------------------------------------------------------------------------------------- */

static size_t note_lost(void *arg, uint64_t lines, char *buf, size_t cap)
{
	const struct host_run *r = arg;

	return host_show_lost(&r->show, lines, buf, cap);
}

static int open_parts(struct host_run *r)
{
	int e = open_fleet(r);

	r->show = (struct host_show){ .json = r->conf.json,
				      .verbose = r->conf.verbose,
				      .quiet = r->conf.quiet };
	memcpy(r->show.ifname, r->ifname, sizeof r->show.ifname);
	r->show.ifindex = r->ifindex;
	if (!e)
		e = host_events(r);
	if (!e)
		e = spool_open(&r->spool, &stdout, SPOOL_ROOM, note_lost, r);
	return e ? e : spool_watch(r->spool, r->loop);
}

int host_open(struct host_run *r)
{
	int e;

	r->signals.fd = -1;
	if (plan_make(&r->plan, r->verb, &r->conf, r->targets, r->ntargets) || check_addresses(r) ||
	    find_iface(r) || open_link(r))
		return EXIT_CANNOT;
	e = priv_drop(PRIV_NONE);
	if (e)
		return cannot(r, "give up privileges", e);
	e = open_parts(r);
	return e ? cannot(r, "start", e) : 0;
}

void host_close(struct host_run *r)
{
	spool_close(r->spool, 0);
	input_close(&r->input);
	mc_link_close(r->link);
	fleet_close(&r->fleet);
	outbox_close(&r->outbox);
	task_end(&r->task);
	plan_free(&r->plan);
	mc_ifaces_free(r->ifs);
	mc_loop_free(r->loop);
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		free(r->others[k]);
	if (r->signals.fd > 0)
		close(r->signals.fd);
	free(r->targets);
	free(r->conf.exclude);
}
