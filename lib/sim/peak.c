/*
 * peak.c - a sliding window: what comes in is added to its sums, what goes out is taken away. It does not
 * know what is counted.
 */
#include "sim/peak.h"

#include <stdlib.h>
#include <string.h>

void mc_peak_free(struct mc_peak *p)
{
	free(p->ring);
}

static struct mc_peak_moment *moment(const struct mc_peak *p, size_t i)
{
	return &p->ring[(p->first + i) & (p->cap - 1)];
}

static void forget(struct mc_peak *p, mc_time time)
{
	while (p->n && time - moment(p, 0)->time >= p->span) {
		for (int k = 0; k < MC_PEAK_COUNTS; k++)
			p->now[k] -= moment(p, 0)->n[k];
		p->first = (p->first + 1) & (p->cap - 1);
		p->n--;
	}
}

/* The ring is full: what wraps around goes to behind the rest. */
static bool grow(struct mc_peak *p)
{
	size_t cap = p->cap ? 2 * p->cap : 16;
	struct mc_peak_moment *ring = realloc(p->ring, cap * sizeof(*ring));

	if (!ring)
		return false;
	if (p->first)
		memcpy(ring + p->cap, ring, p->first * sizeof(*ring));
	p->ring = ring;
	p->cap = cap;
	return true;
}

static struct mc_peak_moment *moment_of(struct mc_peak *p, mc_time time)
{
	struct mc_peak_moment *m;

	if (p->n && moment(p, p->n - 1)->time == time)
		return moment(p, p->n - 1);
	if (p->n == p->cap && !grow(p))
		return NULL;
	m = moment(p, p->n++);
	*m = (struct mc_peak_moment){ .time = time };
	return m;
}

bool mc_peak_add(struct mc_peak *p, mc_time time, unsigned kinds)
{
	struct mc_peak_moment *m;

	forget(p, time);
	m = moment_of(p, time);
	if (!m)
		return false;
	for (int k = 0; k < MC_PEAK_COUNTS; k++) {
		if (!(kinds >> k & 1))
			continue;
		m->n[k]++;
		if (++p->now[k] > p->most[k])
			p->most[k] = p->now[k];
	}
	return true;
}
