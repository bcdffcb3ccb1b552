/*
 * aim.c - what is to work: the target as it was named, or what programs have joined; and where it should
 * arrive. It judges nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/look.h"
#include "doctor/way.h"
#include "out.h"
#include "net/users.h"

/* ---- a target ------------------------------------------------------------------------- */

/* Takes an interface that somebody named: any, that is down or cannot multicast, too. */
static int take_iface(const struct look *l, const char *text, const char *where, uint32_t *ret)
{
	const struct mc_iface *i = mc_ifaces_name(l->ifs, text);
	char list[256], next[300];

	if (!i)
		return opt_refuse(l->verb, "%s%s: no such interface (%s)", where, text,
				  pick_next(next, sizeof next, "multicast interfaces",
					    pick_list(l->ifs, list, sizeof list)));
	if (*ret && *ret != i->index)
		return opt_refuse(l->verb, "%s%s: %s was named, too (leave one out)", where, text,
				  look_name(l, *ret));
	*ret = i->index;
	return 0;
}

/* SOURCE behind the target: an address, of a link-local one with its interface. */
static int take_source(const struct look *l, const char *text, struct aim *a)
{
	char copy[MC_TARGET_STRLEN];
	struct mc_addr source;

	if ((size_t)snprintf(copy, sizeof copy, "%s", text) >= sizeof copy)
		return opt_refuse(l->verb, "%.40s...: too long for a SOURCE", text);
	char *zone = strchr(copy, '%');

	if (zone)
		*zone++ = '\0';
	if (mc_addr_parse(&source, copy))
		return opt_refuse(l->verb, "%s: a SOURCE is an address in numbers, such as 10.0.0.9", text);
	if (mc_addr_is_multicast(&source) || mc_addr_is_unspecified(&source))
		return opt_refuse(l->verb, "%s: that is no host's address", text);
	if (source.family != a->group.family)
		return opt_refuse(l->verb, "%s: the group is of the other family", text);
	if (a->source.family && mc_addr_cmp(&a->source, &source))
		return opt_refuse(l->verb, "%s: the target names another source (leave one out)", text);
	a->source = source;
	return zone ? take_iface(l, zone, "SOURCE: ", &a->ifindex) : 0;
}

static int check_target(const struct look *l, const char *text, const struct mc_target *t)
{
	const struct doctor_conf *c = l->conf;
	bool six = t->group.family == MC_IPV6;

	if (t->count > 1)
		return opt_refuse(l->verb,
				  "%s: one group at a time (leave out +%lu, or the target: then all that are "
				  "joined here are checked)",
				  text, (unsigned long)t->count);
	if (six ? c->ipv4 : c->ipv6)
		return opt_refuse(l->verb, "%s is %s, and %s was given (leave one out)", text,
				  six ? "IPv6" : "IPv4", six ? "-4" : "-6");
	return 0;
}

/* A group that means another one on each link. */
static int check_link(const struct look *l, const char *text, const struct aim *a)
{
	char list[256], next[300];

	if (a->ifindex || a->group.family != MC_IPV6 || !mc_addr_is_link_local(&a->group))
		return 0;
	return opt_refuse(l->verb, "%s: a group that does not leave the link needs an interface (%s)", text,
			  pick_next(next, sizeof next, "name it with %IFACE or -I",
				    pick_list(l->ifs, list, sizeof list)));
}

static int read_target(const struct look *l, int n, char **words, struct aim *a)
{
	struct mc_target t;
	int r = pick_target(l->verb, words[0], &t);

	if (!r)
		r = check_target(l, words[0], &t);
	if (r)
		return r;
	*a = (struct aim){ .group = t.group, .source = t.source, .port = t.port, .named = true };
	if (*t.ifname)
		r = take_iface(l, t.ifname, "", &a->ifindex);
	if (!r && l->conf->iface)
		r = take_iface(l, l->conf->iface, "-I ", &a->ifindex);
	if (!r && n > 1)
		r = take_source(l, words[1], a);
	return r ? r : check_link(l, words[0], a);
}

