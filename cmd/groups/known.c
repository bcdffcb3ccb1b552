/*
 * known.c - two states of all sockets and memberships, compared. It reads nothing and prints nothing.
 */
#include "groups/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* ---- making ------------------------------------------------------------------------------------- */

static int put_held(struct known *k, const struct known_held *from, const struct mc_addr *sources)
{
	struct known_held *held = mc_grow_twice(&k->held, &k->nheld, sizeof *held);

	if (!held)
		return -ENOMEM;
	*held = *from;
	held->sources = k->npool;
	for (size_t i = 0; i < from->nsources; i++) {
		struct mc_addr *slot = mc_grow_twice(&k->pool, &k->npool, sizeof *slot);

		if (!slot)
			return -ENOMEM;
		*slot = sources[i];
	}
	return 0;
}

static struct known_socket *put_socket(struct known *k, const struct known_socket *from)
{
	struct known_socket *s = mc_grow_twice(&k->sockets, &k->nsockets, sizeof *s);

	if (!s)
		return NULL;
	*s = *from;
	s->first = k->nheld;
	s->n = 0;
	return s;
}

static int take(struct known *k, const struct mc_holders *h, const struct mc_holder *from,
		const struct mc_memberships *m)
{
	struct known_socket s = { .h = *from, .has = from->process != NULL };

	if (s.has)
		s.process = *from->process;
	s.h.process = NULL;
	struct known_socket *to = put_socket(k, &s);

	if (!to)
		return -ENOMEM;
	for (size_t i = from->held; i < from->held + from->nheld; i++) {
		const struct mc_held *held = &h->held[i];
		const struct mc_membership *in = &m->v[held->membership];
		struct known_held one = { in->ifindex, in->group, held->mode, held->nsources, 0 };

		if (put_held(k, &one, mc_held_sources(h, held)))
			return -ENOMEM;
		to->n++;
	}
	return 0;
}

int known_carry(struct known *k, const struct known *from, const struct known_socket *s)
{
	struct known_socket *to = put_socket(k, s);

	if (!to)
		return -ENOMEM;
	for (size_t i = s->first; i < s->first + s->n; i++) {
		if (put_held(k, &from->held[i],
			     from->held[i].nsources ? from->pool + from->held[i].sources : NULL))
			return -ENOMEM;
		to->n++;
	}
	return 0;
}

int known_take(struct known *k, const struct mc_holders *h, const struct mc_memberships *m,
	       const struct known *before)
{
	int r = 0;

	for (size_t i = 0; !r && i < h->nsockets; i++) {
		const struct mc_holder *one = &h->sockets[i];
		const struct known_socket *was = one->error ? known_find(before, one->socket.inode) : NULL;

		if (was && was->n)
			r = known_carry(k, before, was);
		else if (one->nheld || one->error)
			r = take(k, h, one, m);
	}
	return r;
}

static int place(uint32_t ifindex, const struct mc_addr *group, uint32_t other, const struct mc_addr *theirs)
{
	return ifindex != other ? (ifindex > other ? 1 : -1) : mc_addr_cmp(group, theirs);
}

static int by_inode(const void *a, const void *b)
{
	uint64_t x = ((const struct known_socket *)a)->h.socket.inode;
	uint64_t y = ((const struct known_socket *)b)->h.socket.inode;

	return (x > y) - (x < y);
}

static int by_place(const void *a, const void *b)
{
	const struct known_users *x = a, *y = b;

	return place(x->ifindex, &x->group, y->ifindex, &y->group);
}

static int held_by_place(const void *a, const void *b)
{
	const struct known_held *x = a, *y = b;

	return place(x->ifindex, &x->group, y->ifindex, &y->group);
}

/* The memberships' users less those that are held. Fewer than are held there may be for a moment, as the two
 * are not read at once. */
static int count(struct known *k, const struct mc_memberships *m)
{
	k->users = calloc(m->n + 1, sizeof *k->users);
	if (!k->users)
		return -ENOMEM;
	for (size_t i = 0; i < m->n; i++)
		k->users[i] = (struct known_users){ m->v[i].ifindex, m->v[i].group, m->v[i].users,
						    m->v[i].users };
	k->nusers = m->n;
	qsort(k->users, k->nusers, sizeof *k->users, by_place);
	for (size_t i = 0; i < k->nheld; i++) {
		struct known_users key = { .ifindex = k->held[i].ifindex, .group = k->held[i].group };
		struct known_users *u = bsearch(&key, k->users, k->nusers, sizeof key, by_place);

		if (u && u->rest)
			u->rest--;
	}
	return 0;
}

int known_order(struct known *k, const struct mc_memberships *m)
{
	for (size_t i = 0; i < k->nsockets; i++)
		if (k->sockets[i].n)
			qsort(k->held + k->sockets[i].first, k->sockets[i].n, sizeof *k->held, held_by_place);
	if (k->nsockets)
		qsort(k->sockets, k->nsockets, sizeof *k->sockets, by_inode);
	return count(k, m);
}

