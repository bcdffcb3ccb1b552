/*
 * table.c - the state of the links as lines of text, as wide as their content makes them. It knows
 * neither terminal nor stream. State may be large: what is not shown is counted, not formatted.
 */
#include "watch/table.h"

#include <stdio.h>

#include "base/text.h"
#include "out.h"

#define LINE_SIZE 1024
#define INDENT "  "
#define LIST_INDENT "      "

struct table {
	const struct screen_sink *to;
	mc_time now;
	size_t left;   /* lines that there is room for */
	size_t groups; /* of which no line is shown */
};

static void put_line(struct table *t, const char *text)
{
	if (!t->left)
		return;
	t->left--;
	t->to->line(t->to->arg, text);
}

/* ---- times ---------------------------------------------------------------------------------- */

static uint64_t seconds_to(mc_time t, mc_time now)
{
	return t > now ? (t - now + MC_SEC - 1) / MC_SEC : 0;
}

/* "4:20", or "-" for what does not expire. */
static char *left_of(mc_time expires, mc_time now, char *buf, size_t cap)
{
	unsigned long long s = seconds_to(expires, now);

	if (expires == MC_NEVER)
		snprintf(buf, cap, "-");
	else
		snprintf(buf, cap, "%llu:%02llu", s / 60, s % 60);
	return buf;
}

/* ---- a link ----------------------------------------------------------------------------------- */

/* "it asks every 125 s, wants answers within 10 s, robustness 2", as far as it announces that. */
static void put_announced(struct table *t, const struct mc_track_querier *q)
{
	char every[32] = "", robustness[32] = "", line[LINE_SIZE];

	if (q->interval)
		snprintf(every, sizeof every, "asks every %lu s, ", (unsigned long)q->interval);
	if (q->qrv)
		snprintf(robustness, sizeof robustness, ", robustness %u", q->qrv);
	snprintf(line, sizeof line, INDENT "it %swants answers within %g s%s", every,
		 (double)q->max_resp / (double)MC_SEC, robustness);
	put_line(t, line);
}

static void put_querier(struct table *t, const char *name, const char *protocol,
			const struct mc_track_querier *q)
{
	char line[LINE_SIZE], addr[MC_ADDR_STRLEN];

	if (!q->addr.family) {
		snprintf(line, sizeof line, "%s %s: no querier heard", name, protocol);
		put_line(t, line);
		return;
	}
	snprintf(line, sizeof line, "%s %s: querier %s (%sv%u), heard %llu s ago", name, protocol,
		 mc_addr_format(&q->addr, addr, sizeof addr), protocol, q->version,
		 (unsigned long long)(t->now > q->heard ? (t->now - q->heard) / MC_SEC : 0));
	put_line(t, line);
	put_announced(t, q);
}

static size_t querier_lines(const struct mc_track *track)
{
	return mc_track_querier(track)->addr.family ? 2 : 1;
}

/* ---- a group ---------------------------------------------------------------------------------- */

/* The sources that are listed: in the mode exclude, those that are not wanted. */
static bool is_listed(const struct mc_track_group *g, const struct mc_track_source *s)
{
	return g->mode == MC_INCLUDE || s->excluded;
}

static size_t listed_sources(const struct mc_track *track, const struct mc_track_group *g)
{
	size_t n = 0;

	if (g->mode == MC_INCLUDE)
		return g->sources;
	for (const struct mc_track_source *s = NULL; g->sources && (s = mc_track_source_next(track, g, s));)
		n += is_listed(g, s);
	return n;
}

/* A single host stands in the group's line already, as last reporter. */
static size_t group_lines(const struct mc_track *track, const struct mc_track_group *g)
{
	return 1u + (g->hosts > 1) + (listed_sources(track, g) > 0);
}

/* Addresses in one line, up to what fits, then how many more: "a, b +3". */
struct list {
	struct mc_text text;
	size_t n, more;
};

static struct list list_begin(char *line, const struct table *t, const char *title)
{
	const size_t spare = sizeof " +4294967295";
	size_t room = t->to->width + 1 < LINE_SIZE ? t->to->width + 1 : LINE_SIZE;
	struct list l = { .text = mc_text_begin(line, LINE_SIZE) };

	mc_text_str(&l.text, LIST_INDENT);
	mc_text_str(&l.text, title);
	if (room > l.text.off + spare + MC_ADDR_STRLEN) /* one at least */
		l.text.len = room - spare;
	else
		l.text.len = l.text.off + MC_ADDR_STRLEN + 2;
	return l;
}

static void list_add(struct list *l, const struct mc_addr *a)
{
	char addr[MC_ADDR_STRLEN + 2] = ", ";
	size_t n = 2 + mc_addr_write(a, addr + 2), skip = l->n ? 0 : 1;

	if (l->more || l->text.off + n - skip >= l->text.len) {
		l->more++;
		return;
	}
	mc_text_run(&l->text, addr + skip, n - skip);
	l->n++;
}

