/*
 * target.c - [SOURCE@]GROUP[%IFACE][:PORT][+N] and the forms other programs use: parse, mend,
 * format. It knows no interface and no resolver: names stay names.
 *
 * What keeps the grammar unambiguous: the kernel allows no ':' in the name of an interface, and
 * an address holds none of "@,%+". Names may hold all four, so a text is split at the first '@'
 * or ',' whose left side is an address, and at the first '%'.
 *
 * RFC 4007 11 (zones), RFC 3986 3.2.2 (brackets).
 */
#include <mcast/base.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct span {
	const char *p;
	size_t n;
};

struct reading {
	struct mc_target t;
	bool swallowed; /* the group took in what looks like its port */
};

static struct span head(struct span s, size_t n)
{
	return (struct span){ s.p, n };
}

static struct span tail(struct span s, size_t from)
{
	return (struct span){ s.p + from, s.n - from };
}

/* Where c stands first, or s.n. */
static size_t find(struct span s, char c)
{
	const char *at = memchr(s.p, c, s.n);

	return at ? (size_t)(at - s.p) : s.n;
}

/* Where c stands last, or s.n. */
static size_t find_last(struct span s, char c)
{
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == c)
			return i;
	return s.n;
}

static bool starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static struct span skip_blanks(struct span s)
{
	while (starts(s, " "))
		s = tail(s, 1);
	return s;
}

static struct span unbracket(struct span s)
{
	if (starts(s, "[") && s.p[s.n - 1] == ']')
		return head(tail(s, 1), s.n - 2);
	return s;
}

static bool read_number(uint32_t *ret, struct span s, uint32_t max)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
		if (v > max)
			return false;
	}
	*ret = (uint32_t)v;
	return s.n > 0;
}

static bool read_addr(struct mc_addr *ret, struct span s)
{
	char text[MC_ADDR_STRLEN];

	if (s.n >= sizeof(text))
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return mc_addr_parse(ret, text) == 0;
}

static int read_ifname(struct mc_target *t, struct span s)
{
	if (s.n == 0 || s.n >= sizeof(t->ifname))
		return MC_ERR_IFNAME;
	for (size_t i = 0; i < s.n; i++)
		if (strchr("/: \t\n\v\f\r", s.p[i]))
			return MC_ERR_IFNAME;
	memcpy(t->ifname, s.p, s.n);
	return 0;
}

static int read_port(struct mc_target *t, struct span s)
{
	uint32_t port;

	if (!read_number(&port, s, 65535))
		return find(s, '+') < s.n ? MC_ERR_COUNT : MC_ERR_PORT;
	t->port = (int32_t)port;
	return 0;
}

static bool is_source(const struct mc_addr *a)
{
	static const struct mc_addr broadcast = { MC_IPV4, { 255, 255, 255, 255 } };

	return !mc_addr_is_multicast(a) && !mc_addr_is_unspecified(a) && mc_addr_cmp(a, &broadcast) != 0;
}

static int check_addrs(const struct mc_target *t)
{
	if (t->source.family && !is_source(&t->source))
		return MC_ERR_SOURCE;
	if (!mc_addr_is_multicast(&t->group))
		return MC_ERR_GROUP;
	return t->source.family && t->source.family != t->group.family ? MC_ERR_FAMILY : 0;
}

/* GROUP[%IFACE] and nothing behind it, the source read before. */
static int read_group(struct mc_target *t, struct span s)
{
	size_t zone = find(s, '%');
	struct span addr = head(s, zone);
	size_t plus = find(addr, '+');
	int err;

	if (plus < addr.n && read_addr(&t->group, head(addr, plus)))
		return MC_ERR_COUNT;
	if (!read_addr(&t->group, addr))
		return MC_ERR_ADDR;
	err = check_addrs(t);
	if (err || zone == s.n)
		return err;
	return read_ifname(t, tail(s, zone + 1));
}

