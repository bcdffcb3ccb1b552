/*
 * mroute.c - tests of what is read of the forwarding cache, with a real one: near routes what far sends
 * from v0 on to w0. The test is the routing daemon.
 */
#include "net/mroute.h"

#include <netinet/in.h> /* before the kernel's, which give way to it */

#include <libmnl/libmnl.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/rtnetlink.h>
#include <pthread.h>

#include "bare.h"
#include "net/sockaddr.h"
#include "netns.h"

enum { W0 = 40 };

/* w0's other end is in far: in near it would hear what is passed on, and the cache would count that. */
static void network_of(void **state)
{
	const struct netns *n = netns_of(state);
	char text[200];

	snprintf(text, sizeof text,
		 "link add w0 index 40 type veth peer name w1 index 41 netns /proc/self/fd/%d\n"
		 "link set w0 addrgenmode none up",
		 n->fd[FAR]);
	ip(text);
	netns_go(n, FAR);
	ip("link set w1 addrgenmode none up");
	netns_go(n, NEAR);
	netns_wait_up("w0");
}

static struct mc_mroutes read_mroutes(void)
{
	struct mc_mroutes m;

	assert_int_equal(mc_mroutes_read(&m), 0);
	return m;
}

static const struct mc_mroute *find(const struct mc_mroutes *m, const char *group, const char *source)
{
	struct mc_addr g = address(group), s = address(source);

	for (size_t i = 0; i < m->n; i++)
		if (!mc_addr_cmp(&m->v[i].group, &g) && !mc_addr_cmp(&m->v[i].source, &s))
			return &m->v[i];
	return NULL;
}

static const struct mc_mroute *found(const struct mc_mroutes *m, const char *group, const char *source)
{
	const struct mc_mroute *r = find(m, group, source);

	if (!r)
		fail_msg("no %s from '%s'", group, source);
	return r;
}

/* ---- a routing daemon --------------------------------------------------------------- */

static void add_vif(int fd, unsigned short number, int ifindex)
{
	struct vifctl v = { .vifc_vifi = number, .vifc_flags = VIFF_USE_IFINDEX, .vifc_threshold = 1 };

	v.vifc_lcl_ifindex = ifindex;
	assert_int_equal(setsockopt(fd, IPPROTO_IP, MRT_ADD_VIF, &v, sizeof v), 0);
}

/* A cache with v0 as number 0 and w0 as number 3; it goes with the socket. */
static int daemon4(uint32_t table)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP), one = 1;

	assert_true(fd >= 0);
	if (table)
		assert_int_equal(setsockopt(fd, IPPROTO_IP, MRT_TABLE, &table, sizeof table), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, MRT_INIT, &one, sizeof one), 0);
	add_vif(fd, 0, V0);
	add_vif(fd, 3, W0);
	return fd;
}

/* From one number to another with that TTL; *,G needs the option of proxies. */
static void route4(int fd, const char *source, const char *group, unsigned short from, unsigned short to,
		   unsigned char ttl)
{
	struct mc_addr g = address(group), s = address(source);
	struct mfcctl c = { .mfcc_parent = from };

	memcpy(&c.mfcc_origin, s.b, 4);
	memcpy(&c.mfcc_mcastgrp, g.b, 4);
	c.mfcc_ttls[to] = ttl;
	int option = mc_addr_is_unspecified(&s) ? MRT_ADD_MFC_PROXY : MRT_ADD_MFC;

	if (option == MRT_ADD_MFC_PROXY)
		c.mfcc_ttls[from] = 1; /* or the kernel does not take it */
	assert_int_equal(setsockopt(fd, IPPROTO_IP, option, &c, sizeof c), 0);
}

static int daemon6(void)
{
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), one = 1;
	struct mif6ctl v[] = {
		{ .mif6c_mifi = 0, .vifc_threshold = 1, .mif6c_pifi = V0 },
		{ .mif6c_mifi = 3, .vifc_threshold = 1, .mif6c_pifi = W0 },
	};

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, MRT6_INIT, &one, sizeof one), 0);
	for (size_t i = 0; i < COUNT(v); i++)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, MRT6_ADD_MIF, &v[i], sizeof v[i]), 0);
	return fd;
}

