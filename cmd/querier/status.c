/*
 * status.c - the state of one interface, for people and for programs. It changes nothing, and writes what
 * there is of groups, sources and hosts as it goes. Keys of JSON are promised in mcast-querier(1).
 */
#include "querier/status.h"

#include <mcast/msg.h>

#include "out.h"

enum { MEASURED = 1000, WIDEST = 40, KIB = 1024 };

static const char *mode_name(enum mc_mode mode)
{
	return mode == MC_INCLUDE ? "include" : "exclude";
}

static struct mc_router_status state_of(const struct mc_router *r)
{
	struct mc_router_status s = { .size = sizeof s, .query = MC_NEVER };

	if (r)
		mc_router_status(r, &s);
	return s;
}

/* Iterates; *pos is 0 at first. */
static bool next_group(const struct mc_router *r, uint32_t *pos, struct mc_router_group *ret)
{
	ret->size = sizeof *ret;
	return mc_router_group_next(r, pos, ret);
}

static bool next_host(const struct mc_router *r, const struct mc_addr *group, uint32_t *pos,
		      struct mc_router_host *ret)
{
	ret->size = sizeof *ret;
	return mc_router_host_next(r, group, pos, ret);
}

static mc_time left_of(mc_time t, mc_time now)
{
	return t == MC_NEVER || t > now ? t - (t == MC_NEVER ? 0 : now) : 0;
}

static double seconds(mc_time t)
{
	return (double)t / (double)MC_SEC;
}

/* ---- JSON: one family ------------------------------------------------------------------------ */

static json_t *querier_of(const struct mc_router_status *s)
{
	json_t *o;

	if (!s->addr.family)
		return json_null();
	o = json_object();
	out_put(o, "address", out_addr(&s->addr));
	out_put_bool(o, "self", s->querier);
	out_put_int(o, "version", s->querier_version);
	return o;
}

static json_t *counters_of(const struct mc_router *r)
{
	json_t *o = json_object();

	for (unsigned c = 0; r && c < MC_COUNTS; c++)
		if (mc_router_count(r, c))
			out_put_int(o, mc_count_name(c), mc_router_count(r, c));
	return o;
}

/* 0 is none. */
static void put_interval(json_t *o, const char *key, mc_time t)
{
	out_put(o, key, out_seconds(t ? t : MC_NEVER));
}

static void put_intervals(json_t *o, const struct mc_router_status *s)
{
	put_interval(o, "query_interval", s->query_interval);
	put_interval(o, "query_max_response_time", s->query_response_interval);
	put_interval(o, "last_member_query_interval", s->last_member_query_interval);
	out_put_known(o, "robustness_variable", s->robustness, s->robustness);
	put_interval(o, "group_membership_interval", s->group_membership_interval);
	put_interval(o, "other_querier_present_interval", s->other_querier_present_interval);
	put_interval(o, "older_host_present_interval", s->older_host_present_interval);
}

json_t *querier_status_brief(const struct querier_link *l, unsigned family, mc_time now)
{
	static const char *const states[] = {
		[QUERIER_GONE] = "gone",
		[QUERIER_DOWN] = "down",
		[QUERIER_OPEN] = "open",
	};
	const struct querier_side *side = &l->side[family];
	struct mc_router_status s = state_of(side->router);
	json_t *o = json_object();

	out_put(o, "ifname", out_text(l->conf.name));
	out_put_known(o, "ifindex", l->ifindex, l->ifindex);
	out_put(o, "protocol", out_text(querier_proto(family)->name));
	out_put_int(o, "version", (uint64_t)l->conf.options.version[family]);
	out_put(o, "address", out_addr(&side->own));
	out_put(o, "state", out_text(states[l->state]));
	out_put_bool(o, "listen_only", l->conf.options.listen_only);
	out_put_bool(o, "dry_run", l->dry_run);
	out_put_int(o, "pid", (uint64_t)control_pid());
	out_put(o, "querier", querier_of(&s));
	out_put_int(o, "elections", side->elections);
	out_put(o, "next_query", out_seconds(left_of(s.query, now)));
	out_put(o, "other_querier_present",
		s.other_querier ? out_seconds(left_of(s.other_querier, now)) : json_null());
	put_intervals(o, &s);
	out_put(o, "counters", counters_of(side->router));
	out_put_int(o, "packets_lost", querier_link_lost(l));
	out_put_int(o, "number_of_groups", s.groups);
	out_put_int(o, "number_of_sources", s.sources);
	out_put_int(o, "number_of_hosts", s.hosts);
	out_put_int(o, "memory", side->router ? mc_router_memory(side->router) : 0);
	return o;
}