static void list_end(struct table *t, struct list *l)
{
	l->text.len = LINE_SIZE;
	if (l->more) {
		mc_text_str(&l->text, " +");
		mc_text_number(&l->text, l->more);
	}
	put_line(t, l->text.base);
}

static void put_hosts(struct table *t, const struct mc_track *track, const struct mc_track_group *g)
{
	char line[LINE_SIZE];
	struct list l = list_begin(line, t, "hosts");

	for (const struct mc_track_host *h = NULL; (h = mc_track_host_next(track, g, h));)
		list_add(&l, &h->addr);
	list_end(t, &l);
}

static void put_sources(struct table *t, const struct mc_track *track, const struct mc_track_group *g)
{
	char line[LINE_SIZE];
	struct list l = list_begin(line, t, g->mode == MC_INCLUDE ? "from" : "all but");

	for (const struct mc_track_source *s = NULL; (s = mc_track_source_next(track, g, s));)
		if (is_listed(g, s))
			list_add(&l, &s->addr);
	list_end(t, &l);
}

static void put_group(struct table *t, const struct mc_track *track, const struct mc_track_group *g,
		      int width)
{
	char line[LINE_SIZE], group[MC_ADDR_STRLEN], reporter[MC_ADDR_STRLEN], expires[32];
	size_t sources = listed_sources(track, g);

	snprintf(line, sizeof line, INDENT "%-*s  %-7s  %5zu  %7zu  %7s  %s", width,
		 mc_addr_format(&g->group, group, sizeof group),
		 g->mode == MC_INCLUDE ? "include" : "exclude", g->hosts, sources,
		 left_of(g->expires, t->now, expires, sizeof expires),
		 mc_addr_format(&g->last_reporter, reporter, sizeof reporter));
	put_line(t, line);
	if (g->hosts > 1)
		put_hosts(t, track, g);
	if (sources)
		put_sources(t, track, g);
}

/* ---- all ---------------------------------------------------------------------------------------- */

/* How wide the column of groups is. */
static int measure(const struct mc_track *track, size_t most)
{
	int width = sizeof "GROUP" - 1;
	char text[MC_ADDR_STRLEN];

	for (const struct mc_track_group *g = NULL; most-- && (g = mc_track_group_next(track, g));) {
		int n = (int)mc_addr_write(&g->group, text);

		width = n > width ? n : width;
	}
	return width;
}

static void put_groups(struct table *t, const struct mc_track *track)
{
	int width = measure(track, t->left);
	size_t n = mc_track_groups(track);
	char line[LINE_SIZE];

	snprintf(line, sizeof line, INDENT "%-*s  %-7s  %5s  %7s  %7s  %s", width, "GROUP", "MODE", "HOSTS",
		 "SOURCES", "EXPIRES", "LAST REPORTER");
	put_line(t, n ? line : INDENT "no groups");
	for (const struct mc_track_group *g = NULL; t->left && (g = mc_track_group_next(track, g)); n--)
		put_group(t, track, g, width);
	t->groups += n;
}

static void put_track(struct table *t, const struct link_seen *l, unsigned family)
{
	const struct mc_track *track = l->tracks[family];
	char name[4 * LINK_NAME_SIZE];

	put_querier(t, out_plain(name, sizeof name, l->name), mc_proto_of(family ? MC_IPV6 : MC_IPV4)->name,
		    mc_track_querier(track));
	put_groups(t, track);
}

static size_t track_lines(const struct mc_track *track, size_t most)
{
	size_t n = querier_lines(track) + 1;

	for (const struct mc_track_group *g = NULL; n <= most && (g = mc_track_group_next(track, g));)
		n += group_lines(track, g);
	return n;
}

/* Whether all of it takes more lines than there may be. */
static bool is_long(const struct links *links, size_t most)
{
	size_t n = 0;

	for (const struct link_seen *l = NULL; most != SIZE_MAX && n <= most && (l = links_next(links, l));)
		for (unsigned family = 0; family < 2; family++)
			n += l->tracks[family] ? track_lines(l->tracks[family], most) : 0;
	return n > most;
}

void table_write(const struct links *links, mc_time now, const struct screen_sink *to)
{
	bool cut = is_long(links, to->most), any = false;
	struct table t = { .to = to, .now = now, .left = cut && to->most ? to->most - 1 : to->most };
	char line[LINE_SIZE];

	for (const struct link_seen *l = NULL; (l = links_next(links, l));)
		for (unsigned family = 0; family < 2; family++)
			if (l->tracks[family]) {
				put_track(&t, l, family);
				any = true;
			}
	if (!any)
		put_line(&t, "nothing was heard");
	if (!cut || !to->most)
		return;
	snprintf(line, sizeof line, INDENT "... %zu more group%s", t.groups, t.groups == 1 ? "" : "s");
	to->line(to->arg, line);
}
