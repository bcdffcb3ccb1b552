/*
 * track_link.c - tests of what the tracker holds of a link beside its groups: the querier, leaves
 * that nobody asked about, what is refused, limits. In both families.
 */
#include "listen.h"

static const struct mc_track_querier *querier(const struct link *l)
{
	return mc_track_querier(l->t);
}

/* ---- the querier --------------------------------------------------------------------------- */

/* IGMP3-R-030, R-032, MLD2-R-004: the lower address asks from now on, a higher one does not; that
 * there are two is told. */
static void test_election(void **given)
{
	struct link l = link_of(family_of(given));

	assert_int_equal(querier(&l)->addr.family, 0);
	ask(&l, (struct ask){ .router = 5 });
	told(&l, "querier r5 not r0");
	until(&l, 60);
	ask(&l, (struct ask){ .router = 7 });
	told(&l, "second r7 not r5");
	assert_true(querier(&l)->heard == l.begun);
	ask(&l, (struct ask){ .router = 5 });
	told(&l, "");
	until(&l, 90);
	ask(&l, (struct ask){ .router = 3 });
	told(&l, "second r3 not r5, querier r3 not r5");
	assert_int_equal(number_of(&querier(&l)->addr), 3);
	ask(&l, (struct ask){ .router = 5 });
	told(&l, "second r5 not r3");
	until(&l, 344.9);
	told(&l, "");
	until(&l, 345.3); /* 255 s: RFC 9776 8.5 */
	told(&l, "lost r3 not r0");
	assert_int_equal(querier(&l)->addr.family, 0);
	ask(&l, (struct ask){ .router = 7 });
	told(&l, "querier r7 not r0");
	ended(&l);
}

/* Over is over, though no poll said so. */
static void test_lost_by_input(void **given)
{
	struct link l = link_of(family_of(given));

	ask(&l, (struct ask){ .router = 3 });
	l.now += 255 * MC_SEC;
	ask(&l, (struct ask){ .router = 5 });
	told(&l, "querier r3 not r0, lost r3 not r0, querier r5 not r0");
	ended(&l);
}

/* IGMP3-R-031: specific queries elect nobody, but the querier that sends one is alive. */
static void test_specific(void **given)
{
	struct link l = link_of(family_of(given));

	ask(&l, (struct ask){ .router = 5, .group = 1 });
	assert_int_equal(querier(&l)->addr.family, 0);
	ask(&l, (struct ask){ .router = 5, .resp = 5 });
	until(&l, 100);
	ask(&l, (struct ask){ .router = 3, .group = 1 });
	assert_true(querier(&l)->heard == l.begun);
	ask(&l, (struct ask){ .router = 5, .group = 1, .qrv = 7, .interval = 1 });
	told(&l, "querier r5 not r0");
	assert_true(querier(&l)->heard == l.now && querier(&l)->max_resp == 5 * MC_SEC);
	assert_int_equal(querier(&l)->qrv, 0);
	assert_true(querier(&l)->expires == l.now + 252500 * MC_MSEC);
	ended(&l);
}

/* S71: what is announced holds, for the querier and for what reports say; in an older version the
 * defaults do (S67). */
static void test_announced(void **given)
{
	struct link l = link_of(family_of(given));

	ask(&l, (struct ask){ .router = 1, .qrv = 3, .interval = 60 });
	assert_true(querier(&l)->expires == l.now + 185 * MC_SEC);
	assert_true(querier(&l)->qrv == 3 && querier(&l)->interval == 60);
	report(&l, 1, MC_TO_EX, 1, "");
	state(&l, 1, "EXCLUDE 200 {} {}");
	until(&l, 100);
	ask(&l, (struct ask){ .router = 1, .behind = 1, .resp = 20 });
	assert_true(querier(&l)->expires == l.now + 255 * MC_SEC);
	assert_int_equal(querier(&l)->version, l.proto->newest - 1);
	state(&l, 1, "EXCLUDE 100 {} {}"); /* what runs, runs on */
	until(&l, 150);
	report(&l, 1, MC_IS_EX, 1, "");
	state(&l, 1, "EXCLUDE 270 {} {}");
	ask(&l, (struct ask){ .router = 1, .qrv = 1, .interval = 20, .resp = 4 });
	report(&l, 2, MC_TO_EX, 2, "");
	state(&l, 2, "EXCLUDE 28 {} {}");
	until(&l, 172.3); /* 22 s: gone, and the defaults again */
	report(&l, 2, MC_TO_EX, 2, "");
	state(&l, 2, "EXCLUDE 270 {} {}");
	ended(&l);
}

