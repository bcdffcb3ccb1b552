/*
 * judge.c - what the base chains of a packet's hooks do to it: rule by rule, through jumps, gotos and
 * verdict maps, each condition of which holds, does not, or may (match.h).
 *
 * A chain is walked once, all that may happen at a time: the result of a rule, and of a chain, is the set
 * of what may come of it (OUT_*). Where that is OUT_DROP alone, nothing else can. accept ends one base
 * chain, the later ones still decide; drop ends all, but is walked past here, so that all that is to be
 * mended is told.
 */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "doctor/match.h"
#include "doctor/phrase.h"

#define DEEPEST 16    /* the kernel's own: NFT_JUMP_STACK_SIZE */
#define BUDGET 200000 /* rules; and elements of sets; a packet. What is beyond is not known. */
#define HOOKS_MOST 8

enum { OUT_NEXT = 1, OUT_RETURN = 2, OUT_ACCEPT = 4, OUT_DROP = 8 };

struct walk {
	const struct rules *rules;
	struct scene scene;
	struct match_room room;
	const struct rules_chain *base;
	size_t left; /* rules that may still be looked at */
	struct rules_verdict *sites;
	size_t n, most, first; /* first: of this base chain */
};

/* A rule in its chain. sure: the packet gets here, unless it was dropped before. */
struct step {
	const struct rules_chain *chain;
	const json_t *rule;
	const json_t *counter; /* behind the last condition */
	bool sure;
	unsigned depth;
};

/* What a statement may do: whether the next one is reached; what comes of the rule where it ends it. */
struct effect {
	enum sure on;
	unsigned out; /* 0: it does not end the rule */
};

static const struct effect nothing = { .on = SURE_YES };

static unsigned walk_chain(struct walk *w, const struct rules_chain *c, bool sure, unsigned depth);

/* ---- places that drop ---------------------------------------------------------------------- */

static void fill_site(struct rules_verdict *v, const struct walk *w, const struct rules_chain *c,
		      const json_t *rule, const json_t *counter)
{
	const json_t *packets = json_object_get(counter, "packets"),
		     *handle = json_object_get(rule, "handle");

	*v = (struct rules_verdict){ .handle = -1 };
	snprintf(v->family, sizeof v->family, "%s", c->name.family);
	snprintf(v->table, sizeof v->table, "%s", c->name.table);
	snprintf(v->chain, sizeof v->chain, "%s", c->name.name);
	snprintf(v->base, sizeof v->base, "%s", w->base->name.name);
	if (!rule) {
		snprintf(v->rule, sizeof v->rule, "policy drop");
		return;
	}
	v->handle = (long)json_integer_value(handle);
	v->counted = json_is_integer(packets);
	v->packets = (uint64_t)json_integer_value(packets);
	phrase_rule(v->rule, sizeof v->rule, rule);
}

