/*
 * router_hosts_limits.c - explicit tracking polled late, at its limits and without memory (ROB-018): what is
 * not kept is counted and warned of, what was told is true, the state of groups does not mind, and members
 * are small.
 */
#include "starve.h"

#include "tracked.h"

enum { GROUP = 3, HOST = 7 };

/* ---- not polled in time -------------------------------------------------------------------- */

/* It came and went before anybody asked. */
static void test_gone_before_told(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	tracked_hear(&t, 0, MC_IS_EX, GROUP, HOST, 0);
	t.now += 1000 * MC_SEC;
	tracked_poll(&t);
	tracked_told(&t, "+3:7 ~3:7");
	assert_int_equal(tracked_hosts(&t), 0);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_told(&t, "+3:7 G3+");
	mc_router_free(t.r);
}

/* Its place is taken by another before it was told. */
static void test_gone_for_another(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	t.conf.max_groups = 1;
	tracked_begin(&t);
	tracked_hear(&t, 0, MC_IS_EX, GROUP, HOST, 0);
	t.now += 1000 * MC_SEC;
	tracked_hear(&t, 0, MC_IS_EX, 4, 8, 0);
	tracked_poll(&t);
	tracked_told(&t, "+3:7 +4:8 ~3:7 G4+");
	assert_int_equal(tracked_hosts(&t), 1);
	assert_int_equal(tracked_state(&t, 4).hosts, 1);
	for (uint32_t group = 10; group < 20; group++) { /* the state of groups does not mind */
		t.now += 1000 * MC_SEC;
		tracked_hear(&t, 0, MC_IS_EX, group, HOST, 0);
		assert_int_equal(tracked_state(&t, group).mode, MC_EXCLUDE);
	}
	assert_int_equal(mc_router_count(t.r, MC_NO_MEMORY), 0);
	mc_router_free(t.r);
}

/* Back before it was told, one that nobody knew of is new: that it was older is not told. */
static void test_new_again(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	tracked_hear(&t, 1, MC_IS_EX, GROUP, HOST, 0);
	t.now += 1000 * MC_SEC;
	tracked_hear(&t, 0, MC_IS_EX, GROUP, HOST, 0);
	tracked_poll(&t);
	tracked_told(&t, "+3:7 G3+");
	assert_int_equal(t.versions, 0);
	mc_router_free(t.r);
}

/* Its members are those that it had, and those of them that were silent for too long are told. */
static void test_back_before_told(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_report(&t, MC_IS_EX, GROUP, 6, 0);
	tracked_told(&t, "+3:7 G3+ +3:6");
	t.now += 300 * MC_SEC;
	tracked_hear(&t, 0, MC_IS_EX, GROUP, 8, 0);
	tracked_hear(&t, 0, MC_IS_EX, GROUP, HOST, 0);
	tracked_poll(&t);
	tracked_told(&t, "+3:8 ~3:6 G3+");
	assert_int_equal(tracked_state(&t, GROUP).hosts, 2);
	mc_router_free(t.r);
}

/* Who is always a hundred behind is told all, and what waits takes no more room than that. */
static void test_polled_late(void **given)
{
	struct tracked t = tracked_of(family_of(given), 1000);
	struct mc_action a;
	size_t before;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	before = mc_router_memory(t.r);
	mc_action_init(&a);
	for (uint32_t i = 0; i < 200000; i++) {
		tracked_hear(&t, 0, i % 2 ? MC_TO_IN : MC_IS_IN, GROUP, 8 + i / 2 % 50, i % 2 ? 0 : 1);
		while (i >= 100 && mc_router_poll(t.r, t.now, &a) && a.kind != MC_ACTION_HOST)
			;
	}
	assert_int_equal(mc_router_count(t.r, MC_NO_MEMORY), 0);
	assert_true(mc_router_memory(t.r) - before < 32768);
	mc_router_free(t.r);
}

/* There is a bound to what waits: what could not be told has not happened. */
static void test_never_polled(void **given)
{
	enum { MANY = 70000 };
	struct tracked t = tracked_of(family_of(given), 1000000);
	struct mc_action a;
	uint64_t n = 0;

	tracked_begin(&t);
	for (uint32_t i = 0; i < MANY; i++)
		tracked_hear(&t, 0, MC_IS_EX, GROUP, 10 + i, 0);
	tracked_hear(&t, 0, MC_TO_IN, GROUP, 10, 0);
	assert_in_range(tracked_hosts(&t), 60000, MANY - 1);
	assert_true(mc_router_count(t.r, MC_NO_MEMORY) > MANY - tracked_hosts(&t));
	mc_action_init(&a);
	while (mc_router_poll(t.r, t.now, &a)) {
		assert_true(a.kind != MC_ACTION_HOST || a.present);
		n += a.kind == MC_ACTION_HOST;
	}
	assert_int_equal(n, tracked_hosts(&t));
	tracked_report(&t, MC_TO_IN, GROUP, 10, 0);
	assert_int_equal(tracked_hosts(&t), n - 1);
	mc_router_free(t.r);
}

