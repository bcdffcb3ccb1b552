/*
 * route.c - the check route: by which interface the kernel would send to a group, and have a program join
 * that names none (ip(7), IP_ADD_MEMBERSHIP), and whether that is the one on which the group arrives.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "doctor/arrivals.h"
#include "doctor/checks.h"
#include "doctor/way.h"

#define NAME (4 * MC_IFNAME_SIZE + 3)

struct routed {
	const struct look *look;
	struct findings *out;
	const struct aim *aim;
	char group[MC_ADDR_STRLEN];
	struct way way; /* that of who names no interface */
	int error;
	bool wrong;
};

static struct finding *note(struct routed *r, struct finding *x)
{
	x->group = r->aim->group;
	x->ifindex = r->aim->expected;
	r->wrong = true;
	return x;
}

/* What kind of route it is that forbids. */
static const char *error_word(int error)
{
	switch (error) {
	case -EHOSTUNREACH:
		return "unreachable";
	case -EACCES:
		return "prohibit";
	case -EINVAL:
		return "blackhole";
	case -ENETUNREACH:
		return "none";
	default:
		return mc_strerror(error);
	}
}

static void saw_route(struct finding *x, const struct routed *r, const struct way *w, int error)
{
	char from[MC_ADDR_STRLEN + 16], via[MC_ADDR_STRLEN], source[MC_ADDR_STRLEN];

	snprintf(from, sizeof from, "route to %s", r->group);
	if (error) {
		find_saw(x, from, "%s", error_word(error));
		return;
	}
	mc_addr_format(&w->via, via, sizeof via);
	mc_addr_format(&w->source, source, sizeof source);
	find_saw(x, from, "dev %s%s%s%s%s", look_name(r->look, w->ifindex), *via ? " via " : "", via,
		 *source ? " src " : "", source);
}

/* Has the group go by an interface, whatever other routes say: the longest prefix wins, and of IPv6 the table
 * local is looked at first. */
static void mend_group(struct finding *x, const struct routed *r, uint32_t ifindex)
{
	char quoted[NAME];

	const struct mc_iface *i = mc_ifaces_index(r->look->ifs, ifindex);

	if (!i)
		return;
	find_quote(quoted, sizeof quoted, i->name);
	if (r->aim->group.family == MC_IPV6 && i->loopback) /* any other kind of route by lo discards */
		find_mend(x, "ip -6 route replace local %s/128 dev %s table local metric 1", r->group,
			  quoted);
	else if (r->aim->group.family == MC_IPV6)
		find_mend(x, "ip -6 route replace multicast %s/128 dev %s table local metric 1", r->group,
			  quoted);
	else
		find_mend(x, "ip route replace %s/32 dev %s", r->group, quoted);
}

/* ---- no route ------------------------------------------------------------------------- */

/* What helps all groups, where no route forbids this one. */
static void mend_all(struct finding *x, const struct routed *r, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(r->look->ifs, ifindex);
	char quoted[NAME];

	if (!i)
		return;
	find_quote(quoted, sizeof quoted, i->name);
	if (r->aim->group.family == MC_IPV4)
		find_mend(x, "ip route add 224.0.0.0/4 dev %s", quoted);
	else
		find_mend(x, "ip -6 route add multicast ff00::/8 dev %s table local", quoted);
}

/* Nobody who names no interface gets anywhere. That hurts only where none is named, and not those who have
 * joined. An interface that was named need not be meant for other groups, too. */
static void tell_none(struct routed *r)
{
	const struct aim *a = r->aim;
	bool harmless = a->ifindex || look_joined(r->look, &a->group);
	bool none = r->error == -ENETUNREACH;
	struct finding *x =
		find(r->out, harmless ? VERDICT_WARNING : VERDICT_FAULT,
		     none ? "there is no route to %s: programs that name no interface can neither "
			    "join nor send" :
			    "a route forbids %s: programs that name no interface can neither join "
			    "nor send",
		     r->group);

	note(r, x);
	saw_route(x, r, &r->way, r->error);
	if (!a->expected)
		find_advise(x, "name the interface (mcast doctor %s%%IFACE), or add a route by it", r->group);
	else if (none && !a->ifindex)
		mend_all(x, r, a->expected);
	else
		mend_group(x, r, a->expected);
}

