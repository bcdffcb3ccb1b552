/*
 * ledger.c - tests of counters and warnings: names, what a packet that cannot be read counts as, and how
 * often a warning is told.
 */
#include <string.h>

#include "engine/ledger.h"
#include "check.h"

static const struct mc_addr one = { MC_IPV4, { 10, 0, 0, 1 } }, two = { MC_IPV4, { 10, 0, 0, 2 } };

static void test_every_name_is_there_once(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MC_COUNTS; i++) {
		assert_non_null(mc_count_name(i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(mc_count_name(i), mc_count_name(j));
	}
	for (unsigned i = 0; i < MC_WARNINGS; i++)
		assert_non_null(mc_warning_name(i));
	assert_null(mc_count_name(MC_COUNTS));
	assert_null(mc_warning_name(MC_WARNINGS));
	assert_string_equal(mc_count_name(MC_RX_NO_RA), "rx-no-ra");
	assert_string_equal(mc_warning_name(MC_WARN_ROBUSTNESS), "robustness");
}

static void test_each_counter_for_itself(void **state)
{
	struct mc_ledger l = { .no_memory = 0 };

	(void)state;
	for (unsigned i = 0; i < MC_COUNTS; i++)
		for (unsigned n = 0; n <= i; n++)
			mc_ledger_add(&l, i);
	for (unsigned i = 0; i < MC_COUNTS; i++)
		assert_int_equal(mc_ledger_get(&l, i), i + 1);
	assert_int_equal(mc_ledger_get(&l, MC_COUNTS), 0);
	mc_ledger_free(&l);
}

/* ROB-002 (bad length), ROB-003 and ROB-004 (truncated), and the rest. */
static void test_refused_by_cause(void **state)
{
	struct mc_ledger l = { .no_memory = 0 };

	(void)state;
	assert_int_equal(mc_ledger_memory(&l), 0);
	mc_ledger_refused(&l, MC_ERR_LENGTH);
	mc_ledger_refused(&l, MC_ERR_SHORT);
	mc_ledger_refused(&l, MC_ERR_SOURCES);
	mc_ledger_refused(&l, MC_ERR_RECORDS);
	mc_ledger_refused(&l, MC_ERR_CUT);
	mc_ledger_refused(&l, MC_ERR_IP);
	assert_int_equal(mc_ledger_get(&l, MC_RX_BAD_LENGTH), 2);
	assert_int_equal(mc_ledger_get(&l, MC_RX_TRUNCATED), 3);
	assert_int_equal(mc_ledger_get(&l, MC_RX_MALFORMED), 1);
	assert_true(mc_ledger_memory(&l) > 0);
	mc_ledger_free(&l);
}

static void warn(struct mc_ledger *l, const struct mc_addr *addr, mc_time now)
{
	mc_ledger_warn(l, MC_WARN_OLDER, addr, NULL, 2, 60 * MC_SEC, now);
}

/* ROB-016: the first at once, then one an interval, which says how many there were. */
static void test_one_warning_an_interval(void **state)
{
	struct mc_ledger l = { .no_memory = 0 };
	struct mc_action a;

	(void)state;
	mc_action_init(&a);
	assert_false(mc_ledger_poll(&l, &a));
	warn(&l, &one, 5 * MC_SEC);
	warn(&l, &two, 5 * MC_SEC);
	assert_true(mc_ledger_poll(&l, &a));
	assert_int_equal(a.kind, MC_ACTION_WARN);
	assert_int_equal(a.warning, MC_WARN_OLDER);
	assert_int_equal(a.version, 2);
	assert_memory_equal(&a.addr, &one, sizeof(one));
	assert_int_equal(a.group.family, 0);
	assert_int_equal(a.missed, 1);
	assert_false(mc_ledger_poll(&l, &a));
	warn(&l, &two, 64 * MC_SEC);
	assert_false(mc_ledger_poll(&l, &a));
	warn(&l, &two, 65 * MC_SEC);
	assert_true(mc_ledger_poll(&l, &a));
	assert_memory_equal(&a.addr, &two, sizeof(two));
	assert_int_equal(a.missed, 1);
	mc_ledger_free(&l);
}

static void test_kinds_do_not_hide_each_other(void **state)
{
	struct mc_ledger l = { .no_memory = 0 };
	struct mc_action a;
	unsigned seen = 0;

	(void)state;
	mc_action_init(&a);
	for (unsigned i = 0; i < MC_WARNINGS; i++)
		mc_ledger_warn(&l, i, NULL, &one, 0, MC_SEC, 0);
	while (mc_ledger_poll(&l, &a)) {
		assert_memory_equal(&a.group, &one, sizeof(one));
		seen |= 1u << a.warning;
	}
	assert_int_equal(seen, (1u << MC_WARNINGS) - 1);
	mc_ledger_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_name_is_there_once),
		cmocka_unit_test(test_each_counter_for_itself),
		cmocka_unit_test(test_refused_by_cause),
		cmocka_unit_test(test_one_warning_an_interval),
		cmocka_unit_test(test_kinds_do_not_hide_each_other),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
