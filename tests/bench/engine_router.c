/*
 * engine_router.c - times the router engine, decoding included: refreshes and new groups beside the bare
 * loop, sources, polls, groups that end.
 */
#include "engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST = 1000000 }; /* records that one time is taken over */

static uint8_t family_of(const char *word)
{
	if (strcmp(word, "4") && strcmp(word, "6"))
		die("a family is 4 or 6");
	return word[0] == '4' ? MC_IPV4 : MC_IPV6;
}

static size_t number(const char *word)
{
	char *end;
	unsigned long n = strtoul(word, &end, 10);

	if (*end || !n)
		die("not a number");
	return n;
}

static struct mc_router *router_new(uint8_t family)
{
	struct mc_router_conf conf;
	struct mc_router *r;

	mc_router_conf_init(&conf, family);
	conf.max_groups = 2000000;
	conf.max_sources = 100000;
	conf.seed = 42;
	if (mc_addr_parse(&conf.addr, family == MC_IPV4 ? "10.0.0.1" : "fe80::1") ||
	    mc_router_new(&r, &conf, 0))
		die("no router");
	return r;
}

static void take(struct mc_router *r, mc_time now, struct mc_action *a)
{
	while (mc_router_poll(r, now, a))
		;
}

static void feed(struct mc_router *router, const struct reports *r, mc_time now)
{
	struct mc_action a;
	struct mc_msg m;

	mc_msg_init(&m);
	mc_action_init(&a);
	for (size_t i = 0; i < r->n; i++) {
		if (mc_decode(&m, reports_at(r, i), r->len[i]))
			die("the decoder refuses a report");
		mc_router_input(router, &m, now);
		take(router, now, &a);
	}
}

static size_t groups_of(const struct mc_router *router)
{
	struct mc_router_status s = { .size = sizeof(s) };

	mc_router_status(router, &s);
	return s.groups;
}

static void print(const char *name, size_t round, double value)
{
	printf("%s %zu %.3f\n", name, round, value);
}

struct refreshing {
	struct reports reports;
	struct bare_table *table;
	struct mc_router *router;
	size_t times; /* the reports are fed so many times for one figure */
};

static double time_bare(struct refreshing *f, uint64_t now)
{
	uint64_t began = processor_ns();

	for (size_t i = 0; i < f->times; i++)
		if (bare_refresh(f->table, &f->reports, now) != f->reports.groups)
			die("the bare loop has not all groups");
	return (double)(processor_ns() - began) / (double)(f->times * f->reports.groups);
}

static double time_engine(struct refreshing *f, mc_time now)
{
	uint64_t began = processor_ns();

	for (size_t i = 0; i < f->times; i++)
		feed(f->router, &f->reports, now);
	began = processor_ns() - began;
	if (groups_of(f->router) != f->reports.groups)
		die("the engine has not all groups");
	return (double)began / (double)(f->times * f->reports.groups);
}

/* New groups: all of them, in a router that has none. */
static double time_new(const struct reports *r)
{
	struct mc_router *router = router_new(r->family);
	uint64_t began = processor_ns();

	feed(router, r, MC_SEC);
	began = processor_ns() - began;
	if (groups_of(router) != r->groups)
		die("the engine has not all groups");
	mc_router_free(router);
	return (double)began / (double)r->groups;
}

int refresh_main(char **args)
{
	struct refreshing f = { .times = 1 };
	size_t groups = number(args[1]), rounds = number(args[3]);

	reports_make(&f.reports, family_of(args[0]), groups, (unsigned)number(args[2]), MC_IS_EX);
	f.times = groups < LEAST ? LEAST / groups : 1;
	f.table = bare_table_new(groups);
	f.router = router_new(f.reports.family);
	time_bare(&f, 1);
	time_engine(&f, MC_SEC);
	for (size_t i = 0; i < rounds; i++) {
		mc_time now = (i + 2) * MC_SEC;

		if (i % 2)
			print("bare", i, time_bare(&f, now));
		print("engine", i, time_engine(&f, now));
		if (i % 2 == 0)
			print("bare", i, time_bare(&f, now));
		print("new", i, time_new(&f.reports));
	}
	mc_router_free(f.router);
	bare_table_free(f.table);
	reports_free(&f.reports);
	return 0;
}

/* ---- sources ------------------------------------------------------------------------- */

enum { LISTED = 10, MOST = 256 }; /* sources of a record; octets of a report of one record with them */

struct source_reports {
	uint8_t (*octets)[MOST];
	int *len;
	size_t n;
};

