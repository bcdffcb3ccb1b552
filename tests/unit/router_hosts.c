/*
 * router_hosts.c - explicit tracking by the router role (RFC 9776 Appendix A.2): who becomes a member by
 * which record and with what filter, who is none any more and when, and what is told of it in which order.
 */
#include "tracked.h"

/* ---- records ------------------------------------------------------------------------------- */

enum { NONE = -1, GROUP = 3, KEEPER = 9, HOST = 7 };

struct row {
	int before;          /* mode, or NONE: no member */
	uint64_t had;
	unsigned type;
	uint64_t list;
	int after;
	uint64_t has;
};

static const struct row rows[] = {
	{ NONE, 0, MC_IS_IN, 0x0, NONE, 0 },
	{ NONE, 0, MC_TO_IN, 0x0, NONE, 0 },
	{ NONE, 0, MC_ALLOW, 0x0, NONE, 0 },
	{ NONE, 0, MC_BLOCK, 0x0, NONE, 0 },
	{ NONE, 0, MC_BLOCK, 0x3, NONE, 0 },
	{ NONE, 0, MC_IS_IN, 0x5, MC_INCLUDE, 0x5 },
	{ NONE, 0, MC_TO_IN, 0x5, MC_INCLUDE, 0x5 },
	{ NONE, 0, MC_ALLOW, 0x5, MC_INCLUDE, 0x5 },
	{ NONE, 0, MC_IS_EX, 0x0, MC_EXCLUDE, 0x0 },
	{ NONE, 0, MC_TO_EX, 0x0, MC_EXCLUDE, 0x0 },
	{ NONE, 0, MC_IS_EX, 0x6, MC_EXCLUDE, 0x6 },
	{ NONE, 0, MC_TO_EX, 0x6, MC_EXCLUDE, 0x6 },
	{ MC_INCLUDE, 0x3, MC_IS_IN, 0x0, NONE, 0 },
	{ MC_INCLUDE, 0x3, MC_TO_IN, 0x0, NONE, 0 },
	{ MC_INCLUDE, 0x3, MC_IS_IN, 0x3, MC_INCLUDE, 0x3 },
	{ MC_INCLUDE, 0x3, MC_IS_IN, 0x6, MC_INCLUDE, 0x6 },
	{ MC_INCLUDE, 0x3, MC_TO_IN, 0x8, MC_INCLUDE, 0x8 },
	{ MC_INCLUDE, 0x3, MC_IS_EX, 0x0, MC_EXCLUDE, 0x0 },
	{ MC_INCLUDE, 0x3, MC_TO_EX, 0x3, MC_EXCLUDE, 0x3 },
	{ MC_INCLUDE, 0x3, MC_ALLOW, 0x6, MC_INCLUDE, 0x7 },
	{ MC_INCLUDE, 0x3, MC_ALLOW, 0x0, MC_INCLUDE, 0x3 },
	{ MC_INCLUDE, 0x3, MC_BLOCK, 0x6, MC_INCLUDE, 0x1 },
	{ MC_INCLUDE, 0x3, MC_BLOCK, 0xc, MC_INCLUDE, 0x3 },
	{ MC_INCLUDE, 0x3, MC_BLOCK, 0x7, NONE, 0 },
	{ MC_EXCLUDE, 0x0, MC_IS_EX, 0x0, MC_EXCLUDE, 0x0 },
	{ MC_EXCLUDE, 0x0, MC_TO_IN, 0x0, NONE, 0 },
	{ MC_EXCLUDE, 0x0, MC_BLOCK, 0x5, MC_EXCLUDE, 0x5 },
	{ MC_EXCLUDE, 0x0, MC_ALLOW, 0x5, MC_EXCLUDE, 0x0 },
	{ MC_EXCLUDE, 0x6, MC_IS_IN, 0x0, NONE, 0 },
	{ MC_EXCLUDE, 0x6, MC_IS_IN, 0x9, MC_INCLUDE, 0x9 },
	{ MC_EXCLUDE, 0x6, MC_TO_IN, 0x6, MC_INCLUDE, 0x6 },
	{ MC_EXCLUDE, 0x6, MC_IS_EX, 0x0, MC_EXCLUDE, 0x0 },
	{ MC_EXCLUDE, 0x6, MC_TO_EX, 0x9, MC_EXCLUDE, 0x9 },
	{ MC_EXCLUDE, 0x6, MC_ALLOW, 0x3, MC_EXCLUDE, 0x4 },
	{ MC_EXCLUDE, 0x6, MC_ALLOW, 0xf, MC_EXCLUDE, 0x0 },
	{ MC_EXCLUDE, 0x6, MC_BLOCK, 0x3, MC_EXCLUDE, 0x7 },
};

