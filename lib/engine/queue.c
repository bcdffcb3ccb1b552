/*
 * queue.c - events that wait for the caller: a ring that doubles up to a bound. It does not know
 * what they mean, but for the one that says that a limit was met.
 */
#include "engine/queue.h"

#include <stdlib.h>
#include <string.h>

enum { CAP_LEAST = 16, CAP_MOST = 65536 };

/* The ring is full: what lies before `first` follows what lies behind it. */
static bool grow(struct mc_queue *q)
{
	size_t cap = q->cap ? 2 * q->cap : CAP_LEAST;
	struct mc_track_event *ring = cap > CAP_MOST ? NULL : realloc(q->ring, cap * sizeof(*ring));

	if (!ring)
		return false;
	if (q->first)
		memcpy(ring + q->cap, ring, q->first * sizeof(*ring));
	q->ring = ring;
	q->cap = cap;
	return true;
}

static bool append(struct mc_queue *q, const struct mc_track_event *e)
{
	if (q->n == q->cap && !grow(q))
		return false;
	q->ring[(q->first + q->n++) & (q->cap - 1)] = *e;
	return true;
}

void mc_queue_limit(struct mc_queue *q, enum mc_track_limit which, size_t n)
{
	struct mc_track_event e = { .kind = MC_TRACK_LIMIT, .limit = which, .n = n };

	if (!(q->met >> which & 1) && append(q, &e))
		q->met |= 1u << which;
}

void mc_queue_put(struct mc_queue *q, const struct mc_track_event *e)
{
	bool told = q->met >> MC_TRACK_EVENTS & 1;

	if (!told && q->n == CAP_MOST - 1)
		mc_queue_limit(q, MC_TRACK_EVENTS, CAP_MOST);
	if (!append(q, e))
		++*q->lost;
}

bool mc_queue_take(struct mc_queue *q, struct mc_track_event *ret)
{
	if (!q->n)
		return false;
	*ret = q->ring[q->first];
	q->first = (q->first + 1) & (q->cap - 1);
	q->n--;
	return true;
}
