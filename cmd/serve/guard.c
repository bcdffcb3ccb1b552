/*
 * guard.c - the decision whether to answer, and its reasons.
 *
 * What depends on the source address alone is worked out once for each client and again when
 * the interfaces change; what depends on the datagram is a few comparisons.
 */
#include "serve/guard.h"

#include <string.h>

#define OFF_LINK_RATE 100 /* replies a second to a client that is no neighbour; of group, to any */
#define GROUP_RATE 1000   /* of group, to all together */

static const struct {
	const char *name, *text;
} causes[NCAUSES] = {
	[ANSWERED] = { "answered", "" },
	[SOURCE_MULTICAST] = { "source_multicast", "from a multicast address, which nothing may send from" },
	[SOURCE_BROADCAST] = { "source_broadcast", "from a broadcast address, which nothing may send from" },
	[SOURCE_UNSPECIFIED] = { "source_unspecified", "from no address" },
	[SOURCE_PORT_ZERO] = { "source_port_zero", "from port 0, which takes no reply" },
	[OWN_PORT] = { "own_port", "from a port that is served here: another echo server, or a forgery "
				   "(--any-port answers them)" },
	[NOT_ALLOWED] = { "not_allowed",
			  "from clients that --allow does not name (--allow PREFIX answers them)" },
	[OFF_LINK] = { "off_link", "by unicast from off the link (--allow PREFIX answers them)" },
	[WORN_OUT] = { "worn_out", "by unicast with the last hop of its TTL, as at the end of an echo loop "
				   "(--any-port answers them)" },
	[RATE] = { "rate", "over the rate for one client, or for all of --ssmping "
			   "(--rate N raises it, --rate 0 lifts it)" },
	[LOOP] = { "loop", "from this machine itself (--loop answers them)" },
	[INTERFACE] = { "interface", "on an interface not asked for (-I IFACE or %IFACE adds one)" },
	[DESTINATION] = { "destination", "to a broadcast address" },
	[NO_REQUEST] = { "no_request", "on the port of --ssmping, that are no requests of it" },
	[GROUP] = { "group", "of ssmping for another group, by multicast (a target adds one)" },
};

const char *guard_name(enum cause c)
{
	return causes[c].name;
}

const char *guard_text(enum cause c)
{
	return causes[c].text;
}

void guard_own_port(struct guard *g, uint16_t port)
{
	g->own_ports[port / 8] |= (uint8_t)(1u << port % 8);
}

static bool is_own_port(const struct guard *g, uint16_t port)
{
	return g->own_ports[port / 8] >> port % 8 & 1;
}

static bool named(const struct guard *g, const struct mc_addr *a)
{
	for (size_t i = 0; i < g->nallow; i++)
		if (mc_prefix_has(&g->allow[i], a))
			return true;
	return false;
}

/* A machine that has no address but loopback's sends from 0.0.0.0; a reply to that stays here. */
static bool is_nobody(const struct guard *g, const struct mc_addr *a, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(g->ifs, ifindex);

	return mc_addr_is_unspecified(a) && !(i && i->loopback);
}

static enum cause check_source(const struct guard *g, const struct mc_addr *a, uint32_t ifindex)
{
	if (is_nobody(g, a, ifindex))
		return SOURCE_UNSPECIFIED;
	if (mc_addr_is_multicast(a))
		return SOURCE_MULTICAST;
	if (mc_ifaces_is_broadcast(g->ifs, a))
		return SOURCE_BROADCAST;
	return g->nallow && !named(g, a) ? NOT_ALLOWED : ANSWERED;
}

static bool on_link(const struct guard *g, const struct mc_addr *a, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(g->ifs, ifindex);

	return (i && mc_iface_on_link(i, a)) || mc_ifaces_is_own(g->ifs, a);
}

/* The client's entry, up to date; NULL and the cause where it is not to have one. */
static enum cause find_client(struct guard *g, const struct mc_dgram *d, bool unicast, struct client **ret)
{
	struct client *c = clients_find(g->clients, &d->peer, d->ifindex);

	if (!c || c->seen != g->seen) {
		enum cause why = check_source(g, &d->peer, d->ifindex);
		bool near = !why && on_link(g, &d->peer, d->ifindex);

		if (!why && !near && unicast && !g->nallow)
			why = OFF_LINK;
		if (why)
			return why;
		if (!c)
			c = clients_add(g->clients, &d->peer, d->ifindex);
		const struct mc_iface *i = mc_ifaces_index(g->ifs, d->ifindex);

		memcpy(c->ifname, i ? i->name : "", i ? sizeof i->name : 1);
		c->seen = g->seen;
		c->on_link = near;
		c->own = mc_addr_is_unspecified(&d->peer) || mc_ifaces_is_own(g->ifs, &d->peer);
	}
	*ret = c;
	return ANSWERED;
}

static enum cause check_datagram(const struct guard *g, const struct mc_dgram *d, const struct client *c,
				 bool unicast)
{
	if (!d->port)
		return SOURCE_PORT_ZERO;
	if (!g->any_port && is_own_port(g, d->port))
		return OWN_PORT;
	if (unicast && !c->on_link && !g->nallow)
		return OFF_LINK;
	if (unicast && !g->any_port && (d->ttl == 0 || d->ttl == 1))
		return WORN_OUT;
	return !g->loop && c->own && !unicast ? LOOP : ANSWERED;
}

enum cause guard_check(struct guard *g, const struct mc_dgram *d, uint64_t n, mc_time now, uint64_t *allowed,
		       struct client **ret_client)
{
	bool unicast = !mc_addr_is_multicast(&d->local);
	struct client *c = NULL;
	enum cause why = find_client(g, d, unicast, &c);

	*ret_client = c;
	if (!why)
		why = check_datagram(g, d, c, unicast);
	if (why)
		return why;
	uint64_t rate = g->rate >= 0 ? (uint64_t)g->rate : c->on_link && !g->group ? 0 : OFF_LINK_RATE;

	*allowed = clients_allow(c, n, rate, now);
	if (g->group && g->rate < 0)
		*allowed = clients_allow(&g->all, *allowed, GROUP_RATE, now);
	return ANSWERED;
}

int32_t guard_ttl(const struct guard *g, const struct mc_dgram *d)
{
	int32_t own = g->ttl[d->local.family == MC_IPV6];

	if (g->any_port || d->ttl < 0 || mc_addr_is_multicast(&d->local) || d->ttl > own)
		return -1;
	return d->ttl - 1;
}
