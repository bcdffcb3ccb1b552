/*
 * memberships.c - the kernel's own tables of groups, as text, and its events. What is forced is read from
 * /proc/sys.
 *
 * A table comes a page at a time, and may change between two pages. The kernel seeks each page from the
 * table's beginning: 20,000 groups of one interface take it 50 ms, 200,000 take it 3 s, whoever reads,
 * and however large the reader's buffer is: each call gives a page. No event or dump of netlink tells users.
 */
#include "net/memberships.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "net/proc.h"

#define MOST_TRIES 5
#define MANY 10000
#define MOST_EVENTS 10000 /* a call; then somebody else's turn */

/* RTNLGRP_IPV4_MCADDR, RTNLGRP_IPV6_MCADDR, RTM_NEWMULTICAST, RTM_DELMULTICAST: older headers lack them. */
enum { EVENTS_IPV4 = 37, EVENTS_IPV6 = 38, NEWMULTICAST = 56, DELMULTICAST = 57 };

struct mc_filter_line {
	uint32_t ifindex;
	struct mc_addr group;
	struct mc_named_source source;
};

void mc_memberships_free(struct mc_memberships *m)
{
	free(m->v);
	free(m->spoken);
	free(m->lines);
	free(m->pool);
	*m = (struct mc_memberships){ 0 };
}

/* ---- order -------------------------------------------------------------------------- */

static int cmp_key(uint32_t ifindex, const struct mc_addr *group, uint32_t ifindex2,
		   const struct mc_addr *group2)
{
	if (ifindex != ifindex2)
		return ifindex < ifindex2 ? -1 : 1;
	return mc_addr_cmp(group, group2);
}

static int cmp_memberships(const void *a, const void *b)
{
	const struct mc_membership *x = a, *y = b;

	return cmp_key(x->ifindex, &x->group, y->ifindex, &y->group);
}

static int cmp_lines(const void *a, const void *b)
{
	const struct mc_filter_line *x = a, *y = b;
	int r = cmp_key(x->ifindex, &x->group, y->ifindex, &y->group);

	return r ? r : mc_addr_cmp(&x->source.addr, &y->source.addr);
}

static int cmp_spoken(const void *a, const void *b)
{
	const struct mc_spoken *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

static void sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	if (n)
		qsort(v, n, size, cmp);
}

static void sort_memberships(struct mc_memberships *m)
{
	size_t kept = 0;

	sort(m->v, m->n, sizeof *m->v, cmp_memberships);
	for (size_t i = 0; i < m->n; i++) {
		if (kept && !cmp_memberships(&m->v[kept - 1], &m->v[i])) {
			if (m->v[kept - 1].users < m->v[i].users)
				m->v[kept - 1].users = m->v[i].users;
			continue;
		}
		m->v[kept++] = m->v[i];
	}
	m->n = kept;
}

/* An interface comes from the tables of both families. */
static void merge_spoken(struct mc_spoken *into, const struct mc_spoken *s)
{
	if (into->version[0] < s->version[0]) {
		into->version[0] = s->version[0];
		into->why[0] = s->why[0];
	}
}

static void sort_spoken(struct mc_memberships *m)
{
	size_t kept = 0;

	sort(m->spoken, m->nspoken, sizeof *m->spoken, cmp_spoken);
	for (size_t i = 0; i < m->nspoken; i++) {
		if (kept && m->spoken[kept - 1].ifindex == m->spoken[i].ifindex)
			merge_spoken(&m->spoken[kept - 1], &m->spoken[i]);
		else
			m->spoken[kept++] = m->spoken[i];
	}
	m->nspoken = kept;
}

static int cmp_line(const struct mc_filter_line *l, const struct mc_membership *s)
{
	return cmp_key(l->ifindex, &l->group, s->ifindex, &s->group);
}

/* Gives each membership its lines, in one walk over both. A source that comes twice is told once. */
static void give_sources(struct mc_memberships *m)
{
	const struct mc_filter_line *l = m->lines;
	size_t at = 0, used = 0;

	for (size_t i = 0; i < m->n && at < m->nlines; i++) {
		struct mc_membership *s = &m->v[i];

		while (at < m->nlines && cmp_line(&l[at], s) < 0)
			at++;
		s->sources = &m->pool[used];
		for (; at < m->nlines && !cmp_line(&l[at], s); at++)
			if (!s->nsources ||
			    mc_addr_cmp(&s->sources[s->nsources - 1].addr, &l[at].source.addr) != 0)
				s->sources[s->nsources++] = l[at].source;
		used += s->nsources;
	}
}

