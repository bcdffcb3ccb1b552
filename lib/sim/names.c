/*
 * names.c - what a word stands for, in each family: an address, or nodes. There are nodes' names, names that
 * the script gives, names that are always there (stems.c), and addresses in numbers.
 *
 * A word is looked up for each family that the line runs as. Where it is one node in one and another in the
 * other, the line is read again for each (MC_WORDS_SPLIT).
 */
#include "sim/words.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const uint8_t family_of[2] = { MC_IPV4, MC_IPV6 };

/* ---- names of this script ------------------------------------------------------------------- */

/* What a word is, by family: a node's declaration, counted from 1, or an address, which may be a node's. */
struct mc_known {
	const char *s;
	size_t len;
	bool here[2];
	uint32_t declared[2], node[2];
	struct mc_addr addr[2];
};

/* The place of a word in the table, or the free one where it would stand (FNV-1a, then one after the
 * other). */
static struct mc_known *slot(struct mc_known *known, size_t cap, const char *s, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325u;
	size_t at;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)s[i]) * 0x100000001b3u;
	hash ^= hash >> 29;
	at = (size_t)hash & (cap - 1);
	while (known[at].s && (known[at].len != len || memcmp(known[at].s, s, len)))
		at = (at + 1) & (cap - 1);
	return &known[at];
}

static const struct mc_known *known_as(const struct mc_words *p, const char *s, size_t len)
{
	const struct mc_known *k = p->cap_known ? slot(p->known, p->cap_known, s, len) : NULL;

	return k && k->s ? k : NULL;
}

static bool grow_known(struct mc_words *p)
{
	size_t cap = p->cap_known ? 2 * p->cap_known : 64;
	struct mc_known *bigger;

	if (2 * p->n_known < p->cap_known)
		return true;
	bigger = calloc(cap, sizeof(*bigger));
	if (!bigger)
		return mc_words_no_memory(p);
	for (size_t i = 0; i < p->cap_known; i++)
		if (p->known[i].s)
			*slot(bigger, cap, p->known[i].s, p->known[i].len) = p->known[i];
	free(p->known);
	p->known = bigger;
	p->cap_known = cap;
	return true;
}

