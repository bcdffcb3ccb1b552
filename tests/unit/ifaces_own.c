/*
 * ifaces_own.c - tests of what is known of an interface to speak IGMP and MLD there: its hardware, whether
 * it is a bridge, and from which address.
 */
#include "ifs.h"

static void test_ether(void **state)
{
	static const uint8_t none[6], given[6] = { 2, 0, 0, 0, 0, 9 };
	struct mc_ifaces *s;

	netns_of(state);
	ip("link add w0 address 02:00:00:00:00:09 type veth peer name w1");
	s = ifs_new(false);
	assert_true(named(s, "lo")->ether && named(s, "w0")->ether);
	assert_memory_equal(named(s, "lo")->hardware, none, 6);
	assert_memory_equal(named(s, "w0")->hardware, given, 6);
	mc_ifaces_free(s);
	if (!ip_try("tuntap add mode tun name t0")) /* what has no such addresses, where there is the like */
		return;
	s = ifs_new(false);
	assert_false(named(s, "t0")->ether);
	assert_memory_equal(named(s, "t0")->hardware, none, 6);
	mc_ifaces_free(s);
}

/* Its ports are none. What changes about a bridge that is up is told of. */
static void test_bridge(void **state)
{
	struct mc_ifaces *s;

	netns_of(state);
	ip("link add br0 type bridge mcast_snooping 1 mcast_querier 0\n"
	   "link add br1 type bridge mcast_snooping 0 mcast_querier 1\n"
	   "link add w0 master br0 type veth peer name w1\n"
	   "link set br0 up");
	s = ifs_new(true);
	const struct mc_iface *a = named(s, "br0"), *b = named(s, "br1"), *port = named(s, "w0");

	assert_true(a->bridge && a->ether && a->snooping && !a->querier);
	assert_true(b->bridge && b->ether && !b->snooping && b->querier);
	assert_true(!port->bridge && !port->snooping && !port->querier && !named(s, "lo")->bridge);
	ip("link set br0 type bridge mcast_querier 1 mcast_snooping 0");
	while (!named(s, "br0")->querier)
		follow(s);
	assert_false(named(s, "br0")->snooping);
	mc_ifaces_free(s);
}

static void same_own(const struct mc_ifaces *s, const char *name, uint8_t family, const char *want)
{
	struct mc_addr own = mc_iface_own(named(s, name), family);

	same_address(name, &own, want);
}

/* Of each family the address to speak from, or none. */
static void test_iface_own(void **state)
{
	struct mc_ifaces *s;

	netns_of(state);
	ip("link add w0 type veth peer name w1\n"
	   "link set w0 addrgenmode none\n"
	   "address add 2001:db8:7::1/64 dev w0 nodad\n"
	   "address add 10.7.0.9/24 dev w0\n"
	   "address add 10.7.0.1/24 dev w0\n"
	   "address add 10.6.0.1/24 dev w0");
	s = ifs_new(false);
	assert_true(find_addr(named(s, "w0"), "10.7.0.1")->secondary);
	assert_false(find_addr(named(s, "w0"), "10.7.0.9")->secondary);
	assert_false(find_addr(named(s, "w0"), "10.6.0.1")->secondary);
	same_own(s, "w0", MC_IPV4, "10.7.0.9");
	same_own(s, "w0", MC_IPV6, "");
	same_own(s, "w1", MC_IPV4, "");
	same_own(s, "v0", MC_IPV4, "10.0.0.1");
	same_own(s, "v0", MC_IPV6, "fe80::1");
	same_own(s, "v0", 0, "");
	mc_ifaces_free(s);
}

/* Follows until an address is what it is to become: its detection as a duplicate takes a second or two. */
static const struct mc_ifaddr *wait_tentative(struct mc_ifaces *s, const char *addr, bool tentative)
{
	const struct mc_ifaddr *a;

	while (!(a = find_addr(named(s, "v0"), addr)) || a->tentative != tentative)
		follow(s);
	return a;
}

static void test_tentative(void **state)
{
	struct mc_ifaces *s;

	netns_of(state);
	ip("address delete fe80::1/64 dev v0");
	s = ifs_new(true);
	assert_false(find_addr(named(s, "v0"), "2001:db8::1")->tentative);
	ip("address add fe80::7/64 dev v0");
	wait_tentative(s, "fe80::7", true);
	same_own(s, "v0", MC_IPV6, "");
	wait_tentative(s, "fe80::7", false);
	same_own(s, "v0", MC_IPV6, "fe80::7");
	mc_ifaces_free(s);
}

/* An address of the other end's is tentative for good. What is not settled may be used where it is
 * optimistic. */
static void test_duplicate(void **state)
{
	struct mc_ifaces *s;

	netns_of(state);
	put_file("/proc/sys/net/ipv6/conf/v0/accept_dad", "1");
	ip("address delete fe80::1/64 dev v0");
	ip("address add fe80::2/64 dev v0");
	nanosleep(&(struct timespec){ .tv_sec = 3 },
		  NULL); /* it is told of in a moment; elsewise it has ended */
	s = ifs_new(false);
	assert_true(find_addr(named(s, "v0"), "fe80::2")->tentative);
	same_own(s, "v0", MC_IPV6, "");
	mc_ifaces_free(s);
	if (!put_file("/proc/sys/net/ipv6/conf/v0/optimistic_dad", "1"))
		return; /* not in this kernel */
	ip("address add fe80::8/64 dev v0 optimistic");
	s = ifs_new(false);
	assert_false(find_addr(named(s, "v0"), "fe80::8")->tentative);
	same_own(s, "v0", MC_IPV6, "fe80::8");
	mc_ifaces_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ether),     cmocka_unit_test(test_bridge),
		cmocka_unit_test(test_iface_own), cmocka_unit_test(test_tentative),
		cmocka_unit_test(test_duplicate),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("ifaces_own", tests, netns_setup, NULL);
}