/* ---- limits -------------------------------------------------------------------------------- */

static void test_rob_018_hosts(void **given)
{
	struct tracked t = tracked_of(family_of(given), 3);
	struct mc_router_host m;

	tracked_begin(&t);
	for (uint32_t group = 1; group < 3; group++)
		for (uint32_t host = 7; host < 10; host++)
			tracked_report(&t, MC_IS_EX, group, host, 0);
	tracked_told(&t, "+1:7 G1+ +1:8 +1:9 w2:7 G2+");
	assert_int_equal(mc_router_count(t.r, MC_HOST_LIMIT), 3);
	assert_int_equal(tracked_hosts(&t), 3);
	assert_int_equal(tracked_state(&t, 2).hosts, 0);
	assert_int_equal(tracked_state(&t, 2).mode, MC_EXCLUDE);
	tracked_report(&t, MC_IS_EX, 1, HOST, 0x1); /* those that are kept are heard */
	assert_int_equal(tracked_list(&t, 1, HOST), 0x1);
	tracked_report(&t, MC_TO_IN, 1, 8, 0);
	tracked_report(&t, MC_IS_EX, 2, 9, 0);
	tracked_told(&t, "-1:8 +2:9");
	assert_true(tracked_find(&t, 2, 9, &m));
	assert_false(tracked_find(&t, 1, 8, &m));
	assert_int_equal(mc_router_count(t.r, MC_HOST_LIMIT), 3);
	mc_router_free(t.r);
}

/* Who has a filter that there is no room for is a member, and leaves when it is known that it does. */
static void test_rob_018_long_list(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_router_host m;

	t.conf.max_sources = 4;
	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, 9, 0);
	tracked_report(&t, MC_IS_IN, GROUP, HOST, 0xf);
	assert_int_equal(tracked_list(&t, GROUP, HOST), 0xf);
	assert_int_equal(mc_router_count(t.r, MC_SOURCE_LIMIT), 0);
	tracked_report(&t, MC_ALLOW, GROUP, HOST, 0x10);
	assert_true(mc_router_count(t.r, MC_SOURCE_LIMIT) > 0);
	assert_true(tracked_find(&t, GROUP, HOST, &m));
	assert_int_equal(m.mode, MC_INCLUDE);
	assert_int_equal(m.sources, 0);
	tracked_report(&t, MC_ALLOW, GROUP, HOST, 0x20);
	assert_int_equal(tracked_list(&t, GROUP, HOST), 0x20);
	tracked_report(&t, MC_BLOCK, GROUP, HOST, 0x20);
	assert_true(tracked_find(&t, GROUP, HOST, &m)); /* there are others */
	tracked_told(&t, "+3:9 G3+ +3:7 G3+");
	tracked_report(&t, MC_IS_IN, GROUP, HOST, 0x3);
	tracked_report(&t, MC_BLOCK, GROUP, HOST, 0x3);
	tracked_told(&t, "-3:7");
	mc_router_free(t.r);
}

static void test_rob_018_all_lists(void **given)
{
	struct tracked t = tracked_of(family_of(given), 100);
	struct mc_router_host m;

	t.conf.max_all_sources = 5;
	tracked_begin(&t);
	for (uint32_t host = 10; host < 13; host++)
		tracked_report(&t, MC_IS_IN, TRACKED_SSM, host, 0x7);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, 10), 0x7);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, 11), 0);
	assert_true(tracked_find(&t, TRACKED_SSM, 12, &m));
	assert_int_equal(tracked_hosts(&t), 3);
	assert_int_equal(tracked_state(&t, TRACKED_SSM).sources, 3); /* counted apart */
	tracked_report(&t, MC_IS_IN, TRACKED_SSM, 10, 0x1);
	tracked_report(&t, MC_IS_IN, TRACKED_SSM, 11, 0x7);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, 11), 0x7);
	tracked_report(&t, MC_TO_IN, TRACKED_SSM, 11, 0);
	tracked_report(&t, MC_IS_IN, TRACKED_SSM, 12, 0xf);
	assert_int_equal(tracked_list(&t, TRACKED_SSM, 12), 0xf);
	assert_int_equal(mc_router_count(t.r, MC_SOURCE_LIMIT), 2);
	mc_router_free(t.r);
}

/* ---- configuration -------------------------------------------------------------------------- */

static void configure(struct tracked *t, uint32_t max_hosts)
{
	t->conf.max_hosts = max_hosts;
	assert_int_equal(mc_router_configure(t->r, &t->conf, t->now), 0);
	tracked_poll(t);
}