void mc_memberships_sort(struct mc_memberships *m)
{
	sort_memberships(m);
	sort_spoken(m);
	sort(m->lines, m->nlines, sizeof *m->lines, cmp_lines);
	give_sources(m);
	free(m->lines);
	m->lines = NULL;
	m->nlines = 0;
}

/* The place of the first that is not before the key. */
static size_t place(const struct mc_memberships *m, uint32_t ifindex, const struct mc_addr *group)
{
	size_t from = 0, to = m->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (cmp_key(m->v[mid].ifindex, &m->v[mid].group, ifindex, group) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

const struct mc_membership *mc_memberships_find(const struct mc_memberships *m, uint32_t ifindex,
						const struct mc_addr *group)
{
	size_t i = place(m, ifindex, group);

	return i < m->n && !cmp_key(m->v[i].ifindex, &m->v[i].group, ifindex, group) ? &m->v[i] : NULL;
}

const struct mc_spoken *mc_memberships_spoken(const struct mc_memberships *m, uint32_t ifindex)
{
	struct mc_spoken key = { .ifindex = ifindex };

	return m->nspoken ? bsearch(&key, m->spoken, m->nspoken, sizeof key, cmp_spoken) : NULL;
}

/* ---- what lines have in common ------------------------------------------------------ */

/* Makes room in an array for one more element a line of the text. 0 or -ENOMEM. */
static int make_room(void *array, size_t n, size_t size, const char *text)
{
	void *old, *bigger;

	memcpy(&old, array, sizeof old);
	for (n++; *text; text++)
		n += *text == '\n';
	bigger = realloc(old, n * size);
	if (!bigger)
		return -ENOMEM;
	memcpy(array, &bigger, sizeof bigger);
	return 0;
}

static bool take_number(struct mc_line *l, uint64_t most, uint32_t *ret)
{
	uint64_t v;

	if (!mc_word_number(mc_line_word(l), 10, most, &v))
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool take_ifindex(struct mc_line *l, uint32_t *ret)
{
	return take_number(l, INT32_MAX, ret) && *ret;
}

/* Thirty-two hexadecimal digits, in the order of the wire. */
static bool take_addr6(struct mc_line *l, struct mc_addr *ret)
{
	struct mc_line w = mc_line_word(l);

	*ret = (struct mc_addr){ .family = MC_IPV6 };
	if (w.end - w.at != 32)
		return false;
	for (size_t i = 0; i < 16; i++) {
		struct mc_line octet = { w.at + 2 * i, w.at + 2 * i + 2 };
		uint64_t v;

		if (!mc_word_number(octet, 16, UINT8_MAX, &v))
			return false;
		ret->b[i] = (uint8_t)v;
	}
	return true;
}

/* As a number of this machine (mcfilter). */
static bool take_addr4(struct mc_line *l, struct mc_addr *ret)
{
	uint64_t v;

	*ret = (struct mc_addr){ .family = MC_IPV4 };
	if (!mc_word_number(mc_line_word(l), 16, UINT32_MAX, &v))
		return false;
	for (size_t i = 4; i-- > 0; v >>= 8)
		ret->b[i] = (uint8_t)v;
	return true;
}

/* As four octets of the wire that this machine took for a number (igmp). */
static bool take_raw4(struct mc_line *l, struct mc_addr *ret)
{
	uint64_t v;

	*ret = (struct mc_addr){ .family = MC_IPV4 };
	if (!mc_word_number(mc_line_word(l), 16, UINT32_MAX, &v))
		return false;
	memcpy(ret->b, &(uint32_t){ (uint32_t)v }, 4);
	return true;
}

static struct mc_spoken *add_spoken(struct mc_memberships *m, uint32_t ifindex, struct mc_line name)
{
	struct mc_spoken *s = mc_grow(&m->spoken, &m->nspoken, sizeof *s);

	if (!s)
		return NULL;
	s->ifindex = ifindex;
	memcpy(s->name, name.at, (size_t)(name.end - name.at));
	return s;
}

static bool is_name(struct mc_line name)
{
	return name.end > name.at && name.end - name.at < MC_IFNAME_SIZE;
}

/* ---- /proc/net/igmp ----------------------------------------------------------------- */

/* The interface that groups belong to, which the lines before them name. */
struct current {
	uint32_t ifindex; /* 0: the line before was none of an interface */
	uint32_t left;    /* groups that are still to come */
	bool whole;       /* each group had an interface, and each of those as many as its line says */
};

/* "4\teth0      :     1      V3". A name has no blanks and, since Linux 4.0, no colon. */
static int take_interface(struct mc_memberships *m, struct current *c, struct mc_line l)
{
	struct mc_line name;

	c->whole &= c->left == 0;
	c->ifindex = c->left = 0;
	if (!take_ifindex(&l, &c->ifindex))
		return 0;
	const char *colon = memrchr(l.at, ':', (size_t)(l.end - l.at));
	struct mc_line before = { l.at, colon ? colon : l.at };

	name = mc_line_word(&before);
	l.at = colon ? colon + 1 : l.end;
	if (!is_name(name) || !take_number(&l, UINT32_MAX, &c->left)) {
		c->ifindex = 0;
		return 0;
	}
	struct mc_spoken *s = add_spoken(m, c->ifindex, name);

	if (!s)
		return -ENOMEM;
	struct mc_line version = mc_line_word(&l); /* NONE: a kernel without IP multicast */

	if (version.end - version.at == 2 && version.at[0] == 'V' && strchr("123", version.at[1])) {
		s->version[0] = (uint8_t)(version.at[1] - '0');
		s->why[0] = s->version[0] < 3 ? MC_SPOKEN_OLDER_QUERIER : MC_SPOKEN_NEWEST;
	}
	return 0;
}

/* "\t\t\t\t010000E0     1 0:00000000\t\t0" */
static void take_group(struct mc_memberships *m, struct current *c, struct mc_line l)
{
	struct mc_membership found = { .ifindex = c->ifindex };

	c->whole &= c->ifindex > 0;
	if (!c->ifindex || !take_raw4(&l, &found.group) || !take_number(&l, UINT32_MAX, &found.users) ||
	    !mc_addr_is_multicast(&found.group))
		return;
	c->whole &= c->left > 0;
	c->left -= c->left > 0;
	found.order = (uint32_t)m->n;
	m->v[m->n++] = found;
}

static int parse_igmp(struct mc_memberships *m, const char *text, bool *ret_whole)
{
	struct current c = { .whole = true };
	int r = make_room(&m->v, m->n, sizeof *m->v, text);
	struct mc_line l;

	while (!r && mc_line_next(&text, &l)) {
		if (*l.at == '\t')
			take_group(m, &c, l);
		else
			r = take_interface(m, &c, l);
	}
	*ret_whole = c.whole && c.left == 0;
	return r;
}

int mc_memberships_parse_igmp(struct mc_memberships *m, const char *text)
{
	bool whole;

	return parse_igmp(m, text, &whole);
}

/* The reader of a table goes on at a number: where something changed before that, a line is missing or comes
 * twice. If that is an interface's own, its groups seem to be those of the interface before. So they are
 * counted, and read again, unless there are so many that something would have changed the next time, too. */
static int read_igmp(struct mc_memberships *m)
{
	bool whole = false;
	int r = 0;

	for (int i = 0; i < MOST_TRIES && !r && !whole && m->n < MANY; i++) {
		char *text;

		m->n = m->nspoken = 0;
		r = mc_proc_net("igmp", &text);
		if (!r) {
			r = parse_igmp(m, text, &whole);
			free(text);
		}
	}
	return r;
}

/* ---- the other tables --------------------------------------------------------------- */

/* "4    eth0            ff020000000000000000000000000001     1 0000000C 0" */
int mc_memberships_parse_igmp6(struct mc_memberships *m, const char *text)
{
	int r = make_room(&m->v, m->n, sizeof *m->v, text);
	uint32_t last = 0;
	struct mc_line l;

	while (!r && mc_line_next(&text, &l)) {
		struct mc_membership found = { 0 };

		if (!take_ifindex(&l, &found.ifindex))
			continue;
		struct mc_line name = mc_line_word(&l);

		if (!is_name(name) || !take_addr6(&l, &found.group) ||
		    !take_number(&l, UINT32_MAX, &found.users) || !mc_addr_is_multicast(&found.group))
			continue;
		found.order = (uint32_t)m->n;
		m->v[m->n++] = found;
		if (found.ifindex != last && !add_spoken(m, found.ifindex, name))
			r = -ENOMEM;
		last = found.ifindex;
	}
	return r;
}

/* "  4   eth0 0xe8010101 0x0a000001      1      0"; the name is cut. */
int mc_memberships_parse_filters(struct mc_memberships *m, uint8_t family, const char *text)
{
	bool (*take_addr)(struct mc_line *, struct mc_addr *) = family == MC_IPV6 ? take_addr6 : take_addr4;
	int r = make_room(&m->lines, m->nlines, sizeof *m->lines, text);
	struct mc_line l;

	if (!r)
		r = make_room(&m->pool, m->nlines, sizeof *m->pool, text);
	while (!r && mc_line_next(&text, &l)) {
		struct mc_filter_line found = { 0 };

		if (!take_ifindex(&l, &found.ifindex))
			continue;
		mc_line_word(&l);
		if (take_addr(&l, &found.group) && take_addr(&l, &found.source.addr) &&
		    take_number(&l, UINT32_MAX, &found.source.include) &&
		    take_number(&l, UINT32_MAX, &found.source.exclude))
			m->lines[m->nlines++] = found;
	}
	return r;
}

static int parse_mcfilter(struct mc_memberships *m, const char *text)
{
	return mc_memberships_parse_filters(m, MC_IPV4, text);
}

static int parse_mcfilter6(struct mc_memberships *m, const char *text)
{
	return mc_memberships_parse_filters(m, MC_IPV6, text);
}

/* A table that the kernel does not have is empty. */
static int read_table(struct mc_memberships *m, const char *name,
		      int (*parse)(struct mc_memberships *, const char *))
{
	char *text;
	int r = mc_proc_net(name, &text);

	if (r)
		return r == -ENOENT ? 0 : r;
	r = parse(m, text);
	free(text);
	return r;
}

/* ---- versions ----------------------------------------------------------------------- */

static long forced(const char *family, const char *name, const char *what)
{
	char path[96];

	snprintf(path, sizeof path, "net/%s/conf/%s/%s", family, name, what);
	return mc_proc_sys(path);
}

/* The version is the one in force, so that what is forced, by all or by the interface, is that one. */
static void tell_igmp(struct mc_spoken *s, long all)
{
	if (s->why[0] == MC_SPOKEN_OLDER_QUERIER &&
	    (all == s->version[0] || forced("ipv4", s->name, "force_igmp_version") == s->version[0]))
		s->why[0] = MC_SPOKEN_FORCED;
}

/* That of all goes first; values that are no version are as 0. */
static void tell_mld(struct mc_spoken *s, long all)
{
	long version = all > 0 ? all : forced("ipv6", s->name, "force_mld_version");

	if (version != 1 && version != 2)
		return;
	s->version[1] = (uint8_t)version;
	s->why[1] = MC_SPOKEN_FORCED;
}

static bool has_ipv6(const struct mc_memberships *m, uint32_t ifindex)
{
	size_t i = place(m, ifindex, &(struct mc_addr){ .family = MC_IPV6 });

	return i < m->n && m->v[i].ifindex == ifindex;
}

static void tell_versions(struct mc_memberships *m)
{
	long igmp = forced("ipv4", "all", "force_igmp_version");
	long mld = forced("ipv6", "all", "force_mld_version");

	for (size_t i = 0; i < m->nspoken; i++) {
		tell_igmp(&m->spoken[i], igmp);
		if (has_ipv6(m, m->spoken[i].ifindex))
			tell_mld(&m->spoken[i], mld);
	}
}

int mc_memberships_read(struct mc_memberships *ret)
{
	struct mc_memberships m = { 0 };
	int r = read_igmp(&m);

	if (!r)
		r = read_table(&m, "igmp6", mc_memberships_parse_igmp6);
	if (!r)
		r = read_table(&m, "mcfilter", parse_mcfilter);
	if (!r)
		r = read_table(&m, "mcfilter6", parse_mcfilter6);
	if (r) {
		mc_memberships_free(&m);
		return r;
	}
	mc_memberships_sort(&m);
	tell_versions(&m);
	*ret = m;
	return 0;
}

/* ---- events ------------------------------------------------------------------------- */

static int subscribe(int fd)
{
	const struct sockaddr_nl own = { .nl_family = AF_NETLINK };
	const int groups[] = { EVENTS_IPV4, EVENTS_IPV6 };

	if (bind(fd, (const struct sockaddr *)&own, sizeof own))
		return -errno;
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i], sizeof groups[i]))
			return errno == EINVAL ? -EOPNOTSUPP : -errno;
	return 0;
}

int mc_memberships_follow(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	int r = subscribe(fd);

	if (r) {
		close(fd);
		return r;
	}
	return fd;
}

int mc_memberships_changed(int fd)
{
	bool changed = false, lost = false;

	for (int i = 0; i < MOST_EVENTS; i++) {
		_Alignas(struct nlmsghdr) uint8_t buf[4096];
		const struct nlmsghdr *h = (const void *)buf;
		ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0 && errno != ENOBUFS)
			return -errno;
		lost |= n < 0;
		changed |= mnl_nlmsg_ok(h, (int)n) &&
			   (h->nlmsg_type == NEWMULTICAST || h->nlmsg_type == DELMULTICAST);
	}
	if (lost)
		return -ENOBUFS;
	return changed;
}
