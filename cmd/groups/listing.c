/*
 * listing.c - which memberships of a survey are listed, and their sockets in order.
 */
#include "groups/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "groups/who.h"
#include "net/users.h"

/* ---- order ------------------------------------------------------------------------------------ */

static int order_of(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_process(const struct mc_holder *a, const struct mc_holder *b)
{
	if (!a->process || !b->process)
		return order_of(!a->process, !b->process);
	return order_of((uint64_t)a->process->pid, (uint64_t)b->process->pid);
}

static int by_socket(const struct mc_socket *a, const struct mc_socket *b)
{
	int c = order_of(a->port, b->port);

	if (!c)
		c = mc_addr_cmp(&a->local, &b->local);
	if (!c)
		c = order_of(a->ifindex, b->ifindex);
	if (!c)
		c = order_of((uint64_t)a->raw << 8 | a->protocol, (uint64_t)b->raw << 8 | b->protocol);
	return c ? c : order_of(a->family, b->family);
}

static int by_filter(const struct mc_holders *h, const struct mc_held *a, const struct mc_held *b)
{
	int c = order_of(a->mode == MC_INCLUDE, b->mode == MC_INCLUDE);

	if (!c)
		c = order_of(a->nsources, b->nsources);
	for (size_t i = 0; !c && i < a->nsources; i++)
		c = mc_addr_cmp(&h->pool[a->sources + i], &h->pool[b->sources + i]);
	return c;
}

/* All of a socket but its number. */
static int by_kind(const struct mc_holder *a, const struct mc_holder *b)
{
	int c = by_process(a, b);

	if (!c)
		c = order_of(who_uid(a), who_uid(b));
	if (!c)
		c = order_of(a->processes, b->processes);
	return c ? c : by_socket(&a->socket, &b->socket);
}

/* Holders stand by inode. */
static int by_kind_and_inode(const void *a, const void *b, void *arg)
{
	const struct mc_holder *v = *(const struct mc_holder *const *)arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int c = by_kind(&v[i], &v[k]);

	return c ? c : order_of(i, k);
}

/* Sorts the sockets, of which there are few, so that their memberships need not be: each membership's rows
 * come in this order. Lists of sources are compared where a membership has several sockets of a kind. */
static size_t *sort_sockets(const struct mc_holders *h, uint32_t *ret_kinds)
{
	const struct mc_holder *v = h->sockets;
	size_t *order = calloc(h->nsockets + 1, sizeof *order);

	if (!order)
		return NULL;
	for (size_t i = 0; i < h->nsockets; i++)
		order[i] = i;
	qsort_r(order, h->nsockets, sizeof *order, by_kind_and_inode, &v);
	for (size_t i = 1; i < h->nsockets; i++)
		ret_kinds[order[i]] = ret_kinds[order[i - 1]] +
				      (by_kind(&v[order[i - 1]], &v[order[i]]) != 0);
	return order;
}

/* Rows of all memberships, those of one where survey.first has it. */
static size_t *sort_held(const struct survey *s, uint32_t *ret_kinds)
{
	const struct mc_holders *h = &s->holders;
	size_t *order = sort_sockets(h, ret_kinds);
	size_t *next = calloc(s->memberships.n + 1, sizeof *next);
	size_t *rows = calloc(h->nheld + 1, sizeof *rows);

	if (order && next && rows && s->memberships.n)
		memcpy(next, s->first, s->memberships.n * sizeof *next);
	for (size_t i = 0; order && next && rows && i < h->nsockets; i++) {
		const struct mc_holder *one = &h->sockets[order[i]];

		for (size_t k = one->held; k < one->held + one->nheld; k++)
			rows[next[h->held[k].membership]++] = k;
	}
	if (!order || !next) {
		free(rows);
		rows = NULL;
	}
	free(order);
	free(next);
	return rows;
}

static int by_filter_and_place(const void *a, const void *b, void *arg)
{
	const struct mc_holders *h = *(const struct mc_holders *const *)arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int c = by_filter(h, &h->held[i], &h->held[k]);

	return c ? c : order_of(i, k);
}

static void sort_filters(const struct listing *l, const struct mc_holders *h, size_t *rows, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		uint32_t kind = l->kinds[h->held[rows[i]].socket];
		bool sorted = true;

		for (end = i + 1; end < n && l->kinds[h->held[rows[end]].socket] == kind; end++)
			sorted &= by_filter(h, &h->held[rows[end - 1]], &h->held[rows[end]]) <= 0;
		if (!sorted)
			qsort_r(rows + i, end - i, sizeof *rows, by_filter_and_place, &h);
	}
}

