/*
 * firewall.c - the check firewall: would rules of nftables drop the packets that an aim needs? Reports that
 * leave, queries that arrive, the group's datagrams in and out; and what a bridge here passes on of them.
 *
 * It knows which packets matter; what becomes of them rules.h tells.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/accept.h"
#include "doctor/arrivals.h"
#include "doctor/checks.h"
#include "doctor/rules.h"
#include "sysctl.h"

#define SITES_MOST 32 /* places that drop one packet */

enum kind { KIND_REPORT, KIND_QUERY, KIND_IN, KIND_OUT, KIND_PASSED_ON, KINDS };

struct firewall {
	const struct look *look;
	struct findings *out;
	struct rules *rules;
	size_t told[KINDS], more[KINDS];
	bool perhaps;  /* some rule may drop something, and nothing tells that it did */
	size_t judged; /* aims that are to arrive somewhere */
	struct rules_verdict sites[SITES_MOST], others[SITES_MOST];
};

/* A packet, why it matters, and what is said of it. */
struct passage {
	enum kind kind;
	struct rules_packet packet;
	enum verdict verdict; /* where it is dropped */
	struct mc_addr group; /* family 0: none in particular */
	uint32_t ifindex;
	const char *ifname;
	const char *because; /* NULL, or a file that says why it passes there */
};

static const char *protocol_name(uint8_t family)
{
	return family == MC_IPV4 ? "IGMP" : "MLD";
}

static struct mc_addr known_addr(const char *text)
{
	struct mc_addr a = { 0 };

	mc_addr_parse(&a, text);
	return a;
}

/* ---- telling ------------------------------------------------------------------------------- */

#define WHAT (2 * MC_ADDR_STRLEN + 4 * MC_IFNAME_SIZE + 64)

static void write_datagrams(char *buf, size_t cap, const struct passage *g)
{
	const struct rules_packet *p = &g->packet;
	char group[MC_ADDR_STRLEN], port[16] = "";
	bool six = p->family == MC_IPV6 && p->port >= 0;

	if (p->protocol != IPPROTO_UDP) {
		snprintf(buf, cap, "%s %s", protocol_name(p->family),
			 p->icmp_type == 0x11 || p->icmp_type == 130 ? "queries" : "reports");
		return;
	}
	mc_addr_format(&p->destination, group, sizeof group);
	if (p->port >= 0)
		snprintf(port, sizeof port, ":%d", (int)p->port);
	snprintf(buf, cap, "datagrams to %s%s%s%s", six ? "[" : "", group, six ? "]" : "", port);
}

static void write_what(char buf[WHAT], const struct passage *g)
{
	static const char *const ways[KINDS] = {
		[KIND_REPORT] = "that leave by",
		[KIND_QUERY] = "that arrive on",
		[KIND_IN] = "that arrive on",
		[KIND_OUT] = "that leave by",
		[KIND_PASSED_ON] = "passed on by the bridge",
	};
	bool nobody = g->kind == KIND_QUERY && g->packet.source.family && !g->packet.source_len;
	char datagrams[WHAT / 2 + 16];

	write_datagrams(datagrams, sizeof datagrams, g);
	snprintf(buf, WHAT, "%s%s %s %s", datagrams, nobody ? " from 0.0.0.0, as switches send them," : "",
		 ways[g->kind], g->ifname);
}

/* What the counter was at the beginning, and by what it grew. False: the rule has none. */
static bool read_counter(const struct firewall *c, const struct rules_verdict *v, uint64_t *ret,
			 uint64_t *grew)
{
	uint64_t later;

	*grew = 0;
	if (!v->counted)
		return false;
	*ret = v->packets;
	if (c->look->rules[1] && rules_count(c->look->rules[1], v, &later) && later > *ret)
		*grew = later - *ret;
	return true;
}

static void show_site(const struct firewall *c, struct finding *x, const struct rules_verdict *v)
{
	char from[sizeof v->family + sizeof v->table + sizeof v->chain + 32];
	uint64_t packets, grew;

	snprintf(from, sizeof from, "nft list chain %s %s %s", v->family, v->table, v->chain);
	find_saw(x, from, "%s", v->rule);
	if (read_counter(c, v, &packets, &grew))
		find_saw(x, "counter", "%llu packets, %llu more while it looked", (unsigned long long)packets,
			 (unsigned long long)grew);
}

