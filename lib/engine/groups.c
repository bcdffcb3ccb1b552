/*
 * groups.c - groups by address, their timers in one queue, and a list of those that something is to be
 * told of. It knows neither messages nor records.
 *
 * A group's entry in the queue is a time before which none of its timers ends. A timer that is set again
 * for later leaves the entry where it is; when it comes up early, it is set anew. So a report that
 * refreshes a group touches the group alone.
 *
 * RFC 9776 6.2, 6.3, 6.5, 7.3.2; RFC 9777 7.2, 7.3, 7.5, 8.3.2.
 */
#include "engine/groups.h"

#include "base/time.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(offsetof(struct mc_group, addr) == sizeof(struct mc_node), "the key follows the node");
static_assert(sizeof(struct mc_group) == 80, "as small as promised");

void mc_groups_init(struct mc_groups *gs, uint8_t newest, uint64_t seed)
{
	*gs = (struct mc_groups){ .newest = newest };
	mc_table_init(&gs->table, sizeof(struct mc_group), 0, seed);
}

static void free_sources(struct mc_groups *gs, const struct mc_list *list)
{
	struct mc_group *g = mc_table_at(&gs->table, list->first);

	for (; g; g = mc_table_next(&gs->table, g))
		mc_srcs_free(&g->sources);
}

void mc_groups_free(struct mc_groups *gs)
{
	free_sources(gs, &gs->quiet);
	free_sources(gs, &gs->changed);
	mc_table_free(&gs->table);
	mc_heap_free(&gs->ends);
	mc_heap_free(&gs->asks);
	free(gs->rare);
}

size_t mc_groups_memory(const struct mc_groups *gs)
{
	return mc_table_memory(&gs->table) + mc_heap_memory(&gs->ends) + mc_heap_memory(&gs->asks) +
	       gs->rare_cap * sizeof(*gs->rare) + gs->places * sizeof(struct mc_src);
}

/* Those that are gone and were not told of are no more than were there when it was last told, or they have
 * members that were not. */
void mc_groups_limit(struct mc_groups *gs, uint32_t max, uint32_t max_hosts)
{
	uint64_t most = 2 * (uint64_t)max + max_hosts;

	gs->max = max;
	gs->table.max = most < MC_TABLE_MOST ? (uint32_t)most : MC_TABLE_MOST;
	if (gs->table.max < gs->table.cap)
		gs->table.max = gs->table.cap;
}

/* ---- what is to be told ------------------------------------------------------------------- */

static bool is_listed(const struct mc_group *g)
{
	return g->flags & (MC_GROUP_CHANGED | MC_GROUP_AGED);
}

void mc_groups_tell(struct mc_groups *gs, struct mc_group *g, enum mc_group_flag what)
{
	if (!is_listed(g))
		mc_table_move(&gs->table, &gs->quiet, &gs->changed, g);
	g->flags |= (uint8_t)what;
}

/* That one has gone that nobody knew of is not told. */
static struct mc_group *first_changed(struct mc_groups *gs)
{
	struct mc_group *g = mc_table_at(&gs->table, gs->changed.first);

	while (g && g->flags & MC_GROUP_GONE && !(g->flags & MC_GROUP_KNOWN)) {
		mc_table_remove(&gs->table, &gs->changed, g);
		g = mc_table_at(&gs->table, gs->changed.first);
	}
	return g;
}

bool mc_groups_poll(struct mc_groups *gs, uint8_t *ret_what, struct mc_addr *ret_group, uint8_t *ret_version,
		    bool *ret_present)
{
	struct mc_group *g = first_changed(gs);

	if (!g)
		return false;
	*ret_what = g->flags & MC_GROUP_CHANGED ? MC_GROUP_CHANGED : MC_GROUP_AGED;
	*ret_group = g->addr;
	*ret_version = g->version;
	*ret_present = !(g->flags & MC_GROUP_GONE);
	if (!*ret_present) {
		mc_table_remove(&gs->table, &gs->changed, g);
		return true;
	}
	g->flags = (uint8_t)((g->flags & ~*ret_what) | MC_GROUP_KNOWN);
	if (!is_listed(g))
		mc_table_move(&gs->table, &gs->changed, &gs->quiet, g);
	return true;
}