int aim_of_words(struct look *l, int n, char **words)
{
	uint32_t ignored = 0;

	if (n > 2)
		return opt_refuse(l->verb, "%.200s: one TARGET and one SOURCE are enough (see mcast help %s)",
				  words[2], l->verb->name);
	if (n == 0) /* -I is looked at by aim_of_holders; here it is refused where there is none */
		return l->conf->iface ? take_iface(l, l->conf->iface, "-I ", &ignored) : 0;
	if (read_target(l, n, words, &l->aims.v[0]))
		return EXIT_CANNOT;
	l->aims.n = 1;
	return 0;
}

/* ---- what is joined ------------------------------------------------------------------- */

bool aim_of_kernel(const struct mc_addr *group)
{
	/* All routers, and all snoopers (RFC 4286): what it is in as a router or a bridge. */
	static const struct mc_addr own[] = {
		{ MC_IPV4, { 224, 0, 0, 106 } },          { MC_IPV6, { 0xff, 0x01, [15] = 2 } },
		{ MC_IPV6, { 0xff, 0x02, [15] = 2 } },    { MC_IPV6, { 0xff, 0x05, [15] = 2 } },
		{ MC_IPV6, { 0xff, 0x02, [15] = 0x6a } },
	};

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (!mc_addr_cmp(&own[i], group))
			return true;
	return mc_users_always(group);
}

static bool is_same(const struct aim *a, const struct aim *b)
{
	return a->port == b->port && a->ifindex == b->ifindex && !mc_addr_cmp(&a->group, &b->group) &&
	       !mc_addr_cmp(&a->source, &b->source);
}

/* False: there is no room. */
static bool add(struct aims *to, const struct aim *a)
{
	for (size_t i = 0; i < to->n; i++)
		if (is_same(&to->v[i], a))
			return true;
	if (to->n == AIMS_MOST)
		return false;
	to->v[to->n++] = *a;
	return true;
}

static bool is_wanted(const struct look *l, const struct mc_membership *m)
{
	const struct doctor_conf *c = l->conf;
	const struct mc_iface *i = c->iface ? mc_ifaces_name(l->ifs, c->iface) : NULL;

	if (c->ipv4 != c->ipv6 && c->ipv6 != (m->group.family == MC_IPV6))
		return false;
	return !i || i->index == m->ifindex;
}

static struct aim aim_of(const struct mc_membership *m)
{
	return (struct aim){ .group = m->group, .port = -1, .ifindex = m->ifindex };
}

/* One of a socket's; an aim for each source that it wants alone. False: there is no room for it. */
static bool add_held(struct look *l, const struct mc_held *h)
{
	struct aim a = aim_of(&l->memberships.v[h->membership]);
	const struct mc_socket *s = &l->holders.sockets[h->socket].socket;
	bool all = h->mode == MC_EXCLUDE || !h->nsources;
	bool room = true;

	if (!is_wanted(l, &l->memberships.v[h->membership]))
		return true;
	a.port = s->port && !s->raw ? s->port : -1;
	for (size_t i = 0; i < (all ? 1 : h->nsources) && room; i++) {
		if (!all)
			a.source = l->holders.pool[h->sources + i];
		room = add(&l->aims, &a);
	}
	return room;
}

/* Each group once, before any is told a second time for another port or source. */
static void add_each(struct look *l, bool *seen)
{
	for (size_t i = 0; i < l->holders.nheld; i++) {
		const struct mc_held *h = &l->holders.held[i];

		if (!seen[h->membership])
			l->aims.left_out += !add_held(l, h);
		seen[h->membership] = true;
	}
	for (size_t i = 0; i < l->memberships.n; i++) {
		const struct mc_membership *m = &l->memberships.v[i];
		struct aim a = aim_of(m);

		if (!seen[i] && is_wanted(l, m) && !aim_of_kernel(&m->group))
			l->aims.left_out += !add(&l->aims, &a);
	}
}

void aim_of_holders(struct look *l)
{
	bool *seen = calloc(l->memberships.n + 1, sizeof *seen);

	if (seen)
		add_each(l, seen);
	free(seen);
	for (size_t i = 0; i < l->holders.nheld && !l->aims.more; i++)
		l->aims.more = !add_held(l, &l->holders.held[i]);
}

/* ---- where it should arrive ----------------------------------------------------------- */

