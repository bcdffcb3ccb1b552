/*
 * state.c - reading a namespace again, at little cost where little changed.
 *
 * Memberships and sockets are two tables that are not read at once. So where users come or go that no socket
 * accounts for, all is read anew before that is believed.
 */
#include "groups/state.h"

#include <errno.h>
#include <stdlib.h>

#include "base/time.h"
#include "groups/ask.h"
#include "groups/survey.h"
#include "net/loop.h"
#include "net/users.h"

#define RARELY 20 /* times as long as it takes to ask all sockets, they are not all asked again */
#define TRIES 3   /* the first asks what changed alone, the others everything */

void state_free(struct state *s)
{
	mc_memberships_free(&s->memberships);
	free(s->sockets);
	known_free(&s->known);
	free(s->kernels);
	*s = (struct state){ 0 };
}

const char *state_name(const struct state *s, uint32_t ifindex)
{
	const struct mc_spoken *p = ifindex ? mc_memberships_spoken(&s->memberships, ifindex) : NULL;

	return p ? p->name : NULL;
}

bool state_kernel(const struct state *s, uint32_t ifindex, const struct mc_addr *group)
{
	const struct mc_membership *m = mc_memberships_find(&s->memberships, ifindex, group);
	uint32_t kernels = m && s->kernels ? s->kernels[m - s->memberships.v] : 0;

	return kernels || mc_users_always(group);
}

/* Those that were not asked this time were looked at before, or not. */
static bool has_looked(const struct state *s, const struct mc_holders *h, const struct mc_processes *p)
{
	bool all = survey_looked(h, p);

	for (size_t i = 0; all && i < s->known.nsockets; i++)
		all = !survey_unseen(&s->known.sockets[i].h);
	return all;
}

/* Sockets that were not asked, and are still there, are as they were. */
static int carry(struct state *s, const struct state *before, const struct ask *a)
{
	int r = 0;

	for (size_t i = 0; !r && before && i < before->known.nsockets; i++) {
		const struct known_socket *one = &before->known.sockets[i];
		uint64_t inode = one->h.socket.inode;

		if (!ask_has(a, inode) && mc_sockets_find(s->sockets, s->n, inode))
			r = known_carry(&s->known, &before->known, one);
	}
	return r;
}

/* Asks those sockets, which some of the processes have open. */
static int ask(struct state *s, const struct state *before, const struct ask *a, const struct mc_processes *p,
	       mc_time ends)
{
	static const struct known nothing;
	mc_time now = mc_loop_now();
	struct mc_holders_conf conf = { .size = sizeof conf, .budget = ends > now ? ends - now : 0 };
	struct mc_holders h;
	int r = mc_holders_find(&h, &conf, &s->memberships, a->sockets, a->n, p);

	if (r)
		return r;
	r = known_take(&s->known, &h, &s->memberships, before ? &before->known : &nothing);
	if (!r)
		r = carry(s, before, a);
	if (!r)
		r = known_order(&s->known, &s->memberships);
	s->looked = has_looked(s, &h, p);
	s->gone = h.gone;
	mc_holders_free(&h);
	return r;
}

/* Whether the tables tell what they told before, and no socket is to be asked. */
static bool is_still(const struct state *s, const struct state *before, const struct ask *a)
{
	const struct known *k = &before->known;
	bool same = !a->n && s->memberships.n == k->nusers;

	for (size_t i = 0; same && i < k->nusers; i++) {
		const struct mc_membership *m = &s->memberships.v[i];

		same = m->ifindex == k->users[i].ifindex && m->users == k->users[i].users &&
		       !mc_addr_cmp(&m->group, &k->users[i].group);
	}
	for (size_t i = 0; same && i < k->nsockets; i++) /* gone, or never in a list */
		same = mc_sockets_find(s->sockets, s->n, k->sockets[i].h.socket.inode) != NULL;
	return same;
}

static int ask_some(struct state *s, const struct state *before, struct ask *a, mc_time ends)
{
	struct mc_processes p;
	int r;

	if (is_still(s, before, a))
		return 1;
	r = mc_processes_read(&p, ends);
	if (r)
		return r;
	r = ask_open(a, &before->known, s->sockets, s->n, &p);
	if (!r)
		r = ask(s, before, a, &a->processes, ends);
	mc_processes_free(&p);
	return r;
}

static int ask_all(struct state *s, const struct state *before, mc_time ends)
{
	struct ask a = { .n = s->n, .sockets = s->sockets };
	struct mc_processes p;
	mc_time begun = mc_loop_now();
	int r = mc_processes_read(&p, ends);

	if (r)
		return r;
	r = ask(s, before, &a, &p, ends);
	s->asked = mc_loop_now();
	s->took = s->asked - begun;
	mc_processes_free(&p);
	return r;
}

static int read_once(struct state *s, const struct state *before, bool all, mc_time ends)
{
	struct ask a = { 0 };
	int r = mc_memberships_read(&s->memberships);

	if (!r)
		r = mc_sockets_read(&s->sockets, &s->n);
	if (r)
		return r;
	s->kernels = survey_kernels(&s->memberships);
	if (!s->kernels)
		return -ENOMEM;
	if (all)
		return ask_all(s, before, ends);
	s->asked = before->asked;
	s->took = before->took;
	r = ask_changed(&a, &before->known, before->sockets, before->n, s->sockets, s->n);
	if (!r)
		r = ask_some(s, before, &a, ends);
	ask_free(&a);
	return r;
}

static bool is_due(const struct state *before)
{
	return mc_loop_now() - before->asked >= RARELY * before->took;
}

int state_read(struct state *ret, const struct state *before, mc_time budget)
{
	mc_time ends = mc_after(mc_loop_now(), budget);
	struct state s = { 0 };
	int r = 0;

	for (unsigned i = !before || is_due(before) ? 1 : 0; i < TRIES; i++) {
		state_free(&s);
		r = read_once(&s, before, i > 0, ends);
		if (r || !before || !known_moved(&before->known, &s.known))
			break;
	}
	if (r)
		state_free(&s);
	else
		*ret = s;
	return r;
}