/* [%IFACE][:PORT] in this order or the other, as far as not given before. */
static int read_rest(struct mc_target *t, struct span s)
{
	while (s.n) {
		struct span body = tail(s, 1);
		size_t end;
		int err;

		if (*s.p == '%' && !t->ifname[0]) {
			end = find(body, ':');
			err = read_ifname(t, head(body, end));
		} else if (*s.p == ':' && t->port < 0) {
			end = find(body, '%');
			err = read_port(t, head(body, end));
		} else {
			return *s.p == '+' ? MC_ERR_COUNT : MC_ERR_SYNTAX;
		}
		if (err)
			return err;
		s = tail(body, end);
	}
	return 0;
}

/* Takes a source and the separator off the front, or leaves s as it is. */
static bool take_source(struct mc_target *t, struct span *s, const char *separators)
{
	for (size_t i = 0; i < s->n; i++) {
		if (!strchr(separators, s->p[i]) || !read_addr(&t->source, unbracket(head(*s, i))))
			continue;
		*s = skip_blanks(tail(*s, i + 1));
		return true;
	}
	return false;
}

/* Takes the number off "+N" at the end, or leaves s as it is. */
static bool take_count(struct span *s, struct span *ret)
{
	size_t plus = find_last(*s, '+');
	size_t i = plus + 1;

	while (i < s->n && s->p[i] >= '0' && s->p[i] <= '9')
		i++;
	if (plus + 1 >= s->n || i < s->n)
		return false;
	*ret = tail(*s, plus + 1);
	*s = head(*s, plus);
	return true;
}

/* Where the closing bracket of a text that begins with the opening one stands, or s.n: the
 * last one where the name of an interface, which may hold it, comes before it. */
static size_t find_closing(struct span s, char bracket)
{
	size_t first = find(s, bracket);

	return find(s, '%') < first ? find_last(s, bracket) : first;
}

/* [GROUP%IFACE]... or [SOURCE@GROUP%IFACE]... */
static int read_bracketed(struct mc_target *t, struct span s)
{
	size_t end = find_closing(s, ']');
	struct span inner;
	int err;

	if (end == s.n)
		return MC_ERR_SYNTAX;
	inner = tail(head(s, end), 1);
	if (!t->source.family)
		take_source(t, &inner, "@");
	err = read_group(t, inner);
	return err ? err : read_rest(t, tail(s, end + 1));
}

/* (SOURCE,GROUP)... or (*,GROUP)... */
static int read_pair(struct mc_target *t, struct span s)
{
	size_t end = find_closing(s, ')');
	struct span inner;
	int err;

	if (end == s.n)
		return MC_ERR_SYNTAX;
	inner = tail(head(s, end), 1);
	if (find(inner, ',') == inner.n)
		return MC_ERR_SYNTAX;
	if (starts(inner, "*,"))
		inner = skip_blanks(tail(inner, 2));
	else if (!take_source(t, &inner, ","))
		return MC_ERR_ADDR;
	err = read_group(t, unbracket(inner));
	return err ? err : read_rest(t, tail(s, end + 1));
}

/* Where an IPv6 address ends and what looks like its port begins, or s.n: see mc_target_parse. */
static size_t find_swallowed(struct span s)
{
	size_t colon = find_last(s, ':');
	size_t digits = s.n - colon;
	struct mc_addr a;
	uint32_t number;

	if (digits != 1 + 4 && digits != 1 + 5)
		return s.n;
	if (!read_number(&number, tail(s, colon + 1), 99999) || !read_addr(&a, head(s, colon)))
		return s.n;
	return a.family == MC_IPV6 ? colon : s.n;
}

/* GROUP... without brackets. A group that swallowed a port is read as if it had not, so that
 * the rest can be judged and the reading be written out as what was probably meant. */
static int read_bare(struct reading *r, struct span s)
{
	struct span addr = head(s, find(s, '%'));
	bool two_ports = find(tail(s, addr.n), ':') < s.n - addr.n;
	size_t colon = find(addr, ':');
	size_t end = find_swallowed(addr);
	int err;

	r->swallowed = end < addr.n;
	if (r->swallowed && two_ports)
		end = addr.n;
	else if (find_last(addr, ':') == colon)
		end = colon; /* one at most: not IPv6 */
	err = read_group(&r->t, head(addr, end));
	return err ? err : read_rest(&r->t, tail(s, end));
}

