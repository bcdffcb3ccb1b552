/*
 * links.c - the table of links: a hash table that is half empty at the most, and a heap of the
 * trackers by deadline. It knows trackers by making, freeing and asking for their deadlines alone.
 *
 * The heap is right about a tracker when it was last asked. A deadline moves up by polling, which is
 * noticed when the tracker comes to the top, and down by a message, which can only have gone to the link
 * that was found last.
 */
#include "watch/links.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SLOTS (2 * LINKS_MOST) /* a power of two */

struct entry {
	struct link_seen seen; /* first: what is handed out is the entry */
	struct entry *next;    /* in the order of seeing */
	mc_time when[2];       /* deadlines of its trackers when they were asked */
	uint32_t place[2];     /* in the heap */
};

struct timer {
	struct entry *entry;
	int which; /* tracks[which] */
};

struct links {
	const char *(*name_of)(void *arg, uint32_t ifindex);
	void *arg;
	uint64_t seed; /* secret: nobody can aim at one place */
	size_t n, dropped;
	uint32_t ntimers;
	struct entry *first, *newest, *last; /* last: found */
	struct entry *slot[SLOTS];
	struct timer heap[2 * LINKS_MOST];
};

int links_new(struct links **ret, const char *(*name_of)(void *arg, uint32_t ifindex), void *arg)
{
	struct links *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	s->name_of = name_of;
	s->arg = arg;
	if (getrandom(&s->seed, sizeof s->seed, GRND_NONBLOCK) < 0)
		s->seed = (uintptr_t)s; /* before the machine has gathered any: the address will do */
	*ret = s;
	return 0;
}

void links_free(struct links *s)
{
	struct entry *next;

	if (!s)
		return;
	for (struct entry *e = s->first; e; e = next) {
		next = e->next;
		mc_track_free(e->seen.tracks[0]);
		mc_track_free(e->seen.tracks[1]);
		free(e);
	}
	free(s);
}

/* ---- the heap -------------------------------------------------------------------------- */

static mc_time when(const struct timer *t)
{
	return t->entry->when[t->which];
}

static struct mc_track *track(const struct timer *t)
{
	return t->entry->seen.tracks[t->which];
}

static void put(struct links *s, uint32_t at, struct timer t)
{
	s->heap[at] = t;
	t.entry->place[t.which] = at;
}

static void sift_up(struct links *s, uint32_t at, struct timer t)
{
	for (; at && when(&s->heap[(at - 1) / 2]) > when(&t); at = (at - 1) / 2)
		put(s, at, s->heap[(at - 1) / 2]);
	put(s, at, t);
}

static void sift_down(struct links *s, uint32_t at, struct timer t)
{
	for (uint32_t child; (child = 2 * at + 1) < s->ntimers; at = child) {
		if (child + 1 < s->ntimers && when(&s->heap[child + 1]) < when(&s->heap[child]))
			child++;
		if (when(&s->heap[child]) >= when(&t))
			break;
		put(s, at, s->heap[child]);
	}
	put(s, at, t);
}

/* Asks a tracker anew. */
static void settle(struct links *s, struct timer t)
{
	mc_time was = when(&t), now = mc_track_deadline(track(&t));

	t.entry->when[t.which] = now;
	if (now < was)
		sift_up(s, t.entry->place[t.which], t);
	else if (now > was)
		sift_down(s, t.entry->place[t.which], t);
}

static void settle_last(struct links *s)
{
	for (int i = 0; s->last && i < 2; i++)
		if (s->last->seen.tracks[i])
			settle(s, (struct timer){ s->last, i });
}

mc_time links_deadline(struct links *s)
{
	settle_last(s);
	while (s->ntimers) {
		struct timer top = s->heap[0];
		mc_time was = when(&top);

		settle(s, top);
		if (when(&top) <= was) /* then it is at the top still */
			return when(&top);
	}
	return MC_NEVER;
}

struct mc_track *links_due(struct links *s, mc_time now, struct link_seen **ret)
{
	mc_time deadline = links_deadline(s);

	if (deadline == MC_NEVER || deadline > now)
		return NULL;
	*ret = &s->heap[0].entry->seen;
	return track(&s->heap[0]);
}

/* ---- the table ------------------------------------------------------------------------- */