static void check_row(struct tracked *t, const struct row *row)
{
	bool was = row->before != NONE, is = row->after != NONE;
	struct mc_router_host m;

	if (was)
		tracked_report(t, row->before == MC_INCLUDE ? MC_IS_IN : MC_IS_EX, GROUP, HOST, row->had);
	t->len = 0;
	tracked_report(t, row->type, GROUP, HOST, row->list);
	t->line[t->len] = '\0';
	assert_int_equal(strstr(t->line, " +3:7") != NULL, t->len && is && !was);
	assert_int_equal(strstr(t->line, " -3:7") != NULL, t->len && was && !is);
	assert_int_equal(tracked_find(t, GROUP, HOST, &m), is);
	if (is)
		assert_int_equal(m.mode, row->after);
	assert_int_equal(tracked_list(t, GROUP, HOST), row->has);
	assert_int_equal(tracked_state(t, GROUP).hosts, 1 + is);
	assert_int_equal(tracked_hosts(t), 1 + is);
	tracked_report(t, MC_TO_IN, GROUP, HOST, 0);
	assert_int_equal(tracked_hosts(t), 1);
}

/* Another host has the group stay, in either mode. */
static void test_each_record(void **given)
{
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		struct tracked t = tracked_of(family_of(given), 100);

		tracked_begin(&t);
		tracked_report(&t, i % 2 ? MC_IS_EX : MC_IS_IN, GROUP, KEEPER, i % 2 ? 0 : 0x100);
		check_row(&t, &rows[i / 2]);
		mc_router_free(t.r);
	}
}

static void test_source_specific(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_router_host m;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, TRACKED_SSM, HOST, 0);
	tracked_report(&t, MC_BLOCK, TRACKED_SSM, HOST, 0x1);
	assert_int_equal(tracked_hosts(&t), 0);
	tracked_report(&t, MC_ALLOW, TRACKED_SSM, HOST, 0x1);
	tracked_report(&t, MC_ALLOW, TRACKED_SSM, 8, 0x1);
	tracked_report(&t, MC_ALLOW, TRACKED_SSM, HOST, 0x8);
	tracked_told(&t, "+200:7 G200+ +200:8 G200+");
	assert_true(tracked_find(&t, TRACKED_SSM, HOST, &m));
	assert_int_equal(m.mode, MC_INCLUDE);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, HOST), 0x9);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, 8), 0x1);
	tracked_report(&t, MC_BLOCK, TRACKED_SSM, HOST, 0x1);
	tracked_told(&t, "");
	tracked_report(&t, MC_BLOCK, TRACKED_SSM, HOST, 0x8);
	tracked_told(&t, "-200:7");
	tracked_report(&t, MC_BLOCK, TRACKED_SSM, 8, 0x1);
	tracked_told(&t, "-200:8");
	tracked_pass(&t, 5 * MC_SEC);
	tracked_told(&t, "G200-");
	mc_router_free(t.r);
}

/* One report tells of many; each host before its group. */
static void test_order(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_msg head = speech_head(t.family, MC_REPORT, 0, HOST);
	uint8_t packet[SPEECH_PACKET];
	struct mc_writer w;

	tracked_begin(&t);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	for (uint32_t i = 1; i <= 3; i++) {
		struct mc_record rec = { .type = MC_IS_EX, .group = tracked_group(t.family, i) };

		assert_int_equal(mc_writer_add(&w, &rec), 0);
	}
	speech_hear(t.r, packet, mc_writer_end(&w), t.now);
	assert_true(mc_router_deadline(t.r) <= t.now);
	tracked_poll(&t);
	tracked_told(&t, "+1:7 +2:7 +3:7 G1+ G2+ G3+");
	tracked_report(&t, MC_IS_EX, 1, HOST, 0);
	tracked_told(&t, "");
	mc_router_free(t.r);
}

