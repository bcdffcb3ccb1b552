/*
 * ears.c - targets as they become listeners, and listeners as they are left: what of them belongs to the
 * run, and to the streams that came by them. How a group is joined is listen.h's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "out.h"
#include "recv/places.h"
#include "recv/run.h"
#include "recv/taps.h"
#include "recv/tell.h"

/* ---- joining ---------------------------------------------------------------------------- */

static int no_memory(const struct recv *r)
{
	return opt_refuse(r->verb, "%s", mc_strerror(-ENOMEM));
}

static int copy_target(struct recv *r, const struct recv_target *t)
{
	struct mc_addr *sources = t->nsources ? malloc(t->nsources * sizeof *sources) : NULL;
	struct recv_target *slot = NULL;

	if (sources || !t->nsources)
		slot = mc_grow(&r->targets, &r->ntargets, sizeof *slot);
	if (!slot) {
		free(sources);
		return no_memory(r);
	}
	*slot = *t;
	if (sources)
		memcpy(sources, t->sources, t->nsources * sizeof *sources);
	slot->sources = sources;
	return 0;
}

/* The targets of listen_add have one source each; those that are not wanted are told when it is there. */
static int add_listeners(struct recv *r, const struct recv_target *t)
{
	struct mc_target one = t->target;
	int e = 0;

	one.source = (struct mc_addr){ 0 };
	if (t->mode == MC_EXCLUDE)
		return listen_add(&r->set, &one);
	for (size_t i = 0; i < t->nsources && !e; i++) {
		one.source = t->sources[i];
		e = listen_add(&r->set, &one);
	}
	return e;
}

static int exclude(struct recv *r, const struct recv_target *t, struct listener *l)
{
	int e = 0;

	if (t->mode == MC_EXCLUDE && t->nsources)
		e = listen_filter(l, MC_EXCLUDE, t->sources, t->nsources);
	return e ? opt_refuse(r->verb, "cannot exclude sources: %s", mc_strerror(e)) : 0;
}

static int add_ear(struct recv *r, struct listener *l)
{
	struct recv_ear *ear = calloc(1, sizeof *ear);

	if (!ear)
		return no_memory(r);
	ear->target = r->ntargets - 1;
	ear->next = r->ears;
	r->ears = ear;
	l->own = ear;
	return 0;
}

/* Ears that are not used stay until the end: they are few. */
static void take_back(struct recv *r, size_t listeners)
{
	while (r->set.n > listeners)
		listen_drop(r->set.v[r->set.n - 1]);
	free(r->targets[--r->ntargets].sources);
}

/* Of a membership that came by a command all is told as of one that came by itself. */
static void tell_joined(struct recv *r, const struct listener *l)
{
	for (size_t i = 0; i < l->nmembers; i++)
		if (l->members[i].port)
			recv_changed(r, l, &l->members[i], true, NULL);
}

int recv_add(struct recv *r, const struct recv_target *t)
{
	size_t before = r->set.n;
	int e = copy_target(r, t);

	if (e)
		return e;
	e = add_listeners(r, t);
	for (size_t i = before; i < r->set.n && !e; i++)
		e = exclude(r, t, r->set.v[i]) || add_ear(r, r->set.v[i]) ? EXIT_CANNOT : 0;
	if (!e && r->began)
		e = listen_open(&r->set);
	if (e)
		take_back(r, before);
	for (size_t i = before; i < r->set.n && r->began; i++)
		tell_joined(r, r->set.v[i]);
	return e;
}

/* ---- leaving ---------------------------------------------------------------------------- */

void recv_leave(struct recv *r, struct listener *l)
{
	struct recv_ear *ear = l->own;

	hot_cool(&r->hot);
	ear->left = out_now();
	listen_drop(l);
}

void recv_left(struct recv *r)
{
	for (size_t i = 0; i < r->streams.n; i++) {
		struct recv_stream *s = r->streams.v[i];

		if (!s->listener || !s->ear->left)
			continue;
		s->left = s->ear->left;
		s->listener = NULL;
		s->watched = taps_on(r, s->ifindex);
	}
}

void recv_changed(void *arg, const struct listener *l, const struct member *m, bool joined, const char *why)
{
	struct recv *r = arg;

	if (joined)
		places_join(r, m);
	if (!r->ended)
		tell_membership(r, l, m, joined, why);
}
