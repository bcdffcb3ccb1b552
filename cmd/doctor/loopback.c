/*
 * loopback.c - the check loopback: whether a datagram to the group came back on this machine, and why not.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "doctor/blame.h"
#include "doctor/checks.h"
#include "doctor/probed.h"

static struct rules_packet packet_of(const struct look *l, const struct probed *p, bool out)
{
	const char *name = look_name(l, p->ifindex);

	return (struct rules_packet){
		.family = p->group.family,
		.protocol = IPPROTO_UDP,
		.icmp_type = -1,
		.source = p->back.from,
		.destination = p->group,
		.port = p->back.port,
		.in = out ? NULL : name,
		.out = out ? name : NULL,
	};
}

/* A rule that drops it as it leaves, or as it comes back, is named; tells whether there is one. */
static bool tell_rule(const struct look *l, const struct probed *p, struct findings *f)
{
	char group[MC_ADDR_STRLEN];
	struct rules_verdict v;

	mc_addr_format(&p->group, group, sizeof group);
	for (int out = 1; out >= 0; out--) {
		struct rules_packet packet = packet_of(l, p, out);

		if (blame_rule(l, &packet, &v) != RULES_DROP)
			continue;
		struct finding *x = find(f, VERDICT_FAULT,
					 "what this machine sends to %s does not come back to it: nftables "
					 "drops it as it %s",
					 group, out ? "leaves" : "comes in");

		packet.port = -1; /* any: the port was of the probe's own */
		blame_tell(l, x, &packet, &v);
		x->group = p->group;
		x->ifindex = p->ifindex;
		return true;
	}
	return false;
}

static void advise(const struct look *l, const struct probed *p, struct finding *x)
{
	const struct mc_iface *i = mc_ifaces_index(l->ifs, p->ifindex);
	char quoted[4 * MC_IFNAME_SIZE + 3];

	if (i && !i->up) {
		find_saw(x, "ip link", "%s: not UP", i->name);
		find_mend(x, "ip link set dev %s up", find_quote(quoted, sizeof quoted, i->name));
	} else if (i && p->back.error == -ENETUNREACH && p->group.family == MC_IPV6) {
		find_quote(quoted, sizeof quoted, i->name);
		find_saw(x, "route to the group", "none by %s", i->name);
		/* Any other kind of route by lo is one that discards. */
		if (i->loopback)
			find_mend(x, "ip -6 route add local ff00::/8 dev %s", quoted);
		else
			find_mend(x, "ip -6 route add multicast ff00::/8 dev %s table local", quoted);
	} else if (p->back.error == -ENETUNREACH || p->back.error == -EADDRNOTAVAIL) {
		find_advise(x, "see whether there is a route to the group by %s, and an address on it",
			    look_name(l, p->ifindex));
	} else if (!l->rules[0]) {
		find_advise(
			x,
			"look for a rule that drops it (nft list ruleset, iptables -S): they could not be "
			"read (%s)",
			l->rules_why ? l->rules_why : "not allowed");
	} else {
		find_advise(x, "look for what drops it: iptables -S, programs attached by tc or bpf");
	}
}

static void tell_lost(const struct look *l, const struct probed *p, struct findings *f)
{
	char group[MC_ADDR_STRLEN];
	struct finding *x;

	if (tell_rule(l, p, f))
		return;
	mc_addr_format(&p->group, group, sizeof group);
	if (p->back.error)
		x = find(f, VERDICT_FAULT,
			 "nothing can be sent to %s by %s, even without leaving this machine: %s", group,
			 look_name(l, p->ifindex), mc_strerror(p->back.error));
	else
		x = find(f, VERDICT_FAULT,
			 "a datagram of TTL 0 to %s on %s did not come back to a member on "
			 "this machine",
			 group, look_name(l, p->ifindex));
	x->group = p->group;
	x->ifindex = p->ifindex;
	advise(l, p, x);
}

void check_loopback(const struct look *l, struct findings *f)
{
	const struct probed *p = l->probed;
	char group[MC_ADDR_STRLEN];

	if (probed_blind(p, f, "", 0))
		return;
	mc_addr_format(&p->group, group, sizeof group);
	if (p->back.came) {
		struct finding *x = find(f, VERDICT_OK,
					 "what this machine sends to %s comes back to members on it, by %s",
					 group, look_name(l, p->ifindex));

		find_saw(x, "a datagram of TTL 0", "was back after %.3g ms",
			 (double)(p->back.came - p->back.sent) / 1e6);
	} else if (p->back.failed) {
		find(f, VERDICT_UNKNOWN, "cannot %s for it: %s", p->back.failed, mc_strerror(p->back.error));
	} else {
		tell_lost(l, p, f);
	}
}