/* ---- groups ------------------------------------------------------------------------------- */

struct mc_group *mc_groups_find(const struct mc_groups *gs, const struct mc_addr *addr)
{
	struct mc_group *g = mc_table_find(&gs->table, 0, addr);

	return g && !(g->flags & MC_GROUP_GONE) ? g : NULL;
}

static struct mc_group *place(struct mc_groups *gs, const struct mc_addr *addr)
{
	struct mc_group *g = mc_table_find(&gs->table, 0, addr);

	if (g)
		return g;
	g = mc_table_add(&gs->table, &gs->quiet, 0, addr);
	if (g && !mc_heap_room(&gs->ends, g->node.self)) {
		mc_table_remove(&gs->table, &gs->quiet, g);
		return NULL;
	}
	return g;
}

struct mc_group *mc_groups_add(struct mc_groups *gs, const struct mc_addr *addr)
{
	struct mc_group *g = place(gs, addr);

	if (!g)
		return NULL;
	if (g->flags & MC_GROUP_GONE && g->flags & MC_GROUP_KNOWN && g->version != gs->newest)
		g->flags |= MC_GROUP_AGED; /* it comes back before it was told that it had gone */
	g->flags &= (uint8_t)~MC_GROUP_GONE;
	g->mode = MC_INCLUDE;
	g->version = gs->newest;
	gs->n++;
	return g;
}

static void free_rare(struct mc_groups *gs, struct mc_group *g)
{
	struct mc_rare *rare = mc_group_rare(gs, g);

	if (!rare)
		return;
	mc_heap_set(&gs->asks, g->rare, MC_NEVER);
	if (gs->turn == g->rare)
		gs->turn = 0;
	*rare = (struct mc_rare){ .next = gs->rare_free };
	gs->rare_free = g->rare;
	g->rare = 0;
}

void mc_groups_remove(struct mc_groups *gs, struct mc_group *g)
{
	gs->n--;
	gs->sources -= g->sources.n;
	gs->places -= g->sources.cap;
	mc_srcs_free(&g->sources);
	mc_heap_set(&gs->ends, g->node.self, MC_NEVER);
	free_rare(gs, g);
	g->timer = 0;
	if (g->flags & MC_GROUP_KNOWN || g->hosts) {
		mc_groups_tell(gs, g, MC_GROUP_CHANGED);
		g->flags |= MC_GROUP_GONE;
		if (!(g->flags & MC_GROUP_KNOWN))
			g->flags &= (uint8_t)~MC_GROUP_AGED; /* if it comes back, it is new */
		return;
	}
	mc_table_remove(&gs->table, is_listed(g) ? &gs->changed : &gs->quiet, g);
}

bool mc_groups_room(struct mc_groups *gs, struct mc_group *g, uint32_t n)
{
	uint32_t before = g->sources.cap;
	bool enough = mc_srcs_room(&g->sources, n);

	gs->places += g->sources.cap - before;
	return enough;
}

void mc_groups_trim(struct mc_groups *gs, struct mc_group *g)
{
	gs->places -= g->sources.cap;
	mc_srcs_trim(&g->sources);
	gs->places += g->sources.cap;
}

/* ---- what few groups have ----------------------------------------------------------------- */

static bool grow_rare(struct mc_groups *gs)
{
	uint32_t cap = gs->rare_cap + gs->rare_cap / 4 + 1;
	struct mc_rare *rare;

	if (gs->rare_n < gs->rare_cap)
		return true;
	if (!mc_heap_room(&gs->asks, cap))
		return false;
	rare = realloc(gs->rare, cap * sizeof(*rare));
	if (!rare)
		return false;
	gs->rare = rare;
	gs->rare_cap = cap;
	return true;
}

struct mc_rare *mc_groups_rare(struct mc_groups *gs, struct mc_group *g)
{
	uint32_t number = gs->rare_free;

	if (g->rare)
		return mc_group_rare(gs, g);
	if (number)
		gs->rare_free = gs->rare[number - 1].next;
	else if (grow_rare(gs))
		number = ++gs->rare_n;
	else
		return NULL;
	g->rare = number;
	gs->rare[number - 1] = (struct mc_rare){
		.group = g->node.self,
		.group_due = MC_NEVER,
		.sources_due = MC_NEVER,
	};
	return &gs->rare[number - 1];
}

