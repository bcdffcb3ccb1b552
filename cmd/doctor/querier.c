/*
 * querier.c - the check querier: who asked on the link while the probe listened; that nobody did, which
 * matters to switches that snoop (RFC 4541).
 */
#include <mcast/msg.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/probed.h"

#define INTERVAL (125 * MC_SEC) /* of queries, by default: RFC 9776 8.2, RFC 9777 9.2 */

static const char *protocol(const struct probed *p)
{
	return mc_proto_of(p->group.family)->name;
}

static struct finding *about(const struct probed *p, struct finding *x)
{
	x->ifindex = p->ifindex;
	return x;
}

/* The interval as it was seen, else as the querier announces it; 0: neither. */
static double interval_of(const struct probed_querier *q)
{
	if (q->queries > 1)
		return (double)(q->last - q->first) / 1e9 / (q->queries - 1);
	return q->interval;
}

static void tell_one(const struct look *l, const struct probed *p, struct findings *f,
		     const struct probed_querier *q)
{
	char addr[MC_ADDR_STRLEN], every[48] = "";
	double interval = interval_of(q);
	bool nobody = mc_addr_is_unspecified(&q->addr);

	if (interval > 0)
		snprintf(every, sizeof every, ", every %.3g s%s", interval,
			 q->queries > 1 ? "" : " as it says");
	struct finding *x = find(f, VERDICT_OK, "%s asks on %s in %sv%u%s%s",
				 nobody ? "somebody without an address, as bridges do," :
					  mc_addr_format(&q->addr, addr, sizeof addr),
				 look_name(l, p->ifindex), protocol(p), q->version, every,
				 q->own ? ": this machine does" : "");

	about(p, x);
	find_saw(x, "general queries on the link", "%u from %s", q->queries,
		 mc_addr_format(&q->addr, addr, sizeof addr));
}

/* Those with an address, which are to elect one among them (RFC 9776 6.6.2, RFC 9777 7.6.2). */
static size_t electing(const struct probed *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->heard.n; i++) {
		bool again = mc_addr_is_unspecified(&p->heard.queriers[i].addr);

		for (size_t k = 0; k < i; k++)
			again |= !mc_addr_cmp(&p->heard.queriers[k].addr, &p->heard.queriers[i].addr);
		n += !again;
	}
	return n;
}

static void tell_several(const struct look *l, const struct probed *p, struct findings *f, size_t n)
{
	char addr[MC_ADDR_STRLEN];
	struct finding *x = find(f, VERDICT_WARNING, "%zu queriers ask on %s", n, look_name(l, p->ifindex));

	about(p, x);
	find_why(x, "Queriers of one link elect one among them, and the others fall silent.");
	for (size_t i = 0; i < p->heard.n; i++)
		find_saw(x, "general queries on the link", "%u from %s, %sv%u", p->heard.queriers[i].queries,
			 mc_addr_format(&p->heard.queriers[i].addr, addr, sizeof addr), protocol(p),
			 p->heard.queriers[i].version);
	find_advise(x, "wait for a query interval: if both ask still, they do not hear each other");
}

/* The bridge that the interface is, or is a port of, may know one that asked before. */
static bool bridge_knows(const struct look *l, const struct probed *p, struct findings *f)
{
	const struct mc_bridge_port *port = mc_bridges_port(&l->bridges, p->ifindex);
	const struct mc_bridge *b = mc_bridges_index(&l->bridges, port ? port->bridge : p->ifindex);
	char addr[MC_ADDR_STRLEN];

	if (l->bridges_error || !b)
		return false;
	const struct mc_bridge_querier *q = &b->known[p->group.family == MC_IPV6];

	if (!q->present || !q->addr.family || mc_addr_is_unspecified(&q->addr))
		return false;
	about(p, find(f, VERDICT_OK, "%s knows %s as querier of %s, which asked before", b->name,
		      mc_addr_format(&q->addr, addr, sizeof addr), protocol(p)));
	return true;
}

/* Who listened for less than an interval may have missed the one that asks. */
static void tell_none(const struct look *l, const struct probed *p, struct findings *f)
{
	const char *name = look_name(l, p->ifindex);
	mc_time listened = p->ended > p->began ? p->ended - p->began : 0;
	bool proven = listened >= INTERVAL || (p->wait >= INTERVAL && !p->stopped);
	struct finding *x;

	if (p->heard.error) {
		probed_blind(p, f, "queries cannot be seen", p->heard.error);
		return;
	}
	if (bridge_knows(l, p, f) || probed_idle(l, f))
		return;
	x = find(f, proven ? VERDICT_WARNING : VERDICT_UNKNOWN, "no querier asked on %s within %.3g s%s",
		 name, (double)listened / MC_SEC, proven ? "" : ", which proves nothing");
	about(p, x);
	find_saw(x, "general queries on the link", "none of %s", protocol(p));
	find_why(x,
		 "A switch that snoops forgets who wants what without a querier, after 260 s at the latest.");
	if (proven)
		find_advise(
			x,
			"switch the querier of the switch on, or run mcast querier %s on one machine of the "
			"link for as long as traffic is to flow",
			name);
	else
		find_advise(x,
			    "a querier asks every 125 s by default: listen for longer than that, --wait 130");
}

void check_querier(const struct look *l, struct findings *f)
{
	const struct probed *p = l->probed;

	if (probed_blind(p, f, "", 0))
		return;
	if (p->loopback) {
		find(f, VERDICT_OK, "%s is no link: nobody has to ask there", look_name(l, p->ifindex));
		return;
	}
	size_t n = electing(p);

	if (!p->heard.n)
		tell_none(l, p, f);
	else if (n > 1)
		tell_several(l, p, f, n);
	else
		for (size_t i = 0; i < p->heard.n; i++)
			tell_one(l, p, f, &p->heard.queriers[i]);
	if (p->heard.more)
		find(f, VERDICT_WARNING, "%zu queries of more queriers than %d", p->heard.more,
		     PROBED_QUERIERS);
}