static void tell(struct firewall *c, const struct passage *g, const struct rules_verdict *v)
{
	char what[WHAT];

	if (c->told[g->kind] == CHECKS_MOST) {
		c->more[g->kind]++;
		return;
	}
	c->told[g->kind]++;
	write_what(what, g);
	struct finding *x = find(c->out, v->fate == RULES_DROP ? g->verdict : VERDICT_WARNING,
				 "%s %s dropped by %s of the chain %s, table %s %s", what,
				 v->fate == RULES_DROP ? "are" : "may be",
				 v->handle < 0 ? "the policy" : "a rule", v->chain, v->family, v->table);

	x->ifindex = g->ifindex;
	x->group = g->group;
	show_site(c, x, v);
	if (g->because)
		find_saw(x, g->because, "1");
	accept_mend(x, &g->packet, v);
}

/* ---- judging ------------------------------------------------------------------------------- */

/* So many of the datagrams arrived while it looked: a tap sees them before the rules do. */
static uint64_t arrived(const struct look *l, const struct passage *g)
{
	const struct rules_packet *p = &g->packet;
	uint64_t n = 0;

	for (size_t i = 0; l->arrivals && i < l->arrivals->n; i++) {
		const struct arrival *v = &l->arrivals->v[i];

		if (v->ifindex == g->ifindex && !mc_addr_cmp(&v->group, &p->destination) &&
		    (p->port < 0 || v->port == p->port) &&
		    (!p->source.family || p->source_len || !mc_addr_cmp(&v->source, &p->source)))
			n += v->datagrams;
	}
	return n;
}

static bool has_site(const struct rules_verdict *list, size_t n, const struct rules_verdict *v)
{
	for (size_t i = 0; i < n; i++)
		if (list[i].handle == v->handle && !strcmp(list[i].chain, v->chain) &&
		    !strcmp(list[i].table, v->table) && !strcmp(list[i].family, v->family))
			return true;
	return false;
}

/* Whether the rule may drop what anybody sends to a host, too: its counter then says nothing of multicast. */
static bool is_general(struct firewall *c, const struct passage *g, const struct rules_verdict *v)
{
	bool six = g->packet.family == MC_IPV6;
	const struct mc_iface *i = mc_ifaces_index(c->look->ifs, g->ifindex);
	struct mc_addr own = i ? mc_iface_own(i, g->packet.family) : (struct mc_addr){ 0 };
	struct rules_packet p = { .family = g->packet.family,
				  .icmp_type = -1,
				  .destination = known_addr(six ? "2001:db8::1" : "192.0.2.1"),
				  .port = -1,
				  .in = g->packet.in,
				  .out = g->packet.out,
				  .bridged = g->packet.bridged };

	if (p.in && !p.out && own.family)
		p.destination = own;
	for (unsigned k = 0; k < 3; k++) {
		p.protocol = k == 0 ? IPPROTO_TCP :
			     k == 1 ? IPPROTO_UDP :
			     six    ? IPPROTO_ICMPV6 :
				      IPPROTO_ICMP;
		p.icmp_type = k < 2 ? -1 : six ? 128 : 8;
		if (has_site(c->others, rules_sites(c->rules, &p, c->others, SITES_MOST), v))
			return true;
	}
	return false;
}

/* Lists of those who are banned, and limits, drop something on any host: only what was dropped while it
 * looked counts, and only where that was, by all that can be seen, what matters here. */
static bool has_dropped(struct firewall *c, const struct passage *g, const struct rules_verdict *v)
{
	uint64_t packets, grew, came = arrived(c->look, g);

	if (!read_counter(c, v, &packets, &grew) || !grew)
		return false;
	if (g->kind != KIND_IN)
		return !is_general(c, g, v);
	return came && ((2 * grew >= came && grew <= 2 * came) || !is_general(c, g, v));
}

/* What only may be dropped is told where a counter says that it was. The number of places told. */
static size_t judge(struct firewall *c, const struct passage *g)
{
	size_t n = rules_sites(c->rules, &g->packet, c->sites, SITES_MOST), told = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rules_verdict *v = &c->sites[i];

		if (v->fate == RULES_DROP || has_dropped(c, g, v)) {
			tell(c, g, v);
			told++;
		} else {
			c->perhaps = true;
		}
	}
	return told;
}

/* As it passes the stack, and, to or from a bridge, as a frame before or behind that, by ports that are not
 * known. */
