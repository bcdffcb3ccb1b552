/*
 * look.c - all that the checks read, taken from the kernel at the beginning of the window and, what changes,
 * at its end. It judges nothing.
 */
#include "doctor/look.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/loop.h"
#include "net/sockaddr.h"
#include "out.h"

#define BUDGET \
	(2 * MC_SEC) /* for processes and their sockets; some milliseconds where they are not thousands */

/* One that went, or came, in between is not counted. */
static void count_ifaces(struct look *l, bool first)
{
	for (size_t i = 0; i < l->nifaces; i++) {
		struct look_iface *c = &l->ifaces[i];
		int r = mc_ifcount_read(c->ifindex, first ? &c->before : &c->after);

		c->counted = !r && (first || c->counted);
	}
}

static int list_ifaces(struct look *l)
{
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));) {
		struct look_iface *slot = mc_grow(&l->ifaces, &l->nifaces, sizeof *slot);

		if (!slot)
			return -ENOMEM;
		slot->ifindex = i->index;
	}
	count_ifaces(l, true);
	return 0;
}

/* An IPv6 socket may be bound to, and speak with, IPv4 addresses: they are compared with such. */
static void unmap(struct mc_socket *s)
{
	s->local = mc_addr_unmapped(s->local);
	s->peer = mc_addr_unmapped(s->peer);
}

static int find_holders(struct look *l)
{
	mc_time deadline = mc_loop_now() + BUDGET;
	int r = mc_memberships_read(&l->memberships);

	if (!r)
		r = mc_sockets_read(&l->sockets, &l->nsockets);
	if (!r)
		r = mc_processes_read(&l->processes, deadline);
	if (r)
		return r;
	mc_time now = mc_loop_now();
	const struct mc_holders_conf conf = {
		.size = sizeof conf,
		.budget = deadline > now ? deadline - now : 0,
		.senders = true,
	};

	r = mc_holders_find(&l->holders, &conf, &l->memberships, l->sockets, l->nsockets, &l->processes);
	for (size_t i = 0; i < l->nsockets; i++)
		unmap(&l->sockets[i]);
	for (size_t i = 0; !r && i < l->holders.nsockets; i++)
		unmap(&l->holders.sockets[i].socket);
	return r;
}

int look_begin(struct look *l)
{
	l->began = mc_loop_now();
	int r = mc_counters_read(&l->before);

	if (!r)
		r = list_ifaces(l);
	if (!r)
		r = find_holders(l);
	if (r)
		return r;
	l->bridges_error = mc_bridges_read(&l->bridges);
	l->mroutes_error = mc_mroutes_read(&l->mroutes);
	return 0;
}

/* Interfaces may come, go, and change meanwhile. What is judged is what there is at the end. */
static int look_around(struct look *l)
{
	struct mc_ifaces *now;
	int r = mc_ifaces_new(&now, false);

	if (r)
		return r;
	mc_ifaces_free(l->was);
	l->was = l->ifs;
	l->ifs = now;
	return 0;
}

int look_end(struct look *l)
{
	int r = mc_counters_read(&l->after);

	l->window = mc_loop_now() - l->began;
	l->listened = mc_loop_now() - l->opened;
	count_ifaces(l, false);
	if (!r)
		r = mc_sockets_read(&l->later, &l->nlater);
	for (size_t i = 0; !r && i < l->nlater; i++)
		unmap(&l->later[i]);
	return r ? r : look_around(l);
}

void look_free(struct look *l)
{
	mc_holders_free(&l->holders);
	mc_processes_free(&l->processes);
	mc_memberships_free(&l->memberships);
	mc_bridges_free(&l->bridges);
	mc_mroutes_free(&l->mroutes);
	mc_counters_free(l->before);
	mc_counters_free(l->after);
	mc_ifaces_free(l->ifs);
	mc_ifaces_free(l->was);
	json_decref(l->rules[0]);
	json_decref(l->rules[1]);
	free(l->sockets);
	free(l->later);
	free(l->ifaces);
	free(l->aimed);
}

const char *look_name(const struct look *l, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(l->ifs, ifindex);

	if (!i && l->was)
		i = mc_ifaces_index(l->was, ifindex);
	return i ? i->name : "?";
}

char *look_process(char *buf, size_t cap, const struct mc_holder *h)
{
	char name[4 * sizeof h->process->name + 1];

	if (!h || !h->process)
		snprintf(buf, cap, "somebody");
	else
		snprintf(buf, cap, "%s[%d]", out_plain(name, sizeof name, h->process->name),
			 (int)h->process->pid);
	return buf;
}

bool look_named(const struct look *l)
{
	return l->aims.n && l->aims.v[0].named;
}

bool look_takes(const struct mc_socket *s, const struct mc_addr *group, uint16_t port)
{
	if (s->raw || s->protocol != IPPROTO_UDP || s->port != port)
		return false;
	if (mc_addr_is_unspecified(&s->local)) /* of IPv6 it may take IPv4, too */
		return s->local.family == group->family || s->local.family == MC_IPV6;
	return !mc_addr_cmp(&s->local, group);
}

const struct mc_socket *look_sends(const struct look *l, const struct mc_addr *group)
{
	for (size_t i = 0; i < l->nsockets; i++)
		if (!mc_addr_cmp(&l->sockets[i].peer, group))
			return &l->sockets[i];
	return NULL;
}

const struct mc_membership *look_joined(const struct look *l, const struct mc_addr *group)
{
	for (size_t i = 0; i < l->memberships.n; i++)
		if (!mc_addr_cmp(&l->memberships.v[i].group, group))
			return &l->memberships.v[i];
	return NULL;
}

static int by_inode(const void *key, const void *holder)
{
	uint64_t inode = *(const uint64_t *)key;
	const struct mc_holder *h = holder;

	return (inode > h->socket.inode) - (inode < h->socket.inode);
}

const struct mc_holder *look_holder(const struct look *l, uint64_t inode)
{
	const struct mc_holders *h = &l->holders;

	return h->nsockets ? bsearch(&inode, h->sockets, h->nsockets, sizeof *h->sockets, by_inode) : NULL;
}

bool look_holds_aim(const struct look *l, const struct mc_holder *h)
{
	for (size_t i = 0; i < h->nheld && l->aimed; i++)
		if (l->aimed[l->holders.held[h->held + i].membership])
			return true;
	return false;
}

bool look_holds(const struct look *l, const struct mc_holder *h, const struct mc_addr *group)
{
	for (size_t i = 0; i < h->nheld; i++)
		if (!mc_addr_cmp(&l->memberships.v[l->holders.held[h->held + i].membership].group, group))
			return true;
	return false;
}
