/*
 * listen.h - a link that a tracker listens to: messages are written, read back and given to it, what it tells
 * and knows is text. Groups, sources, hosts and routers are numbers, so that one test serves both families.
 */
#ifndef TEST_LISTEN_H
#define TEST_LISTEN_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "engine/track.h"
#include "family.h"

struct link {
	struct mc_track *t;
	const struct mc_proto *proto;
	mc_time now, begun;
	char told[320]; /* the events since they were last asked for; "...": many */
	size_t events;  /* that were told, ever */
};

enum what { GROUP, SSM, SOURCE, HOST, ROUTER };

/* Address n of a kind; 0 is the unspecified one. */
static inline struct mc_addr addr_of(uint8_t family, enum what what, unsigned n)
{
	static const uint8_t v4[][4] = { { 239, 1 }, { 232, 1 }, { 192, 1 }, { 10, 2 }, { 10, 3 } };
	static const uint8_t v6[][4] = { { 0xff, 0x15 },
					 { 0xff, 0x3e },
					 { 0x20, 1, 0xd, 0xb8 },
					 { 0xfe, 0x80 },
					 { 0xfe, 0x80 } };
	struct mc_addr a = { .family = family };
	size_t len = family == MC_IPV4 ? 4 : 16;

	if (n == 0)
		return a;
	memcpy(a.b, family == MC_IPV4 ? v4[what] : v6[what], 4);
	if (family == MC_IPV6 && what != SSM)
		a.b[8] = (uint8_t)(what + 1);
	for (size_t i = len; n; n >>= 8)
		a.b[--i] = (uint8_t)n;
	return a;
}

static inline unsigned number_of(const struct mc_addr *a)
{
	size_t len = mc_addr_len(a);

	return len ? (unsigned)a->b[len - 2] << 8 | a->b[len - 1] : 0;
}

static inline struct mc_track_conf conf_of(uint8_t family)
{
	struct mc_track_conf conf;

	mc_track_conf_init(&conf, family);
	return conf;
}

/* A link with a tracker of this configuration, at time 1000 s. */
static inline struct link link_with(const struct mc_track_conf *conf)
{
	struct link l = { .proto = mc_proto_of(conf->family), .now = 1000 * MC_SEC, .begun = 1000 * MC_SEC };

	assert_int_equal(mc_track_new(&l.t, conf, l.now), 0);
	return l;
}

static inline struct link link_of(uint8_t family)
{
	struct mc_track_conf conf = conf_of(family);

	return link_with(&conf);
}

static inline void say(struct link *l, const struct mc_track_event *e)
{
	static const char *const kinds[] = { "join",   "leave", "querier",    "lost",
					     "second", "older", "unanswered", "limit" };
	unsigned group = number_of(&e->group), host = number_of(&e->host);
	size_t used = strlen(l->told);
	char what[60];

	if (e->kind <= MC_TRACK_LEAVE)
		snprintf(what, sizeof(what), "g%u h%u of %zu", group, host, e->n);
	else if (e->kind <= MC_TRACK_SECOND)
		snprintf(what, sizeof(what), "r%u not r%u", host, number_of(&e->other));
	else if (e->kind == MC_TRACK_OLDER)
		snprintf(what, sizeof(what), "r%u v%u voids %zu", host, e->version, e->n);
	else if (e->kind == MC_TRACK_UNANSWERED)
		snprintf(what, sizeof(what), "g%u h%u", group, host);
	else
		snprintf(what, sizeof(what), "%d of %zu", (int)e->limit, e->n);
	if (used + sizeof(what) + 20 > sizeof(l->told))
		strcpy(l->told, "...");
	else
		snprintf(l->told + used, sizeof(l->told) - used, "%s%s%s %s", used ? ", " : "",
			 e->expired ? "expired " : "", kinds[e->kind], what);
}

static inline void drain(struct link *l)
{
	struct mc_track_event e;

	while (mc_track_poll(l->t, l->now, &e)) {
		l->events++;
		say(l, &e);
	}
	assert_true(mc_track_deadline(l->t) > l->now);
}

/* Goes on to `seconds` after the beginning, polling whenever the tracker asks for it. */
static inline void until(struct link *l, double seconds)
{
	mc_time end = l->begun + (mc_time)(seconds * 1e9);

	assert_true(end >= l->now);
	while (mc_track_deadline(l->t) <= end) {
		l->now = mc_track_deadline(l->t);
		drain(l);
	}
	l->now = end;
	drain(l);
}

/* What was told since the last time. */
static inline void told(struct link *l, const char *want)
{
	drain(l);
	equal("told", l->told, want);
	l->told[0] = '\0';
}

static inline void ended(struct link *l)
{
	mc_track_free(l->t);
}

/* ---- messages ------------------------------------------------------------------------------ */

static inline void give(struct link *l, const uint8_t *packet, int len, uint32_t faults)
{
	struct mc_msg m;

	assert_true(len > 0);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, packet, (size_t)len), 0);
	m.faults |= faults;
	mc_track_input(l->t, &m, l->now);
	drain(l);
}

