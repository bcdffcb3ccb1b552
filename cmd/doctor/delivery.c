/*
 * delivery.c - the check delivery: what arrived at the interface against what reached a socket that had
 * joined, and which layer between them lost the rest: by the rules of nftables, and by the counters that
 * grew by about as much.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "doctor/blame.h"
#include "doctor/checks.h"
#include "doctor/probed.h"
#include "doctor/rpf.h"
#include "out.h"

struct delivery {
	const struct look *look;
	const struct probed *p;
	struct findings *out;
	struct flow_seen seen;
	uint64_t missing; /* datagrams, about */
	char group[PROBED_GROUP];
	const char *ifname;
};

static void mend_reverse(const struct delivery *d, struct finding *x);
static void mend_buffer(const struct delivery *d, struct finding *x);

/* Where the kernel counts what it drops on that way, the most telling first. */
struct layer {
	uint8_t family; /* 0: both */
	const char *counter, *what, *advice;
	void (*mend)(const struct delivery *d, struct finding *x);
};

static const struct layer layers[] = {
	{ MC_IPV4, "TcpExtIPReversePathFilter",
	  "the reverse path filter drops it, as the way back to its source leads elsewhere", NULL,
	  mend_reverse },
	{ MC_IPV4, "UdpInCsumErrors", "its UDP checksum is wrong", "mend the sender, or its card's offload",
	  NULL },
	{ MC_IPV6, "Udp6InCsumErrors", "its UDP checksum is wrong", "mend the sender, or its card's offload",
	  NULL },
	{ MC_IPV4, "IpInHdrErrors", "its IP header is damaged", "mend what sends it, or lies between", NULL },
	{ MC_IPV6, "Ip6InHdrErrors", "its IP header is damaged", "mend what sends it, or lies between",
	  NULL },
	{ MC_IPV4, "IpInAddrErrors", "its address is one that the kernel does not take", NULL, NULL },
	{ MC_IPV6, "Ip6InAddrErrors", "its address is one that the kernel does not take", NULL, NULL },
	{ MC_IPV4, "IpInNoRoutes", "the kernel has no route for it", NULL, NULL },
	{ MC_IPV6, "Ip6InNoRoutes", "the kernel has no route for it", NULL, NULL },
	{ MC_IPV4, "IpReasmFails", "its fragments do not make a whole",
	  "have the sender send less than the MTU", NULL },
	{ MC_IPV6, "Ip6ReasmFails", "its fragments do not make a whole",
	  "have the sender send less than the MTU", NULL },
	{ MC_IPV4, "UdpRcvbufErrors", "the socket's buffer was full", NULL, mend_buffer },
	{ MC_IPV6, "Udp6RcvbufErrors", "the socket's buffer was full", NULL, mend_buffer },
	{ MC_IPV4, "IpInDiscards", "the kernel discards it", NULL, NULL },
	{ MC_IPV6, "Ip6InDiscards", "the kernel discards it", NULL, NULL },
	{ MC_IPV4, "UdpIgnoredMulti", "no socket takes it",
	  "see that a program is bound to its port, and has joined", NULL },
	{ MC_IPV6, "Udp6IgnoredMulti", "no socket takes it",
	  "see that a program is bound to its port, and has joined", NULL },
	{ 0 },
};

static struct finding *about(const struct delivery *d, struct finding *x)
{
	x->group = d->p->group;
	x->ifindex = d->p->ifindex;
	return x;
}

/* ---- what is lost in this machine ------------------------------------------------------ */

static void mend_reverse(const struct delivery *d, struct finding *x)
{
	rpf_mend(d->look, x, d->p->ifindex, &d->seen.source);
}

static void mend_buffer(const struct delivery *d, struct finding *x)
{
	(void)d;
	find_advise(x, "raise net.core.rmem_max, and have the program ask for a larger buffer (SO_RCVBUF)");
}

static uint64_t grew(const struct delivery *d, const struct layer *k)
{
	if (k->family != d->p->group.family)
		return 0;
	return mc_counters_grew(d->look->before, d->look->after, k->counter);
}

/* The layer whose counter grew by about as many as are missing: by half of them at least, and by as little
 * more as there is. */
static const struct layer *layer_of(const struct delivery *d)
{
	const struct layer *best = NULL;
	uint64_t least = UINT64_MAX;

	for (const struct layer *k = layers; k->counter; k++) {
		uint64_t n = grew(d, k), off = n > d->missing ? n - d->missing : d->missing - n;

		if (n && n >= (d->missing + 1) / 2 && off < least) {
			least = off;
			best = k;
		}
	}
	return best;
}

