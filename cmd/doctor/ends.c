/*
 * ends.c - the checks of --with, unicast and multicast: what the answers of the other end mean. What is lost
 * by both is no matter of multicast; what is lost by multicast only is lost on the way of the group.
 */
#include <errno.h>
#include <stdio.h>

#include "doctor/checks.h"
#include "doctor/with.h"
#include "out.h"
#include "where.h"

#define NAME (OUT_ENDPOINT_SIZE + 8)

/* Both ends as they are called in what is said. */
struct ends {
	const struct look *look;
	const struct withs *w;
	struct findings *out;
	char host[NAME];              /* with its port */
	char group[NAME];             /* with the same */
	char serve[MC_TARGET_STRLEN]; /* what a server there has to serve */
	char from[MC_ADDR_STRLEN];
};

static struct ends ends_of(const struct look *l, struct findings *out)
{
	const struct withs *w = l->with;
	struct ends e = { .look = l, .w = w, .out = out };
	struct mc_target t;

	mc_target_init(&t);
	t.group = w->group;
	t.port = w->port;
	if (mc_addr_is_ssm(&w->group))
		t.source = w->from;
	mc_target_format(&t, e.serve, sizeof e.serve);
	out_endpoint(e.host, sizeof e.host, &w->host, w->port, w->zone ? look_name(l, w->zone) : NULL);
	out_endpoint(e.group, sizeof e.group, &w->group, w->port, NULL);
	mc_addr_format(&w->from, e.from, sizeof e.from);
	return e;
}

static double ms(mc_time t)
{
	return (double)t / (double)MC_MSEC;
}

/* ---- what was seen --------------------------------------------------------------------- */

static void saw_way(struct finding *x, const char *by, const struct with_way *way)
{
	char from[64], other[MC_ADDR_STRLEN];

	snprintf(from, sizeof from, "%s, %zu octets", by, way->octets);
	if (way->unsent)
		find_saw(x, from, "%u of %u not sent: %s", way->unsent, way->sent, mc_strerror(way->error));
	if (way->answered)
		find_saw(x, from, "%u of %u answered, in %.3f to %.3f ms", way->answered, way->sent,
			 ms(way->least), ms(way->most));
	else if (way->unsent < way->sent)
		find_saw(x, from, "none of %u answered", way->sent);
	if (way->late)
		find_saw(x, from, "%u of the answers came after more than a second", way->late);
	if (way->by_other)
		find_saw(x, from, "%u answered by %s", way->by_other,
			 mc_addr_format(&way->other, other, sizeof other));
}

static void saw_said(struct finding *x, const struct with_said *s)
{
	char by[MC_ADDR_STRLEN];

	if (!s->error)
		return;
	mc_addr_format(&s->by, by, sizeof by);
	if (s->mtu)
		find_saw(x, s->by.family ? by : "this machine", "%s: packets of %u octets at most",
			 mc_strerror(s->error), s->mtu);
	else
		find_saw(x, s->by.family ? by : "this machine", "%s", mc_strerror(s->error));
}

static void saw(const struct ends *e, struct finding *x, bool multicast)
{
	const struct with_way *way = multicast ? e->w->multicast : e->w->unicast;
	const char *by = multicast ? "multicast" : "unicast";
	uint32_t ifindex = multicast ? e->w->ifindex : e->w->by;

	for (unsigned i = 0; i < 2; i++)
		saw_way(x, by, &way[i]);
	saw_said(x, &e->w->said[multicast]);
	if (ifindex)
		find_saw(x, multicast ? "the group is sent to by" : "the host is reached by", "%s",
			 look_name(e->look, ifindex));
	x->ifindex = ifindex;
	if (!multicast)
		return;
	x->group = e->w->group;
	if (way[0].ttl > 0)
		find_saw(x, "TTL", "%d", (int)way[0].ttl);
	else
		find_saw(x, "TTL", "1 to %d",
			 mc_addr_is_link_local(&e->w->group) ? 1 : (int)e->look->conf->ttl);
}

/* ---- both ways ------------------------------------------------------------------------- */

static unsigned lost(const struct with_way *way)
{
	return way->sent - way->answered;
}

static bool is_told(const struct withs *w)
{
	return w->said[0].error == -EMSGSIZE && w->said[0].by.family;
}

/* Of what was answered in part: one finding where something is lost. True: it was told. */
static bool tell_loss(const struct ends *e, bool multicast, unsigned size)
{
	const struct with_way *way = &(multicast ? e->w->multicast : e->w->unicast)[size];

	if (!way->answered || !lost(way))
		return false;
	struct finding *x = find(e->out, 2 * lost(way) > way->sent ? VERDICT_FAULT : VERDICT_WARNING,
				 "%u of %u %s questions to %s are lost", lost(way), way->sent,
				 size ? "large" : "small", multicast ? e->group : e->host);

	saw(e, x, multicast);
	if (multicast)
		find_advise(x, "look for a link or a switch port that is full or limits multicast, and for "
			       "counters of "
			       "loss there and on the host (mcast doctor on the host, too)");
	else
		find_advise(x, "look for a link that is full or damaged: it is no matter of multicast");
	return true;
}

