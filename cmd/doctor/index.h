/*
 * index.h - a document of rules put in order: chains with their rules, sets by name.
 */
#ifndef MCAST_DOCTOR_INDEX_H
#define MCAST_DOCTOR_INDEX_H

#include "doctor/rules.h"

/* A chain, set or map: objects of a table are told apart by these. */
struct rules_name {
	const char *family, *table, *name;
};

struct rules_chain {
	struct rules_name name;
	json_t *object;
	const char *hook; /* NULL: of no hook */
	json_int_t prio;
	json_t **rules; /* in their order */
	size_t n;
};

struct rules_set {
	struct rules_name name;
	json_t *object;
};

struct rules {
	size_t nchains, nsets, ntables;
	struct rules_chain *chains; /* by name */
	struct rules_set *sets;     /* sets and maps, by name */
	json_t **all;               /* the rules of all chains */
};

/* NULL: there is no such. */
const struct rules_chain *rules_find_chain(const struct rules *r, const struct rules_name *name);
const json_t *rules_find_set(const struct rules *r, const struct rules_name *name);

/* rules_key is the name of the one member of an object, such as a statement; "" where there is none. */
const char *rules_key(const json_t *object);

/* rules_text is a member that is text; "" where there is none. */
const char *rules_text(const json_t *object, const char *key);

#endif
