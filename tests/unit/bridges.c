/*
 * bridges.c - tests of what is read of bridges, their ports and queriers.
 */
#include <linux/if_bridge.h>
#include <netinet/in.h>

#include "bridged.h"
#include "net/sockaddr.h"

/* ---- bridges and ports -------------------------------------------------------------- */

static void test_none(void **state)
{
	struct mc_bridges b;

	netns_of(state);
	b = read_bridges();
	assert_true(b.n == 0 && b.nports == 0 && b.ngroups == 0);
	assert_null(mc_bridges_index(&b, V0));
	assert_null(mc_bridges_port(&b, V0));
	mc_bridges_free(&b);
}

static void test_bridges(void **state)
{
	const struct mc_bridge *v;
	struct mc_bridges b;

	bridge_of(state, "mcast_igmp_version 3 mcast_mld_version 2 mcast_router 2 mcast_query_interval 1200 "
			 "mcast_query_response_interval 600 mcast_membership_interval 2400 "
			 "mcast_querier_interval 3400");
	ip("link add br1 index 31 type bridge mcast_snooping 0 mcast_router 0");
	b = read_bridges();
	assert_int_equal(b.n, 2);
	v = mc_bridges_index(&b, BR0);
	assert_ptr_equal(v, &b.v[0]);
	assert_string_equal(v->name, "br0");
	assert_true(v->snooping && !v->vlan_filtering && !v->vlan_snooping && !v->querier);
	assert_true(v->igmp_version == 3 && v->mld_version == 2 && v->router == 2);
	assert_true(v->query_interval == 12 * MC_SEC && v->query_response_interval == 6 * MC_SEC);
	assert_true(v->membership_interval == 24 * MC_SEC && v->querier_interval == 34 * MC_SEC);
	assert_true(!v->known[0].present && !v->known[1].present);
	v = mc_bridges_index(&b, BR1);
	assert_ptr_equal(v, &b.v[1]);
	assert_true(!v->snooping && !v->vlan_filtering && v->router == 0);
	assert_true(v->igmp_version == 2 && v->mld_version == 1); /* Linux's defaults */
	assert_null(mc_bridges_index(&b, V0));
	mc_bridges_free(&b);
	assert_true(!b.n && !b.v && !b.ports && !b.groups);
}

/* A bridge's own device and the other end of a veth are no ports. */
static void test_ports(void **state)
{
	const struct mc_bridge_port *p;
	struct mc_bridges b;

	bridge_of(state, "");
	ip("link set w0 type bridge_slave mcast_flood off fastleave on mcast_to_unicast on isolated on "
	   "mcast_router 2\n"
	   "link set v0 type bridge_slave mcast_router 0");
	b = read_bridges();
	assert_int_equal(b.nports, 2);
	p = mc_bridges_port(&b, V0);
	assert_ptr_equal(p, &b.ports[0]);
	assert_string_equal(p->name, "v0");
	assert_true(p->bridge == BR0 && p->state == BR_STATE_FORWARDING && p->flood);
	assert_true(!p->fast_leave && !p->to_unicast && !p->isolated && p->router == 0 && !p->router_known);
	p = mc_bridges_port(&b, W0);
	assert_ptr_equal(p, &b.ports[1]);
	assert_true(p->bridge == BR0 && p->state == BR_STATE_FORWARDING && !p->flood);
	assert_true(p->fast_leave && p->to_unicast && p->isolated && p->router == 2 && p->router_known);
	assert_true(!mc_bridges_port(&b, BR0) && !mc_bridges_port(&b, W0 + 1));
	mc_bridges_free(&b);
	ip("link set w0 down\nlink set w0 type bridge_slave mcast_router 1");
	b = read_bridges();
	p = mc_bridges_port(&b, W0);
	assert_true(p->state == BR_STATE_DISABLED && p->router == 1 && !p->router_known);
	mc_bridges_free(&b);
}

static void test_follows_the_thread(void **state)
{
	struct mc_bridges b;

	bridge_of(state, "");
	netns_go(*state, FAR);
	b = read_bridges();
	assert_true(b.n == 0 && b.nports == 0);
	mc_bridges_free(&b);
	netns_go(*state, NEAR);
	b = read_bridges();
	assert_true(b.n == 1 && b.nports == 2);
	mc_bridges_free(&b);
}

