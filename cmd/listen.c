/*
 * listen.c - what is listened to: targets to listeners, which of them takes a datagram, and the life of the
 * whole set. Its sockets and memberships are member.c's.
 */
#include "listen.h"

#include <errno.h>
#include <mcast/sock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/grow.h"
#include "member.h"
#include "pick.h"
#include "sources.h"
#include "sysctl.h"

char *listen_text(const struct listener *l, char buf[MC_TARGET_STRLEN])
{
	struct mc_target t;

	mc_target_init(&t);
	t.group = l->group;
	t.port = l->port;
	if (l->nsources == 1 && l->mode == MC_INCLUDE)
		t.source = l->sources[0];
	memcpy(t.ifname, l->ifname, sizeof t.ifname);
	return mc_target_format(&t, buf, MC_TARGET_STRLEN);
}

/* ---- what to listen to -------------------------------------------------------------- */

static int no_memory(const struct listen_set *s)
{
	return opt_refuse(s->verb, "%s", mc_strerror(-ENOMEM));
}

static struct listener *new_listener(struct listen_set *s, const struct mc_addr *group, uint16_t port)
{
	struct listener *l = calloc(1, sizeof *l);
	struct listener **slot = l ? mc_grow(&s->v, &s->n, sizeof *slot) : NULL;

	if (!slot) {
		free(l);
		return NULL;
	}
	l->set = s;
	l->group = *group;
	l->port = port;
	l->mode = MC_EXCLUDE;
	*slot = l;
	return l;
}

/* More sources than the kernel takes for one group are refused before anything is joined. */
static int refuse_sources(const struct listen_set *s, const struct listener *l)
{
	const char *name = l->group.family == MC_IPV4 ? "net/ipv4/igmp_max_msf" : "net/ipv6/mld_max_msf";
	long most = sysctl_read(name);
	char group[MC_ADDR_STRLEN];

	if (most < 0 || l->nsources <= (size_t)most)
		return 0;
	return opt_refuse(
		s->verb,
		"%s: too many sources: this system takes %ld for one group (raise it: sysctl -w %s=%zu)",
		mc_addr_format(&l->group, group, sizeof group), most, name, l->nsources);
}

/* Beside the sources that it has. One that is open takes the new one at once. */
static int add_source(struct listen_set *s, struct listener *l, const struct mc_addr *source)
{
	struct mc_addr *v = malloc((l->nsources + 1) * sizeof *v);
	int r = -ENOMEM;

	if (v) {
		if (l->nsources)
			memcpy(v, l->sources, l->nsources * sizeof *v);
		v[l->nsources] = *source;
		r = listen_filter(l, MC_INCLUDE, v, l->nsources + 1);
		free(v);
	}
	if (r)
		return member_refuse(l, NULL, r);
	return refuse_sources(s, l);
}

/* Whether two listeners would take the same datagram twice. */
static bool overlaps(const struct listener *l, const struct mc_addr *group, const struct mc_target *t,
		     uint16_t port)
{
	if (l->port != port || mc_addr_cmp(&l->group, group))
		return false;
	if (*l->ifname && *t->ifname && strcmp(l->ifname, t->ifname) != 0)
		return false;
	return l->mode == MC_EXCLUDE || !l->nsources || !t->source.family ||
	       sources_has(l->sources, l->nsources, &t->source);
}

/* Adds one group of a target; earlier is how many listeners there were before that target. */
static int add_group(struct listen_set *s, const struct mc_addr *group, const struct mc_target *t,
		     uint16_t port, size_t earlier)
{
	char text[MC_TARGET_STRLEN], other[MC_TARGET_STRLEN];
	struct listener *same = NULL;

	for (size_t i = 0; i < earlier; i++) {
		struct listener *l = s->v[i];

		if (overlaps(l, group, t, port))
			return opt_refuse(s->verb, "%s is given twice: %s holds it already (leave one out)",
					  mc_target_format(t, text, sizeof text), listen_text(l, other));
		if (l->port == port && !mc_addr_cmp(&l->group, group) && !strcmp(l->ifname, t->ifname))
			same = l;
	}
	struct listener *l = same ? same : new_listener(s, group, port);

	if (!l)
		return no_memory(s);
	memcpy(l->ifname, t->ifname, sizeof l->ifname);
	return t->source.family ? add_source(s, l, &t->source) : 0;
}

/* A socket for each group: as many files as there may be. Programs begin with fewer for the sake of
 * select(2), which is not used here. */