static size_t judge_local(struct firewall *c, const struct passage *g)
{
	struct passage frame = *g;
	size_t told = judge(c, g);

	if (!mc_bridges_index(&c->look->bridges, g->ifindex))
		return told;
	frame.packet.bridged = true;
	frame.packet.in = g->packet.in ? "" : NULL;
	frame.packet.out = g->packet.out ? "" : NULL;
	return told + judge(c, &frame);
}

/* ---- IGMP and MLD -------------------------------------------------------------------------- */

static uint8_t spoken(const struct look *l, const struct aim *a)
{
	const struct mc_spoken *s = mc_memberships_spoken(&l->memberships, a->expected);

	return s ? s->version[a->group.family == MC_IPV6] : 0;
}

/* The newest version's go to a group of their own, the older ones' to the group that is joined (RFC 9776
 * 4.2.14, RFC 2236 9, RFC 9777 5.2.14, RFC 2710 5). */
static void make_report(struct rules_packet *p, const struct look *l, const struct aim *a)
{
	const struct mc_iface *i = mc_ifaces_index(l->ifs, a->expected);
	uint8_t version = spoken(l, a);

	p->destination = a->group;
	p->source = mc_iface_own(i, a->group.family);
	if (a->group.family == MC_IPV6) {
		p->protocol = IPPROTO_ICMPV6;
		p->icmp_type = version == 1 ? 131 : 143;
		if (version != 1)
			p->destination = known_addr("ff02::16");
	} else {
		p->protocol = IPPROTO_IGMP;
		p->icmp_type = version == 1 ? 0x12 : version == 2 ? 0x16 : 0x22;
		if (version != 1 && version != 2)
			p->destination = known_addr("224.0.0.22");
	}
}

/* From somebody on the link: of its IPv4 network, or link-local. */
static void make_query(struct rules_packet *p, const struct mc_iface *i, uint8_t family)
{
	p->protocol = family == MC_IPV4 ? IPPROTO_IGMP : IPPROTO_ICMPV6;
	p->icmp_type = family == MC_IPV4 ? 0x11 : 130;
	p->destination = known_addr(family == MC_IPV4 ? "224.0.0.1" : "ff02::1");
	if (family == MC_IPV6) {
		p->source = known_addr("fe80::");
		p->source_len = 64;
		return;
	}
	for (size_t k = 0; k < i->naddrs && !p->source.family; k++)
		if (i->addrs[k].addr.family == MC_IPV4 && i->addrs[k].len && i->addrs[k].len < 32) {
			p->source = i->addrs[k].net;
			p->source_len = i->addrs[k].len;
		}
}

/* All hosts are in those groups without a word (RFC 9776 6, RFC 9777 7), as in those of scope 0 and 1. */
static bool is_reported(const struct mc_addr *group)
{
	struct mc_addr all = known_addr(group->family == MC_IPV4 ? "224.0.0.1" : "ff02::1");

	return mc_addr_cmp(group, &all) && mc_addr_scope(group) > 1;
}

static bool is_joined(const struct look *l, const struct aim *a)
{
	return mc_memberships_find(&l->memberships, a->expected, &a->group) != NULL;
}

static bool sends_here(const struct look *l, const struct aim *a)
{
	return (a->source.family && mc_ifaces_is_own(l->ifs, &a->source)) || look_sends(l, &a->group);
}

static bool needs_membership(const struct look *l, const struct aim *a)
{
	const struct mc_iface *i = mc_ifaces_index(l->ifs, a->expected);

	return i && !i->loopback && is_reported(&a->group) && (is_joined(l, a) || !sends_here(l, a));
}

static bool same_family_before(const struct look *l, size_t n)
{
	const struct aim *a = &l->aims.v[n];

	for (size_t i = 0; i < n; i++) {
		const struct aim *b = &l->aims.v[i];

		if (b->expected == a->expected && b->group.family == a->group.family &&
		    needs_membership(l, b))
			return true;
	}
	return false;
}

static void judge_query(struct firewall *c, struct passage *g, const struct mc_iface *i)
{
	uint8_t family = g->packet.family;

	g->kind = KIND_QUERY;
	g->packet.in = i->name;
	g->packet.out = NULL;
	g->packet.source = (struct mc_addr){ 0 };
	make_query(&g->packet, i, family);
	if (judge_local(c, g) || family == MC_IPV6)
		return;
	g->verdict = VERDICT_WARNING;
	g->packet.source = known_addr("0.0.0.0");
	g->packet.source_len = 0;
	judge_local(c, g);
}

