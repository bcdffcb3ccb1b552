/*
 * bridge.c - the check bridge: Linux bridges of this machine that snoop: is there a querier, is what nobody
 * is known to want passed on, do the ports forward, is the member known?
 */
#include <linux/if_bridge.h>
#include <stdio.h>

#include "doctor/checks.h"

struct bridging {
	const struct look *look;
	struct findings *out;
	size_t told, good;
};

static bool on_bridge(const struct look *l, const struct mc_bridge *b, uint32_t ifindex)
{
	const struct mc_bridge_port *p = mc_bridges_port(&l->bridges, ifindex);

	return ifindex == b->ifindex || (p && p->bridge == b->ifindex);
}

/* Whether something passes a bridge at all: without a port that is connected nothing does. */
static bool has_port(const struct look *l, const struct mc_bridge *b)
{
	for (size_t i = 0; i < l->bridges.nports; i++) {
		const struct mc_iface *port = mc_ifaces_index(l->ifs, l->bridges.ports[i].ifindex);

		if (l->bridges.ports[i].bridge == b->ifindex && port && port->running)
			return true;
	}
	return false;
}

/* Whether an aim of a family has to do with a bridge: it is to arrive there, or by one of its ports, or
 * nobody knows where. */
static bool concerned(const struct look *l, const struct mc_bridge *b, uint8_t family)
{
	for (size_t i = 0; i < l->aims.n; i++) {
		const struct aim *a = &l->aims.v[i];

		if (a->group.family == family && (!a->expected || on_bridge(l, b, a->expected)))
			return true;
	}
	return !l->aims.n;
}

/* The first port that does not pass on what nobody is known to want. */
static const struct mc_bridge_port *holding_back(const struct look *l, const struct mc_bridge *b,
						 size_t *ret_n)
{
	const struct mc_bridge_port *first = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < l->bridges.nports; i++) {
		const struct mc_bridge_port *p = &l->bridges.ports[i];

		if (p->bridge != b->ifindex || p->flood || p->router == MDB_RTR_TYPE_PERM || p->router_known)
			continue;
		first = first ? first : p;
		++*ret_n;
	}
	return first;
}

/* No querier asks, in the protocols named. As long as none does a bridge passes everything on to the
 * ports that flood: only to those that do not is something lost, as members are forgotten or never
 * learned. */
static void tell_querier(struct bridging *c, const struct mc_bridge *b, const char *protocols)
{
	size_t n;
	const struct mc_bridge_port *p = holding_back(c->look, b, &n);
	char name[4 * MC_IFNAME_SIZE + 3];

	if (!p) {
		find(c->out, VERDICT_OK,
		     "the bridge %s knows no %s querier, and floods as long as that is so", b->name,
		     protocols);
		c->good++;
		return;
	}
	struct finding *x =
		find(c->out, VERDICT_FAULT,
		     "%zu ports of the bridge %s (%s%s) get only what members ask for, and no %s querier "
		     "asks who they are",
		     n, b->name, p->name, n > 1 ? ", ..." : "", protocols);

	c->told++;
	x->ifindex = b->ifindex;
	find_saw(x, "bridge (netlink)", "mcast_snooping 1, mcast_querier 0, no querier known");
	find_saw(x, "port (netlink)", "%s: mcast_flood off", p->name);
	find_mend(x, "ip link set %s type bridge mcast_querier 1", find_quote(name, sizeof name, b->name));
	find_why(x,
		 "Without a querier a bridge forgets its members within minutes, or never learns of them.");
}

static void judge_ports(struct bridging *c, const struct mc_bridge *b)
{
	for (size_t i = 0; i < c->look->bridges.nports; i++) {
		const struct mc_bridge_port *p = &c->look->bridges.ports[i];
		const struct mc_iface *itself = mc_ifaces_index(c->look->ifs, p->ifindex);

		if (p->bridge != b->ifindex || p->state == BR_STATE_FORWARDING ||
		    p->state == BR_STATE_DISABLED || !itself || !itself->running)
			continue;
		struct finding *x =
			find(c->out, VERDICT_WARNING,
			     "port %s of the bridge %s passes nothing on: spanning tree has it %s", p->name,
			     b->name, p->state == BR_STATE_BLOCKING ? "blocked" : "waiting");

		c->told++;
		x->ifindex = p->ifindex;
		find_saw(x, "port (netlink)", "state %u", p->state);
		find_advise(x, "wait until it forwards, or look at the spanning tree");
	}
}

static bool has_querier(const struct mc_bridge *b, int f)
{
	return b->querier || b->known[f].present;
}

static void judge(struct bridging *c, const struct mc_bridge *b)
{
	bool lacks[2], has = false;

	if (!has_port(c->look, b))
		return;
	judge_ports(c, b);
	for (int f = 0; f < 2; f++) {
		bool wanted = b->snooping && concerned(c->look, b, f ? MC_IPV6 : MC_IPV4);

		lacks[f] = wanted && !has_querier(b, f);
		has |= wanted && !lacks[f];
	}
	c->good += has;
	if (lacks[0] || lacks[1])
		tell_querier(c, b, lacks[0] && lacks[1] ? "IGMP nor MLD" : lacks[0] ? "IGMP" : "MLD");
}

/* Who is known to want the first target, behind which ports. */
static void say_members(const struct look *l, struct findings *out, const struct aim *a)
{
	struct finding *x = NULL;
	char group[MC_ADDR_STRLEN];
	size_t n = 0;

	mc_addr_format(&a->group, group, sizeof group);
	for (size_t i = 0; i < l->bridges.ngroups; i++) {
		const struct mc_bridge_group *g = &l->bridges.groups[i];

		if (mc_addr_cmp(&g->group, &a->group))
			continue;
		if (!n++)
			x = find(out, VERDICT_OK, "%s is known to be wanted behind bridge ports", group);
		if (n <= CHECKS_MOST)
			find_saw(x, "mdb", "%s port %s", look_name(l, g->bridge), look_name(l, g->port));
	}
}

void check_bridge(const struct look *l, struct findings *out)
{
	struct bridging c = { .look = l, .out = out };

	if (l->bridges_error) {
		find(out, VERDICT_UNKNOWN, "bridges could not be looked at: %s",
		     mc_strerror(l->bridges_error));
		return;
	}
	for (size_t i = 0; i < l->bridges.n; i++)
		judge(&c, &l->bridges.v[i]);
	if (look_named(l))
		say_members(l, out, &l->aims.v[0]);
	if (c.told)
		return;
	if (!l->bridges.n)
		find(out, VERDICT_OK, "no bridge on this machine");
	else if (!c.good)
		find(out, VERDICT_OK, "no bridge in the way snoops");
	else if (!find_any(out, "bridge", VERDICT_OK))
		find(out, VERDICT_OK, "the bridge in the way snoops, and a querier asks");
}