/* ---- JSON: groups, written as they are made ------------------------------------------------------- */

static void json_comma(FILE *to, bool *some)
{
	if (*some)
		putc(',', to);
	*some = true;
}

static void json_sources(const struct mc_router *r, const struct mc_router_group *g, FILE *to, mc_time now)
{
	struct mc_router_source s;
	bool some = false;

	for (uint32_t i = 0; i < g->sources && mc_router_source(r, &g->group, i, &s); i++) {
		json_t *o = json_object();

		out_put(o, "address", out_addr(&s.addr));
		out_put(o, "expires", s.expires ? out_seconds(left_of(s.expires, now)) : json_null());
		json_comma(to, &some);
		out_json(o, to);
	}
}

static json_t *filter_of(const struct mc_router *r, const struct mc_addr *group,
			 const struct mc_router_host *h)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < h->sources; i++) {
		struct mc_addr a = mc_router_host_source(r, group, &h->addr, i);

		json_array_append_new(list, out_addr(&a));
	}
	return list;
}

static void json_hosts(const struct mc_router *r, const struct mc_router_group *g, FILE *to, mc_time now)
{
	struct mc_router_host h;
	bool some = false;

	for (uint32_t pos = 0; next_host(r, &g->group, &pos, &h);) {
		json_t *o = json_object();

		out_put(o, "address", out_addr(&h.addr));
		out_put(o, "filter_mode", out_text(mode_name(h.mode)));
		out_put(o, "source_addresses", filter_of(r, &g->group, &h));
		out_put(o, "since", out_seconds(left_of(now, h.since)));
		out_put(o, "heard", out_seconds(left_of(now, h.heard)));
		json_comma(to, &some);
		out_json(o, to);
	}
}

static void json_group(const struct mc_router *r, const struct mc_router_group *g, FILE *to, mc_time now)
{
	json_t *o = json_object();

	out_put(o, "group", out_addr(&g->group));
	out_put(o, "filter_mode", out_text(mode_name(g->mode)));
	out_put_int(o, "version", g->version);
	out_put(o, "expires", g->expires ? out_seconds(left_of(g->expires, now)) : json_null());
	out_put(o, "last_reporter", out_addr(&g->last_reporter));
	out_json_open(o, to);
	fputs(",\"sources\":[", to);
	json_sources(r, g, to, now);
	fputs("],\"hosts\":[", to);
	json_hosts(r, g, to, now);
	fputs("]}", to);
}

static void json_side(const struct querier_link *l, unsigned family, FILE *to, mc_time now)
{
	const struct mc_router *r = l->side[family].router;
	struct mc_router_group g;
	bool some = false;

	out_json_open(querier_status_brief(l, family, now), to);
	fputs(",\"groups\":[", to);
	for (uint32_t pos = 0; r && next_group(r, &pos, &g);) {
		json_comma(to, &some);
		json_group(r, &g, to, now);
	}
	fputs("]}", to);
}

void querier_status_json(const struct querier_link *l, FILE *to, mc_time now)
{
	bool some = false;

	for (unsigned family = 0; family < QUERIER_FAMILIES; family++)
		if (l->conf.options.version[family]) {
			json_comma(to, &some);
			json_side(l, family, to, now);
		}
}

/* ---- text: one family ------------------------------------------------------------------------------ */

