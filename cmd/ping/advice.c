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

/* ---- two halves ------------------------------------------------------------------------ */

#define NAMED 4      /* addresses named in one sentence */
#define WORSE 0.05   /* more lost by one half than by the other: then it is that half's */

/* Which half of a responder fails; LOST_NONE too where there is little of either. */
enum lost { LOST_NONE, LOST_MULTICAST, LOST_UNICAST, LOST_BOTH };

static enum lost lost_of(const struct ping_run *r, const struct responder *of)
{
	uint64_t sent = r->sender.sent;
	const struct responder *twin = of->twin;

	if (!sent || !twin || !twin->sent)
		return LOST_NONE;
	double multicast = responder_loss(of, sent), unicast = responder_loss(twin, twin->sent);

	if (!of->received && !twin->received)
		return LOST_BOTH;
	if (!of->received || (multicast > unicast + WORSE && sent - of->received > 1))
		return LOST_MULTICAST;
	if (!twin->received || (unicast > multicast + WORSE && twin->sent - twin->received > 1))
		return LOST_UNICAST;
	return multicast > WORSE && unicast > WORSE ? LOST_BOTH : LOST_NONE;
}

/* Those of one kind as "10.0.0.1, 10.0.0.2 and 3 more"; how many there are. */
static unsigned list_lost(const struct ping_run *r, enum lost what, char *buf, size_t cap)
{
	unsigned n = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < r->responders->n; i++) {
		const struct responder *of = r->responders->v[i];
		char addr[MC_ADDR_STRLEN];

		if (lost_of(r, of) == what && n++ < NAMED)
			used += (size_t)snprintf(buf + used, cap - used, "%s%s", used ? ", " : "",
						 mc_addr_format(&of->addr, addr, sizeof addr));
	}
	if (n > NAMED)
		snprintf(buf + used, cap - used, " and %u more", n - NAMED);
	return n;
}

static void say_multicast(const struct ping_run *r, const char *who)
{
	say("mcast ping: heard by unicast, but not, or less, by multicast: %s.", who);
	if (r->server)
		say("  Multicast from there is lost on the way: by a router without a tree for it (PIM, its "
		    "RPF check, an SSM range), by a switch that snoops without a querier, or by a firewall.");
	else
		say("  The path carries unicast: multicast is dropped by a switch that snoops without a "
		    "querier, by a filter, by a router that does not route it or a TTL that is too small; "
		    "or the host is no member.");
}

static void say_both(const struct ping_run *r, const char *who)
{
	say("mcast ping: lost by unicast and by multicast: %s.", who);
	if (r->server)
		say("  Is a server there: mcast serve --ssmping (from off the link it answers only with "
		    "--allow)? Does a firewall drop UDP port %u? Else the path, or the host, is down.",
		    r->server->port);
	else
		say("  It is not multicast that fails, but the path or the host; or no server runs there.");
}

static void say_unicast(const struct ping_run *r, const char *who)
{
	(void)r;
	say("mcast ping: heard by multicast, but not, or less, by unicast: %s.", who);
	say("  A firewall drops unicast to or from the port, or it is a server that answers unicast from off "
	    "the link only where it is told to (mcast serve --allow).");
}

static bool advise_lost(const struct ping_run *r, enum lost what,
			void (*tell)(const struct ping_run *r, const char *who))
{
	char who[(NAMED + 1) * (MC_ADDR_STRLEN + 2)];
	unsigned n = list_lost(r, what, who, sizeof who);

	if (n)
		tell(r, who);
	return n;
}

static void say_turned_away(const struct ping_run *r)
{
	char server[MC_ADDR_STRLEN], group[MC_ADDR_STRLEN], offered[MC_ADDR_STRLEN];

	say("mcast ping: the server %s does not answer in the group %s.",
	    mc_addr_format(&r->server->addr, server, sizeof server),
	    mc_addr_format(&r->where->target.group, group, sizeof group));
	if (r->offered.addr.family)
		say("  It does in %s/%u.", mc_addr_format(&r->offered.addr, offered, sizeof offered),
		    r->offered.len);
}

bool ping_advise_halves(const struct ping_run *r)
{
	if (r->turned_away) {
		say_turned_away(r);
		return true;
	}
	bool multicast = advise_lost(r, LOST_MULTICAST, say_multicast);
	bool both = advise_lost(r, LOST_BOTH, say_both), unicast = advise_lost(r, LOST_UNICAST, say_unicast);

	return multicast || both || unicast;
}

/* ---- nobody ---------------------------------------------------------------------------- */

/* Something came, though nothing that counts; tells whether no more is to be said. */
static bool advise_heard(const struct ping_run *r)
{
	unsigned heard = responders_heard(r->responders);

	if (heard && heard < r->conf->min_responders)
		say("mcast ping: %u answered, %" PRId64 " were wanted (--min-responders).", heard,
		    r->conf->min_responders);
	else if (responders_known(r->responders))
		say("mcast ping: replies came, but late: wait longer with -W.");
	else if (r->strays)
		advise_strays(r);
	return responders_known(r->responders) || r->strays;
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
