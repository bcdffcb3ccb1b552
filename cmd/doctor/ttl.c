/*
 * ttl.c - the check ttl: how far the datagrams of sockets here get that send to the group: those connected to
 * it. Whether one sends that is not connected cannot be seen; of members a TTL of 0 is told, which nobody has
 * by default.
 */
#include <stdio.h>

#include "doctor/checks.h"

struct ttl {
	const struct look *look;
	struct findings *out;
	size_t told, more; /* what is wrong */
	size_t near;       /* senders with a TTL of 1, for which this link may be all that is meant */
	size_t senders, members, hidden;
};

static bool sends_to(const struct mc_holder *h, const struct aim *a)
{
	const struct mc_socket *s = &h->socket;

	return !mc_addr_cmp(&s->peer, &a->group) && (a->port <= 0 || s->peer_port == a->port);
}

/* By which interface a socket sends: that it is tied to, that it chose, or whose address it took as it was
 * connected; 0: that is not known. */
static uint32_t leaves_by(const struct look *l, const struct mc_holder *h, bool six)
{
	const struct mc_iface *own = NULL;

	if (h->socket.ifindex)
		return h->socket.ifindex;
	if (h->by[six] && h->by[six] != UINT32_MAX)
		return h->by[six];
	return pick_owners(l->ifs, &h->socket.local, &own) == 1 ? own->index : 0;
}

static struct finding *begin(struct ttl *c, const struct mc_holder *h, const struct mc_addr *to,
			     enum verdict v, const char *what)
{
	char who[LOOK_PROCESS], group[MC_ADDR_STRLEN];
	bool six = to->family == MC_IPV6;

	c->told += v != VERDICT_OK;
	struct finding *x = find(c->out, v, "%s %s %s", look_process(who, sizeof who, h), what,
				 mc_addr_format(to, group, sizeof group));

	x->group = *to;
	x->ifindex = leaves_by(c->look, h, six);
	x->pid = h->process ? h->process->pid : 0;
	find_saw(x, six ? "IPV6_MULTICAST_HOPS of its socket" : "IP_MULTICAST_TTL of its socket", "%d",
		 h->ttl[six]);
	find_saw(x, "its socket", "inode %llu", (unsigned long long)h->socket.inode);
	if (x->ifindex)
		find_saw(x, "it sends by", "%s", look_name(c->look, x->ifindex));
	return x;
}

static void tell_near(struct ttl *c, const struct mc_holder *h, const struct mc_addr *to, const char *option)
{
	if (c->near++ < CHECKS_MOST)
		find_advise(
			begin(c, h, to, VERDICT_OK, "sends with a TTL of 1, to this link and no further, to"),
			"where receivers are behind a router have the program set %s to as many as there are "
			"links on the way",
			option);
}

static void judge_sender(struct ttl *c, const struct mc_holder *h, const struct mc_addr *to, int ttl)
{
	const char *option = to->family == MC_IPV6 ? "IPV6_MULTICAST_HOPS" : "IP_MULTICAST_TTL";

	c->senders++;
	if (ttl > 1 || (ttl == 1 && mc_addr_is_link_local(to)))
		return;
	if (ttl == 1)
		tell_near(c, h, to, option);
	else if (c->told == CHECKS_MOST)
		c->more++;
	else
		find_advise(begin(c, h, to, VERDICT_FAULT,
				  "sends with a TTL of 0, and nothing leaves this machine, to"),
			    "have the program set %s to 1, or to as many as there are links on the way",
			    option);
}

/* Whether what it sends stays here anyway. */
static bool is_local(const struct ttl *c, const struct mc_holder *h, bool six)
{
	const struct mc_iface *by = mc_ifaces_index(c->look->ifs, leaves_by(c->look, h, six));

	return by && by->loopback;
}

static void judge_connected(struct ttl *c, const struct mc_holder *h, const struct aim *a)
{
	bool six = a->group.family == MC_IPV6;

	if (h->error || h->ttl[six] < 0)
		c->hidden++;
	else if (!is_local(c, h, six))
		judge_sender(c, h, &a->group, h->ttl[six]);
}

/* The first group of a family that it has joined, of those that are looked at; NULL: none. */
static const struct mc_addr *joined(const struct look *l, const struct mc_holder *h, bool six)
{
	for (size_t i = 0; i < h->nheld && l->aimed; i++) {
		size_t m = l->holders.held[h->held + i].membership;

		if (l->aimed[m] && (l->memberships.v[m].group.family == MC_IPV6) == six)
			return &l->memberships.v[m].group;
	}
	return NULL;
}

static void judge_member(struct ttl *c, const struct mc_holder *h, bool six)
{
	const struct mc_addr *group = h->error || h->ttl[six] < 0 ? NULL : joined(c->look, h, six);

	if (!group || is_local(c, h, six))
		return;
	c->members++;
	if (h->ttl[six])
		return;
	if (c->told == CHECKS_MOST) {
		c->more++;
		return;
	}
	find_advise(begin(c, h, group, VERDICT_WARNING,
			  "would send with a TTL of 0, and nothing leaves this machine, and has joined"),
		    "if it sends to groups have it set a TTL of 1 or more");
}

static void judge(struct ttl *c, const struct mc_holder *h)
{
	const struct aims *aims = &c->look->aims;

	for (size_t i = 0; i < aims->n && mc_addr_is_multicast(&h->socket.peer); i++)
		if (sends_to(h, &aims->v[i]) && !aim_again(aims, i)) {
			judge_connected(c, h, &aims->v[i]);
			return;
		}
	judge_member(c, h, false);
	judge_member(c, h, true);
}

static void tell_good(const struct ttl *c)
{
	bool named = look_named(c->look);

	if (c->hidden)
		find_advise(find(c->out, VERDICT_UNKNOWN, "%zu sockets that send there may not be looked at",
				 c->hidden),
			    "run it as root");
	else if (c->look->holders.hidden)
		checks_hidden(c->look, c->out);
	else if (c->senders)
		find(c->out, VERDICT_OK, "sockets that send there have a TTL that lets it get there");
	else if (c->members)
		find(c->out, VERDICT_OK,
		     "no socket is connected to %s; a program that sends without setting a TTL has "
		     "1: this link",
		     named ? "it" : "a group that is joined here");
	else
		find(c->out, VERDICT_OK, "no socket here sends to %s, as far as can be seen",
		     named ? "it" : "a group that is joined here");
}

void check_ttl(const struct look *l, struct findings *out)
{
	struct ttl c = { .look = l, .out = out };

	for (size_t i = 0; i < l->holders.nsockets; i++)
		judge(&c, &l->holders.sockets[i]);
	if (c.more)
		find(out, VERDICT_WARNING, "of %zu more sockets nothing leaves this machine", c.more);
	if (c.near > CHECKS_MOST)
		find(out, VERDICT_OK, "%zu more sockets send no further than this link",
		     c.near - CHECKS_MOST);
	if (!c.told && !c.near)
		tell_good(&c);
}