/* Small ones are answered, and large ones are not at all. */
static bool tell_large(const struct ends *e, bool multicast)
{
	const struct withs *w = e->w;
	const struct with_way *way = &(multicast ? w->multicast : w->unicast)[1];
	const struct mc_iface *i = mc_ifaces_index(e->look->ifs, multicast ? w->ifindex : w->by);
	struct finding *x;

	if (way->answered)
		return false;
	x = find(e->out, is_told(w) && !multicast ? VERDICT_WARNING : VERDICT_FAULT,
		 "datagrams of %zu octets, which fill the MTU of %u of %s, are lost on the way to %s; "
		 "small ones are not",
		 way->octets, i ? i->mtu : 0, i ? i->name : "?", multicast ? e->group : e->host);
	saw(e, x, multicast);
	find_why(x,
		 multicast ?
			 "Nobody tells the sender of a group that its datagrams are too large for a link." :
			 "What is larger than a link on the way takes is lost there.");
	if (is_told(w))
		find_advise(x,
			    "a link on the way takes packets of %u octets at most: send datagrams of %u "
			    "octets or less",
			    w->said[0].mtu, w->said[0].mtu - (w->host.family == MC_IPV6 ? 48 : 28));
	else
		find_advise(x,
			    "compare the MTU of all machines and switches on the way (ip link show), set the "
			    "same one, or send smaller datagrams");
	return true;
}

/* ---- unicast --------------------------------------------------------------------------- */

static void tell_unsent(const struct ends *e, bool multicast, int error)
{
	struct finding *x = find(e->out, VERDICT_FAULT, "nothing can be sent to %s: %s%s",
				 multicast ? e->group : e->host, mc_strerror(error), where_meaning(error));
	char addr[MC_ADDR_STRLEN];

	saw(e, x, multicast);
	find_advise(x, "see ip route get %s",
		    mc_addr_format(multicast ? &e->w->group : &e->w->host, addr, sizeof addr));
}

/* Somebody said why; true: that is all there is to say. */
static bool tell_said(const struct ends *e)
{
	const struct with_said *s = &e->w->said[0];
	char by[MC_ADDR_STRLEN];
	struct finding *x;

	if (s->error == -ECONNREFUSED) {
		x = find(e->out, VERDICT_FAULT,
			 "no program answers on %s: its machine refuses what comes to that port", e->host);
		find_advise(x,
			    "on the host run mcast serve %s, or name the port of the one that runs "
			    "there; a firewall "
			    "there that rejects says the same",
			    e->serve);
	} else if (s->error && s->error != -EMSGSIZE) {
		mc_addr_format(&s->by, by, sizeof by);
		x = find(e->out, VERDICT_FAULT, "%s cannot be reached: %s says: %s", e->host,
			 s->by.family ? by : "this machine", mc_strerror(s->error));
		find_advise(
			x,
			"see whether that machine is up, has this address, and is not shut off by a firewall "
			"or a route there");
	} else {
		return false;
	}
	saw(e, x, false);
	return true;
}

/* Without a word. A server does not answer unicast from off its link unless it was told to. */
static void tell_silence(const struct ends *e)
{
	bool heard = e->w->multicast[0].answered;
	struct finding *x = find(e->out, heard ? VERDICT_WARNING : VERDICT_FAULT,
				 "%s does not answer unicast%s", e->host,
				 heard ? ", though it does multicast" : "");
	char allow[MC_ADDR_STRLEN + 128] = "";

	saw(e, x, false);
	if (!e->w->on_link)
		snprintf(allow, sizeof allow,
			 "start the server with --allow %s, as this machine is off its link; ", e->from);
	else if (!e->w->in_prefix)
		snprintf(allow, sizeof allow,
			 "if the host's address has no prefix of this link either, start the server with "
			 "--allow %s; ",
			 e->from);
	find_advise(x,
		    "%ssee that mcast serve %s runs there, that the host is up, and that a firewall "
		    "there lets UDP "
		    "port %u in, and one here the answers",
		    allow, e->serve, e->w->port);
}

/* Large ones that get there by neither way are told of once. */
static void good(const struct ends *e, bool multicast)
{
	const struct with_way *way = multicast ? e->w->multicast : e->w->unicast;
	const char *by = multicast ? look_name(e->look, e->w->ifindex) : "";
	char large[96] = "large ones are lost as by unicast";

	if (way[1].answered)
		snprintf(large, sizeof large, "%u of %u of %zu octets", way[1].answered, way[1].sent,
			 way[1].octets);
	saw(e,
	    find(e->out, VERDICT_OK, "%s%s%s: %u of %u questions of %zu octets are answered, %s",
		 multicast ? e->group : e->host, multicast ? " by " : "", by, way[0].answered, way[0].sent,
		 way[0].octets, large),
	    multicast);
}

