/*
 * show.c - what host prints as text. It may change for the better.
 */
#include "host/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "out.h"

#define QUERY_SPACE MC_SEC
#define LINE_ROOM 4096
#define TARGETS_SHOWN 4

/* ---- pieces --------------------------------------------------------------------------------------- */

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* "12:00:00.000114 eth0 ". */
static void put_head(const struct host_show *w)
{
	char clock[OUT_CLOCK_SIZE], name[4 * MC_IFNAME_SIZE];

	printf("%s %s ", out_clock(clock, out_now()), out_plain(name, sizeof name, w->ifname));
}

static void put_addr(const char *before, const struct mc_addr *a)
{
	char text[MC_ADDR_STRLEN];

	printf("%s%s", before, mc_addr_format(a, text, sizeof text));
}

/* As few digits as a person wants: 10, 0.1, 1.25. */
static void put_seconds(mc_time t)
{
	printf("%g s", (double)t / (double)MC_SEC);
}

static double milliseconds(mc_time t)
{
	return (double)t / (double)MC_MSEC;
}

/* ---- start ------------------------------------------------------------------------------------------ */

static void put_want(const struct want *w)
{
	put_addr("", &w->group);
	if (w->count > 1)
		printf("+%" PRIu64, w->count);
	printf(" %s {", w->mode == MC_EXCLUDE ? "exclude" : "include");
	for (size_t i = 0; i < w->n; i++)
		put_addr(i ? ", " : "", &w->sources[i]);
	printf("}");
}

static void text_start(const struct host_show *w, const struct host_start *s)
{
	const struct plan *p = s->plan;
	const char *and = "";

	put_head(w);
	printf("%" PRIu32 " host%s", p->hosts, plural(p->hosts));
	for (unsigned k = 0; k < HOST_FAMILIES; k++) {
		const struct fleet_side *side = &s->fleet->side[k];

		if (!side->hosts)
			continue;
		printf("%s", and);
		if (s->first[k].family)
			put_addr(" from ", &s->first[k]);
		else
			printf(" without an address");
		printf(" in %sv%u", mc_proto_of(host_family_of(k))->name, side->conf.version);
		and = " and";
	}
	if (p->each < p->groups)
		printf(", %" PRIu64 " group%s each", p->each, plural(p->each));
	for (size_t i = 0; i < p->n && i < TARGETS_SHOWN; i++) {
		printf("%s", i ? ", " : ": ");
		put_want(&p->wants[i]);
	}
	printf("%s\n", p->n > TARGETS_SHOWN ? ", ..." : "");
}

void host_show_start(const struct host_show *w, const struct host_start *s)
{
	if (w->quiet)
		return;
	if (w->json)
		host_json_start(w, s);
	else
		text_start(w, s);
}

/* ---- what happens ------------------------------------------------------------------------------ */

static void text_query(const struct host_show *w, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;

	put_head(w);
	put_addr("", &m->ip.src);
	printf(" asks in %sv%u for ", mc_proto_of(m->family)->name, m->version);
	if (mc_addr_is_unspecified(&q->group))
		printf("all groups");
	else
		put_addr("", &q->group);
	if (q->sources.n)
		printf(" and %u source%s", q->sources.n, plural(q->sources.n));
	printf(", to be answered within ");
	put_seconds(q->max_resp);
	if (w->missed)
		printf(" (and %" PRIu64 " more before)", w->missed);
	printf("\n");
}

void host_show_query(struct host_show *w, const struct mc_msg *m, mc_time now)
{
	if (w->quiet)
		return;
	if (now < w->again) {
		w->missed++;
		return;
	}
	w->again = now + QUERY_SPACE;
	if (w->json)
		host_json_query(w, m);
	else
		text_query(w, m);
	w->missed = 0;
}

static void text_version(const struct host_show *w, uint8_t family, uint8_t version,
			 const struct mc_addr *querier)
{
	const char *name = mc_proto_of(family)->name;

	put_head(w);
	if (querier->family) {
		put_addr("", querier);
		printf(" asks in %sv%u: its version is in force\n", name, version);
	} else {
		printf("nobody asks in an older version: %sv%u is in force\n", name, version);
	}
}