/* In one report it leaves all that it is in, and joins another. */
static void test_leave_and_join(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_msg head = speech_head(t.family, MC_REPORT, 0, HOST);
	uint8_t packet[SPEECH_PACKET];
	struct mc_router_host m;
	struct mc_writer w;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, 1, HOST, 0);
	assert_int_equal(mc_writer_begin(&w, packet, sizeof(packet), &head), 0);
	for (uint32_t i = 1; i <= 2; i++) {
		struct mc_record rec = { .type = i == 1 ? MC_TO_IN : MC_IS_EX };

		rec.group = tracked_group(t.family, i);
		assert_int_equal(mc_writer_add(&w, &rec), 0);
	}
	speech_hear(t.r, packet, mc_writer_end(&w), t.now);
	tracked_poll(&t);
	tracked_told(&t, "+1:7 G1+ -1:7 +2:7 G2+");
	assert_true(tracked_find(&t, 2, HOST, &m));
	assert_false(tracked_find(&t, 1, HOST, &m));
	mc_router_free(t.r);
}

/* A report from nobody counts for the group alone. */
static void test_unspecified(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, 0, 0);
	assert_int_equal(tracked_hosts(&t), 0);
	tracked_told(&t, t.family == MC_IPV4 ? "G3+" : "");
	mc_router_free(t.r);
}

static void test_not_tracked(void **given)
{
	struct tracked t = tracked_of(family_of(given), 0);
	struct mc_addr group = tracked_group(t.family, GROUP);
	struct mc_router_host m = { .size = sizeof(m) };
	uint32_t pos = 0;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0x3);
	tracked_told(&t, "G3+");
	assert_int_equal(tracked_state(&t, GROUP).hosts, 0);
	assert_int_equal(tracked_state(&t, GROUP).last_reporter.family, 0);
	assert_false(tracked_find(&t, GROUP, HOST, &m));
	assert_false(mc_router_host_next(t.r, &group, &pos, &m));
	assert_int_equal(tracked_list(&t, GROUP, HOST), 0);
	mc_router_free(t.r);
}

/* ---- older versions ------------------------------------------------------------------------ */

static void test_older(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_router_host m;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
	tracked_older(&t, MC_IS_EX, GROUP, HOST);
	tracked_told(&t, "+3:8 G3+ +3:7");
	assert_true(tracked_find(&t, GROUP, HOST, &m));
	assert_int_equal(m.mode, MC_EXCLUDE);
	assert_int_equal(m.sources, 0);
	/* For the group, what a host blocks no longer counts: what it told stays. */
	tracked_report(&t, MC_BLOCK, GROUP, 8, 0x3);
	assert_int_equal(tracked_state(&t, GROUP).sources, 0);
	assert_int_equal(tracked_list(&t, GROUP, 8), 0x3);
	tracked_older(&t, MC_TO_IN, GROUP, HOST);
	tracked_told(&t, "-3:7");
	tracked_pass(&t, 5 * MC_SEC);
	tracked_told(&t, "~3:8 G3-");
	mc_router_free(t.r);
}

static void hear_query(struct tracked *t, unsigned from)
{
	struct mc_msg m = speech_head(t->family, MC_QUERY, 0, from);
	uint8_t packet[SPEECH_PACKET];

	m.query.group.family = t->family;
	m.query.max_resp = 10 * MC_SEC;
	m.ip.src.b[mc_addr_len(&m.ip.src) - 1] = (uint8_t)from;
	speech_hear(t->r, packet, mc_encode(packet, sizeof(packet), &m), t->now);
	tracked_poll(t);
}

/* The group cares for a leave only where this router asks; that the host said so is true anyway. */
static void test_leave_beside_another_querier(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	t.conf.addr = speech_node(t.family, 50);
	tracked_begin(&t);
	hear_query(&t, 2);
	tracked_older(&t, MC_IS_EX, GROUP, HOST);
	tracked_older(&t, MC_IS_EX, GROUP, 8);
	tracked_told(&t, "+3:7 G3+ +3:8");
	tracked_older(&t, MC_TO_IN, GROUP, HOST);
	tracked_older(&t, MC_TO_IN, GROUP, 6);
	tracked_told(&t, "-3:7");
	assert_int_equal(mc_router_count(t.r, MC_RX_IGNORED), 2);
	assert_int_equal(mc_router_count(t.r, MC_RX_LEAVE), 0);
	assert_true(tracked_state(&t, GROUP).expires > t.now + 200 * MC_SEC);
	tracked_older(&t, MC_TO_IN, 4, HOST);
	tracked_told(&t, "");
	mc_router_free(t.r);
}

