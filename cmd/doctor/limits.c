/*
 * limits.c - the check limits: sockets that can take no more groups, or no more sources:
 * igmp_max_memberships and igmp_max_msf (IPv4, ENOBUFS), mld_max_msf (ENOBUFS), and the memory for options,
 * optmem_max (ENOBUFS; IPv6 ENOMEM).
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/grow.h"
#include "doctor/checks.h"
#include "doctor/knob.h"
#include "sysctl.h"

/* mld_max_msf is one for the whole machine, and is seen in its first network namespace only; then this
 * is taken to be in force, the kernel's default. */
#define MLD_SOURCES 64

/* Less is left than a membership of either family takes. */
#define MEMBERSHIP_OCTETS 64

enum limit { LIMIT_GROUPS, LIMIT_SOURCES4, LIMIT_SOURCES6, LIMIT_MEMORY, LIMITS };

static const struct {
	const char *file, *what;
	long factor; /* by which more are allowed */
} rows[LIMITS] = {
	[LIMIT_GROUPS] = { "net/ipv4/igmp_max_memberships", "IPv4 groups", 4 },
	[LIMIT_SOURCES4] = { "net/ipv4/igmp_max_msf", "sources of an IPv4 group", 8 },
	[LIMIT_SOURCES6] = { "net/ipv6/mld_max_msf", "sources of an IPv6 group", 8 },
	[LIMIT_MEMORY] = { "net/core/optmem_max", "groups or sources, as the memory for options is used up",
			   4 },
};

/* A socket that is at one. */
struct hit {
	enum limit limit;
	const struct mc_holder *holder;
	bool in_the_way; /* of the target */
};

struct limits {
	const struct look *look;
	struct findings *out;
	long most[LIMITS];
	bool unseen; /* mld_max_msf is */
	size_t n;
	struct hit *hits;
	size_t told, more;
};

/* ---- looking ------------------------------------------------------------------------------ */

/* Whether a target was named that nobody has joined: then the limit may be what stands in the way. */
static bool lacks_target(const struct limits *c)
{
	return look_named(c->look) && !look_joined(c->look, &c->look->aims.v[0].group);
}

/* The same of sources: the socket is in the target's group, with others. */
static bool lacks_source(const struct limits *c, const struct mc_held *held)
{
	const struct aim *a = &c->look->aims.v[0];

	if (!look_named(c->look) || !a->source.family ||
	    mc_addr_cmp(&c->look->memberships.v[held->membership].group, &a->group))
		return false;
	for (size_t i = 0; i < held->nsources; i++)
		if (!mc_addr_cmp(&c->look->holders.pool[held->sources + i], &a->source))
			return false;
	return true;
}

static void hit(struct limits *c, enum limit limit, const struct mc_holder *h, bool in_the_way)
{
	struct hit *slot = mc_grow_twice(&c->hits, &c->n, sizeof *slot);

	if (slot)
		*slot = (struct hit){ limit, h, in_the_way };
	else
		c->out->starved = true;
}

static uint8_t family_of(const struct limits *c, const struct mc_held *held)
{
	return c->look->memberships.v[held->membership].group.family;
}

static void judge_groups(struct limits *c, const struct mc_holder *h)
{
	long n = 0;

	for (size_t i = 0; i < h->nheld; i++)
		n += family_of(c, &c->look->holders.held[h->held + i]) == MC_IPV4;
	if (c->most[LIMIT_GROUPS] > 0 && n >= c->most[LIMIT_GROUPS])
		hit(c, LIMIT_GROUPS, h, lacks_target(c));
}

/* Of each family once: of the group that the target's source is lacking of, where there is such. */
static void judge_sources(struct limits *c, const struct mc_holder *h, uint8_t family)
{
	enum limit limit = family == MC_IPV6 ? LIMIT_SOURCES6 : LIMIT_SOURCES4;
	bool full = false, lacks = false;

	for (size_t i = 0; i < h->nheld; i++) {
		const struct mc_held *held = &c->look->holders.held[h->held + i];

		if (family_of(c, held) != family || c->most[limit] <= 0 ||
		    held->nsources < (size_t)c->most[limit])
			continue;
		full = true;
		lacks |= lacks_source(c, held);
	}
	if (full)
		hit(c, limit, h, lacks);
}