static void make_source_reports(struct source_reports *s, uint8_t family, size_t sources)
{
	s->n = sources / LISTED;
	s->octets = allocate(s->n, sizeof(*s->octets));
	s->len = allocate(s->n, sizeof(*s->len));
	for (size_t i = 0; i < s->n; i++) {
		struct mc_record record = { .type = MC_IS_IN, .group = group_at(family, 7) };
		struct mc_addr list[LISTED];
		uint8_t room[LISTED * 16];
		struct mc_msg head;
		struct mc_writer w;

		for (size_t j = 0; j < LISTED; j++) /* spread over the group's, not neighbours */
			list[j] = source_at(family, (uint32_t)(i + j * s->n));
		mc_msg_init(&head);
		head.family = family;
		head.version = mc_proto_of(family)->newest;
		if (mc_addr_parse(&head.ip.src, family == MC_IPV4 ? "10.0.0.7" : "fe80::7") ||
		    mc_sources_pack(&record.sources, room, sizeof(room), list, LISTED) ||
		    mc_writer_begin(&w, s->octets[i], MOST, &head) || mc_writer_add(&w, &record) != LISTED)
			die("a report could not be written");
		s->len[i] = mc_writer_end(&w);
	}
}

static void feed_sources(struct mc_router *router, const struct source_reports *s, mc_time now)
{
	struct mc_action a;
	struct mc_msg m;

	mc_msg_init(&m);
	mc_action_init(&a);
	for (size_t i = 0; i < s->n; i++) {
		if (mc_decode(&m, s->octets[i], (size_t)s->len[i]))
			die("the decoder refuses a report");
		mc_router_input(router, &m, now);
		take(router, now, &a);
	}
}

int sources_main(char **args)
{
	uint8_t family = family_of(args[0]);
	size_t sources = number(args[1]), rounds = number(args[2]), times;
	struct mc_router_status status = { .size = sizeof(status) };
	struct mc_router *router = router_new(family);
	struct source_reports s;

	make_source_reports(&s, family, sources);
	times = 200000 / s.n + 1;
	feed_sources(router, &s, MC_SEC);
	mc_router_status(router, &status);
	if (status.sources != s.n * LISTED)
		die("the engine has not all sources");
	for (size_t i = 0; i < rounds; i++) {
		uint64_t began = processor_ns();

		for (size_t j = 0; j < times; j++)
			feed_sources(router, &s, (i + 2) * MC_SEC);
		print("record", i, (double)(processor_ns() - began) / (double)(times * s.n));
	}
	mc_router_free(router);
	free(s.octets);
	free(s.len);
	return 0;
}

/* ---- memory -------------------------------------------------------------------------- */

static void print_group_memory(uint8_t family, size_t groups)
{
	struct mc_router *router = router_new(family);
	struct reports r;
	char name[32];
	size_t before = mc_router_memory(router);

	reports_make(&r, family, groups, 1, MC_IS_EX);
	feed(router, &r, MC_SEC);
	snprintf(name, sizeof(name), "group-%zu", groups);
	print(name, 0, (double)(mc_router_memory(router) - before) / (double)groups);
	mc_router_free(router);
	reports_free(&r);
}

static void print_source_memory(uint8_t family, size_t sources)
{
	struct mc_router *router = router_new(family);
	struct source_reports s;
	char name[32];
	size_t before = mc_router_memory(router);

	make_source_reports(&s, family, sources);
	feed_sources(router, &s, MC_SEC);
	snprintf(name, sizeof(name), "source-%zu", sources);
	print(name, 0, (double)(mc_router_memory(router) - before) / (double)sources);
	mc_router_free(router);
	free(s.octets);
	free(s.len);
}

static void print_host_memory(uint8_t family, uint32_t groups)
{
	struct mc_host_conf conf;
	struct mc_host *h;
	struct mc_action a;
	char room[1500], name[32];
	size_t before;

	mc_action_init(&a);
	mc_host_conf_init(&conf, family);
	conf.room = room;
	if (mc_addr_parse(&conf.addr, family == MC_IPV4 ? "10.0.0.7" : "fe80::7") ||
	    mc_host_new(&h, &conf, 0))
		die("no host");
	before = mc_host_memory(h);
	print("host", 0, (double)before);
	for (uint32_t i = 0; i < groups; i++) {
		struct mc_addr group = group_at(family, i);

		if (mc_host_listen(h, 1, &group, MC_EXCLUDE, NULL, 0, 0))
			die("the host does not listen");
	}
	for (mc_time now = 0; now < 10 * MC_SEC; now += MC_SEC)
		while (mc_host_poll(h, now, &a))
			;
	snprintf(name, sizeof(name), "host-group-%u", groups);
	print(name, 0, (double)(mc_host_memory(h) - before) / (double)groups);
	mc_host_free(h);
}

int memory_main(char **args)
{
	uint8_t family = family_of(args[0]);

	print_group_memory(family, 1000);
	print_group_memory(family, 100000);
	print_group_memory(family, 1000000);
	print_source_memory(family, 1000);
	print_source_memory(family, 10000);
	print_host_memory(family, 1);
	print_host_memory(family, 100);
	print_host_memory(family, 100000);
	return 0;
}