static void saw(const struct delivery *d, struct finding *x)
{
	char from[MC_ADDR_STRLEN], where[MC_IFNAME_SIZE + 16];

	snprintf(where, sizeof where, "packets on %s", d->ifname);
	find_saw(about(d, x), where, "%" PRIu64 ", most of them from %s", d->seen.datagrams,
		 mc_addr_format(&d->seen.source, from, sizeof from));
	find_saw(x, "datagrams at a socket", "%" PRIu64, d->p->flow.datagrams);
	for (const struct layer *k = layers; k->counter; k++)
		if (grew(d, k))
			find_saw(x, k->counter, "grew by %" PRIu64, grew(d, k));
}

/* "none of 60 datagrams", "20 of 60 datagrams do not"; what comes behind tells why. */
static struct finding *tell_missing(const struct delivery *d, enum verdict verdict, const char *why)
{
	struct finding *x;

	if (!d->p->flow.datagrams)
		x = find(d->out, verdict,
			 "none of %" PRIu64 " packets of %s that arrived on %s reached a socket: %s",
			 d->seen.datagrams, d->group, d->ifname, why);
	else
		x = find(d->out, verdict,
			 "%" PRIu64 " of %" PRIu64
			 " packets of %s that arrived on %s did not reach a socket: %s",
			 d->missing, d->seen.datagrams, d->group, d->ifname, why);
	saw(d, x);
	return x;
}

static struct rules_packet packet_of(const struct delivery *d)
{
	return (struct rules_packet){
		.family = d->p->group.family,
		.protocol = IPPROTO_UDP,
		.icmp_type = -1,
		.source = d->seen.source,
		.destination = d->p->group,
		.port = d->p->port ? d->p->port : -1,
		.in = d->ifname,
		.ttl = 1,
	};
}

static void tell_layer(const struct delivery *d, const struct layer *k)
{
	struct finding *x = tell_missing(d, VERDICT_FAULT, k->what);

	if (k->mend)
		k->mend(d, x);
	else if (k->advice)
		find_advise(x, "%s", k->advice);
}

static void tell_unexplained(const struct delivery *d, const struct rules_packet *packet,
			     const struct rules_verdict *v)
{
	struct finding *x;

	if (v->fate == RULES_MAYBE) {
		x = tell_missing(d, VERDICT_FAULT, "nftables may drop it");
		blame_tell(d->look, x, packet, v);
		return;
	}
	x = tell_missing(d, VERDICT_FAULT, "no counter says where it was lost");
	if (!d->look->rules[0])
		find_advise(x,
			    "look for a rule that drops it (nft list ruleset): rules could not be read, %s",
			    d->look->rules_why ? d->look->rules_why : "not allowed");
	else
		find_advise(
			x, "look for what drops it: iptables -S, programs attached by tc or bpf, a TTL of 0");
}

static void tell_lost(const struct delivery *d)
{
	struct rules_packet packet = packet_of(d);
	struct rules_verdict v;

	if (blame_rule(d->look, &packet, &v) == RULES_DROP) {
		struct finding *x = tell_missing(d, VERDICT_FAULT, "nftables drops it");

		blame_tell(d->look, x, &packet, &v);
		return;
	}
	/* So much comes that the probe did not read it in time: others may. */
	if (d->p->flow.full >= (d->missing + 1) / 2) {
		mend_buffer(d, tell_missing(d, VERDICT_WARNING,
					    "the buffer of the probe's own socket was full"));
		return;
	}
	const struct layer *k = layer_of(d);

	if (k)
		tell_layer(d, k);
	else
		tell_unexplained(d, &packet, &v);
}

/* ---- nothing of it arrived -------------------------------------------------------------- */

static void tell_elsewhere(const struct delivery *d, const struct arrival *v)
{
	char from[MC_ADDR_STRLEN];
	const char *other = look_name(d->look, v->ifindex);
	struct finding *x = find(d->out, VERDICT_FAULT, "%s arrives on %s, not on %s", d->group, other,
				 d->ifname);

	find_saw(about(d, x), "packets", "%" PRIu64 " on %s from %s", v->datagrams, other,
		 mc_addr_format(&v->source, from, sizeof from));
	find_why(x, "A group is delivered on the interface on which it was joined.");
	find_advise(x, "join on %s (%%%s in the target shows whether that is well)", other, other);
}

/* On the interface, but from another source or for another port: the check arrival judges it, where it
 * could see. */
