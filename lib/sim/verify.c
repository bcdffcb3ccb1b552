/*
 * verify.c - states: what a script says, beside what the roles say of themselves. A state is a list of
 * values, each a word with what it is; both sides are written in the same words. Times are those that
 * remain.
 */
#include "sim/verify.h"

#include "sim/expect.h"
#include "sim/say.h"

/* One node's role, as it is asked. */
struct view {
	const struct mc_cast *cast;
	const struct mc_tally *tally;
	const struct mc_host *host; /* one of the two */
	const struct mc_router *router;
	uint32_t node;
	mc_time now;
};

/* A value: a time that remains (MC_NEVER: none), or a number. */
struct value {
	bool known, time;
	uint64_t v;
};

static struct value number(uint64_t v)
{
	return (struct value){ .known = true, .v = v };
}

static struct value lasts(mc_time t)
{
	return (struct value){ .known = true, .time = true, .v = t };
}

/* What remains until a time; 0 and MC_NEVER are none. */
static struct value until(const struct view *w, mc_time t)
{
	if (t == 0 || t == MC_NEVER)
		return lasts(MC_NEVER);
	return lasts(t > w->now ? t - w->now : 0);
}

static struct value due(const struct view *w, mc_time t)
{
	return t == 0 ? lasts(0) : until(w, t);
}

static bool same(struct value a, uint64_t wanted)
{
	uint64_t far = a.v > wanted ? a.v - wanted : wanted - a.v;

	if (!a.known)
		return false;
	if (!a.time || a.v == MC_NEVER || wanted == MC_NEVER)
		return far == 0;
	return far <= MC_EXPECT_SLACK;
}

static void say_value(struct mc_text *t, struct value a)
{
	mc_text_char(t, ' ');
	if (!a.known)
		mc_text_str(t, "unknown");
	else if (a.time)
		mc_say_time(t, a.v);
	else
		mc_text_number(t, a.v);
}

/* ---- groups: sets ------------------------------------------------------------------------------------- */

/* What is known of a group: of a host all sources are listed. */
struct group {
	struct mc_addr addr;
	bool exists;
	enum mc_mode mode;
	uint32_t sources, excluded;
	struct mc_router_group of_router;
	struct mc_host_group of_host;
};

static void look_up(const struct view *w, const struct mc_sim_name *name, struct group *g)
{
	*g = (struct group){ .addr = mc_cast_addr(w->cast, name) };
	g->of_router.size = sizeof(g->of_router);
	g->of_host.size = sizeof(g->of_host);
	if (w->router) {
		g->exists = mc_router_group(w->router, &g->addr, &g->of_router);
		g->mode = g->of_router.mode;
		g->sources = g->of_router.sources;
		g->excluded = g->of_router.excluded;
	} else {
		g->exists = mc_host_group(w->host, &g->addr, &g->of_host);
		g->mode = g->of_host.mode;
		g->sources = g->of_host.sources;
	}
}

/* Source i of all; true: it is excluded by a router. */
static bool source_at(const struct view *w, const struct group *g, uint32_t i, struct mc_addr *ret)
{
	struct mc_router_source s = { .expires = 0 };

	if (w->host) {
		*ret = mc_host_source(w->host, &g->addr, i);
		return false;
	}
	mc_router_source(w->router, &g->addr, i, &s);
	*ret = s.addr;
	return g->mode == MC_EXCLUDE && s.expires == 0;
}

static bool same_sets(const struct view *w, const struct group *g, const struct mc_sim_state *s)
{
	uint32_t next[2] = { 0, 0 };

	if (g->mode != s->mode || g->sources != s->listed.n + s->excluded.n || g->excluded != s->excluded.n)
		return false;
	for (uint32_t i = 0; i < g->sources; i++) {
		struct mc_addr a;
		bool excluded = source_at(w, g, i, &a);
		const struct mc_sim_set *set = excluded ? &s->excluded : &s->listed;

		if (mc_cast_find(w->cast, set, &a, &next[excluded]) == set->n)
			return false;
	}
	return true;
}

static void say_some(struct mc_text *t, const struct view *w, const struct group *g, bool excluded)
{
	bool more = false;

	mc_text_str(t, " {");
	for (uint32_t i = 0; i < g->sources && !t->full; i++) {
		struct mc_addr a;

		if (source_at(w, g, i, &a) != excluded)
			continue;
		if (more)
			mc_text_char(t, ',');
		mc_say_addr(t, w->cast, &a);
		more = true;
	}
	mc_text_char(t, '}');
}

static void say_mode(struct mc_text *t, enum mc_mode mode)
{
	mc_text_str(t, mode == MC_INCLUDE ? " include" : " exclude");
}

