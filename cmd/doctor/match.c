/*
 * match.c - one condition of a rule: the left side, of which some bits are known (value.h), against
 * constants, prefixes, ranges and sets. What it does not understand may be met or not.
 */
#include "doctor/match.h"

#include <string.h>

#define DEEPEST 8 /* of sets within sets */

static enum sure in_one(struct match_room *m, const struct match_key *k, const json_t *right, unsigned depth);

/* ---- numbers ------------------------------------------------------------------------------- */

/* Compares the first `bits` only. */
static enum sure equals(const struct value *v, const uint8_t *to, size_t bits)
{
	enum sure all = SURE_YES;

	for (size_t i = 0; i < v->len && i * 8 < bits; i++) {
		size_t left = bits - i * 8;
		uint8_t mask = (uint8_t)(0xff00 >> (left < 8 ? left : 8));

		if ((v->b[i] ^ to[i]) & v->known[i] & mask)
			return SURE_NO;
		if (mask & ~v->known[i])
			all = SURE_MAYBE;
	}
	return all;
}

/* Whether the value is at most that, by what the unknown bits may be. */
static enum sure at_most(const struct value *v, const uint8_t *to)
{
	uint8_t highest[16];

	for (size_t i = 0; i < v->len; i++)
		highest[i] = v->b[i] | (uint8_t)~v->known[i];
	if (memcmp(highest, to, v->len) <= 0)
		return SURE_YES;
	return memcmp(v->b, to, v->len) <= 0 ? SURE_MAYBE : SURE_NO;
}

static enum sure at_least(const struct value *v, const uint8_t *to)
{
	uint8_t highest[16];

	for (size_t i = 0; i < v->len; i++)
		highest[i] = v->b[i] | (uint8_t)~v->known[i];
	if (memcmp(v->b, to, v->len) >= 0)
		return SURE_YES;
	return memcmp(highest, to, v->len) >= 0 ? SURE_MAYBE : SURE_NO;
}

static enum sure in_prefix(const struct value *v, const json_t *prefix)
{
	json_int_t len = json_integer_value(json_object_get(prefix, "len"));
	uint8_t to[16];

	if (!value_operand(json_object_get(prefix, "addr"), v, to) || len < 0 || len > 128)
		return SURE_MAYBE;
	return equals(v, to, (size_t)len);
}

static enum sure in_range(const struct value *v, const json_t *range)
{
	uint8_t low[16], high[16];

	if (!value_operand(json_array_get(range, 0), v, low) ||
	    !value_operand(json_array_get(range, 1), v, high))
		return SURE_MAYBE;
	return sure_and(at_least(v, low), at_most(v, high));
}

/* Whether one of those bits is set. */
static enum sure any_bit(const struct value *v, const json_t *right)
{
	enum sure any = SURE_NO;
	uint8_t mask[16];

	if (v->kind != VALUE_NUMBER || !value_operand(right, v, mask))
		return SURE_MAYBE;
	for (size_t i = 0; i < v->len; i++) {
		if (v->b[i] & mask[i])
			return SURE_YES;
		if (mask[i] & ~v->known[i])
			any = SURE_MAYBE;
	}
	return any;
}

static enum sure compares(const struct value *v, const char *op, const json_t *right)
{
	uint8_t to[16];

	if (v->kind != VALUE_NUMBER || !value_operand(right, v, to))
		return SURE_MAYBE;
	if (strcmp(op, "<=") == 0)
		return at_most(v, to);
	if (strcmp(op, ">=") == 0)
		return at_least(v, to);
	if (strcmp(op, "<") == 0)
		return sure_not(at_least(v, to));
	return strcmp(op, ">") == 0 ? sure_not(at_most(v, to)) : SURE_MAYBE;
}

/* ---- names of interfaces ------------------------------------------------------------------- */

/* "eth*" stands for all that begin so, "eth\*" for that name. */
static enum sure is_name(const char *name, const json_t *right)
{
	const char *wanted = json_string_value(right);
	size_t len = wanted ? strlen(wanted) : 0;

	if (!wanted)
		return SURE_MAYBE;
	if (len >= 2 && strcmp(wanted + len - 2, "\\*") == 0)
		return strlen(name) == len - 1 && !strncmp(name, wanted, len - 2) && name[len - 2] == '*' ?
			       SURE_YES :
			       SURE_NO;
	if (len && wanted[len - 1] == '*')
		return strncmp(name, wanted, len - 1) ? SURE_NO : SURE_YES;
	return strcmp(name, wanted) ? SURE_NO : SURE_YES;
}

/* ---- keys ---------------------------------------------------------------------------------- */

