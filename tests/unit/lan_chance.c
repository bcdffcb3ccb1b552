/*
 * lan_chance.c - tests of the link in simulated time, in both families: loss, jitter and the like, the
 * delays of roles, memory.
 */
#include "starve.h"

#include "stage.h"

/* ---- chance --------------------------------------------------------------------------------- */

enum { CROWD = 10000 };

/* A general query to a crowd, over this link. */
static void query_crowd(uint8_t family, uint64_t seed, const struct mc_lan_link *link, unsigned middle)
{
	begin_with(family, seed, NULL);
	stage.quiet = true;
	stage.middle = middle * MC_MSEC;
	crowd(CROWD);
	mc_lan_set_link(stage.lan, link);
	put(QUERY, 9);
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .loss = 1 });
	until(1000);
	assert_int_equal(mc_lan_deliveries(stage.lan), stage.heard);
}

/* Five times the deviation of CROWD draws that are true with p; wider than any honest draw. */
static void about(uint64_t n, double p)
{
	double off = (double)n - CROWD * p;

	assert_true(off * off <= 25 * CROWD * p * (1 - p));
}

static void test_loss(void **given)
{
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .loss = 0.3 }, 0);
	about(stage.heard, 0.7);
	assert_true(stage.last == 0);
	end();
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .loss = 1 }, 0);
	assert_int_equal(stage.heard, 0);
	end();
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .loss = 0.3, .delay = MC_MSEC }, 0);
	about(stage.heard, 0.7);
	end();
}

/* A node's own loss comes on top of the link's. */
static void test_loss_of_a_node(void **given)
{
	begin(given);
	stage.quiet = true;
	crowd(2);
	mc_lan_set_loss(stage.lan, 1, 1);
	mc_lan_set_loss(stage.lan, 2, 0.5);
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .loss = 0.5 });
	for (unsigned i = 0; i < CROWD; i++)
		put(QUERY, 9);
	about(stage.heard, 0.25);
	end();
}

static void test_jitter(void **given)
{
	struct mc_lan_link link = { .delay = 50 * MC_MSEC, .jitter = 100 * MC_MSEC };

	query_crowd(family_of(given), 1, &link, 75);
	assert_int_equal(stage.heard, CROWD);
	about(stage.early, 0.25);
	assert_in_range(stage.first, 50 * MC_MSEC, 51 * MC_MSEC);
	assert_in_range(stage.last, 149 * MC_MSEC, 150 * MC_MSEC);
	assert_in_range(stage.sum / CROWD, 98 * MC_MSEC, 102 * MC_MSEC);
	end();
}

static void test_duplicate(void **given)
{
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .duplicate = 0.25 }, 0);
	about(stage.heard - CROWD, 0.25);
	end();
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .duplicate = 1, .jitter = 10 * MC_MSEC }, 5);
	assert_int_equal(stage.heard, 2 * CROWD);
	about(stage.early / 2, 0.5);
	end();
}

static void test_reorder(void **given)
{
	query_crowd(family_of(given), 1, &(struct mc_lan_link){ .reorder = 0.25 }, 10);
	assert_int_equal(stage.heard, CROWD);
	about(CROWD - stage.early, 0.25);
	assert_true(stage.last == MC_LAN_REORDER);
	end();
}

static uint64_t digest(uint8_t family, uint64_t seed)
{
	query_crowd(family, seed,
		    &(struct mc_lan_link){ .loss = 0.1, .jitter = MC_SEC / 10, .duplicate = 0.1 }, 0);
	mc_lan_free(stage.lan);
	return stage.digest;
}

static void test_seed(void **given)
{
	uint64_t once = digest(family_of(given), 1);

	assert_true(digest(family_of(given), 1) == once);
	assert_true(digest(family_of(given), 2) != once);
}

/* ---- delays of roles ------------------------------------------------------------------------ */

static mc_time node_times_ms(void *arg, uint32_t node, mc_time most)
{
	(void)arg;
	assert_true(most == 5 * MC_SEC);
	return node * MC_MSEC;
}

static void test_draw(void **given)
{
	struct mc_lan_hooks hooks = { .draw = node_times_ms };

	begin_with(family_of(given), 1, &hooks);
	stage.answer = 5 * MC_SEC;
	nodes("h h r h");
	put(QUERY, 9);
	heard("1h:q9 2h:q9 3r:q9 4h:q9 ");
	until(100);
	heard("@1 3r:r1 @2 3r:r2 @4 3r:r4 ");
	end();
}

