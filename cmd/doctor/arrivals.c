/*
 * arrivals.c - a tap on each interface that can multicast, and the streams that came by them. What they
 * mean is for the checks.
 */
#include "doctor/arrivals.h"

#include <errno.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/tap.h"
#include "out.h"

#define TAKEN_MOST 8192 /* datagrams of one tap in one call: a flood must not keep the caller */

struct arrivals_tap {
	struct mc_tap *tap;
	uint32_t ifindex;
};

/* Of one that was named those 32 with the same Ethernet address (RFC 1112 6.4), for the check overlap. */
static int want(struct mc_tap *tap, const struct aim *aim)
{
	struct mc_addr group = aim->group;
	int r = mc_tap_want(tap, &group);

	if (!aim->named || group.family != MC_IPV4)
		return r;
	for (unsigned k = 0; k < 32 && !r; k++) {
		group.b[0] = (uint8_t)(224 | k >> 1);
		group.b[1] = (uint8_t)((group.b[1] & 0x7f) | (k & 1) << 7);
		r = mc_tap_want(tap, &group);
	}
	return r;
}

static int open_tap(struct arrivals *a, uint32_t ifindex, const struct aims *aims)
{
	struct mc_tap *tap;
	int r = mc_tap_open(&tap, ifindex);

	if (r)
		return r == -ENODEV ? 0 : r;
	struct arrivals_tap *slot = mc_grow(&a->taps, &a->ntaps, sizeof *slot);

	if (!slot) {
		mc_tap_close(tap);
		return -ENOMEM;
	}
	*slot = (struct arrivals_tap){ tap, ifindex };
	for (size_t i = 0; i < aims->n && (!r || r == -ENODEV); i++)
		r = want(tap, &aims->v[i]);
	return r == -ENODEV ? 0 : r;
}

static bool is_expected(const struct aims *aims, uint32_t ifindex)
{
	for (size_t i = 0; i < aims->n; i++)
		if (aims->v[i].expected == ifindex)
			return true;
	return false;
}

/* Those where an aim is to arrive, or all others. */
static int open_taps(struct arrivals *a, const struct mc_ifaces *ifs, const struct aims *aims, bool expected)
{
	int r = 0;

	for (const struct mc_iface *i = NULL; !r && (i = mc_ifaces_next(ifs, i));) {
		if (!mc_iface_can(i) || is_expected(aims, i->index) != expected)
			continue;
		if (a->ntaps < ARRIVALS_TAPS)
			r = open_tap(a, i->index, aims);
		else
			a->deaf++;
	}
	return r;
}

int arrivals_open(struct arrivals **ret, const struct mc_ifaces *ifs, const struct aims *aims)
{
	struct arrivals *a = calloc(1, sizeof *a);
	int r = a ? 0 : -ENOMEM;

	if (!a)
		return r;
	a->since = out_now();
	a->until = MC_NEVER;
	r = open_taps(a, ifs, aims, true);
	if (!r)
		r = open_taps(a, ifs, aims, false);
	if (r) {
		arrivals_close(a);
		return r;
	}
	*ret = a;
	return 0;
}

void arrivals_close(struct arrivals *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->ntaps; i++)
		mc_tap_close(a->taps[i].tap);
	free(a->taps);
	free(a->v);
	free(a);
}

static bool is_of(const struct arrival *v, uint32_t ifindex, const struct mc_tapped *t)
{
	return v->ifindex == ifindex && v->port == t->port && v->source_port == t->source_port &&
	       !mc_addr_cmp(&v->group, &t->group) && !mc_addr_cmp(&v->source, &t->source);
}

/* The stream of a datagram; NULL: there are too many. */
static struct arrival *stream_of(struct arrivals *a, uint32_t ifindex, const struct mc_tapped *t)
{
	for (size_t i = 0; i < a->n; i++)
		if (is_of(&a->v[i], ifindex, t))
			return &a->v[i];
	struct arrival *slot = a->n < ARRIVALS_MOST ? mc_grow(&a->v, &a->n, sizeof *slot) : NULL;

	if (slot)
		*slot = (struct arrival){ .ifindex = ifindex,
					  .source = t->source,
					  .group = t->group,
					  .source_port = t->source_port,
					  .port = t->port,
					  .first = t->time };
	return slot;
}

static void take(struct arrivals *a, uint32_t ifindex, const struct mc_tapped *t)
{
	if (t->time < a->since || t->time > a->until)
		return;
	struct arrival *s = stream_of(a, ifindex, t);

	if (!s) {
		a->more++;
		return;
	}
	s->datagrams++;
	s->octets += t->len;
	s->last = t->time;
}

/* An error, such as an interface that went down, ends it for now: what comes later is taken the next time. */
void arrivals_take(struct arrivals *a)
{
	struct mc_tapped t;

	for (size_t i = 0; i < a->ntaps; i++)
		for (int k = 0; k < TAKEN_MOST && mc_tap_recv(a->taps[i].tap, &t) > 0; k++)
			take(a, a->taps[i].ifindex, &t);
}

size_t arrivals_fds(const struct arrivals *a, int *fds, size_t most)
{
	size_t n = a->ntaps < most ? a->ntaps : most;

	for (size_t i = 0; i < n; i++)
		fds[i] = mc_tap_fd(a->taps[i].tap);
	return n;
}
