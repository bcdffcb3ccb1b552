/*
 * figures.c - the sums of a run. It knows packets, groups and times, and nothing of scripts or of how roles
 * work.
 *
 * A group has listeners, the same for all routers. What a router makes of it is a state of its own: it
 * forwards the group or not; it is waited for (there is a first listener, and no forwarding yet); the group
 * is left (there is no listener, and forwarding is to end); it is cut (there are listeners, and forwarding
 * has ended).
 */
#include "sim/figures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/heap.h"
#include "engine/table.h"
#include "sim/peak.h"

#define SPAN (100 * MC_MSEC)

enum kind { GENERAL, GROUP, SOURCE, CURRENT, CHANGE, OLDER, LEAVE, OTHER };
enum { PEAK_PACKETS = 1 << 0, PEAK_REPORTS = 1 << 1 };

struct group {
	struct mc_node node;
	struct mc_addr addr;
	uint32_t listeners;
	mc_time since; /* there are any, or there are none */
};

struct state {
	struct mc_node node;
	struct mc_addr group;
	bool forwards, waited_for, left, cut;
	mc_time cut_since;
};

struct samples {
	mc_time *list;
	size_t n, cap;
};

struct router {
	uint32_t node;
	struct mc_list states;
	struct samples join, leave;
	struct mc_sim_router sums;
};

struct mc_figures {
	struct mc_table groups, states; /* states: owner is the router's place + 1 */
	struct mc_list all_groups;
	struct router *routers;
	size_t n_routers;
	uint64_t packets[MC_SIM_KINDS], octets[MC_SIM_KINDS];
	struct mc_peak peak;
	bool failed;
};

/* ---- packets -------------------------------------------------------------------------------- */

const char *mc_sim_kind_name(unsigned kind)
{
	static const char *const names[MC_SIM_KINDS] = {
		[GENERAL] = "general query",
		[GROUP] = "group query",
		[SOURCE] = "source query",
		[CURRENT] = "current-state report",
		[CHANGE] = "state-change report",
		[OLDER] = "older report",
		[LEAVE] = "leave",
		[OTHER] = "other",
	};

	return kind < MC_SIM_KINDS ? names[kind] : NULL;
}

static enum kind query_kind(const struct mc_query *q)
{
	if (mc_addr_is_unspecified(&q->group))
		return GENERAL;
	return q->sources.n ? SOURCE : GROUP;
}

static enum kind report_kind(const struct mc_msg *msg)
{
	struct mc_record r;
	size_t pos = 0;

	if (msg->report.leave)
		return LEAVE;
	if (msg->version < mc_proto_of(msg->family)->newest)
		return OLDER;
	while (mc_msg_next(msg, &pos, &r))
		if (r.type >= MC_TO_IN && r.type <= MC_BLOCK)
			return CHANGE;
	return CURRENT;
}

unsigned mc_figures_kind(const struct mc_msg *msg)
{
	if (msg && msg->kind == MC_QUERY)
		return query_kind(&msg->query);
	if (msg && msg->kind == MC_REPORT)
		return report_kind(msg);
	return OTHER;
}

void mc_figures_packet(struct mc_figures *f, const struct mc_lan_packet *p)
{
	unsigned kind = mc_figures_kind(p->msg);
	bool report = kind >= CURRENT && kind <= LEAVE;

	f->packets[kind]++;
	f->octets[kind] += p->len;
	if (!mc_peak_add(&f->peak, p->time, PEAK_PACKETS | (report ? PEAK_REPORTS : 0u)))
		f->failed = true;
}

/* ---- latencies ------------------------------------------------------------------------------ */

static void sample(struct mc_figures *f, struct samples *s, mc_time value)
{
	size_t cap = s->cap + s->cap / 2 + 16;
	mc_time *list;

	if (s->n == s->cap) {
		list = realloc(s->list, cap * sizeof(*list));
		if (!list) {
			f->failed = true;
			return;
		}
		s->list = list;
		s->cap = cap;
	}
	s->list[s->n++] = value;
}

