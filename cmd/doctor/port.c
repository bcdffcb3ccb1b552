/*
 * port.c - the check port: who is on the aim's port, and whether another program could be, too. That is
 * tried: a socket that joins nothing is bound to the group for a moment, to which the group alone comes.
 */
#include <errno.h>
#include <mcast/sock.h>
#include <stdio.h>
#include <unistd.h>

#include "doctor/checks.h"
#include "out.h"

#define USERS 16 /* of one port, that are looked at */

/* A socket on the aim's port that takes the group, were it joined. */
struct user {
	struct mc_holder holder; /* of which the socket and the process are always set, as far as known */
	bool member, sends;      /* it has joined the group, is connected to it */
};

struct port {
	const struct look *look;
	struct findings *out;
	const struct aim *aim;
	uint16_t number;
	struct user v[USERS];
	size_t n;
	size_t told, shared, alone, untried;
};

/* ---- who is there ---------------------------------------------------------------------- */

/* What is known of a socket: it is one of the holders, or some process has it open. */
static struct mc_holder holder_of(const struct look *l, const struct mc_socket *s)
{
	struct mc_holder h = { .socket = *s, .fd = -1, .reuse_addr = -1, .reuse_port = -1 };
	const struct mc_holder *known = look_holder(l, s->inode);
	const struct mc_open_socket *o;
	size_t n = 0;

	if (known)
		return *known;
	o = mc_processes_open(&l->processes, s->inode, &n);
	if (o)
		h.process = &l->processes.v[o->process];
	return h;
}

static void list_users(struct port *c)
{
	const struct look *l = c->look;

	c->n = 0;
	for (size_t i = 0; i < l->nsockets && c->n < USERS; i++) {
		if (!look_takes(&l->sockets[i], &c->aim->group, c->number))
			continue;
		struct user *u = &c->v[c->n++];

		u->holder = holder_of(l, &l->sockets[i]);
		u->member = look_holds(l, &u->holder, &c->aim->group);
		u->sends = !mc_addr_cmp(&u->holder.socket.peer, &c->aim->group);
	}
}

/* What a program would meet that binds there: 0, -EADDRINUSE, or what keeps this one from trying. */
static int try_to_bind(const struct port *c)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.bind = c->aim->group;
	conf.port = c->number;
	conf.ifindex = c->aim->expected;
	conf.share = true;
	int fd = mc_sock_open(&conf);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

/* ---- what that means ------------------------------------------------------------------- */

static void saw_users(const struct port *c, struct finding *x)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct user *u = &c->v[i];
		const struct mc_socket *s = &u->holder.socket;
		char who[LOOK_PROCESS], at[OUT_ENDPOINT_SIZE];

		find_saw(x, s->family == MC_IPV6 ? "/proc/net/udp6" : "/proc/net/udp",
			 "%s of %s, inode %llu%s%s", out_endpoint(at, sizeof at, &s->local, s->port, NULL),
			 look_process(who, sizeof who, &u->holder), (unsigned long long)s->inode,
			 u->member ? ", a member" : "",
			 u->holder.reuse_addr == 0 ? ", without SO_REUSEADDR" : "");
	}
	x->group = c->aim->group;
}

/* The one that does not share: told by its options, or the only one there is. */
static const struct user *unsharing(const struct port *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].holder.reuse_addr == 0)
			return &c->v[i];
	return &c->v[0];
}

/* Whether some program of this machine is in the group by a socket that is not on this port. */
static bool is_joined_elsewhere(const struct port *c)
{
	const struct look *l = c->look;

	for (size_t i = 0; i < l->holders.nheld; i++) {
		const struct mc_held *held = &l->holders.held[i];

		if (!mc_addr_cmp(&l->memberships.v[held->membership].group, &c->aim->group) &&
		    l->holders.sockets[held->socket].socket.port != c->number)
			return true;
	}
	return false;
}

static bool has_member(const struct port *c, bool or_sender)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].member || (or_sender && c->v[i].sends))
			return true;
	return false;
}

