/*
 * candidates.c - the order of questions.
 *
 * The memberships stand in two lines: as in the kernel's table, where what a program joined in a row is in a
 * row, and by group. Whatever is not to be asked for any more leaves both lines; the next that is left is
 * found by links that are shortened on the way (as a disjoint-set forest's), so that looking for it costs
 * next to nothing however many have left.
 */
#include "net/candidates.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

/* Questions in vain, one after the other, before the neighbourhood is given up. */
#define NEAR_TRIES 24

enum { KERNEL, GROUP, LINES };

/* Places are 1 to n; 0 and n + 1 are its ends, which never leave. */
struct line {
	uint32_t *who, *place;  /* the membership at a place; the place of a membership */
	uint32_t *above, *below; /* a place's next one up or down, itself while it is in the line */
};

/* Where to look for neighbours: of the last that was found, and of what the socket before held in its
 * stead. */
static const struct {
	uint8_t line;
	bool up, before;
} ways[] = {
	{ KERNEL, false, false }, /* what was joined next */
	{ KERNEL, true, false },  { GROUP, true, false }, { KERNEL, false, true }, { KERNEL, true, true },
};

#define WAYS (sizeof ways / sizeof *ways)

enum stage { BOUND, BEFORE, NEAR, REST };

struct mc_candidates {
	const struct mc_memberships *m;
	uint32_t n;
	struct line lines[LINES];
	uint32_t *block; /* what all arrays are in */

	/* The socket. */
	uint32_t socket; /* its number */
	uint32_t *asked; /* by membership: the socket that was asked for it last */
	bool family[2];
	struct mc_addr bound;
	uint32_t tied;
	enum stage stage;
	uint32_t at;         /* a place, or an index of before */
	uint32_t rest;       /* a place */
	uint32_t step[WAYS]; /* places */
	size_t way, turn, tries;

	uint32_t *before, *found; /* what the socket before held, and this one; as they were found */
	uint32_t nbefore, nfound, last;
};

/* ---- lines -------------------------------------------------------------------------- */

static uint32_t up_from(struct line *l, uint32_t place)
{
	while (l->above[place] != place)
		place = l->above[place] = l->above[l->above[place]];
	return place;
}

static uint32_t down_from(struct line *l, uint32_t place)
{
	while (l->below[place] != place)
		place = l->below[place] = l->below[l->below[place]];
	return place;
}

void mc_candidates_drop(struct mc_candidates *c, size_t membership)
{
	for (size_t i = 0; i < LINES; i++) {
		struct line *l = &c->lines[i];
		uint32_t place = l->place[membership];

		if (l->above[place] != place)
			continue;
		l->above[place] = place + 1;
		l->below[place] = place - 1;
	}
}

static int by_kernel(const void *a, const void *b, void *arg)
{
	const struct mc_membership *v = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;

	if (v[i].group.family != v[k].group.family)
		return v[i].group.family - v[k].group.family;
	if (v[i].order != v[k].order)
		return v[i].order < v[k].order ? -1 : 1;
	return (i > k) - (i < k);
}

static int by_group(const void *a, const void *b, void *arg)
{
	const struct mc_membership *v = arg;
	uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	int r = mc_addr_cmp(&v[i].group, &v[k].group);

	return r ? r : (i > k) - (i < k);
}

/* who is sorted behind its first place, which is nobody's. */
static void line_up(struct line *l, uint32_t n, struct mc_membership *v, bool group)
{
	for (uint32_t i = 0; i < n; i++)
		l->who[i + 1] = i;
	l->who[0] = l->who[n + 1] = NONE;
	if (n)
		qsort_r(l->who + 1, n, sizeof *l->who, group ? by_group : by_kernel, v);
	for (uint32_t place = 0; place <= n + 1; place++)
		l->above[place] = l->below[place] = place;
	for (uint32_t place = 1; place <= n; place++)
		l->place[l->who[place]] = place;
}

/* ---- beginning ---------------------------------------------------------------------- */

/* All arrays are parts of one block. */
static void part(struct mc_candidates *c)
{
	size_t room = (size_t)c->n + 2;
	uint32_t *at = c->block;

	for (size_t i = 0; i < LINES; i++) {
		struct line *l = &c->lines[i];

		l->who = at;
		l->place = at + room;
		l->above = at + 2 * room;
		l->below = at + 3 * room;
		at += 4 * room;
	}
	c->asked = at;
	c->before = at + room;
	c->found = at + 2 * room;
}

int mc_candidates_new(struct mc_candidates **ret, const struct mc_memberships *m, const struct mc_addr *only)
{
	struct mc_candidates *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	c->m = m;
	c->n = (uint32_t)m->n;
	c->block = m->n < NONE - 2 ? calloc(m->n + 2, (4 * LINES + 3) * sizeof *c->block) : NULL;
	if (!c->block) {
		free(c);
		return -ENOMEM;
	}
	part(c);
	line_up(&c->lines[KERNEL], c->n, m->v, false);
	line_up(&c->lines[GROUP], c->n, m->v, true);
	c->last = NONE;
	for (uint32_t i = 0; only && i < c->n; i++)
		if (mc_addr_cmp(&m->v[i].group, only))
			mc_candidates_drop(c, i);
	*ret = c;
	return 0;
}

void mc_candidates_free(struct mc_candidates *c)
{
	if (!c)
		return;
	free(c->block);
	free(c);
}

/* The group that a socket is bound to; an IPv6 socket may be bound to an IPv4 one. */
static struct mc_addr bound_to(const struct mc_socket *s)
{
	struct mc_addr a = mc_addr_unmapped(s->local);

	return mc_addr_is_multicast(&a) ? a : (struct mc_addr){ 0 };
}