static void route6(int fd, const char *source, const char *group, unsigned short from, unsigned short to)
{
	struct mc_addr g = address(group), s = address(source);
	struct mf6cctl c = { .mf6cc_parent = from };

	c.mf6cc_origin.sin6_family = c.mf6cc_mcastgrp.sin6_family = AF_INET6;
	memcpy(&c.mf6cc_origin.sin6_addr, s.b, 16);
	memcpy(&c.mf6cc_mcastgrp.sin6_addr, g.b, 16);
	c.mf6cc_ifset.ifs_bits[0] = 1u << to;
	if (mc_addr_is_unspecified(&s))
		c.mf6cc_ifset.ifs_bits[0] |= 1u << from;
	int option = mc_addr_is_unspecified(&s) ? MRT6_ADD_MFC_PROXY : MRT6_ADD_MFC;

	assert_int_equal(setsockopt(fd, IPPROTO_IPV6, option, &c, sizeof c), 0);
}

/* Far sends some datagrams of 100 octets to a group, from an address of its own. */
static void send_from_far(struct netns *n, const char *source, const char *group, int times)
{
	static const uint8_t octets[100] = { 0 };
	struct mc_addr s = address(source), g = address(group);
	struct sockaddr_storage to;
	bool four = g.family == MC_IPV4;
	int ifindex = V1, hops = 9;

	netns_go(n, FAR);
	int fd = socket(four ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = mc_sa_put(&to, &s, 0, V1);
	struct ip_mreqn on = { .imr_ifindex = V1 };

	assert_int_equal(bind(fd, (struct sockaddr *)&to, len), 0);
	assert_int_equal(four ? setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &on, sizeof on) :
				setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &ifindex, sizeof ifindex),
			 0);
	assert_int_equal(setsockopt(fd, mc_sa_level(g.family), four ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS,
				    &hops, sizeof hops),
			 0);
	len = mc_sa_put(&to, &g, 5000, V1);
	for (int i = 0; i < times; i++)
		assert_int_equal(sendto(fd, octets, sizeof octets, 0, (struct sockaddr *)&to, len), 100);
	close(fd);
	netns_go(n, NEAR);
}

/* Reads until as many datagrams came by that route, rightly or wrongly. */
static struct mc_mroutes await(const char *group, const char *source, uint64_t packets)
{
	struct mc_mroutes m = read_mroutes();
	const struct mc_mroute *r = find(&m, group, source);

	for (int i = 0; i < GENEROUS && (!r || r->packets + r->wrong < packets); i++) {
		mc_mroutes_free(&m);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		m = read_mroutes();
		r = find(&m, group, source);
	}
	found(&m, group, source);
	return m;
}

/* ---- tests -------------------------------------------------------------------------- */

static void test_none(void **state)
{
	struct mc_mroutes m;

	network_of(state);
	m = read_mroutes();
	assert_true(m.n == 0 && m.nvifs == 0 && !m.forwards[0] && !m.forwards[1]);
	mc_mroutes_free(&m);
}

static void test_routes(void **state)
{
	const struct mc_mroute *r;
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon4(0);

	route4(fd, "10.0.0.9", "239.1.1.2", 3, 0, 1);
	route4(fd, "10.0.0.2", "239.1.1.1", 0, 3, 7);
	route4(fd, "0.0.0.0", "239.1.1.1", 0, 3, 1);
	route4(fd, "10.0.0.9", "239.1.1.1", 0, 3, 255); /* to nowhere */
	m = read_mroutes();
	assert_true(m.n == 4 && m.forwards[0] && !m.forwards[1]);
	r = found(&m, "239.1.1.1", "10.0.0.2");
	assert_true(r->table == RT_TABLE_DEFAULT && r->in == V0 && !r->unresolved && r->nout == 1);
	assert_true(r->out[0].ifindex == W0 && r->out[0].ttl == 7);
	assert_true(!r->packets && !r->octets && !r->wrong && r->idle == MC_NEVER);
	assert_true(found(&m, "239.1.1.2", "10.0.0.9")->in == W0);
	assert_true(found(&m, "239.1.1.1", "10.0.0.9")->nout == 0);
	r = found(&m, "239.1.1.1", "");
	assert_true(r == &m.v[0] && r->nout == 2); /* the first by order */
	assert_ptr_equal(found(&m, "239.1.1.2", "10.0.0.9"), &m.v[3]);
	mc_mroutes_free(&m);
	assert_true(!m.n && !m.v && !m.vifs);
	close(fd);
	m = read_mroutes();
	assert_true(m.n == 0 && !m.forwards[0]);
	mc_mroutes_free(&m);
}