static bool is(const struct entry *e, uint32_t ifindex, const uint16_t vlan[2])
{
	const struct link_seen *l = &e->seen;

	return l->ifindex == ifindex && l->vlan[0] == vlan[0] && l->vlan[1] == vlan[1];
}

/* Where it is, or the empty place where it would be. */
static struct entry **slot_of(struct links *s, uint32_t ifindex, const uint16_t vlan[2])
{
	uint64_t h = (uint64_t)ifindex << 32 | (uint64_t)vlan[0] << 16 | vlan[1];
	size_t at;

	h = (h ^ s->seed) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 32 ^ s->seed) * 0xd6e8feb86659fd93u;
	for (at = h >> 32 & (SLOTS - 1); s->slot[at] && !is(s->slot[at], ifindex, vlan);
	     at = (at + 1) & (SLOTS - 1))
		;
	return &s->slot[at];
}

static void name_it(const struct links *s, struct link_seen *l)
{
	const char *ifname = l->ifindex && s->name_of ? s->name_of(s->arg, l->ifindex) : NULL;
	size_t cap = sizeof l->name, len;

	snprintf(l->ifname, sizeof l->ifname, "%s", ifname ? ifname : "");
	if (*l->ifname)
		snprintf(l->name, cap, "%s", l->ifname);
	else if (l->ifindex)
		snprintf(l->name, cap, "if%u", l->ifindex);
	else
		snprintf(l->name, cap, "%s", l->vlan[0] ? "vlan" : "-");
	for (int i = 0; i < 2 && l->vlan[i]; i++) {
		len = strlen(l->name);
		snprintf(l->name + len, cap - len, "%s%u", i || l->ifindex ? "." : "", l->vlan[i]);
	}
}

static struct entry *add(struct links *s, uint32_t ifindex, const uint16_t vlan[2])
{
	struct entry *e = s->n < LINKS_MOST ? calloc(1, sizeof *e) : NULL;

	if (!e)
		return NULL;
	e->seen.ifindex = ifindex;
	e->seen.vlan[0] = vlan[0];
	e->seen.vlan[1] = vlan[1];
	name_it(s, &e->seen);
	*(s->newest ? &s->newest->next : &s->first) = e;
	s->newest = e;
	s->n++;
	return e;
}

struct link_seen *links_find(struct links *s, uint32_t ifindex, const uint16_t vlan[2])
{
	struct entry **slot;

	if (s->last && is(s->last, ifindex, vlan))
		return &s->last->seen;
	settle_last(s);
	slot = slot_of(s, ifindex, vlan);
	if (!*slot)
		*slot = add(s, ifindex, vlan);
	s->last = *slot;
	if (s->last)
		return &s->last->seen;
	s->dropped++;
	return NULL;
}

static size_t share(size_t most, unsigned halvings, size_t least)
{
	return most >> halvings > least ? most >> halvings : least;
}

/* VLAN ids can be forged, and with them links: later ones may hold less, so that there is a bound to all. */
static void set_limits(struct mc_track_conf *c, uint32_t before)
{
	unsigned halvings = before / 8 < 31 ? before / 8 : 31;

	c->max_groups = share(c->max_groups, halvings, 64);
	c->max_hosts = share(c->max_hosts, halvings, 256);
	c->max_sources = share(c->max_sources, halvings, 256);
}

struct mc_track *links_track(struct links *s, struct link_seen *l, uint8_t family, mc_time now)
{
	struct entry *e = (struct entry *)l;
	int i = family == MC_IPV6;
	struct mc_track_conf conf;

	if (l->tracks[i])
		return l->tracks[i];
	mc_track_conf_init(&conf, family);
	conf.seed = s->seed;
	set_limits(&conf, s->ntimers);
	if (mc_track_new(&l->tracks[i], &conf, now))
		return NULL;
	e->when[i] = mc_track_deadline(l->tracks[i]);
	sift_up(s, s->ntimers++, (struct timer){ e, i });
	return l->tracks[i];
}

struct link_seen *links_next(const struct links *s, const struct link_seen *prev)
{
	const struct entry *e = (const struct entry *)prev;
	struct entry *next = e ? e->next : s->first;

	return next ? &next->seen : NULL;
}

size_t links_dropped(const struct links *s)
{
	return s->dropped;
}