/* It is joined on the interface that is meant, which whoever joined named. */
static void tell_unneeded(const struct routed *r)
{
	if (r->wrong)
		return;
	struct finding *x = find(r->out, VERDICT_OK,
				 "no route leads to %s, and who has joined it on %s needed none", r->group,
				 look_name(r->look, r->aim->ifindex));

	x->ifindex = r->aim->ifindex;
	saw_route(x, r, &r->way, r->error);
}

/* ---- IPv6: the route by the interface itself ------------------------------------------------- */

/* The kernel gives each interface a route to ff00::/8, by which it sends, and receives. Where that is lacking
 * another is taken, to a router, or none. */
static void judge_own_route(struct routed *r)
{
	const struct mc_iface *i = mc_ifaces_index(r->look->ifs, r->aim->expected);
	struct way w = { 0 };

	if (r->aim->group.family != MC_IPV6 || !i || !i->up || !i->naddrs || !mc_iface_own(i, MC_IPV6).family)
		return;
	int error = way_to(&r->aim->group, i->index, NULL, &w);

	if (!error && !w.via.family && w.ifindex == i->index)
		return;
	struct finding *x =
		find(r->out, VERDICT_FAULT,
		     "%s has no route of its own to %s: what arrives is dropped, and what is sent %s",
		     i->name, r->group, error ? "as well" : "goes to a router");

	note(r, x);
	saw_route(x, r, &w, error);
	find_why(x, "IPv6 groups are sent and received by a route to ff00::/8 in the table local, which the "
		    "kernel "
		    "makes for each interface.");
	if (error && error != -ENETUNREACH)
		mend_group(x, r, i->index);
	else
		mend_all(x, r, i->index);
}

/* ---- it arrives elsewhere ------------------------------------------------------------------ */

static bool is_wanted(const struct routed *r, const struct arrival *v)
{
	const struct aim *a = r->aim;

	return !mc_addr_cmp(&v->group, &a->group) && !mc_ifaces_is_own(r->look->ifs, &v->source) &&
	       (!a->source.family || !mc_addr_cmp(&a->source, &v->source)) &&
	       (a->port < 0 || a->port == v->port);
}

/* The stream that arrives where the group is not joined, if none arrives where it is. */
static const struct arrival *astray(const struct routed *r)
{
	const struct arrivals *seen = r->look->arrivals;
	const struct arrival *found = NULL;

	for (size_t i = 0; seen && i < seen->n; i++) {
		const struct arrival *v = &seen->v[i];
		const struct mc_iface *by = mc_ifaces_index(r->look->ifs, v->ifindex);

		if (!is_wanted(r, v) || !by || by->loopback)
			continue;
		if (mc_memberships_find(&r->look->memberships, v->ifindex, &v->group))
			return NULL;
		if (!found || v->datagrams > found->datagrams)
			found = v;
	}
	return found;
}

/* Whether what arrives elsewhere may be another network's: groups of a link, and such by which programs
 * find each other (SSDP, WS-Discovery), of 239.255.0.0/16 and IPv6's permanent ones of the site. */
static bool is_of_each_network(const struct aim *a)
{
	int scope = mc_addr_scope(&a->group);

	if (a->named && a->source.family)
		return scope <= 2;
	return scope <= 3 || (a->group.family == MC_IPV6 && scope <= 5 && !(a->group.b[1] & 0x10));
}