static void text_querier(const struct querier_link *l, unsigned family, const struct mc_router_status *s,
			 FILE *to, mc_time now)
{
	const struct querier_side *side = &l->side[family];
	char addr[MC_ADDR_STRLEN];

	if (s->querier)
		fprintf(to, "the querier is %s, this machine; it asks next in %.1f s",
			mc_addr_format(&s->addr, addr, sizeof addr), seconds(left_of(s->query, now)));
	else if (s->addr.family)
		fprintf(to, "the querier is %s (%sv%u), for %.1f s at least",
			mc_addr_format(&s->addr, addr, sizeof addr), querier_proto(family)->name,
			s->querier_version, seconds(left_of(s->other_querier, now)));
	else
		fputs("no querier is known", to);
	if (side->elections)
		fprintf(to, "; it has changed %llu time%s", (unsigned long long)side->elections,
			side->elections == 1 ? "" : "s");
	if (!s->querier && side->own.family)
		fprintf(to, "; this machine is %s", mc_addr_format(&side->own, addr, sizeof addr));
}

static void text_head(const struct querier_link *l, unsigned family, const struct mc_router_status *s,
		      FILE *to, mc_time now)
{
	char name[4 * MC_IFNAME_SIZE];

	fprintf(to, "%s %sv%u: ", out_plain(name, sizeof name, l->conf.name), querier_proto(family)->name,
		(unsigned)l->conf.options.version[family]);
	if (!l->side[family].router) {
		fputs(l->state == QUERIER_GONE ? "there is no such interface\n" : "it is not open\n", to);
		return;
	}
	if (l->state == QUERIER_DOWN)
		fputs("the interface is down; ", to);
	text_querier(l, family, s, to, now);
	if (l->conf.options.listen_only)
		fputs("; it listens only", to);
	else if (!l->side[family].own.family)
		fprintf(to, "; the interface has no %s yet",
			family == QUERIER_MLD ? "link-local address" : "IPv4 address");
	if (l->dry_run)
		fputs("; it only says what it would send", to);
	putc('\n', to);
}

static void text_intervals(const struct mc_router_status *s, FILE *to)
{
	fprintf(to,
		"  query interval %g s, response time %g s, last member query interval %g s, robustness %u\n"
		"  group membership interval %g s, other querier present interval %g s, older host present "
		"interval %g s\n",
		seconds(s->query_interval), seconds(s->query_response_interval),
		seconds(s->last_member_query_interval), s->robustness, seconds(s->group_membership_interval),
		seconds(s->other_querier_present_interval), seconds(s->older_host_present_interval));
}

/* Those of a range that are not 0, in a line. */
static void text_counters(const struct mc_router *r, const char *title, unsigned from, unsigned to_last,
			  FILE *to)
{
	bool some = false;

	for (unsigned c = from; c <= to_last; c++) {
		unsigned long long n = mc_router_count(r, c);

		if (!n)
			continue;
		fprintf(to, "%s%s %llu", some ? ", " : title, mc_count_name(c), n);
		some = true;
	}
	if (some)
		putc('\n', to);
}

static void text_counts(const struct querier_link *l, unsigned family, const struct mc_router_status *s,
			FILE *to)
{
	const struct mc_router *r = l->side[family].router;
	unsigned long long lost = querier_link_lost(l);

	text_counters(r, "  ", MC_RX_QUERY, MC_TX_LEAVE, to);
	text_counters(r, "  dropped: ", MC_RX_BAD_CHECKSUM, MC_RX_IGNORED, to);
	text_counters(r, "  in reports: ", MC_RX_EMPTY_REPORT, MC_RX_SSM, to);
	text_counters(r, "  limits: ", MC_GROUP_LIMIT, MC_NO_MEMORY, to);
	if (lost)
		fprintf(to, "  %llu packet%s of the interface lost, as the ring was full (see --rcvbuf)\n",
			lost, lost == 1 ? "" : "s");
	fprintf(to, "  %u group%s, %llu source%s, %llu host%s, %llu KiB of memory\n", s->groups,
		s->groups == 1 ? "" : "s", (unsigned long long)s->sources, s->sources == 1 ? "" : "s",
		(unsigned long long)s->hosts, s->hosts == 1 ? "" : "s",
		(unsigned long long)(mc_router_memory(r) + KIB - 1) / KIB);
}

/* ---- text: the table of groups ------------------------------------------------------------------------ */

struct widths {
	int group, sources;
};

