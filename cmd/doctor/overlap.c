/*
 * overlap.c - the check overlap: groups that share the Ethernet address of the target's, on its interface,
 * and groups that share one with 224.0.0.0/24, which snooping switches flood (RFC 4541 2.1.2), or with
 * ff02::/120. 32 IPv4 groups have one Ethernet address (RFC 1112 6.4), and IPv6 ones go by their last 32 bits
 * (RFC 2464 7).
 */
#include <stdio.h>
#include <string.h>

#include "doctor/arrivals.h"
#include "doctor/checks.h"

struct overlap {
	const struct look *look;
	struct findings *out;
	const struct aim *aim; /* that is looked at */
	size_t index;
	uint8_t ether[6];
	size_t told, more;
};

static char *ether_format(char buf[18], const uint8_t e[6])
{
	snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", e[0], e[1], e[2], e[3], e[4], e[5]);
	return buf;
}

/* The group that all hosts or routers of a link may be in, which has that Ethernet address. False: none. */
static bool flooded_as(const uint8_t ether[6], uint8_t family, struct mc_addr *ret)
{
	struct mc_addr a = { .family = family };

	if (ether[3] || ether[4] || (family == MC_IPV6 && ether[2]))
		return false;
	if (family == MC_IPV6) {
		a.b[0] = 0xff;
		a.b[1] = 2;
		a.b[15] = ether[5];
	} else {
		a.b[0] = 224;
		a.b[3] = ether[5];
	}
	*ret = a;
	return true;
}

/* One of those itself. */
static bool is_flooded(const struct mc_addr *group)
{
	struct mc_addr same;
	uint8_t ether[6];

	return !mc_addr_ether(group, ether) && flooded_as(ether, group->family, &same) &&
	       !mc_addr_cmp(group, &same);
}

/* Of interface-local scope: it is in no frame. */
static bool stays_here(const struct mc_addr *group)
{
	return mc_addr_scope(group) <= 1;
}

static struct finding *begin(struct overlap *c, const struct mc_addr *other)
{
	char group[MC_ADDR_STRLEN], text[MC_ADDR_STRLEN], ether[18];
	struct finding *x;

	if (c->told == CHECKS_MOST) {
		c->more++;
		return NULL;
	}
	c->told++;
	x = find(c->out, VERDICT_WARNING, "%s has the same Ethernet address as %s, %s",
		 mc_addr_format(&c->aim->group, group, sizeof group),
		 mc_addr_format(other, text, sizeof text), ether_format(ether, c->ether));
	x->group = c->aim->group;
	x->ifindex = c->aim->expected;
	return x;
}

static void judge_flooded(struct overlap *c)
{
	struct mc_addr other;
	struct finding *x;

	if (!flooded_as(c->ether, c->aim->group.family, &other))
		return;
	x = begin(c, &other);
	if (!x)
		return;
	if (c->aim->group.family == MC_IPV4) {
		find_why(x, "Switches do not snoop 224.0.0.0/24: they send it, and what looks like it, "
			    "to all ports.");
		find_advise(x, "take a group that does not end in .0.0.%u or .128.0.%u", c->ether[5],
			    c->ether[5]);
	} else {
		find_why(x, "Switches may send the groups of ff02::/120, and what looks like them, "
			    "to all ports.");
		find_advise(x, "take a group whose last 32 bits are more than ff");
	}
}

static void judge_other(struct overlap *c, const struct mc_addr *other, uint32_t ifindex, const char *from,
			const char *what)
{
	uint8_t ether[6];
	struct finding *x;

	if (other->family != c->aim->group.family || !mc_addr_cmp(other, &c->aim->group) ||
	    stays_here(other) || is_flooded(other) || (c->aim->expected && ifindex != c->aim->expected) ||
	    mc_addr_ether(other, ether) || memcmp(ether, c->ether, sizeof ether) != 0)
		return;
	for (size_t i = 0; i < c->index; i++) /* told the other way round */
		if (!mc_addr_cmp(&c->look->aims.v[i].group, other))
			return;
	x = begin(c, other);
	if (!x)
		return;
	find_saw(x, from, "%s %s", what, look_name(c->look, ifindex));
	find_advise(
		x,
		"take groups that differ in their last %u bits: switches send either to the members of both, "
		"and the kernel sorts them out only here",
		other->family == MC_IPV4 ? 23 : 32);
}

static bool is_joined(const struct overlap *c, uint32_t ifindex, const struct mc_addr *group)
{
	return mc_memberships_find(&c->look->memberships, ifindex, group);
}

static bool came_before(const struct arrivals *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a->v[i].ifindex == a->v[n].ifindex && !mc_addr_cmp(&a->v[i].group, &a->v[n].group))
			return true;
	return false;
}

static void judge(struct overlap *c)
{
	const struct mc_memberships *m = &c->look->memberships;
	const struct arrivals *seen = c->look->arrivals;
	const struct mc_iface *i = mc_ifaces_index(c->look->ifs, c->aim->expected);

	if ((i && (!i->ether || i->loopback)) || stays_here(&c->aim->group) ||
	    mc_addr_ether(&c->aim->group, c->ether) || is_flooded(&c->aim->group))
		return;
	judge_flooded(c);
	for (size_t k = 0; k < m->n; k++)
		judge_other(c, &m->v[k].group, m->v[k].ifindex, "joined here", "on");
	for (size_t k = 0; seen && k < seen->n; k++)
		if (!is_joined(c, seen->v[k].ifindex, &seen->v[k].group) && !came_before(seen, k))
			judge_other(c, &seen->v[k].group, seen->v[k].ifindex, "it arrives here", "on");
}

void check_overlap(const struct look *l, struct findings *out)
{
	struct overlap c = { .look = l, .out = out };

	for (c.index = 0; c.index < l->aims.n; c.index++) {
		c.aim = &l->aims.v[c.index];
		if (!aim_again_there(&l->aims, c.index))
			judge(&c);
	}
	if (c.more)
		find(out, VERDICT_WARNING, "%zu more groups share an Ethernet address", c.more);
	if (!c.told)
		find(out, VERDICT_OK, "no other group that is in use here has the same Ethernet address");
}
