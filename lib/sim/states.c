/*
 * states.c - what the state of a node must be: `= ...`. Each state, and each word behind a group's, is a row
 * that says of which role it is.
 */
#include "sim/words.h"

#include <string.h>

#include "sim/roles.h"

enum { OF_HOST = 1 << MC_SIM_HOST, OF_ROUTER = 1 << MC_SIM_ROUTER, OF_BOTH = OF_HOST | OF_ROUTER };

static const char *const roles[] = { [MC_SIM_HOST] = "host", [MC_SIM_ROUTER] = "router" };

/* ---- what several have ---------------------------------------------------------------------- */

static bool take_number(struct mc_words *p, struct mc_sim_state *s)
{
	return mc_words_number(p, 0, UINT64_MAX, &s->value);
}

static bool take_time(struct mc_words *p, struct mc_sim_state *s)
{
	return mc_words_time(p, &s->value);
}

static bool take_time_or_none(struct mc_words *p, struct mc_sim_state *s)
{
	return mc_words_time_or(p, "none", &s->value);
}

static bool take_older(struct mc_words *p, struct mc_sim_state *s)
{
	return mc_words_version(p, true, &s->version) && mc_words_time_or(p, "none", &s->value);
}

static bool take_version(struct mc_words *p, struct mc_sim_state *s)
{
	return mc_words_version(p, false, &s->version);
}

/* ---- states by a word ----------------------------------------------------------------------- */

static bool take_querier(struct mc_words *p, struct mc_sim_state *s)
{
	s->self = mc_words_accept(p, "self");
	s->none = !s->self && mc_words_accept(p, "none");
	return s->self || s->none || mc_names_address(p, &s->name);
}

static bool take_forwards(struct mc_words *p, struct mc_sim_state *s)
{
	s->any = mc_words_accept(p, "*");
	return (s->any || mc_names_address(p, &s->name)) && mc_names_address(p, &s->group) &&
	       mc_words_yes(p, &s->value);
}

static bool take_told(struct mc_words *p, struct mc_sim_state *s)
{
	static const struct mc_choice rows[] = { { "no", 1 }, { "yes", 1 }, { "never", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "answer");
	const struct mc_choice *found;

	if (!mc_names_address(p, &s->group))
		return false;
	found = mc_words_pick(p, &table, 1);
	if (found)
		s->value = (uint64_t)(found - rows);
	return found;
}

/* A word of those that name_of gives for 0, 1, ... */
static bool take_named(struct mc_words *p, const char *(*name_of)(unsigned which), unsigned n,
		       const char *what, unsigned *ret)
{
	struct mc_choice rows[MC_COUNTS]; /* there are fewer warnings */
	const struct mc_table table = { rows, n, sizeof(rows[0]), what };
	const struct mc_choice *found;

	for (unsigned i = 0; i < n; i++)
		rows[i] = (struct mc_choice){ name_of(i), 1 };
	found = mc_words_pick(p, &table, 1);
	if (found)
		*ret = (unsigned)(found - rows);
	return found;
}

static bool take_count(struct mc_words *p, struct mc_sim_state *s)
{
	return take_named(p, mc_count_name, MC_COUNTS, "counter", &s->which) && take_number(p, s);
}

static bool take_warned(struct mc_words *p, struct mc_sim_state *s)
{
	return take_named(p, mc_warning_name, MC_WARNINGS, "warning", &s->which) && take_number(p, s);
}

static const struct state {
	struct mc_choice head;
	enum mc_sim_state_id id;
	bool (*take)(struct mc_words *p, struct mc_sim_state *s);
} states[] = {
	{ { "querier", OF_ROUTER }, MC_IS_QUERIER, take_querier },
	{ { "other-querier", OF_ROUTER }, MC_IS_OTHER_QUERIER, take_time_or_none },
	{ { "next-query", OF_ROUTER }, MC_IS_NEXT_QUERY, take_time_or_none },
	{ { "version", OF_HOST }, MC_IS_VERSION, take_version },
	{ { "older", OF_HOST }, MC_IS_OLDER, take_older },
	{ { "response", OF_HOST }, MC_IS_RESPONSE, take_time_or_none },
	{ { "robustness", OF_BOTH }, MC_IS_ROBUSTNESS, take_number },
	{ { "query-interval", OF_ROUTER }, MC_IS_QUERY_INTERVAL, take_time },
	{ { "query-response-interval", OF_ROUTER }, MC_IS_QUERY_RESPONSE_INTERVAL, take_time },
	{ { "last-member-query-interval", OF_ROUTER }, MC_IS_LAST_MEMBER_QUERY_INTERVAL, take_time },
	{ { "group-membership-interval", OF_ROUTER }, MC_IS_GROUP_MEMBERSHIP_INTERVAL, take_time },
	{ { "other-querier-present-interval", OF_ROUTER }, MC_IS_OTHER_QUERIER_PRESENT_INTERVAL, take_time },
	{ { "older-host-present-interval", OF_ROUTER }, MC_IS_OLDER_HOST_PRESENT_INTERVAL, take_time },
	{ { "groups", OF_BOTH }, MC_IS_GROUPS, take_number },
	{ { "forwards", OF_ROUTER }, MC_IS_FORWARDS, take_forwards },
	{ { "told", OF_ROUTER }, MC_IS_TOLD, take_told },
	{ { "count", OF_BOTH }, MC_IS_COUNT, take_count },
	{ { "warned", OF_BOTH }, MC_IS_WARNED, take_warned },
};
static const struct mc_table state_table = MC_TABLE(states, "state and no group");

/* ---- groups --------------------------------------------------------------------------------- */

/* timer T, or timer SOURCE T */
static bool take_timer(struct mc_words *p, struct mc_sim_detail *d)
{
	struct mc_word w = mc_words_peek(p);

	if (w.len && !mc_words_is_time(&w)) {
		d->id = MC_HAS_SOURCE_TIMER;
		if (!mc_names_address(p, &d->source))
			return false;
	}
	return mc_words_time(p, &d->value);
}

static bool take_group_version(struct mc_words *p, struct mc_sim_detail *d)
{
	return mc_words_version(p, false, &d->version);
}

static bool take_group_older(struct mc_words *p, struct mc_sim_detail *d)
{
	return mc_words_version(p, true, &d->version) && mc_words_time_or(p, "none", &d->value);
}

static bool take_queries(struct mc_words *p, struct mc_sim_detail *d)
{
	return mc_words_number(p, 0, UINT8_MAX, &d->value);
}

static bool take_remaining(struct mc_words *p, struct mc_sim_detail *d)
{
	return mc_words_time_or(p, "none", &d->value);
}

static const struct detail {
	struct mc_choice head;
	enum mc_sim_detail_id id;
	bool (*take)(struct mc_words *p, struct mc_sim_detail *d);
} details[] = {
	{ { "timer", OF_ROUTER }, MC_HAS_TIMER, take_timer },
	{ { "version", OF_ROUTER }, MC_HAS_VERSION, take_group_version },
	{ { "older", OF_ROUTER }, MC_HAS_OLDER, take_group_older },
	{ { "queries", OF_ROUTER }, MC_HAS_QUERIES, take_queries },
	{ { "response", OF_HOST }, MC_HAS_RESPONSE, take_remaining },
	{ { "repeat", OF_HOST }, MC_HAS_REPEAT, take_remaining },
};
static const struct mc_table details_of[] = {
	[MC_SIM_HOST] = MC_TABLE(details, "detail of a host's group"),
	[MC_SIM_ROUTER] = MC_TABLE(details, "detail of a router's group"),
};

static bool take_detail(struct mc_words *p, enum mc_sim_role role)
{
	const struct detail *row = mc_words_pick(p, &details_of[role], 1u << role);
	struct mc_sim_detail *d;

	if (!row)
		return false;
	d = mc_words_add(p, &p->details, sizeof(*d));
	if (!d)
		return false;
	d->id = row->id;
	d->place = p->last.place;
	return row->take(p, d);
}

static bool at_detail(const struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);

	return w.len && !mc_words_are_fractions(&w);
}

