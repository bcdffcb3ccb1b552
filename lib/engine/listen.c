/*
 * listen.c - a socket's request: checked, merged with the others' filters, told. What cannot be done changes
 * nothing.
 *
 * RFC 9776 2, 3; RFC 9777 3, 4; RFC 4604 2.1.
 */
#include "engine/host.h"
#include "engine/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

static int gather(const struct mc_host *h, struct mc_set *ret, const struct mc_addr *sources, size_t n)
{
	struct mc_set s;

	for (size_t i = 0; i < n; i++)
		if (sources[i].family != h->conf.family)
			return MC_ERR_SOURCE;
	if (!mc_set_room(&s, n, h->proto->addr_len))
		return -ENOBUFS;
	for (uint32_t i = 0; i < s.n; i++)
		memcpy(mc_set_at(&s, i), sources[i].b, s.size);
	if (n && !mc_sources_sound(s.at, 0, n * s.size, h->conf.family)) {
		mc_set_free(&s);
		return MC_ERR_SOURCE;
	}
	mc_set_sort(&s);
	*ret = s;
	return 0;
}

static bool is_plain(const struct mc_filter *f)
{
	return f->n == 1 && f->mode == MC_EXCLUDE && !f->list.n;
}

static void set_filter(struct mc_host *h, struct mc_joined *g, const struct mc_filter *next)
{
	bool plain = is_plain(next);

	h->joined += (next->n > 0) - (uint32_t)mc_joined_has_filter(g);
	g->flags &= MC_JOINED_LAST;
	g->flags |= next->n ? MC_JOINED_FILTER : 0;
	g->flags |= next->mode == MC_EXCLUDE ? MC_JOINED_EXCLUDE : 0;
	g->flags |= plain ? MC_JOINED_PLAIN : 0;
	if (plain)
		g->socket = next->sockets[0].id;
	if (plain || !next->n)
		free(next->sockets); /* and there are no sources */
	if (g->more)
		g->more->filter = plain || !next->n ? (struct mc_filter){ .n = 0 } : *next;
}

/* All that may fail, and then the rest. */
static int change(struct mc_host *h, struct mc_joined *g, const struct mc_socket *s, mc_time now)
{
	struct mc_socket plain;
	struct mc_filter old = mc_joined_filter(g, &plain), next;
	struct mc_change c;
	int err = mc_filter_plan(&next, &old, s, h->conf.max_sources);

	if (err < 0)
		return err;
	err = mc_changes_plan(h, g, &old, &next, &c);
	if (err == 0 && next.n && !is_plain(&next) && !mc_joined_more(g)) {
		mc_changes_drop(&c);
		err = -ENOBUFS;
	}
	if (err < 0) {
		mc_filter_drop(&next);
		return err;
	}
	if (old.sockets != &plain)
		mc_filter_done(&old, s->id);
	set_filter(h, g, &next);
	mc_changes_begin(h, g, &c, now);
	return 0;
}

static int request(struct mc_host *h, const struct mc_addr *group, const struct mc_socket *s, mc_time now)
{
	struct mc_joined *g = mc_joined_find(h, group);
	bool ends = s->mode == MC_INCLUDE && !s->list.n, had = g != NULL;
	int err;

	if (ends && (!had || !mc_joined_has_filter(g)))
		return 0;
	if ((!had || !mc_joined_has_filter(g)) && h->joined >= h->conf.max_groups)
		return -ENOBUFS;
	if (!had)
		g = mc_joined_add(h, group);
	if (!g)
		return -ENOBUFS;
	err = change(h, g, s, now);
	if (err < 0 && !had)
		mc_joined_drop(h, g);
	else if (err < 0)
		mc_joined_trim(g);
	return err;
}

int mc_host_listen(struct mc_host *h, uint32_t socket, const struct mc_addr *group, enum mc_mode mode,
		   const struct mc_addr *sources, size_t n, mc_time now)
{
	struct mc_socket s = { .id = socket, .mode = (uint8_t)mode };
	struct mc_addr key;
	int err;

	if (group->family != h->conf.family || !mc_addr_is_multicast(group))
		return MC_ERR_GROUP;
	err = gather(h, &s.list, sources, n);
	if (err < 0)
		return err;
	mc_addr_load(&key, group->family, group->b);
	now = mc_host_at(h, now);
	if ((mode != MC_INCLUDE && mode != MC_EXCLUDE) ||
	    (mode == MC_EXCLUDE && mc_judge_ssm(&h->conf.ssm, &key)))
		err = -EINVAL;
	else if (s.list.n > h->conf.max_sources)
		err = -ENOBUFS;
	else
		err = request(h, &key, &s, now);
	if (err < 0)
		mc_set_free(&s.list);
	return err;
}