void mc_names_free(struct mc_words *p)
{
	free(p->known);
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool check_form(struct mc_words *p, const struct mc_word *w)
{
	static const struct mc_choice reserved[] = {
		{ "link", 1 }, { "none", 1 },     { "never", 1 }, { "self", 1 }, { "member", 1 },
		{ "or", 1 },   { "optional", 1 }, { "split", 1 }, { "lost", 1 },
	};
	static const struct mc_table table = MC_TABLE(reserved, "name");
	size_t most = sizeof(((struct mc_sim_node *)NULL)->name) - 1;

	if (w->len == 0)
		return mc_words_no(p, w, "name");
	for (size_t i = 0; i < w->len; i++)
		if (!is_letter(w->s[i]) && (i == 0 || !strchr("0123456789_-", w->s[i])))
			return mc_words_no(p, w, "name (a letter, then letters, digits, _ and -)");
	if (w->len > most)
		return mc_words_refuse(p, w->place, "the name '%.*s' is longer than %zu letters", MC_SHOWN(w),
				       most);
	if (mc_words_find(w, &table, 1))
		return mc_words_refuse(p, w->place, "'%.*s' is a word of the language: take another name",
				       MC_SHOWN(w));
	return true;
}

/* The entry to fill in for the families of the line. */
static struct mc_known *define(struct mc_words *p, const struct mc_word *w)
{
	struct mc_known *k;

	if (!check_form(p, w) || !grow_known(p))
		return NULL;
	k = slot(p->known, p->cap_known, w->s, w->len);
	for (unsigned side = 0; side < 2; side++)
		if (mc_words_run(p, side) && k->here[side]) {
			mc_words_refuse(p, w->place, "there is a '%.*s' already", MC_SHOWN(w));
			return NULL;
		}
	p->n_known += !k->s;
	k->s = w->s;
	k->len = w->len;
	for (unsigned side = 0; side < 2; side++)
		k->here[side] |= mc_words_run(p, side);
	return k;
}

static bool check_builtin(struct mc_words *p, const struct mc_word *w, bool node)
{
	return !mc_names_taken(w, node) ||
	       mc_words_refuse(p, w->place, "'%.*s' stands for an address already: take another name",
			       MC_SHOWN(w));
}

bool mc_names_define(struct mc_words *p, const struct mc_word *w, const struct mc_sim_name *name)
{
	struct mc_known *k;

	if (!check_builtin(p, w, false))
		return false;
	k = define(p, w);
	for (unsigned side = 0; k && side < 2; side++)
		if (mc_words_run(p, side)) {
			k->addr[side] = name->addr[side];
			k->node[side] = name->node;
		}
	return k;
}

bool mc_names_node(struct mc_words *p, const struct mc_word *w, uint32_t at)
{
	struct mc_known *k;

	if (!check_builtin(p, w, true))
		return false;
	k = define(p, w);
	for (unsigned side = 0; k && side < 2; side++)
		if (mc_words_run(p, side))
			k->declared[side] = at;
	return k;
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* What a word stands for in one family. */
struct meaning {
	struct mc_addr addr;
	uint32_t node;
};

static bool member_of(const struct mc_words *p, const struct mc_sim_node *d, uint32_t i, unsigned side,
		      struct meaning *ret)
{
	if (i < 1 || i > d->count)
		return false;
	ret->node = d->first + i - 1;
	ret->addr = mc_sim_address(p->sim, ret->node, family_of[side]);
	return true;
}

/* H[7]: a member of a row. */
static bool row_means(const struct mc_words *p, const struct mc_word *w, unsigned side, struct meaning *ret)
{
	const struct mc_known *k;
	struct mc_row r;

	if (!mc_names_read_row(w, &r) || r.first != r.last)
		return false;
	k = known_as(p, r.base.s, r.base.len);
	return k && k->declared[side] && p->sim->nodes[k->declared[side] - 1].row &&
	       member_of(p, &p->sim->nodes[k->declared[side] - 1], r.first, side, ret);
}

static bool known_means(const struct mc_words *p, const struct mc_known *k, unsigned side,
			struct meaning *ret)
{
	if (!k->here[side])
		return false;
	if (!k->declared[side]) {
		*ret = (struct meaning){ k->addr[side], k->node[side] };
		return true;
	}
	if (p->sim->nodes[k->declared[side] - 1].row)
		return false;
	return member_of(p, &p->sim->nodes[k->declared[side] - 1], 1, side, ret);
}

static bool in_numbers(const struct mc_word *w, struct mc_addr *ret)
{
	char text[MC_ADDR_STRLEN];

	if (w->len >= sizeof(text))
		return false;
	memcpy(text, w->s, w->len);
	text[w->len] = '\0';
	return mc_addr_parse(ret, text) == 0;
}

static bool single_means(const struct mc_words *p, const struct mc_word *w, unsigned side,
			 struct meaning *ret)
{
	const struct mc_known *k = known_as(p, w->s, w->len);

	*ret = (struct meaning){ .node = 0 };
	if (k)
		return known_means(p, k, side, ret);
	if (mc_names_is_row(w))
		return row_means(p, w, side, ret);
	if (mc_names_builtin(w, side, &ret->addr))
		return true;
	return in_numbers(w, &ret->addr) && ret->addr.family == family_of[side];
}

/* The part of A|B that is of a family; the word itself where there is no bar. */
struct mc_word mc_names_part(const struct mc_word *w, unsigned side)
{
	const char *bar = w->len ? memchr(w->s, '|', w->len) : NULL;
	struct mc_word part = *w;

	if (!bar)
		return part;
	part.len = (size_t)(bar - w->s);
	if (side == 1) {
		part.s = bar + 1;
		part.len = w->len - part.len - 1;
	}
	return part;
}

static bool means(const struct mc_words *p, const struct mc_word *w, unsigned side, struct meaning *ret)
{
	struct mc_word part = mc_names_part(w, side);

	return single_means(p, &part, side, ret);
}

bool mc_names_stands(const struct mc_words *p, const struct mc_word *w)
{
	struct meaning ignored;

	return mc_names_is_row(w) || (w->len && memchr(w->s, '|', w->len)) || known_as(p, w->s, w->len) ||
	       means(p, w, 0, &ignored) || means(p, w, 1, &ignored);
}

/* ---- addresses that are refused ------------------------------------------------------------- */

static bool refuse_known(struct mc_words *p, const struct mc_word *w, const struct mc_known *k, unsigned side)
{
	if (k->here[side])
		return mc_words_refuse(p, w->place, "'%.*s' is a row of nodes: say which, as in %.*s[1]",
				       MC_SHOWN(w), MC_SHOWN(w));
	return mc_words_refuse(p, w->place, "'%.*s' is there as %s alone: write '%s:' in front of this line",
			       MC_SHOWN(w), side ? "IPv4" : "IPv6", side ? "ipv4" : "ipv6");
}

bool mc_names_other_family(struct mc_words *p, const struct mc_word *w, unsigned side)
{
	const char *is = side ? "IPv4" : "IPv6", *runs = side ? "IPv6" : "IPv4";

	if (p->families != MC_SIM_AS_BOTH)
		return mc_words_refuse(p, w->place, "%.*s is %s, and this line runs as %s", MC_SHOWN(w), is,
				       runs);
	if (side)
		return mc_words_refuse(
			p, w->place,
			"%.*s is IPv4, and the script runs as IPv6 too: write 'family ipv4', or %.*s|ADDRESS",
			MC_SHOWN(w), MC_SHOWN(w));
	return mc_words_refuse(
		p, w->place,
		"%.*s is IPv6, and the script runs as IPv4 too: write 'family ipv6', or ADDRESS|%.*s",
		MC_SHOWN(w), MC_SHOWN(w));
}

static bool refuse_address(struct mc_words *p, const struct mc_word *w, unsigned side)
{
	const struct mc_known *k = known_as(p, w->s, w->len);
	struct meaning ignored;
	struct mc_row r;

	if (w->len && memchr(w->s, '|', w->len))
		return mc_words_refuse(p, w->place,
				       "'%.*s' is no pair of addresses, the first IPv4, the second IPv6",
				       MC_SHOWN(w));
	if (k)
		return refuse_known(p, w, k, side);
	if (means(p, w, !side, &ignored))
		return mc_names_other_family(p, w, side);
	if (mc_names_is_row(w))
		return mc_names_row(p, w, &r) && mc_words_no(p, w, "member of a row that is declared above");
	return mc_words_no(
		p, w,
		"address and no name of one (G1, GS1, S1, R1, H1, NODES, ROUTERS, REPORTS, NONE, a node, "
		"or see 'name')");
}

bool mc_names_address(struct mc_words *p, struct mc_sim_name *ret)
{
	struct mc_word w = mc_words_next(p);
	struct mc_sim_name name = { .node = 0 };
	struct meaning m[2];
	unsigned first = p->families & MC_SIM_AS_IPV4 ? 0 : 1;

	p->family_fixed = true;
	for (unsigned side = 0; side < 2; side++) {
		bool good = means(p, &w, side, &m[side]);

		if (mc_words_run(p, side) && !good)
			return refuse_address(p, &w, side);
		if (good)
			name.addr[side] = m[side].addr;
	}
	if (p->families == MC_SIM_AS_BOTH && m[0].node != m[1].node) {
		p->err = MC_WORDS_SPLIT;
		return false;
	}
	name.node = m[first].node;
	*ret = name;
	return true;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static bool refuse_node(struct mc_words *p, const struct mc_word *w)
{
	char list[sizeof(p->error->text) - 70];
	struct mc_text text = mc_text_begin(list, sizeof(list));

	if (!w->len)
		return mc_words_no(p, w, "node");
	for (uint32_t i = 0; i < p->sim->n_nodes && !text.full; i++) {
		mc_text_str(&text, i ? ", " : "nodes: ");
		mc_text_str(&text, p->sim->nodes[i].name);
		mc_text_str(&text, p->sim->nodes[i].row ? "[]" : "");
	}
	mc_text_cut(&text);
	return mc_words_refuse(p, w->place, "no such node '%.*s' (%s)", MC_SHOWN(w),
			       p->sim->n_nodes ? list : "there is none yet: see 'node'");
}

/* The declaration that a name means in all families of the line. */
static const struct mc_sim_node *declaration(struct mc_words *p, const struct mc_word *w,
					     const struct mc_word *base)
{
	const struct mc_known *k = known_as(p, base->s, base->len);
	unsigned first = p->families & MC_SIM_AS_IPV4 ? 0 : 1;

	for (unsigned side = 0; side < 2; side++)
		if (mc_words_run(p, side) && (!k || !k->declared[side])) {
			if (k && k->declared[!side])
				refuse_known(p, base, k, side);
			else
				refuse_node(p, w);
			return NULL;
		}
	if (p->families == MC_SIM_AS_BOTH && k->declared[0] != k->declared[1]) {
		p->err = MC_WORDS_SPLIT;
		return NULL;
	}
	return &p->sim->nodes[k->declared[first] - 1];
}

static bool who_of_row(struct mc_words *p, const struct mc_word *w, struct mc_sim_who *ret,
		       const struct mc_sim_node **node)
{
	const struct mc_sim_node *d;
	struct mc_row r;

	if (!mc_names_row(p, w, &r))
		return false;
	d = declaration(p, w, &r.base);
	if (!d)
		return false;
	if (!d->row)
		return mc_words_refuse(p, w->place, "'%s' is one node, not a row", d->name);
	if (r.last > d->count)
		return mc_words_refuse(p, w->place, "'%.*s' is past the row's end: %s[%u] is its last",
				       MC_SHOWN(w), d->name, d->count);
	ret->first = d->first + (r.first ? r.first : 1) - 1;
	ret->last = d->first + (r.first ? r.last : d->count) - 1;
	*node = d;
	return true;
}

bool mc_names_who(struct mc_words *p, struct mc_sim_who *ret, const struct mc_sim_node **node)
{
	struct mc_word w = mc_words_next(p);
	const struct mc_sim_node *d;

	p->family_fixed = true;
	if (mc_names_is_row(&w))
		return who_of_row(p, &w, ret, node);
	d = declaration(p, &w, &w);
	if (!d)
		return false;
	if (d->row)
		return mc_words_refuse(p, w.place, "'%s' is a row of nodes: write %s[*], %s[1] or %s[1..%u]",
				       d->name, d->name, d->name, d->name, d->count);
	ret->first = ret->last = d->first;
	*node = d;
	return true;
}
