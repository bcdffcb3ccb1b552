/*
 * heap.c - tests of the deadline queue, against a model that looks at every deadline.
 */
#include "base/heap.h"
#include "base/rand.h"
#include "check.h"

enum { ITEMS = 300, STEPS = 20000 };

static mc_time earliest(const mc_time *model)
{
	mc_time least = MC_NEVER;

	for (uint32_t i = 1; i <= ITEMS; i++)
		if (model[i] < least)
			least = model[i];
	return least;
}

static void check(const struct mc_heap *h, const mc_time *model, uint32_t changed)
{
	uint32_t item;
	mc_time first = mc_heap_first(h, &item);

	assert_true(first == earliest(model));
	assert_true(first == MC_NEVER ? item == 0 : model[item] == first);
	assert_true(mc_heap_get(h, changed) == model[changed]);
}

static void test_against_model(void **state)
{
	struct mc_rand rand = { 7 };
	struct mc_heap h = { .n = 0 };
	mc_time model[ITEMS + 1];

	(void)state;
	for (uint32_t i = 0; i <= ITEMS; i++)
		model[i] = MC_NEVER;
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t item = (uint32_t)(1 + mc_rand_below(&rand, ITEMS * (step + 1) / STEPS + 1) % ITEMS);

		model[item] = mc_rand_below(&rand, 4) ? mc_rand_below(&rand, 1000) : MC_NEVER;
		assert_true(mc_heap_room(&h, item));
		mc_heap_set(&h, item, model[item]);
		check(&h, model, item);
	}
	mc_heap_free(&h);
	assert_true(h.n == 0 && h.cap == 0);
}

static void test_drains_in_order(void **state)
{
	struct mc_rand rand = { 8 };
	struct mc_heap h = { .n = 0 };
	mc_time last = 0;
	uint32_t item;

	(void)state;
	assert_true(mc_heap_room(&h, 1000));
	for (uint32_t i = 1; i <= 1000; i++)
		mc_heap_set(&h, i, mc_rand_below(&rand, 500));
	for (uint32_t i = 0; i < 1000; i++) {
		mc_time first = mc_heap_first(&h, &item);

		assert_true(first >= last && item);
		last = first;
		mc_heap_set(&h, item, MC_NEVER);
	}
	assert_true(mc_heap_first(&h, &item) == MC_NEVER && item == 0);
	mc_heap_free(&h);
}

static void test_room_grows_by_a_quarter(void **state)
{
	struct mc_heap h = { .n = 0 };

	(void)state;
	assert_true(mc_heap_memory(&h) == 0);
	assert_true(mc_heap_room(&h, 1000));
	assert_int_equal(h.cap, 1000);
	assert_true(mc_heap_room(&h, 1001));
	assert_int_equal(h.cap, 1250);
	assert_int_equal(mc_heap_memory(&h), 1250 * 16);
	mc_heap_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_model),
		cmocka_unit_test(test_drains_in_order),
		cmocka_unit_test(test_room_grows_by_a_quarter),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
