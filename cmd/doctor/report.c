/*
 * report.c - the check report: whether a join left the machine as a report, in which version, and why not.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "doctor/blame.h"
#include "doctor/checks.h"
#include "doctor/knob.h"
#include "doctor/probed.h"
#include <mcast/msg.h>

static struct finding *about(const struct probed *p, struct finding *x)
{
	x->group = p->heard.group;
	x->ifindex = p->ifindex;
	return x;
}

/* ---- none left ------------------------------------------------------------------------ */

/* As the kernel would send it: RFC 9776 4.2, 7.2.1, RFC 9777 5.2. */
static struct rules_packet packet_of(const struct look *l, const struct probed *p)
{
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	const struct mc_iface *i = mc_ifaces_index(l->ifs, p->ifindex);
	bool six = p->group.family == MC_IPV6;

	return (struct rules_packet){
		.family = p->group.family,
		.protocol = six ? IPPROTO_ICMPV6 : IPPROTO_IGMP,
		.icmp_type = six ? 143 : 0x22,
		.source = i ? mc_iface_own(i, p->group.family) : (struct mc_addr){ 0 },
		.destination = proto->all_reports,
		.port = -1,
		.out = look_name(l, p->ifindex),
		.ttl = 1,
	};
}

static void tell_rule(const struct look *l, const struct probed *p, struct findings *f,
		      const struct rules_packet *packet, const struct rules_verdict *v)
{
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	struct finding *x = find(f, VERDICT_FAULT, "joins do not leave %s: nftables drops %s as it goes out",
				 look_name(l, p->ifindex), proto->name);

	blame_tell(l, about(p, x), packet, v);
}

static void tell_none(const struct look *l, const struct probed *p, struct findings *f)
{
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	const struct mc_iface *i = mc_ifaces_index(l->ifs, p->ifindex);
	char group[MC_ADDR_STRLEN], quoted[4 * MC_IFNAME_SIZE + 3];
	struct rules_packet packet = packet_of(l, p);
	struct rules_verdict v;

	mc_addr_format(&p->heard.group, group, sizeof group);
	if (i && i->up && blame_rule(l, &packet, &v) == RULES_DROP) {
		tell_rule(l, p, f, &packet, &v);
		return;
	}
	struct finding *x = find(f, VERDICT_FAULT, "the join of %s did not leave %s: no %s report was sent",
				 group, look_name(l, p->ifindex), proto->name);

	about(p, x);
	if (i && !i->up) {
		find_saw(x, "ip link", "%s: not UP", i->name);
		find_mend(x, "ip link set dev %s up", find_quote(quoted, sizeof quoted, i->name));
	} else if (i && !i->running) {
		find_saw(x, "ip link", "%s: UP, NO-CARRIER", i->name);
		find_advise(x, "connect it, or bring the other end up");
	} else if (i && !mc_iface_own(i, p->group.family).family) {
		find_saw(x, "ip address", "%s: no address to send from", i->name);
		find_advise(x, "give %s an address; of IPv6 a link-local one that is not tentative", i->name);
	} else {
		find_advise(x, "look for what drops %s as it goes out (nft list ruleset, iptables -S)%s%s",
			    proto->name, l->rules[0] ? "" : "; rules could not be read: ",
			    l->rules[0]  ? "" :
			    l->rules_why ? l->rules_why :
					   "not allowed");
	}
}

/* ---- an older version ----------------------------------------------------------------- */

static const struct probed_querier *older_querier(const struct probed *p)
{
	for (size_t i = 0; i < p->heard.n; i++)
		if (p->heard.queriers[i].version <= p->heard.version)
			return &p->heard.queriers[i];
	return NULL;
}

/* The switch of /proc/sys, of all interfaces or this one; tells whether one is set. */
static bool tell_forced(const struct look *l, const struct probed *p, struct finding *x)
{
	return knob_clear(x, p->group.family, look_name(l, p->ifindex), knob_forces(p->group.family));
}

static void tell_older(const struct look *l, const struct probed *p, struct findings *f)
{
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	const struct probed_querier *q = older_querier(p);
	char by[MC_ADDR_STRLEN + 48] = "", addr[MC_ADDR_STRLEN];
	bool wanted = p->source.family;

	if (q)
		snprintf(by, sizeof by, ", as %s asks in that version",
			 mc_addr_format(&q->addr, addr, sizeof addr));
	struct finding *x = find(f, wanted ? VERDICT_FAULT : VERDICT_WARNING,
				 "joins leave %s as %sv%u, not %sv%u%s%s", look_name(l, p->ifindex),
				 proto->name, p->heard.version, proto->name, proto->newest, by,
				 wanted ? ": the source that is wanted is not said" : "");

	about(p, x);
	find_why(x, "Older versions carry no sources, and make hosts wait for each other's reports.");
	if (tell_forced(l, p, x))
		return;
	if (q)
		find_saw(x, "a query on the link", "%sv%u from %s", proto->name, q->version, addr);
	find_advise(x, "have %s ask in %sv%u; hosts return to it when no older query has come for some 260 s",
		    q ? addr : "the querier of that link, which was not heard now,", proto->name,
		    proto->newest);
}

/* ---- it left -------------------------------------------------------------------------- */

static void tell_left(const struct look *l, const struct probed *p, struct findings *f)
{
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	char group[MC_ADDR_STRLEN], from[MC_ADDR_STRLEN];

	mc_addr_format(&p->heard.group, group, sizeof group);
	mc_addr_format(&p->heard.from, from, sizeof from);
	if (mc_addr_is_unspecified(&p->heard.from)) {
		struct finding *x = find(f, VERDICT_WARNING, "the join of %s left %s from %s", group,
					 look_name(l, p->ifindex), from);

		about(p, x);
		find_why(x, "A report without the sender's address is ignored by routers (MLD) or by many "
			    "switches (IGMP).");
		find_advise(x, "give %s an address, or wait until it is not tentative any more",
			    look_name(l, p->ifindex));
		return;
	}
	struct finding *x = find(f, VERDICT_OK, "the join of %s left %s as an %sv%u report", group,
				 look_name(l, p->ifindex), proto->name, p->heard.version);

	about(p, x);
	find_saw(x, "on the wire", "from %s, %.3g s after the join", from,
		 p->heard.left > p->heard.joined ? (double)(p->heard.left - p->heard.joined) / 1e9 : 0);
	if (p->heard.chosen)
		find_saw(x, "another group",
			 "%s, as the kernel need not report a group of the link's, or one that it is in",
			 group);
}

void check_report(const struct look *l, struct findings *f)
{
	const struct probed *p = l->probed;
	const struct mc_proto *proto = mc_proto_of(p->group.family);
	int failed = p->heard.chosen ? p->heard.join_error : p->flow.join_error;
	char group[MC_ADDR_STRLEN];

	if (probed_blind(p, f, "", 0))
		return;
	if (failed)
		about(p, find(f, VERDICT_FAULT, "%s cannot be joined on %s: %s",
			      mc_addr_format(&p->heard.group, group, sizeof group), look_name(l, p->ifindex),
			      mc_strerror(failed)));
	else if (p->loopback)
		find(f, VERDICT_OK, "%s is no link: nothing has to be reported there",
		     look_name(l, p->ifindex));
	else if (!p->heard.left && (p->heard.error || p->stopped))
		probed_blind(p, f, "what leaves cannot be seen", p->heard.error ? p->heard.error : -EINTR);
	else if (!p->heard.left)
		tell_none(l, p, f);
	else if (p->heard.version < proto->newest)
		tell_older(l, p, f);
	else
		tell_left(l, p, f);
}