static void test_configured_later(void **given)
{
	struct tracked t = tracked_of(family_of(given), 0);
	size_t bare;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	bare = mc_router_memory(t.r);
	configure(&t, 10);
	assert_int_equal(tracked_hosts(&t), 0);
	for (uint32_t host = HOST; host < 10; host++)
		tracked_report(&t, MC_IS_EX, GROUP, host, 0x1);
	tracked_told(&t, "G3+ +3:7 +3:8 +3:9");
	configure(&t, 1);
	assert_int_equal(tracked_hosts(&t), 3);
	tracked_report(&t, MC_TO_IN, GROUP, HOST, 0);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_told(&t, "-3:7 w3:7");
	assert_int_equal(tracked_hosts(&t), 2);
	configure(&t, 0);
	assert_int_equal(tracked_hosts(&t), 0);
	assert_int_equal(tracked_state(&t, GROUP).hosts, 0);
	assert_int_equal(tracked_state(&t, GROUP).mode, MC_EXCLUDE);
	assert_in_range(mc_router_memory(t.r), bare, bare + 8192); /* counters, and room to read lists */
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	configure(&t, 10);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_told(&t, "+3:7");
	assert_int_equal(tracked_state(&t, GROUP).hosts, 1);
	mc_router_free(t.r);
}

static void test_configured_out_of_range(void **given)
{
	struct tracked t = tracked_of(family_of(given), UINT32_MAX);
	struct mc_router *none = NULL;

	assert_int_equal(mc_router_new(&none, &t.conf, t.now), MC_ERR_CONF);
	assert_null(none);
}

/* Shorter intervals hold from then on. */
static void test_configured_shorter(void **given)
{
	struct tracked t = tracked_of(family_of(given), 10);

	t.conf.query_interval = 3000 * MC_SEC;
	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
	t.conf.query_interval = 30 * MC_SEC;
	configure(&t, 10);
	tracked_pass(&t, 80 * MC_SEC);
	tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
	tracked_told(&t, "+3:7 G3+ +3:8");
	tracked_pass(&t, 10 * MC_SEC);
	tracked_told(&t, "~3:7");
	mc_router_free(t.r);
}

/* ---- memory -------------------------------------------------------------------------------- */

enum { MANY = 100000 };

static double memory_of(const struct tracked *t)
{
	return (double)mc_router_memory(t->r) / MANY;
}

/* A group and its one member, the same host everywhere; and each host after the first of a group. */
static void test_memory(void **given)
{
	struct tracked t = tracked_of(family_of(given), 2 * MANY);
	size_t before;

	tracked_begin(&t);
	for (uint32_t i = 0; i < MANY; i++)
		tracked_report(&t, MC_IS_EX, 256 + i, HOST, 0);
	assert_int_equal(tracked_hosts(&t), MANY);
	assert_true(memory_of(&t) <= 160);
	before = mc_router_memory(t.r);
	for (uint32_t i = 0; i < MANY; i++)
		tracked_report(&t, MC_IS_EX, 256 + i, 8, 0);
	assert_true(mc_router_memory(t.r) - before <= (size_t)48 * MANY);
	mc_router_free(t.r);
}

static void test_memory_without(void **given)
{
	struct tracked t = tracked_of(family_of(given), 0);

	tracked_begin(&t);
	for (uint32_t i = 0; i < MANY; i++)
		tracked_report(&t, MC_IS_EX, 256 + i, HOST, 0);
	assert_true(memory_of(&t) <= 120);
	mc_router_free(t.r);
}

/* A host that is in no group any more takes no room. */
static void test_memory_of_many_hosts(void **given)
{
	struct tracked t = tracked_of(family_of(given), 2 * MANY);
	size_t before = 0;

	tracked_begin(&t);
	tracked_report(&t, MC_IS_EX, GROUP, HOST, 0);
	for (uint32_t i = 0; i < MANY; i++) {
		tracked_report(&t, MC_IS_IN, GROUP, 10 + i, 1 + i % 7);
		tracked_report(&t, MC_TO_IN, GROUP, 10 + i, 0);
		if (!i)
			before = mc_router_memory(t.r);
	}
	assert_true(mc_router_memory(t.r) <= before + 64);
	mc_router_free(t.r);
}

/* ---- no memory ------------------------------------------------------------------------------ */

enum { HOSTS = 20, GROUPS = 6 };

/* What was told, and what the router says: one of the other. */
struct shadow {
	bool member[GROUPS][HOSTS];
};

