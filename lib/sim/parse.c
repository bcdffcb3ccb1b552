/*
 * parse.c - a script from its text, line by line: settings, nodes, and events (events.c). It knows what
 * stands in which order; words.h tells who knows the rest.
 */
#include "sim/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sim/roles.h"

/* ---- settings ------------------------------------------------------------------------------- */

static bool set_family(struct mc_words *p)
{
	static const struct mc_choice rows[] = { { "both", 1 }, { "ipv4", 1 }, { "ipv6", 1 } };
	static const uint8_t families[] = { MC_SIM_AS_BOTH, MC_SIM_AS_IPV4, MC_SIM_AS_IPV6 };
	static const struct mc_table table = MC_TABLE(rows, "family");
	struct mc_place place = p->last.place;
	const struct mc_choice *found = mc_words_pick(p, &table, 1);

	if (!found)
		return false;
	if (p->family_fixed)
		return mc_words_refuse(p, place, "'family' must come before nodes, names and events");
	p->sim->families = p->wanted = families[found - rows];
	return true;
}

static bool set_seed(struct mc_words *p)
{
	p->sim->seeded = true;
	return mc_words_number(p, 0, INT64_MAX, &p->sim->seed); /* as --seed */
}

static bool set_fraction(struct mc_words *p)
{
	return mc_words_fraction(p, &p->sim->fraction);
}