/* What is not to be passed on by that route counts as wrong. */
static void test_counters(void **state)
{
	const struct mc_mroute *r;
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon4(0);

	route4(fd, "10.0.0.2", "239.1.1.1", 0, 3, 1);
	route4(fd, "10.0.0.2", "239.1.1.2", 3, 0, 1);
	send_from_far(*state, "10.0.0.2", "239.1.1.1", 5);
	send_from_far(*state, "10.0.0.2", "239.1.1.2", 3);
	m = await("239.1.1.1", "10.0.0.2", 5);
	r = found(&m, "239.1.1.1", "10.0.0.2");
	assert_true(r->packets == 5 && r->octets == 5 * 128 && r->wrong == 0);
	assert_true(r->idle < GENEROUS * MC_MSEC);
	mc_mroutes_free(&m);
	m = await("239.1.1.2", "10.0.0.2", 3);
	assert_int_equal(found(&m, "239.1.1.2", "10.0.0.2")->wrong, 3);
	mc_mroutes_free(&m);
	close(fd);
}

/* What no route is for waits in the cache for the daemon to make one. */
static void test_unresolved(void **state)
{
	const struct mc_mroute *r;
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon4(0);

	send_from_far(*state, "10.0.0.3", "239.1.1.3", 1);
	m = await("239.1.1.3", "10.0.0.3", 0);
	r = found(&m, "239.1.1.3", "10.0.0.3");
	assert_true(r->unresolved && !r->in && !r->nout && !r->packets && r->idle == MC_NEVER);
	mc_mroutes_free(&m);
	close(fd);
}

static const struct mc_mroute_vif *vif(const struct mc_mroutes *m, uint8_t family, uint32_t table,
				       uint16_t number)
{
	for (size_t i = 0; i < m->nvifs; i++)
		if (m->vifs[i].family == family && m->vifs[i].table == table && m->vifs[i].number == number)
			return &m->vifs[i];
	fail_msg("no interface %u of table %u", number, table);
	return NULL;
}

static void check_vif(const struct mc_mroute_vif *v, const char *name, uint32_t ifindex, uint64_t in_octets,
		      uint64_t out_octets)
{
	assert_string_equal(v->name, name);
	assert_int_equal(v->ifindex, ifindex);
	assert_true(v->in_octets == in_octets && v->out_octets == out_octets);
	assert_true(v->in_packets == (in_octets ? 4 : 0) && v->out_packets == (out_octets ? 4 : 0));
}

static void test_vifs(void **state)
{
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon4(0), fd6 = daemon6();

	route4(fd, "10.0.0.2", "239.1.1.1", 0, 3, 1);
	route6(fd6, "2001:db8::2", "ff1e::1", 0, 3);
	send_from_far(*state, "10.0.0.2", "239.1.1.1", 4);
	send_from_far(*state, "2001:db8::2", "ff1e::1", 4);
	m = await("239.1.1.1", "10.0.0.2", 4);
	mc_mroutes_free(&m);
	m = await("ff1e::1", "2001:db8::2", 4);
	mc_mroutes_free(&m);
	m = read_mroutes();
	assert_int_equal(m.nvifs, 4);
	check_vif(vif(&m, MC_IPV4, RT_TABLE_DEFAULT, 0), "v0", V0, 4 * 128, 0);
	check_vif(vif(&m, MC_IPV4, RT_TABLE_DEFAULT, 3), "w0", W0, 0, 4 * 128);
	check_vif(vif(&m, MC_IPV6, RT_TABLE_MAIN, 0), "v0", V0, 4 * 148, 0);
	check_vif(vif(&m, MC_IPV6, RT_TABLE_MAIN, 3), "w0", W0, 0, 4 * 148);
	mc_mroutes_free(&m);
	close(fd);
	close(fd6);
}