static void say_group(struct mc_text *t, const struct view *w, const struct group *g)
{
	mc_say_addr(t, w->cast, &g->addr);
	if (!g->exists) {
		mc_text_str(t, " none");
		return;
	}
	say_mode(t, g->mode);
	say_some(t, w, g, false);
	if (w->router && g->mode == MC_EXCLUDE)
		say_some(t, w, g, true);
}

static void say_wanted_group(struct mc_text *t, const struct view *w, const struct mc_sim_state *s)
{
	mc_say_name(t, w->cast, &s->group);
	if (!s->exists) {
		mc_text_str(t, " none");
		return;
	}
	say_mode(t, s->mode);
	mc_text_char(t, ' ');
	mc_say_set(t, w->cast, &s->listed);
	if (w->router && s->mode == MC_EXCLUDE) {
		mc_text_char(t, ' ');
		mc_say_set(t, w->cast, &s->excluded);
	}
}

/* ---- groups: details ---------------------------------------------------------------------------------- */

static struct value source_timer(const struct view *w, const struct group *g, const struct mc_sim_name *name)
{
	struct mc_addr wanted = mc_cast_addr(w->cast, name);
	struct mc_router_source s;

	for (uint32_t i = 0; mc_router_source(w->router, &g->addr, i, &s); i++)
		if (mc_addr_cmp(&s.addr, &wanted) == 0)
			return until(w, s.expires);
	return lasts(MC_NEVER);
}

static struct value older_at(const struct view *w, const mc_time older[2], int version)
{
	unsigned v = mc_sim_version_of(version, w->cast->proto);

	return v == 1 || v == 2 ? until(w, older[v - 1]) : (struct value){ .known = false };
}

static struct value detail_of_router(const struct view *w, const struct group *g,
				     const struct mc_sim_detail *d)
{
	switch (d->id) {
	case MC_HAS_TIMER:
		return until(w, g->of_router.expires);
	case MC_HAS_SOURCE_TIMER:
		return source_timer(w, g, &d->source);
	case MC_HAS_VERSION:
		return number(g->of_router.version);
	case MC_HAS_OLDER:
		return older_at(w, g->of_router.older, d->version);
	case MC_HAS_QUERIES:
		return number(g->of_router.queries);
	default:
		return (struct value){ .known = false };
	}
}

static struct value detail(const struct view *w, const struct group *g, const struct mc_sim_detail *d)
{
	if (w->router)
		return detail_of_router(w, g, d);
	if (d->id == MC_HAS_RESPONSE)
		return due(w, g->of_host.response);
	if (d->id == MC_HAS_REPEAT)
		return due(w, g->of_host.repeat);
	return (struct value){ .known = false };
}

static uint64_t wanted_detail(const struct view *w, const struct mc_sim_detail *d)
{
	return d->id == MC_HAS_VERSION ? mc_sim_version_of(d->version, w->cast->proto) : d->value;
}

static void say_detail_word(struct mc_text *t, const struct view *w, const struct mc_sim_detail *d)
{
	static const char *const words[] = {
		[MC_HAS_TIMER] = "timer",   [MC_HAS_SOURCE_TIMER] = "timer ", [MC_HAS_VERSION] = "version",
		[MC_HAS_OLDER] = "older ",  [MC_HAS_QUERIES] = "queries",     [MC_HAS_RESPONSE] = "response",
		[MC_HAS_REPEAT] = "repeat",
	};

	mc_say_word(t, words[d->id]);
	if (d->id == MC_HAS_SOURCE_TIMER)
		mc_say_name(t, w->cast, &d->source);
	if (d->id == MC_HAS_OLDER)
		mc_text_number(t, mc_sim_version_of(d->version, w->cast->proto));
}

static bool is_time(enum mc_sim_detail_id id)
{
	return id != MC_HAS_VERSION && id != MC_HAS_QUERIES;
}

static bool check_group(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
			struct mc_text *actual)
{
	struct group g;
	bool good;

	look_up(w, &s->group, &g);
	good = g.exists == s->exists && (!g.exists || same_sets(w, &g, s));
	say_wanted_group(expected, w, s);
	say_group(actual, w, &g);
	for (uint32_t i = 0; i < s->n_details; i++) {
		const struct mc_sim_detail *d = &s->details[i];
		uint64_t wanted = wanted_detail(w, d);

		say_detail_word(expected, w, d);
		say_value(expected, is_time(d->id) ? lasts(wanted) : number(wanted));
		if (!g.exists)
			continue;
		say_detail_word(actual, w, d);
		say_value(actual, detail(w, &g, d));
		good = good && same(detail(w, &g, d), wanted);
	}
	return good;
}

/* ---- single values ------------------------------------------------------------------------------------- */