/* Of the newest versions once for an interface, as they do not depend on the group. */
static void judge_membership(struct firewall *c, size_t n)
{
	const struct aim *a = &c->look->aims.v[n];
	const struct mc_iface *i = mc_ifaces_index(c->look->ifs, a->expected);
	struct passage g = {
		.kind = KIND_REPORT,
		.packet = { .family = a->group.family, .port = -1, .ttl = 1, .out = i->name },
		.verdict = VERDICT_FAULT,
		.ifindex = a->expected,
		.ifname = i->name,
	};
	bool again = same_family_before(c->look, n);

	make_report(&g.packet, c->look, a);
	if (!again || !mc_addr_cmp(&g.packet.destination, &a->group))
		judge_local(c, &g);
	if (!again)
		judge_query(c, &g, i);
}

/* ---- datagrams ----------------------------------------------------------------------------- */

static bool same_before(const struct look *l, size_t n)
{
	const struct aim *a = &l->aims.v[n];

	for (size_t i = 0; i < n; i++) {
		const struct aim *b = &l->aims.v[i];

		if (b->expected == a->expected && b->port == a->port && !mc_addr_cmp(&b->group, &a->group) &&
		    !mc_addr_cmp(&b->source, &a->source))
			return true;
	}
	return false;
}

static struct passage datagrams_of(const struct look *l, const struct aim *a)
{
	return (struct passage){
		.packet = {
			.family = a->group.family,
			.protocol = IPPROTO_UDP,
			.icmp_type = -1,
			.source = a->source,
			.destination = a->group,
			.port = a->port,
		},
		.group = a->group,
		.ifindex = a->expected,
		.ifname = look_name(l, a->expected),
	};
}

/* What leaves matters where somebody sends; else, where it was asked for, it is worth a word. */
static void judge_datagrams(struct firewall *c, const struct aim *a)
{
	struct passage g = datagrams_of(c->look, a);
	bool sends = sends_here(c->look, a);

	g.kind = KIND_IN;
	g.verdict = VERDICT_FAULT;
	g.packet.in = g.ifname;
	judge_local(c, &g);
	if (!sends && !a->named)
		return;
	g.kind = KIND_OUT;
	g.verdict = sends ? VERDICT_FAULT : VERDICT_WARNING;
	g.packet.in = NULL;
	g.packet.out = g.ifname;
	if (a->source.family && !mc_ifaces_is_own(c->look->ifs, &a->source))
		g.packet.source = mc_iface_own(mc_ifaces_index(c->look->ifs, a->expected), a->group.family);
	judge_local(c, &g);
}

/* ---- bridges ------------------------------------------------------------------------------- */

static bool has_ports(const struct look *l, const struct mc_bridge *b)
{
	size_t n = 0;

	for (size_t i = 0; i < l->bridges.nports; i++)
		n += l->bridges.ports[i].bridge == b->ifindex;
	return n > 1;
}

/* Whether a member is known behind one of its ports. */
static bool is_wanted_behind(const struct look *l, const struct mc_bridge *b, const struct mc_addr *group)
{
	for (size_t i = 0; i < l->bridges.ngroups; i++) {
		const struct mc_bridge_group *g = &l->bridges.groups[i];

		if (g->bridge == b->ifindex && g->port != b->ifindex && !mc_addr_cmp(&g->group, group))
			return true;
	}
	return false;
}

/* Frames from port to port; with br_netfilter they pass the rules of IP, too, as if they were forwarded. */
static void judge_passed_on(struct firewall *c, struct passage *g)
{
	bool six = g->packet.family == MC_IPV6;

	g->packet.bridged = true;
	g->packet.in = g->packet.out = "";
	g->because = NULL;
	judge(c, g);
	if (sysctl_read(six ? "net/bridge/bridge-nf-call-ip6tables" : "net/bridge/bridge-nf-call-iptables") !=
	    1)
		return;
	g->packet.bridged = false;
	g->packet.in = g->packet.out = g->ifname;
	g->because = six ? "/proc/sys/net/bridge/bridge-nf-call-ip6tables" :
			   "/proc/sys/net/bridge/bridge-nf-call-iptables";
	judge(c, g);
}