/* A version that is to be ignored does nothing; one in which nobody can leave hears it nevertheless. */
static void test_leave_ignored(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	unsigned oldest = mc_proto_of(t.family)->newest - 1U;

	t.conf.ignore_v1 = oldest == 1;
	t.conf.ignore_v2 = oldest == 2;
	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_older(&t, MC_TO_IN, GROUP, HOST);
	tracked_told(&t, "+3:7 G3+");
	t.conf.ignore_v1 = t.conf.ignore_v2 = false;
	assert_int_equal(mc_router_configure(t.r, &t.conf, t.now), 0);
	tracked_hear(&t, oldest, MC_IS_EX, GROUP, 8, 0);
	tracked_older(&t, MC_TO_IN, GROUP, HOST);
	tracked_told(&t, "+3:8 -3:7");
	tracked_report(&t, MC_TO_IN, GROUP, 8, 0);
	tracked_told(&t, "-3:8");
	mc_router_free(t.r);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* The last host that said that it leaves has left at once; those that do not answer go with the group. */
static void test_group_ends(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	for (uint32_t host = 6; host < 9; host++)
		tracked_report(&t, MC_IS_EX, GROUP, host, host == 8 ? 0x1 : 0);
	tracked_told(&t, "+3:6 G3+ +3:7 +3:8");
	tracked_report(&t, MC_TO_IN, GROUP, HOST, 0);
	tracked_told(&t, "-3:7");
	tracked_pass(&t, 1900 * MC_MSEC);
	tracked_told(&t, "");
	assert_int_equal(tracked_hosts(&t), 2);
	tracked_pass(&t, 100 * MC_MSEC);
	tracked_told(&t, "~3:8 ~3:6 G3-");
	assert_int_equal(tracked_hosts(&t), 0);
	mc_router_free(t.r);
}

/* Nobody answers for 100,000: each is told, one a call. */
static void test_large_group_ends(void **given)
{
	enum { MANY = 100000 };
	struct tracked t = tracked_of(family_of(given), MANY);
	struct mc_action a;
	unsigned n = 0;

	tracked_begin(&t);
	for (uint32_t i = 0; i < MANY; i++)
		tracked_report(&t, MC_IS_EX, GROUP, 10 + i, 0);
	assert_int_equal(tracked_state(&t, GROUP).hosts, MANY);
	t.len = 0;
	tracked_report(&t, MC_TO_IN, GROUP, 10, 0);
	tracked_told(&t, "-3:10");
	t.now += 3 * MC_SEC;
	mc_action_init(&a);
	while (mc_router_poll(t.r, t.now, &a) && a.kind != MC_ACTION_GROUP)
		n += a.kind == MC_ACTION_HOST && a.expired && !a.present;
	assert_int_equal(n, MANY - 1);
	assert_true(a.kind == MC_ACTION_GROUP && !a.present);
	assert_int_equal(tracked_hosts(&t), 0);
	mc_router_free(t.r);
}

enum { SILENT = 9000 }; /* more than are looked at in one go */

struct silence {
	mc_time heard[SILENT]; /* of host FIRST + i */
	unsigned left;
};

enum { FIRST = 10 };

/* Over by a Group Membership Interval at the least, and an eighth of that at the most. */
static void check_expired(struct tracked *t, struct silence *s, mc_time life)
{
	struct mc_action a;

	mc_action_init(&a);
	while (mc_router_poll(t->r, t->now, &a)) {
		unsigned i = tracked_number(&a.addr) - FIRST;

		if (a.kind != MC_ACTION_HOST)
			continue;
		assert_true(a.expired && !a.present && i < SILENT && s->heard[i]);
		assert_true(t->now - s->heard[i] >= life && t->now - s->heard[i] <= life + life / 8);
		s->heard[i] = 0;
		s->left--;
	}
}

static void say(struct tracked *t, struct silence *s, unsigned type, uint32_t i)
{
	tracked_report(t, type, GROUP, FIRST + i, type == MC_BLOCK);
	s->heard[i] = t->now;
}

/* Heard at all times, by all kinds of records; the group outlives them. */
static void test_silence(void **given)
{
	struct tracked t = tracked_of(family_of(given), SILENT + 1);
	struct silence *s = calloc(1, sizeof(*s));
	uint64_t random = 1;

	assert_non_null(s);
	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, 2, 0);
	for (uint32_t i = 0; i < SILENT; i++, t.now += next_random(&random) % (20 * MC_MSEC))
		say(&t, s, MC_IS_EX, i);
	for (uint32_t i = 0; i < SILENT; i += 3, t.now += next_random(&random) % (20 * MC_MSEC))
		say(&t, s, i % 2 ? MC_IS_EX : MC_BLOCK, i);
	s->left = SILENT;
	for (unsigned round = 0; round < 6; round++) {
		mc_time until = t.now + 100 * MC_SEC;

		tracked_report(&t, MC_IS_EX, GROUP, 2, 0);
		for (; t.now < until; t.now = mc_router_deadline(t.r))
			check_expired(&t, s, 270 * MC_SEC);
	}
	assert_int_equal(s->left, 0);
	assert_int_equal(tracked_hosts(&t), 1);
	free(s);
	mc_router_free(t.r);
}

