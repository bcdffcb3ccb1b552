/*
 * listen.c - sockets and memberships of a server.
 *
 * One socket for each group, bound to the group: the kernel then finds it by address, however
 * many groups there are, and its unicast twin, bound to any address, gets what was sent to this
 * machine alone. Memberships are brought in line with the interfaces by comparing the two
 * lists, at the start and whenever an interface changes: there is no other path.
 */
#include "serve/listen.h"

#include <errno.h>
#include <mcast/sock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/grow.h"
#include "pick.h"
#include "sysctl.h"

static bool is_unicast(const struct listener *l)
{
	return mc_addr_is_unspecified(&l->group);
}

char *listen_text(const struct listener *l, char buf[MC_TARGET_STRLEN])
{
	struct mc_target t;

	mc_target_init(&t);
	t.group = l->group;
	t.port = l->port;
	if (l->nsources == 1)
		t.source = l->sources[0];
	memcpy(t.ifname, l->ifname, sizeof t.ifname);
	return mc_target_format(&t, buf, MC_TARGET_STRLEN);
}

/* ---- what to listen to -------------------------------------------------------------- */

static int no_memory(const struct listen_set *s)
{
	return opt_refuse(s->verb, "%s", mc_strerror(-ENOMEM));
}

static struct listener *new_listener(struct listen_set *s, const struct mc_addr *group, uint16_t port)
{
	struct listener *l = calloc(1, sizeof *l);
	struct listener **slot = l ? mc_grow(&s->v, &s->n, sizeof *slot) : NULL;

	if (!slot) {
		free(l);
		return NULL;
	}
	l->set = s;
	l->group = *group;
	l->port = port;
	*slot = l;
	return l;
}

/* More sources than the kernel takes for one group are refused before anything is joined. */
static int refuse_sources(const struct listen_set *s, const struct listener *l)
{
	const char *name = l->group.family == MC_IPV4 ? "net/ipv4/igmp_max_msf" : "net/ipv6/mld_max_msf";
	long most = sysctl_read(name);
	char group[MC_ADDR_STRLEN];

	if (most < 0 || l->nsources <= (size_t)most)
		return 0;
	return opt_refuse(
		s->verb,
		"%s: too many sources: this system takes %ld for one group (raise it: sysctl -w %s=%zu)",
		mc_addr_format(&l->group, group, sizeof group), most, name, l->nsources);
}

static int add_source(struct listen_set *s, struct listener *l, const struct mc_addr *source)
{
	struct mc_addr *slot = mc_grow(&l->sources, &l->nsources, sizeof *slot);

	if (!slot)
		return no_memory(s);
	*slot = *source;
	return refuse_sources(s, l);
}

static bool has_source(const struct listener *l, const struct mc_addr *source)
{
	for (size_t i = 0; i < l->nsources; i++)
		if (!mc_addr_cmp(&l->sources[i], source))
			return true;
	return false;
}

/* Whether two listeners would answer the same datagram twice. */
static bool overlaps(const struct listener *l, const struct mc_addr *group, const struct mc_target *t,
		     uint16_t port)
{
	if (l->port != port || mc_addr_cmp(&l->group, group))
		return false;
	if (*l->ifname && *t->ifname && strcmp(l->ifname, t->ifname) != 0)
		return false;
	return !l->nsources || !t->source.family || has_source(l, &t->source);
}

/* Adds one group of a target; earlier is how many listeners there were before that target. */
static int add_group(struct listen_set *s, const struct mc_addr *group, const struct mc_target *t,
		     uint16_t port, size_t earlier)
{
	char text[MC_TARGET_STRLEN], other[MC_TARGET_STRLEN];
	struct listener *same = NULL;

	for (size_t i = 0; i < earlier; i++) {
		struct listener *l = s->v[i];

		if (overlaps(l, group, t, port))
			return opt_refuse(s->verb, "%s is given twice: %s holds it already (leave one out)",
					  mc_target_format(t, text, sizeof text), listen_text(l, other));
		if (l->port == port && !mc_addr_cmp(&l->group, group) && !strcmp(l->ifname, t->ifname))
			same = l;
	}
	struct listener *l = same ? same : new_listener(s, group, port);

	if (!l)
		return no_memory(s);
	memcpy(l->ifname, t->ifname, sizeof l->ifname);
	return t->source.family ? add_source(s, l, &t->source) : 0;
}