/* ---- polls --------------------------------------------------------------------------- */

enum { ASKED = 1000000 };

static double time_polls(struct mc_router *router, mc_time now)
{
	uint64_t began = processor_ns();
	struct mc_action a;

	mc_action_init(&a);
	for (size_t i = 0; i < ASKED; i++)
		take(router, now, &a);
	return (double)(processor_ns() - began) / ASKED;
}

static double time_deadlines(const struct mc_router *router)
{
	uint64_t began = processor_ns(), sum = 0;

	for (size_t i = 0; i < ASKED; i++)
		sum ^= mc_router_deadline(router) + i;
	began = processor_ns() - began;
	return sum == 1 ? 0 : (double)began / ASKED;
}

/* All groups end at one time: how long the longest single poll takes, and how long all do, for each group. */
static void print_end(struct mc_router *router, size_t groups, size_t round)
{
	struct mc_action a;
	uint64_t longest = 0, sum = 0, n = 0;
	bool more = true;

	mc_action_init(&a);
	while (more) {
		uint64_t began = processor_ns();

		more = mc_router_poll(router, 400 * MC_SEC, &a);
		began = processor_ns() - began;
		sum += began;
		longest = began > longest ? began : longest;
		n += more && a.kind == MC_ACTION_GROUP && !a.present;
	}
	if (n != groups || groups_of(router))
		die("not all groups ended");
	print("end", round, (double)sum / (double)groups);
	print("end-longest", round, (double)longest);
}

int due_main(char **args)
{
	uint8_t family = family_of(args[0]);
	size_t groups = number(args[1]), rounds = number(args[2]);
	struct reports r;

	reports_make(&r, family, groups, 1, MC_IS_EX);
	for (size_t i = 0; i < rounds; i++) {
		struct mc_router *router = router_new(family);

		feed(router, &r, MC_SEC);
		print("poll", i, time_polls(router, 2 * MC_SEC));
		print("deadline", i, time_deadlines(router));
		print_end(router, groups, i);
		mc_router_free(router);
	}
	reports_free(&r);
	return 0;
}

/* ---- a host with many groups --------------------------------------------------------- */

static void ask(struct mc_host *h, uint8_t family, mc_time now)
{
	struct mc_msg m, heard;
	uint8_t octets[128];
	int len;

	mc_msg_init(&m);
	mc_msg_init(&heard);
	m.kind = MC_QUERY;
	m.family = family;
	m.version = mc_proto_of(family)->newest;
	m.query.group.family = family;
	m.query.max_resp = 10 * MC_SEC;
	m.query.interval = 125;
	m.query.qrv = 2;
	if (mc_addr_parse(&m.ip.src, family == MC_IPV4 ? "10.0.0.1" : "fe80::1"))
		die("no address");
	len = mc_encode(octets, sizeof(octets), &m);
	if (len < 0 || mc_decode(&heard, octets, (size_t)len))
		die("no query");
	mc_host_input(h, &heard, now);
}

int answer_main(char **args)
{
	uint8_t family = family_of(args[0]);
	size_t groups = number(args[1]), rounds = number(args[2]);
	struct mc_host_conf conf;
	struct mc_action a;
	struct mc_host *h;
	mc_time now = 0;

	mc_action_init(&a);
	mc_host_conf_init(&conf, family);
	if (mc_addr_parse(&conf.addr, family == MC_IPV4 ? "10.0.0.7" : "fe80::7") ||
	    mc_host_new(&h, &conf, 0))
		die("no host");
	for (uint32_t i = 0; i < groups; i++) {
		struct mc_addr group = group_at(family, i);

		if (mc_host_listen(h, 1, &group, MC_EXCLUDE, NULL, 0, 0))
			die("the host does not listen");
	}
	for (; now < 10 * MC_SEC; now += MC_SEC)
		while (mc_host_poll(h, now, &a))
			;
	for (size_t i = 0; i < rounds; i++, now += 60 * MC_SEC) {
		uint64_t longest = 0, sum = 0, sent = mc_host_count(h, MC_TX_REPORT), began = processor_ns();
		bool more = true;

		ask(h, family, now);
		longest = sum = processor_ns() - began;
		while (more) {
			began = processor_ns();
			more = mc_host_poll(h, now + 20 * MC_SEC, &a);
			began = processor_ns() - began;
			sum += began;
			longest = began > longest ? began : longest;
		}
		if (mc_host_count(h, MC_TX_REPORT) == sent)
			die("the host does not answer");
		print("longest", i, (double)longest);
		print("answer", i, (double)sum);
	}
	mc_host_free(h);
	return 0;
}
