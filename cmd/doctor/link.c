/*
 * link.c - the check interface: whether those on which groups should arrive are up and connected, have an
 * address to speak from (RFC 9776 4.1.2, RFC 9777 5.1.14), and receive for programs at all.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"
#include "doctor/knob.h"

#define NAME (4 * MC_IFNAME_SIZE + 3)

/* One interface, for one aim or more. */
struct link {
	const struct look *look;
	struct findings *out;
	const struct mc_iface *iface;
	bool ipv4, ipv6;   /* aims of that family have to do with it */
	bool named;        /* the user named the target */
	char quoted[NAME]; /* its name, for a shell */
	bool wrong;        /* something was found */
};

static struct finding *tell(struct link *k, enum verdict v, const char *what)
{
	struct finding *x = find(k->out, v, "%s %s", k->iface->name, what);

	x->ifindex = k->iface->index;
	k->wrong = true;
	return x;
}

/* What programs merely have joined may be meant for later. */
static enum verdict grave(const struct link *k)
{
	return k->named ? VERDICT_FAULT : VERDICT_WARNING;
}

static bool has_address(const struct mc_iface *i, uint8_t family)
{
	for (size_t k = 0; k < i->naddrs; k++)
		if (i->addrs[k].addr.family == family)
			return true;
	return false;
}

/* A port's packets are the bridge's: sockets on the port itself get none of them. */
static void judge_port(struct link *k)
{
	const struct mc_bridge_port *p = mc_bridges_port(&k->look->bridges, k->iface->index);

	if (!p)
		return;
	const char *bridge = look_name(k->look, p->bridge);
	struct finding *x = find(k->out, grave(k),
				 "%s is a port of the bridge %s: programs do not receive by it",
				 k->iface->name, bridge);

	x->ifindex = k->iface->index;
	k->wrong = true;
	find_saw(x, "bridge link", "%s: master %s", k->iface->name, bridge);
	find_why(x, "What arrives at a port is taken by the bridge, and is received on the bridge's own "
		    "interface.");
	find_advise(x, "join on %s, and give the address to it", bridge);
}

static void judge_up(struct link *k)
{
	struct finding *x;

	if (!k->iface->up) {
		x = tell(k, grave(k), "is down");
		find_saw(x, "ip link", "%s: not UP", k->iface->name);
		find_mend(x, "ip link set dev %s up", k->quoted);
	} else if (!k->iface->running) {
		x = tell(k, grave(k), "has no carrier");
		find_saw(x, "ip link", "%s: UP, NO-CARRIER", k->iface->name);
		find_advise(x, k->iface->bridge ? "add a port to the bridge, or connect those it has" :
						  "connect the cable, or bring the other end up");
	}
	if (k->iface->multicast || k->iface->loopback)
		return;
	x = tell(k, VERDICT_WARNING, "lacks the flag MULTICAST");
	find_saw(x, "ip link", "%s: not MULTICAST", k->iface->name);
	find_why(x, "Joins work without the flag on Linux, but programs that look for such interfaces pass "
		    "it by.");
	find_mend(x, "ip link set dev %s multicast on", k->quoted);
}

/* ---- addresses ------------------------------------------------------------------------ */

static void judge_ipv4(struct link *k)
{
	if (has_address(k->iface, MC_IPV4))
		return;
	struct finding *x = tell(k, VERDICT_WARNING, "has no IPv4 address");

	find_saw(x, "ip address", "%s: no inet", k->iface->name);
	find_why(x,
		 "Programs that join or send by an address of the interface cannot, and some switches ignore "
		 "reports from 0.0.0.0.");
	find_advise(x, "give it one: ip address add ADDRESS/LENGTH dev %s", k->quoted);
}