static const char *word_of(const struct mc_sim_state *s)
{
	static const char *const words[] = {
		[MC_IS_OTHER_QUERIER] = "other-querier",
		[MC_IS_NEXT_QUERY] = "next-query",
		[MC_IS_RESPONSE] = "response",
		[MC_IS_VERSION] = "version",
		[MC_IS_OLDER] = "older ",
		[MC_IS_ROBUSTNESS] = "robustness",
		[MC_IS_GROUPS] = "groups",
		[MC_IS_QUERY_INTERVAL] = "query-interval",
		[MC_IS_QUERY_RESPONSE_INTERVAL] = "query-response-interval",
		[MC_IS_LAST_MEMBER_QUERY_INTERVAL] = "last-member-query-interval",
		[MC_IS_GROUP_MEMBERSHIP_INTERVAL] = "group-membership-interval",
		[MC_IS_OTHER_QUERIER_PRESENT_INTERVAL] = "other-querier-present-interval",
		[MC_IS_OLDER_HOST_PRESENT_INTERVAL] = "older-host-present-interval",
		[MC_IS_COUNT] = "count ",
		[MC_IS_WARNED] = "warned ",
	};

	return words[s->id];
}

static void say_state_word(struct mc_text *t, const struct view *w, const struct mc_sim_state *s)
{
	mc_say_word(t, word_of(s));
	if (s->id == MC_IS_OLDER)
		mc_text_number(t, mc_sim_version_of(s->version, w->cast->proto));
	if (s->id == MC_IS_COUNT)
		mc_text_str(t, mc_count_name(s->which) ? mc_count_name(s->which) : "");
	if (s->id == MC_IS_WARNED)
		mc_text_str(t, mc_warning_name(s->which) ? mc_warning_name(s->which) : "");
}

static struct value value_of_router(const struct view *w, const struct mc_sim_state *s)
{
	struct mc_router_status st = { .size = sizeof(st) };

	mc_router_status(w->router, &st);
	switch (s->id) {
	case MC_IS_OTHER_QUERIER:
		return until(w, st.other_querier);
	case MC_IS_NEXT_QUERY:
		return due(w, st.query);
	case MC_IS_ROBUSTNESS:
		return number(st.robustness);
	case MC_IS_GROUPS:
		return number(st.groups);
	case MC_IS_QUERY_INTERVAL:
		return lasts(st.query_interval);
	case MC_IS_QUERY_RESPONSE_INTERVAL:
		return lasts(st.query_response_interval);
	case MC_IS_LAST_MEMBER_QUERY_INTERVAL:
		return lasts(st.last_member_query_interval);
	case MC_IS_GROUP_MEMBERSHIP_INTERVAL:
		return lasts(st.group_membership_interval);
	case MC_IS_OTHER_QUERIER_PRESENT_INTERVAL:
		return lasts(st.other_querier_present_interval);
	case MC_IS_OLDER_HOST_PRESENT_INTERVAL:
		return lasts(st.older_host_present_interval);
	default:
		return (struct value){ .known = false };
	}
}

/* Groups: a router's own membership is not counted. */
static uint32_t groups_of_host(const struct view *w, const struct mc_host_status *st)
{
	struct mc_host_group g = { .size = sizeof(g) };
	bool own = mc_cast_is_router(w->cast, w->node) &&
		   mc_host_group(w->host, &w->cast->proto->all_reports, &g);

	return st->groups - own;
}

static struct value value_of_host(const struct view *w, const struct mc_sim_state *s)
{
	struct mc_host_status st = { .size = sizeof(st) };

	mc_host_status(w->host, &st);
	switch (s->id) {
	case MC_IS_RESPONSE:
		return due(w, st.response);
	case MC_IS_VERSION:
		return number(st.version);
	case MC_IS_OLDER:
		return older_at(w, st.older, s->version);
	case MC_IS_ROBUSTNESS:
		return number(st.robustness);
	case MC_IS_GROUPS:
		return number(groups_of_host(w, &st));
	default:
		return (struct value){ .known = false };
	}
}

static struct value value_of(const struct view *w, const struct mc_sim_state *s)
{
	if (s->id == MC_IS_WARNED)
		return number(mc_tally_warned(w->tally, w->node, w->host != NULL, s->which));
	if (s->id == MC_IS_COUNT)
		return number(w->router ? mc_router_count(w->router, s->which) :
					  mc_host_count(w->host, s->which));
	return w->router ? value_of_router(w, s) : value_of_host(w, s);
}

static bool check_value(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
			struct mc_text *actual)
{
	uint64_t wanted = s->id == MC_IS_VERSION ? mc_sim_version_of(s->version, w->cast->proto) : s->value;
	struct value v = value_of(w, s);