static bool set_timers(struct mc_words *p)
{
	static const struct mc_choice rows[] = { { "rfc9776", 1 }, { "rfc3376", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "set of timers");
	const struct mc_choice *found = mc_words_pick(p, &table, 1);

	p->sim->rfc3376 = found == &rows[1];
	return found;
}

static bool set_link(struct mc_words *p)
{
	if (p->sim->n_events)
		return mc_words_refuse(
			p, p->last.place,
			"'link' at the start comes before the events: between them it needs a time");
	if (!mc_link_take(p, &p->sim->link))
		return false;
	p->link[0] = p->link[1] = p->sim->link;
	return true;
}

static bool set_end(struct mc_words *p)
{
	p->end_place = p->last.place;
	return mc_words_time(p, &p->sim->end);
}

static bool set_figures(struct mc_words *p)
{
	p->sim->figures = true;
	return true;
}

/* With one address it is that of both families; with two, the first is IPv4. */
static bool take_addresses(struct mc_words *p, struct mc_sim_name *ret)
{
	uint8_t families = p->families;
	struct mc_word w = mc_words_peek(p), next;
	struct mc_words ahead = *p; /* how many there are */
	struct mc_sim_name second;
	bool good;

	mc_words_next(&ahead);
	next = mc_words_peek(&ahead);
	if (!next.len || !w.len)
		return mc_names_address(p, ret);
	p->families = MC_SIM_AS_IPV4;
	good = mc_names_address(p, ret);
	p->families = MC_SIM_AS_IPV6;
	good = good && mc_names_address(p, &second);
	p->families = families;
	if (!good)
		return false;
	if (ret->node || second.node)
		return mc_words_refuse(p, w.place, "a node's name cannot be one of two addresses");
	ret->addr[1] = second.addr[1];
	return true;
}

static bool set_name(struct mc_words *p)
{
	struct mc_word w = mc_words_next(p);
	struct mc_sim_name name;

	if (!w.len)
		return mc_words_no(p, &w, "name");
	return take_addresses(p, &name) && mc_words_done(p) && mc_names_define(p, &w, &name);
}

/* ---- nodes ---------------------------------------------------------------------------------- */

/* Nodes without an address of their own: 10.3.0.1 and fe80::3:1, and on. */
static const struct mc_addr others[2] = {
	{ MC_IPV4, { 10, 3, 0, 1 } },
	{ MC_IPV6, { 0xfe, 0x80, [13] = 3, [15] = 1 } },
};

static void usual_address(struct mc_words *p, const struct mc_word *w, struct mc_sim_node *d)
{
	for (unsigned side = 0; side < 2; side++) {
		struct mc_addr *a = &d->addr.addr[side];

		if (!mc_words_run(p, side) || (!d->row && mc_names_builtin(w, side, a)))
			continue;
		*a = others[side];
		mc_addr_add(a, p->addresses[side]); /* as many as there may be nodes */
		p->addresses[side] += d->count;
	}
}

/* Of a row it is the address of the first. */
static bool own_address(struct mc_words *p, const struct mc_sim_option *o, struct mc_sim_node *d)
{
	d->addr = o->name;
	for (unsigned side = 0; side < 2; side++) {
		struct mc_addr last = o->name.addr[side];

		if (last.family && mc_addr_add(&last, d->count - 1))
			return mc_words_refuse(p, o->place, "there are not that many addresses from here on");
	}
	return true;
}

static bool take_node_options(struct mc_words *p, const struct mc_word *name, struct mc_sim_node *d)
{
	struct mc_sim_options *o = &d->options;
	uint32_t n = 0;
	bool own = false;

	if (!mc_options_take(p, d->role, false, o))
		return false;
	d->free = d->row;
	for (uint32_t i = 0; i < o->n; i++) {
		if (o->list[i].id == MC_OPT_FREE)
			d->free = true;
		if (o->list[i].id != MC_OPT_ADDRESS)
			o->list[n++] = o->list[i];
		else if (!own_address(p, &o->list[i], d))
			return false;
		else
			own = true;
	}
	o->n = n;
	if (!own)
		usual_address(p, name, d);
	return true;
}

static bool take_role(struct mc_words *p, struct mc_sim_node *d)
{
	static const struct mc_choice rows[] = { { "host", 1 }, { "router", 1 } };
	static const struct mc_table table = MC_TABLE(rows, "role");
	const struct mc_choice *found = mc_words_pick(p, &table, 1);

	if (!found)
		return false;
	d->role = found == &rows[0] ? MC_SIM_HOST : MC_SIM_ROUTER;
	return d->role == MC_SIM_HOST || !d->row ||
	       mc_words_refuse(p, p->last.place, "a row is of hosts: routers are declared one by one");
}

/* NAME, or NAME[1..N]. */
static bool take_node_name(struct mc_words *p, struct mc_word *name, struct mc_sim_node *d)
{
	struct mc_word w = mc_words_next(p);
	struct mc_row r = { .base = w, .first = 1, .last = 1 };

	if (!w.len)
		return mc_words_no(p, &w, "name of a node");
	d->place = w.place;
	d->row = mc_names_is_row(&w);
	if (d->row && !mc_names_row(p, &w, &r))
		return false;
	if (r.first != 1)
		return mc_words_refuse(p, w.place, "a row is declared from 1 on: %.*s[1..N]",
				       MC_SHOWN(&r.base));
	*name = r.base;
	d->count = r.last;
	d->first = p->sim->n_all + 1;
	if (d->count > MC_SIM_NODES_MOST - p->sim->n_all)
		return mc_words_refuse(p, w.place, "there are more than %d nodes", MC_SIM_NODES_MOST);
	return true;
}

/* As it is to begin, in each family of the line; of a row the first. */
static bool check_roles(struct mc_words *p, const struct mc_sim_node *d)
{
	static const uint8_t families[] = { MC_IPV4, MC_IPV6 };
	struct mc_roles r;
	int err = 0;

	for (unsigned side = 0; err == 0 && side < 2; side++) {
		if (!mc_words_run(p, side))
			continue;
		mc_roles_declare(&r, p->sim, d->first, families[side]);
		err = mc_roles_try(&r);
	}
	if (err == -ENOMEM)
		return mc_words_no_memory(p);
	return err == 0 ||
	       mc_words_refuse(p, d->place,
			       "'%s' cannot be configured so: 'query-response-interval' is to be less than "
			       "'query-interval', and 'ssm' groups",
			       d->name);
}

/* Nothing that the script names is to be after the end. */
static void name_time(struct mc_words *p, mc_time t)
{
	if (t == MC_NEVER || t <= p->last_time)
		return;
	p->last_time = t;
	p->last_time_line = p->line;
}

static bool set_node(struct mc_words *p)
{
	struct mc_sim *s = p->sim;
	struct mc_sim_node d = { .families = p->families };
	struct mc_word name = { .s = "" };
	struct mc_sim_node *at;

	if (!take_node_name(p, &name, &d) || !take_role(p, &d) || !take_node_options(p, &name, &d))
		return false;
	at = mc_words_room(p, &s->nodes, s->n_nodes, &p->cap_nodes, sizeof(*at));
	if (!at || !mc_names_node(p, &name, s->n_nodes + 1))
		return false;
	memcpy(d.name, name.s, name.len); /* mc_names_node has seen to its length */
	*at = d;
	s->n_nodes++;
	s->n_all += d.count;
	name_time(p, mc_sim_start_time(at));
	return check_roles(p, at);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* once: it is for all runs, and there is one. */
static const struct setting {
	struct mc_choice head;
	bool (*take)(struct mc_words *p);
	bool once;
} settings[] = {
	{ { "family", 1 }, set_family, true },     { { "seed", 1 }, set_seed, true },
	{ { "fraction", 1 }, set_fraction, true }, { { "timers", 1 }, set_timers, true },
	{ { "link", 1 }, set_link, true },         { { "name", 1 }, set_name, false },
	{ { "node", 1 }, set_node, false },        { { "end", 1 }, set_end, true },
	{ { "figures", 1 }, set_figures, true },
};
static const struct mc_table setting_table = MC_TABLE(settings, "setting and no time");

static bool take_setting(struct mc_words *p, bool confined)
{
	const struct setting *s = mc_words_pick(p, &setting_table, 1);
	uint32_t bit;

	if (!s)
		return false;
	bit = 1u << (s - settings);
	if (s->once && confined)
		return mc_words_refuse(p, p->last.place, "'%s' is for both families: it has none in front",
				       s->head.word);
	if (s->once && p->seen & bit)
		return mc_words_refuse(p, p->last.place, "'%s' is there twice", s->head.word);
	p->seen |= bit;
	p->family_fixed |= !s->once;
	return s->take(p) && mc_words_done(p);
}

static bool take_event(struct mc_words *p)
{
	struct mc_sim *s = p->sim;
	struct mc_sim_event *e = mc_words_room(p, &s->events, s->n_events, &p->cap_events, sizeof(*e));

	if (!e || !mc_event_take(p, e))
		return false;
	s->n_events++;
	name_time(p, mc_sim_last_time(e));
	return true;
}

static bool begins_event(const struct mc_word *w)
{
	return w->len && strchr("0123456789+.", w->s[0]);
}

static void forget_lists(struct mc_words *p)
{
	p->names.n = p->records.n = p->messages.n = p->options.n = 0;
	p->prefixes.n = p->details.n = p->fractions.n = p->octets.n = 0;
}

static bool take_rest(struct mc_words *p, uint8_t families, bool confined)
{
	struct mc_word w = mc_words_peek(p);

	forget_lists(p);
	p->families = families;
	return begins_event(&w) ? take_event(p) : take_setting(p, confined);
}

/* A line that means different nodes in the two runs is read for each. */
static bool take_twice(struct mc_words *p, const char *at)
{
	p->err = 0;
	p->at = at;
	if (!take_rest(p, MC_SIM_AS_IPV4, false))
		return false;
	p->at = at;
	return take_rest(p, MC_SIM_AS_IPV6, false);
}

static bool take_line(struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);
	uint8_t only = mc_word_is(&w, "ipv4:") ? MC_SIM_AS_IPV4 :
		       mc_word_is(&w, "ipv6:") ? MC_SIM_AS_IPV6 :
						 0;
	const char *at = p->at;

	if (!w.len)
		return true;
	if (only && !(p->wanted & only))
		return mc_words_refuse(p, w.place, "'%.*s': the script runs as the other family alone",
				       MC_SHOWN(&w));
	if (only) {
		mc_words_next(p);
		p->family_fixed = true;
		return take_rest(p, only, true);
	}
	if (take_rest(p, p->wanted, false))
		return true;
	return p->err == MC_WORDS_SPLIT && take_twice(p, at);
}

/* ---- the text ------------------------------------------------------------------------------- */

static bool check_octets(struct mc_words *p, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct mc_place place = { p->line, (uint32_t)i + 1 };
		uint8_t octet = (uint8_t)s[i];

		if ((octet >= ' ' && octet < 0x7f) || octet == '\t' || (octet == '\r' && i + 1 == len))
			continue;
		if (octet >= 0x80)
			return mc_words_refuse(p, place, "the octet 0x%02x is not ASCII", octet);
		return mc_words_refuse(p, place, "the octet 0x%02x is a control character", octet);
	}
	return true;
}

