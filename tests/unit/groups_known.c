/*
 * groups_known.c - tests of what --follow compares: who joined, left, changed a filter, and what is nobody's;
 * and which sockets are asked again.
 */
#include <stdio.h>
#include <string.h>

#include "groups/ask.h"
#include "groups/known.h"

#include "surveyed.h"

static const struct known nothing;
static struct surveyed t;
static char told[1000];

static bool tell(void *arg, const struct known_event *e)
{
	static const char *const names[] = { "join", "leave", "change" };
	char group[MC_ADDR_STRLEN];
	size_t at = strlen(told);
	const unsigned *most = arg;

	snprintf(told + at, sizeof told - at, "%s %u %s %s%s%zu; ", names[e->what], e->ifindex,
		 mc_addr_format(&e->group, group, sizeof group),
		 e->socket ? e->socket->has ? e->socket->process.name : "?" : "-",
		 e->mode == MC_EXCLUDE ? " ex" : " in", e->nsources);
	return !most || strlen(told) < *most;
}

static const char *compare(const struct known *before, const struct known *now)
{
	*told = '\0';
	known_compare(before, now, tell, NULL);
	return told;
}

/* What was made up, as it was read. */
static struct known read_known(const struct known *before)
{
	struct known k = { 0 };

	assert_int_equal(known_take(&k, &t.s.holders, &t.s.memberships, before), 0);
	assert_int_equal(known_order(&k, &t.s.memberships), 0);
	return k;
}

static void two_sockets(enum mc_mode mode, const char *source, uint32_t users)
{
	surveyed_begin(&t);
	surveyed_membership(&t, 1, "239.1.1.1", users);
	surveyed_membership(&t, 2, "239.1.1.1", 1);
	surveyed_socket(&t, 'a', "", 1);
	surveyed_holds(&t, 1, MC_EXCLUDE, NULL);
	surveyed_holds(&t, 0, MC_EXCLUDE, NULL);
	surveyed_socket(&t, 'b', "", 1);
	surveyed_holds(&t, 0, mode, source);
}

static void test_joins(void **state)
{
	struct known k;

	(void)state;
	two_sockets(MC_INCLUDE, "10.0.0.1", 3);
	k = read_known(&nothing);
	assert_string_equal(compare(&nothing, &k), "join 1 239.1.1.1 a ex0; join 2 239.1.1.1 a ex0; "
						   "join 1 239.1.1.1 b in1; join 1 239.1.1.1 - in0; ");
	assert_string_equal(compare(&k, &nothing), "leave 1 239.1.1.1 a ex0; leave 2 239.1.1.1 a ex0; "
						   "leave 1 239.1.1.1 b in1; leave 1 239.1.1.1 - in0; ");
	assert_string_equal(compare(&k, &k), "");
	assert_false(known_moved(&k, &k));
	assert_true(known_moved(&nothing, &k));
	surveyed_end(&t);
	known_free(&k);
}

static void test_changes(void **state)
{
	static const struct {
		enum mc_mode mode;
		const char *source, *says;
	} rows[] = {
		{ MC_INCLUDE, "10.0.0.1", "" },
		{ MC_INCLUDE, "10.0.0.2", "change 1 239.1.1.1 b in1; " },
		{ MC_EXCLUDE, "10.0.0.1", "change 1 239.1.1.1 b ex1; " },
		{ MC_EXCLUDE, NULL, "change 1 239.1.1.1 b ex0; " },
	};
	struct known before;

	(void)state;
	two_sockets(MC_INCLUDE, "10.0.0.1", 2);
	before = read_known(&nothing);
	surveyed_end(&t);
	for (size_t i = 0; i < COUNT(rows); i++) {
		two_sockets(rows[i].mode, rows[i].source, 2);
		struct known k = read_known(&before);

		assert_string_equal(compare(&before, &k), rows[i].says);
		surveyed_end(&t);
		known_free(&k);
	}
	known_free(&before);
}