/* A rule is noted once, however many ways lead to it. */
static void note(struct walk *w, const struct rules_chain *c, const json_t *rule, const json_t *counter,
		 bool sure)
{
	struct rules_verdict v;

	fill_site(&v, w, c, rule, counter);
	v.fate = sure ? RULES_DROP : RULES_MAYBE;
	for (size_t i = w->first; i < w->n; i++) {
		struct rules_verdict *old = &w->sites[i];

		if (old->handle == v.handle && strcmp(old->chain, v.chain) == 0) {
			old->fate = sure ? RULES_DROP : old->fate;
			return;
		}
	}
	if (w->n < w->most)
		w->sites[w->n++] = v;
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static unsigned follow(struct walk *w, const struct step *s, const json_t *jump, bool sure, bool back)
{
	const struct rules_name name = { s->chain->name.family, s->chain->name.table,
					 rules_text(jump, "target") };
	const struct rules_chain *c = rules_find_chain(w->rules, &name);
	unsigned out;

	if (!c || s->depth >= DEEPEST)
		return OUT_ACCEPT | OUT_NEXT;
	out = walk_chain(w, c, sure, s->depth + 1);
	if (!back && (out & OUT_NEXT))
		out = (out & ~(unsigned)OUT_NEXT) | OUT_RETURN;
	return out;
}

static unsigned drop(struct walk *w, const struct step *s, bool sure, unsigned out)
{
	note(w, s->chain, s->rule, s->counter, sure && out == OUT_DROP);
	return out;
}

/* Of a statement, or of an element of a verdict map. 0: it is none. */
static unsigned verdict(struct walk *w, const struct step *s, const json_t *e, bool sure)
{
	const char *key = rules_key(e);

	if (strcmp(key, "accept") == 0)
		return OUT_ACCEPT;
	if (strcmp(key, "drop") == 0 || strcmp(key, "reject") == 0 || strcmp(key, "fwd") == 0)
		return drop(w, s, sure, OUT_DROP);
	if (strcmp(key, "return") == 0)
		return OUT_RETURN;
	if (strcmp(key, "continue") == 0)
		return OUT_NEXT;
	if (strcmp(key, "jump") == 0)
		return follow(w, s, json_object_get(e, key), sure, true);
	if (strcmp(key, "goto") == 0)
		return follow(w, s, json_object_get(e, key), sure, false);
	if (strcmp(key, "queue") == 0)
		return drop(w, s, sure, OUT_DROP | OUT_ACCEPT);
	if (strcmp(key, "tproxy") == 0)
		return drop(w, s, sure, OUT_DROP | OUT_ACCEPT | OUT_NEXT);
	return 0;
}

/* ---- verdict maps -------------------------------------------------------------------------- */

/* Elements are pairs; of a named map they may change. "*" stands for what is none of the others. */
static const json_t *map_elements(struct walk *w, const json_t *data, bool *ret_changes)
{
	const char *name = json_string_value(data);
	const struct rules_name full = { w->room.family, w->room.table,
					 name && *name == '@' ? name + 1 : "" };
	const json_t *map = name ? rules_find_set(w->rules, &full) : NULL;

	*ret_changes = name && (!map || match_changes(map));
	return name ? json_object_get(map, "elem") : json_object_get(data, "set");
}

static bool is_rest(const json_t *pair)
{
	const char *text = json_string_value(json_array_get(pair, 0));

	return text && strcmp(text, "*") == 0;
}

/* What may come of the elements that are met; NEXT where it may be none. */
static unsigned map_verdict(struct walk *w, const struct step *s, const json_t *vmap)
{
	bool changes, sure = s->sure;
	const json_t *list = map_elements(w, json_object_get(vmap, "data"), &changes), *rest = NULL;
	struct match_key k;
	unsigned out = 0;

	match_key(json_object_get(vmap, "key"), &w->scene, &k);
	for (size_t i = 0; i < json_array_size(list) && w->room.left; i++) {
		const json_t *pair = json_array_get(list, i);

		w->room.left--;
		if (is_rest(pair)) {
			rest = pair;
			continue;
		}
		enum sure met = match_in(&w->room, &k, json_array_get(pair, 0));

		met = changes ? sure_and(met, SURE_MAYBE) : met;
		if (met == SURE_NO)
			continue;
		out |= verdict(w, s, json_array_get(pair, 1), sure && met == SURE_YES);
		if (met == SURE_YES)
			return out;
		sure = false;
	}
	if (rest && match_in(&w->room, &k, json_array_get(rest, 0)) == SURE_YES)
		return out | verdict(w, s, json_array_get(rest, 1), sure && !changes);
	return out | OUT_NEXT | (w->room.left && !changes ? 0 : OUT_ACCEPT);
}

/* ---- statements ---------------------------------------------------------------------------- */

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

/* Those that change nothing that is looked at here. */
static bool is_harmless(const char *key)
{
	static const char *const keys[] = { "log",      "dup",     "ct helper",      "ct timeout",
					    "flow",     "secmark", "ct expectation", "last",
					    "optstrip", "comment", "counter",        NULL };

	return is_one_of(key, keys);
}

/* What iptables-nft could not translate: matches that may be met, targets by their name. */
static struct effect xt(struct walk *w, const struct step *s, const json_t *o)
{
	static const char *const harmless[] = {
		"LOG", "NFLOG",     "MARK",        "CONNMARK", "CLASSIFY",    "TCPMSS", "CHECKSUM", "DSCP",
		"TOS", "SECMARK",   "CONNSECMARK", "SET",      "AUDIT",       "TRACE",  "TEE",      "ULOG",
		"LED", "IDLETIMER", "HMARK",       "RATEEST",  "TCPOPTSTRIP", NULL
	};
	static const char *const translating[] = { "SNAT", "DNAT", "MASQUERADE", "REDIRECT", "NETMAP", NULL };
	const char *name = rules_text(o, "name");

	if (strcmp(rules_text(o, "type"), "target"))
		return (struct effect){ strcmp(name, "comment") ? SURE_MAYBE : SURE_YES, 0 };
	if (strcmp(name, "REJECT") == 0)
		return (struct effect){ SURE_NO, drop(w, s, s->sure, OUT_DROP) };
	if (strcmp(name, "NFQUEUE") == 0 || strcmp(name, "TPROXY") == 0)
		return (struct effect){ SURE_NO, drop(w, s, s->sure, OUT_DROP | OUT_ACCEPT) };
	if (strcmp(name, "CT") == 0 || strcmp(name, "NOTRACK") == 0)
		w->scene.untracked = true;
	else if (strcmp(name, "TTL") == 0 || strcmp(name, "HL") == 0)
		w->scene.mangled = true;
	else if (is_one_of(name, translating)) {
		w->scene.mangled = true;
		return (struct effect){ SURE_NO, OUT_ACCEPT };
	} else if (!is_one_of(name, harmless))
		return (struct effect){ SURE_NO, OUT_ACCEPT | OUT_NEXT };
	return nothing;
}

/* Translation of addresses ends the chain; of what is in the packet the rest is not known any more. */
static bool translates(const char *key)
{
	static const char *const keys[] = { "snat", "dnat", "masquerade", "redirect", NULL };

	return is_one_of(key, keys);
}

static struct effect statement(struct walk *w, const struct step *s, const json_t *e)
{
	const char *key = rules_key(e);
	const json_t *o = json_object_get(e, key);
	unsigned out;

	if (strcmp(key, "match") == 0)
		return (struct effect){ match_judge(&w->room, o, &w->scene), 0 };
	if (is_harmless(key) || (strcmp(key, "set") == 0 && !json_object_get(o, "stmt")))
		return nothing;
	if (strcmp(key, "mangle") == 0) {
		w->scene.mangled |= json_object_get(json_object_get(o, "key"), "payload") != NULL;
		return nothing;
	}
	if (strcmp(key, "notrack") == 0) {
		w->scene.untracked = true;
		return nothing;
	}
	if (strcmp(key, "vmap") == 0)
		return (struct effect){ SURE_NO, map_verdict(w, s, o) };
	if (strcmp(key, "xt") == 0)
		return xt(w, s, o);
	if (translates(key)) {
		w->scene.mangled = true;
		return (struct effect){ SURE_NO, OUT_ACCEPT };
	}
	out = verdict(w, s, e, s->sure);
	return out ? (struct effect){ SURE_NO, out } : (struct effect){ SURE_MAYBE, 0 };
}

/* ---- rules and chains ---------------------------------------------------------------------- */

static unsigned walk_rule(struct walk *w, struct step *s)
{
	const json_t *list = json_object_get(s->rule, "expr");
	enum sure reached = SURE_YES;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		const json_t *counter = json_object_get(e, "counter");
		struct effect f = statement(w, s, e);

		if (f.out)
			return reached == SURE_YES ? f.out : f.out | OUT_NEXT;
		if (counter)
			s->counter = counter;
		else if (json_object_get(e, "match") || f.on != SURE_YES)
			s->counter = NULL;
		reached = sure_and(reached, f.on);
		if (reached == SURE_NO)
			break;
		s->sure = s->sure && reached == SURE_YES;
	}
	return OUT_NEXT;
}