/* Binding to a group that does not leave the link ties an IPv6 socket to one interface. */
static bool bound_to_iface(const struct mc_addr *group)
{
	return group->family == MC_IPV6 && mc_addr_is_multicast(group) && mc_addr_is_link_local(group);
}

static int add_groups(struct listen_set *s, const struct mc_target *t, const char *text)
{
	uint16_t port = (uint16_t)(t->port < 0 ? PICK_PORT : t->port);
	struct mc_target one = *t;
	size_t earlier = s->n;
	struct rlimit files;

	if (!getrlimit(RLIMIT_NOFILE, &files) && t->count > files.rlim_cur)
		return opt_refuse(
			s->verb,
			"%s: each group takes a socket, and only %ju files may be open (raise it: ulimit -n)",
			text, (uintmax_t)files.rlim_cur);
	one.count = 1;
	for (uint32_t i = 0; i < t->count; i++) {
		one.group = t->group;
		if (mc_addr_add(&one.group, i))
			return opt_refuse(s->verb, "%s: %s", text, mc_strerror(MC_ERR_COUNT));
		if (add_group(s, &one.group, &one, port, earlier))
			return EXIT_CANNOT;
	}
	return 0;
}

/* A link-local IPv6 group takes one interface a socket: each one of -I makes a target of its own. */
static int add_link_local(struct listen_set *s, const struct mc_target *t, const char *text)
{
	struct mc_target one = *t;
	char list[256], next[320];

	if (!s->nifnames)
		return opt_refuse(s->verb, "%s: a group that does not leave the link needs an interface (%s)",
				  text,
				  pick_next(next, sizeof next, "name one with -I",
					    pick_list(s->ifs, list, sizeof list)));
	for (size_t i = 0; i < s->nifnames; i++) {
		snprintf(one.ifname, sizeof one.ifname, "%s", s->ifnames[i]);
		if (add_groups(s, &one, text))
			return EXIT_CANNOT;
	}
	return 0;
}

int listen_add(struct listen_set *s, const struct mc_target *t)
{
	struct mc_target one = *t;
	char text[MC_TARGET_STRLEN];
	struct pick p;

	mc_target_format(t, text, sizeof text);
	if (!*t->ifname)
		return bound_to_iface(&t->group) ? add_link_local(s, t, text) : add_groups(s, t, text);
	if (pick_iface(s->verb, s->ifs, t->ifname, text, &p))
		return EXIT_CANNOT;
	memcpy(one.ifname, p.iface->name, sizeof one.ifname);
	return add_groups(s, &one, text);
}

/* ---- sockets ------------------------------------------------------------------------ */

/* Why a listener cannot listen, with the next step: on one interface, or (NULL) at all. */
static int refuse(const struct listener *l, const struct mc_iface *i, int error)
{
	char text[MC_TARGET_STRLEN], where[MC_TARGET_STRLEN + 64];
	bool six = l->group.family == MC_IPV6;
	const char *next = "";

	if (is_unicast(l))
		snprintf(where, sizeof where, "bind port %u", l->port);
	else
		snprintf(where, sizeof where, "join %s%s%s", listen_text(l, text), i ? " on " : "",
			 i ? i->name : "");
	if (error == -EADDRINUSE)
		next = ": another program has the port to itself (ss -ulpn shows which)";
	else if (error == -EACCES)
		next = ": ports below 1024 need CAP_NET_BIND_SERVICE (take a higher one)";
	else if (error == -EMFILE)
		next = " (raise the limit: ulimit -n)";
	else if (error == -ENOBUFS || error == -ENOMEM)
		next = six ? " (raise net.ipv6.mld_max_msf or net.core.optmem_max)" :
			     " (raise net.ipv4.igmp_max_memberships, igmp_max_msf or net.core.optmem_max)";
	else if (error == -EAFNOSUPPORT)
		next = " (this kernel has no IPv6: take an IPv4 group)";
	else if (error == -ENODEV || error == -EADDRNOTAVAIL)
		next = i ? ": it does not speak this family of addresses (give it one: ip address add)" :
			   ": no interface is up and speaks this family of addresses (ip link set lo up)";
	return opt_refuse(l->set->verb, "cannot %s: %s%s", where, mc_strerror(error), next);
}