/* Each digit of `sources` is one. */
static inline struct mc_sources list_of(const struct link *l, const char *sources, uint8_t *room, size_t cap)
{
	struct mc_sources list = { .family = l->proto->family };
	struct mc_addr addrs[16];
	size_t n = strlen(sources);

	for (size_t i = 0; i < n; i++)
		addrs[i] = addr_of(l->proto->family, SOURCE, (unsigned)(sources[i] - '0'));
	if (n)
		assert_int_equal(mc_sources_pack(&list, room, cap, addrs, n), 0);
	return list;
}

static inline void report_on(struct link *l, uint8_t version, const struct mc_addr *host, uint8_t type,
			     const struct mc_addr *group, const char *sources)
{
	struct mc_record r = { .type = type, .group = *group };
	uint8_t packet[1500], room[256];
	struct mc_writer w;
	struct mc_msg head;

	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = l->proto->family;
	head.version = version;
	head.ip.src = *host;
	r.sources = list_of(l, sources, room, sizeof(room));
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_int_equal(mc_writer_add(&w, &r), r.sources.n);
	give(l, packet, mc_writer_end(&w), 0);
}

static inline void report(struct link *l, unsigned host, uint8_t type, unsigned group, const char *sources)
{
	struct mc_addr h = addr_of(l->proto->family, HOST, host), g = addr_of(l->proto->family, GROUP, group);

	report_on(l, l->proto->newest, &h, type, &g, sources);
}

/* A Report or a Leave of the version so many before the newest. */
static inline void older(struct link *l, unsigned behind, unsigned host, bool leave, unsigned group)
{
	struct mc_addr h = addr_of(l->proto->family, HOST, host), g = addr_of(l->proto->family, GROUP, group);

	report_on(l, (uint8_t)(l->proto->newest - behind), &h, leave ? MC_TO_IN : MC_IS_EX, &g, "");
}

struct ask {
	unsigned router, behind, group; /* group 0: a general query */
	const char *sources;
	double resp; /* seconds; 0: 10 of a general query, 1 of another */
	uint8_t qrv;
	uint32_t interval;
	bool suppress;
	uint32_t faults;
};

static inline void ask(struct link *l, struct ask a)
{
	uint8_t packet[1500], room[256], family = l->proto->family;
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = MC_QUERY;
	m.family = family;
	m.version = (uint8_t)(l->proto->newest - a.behind);
	m.ip.src = addr_of(family, ROUTER, a.router);
	m.faults = mc_addr_is_unspecified(&m.ip.src) ? MC_FAULT_SENDER : 0;
	m.query.group = addr_of(family, GROUP, a.group);
	m.query.sources = list_of(l, a.sources ? a.sources : "", room, sizeof(room));
	m.query.max_resp = (mc_time)((a.resp > 0 ? a.resp : a.group ? 1 : 10) * 1e9);
	m.query.qrv = a.qrv;
	m.query.interval = a.interval;
	m.query.suppress = a.suppress;
	give(l, packet, mc_encode(packet, sizeof(packet), &m), a.faults);
}

/* ---- what is known ------------------------------------------------------------------------- */

static inline const struct mc_track_group *group_at(const struct link *l, unsigned group)
{
	struct mc_addr addr = addr_of(l->proto->family, GROUP, group);
	const struct mc_track_group *g = NULL;

	while ((g = mc_track_group_next(l->t, g)))
		if (mc_addr_cmp(&g->group, &addr) == 0)
			break;
	return g;
}

static inline double left_of(const struct link *l, mc_time expires)
{
	return expires > l->now ? (double)(expires - l->now) / 1e9 : -1;
}

/* Compares with such as "EXCLUDE 270 {1:100 2:270} {3}": the timer, the sources that run, the others. */
static inline void state(const struct link *l, unsigned group, const char *want)
{
	const struct mc_track_group *g = group_at(l, group);
	const struct mc_track_source *s = NULL;
	char got[300] = "none", runs[100] = "", out[100] = "", given[20];

	snprintf(given, sizeof(given), "group %u", group);
	while (g && (s = mc_track_source_next(l->t, g, s))) {
		char *list = s->excluded ? out : runs;
		size_t used = strlen(list);

		used += (size_t)snprintf(list + used, 100 - used, "%s%u", used ? " " : "",
					 number_of(&s->addr));
		if (!s->excluded)
			snprintf(list + used, 100 - used, ":%g", left_of(l, s->expires));
	}
	if (g)
		snprintf(got, sizeof(got), "%s %g {%s} {%s}", g->mode == MC_EXCLUDE ? "EXCLUDE" : "INCLUDE",
			 left_of(l, g->expires), runs, out);
	equal(given, got, want);
}

/* Compares with such as "1 2": the hosts of a group. */
static inline void hosts(const struct link *l, unsigned group, const char *want)
{
	const struct mc_track_group *g = group_at(l, group);
	const struct mc_track_host *h = NULL;
	char got[200] = "";
	size_t n = 0;

	for (; g && (h = mc_track_host_next(l->t, g, h)); n++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%u", n ? " " : "",
			 number_of(&h->addr));
	equal("hosts", got, want);
	assert_true(!g || g->hosts == n);
}

#endif
