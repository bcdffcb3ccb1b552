/*
 * bound.c - the check bound: sockets that joined a group and can never get it: bound to an address of this
 * machine, to another group, to another port, or tied to an interface where it was not joined.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor/checks.h"
#include "out.h"

/* A membership that a process has by a socket which gets what it is for. */
struct serving {
	size_t membership;
	const struct mc_process *process;
};

struct bound {
	const struct look *look;
	struct findings *out;
	struct serving *served; /* in order */
	size_t nserved;
	size_t told, more;
	bool good;
};

static bool is_udp(const struct mc_socket *s)
{
	return !s->raw && s->port && (s->protocol == IPPROTO_UDP || s->protocol == IPPROTO_UDPLITE);
}

static void tell(struct bound *c, const struct mc_holder *h, const struct mc_membership *m, const char *why,
		 const char *advice)
{
	char who[LOOK_PROCESS], group[MC_ADDR_STRLEN], to[OUT_ENDPOINT_SIZE];

	if (c->told == CHECKS_MOST) {
		c->more++;
		return;
	}
	c->told++;
	mc_addr_format(&m->group, group, sizeof group);
	out_endpoint(to, sizeof to, &h->socket.local, h->socket.port, NULL);
	struct finding *x =
		find(c->out, VERDICT_FAULT, "%s joined %s on %s by a socket %s: it gets nothing of it",
		     look_process(who, sizeof who, h), group, look_name(c->look, m->ifindex), why);

	x->group = m->group;
	x->ifindex = m->ifindex;
	x->pid = h->process ? h->process->pid : 0;
	find_saw(x, h->socket.family == MC_IPV6 ? "/proc/net/udp6" : "/proc/net/udp", "%s, inode %llu", to,
		 (unsigned long long)h->socket.inode);
	find_advise(x, "%s", advice);
}

static bool is_bound_for(const struct mc_socket *s, const struct mc_addr *group)
{
	return mc_addr_is_unspecified(&s->local) || !mc_addr_cmp(&s->local, group);
}

static bool serves(const struct mc_socket *s, const struct mc_membership *m)
{
	return is_bound_for(s, &m->group) && (!s->ifindex || s->ifindex == m->ifindex);
}

/* One that is connected to a group sends to it: that gave it an address, and what it joined is for another
 * socket. */
static bool is_sender(const struct mc_socket *s)
{
	return mc_addr_is_multicast(&s->peer);
}

/* One membership of a socket that is of no use. */
static void judge(struct bound *c, const struct mc_holder *h, const struct mc_membership *m)
{
	const struct mc_socket *s = &h->socket;
	char why[MC_ADDR_STRLEN + 40], local[MC_ADDR_STRLEN];

	if (is_bound_for(s, &m->group)) {
		snprintf(why, sizeof why, "tied to %s", look_name(c->look, s->ifindex));
		tell(c, h, m, why,
		     "have the program join on the interface that it ties its socket to "
		     "(SO_BINDTODEVICE)");
		return;
	}
	mc_addr_format(&s->local, local, sizeof local);
	snprintf(why, sizeof why, "bound to %s", local);
	tell(c, h, m, why,
	     "have the program bind to the group, or to any address, and name the interface as it joins");
}

/* A target's port on which nobody is, though somebody joined the group: ret: the port of one who did. */
static bool port_is_missed(const struct look *l, const struct aim *a, const struct mc_holder **ret)
{
	*ret = NULL;
	if (a->port < 0)
		return false;
	for (size_t i = 0; i < l->nsockets; i++)
		if (look_takes(&l->sockets[i], &a->group, (uint16_t)a->port))
			return false;
	for (size_t i = 0; i < l->holders.nheld; i++) {
		const struct mc_held *held = &l->holders.held[i];
		const struct mc_holder *h = &l->holders.sockets[held->socket];

		if (!mc_addr_cmp(&l->memberships.v[held->membership].group, &a->group) &&
		    is_udp(&h->socket) && !is_sender(&h->socket))
			*ret = h;
	}
	return *ret;
}

static void judge_port(struct bound *c, const struct aim *a)
{
	char who[LOOK_PROCESS], group[MC_ADDR_STRLEN];
	const struct mc_holder *h;

	if (!port_is_missed(c->look, a, &h))
		return;
	c->told++;
	mc_addr_format(&a->group, group, sizeof group);
	struct finding *x = find(c->out, VERDICT_FAULT,
				 "%s is joined, but no socket is on port %d: %s is on port %u", group,
				 (int)a->port, look_process(who, sizeof who, h), h->socket.port);

	x->group = a->group;
	x->pid = h->process ? h->process->pid : 0;
	find_saw(x, "/proc/net/udp", "no socket of port %d that takes the group", (int)a->port);
	find_advise(x, "have program and sender use the same port");
}

static int by_membership(const void *a, const void *b)
{
	const struct serving *x = a, *y = b;

	if (x->membership != y->membership)
		return x->membership < y->membership ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

/* A socket to send from may join what another one of the program receives. */
static bool is_served(const struct bound *c, const struct serving *one)
{
	return bsearch(one, c->served, c->nserved, sizeof *c->served, by_membership);
}

/* Twice: first what is well, then what is not. */
static void judge_all(struct bound *c, bool well)
{
	const struct look *l = c->look;

	for (size_t i = 0; i < l->holders.nheld; i++) {
		const struct mc_held *held = &l->holders.held[i];
		const struct mc_membership *m = &l->memberships.v[held->membership];
		const struct mc_holder *h = &l->holders.sockets[held->socket];
		struct serving one = { held->membership, h->process };

		if (!is_udp(&h->socket) || is_sender(&h->socket) || !l->aimed[held->membership] ||
		    serves(&h->socket, m) != well)
			continue;
		if (well)
			c->served[c->nserved++] = one;
		else if (!is_served(c, &one))
			judge(c, h, m);
	}
	if (well)
		qsort(c->served, c->nserved, sizeof *c->served, by_membership);
}

static void judge_sockets(struct bound *c)
{
	c->served = c->look->aimed ? calloc(c->look->holders.nheld + 1, sizeof *c->served) : NULL;
	if (!c->served) {
		c->out->starved = true;
		return;
	}
	judge_all(c, true);
	judge_all(c, false);
	free(c->served);
	c->good = c->nserved;
}

void check_bound(const struct look *l, struct findings *out)
{
	struct bound c = { .look = l, .out = out };

	judge_sockets(&c);
	if (look_named(l))
		judge_port(&c, &l->aims.v[0]);
	if (c.more)
		find(out, VERDICT_FAULT, "%zu more memberships are of no use for the same reasons", c.more);
	if (c.told || checks_hidden(l, out))
		return;
	if (c.good)
		find(out, VERDICT_OK, "sockets that joined are bound so that they get %s",
		     look_named(l) ? "it" : "what they joined");
	else
		find(out, VERDICT_OK, "no socket here has joined %s", look_named(l) ? "it" : "a group");
}