static rlim_t open_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return RLIM_INFINITY;
	if (limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	return limit.rlim_cur;
}

static int add_groups(struct listen_set *s, const struct mc_target *t, const char *text)
{
	uint16_t port = t->port < 0 ? s->conf.port : (uint16_t)t->port;
	rlim_t files = open_files();
	struct mc_target one = *t;
	size_t earlier = s->n;

	if (t->count > files)
		return opt_refuse(
			s->verb,
			"%s: each group takes a socket, and only %ju files may be open (raise it: ulimit -n)",
			text, (uintmax_t)files);
	one.count = 1;
	for (uint32_t i = 0; i < t->count; i++) {
		one.group = t->group;
		if (mc_addr_add(&one.group, i))
			return opt_refuse(s->verb, "%s: %s", text, mc_strerror(MC_ERR_COUNT));
		if (add_group(s, &one.group, &one, port, earlier))
			return EXIT_CANNOT;
	}
	return 0;
}

/* A link-local IPv6 group takes one interface a socket: each one of -I makes a target of its own. */
static int add_link_local(struct listen_set *s, const struct mc_target *t, const char *text)
{
	struct mc_target one = *t;
	char list[256], next[320];

	if (!s->nifnames)
		return opt_refuse(s->verb, "%s: a group that does not leave the link needs an interface (%s)",
				  text,
				  pick_next(next, sizeof next, "name one with -I",
					    pick_list(s->ifs, list, sizeof list)));
	for (size_t i = 0; i < s->nifnames; i++) {
		snprintf(one.ifname, sizeof one.ifname, "%s", s->ifnames[i]);
		if (add_groups(s, &one, text))
			return EXIT_CANNOT;
	}
	return 0;
}

static int add_target(struct listen_set *s, const struct mc_target *t)
{
	struct mc_target one = *t;
	char text[MC_TARGET_STRLEN];
	struct pick p;

	mc_target_format(t, text, sizeof text);
	if (!*t->ifname)
		return member_of_link(&t->group) ? add_link_local(s, t, text) : add_groups(s, t, text);
	if (pick_iface(s->verb, s->ifs, t->ifname, text, &p))
		return EXIT_CANNOT;
	memcpy(one.ifname, p.iface->name, sizeof one.ifname);
	return add_groups(s, &one, text);
}

static void drop_from(struct listen_set *s, size_t first)
{
	for (size_t i = s->n; i-- > first;)
		listen_drop(s->v[i]);
}

int listen_add(struct listen_set *s, const struct mc_target *t)
{
	size_t before = s->n;
	int r = add_target(s, t);

	if (r)
		drop_from(s, before);
	return r;
}

/* -I takes addresses and indexes, too; from here on there are names only. */
int listen_only(struct listen_set *s, const char *const *ifaces, size_t n)
{
	struct pick p;

	for (size_t i = 0; i < n; i++) {
		if (pick_iface(s->verb, s->ifs, ifaces[i], NULL, &p))
			return EXIT_CANNOT;
		char *name = mc_grow(&s->ifnames, &s->nifnames, sizeof *s->ifnames);

		if (!name)
			return no_memory(s);
		memcpy(name, p.iface->name, sizeof p.iface->name);
	}
	return 0;
}

/* ---- which of them takes a datagram ------------------------------------------------- */

/* Whether a unicast socket takes what comes in on an interface: what one of its groups names. */
static bool takes_unicast(const struct listener *l, uint32_t ifindex)
{
	const struct mc_iface *i = mc_ifaces_index(l->set->ifs, ifindex);

	for (size_t k = 0; k < l->set->n; k++) {
		const struct listener *g = l->set->v[k];

		if (g->port == l->port && g->group.family == l->group.family && !listen_is_unicast(g) && i &&
		    member_names(g, i))
			return true;
	}
	return false;
}

/* What was still in the buffer when the group was left had been taken. */
static bool takes_group(const struct port *p, uint32_t ifindex)
{
	const struct member *m = member_find(p->listener, ifindex);

	return m ? m->port == p : member_left(p->listener);
}

/* Another socket that gets the same datagram and is meant for it. */
static bool taken_elsewhere(const struct port *p, uint32_t ifindex)
{
	const struct listener *l = p->listener;
	const struct listen_set *s = l->set;

	for (size_t i = 0; i < s->n && !listen_is_unicast(l); i++)
		if (s->v[i]->port == l->port && !mc_addr_cmp(&s->v[i]->group, &l->group) &&
		    member_find(s->v[i], ifindex))
			return true;
	return false;
}

