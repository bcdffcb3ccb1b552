/*
 * track.c - tests of what the tracker holds of groups, sources and hosts, in both families. The names
 * S54 to S74 are those of the scenarios of the conformance list that apply to one who never asks.
 */
#include "listen.h"

/* ---- the router's table -------------------------------------------------------------------- */

enum { SETS = 8, FRESH = 270, OLD_GROUP = 200, OLD_SOURCE = 230 };

struct sets {
	enum mc_mode mode;
	unsigned x, y;                        /* running, excluded: bits */
	unsigned fresh, as_group,
		group_left; /* of x, those that run anew, or as long as the group; seconds */
};

/* RFC 9776 6.4.1 and 6.4.2 as they are written: a is the state's set, b or the record's. */
static struct sets from_include(unsigned a, uint8_t type, unsigned b)
{
	if (type == MC_BLOCK)
		return (struct sets){ MC_INCLUDE, a, 0, 0, 0, 0 };
	if (type == MC_IS_EX || type == MC_TO_EX)
		return (struct sets){ MC_EXCLUDE, a & b, b & ~a, 0, 0, FRESH };
	return (struct sets){ MC_INCLUDE, a | b, 0, b, 0, 0 };
}

static struct sets from_exclude(unsigned x, unsigned y, uint8_t type, unsigned a)
{
	switch (type) {
	case MC_IS_EX:
		return (struct sets){ MC_EXCLUDE, a & ~y, y & a, a & ~x & ~y, 0, FRESH };
	case MC_TO_EX:
		return (struct sets){ MC_EXCLUDE, a & ~y, y & a, 0, a & ~x & ~y, FRESH };
	case MC_BLOCK:
		return (struct sets){ MC_EXCLUDE, x | (a & ~y), y, 0, a & ~x & ~y, OLD_GROUP };
	default: /* IS_IN, ALLOW, TO_IN */
		return (struct sets){ MC_EXCLUDE, x | a, y & ~a, a, 0, OLD_GROUP };
	}
}

static const char *digits(unsigned set)
{
	static const char *const names[SETS] = { "", "1", "2", "21", "3", "31", "32", "321" };

	return names[set];
}

static unsigned seconds_left(const struct sets *want, unsigned bit)
{
	return want->fresh & bit ? FRESH : want->as_group & bit ? OLD_GROUP : OLD_SOURCE;
}

static void check_source(const struct link *l, const struct mc_track_source *s, const struct sets *want)
{
	unsigned bit = 1u << number_of(&s->addr) >> 1;

	assert_true((s->excluded ? want->y : want->x) & bit);
	if (s->excluded)
		assert_true(s->expires == MC_NEVER);
	else
		assert_true(s->expires == l->now + seconds_left(want, bit) * MC_SEC);
}

static mc_time expires_in(const struct sets *want)
{
	unsigned most = 0;

	for (unsigned bit = 1; bit < SETS; bit <<= 1)
		if (want->x & bit && seconds_left(want, bit) > most)
			most = seconds_left(want, bit);
	return (want->mode == MC_EXCLUDE ? want->group_left : most) * MC_SEC;
}

static void check_sets(const struct link *l, const struct sets *want)
{
	const struct mc_track_group *g = group_at(l, 1);
	const struct mc_track_source *s = NULL;
	size_t n = 0;

	if (want->mode == MC_INCLUDE && !want->x) {
		assert_null(g);
		return;
	}
	assert_non_null(g);
	assert_int_equal(g->mode, want->mode);
	assert_true(g->expires == l->now + expires_in(want));
	for (; (s = mc_track_source_next(l->t, g, s)); n++)
		check_source(l, s, want);
	assert_int_equal(n, __builtin_popcount(want->x) + __builtin_popcount(want->y));
	assert_int_equal(n, g->sources);
}