/* ---- queriers ----------------------------------------------------------------------- */

static void test_own_querier(void **state)
{
	struct mc_bridges b;

	bridge_of(state, "mcast_querier 1");
	ip("address add 10.0.9.1/24 dev br0");
	b = read_bridges();
	const struct mc_bridge_querier *q = b.v[0].known;

	assert_true(b.v[0].querier && q[0].present && !q[0].addr.family && !q[0].port && !q[0].left);
	assert_false(q[1].present); /* which takes a link-local address */
	mc_bridges_free(&b);
	ip("address add fe80::9/64 dev br0 nodad\n"
	   "link set br0 type bridge mcast_querier 0\n"
	   "link set br0 type bridge mcast_querier 1");
	b = read_bridges();
	for (int i = 0; i < GENEROUS && !b.v[0].known[1].present; i++) {
		mc_bridges_free(&b);
		b = read_later();
	}
	q = b.v[0].known;
	assert_true(q[1].present && !q[1].addr.family && !q[1].port && !q[1].left);
	mc_bridges_free(&b);
}

static void send_to(int fd, const char *group, uint32_t ifindex, const void *octets, size_t len)
{
	struct mc_addr g = address(group);
	struct sockaddr_storage to;
	socklen_t size = mc_sa_put(&to, &g, 0, ifindex);

	assert_int_equal(sendto(fd, octets, len, 0, (struct sockaddr *)&to, size), len);
	close(fd);
}

/* A general query of IGMPv2 (RFC 2236 2), from v1's first address. */
static void query4(void)
{
	static const uint8_t query[] = { 0x11, 100, 0xee, 0x9b, 0, 0, 0, 0 };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP);
	struct ip_mreqn on = { .imr_ifindex = V1 };
	static const uint8_t alert[] = { 0x94, 4, 0, 0 };

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &on, sizeof on), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_OPTIONS, alert, sizeof alert), 0);
	send_to(fd, "224.0.0.1", V1, query, sizeof query);
}

/* A general query of MLDv1 (RFC 2710 3), behind a router alert; the kernel puts the checksum. */
static void query6(void)
{
	static const uint8_t query[24] = { 130, 0, 0, 0, 0x27, 0x10 };
	static const uint8_t alert[] = { 0, 0, 5, 2, 0, 0, 1, 0 };
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), hops = 1;

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, alert, sizeof alert), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof hops), 0);
	send_to(fd, "ff02::1", V1, query, sizeof query);
}

static void check_querier(const struct mc_bridge_querier *q, const char *addr)
{
	assert_true(q->present);
	same_address("querier", &q->addr, addr);
	assert_int_equal(q->port, V0);
	assert_true(q->left > 0 && q->left <= 60 * MC_SEC);
}

/* Far asks: it is the querier, and v0 leads to a router. A query that comes in the very moment in which
 * the bridge opens is not heard: the next one is. */
static void test_other_querier(void **state)
{
	struct mc_bridges b;

	bridge_of(state, "mcast_querier_interval 6000");
	b = read_bridges();
	for (int i = 0; i < GENEROUS && !(b.v[0].known[0].present && b.v[0].known[1].present); i++) {
		mc_bridges_free(&b);
		netns_go(*state, FAR);
		query4();
		query6();
		netns_go(*state, NEAR);
		b = read_later();
	}
	check_querier(&b.v[0].known[0], "10.0.0.2");
	check_querier(&b.v[0].known[1], "fe80::2");
	assert_true(mc_bridges_port(&b, V0)->router == 1 && mc_bridges_port(&b, V0)->router_known);
	assert_false(mc_bridges_port(&b, W0)->router_known);
	mc_bridges_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),        cmocka_unit_test(test_bridges),
		cmocka_unit_test(test_ports),       cmocka_unit_test(test_follows_the_thread),
		cmocka_unit_test(test_own_querier), cmocka_unit_test(test_other_querier),
	};

	return bridges_can() ? cmocka_run_group_tests_name("bridges", tests, netns_setup, NULL) : 0;
}
