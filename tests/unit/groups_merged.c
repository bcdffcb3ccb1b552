/*
 * groups_merged.c - tests of an interface's filter made of sockets' filters (RFC 9776 3.2), with all filters
 * of three sources, source by source.
 */
#include <stdio.h>
#include <string.h>

#include "groups/merged.h"

#include "check.h"

enum { SOURCES = 3, FILTERS = 2 << SOURCES }; /* a filter is a mode and a set of three */

static struct mc_addr source(unsigned i)
{
	return (struct mc_addr){ MC_IPV4, { 10, 0, 0, (uint8_t)(i + 1) } };
}

static void add(struct merged *m, unsigned filter)
{
	struct mc_addr v[SOURCES];
	size_t n = 0;

	for (unsigned i = SOURCES; i-- > 0;) /* in no order */
		if (filter & 1u << i)
			v[n++] = source(i);
	assert_int_equal(merged_add(m, filter >> SOURCES ? MC_EXCLUDE : MC_INCLUDE, v, n), 0);
}

static bool takes(unsigned filter, unsigned i)
{
	return (filter >> SOURCES != 0) != ((filter >> i & 1) != 0);
}

/* An interface takes what any of its sockets takes; and its mode is EXCLUDE where any's is. */
static void check(const unsigned *filters, size_t n)
{
	struct merged m = { 0 };
	const struct mc_set *list;
	bool exclude = false;

	for (size_t k = 0; k < n; k++) {
		add(&m, filters[k]);
		exclude |= filters[k] >> SOURCES != 0;
	}
	enum mc_mode mode = merged_end(&m, &list);

	assert_int_equal(mode, exclude ? MC_EXCLUDE : MC_INCLUDE);
	for (unsigned i = 0; i < SOURCES; i++) {
		struct mc_addr a = source(i);
		bool want = false, listed = list->n && mc_set_has(list, a.b);

		for (size_t k = 0; k < n; k++)
			want |= takes(filters[k], i);
		if (want != (listed == (mode == MC_INCLUDE)))
			fail_msg("source %u of filters %x %x %x", i, filters[0], filters[1], filters[2]);
	}
	merged_free(&m);
}

static void test_all(void **state)
{
	(void)state;
	for (unsigned a = 0; a < FILTERS; a++)
		for (unsigned b = 0; b < FILTERS; b++)
			for (unsigned c = 0; c < FILTERS; c++)
				check((const unsigned[]){ a, b, c }, 3);
}

/* The list is sorted, each source once, and can be asked one by one. */
static void test_list(void **state)
{
	struct merged m = { 0 };
	const struct mc_set *list;
	char text[MC_ADDR_STRLEN];

	(void)state;
	add(&m, 6);
	add(&m, 3);
	add(&m, 6);
	assert_false(merged_is_any(&m));
	assert_int_equal(merged_end(&m, &list), MC_INCLUDE);
	assert_int_equal(list->n, SOURCES);
	for (uint32_t i = 0; i < list->n; i++) {
		struct mc_addr a = merged_at(list, i), want = source(i);

		assert_int_equal(mc_addr_cmp(&a, &want), 0);
		assert_int_equal(*mc_addr_format(&a, text, sizeof text), '1');
	}
	merged_free(&m);
}

/* Any source is the end of it. */
static void test_any(void **state)
{
	struct merged m = { 0 };
	const struct mc_set *list;

	(void)state;
	add(&m, 1u << SOURCES | 5);
	assert_false(merged_is_any(&m));
	add(&m, 1u << SOURCES | 2);
	assert_true(merged_is_any(&m));
	add(&m, 7);
	add(&m, 1u << SOURCES | 7);
	assert_int_equal(merged_end(&m, &list), MC_EXCLUDE);
	assert_int_equal(list->n, 0);
	merged_free(&m);
}

/* Many sockets of one source each cost no quadratic time, and IPv6 addresses are as good. */
static void test_many(void **state)
{
	struct merged m = { 0 };
	const struct mc_set *list;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		unsigned k = i * 7919 % 100000;
		struct mc_addr a = { MC_IPV6,
				     { 0x20, 1, [13] = (uint8_t)(k >> 16), (uint8_t)(k >> 8), (uint8_t)k } };

		assert_int_equal(merged_add(&m, MC_INCLUDE, &a, 1), 0);
	}
	assert_int_equal(merged_end(&m, &list), MC_INCLUDE);
	assert_int_equal(list->n, 100000);
	struct mc_addr first = merged_at(list, 0);

	assert_int_equal(first.family, MC_IPV6);
	assert_int_equal(first.b[15], 0);
	merged_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("groups_merged", tests, NULL, NULL);
}