/* IGMP3-R-034: it asks, but it is nobody. */
static void test_no_address(void **unused)
{
	struct link l = link_of(MC_IPV4);

	(void)unused;
	report(&l, 1, MC_TO_EX, 1, "");
	report(&l, 1, MC_TO_IN, 1, "");
	told(&l, "join g1 h1 of 1, leave g1 h1 of 0");
	ask(&l, (struct ask){ .router = 0 });
	ask(&l, (struct ask){ .router = 0, .group = 1 });
	state(&l, 1, "EXCLUDE 2 {} {}");
	assert_int_equal(querier(&l)->addr.family, 0);
	ask(&l, (struct ask){ .router = 0, .behind = 1 });
	until(&l, 4);
	told(&l, "");
	assert_int_equal(mc_track_stats(l.t)->queries, 3);
	ended(&l);
}

/* IGMP3-R-046: an older query voids source lists, which is told each time, if there are any; that the
 * querier changed its version does not make it a second one. */
static void test_older(void **given)
{
	struct link l = link_of(family_of(given));
	char want[100];

	ask(&l, (struct ask){ .router = 1 });
	report(&l, 1, MC_IS_EX, 1, "");
	report(&l, 1, MC_IS_EX, 2, "1");
	report(&l, 1, MC_IS_IN, 3, "12");
	report(&l, 1, MC_IS_EX, 4, "3");
	report(&l, 1, MC_ALLOW, 4, "3");
	l.told[0] = '\0';
	ask(&l, (struct ask){ .router = 1, .behind = 1, .group = 1 });
	told(&l, "");
	ask(&l, (struct ask){ .router = 1, .behind = 1 });
	snprintf(want, sizeof(want), "older r1 v%d voids 2", l.proto->newest - 1);
	told(&l, want);
	report(&l, 1, MC_TO_EX, 3, "");
	ask(&l, (struct ask){ .router = 1, .behind = 1 });
	snprintf(want, sizeof(want), "older r1 v%d voids 1", l.proto->newest - 1);
	told(&l, want);
	until(&l, 200);
	ask(&l, (struct ask){ .router = 1 });
	until(&l, 270.3);
	l.told[0] = '\0';
	ask(&l, (struct ask){ .router = 9, .behind = 1 });
	report(&l, 1, MC_IS_EX, 1, "");
	ask(&l, (struct ask){ .router = 1, .behind = 1 });
	told(&l, "second r9 not r1, join g1 h1 of 1");
	ended(&l);
}

/* ---- leaves -------------------------------------------------------------------------------- */

static void test_unanswered(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_TO_EX, 1, "");
	until(&l, 10);
	report(&l, 1, MC_TO_IN, 1, "");
	l.told[0] = '\0';
	until(&l, 11);
	report(&l, 1, MC_TO_IN, 1, "");
	report(&l, 2, MC_TO_IN, 1, "");
	report(&l, 2, MC_IS_EX, 1, "");
	older(&l, 1, 3, true, 2); /* a group that nobody was heard of in */
	told(&l, "join g1 h2 of 1");
	until(&l, 12.9);
	told(&l, "");
	until(&l, 13.3);
	told(&l, "unanswered g1 h1");
	until(&l, 20);
	told(&l, "unanswered g2 h3");
	report(&l, 2, MC_TO_IN, 1, ""); /* a new one is told again */
	until(&l, 30);
	told(&l, "leave g1 h2 of 0, unanswered g1 h2");
	ended(&l);
}