void host_show_version(const struct host_show *w, uint8_t family, uint8_t version,
		       const struct mc_addr *querier)
{
	if (w->quiet)
		return;
	if (w->json)
		host_json_version(w, family, version);
	else
		text_version(w, family, version, querier);
}

void host_show_change(const struct host_show *w, uint64_t line, const char *text, size_t len)
{
	char some[LINE_ROOM], plain[4 * LINE_ROOM + 1];

	if (w->quiet)
		return;
	if (w->json) {
		host_json_change(w, line, text, len);
		return;
	}
	snprintf(some, sizeof some, "%.*s%s", (int)(len < LINE_ROOM - 8 ? len : LINE_ROOM - 8), text,
		 len < LINE_ROOM - 8 ? "" : "...");
	put_head(w);
	printf("line %" PRIu64 ": %s\n", line, out_plain(plain, sizeof plain, some));
}

void host_show_report(const struct host_show *w, const struct mc_msg *m, mc_time late)
{
	char name[MC_MSG_NAMELEN], meaning[LINE_ROOM];

	if (w->json) {
		host_json_report(w, m, late);
		return;
	}
	put_head(w);
	printf("%s: %s (%.3f ms late)\n", mc_msg_name(m, name, sizeof name),
	       mc_msg_format(m, meaning, sizeof meaning), milliseconds(late));
}

void host_show_warning(const struct host_show *w, const char *name, const struct mc_addr *about,
		       const char *text)
{
	if (w->json) {
		host_json_warning(w, name, about, text);
		return;
	}
	put_head(w);
	printf("! %s\n", text);
}

/* ---- totals ------------------------------------------------------------------------------------ */

static void text_sent(const struct host_totals *t)
{
	printf("%" PRIu64 " report%s sent with %" PRIu64 " record%s", t->sent.reports,
	       plural(t->sent.reports), t->sent.records, plural(t->sent.records));
	if (t->sent.leaves)
		printf(", and %" PRIu64 " leave%s", t->sent.leaves, plural(t->sent.leaves));
	printf(", %" PRIu64 " not sent", t->sent.not_sent);
}

static void text_totals(const struct host_show *w, const struct host_totals *t, bool over)
{
	char name[4 * MC_IFNAME_SIZE];

	printf("%s--- %s%s ---\n", over ? "\n" : "", out_plain(name, sizeof name, w->ifname),
	       over ? "" : " so far");
	printf("%" PRIu32 " host%s, %" PRIu64 " group%s each; %" PRIu64 " quer%s heard; ", t->hosts,
	       plural(t->hosts), t->each, plural(t->each), t->queries, t->queries == 1 ? "y" : "ies");
	text_sent(t);
	if (t->queries_dropped)
		printf("; %" PRIu64 " quer%s dropped", t->queries_dropped,
		       t->queries_dropped == 1 ? "y" : "ies");
	if (t->changes)
		printf("; %" PRIu64 " change%s", t->changes, plural(t->changes));
	if (t->refused)
		printf("; %" PRIu64 " line%s refused", t->refused, plural(t->refused));
	if (t->lost)
		printf("; %" PRIu64 " packet%s lost, as the ring was full", t->lost, plural(t->lost));
	printf("\n");
	if (t->late->n)
		printf("late ms p50/p99/max: %.1f/%.1f/%.1f\n", milliseconds(mc_hist_quantile(t->late, 0.5)),
		       milliseconds(mc_hist_quantile(t->late, 0.99)), milliseconds(t->late->max));
}

void host_show_totals(const struct host_show *w, const struct host_totals *t, bool over)
{
	if (!w->json)
		text_totals(w, t, over);
	else if (over)
		host_json_totals(w, t);
}

size_t host_show_lost(const struct host_show *w, uint64_t lines, char *buf, size_t cap)
{
	char text[100];

	snprintf(text, sizeof text, "%" PRIu64 " line%s left out here, as nobody took them", lines,
		 plural(lines));
	if (w->json)
		return host_json_lost(w, text, buf, cap);
	snprintf(buf, cap, "... %s\n", text);
	return strlen(buf);
}