/* An address that may not be used, and why. */
static void judge_tentative(struct link *k, const struct mc_ifaddr *a, bool another)
{
	char text[MC_ADDR_STRLEN];
	struct finding *x;

	mc_addr_format(&a->addr, text, sizeof text);
	x = find(k->out, a->duplicate && !another ? grave(k) : VERDICT_WARNING, "%s of %s %s", text,
		 k->iface->name,
		 a->duplicate ? "is a duplicate: another machine has it" : "is tentative still");
	x->ifindex = k->iface->index;
	k->wrong = true;
	find_saw(x, "ip -6 address", "%s: %s%s", k->iface->name, text,
		 a->duplicate ? " dadfailed tentative" : " tentative");
	find_why(x, "An address cannot be sent from until it is known that nobody else has it (RFC 4862).");
	if (a->duplicate)
		find_advise(x, "give one of the two machines another address");
	else
		find_advise(x, "wait: it takes a second or two from the time that the link is up");
}

static bool is_switched_off(struct link *k)
{
	char file[KNOB_NAME];

	if (knob_read(file, MC_IPV6, k->iface->name, "disable_ipv6") <= 0)
		return false;
	struct finding *x = find(k->out, grave(k), "IPv6 is switched off on %s", k->iface->name);

	x->ifindex = k->iface->index;
	k->wrong = true;
	find_saw(x, file, "1");
	knob_mend(x, MC_IPV6, k->iface->name, "disable_ipv6", 0);
	return true;
}

/* The address that follows from the hardware's (RFC 4291 appendix A). */
static void mend_link_local(const struct link *k, struct finding *x)
{
	const uint8_t *h = k->iface->hardware;
	struct mc_addr a = { MC_IPV6, { 0xfe, 0x80, [11] = 0xff, [12] = 0xfe } };
	char text[MC_ADDR_STRLEN];

	if (!k->iface->ether)
		return;
	memcpy(a.b + 8, h, 3);
	memcpy(a.b + 13, h + 3, 3);
	a.b[8] ^= 2;
	find_mend(x, "ip address add %s/64 dev %s", mc_addr_format(&a, text, sizeof text), k->quoted);
}

static void judge_ipv6(struct link *k)
{
	const struct mc_addr own = mc_iface_own(k->iface, MC_IPV6);
	bool any = own.family;

	if (k->iface->loopback && has_address(k->iface, MC_IPV6))
		return; /* ::1 will do: no report leaves by it */
	if (is_switched_off(k))
		return;
	for (size_t i = 0; i < k->iface->naddrs; i++) {
		const struct mc_ifaddr *a = &k->iface->addrs[i];

		if (a->addr.family != MC_IPV6 || !a->tentative || !k->iface->running)
			continue;
		judge_tentative(k, a, own.family);
		any |= mc_addr_is_link_local(&a->addr);
	}
	if (any || !k->iface->up || !k->iface->running)
		return; /* without a carrier they are tentative for that reason */
	struct finding *x = tell(k, grave(k), "has no link-local IPv6 address");

	find_saw(x, "ip -6 address", "%s: no fe80::/10", k->iface->name);
	find_why(x,
		 "Reports of MLD are sent from a link-local address, and from any other they are ignored.");
	mend_link_local(k, x);
}

/* ---- all of them ------------------------------------------------------------------------ */

static void tell_good(const struct link *k)
{
	char text[2][MC_ADDR_STRLEN] = { "", "" };
	struct mc_addr four = k->ipv4 ? mc_iface_own(k->iface, MC_IPV4) : (struct mc_addr){ 0 };
	struct mc_addr six = k->ipv6 ? mc_iface_own(k->iface, MC_IPV6) : (struct mc_addr){ 0 };
	struct finding *x;

	mc_addr_format(&four, text[0], sizeof text[0]);
	mc_addr_format(&six, text[1], sizeof text[1]);
	if (k->iface->loopback)
		x = find(k->out, VERDICT_OK, "%s is up: what goes by it stays on this machine",
			 k->iface->name);
	else
		x = find(k->out, VERDICT_OK, "%s is up, has a carrier and an address: %s%s%s", k->iface->name,
			 text[0], *text[0] && *text[1] ? ", " : "", text[1]);
	x->ifindex = k->iface->index;
}