static void judge_arrivals(struct routed *r)
{
	const struct mc_membership *m = look_joined(r->look, &r->aim->group);
	const struct arrival *v = m && !is_of_each_network(r->aim) ? astray(r) : NULL;
	char source[MC_ADDR_STRLEN];

	if (!v)
		return;
	const char *there = look_name(r->look, v->ifindex), *here = look_name(r->look, m->ifindex);
	struct finding *x = find(r->out, r->aim->named ? VERDICT_FAULT : VERDICT_WARNING,
				 "%s is joined on %s, but it arrives on %s", r->group, here, there);

	note(r, x);
	x->ifindex = v->ifindex;
	find_saw(x, r->aim->group.family == MC_IPV6 ? "/proc/net/igmp6" : "/proc/net/igmp", "%s: %s", here,
		 r->group);
	find_saw(x, "what arrived", "%s: %llu from %s", there, (unsigned long long)v->datagrams,
		 mc_addr_format(&v->source, source, sizeof source));
	saw_route(x, r, &r->way, r->error);
	if (!r->aim->named || (!r->error && r->way.ifindex == v->ifindex)) {
		find_advise(x, "have the program name %s when it joins", there);
		return;
	}
	mend_group(x, r, v->ifindex);
	find_advise(x, "start the program again, or have it name %s when it joins", there);
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* The source is reached by another interface than the group. */
static void judge_source(struct routed *r)
{
	const struct aim *a = r->aim;
	char source[MC_ADDR_STRLEN];

	if (a->ifindex || !a->source.family || !a->expected || r->error || r->way.ifindex == a->expected ||
	    look_joined(r->look, &a->group))
		return;
	const char *there = look_name(r->look, r->way.ifindex), *here = look_name(r->look, a->expected);
	struct finding *x = find(r->out, VERDICT_WARNING,
				 "a program that names no interface joins on %s, but %s is reached by %s",
				 there, mc_addr_format(&a->source, source, sizeof source), here);

	note(r, x);
	saw_route(x, r, &r->way, 0);
	mend_group(x, r, a->expected);
}

/* The interfaces that could be meant, each behind a comma, and how many there are. */
static size_t list_ifaces(const struct routed *r, char *buf, size_t cap)
{
	size_t used = 0, n = 0;
	bool cut = false;

	*buf = '\0';
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(r->look->ifs, i));) {
		if (i->loopback || !i->running || !mc_iface_can(i))
			continue;
		if (used + sizeof i->name + sizeof ", , ..." < cap)
			used += (size_t)snprintf(buf + used, cap - used, "%s%s", n ? ", " : "", i->name);
		else
			cut = true;
		n++;
	}
	if (cut)
		snprintf(buf + used, cap - used, ", ...");
	return n;
}

/* Several interfaces, and nothing tells which is meant: neither a name, nor a member, nor a source. */
static void judge_choice(struct routed *r)
{
	const struct aim *a = r->aim;
	char list[256];
	struct finding *x;

	if (a->ifindex || a->source.family || look_joined(r->look, &a->group) ||
	    list_ifaces(r, list, sizeof list) < 2)
		return;
	x = note(r, find(r->out, VERDICT_WARNING, "programs that name no interface take %s, of %s",
			 look_name(r->look, r->way.ifindex), list));
	x->ifindex = r->way.ifindex;
	saw_route(x, r, &r->way, 0);
	find_advise(x,
		    "have programs name the interface that is meant, and name it here, too (mcast doctor "
		    "%s%%IFACE)",
		    r->group);
}

static void tell_good(const struct routed *r)
{
	const char *takes = look_name(r->look, r->way.ifindex);
	const struct aim *a = r->aim;
	struct finding *x;

	if (a->expected && a->expected != r->way.ifindex)
		x = find(r->out, VERDICT_OK, "programs that name no interface take %s, and here it is %s",
			 takes, look_name(r->look, a->expected));
	else
		x = find(r->out, VERDICT_OK, "programs that name no interface take %s", takes);
	x->ifindex = r->way.ifindex;
	saw_route(x, r, &r->way, 0);
}

static void judge(struct routed *r)
{
	const struct aim *a = r->aim;

	mc_addr_format(&r->aim->group, r->group, sizeof r->group);
	r->error = way_to(&r->aim->group, 0, NULL, &r->way);
	judge_own_route(r);
	judge_arrivals(r);
	if (!r->aim->named)
		return; /* who has joined has found a way */
	if (r->error && a->ifindex && mc_memberships_find(&r->look->memberships, a->ifindex, &a->group))
		return tell_unneeded(r);
	if (r->error && !r->wrong)
		tell_none(r);
	else
		judge_source(r);
	if (!r->wrong)
		judge_choice(r);
	if (!r->wrong)
		tell_good(r);
}

static bool judge_aim(const struct look *l, struct findings *out, const struct aim *a)
{
	struct routed r = { .look = l, .out = out, .aim = a };

	judge(&r);
	return r.wrong;
}

void check_route(const struct look *l, struct findings *out)
{
	size_t groups, wrong = checks_each(l, out, judge_aim, &groups);

	if (wrong || look_named(l))
		return;
	if (!groups)
		find(out, VERDICT_OK, "no group is to be looked at");
	else if (l->arrivals)
		find(out, VERDICT_OK, "no group was seen to arrive where it is not joined");
	else
		find_advise(find(out, VERDICT_UNKNOWN, "whether groups arrive where they are not joined"),
			    "run it as root");
}
