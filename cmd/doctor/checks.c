/*
 * checks.c - the list of checks, in their order, and the run through it. What they look at is theirs.
 */
#include "doctor/checks.h"

/* clang-format off */
const struct check checks[] = {
	{ "interface", CHECK_ALWAYS, check_interface,
	  "A group is joined and sent to on an interface, which must be up, connected and have an address." },
	{ "address", CHECK_ALWAYS, check_address,
	  "What becomes of a group's datagrams depends on the range that its address is from." },
	{ "route", CHECK_ALWAYS, check_route,
	  "Who sends or joins without naming an interface takes the one of the route to the group." },
	{ "joined", CHECK_ALWAYS, check_joined,
	  "Programs get a group only on interfaces where one joined it, and from sources that filters take." },
	{ "version", CHECK_ALWAYS, check_version,
	  "Source filters reach routers and switches by IGMPv3 and MLDv2 only." },
	{ "limits", CHECK_ALWAYS, check_limits,
	  "Past such a limit joins fail, and many programs do not look." },
	{ "rp_filter", CHECK_ALWAYS, check_rp_filter,
	  "With a strict reverse path filter the kernel drops what does not come by the interface that leads "
	  "back to its source." },
	{ "ttl", CHECK_ALWAYS, check_ttl,
	  "Multicast is sent with a TTL of 1 unless the program says otherwise, and ends at the first "
	  "router." },
	{ "overlap", CHECK_ALWAYS, check_overlap,
	  "Switches and cards tell groups apart by their Ethernet address, which 32 IPv4 groups share." },
	{ "bound", CHECK_ALWAYS, check_bound,
	  "A socket that is bound to an address gets datagrams to that address only." },
	{ "leak", CHECK_ALWAYS, check_leak,
	  "By default a socket bound to no address gets what any program of the machine has joined." },
	{ "port", CHECK_ALWAYS, check_port,
	  "Sockets share a port only if all of them ask for it." },
	{ "buffers", CHECK_ALWAYS, check_buffers,
	  "What comes while the receive buffer is full is dropped." },
	{ "counters", CHECK_ALWAYS, check_counters,
	  "The kernel counts what it drops, by the reason." },
	{ "firewall", CHECK_ALWAYS, check_firewall,
	  "What a rule drops does not reach a program, or does not leave." },
	{ "bridge", CHECK_ALWAYS, check_bridge,
	  "A bridge that snoops passes a group on only where it heard a member, or knows a router." },
	{ "container", CHECK_ALWAYS, check_container,
	  "Virtual networks often pass no multicast on." },
	{ "routing", CHECK_ALWAYS, check_routing,
	  "Between networks multicast flows only where a daemon has made an entry for it." },
	{ "arrival", CHECK_ALWAYS, check_arrival,
	  "What arrives at the interface is lost in this machine, if it is lost; what does not, before it." },
	{ "loopback", CHECK_PROBE, check_loopback,
	  "What is sent to a group comes back to its members on the same machine." },
	{ "report", CHECK_PROBE, check_report,
	  "Without a report neither switch nor router learns that somebody wants the group." },
	{ "querier", CHECK_PROBE, check_querier,
	  "Without a querier switches forget the members after some minutes, and traffic stops." },
	{ "delivery", CHECK_PROBE, check_delivery,
	  "Between the interface and the socket filters, firewalls and buffers may drop it." },
	{ "server", CHECK_PROBE, check_server,
	  "An answer proves the way to the group and back, and tells how far that is." },
	{ "soak", CHECK_SOAK, check_soak,
	  "What flows at first and ends after some minutes was forgotten by a switch without a querier." },
	{ "unicast", CHECK_WITH, check_unicast,
	  "What is lost by unicast, too, is no matter of multicast." },
	{ "multicast", CHECK_WITH, check_multicast,
	  "What is lost by multicast only is lost on the way of the group." },
	{ 0 },
};
/* clang-format on */

static bool is_due(const struct look *l, enum check_when when)
{
	switch (when) {
	case CHECK_PROBE:
		return l->probed;
	case CHECK_SOAK:
		return l->probed && l->conf->soak;
	case CHECK_WITH:
		return l->with;
	default:
		return true;
	}
}

void checks_run(const struct look *l, struct findings *f)
{
	for (const struct check *c = checks; c->name; c++) {
		if (!is_due(l, c->when))
			continue;
		f->check = c->name;
		f->why = c->why;
		c->run(l, f);
	}
}

size_t checks_each(const struct look *l, struct findings *f,
		   bool (*judge)(const struct look *, struct findings *, const struct aim *),
		   size_t *ret_groups)
{
	size_t groups = 0, wrong = 0, more = 0;

	for (size_t i = 0; i < l->aims.n; i++) {
		if (aim_again_there(&l->aims, i))
			continue;
		groups++;
		if (wrong == CHECKS_MOST)
			more++;
		else
			wrong += judge(l, f, &l->aims.v[i]);
	}
	if (more)
		find(f, VERDICT_UNKNOWN, "%zu more groups were not looked at: mend these first", more);
	*ret_groups = groups;
	return wrong;
}

bool checks_hidden(const struct look *l, struct findings *f)
{
	if (!l->holders.hidden)
		return false;
	find_advise(find(f, VERDICT_UNKNOWN, "%zu sockets of other users may not be looked at",
			 l->holders.hidden),
		    "run it as root");
	return true;
}