/* Addresses matter once there is a carrier. */
static void judge(struct link *k)
{
	judge_port(k);
	judge_up(k);
	if (k->ipv4 && k->iface->running)
		judge_ipv4(k);
	if (k->ipv6 && k->iface->running)
		judge_ipv6(k);
}

/* Whether an earlier aim has to do with the same interface. */
static bool was_judged(const struct aims *a, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (a->v[i].expected == a->v[at].expected)
			return true;
	return false;
}

/* None is up: the command is for the only one that there is. */
static void mend_any(const struct look *l, struct finding *x)
{
	const struct mc_iface *only = NULL;
	size_t n = 0;
	char quoted[NAME];

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));)
		if (!i->loopback && !mc_bridges_port(&l->bridges, i->index)) {
			only = i;
			n++;
		}
	if (n == 1)
		find_mend(x, "ip link set dev %s up multicast on",
			  find_quote(quoted, sizeof quoted, only->name));
	else if (n)
		find_advise(x,
			    "bring the one that is meant up (ip link set dev IFACE up multicast on), of %zu",
			    n);
	else
		find_advise(x, "this machine has no interface but loopback ones");
}

/* No interface is known: there ought to be one that could. */
static void judge_any(const struct look *l, struct findings *out)
{
	char list[256];
	bool can = false;

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));)
		can |= mc_iface_can(i) && !i->loopback;
	if (can)
		find(out, VERDICT_OK, "there are interfaces that can multicast: %s",
		     pick_list(l->ifs, list, sizeof list));
	else
		mend_any(l, find(out, l->aims.n ? VERDICT_FAULT : VERDICT_WARNING,
				 "no interface is up that can multicast"));
}

/* It was there when the looking began. */
static void tell_gone(const struct look *l, struct findings *out, const struct aim *a)
{
	struct finding *x = find(out, a->named ? VERDICT_FAULT : VERDICT_WARNING, "%s went away meanwhile",
				 look_name(l, a->expected));

	x->ifindex = a->expected;
	find_advise(x, "look again when it is back");
}

static void judge_aim(const struct look *l, struct findings *out, size_t n, size_t *good, size_t *bad)
{
	const struct aim *a = &l->aims.v[n];
	struct link k = { .look = l, .out = out, .named = a->named };

	k.iface = mc_ifaces_index(l->ifs, a->expected);
	if (!k.iface) {
		tell_gone(l, out, a);
		++*bad;
		return;
	}
	for (size_t i = n; i < l->aims.n; i++) {
		k.ipv4 |= l->aims.v[i].expected == a->expected && l->aims.v[i].group.family == MC_IPV4;
		k.ipv6 |= l->aims.v[i].expected == a->expected && l->aims.v[i].group.family == MC_IPV6;
	}
	find_quote(k.quoted, sizeof k.quoted, k.iface->name);
	judge(&k);
	*bad += k.wrong;
	if (!k.wrong && ++*good <= CHECKS_MOST)
		tell_good(&k);
}

void check_interface(const struct look *l, struct findings *out)
{
	size_t good = 0, bad = 0, more = 0, unknown = 0;

	for (size_t i = 0; i < l->aims.n; i++) {
		unknown += !l->aims.v[i].expected;
		if (!l->aims.v[i].expected || was_judged(&l->aims, i))
			continue;
		if (bad < CHECKS_MOST)
			judge_aim(l, out, i, &good, &bad);
		else
			more++;
	}
	if (good > CHECKS_MOST)
		find(out, VERDICT_OK, "%zu more are well", good - CHECKS_MOST);
	if (more)
		find(out, VERDICT_UNKNOWN, "%zu more interfaces were not looked at: mend these first", more);
	if (unknown || !(good + bad))
		judge_any(l, out);
}
