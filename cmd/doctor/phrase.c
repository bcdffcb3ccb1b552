/*
 * phrase.c - a rule as text, roughly as nft list shows it: for evidence, not to be read by nft again. What it
 * does not know it names.
 */
#include "doctor/phrase.h"

#include <string.h>

#include "base/text.h"
#include "doctor/index.h"

#define DEEPEST 8

static void put(struct mc_text *t, const json_t *e, unsigned depth);

static void put_list(struct mc_text *t, const json_t *list, const char *between, unsigned depth)
{
	for (size_t i = 0; i < json_array_size(list) && !t->full; i++) {
		mc_text_str(t, i ? between : "");
		put(t, json_array_get(list, i), depth + 1);
	}
}

static void put_words(struct mc_text *t, const char *first, const char *second)
{
	mc_text_str(t, first);
	mc_text_str(t, *first && *second ? " " : "");
	mc_text_str(t, second);
}

static void put_number(struct mc_text *t, json_int_t n)
{
	mc_text_str(t, n < 0 ? "-" : "");
	mc_text_number(t, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

/* ---- what has a form of its own ------------------------------------------------------------ */

static void put_payload(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	if (json_object_get(o, "field")) {
		put_words(t, rules_text(o, "protocol"), rules_text(o, "field"));
		return;
	}
	mc_text_char(t, '@');
	mc_text_str(t, rules_text(o, "base"));
	mc_text_char(t, ',');
	put_number(t, json_integer_value(json_object_get(o, "offset")));
	mc_text_char(t, ',');
	put_number(t, json_integer_value(json_object_get(o, "len")));
}

static void put_meta(struct mc_text *t, const json_t *o, unsigned depth)
{
	const char *key = rules_text(o, "key");
	bool plain = strncmp(key, "iif", 3) == 0 || strncmp(key, "oif", 3) == 0;

	(void)depth;
	put_words(t, plain ? "" : "meta", key);
}

static void put_ct(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	put_words(t, "ct", rules_text(o, "dir"));
	mc_text_char(t, ' ');
	mc_text_str(t, rules_text(o, "key"));
}

static void put_fib(struct mc_text *t, const json_t *o, unsigned depth)
{
	mc_text_str(t, "fib ");
	put(t, json_object_get(o, "flags"), depth + 1);
	mc_text_char(t, ' ');
	mc_text_str(t, rules_text(o, "result"));
}

static void put_prefix(struct mc_text *t, const json_t *o, unsigned depth)
{
	put(t, json_object_get(o, "addr"), depth + 1);
	mc_text_char(t, '/');
	put(t, json_object_get(o, "len"), depth + 1);
}

static void put_range(struct mc_text *t, const json_t *o, unsigned depth)
{
	put_list(t, o, "-", depth);
}

static void put_concat(struct mc_text *t, const json_t *o, unsigned depth)
{
	put_list(t, o, " . ", depth);
}

/* Of a map the elements are pairs. */
static void put_set(struct mc_text *t, const json_t *o, unsigned depth)
{
	bool pairs = json_is_array(json_array_get(o, 0));

	mc_text_str(t, "{ ");
	if (!json_is_array(o))
		put(t, o, depth + 1);
	for (size_t i = 0; i < json_array_size(o) && !t->full; i++) {
		mc_text_str(t, i ? ", " : "");
		if (pairs)
			put_list(t, json_array_get(o, i), " : ", depth);
		else
			put(t, json_array_get(o, i), depth + 1);
	}
	mc_text_str(t, " }");
}

static void put_elem(struct mc_text *t, const json_t *o, unsigned depth)
{
	put(t, json_object_get(o, "val"), depth + 1);
}

static void put_match(struct mc_text *t, const json_t *o, unsigned depth)
{
	const char *op = rules_text(o, "op");

	put(t, json_object_get(o, "left"), depth + 1);
	mc_text_char(t, ' ');
	if (strcmp(op, "==") && strcmp(op, "in")) {
		mc_text_str(t, op);
		mc_text_char(t, ' ');
	}
	put(t, json_object_get(o, "right"), depth + 1);
}

static void put_vmap(struct mc_text *t, const json_t *o, unsigned depth)
{
	put(t, json_object_get(o, "key"), depth + 1);
	mc_text_str(t, " vmap ");
	put(t, json_object_get(o, "data"), depth + 1);
}

static void put_counter(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	mc_text_str(t, "counter ");
	if (json_is_string(o)) {
		put_words(t, "name", json_string_value(o));
		return;
	}
	mc_text_str(t, "packets ");
	put_number(t, json_integer_value(json_object_get(o, "packets")));
}

static void put_limit(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	mc_text_str(t, json_is_true(json_object_get(o, "inv")) ? "limit rate over " : "limit rate ");
	put_number(t, json_integer_value(json_object_get(o, "rate")));
	mc_text_char(t, '/');
	mc_text_str(t, rules_text(o, "per"));
}

static void put_jump(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	put_words(t, "jump", rules_text(o, "target"));
}

static void put_goto(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	put_words(t, "goto", rules_text(o, "target"));
}

static void put_reject(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	mc_text_str(t, "reject");
	if (*rules_text(o, "type"))
		put_words(t, " with", rules_text(o, "type"));
	if (*rules_text(o, "expr"))
		put_words(t, " type", rules_text(o, "expr"));
}

static void put_xt(struct mc_text *t, const json_t *o, unsigned depth)
{
	(void)depth;
	put_words(t, "xt", rules_text(o, "type"));
	if (*rules_text(o, "name"))
		mc_text_char(t, ' ');
	mc_text_str(t, rules_text(o, "name"));
}

static void put_and(struct mc_text *t, const json_t *o, unsigned depth)
{
	put_list(t, o, " & ", depth);
}

static void put_or(struct mc_text *t, const json_t *o, unsigned depth)
{
	put_list(t, o, "|", depth);
}

/* ---- all ----------------------------------------------------------------------------------- */

static const struct {
	const char *key;
	void (*put)(struct mc_text *t, const json_t *o, unsigned depth);
} forms[] = {
	{ "payload", put_payload },
	{ "meta", put_meta },
	{ "ct", put_ct },
	{ "fib", put_fib },
	{ "prefix", put_prefix },
	{ "range", put_range },
	{ "concat", put_concat },
	{ "set", put_set },
	{ "elem", put_elem },
	{ "match", put_match },
	{ "vmap", put_vmap },
	{ "counter", put_counter },
	{ "limit", put_limit },
	{ "jump", put_jump },
	{ "goto", put_goto },
	{ "reject", put_reject },
	{ "xt", put_xt },
	{ "&", put_and },
	{ "|", put_or },
};

/* What is neither accept nor drop and has no form: its name, and that there is more. */
static void put_object(struct mc_text *t, const json_t *e, unsigned depth)
{
	const char *key = rules_key(e);
	const json_t *inner = json_object_get(e, key);

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].key, key) == 0) {
			forms[i].put(t, inner, depth);
			return;
		}
	put_words(t, key, json_is_string(inner) ? json_string_value(inner) : "");
	mc_text_str(t, json_is_object(inner) ? " ..." : "");
}

static void put(struct mc_text *t, const json_t *e, unsigned depth)
{
	if (depth > DEEPEST)
		mc_text_str(t, "...");
	else if (json_is_string(e))
		mc_text_str(t, json_string_value(e));
	else if (json_is_integer(e))
		put_number(t, json_integer_value(e));
	else if (json_is_boolean(e))
		mc_text_str(t, json_is_true(e) ? "exists" : "missing");
	else if (json_is_array(e))
		put_list(t, e, ",", depth);
	else if (json_is_object(e))
		put_object(t, e, depth);
}

char *phrase_rule(char *buf, size_t cap, const json_t *rule)
{
	struct mc_text t = mc_text_begin(buf, cap);

	put_list(&t, json_object_get(rule, "expr"), " ", 0);
	mc_text_cut(&t);
	return buf;
}