static void follow(struct tracked *t, struct shadow *s)
{
	struct mc_action a;

	mc_action_init(&a);
	while (mc_router_poll(t->r, t->now, &a)) {
		unsigned group = tracked_number(&a.group) & 0xff, host = tracked_number(&a.addr);

		if (a.kind != MC_ACTION_HOST)
			continue;
		assert_true(s->member[group][host] != a.present);
		s->member[group][host] = a.present;
	}
	for (uint32_t g = 0; g < GROUPS; g++)
		for (uint32_t h = 0; h < HOSTS; h++) {
			struct mc_router_host m;

			assert_int_equal(tracked_find(t, g, h, &m), s->member[g][h]);
		}
}

static void hear(struct tracked *t, struct shadow *s, unsigned type, uint32_t group, uint32_t host,
		 uint64_t set)
{
	tracked_hear(t, 0, type, group, host, set);
	follow(t, s);
}

static void play(struct tracked *t, struct shadow *s)
{
	for (uint32_t h = 1; h < HOSTS; h++)
		for (uint32_t g = 0; g < GROUPS; g++)
			hear(t, s, g % 2 ? MC_IS_EX : MC_ALLOW, g, h, g % 3 ? 1 + h % 2 : 0);
	for (uint32_t h = 1; h < HOSTS; h++)
		hear(t, s, h % 3 ? MC_ALLOW : MC_BLOCK, h % GROUPS, h, 0xf0);
	for (uint32_t h = 1; h < HOSTS; h += 2)
		hear(t, s, h % 3 ? MC_TO_IN : MC_TO_EX, h % GROUPS, h, h % 3 ? 0 : 0x3);
	for (uint32_t h = 1; h < HOSTS; h++)
		for (uint32_t g = 0; g < GROUPS; g++)
			tracked_hear(t, 0, MC_IS_EX, g, h, 0); /* all at once */
	follow(t, s);
}

static uint64_t forwarded(const struct tracked *t)
{
	uint64_t set = 0;

	for (uint32_t g = 0; g < GROUPS; g++)
		set |= (uint64_t)(tracked_state(t, g).group.family != 0) << g;
	return set;
}

/* Returns whether an allocation failed. The group's own may, too: then there are fewer groups. */
static bool play_starving(uint8_t family, size_t nth)
{
	struct tracked t = tracked_of(family, 1000);
	struct shadow s = { .member = { { false } } };
	size_t before = starve_held;
	bool failed;

	starve_in = 0;
	tracked_begin(&t);
	starve_in = nth;
	play(&t, &s);
	failed = !starve_in;
	starve_in = 0;
	assert_int_equal(mc_router_count(t.r, MC_NO_MEMORY) > 0, failed);
	assert_int_equal(forwarded(&t), (1 << GROUPS) - 1);
	t.now += 1000 * MC_SEC;
	follow(&t, &s);
	assert_int_equal(tracked_hosts(&t), 0);
	mc_router_free(t.r);
	assert_int_equal(starve_held, before);
	return failed;
}

static void test_rob_018_an_allocation_fails(void **given)
{
	size_t nth = 1;

	while (play_starving(family_of(given), nth))
		nth++;
	assert_in_range(nth, 100, 100000);
}

/* A filter that was lost for want of memory is not taken for one that lists nothing. */
static void test_rob_018_a_list_is_lost(void **given)
{
	unsigned lost = 0;

	for (size_t nth = 1; nth < 20; nth++) {
		struct tracked t = tracked_of(family_of(given), 100);
		struct mc_router_host m;

		starve_in = 0;
		tracked_begin(&t);
		tracked_report(&t, MC_IS_EX, GROUP, 8, 0);
		starve_in = nth;
		tracked_report(&t, MC_IS_IN, GROUP, HOST, 0x3);
		starve_in = 0;
		if (tracked_find(&t, GROUP, HOST, &m) && !m.sources) {
			lost++;
			tracked_report(&t, MC_BLOCK, GROUP, HOST, 0x4);
			assert_true(tracked_find(&t, GROUP, HOST, &m));
			tracked_report(&t, MC_IS_IN, GROUP, HOST, 0x3);
			assert_int_equal(tracked_list(&t, GROUP, HOST), 0x3);
		}
		mc_router_free(t.r);
	}
	assert_in_range(lost, 2, 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_gone_before_told),
		BOTH(test_gone_for_another),
		BOTH(test_new_again),
		BOTH(test_back_before_told),
		BOTH(test_polled_late),
		BOTH(test_never_polled),
		BOTH(test_rob_018_hosts),
		BOTH(test_rob_018_long_list),
		BOTH(test_rob_018_all_lists),
		BOTH(test_configured_later),
		BOTH(test_configured_out_of_range),
		BOTH(test_configured_shorter),
		BOTH(test_memory),
		BOTH(test_memory_without),
		BOTH(test_memory_of_many_hosts),
		BOTH(test_rob_018_an_allocation_fails),
		BOTH(test_rob_018_a_list_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