static unsigned walk_chain(struct walk *w, const struct rules_chain *c, bool sure, unsigned depth)
{
	unsigned all = 0, out = OUT_NEXT;

	for (size_t i = 0; i < c->n && (out & OUT_NEXT); i++) {
		struct step s = { .chain = c, .rule = c->rules[i], .sure = sure, .depth = depth };

		if (!w->left)
			return all | OUT_NEXT | OUT_ACCEPT;
		w->left--;
		out = walk_rule(w, &s);
		all |= out & ~(unsigned)OUT_NEXT;
		sure = sure && !(out & (OUT_ACCEPT | OUT_RETURN));
	}
	if (out & OUT_NEXT)
		all |= OUT_NEXT;
	if (all & OUT_RETURN)
		all = (all & ~(unsigned)OUT_RETURN) | OUT_NEXT;
	return all;
}

/* Where all that may happen is a drop, but no rule's for certain, all of them have to be passed. */
static void settle(struct walk *w, bool dropped, bool weak)
{
	bool certain = false;

	for (size_t i = w->first; i < w->n; i++)
		certain = certain || w->sites[i].fate == RULES_DROP;
	for (size_t i = w->first; i < w->n; i++) {
		struct rules_verdict *v = &w->sites[i];

		v->alone = certain || !dropped || w->n == w->first + 1;
		if (weak)
			v->fate = RULES_MAYBE;
		else if (dropped && !certain)
			v->fate = RULES_DROP;
	}
}

