/*
 * where.c - from what the user named to a group, an interface and a source address. It asks the
 * kernel by which way it would send, and sends nothing.
 */
#include "where.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pick.h"
#include "route.h"
#include "sysctl.h"

#define NEXT 320 /* room for a next step, which may list interfaces */

/* What the steps below work on. */
struct finding {
	const struct verb *v;
	const struct mc_ifaces *ifs;
	const char *option;           /* of -I, or NULL */
	const struct mc_iface *iface; /* asked for */
	char name[MC_TARGET_STRLEN];  /* of the target */
	struct where *w;
};

/* The interface: %IFACE of the target, or -I, which may say where to send from, too. */
static int read_iface(struct finding *f)
{
	struct pick by_target = { 0 }, by_option = { 0 };
	int r = 0;

	if (f->w->target.ifname[0])
		r = pick_iface(f->v, f->ifs, f->w->target.ifname, f->name, &by_target);
	if (!r && f->option)
		r = pick_iface(f->v, f->ifs, f->option, NULL, &by_option);
	if (r)
		return r;
	if (by_target.iface && by_option.iface && by_target.iface != by_option.iface)
		return opt_refuse(f->v, "%s: the target names %s, and -I %s (leave one out)", f->name,
				  by_target.iface->name, by_option.iface->name);
	f->iface = by_target.iface ? by_target.iface : by_option.iface;
	f->w->bind = by_option.source;
	return 0;
}

static int refuse_source(const struct finding *f, const struct mc_addr *source, const char *why)
{
	char text[MC_ADDR_STRLEN];

	return opt_refuse(f->v, "%s: cannot send from %s: %s", f->name,
			  mc_addr_format(source, text, sizeof text), why);
}

/* The address to send from: SOURCE of the target, or -I. It brings its interface with it. */
static int read_source(struct finding *f)
{
	struct mc_addr *bind = &f->w->bind, source = f->w->target.source;

	if (source.family && bind->family && mc_addr_cmp(&source, bind))
		return refuse_source(f, &source, "-I names another address (leave one out)");
	if (source.family)
		*bind = source;
	if (!bind->family)
		return 0;
	if (bind->family != f->w->target.group.family)
		return refuse_source(f, bind, "it is of the other family (name the interface instead)");
	if (!mc_ifaces_is_own(f->ifs, bind))
		return refuse_source(f, bind, "it is no address of this machine (see ip address)");
	if (f->iface)
		return 0;
	if (pick_owners(f->ifs, bind, &f->iface) > 1)
		return refuse_source(f, bind, "several interfaces have it (name one with -I)");
	if (!f->iface) /* another one of 127.0.0.0/8 */
		return refuse_source(f, bind, "no interface lists it (name one with -I)");
	return 0;
}

/* A group that means another one on each link. */
static int check_link(const struct finding *f)
{
	const struct mc_addr *group = &f->w->target.group;
	char next[NEXT];

	if (f->iface || group->family != MC_IPV6 || !mc_addr_is_link_local(group))
		return 0;
	return opt_refuse(f->v, "%s: a group that does not leave the link needs an interface (%s)", f->name,
			  pick_next(next, sizeof next, "name one with -I", f->w->others));
}

/* The one thing that helps where IPv6 has no route by an interface that was named. Linux makes
 * any other kind of route by lo one that discards. */
static void route_by(const struct where *w, char *buf, size_t cap)
{
	if (w->loopback)
		snprintf(buf, cap, "ip -6 route add local ff00::/8 dev %s", w->ifname);
	else
		snprintf(buf, cap, "ip -6 route add multicast ff00::/8 dev %s table local", w->ifname);
}

static const char *other_iface(const struct where *w, const char *lead, char buf[NEXT])
{
	if (w->ifindex && !strcmp(w->others, w->ifname))
		return "see ip route"; /* there is no other */
	return pick_next(buf, NEXT, lead, w->others);
}

static void why_no_route(const struct where *w, char *buf, size_t cap)
{
	char next[NEXT];

	if (w->ifindex && w->target.group.family == MC_IPV6) {
		route_by(w, next, sizeof next);
		snprintf(buf, cap, "no route by %s (add one: %s)", w->ifname, next);
	} else {
		snprintf(buf, cap, "no route (%s)", other_iface(w, "name an interface with -I", next));
	}
}