/* The group timer began at 0, the running sources' at 30, the record comes at 70. */
static void check_row(uint8_t family, enum mc_mode mode, unsigned x, unsigned y, uint8_t type, unsigned list)
{
	struct sets want = mode == MC_INCLUDE ? from_include(x, type, list) : from_exclude(x, y, type, list);
	struct link l = link_of(family);

	if (mode == MC_EXCLUDE)
		report(&l, 1, MC_IS_EX, 1, digits(y));
	until(&l, 30);
	report(&l, 1, MC_ALLOW, 1, digits(x));
	until(&l, 70);
	report(&l, 1, type, 1, digits(list));
	check_sets(&l, &want);
	ended(&l);
}

static void test_table(void **given)
{
	uint8_t f = family_of(given);

	for (unsigned type = MC_IS_IN; type <= MC_BLOCK; type++)
		for (unsigned x = 0; x < SETS; x++)
			for (unsigned list = 0; list < SETS; list++) {
				check_row(f, MC_INCLUDE, x, 0, (uint8_t)type, list);
				for (unsigned y = 0; y < SETS; y++)
					if (!(x & y))
						check_row(f, MC_EXCLUDE, x, y, (uint8_t)type, list);
			}
}

/* ROB-010: a source listed twice is one; the rest of the record counts all the same. */
static void test_listed_twice(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_IS_EX, 1, "2");
	until(&l, 70);
	report(&l, 1, MC_TO_EX, 1, "1122");
	state(&l, 1, "EXCLUDE 270 {1:200} {2}");
	report(&l, 1, MC_BLOCK, 1, "313");
	state(&l, 1, "EXCLUDE 270 {1:200 3:270} {2}");
	ended(&l);
}

/* ---- timers -------------------------------------------------------------------------------- */

/* S65 and the like: each timer that ends, and that nothing ends before. */
static void test_timers(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_IS_EX, 1, "2");
	until(&l, 100);
	report(&l, 2, MC_ALLOW, 1, "1");
	report(&l, 2, MC_ALLOW, 2, "1");
	until(&l, 200);
	report(&l, 2, MC_ALLOW, 2, "2");
	told(&l, "join g1 h1 of 1, join g1 h2 of 2, join g2 h2 of 1");
	until(&l, 269.9);
	state(&l, 1, "EXCLUDE 0.1 {1:100.1} {2}");
	until(&l, 270.3);
	state(&l, 1, "INCLUDE 99.7 {1:99.7} {}");
	told(&l, "expired leave g1 h1 of 1");
	until(&l, 369.9);
	state(&l, 2, "INCLUDE 100.1 {1:0.1 2:100.1} {}");
	told(&l, "");
	until(&l, 370.3);
	state(&l, 1, "none");
	state(&l, 2, "INCLUDE 99.7 {2:99.7} {}");
	told(&l, "expired leave g1 h2 of 0");
	until(&l, 470.3);
	told(&l, "expired leave g2 h2 of 0");
	assert_int_equal(mc_track_groups(l.t), 0);
	assert_true(mc_track_deadline(l.t) == MC_NEVER);
	ended(&l);
}

/* In EXCLUDE mode a source whose timer is over is excluded, not forgotten. */
static void test_requested_source(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_TO_EX, 1, "");
	report(&l, 1, MC_ALLOW, 1, "1");
	until(&l, 100);
	report(&l, 1, MC_ALLOW, 1, "2");
	report(&l, 1, MC_IS_EX, 1, "12");
	state(&l, 1, "EXCLUDE 270 {1:170 2:270} {}");
	until(&l, 270.3);
	state(&l, 1, "EXCLUDE 99.7 {2:99.7} {1}");
	until(&l, 370.3);
	state(&l, 1, "none");
	ended(&l);
}

