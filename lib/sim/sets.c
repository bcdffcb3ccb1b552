/*
 * sets.c - sets of addresses, ranges of groups, and prefixes.
 */
#include "sim/words.h"

#include <string.h>

static const uint8_t family_of[2] = { MC_IPV4, MC_IPV6 };

/* ---- several -------------------------------------------------------------------------------- */

bool mc_names_groups(struct mc_words *p, struct mc_sim_groups *ret)
{
	struct mc_word w = mc_words_peek(p);
	struct mc_row r;

	ret->count = 1;
	if (!mc_names_is_row(&w))
		return mc_names_address(p, &ret->first);
	if (!mc_names_range(p, "G", &r))
		return false;
	ret->count = r.last - r.first + 1;
	mc_names_nth(&r, r.first, &ret->first);
	return true;
}

static struct mc_sim_name *add_name(struct mc_words *p)
{
	if (p->names.n < MC_SIM_SET_MOST)
		return mc_words_add(p, &p->names, sizeof(struct mc_sim_name));
	mc_words_refuse(p, p->last.place, "a set holds %d addresses at the most", MC_SIM_SET_MOST);
	return NULL;
}

static bool add_range(struct mc_words *p)
{
	struct mc_row r;

	if (!mc_names_range(p, "S", &r))
		return false;
	for (uint32_t i = r.first; i <= r.last; i++) {
		struct mc_sim_name *name = add_name(p);

		if (!name)
			return false;
		mc_names_nth(&r, i, name);
	}
	return true;
}

static bool add_element(struct mc_words *p)
{
	struct mc_word w = mc_words_peek(p);
	struct mc_sim_name *name;

	if (w.len > 2 && memcmp(w.s, "S[", 2) == 0)
		return add_range(p);
	name = add_name(p);
	return name && mc_names_address(p, name);
}

bool mc_names_set(struct mc_words *p, struct mc_sim_set *ret)
{
	struct mc_word w = mc_words_next(p);

	if (!mc_word_is(&w, "{"))
		return mc_words_no(p, &w, "set (such as {}, {S1}, {S1,S2})");
	if (mc_words_accept(p, "}"))
		return true;
	do
		if (!add_element(p))
			return false;
	while (mc_words_accept(p, ","));
	w = mc_words_peek(p);
	if (!mc_words_accept(p, "}"))
		return mc_words_refuse(p, w.place,
				       w.len ? "'%.*s' stands where ',' or '}' should" :
					       "the line ends%.*s where ',' or '}' should stand",
				       MC_SHOWN(&w));
	ret->list = mc_words_keep(p, &p->names, sizeof(*ret->list), &ret->n);
	return ret->list;
}

/* ---- prefixes ------------------------------------------------------------------------------- */

static bool prefix_of(const struct mc_word *w, unsigned side, struct mc_prefix *ret)
{
	char text[MC_ADDR_STRLEN + 4];
	struct mc_word part = mc_names_part(w, side);
	struct mc_prefix prefix;

	if (part.len >= sizeof(text))
		return false;
	memcpy(text, part.s, part.len);
	text[part.len] = '\0';
	if (mc_prefix_parse(&prefix, text) || prefix.addr.family != family_of[side])
		return false;
	*ret = prefix;
	return true;
}

bool mc_names_prefix(struct mc_words *p, struct mc_prefix ret[2])
{
	struct mc_word w = mc_words_next(p);
	bool good[2];

	p->family_fixed = true;
	good[0] = prefix_of(&w, 0, &ret[0]);
	good[1] = prefix_of(&w, 1, &ret[1]);
	for (unsigned side = 0; side < 2; side++) {
		if (!mc_words_run(p, side) || good[side])
			continue;
		if (good[!side] && !memchr(w.s, '|', w.len))
			return mc_names_other_family(p, &w, side);
		return mc_words_no(p, &w, "prefix (such as 232.0.0.0/8, ff3e::/96, or both with | between)");
	}
	return true;
}