static bool take_details(struct mc_words *p, enum mc_sim_role role, struct mc_sim_state *s)
{
	while (at_detail(p))
		if (!take_detail(p, role))
			return false;
	s->details = mc_words_keep(p, &p->details, sizeof(*s->details), &s->n_details);
	return !p->err;
}

/* A router in EXCLUDE mode has two sets, all else one. */
static bool take_sets(struct mc_words *p, enum mc_sim_role role, struct mc_sim_state *s)
{
	struct mc_word w;

	if (!mc_names_set(p, &s->listed))
		return false;
	w = mc_words_peek(p);
	if (role == MC_SIM_ROUTER && s->mode == MC_EXCLUDE) {
		if (!mc_word_is(&w, "{"))
			return mc_words_refuse(p, w.place,
					       "a router's group that excludes has two sets: those whose "
					       "timers run, and those excluded");
		return mc_names_set(p, &s->excluded);
	}
	return !mc_word_is(&w, "{") ||
	       mc_words_refuse(p, w.place, "only a router's group that excludes has two sets");
}

static bool take_group(struct mc_words *p, enum mc_sim_role role, struct mc_sim_state *s)
{
	static const struct mc_choice rows[] = { { "none", 1 }, { "include", 1 }, { "exclude", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "filter mode");
	const struct mc_choice *found;

	s->id = MC_IS_GROUP;
	if (!mc_names_address(p, &s->group))
		return false;
	found = mc_words_pick(p, &table, 1);
	if (!found)
		return false;
	s->exists = found != &rows[0];
	s->mode = found == &rows[2] ? MC_EXCLUDE : MC_INCLUDE;
	return !s->exists || (take_sets(p, role, s) && take_details(p, role, s));
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool take_by_word(struct mc_words *p, enum mc_sim_role role, const struct state *row,
			 struct mc_sim_state *s)
{
	mc_words_next(p);
	if (!(row->head.use & 1u << role))
		return mc_words_refuse(p, p->last.place, "'%s' is a state of %ss, and this is a %s",
				       row->head.word, roles[!role], roles[role]);
	s->id = row->id;
	return row->take(p, s);
}

bool mc_state_take(struct mc_words *p, const struct mc_sim_node *node, struct mc_sim_state *s)
{
	enum mc_sim_role role = node->role;
	const struct state *row;
	struct mc_word w;

	s->member = mc_words_accept(p, "member");
	if (s->member && role == MC_SIM_HOST)
		return mc_words_refuse(p, p->last.place,
				       "'member' asks the host role of a router, and '%s' is a host",
				       node->name);
	if (s->member && !mc_roles_member(node))
		return mc_words_no_member(p, node);
	if (s->member)
		role = MC_SIM_HOST;
	w = mc_words_peek(p);
	row = mc_words_find(&w, &state_table, OF_BOTH);
	if (row)
		return take_by_word(p, role, row, s);
	if (!mc_names_stands(p, &w))
		return mc_words_unknown(p, &w, &state_table, 1u << role);
	return take_group(p, role, s);
}