/* The least value that 99 of 100 do not exceed. The heap gives the largest first: of their complements. */
static int ninety_nine(const struct samples *s, mc_time *ret)
{
	struct mc_heap largest = { .n = 0 };
	uint32_t item;

	if (!mc_heap_room(&largest, (uint32_t)s->n)) {
		mc_heap_free(&largest);
		return -ENOMEM;
	}
	for (size_t i = 0; i < s->n; i++)
		mc_heap_set(&largest, (uint32_t)i + 1, MC_NEVER - 1 - s->list[i]);
	for (size_t above = s->n / 100; above; above--) {
		mc_heap_first(&largest, &item);
		mc_heap_set(&largest, item, MC_NEVER);
	}
	*ret = MC_NEVER - 1 - mc_heap_first(&largest, &item);
	mc_heap_free(&largest);
	return 0;
}

static int sum_up(const struct samples *s, struct mc_sim_latency *ret)
{
	mc_time sum = 0;

	*ret = (struct mc_sim_latency){ .n = s->n };
	if (s->n == 0)
		return 0;
	ret->min = ret->max = s->list[0];
	for (size_t i = 0; i < s->n; i++) {
		sum += s->list[i];
		if (s->list[i] < ret->min)
			ret->min = s->list[i];
		if (s->list[i] > ret->max)
			ret->max = s->list[i];
	}
	ret->mean = sum / s->n;
	return ninety_nine(s, &ret->p99);
}

/* ---- groups and routers --------------------------------------------------------------------- */

static struct group *group_of(struct mc_figures *f, const struct mc_addr *group)
{
	struct group *g = mc_table_find(&f->groups, 0, group);

	if (!g)
		g = mc_table_add(&f->groups, &f->all_groups, 0, group);
	if (!g)
		f->failed = true;
	return g;
}

static struct state *state_of(struct mc_figures *f, size_t router, const struct mc_addr *group)
{
	uint32_t owner = (uint32_t)router + 1;
	struct state *s = mc_table_find(&f->states, owner, group);

	if (!s)
		s = mc_table_add(&f->states, &f->routers[router].states, owner, group);
	if (!s)
		f->failed = true;
	return s;
}

static void end_cut(struct router *r, struct state *s, mc_time now)
{
	mc_time took = now - s->cut_since;

	if (!s->cut)
		return;
	s->cut = false;
	r->sums.cut_total += took;
	if (took > r->sums.longest_cut)
		r->sums.longest_cut = took;
}

static void first_listens(struct mc_figures *f, struct router *r, struct state *s)
{
	if (s->forwards)
		sample(f, &r->join, 0);
	else
		s->waited_for = true;
}

static void last_leaves(struct router *r, struct state *s, mc_time now)
{
	s->left = true;
	s->waited_for = false;
	end_cut(r, s, now);
}

void mc_figures_listen(struct mc_figures *f, const struct mc_addr *group, int by, mc_time now)
{
	struct group *g = mc_addr_is_link_local(group) ? NULL : group_of(f, group);
	bool before = g && g->listeners;

	if (!g || (by < 0 && !before))
		return;
	g->listeners += (uint32_t)by;
	if ((g->listeners != 0) == before)
		return;
	g->since = now;
	for (size_t i = 0; i < f->n_routers; i++) {
		struct state *s = state_of(f, i, group);

		if (s && before)
			last_leaves(&f->routers[i], s, now);
		else if (s)
			first_listens(f, &f->routers[i], s);
	}
}

static void begin(struct mc_figures *f, struct router *r, struct state *s, mc_time waited)
{
	s->forwards = true;
	if (s->waited_for)
		sample(f, &r->join, waited);
	s->waited_for = false;
}

static void finish(struct mc_figures *f, struct router *r, struct state *s, const struct group *g,
		   mc_time now)
{
	s->forwards = false;
	if (g->listeners) {
		s->cut = true;
		s->cut_since = now;
		r->sums.cuts++;
	} else if (s->left) {
		sample(f, &r->leave, now - g->since);
	}
	s->left = false;
}