static int read_form(struct reading *r, struct span s)
{
	if (starts(s, "udp://")) {
		if (find(s, '?') < s.n)
			return MC_ERR_SYNTAX;
		s = tail(s, strlen("udp://"));
		if (starts(s, "@"))
			s = tail(s, 1);
	}
	if (starts(s, "("))
		return read_pair(&r->t, s);
	take_source(&r->t, &s, "@,");
	return starts(s, "[") ? read_bracketed(&r->t, s) : read_bare(r, s);
}

/* 0, or MC_ERR_BRACKETS with ret filled all the same, or another MC_ERR_*. */
static int read_target(struct mc_target *ret, const char *text)
{
	struct span s = { text, strlen(text) }, number;
	struct reading r = { .swallowed = false };
	struct mc_addr last;
	int err;

	mc_target_init(&r.t);
	if (take_count(&s, &number) && !read_number(&r.t.count, number, UINT32_MAX))
		return MC_ERR_COUNT;
	err = read_form(&r, s);
	if (err)
		return err;
	last = r.t.group;
	if (r.t.count == 0 || mc_addr_add(&last, r.t.count - 1) < 0)
		return MC_ERR_COUNT;
	*ret = r.t;
	return r.swallowed ? MC_ERR_BRACKETS : 0;
}

void mc_target_init(struct mc_target *t)
{
	*t = (struct mc_target){ .size = sizeof(*t), .port = -1, .count = 1 };
}

int mc_target_parse(struct mc_target *ret, const char *text)
{
	struct mc_target t;
	int err;

	if (ret->size != sizeof(*ret))
		return MC_ERR_CONF;
	err = read_target(&t, text);
	if (err)
		return err;
	*ret = t;
	return 0;
}

int mc_target_mend(const char *text, char *buf, size_t cap)
{
	char mended[MC_TARGET_STRLEN];
	struct mc_target t = { 0 };
	size_t len;

	if (read_target(&t, text) != MC_ERR_BRACKETS)
		return -EINVAL;
	len = strlen(mc_target_format(&t, mended, sizeof(mended)));
	if (len >= cap)
		return -ENOSPC;
	memcpy(buf, mended, len + 1);
	return 0;
}

/* "+N" where there is one to write: a name that ends like one needs its own behind it. */
static void format_count(const struct mc_target *t, bool open_name, char *buf, size_t cap)
{
	struct span name = { t->ifname, strnlen(t->ifname, sizeof(t->ifname)) }, number;

	buf[0] = '\0';
	if (t->count > 1 || (open_name && take_count(&name, &number)))
		snprintf(buf, cap, "+%u", (unsigned)t->count);
}

char *mc_target_format(const struct mc_target *t, char *buf, size_t cap)
{
	char group[MC_ADDR_STRLEN], source[MC_ADDR_STRLEN], port[16] = "", count[16];
	struct span addr = { group, strlen(mc_addr_format(&t->group, group, sizeof(group))) };
	bool brackets = t->group.family == MC_IPV6 && (t->port >= 0 || find_swallowed(addr) < addr.n);
	bool source6 = brackets && t->source.family == MC_IPV6;
	int len;

	mc_addr_format(&t->source, source, sizeof(source));
	if (t->port >= 0)
		snprintf(port, sizeof(port), ":%d", (int)t->port);
	format_count(t, t->port < 0 && !brackets, count, sizeof(count));
	len = snprintf(buf, cap, "%s%s%s%s%s%s%s%.15s%s%s%s", source6 ? "[" : "", source, source6 ? "]" : "",
		       source[0] ? "@" : "", brackets ? "[" : "", group, t->ifname[0] ? "%" : "", t->ifname,
		       brackets ? "]" : "", port, count);
	if (cap && (!group[0] || (size_t)len >= cap))
		buf[0] = '\0';
	return buf;
}
