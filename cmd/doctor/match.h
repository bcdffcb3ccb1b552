/*
 * match.h - does a packet meet a condition? Yes, no, or that cannot be told.
 */
#ifndef MCAST_DOCTOR_MATCH_H
#define MCAST_DOCTOR_MATCH_H

#include "doctor/index.h"
#include "doctor/value.h"

enum sure { SURE_NO, SURE_MAYBE, SURE_YES };

/* Both, either, not. */
static inline enum sure sure_and(enum sure a, enum sure b)
{
	return a < b ? a : b;
}

static inline enum sure sure_or(enum sure a, enum sure b)
{
	return a > b ? a : b;
}

static inline enum sure sure_not(enum sure a)
{
	return (enum sure)(SURE_YES - a);
}

/* Where constants are looked up: the table's sets; how many more elements may be looked at, in all. */
struct match_room {
	const struct rules *rules;
	const char *family, *table;
	size_t left;
};

/* A left side: one value, or several of a concatenation. */
#define MATCH_PARTS 8
struct match_key {
	size_t n;
	struct value v[MATCH_PARTS];
};

void match_key(const json_t *e, const struct scene *s, struct match_key *ret);

/* match_in tells whether the key is what the right side tells: a constant, a prefix, a range, one of a
 * set. */
enum sure match_in(struct match_room *m, const struct match_key *k, const json_t *right);

/* match_judge judges a whole condition: {"op", "left", "right"}. */
enum sure match_judge(struct match_room *m, const json_t *match, const struct scene *s);

/* match_changes tells whether a set's elements come and go by themselves. */
bool match_changes(const json_t *set);

#endif
