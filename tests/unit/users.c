/*
 * users.c - tests of who is still to be found: the kernel itself is not.
 */
#include "net/users.h"

#include "netns.h"

static struct mc_membership membership(const char *group, uint32_t users)
{
	return (struct mc_membership){ .ifindex = V0, .group = address(group), .users = users };
}

/* Groups with one user each, and whether that is wanting. */
static void test_kernels(void **state)
{
	static const struct {
		const char *group;
		uint32_t users;
		bool wanting;
	} rows[] = {
		{ "239.1.2.3", 1, true },  { "224.0.0.2", 1, true },       { "224.0.0.22", 1, true },
		{ "224.0.0.1", 1, false }, { "224.0.0.1", 2, true },       { "224.0.0.106", 1, true },
		{ "ff15::1", 1, true },    { "ff05::2", 1, true },         { "ff02::2", 1, true },
		{ "ff02::1", 1, false },   { "ff01::1", 1, false },        { "ff02::1", 2, true },
		{ "ff02::6a", 1, true },   { "ff02::1:ff00:1", 9, false }, { "ff02::1:fe00:1", 1, true },
		{ "239.1.2.3", 0, false },
	};

	for (int routes = 0; routes < 2; routes++) {
		netns_of(state);
		put_file("/proc/sys/net/ipv6/conf/v0/forwarding", routes ? "1" : "0");
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct mc_membership v = membership(rows[i].group, rows[i].users);
			const struct mc_memberships m = { .n = 1, .v = &v };
			bool router = v.group.family == MC_IPV6 && v.group.b[15] == 2;
			struct mc_users u;

			assert_int_equal(mc_users_init(&u, &m, NULL), 0);
			if (u.wanting != (rows[i].wanting && !(router && routes)))
				fail_msg("%s: %zu wanting", rows[i].group, u.wanting);
			mc_users_free(&u);
		}
	}
}

static void test_count(void **state)
{
	struct mc_membership v[] = { membership("239.1.2.3", 2), membership("224.0.0.1", 2),
				     membership("ff02::1", 1) };
	const struct mc_memberships m = { .n = COUNT(v), .v = v };
	const struct mc_addr only = v[1].group, none = address("239.9.9.9");
	struct mc_users u;

	netns_of(state);
	assert_int_equal(mc_users_init(&u, &m, NULL), 0);
	assert_int_equal(u.wanting, 2);
	assert_false(mc_users_count(&u, 0));
	assert_int_equal(u.wanting, 2);
	assert_true(mc_users_count(&u, 0));
	assert_int_equal(u.wanting, 1);
	assert_false(mc_users_count(&u, 1)); /* the other may be the kernel or not */
	assert_int_equal(u.wanting, 0);
	assert_true(mc_users_count(&u, 1));
	assert_true(mc_users_count(&u, 0)); /* a third that joined since */
	assert_int_equal(u.wanting, 0);
	assert_true(u.found[0] == 3 && u.found[1] == 2 && u.found[2] == 0);
	mc_users_free(&u);
	assert_int_equal(mc_users_init(&u, &m, &only), 0);
	assert_int_equal(u.wanting, 1);
	mc_users_free(&u);
	assert_int_equal(mc_users_init(&u, &m, &none), 0);
	assert_int_equal(u.wanting, 0);
	mc_users_free(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_count),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("users", tests, netns_setup, NULL);
}
