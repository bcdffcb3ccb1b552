/*
 * wanted.c - words to groups, prefixes and interfaces, and memberships held against them. It knows neither
 * sockets nor where memberships come from.
 */
#include "groups/wanted.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "near.h"
#include "pick.h"
#include "sources.h"

/* ---- words ------------------------------------------------------------------------------------ */

static int no_memory(const struct verb *v)
{
	return opt_refuse(v, "%s", mc_strerror(-ENOMEM));
}

static int add_group(const struct verb *v, struct wanted *w, const struct wanted_group *g)
{
	struct wanted_group *one;
	uint8_t family = g->first.family;

	if ((w->ipv4 && family == MC_IPV6) || (w->ipv6 && family == MC_IPV4))
		return opt_refuse(v, "%s and %s: that is an IPv%d group (leave one out)",
				  w->ipv4 ? "-4" : "-6", g->word, family);
	one = mc_grow(&w->groups, &w->ngroups, sizeof *one);
	if (!one)
		return no_memory(v);
	*one = *g;
	return 0;
}

static int add_iface(const struct verb *v, struct wanted *w, const char *word)
{
	struct wanted_iface *one;

	if (!*word || strlen(word) >= MC_IFNAME_SIZE)
		return opt_refuse(v, "%s: %s (see mcast help groups)", *word ? word : "an empty word",
				  mc_strerror(MC_ERR_IFNAME));
	one = mc_grow(&w->ifaces, &w->nifaces, sizeof *one);
	if (!one)
		return no_memory(v);
	one->word = word;
	return 0;
}

/* The last address of a prefix. */
static struct mc_addr last_of(const struct mc_prefix *p)
{
	struct mc_addr a = p->addr;

	for (size_t bit = p->len; bit < 8 * mc_addr_len(&a); bit++)
		a.b[bit / 8] = (uint8_t)(a.b[bit / 8] | 0x80 >> bit % 8);
	return a;
}

/* SOURCE@ in front and %IFACE behind, taken off. NULL, or what is wrong. */
static const char *cut(char **text, struct wanted_group *g)
{
	char *at = strchr(*text, '@'), *zone = strchr(*text, '%');

	if (zone) {
		*zone++ = '\0';
		if (!*zone || strlen(zone) >= sizeof g->ifname)
			return mc_strerror(MC_ERR_IFNAME);
		strcpy(g->ifname, zone);
	}
	if (!at)
		return NULL;
	*at = '\0';
	if (mc_addr_parse(&g->source, *text) || mc_addr_is_multicast(&g->source))
		return mc_strerror(MC_ERR_SOURCE);
	*text = at + 1;
	return NULL;
}

static const char *set_range(char *text, struct wanted_group *g)
{
	const char *why = cut(&text, g);
	struct mc_prefix p;

	if (why)
		return why;
	if (mc_prefix_parse(&p, text))
		return mc_strerror(MC_ERR_PREFIX);
	g->first = p.addr;
	g->last = last_of(&p);
	if (!mc_addr_is_multicast(&g->first) || !mc_addr_is_multicast(&g->last))
		return "not all of it are groups (those are 224.0.0.0/4 and ff00::/8)";
	if (g->source.family && g->source.family != g->first.family)
		return mc_strerror(MC_ERR_FAMILY);
	return NULL;
}

static int read_range(const struct verb *v, struct wanted *w, const char *word)
{
	struct wanted_group g = { .word = word };
	char copy[MC_TARGET_STRLEN];
	const char *why = "too long";

	if ((size_t)snprintf(copy, sizeof copy, "%s", word) < sizeof copy)
		why = set_range(copy, &g);
	if (why)
		return opt_refuse(v, "%s: %s", word, why);
	return add_group(v, w, &g);
}

