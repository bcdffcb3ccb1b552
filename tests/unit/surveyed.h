/*
 * surveyed.h - a namespace made up for tests of mcast groups: memberships, sockets, who holds what.
 */
#ifndef TEST_SURVEYED_H
#define TEST_SURVEYED_H

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "groups/listing.h"
#include "groups/survey.h"
#include "net/users.h"

#include "check.h"

struct surveyed {
	struct survey s;
	struct mc_process processes[4]; /* a is 100, b 101, ... */
	struct wanted wanted;
	struct listing listing;
};

static inline struct mc_addr surveyed_addr(const char *text)
{
	struct mc_addr a = { 0 };

	if (*text)
		assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

static inline void surveyed_begin(struct surveyed *t)
{
	static struct name names[] = { { 1, "lo" }, { 2, "eth0" } };

	memset(t, 0, sizeof *t);
	for (size_t i = 0; i < COUNT(t->processes); i++)
		t->processes[i] = (struct mc_process){ .pid = (pid_t)(100 + i),
						       .thread = (pid_t)(100 + i),
						       .name = { (char)('a' + i) } };
	t->s.names.v = malloc(sizeof names);
	memcpy(t->s.names.v, names, sizeof names);
	t->s.names.n = COUNT(names);
	t->s.looked = true;
}

/* In the order of a snapshot. */
static inline void surveyed_membership(struct surveyed *t, uint32_t ifindex, const char *group,
				       uint32_t users)
{
	struct mc_membership *m = mc_grow_twice(&t->s.memberships.v, &t->s.memberships.n, sizeof *m);

	m->ifindex = ifindex;
	m->group = surveyed_addr(group);
	m->users = users;
	t->s.holders.found = realloc(t->s.holders.found, t->s.memberships.n * sizeof(uint32_t));
	t->s.holders.found[t->s.memberships.n - 1] = 0;
	t->s.kernels = realloc(t->s.kernels, t->s.memberships.n * sizeof(uint32_t));
	t->s.kernels[t->s.memberships.n - 1] = mc_users_always(&m->group);
}

/* A socket of process 'a', 'b', ..., 0: it could not be looked at, as it is another's. */
static inline struct mc_holder *surveyed_socket(struct surveyed *t, char process, const char *local,
						uint16_t port)
{
	struct mc_holder *h = mc_grow_twice(&t->s.holders.sockets, &t->s.holders.nsockets, sizeof *h);

	h->socket.inode = 1000 + t->s.holders.nsockets;
	h->socket.family = MC_IPV4;
	h->socket.protocol = IPPROTO_UDP;
	h->socket.local = surveyed_addr(local);
	h->socket.port = port;
	h->socket.options = 48;
	h->process = process ? &t->processes[process - 'a'] : NULL;
	h->processes = process != 0;
	h->fd = process ? (int)t->s.holders.nsockets + 2 : -1;
	h->error = process ? 0 : -EPERM;
	h->all[0] = h->all[1] = h->ttl[0] = h->ttl[1] = -1;
	h->held = t->s.holders.nheld;
	return h;
}

/* The last socket holds that membership; source NULL: any. */
static inline void surveyed_holds(struct surveyed *t, size_t membership, enum mc_mode mode,
				  const char *source)
{
	struct mc_holders *h = &t->s.holders;
	struct mc_held *held = mc_grow_twice(&h->held, &h->nheld, sizeof *held);

	held->membership = membership;
	held->socket = h->nsockets - 1;
	held->mode = mode;
	held->sources = h->npool;
	if (source) {
		struct mc_addr *a = mc_grow_twice(&h->pool, &h->npool, sizeof *a);

		*a = surveyed_addr(source);
		held->nsources = 1;
	}
	h->sockets[h->nsockets - 1].nheld++;
	h->found[membership]++;
}

static inline void surveyed_end(struct surveyed *t)
{
	listing_free(&t->listing);
	survey_free(&t->s);
}

#endif