void known_free(struct known *k)
{
	free(k->sockets);
	free(k->held);
	free(k->pool);
	free(k->users);
	*k = (struct known){ 0 };
}

const struct known_socket *known_find(const struct known *k, uint64_t inode)
{
	struct known_socket key = { .h.socket.inode = inode };

	return k->nsockets ? bsearch(&key, k->sockets, k->nsockets, sizeof key, by_inode) : NULL;
}

/* ---- comparing ---------------------------------------------------------------------------------- */

struct compared {
	const struct known *before, *now;
	bool (*tell)(void *arg, const struct known_event *e);
	void *arg;
};

static bool same_filter(const struct compared *c, const struct known_held *a, const struct known_held *b)
{
	bool same = a->mode == b->mode && a->nsources == b->nsources;

	for (size_t i = 0; same && i < a->nsources; i++)
		same = !mc_addr_cmp(&c->before->pool[a->sources + i], &c->now->pool[b->sources + i]);
	return same;
}

static bool tell_held(const struct compared *c, enum known_what what, const struct known_socket *s,
		      const struct known_held *h)
{
	const struct known *k = what == KNOWN_LEAVE ? c->before : c->now;
	const struct known_event e = { what,       h->ifindex, h->group,
				       s,          h->mode,    h->nsources ? k->pool + h->sources : NULL,
				       h->nsources };

	return c->tell(c->arg, &e);
}

/* One socket before and now; NULL: not there. */
static bool compare_socket(const struct compared *c, const struct known_socket *a,
			   const struct known_socket *b)
{
	const struct known_held *x = a && a->n ? c->before->held + a->first : NULL, *xe = x ? x + a->n : NULL;
	const struct known_held *y = b && b->n ? c->now->held + b->first : NULL, *ye = y ? y + b->n : NULL;
	bool goes = true;

	while (goes && (x < xe || y < ye)) {
		int order = x == xe ? 1 : y == ye ? -1 : held_by_place(x, y);

		if (order < 0)
			goes = tell_held(c, KNOWN_LEAVE, a, x);
		else if (order > 0)
			goes = tell_held(c, KNOWN_JOIN, b, y);
		else if (!same_filter(c, x, y))
			goes = tell_held(c, KNOWN_CHANGE, b, y);
		if (order <= 0)
			x++;
		if (order >= 0)
			y++;
	}
	return goes;
}

static bool compare_sockets(const struct compared *c)
{
	size_t i = 0, j = 0;
	bool goes = true;

	while (goes && (i < c->before->nsockets || j < c->now->nsockets)) {
		const struct known_socket *a = i < c->before->nsockets ? &c->before->sockets[i] : NULL;
		const struct known_socket *b = j < c->now->nsockets ? &c->now->sockets[j] : NULL;
		int order = !a ? 1 : !b ? -1 : by_inode(a, b);

		goes = compare_socket(c, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	return goes;
}

static bool tell_rest(const struct compared *c, const struct known_users *u, uint32_t before, uint32_t now)
{
	const struct known_event e = { .what = now > before ? KNOWN_JOIN : KNOWN_LEAVE,
				       .ifindex = u->ifindex,
				       .group = u->group };

	for (; before != now; before += now > before ? 1 : -1u)
		if (!c->tell(c->arg, &e))
			return false;
	return true;
}

/* Calls tell_rest of each membership whose rest differs, until it returns false. */
static bool compare_rests(const struct compared *c,
			  bool (*tell)(const struct compared *c, const struct known_users *u, uint32_t before,
				       uint32_t now))
{
	size_t i = 0, j = 0;

	while (i < c->before->nusers || j < c->now->nusers) {
		const struct known_users *a = i < c->before->nusers ? &c->before->users[i] : NULL;
		const struct known_users *b = j < c->now->nusers ? &c->now->users[j] : NULL;
		int order = !a ? 1 : !b ? -1 : by_place(a, b);
		uint32_t was = a && order <= 0 ? a->rest : 0, is = b && order >= 0 ? b->rest : 0;

		if (was != is && !tell(c, order <= 0 ? a : b, was, is))
			return false;
		i += order <= 0;
		j += order >= 0;
	}
	return true;
}

static bool stop(const struct compared *c, const struct known_users *u, uint32_t before, uint32_t now)
{
	(void)c, (void)u, (void)before, (void)now;
	return false;
}

bool known_moved(const struct known *before, const struct known *now)
{
	const struct compared c = { .before = before, .now = now };

	return !compare_rests(&c, stop);
}

void known_compare(const struct known *before, const struct known *now,
		   bool (*tell)(void *arg, const struct known_event *e), void *arg)
{
	const struct compared c = { before, now, tell, arg };

	if (compare_sockets(&c))
		compare_rests(&c, tell_rest);
}
