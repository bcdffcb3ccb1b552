/*
 * joined.c - the check joined: whether a program here has joined the group, on that interface, with a filter
 * that takes the source (RFC 3678). That nobody has is no fault: the program may not run now.
 */
#include <stdio.h>
#include <string.h>

#include "doctor/checks.h"

/* What is known of one aim. */
struct joined {
	const struct look *look;
	struct findings *out;
	const struct aim *aim;
	char group[MC_ADDR_STRLEN];
	const struct mc_membership *here;  /* on the interface where it should be; NULL */
	const struct mc_membership *there; /* on another; NULL */
	size_t takes, refuses;             /* sockets there whose filter takes the source, or does not */
	const struct mc_holder *refuser;   /* one that does not */
	bool wrong;
};

static const char *table_of(const struct aim *a)
{
	return a->group.family == MC_IPV6 ? "/proc/net/igmp6" : "/proc/net/igmp";
}

static struct finding *note(struct joined *j, struct finding *x)
{
	x->group = j->aim->group;
	x->ifindex = j->aim->expected;
	j->wrong = true;
	return x;
}

/* ---- looking ---------------------------------------------------------------------------- */

static void find_memberships(struct joined *j)
{
	const struct mc_memberships *m = &j->look->memberships;

	for (size_t i = 0; i < m->n; i++) {
		if (mc_addr_cmp(&m->v[i].group, &j->aim->group))
			continue;
		if (!j->aim->expected || m->v[i].ifindex == j->aim->expected)
			j->here = &m->v[i];
		else
			j->there = &m->v[i];
	}
}

static const struct mc_membership *membership_of(const struct joined *j, const struct mc_held *h)
{
	return &j->look->memberships.v[h->membership];
}

static bool takes_source(const struct joined *j, const struct mc_held *h)
{
	bool listed = false;

	for (size_t i = 0; i < h->nsources && !listed; i++)
		listed = !mc_addr_cmp(&j->look->holders.pool[h->sources + i], &j->aim->source);
	return listed == (h->mode == MC_INCLUDE);
}

static void count_filters(struct joined *j)
{
	const struct mc_holders *h = &j->look->holders;

	for (size_t i = 0; i < h->nheld; i++) {
		if (membership_of(j, &h->held[i]) != j->here)
			continue;
		if (!j->aim->source.family || takes_source(j, &h->held[i])) {
			j->takes++;
			continue;
		}
		j->refuses++;
		j->refuser = &h->sockets[h->held[i].socket];
	}
}

/* The first that holds a membership; NULL: not known. */
static const struct mc_holder *holder_of(const struct joined *j, const struct mc_membership *m)
{
	const struct mc_holders *h = &j->look->holders;

	for (size_t i = 0; i < h->nheld; i++)
		if (membership_of(j, &h->held[i]) == m)
			return &h->sockets[h->held[i].socket];
	return NULL;
}

/* ---- telling ---------------------------------------------------------------------------- */

static void tell_elsewhere(struct joined *j)
{
	const struct mc_holder *h = holder_of(j, j->there);
	const char *there = look_name(j->look, j->there->ifindex);
	const char *wanted = look_name(j->look, j->aim->expected);
	char who[LOOK_PROCESS];
	struct finding *x = note(j, find(j->out, VERDICT_FAULT, "%s has joined %s on %s, not on %s",
					 look_process(who, sizeof who, h), j->group, there, wanted));

	x->pid = h && h->process ? h->process->pid : 0;
	find_saw(x, table_of(j->aim), "%s: %s", there, j->group);
	find_advise(x, "have the program name %s when it joins (without a name it takes that of the route)",
		    wanted);
}

/* Whether it is passed on from that interface to others here: routers need not join. */
static const struct mc_mroute *passed_on(const struct joined *j)
{
	const struct mc_mroutes *all = &j->look->mroutes;

	for (size_t i = 0; i < all->n && !j->look->mroutes_error; i++) {
		const struct mc_mroute *m = &all->v[i];

		if (m->nout && !mc_addr_cmp(&m->group, &j->aim->group) &&
		    (!j->aim->expected || m->in == j->aim->expected))
			return m;
	}
	return NULL;
}

/* Who sends, or passes on, need not join: tells whether that is so. */
static bool tell_needless(struct joined *j)
{
	const struct mc_socket *s = look_sends(j->look, &j->aim->group);
	const struct mc_mroute *m = passed_on(j);
	struct finding *x;
	char who[LOOK_PROCESS];

	if (s) {
		x = find(j->out, VERDICT_OK, "nobody here has joined %s, and %s sends to it", j->group,
			 look_process(who, sizeof who, look_holder(j->look, s->inode)));
		find_saw(x, "its socket", "inode %llu is connected to the group",
			 (unsigned long long)s->inode);
	} else if (m) {
		x = find(j->out, VERDICT_OK,
			 "nobody here has joined %s, which this machine passes on from %s to %zu interfaces",
			 j->group, look_name(j->look, m->in), m->nout);
		find_saw(x, "forwarding cache", "in %s, %zu out", look_name(j->look, m->in), m->nout);
	} else {
		return false;
	}
	note(j, x);
	return true;
}