static int open_port(const struct listener *l, uint32_t ifindex)
{
	struct mc_sock_conf c;

	mc_sock_conf_init(&c);
	c.family = l->group.family;
	c.bind = l->group;
	c.port = l->port;
	c.ifindex = bound_to_iface(&l->group) ? ifindex : 0;
	c.unicast_ttl = (int32_t)l->set->conf.ttl;
	c.rcvbuf = (int32_t)l->set->conf.rcvbuf;
	c.sndbuf = (int32_t)l->set->conf.sndbuf;
	c.trains = true;
	c.share = true;
	return mc_sock_open(&c);
}

/* Opens one more socket for a listener. */
static int add_port(struct listener *l, uint32_t ifindex)
{
	struct port *p = calloc(1, sizeof *p);

	if (!p)
		return -ENOMEM;
	int fd = open_port(l, ifindex);

	p->watch = (struct mc_watch){ .fd = fd, .ready = l->set->ready, .arg = p };
	int r = fd < 0 ? fd : mc_loop_add(l->set->loop, &p->watch);

	if (r) {
		if (fd >= 0)
			close(fd);
		free(p);
		return r;
	}
	p->listener = l;
	p->next = l->ports;
	l->ports = p;
	return 0;
}

static void drop_port(struct listener *l, struct port *p)
{
	uint32_t drops = 0;

	for (struct port **link = &l->ports; *link; link = &(*link)->next)
		if (*link == p) {
			*link = p->next;
			break;
		}
	mc_sock_drops(p->watch.fd, &drops);
	l->set->dropped += drops;
	mc_loop_del(l->set->loop, &p->watch);
	close(p->watch.fd);
	free(p);
}

/* ---- memberships -------------------------------------------------------------------- */

static bool is_named(const struct listener *l, const struct mc_iface *i)
{
	const struct listen_set *s = l->set;

	if (*l->ifname)
		return !strcmp(l->ifname, i->name);
	for (size_t k = 0; k < s->nifnames; k++)
		if (!strcmp(s->ifnames[k], i->name))
			return true;
	return s->nifnames == 0;
}

static struct member *find_member(const struct listener *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->nmembers; i++)
		if (l->members[i].ifindex == ifindex)
			return &l->members[i];
	return NULL;
}

static int join_with(const struct listener *l, const struct port *p, uint32_t ifindex)
{
	int r = l->nsources ? 0 : mc_sock_join(p->watch.fd, ifindex, &l->group, NULL);

	for (size_t i = 0; i < l->nsources && !r; i++)
		r = mc_sock_join(p->watch.fd, ifindex, &l->group, &l->sources[i]);
	if (r && l->nsources)
		(void)mc_sock_leave(p->watch.fd, ifindex, &l->group, NULL);
	return r;
}

/* Joins with the socket there is, or with another one where that can take no more. */
static int join(struct listener *l, uint32_t ifindex)
{
	int r = l->ports && !bound_to_iface(&l->group) ? join_with(l, l->ports, ifindex) : -ENOBUFS;

	if (r != -ENOBUFS && r != -ENOMEM)
		return r;
	r = add_port(l, ifindex);
	if (r)
		return r;
	r = join_with(l, l->ports, ifindex);
	if (r)
		drop_port(l, l->ports);
	return r;
}

static int join_iface(struct listener *l, const struct mc_iface *i)
{
	struct listen_set *s = l->set;
	int r = join(l, i->index);
	bool missing = r == -ENODEV || r == -EADDRNOTAVAIL; /* this family is off here */

	if (missing && !*l->ifname && !s->nifnames)
		return 0;
	if (r)
		refuse(l, i, r);
	if (r && !s->started)
		return EXIT_CANNOT;
	struct member *m = mc_grow(&l->members, &l->nmembers, sizeof *m);

	if (!m)
		return no_memory(s);
	*m = (struct member){ .ifindex = i->index, .life = i->life, .port = r ? NULL : l->ports };
	memcpy(m->ifname, i->name, sizeof m->ifname);
	if (s->started && !r)
		s->changed(s->changed_arg, l, m, true, NULL);
	return 0;
}

static void leave_iface(struct listener *l, struct member *m, const char *why)
{
	struct listen_set *s = l->set;
	struct member left = *m;

	*m = l->members[--l->nmembers];
	if (!left.port)
		return;
	if (bound_to_iface(&l->group))
		drop_port(l, left.port);
	else
		(void)mc_sock_leave(left.port->watch.fd, left.ifindex, &l->group, NULL);
	s->changed(s->changed_arg, l, &left, false, why);
}