/* ---- who is a member ----------------------------------------------------------------------- */

static void test_times(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_router_host m;
	mc_time began = t.now;

	tracked_begin(&t);
	t.now += 5500 * MC_MSEC;
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	t.now += 10 * MC_SEC;
	tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	assert_true(tracked_find(&t, GROUP, HOST, &m));
	assert_true(m.since == began + 5 * MC_SEC);
	assert_true(m.heard == began + 15 * MC_SEC);
	assert_true(tracked_find(&t, GROUP, 8, &m));
	assert_true(m.since == began + 15 * MC_SEC);
	mc_router_free(t.r);
}

static unsigned last_reporter(const struct tracked *t)
{
	struct mc_router_group g = tracked_state(t, GROUP);

	return g.last_reporter.family ? tracked_number(&g.last_reporter) : 0;
}

static void test_last_reporter(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	assert_int_equal(last_reporter(&t), HOST);
	tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
	assert_int_equal(last_reporter(&t), 8);
	tracked_report(&t, MC_BLOCK, GROUP, HOST, 0x1);
	assert_int_equal(last_reporter(&t), HOST);
	tracked_report(&t, MC_BLOCK, GROUP, 5, 0x1); /* no member */
	assert_int_equal(last_reporter(&t), HOST);
	tracked_report(&t, MC_TO_IN, GROUP, 8, 0);
	assert_int_equal(last_reporter(&t), HOST);
	tracked_report(&t, MC_TO_IN, GROUP, HOST, 0);
	assert_int_equal(last_reporter(&t), 0);
	mc_router_free(t.r);
}

static void test_newest_first(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_addr group = tracked_group(t.family, GROUP);
	struct mc_router_host m = { .size = sizeof(m) };
	uint32_t pos = 0, n = 0;

	tracked_begin(&t);
	for (uint32_t i = 10; i < 20; i++) {
		tracked_report(&t, MC_IS_EX, GROUP, i, 0);
		tracked_report(&t, MC_IS_EX, GROUP + 1, i, 0);
	}
	tracked_report(&t, MC_TO_IN, GROUP, 19, 0);
	tracked_report(&t, MC_TO_IN, GROUP, 14, 0);
	for (; mc_router_host_next(t.r, &group, &pos, &m); n++)
		assert_int_equal(tracked_number(&m.addr), n < 4 ? 18 - n : 17 - n);
	assert_int_equal(n, 8);
	assert_int_equal(n, tracked_state(&t, GROUP).hosts);
	pos = 2; /* of the other group, the second that there was */
	assert_false(mc_router_host_next(t.r, &group, &pos, &m));
	pos = 3; /* the third, which leaves */
	tracked_report(&t, MC_TO_IN, GROUP, 11, 0);
	assert_false(mc_router_host_next(t.r, &group, &pos, &m));
	pos = UINT32_MAX;
	assert_false(mc_router_host_next(t.r, &group, &pos, &m));
	mc_router_free(t.r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_each_record),
		BOTH(test_source_specific),
		BOTH(test_order),
		BOTH(test_leave_and_join),
		BOTH(test_unspecified),
		BOTH(test_not_tracked),
		BOTH(test_older),
		BOTH(test_leave_beside_another_querier),
		BOTH(test_leave_ignored),
		BOTH(test_group_ends),
		BOTH(test_large_group_ends),
		BOTH(test_silence),
		BOTH(test_times),
		BOTH(test_last_reporter),
		BOTH(test_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