enum taken listen_takes(const struct port *p, uint32_t ifindex)
{
	if (listen_is_unicast(p->listener) ? takes_unicast(p->listener, ifindex) : takes_group(p, ifindex))
		return TAKEN;
	return taken_elsewhere(p, ifindex) ? TAKEN_ELSEWHERE : NOT_TAKEN;
}

/* ---- start and end ------------------------------------------------------------------ */

/* The unicast twin of a group's port; they are behind `from`. It goes first, because it finds the free
 * port. */
static int open_unicast(struct listen_set *s, const struct listener *group, size_t from)
{
	struct mc_addr any = { .family = group->group.family };
	uint16_t asked = group->port;

	for (size_t i = from; i < s->n; i++)
		if (s->v[i]->port == asked && listen_is_unicast(s->v[i]) &&
		    s->v[i]->group.family == any.family)
			return 0;
	struct listener *l = new_listener(s, &any, asked);

	if (!l)
		return no_memory(s);
	int r = member_open_port(l, 0);

	if (r)
		return member_refuse(l, NULL, r);
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i]->port == asked && s->v[i]->group.family == any.family)
			s->v[i]->port = l->port;
	return 0;
}

static size_t first_closed(const struct listen_set *s)
{
	size_t i = 0;

	while (i < s->n && s->v[i]->open)
		i++;
	return i;
}

static size_t first_unicast(const struct listen_set *s)
{
	size_t i = 0;

	while (i < s->n && !listen_is_unicast(s->v[i]))
		i++;
	return i;
}

static int open_group(struct listen_set *s, struct listener *l)
{
	if ((l->nsources && refuse_sources(s, l)) || member_follow(l))
		return EXIT_CANNOT;
	return l->nmembers ? 0 : member_refuse(l, NULL, -ENODEV);
}

/* Opens those from `first` on. */
static int open_new(struct listen_set *s, size_t first)
{
	size_t groups = s->n, twins = first_unicast(s);

	for (size_t i = first; i < groups && s->conf.unicast; i++)
		if (open_unicast(s, s->v[i], twins))
			return EXIT_CANNOT;
	for (size_t i = first; i < groups; i++)
		if (open_group(s, s->v[i]))
			return EXIT_CANNOT;
	return 0;
}

int listen_open(struct listen_set *s)
{
	size_t first = first_closed(s);
	int r = open_new(s, first);

	if (r) {
		drop_from(s, first);
		return r;
	}
	for (size_t i = first; i < s->n; i++)
		s->v[i]->open = true;
	return 0;
}

/* ---- while it is open --------------------------------------------------------------- */

void listen_follow(struct listen_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!listen_is_unicast(s->v[i]))
			(void)member_follow(s->v[i]);
}

struct listener *listen_find(const struct listen_set *s, const struct mc_addr *group, int32_t port,
			     size_t *at)
{
	while (*at < s->n) {
		struct listener *l = s->v[(*at)++];

		if ((port < 0 || l->port == port) && !mc_addr_cmp(&l->group, group))
			return l;
	}
	return NULL;
}

static void set_fields(struct listener *l, enum mc_mode mode, struct mc_addr *sources, size_t n)
{
	l->mode = mode;
	l->sources = sources;
	l->nsources = n;
}

int listen_filter(struct listener *l, enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	struct listener old = *l;
	struct mc_addr *copy = n ? malloc(n * sizeof *copy) : NULL;
	int r = 0;

	if (n && !copy)
		return -ENOMEM;
	if (n)
		memcpy(copy, sources, n * sizeof *copy);
	set_fields(l, mode, copy, n);
	if (l->open)
		r = member_filter(l, member_left(&old));
	if (r) {
		set_fields(l, old.mode, old.sources, old.nsources);
		(void)member_filter(l, false);
	}
	free(r ? copy : old.sources);
	return r;
}

static void forget(struct listener *l)
{
	free(l->members);
	free(l->sources);
	free(l);
}

void listen_drop(struct listener *l)
{
	struct listen_set *s = l->set;
	size_t i = s->n;

	while (s->v[--i] != l)
		;
	memmove(&s->v[i], &s->v[i + 1], (--s->n - i) * sizeof *s->v);
	member_close(l, "as told");
	forget(l);
}

uint64_t listen_close(struct listen_set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		member_shut(s->v[i]);
		forget(s->v[i]);
	}
	free(s->v);
	s->v = NULL;
	s->n = 0;
	return s->dropped;
}