/* Any query about the group will do; that a leave is repeated meanwhile does not make it another. */
static void test_answered(void **given)
{
	static const struct ask answers[] = {
		{ .router = 1, .group = 1 },
		{ .router = 1, .group = 1, .suppress = true },
		{ .router = 1, .group = 1, .sources = "1" },
		{ .router = 1, .group = 1, .behind = 1 },
		{ .router = 1 },
	};

	for (size_t i = 0; i < COUNT(answers); i++) {
		struct link l = link_of(family_of(given));

		ask(&l, (struct ask){ .router = 1 });
		report(&l, 1, MC_TO_IN, 1, "");
		until(&l, 1);
		ask(&l, answers[i]);
		until(&l, 1.5);
		report(&l, 1, MC_TO_IN, 1, "");
		until(&l, 10);
		told(&l, "querier r1 not r0");
		report(&l, 1, MC_TO_IN, 1, "");
		until(&l, 20);
		told(&l, "unanswered g1 h1");
		ended(&l);
	}
}

/* A host repeats a leave up to seven times, so after the patience, too: what was answered stays so. */
static void test_repeated(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_TO_IN, 1, "");
	report(&l, 1, MC_TO_IN, 2, "");
	until(&l, 0.5);
	ask(&l, (struct ask){ .router = 1, .group = 1 });
	for (unsigned i = 1; i <= 6; i++) {
		until(&l, i);
		report(&l, 1, MC_TO_IN, 1, "");
	}
	told(&l, "unanswered g2 h1");
	until(&l, 9.3);
	told(&l, "");
	report(&l, 2, MC_TO_IN, 1, "");
	until(&l, 12.6);
	told(&l, "unanswered g1 h2");
	ended(&l);
}

/* A BLOCK of all that is wanted is a leave, for which a query for the sources is the answer. */
static void test_blocked(void **given)
{
	uint8_t f = family_of(given);
	struct link l = link_of(f);
	struct mc_addr host = addr_of(f, HOST, 1), ssm = addr_of(f, SSM, 1);

	report_on(&l, l.proto->newest, &host, MC_ALLOW, &ssm, "1");
	report_on(&l, l.proto->newest, &host, MC_BLOCK, &ssm, "1");
	report(&l, 1, MC_ALLOW, 2, "12");
	report(&l, 1, MC_BLOCK, 2, "12");
	report(&l, 1, MC_ALLOW, 3, "12");
	report(&l, 1, MC_BLOCK, 3, "1");
	report(&l, 1, MC_BLOCK, 4, "1");
	l.told[0] = '\0';
	until(&l, 1);
	ask(&l, (struct ask){ .router = 1, .group = 2, .sources = "12" });
	report(&l, 1, MC_BLOCK, 2, "12");
	until(&l, 10);
	told(&l, "unanswered g1 h1");
	ended(&l);
}

/* What is not about the group is no answer, and what is no leave needs none. */
static void test_no_answer(void **given)
{
	struct link l = link_of(family_of(given));

	ask(&l, (struct ask){ .router = 1 });
	report(&l, 1, MC_TO_IN, 1, "");
	report(&l, 1, MC_TO_IN, 3, "12");
	report(&l, 1, MC_IS_IN, 4, "");
	report(&l, 1, MC_BLOCK, 3, "1");
	report(&l, 2, MC_TO_EX, 1, "");
	ask(&l, (struct ask){ .router = 1, .group = 2 });
	ask(&l, (struct ask){ .router = 1, .group = 1, .faults = MC_FAULT_CHECKSUM });
	until(&l, 10);
	told(&l, "querier r1 not r0, join g3 h1 of 1, join g1 h2 of 1, unanswered g1 h1");
	ended(&l);
}

/* ---- what counts --------------------------------------------------------------------------- */

static void test_refused(void **given)
{
	static const struct {
		uint32_t fault;
		bool v4, v6;
	} rows[] = {
		{ MC_FAULT_CHECKSUM, true, true },    { MC_FAULT_IP_CHECKSUM, true, true },
		{ MC_FAULT_GENERAL, true, true },     { MC_FAULT_GROUP, true, true },
		{ MC_FAULT_TTL, false, true },        { MC_FAULT_ALERT, false, true },
		{ MC_FAULT_SENDER, false, true },     { MC_FAULT_DESTINATION, false, false },
		{ MC_FAULT_EXTENSION, false, false },
	};
	uint8_t f = family_of(given);
	struct link l = link_of(f);
	uint64_t refused = 0, queries = 0;

	report(&l, 1, MC_TO_EX, 1, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool refuse = f == MC_IPV4 ? rows[i].v4 : rows[i].v6;

		refused += refuse;
		queries += !refuse;
		ask(&l, (struct ask){ .router = 1, .behind = 1, .faults = rows[i].fault });
		assert_int_equal(mc_track_stats(l.t)->refused, refused);
		assert_int_equal(mc_track_stats(l.t)->queries, queries);
	}
	assert_int_equal(mc_track_stats(l.t)->messages, queries + 1);
	ended(&l);
}