void check_unicast(const struct look *l, struct findings *f)
{
	struct ends e = ends_of(l, f);
	const struct with_way *small = &e.w->unicast[0];

	if (small->unsent == small->sent) {
		tell_unsent(&e, false, small->error);
	} else if (!small->answered) {
		if (!tell_said(&e))
			tell_silence(&e);
	} else {
		bool told = tell_loss(&e, false, 0);

		if (tell_loss(&e, false, 1) || tell_large(&e, false))
			told = true;
		if (!told)
			good(&e, false);
	}
}

/* ---- multicast ------------------------------------------------------------------------- */

/* What to look at, in that order. */
static void advise_way(const struct ends *e, struct finding *x)
{
	const struct withs *w = e->w;
	const char *own = look_name(e->look, w->ifindex), *other = look_name(e->look, w->by);
	char iface[3 * MC_IFNAME_SIZE + 128] = "", hops[160] = "";

	if (w->ifindex && w->by && w->ifindex != w->by && !w->here)
		snprintf(iface, sizeof iface,
			 "the group leaves by %s, and the host is reached by %s: try -I %s; ", own, other,
			 other);
	if (!w->on_link)
		snprintf(hops, sizeof hops,
			 "; see that the routers on the way route multicast (PIM), and that the TTL of "
			 "%d which was "
			 "tried is enough",
			 (int)e->look->conf->ttl);
	find_advise(x,
		    "%ssee that the server there serves this group (mcast serve %s) on the interface "
		    "towards here; "
		    "look for a firewall there or here that drops it, and for a switch that snoops without a "
		    "querier%s",
		    iface, e->serve, hops);
}

static void tell_broken(const struct ends *e)
{
	struct finding *x =
		find(e->out, VERDICT_FAULT,
		     "the way of the group from here to %s is broken: it answers unicast, and nothing to %s",
		     e->host, e->group);

	saw(e, x, true);
	advise_way(e, x);
}

static void tell_other(const struct ends *e)
{
	const struct with_way *way = &e->w->multicast[0];
	char other[MC_ADDR_STRLEN], name[NAME];
	struct finding *x;

	mc_addr_format(&way->other, other, sizeof other);
	x = find(e->out, VERDICT_WARNING, "%s answers at %s, and the host that was named does not", other,
		 e->group);
	saw(e, x, true);
	out_endpoint(name, sizeof name, &way->other, e->w->port, NULL);
	find_advise(
		x,
		"if %s is another address of that host, all is well: test it with --with %s; else the way of "
		"the group to the host is broken",
		other, name);
}

/* The least TTL that gets there: what was tried went up in powers of two; the answers tell how many routers
 * they passed, where those lie between. */
static int32_t least_ttl(const struct with_way *way)
{
	return way->hops + 1 > way->ttl / 2 && way->hops < way->ttl ? way->hops + 1 : way->ttl;
}

/* Whoever sends with the TTL that sockets have by default does not get there. */
static bool tell_ttl(const struct ends *e)
{
	int32_t needed = least_ttl(&e->w->multicast[0]);
	struct finding *x;

	if (needed <= 1)
		return false;
	x = find(e->out, VERDICT_WARNING,
		 "%s is reached with a TTL of %d or more only, and programs send with 1 by default", e->group,
		 (int)needed);
	saw(e, x, true);
	find_advise(x,
		    "have senders set a TTL of %d or more (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS; "
		    "mcast send -t %d)",
		    (int)needed, (int)needed);
	return true;
}

/* Something came back from the host. */
static void judge_way(const struct ends *e)
{
	const struct withs *w = e->w;
	bool told = tell_ttl(e);

	for (unsigned i = 0; i < 2; i++)
		if (lost(&w->multicast[i]) > lost(&w->unicast[i]) && tell_loss(e, true, i))
			told = true;
	if ((w->unicast[1].answered || is_told(w)) && tell_large(e, true))
		told = true;
	if (!told)
		good(e, true);
}

void check_multicast(const struct look *l, struct findings *f)
{
	struct ends e = ends_of(l, f);
	const struct with_way *small = &e.w->multicast[0];

	if (small->unsent == small->sent)
		tell_unsent(&e, true, small->error);
	else if (small->answered)
		judge_way(&e);
	else if (small->by_other)
		tell_other(&e);
	else if (e.w->unicast[0].answered)
		tell_broken(&e);
	else
		saw(&e,
		    find(f, VERDICT_UNKNOWN, "cannot be judged, as %s does not answer unicast either",
			 e.host),
		    true);
}
