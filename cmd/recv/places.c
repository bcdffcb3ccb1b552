/*
 * places.c - interfaces' counters, now and then. What they mean is the kernel's and the drivers' business.
 */
#include "recv/places.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

static bool has(const struct recv_places *p, uint32_t ifindex)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].ifindex == ifindex)
			return true;
	return false;
}

static int add(struct recv_places *p, const struct member *m)
{
	struct mc_ifcount now;
	struct recv_place *slot;

	if (!m->port || has(p, m->ifindex) || mc_ifcount_read(m->ifindex, &now))
		return 0;
	slot = mc_grow(&p->v, &p->n, sizeof *slot);
	if (!slot)
		return -ENOMEM;
	slot->ifindex = m->ifindex;
	memcpy(slot->ifname, m->ifname, sizeof slot->ifname);
	slot->began = slot->now = now;
	return 0;
}

void places_join(struct recv *r, const struct member *m)
{
	(void)add(r->places, m); /* without memory it is not counted */
}

int places_new(struct recv *r)
{
	int e = 0;

	r->places = calloc(1, sizeof *r->places);
	if (!r->places)
		return -ENOMEM;
	for (size_t i = 0; i < r->set.n && !e; i++)
		for (size_t k = 0; k < r->set.v[i]->nmembers && !e; k++)
			e = add(r->places, &r->set.v[i]->members[k]);
	return e;
}

void places_free(struct recv *r)
{
	if (r->places)
		free(r->places->v);
	free(r->places);
	r->places = NULL;
}

void places_look(struct recv *r)
{
	for (size_t i = 0; i < r->places->n; i++)
		(void)mc_ifcount_read(r->places->v[i].ifindex, &r->places->v[i].now);
}

void places_reset(struct recv *r)
{
	places_look(r);
	for (size_t i = 0; i < r->places->n; i++)
		r->places->v[i].began = r->places->v[i].now;
}
