/*
 * counters.c - the check counters: which counters of loss grew during the window, of the whole network
 * namespace, of the CPUs' queues, and of the interfaces by which it is to arrive.
 */
#include <inttypes.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "sysctl.h"

/* What growth of a counter means. It counts what all groups and hosts sent: never more than a warning. */
struct meaning {
	const char *name;
	bool named_only; /* ordinary on many machines: told for a target that was named only */
	const char *text, *advice;
};

static const struct meaning meanings[] = {
	{ "TcpExtIPReversePathFilter", false, "packets were dropped by the reverse path filter",
	  "see the check rp_filter, with the SOURCE named" },
	{ "UdpInCsumErrors", false, "datagrams had a wrong checksum",
	  "look at the sender, and at checksum offload on the way (ethtool -K IFACE tx off)" },
	{ "Udp6InCsumErrors", false, "IPv6 datagrams had a wrong checksum",
	  "look at the sender, and at checksum offload on the way (ethtool -K IFACE tx off)" },
	{ "IpExtInCsumErrors", false, "packets had a wrong IP header checksum",
	  "look at what changes packets on the way" },
	{ "UdpRcvbufErrors", false, "datagrams were lost as some socket's receive buffer was full",
	  "see the check buffers" },
	{ "Udp6RcvbufErrors", false, "IPv6 datagrams were lost as some socket's receive buffer was full",
	  "see the check buffers" },
	{ "UdpIgnoredMulti", true, "multicast datagrams met no socket that takes them",
	  "see the checks bound and joined: another port, address, or source filter" },
	{ "Udp6IgnoredMulti", true, "IPv6 multicast datagrams met no socket that takes them",
	  "see the checks bound and joined: another port, address, or source filter" },
	{ "IpInDiscards", false, "packets were discarded, such as by a firewall or for want of memory",
	  "see the check firewall" },
	{ "Ip6InDiscards", false, "IPv6 packets were discarded, such as by a firewall or for want of memory",
	  "see the check firewall" },
	{ "IpReasmFails", false, "fragments could not be put together: some were lost on the way",
	  "have the sender keep to the path's MTU" },
	{ "Ip6ReasmFails", false, "IPv6 fragments could not be put together: some were lost on the way",
	  "have the sender keep to the path's MTU" },
};

static const char of_all[] =
	"The counter is of all that this machine takes: what was lost need not have been of the group.";

static size_t judge_stack(const struct look *l, struct findings *out)
{
	bool named = look_named(l);
	size_t told = 0;

	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		const struct meaning *m = &meanings[i];
		uint64_t grew = mc_counters_grew(l->before, l->after, m->name);

		if (!grew || (m->named_only && !named))
			continue;
		struct finding *x = find(out, VERDICT_WARNING,
					 "%" PRIu64 " %s within %.1f s, of whatever group or host", grew,
					 m->text, (double)l->window / MC_SEC);

		find_why(x, of_all);
		find_saw(x, m->name, "+%" PRIu64, grew);
		find_advise(x, "%s", m->advice);
		told++;
	}
	return told;
}

static size_t judge_queues(const struct look *l, struct findings *out)
{
	uint64_t grew = mc_counters_grew(l->before, l->after, "SoftnetDropped");
	long most = sysctl_read("net/core/netdev_max_backlog");

	if (!grew)
		return 0;
	struct finding *x = find(out, VERDICT_WARNING,
				 "%" PRIu64
				 " packets were lost as a CPU's queue was full, of whatever group or host",
				 grew);

	find_why(x, of_all);
	find_saw(x, "/proc/net/softnet_stat", "dropped +%" PRIu64, grew);
	find_saw(x, "/proc/sys/net/core/netdev_max_backlog", "%ld", most);
	if (most > 0)
		find_mend(x, "sysctl -w net.core.netdev_max_backlog=%ld", 10 * most);
	return 1;
}

/* By which an aim is to arrive, or a port of such a bridge. */
static bool is_expected(const struct look *l, uint32_t ifindex)
{
	const struct mc_bridge_port *port = l->bridges_error ? NULL : mc_bridges_port(&l->bridges, ifindex);

	for (size_t i = 0; i < l->aims.n; i++) {
		uint32_t expected = l->aims.v[i].expected;

		if (expected && (expected == ifindex || (port && port->bridge == expected)))
			return true;
	}
	return false;
}

static size_t judge_iface(const struct look *l, struct findings *out, const struct look_iface *i)
{
	const struct mc_ifcount *a = &i->before, *b = &i->after;
	uint64_t missed = b->missed - a->missed + (b->fifo - a->fifo), errors = b->errors - a->errors;
	const char *name = look_name(l, i->ifindex);
	struct finding *x;

	if (!i->counted || !is_expected(l, i->ifindex))
		return 0;
	if (missed) {
		x = find(out, VERDICT_FAULT, "%s lost %" PRIu64 " packets as nobody fetched them in time",
			 name, missed);
		x->ifindex = i->ifindex;
		find_saw(x, "missed and fifo of its counters (ip -s -s link)", "+%" PRIu64, missed);
		find_advise(
			x,
			"make its ring larger (ethtool -g %s shows how large it may be, ethtool -G sets it)",
			name);
	}
	if (errors) {
		x = find(out, VERDICT_FAULT, "%s got %" PRIu64 " damaged frames", name, errors);
		x->ifindex = i->ifindex;
		find_saw(x, "errors of its counters (ip -s -s link)", "+%" PRIu64, errors);
		find_advise(x, "look at cable, connector and the other end's settings");
	}
	return missed || errors;
}

void check_counters(const struct look *l, struct findings *out)
{
	size_t told = judge_stack(l, out) + judge_queues(l, out);

	for (size_t i = 0; i < l->nifaces; i++)
		told += judge_iface(l, out, &l->ifaces[i]);
	if (!told)
		find(out, VERDICT_OK, "no counter of loss grew within %.1f s", (double)l->window / MC_SEC);
}