static bool take_text(struct mc_words *p, const char *text, size_t len)
{
	const char *at = text, *end = text + len;

	if (len > MC_SIM_TEXT_MOST)
		return mc_words_refuse(p, (struct mc_place){ 1, 1 }, "the script has %zu octets, at most %d",
				       len, MC_SIM_TEXT_MOST);
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((newline ? newline : end) - at);

		if (p->line++ == MC_SIM_LINES_MOST)
			return mc_words_refuse(p, (struct mc_place){ p->line, 1 },
					       "the script has more than %d lines", MC_SIM_LINES_MOST);
		if (!check_octets(p, at, n))
			return false;
		mc_words_line(p, at, n);
		if (!take_line(p))
			return false;
		at = newline ? newline + 1 : end;
	}
	return true;
}

/* ---- order ---------------------------------------------------------------------------------- */

static size_t next_as(const struct mc_sim *s, size_t from, uint8_t families)
{
	while (from < s->n_events && s->events[from].families != families)
		from++;
	return from;
}

/* Which of three places is first: by time, then as they stand. */
static size_t first_of(const struct mc_sim *s, const size_t at[3])
{
	size_t best = 0;

	for (size_t i = 1; i < 3; i++) {
		if (at[i] == s->n_events)
			continue;
		if (at[best] == s->n_events || s->events[at[i]].at < s->events[at[best]].at ||
		    (s->events[at[i]].at == s->events[at[best]].at && at[i] < at[best]))
			best = i;
	}
	return best;
}

