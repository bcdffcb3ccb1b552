/*
 * member.c - sockets and memberships of one listener.
 *
 * One socket for each group, bound to the group: the kernel then finds it by address, however
 * many groups there are, and its unicast twin, bound to any address, gets what was sent to this
 * machine alone. Memberships are brought in line with the interfaces by comparing the two
 * lists, at the start and whenever an interface changes: there is no other path.
 */
#include "member.h"

#include <errno.h>
#include <mcast/sock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "out.h"
#include "sysctl.h"

bool member_of_link(const struct mc_addr *group)
{
	return group->family == MC_IPV6 && mc_addr_is_multicast(group) && mc_addr_is_link_local(group);
}

/* ---- sockets ------------------------------------------------------------------------ */

/* Why a listener cannot listen, with the next step. */
int member_refuse(const struct listener *l, const struct mc_iface *i, int error)
{
	char text[MC_TARGET_STRLEN], where[MC_TARGET_STRLEN + 64];
	bool six = l->group.family == MC_IPV6;
	const char *next = "";

	if (listen_is_unicast(l))
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
	else if (error == -ENODEV && !i && six && sysctl_read("net/ipv6/conf/all/disable_ipv6") > 0)
		next = ": IPv6 is switched off (switch it on: sysctl -w net/ipv6/conf/all/disable_ipv6=0)";
	else if (error == -ENODEV || error == -EADDRNOTAVAIL)
		next = i ? ": it does not speak this family of addresses (give it one: ip address add)" :
			   ": no interface is up and speaks this family of addresses (ip link set lo up)";
	return opt_refuse(l->set->verb, "cannot %s: %s%s", where, mc_strerror(error), next);
}

static int open_port(const struct listener *l, uint32_t ifindex)
{
	const struct listen_conf *conf = &l->set->conf;
	struct mc_sock_conf c;

	mc_sock_conf_init(&c);
	c.family = l->group.family;
	c.bind = l->group;
	c.port = l->port;
	c.ifindex = member_of_link(&l->group) ? ifindex : 0;
	c.unicast_ttl = conf->ttl > 0 ? (int32_t)conf->ttl : -1;
	c.rcvbuf = conf->rcvbuf > 0 ? (int32_t)conf->rcvbuf : 0;
	c.sndbuf = conf->sndbuf > 0 ? (int32_t)conf->sndbuf : 0;
	c.rx_time = conf->rx_time;
	c.rx_hw_time = conf->rx_hw_time;
	c.rx_tos = conf->rx_tos;
	c.rx_drops = conf->rx_drops;
	c.trains = !conf->apart;
	c.share = true;
	return mc_sock_open(&c);
}

/* A socket that is in the loop; -errno. */
static int open_watched(struct listener *l, struct port *p, uint32_t ifindex)
{
	struct mc_addr bound;
	int fd = open_port(l, ifindex), r = 0;

	if (fd < 0)
		return fd;
	p->watch = (struct mc_watch){ .fd = fd, .ready = l->set->ready, .arg = p };
	if (!l->port)
		r = mc_sock_local(fd, &bound, &l->port);
	if (!r)
		r = mc_loop_add(l->set->loop, &p->watch);
	if (r)
		close(fd);
	return r;
}