/* The same packet with a fault, or with what makes it nothing that a tracker of this link listens to. */
static void test_refused_report(void **given)
{
	static const uint32_t faults[] = { MC_FAULT_CHECKSUM, MC_FAULT_TTL, MC_FAULT_ALERT, MC_FAULT_SENDER };
	uint8_t f = family_of(given), room[100];
	struct link l = link_of(f);
	struct mc_record r = { .type = MC_IS_EX, .group = addr_of(f, GROUP, 1), .sources = { room, 0, f } };
	struct mc_msg head, m;
	struct mc_writer w;
	int len;

	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = f;
	head.version = l.proto->newest;
	head.ip.src = addr_of(f, HOST, 1);
	assert_int_equal(mc_writer_begin(&w, room, sizeof(room), &head), 0);
	assert_int_equal(mc_writer_add(&w, &r), 0);
	len = mc_writer_end(&w);
	for (size_t i = 0; i < COUNT(faults) + 3; i++) {
		mc_msg_init(&m);
		assert_int_equal(mc_decode(&m, room, (size_t)len), 0);
		if (i < COUNT(faults))
			m.faults |= faults[i];
		else if (i == COUNT(faults))
			m.ip.src = addr_of(f, GROUP, 2);
		else if (i == COUNT(faults) + 1)
			m.family = f == MC_IPV4 ? MC_IPV6 : MC_IPV4;
		else
			m.kind = MC_PIM;
		mc_track_input(l.t, &m, l.now);
		assert_int_equal(mc_track_groups(l.t), f == MC_IPV4 && i >= 1);
	}
	assert_int_equal(mc_track_stats(l.t)->refused, f == MC_IPV4 ? 3 : 6);
	assert_int_equal(mc_track_stats(l.t)->reports, f == MC_IPV4 ? 3 : 0);
	ended(&l);
}

/* SSM-009, SSM-010, IGMP3-R-057: records that a router ignores; the others of a source-specific
 * group count. */
static void test_passed_over(void **given)
{
	uint8_t f = family_of(given);
	struct link l = link_of(f);
	struct mc_addr host = addr_of(f, HOST, 1), ssm = addr_of(f, SSM, 1);
	uint8_t newest = l.proto->newest, old = (uint8_t)(newest - 1);

	report_on(&l, newest, &host, MC_IS_EX, &ssm, "1");
	report_on(&l, newest, &host, MC_TO_EX, &ssm, "");
	report_on(&l, old, &host, MC_IS_EX, &ssm, "");
	report_on(&l, old, &host, MC_TO_IN, &ssm, "");
	report_on(&l, newest, &host, MC_IS_EX, &l.proto->all_nodes, "");
	assert_int_equal(mc_track_groups(l.t), 0);
	assert_int_equal(mc_track_stats(l.t)->records_refused, 5);
	report_on(&l, newest, &host, MC_ALLOW, &ssm, "1");
	report_on(&l, newest, &host, MC_TO_IN, &ssm, "");
	assert_int_equal(mc_track_groups(l.t), 1);
	assert_int_equal(mc_track_stats(l.t)->records_refused, 5);
	assert_int_equal(mc_track_stats(l.t)->leaves, 1);
	until(&l, 10);
	told(&l, "join g1 h1 of 1, leave g1 h1 of 0, unanswered g1 h1");
	ended(&l);
}

/* MLD2-H-001: of scope 0 and 1 there are no messages. */
static void test_scope(void **unused)
{
	struct link l = link_of(MC_IPV6);
	struct mc_addr host = addr_of(MC_IPV6, HOST, 1), group = addr_of(MC_IPV6, GROUP, 1);

	(void)unused;
	for (uint8_t scope = 0; scope <= 2; scope++) {
		group.b[1] = 0x10 | scope;
		report_on(&l, 2, &host, MC_IS_EX, &group, "");
		assert_int_equal(mc_track_groups(l.t), scope == 2);
	}
	assert_int_equal(mc_track_stats(l.t)->records_refused, 2);
	ended(&l);
}

