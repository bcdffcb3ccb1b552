/*
 * stems.c - names that always stand for an address, G1 or S1, and rows: a word and numbers in brackets.
 */
#include "sim/words.h"

#include <string.h>

static const uint8_t family_of[2] = { MC_IPV4, MC_IPV6 };

/* ---- rows ----------------------------------------------------------------------------------- */

bool mc_names_is_row(const struct mc_word *w)
{
	return w->len && memchr(w->s, '[', w->len);
}

enum { NUMBER_MOST = 999999999 };

/* A number from 1 on without a leading zero; 0: none, or more than any list has. */
static uint32_t number_of(const char *s, size_t len)
{
	uint32_t v = 0;

	if (len == 0 || s[0] == '0')
		return 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		if (v > NUMBER_MOST / 10)
			return 0;
		v = 10 * v + (uint32_t)(s[i] - '0');
	}
	return v;
}

/* What stands between the brackets. */
static bool read_range(const char *s, size_t len, struct mc_row *ret)
{
	const char *dots = memchr(s, '.', len);
	size_t n = dots ? (size_t)(dots - s) : len;

	if (len == 1 && s[0] == '*') {
		ret->first = ret->last = 0;
		return true;
	}
	ret->first = ret->last = number_of(s, n);
	if (dots && (len < n + 2 || dots[1] != '.'))
		return false;
	if (dots)
		ret->last = number_of(dots + 2, len - n - 2);
	return ret->first && ret->first <= ret->last;
}

bool mc_names_read_row(const struct mc_word *w, struct mc_row *ret)
{
	const char *open = w->len ? memchr(w->s, '[', w->len) : NULL;
	struct mc_row r = { .base = *w };

	if (!open || open == w->s || w->s[w->len - 1] != ']')
		return false;
	r.base.len = (size_t)(open - w->s);
	if (w->len < r.base.len + 3 || !read_range(open + 1, w->len - r.base.len - 2, &r))
		return false;
	*ret = r;
	return true;
}

bool mc_names_row(struct mc_words *p, const struct mc_word *w, struct mc_row *ret)
{
	return mc_names_read_row(w, ret) ||
	       mc_words_no(p, w, "part of a row (such as H[7], H[1..500], H[*])");
}

/* ---- names that are always there ------------------------------------------------------------ */

static const struct stem {
	struct mc_choice head;
	uint32_t bare, most; /* the number where none stands; the largest */
	struct mc_addr first[2];
} stems[] = {
	{ { "GS", 1 },
	  1,
	  MC_SIM_NODES_MOST,
	  { { MC_IPV4, { 232, 1, 1, 1 } }, { MC_IPV6, { 0xff, 0x35, [12] = 0x80, [15] = 1 } } } },
	{ { "G", 1 },
	  0,
	  MC_SIM_NODES_MOST,
	  { { MC_IPV4, { 239, 1, 1, 1 } }, { MC_IPV6, { 0xff, 0x15, [13] = 1, [15] = 1 } } } },
	{ { "S", 1 },
	  0,
	  65535,
	  { { MC_IPV4, { 10, 1, 0, 1 } }, { MC_IPV6, { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x0a } } } },
	{ { "R", 1 }, 0, 9, { { MC_IPV4, { 10, 0, 0, 1 } }, { MC_IPV6, { 0xfe, 0x80, [15] = 1 } } } },
	{ { "H", 1 }, 1, 65535, { { MC_IPV4, { 10, 0, 0, 10 } }, { MC_IPV6, { 0xfe, 0x80, [15] = 0x10 } } } },
};
static const struct mc_table stem_table = MC_TABLE(stems, "name");

/* From H201 on the numbers are in the address: 10.0.0.x has no room for more. */
enum { HOSTS_NEAR = 200 };
static const struct mc_addr hosts_far = { MC_IPV4, { 10, 2, 0, 0 } };

static bool stem_at(const struct stem *stem, uint32_t n, unsigned side, struct mc_addr *ret)
{
	struct mc_addr a = stem->first[side];
	uint32_t off = n - 1;

	if (n < 1 || n > stem->most)
		return false;
	if (side == 0 && stem->head.word[0] == 'H' && n > HOSTS_NEAR) {
		a = hosts_far;
		off = n;
	}
	if (mc_addr_add(&a, off))
		return false;
	*ret = a;
	return true;
}

/* Letters, and a number or none. */
static const struct stem *split_stem(const struct mc_word *w, uint32_t *number)
{
	struct mc_word letters = *w;
	const struct stem *stem;

	letters.len = 0;
	while (letters.len < w->len && (w->s[letters.len] < '0' || w->s[letters.len] > '9'))
		letters.len++;
	stem = mc_words_find(&letters, &stem_table, 1);
	if (stem)
		*number = letters.len < w->len ? number_of(w->s + letters.len, w->len - letters.len) :
						 stem->bare;
	return stem;
}

static bool constant(const struct mc_word *w, unsigned side, struct mc_addr *ret)
{
	const struct mc_proto *proto = mc_proto_of(family_of[side]);

	if (mc_word_is(w, "NODES"))
		*ret = proto->all_nodes;
	else if (mc_word_is(w, "ROUTERS"))
		*ret = proto->all_routers;
	else if (mc_word_is(w, "REPORTS"))
		*ret = proto->all_reports;
	else if (mc_word_is(w, "NONE"))
		*ret = (struct mc_addr){ .family = proto->family };
	else
		return false;
	return true;
}

bool mc_names_builtin(const struct mc_word *w, unsigned side, struct mc_addr *ret)
{
	const struct stem *stem;
	uint32_t n;

	if (constant(w, side, ret))
		return true;
	if (w->len == 1 && w->s[0] >= 'a' && w->s[0] <= 'd')
		return stem_at(mc_words_find(&(struct mc_word){ .s = "S", .len = 1 }, &stem_table, 1),
			       (uint32_t)(w->s[0] - 'a') + 1, side, ret);
	stem = split_stem(w, &n);
	return stem && stem_at(stem, n, side, ret);
}

bool mc_names_taken(const struct mc_word *w, bool node)
{
	struct mc_addr ignored;
	uint32_t number;
	const struct stem *stem = split_stem(w, &number);

	if (stem && strchr("RH", stem->head.word[0]))
		return !node && mc_names_builtin(w, 0, &ignored);
	return stem || mc_names_builtin(w, 0, &ignored);
}

bool mc_names_range(struct mc_words *p, const char *letters, struct mc_row *ret)
{
	struct mc_word w = mc_words_next(p);
	struct mc_row r = { .base = w };
	const struct stem *stem;

	if (!mc_names_row(p, &w, &r))
		return false;
	stem = strchr(letters, r.base.s[0]) ? mc_words_find(&r.base, &stem_table, 1) : NULL;
	if (!stem || !r.first)
		return mc_words_no(p, &w,
				   letters[0] == 'G' ? "range of groups (such as G[1..50], GS[1..50])" :
						       "range of sources (such as S[1..50])");
	if (r.last > stem->most)
		return mc_words_refuse(p, w.place, "%.*s goes past %s%u", MC_SHOWN(&w), stem->head.word,
				       stem->most);
	*ret = r;
	return true;
}

void mc_names_nth(const struct mc_row *row, uint32_t n, struct mc_sim_name *ret)
{
	const struct stem *stem = mc_words_find(&row->base, &stem_table, 1);

	for (unsigned side = 0; stem && side < 2; side++)
		stem_at(stem, n, side, &ret->addr[side]);
}