/* Events of IPv4, of IPv6, and of both, stand in order each; here they become one. */
static bool order_events(struct mc_words *p)
{
	struct mc_sim *s = p->sim;
	size_t at[3] = { next_as(s, 0, 1), next_as(s, 0, 2), next_as(s, 0, 3) };
	struct mc_sim_event *ordered;

	if (at[0] == s->n_events && at[1] == s->n_events)
		return true;
	ordered = calloc(s->n_events, sizeof(*ordered));
	if (!ordered)
		return mc_words_no_memory(p);
	for (size_t i = 0; i < s->n_events; i++) {
		size_t which = first_of(s, at);

		ordered[i] = s->events[at[which]];
		at[which] = next_as(s, at[which] + 1, (uint8_t)(which + 1));
	}
	free(s->events);
	s->events = ordered;
	return true;
}

static bool check_end(struct mc_words *p)
{
	char end[24], text[24];

	if (p->sim->end >= p->last_time)
		return true;
	return mc_words_refuse(p, p->end_place, "the end, %s, is before %s, which line %u names",
			       mc_words_seconds(p->sim->end, end, sizeof(end)),
			       mc_words_seconds(p->last_time, text, sizeof(text)), p->last_time_line);
}

static void free_words(struct mc_words *p)
{
	struct mc_list *lists[] = { &p->names,    &p->records, &p->messages,  &p->options,
				    &p->prefixes, &p->details, &p->fractions, &p->octets };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		free(lists[i]->base);
	mc_names_free(p);
}

int mc_sim_parse(struct mc_sim **ret, const char *text, size_t len, struct mc_sim_error *error)
{
	struct mc_words p = { .error = error, .wanted = MC_SIM_AS_BOTH };
	bool good;

	p.sim = calloc(1, sizeof(*p.sim));
	if (!p.sim)
		return -ENOMEM;
	p.sim->families = MC_SIM_AS_BOTH;
	p.sim->fraction = 0.5;
	p.sim->end = MC_NEVER;
	good = take_text(&p, text, len) && check_end(&p) && order_events(&p);
	free_words(&p);
	if (!good) {
		mc_sim_free(p.sim);
		return p.err;
	}
	*ret = p.sim;
	return 0;
}