/* The port is one program's own. That is well where it is the one that is to have the group. */
static void tell_taken(struct port *c)
{
	const struct user *u = unsharing(c);
	char who[LOOK_PROCESS], group[MC_ADDR_STRLEN];
	bool serves = has_member(c, true);

	look_process(who, sizeof who, &u->holder);
	mc_addr_format(&c->aim->group, group, sizeof group);
	if (serves || !c->aim->named) {
		c->alone++;
		return;
	}
	c->told++;
	struct finding *x =
		find(c->out, is_joined_elsewhere(c) ? VERDICT_FAULT : VERDICT_WARNING,
		     "%s has port %u for itself, and has not joined %s: who wants to bind that port for "
		     "it gets EADDRINUSE",
		     who, c->number, group);

	x->pid = u->holder.process ? u->holder.process->pid : 0;
	saw_users(c, x);
	find_advise(x,
		    "stop it, have it set SO_REUSEADDR before it binds, or use another port for the group");
}

/* How many processes have a socket there that is bound to any address. */
static size_t count_open(const struct port *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct mc_holder *h = &c->v[i].holder;
		bool known = !h->process || h->socket.family != c->aim->group.family;

		for (size_t k = 0; k < i && !known; k++)
			known = c->v[k].holder.process == h->process &&
				mc_addr_is_unspecified(&c->v[k].holder.socket.local);
		n += !known && mc_addr_is_unspecified(&h->socket.local);
	}
	return n;
}

static void tell_shared(struct port *c)
{
	size_t n = count_open(c);

	c->shared += c->n;
	if (n < 2 || !c->aim->named)
		return;
	c->told++;
	struct finding *x =
		find(c->out, VERDICT_WARNING,
		     "%zu programs share port %u, bound to any address: each gets the group, and one alone "
		     "what comes by unicast",
		     n, c->number);

	saw_users(c, x);
	find_why(x, "A datagram to a group goes to all sockets that take it, one to this machine to the "
		    "socket bound last.");
	find_advise(x, "have those that want the group alone bind to its address");
}

static void judge(struct port *c)
{
	list_users(c);
	if (!c->n)
		return;
	switch (try_to_bind(c)) {
	case 0:
		tell_shared(c);
		break;
	case -EADDRINUSE:
		tell_taken(c);
		break;
	default:
		c->untried++;
	}
}

static void tell_good(const struct port *c, size_t ports)
{
	char who[LOOK_PROCESS];
	struct finding *x;

	if (!ports && !look_named(c->look) && checks_hidden(c->look, c->out))
		return;
	if (!ports) {
		find(c->out, VERDICT_OK, "%s",
		     look_named(c->look) ? "no port was named" : "no socket that joined has a port");
	} else if (c->untried) {
		find(c->out, VERDICT_UNKNOWN, "whether %zu ports that are in use are shared cannot be tried",
		     c->untried);
	} else if (c->alone && ports == 1) {
		x = find(c->out, VERDICT_OK, "%s has port %u, and shares it with nobody",
			 look_process(who, sizeof who, &unsharing(c)->holder), c->number);
		saw_users(c, x);
	} else if (ports == 1 && !c->n) {
		find(c->out, VERDICT_OK, "no socket that takes the group is on port %u", c->number);
	} else if (ports == 1) {
		x = find(c->out, VERDICT_OK, "%zu sockets on port %u, which others may share", c->n,
			 c->number);
		saw_users(c, x);
	} else {
		find(c->out, VERDICT_OK, "of the sockets on %zu ports that are in groups %zu share theirs%s",
		     ports, c->shared, c->look->aims.more ? ", and there are more" : "");
	}
}

void check_port(const struct look *l, struct findings *out)
{
	struct port c = { .look = l, .out = out };
	size_t ports = 0;

	for (size_t i = 0; i < l->aims.n; i++) {
		c.aim = &l->aims.v[i];
		if (c.aim->port <= 0 || aim_again(&l->aims, i))
			continue;
		c.number = (uint16_t)c.aim->port;
		ports++;
		judge(&c);
	}
	if (!c.told)
		tell_good(&c, ports);
}