static void forward(struct mc_figures *f, size_t router, struct state *s, bool on, mc_time now)
{
	struct router *r = &f->routers[router];
	const struct group *g = group_of(f, &s->group);

	if (!g || s->forwards == on)
		return;
	if (on) {
		begin(f, r, s, now - g->since);
		end_cut(r, s, now);
	} else {
		finish(f, r, s, g, now);
	}
}

/* f->n_routers: it was not added. */
static size_t router_of(const struct mc_figures *f, uint32_t node)
{
	size_t i = 0;

	while (i < f->n_routers && f->routers[i].node != node)
		i++;
	return i;
}

void mc_figures_forward(struct mc_figures *f, uint32_t node, const struct mc_addr *group, bool on,
			mc_time now)
{
	size_t i = router_of(f, node);
	struct state *s;

	if (i == f->n_routers || mc_addr_is_link_local(group))
		return;
	s = state_of(f, i, group);
	if (s)
		forward(f, i, s, on, now);
}

void mc_figures_stopped(struct mc_figures *f, uint32_t node, mc_time now)
{
	size_t i = router_of(f, node);
	struct state *s;

	if (i == f->n_routers)
		return;
	s = mc_table_at(&f->states, f->routers[i].states.first);
	for (; s; s = mc_table_next(&f->states, s))
		forward(f, i, s, false, now);
}

/* ---- the whole ------------------------------------------------------------------------------ */

int mc_figures_new(struct mc_figures **ret)
{
	struct mc_figures *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	mc_table_init(&f->groups, sizeof(struct group), MC_TABLE_MOST, 0);
	mc_table_init(&f->states, sizeof(struct state), MC_TABLE_MOST, 0);
	f->peak.span = SPAN;
	*ret = f;
	return 0;
}

void mc_figures_free(struct mc_figures *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->n_routers; i++) {
		free(f->routers[i].join.list);
		free(f->routers[i].leave.list);
	}
	free(f->routers);
	mc_table_free(&f->groups);
	mc_table_free(&f->states);
	mc_peak_free(&f->peak);
	free(f);
}

int mc_figures_router(struct mc_figures *f, uint32_t node, const char *name)
{
	struct router *r = mc_grow(&f->routers, &f->n_routers, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->node = node;
	snprintf(r->sums.name, sizeof(r->sums.name), "%s", name);
	return 0;
}

static int router_end(struct mc_figures *f, size_t router, mc_time now, struct mc_sim_router *ret)
{
	struct router *r = &f->routers[router];
	struct state *s = mc_table_at(&f->states, r->states.first);
	int err;

	for (; s; s = mc_table_next(&f->states, s)) {
		const struct group *g = mc_table_find(&f->groups, 0, &s->group);

		end_cut(r, s, now);
		r->sums.unserved += g && g->listeners && !s->forwards;
	}
	err = sum_up(&r->join, &r->sums.join);
	if (err == 0)
		err = sum_up(&r->leave, &r->sums.leave);
	*ret = r->sums;
	return err;
}

int mc_figures_end(struct mc_figures *f, mc_time now, struct mc_sim_result *ret)
{
	struct mc_sim_router *routers = calloc(f->n_routers + 1, sizeof(*routers));
	int err = routers && !f->failed ? 0 : -ENOMEM;

	for (size_t i = 0; err == 0 && i < f->n_routers; i++)
		err = router_end(f, i, now, &routers[i]);
	if (err) {
		free(routers);
		return err;
	}
	memcpy(ret->packets, f->packets, sizeof(ret->packets));
	memcpy(ret->octets, f->octets, sizeof(ret->octets));
	ret->peak_packets = f->peak.most[0];
	ret->peak_reports = f->peak.most[1];
	ret->routers = routers;
	ret->n_routers = f->n_routers;
	return 0;
}
