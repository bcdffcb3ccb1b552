/*
 * scope.c - the check address: what the range of a group's address means for its way. IPv4 by RFC 5771, 2365,
 * 4607 and 6676; IPv6 by RFC 4291 2.7, 7346, 3306, 3956 and 4607.
 */
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/way.h"

/* One group, as it is wanted. */
struct scope {
	const struct look *look;
	struct findings *out;
	const struct aim *aim;
	char group[MC_ADDR_STRLEN];
	bool wrong;
};

static struct finding *tell(struct scope *s, enum verdict v, const char *what)
{
	struct finding *x = find(s->out, v, "%s %s", s->group, what);

	x->group = s->aim->group;
	x->ifindex = s->aim->expected;
	s->wrong = true;
	return x;
}

/* ---- ranges that are noted --------------------------------------------------------------- */

struct range {
	struct mc_prefix prefix;
	const char *what;
};

/* The first that fits counts. */
static const struct range ranges[] = {
	{ { { MC_IPV4, { 224, 0, 0 } }, 24 },
	  "is of the local network control block: no router passes it on, and switches flood it" },
	{ { { MC_IPV4, { 224, 0, 1 } }, 24 },
	  "is of the internetwork control block, for protocols (RFC 5771)" },
	{ { { MC_IPV4, { 232 } }, 8 }, "is source-specific (RFC 4607)" },
	{ { { MC_IPV4, { 233 } }, 8 }, "is of the ranges that go by AS numbers (GLOP, RFC 3180)" },
	{ { { MC_IPV4, { 234 } }, 8 }, "is of the ranges that go by unicast prefixes (RFC 6034)" },
	{ { { MC_IPV4, { 239, 255 } }, 16 }, "is for this site, or a part of it (RFC 2365)" },
	{ { { MC_IPV4, { 239, 192 } }, 14 }, "is for this organisation (RFC 2365)" },
	{ { { MC_IPV4, { 239 } }, 8 }, "is for private use, as addresses of 10.0.0.0/8 are (RFC 2365)" },
	{ { { MC_IPV4, { 225 } }, 8 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 226 } }, 7 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 228 } }, 6 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 235 } }, 8 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 236 } }, 7 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 238 } }, 8 },
	  "is of a range that is reserved (RFC 5771), which Linux does not mind" },
	{ { { MC_IPV4, { 224 } }, 4 }, "is of global scope" },
};

static const char *const scopes[16] = {
	[1] = "does not leave the interface",
	[2] = "does not leave the link: no router passes it on",
	[3] = "is for the realm (RFC 7346)",
	[4] = "is for the part of the site that its administrator chose",
	[5] = "is for the site",
	[8] = "is for the organisation",
	[14] = "is of global scope",
};

static const char *note_of(const struct mc_addr *group)
{
	const char *scope = scopes[group->b[1] & 15];

	if (group->family == MC_IPV6)
		return scope ? scope :
			       "is of a scope that nobody has defined: routers take it as they are told";
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (mc_prefix_has(&ranges[i].prefix, group))
			return ranges[i].what;
	return "is a group";
}

/* ---- ranges in which something does not work ---------------------------------------------- */

static bool is_documentation(const struct mc_addr *g)
{
	static const struct mc_prefix v4 = { { MC_IPV4, { 233, 252, 0 } }, 24 };

	if (g->family == MC_IPV4)
		return mc_prefix_has(&v4, g);
	/* ff0x::db8:0:0/96, RFC 6676 3 */
	for (int i = 2; i < 12; i++)
		if (g->b[i] != (i == 10 ? 0x0d : i == 11 ? 0xb8 : 0))
			return false;
	return (g->b[1] >> 4) == 0;
}

/* Scopes and flags that mean nothing. */
static void judge_form(struct scope *s)
{
	const struct mc_addr *g = &s->aim->group;
	unsigned flags = g->b[1] >> 4, scope = g->b[1] & 15;
	struct finding *x = NULL;

	if (g->family != MC_IPV6)
		return;
	if (!scope)
		x = tell(s, VERDICT_FAULT, "has the reserved scope 0: the kernel drops what arrives");
	else if (scope == 15)
		x = tell(s, VERDICT_WARNING, "has the reserved scope f");
	if (x) {
		find_why(x,
			 "Scopes 0 and f are reserved, and 0 must be neither sent nor taken (RFC 4291 2.7).");
		find_advise(x, "take another group, such as ff%x5::... for the site", flags);
	}
	/* Of R, P and T each needs the next (RFC 3306 4, RFC 3956 3). */
	if ((flags & 2 && !(flags & 1)) || (flags & 4 && !(flags & 2)) || flags & 8) {
		x = tell(s, VERDICT_WARNING, "has flags that do not go together");
		find_saw(x, "flags of the address", "%x", flags);
		find_why(x, "An address made of a prefix (P) is a transient one (T), and one with a "
			    "rendezvous point "
			    "(R) is made of a prefix (RFC 3306, RFC 3956).");
		find_advise(x, "take a group such as ff1%x::...", scope);
	}
}