static void judge_bridge(struct firewall *c, const struct mc_bridge *b, size_t n)
{
	const struct look *l = c->look;
	const struct aim *a = &l->aims.v[n];
	bool wanted = is_wanted_behind(l, b, &a->group);
	struct passage g = datagrams_of(l, a);

	if (!has_ports(l, b) || (!wanted && a->expected != b->ifindex))
		return;
	g.kind = KIND_PASSED_ON;
	g.verdict = wanted ? VERDICT_FAULT : VERDICT_WARNING;
	g.ifindex = b->ifindex;
	g.ifname = b->name;
	judge_passed_on(c, &g);
	if (same_family_before(l, n) || !is_reported(&a->group))
		return;
	g.packet.port = -1;
	g.packet.ttl = 1;
	g.packet.source = (struct mc_addr){ 0 };
	g.group = (struct mc_addr){ 0 };
	make_query(&g.packet, mc_ifaces_index(l->ifs, b->ifindex), g.packet.family);
	judge_passed_on(c, &g);
}

/* ---- all ----------------------------------------------------------------------------------- */

static void judge_aim(struct firewall *c, size_t n)
{
	const struct look *l = c->look;
	const struct aim *a = &l->aims.v[n];

	if (!mc_ifaces_index(l->ifs, a->expected) || same_before(l, n))
		return;
	c->judged++;
	if (needs_membership(l, a))
		judge_membership(c, n);
	judge_datagrams(c, a);
	for (size_t i = 0; i < l->bridges.n; i++)
		judge_bridge(c, &l->bridges.v[i], n);
}

static void tell_more(struct firewall *c)
{
	static const char *const what[KINDS] = { "reports", "queries", "datagrams that arrive",
						 "datagrams that leave", "frames of bridges" };

	for (int k = 0; k < KINDS; k++)
		if (c->more[k])
			find(c->out, VERDICT_WARNING, "of %s %zu more are dropped, or may be", what[k],
			     c->more[k]);
}

static void tell_well(struct firewall *c)
{
	struct finding *x;

	for (int k = 0; k < KINDS; k++)
		if (c->told[k])
			return;
	if (!rules_tables(c->rules)) {
		find(c->out, VERDICT_OK, "nftables has no rules");
		return;
	}
	if (!c->judged && c->look->aims.n) {
		x = find(c->out, VERDICT_UNKNOWN,
			 "there are rules, and by which interface the group comes is not known");
		find_advise(x, "name the interface: %%IFACE behind the group, or -I");
		return;
	}
	x = find(c->out, VERDICT_OK, "no rule of nftables drops what is needed");
	if (c->perhaps)
		find_saw(x, "nft list ruleset",
			 "some that drop have conditions that cannot be judged here (marks, limits, sets), "
			 "and no counter of theirs tells that they did");
}

static void tell_legacy(const struct look *l, struct findings *out)
{
	const json_t *list = json_object_get(l->rules[0], "legacy");
	char names[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < json_array_size(list) && len < sizeof names; i++)
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					json_string_value(json_array_get(list, i)));
	if (!len)
		return;
	struct finding *x = find(out, VERDICT_UNKNOWN,
				 "there are tables of the older ip_tables (%s), which nftables does not list",
				 names);

	find_saw(x, "/proc/net/ip_tables_names, ip6_tables_names", "%s", names);
	find_advise(x,
		    "see iptables-legacy-save and ip6tables-legacy-save for rules that drop igmp, MLD or the "
		    "group");
}

static void tell_unread(const char *why, struct findings *out)
{
	struct finding *x = find(out, VERDICT_UNKNOWN, "the rules of nftables could not be read: %s", why);

	if (strstr(why, "CAP_NET_ADMIN"))
		find_advise(x, "run it as root");
}

void check_firewall(const struct look *l, struct findings *out)
{
	struct firewall *c = l->rules[0] ? calloc(1, sizeof *c) : NULL;

	if (!l->rules[0]) {
		tell_unread(l->rules_why ? l->rules_why : "no reason was told", out);
		return;
	}
	if (c) {
		c->look = l;
		c->out = out;
		c->rules = rules_index(l->rules[0]);
	}
	if (!c || !c->rules) {
		out->starved = true;
		free(c);
		return;
	}
	for (size_t i = 0; i < l->aims.n; i++)
		judge_aim(c, i);
	tell_more(c);
	tell_well(c);
	tell_legacy(l, out);
	rules_free(c->rules);
	free(c);
}