static int read_target(const struct verb *v, struct wanted *w, const char *word)
{
	struct wanted_group g = { .word = word };
	char mended[MC_TARGET_STRLEN];
	struct mc_target t;

	if (pick_target(v, word, &t))
		return EXIT_CANNOT;
	if (t.port >= 0) {
		t.port = -1;
		return opt_refuse(v, "%s: memberships have no port (write %s)", word,
				  mc_target_format(&t, mended, sizeof mended));
	}
	g.first = g.last = t.group;
	mc_addr_add(&g.last, t.count - 1);
	g.source = t.source;
	memcpy(g.ifname, t.ifname, sizeof g.ifname);
	return add_group(v, w, &g);
}

/* Whether a word is, or was meant to be, an address. Names of interfaces have neither ':' nor '/', and one
 * that is all digits and dots is rather an address with something missing. */
static bool looks_like_group(const char *word)
{
	struct mc_target t;

	mc_target_init(&t);
	return mc_target_parse(&t, word) == 0 || strpbrk(word, ":[](),") ||
	       (strchr(word, '.') && strspn(word, "0123456789.@%+") == strlen(word)) ||
	       (strchr(word, '@') && strchr(word, '.'));
}

/* As there are no ports here, an address that might have one at its end has none. */
static bool is_range(const char *word)
{
	struct mc_target t;

	mc_target_init(&t);
	return (strchr(word, '/') && !strstr(word, "://")) || mc_target_parse(&t, word) == MC_ERR_BRACKETS;
}

static int read_word(const struct verb *v, struct wanted *w, const char *word)
{
	if (is_range(word))
		return read_range(v, w, word);
	if (looks_like_group(word))
		return read_target(v, w, word);
	return add_iface(v, w, word);
}

int wanted_read(const struct verb *v, struct wanted *ret, bool ipv4, bool ipv6, char **words, int n,
		const struct opt_list *ifaces)
{
	int r = 0;

	*ret = (struct wanted){ .ipv4 = ipv4, .ipv6 = ipv6 };
	for (int i = 0; !r && i < n; i++)
		r = read_word(v, ret, words[i]);
	for (size_t i = 0; !r && i < ifaces->n; i++)
		r = add_iface(v, ret, ifaces->v[i]);
	return r;
}

void wanted_free(struct wanted *w)
{
	free(w->groups);
	free(w->ifaces);
	*w = (struct wanted){ 0 };
}

/* ---- interfaces ------------------------------------------------------------------------------- */

/* A name goes before an index: interfaces may be called 5. */
static bool is_iface(const char *word, uint32_t ifindex, const char *name)
{
	char number[16];

	if (name && !strcmp(word, name))
		return true;
	snprintf(number, sizeof number, "%u", ifindex);
	return !strcmp(word, number);
}

static bool has_iface(const struct names *names, const char *word)
{
	for (size_t i = 0; i < names->n; i++)
		if (is_iface(word, names->v[i].ifindex, names->v[i].text))
			return true;
	return false;
}

void wanted_look(struct wanted *w, const struct names *names)
{
	for (size_t i = 0; i < w->ngroups; i++)
		w->groups[i].there |= !*w->groups[i].ifname || has_iface(names, w->groups[i].ifname);
	for (size_t i = 0; i < w->nifaces; i++)
		w->ifaces[i].there |= has_iface(names, w->ifaces[i].word);
}

static const char *list(const struct names *names, char *buf, size_t cap)
{
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; i < names->n; i++) {
		bool fits = used + strlen(names->v[i].text) + sizeof ", , ..." <= cap;

		used += (size_t)snprintf(buf + used, cap - used, "%s%s", i ? ", " : "",
					 fits ? names->v[i].text : "...");
		if (!fits)
			break;
	}
	return buf;
}