static uint32_t way_iface(const struct look *l, const struct mc_addr *to)
{
	const struct mc_iface *own = NULL;
	struct way w;

	if (way_to(to, 0, NULL, &w))
		return 0;
	if (w.local && pick_owners(l->ifs, to, &own) && own)
		return own->index; /* the way to oneself leads by lo, the group's datagrams do not */
	return w.ifindex;
}

/* Where it is joined; where that is on several, the one by which the source is reached, else the first. */
static uint32_t joined_iface(const struct look *l, const struct aim *a, uint32_t by_source)
{
	uint32_t first = 0;

	if (by_source && mc_memberships_find(&l->memberships, by_source, &a->group))
		return by_source;
	for (size_t i = 0; i < l->memberships.n && !first; i++)
		if (!mc_addr_cmp(&l->memberships.v[i].group, &a->group))
			first = l->memberships.v[i].ifindex;
	return first;
}

/* The only interface that could be meant, or, where addressed, that has an address of the family, too: 0
 * where there are several. */
static uint32_t only_iface(const struct look *l, uint8_t family, bool addressed)
{
	uint32_t only = 0;

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));) {
		if (i->loopback || !mc_iface_can(i) || mc_bridges_port(&l->bridges, i->index) ||
		    (addressed && !mc_iface_own(i, family).family))
			continue;
		if (only)
			return 0;
		only = i->index;
	}
	return only;
}

static uint32_t expected(const struct look *l, const struct aim *a)
{
	if (a->ifindex)
		return a->ifindex;
	uint32_t by_source = a->source.family ? way_iface(l, &a->source) : 0;
	uint32_t found = joined_iface(l, a, by_source);

	if (!found)
		found = by_source ? by_source : way_iface(l, &a->group);
	if (!found)
		found = only_iface(l, a->group.family, false);
	return found ? found : only_iface(l, a->group.family, true);
}

void aim_expect(struct look *l)
{
	for (size_t i = 0; i < l->aims.n; i++)
		l->aims.v[i].expected = expected(l, &l->aims.v[i]);
}

static int by_group(const void *a, const void *b)
{
	return mc_addr_cmp(a, b);
}

int aim_mark(struct look *l)
{
	struct mc_addr *groups = malloc((l->aims.n + 1) * sizeof *groups);
	bool *aimed = calloc(l->memberships.n + 1, sizeof *aimed);

	if (!groups || !aimed) {
		free(groups);
		free(aimed);
		return -ENOMEM;
	}
	for (size_t i = 0; i < l->aims.n; i++)
		groups[i] = l->aims.v[i].group;
	qsort(groups, l->aims.n, sizeof *groups, by_group);
	for (size_t i = 0; i < l->memberships.n; i++)
		aimed[i] = bsearch(&l->memberships.v[i].group, groups, l->aims.n, sizeof *groups, by_group);
	free(groups);
	free(l->aimed);
	l->aimed = aimed;
	return 0;
}

bool aim_again_there(const struct aims *aims, size_t n)
{
	const struct aim *a = aims->v;

	for (size_t i = 0; i < n; i++)
		if (a[i].expected == a[n].expected && !mc_addr_cmp(&a[i].group, &a[n].group))
			return true;
	return false;
}

bool aim_again(const struct aims *aims, size_t n)
{
	const struct aim *a = &aims->v[n];

	for (size_t i = 0; i < n; i++)
		if (!mc_addr_cmp(&aims->v[i].group, &a->group) && aims->v[i].port == a->port)
			return true;
	return false;
}

size_t aim_groups(const struct aims *aims)
{
	size_t n = 0;

	for (size_t i = 0; i < aims->n; i++)
		n += !aim_again_there(aims, i);
	return n;
}

char *aim_format(char *buf, size_t cap, const struct look *l, const struct aim *a)
{
	char group[OUT_ENDPOINT_SIZE], source[MC_ADDR_STRLEN], name[4 * MC_IFNAME_SIZE];

	mc_addr_format(&a->group, group, sizeof group);
	if (a->port > 0)
		out_endpoint(group, sizeof group, &a->group, (uint16_t)a->port, NULL);
	mc_addr_format(&a->source, source, sizeof source);
	snprintf(buf, cap, "%s%s%s%s%s", group, *source ? " from " : "", source, a->expected ? " on " : "",
		 a->expected ? out_plain(name, sizeof name, look_name(l, a->expected)) : "");
	return buf;
}