void match_key(const json_t *e, const struct scene *s, struct match_key *ret)
{
	const json_t *parts = json_object_get(e, "concat");

	ret->n = 1;
	if (!parts) {
		value_of(e, s, &ret->v[0]);
		return;
	}
	if (json_array_size(parts) < 1 || json_array_size(parts) > MATCH_PARTS) {
		ret->v[0] = (struct value){ .kind = VALUE_UNKNOWN };
		return;
	}
	ret->n = json_array_size(parts);
	for (size_t i = 0; i < ret->n; i++)
		value_of(json_array_get(parts, i), s, &ret->v[i]);
}

static bool is_absent(const struct match_key *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].kind == VALUE_ABSENT)
			return true;
	return false;
}

static bool is_unknown(const struct match_key *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].kind != VALUE_UNKNOWN)
			return false;
	return true;
}

static enum sure in_value(const struct value *v, const json_t *right)
{
	const json_t *prefix = json_object_get(right, "prefix"), *range = json_object_get(right, "range");
	uint8_t to[16];

	if (json_is_string(right) && strcmp(json_string_value(right), "*") == 0)
		return SURE_YES;
	if (v->kind == VALUE_NAME)
		return is_name(v->name, right);
	if (v->kind != VALUE_NUMBER)
		return SURE_MAYBE;
	if (prefix)
		return in_prefix(v, prefix);
	if (range)
		return in_range(v, range);
	return value_operand(right, v, to) ? equals(v, to, v->len * 8) : SURE_MAYBE;
}

static enum sure in_concat(const struct match_key *k, const json_t *parts)
{
	enum sure all = SURE_YES;

	if (json_array_size(parts) != k->n)
		return SURE_MAYBE;
	for (size_t i = 0; i < k->n; i++)
		all = sure_and(all, in_value(&k->v[i], json_array_get(parts, i)));
	return all;
}

static enum sure in_elements(struct match_room *m, const struct match_key *k, const json_t *list,
			     unsigned depth)
{
	enum sure any = SURE_NO;

	if (!list || (is_unknown(k) && json_array_size(list)))
		return list ? SURE_MAYBE : SURE_NO;
	if (!json_is_array(list))
		return in_one(m, k, list, depth + 1);
	for (size_t i = 0; i < json_array_size(list) && any != SURE_YES; i++) {
		if (!m->left)
			return SURE_MAYBE;
		m->left--;
		any = sure_or(any, in_one(m, k, json_array_get(list, i), depth + 1));
	}
	return any;
}

bool match_changes(const json_t *set)
{
	const json_t *flags = json_object_get(set, "flags");

	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *flag = json_string_value(json_array_get(flags, i));

		if (flag && (strcmp(flag, "timeout") == 0 || strcmp(flag, "dynamic") == 0))
			return true;
	}
	return json_object_get(set, "timeout") != NULL;
}

static enum sure in_named(struct match_room *m, const struct match_key *k, const char *name, unsigned depth)
{
	const struct rules_name full = { m->family, m->table, name };
	const json_t *set = rules_find_set(m->rules, &full);

	if (!set || match_changes(set))
		return SURE_MAYBE;
	return in_elements(m, k, json_object_get(set, "elem"), depth);
}

static enum sure in_one(struct match_room *m, const struct match_key *k, const json_t *right, unsigned depth)
{
	const char *text = json_string_value(right);
	const json_t *set = json_object_get(right, "set"), *elem = json_object_get(right, "elem");
	const json_t *parts = json_object_get(right, "concat");

	if (depth > DEEPEST)
		return SURE_MAYBE;
	if (text && *text == '@')
		return in_named(m, k, text + 1, depth);
	if (set)
		return in_elements(m, k, set, depth);
	if (elem)
		return in_one(m, k, json_object_get(elem, "val"), depth + 1);
	if (parts)
		return in_concat(k, parts);
	if (text && strcmp(text, "*") == 0)
		return SURE_YES;
	return k->n == 1 ? in_value(&k->v[0], right) : SURE_MAYBE;
}

enum sure match_in(struct match_room *m, const struct match_key *k, const json_t *right)
{
	return is_absent(k) ? SURE_NO : in_one(m, k, right, 0);
}

enum sure match_judge(struct match_room *m, const json_t *match, const struct scene *s)
{
	const json_t *right = json_object_get(match, "right");
	const char *op = rules_text(match, "op");
	struct match_key k;

	match_key(json_object_get(match, "left"), s, &k);
	if (is_absent(&k))
		return SURE_NO;
	if (strcmp(op, "==") == 0)
		return match_in(m, &k, right);
	if (strcmp(op, "!=") == 0)
		return sure_not(match_in(m, &k, right));
	if (k.n != 1)
		return SURE_MAYBE;
	if (strcmp(op, "in") == 0)
		return any_bit(&k.v[0], right);
	if (strcmp(op, "!") == 0)
		return sure_not(any_bit(&k.v[0], right));
	return compares(&k.v[0], op, right);
}