static void tell_different(const struct delivery *d, const struct arrival *v)
{
	const struct probed *p = d->p;
	char from[OUT_ENDPOINT_SIZE], wanted[MC_ADDR_STRLEN];
	bool source = p->source.family && mc_addr_cmp(&v->source, &p->source);
	bool told = find_any(d->out, "arrival", VERDICT_FAULT) ||
		    find_any(d->out, "arrival", VERDICT_WARNING);
	struct finding *x;

	if (source)
		x = find(d->out, told ? VERDICT_UNKNOWN : VERDICT_FAULT,
			 "what arrives of %s is from %s, not from %s, and is not delivered", d->group,
			 mc_addr_format(&v->source, from, sizeof from),
			 mc_addr_format(&p->source, wanted, sizeof wanted));
	else
		x = find(d->out, told ? VERDICT_UNKNOWN : VERDICT_WARNING,
			 "what arrives of %s is for port %u", d->group, v->port);
	find_saw(about(d, x), "packets", "%" PRIu64 " from %s to port %u", v->datagrams,
		 out_endpoint(from, sizeof from, &v->source, v->source_port, NULL), v->port);
}

/* Nobody may send: that is no fault, and where no group was named not even strange. */
static void tell_silence(const struct delivery *d)
{
	const struct probed *p = d->p;
	double seconds = (double)(p->ended - p->began) / 1e9;
	struct finding *x;

	if (p->flow.local) {
		x = find(d->out, VERDICT_OK, "what this machine sends to %s reaches a socket", d->group);
		find_saw(about(d, x), "datagrams at a socket", "%" PRIu64 " from this machine",
			 p->flow.local);
		return;
	}
	if (probed_idle(d->look, d->out))
		return;
	x = find(d->out, p->named ? VERDICT_WARNING : VERDICT_UNKNOWN,
		 "nothing of %s arrived on %s within %.3g s", d->group, d->ifname, seconds);
	about(d, x);
	if (p->named)
		find_advise(
			x,
			"see whether somebody sends now (mcast send %s there), whether the sender's TTL is "
			"large enough for the routers between (1 by default), and whether a switch between "
			"forgot the members for want of a querier",
			d->group);
	else
		find_advise(x,
			    "name a TARGET that somebody sends to, or run mcast send %s on another machine",
			    d->group);
}

static void tell_none(const struct delivery *d)
{
	const struct arrival *here = flow_other(d->look, d->p, false);
	const struct arrival *there = flow_other(d->look, d->p, true);

	if (d->p->flow.datagrams) /* without a tap, or before it saw any */
		find(d->out, VERDICT_OK, "%" PRIu64 " datagrams of %s reached a socket", d->p->flow.datagrams,
		     d->group);
	else if (here)
		tell_different(d, here);
	else if (there)
		tell_elsewhere(d, there);
	else
		tell_silence(d);
}

/* ---- all of it -------------------------------------------------------------------------- */

/* Without the tap one cannot tell what is lost here from what never came. */
static bool cannot_look(const struct delivery *d)
{
	const struct probed *p = d->p;

	if (probed_blind(p, d->out, "", 0))
		return true;
	if (p->flow.join_error || p->flow.error)
		return probed_blind(p, d->out, "no socket of the probe could bind and join",
				    p->flow.join_error ? p->flow.join_error : p->flow.error);
	if (p->flow.taps || p->flow.datagrams)
		return false;
	return probed_blind(p, d->out, "packets cannot be seen as they arrive", p->flow.taps_error);
}

static void tell_delivered(const struct delivery *d)
{
	char from[MC_ADDR_STRLEN];
	struct finding *x = find(d->out, VERDICT_OK, "what arrived of %s on %s reached a socket", d->group,
				 d->ifname);

	find_saw(about(d, x), "datagrams at a socket", "%" PRIu64 ", most of them from %s",
		 d->p->flow.datagrams, mc_addr_format(&d->seen.source, from, sizeof from));
}

/* Datagrams without payload count as datagrams. */
static uint64_t missing(const struct delivery *d)
{
	const struct probed_flow *got = &d->p->flow;
	const struct flow_seen *seen = &d->seen;

	if (!seen->octets)
		return seen->datagrams > got->datagrams ? seen->datagrams - got->datagrams : 0;
	if (got->octets >= seen->octets)
		return 0;
	uint64_t n = (uint64_t)((double)(seen->octets - got->octets) * (double)seen->datagrams /
				(double)seen->octets);

	return n ? n : 1;
}

void check_delivery(const struct look *l, struct findings *f)
{
	struct delivery d = { .look = l, .p = l->probed, .out = f };

	if (cannot_look(&d))
		return;
	d.ifname = look_name(l, d.p->ifindex);
	probed_group(d.p, d.group);
	flow_seen(l, d.p, &d.seen);
	d.missing = missing(&d);
	if (!d.seen.datagrams)
		tell_none(&d);
	else if (d.missing)
		tell_lost(&d);
	else
		tell_delivered(&d);
}