/* word is the interface in it, or the whole. */
static int not_there(const struct verb *v, const char *whole, const char *word, const struct names *names)
{
	struct near near;
	char all[256];

	near_init(&near, word);
	for (size_t i = 0; i < names->n; i++)
		near_try(&near, names->v[i].text);
	if (near.best)
		return opt_refuse(v, "%s: no such interface, did you mean %s?", whole, near.best);
	return opt_refuse(v, "%s: no such interface%s (there are %s)", whole,
			  whole == word ? ", nor a group" : "", list(names, all, sizeof all));
}

int wanted_there(const struct verb *v, const struct wanted *w, const struct names *offered)
{
	for (size_t i = 0; i < w->ngroups; i++)
		if (!w->groups[i].there)
			return not_there(v, w->groups[i].word, w->groups[i].ifname, offered);
	for (size_t i = 0; i < w->nifaces; i++)
		if (!w->ifaces[i].there)
			return not_there(v, w->ifaces[i].word, w->ifaces[i].word, offered);
	return 0;
}

/* ---- memberships ------------------------------------------------------------------------------ */

static bool in_range(const struct wanted_group *g, const struct mc_addr *group)
{
	return mc_addr_cmp(&g->first, group) <= 0 && mc_addr_cmp(group, &g->last) <= 0;
}

static bool has_group(const struct wanted_group *g, uint32_t ifindex, const char *name,
		      const struct mc_addr *group)
{
	return in_range(g, group) && (!*g->ifname || is_iface(g->ifname, ifindex, name));
}

static bool of_family(const struct wanted *w, uint8_t family)
{
	return !(w->ipv4 && family == MC_IPV6) && !(w->ipv6 && family == MC_IPV4);
}

bool wanted_has(const struct wanted *w, uint32_t ifindex, const char *name, const struct mc_addr *group)
{
	bool on = !w->nifaces, of = !w->ngroups;

	for (size_t i = 0; !on && i < w->nifaces; i++)
		on = is_iface(w->ifaces[i].word, ifindex, name);
	for (size_t i = 0; on && !of && i < w->ngroups; i++)
		of = has_group(&w->groups[i], ifindex, name, group);
	return on && of && of_family(w, group->family);
}

bool wanted_takes(struct wanted *w, uint32_t ifindex, const char *name, const struct mc_addr *group,
		  enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	bool takes = !w->ngroups;

	if (!wanted_has(w, ifindex, name, group))
		return false;
	for (size_t i = 0; i < w->ngroups; i++) {
		struct wanted_group *g = &w->groups[i];

		if (!has_group(g, ifindex, name, group))
			continue;
		if (g->source.family && sources_has(sources, n, &g->source) != (mode == MC_INCLUDE))
			continue;
		g->met = takes = true;
	}
	for (size_t i = 0; takes && i < w->nifaces; i++)
		w->ifaces[i].met |= is_iface(w->ifaces[i].word, ifindex, name);
	return takes;
}

bool wanted_group(const struct wanted *w, const struct mc_addr *group)
{
	for (size_t i = 0; i < w->ngroups; i++)
		if (in_range(&w->groups[i], group))
			return true;
	return false;
}

const struct wanted_group *wanted_one(const struct wanted *w)
{
	const struct wanted_group *g = w->groups;

	return w->ngroups == 1 && !mc_addr_cmp(&g->first, &g->last) ? g : NULL;
}

int wanted_missed(const struct verb *v, const struct wanted *w)
{
	int code = EXIT_GOOD;

	for (size_t i = 0; i < w->ngroups; i++)
		if (!w->groups[i].met) {
			opt_refuse(v, "%s: no such membership%s", w->groups[i].word,
				   w->groups[i].source.family ? " that takes this source" : "");
			code = EXIT_NO;
		}
	for (size_t i = 0; i < w->nifaces; i++)
		if (!w->ifaces[i].met) {
			opt_refuse(v, "%s: no membership there%s", w->ifaces[i].word,
				   w->ngroups ? " of these groups" :
						" but those the kernel always holds (-v shows them)");
			code = EXIT_NO;
		}
	return code;
}
