/*
 * index.c - a document of rules put in order, so that a jump, or a set, is found at once: rulesets have ten
 * thousands of rules. It knows nothing of what they mean.
 */
#include "doctor/index.h"

#include <stdlib.h>
#include <string.h>

const char *rules_key(const json_t *object)
{
	void *first = json_object_iter((json_t *)object);

	return first ? json_object_iter_key(first) : "";
}

const char *rules_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* ---- names --------------------------------------------------------------------------------- */

static int compare(const struct rules_name *a, const struct rules_name *b)
{
	int by = strcmp(a->family, b->family);

	by = by ? by : strcmp(a->table, b->table);
	return by ? by : strcmp(a->name, b->name);
}

/* Both begin with their name. */
static int compare_items(const void *a, const void *b)
{
	return compare(a, b);
}

static struct rules_name name_of(const json_t *o, const char *key)
{
	return (struct rules_name){ rules_text(o, "family"), rules_text(o, "table"), rules_text(o, key) };
}

const struct rules_chain *rules_find_chain(const struct rules *r, const struct rules_name *name)
{
	return r->nchains ? bsearch(name, r->chains, r->nchains, sizeof *r->chains, compare_items) : NULL;
}

const json_t *rules_find_set(const struct rules *r, const struct rules_name *name)
{
	const struct rules_set *s = r->nsets ?
					    bsearch(name, r->sets, r->nsets, sizeof *r->sets, compare_items) :
					    NULL;

	return s ? s->object : NULL;
}

/* ---- taking the document ------------------------------------------------------------------- */

static bool has_flag(const json_t *flags, const char *flag)
{
	const char *one = json_string_value(flags);

	for (size_t i = 0; i < json_array_size(flags); i++) {
		const char *word = json_string_value(json_array_get(flags, i));

		if (word && strcmp(word, flag) == 0)
			return true;
	}
	return one && strcmp(one, flag) == 0;
}

/* A table that is dormant takes part in nothing. */
static bool is_dormant(const json_t *objects, const char *family, const char *table)
{
	for (size_t i = 0; i < json_array_size(objects); i++) {
		const json_t *t = json_object_get(json_array_get(objects, i), "table");

		if (t && strcmp(rules_text(t, "family"), family) == 0 &&
		    strcmp(rules_text(t, "name"), table) == 0)
			return has_flag(json_object_get(t, "flags"), "dormant");
	}
	return false;
}

static void take_chain(struct rules *r, const json_t *objects, json_t *o)
{
	const char *hook = json_string_value(json_object_get(o, "hook"));
	struct rules_chain *c = &r->chains[r->nchains++];

	*c = (struct rules_chain){ .name = name_of(o, "name"), .object = o };
	if (!hook || is_dormant(objects, c->name.family, c->name.table))
		return;
	c->hook = hook;
	c->prio = json_integer_value(json_object_get(o, "prio"));
}

static void take(struct rules *r, const json_t *objects, const json_t *item)
{
	const char *kind = rules_key(item);
	json_t *o = json_object_get(item, kind);

	if (strcmp(kind, "table") == 0)
		r->ntables++;
	else if (strcmp(kind, "chain") == 0)
		take_chain(r, objects, o);
	else if (strcmp(kind, "set") == 0 || strcmp(kind, "map") == 0)
		r->sets[r->nsets++] = (struct rules_set){ name_of(o, "name"), o };
}

static struct rules_chain *chain_of(const struct rules *r, const json_t *rule)
{
	struct rules_name name = name_of(rule, "chain");

	return (struct rules_chain *)rules_find_chain(r, &name);
}

/* Rules come in their order within a chain, but not one chain's in a row. */
static void take_rules(struct rules *r, const json_t *objects)
{
	json_t **at = r->all;

	for (size_t i = 0; i < json_array_size(objects); i++) {
		struct rules_chain *c = chain_of(r, json_object_get(json_array_get(objects, i), "rule"));

		if (c)
			c->n++;
	}
	for (size_t i = 0; i < r->nchains; i++) {
		r->chains[i].rules = at;
		at += r->chains[i].n;
		r->chains[i].n = 0;
	}
	for (size_t i = 0; i < json_array_size(objects); i++) {
		json_t *rule = json_object_get(json_array_get(objects, i), "rule");
		struct rules_chain *c = rule ? chain_of(r, rule) : NULL;

		if (c)
			c->rules[c->n++] = rule;
	}
}

struct rules *rules_index(const json_t *doc)
{
	const json_t *objects = json_object_get(doc, "nftables");
	size_t n = json_array_size(objects) + 1;
	struct rules *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->chains = calloc(n, sizeof *r->chains);
	r->sets = calloc(n, sizeof *r->sets);
	r->all = calloc(n, sizeof *r->all);
	if (!r->chains || !r->sets || !r->all) {
		rules_free(r);
		return NULL;
	}
	for (size_t i = 0; i < json_array_size(objects); i++)
		take(r, objects, json_array_get(objects, i));
	if (r->nchains)
		qsort(r->chains, r->nchains, sizeof *r->chains, compare_items);
	if (r->nsets)
		qsort(r->sets, r->nsets, sizeof *r->sets, compare_items);
	take_rules(r, objects);
	return r;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	free(r->chains);
	free(r->sets);
	free(r->all);
	free(r);
}

size_t rules_tables(const struct rules *r)
{
	return r->ntables;
}
