/*
 * kernels.c - tests of what the kernel joins by itself: told as often as its tables of groups have it, and
 * its own sockets are known.
 */
#include "net/kernels.h"

#include "held.h"
#include "net/users.h"

enum { BRIDGE = 30, QUIET = 31, BELOW = 10 };

static uint32_t count(const struct mc_kernels *k, uint32_t ifindex, const char *group)
{
	struct mc_addr a = address(group);

	return mc_kernels_count(k, ifindex, &a);
}

static void build(bool *ret_vxlan)
{
	ip("link add br0 index 30 type bridge mcast_snooping 1\n"
	   "link add br1 index 31 type bridge mcast_snooping 0\n"
	   "link set br0 up\n"
	   "link set br1 up\n"
	   "address add 239.7.7.7/32 dev v0 autojoin\n"
	   "address add ff15::7/128 dev v0 autojoin\n");
	put_file("/proc/sys/net/ipv6/conf/v0/forwarding", "1");
	*ret_vxlan = ip_try("link add vx0 type vxlan id 1 group 239.8.8.8 dev v0 dstport 4789\n"
			    "link add vx1 type vxlan id 2 group 239.8.8.8 dev v0 dstport 4789\n"
			    "link add vx2 type vxlan id 3 group 239.8.8.8 dev v0 dstport 4790\n"
			    "link add vx3 type vxlan id 4 group 239.8.8.9 dev v0 dstport 4789\n"
			    "link set vx0 up\n"
			    "link set vx1 up\n"
			    "link set vx2 up\n");
}

static void test_joins(void **state)
{
	struct mc_kernels k;
	bool vxlan;

	netns_of(state);
	build(&vxlan);
	assert_int_equal(mc_kernels_read(&k), 0);
	assert_int_equal(count(&k, BRIDGE, "224.0.0.106"), 1);
	assert_int_equal(count(&k, BRIDGE, "ff02::6a"), 1);
	assert_int_equal(count(&k, QUIET, "224.0.0.106"), 0);
	assert_int_equal(count(&k, V0, "224.0.0.106"), 0);
	assert_int_equal(count(&k, V0, "ff02::2"), 1);
	assert_int_equal(count(&k, V0, "ff05::2"), 1);
	assert_int_equal(count(&k, BRIDGE, "ff02::2"), 0);
	assert_int_equal(count(&k, V0, "239.7.7.7"), 1);
	assert_int_equal(count(&k, V0, "ff15::7"), 1);
	assert_int_equal(count(&k, LO, "239.7.7.7"), 0);
	if (vxlan) {
		assert_int_equal(count(&k, V0, "239.8.8.8"), 2); /* by two sockets */
		assert_int_equal(count(&k, V0, "239.8.8.9"), 0); /* it is down */
		assert_true(mc_kernels_has_port(&k, 4789) && mc_kernels_has_port(&k, 4790));
	}
	assert_false(mc_kernels_has_port(&k, 5000));
	mc_kernels_free(&k);
}

/* As often as the kernel tells, and nobody is looked for. */
static void test_agrees(void **state)
{
	struct seen s;
	bool vxlan;

	netns_of(state);
	build(&vxlan);
	look(&s);
	for (size_t i = 0; i < s.m.n; i++) {
		const struct mc_membership *m = &s.m.v[i];
		char text[MC_ADDR_STRLEN];
		struct mc_users u;

		assert_int_equal(mc_users_init(&u, &s.m, &m->group), 0);
		if (u.kernels[i] != m->users && u.kernels[i] != UINT32_MAX)
			fail_msg("%s%%%u: %u of %u users", mc_addr_format(&m->group, text, sizeof text),
				 m->ifindex, u.kernels[i], m->users);
		mc_users_free(&u);
	}
	for (size_t i = 0; i < s.h.nsockets; i++)
		assert_true(s.h.sockets[i].kernel && s.h.sockets[i].error);
	assert_true(!vxlan || s.h.nsockets == 2);
	assert_int_equal(s.h.hidden, 0);
	forget(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_joins),
		cmocka_unit_test(test_agrees),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("kernels", tests, netns_setup, NULL);
}