int member_open_port(struct listener *l, uint32_t ifindex)
{
	struct port *p = calloc(1, sizeof *p);
	int r = p ? open_watched(l, p, ifindex) : -ENOMEM;

	if (r) {
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

bool member_names(const struct listener *l, const struct mc_iface *i)
{
	const struct listen_set *s = l->set;

	if (*l->ifname)
		return !strcmp(l->ifname, i->name);
	for (size_t k = 0; k < s->nifnames; k++)
		if (!strcmp(s->ifnames[k], i->name))
			return true;
	return s->nifnames == 0;
}

const struct member *member_find(const struct listener *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->nmembers; i++)
		if (l->members[i].ifindex == ifindex)
			return &l->members[i];
	return NULL;
}

static void tell(const struct listener *l, const struct member *m, bool joined, const char *why)
{
	if (l->open)
		l->set->changed(l->set->changed_arg, l, m, joined, why);
}

static int set_filter(const struct listener *l, const struct port *p, uint32_t ifindex)
{
	if (l->mode == MC_EXCLUDE && !l->nsources)
		return mc_sock_join(p->watch.fd, ifindex, &l->group, NULL);
	return mc_sock_filter(p->watch.fd, ifindex, &l->group, l->mode, l->sources, l->nsources);
}

/* Joins with the socket there is, or with another one where that can take no more. */
static int join(struct listener *l, uint32_t ifindex, mc_time *ret_when)
{
	*ret_when = out_now();
	int r = l->ports && !member_of_link(&l->group) ? set_filter(l, l->ports, ifindex) : -ENOBUFS;

	if (r != -ENOBUFS && r != -ENOMEM)
		return r;
	r = member_open_port(l, ifindex);
	if (r)
		return r;
	*ret_when = out_now();
	r = set_filter(l, l->ports, ifindex);
	if (r)
		drop_port(l, l->ports);
	return r;
}

/* Leaves, and tells nobody. */
static void leave(struct listener *l, struct member *m)
{
	struct port *p = m->port;
	uint32_t ifindex = m->ifindex;

	*m = l->members[--l->nmembers];
	if (p && member_of_link(&l->group))
		drop_port(l, p);
	else if (p)
		(void)mc_sock_leave(p->watch.fd, ifindex, &l->group, NULL);
}

/* A membership, or, where it could not be joined and keep says so, the memory of that. */
static int join_iface(struct listener *l, const struct mc_iface *i, bool keep)
{
	struct member m = { .ifindex = i->index, .life = i->life };
	int r = join(l, i->index, &m.joined);
	bool missing = r == -ENODEV || r == -EADDRNOTAVAIL; /* this family is off here */

	if (missing && !*l->ifname && !l->set->nifnames)
		return 0;
	if (r && !keep)
		return r;
	struct member *slot = mc_grow(&l->members, &l->nmembers, sizeof *slot);

	memcpy(m.ifname, i->name, sizeof m.ifname);
	m.port = r ? NULL : l->ports;
	if (slot)
		*slot = m;
	else if (!r)
		(void)mc_sock_leave(m.port->watch.fd, i->index, &l->group, NULL);
	if (slot && !r)
		tell(l, slot, true, NULL);
	return slot ? r : -ENOMEM;
}

static void leave_iface(struct listener *l, struct member *m, const char *why)
{
	struct member left = *m;

	leave(l, m);
	if (left.port)
		tell(l, &left, false, why);
}

static void leave_stale(struct listener *l)
{
	for (size_t k = l->nmembers; k-- > 0;) {
		struct member *m = &l->members[k];
		const struct mc_iface *i = mc_ifaces_index(l->set->ifs, m->ifindex);

		if (!i || i->life != m->life)
			leave_iface(l, m, "the interface is gone");
		else if (!member_names(l, i))
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

/* Whether this interface is to be joined and was not. */
static bool is_wanted(const struct listener *l, const struct mc_iface *i)
{
	return mc_iface_can(i) && member_names(l, i) && speaks(l, i) && !member_find(l, i->index);
}

/* An interface that goes down keeps its membership. */
int member_follow(struct listener *l)
{
	leave_stale(l);
	for (const struct mc_iface *i = NULL; !member_left(l) && (i = mc_ifaces_next(l->set->ifs, i));) {
		int r = is_wanted(l, i) ? join_iface(l, i, l->open) : 0;

		if (r)
			member_refuse(l, i, r);
		if (r && !l->open)
			return EXIT_CANNOT;
	}
	return 0;
}

/* ---- another filter ----------------------------------------------------------------- */

static void leave_all(struct listener *l, const char *why)
{
	while (l->nmembers)
		leave_iface(l, &l->members[l->nmembers - 1], why);
}

/* A listener that had left comes back, everywhere or not at all. */
static int come_back(struct listener *l)
{
	int r = 0;

	for (const struct mc_iface *i = NULL; !r && (i = mc_ifaces_next(l->set->ifs, i));)
		if (is_wanted(l, i))
			r = join_iface(l, i, false);
	if (!r && !l->nmembers)
		r = -ENODEV;
	if (r)
		leave_all(l, "another interface could not be joined");
	return r;
}

int member_filter(struct listener *l, bool was_left)
{
	int r = 0;

	if (member_left(l)) {
		leave_all(l, "as told");
		return 0;
	}
	if (was_left)
		return come_back(l);
	for (size_t i = 0; i < l->nmembers && !r; i++) {
		const struct member *m = &l->members[i];

		if (m->port)
			r = mc_sock_filter(m->port->watch.fd, m->ifindex, &l->group, l->mode, l->sources,
					   l->nsources);
	}
	return r;
}

void member_shut(struct listener *l)
{
	while (l->ports)
		drop_port(l, l->ports);
	l->nmembers = 0;
}

void member_close(struct listener *l, const char *why)
{
	leave_all(l, why);
	member_shut(l);
}
