/*
 * changes.c - what a host tells unasked in the newest version: what has changed, at once and then again, as
 * often as the Robustness Variable says.
 *
 * Each report of a group counts for all that is pending of it, the filter mode and every source: so a report
 * of several changes is the first of as many for each (RFC 9776 5.1, RFC 9777 6.1).
 */
#include "engine/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- what to tell ------------------------------------------------------------------------ */

/* Sources that changed are told as often as may be, those that are pending as often as is left. */
static int plan_sources(struct mc_change *c, const struct mc_joined *g, const struct mc_set *diff,
			uint8_t robustness)
{
	static const struct mc_set none;
	const struct mc_set *was = g->more ? &g->more->changed : &none;
	const uint8_t *left = g->more ? g->more->left : NULL;
	uint32_t k = 0;

	if (!mc_set_mix(&c->changed, was, diff, MC_SET_ALL))
		return -ENOBUFS;
	c->left = calloc(c->changed.n, 1);
	if (!c->left) {
		mc_set_free(&c->changed);
		return -ENOBUFS;
	}
	for (uint32_t i = 0; i < c->changed.n; i++) {
		const uint8_t *source = mc_set_at(&c->changed, i);

		c->left[i] = robustness;
		if (!left || k == was->n || memcmp(mc_set_at(was, k), source, was->size))
			continue;
		if (!mc_set_has(diff, source))
			c->left[i] = left[k];
		k++;
	}
	return 0;
}

int mc_changes_plan(const struct mc_host *h, const struct mc_joined *g, const struct mc_filter *old,
		    const struct mc_filter *next, struct mc_change *ret)
{
	struct mc_set diff;
	int err = 0;

	*ret = (struct mc_change){ .mode = old->mode != next->mode };
	if (!mc_host_is_newest(h)) {
		ret->any = !old->n != !next->n; /* older versions have no word for the rest */
		return 0;
	}
	if (ret->mode) {
		ret->any = true;
		return 0;
	}
	if (!mc_set_mix(&diff, &old->list, &next->list, MC_SET_ONE))
		return -ENOBUFS;
	ret->any = diff.n > 0;
	if (ret->any)
		err = plan_sources(ret, g, &diff, mc_host_robustness(h));
	mc_set_free(&diff);
	return err;
}

void mc_changes_drop(struct mc_change *c)
{
	mc_set_free(&c->changed);
	free(c->left);
	c->left = NULL;
}

/* What is told of it was said, or is not to be. */
static void rest(struct mc_host *h, struct mc_joined *g)
{
	mc_heap_set(&h->repeats, g->node.self, MC_NEVER);
	if (mc_joined_has_filter(g))
		mc_joined_trim(g);
	else
		mc_joined_drop(h, g);
}

void mc_changes_cancel(struct mc_joined *g)
{
	g->mode_left = 0;
	if (!g->more)
		return;
	free(g->more->left);
	g->more->left = NULL;
	mc_joined_forget(g, &g->more->changed);
}

static void begin(struct mc_host *h, struct mc_joined *g, struct mc_change *c, mc_time now)
{
	if (c->mode) {
		g->mode_left = mc_host_robustness(h);
	} else {
		mc_set_free(&g->more->changed);
		free(g->more->left);
		g->more->changed = c->changed;
		g->more->left = c->left;
		*c = (struct mc_change){ .any = true };
	}
	if (h->change_cut.group == g->node.self)
		h->change_cut.group = 0;
	mc_heap_set(&h->repeats, g->node.self, now);
}

void mc_changes_begin(struct mc_host *h, struct mc_joined *g, struct mc_change *c, mc_time now)
{
	bool pending = mc_heap_get(&h->repeats, g->node.self) != MC_NEVER;

	if (c->any && mc_joined_tells(h, g) && mc_host_is_newest(h))
		begin(h, g, c, now);
	else if (c->any && mc_joined_tells(h, g))
		mc_older_begin(h, g, now);
	else if (!pending)
		rest(h, g);
	mc_changes_drop(c);
}