bool listing_like(const struct survey *s, const struct listing *l, size_t a, size_t b)
{
	const struct mc_held *x = &s->holders.held[a], *y = &s->holders.held[b];

	return l->kinds[x->socket] == l->kinds[y->socket] && !by_filter(&s->holders, x, y);
}

size_t listing_next(const struct survey *s, const struct listing *l, const struct listed *one, size_t i)
{
	const struct mc_holders *h = &s->holders;
	const size_t *rows = l->rows + one->first;
	const struct mc_process *whose = h->sockets[h->held[rows[i]].socket].process;
	size_t low = i + 1, high = one->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (h->sockets[h->held[rows[mid]].socket].process == whose)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* ---- choice ----------------------------------------------------------------------------------- */

/* Groups that the kernel alone holds, on every interface, are of no interest, unless named. */
static bool is_dull(const struct survey *s, const struct wanted *w, size_t membership)
{
	const struct mc_addr *group = &s->memberships.v[membership].group;

	return s->first[membership] == s->first[membership + 1] && mc_users_always(group) &&
	       !wanted_group(w, group);
}

/* Adds what of a membership is wanted, if anything is. */
static void list(struct listing *l, const struct survey *s, struct wanted *w, const size_t *rows,
		 size_t membership)
{
	const struct mc_membership *m = &s->memberships.v[membership];
	const char *name = names_of(&s->names, m->ifindex);
	struct listed one = { .membership = membership, .first = l->nrows };

	for (size_t i = s->first[membership]; i < s->first[membership + 1]; i++) {
		const struct mc_held *h = &s->holders.held[rows[i]];

		if (wanted_takes(w, m->ifindex, name, &m->group, h->mode, mc_held_sources(&s->holders, h),
				 h->nsources))
			l->rows[l->nrows++] = rows[i];
	}
	one.n = l->nrows - one.first;
	one.missing = survey_missing(s, membership, &one.kernel);
	if (one.missing && !wanted_takes(w, m->ifindex, name, &m->group, MC_EXCLUDE, NULL, 0))
		one.missing = 0;
	if (!one.n && !one.missing)
		return;
	sort_filters(l, &s->holders, l->rows + one.first, one.n);
	l->v[l->n++] = one;
}

int listing_make(struct listing *ret, const struct survey *s, struct wanted *w, bool all)
{
	struct listing l = {
		.v = calloc(s->memberships.n + 1, sizeof *l.v),
		.rows = calloc(s->holders.nheld + 1, sizeof *l.rows),
		.kinds = calloc(s->holders.nsockets + 1, sizeof *l.kinds),
	};
	size_t *rows = l.v && l.rows && l.kinds ? sort_held(s, l.kinds) : NULL;

	if (!rows) {
		listing_free(&l);
		return -ENOMEM;
	}
	for (size_t i = 0; s->first && i < s->memberships.n; i++) {
		const struct mc_membership *m = &s->memberships.v[i];

		if (wanted_has(w, m->ifindex, names_of(&s->names, m->ifindex), &m->group) &&
		    (all || !is_dull(s, w, i)))
			list(&l, s, w, rows, i);
	}
	free(rows);
	*ret = l;
	return 0;
}

void listing_free(struct listing *l)
{
	free(l->v);
	free(l->rows);
	free(l->kinds);
	*l = (struct listing){ 0 };
}
