/*
 * leak.c - the check leak: sockets bound to any address get, on their port, groups that they did not join,
 * as some other program did: IP_MULTICAST_ALL and IPV6_MULTICAST_ALL are on unless a program switches them
 * off.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "doctor/checks.h"

/* A group that is joined on a port. */
struct joint {
	uint16_t port;
	const struct mc_addr *group;
	const struct mc_held *held; /* one by which it is */
};

/* A socket that gets a group which it did not join. */
struct leaking {
	const struct mc_holder *holder;
	const struct mc_held *held; /* another one's */
};

struct leak {
	const struct look *look;
	struct findings *out;
	size_t n;
	struct joint *v;             /* by port, then group; each once */
	const struct mc_addr **mine; /* room for the groups of one socket */
	size_t nleaking;
	struct leaking *leaking;
	size_t told, more;
};

/* ---- in order ----------------------------------------------------------------------------- */

static bool is_udp(const struct mc_socket *s)
{
	return s->protocol == IPPROTO_UDP && !s->raw && s->port;
}

static int by_port(const void *a, const void *b)
{
	const struct joint *x = a, *y = b;

	return x->port != y->port ? x->port - y->port : mc_addr_cmp(x->group, y->group);
}

static int by_group(const void *a, const void *b)
{
	const struct mc_addr *const *x = a, *const *y = b;

	return mc_addr_cmp(*x, *y);
}

static const struct mc_addr *group_of(const struct look *l, const struct mc_held *h)
{
	return &l->memberships.v[h->membership].group;
}

static bool list_joints(struct leak *c)
{
	const struct mc_holders *h = &c->look->holders;
	size_t n = 0;

	c->v = calloc(h->nheld + 1, sizeof *c->v);
	c->mine = calloc(h->nheld + 1, sizeof *c->mine);
	c->leaking = calloc(h->nsockets + 1, sizeof *c->leaking);
	if (!c->v || !c->mine || !c->leaking)
		return false;
	for (size_t i = 0; i < h->nheld; i++) {
		const struct mc_socket *s = &h->sockets[h->held[i].socket].socket;

		if (is_udp(s))
			c->v[n++] = (struct joint){ s->port, group_of(c->look, &h->held[i]), &h->held[i] };
	}
	qsort(c->v, n, sizeof *c->v, by_port);
	for (size_t i = 0; i < n; i++)
		if (!c->n || by_port(&c->v[c->n - 1], &c->v[i]))
			c->v[c->n++] = c->v[i];
	return true;
}

/* Where the groups of a port begin, or would. */
static size_t first_of(const struct leak *c, uint16_t port)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->v[middle].port < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* ---- one socket --------------------------------------------------------------------------- */

/* Whether it takes groups of a family that others joined: one of IPv6 may take IPv4, too. */
static bool is_open(const struct mc_holder *h, uint8_t family)
{
	return (h->socket.family == family || h->socket.family == MC_IPV6) && h->all[family == MC_IPV6] == 1;
}

/* The first group that a socket on the same port joined and this one did not: NULL: there is none. */
static const struct mc_held *foreign(const struct leak *c, const struct mc_holder *h)
{
	for (size_t i = 0; i < h->nheld; i++)
		c->mine[i] = group_of(c->look, &c->look->holders.held[h->held + i]);
	qsort(c->mine, h->nheld, sizeof *c->mine, by_group);
	for (size_t i = first_of(c, h->socket.port); i < c->n && c->v[i].port == h->socket.port; i++)
		if (is_open(h, c->v[i].group->family) &&
		    !bsearch(&c->v[i].group, c->mine, h->nheld, sizeof *c->mine, by_group))
			return c->v[i].held;
	return NULL;
}

/* A program that has such a socket and joined nothing at all may well want everything; it is not told of
 * unless it is about the target's port. */
static bool concerns(const struct look *l, const struct mc_holder *h)
{
	if (h->error || !is_udp(&h->socket) || !mc_addr_is_unspecified(&h->socket.local))
		return false;
	return h->nheld || (look_named(l) && l->aims.v[0].port == h->socket.port);
}

/* ---- telling ------------------------------------------------------------------------------ */

/* Sockets of one process on one port. */
static void tell(struct leak *c, const struct leaking *first, size_t n)
{
	const struct look *l = c->look;
	const struct mc_holder *h = first->holder;
	const struct mc_membership *m = &l->memberships.v[first->held->membership];
	char who[LOOK_PROCESS], other[LOOK_PROCESS], group[MC_ADDR_STRLEN], many[40] = "";
	bool six = m->group.family == MC_IPV6;

	if (c->told == CHECKS_MOST) {
		c->more++;
		return;
	}
	c->told++;
	mc_addr_format(&m->group, group, sizeof group);
	look_process(other, sizeof other, &l->holders.sockets[first->held->socket]);
	if (n > 1)
		snprintf(many, sizeof many, ", by %zu sockets", n);
	struct finding *x = find(c->out, VERDICT_WARNING,
				 "%s, on port %u%s, gets %s too, which it did not join: %s did",
				 look_process(who, sizeof who, h), h->socket.port, many, group, other);

	x->group = m->group;
	x->pid = h->process ? h->process->pid : 0;
	find_saw(x, six ? "IPV6_MULTICAST_ALL of its socket" : "IP_MULTICAST_ALL of its socket", "1");
	find_saw(x, "its socket", "inode %llu, bound to any address", (unsigned long long)h->socket.inode);
	find_advise(x, "have the program bind to its group, or switch %s off",
		    six ? "IPV6_MULTICAST_ALL" : "IP_MULTICAST_ALL");
}

static int by_process(const void *a, const void *b)
{
	const struct mc_holder *x = ((const struct leaking *)a)->holder;
	const struct mc_holder *y = ((const struct leaking *)b)->holder;

	if (x->process != y->process)
		return x->process < y->process ? -1 : 1;
	if (x->socket.port != y->socket.port)
		return x->socket.port - y->socket.port;
	return (x > y) - (x < y);
}

static void tell_all(struct leak *c)
{
	size_t n = 0;

	qsort(c->leaking, c->nleaking, sizeof *c->leaking, by_process);
	for (size_t i = 0; i < c->nleaking; i += n) {
		const struct leaking *v = &c->leaking[i];

		n = 1;
		while (i + n < c->nleaking && v[n].holder->process == v->holder->process &&
		       v[n].holder->socket.port == v->holder->socket.port)
			n++;
		tell(c, v, n);
	}
}

/* ---- all of them -------------------------------------------------------------------------- */

static void judge_all(struct leak *c)
{
	const struct mc_holders *h = &c->look->holders;

	for (size_t i = 0; i < h->nsockets; i++) {
		const struct mc_held *held = concerns(c->look, &h->sockets[i]) ? foreign(c, &h->sockets[i]) :
										 NULL;

		if (held)
			c->leaking[c->nleaking++] = (struct leaking){ &h->sockets[i], held };
	}
	tell_all(c);
}

void check_leak(const struct look *l, struct findings *out)
{
	struct leak c = { .look = l, .out = out };

	if (list_joints(&c))
		judge_all(&c);
	else
		out->starved = true;
	free(c.v);
	free(c.mine);
	free(c.leaking);
	if (c.more)
		find(out, VERDICT_WARNING, "%zu more programs get what they did not join", c.more);
	if (c.told || checks_hidden(l, out))
		return;
	find(out, VERDICT_OK, "no socket gets what another program joined");
}