/* Whose intervals hold may change: a source that is renewed then may end sooner than it would have. */
static void test_shorter(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_ALLOW, 1, "12");
	ask(&l, (struct ask){ .router = 1, .interval = 20 });
	report(&l, 1, MC_ALLOW, 1, "1");
	state(&l, 1, "INCLUDE 270 {1:60 2:270} {}");
	report(&l, 1, MC_ALLOW, 1, "2");
	state(&l, 1, "INCLUDE 60 {1:60 2:60} {}");
	until(&l, 60.3);
	state(&l, 1, "none");
	ended(&l);
}

/* An input never meets what is over, though nobody polled. */
static void test_without_poll(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_IS_EX, 1, "2");
	until(&l, 10);
	report(&l, 1, MC_ALLOW, 1, "1");
	l.now = l.begun + 270 * MC_SEC;
	report(&l, 1, MC_BLOCK, 1, "3");
	state(&l, 1, "INCLUDE 10 {1:10} {}");
	l.now = l.begun + 280 * MC_SEC;
	report(&l, 2, MC_TO_EX, 1, "4");
	state(&l, 1, "EXCLUDE 270 {} {4}");
	told(&l, "join g1 h1 of 1, expired leave g1 h1 of 0, join g1 h2 of 1");
	ended(&l);
}

