/*
 * taps.c - what comes on an interface after nobody here wants it any more, counted for the stream that it
 * would have been of, and for the command that asked for it.
 */
#include "recv/taps.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/tap.h"
#include "priv.h"
#include "recv/effects.h"

#define AT_ONCE 256 /* datagrams of one interface between two looks at everything else */

struct tap {
	struct recv *r;
	struct mc_tap *tap;
	uint32_t ifindex;
	struct mc_watch watch;
};

struct recv_taps {
	struct tap **v;
	size_t n;
};

bool taps_on(const struct recv *r, uint32_t ifindex)
{
	for (size_t i = 0; r->taps && i < r->taps->n; i++)
		if (r->taps->v[i]->ifindex == ifindex)
			return true;
	return false;
}

/* Of a train that came whole its length is told, and not how many it is of: as many as the stream's
 * longest take. */
static uint64_t datagrams(const struct recv_stream *s, uint32_t len)
{
	uint32_t one = s->flow.longest;

	return one && len > one ? (len + one - 1) / one : 1;
}

static void take(struct recv *r, const struct tap *t, const struct mc_tapped *d)
{
	const struct recv_key k = { &d->group, &d->source, d->port, d->source_port, t->ifindex };
	struct recv_stream *s = recv_streams_get(&r->streams, &k);
	uint64_t n = s ? datagrams(s, d->len) : 1;

	if (s && s->left && d->time > s->left) {
		s->after_left += n;
		s->last_after = d->time;
	}
	effects_still(r, d, n);
}

static void on_tap(struct mc_watch *w)
{
	const struct tap *t = w->arg;
	struct mc_tapped d;

	for (unsigned i = 0; i < AT_ONCE; i++) {
		int got = mc_tap_recv(t->tap, &d);

		if (got == 0)
			return;
		if (got > 0)
			take(t->r, t, &d);
	}
}

static int open_tap(struct recv *r, uint32_t ifindex)
{
	struct tap *t, **slot;
	int e;

	if (taps_on(r, ifindex))
		return 0;
	t = calloc(1, sizeof *t);
	slot = t ? mc_grow(&r->taps->v, &r->taps->n, sizeof(struct tap *)) : NULL;
	if (!slot) {
		free(t);
		return -ENOMEM;
	}
	*slot = t;
	t->r = r;
	t->ifindex = ifindex;
	e = mc_tap_open(&t->tap, ifindex);
	if (e)
		return e;
	t->watch = (struct mc_watch){ .fd = mc_tap_fd(t->tap), .ready = on_tap, .arg = t };
	return mc_loop_add(r->loop, &t->watch);
}

static int open_all(struct recv *r)
{
	int e = 0;

	for (size_t i = 0; i < r->set.n; i++)
		for (size_t k = 0; k < r->set.v[i]->nmembers && !e; k++)
			e = open_tap(r, r->set.v[i]->members[k].ifindex);
	return e;
}

int taps_new(struct recv *r)
{
	int e;

	if (!r->conf.linger)
		return 0;
	if (!priv_has(PRIV_RAW))
		return opt_refuse(
			r->verb,
			"--linger: needs CAP_NET_RAW, to see what nobody wants any more (run it as root, "
			"or leave --linger out)");
	r->taps = calloc(1, sizeof *r->taps);
	e = r->taps ? open_all(r) : -ENOMEM;
	return e ? opt_refuse(r->verb, "--linger: cannot watch the interfaces: %s", mc_strerror(e)) : 0;
}

void taps_free(struct recv *r)
{
	for (size_t i = 0; r->taps && i < r->taps->n; i++) {
		struct tap *t = r->taps->v[i];

		if (t->tap && t->watch.ready)
			mc_loop_del(r->loop, &t->watch);
		if (t->tap)
			mc_tap_close(t->tap);
		free(t);
	}
	if (r->taps)
		free(r->taps->v);
	free(r->taps);
	r->taps = NULL;
}

/* A group that cannot be watched on one interface, which may be down, is on the others. */
void taps_want(struct recv *r, const struct mc_addr *group)
{
	for (size_t i = 0; r->taps && i < r->taps->n; i++)
		(void)mc_tap_want(r->taps->v[i]->tap, group);
}

void taps_unwant(struct recv *r, const struct mc_addr *group)
{
	for (size_t i = 0; r->taps && i < r->taps->n; i++)
		mc_tap_unwant(r->taps->v[i]->tap, group);
}