/* For those that mean to send it does not matter, and who is to receive may not run. */
static void tell_nobody(struct joined *j)
{
	struct finding *x;

	if (tell_needless(j))
		return;
	if (!j->aim->expected)
		x = find(j->out, VERDICT_WARNING, "nobody here has joined %s", j->group);
	else
		x = find(j->out, VERDICT_WARNING, "nobody here has joined %s on %s", j->group,
			 look_name(j->look, j->aim->expected));
	note(j, x);
	find_saw(x, table_of(j->aim), "no %s", j->group);
	find_advise(
		x,
		"start the program that is to receive it, and look again while it runs; who only sends need "
		"not join");
}

static void tell_refused(struct joined *j)
{
	char who[LOOK_PROCESS], source[MC_ADDR_STRLEN];

	mc_addr_format(&j->aim->source, source, sizeof source);
	struct finding *x = note(j, find(j->out, VERDICT_FAULT, "%s has joined %s, but not from %s",
					 look_process(who, sizeof who, j->refuser), j->group, source));

	x->pid = j->refuser->process ? j->refuser->process->pid : 0;
	find_saw(x, "the filter of its socket", "does not take %s", source);
	find_advise(x, "have the program join with this source, or without any");
}

/* Sockets were not to be seen: what the interface's own list of sources proves. */
static void judge_unseen(struct joined *j)
{
	const struct mc_membership *m = j->here;
	char source[MC_ADDR_STRLEN];

	for (size_t i = 0; i < m->nsources; i++) {
		const struct mc_named_source *s = &m->sources[i];

		if (mc_addr_cmp(&s->addr, &j->aim->source))
			continue;
		if (s->include || s->exclude < m->users)
			return;
		mc_addr_format(&s->addr, source, sizeof source);
		struct finding *x = note(j, find(j->out, VERDICT_FAULT, "all that have joined %s exclude %s",
						 j->group, source));

		find_saw(x, "/proc/net/mcfilter", "%s: %u of %u exclude it", source, s->exclude, m->users);
		find_advise(x, "have the programs take this source");
		return;
	}
	j->wrong = true;
	find_advise(find(j->out, VERDICT_UNKNOWN,
			 "%s is joined, but by whom, and from which sources, is not to be seen", j->group),
		    "run it as root");
}

static void tell_good(const struct joined *j)
{
	const struct mc_holder *h = holder_of(j, j->here);
	char who[LOOK_PROCESS];
	struct finding *x = find(j->out, VERDICT_OK, "%s has joined %s on %s",
				 look_process(who, sizeof who, h), j->group,
				 look_name(j->look, j->here->ifindex));

	x->group = j->aim->group;
	x->ifindex = j->here->ifindex;
	find_saw(x, table_of(j->aim), "%s: %u user%s", j->group, j->here->users,
		 j->here->users == 1 ? "" : "s");
}

static void judge(struct joined *j)
{
	mc_addr_format(&j->aim->group, j->group, sizeof j->group);
	find_memberships(j);
	if (!j->here && aim_of_kernel(&j->aim->group))
		j->there = NULL; /* that the kernel is in it elsewhere says nothing of programs */
	if (!j->here && j->there)
		tell_elsewhere(j);
	else if (!j->here)
		tell_nobody(j);
	if (!j->here)
		return;
	count_filters(j);
	if (j->refuses && !j->takes)
		tell_refused(j);
	else if (!j->takes && j->aim->source.family)
		judge_unseen(j);
	if (!j->wrong)
		tell_good(j);
}

static void tell_all(const struct look *l, struct findings *out)
{
	size_t n = aim_groups(&l->aims) + l->aims.left_out, found = 0;

	for (size_t i = 0; i < l->holders.nsockets; i++)
		found += l->holders.sockets[i].nheld > 0;
	if (n)
		find(out, VERDICT_OK, "%zu membership%s, of %zu socket%s that could be looked at", n,
		     n == 1 ? "" : "s", found, found == 1 ? "" : "s");
	else
		find(out, VERDICT_OK, "no program has joined a group");
}

void check_joined(const struct look *l, struct findings *out)
{
	struct joined j = { .look = l, .out = out, .aim = &l->aims.v[0] };

	if (look_named(l))
		judge(&j);
	else
		tell_all(l, out);
	if (l->holders.cut)
		find_advise(find(out, VERDICT_UNKNOWN,
				 "not all sockets were looked at: there was no time for more"),
			    "name a TARGET, or see mcast groups");
	else if (l->holders.hidden && !look_named(l))
		find_advise(find(out, VERDICT_UNKNOWN,
				 "%zu sockets that may hold memberships are not to be seen",
				 l->holders.hidden),
			    "run it as root");
}