/* weak: it may not be a chain of the packet at all. One of type nat sees the first of a connection only. */
static void walk_base(struct walk *w, const struct rules_chain *c, bool weak)
{
	unsigned out;

	w->base = c;
	w->first = w->n;
	w->scene.prio = c->prio;
	w->scene.bridge = strcmp(c->name.family, "bridge") == 0;
	w->room.family = c->name.family;
	w->room.table = c->name.table;
	out = walk_chain(w, c, true, 0);
	if ((out & OUT_NEXT) && strcmp(rules_text(c->object, "policy"), "drop") == 0) {
		out = (out & ~(unsigned)OUT_NEXT) | OUT_DROP;
		note(w, c, NULL, NULL, !(out & OUT_ACCEPT));
	}
	settle(w, out == OUT_DROP, weak || strcmp(rules_text(c->object, "type"), "nat") == 0);
}

/* ---- hooks --------------------------------------------------------------------------------- */

static const char *const hook_names[] = {
	[HOOK_INGRESS] = "ingress", [HOOK_PREROUTING] = "prerouting", [HOOK_INPUT] = "input",
	[HOOK_FORWARD] = "forward", [HOOK_OUTPUT] = "output",         [HOOK_POSTROUTING] = "postrouting",
	[HOOK_EGRESS] = "egress",
};

/* In the order in which the packet passes them. */
static size_t hooks_of(const struct rules_packet *p, enum hook *ret)
{
	size_t n = 0;

	if (p->in) {
		ret[n++] = HOOK_INGRESS;
		ret[n++] = HOOK_PREROUTING;
		ret[n++] = p->out ? HOOK_FORWARD : HOOK_INPUT;
	} else {
		ret[n++] = HOOK_OUTPUT;
	}
	if (p->out) {
		ret[n++] = HOOK_POSTROUTING;
		ret[n++] = HOOK_EGRESS;
	}
	return n;
}

static bool is_device(const json_t *dev, const char *name)
{
	const char *one = json_string_value(dev);
	size_t len = one ? strlen(one) : 0;

	for (size_t i = 0; !one && i < json_array_size(dev); i++)
		if (json_is_string(json_array_get(dev, i)) && is_device(json_array_get(dev, i), name))
			return true;
	if (len && one[len - 1] == '*')
		return strncmp(one, name, len - 1) == 0;
	return one && strcmp(one, name) == 0;
}

