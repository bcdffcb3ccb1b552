/*
 * sdp.c - a session description read: its lines first, then what follows from all of them. It opens no file
 * and knows no interface.
 *
 * The text is copied, and the copy cut into lines and words. What stands before the first m= line is section
 * 0. RFC 8866 5.7 (c=), 5.14 (m=), 6.6 (rtpmap); RFC 4570 3 (source-filter); RFC 5888 4 and 5 (mid, group);
 * RFC 5576 4.2 and RFC 7104 3 (ssrc-group, DUP).
 */
#include "recv/sdp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

#define TARGETS_MOST 4096

struct section {
	unsigned line;
	const char *media, *mid;
	uint16_t port;
	uint32_t ports;
	bool rtp, filtered; /* filtered: it has filters of its own */
	uint8_t payload_type;
	uint32_t clock;
	uint64_t groups; /* of its own c= lines */
	size_t ssrcs;    /* of a=ssrc-group:DUP */
};

struct connection {
	size_t section;
	unsigned line;
	struct mc_addr group;
	uint32_t count;
};

/* A source of a filter; group.family 0: for all groups. */
struct filter {
	size_t section;
	unsigned line;
	bool exclude, used;
	struct mc_addr group, source;
};

/* Of a=group:DUP: the names of its sections. */
struct set {
	unsigned line;
	char *names;
};

struct reading {
	char *text, *why;
	size_t cap;
	unsigned line;
	struct section *sections;
	struct connection *connections;
	struct filter *filters;
	struct set *sets;
	size_t nsections, nconnections, nfilters, nsets;
	struct sdp out;
};

