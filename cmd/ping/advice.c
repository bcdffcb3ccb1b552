/*
 * advice.c - what to try next when nobody answered: only what fits the case. It looks at what
 * the run already knows and asks the system nothing.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "ping/run.h"

/* The target as the other machine would name it: without our interface, and with our address
 * where the group wants a source. */
static const char *their_target(const struct where *w, char *buf, size_t cap)
{
	struct mc_target t = w->target;
	bool zone = t.group.family == MC_IPV6 && mc_addr_is_link_local(&t.group);

	t.source = mc_addr_is_ssm(&t.group) ? w->source : (struct mc_addr){ 0 };
	snprintf(t.ifname, sizeof t.ifname, "%s", zone ? "IFACE" : "");
	return mc_target_format(&t, buf, cap);
}

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	char text[1024], plain[4 * sizeof text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s\n", out_plain(plain, sizeof plain, text));
}

static void advise_iface(const struct where *w)
{
	if (!w->others[0] || !strcmp(w->others, w->ifname))
		return; /* there is no other */
	if (w->ifname[0])
		say("  It left by %s; to send by another interface: -I, one of %s.", w->ifname, w->others);
	else
		say("  The route chose the interface; to choose it: -I, one of %s.", w->others);
}

static void advise_path(const struct ping_run *r)
{
	const struct where *w = r->where;
	char group[MC_ADDR_STRLEN];

	if (r->conf->ttl == 0)
		say("  TTL 0 is meant to stay on this machine: leave -t out.");
	else if (r->conf->ttl == 1 && !w->loopback && !mc_addr_is_link_local(&w->target.group))
		say("  TTL 1 stays on the link: across routers, try -t 8.");
	advise_iface(w);
	if (w->loopback && w->target.group.family == MC_IPV6)
		say("  IPv6 multicast on lo needs a route: ip -6 route add local ff00::/8 dev lo");
	if (w->loopback)
		return;
	say("  Is it a member there? On the other machine, ip maddress show should list %s.",
	    mc_addr_format(&w->target.group, group, sizeof group));
	say("  A switch that snoops forgets members unless there is a querier: look for one there.");
	say("  A firewall, here or there, may drop UDP port %u or the replies.", w->port);
}

static void advise_strays(const struct ping_run *r)
{
	const struct ping_conf *c = r->conf;
	bool can_show = !c->flood && !c->json && !c->verbose;

	say("mcast ping: %" PRIu64
	    " datagram%s came, but no reply to this ping%s; to ask a server that answers in "
	    "its own words: --data.",
	    r->strays, r->strays == 1 ? "" : "s", can_show ? " (-v shows them)" : "");
}

/* Something came, though nothing that counts; tells whether no more is to be said. */
static bool advise_heard(const struct ping_run *r)
{
	unsigned heard = responders_heard(r->responders);

	if (heard)
		say("mcast ping: %u answered, %" PRId64 " were wanted (--min-responders).", heard,
		    r->conf->min_responders);
	else if (r->responders->n)
		say("mcast ping: replies came, but late: wait longer with -W.");
	else if (r->strays)
		advise_strays(r);
	return r->responders->n || r->strays;
}

void ping_advise(const struct ping_run *r)
{
	char target[MC_TARGET_STRLEN];
	const char *there = r->where->loopback ? "this machine? Here" : "the other machine? There";

	if (advise_heard(r))
		return;
	if (!r->sender.sent) {
		say("mcast ping: nothing was sent.");
		return;
	}
	say("mcast ping: nobody answered. What to try next:");
	say("  Does a server run on %s: mcast serve %s", there,
	    their_target(r->where, target, sizeof target));
	if (!r->conf->loop)
		say("  A server on this very machine does not hear it with --no-loop.");
	advise_path(r);
}