/* Whether the packet passes a base chain. Those of a device name it; where the document does not, it may. */
static enum sure passes(const struct rules_packet *p, enum hook hook, const struct rules_chain *c)
{
	const char *family = c->name.family;
	const json_t *dev = json_object_get(c->object, "dev");
	const char *name = hook == HOOK_INGRESS ? p->in : p->out;

	if (!c->hook || strcmp(c->hook, hook_names[hook]))
		return SURE_NO;
	if (hook == HOOK_INGRESS || hook == HOOK_EGRESS) {
		if ((strcmp(family, "netdev") && strcmp(family, "inet")) || !*name)
			return SURE_NO;
		return !dev ? SURE_MAYBE : is_device(dev, name) ? SURE_YES : SURE_NO;
	}
	if (p->bridged)
		return strcmp(family, "bridge") ? SURE_NO : SURE_YES;
	return strcmp(family, "inet") && strcmp(family, p->family == MC_IPV4 ? "ip" : "ip6") ? SURE_NO :
											       SURE_YES;
}

/* The next of the chains of a hook behind one of that priority and place in the index. */
static const struct rules_chain *next_base(const struct walk *w, enum hook hook,
					   const struct rules_chain *last)
{
	const struct rules_chain *best = NULL;

	for (size_t i = 0; i < w->rules->nchains; i++) {
		const struct rules_chain *c = &w->rules->chains[i];

		if (!passes(w->scene.packet, hook, c))
			continue;
		if (last && (c->prio < last->prio || (c->prio == last->prio && c <= last)))
			continue;
		if (!best || c->prio < best->prio)
			best = c;
	}
	return best;
}

size_t rules_sites(const struct rules *r, const struct rules_packet *p, struct rules_verdict *ret,
		   size_t most)
{
	struct walk w = { .rules = r, .left = BUDGET, .sites = ret, .most = most };
	enum hook hooks[HOOKS_MOST];
	size_t n = hooks_of(p, hooks);

	w.scene.packet = p;
	w.room.rules = r;
	w.room.left = BUDGET;
	for (size_t i = 0; i < n; i++) {
		w.scene.hook = hooks[i];
		for (const struct rules_chain *c = NULL; (c = next_base(&w, hooks[i], c));)
			walk_base(&w, c, passes(p, hooks[i], c) == SURE_MAYBE);
	}
	return w.n;
}

#define SITES_MOST 64

void rules_judge(const json_t *doc, const struct rules_packet *p, struct rules_verdict *ret)
{
	struct rules *r = rules_index(doc);
	struct rules_verdict *v = calloc(SITES_MOST, sizeof *v);
	size_t n = r && v ? rules_sites(r, p, v, SITES_MOST) : 0;

	*ret = (struct rules_verdict){ .fate = RULES_PASS, .handle = -1 };
	for (size_t i = 0; i < n; i++)
		if (v[i].fate > ret->fate)
			*ret = v[i];
	rules_free(r);
	free(v);
}

/* ---- counters ------------------------------------------------------------------------------ */

/* The last one of the rule: rules_sites looked whether it is behind the conditions. */
static bool read_counter(const json_t *rule, uint64_t *ret)
{
	const json_t *list = json_object_get(rule, "expr"), *packets = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *counter = json_object_get(json_array_get(list, i), "counter");

		packets = counter ? json_object_get(counter, "packets") : packets;
	}
	if (!json_is_integer(packets))
		return false;
	*ret = (uint64_t)json_integer_value(packets);
	return true;
}

bool rules_count(const json_t *doc, const struct rules_verdict *v, uint64_t *ret)
{
	const json_t *objects = json_object_get(doc, "nftables");

	for (size_t i = 0; v->handle >= 0 && i < json_array_size(objects); i++) {
		const json_t *r = json_object_get(json_array_get(objects, i), "rule");

		if (r && json_integer_value(json_object_get(r, "handle")) == v->handle &&
		    strcmp(rules_text(r, "family"), v->family) == 0 &&
		    strcmp(rules_text(r, "table"), v->table) == 0 &&
		    strcmp(rules_text(r, "chain"), v->chain) == 0)
			return read_counter(r, ret);
	}
	return false;
}
