/*
 * deeds.c - events that do something, one node at a time. Of the host roles of hosts it tells the figures
 * who listens to what; a router's own host role is none that is served.
 */
#include "sim/deeds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/rand.h"
#include "sim/build.h"

/* ---- lists ------------------------------------------------------------------------------------------- */

static bool list(struct mc_deeds *d, const struct mc_addr *a)
{
	size_t cap = d->cap + d->cap / 2 + 16;
	struct mc_addr *bigger;

	if (d->n == d->cap) {
		bigger = realloc(d->list, cap * sizeof(*bigger));
		if (!bigger)
			return false;
		d->list = bigger;
		d->cap = cap;
	}
	d->list[d->n++] = *a;
	return true;
}

static bool list_set(struct mc_deeds *d, const struct mc_sim_set *set)
{
	d->n = 0;
	for (uint32_t i = 0; i < set->n; i++) {
		struct mc_addr a = mc_cast_addr(d->cast, &set->list[i]);

		if (!list(d, &a))
			return false;
	}
	return true;
}

/* They are listed first, for what is left moves the others. */
static bool list_groups(struct mc_deeds *d, const struct mc_host *h)
{
	struct mc_host_group g = { .size = sizeof(g) };
	uint32_t pos = 0;

	d->n = 0;
	while (mc_host_group_next(h, &pos, &g))
		if (!list(d, &g.group))
			return false;
	return true;
}

/* ---- beginning --------------------------------------------------------------------------------------- */

static int note_socket(struct mc_deeds *d, const struct mc_sim_event *e)
{
	uint32_t *s;

	if (e->verb != MC_DO_LISTEN && e->verb != MC_DO_CHANGE)
		return 0;
	for (size_t i = 0; i < d->n_sockets; i++)
		if (d->sockets[i] == e->socket)
			return 0;
	s = mc_grow(&d->sockets, &d->n_sockets, sizeof(*s));
	if (!s)
		return -ENOMEM;
	*s = e->socket;
	return 0;
}

int mc_deeds_begin(struct mc_deeds *d, const struct mc_cast *c, const struct mc_sim_conf *conf,
		   struct mc_figures *figures, struct mc_tally *tally)
{
	int err = 0;

	*d = (struct mc_deeds){ .cast = c, .conf = conf, .figures = figures, .tally = tally };
	d->room = calloc(1, MC_BUILD_ROOM);
	if (!d->room)
		return -ENOMEM;
	for (uint32_t i = 0; err == 0 && i < c->script->n_events; i++)
		err = note_socket(d, &c->script->events[i]);
	return err;
}

void mc_deeds_free(struct mc_deeds *d)
{
	free(d->room);
	free(d->list);
	free(d->sockets);
	*d = (struct mc_deeds){ .n = 0 };
}

/* ---- listening ---------------------------------------------------------------------------------------- */

static bool listens(const struct mc_host *h, const struct mc_addr *group)
{
	struct mc_host_group g = { .size = sizeof(g) };

	return mc_host_group(h, group, &g);
}

/* A router's own host role is not counted. */
static void tell_listen(struct mc_deeds *d, uint32_t node, const struct mc_addr *group, bool before,
			bool after)
{
	if (before != after && !mc_cast_is_router(d->cast, node))
		mc_figures_listen(d->figures, group, after ? 1 : -1, mc_lan_now(d->cast->lan));
}

static int set_filter(struct mc_deeds *d, uint32_t node, uint32_t socket, const struct mc_addr *group,
		      enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	const struct mc_host *h = mc_lan_host(d->cast->lan, node);
	bool before = listens(h, group);
	int err = mc_lan_listen(d->cast->lan, node, socket, group, mode, sources, n);

	tell_listen(d, node, group, before, listens(h, group));
	return err;
}

static uint32_t draw_below(struct mc_deeds *d, uint32_t n)
{
	return n > 1 ? (uint32_t)mc_rand_below(mc_lan_rand(d->cast->lan), n) : 0;
}

/* Group i of a row; the last where addresses end. */
static struct mc_addr group_at(const struct mc_deeds *d, const struct mc_sim_groups *row, uint32_t i)
{
	struct mc_addr a = mc_cast_addr(d->cast, &row->first);

	mc_addr_add(&a, i);
	return a;
}

static int listen(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	struct mc_addr group = group_at(d, &e->groups, draw_below(d, e->groups.count));

	if (e->leaves)
		return set_filter(d, node, e->socket, &group, MC_INCLUDE, NULL, 0);
	if (!list_set(d, &e->sources))
		return -ENOMEM;
	return set_filter(d, node, e->socket, &group, e->mode, d->list, d->n);
}