/* There is nothing to send from: on the interface that was named, or on any. */
static void why_no_address(const struct where *w, char *buf, size_t cap)
{
	const char *by = w->ifindex ? w->ifname : "all";
	char knob[64], next[NEXT], source[MC_ADDR_STRLEN];

	snprintf(knob, sizeof knob, "net/ipv6/conf/%s/disable_ipv6", by);
	if (w->bind.family)
		snprintf(buf, cap, "%s does not have the address %s (see ip address)", w->ifname,
			 mc_addr_format(&w->bind, source, sizeof source));
	else if (sysctl_read(knob) > 0)
		snprintf(buf, cap, "IPv6 is switched off%s%s (switch it on: sysctl -w %s=0)",
			 w->ifindex ? " on " : "", w->ifname, knob);
	else if (w->ifindex)
		snprintf(buf, cap, "%s has no IPv6 address (add one: ip address add ADDRESS/64 dev %s)", by,
			 by);
	else
		snprintf(buf, cap, "no IPv6 address to send from (%s)",
			 pick_next(next, sizeof next, "interfaces to try with -I", w->others));
}

int where_unreachable(const struct verb *v, const struct where *w, int error)
{
	char name[MC_TARGET_STRLEN], why[2 * NEXT], next[NEXT];
	bool six = w->target.group.family == MC_IPV6;

	if (error == -ENETUNREACH)
		why_no_route(w, why, sizeof why);
	else if (error == -EADDRNOTAVAIL && six)
		why_no_address(w, why, sizeof why);
	else if (error == -EAFNOSUPPORT && six)
		snprintf(why, sizeof why, "this kernel has no IPv6 (take an IPv4 group)");
	else
		snprintf(why, sizeof why, "%s (%s)", mc_strerror(error),
			 other_iface(w, "interfaces to try with -I", next));
	return opt_refuse(v, "cannot send to %s: %s", mc_target_format(&w->target, name, sizeof name), why);
}

const char *where_meaning(int error)
{
	if (error == -EPERM)
		return " (a firewall of this machine drops it; see nft list ruleset)";
	if (error == -EACCES)
		return " (the route to it forbids it; see ip route)";
	if (error == -EMSGSIZE)
		return " (larger than the interface sends)";
	return error == -ENOBUFS || error == -EAGAIN ? " (a queue is full; send less)" : "";
}

/* Where the kernel has no address to send from, as on lo alone, whose address does not leave the
 * machine: one of the interface's, so that an answer has where to go. */
static void choose_source(struct finding *f)
{
	for (unsigned k = 0; f->iface && k < f->iface->naddrs; k++)
		if (f->iface->addrs[k].addr.family == f->w->target.group.family) {
			f->w->bind = f->w->source = f->iface->addrs[k].addr;
			return;
		}
}

static int find_route(struct finding *f)
{
	struct mc_addr source = { 0 };
	const struct where *w = f->w;
	int r = route_source(&w->target.group, w->port, w->ifindex, &w->bind, &source);

	if (r)
		return where_unreachable(f->v, f->w, r);
	if (mc_addr_is_unspecified(&source))
		choose_source(f);
	else
		f->w->source = source;
	const struct mc_iface *by = f->iface ? f->iface : route_iface(f->ifs, &f->w->source);

	if (by) {
		memcpy(f->w->ifname, by->name, sizeof f->w->ifname);
		f->w->by = by->index;
	}
	f->w->loopback = by && by->loopback;
	return 0;
}

static void use_iface(struct finding *f)
{
	if (!f->iface)
		return;
	f->w->ifindex = f->iface->index;
	f->w->loopback = f->iface->loopback;
	memcpy(f->w->ifname, f->iface->name, sizeof f->w->ifname);
}

int where_find(const struct verb *v, const struct mc_ifaces *ifs, const struct mc_target *t,
	       const char *iface, struct where *ret)
{
	struct where w = { .target = *t, .port = (uint16_t)t->port };
	struct finding f = { .v = v, .ifs = ifs, .option = iface, .w = &w };

	mc_target_format(t, f.name, sizeof f.name);
	pick_list(ifs, w.others, sizeof w.others);
	int r = read_iface(&f);

	if (!r)
		r = read_source(&f);
	if (!r)
		r = check_link(&f);
	if (!r) {
		use_iface(&f);
		r = find_route(&f);
	}
	if (!r)
		*ret = w;
	return r;
}