static void test_ipv6(void **state)
{
	const struct mc_mroute *r;
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon6();

	route6(fd, "2001:db8::2", "ff1e::1", 0, 3);
	route6(fd, "::", "ff1e::1", 0, 3);
	send_from_far(*state, "2001:db8::2", "ff1e::1", 5);
	send_from_far(*state, "2001:db8::3", "ff1e::3", 1);
	m = await("ff1e::3", "2001:db8::3", 0);
	mc_mroutes_free(&m);
	m = await("ff1e::1", "2001:db8::2", 5);
	assert_true(!m.forwards[0] && m.forwards[1]);
	r = found(&m, "ff1e::1", "2001:db8::2");
	assert_true(r->table == RT_TABLE_MAIN && r->in == V0 && r->nout == 1 && r->out[0].ifindex == W0);
	assert_true(r->packets == 5 && r->octets == 5 * 148 && r->idle < GENEROUS * MC_MSEC);
	assert_true(found(&m, "ff1e::1", "")->nout == 2);
	assert_true(found(&m, "ff1e::3", "2001:db8::3")->unresolved);
	mc_mroutes_free(&m);
	close(fd);
}

/* Two daemons with a table of their own each; a number that needs more than the header's eight bits. */
static void test_tables(void **state)
{
	struct mc_mroutes m;

	network_of(state);
	int fd = daemon4(0), other = daemon4(1000);

	route4(fd, "10.0.0.2", "239.1.1.1", 0, 3, 1);
	route4(other, "10.0.0.2", "239.1.1.1", 3, 0, 1);
	m = read_mroutes();
	assert_true(m.n == 2 && m.nvifs == 4);
	assert_true(m.v[0].table == RT_TABLE_DEFAULT && m.v[0].in == V0);
	assert_true(m.v[1].table == 1000 && m.v[1].in == W0);
	check_vif(vif(&m, MC_IPV4, RT_TABLE_DEFAULT, 0), "v0", V0, 0, 0);
	check_vif(vif(&m, MC_IPV4, 1000, 3), "w0", W0, 0, 0);
	mc_mroutes_free(&m);
	close(fd);
	close(other);
}

/* More routes than fit into one message. */
static void test_many(void **state)
{
	enum { MANY = 1500 };
	struct mc_mroutes m;
	char group[20];

	network_of(state);
	int fd = daemon4(0);

	for (unsigned i = 0; i < MANY; i++) {
		snprintf(group, sizeof group, "239.9.%u.%u", i * 7 % MANY / 256, i * 7 % MANY % 256);
		route4(fd, "10.0.0.2", group, 0, 3, 1);
	}
	m = read_mroutes();
	assert_int_equal(m.n, MANY);
	for (size_t i = 1; i < m.n; i++)
		assert_true(mc_addr_cmp(&m.v[i - 1].group, &m.v[i].group) < 0);
	mc_mroutes_free(&m);
	close(fd);
}

/* ---- who asks ----------------------------------------------------------------------- */

static bool reads_all(void)
{
	struct mc_mroutes m;

	if (mc_mroutes_read(&m))
		return false;
	bool good = m.n == 2 && m.nvifs == 4 && m.forwards[0] && m.forwards[1] &&
		    find(&m, "239.1.1.1", "10.0.0.2") && find(&m, "ff1e::1", "2001:db8::2");

	mc_mroutes_free(&m);
	return good;
}

/* Another thread, in far, while the process is in near. */
static void *none_there(void *arg)
{
	struct netns *n = arg;
	struct mc_mroutes m;

	if (setns(n->fd[FAR], CLONE_NEWNET) || mc_mroutes_read(&m))
		return NULL;
	bool good = !m.n && !m.nvifs && !m.forwards[0] && !m.forwards[1];

	mc_mroutes_free(&m);
	return good ? arg : NULL;
}