/* DEC-3, ROB-008: a record that is wrong is passed over whole, the next one counts. */
static void test_bad_record(void **unused)
{
	struct link l = link_of(MC_IPV4);
	struct mc_record bad = { .type = MC_TO_IN, .faults = MC_FAULT_SOURCES }, good = { .type = MC_IS_EX };
	uint8_t packet[200], room[8];
	struct mc_addr source = addr_of(MC_IPV4, GROUP, 9);
	struct mc_writer w;
	struct mc_msg head;

	(void)unused;
	mc_msg_init(&head);
	head.kind = MC_REPORT;
	head.family = MC_IPV4;
	head.version = 3;
	head.ip.src = addr_of(MC_IPV4, HOST, 1);
	bad.group = addr_of(MC_IPV4, GROUP, 1);
	good.group = addr_of(MC_IPV4, GROUP, 2);
	good.sources.family = MC_IPV4;
	assert_int_equal(mc_sources_pack(&bad.sources, room, sizeof(room), &source, 1), 0);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	assert_int_equal(mc_writer_add(&w, &bad), 1);
	assert_int_equal(mc_writer_add(&w, &good), 0);
	give(&l, packet, mc_writer_end(&w), 0);
	told(&l, "join g2 h1 of 1");
	assert_int_equal(mc_track_stats(l.t)->records_refused, 1);
	ended(&l);
}

/* The contract says that time never goes back; if it does, the latest counts. */
static void test_time_goes_back(void **given)
{
	struct link l = link_of(family_of(given));
	mc_time late = l.now + 100 * MC_SEC;

	until(&l, 100);
	l.now = 0;
	report(&l, 1, MC_TO_EX, 1, "");
	l.now = late;
	state(&l, 1, "EXCLUDE 270 {} {}");
	ended(&l);
}

/* ---- limits -------------------------------------------------------------------------------- */

static void test_limits(void **given)
{
	uint8_t f = family_of(given);
	struct mc_track_conf conf = conf_of(f);
	struct link l;

	conf.max_groups = 2;
	conf.max_hosts = 3;
	conf.max_sources = 4;
	l = link_with(&conf);
	report(&l, 1, MC_IS_EX, 1, "123");
	report(&l, 1, MC_IS_IN, 2, "12");
	state(&l, 2, "INCLUDE 270 {1:270} {}");
	report(&l, 1, MC_BLOCK, 1, "9");
	told(&l, "join g1 h1 of 1, limit 2 of 4, join g2 h1 of 1");
	report(&l, 1, MC_IS_EX, 3, "");
	report(&l, 1, MC_IS_EX, 4, "");
	told(&l, "limit 0 of 2");
	report(&l, 2, MC_IS_EX, 1, "");
	report(&l, 3, MC_IS_EX, 1, "");
	report(&l, 4, MC_IS_EX, 1, "");
	told(&l, "join g1 h2 of 2, limit 1 of 3");
	hosts(&l, 1, "1 2");
	assert_int_equal(mc_track_stats(l.t)->records_refused, 6);
	until(&l, 270.3); /* all of it expires, and there is room again */
	l.told[0] = '\0';
	report(&l, 3, MC_IS_EX, 3, "1234");
	told(&l, "join g3 h3 of 1");
	ended(&l);
}

/* A group of which no source was kept is none. */
static void test_no_source_kept(void **given)
{
	uint8_t f = family_of(given);
	struct mc_track_conf conf = conf_of(f);
	struct link l;

	conf.max_sources = 1;
	l = link_with(&conf);
	report(&l, 1, MC_IS_EX, 1, "1");
	report(&l, 1, MC_ALLOW, 2, "1");
	told(&l, "join g1 h1 of 1, limit 2 of 1");
	state(&l, 2, "none");
	assert_int_equal(mc_track_groups(l.t), 1);
	ended(&l);
}

