/*
 * filter.c - from sockets' filters to the interface's. It changes nothing until all that may fail is done.
 *
 * RFC 9776 3.1, 3.2; RFC 9777 4.1, 4.2.
 */
#include "engine/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void mc_filter_drop(struct mc_filter *plan)
{
	free(plan->sockets);
	mc_set_free(&plan->list);
	*plan = (struct mc_filter){ .n = 0 };
}

void mc_filter_done(struct mc_filter *old, uint32_t id)
{
	for (uint32_t i = 0; i < old->n; i++)
		if (old->sockets[i].id == id)
			mc_set_free(&old->sockets[i].list);
	mc_filter_drop(old);
}

void mc_filter_free(struct mc_filter *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		mc_set_free(&f->sockets[i].list);
	mc_filter_drop(f);
}

/* All sockets INCLUDE: the interface wants what any wants. */
static bool unite(struct mc_set *ret, const struct mc_socket *sockets, uint32_t count)
{
	uint32_t size = count ? sockets[0].list.size : 0;
	size_t n = 0;
	uint8_t *to;

	for (uint32_t i = 0; i < count; i++)
		n += sockets[i].list.n;
	if (!mc_set_room(ret, n, size))
		return false;
	to = ret->at;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(to, sockets[i].list.at, (size_t)sockets[i].list.n * size);
		to += (size_t)sockets[i].list.n * size;
	}
	mc_set_sort(ret);
	return true;
}

/* Some socket EXCLUDE: the interface wants nothing of what all those exclude, unless another wants it. */
static bool intersect(struct mc_set *ret, const struct mc_socket *sockets, uint32_t count,
		      const struct mc_set *first)
{
	static const struct mc_set none;

	if (!mc_set_mix(ret, first, &none, MC_SET_FIRST))
		return false;
	for (uint32_t i = 0; i < count && ret->n; i++)
		mc_set_keep(ret, &sockets[i].list,
			    sockets[i].mode == MC_EXCLUDE ? MC_SET_BOTH : MC_SET_FIRST);
	return true;
}

/* The shortest list that a socket excludes, NULL where none does. */
static const struct mc_set *shortest(const struct mc_socket *sockets, uint32_t count)
{
	const struct mc_set *least = NULL;

	for (uint32_t i = 0; i < count; i++)
		if (sockets[i].mode == MC_EXCLUDE && (!least || sockets[i].list.n < least->n))
			least = &sockets[i].list;
	return least;
}

int mc_filter_plan(struct mc_filter *ret, const struct mc_filter *old, const struct mc_socket *s,
		   uint32_t max)
{
	struct mc_socket *sockets = calloc((size_t)old->n + 1, sizeof(*sockets));
	const struct mc_set *excluded;
	struct mc_set list = { .n = 0 };
	uint32_t n = 0;
	bool done;

	if (!sockets)
		return -ENOBUFS;
	for (uint32_t i = 0; i < old->n; i++)
		if (old->sockets[i].id != s->id)
			sockets[n++] = old->sockets[i];
	if (s->mode == MC_EXCLUDE || s->list.n)
		sockets[n++] = *s;
	excluded = shortest(sockets, n);
	done = excluded ? intersect(&list, sockets, n, excluded) : unite(&list, sockets, n);
	if (!done || list.n > max) {
		mc_set_free(&list);
		free(sockets);
		return -ENOBUFS;
	}
	*ret = (struct mc_filter){ sockets, n, excluded ? MC_EXCLUDE : MC_INCLUDE, list };
	return 0;
}