static void test_who_asks(void **state)
{
	pthread_t thread;
	void *good = NULL;

	network_of(state);
	int fd = daemon4(0), fd6 = daemon6();

	route4(fd, "10.0.0.2", "239.1.1.1", 0, 3, 1);
	route6(fd6, "2001:db8::2", "ff1e::1", 0, 3);
	assert_true(reads_all());
	assert_true(bare(reads_all));
	assert_int_equal(pthread_create(&thread, NULL, none_there, *state), 0);
	assert_int_equal(pthread_join(thread, &good), 0);
	assert_non_null(good);
	close(fd);
	close(fd6);
}

/* A kernel without a cache answers with plain routes and links. */
static void test_no_cache(void **state)
{
	uint8_t buf[256] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct mc_mroutes m = { 0 };
	struct rtmsg *route;

	(void)state;
	h->nlmsg_type = RTM_NEWROUTE;
	route = mnl_nlmsg_put_extra_header(h, sizeof *route);
	route->rtm_family = AF_INET;
	mnl_attr_put_u32(h, RTA_DST, htonl(0x0a000000));
	assert_int_equal(mc_mroutes_take(h, &m), MNL_CB_OK);
	assert_int_equal(m.n, 0);
	route->rtm_family = RTNL_FAMILY_IPMR;
	assert_int_equal(mc_mroutes_take(h, &m), MNL_CB_OK);
	assert_int_equal(m.n, 1);
	mc_mroutes_free(&m);
}

static void test_plain_link(void **state)
{
	uint8_t buf[256] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct mc_mroutes m = { 0 };
	struct ifinfomsg *link;

	(void)state;
	h->nlmsg_type = RTM_NEWLINK;
	link = mnl_nlmsg_put_extra_header(h, sizeof *link);
	struct nlattr *table = mnl_attr_nest_start(h, IFLA_AF_SPEC);
	struct nlattr *vifs = mnl_attr_nest_start(h, IPMRA_TABLE_VIFS);
	struct nlattr *vif = mnl_attr_nest_start(h, IPMRA_VIF);

	mnl_attr_put_u32(h, IPMRA_VIFA_VIF_ID, 5);
	mnl_attr_nest_end(h, vif);
	mnl_attr_nest_end(h, vifs);
	mnl_attr_put_u32(h, IPMRA_TABLE_ID, 77); /* behind what it is about */
	mnl_attr_nest_end(h, table);
	assert_int_equal(mc_mroutes_take(h, &m), MNL_CB_OK);
	assert_int_equal(m.nvifs, 0);
	link->ifi_family = RTNL_FAMILY_IPMR;
	assert_int_equal(mc_mroutes_take(h, &m), MNL_CB_OK);
	assert_int_equal(m.nvifs, 1);
	assert_true(m.vifs[0].number == 5 && m.vifs[0].table == 77 && m.vifs[0].family == MC_IPV4);
	mc_mroutes_free(&m);
}

static bool can(int family, int proto, int option)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, proto), one = 1;
	bool good = fd >= 0 &&
		    !setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, option, &one, sizeof one);

	if (fd >= 0)
		close(fd);
	return good;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),       cmocka_unit_test(test_routes),
		cmocka_unit_test(test_counters),   cmocka_unit_test(test_unresolved),
		cmocka_unit_test(test_vifs),       cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_tables),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_who_asks),   cmocka_unit_test(test_no_cache),
		cmocka_unit_test(test_plain_link),
	};

	if (!netns_can())
		return 0;
	if (!can(AF_INET, IPPROTO_IGMP, MRT_INIT) || !can(AF_INET6, IPPROTO_ICMPV6, MRT6_INIT)) {
		printf("1..0 # SKIP no multicast routing in the kernel\n");
		return 0;
	}
	return cmocka_run_group_tests_name("mroute", tests, netns_setup, NULL);
}