	say_state_word(expected, w, s);
	say_value(expected, v.time ? lasts(wanted) : number(wanted));
	say_state_word(actual, w, s);
	say_value(actual, v);
	return same(v, wanted);
}

/* ---- what only a router knows ------------------------------------------------------------------ */

static void say_querier(struct mc_text *t, const struct view *w, bool self, const struct mc_addr *a)
{
	mc_say_word(t, "querier ");
	if (self)
		mc_text_str(t, "self");
	else
		mc_say_addr(t, w->cast, a);
}

static bool check_querier(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
			  struct mc_text *actual)
{
	struct mc_router_status st = { .size = sizeof(st) };
	struct mc_addr a = { .family = 0 };

	if (!s->self && !s->none)
		a = mc_cast_addr(w->cast, &s->name);
	mc_router_status(w->router, &st);
	say_querier(expected, w, s->self, &a);
	say_querier(actual, w, st.querier, &st.addr);
	if (s->self || s->none)
		return st.querier == s->self && (s->self || !st.addr.family);
	return !st.querier && mc_addr_cmp(&st.addr, &a) == 0;
}

static void say_forwards(struct mc_text *t, const struct view *w, const struct mc_sim_state *s, bool yes)
{
	mc_say_word(t, "forwards ");
	if (s->any)
		mc_text_char(t, '*');
	else
		mc_say_name(t, w->cast, &s->name);
	mc_text_char(t, ' ');
	mc_say_name(t, w->cast, &s->group);
	mc_text_char(t, ' ');
	mc_say_yes(t, yes);
}

static bool check_forwards(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
			   struct mc_text *actual)
{
	struct mc_addr source = { .family = 0 }, group = mc_cast_addr(w->cast, &s->group);
	bool yes;

	if (!s->any)
		source = mc_cast_addr(w->cast, &s->name);
	yes = mc_router_forwards(w->router, &group, &source);
	say_forwards(expected, w, s, s->value);
	say_forwards(actual, w, s, yes);
	return yes == (s->value != 0);
}

static void say_told(struct mc_text *t, const struct view *w, const struct mc_sim_state *s, uint64_t told)
{
	static const char *const words[] = { " no", " yes", " never" };

	mc_say_word(t, "told ");
	mc_say_name(t, w->cast, &s->group);
	mc_text_str(t, words[told <= MC_TOLD_NEVER ? told : MC_TOLD_NEVER]);
}

static bool check_told(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
		       struct mc_text *actual)
{
	struct mc_addr group = mc_cast_addr(w->cast, &s->group);
	uint8_t told = mc_tally_told(w->tally, w->node, &group);

	say_told(expected, w, s, s->value);
	say_told(actual, w, s, told);
	return told == s->value;
}

/* ---- all --------------------------------------------------------------------------------------- */

static bool only_routers(enum mc_sim_state_id id)
{
	return id == MC_IS_QUERIER || id == MC_IS_FORWARDS || id == MC_IS_TOLD;
}

static bool check(const struct view *w, const struct mc_sim_state *s, struct mc_text *expected,
		  struct mc_text *actual)
{
	if (!w->host && !w->router) {
		mc_text_str(expected, "switched on");
		mc_text_str(actual, "switched off");
		return false;
	}
	if (only_routers(s->id) && !w->router) {
		mc_text_str(expected, "a router");
		mc_text_str(actual, "a host");
		return false;
	}
	switch (s->id) {
	case MC_IS_GROUP:
		return check_group(w, s, expected, actual);
	case MC_IS_QUERIER:
		return check_querier(w, s, expected, actual);
	case MC_IS_FORWARDS:
		return check_forwards(w, s, expected, actual);
	case MC_IS_TOLD:
		return check_told(w, s, expected, actual);
	default:
		return check_value(w, s, expected, actual);
	}
}

void mc_verify(const struct mc_cast *c, const struct mc_tally *t, struct mc_verdict *v,
	       const struct mc_sim_event *e)
{
	for (uint32_t node = e->who.first; node && node <= e->who.last && !mc_verdict_over(v); node++) {
		struct mc_text expected = mc_verdict_expected(v), actual = mc_verdict_actual(v);
		struct view w = { .cast = c, .tally = t, .node = node, .now = mc_lan_now(c->lan) };

		w.router = e->state.member ? NULL : mc_lan_router(c->lan, node);
		w.host = w.router ? NULL : mc_lan_host(c->lan, node);
		if (mc_cast_is_router(c, node) && !w.router && !e->state.member)
			w.host = NULL;
		if (check(&w, &e->state, &expected, &actual))
			continue;
		mc_text_cut(&expected);
		mc_text_cut(&actual);
		mc_verdict_tell(v, &e->place, w.now, node);
	}
}