/* The first place of a group in the line by group. */
static uint32_t place_of(const struct mc_candidates *c, const struct mc_addr *group)
{
	uint32_t low = 1, high = c->n + 1;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (mc_addr_cmp(&c->m->v[c->lines[GROUP].who[mid]].group, group) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The last place of IPv4 in the kernel's line, where the oldest is; of IPv6 it is the last of all. */
static uint32_t oldest(const struct mc_candidates *c)
{
	static const struct mc_addr first = { .family = MC_IPV6 };

	return c->family[1] ? c->n : place_of(c, &first) - 1; /* as many are in either line */
}

void mc_candidates_begin(struct mc_candidates *c, const struct mc_socket *s)
{
	if (c->nfound) {
		uint32_t *was = c->before;

		c->before = c->found;
		c->nbefore = c->nfound;
		c->found = was;
		c->nfound = 0;
	}
	if (++c->socket == 0) { /* numbers are used again */
		memset(c->asked, 0, c->n * sizeof *c->asked);
		c->socket = 1;
	}
	/* An IPv6 socket may hold IPv4 memberships, too, unless it is a raw one. */
	c->family[0] = s->family == MC_IPV4 || !s->raw;
	c->family[1] = s->family == MC_IPV6;
	c->bound = bound_to(s);
	c->tied = s->ifindex;
	c->stage = BOUND;
	c->at = c->bound.family ? place_of(c, &c->bound) : c->n + 1;
	c->rest = oldest(c);
}

/* ---- the order ---------------------------------------------------------------------- */

static bool has_family(const struct mc_candidates *c, uint32_t i)
{
	return c->family[c->m->v[i].group.family == MC_IPV6];
}

static bool left(const struct mc_candidates *c, uint32_t i)
{
	const struct line *l = &c->lines[KERNEL];

	return l->above[l->place[i]] == l->place[i] && c->asked[i] != c->socket;
}

static uint32_t next_bound(struct mc_candidates *c)
{
	for (; c->at <= c->n; c->at++) {
		uint32_t i = c->lines[GROUP].who[c->at];

		if (mc_addr_cmp(&c->m->v[i].group, &c->bound))
			break;
		if (left(c, i) && has_family(c, i) && (!c->tied || c->m->v[i].ifindex == c->tied))
			return i;
	}
	return NONE;
}

static uint32_t next_before(struct mc_candidates *c)
{
	for (; c->at < c->nbefore; c->at++) {
		uint32_t i = c->before[c->at];

		if (left(c, i) && has_family(c, i))
			return i;
	}
	return NONE;
}

/* Neighbours are looked for around the last that was found. */
static void settle(struct mc_candidates *c)
{
	uint32_t stead = c->nfound < c->nbefore ? c->before[c->nfound] : NONE;

	c->stage = NEAR;
	c->turn = c->tries = 0;
	for (size_t i = 0; i < WAYS; i++) {
		uint32_t from = ways[i].before ? stead : c->last;

		c->step[i] = from == NONE ? NONE : c->lines[ways[i].line].place[from];
	}
}

/* One step of a way: to the next that is left. Where the other family begins, a way ends. */
static uint32_t go(struct mc_candidates *c, size_t way)
{
	struct line *l = &c->lines[ways[way].line];
	uint32_t place = c->step[way], i;

	while (place != NONE && place != 0 && place <= c->n) {
		place = ways[way].up ? up_from(l, place + 1) : down_from(l, place - 1);
		i = l->who[place];
		if (i == NONE || !has_family(c, i))
			break;
		if (c->asked[i] == c->socket)
			continue;
		c->step[way] = place;
		return i;
	}
	c->step[way] = NONE;
	return NONE;
}

/* The way that led to the last find is gone first. */
static uint32_t next_near(struct mc_candidates *c)
{
	for (size_t ended = 0; ended < WAYS && c->tries < NEAR_TRIES;) {
		size_t way = (c->way + c->turn++) % WAYS;
		uint32_t i = go(c, way);

		if (i != NONE) {
			c->tries++;
			return i;
		}
		ended++;
	}
	return NONE;
}

/* The oldest first. */
static uint32_t next_rest(struct mc_candidates *c)
{
	struct line *l = &c->lines[KERNEL];
	uint32_t i;

	for (;; c->rest--) {
		c->rest = down_from(l, c->rest);
		i = l->who[c->rest];
		if (i == NONE || (c->asked[i] != c->socket && has_family(c, i)))
			return i;
	}
}

size_t mc_candidates_next(struct mc_candidates *c)
{
	uint32_t i = NONE;

	if (c->stage == BOUND) {
		i = next_bound(c);
		if (i == NONE) {
			c->stage = BEFORE;
			c->at = 0;
		}
	}
	if (i == NONE && c->stage == BEFORE) {
		i = next_before(c);
		if (i == NONE)
			settle(c);
	}
	if (i == NONE && c->stage == NEAR) {
		i = next_near(c);
		if (i == NONE)
			c->stage = REST;
	}
	if (i == NONE)
		i = next_rest(c);
	if (i == NONE)
		return MC_CANDIDATES_END;
	c->asked[i] = c->socket;
	return i;
}

void mc_candidates_skip(struct mc_candidates *c, size_t membership)
{
	c->asked[membership] = c->socket;
}

void mc_candidates_hit(struct mc_candidates *c, size_t membership)
{
	c->last = (uint32_t)membership;
	c->found[c->nfound++] = c->last;
	if (c->stage == NEAR)
		c->way = (c->way + c->turn - 1) % WAYS;
	if (c->stage == NEAR || c->stage == REST)
		settle(c);
}