/* Without memory for a list of changes, all that there is tells them, too. */
static void again(struct mc_host *h, struct mc_joined *g, mc_time now)
{
	static const struct mc_filter nothing;
	struct mc_change c;
	struct mc_socket plain;
	struct mc_filter f = mc_joined_filter(g, &plain);

	if (mc_changes_plan(h, g, &nothing, &f, &c) < 0) {
		mc_host_lacks_memory(h, g);
		c = (struct mc_change){ .any = true, .mode = true };
	}
	mc_changes_begin(h, g, &c, now);
}

void mc_changes_again(struct mc_host *h, mc_time now)
{
	uint32_t at = 1;
	struct mc_joined *g;

	while ((g = mc_joined_next(h, &at)))
		if (mc_joined_has_filter(g))
			again(h, g, now);
}

/* ---- telling it -------------------------------------------------------------------------- */

static bool say_mode(struct mc_host *h, struct mc_writer *w, const struct mc_joined *g)
{
	bool exclude = mc_joined_mode(g) == MC_EXCLUDE;

	return mc_say(h, w, &h->change_cut, g, exclude ? MC_TO_EX : MC_TO_IN, mc_joined_list(g));
}

/* RFC 9776 5.1, table 4: of the sources that changed those that are wanted now, or those that are not. */
static bool say_part(struct mc_host *h, struct mc_writer *w, const struct mc_joined *g,
		     enum mc_record_type type)
{
	bool listed = (type == MC_ALLOW) == (mc_joined_mode(g) == MC_INCLUDE);
	struct mc_set part;
	bool done;

	if (!mc_set_mix(&part, &g->more->changed, mc_joined_list(g), listed ? MC_SET_BOTH : MC_SET_FIRST)) {
		mc_host_lacks_memory(h, g);
		return say_mode(h, w, g);
	}
	done = !part.n || mc_say(h, w, &h->change_cut, g, type, &part);
	mc_set_free(&part);
	return done;
}

static bool say_sources(struct mc_host *h, struct mc_writer *w, const struct mc_joined *g)
{
	struct mc_cut *cut = &h->change_cut;

	if (cut->group != g->node.self || cut->type != MC_BLOCK) {
		if (!say_part(h, w, g, MC_ALLOW))
			return false;
		*cut = (struct mc_cut){ .group = g->node.self, .type = MC_BLOCK };
	}
	if (!say_part(h, w, g, MC_BLOCK))
		return false;
	cut->group = 0;
	return true;
}

static bool say(struct mc_host *h, struct mc_writer *w, const struct mc_joined *g)
{
	if (!mc_joined_tells(h, g))
		return true;
	if (g->mode_left)
		return say_mode(h, w, g);
	return !g->more || say_sources(h, w, g);
}

/* A report of the group counts for all its sources. */
static void count_sources(struct mc_joined *g)
{
	struct mc_joined_more *more = g->more;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < more->changed.n; i++) {
		if (!--more->left[i])
			continue;
		more->left[kept] = more->left[i];
		memmove(mc_set_at(&more->changed, kept++), mc_set_at(&more->changed, i), more->changed.size);
	}
	more->changed.n = kept;
}

static void said(struct mc_host *h, struct mc_joined *g, mc_time now)
{
	g->flags |= MC_JOINED_LAST;
	if (g->mode_left)
		g->mode_left--;
	if (g->more)
		count_sources(g);
	if (g->mode_left || (g->more && g->more->changed.n)) {
		mc_time gap = mc_host_draw(h, h->conf.unsolicited_report_interval);

		mc_heap_set(&h->repeats, g->node.self, mc_after(now, gap));
		return;
	}
	mc_changes_cancel(g);
	rest(h, g);
}

bool mc_changes_poll(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	struct mc_joined *g;
	struct mc_writer w;
	uint32_t i;

	if (mc_heap_first(&h->repeats, &i) > now)
		return false;
	mc_say_begin(h, &w);
	while (mc_heap_first(&h->repeats, &i) <= now && i) {
		g = mc_table_at(&h->groups, i);
		if (!say(h, &w, g))
			break;
		said(h, g, now);
	}
	return mc_say_end(h, &w, ret);
}