void mc_groups_spare(struct mc_groups *gs, struct mc_group *g, mc_time now)
{
	struct mc_rare *rare = mc_group_rare(gs, g);

	if (rare && rare->older[0] <= now && rare->older[1] <= now &&
	    mc_heap_get(&gs->asks, g->rare) == MC_NEVER)
		free_rare(gs, g);
}

/* The group's compatibility mode, RFC 9776 7.3.2. */
static void set_version(struct mc_groups *gs, struct mc_group *g, mc_time now)
{
	const struct mc_rare *rare = mc_group_rare(gs, g);
	uint8_t version = rare ? 1 : gs->newest;

	while (version < gs->newest && rare->older[version - 1] <= now)
		version++;
	if (version != g->version)
		mc_groups_tell(gs, g, MC_GROUP_AGED);
	g->version = version;
}

bool mc_groups_older(struct mc_groups *gs, struct mc_group *g, uint8_t version, mc_time until, mc_time now)
{
	struct mc_rare *rare = mc_groups_rare(gs, g);
	mc_time *older;

	if (!rare)
		return false;
	older = &rare->older[version - 1];
	if (*older <= now || until < *older)
		mc_groups_soon(gs, g, until);
	*older = until;
	set_version(gs, g, now);
	return true;
}

/* ---- timers ------------------------------------------------------------------------------- */

void mc_groups_soon(struct mc_groups *gs, const struct mc_group *g, mc_time when)
{
	if (when < mc_heap_get(&gs->ends, g->node.self))
		mc_heap_set(&gs->ends, g->node.self, when);
}

/* RFC 9776 6.5: the sources that run are what is left. */
static void include(struct mc_groups *gs, struct mc_group *g)
{
	struct mc_rare *rare = mc_group_rare(gs, g);

	g->mode = MC_INCLUDE;
	g->timer = 0;
	if (rare)
		rare->left = 0;
	mc_groups_tell(gs, g, MC_GROUP_CHANGED);
}

static mc_time older_next(const struct mc_groups *gs, const struct mc_group *g, mc_time now)
{
	const struct mc_rare *rare = mc_group_rare(gs, g);
	mc_time next = MC_NEVER;

	for (size_t i = 0; rare && i < MC_OLDER_MOST; i++)
		if (rare->older[i] > now)
			next = mc_sooner(next, rare->older[i]);
	return next;
}

/* Ends the timers of a group that are over. */
static void settle(struct mc_groups *gs, struct mc_group *g, mc_time now)
{
	uint32_t before = g->sources.n;
	mc_time next;

	if (g->mode == MC_EXCLUDE && g->timer <= now)
		include(gs, g);
	if (mc_srcs_expire(&g->sources, g->mode == MC_INCLUDE, now, &next))
		mc_groups_tell(gs, g, MC_GROUP_CHANGED);
	gs->sources -= before - g->sources.n;
	if (g->mode == MC_INCLUDE && !g->sources.n) {
		mc_groups_remove(gs, g);
		return;
	}
	mc_groups_trim(gs, g);
	set_version(gs, g, now);
	if (g->mode == MC_EXCLUDE)
		next = mc_sooner(next, g->timer);
	mc_heap_set(&gs->ends, g->node.self, mc_sooner(next, older_next(gs, g, now)));
	mc_groups_spare(gs, g, now);
}

bool mc_groups_due(struct mc_groups *gs, mc_time now, uint32_t most)
{
	uint32_t i;

	while (mc_heap_first(&gs->ends, &i) <= now) {
		if (!most--)
			return true;
		settle(gs, mc_table_at(&gs->table, i), now);
	}
	return false;
}

struct mc_group *mc_groups_current(struct mc_groups *gs, const struct mc_addr *addr, mc_time now)
{
	struct mc_group *g = mc_groups_find(gs, addr);
	uint32_t i;

	if (!g || mc_heap_first(&gs->ends, &i) > now || mc_heap_get(&gs->ends, g->node.self) > now)
		return g;
	settle(gs, g, now);
	return mc_groups_find(gs, addr);
}