static void judge_documentation(struct scope *s)
{
	if (!is_documentation(&s->aim->group))
		return;
	struct finding *x = tell(s, VERDICT_WARNING, "is for documentation only");

	find_why(x, "It stands for a group in examples, and may be filtered anywhere (RFC 6676).");
	find_advise(x, "take one of 239.0.0.0/8, or ff15::/16");
}

/* By the prefixes of its addresses, or by a route to it without a router: an address may be its own
 * prefix, as of DHCPv6. Where no route of IPv4 leads by an interface, the kernel takes all for
 * neighbours there: so there it is asked by which interface it would go. */
static bool is_neighbour(const struct mc_iface *i, const struct mc_addr *a)
{
	struct way w;

	if (mc_iface_on_link(i, a))
		return true;
	if (way_to(a, a->family == MC_IPV6 ? i->index : 0, NULL, &w))
		return false;
	return w.ifindex == i->index && !w.via.family;
}

/* A source that what stays on the link, or the machine, cannot come from. */
static void judge_reach(struct scope *s)
{
	const struct aim *a = &s->aim[0];
	const struct mc_iface *i = mc_ifaces_index(s->look->ifs, a->expected);
	int scope = mc_addr_scope(&a->group);
	char source[MC_ADDR_STRLEN];
	struct finding *x;

	if (scope == 1 && i && !i->loopback) {
		bool other = a->source.family && !mc_ifaces_is_own(s->look->ifs, &a->source);

		x = tell(s, other ? VERDICT_FAULT : VERDICT_WARNING,
			 "stays on this machine: nothing of it leaves or is taken from a wire");
		find_why(x,
			 "A group of interface-local scope is for programs of one machine (RFC 4291 2.7).");
		find_advise(x, "take one of link-local scope, ff12::..., or wider");
	} else if (scope == 2 && a->source.family && i && !mc_ifaces_is_own(s->look->ifs, &a->source) &&
		   !is_neighbour(i, &a->source)) {
		mc_addr_format(&a->source, source, sizeof source);
		x = tell(s, VERDICT_FAULT, "does not pass routers, and the source is behind one");
		find_saw(x, "ip address, ip route",
			 "%s: %s is in none of its prefixes, nor of its routes without a router", i->name,
			 source);
		find_why(x,
			 "Routers never pass on what is addressed to this link (RFC 5771 4, RFC 4291 2.7).");
		find_advise(x, "take a group of wider scope, such as %s",
			    a->group.family == MC_IPV6 ? "ff15::/16" : "239.0.0.0/8");
	}
}

/* ---- source-specific groups ----------------------------------------------------------------- */

static const struct mc_holder *any_source_holder(const struct look *l, const struct aim *a)
{
	for (size_t i = 0; i < l->holders.nheld; i++) {
		const struct mc_held *h = &l->holders.held[i];
		const struct mc_membership *m = &l->memberships.v[h->membership];

		if (h->mode == MC_EXCLUDE && !mc_addr_cmp(&m->group, &a->group) &&
		    (!a->expected || m->ifindex == a->expected))
			return &l->holders.sockets[h->socket];
	}
	return NULL;
}

static void judge_ssm(struct scope *s)
{
	const struct mc_holder *h = any_source_holder(s->look, s->aim);
	char who[LOOK_PROCESS], what[LOOK_PROCESS + 80];
	struct finding *x;

	if (!mc_addr_is_ssm(&s->aim->group))
		return;
	if (h) {
		snprintf(what, sizeof what, "is source-specific, and %s joined it without a source",
			 look_process(who, sizeof who, h));
		x = tell(s, VERDICT_WARNING, what);
		x->pid = h->process ? h->process->pid : 0;
		find_advise(x, "have the program join with the source (IP_ADD_SOURCE_MEMBERSHIP, "
			       "MCAST_JOIN_SOURCE_GROUP)");
	} else if (s->aim->named && !s->aim->source.family && !look_joined(s->look, &s->aim->group)) {
		x = tell(s, VERDICT_WARNING, "is source-specific, and no source is named");
		find_advise(x, "name it: mcast doctor SOURCE@%s", s->group);
	} else {
		return;
	}
	find_why(x,
		 "In these ranges routers do not pass a group on to who does not name its source (RFC 4607, "
		 "RFC 4604).");
}

/* ---- all of them ------------------------------------------------------------------------ */

static void judge(struct scope *s)
{
	mc_addr_format(&s->aim->group, s->group, sizeof s->group);
	judge_form(s);
	judge_documentation(s);
	judge_reach(s);
	judge_ssm(s);
}

static bool judge_aim(const struct look *l, struct findings *out, const struct aim *a)
{
	struct scope s = { .look = l, .out = out, .aim = a };

	judge(&s);
	return s.wrong;
}

void check_address(const struct look *l, struct findings *out)
{
	const struct aim *first = l->aims.v;
	size_t groups, wrong = checks_each(l, out, judge_aim, &groups);

	if (wrong)
		return;
	if (groups == 1) {
		char text[MC_ADDR_STRLEN];

		find(out, VERDICT_OK, "%s %s", mc_addr_format(&first->group, text, sizeof text),
		     note_of(&first->group));
	} else {
		find(out, VERDICT_OK,
		     groups ? "nothing in the ranges of %zu groups stands in the way" :
			      "no group is to be looked at",
		     groups);
	}
}