/* More sockets than users, as the two are not read at once, are nobody's news. */
static void test_fewer(void **state)
{
	struct known k;

	(void)state;
	two_sockets(MC_EXCLUDE, NULL, 1);
	k = read_known(&nothing);
	assert_int_equal(k.users[0].rest, 0);
	assert_false(known_moved(&nothing, &k));
	surveyed_end(&t);
	known_free(&k);
}

/* One that cannot be looked at this time is as it was, and one that was not asked, too. */
static void test_carried(void **state)
{
	struct known before, k = { 0 };
	unsigned most = 1;

	(void)state;
	two_sockets(MC_INCLUDE, "10.0.0.1", 2);
	before = read_known(&nothing);
	t.s.holders.sockets[0].error = -ETIME;
	t.s.holders.sockets[0].nheld = 0;
	t.s.holders.nsockets = 1; /* the other was not asked */
	assert_int_equal(known_take(&k, &t.s.holders, &t.s.memberships, &before), 0);
	assert_int_equal(known_carry(&k, &before, known_find(&before, 1002)), 0);
	assert_int_equal(known_order(&k, &t.s.memberships), 0);
	assert_string_equal(compare(&before, &k), "");
	*told = '\0';
	known_compare(&nothing, &k, tell, &most);
	assert_string_equal(told, "join 1 239.1.1.1 a ex0; "); /* who told enough is not asked on */
	surveyed_end(&t);
	known_free(&before);
	known_free(&k);
}

/* Asked are sockets that are new, have other options, or a list of sources; not those that hold nothing. */
static void test_asked(void **state)
{
	static const struct mc_socket was[] = { { .inode = 1001, .options = 96 },
						{ .inode = 1002, .options = 160 },
						{ .inode = 1003, .options = 0 },
						{ .inode = 1004, .options = 48 },
						{ .inode = 1005, .options = 48 } };
	static const struct mc_socket is[] = {
		{ .inode = 1001, .options = 96 }, { .inode = 1002, .options = 160 },
		{ .inode = 1003, .options = 48 }, { .inode = 1004, .options = 48 },
		{ .inode = 1006, .options = 48 }, { .inode = 1007, .options = 0 }
	};
	struct known k;
	struct ask a;

	(void)state;
	two_sockets(MC_INCLUDE, "10.0.0.1", 2);
	k = read_known(&nothing);
	assert_int_equal(ask_changed(&a, &k, was, COUNT(was), is, COUNT(is)), 0);
	assert_int_equal(a.n, 3);
	assert_false(ask_has(&a, 1001));
	assert_true(ask_has(&a, 1002));
	assert_true(ask_has(&a, 1003));
	assert_true(ask_has(&a, 1006));
	ask_free(&a);
	surveyed_end(&t);
	known_free(&k);
}

/* And who has them open; a socket that is in no list and was found before is asked each time. */
static void test_open(void **state)
{
	static const struct mc_socket is[] = { { .inode = 1001, .options = 96 },
					       { .inode = 1006, .options = 48 } };
	static struct mc_open_socket open[] = { { 900, 0, 3 },
						{ 1001, 0, 4 },
						{ 1002, 1, 5 },
						{ 1006, 1, 6 } };
	struct mc_processes p = { .n = 2, .v = t.processes, .nsockets = COUNT(open), .sockets = open };
	struct known k;
	struct ask a;

	(void)state;
	two_sockets(MC_INCLUDE, "10.0.0.1", 2);
	k = read_known(&nothing);
	assert_int_equal(ask_changed(&a, &k, is, 1, is, COUNT(is)), 0);
	assert_int_equal(ask_open(&a, &k, is, COUNT(is), &p), 0);
	assert_int_equal(a.processes.nsockets, 2);
	assert_int_equal(a.processes.sockets[0].inode, 1002);
	assert_int_equal(a.processes.sockets[1].inode, 1006);
	ask_free(&a);
	surveyed_end(&t);
	known_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joins),   cmocka_unit_test(test_changes), cmocka_unit_test(test_fewer),
		cmocka_unit_test(test_carried), cmocka_unit_test(test_asked),   cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests_name("groups_known", tests, NULL, NULL);
}