static void judge_memory(struct limits *c, const struct mc_holder *h)
{
	long most = c->most[LIMIT_MEMORY];

	if (most > 0 && h->socket.options != MC_SOCKET_UNKNOWN && h->socket.options &&
	    (long)h->socket.options + MEMBERSHIP_OCTETS > most)
		hit(c, LIMIT_MEMORY, h, lacks_target(c));
}

/* ---- telling ------------------------------------------------------------------------------ */

static void mend(const struct limits *c, struct finding *x, enum limit limit)
{
	bool unseen = limit == LIMIT_SOURCES6 && c->unseen;
	char name[64], dotted[64];

	snprintf(name, sizeof name, "/proc/sys/%s", rows[limit].file);
	if (unseen)
		find_saw(x, name, "not to be seen in this network namespace; %ld unless changed",
			 c->most[limit]);
	else
		find_saw(x, name, "%ld", c->most[limit]);
	snprintf(dotted, sizeof dotted, "%s", rows[limit].file);
	knob_dots(dotted);
	if (unseen) {
		find_advise(x, "raise %s on the machine itself, or have the program name fewer sources",
			    dotted);
		return;
	}
	find_mend(x, "sysctl -w %s=%ld", dotted, rows[limit].factor * c->most[limit]);
	find_advise(x, "start the program again, or have it use more sockets");
}

/* Sockets of one process at one limit. */
static void tell(struct limits *c, const struct hit *first, size_t n)
{
	const struct mc_holder *h = first->holder;
	char who[LOOK_PROCESS], many[32] = "a socket";
	bool in_the_way = false;

	if (c->told == CHECKS_MOST) {
		c->more++;
		return;
	}
	c->told++;
	for (size_t i = 0; i < n; i++)
		in_the_way |= first[i].in_the_way;
	if (n > 1)
		snprintf(many, sizeof many, "%zu sockets", n);
	struct finding *x = find(c->out, in_the_way ? VERDICT_FAULT : VERDICT_WARNING,
				 "%s of %s can take no more %s: %s at the limit of %ld", many,
				 look_process(who, sizeof who, h), rows[first->limit].what,
				 n > 1 ? "they are" : "it is", c->most[first->limit]);

	x->pid = h->process ? h->process->pid : 0;
	if (h->fd >= 0)
		find_saw(x, n > 1 ? "descriptor of the first" : "its descriptor", "%d", h->fd);
	mend(c, x, first->limit);
}

static int by_process(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	const struct mc_process *p = x->holder->process, *q = y->holder->process;

	if (x->limit != y->limit)
		return x->limit < y->limit ? -1 : 1;
	if (p != q)
		return p < q ? -1 : 1;
	return (x->holder > y->holder) - (x->holder < y->holder);
}

static void tell_all(struct limits *c)
{
	size_t n = 0;

	if (c->n)
		qsort(c->hits, c->n, sizeof *c->hits, by_process);
	for (size_t i = 0; i < c->n; i += n) {
		const struct hit *v = &c->hits[i];

		n = 1;
		while (i + n < c->n && v[n].limit == v->limit && v[n].holder->process == v->holder->process)
			n++;
		tell(c, v, n);
	}
}

void check_limits(const struct look *l, struct findings *out)
{
	struct limits c = { .look = l, .out = out };

	for (enum limit i = 0; i < LIMITS; i++)
		c.most[i] = sysctl_read(rows[i].file);
	c.unseen = c.most[LIMIT_SOURCES6] < 0;
	if (c.unseen)
		c.most[LIMIT_SOURCES6] = MLD_SOURCES;
	for (size_t i = 0; i < l->holders.nsockets; i++) {
		judge_groups(&c, &l->holders.sockets[i]);
		judge_sources(&c, &l->holders.sockets[i], MC_IPV4);
		judge_sources(&c, &l->holders.sockets[i], MC_IPV6);
		judge_memory(&c, &l->holders.sockets[i]);
	}
	tell_all(&c);
	free(c.hits);
	if (c.more)
		find(out, VERDICT_WARNING, "%zu more programs are at a limit", c.more);
	if (!c.told && !checks_hidden(l, out))
		find(out, VERDICT_OK,
		     "no socket is at a limit: %ld groups, %ld sources of an IPv4 group, %ld octets",
		     c.most[LIMIT_GROUPS], c.most[LIMIT_SOURCES4], c.most[LIMIT_MEMORY]);
}