static void leave_stale(struct listener *l)
{
	for (size_t k = l->nmembers; k-- > 0;) {
		struct member *m = &l->members[k];
		const struct mc_iface *i = mc_ifaces_index(l->set->ifs, m->ifindex);

		if (!i || i->life != m->life)
			leave_iface(l, m, "the interface is gone");
		else if (!is_named(l, i))
			leave_iface(l, m, "the interface has another name now");
	}
}

/* An interface without an address of the family is left out, unless it was named: IPv6 may be
 * off there, and when it gets one, that is a change like any other. IPv4 joins without. */
static bool speaks(const struct listener *l, const struct mc_iface *i)
{
	if (l->group.family == MC_IPV4 || *l->ifname || l->set->nifnames)
		return true;
	for (size_t k = 0; k < i->naddrs; k++)
		if (i->addrs[k].addr.family == MC_IPV6)
			return true;
	return false;
}

/* Brings one group in line with the interfaces. An interface that goes down keeps its membership. */
static int follow(struct listener *l)
{
	const struct mc_ifaces *ifs = l->set->ifs;

	leave_stale(l);
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(ifs, i));)
		if (mc_iface_can(i) && is_named(l, i) && speaks(l, i) && !find_member(l, i->index) &&
		    join_iface(l, i))
			return EXIT_CANNOT;
	return 0;
}

void listen_follow(struct listen_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!is_unicast(s->v[i]))
			follow(s->v[i]);
}

/* Whether a unicast socket takes what comes in on an interface: what one of its groups names. */
static bool takes_unicast(const struct listener *l, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(l->set->ifs, ifindex);

	for (size_t k = 0; k < l->set->n; k++) {
		const struct listener *g = l->set->v[k];

		if (g->port == l->port && g->group.family == l->group.family && !is_unicast(g) && i &&
		    is_named(g, i))
			return true;
	}
	return false;
}

static bool takes_group(const struct port *p, uint32_t ifindex)
{
	const struct member *m = find_member(p->listener, ifindex);

	return m && m->port == p;
}

/* Another socket that gets the same datagram and is meant for it. */
static bool taken_elsewhere(const struct port *p, uint32_t ifindex)
{
	const struct listener *l = p->listener;
	const struct listen_set *s = l->set;

	for (size_t i = 0; i < s->n && !is_unicast(l); i++)
		if (s->v[i]->port == l->port && !mc_addr_cmp(&s->v[i]->group, &l->group) &&
		    find_member(s->v[i], ifindex))
			return true;
	return false;
}

enum taken listen_takes(const struct port *p, uint32_t ifindex)
{
	if (is_unicast(p->listener) ? takes_unicast(p->listener, ifindex) : takes_group(p, ifindex))
		return TAKEN;
	return taken_elsewhere(p, ifindex) ? TAKEN_ELSEWHERE : NOT_TAKEN;
}

/* ---- start and end ------------------------------------------------------------------ */

/* The unicast twin of a group's port. It goes first, because it finds the free port. */
static int open_unicast(struct listen_set *s, const struct listener *group, size_t groups)
{
	struct mc_addr any = { .family = group->group.family };
	uint16_t asked = group->port;

	for (size_t i = groups; i < s->n; i++)
		if (s->v[i]->port == asked && s->v[i]->group.family == any.family)
			return 0;
	struct listener *l = new_listener(s, &any, asked);

	if (!l)
		return no_memory(s);
	int r = add_port(l, 0);

	if (!r)
		r = mc_sock_local(l->ports->watch.fd, &any, &l->port);
	if (r)
		return refuse(l, NULL, r);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i]->port == asked && s->v[i]->group.family == any.family)
			s->v[i]->port = l->port;
	return 0;
}

int listen_open(struct listen_set *s)
{
	size_t groups = s->n;

	for (size_t i = 0; i < groups; i++)
		if (open_unicast(s, s->v[i], groups))
			return EXIT_CANNOT;
	for (size_t i = 0; i < groups; i++) {
		if (follow(s->v[i]))
			return EXIT_CANNOT;
		if (!s->v[i]->nmembers)
			return refuse(s->v[i], NULL, -ENODEV);
	}
	s->started = true;
	return 0;
}

uint64_t listen_close(struct listen_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct listener *l = s->v[i];

		while (l->ports)
			drop_port(l, l->ports);
		free(l->members);
		free(l->sources);
		free(l);
	}
	free(s->v);
	s->v = NULL;
	s->n = 0;
	return s->dropped;
}