/* "10.9.0.1 (255.2)", "(-)" for one that is excluded. Returns its length. */
static int format_source(const struct mc_router_source *s, mc_time now, char *buf, size_t cap)
{
	char addr[MC_ADDR_STRLEN];

	mc_addr_format(&s->addr, addr, sizeof addr);
	return s->expires ? snprintf(buf, cap, "%s (%.1f)", addr, seconds(left_of(s->expires, now))) :
			    snprintf(buf, cap, "%s (-)", addr);
}

enum { SOURCE_SIZE = MC_ADDR_STRLEN + 32 };

/* Writes a group's sources and returns how wide they are; to NULL: only that, and no more than has to be
 * known. */
static int text_sources(const struct mc_router *r, const struct mc_router_group *g, FILE *to, mc_time now)
{
	struct mc_router_source s;
	char text[SOURCE_SIZE];
	int width = 0;

	for (uint32_t i = 0; i < g->sources && mc_router_source(r, &g->group, i, &s); i++) {
		if (!to && width > WIDEST)
			break;
		width += format_source(&s, now, text, sizeof text) + (i ? 2 : 0);
		if (to)
			fprintf(to, "%s%s", i ? ", " : "", text);
	}
	if (!width && to)
		putc('-', to);
	return width ? width : 1;
}

static void text_hosts(const struct mc_router *r, const struct mc_router_group *g, FILE *to)
{
	char addr[MC_ADDR_STRLEN];
	struct mc_router_host h;
	bool some = false;

	for (uint32_t pos = 0; next_host(r, &g->group, &pos, &h); some = true)
		fprintf(to, "%s%s", some ? ", " : "", mc_addr_format(&h.addr, addr, sizeof addr));
	fputs(some ? "\n" : "-\n", to);
}

static int wider(int a, int b)
{
	return a > b ? a : b;
}

/* Of the first groups alone: there may be a million, and a list of sources may be as wide as it wants. */
static struct widths measure(const struct mc_router *r, mc_time now)
{
	struct widths w = { sizeof "GROUP" - 1, sizeof "SOURCES" - 1 };
	char addr[MC_ADDR_STRLEN];
	struct mc_router_group g;
	uint32_t pos = 0;

	for (unsigned i = 0; i < MEASURED && next_group(r, &pos, &g); i++) {
		int sources = text_sources(r, &g, NULL, now);

		w.group = wider(w.group, (int)strlen(mc_addr_format(&g.group, addr, sizeof addr)));
		w.sources = wider(w.sources, sources > WIDEST ? WIDEST : sources);
	}
	return w;
}

static void text_group(const struct mc_router *r, const struct mc_router_group *g, const struct widths *w,
		       FILE *to, mc_time now)
{
	char addr[MC_ADDR_STRLEN], expires[32] = "-";
	int width;

	if (g->expires)
		snprintf(expires, sizeof expires, "%.1f", seconds(left_of(g->expires, now)));
	fprintf(to, "%-*s  %-7s  %-7u  %-7s  ", w->group, mc_addr_format(&g->group, addr, sizeof addr),
		mode_name(g->mode), g->version, expires);
	width = text_sources(r, g, to, now);
	fprintf(to, "%*s  ", w->sources > width ? w->sources - width : 0, "");
	text_hosts(r, g, to);
}

static void text_groups(const struct mc_router *r, FILE *to, mc_time now)
{
	struct widths w = measure(r, now);
	struct mc_router_group g;
	uint32_t pos = 0;

	if (!next_group(r, &pos, &g))
		return;
	fprintf(to, "%-*s  %-7s  %-7s  %-7s  %-*s  %s\n", w.group, "GROUP", "MODE", "VERSION", "EXPIRES",
		w.sources, "SOURCES", "HOSTS");
	do
		text_group(r, &g, &w, to, now);
	while (next_group(r, &pos, &g));
}

void querier_status_text(const struct querier_link *l, FILE *to, mc_time now)
{
	bool some = false;

	for (unsigned family = 0; family < QUERIER_FAMILIES; family++) {
		const struct mc_router *r = l->side[family].router;
		struct mc_router_status s = state_of(r);

		if (!l->conf.options.version[family])
			continue;
		if (some)
			putc('\n', to);
		some = true;
		text_head(l, family, &s, to, now);
		if (!r)
			continue;
		text_intervals(&s, to);
		text_counts(l, family, &s, to);
		text_groups(r, to, now);
	}
}