/* S54, S55, S57, S70: what a query asks about ends with its answers' time, if it lets it. */
static void test_lowered(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_TO_EX, 1, "");
	ask(&l, (struct ask){ .router = 1, .group = 1, .suppress = true });
	state(&l, 1, "EXCLUDE 270 {} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1, .sources = "1" });
	ask(&l, (struct ask){ .router = 1, .group = 2 });
	ask(&l, (struct ask){ .router = 1 });
	state(&l, 1, "EXCLUDE 270 {} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1 });
	state(&l, 1, "EXCLUDE 2 {} {}");
	until(&l, 1);
	ask(&l, (struct ask){ .router = 1, .group = 1, .resp = 2.5, .qrv = 3 });
	state(&l, 1, "EXCLUDE 1 {} {}");
	report(&l, 1, MC_IS_EX, 1, "");
	ask(&l, (struct ask){ .router = 1, .group = 1, .resp = 2.5, .qrv = 3 });
	state(&l, 1, "EXCLUDE 7.5 {} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1, .resp = 2, .behind = 1 });
	state(&l, 1, "EXCLUDE 4 {} {}");
	until(&l, 5.3);
	state(&l, 1, "none");
	ended(&l);
}

/* S56, S57: sources alone; a query for the group does nothing to them. */
static void test_lowered_sources(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_ALLOW, 1, "12");
	ask(&l, (struct ask){ .router = 1, .group = 1 });
	state(&l, 1, "INCLUDE 270 {1:270 2:270} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1, .sources = "13" });
	state(&l, 1, "INCLUDE 270 {1:2 2:270} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1, .sources = "2", .resp = 3 });
	state(&l, 1, "INCLUDE 6 {1:2 2:6} {}");
	until(&l, 2.3);
	state(&l, 1, "INCLUDE 3.7 {2:3.7} {}");
	report(&l, 1, MC_IS_EX, 1, "23");
	ask(&l, (struct ask){ .router = 1, .group = 1, .sources = "23" });
	state(&l, 1, "EXCLUDE 270 {2:2} {3}");
	until(&l, 4.6);
	state(&l, 1, "EXCLUDE 267.7 {} {2 3}");
	ended(&l);
}

/* What was looked at before an event was told is looked at again if it took long until the next poll. */
static void test_interrupted(void **given)
{
	struct link l = link_of(family_of(given));
	struct mc_track_event e;

	report(&l, 1, MC_IS_EX, 1, "");
	report(&l, 1, MC_IS_EX, 2, "");
	until(&l, 30);
	report(&l, 2, MC_IS_EX, 1, "");
	told(&l, "join g1 h1 of 1, join g2 h1 of 1, join g1 h2 of 2");
	l.now = l.begun + 271 * MC_SEC;
	assert_true(mc_track_poll(l.t, l.now, &e));
	assert_true(e.kind == MC_TRACK_LEAVE && number_of(&e.group) == 1 && e.n == 1);
	assert_true(mc_track_deadline(l.t) <= l.now);
	l.now = l.begun + 301 * MC_SEC;
	told(&l, "expired leave g2 h1 of 0, expired leave g1 h2 of 0");
	ended(&l);
}

/* Nothing of what is over is seen or told more than 250 ms late, and no scan comes sooner after another. */
static void test_punctual(void **given)
{
	struct link l = link_of(family_of(given));
	struct mc_track_event e;
	mc_time last = 0;

	for (unsigned i = 1; i <= 100; i++) {
		until(&l, i * 0.03);
		report(&l, i, MC_IS_EX, 1 + i % 7, "");
	}
	l.events = 0;
	while ((l.now = mc_track_deadline(l.t)) != MC_NEVER) {
		assert_true(l.now - last >= 250 * MC_MSEC);
		for (last = l.now; mc_track_poll(l.t, l.now, &e); l.events++) {
			mc_time due = l.begun + 270 * MC_SEC + number_of(&e.host) * 30 * MC_MSEC;

			assert_true(e.kind == MC_TRACK_LEAVE && e.expired);
			assert_true(due <= l.now && l.now - due <= 250 * MC_MSEC);
		}
	}
	assert_int_equal(l.events, 100);
	ended(&l);
}

/* ---- hosts --------------------------------------------------------------------------------- */

static void test_hosts(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_TO_IN, 1, "");
	report(&l, 1, MC_IS_IN, 1, "");
	report(&l, 1, MC_ALLOW, 1, "");
	report(&l, 1, MC_BLOCK, 1, "1");
	state(&l, 1, "none");
	report(&l, 3, MC_ALLOW, 2, "1");
	report(&l, 1, MC_IS_EX, 1, "");
	report(&l, 2, MC_TO_IN, 1, "1");
	report(&l, 4, MC_BLOCK, 1, "1");
	report(&l, 4, MC_ALLOW, 1, "");
	hosts(&l, 1, "1 2");
	told(&l, "join g2 h3 of 1, join g1 h1 of 1, join g1 h2 of 2");
	report(&l, 1, MC_IS_EX, 1, "");
	report(&l, 4, MC_TO_IN, 1, "");
	told(&l, "");
	report(&l, 1, MC_TO_IN, 1, "");
	report(&l, 2, MC_IS_IN, 1, "");
	hosts(&l, 1, "");
	told(&l, "leave g1 h1 of 1, leave g1 h2 of 0");
	assert_int_equal(number_of(&mc_track_group_next(l.t, NULL)->group), 2); /* the first that was heard */
	assert_int_equal(number_of(&group_at(&l, 1)->last_reporter), 1);
	until(&l, 2.9);
	state(&l, 1, "EXCLUDE 267.1 {} {}"); /* what a router would hold */
	ended(&l);
}

/* A host is a member as long as it is heard, whatever it says; and what is known of it. */
static void test_heard(void **given)
{
	struct link l = link_of(family_of(given));
	const struct mc_track_host *h;

	until(&l, 1);
	report(&l, 1, MC_TO_EX, 1, "");
	report(&l, 2, MC_TO_EX, 1, "");
	until(&l, 200);
	report(&l, 1, MC_BLOCK, 1, "1");
	report(&l, 3, MC_IS_EX, 1, "");
	h = mc_track_host_next(l.t, group_at(&l, 1), NULL);
	assert_true(h->since == l.begun + MC_SEC && h->heard == l.now);
	assert_true(group_at(&l, 1)->since == l.begun + MC_SEC);
	told(&l, "join g1 h1 of 1, join g1 h2 of 2, join g1 h3 of 3");
	until(&l, 271);
	told(&l, "expired leave g1 h2 of 2");
	hosts(&l, 1, "1 3");
	until(&l, 470.3);
	told(&l, "expired leave g1 h1 of 1, expired leave g1 h3 of 0");
	ended(&l);
}

/* RFC 9776 5.1: out of INCLUDE mode a host leaves by a BLOCK; it has left if nothing else is wanted of
 * the group, and is not heard by it. */
static void test_blocks_all(void **given)
{
	struct link l = link_of(family_of(given));

	report(&l, 1, MC_ALLOW, 1, "12");
	report(&l, 2, MC_ALLOW, 1, "2");
	report(&l, 3, MC_TO_EX, 2, "1");
	l.told[0] = '\0';
	until(&l, 10);
	report(&l, 1, MC_BLOCK, 1, "1");
	report(&l, 1, MC_BLOCK, 1, "");
	report(&l, 3, MC_BLOCK, 2, "1");
	told(&l, "");
	assert_true(mc_track_host_next(l.t, group_at(&l, 1), NULL)->heard == l.now);
	report(&l, 2, MC_BLOCK, 1, "3212");
	report(&l, 2, MC_BLOCK, 1, "12");
	told(&l, "leave g1 h2 of 1");
	hosts(&l, 1, "1");
	assert_int_equal(number_of(&group_at(&l, 1)->last_reporter), 1);
	state(&l, 1, "INCLUDE 260 {1:260 2:260} {}");
	ask(&l, (struct ask){ .router = 1, .group = 1, .sources = "2" });
	until(&l, 12.3);
	report(&l, 1, MC_BLOCK, 1, "1"); /* all that still runs */
	told(&l, "leave g1 h1 of 0");
	ended(&l);
}

/* Where there are older hosts a BLOCK is void, also when their group timer is over. */
static void test_blocks_behind(void **given)
{
	struct link l = link_of(family_of(given));

	older(&l, 1, 2, false, 1);
	report(&l, 1, MC_ALLOW, 1, "1");
	ask(&l, (struct ask){ .router = 1, .group = 1 });
	until(&l, 2.3);
	state(&l, 1, "INCLUDE 267.7 {1:267.7} {}");
	report(&l, 1, MC_BLOCK, 1, "1");
	hosts(&l, 1, "2 1");
	until(&l, 10);
	told(&l, "join g1 h2 of 1, join g1 h1 of 2");
	ended(&l);
}

/* RFC 9776 4.2.14: a host that has no address yet. */
static void test_no_address(void **unused)
{
	struct link l = link_of(MC_IPV4);

	(void)unused;
	report(&l, 0, MC_TO_EX, 1, "");
	state(&l, 1, "EXCLUDE 270 {} {}");
	report(&l, 0, MC_TO_IN, 1, "");
	told(&l, "join g1 h0 of 1, leave g1 h0 of 0");
	ended(&l);
}

/* ---- older hosts --------------------------------------------------------------------------- */

/* S72: one version behind, BLOCK and the sources of TO_EX are void, a leave is not. */
static void test_one_behind(void **given)
{
	struct link l = link_of(family_of(given));
	uint8_t newest = l.proto->newest;

	older(&l, 1, 1, false, 1);
	assert_int_equal(group_at(&l, 1)->version, newest - 1);
	until(&l, 10);
	report(&l, 2, MC_BLOCK, 1, "1");
	state(&l, 1, "EXCLUDE 260 {} {}");
	report(&l, 2, MC_TO_EX, 1, "1");
	state(&l, 1, "EXCLUDE 270 {} {}");
	report(&l, 2, MC_TO_IN, 1, "2");
	state(&l, 1, "EXCLUDE 270 {2:270} {}");
	older(&l, 1, 1, true, 1);
	told(&l, "join g1 h1 of 1, join g1 h2 of 2, leave g1 h1 of 1");
	until(&l, 259.9);
	assert_int_equal(group_at(&l, 1)->version, newest - 1);
	until(&l, 260.3);
	assert_int_equal(group_at(&l, 1)->version, newest);
	report(&l, 2, MC_BLOCK, 1, "1");
	state(&l, 1, "EXCLUDE 19.7 {2:19.7 1:19.7} {}");
	ended(&l);
}

/* S73, S74: where there are two versions before the newest, hosts of the first have no leave. */
static void test_two_behind(void **unused)
{
	struct link l = link_of(MC_IPV4);

	(void)unused;
	older(&l, 2, 1, false, 1);
	assert_int_equal(group_at(&l, 1)->version, 1);
	report(&l, 2, MC_TO_IN, 1, "1");
	state(&l, 1, "EXCLUDE 270 {} {}");
	report(&l, 2, MC_ALLOW, 1, "2");
	state(&l, 1, "EXCLUDE 270 {2:270} {}");
	until(&l, 100);
	older(&l, 1, 3, false, 1);
	assert_int_equal(group_at(&l, 1)->version, 1);
	older(&l, 1, 3, true, 1);
	told(&l, "join g1 h1 of 1, join g1 h2 of 2, join g1 h3 of 3, leave g1 h3 of 2");
	until(&l, 104); /* nobody has to ask */
	told(&l, "");
	until(&l, 260.3);
	assert_int_equal(group_at(&l, 1)->version, 2);
	until(&l, 360.3);
	assert_int_equal(group_at(&l, 1)->version, 3);
	ended(&l);
}

/* ---- the tables under load ----------------------------------------------------------------- */

enum { GROUPS = 40, HOSTS = 300, STEPS = 60000 };

static size_t size_of(const struct link *l, unsigned group)
{
	const struct mc_track_group *g = group_at(l, group);
	const struct mc_track_host *h = NULL;
	size_t n = 0;

	while (g && (h = mc_track_host_next(l->t, g, h)))
		n++;
	return n;
}

/* Joins and leaves at random, against a plain set: in the tables things come, go, and move. */
static void test_churn(void **given)
{
	static bool in[GROUPS][HOSTS];
	uint64_t random = 5;

	struct link l = link_of(family_of(given));
	size_t n[GROUPS] = { 0 };

	memset(in, 0, sizeof(in));
	for (size_t i = 0; i < STEPS; i++) {
		uint64_t r = next_random(&random);
		unsigned g = (unsigned)(r % GROUPS), h = (unsigned)(r >> 16) % HOSTS;
		bool join = (r >> 40) % 100 < (i < STEPS / 2 ? 60 : 20);

		report(&l, h + 1, join ? MC_IS_EX : MC_TO_IN, g + 1, "");
		n[g] += join && !in[g][h];
		n[g] -= !join && in[g][h];
		assert_int_equal(l.told[0] != '\0', in[g][h] != join);
		in[g][h] = join;
		l.told[0] = '\0';
	}
	for (unsigned g = 0; g < GROUPS; g++)
		assert_int_equal(size_of(&l, g + 1), n[g]);
	assert_int_equal(mc_track_groups(l.t), GROUPS);
	until(&l, 271);
	assert_int_equal(mc_track_groups(l.t), 0);
	ended(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_table),
		BOTH(test_listed_twice),
		BOTH(test_timers),
		BOTH(test_requested_source),
		BOTH(test_shorter),
		BOTH(test_without_poll),
		BOTH(test_lowered),
		BOTH(test_lowered_sources),
		BOTH(test_interrupted),
		BOTH(test_punctual),
		BOTH(test_hosts),
		BOTH(test_heard),
		BOTH(test_blocks_all),
		BOTH(test_blocks_behind),
		cmocka_unit_test(test_no_address),
		BOTH(test_one_behind),
		cmocka_unit_test(test_two_behind),
		BOTH(test_churn),
	};

	return cmocka_run_group_tests_name("track", tests, NULL, NULL);
}