__attribute__((format(printf, 3, 4))) static int refuse(struct reading *r, unsigned line, const char *fmt,
							...)
{
	va_list ap;
	int n = line ? snprintf(r->why, r->cap, "line %u: ", line) : 0;

	va_start(ap, fmt);
	if (n >= 0 && (size_t)n < r->cap)
		vsnprintf(r->why + n, r->cap - (size_t)n, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* The section that is being read. */
static struct section *here(struct reading *r)
{
	return &r->sections[r->nsections - 1];
}

/* ---- words ---------------------------------------------------------------------------- */

/* Takes the next word off the front; "" where there is none. */
static char *word(char **rest)
{
	char *w;

	do
		w = strsep(rest, " \t");
	while (w && !*w);
	return w ? w : strchr("", '\0');
}

static bool number(const char *s, uint32_t most, uint32_t *ret)
{
	unsigned long v;

	if (!*s || strlen(s) > 9 || strspn(s, "0123456789") != strlen(s))
		return false;
	v = strtoul(s, NULL, 10);
	*ret = (uint32_t)v;
	return v <= most;
}

/* "IN IP4" and the like; star: any type, or both families, as filters may say. */
static int read_types(struct reading *r, char **rest, bool star, uint8_t *ret_family)
{
	const char *net = word(rest), *type = word(rest);

	if (strcmp(net, "IN") != 0 && !(star && strcmp(net, "*") == 0))
		return refuse(r, r->line, "the network type is '%.20s': only IN is known", net);
	if (strcmp(type, "IP4") == 0)
		*ret_family = MC_IPV4;
	else if (strcmp(type, "IP6") == 0)
		*ret_family = MC_IPV6;
	else if (star && strcmp(type, "*") == 0)
		*ret_family = 0;
	else
		return refuse(r, r->line, "the address type is '%.20s': write IP4 or IP6", type);
	return 0;
}

/* family 0: either. */
static int read_addr(struct reading *r, const char *text, uint8_t family, struct mc_addr *ret)
{
	if (mc_addr_parse(ret, text) < 0)
		return refuse(r, r->line,
			      "'%.60s' is no address: write it in numbers, names are not looked up", text);
	if (family && ret->family != family)
		return refuse(r, r->line, "%.60s is no IPv%u address: change it, or the address type", text,
			      (unsigned)family);
	return 0;
}

/* ---- lines ---------------------------------------------------------------------------- */

/* GROUP[/TTL[/N]] of IPv4, GROUP[/N] of IPv6: 0, or -EINVAL with nothing said. */
static int split_group(char *text, struct mc_addr *group, uint8_t family, uint32_t *ret_count)
{
	char *ttl = family == MC_IPV4 ? strchr(text, '/') : NULL, *n;
	struct mc_addr last;
	uint32_t hops;

	*ret_count = 1;
	if (ttl)
		*ttl++ = '\0';
	n = strchr(ttl ? ttl : text, '/');
	if (n)
		*n++ = '\0';
	if ((ttl && !number(ttl, 255, &hops)) || (n && !number(n, UINT32_MAX, ret_count)))
		return -EINVAL;
	if (mc_addr_parse(group, text) < 0 || !mc_addr_is_multicast(group))
		return 0; /* is refused for that */
	last = *group;
	return *ret_count == 0 || mc_addr_add(&last, *ret_count - 1) < 0 ? -EINVAL : 0;
}

static int read_connection(struct reading *r, char *rest)
{
	struct connection c = { .section = r->nsections - 1, .line = r->line }, *kept;
	uint8_t family = 0;
	char *group;
	int err = read_types(r, &rest, false, &family);

	if (err)
		return err;
	group = word(&rest);
	if (split_group(group, &c.group, family, &c.count))
		return refuse(r, r->line, "what follows the address is wrong: write %s",
			      family == MC_IPV4 ? "GROUP/TTL, or GROUP/TTL/NUMBER of groups" :
						  "GROUP, or GROUP/NUMBER of groups");
	err = read_addr(r, group, family, &c.group);
	if (err)
		return err;
	kept = mc_grow(&r->connections, &r->nconnections, sizeof c);
	if (!kept)
		return -ENOMEM;
	*kept = c;
	here(r)->groups += c.count;
	return 0;
}

static int read_ports(struct reading *r, char *text, struct section *s)
{
	char *n = strchr(text, '/');
	uint32_t port;

	if (n)
		*n++ = '\0';
	s->ports = 1;
	if (!number(text, 65535, &port) || (n && (!number(n, 65535, &s->ports) || s->ports == 0)))
		return refuse(r, r->line, "the port is wrong: write PORT, or PORT/NUMBER of ports");
	s->port = (uint16_t)port;
	if (port + (uint64_t)(s->ports - 1) * (s->rtp ? 2 : 1) > 65535)
		return refuse(r, r->line, "its ports go beyond 65535: write a lower port, or fewer of them");
	return 0;
}

/* RTP's ports are pairs, the second of each for RTCP (RFC 8866 5.14). */
static int read_media(struct reading *r, char *rest)
{
	struct section *s = mc_grow(&r->sections, &r->nsections, sizeof *s);
	char *port;
	uint32_t type;

	if (!s)
		return -ENOMEM;
	s->line = r->line;
	s->media = word(&rest);
	s->mid = "";
	port = word(&rest);
	s->rtp = strncmp(word(&rest), "RTP/", 4) == 0;
	if (s->rtp && number(word(&rest), 127, &type))
		s->payload_type = (uint8_t)type;
	return read_ports(r, port, s);
}

static int add_filter(struct reading *r, const struct filter *f)
{
	struct filter *kept = mc_grow(&r->filters, &r->nfilters, sizeof *f);

	if (!kept)
		return -ENOMEM;
	*kept = *f;
	here(r)->filtered = true;
	return 0;
}

static int read_sources(struct reading *r, char *rest, uint8_t family, struct filter *f)
{
	const char *text = word(&rest);
	int err = 0;

	if (!*text)
		return refuse(r, r->line, "the filter has no sources: write them behind the group");
	for (; !err && *text; text = word(&rest)) {
		err = read_addr(r, text, family, &f->source);
		if (!err && (mc_addr_is_multicast(&f->source) || mc_addr_is_unspecified(&f->source)))
			err = refuse(r, r->line, "%.60s cannot be a source: write a unicast address", text);
		if (!err)
			err = add_filter(r, f);
	}
	return err;
}

static int read_filter(struct reading *r, char *rest)
{
	struct filter f = { .section = r->nsections - 1, .line = r->line };
	const char *mode = word(&rest), *group;
	uint8_t family = 0;
	int err;

	f.exclude = strcmp(mode, "excl") == 0;
	if (!f.exclude && strcmp(mode, "incl") != 0)
		return refuse(r, r->line, "the filter's mode is '%.20s': write incl or excl", mode);
	err = read_types(r, &rest, true, &family);
	if (err)
		return err;
	group = word(&rest);
	if (strcmp(group, "*") != 0)
		err = read_addr(r, group, family, &f.group);
	return err ? err : read_sources(r, rest, family, &f);
}

/* Only of the payload type that counts: 96 NAME/CLOCK[/...]. */
static int read_rtpmap(struct reading *r, char *rest)
{
	const char *text = word(&rest);
	struct section *s = here(r);
	char *clock;
	uint32_t type;

	if (!s->rtp || !number(text, 127, &type) || type != s->payload_type)
		return 0;
	strsep(&rest, "/");
	clock = strsep(&rest, "/ \t");
	if (!clock || !number(clock, UINT32_MAX, &s->clock) || !s->clock)
		return refuse(r, r->line, "the rtpmap has no clock rate: write %s NAME/RATE", text);
	return 0;
}

static int read_mid(struct reading *r, char *rest)
{
	here(r)->mid = word(&rest);
	return 0;
}

static int read_group(struct reading *r, char *rest)
{
	struct set *s;

	if (strcmp(word(&rest), "DUP") != 0)
		return 0;
	s = mc_grow(&r->sets, &r->nsets, sizeof *s);
	if (!s)
		return -ENOMEM;
	*s = (struct set){ r->line, rest };
	return 0;
}

static int read_ssrc_group(struct reading *r, char *rest)
{
	if (strcmp(word(&rest), "DUP") == 0)
		for (here(r)->ssrcs = 0; *word(&rest);)
			here(r)->ssrcs++;
	return 0;
}

static int read_attribute(struct reading *r, char *rest)
{
	static const struct {
		const char *name;
		int (*read)(struct reading *r, char *rest);
	} known[] = {
		{ "source-filter", read_filter }, { "rtpmap", read_rtpmap },         { "mid", read_mid },
		{ "group", read_group },          { "ssrc-group", read_ssrc_group },
	};
	const char *name = strsep(&rest, ":");

	for (size_t i = 0; rest && i < sizeof known / sizeof known[0]; i++)
		if (strcmp(name, known[i].name) == 0)
			return known[i].read(r, rest);
	return 0;
}

static int read_line(struct reading *r, char *line)
{
	size_t n = strlen(line);

	while (n && strchr("\r \t", line[n - 1]))
		line[--n] = '\0';
	if (r->line == 1 && strcmp(line, "v=0") != 0)
		return refuse(r, 1, "is not v=0: this is no session description, give one");
	if (!n)
		return 0;
	if (line[1] != '=')
		return refuse(r, r->line, "is not of the form x=...: correct it, or take it out");
	switch (line[0]) {
	case 'm':
		return read_media(r, line + 2);
	case 'c':
		return read_connection(r, line + 2);
	case 'a':
		return read_attribute(r, line + 2);
	default:
		return 0;
	}
}

static int read_lines(struct reading *r)
{
	char *rest = r->text, *line;
	int err = 0;

	while (!err && (line = strsep(&rest, "\n"))) {
		r->line++;
		err = read_line(r, line);
	}
	return err;
}

/* ---- what follows from them ----------------------------------------------------------- */

static int add_stream(struct reading *r, size_t section, const struct mc_target *t, const struct filter *f)
{
	const struct section *s = &r->sections[section];
	struct sdp_stream *v;

	if (r->out.n == TARGETS_MOST)
		return refuse(r, s->line, "there are more than %d targets: take some out", TARGETS_MOST);
	v = mc_grow(&r->out.v, &r->out.n, sizeof *v);
	if (!v)
		return -ENOMEM;
	v->target = *t;
	if (f)
		v->target.source = f->source;
	v->exclude = f && f->exclude;
	v->section = (unsigned)section - 1;
	snprintf(v->media, sizeof v->media, "%s", s->media);
	snprintf(v->mid, sizeof v->mid, "%s", s->mid);
	v->rtp = s->rtp;
	v->payload_type = s->payload_type;
	v->clock = s->clock;
	v->duplicate = -1;
	return 0;
}

/* Filters of a section are instead of those before the first. A filter is for a group by the address that
 * stands in the c= line, or by its own. */
static bool is_for(const struct reading *r, const struct filter *f, size_t section,
		   const struct connection *c, const struct mc_target *t)
{
	if (f->section != (r->sections[section].filtered ? section : 0) ||
	    f->source.family != t->group.family)
		return false;
	return !f->group.family || mc_addr_cmp(&f->group, &c->group) == 0 ||
	       mc_addr_cmp(&f->group, &t->group) == 0;
}

static int add_target(struct reading *r, size_t section, const struct connection *c,
		      const struct mc_target *t)
{
	const struct filter *first = NULL;
	int err = 0;

	for (size_t i = 0; !err && i < r->nfilters; i++) {
		struct filter *f = &r->filters[i];

		if (!is_for(r, f, section, c, t))
			continue;
		if (first && first->exclude != f->exclude)
			return refuse(r, f->line, "line %u has the other mode for the same group: keep one",
				      first->line);
		first = f;
		f->used = true;
		err = add_stream(r, section, t, f);
	}
	return err || first ? err : add_stream(r, section, t, NULL);
}

/* All groups of a c= line with one port, its only group with all ports, or one of each at a time, beginning
 * with the port that is due. */
static int add_connection(struct reading *r, size_t section, const struct connection *c, bool each,
			  uint32_t *due)
{
	const struct section *s = &r->sections[section];
	uint32_t step = s->rtp ? 2 : 1, turns = each ? c->count : s->ports;
	char text[MC_ADDR_STRLEN];
	struct mc_target t;
	int err = 0;

	if (!mc_addr_is_multicast(&c->group))
		return refuse(r, c->line, "%s is unicast, there is nothing to join: take its section out",
			      mc_addr_format(&c->group, text, sizeof text));
	mc_target_init(&t);
	t.group = c->group;
	t.count = each ? 1 : c->count;
	for (uint32_t i = 0; !err && i < turns; i++) {
		t.port = (int32_t)(s->port + (each ? (*due)++ : i) * step);
		err = add_target(r, section, c, &t);
		if (each && i + 1 < turns)
			mc_addr_add(&t.group, 1);
	}
	return err;
}

/* A section without c= lines goes by those before the first. */
static int add_section(struct reading *r, size_t section)
{
	const struct section *s = &r->sections[section];
	size_t from = s->groups ? section : 0;
	uint64_t groups = r->sections[from].groups;
	bool each = s->ports > 1 && groups > 1;
	uint32_t due = 0;
	int err = 0;

	if (!groups)
		return refuse(r, s->line, "no c= line says which group it is: add one");
	if (each && groups != s->ports)
		return refuse(r, s->line, "%u ports for %u groups: write as many of each, or one of either",
			      (unsigned)s->ports, (unsigned)groups);
	for (size_t i = 0; !err && i < r->nconnections; i++)
		if (r->connections[i].section == from)
			err = add_connection(r, section, &r->connections[i], each, &due);
	return err;
}

/* A filter for a group that no c= line names would be left out without a word, and any source be heard. */
static int check_filters(struct reading *r)
{
	char text[MC_ADDR_STRLEN];

	for (size_t i = 0; i < r->nfilters; i++) {
		const struct filter *f = &r->filters[i];
		bool found = f->used || !f->group.family;

		for (size_t k = 0; !found && k < r->nconnections; k++)
			found = mc_addr_cmp(&r->connections[k].group, &f->group) == 0;
		if (!found)
			return refuse(r, f->line,
				      "the filter's group %s is that of no c= line: write the same",
				      mc_addr_format(&f->group, text, sizeof text));
	}
	return 0;
}

/* ---- duplicates ----------------------------------------------------------------------- */

/* Puts a section's streams into a set, all as one leg, or each as a leg of its own. */
static void put_into(struct sdp *out, size_t section, int leg, bool each)
{
	for (size_t i = 0; i < out->n; i++) {
		struct sdp_stream *v = &out->v[i];

		if (v->section + 1 != section || v->duplicate >= 0)
			continue;
		v->duplicate = out->duplicates;
		v->leg = leg;
		leg += each;
	}
}

static int put_set(struct reading *r, struct set *s)
{
	const char *name;
	size_t i;
	int leg = 0;

	while (*(name = word(&s->names))) {
		for (i = 1; i < r->nsections && strcmp(r->sections[i].mid, name) != 0; i++)
			;
		if (i == r->nsections)
			return refuse(r, s->line, "no section has a=mid:%.20s: add that to it", name);
		put_into(&r->out, i, leg++, false);
	}
	if (leg < 2)
		return refuse(r, s->line, "the DUP group has %d name%s: write those of all its sections", leg,
			      leg == 1 ? "" : "s");
	r->out.duplicates++;
	return 0;
}

/* Sources of one section are told apart where there is a source or a group for each; else by their SSRCs
 * alone, and they are no targets of their own. */
static void put_sources(struct reading *r, size_t section)
{
	const struct section *s = &r->sections[section];
	size_t n = 0;

	for (size_t i = 0; i < r->out.n; i++)
		n += r->out.v[i].section + 1 == section && r->out.v[i].duplicate < 0;
	if (s->ssrcs < 2 || n != s->ssrcs)
		return;
	put_into(&r->out, section, 0, true);
	r->out.duplicates++;
}

/* A port of 0 means that the section is not to be used (RFC 3264 6). */
static int build(struct reading *r)
{
	int err = 0;

	for (size_t i = 1; !err && i < r->nsections; i++)
		if (r->sections[i].port)
			err = add_section(r, i);
	if (!err)
		err = check_filters(r);
	for (size_t i = 0; !err && i < r->nsets; i++)
		err = put_set(r, &r->sets[i]);
	for (size_t i = 1; !err && i < r->nsections; i++)
		put_sources(r, i);
	if (!err && !r->out.n)
		err = refuse(r, 0, "it has no m= line with a port: nothing to receive is described");
	return err;
}

static int parse(struct reading *r, const char *text, size_t len)
{
	int err;

	if (len > SDP_LONGEST)
		return refuse(r, 0, "it is longer than %d octets: give a session description", SDP_LONGEST);
	if (len && memchr(text, 0, len))
		return refuse(r, 0, "it is no text: give a session description");
	r->text = calloc(len + 1, 1);
	if (!r->text || !mc_grow(&r->sections, &r->nsections, sizeof *r->sections))
		return -ENOMEM;
	if (len)
		memcpy(r->text, text, len);
	here(r)->media = here(r)->mid = "";
	err = read_lines(r);
	return err ? err : build(r);
}

int sdp_parse(struct sdp *ret, const char *text, size_t len, char *why, size_t cap)
{
	struct reading r = { .why = why, .cap = cap };
	int err = parse(&r, text, len);

	free(r.text);
	free(r.sections);
	free(r.connections);
	free(r.filters);
	free(r.sets);
	if (err)
		free(r.out.v);
	else
		*ret = r.out;
	return err;
}

void sdp_free(struct sdp *s)
{
	free(s->v);
	*s = (struct sdp){ 0 };
}