static void test_many_leaves(void **given)
{
	struct link l = link_of(family_of(given));

	for (unsigned i = 1; i <= 1024; i++)
		report(&l, 1, MC_TO_IN, i, "");
	told(&l, "");
	report(&l, 1, MC_TO_IN, 1025, "");
	report(&l, 1, MC_TO_IN, 1026, "");
	told(&l, "limit 3 of 1024");
	l.events = 0;
	until(&l, 4);
	assert_int_equal(l.events, 1024);
	ended(&l);
}

/* Reports that nobody polls after: the events that are there are the first ones and the one that says so. */
static void test_many_events(void **unused)
{
	struct link l = link_of(MC_IPV4);
	struct mc_addr group = addr_of(MC_IPV4, GROUP, 1);
	struct mc_msg m;
	struct mc_track_event e;
	uint8_t packet[100];
	struct mc_record r = { .type = MC_IS_EX, .group = group, .sources = { packet, 0, MC_IPV4 } };
	struct mc_writer w;
	size_t n = 0, joins = 0;

	(void)unused;
	mc_msg_init(&m);
	m.kind = MC_REPORT;
	m.family = MC_IPV4;
	m.version = 3;
	m.ip.src = addr_of(MC_IPV4, HOST, 1);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &m), 0);
	assert_int_equal(mc_writer_add(&w, &r), 0);
	assert_int_equal(mc_decode(&m, packet, (size_t)mc_writer_end(&w)), 0);
	for (unsigned i = 1; i <= 70000; i++) {
		m.ip.src = addr_of(MC_IPV4, HOST, i);
		mc_track_input(l.t, &m, l.now);
	}
	assert_int_equal(mc_track_stats(l.t)->events_lost, 70000 - 65535);
	assert_int_equal(group_at(&l, 1)->hosts, 70000);
	for (; mc_track_poll(l.t, l.now, &e); n++) {
		joins += e.kind == MC_TRACK_JOIN;
		assert_true(n < 65535 ? e.kind == MC_TRACK_JOIN && e.n == n + 1 : e.kind == MC_TRACK_LIMIT);
	}
	assert_true(joins == 65535 && e.limit == MC_TRACK_EVENTS && e.n == 65536);
	l.now += 271 * MC_SEC; /* one scan, and all of them are told: of a single group */
	for (n = 0; mc_track_poll(l.t, l.now, &e); n++)
		assert_true(e.kind == MC_TRACK_LEAVE && e.n == 70000 - 1 - n);
	assert_int_equal(n, 65536);
	assert_int_equal(mc_track_groups(l.t), 0);
	ended(&l);
}

static void test_conf(void **unused)
{
	struct mc_track *const untouched = (struct mc_track *)&untouched, *t = untouched;
	struct mc_track_conf good = conf_of(MC_IPV4), bad[6];

	(void)unused;
	for (size_t i = 0; i < COUNT(bad); i++)
		bad[i] = good;
	bad[0].family = 0;
	bad[1].max_groups = 0;
	bad[2].max_hosts = 0;
	bad[3].max_sources = SIZE_MAX;
	bad[4].patience = 0;
	bad[5].patience = MC_NEVER;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mc_track_new(&t, &bad[i], 0), MC_ERR_CONF);
	assert_ptr_equal(t, untouched);
	mc_track_free(NULL);
	assert_true(good.max_groups == 65536 && good.max_hosts == 262144 && good.max_sources == 262144);
	assert_true(good.patience == 3 * MC_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_election),
		BOTH(test_lost_by_input),
		BOTH(test_specific),
		BOTH(test_announced),
		cmocka_unit_test(test_no_address),
		BOTH(test_older),
		BOTH(test_unanswered),
		BOTH(test_answered),
		BOTH(test_repeated),
		BOTH(test_blocked),
		BOTH(test_no_answer),
		BOTH(test_refused),
		BOTH(test_refused_report),
		BOTH(test_passed_over),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_bad_record),
		BOTH(test_time_goes_back),
		BOTH(test_limits),
		BOTH(test_no_source_kept),
		BOTH(test_many_leaves),
		cmocka_unit_test(test_many_events),
		cmocka_unit_test(test_conf),
	};

	return cmocka_run_group_tests_name("track_link", tests, NULL, NULL);
}