static void test_draw_from_seed(void **given)
{
	begin(given);
	stage.quiet = true;
	stage.answer = 400 * MC_MSEC;
	stage.middle = 100 * MC_MSEC;
	nodes("r");
	crowd(CROWD);
	put(QUERY, 9);
	stage.heard = stage.early = 0;
	until(1000);
	assert_int_equal(stage.heard, CROWD);
	about(stage.early, 0.25);
	assert_in_range(stage.first, 1, 2 * MC_MSEC);
	assert_in_range(stage.last, 398 * MC_MSEC, 400 * MC_MSEC);
	end();
}

/* ---- memory --------------------------------------------------------------------------------- */

/* What a node costs beside its roles. */
static void test_memory_of_nodes(void **given)
{
	size_t empty;

	begin(given);
	empty = mc_lan_memory(stage.lan);
	for (int i = 0; i < 100000; i++)
		assert_true(mc_lan_add(stage.lan) > 0);
	assert_in_range((mc_lan_memory(stage.lan) - empty) / 100000, 1, 64);
	end();
}

enum { UNDER_WAY = 16, HEARERS = 50 };

static size_t under_way(void)
{
	for (int i = 0; i < UNDER_WAY; i++)
		put(QUERY, 9);
	return mc_lan_memory(stage.lan);
}

/* Packets take memory while they are under way, once for all who are to hear them, and no more with time. */
static void check_memory(const struct mc_lan_link *link)
{
	size_t before, flying;

	mc_lan_set_link(stage.lan, link);
	before = mc_lan_memory(stage.lan);
	flying = under_way();
	assert_in_range(flying - before, UNDER_WAY * 28,
			UNDER_WAY * (1024 + (link->jitter ? HEARERS * 100 : 0)));
	for (unsigned n = 0; n < 50; n++) {
		mc_lan_run(stage.lan, mc_lan_now(stage.lan) + MC_SEC);
		assert_in_range(mc_lan_memory(stage.lan), before, flying - UNDER_WAY * 28);
		assert_int_equal(under_way(), flying);
	}
	mc_lan_run(stage.lan, mc_lan_now(stage.lan) + MC_SEC);
}

static void test_memory_of_packets(void **given)
{
	begin(given);
	stage.quiet = true;
	crowd(HEARERS);
	check_memory(&(struct mc_lan_link){ .delay = MC_MSEC });
	check_memory(&(struct mc_lan_link){ .jitter = MC_SEC / 2 });
	end();
}

/* Nodes, packets on the way, answers; false: something was refused. */
static bool scene(void)
{
	for (uint32_t i = 1; i <= 70; i++) {
		if (mc_lan_add(stage.lan) < 0 || start(i, i % 10 ? "h" : "hr") != 0)
			return false;
	}
	mc_lan_set_link(stage.lan, &(struct mc_lan_link){ .delay = MC_MSEC, .jitter = 5 * MC_MSEC });
	put(QUERY, 99);
	mc_lan_run(stage.lan, MC_SEC);
	return !mc_lan_failed(stage.lan);
}

/* Each allocation fails once: it is told, nothing is lost, nothing is left behind. */
static void test_starved(void **given)
{
	size_t n = 0;
	bool whole;

	do {
		begin(given);
		stage.quiet = true;
		stage.answer = 100 * MC_MSEC;
		starve_in = ++n;
		whole = scene();
		assert_true(whole == (starve_in > 0));
		starve_in = 0;
		mc_lan_free(stage.lan);
		assert_int_equal(stage.alive, 0);
	} while (!whole);
	assert_in_range(n, 150, 1000);
}

static void test_starved_at_first(void **given)
{
	static const struct mc_lan_hooks none;
	struct mc_lan *lan = NULL;

	starve_in = 1;
	assert_int_equal(mc_lan_new(&lan, family_of(given), 1, &none), -ENOMEM);
	assert_null(lan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_loss),
		BOTH(test_loss_of_a_node),
		BOTH(test_jitter),
		BOTH(test_duplicate),
		BOTH(test_reorder),
		BOTH(test_seed),
		BOTH(test_draw),
		BOTH(test_draw_from_seed),
		BOTH(test_memory_of_nodes),
		BOTH(test_memory_of_packets),
		BOTH(test_starved),
		BOTH(test_starved_at_first),
	};

	return cmocka_run_group_tests_name("lan_chance", tests, NULL, NULL);
}
