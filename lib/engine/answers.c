/*
 * answers.c - what a host tells when it is asked, in the newest version: when, and of which groups and
 * sources. One answer to general queries, on the interface's timer, and one for each group that was asked
 * for.
 *
 * RFC 9776 5.2, 9.1; RFC 9777 6.2, 6.3.
 */
#include "engine/host.h"

#include <string.h>

#define TICK MC_MSEC /* no answer comes at once, even where no time is given for it */

/* ---- when -------------------------------------------------------------------------------- */

mc_time mc_answers_due(const struct mc_host *h, uint32_t group)
{
	return group <= h->answers.cap ? mc_heap_get(&h->answers, group) : MC_NEVER;
}

static void stop(struct mc_host *h, const struct mc_joined *g)
{
	if (mc_answers_due(h, g->node.self) != MC_NEVER)
		mc_heap_set(&h->answers, g->node.self, MC_NEVER);
}

void mc_answers_cancel(struct mc_host *h, struct mc_joined *g)
{
	stop(h, g);
	if (h->answer_cut.group == g->node.self)
		h->answer_cut.group = 0;
	if (g->more)
		mc_joined_forget(g, &g->more->queried);
}

static mc_time delayed(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	mc_time most = m->query.max_resp;

	return mc_after(now, most ? mc_host_draw(h, most) : TICK);
}

static bool anything(const struct mc_host *h)
{
	const struct mc_joined *g;
	uint32_t at = 1;

	while ((g = mc_joined_next(h, &at)))
		if (mc_joined_has_filter(g) && mc_joined_tells(h, g))
			return true;
	return false;
}

/* Rules 1 and 2. */
static void query_all(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	mc_time due;

	if (!anything(h))
		return;
	due = delayed(h, m, now);
	if (h->response >= due)
		h->response = due;
}

/* The list grows by what is asked for. False: it does not; all is to be told instead. */
static bool record(struct mc_host *h, struct mc_joined *g, const struct mc_sources *asked)
{
	struct mc_set more, both;
	bool done = false;

	if (!mc_joined_more(g) || !mc_set_room(&more, asked->n, h->proto->addr_len)) {
		mc_host_lacks_memory(h, g);
		return false;
	}
	memcpy(more.at, asked->octets, (size_t)asked->n * more.size);
	mc_set_sort(&more);
	if (!mc_set_mix(&both, &g->more->queried, &more, MC_SET_ALL)) {
		mc_host_lacks_memory(h, g);
	} else if (both.n > h->conf.max_queried) {
		mc_ledger_add(&h->ledger, MC_SOURCE_LIMIT);
		mc_set_free(&both);
	} else {
		mc_set_free(&g->more->queried);
		g->more->queried = both;
		done = true;
	}
	mc_set_free(&more);
	return done;
}

static void ask_whole(struct mc_joined *g)
{
	if (g->more)
		mc_joined_forget(g, &g->more->queried);
}

/* Rules 1 and 3 to 5. Where there is no memory for the group's timer, the interface's does. */
static void query_group(struct mc_host *h, struct mc_joined *g, const struct mc_msg *m, mc_time now)
{
	const struct mc_sources *asked = &m->query.sources;
	mc_time due = delayed(h, m, now), pending = mc_answers_due(h, g->node.self);
	bool whole = !asked->n || (pending != MC_NEVER && !(g->more && g->more->queried.n));

	if (h->response < due)
		return;
	if (!mc_heap_room(&h->answers, g->node.self)) {
		mc_host_lacks_memory(h, g);
		h->response = due;
		return;
	}
	if (h->answer_cut.group == g->node.self && !h->cursor)
		h->answer_cut.group = 0; /* what was begun is another list now */
	if (whole || !record(h, g, asked))
		ask_whole(g);
	mc_heap_set(&h->answers, g->node.self, due < pending ? due : pending);
}

bool mc_answers_query(struct mc_host *h, const struct mc_msg *m, mc_time now)
{
	struct mc_joined *g;

	if (mc_addr_is_unspecified(&m->query.group)) {
		query_all(h, m, now);
		return true;
	}
	g = mc_joined_find(h, &m->query.group);
	if (!g || !mc_joined_has_filter(g) || !mc_joined_tells(h, g))
		return false;
	query_group(h, g, m, now);
	return true;
}

/* ---- what -------------------------------------------------------------------------------- */

static bool say_whole(struct mc_host *h, struct mc_writer *w, struct mc_joined *g)
{
	bool exclude = mc_joined_mode(g) == MC_EXCLUDE;

	g->flags |= MC_JOINED_LAST;
	return mc_say(h, w, &h->answer_cut, g, exclude ? MC_IS_EX : MC_IS_IN, mc_joined_list(g));
}

/* RFC 9776 5.2, table 5: what of the sources that were asked for is wanted now. */
static bool say_queried(struct mc_host *h, struct mc_writer *w, struct mc_joined *g)
{
	bool listed = mc_joined_mode(g) == MC_INCLUDE, done;
	struct mc_set part;

	if (!mc_set_mix(&part, &g->more->queried, mc_joined_list(g), listed ? MC_SET_BOTH : MC_SET_FIRST)) {
		mc_host_lacks_memory(h, g);
		return say_whole(h, w, g);
	}
	done = !part.n || mc_say(h, w, &h->answer_cut, g, MC_IS_IN, &part);
	mc_set_free(&part);
	return done;
}

static bool say_group(struct mc_host *h, struct mc_writer *w, struct mc_joined *g)
{
	if (!mc_joined_has_filter(g) || !mc_joined_tells(h, g))
		return true;
	return g->more && g->more->queried.n ? say_queried(h, w, g) : say_whole(h, w, g);
}

static bool poll_groups(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	struct mc_joined *g;
	struct mc_writer w;
	uint32_t i;

	if (mc_heap_first(&h->answers, &i) > now)
		return false;
	mc_say_begin(h, &w);
	while (mc_heap_first(&h->answers, &i) <= now && i) {
		g = mc_table_at(&h->groups, i);
		if (!say_group(h, &w, g))
			break;
		mc_answers_cancel(h, g);
	}
	return mc_say_end(h, &w, ret);
}

/* One packet; the next goes on with the group that did not fit. What was asked of single sources is told,
 * too. */
static bool poll_all(struct mc_host *h, struct mc_action *ret)
{
	struct mc_joined *g;
	struct mc_writer w;

	mc_say_begin(h, &w);
	while ((g = mc_joined_next(h, &h->cursor))) {
		if (!mc_joined_has_filter(g) || !mc_joined_tells(h, g))
			continue;
		if (!say_whole(h, &w, g)) {
			h->cursor = g->node.self;
			return mc_say_end(h, &w, ret);
		}
		ask_whole(g);
	}
	h->cursor = 0;
	return mc_say_end(h, &w, ret);
}

bool mc_answers_poll(struct mc_host *h, mc_time now, struct mc_action *ret)
{
	if (!h->cursor && poll_groups(h, now, ret))
		return true;
	if (!h->cursor && h->response <= now) {
		h->response = MC_NEVER;
		h->cursor = 1;
	}
	return h->cursor && poll_all(h, ret);
}