/* Takes a socket out of all groups but that one (NULL: out of all). */
static int leave_all(struct mc_deeds *d, uint32_t node, uint32_t socket, const struct mc_addr *but)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < d->n; i++)
		if (!but || mc_addr_cmp(&d->list[i], but) != 0)
			err = set_filter(d, node, socket, &d->list[i], MC_INCLUDE, NULL, 0);
	return err;
}

static int close_socket(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	if (!list_groups(d, mc_lan_host(d->cast->lan, node)))
		return -ENOMEM;
	return leave_all(d, node, e->socket, NULL);
}

/* Where in a row of groups the first of those listed stands; row->count: nowhere. */
static uint32_t place_in(const struct mc_deeds *d, const struct mc_sim_groups *row)
{
	for (size_t i = 0; row->count > 1 && i < d->n; i++)
		for (uint32_t k = 0; k < row->count; k++) {
			struct mc_addr a = group_at(d, row, k);

			if (mc_addr_cmp(&a, &d->list[i]) == 0)
				return k;
		}
	return row->count;
}

static int change(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	struct mc_addr group;
	uint32_t has, to;
	int err = 0;

	if (!list_groups(d, mc_lan_host(d->cast->lan, node)))
		return -ENOMEM;
	has = place_in(d, &e->groups);
	if (has < e->groups.count) {
		to = draw_below(d, e->groups.count - 1);
		to += to >= has;
	} else {
		to = draw_below(d, e->groups.count);
	}
	group = group_at(d, &e->groups, to);
	for (size_t i = 0; err == 0 && i < d->n_sockets; i++)
		err = leave_all(d, node, d->sockets[i], &group);
	if (err)
		return err;
	if (!list_set(d, &e->sources))
		return -ENOMEM;
	return set_filter(d, node, e->socket, &group, e->mode, d->list, d->n);
}

/* ---- on and off -------------------------------------------------------------------------------- */

int mc_deeds_start(struct mc_deeds *d, uint32_t node, uint32_t n_events)
{
	int err = mc_cast_start(d->cast, node, n_events);

	if (err == 0)
		mc_tally_forget(d->tally, node);
	return err;
}

static int stop(struct mc_deeds *d, uint32_t node)
{
	const struct mc_host *h = mc_lan_host(d->cast->lan, node);

	if (h && !list_groups(d, h))
		return -ENOMEM;
	for (size_t i = 0; h && i < d->n; i++)
		tell_listen(d, node, &d->list[i], true, false);
	if (mc_lan_router(d->cast->lan, node))
		mc_figures_stopped(d->figures, node, mc_lan_now(d->cast->lan));
	mc_lan_stop(d->cast->lan, node);
	return 0;
}

/* ---- messages ---------------------------------------------------------------------------------- */

/* What is handed to one node never is on the link: nobody else tells of it. */
static void show(struct mc_deeds *d, size_t len)
{
	struct mc_sim_packet p = { .time = mc_lan_now(d->cast->lan),
				   .node = "link",
				   .octets = d->room,
				   .len = len };
	struct mc_msg m;

	if (!d->conf->packet)
		return;
	mc_msg_init(&m);
	p.err = mc_decode(&m, d->room, len);
	p.msg = p.err ? NULL : &m;
	d->conf->packet(d->conf->arg, &p);
}

static int deliver(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	int len = mc_build(d->cast, &e->messages[0], node, d->room);

	if (len < 0)
		return len;
	if (!node) {
		mc_lan_put(d->cast->lan, d->room, (size_t)len);
		return 0;
	}
	show(d, (size_t)len);
	mc_lan_hand(d->cast->lan, node, d->room, (size_t)len);
	return 0;
}

/* ---- all --------------------------------------------------------------------------------------- */

static int do_listening(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	if (!mc_lan_host(d->cast->lan, node))
		return -ENODEV;
	if (e->verb == MC_DO_CLOSE)
		return close_socket(d, e, node);
	return e->verb == MC_DO_CHANGE ? change(d, e, node) : listen(d, e, node);
}

int mc_deeds_do(struct mc_deeds *d, const struct mc_sim_event *e, uint32_t node)
{
	switch (e->verb) {
	case MC_DO_LINK:
		mc_lan_set_link(d->cast->lan, &e->link);
		return 0;
	case MC_DO_DELIVER:
		return deliver(d, e, node);
	case MC_DO_START:
		return mc_deeds_start(d, node, (uint32_t)(e - d->cast->script->events));
	case MC_DO_STOP:
		return stop(d, node);
	case MC_DO_SET:
		return mc_cast_set(d->cast, node, e);
	default:
		return do_listening(d, e, node);
	}
}
