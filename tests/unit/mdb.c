/*
 * mdb.c - tests of what is read of a bridge's groups: static ones, and those that hosts join.
 */
#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include "bare.h"
#include "bridged.h"
#include "net/sockaddr.h"

/* ---- the mdb's entries, as bridge(8) makes them ------------------------------------- */

struct entry {
	uint32_t port;
	const char *group, *source;
	uint16_t vlan;
	bool permanent;
};

static void put_entry(struct nlmsghdr *h, const struct entry *x)
{
	struct mc_addr group = address(x->group), source = address(x->source ? x->source : "");
	struct br_mdb_entry e = { .ifindex = x->port, .vid = x->vlan };

	e.state = x->permanent ? MDB_PERMANENT : MDB_TEMPORARY;
	e.addr.proto = htons(group.family == MC_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	memcpy(&e.addr.u, group.b, mc_addr_len(&group));
	mnl_attr_put(h, MDBA_SET_ENTRY, sizeof e, &e);
	if (!source.family)
		return;
	struct nlattr *nest = mnl_attr_nest_start(h, MDBA_SET_ENTRY_ATTRS);

	mnl_attr_put(h, MDBE_ATTR_SOURCE, mc_addr_len(&source), source.b);
	mnl_attr_nest_end(h, nest);
}

static bool add(struct mnl_socket *s, uint32_t bridge, const struct entry *x)
{
	uint8_t buf[4096] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);
	struct br_port_msg *m;

	h->nlmsg_type = RTM_NEWMDB;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_ACK;
	m = mnl_nlmsg_put_extra_header(h, sizeof *m);
	m->family = AF_BRIDGE;
	m->ifindex = bridge;
	put_entry(h, x);
	assert_true(mnl_socket_sendto(s, h, h->nlmsg_len) > 0);
	ssize_t n = mnl_socket_recvfrom(s, buf, sizeof buf);

	assert_true(n > 0);
	return mnl_cb_run(buf, (size_t)n, 0, 0, NULL, NULL) >= 0;
}

static void add_all(uint32_t bridge, const struct entry *v, size_t n)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_ROUTE);

	assert_non_null(s);
	assert_int_equal(mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID), 0);
	for (size_t i = 0; i < n; i++)
		if (!add(s, bridge, &v[i]))
			fail_msg("%s: %s", v[i].group, strerror(errno));
	mnl_socket_close(s);
}

/* ---- groups ------------------------------------------------------------------------- */

static void check_group(const struct mc_bridges *b, const struct entry *e)
{
	const struct mc_bridge_group *g = find(b, e->port, e->group, e->source ? e->source : "");

	if (!g)
		fail_msg("port %u: no %s", e->port, e->group);
	assert_true(g->bridge == BR0 && g->vlan == e->vlan && g->permanent == e->permanent);
	assert_int_equal(g->mode, e->source ? MC_INCLUDE : MC_EXCLUDE);
	assert_true(!g->blocked && !g->listed);
	if (e->permanent)
		assert_true(g->left == 0);
	else
		assert_true(g->left > 200 * MC_SEC && g->left <= 260 * MC_SEC);
}

static void test_static(void **state)
{
	static const struct entry rows[] = {
		{ .port = W0, .group = "239.1.1.1", .permanent = true },
		{ .port = V0, .group = "239.1.1.1", .permanent = false },
		{ .port = W0, .group = "239.1.1.2", .permanent = false },
		{ .port = W0, .group = "232.1.1.1", .source = "10.0.0.9", .permanent = true },
		{ .port = V0, .group = "232.1.1.1", .source = "10.0.0.8", .permanent = true },
		{ .port = W0, .group = "ff3e::1", .source = "2001:db8::9", .permanent = true },
		{ .port = W0, .group = "ff1e::1", .permanent = true },
		{ .port = W0, .group = "ff1e::2", .permanent = false },
		{ .port = BR0, .group = "239.1.1.3", .permanent = false },
	};
	struct mc_bridges b;

	bridge_of(state, "mcast_igmp_version 3 mcast_mld_version 2");
	add_all(BR0, rows, COUNT(rows));
	b = read_bridges();
	for (size_t i = 0; i < COUNT(rows); i++)
		check_group(&b, &rows[i]);
	assert_null(find(&b, W0, "232.1.1.1", ""));
	assert_null(find(&b, W0, "232.1.1.1", "10.0.0.8"));
	assert_null(find(&b, V0, "239.1.1.2", ""));
	mc_bridges_free(&b);
}

static void check_order(const struct mc_bridges *b)
{
	for (size_t i = 1; i < b->ngroups; i++) {
		const struct mc_bridge_group *g = &b->groups[i - 1];
		int r = mc_addr_cmp(&g[0].group, &g[1].group);

		assert_true(g[0].bridge <= g[1].bridge);
		assert_true(g[0].bridge < g[1].bridge || r <= 0);
		assert_true(g[0].bridge < g[1].bridge || r || g[0].port <= g[1].port);
	}
}

/* More than fits into one message; each bridge's are told apart. */
static void test_many(void **state)
{
	enum { MANY = 900 };
	static char text[MANY][20];
	static struct entry rows[MANY];
	struct mc_bridges b;
	size_t n[2] = { 0 };

	bridge_of(state, "");
	ip("link add br1 index 31 type bridge\n"
	   "link add x0 index 50 type veth peer name x1\n"
	   "link set br1 addrgenmode none up\n"
	   "link set x0 addrgenmode none master br1 up\n"
	   "link set x1 addrgenmode none up");
	netns_wait_up("x0");
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text[i], sizeof text[i], "239.9.%u.%u", i * 7 % MANY / 256, i * 7 % MANY % 256);
		rows[i] = (struct entry){ .port = W0, .group = text[i], .permanent = true };
	}
	add_all(BR0, rows, MANY);
	for (unsigned i = 0; i < MANY; i++)
		rows[i].port = 50;
	add_all(BR1, rows, MANY);
	b = read_bridges();
	for (size_t i = 0; i < b.ngroups; i++)
		if (b.groups[i].permanent && b.groups[i].port == (b.groups[i].bridge == BR0 ? W0 : 50))
			n[b.groups[i].bridge == BR1]++;
	assert_true(n[0] == MANY && n[1] == MANY);
	check_order(&b);
	mc_bridges_free(&b);
}

/* ---- hosts that join ---------------------------------------------------------------- */

static int joined(uint32_t ifindex, const char *group)
{
	struct group_req req = { .gr_interface = ifindex };
	struct mc_addr g = address(group);
	int fd = socket(g.family == MC_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	mc_sa_put(&req.gr_group, &g, 0, 0);
	assert_int_equal(setsockopt(fd, mc_sa_level(g.family), MCAST_JOIN_GROUP, &req, sizeof req), 0);
	return fd;
}

static int joined_source(uint32_t ifindex, const char *group, const char *source)
{
	struct group_source_req req = { .gsr_interface = ifindex };
	struct mc_addr g = address(group), s = address(source);
	int fd = socket(g.family == MC_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	mc_sa_put(&req.gsr_group, &g, 0, 0);
	mc_sa_put(&req.gsr_source, &s, 0, 0);
	assert_int_equal(setsockopt(fd, mc_sa_level(g.family), MCAST_JOIN_SOURCE_GROUP, &req, sizeof req), 0);
	return fd;
}

/* To all sources but one, at once: were it told in two reports, the one would be left out only after a
 * while. */
static int joined_but(uint32_t ifindex, const char *group, const char *wanted_first, const char *unwanted)
{
	struct group_filter f = { .gf_interface = ifindex, .gf_fmode = MCAST_EXCLUDE, .gf_numsrc = 1 };
	struct mc_addr g = address(group), s = address(unwanted);
	int fd = joined_source(ifindex, group, wanted_first);

	mc_sa_put(&f.gf_group, &g, 0, 0);
	mc_sa_put(&f.gf_slist[0], &s, 0, 0);
	assert_int_equal(setsockopt(fd, mc_sa_level(g.family), MCAST_MSFILTER, &f, sizeof f), 0);
	return fd;
}

/* Reads until the report has come, and what follows from it is there. */
static struct mc_bridges await(uint32_t port, const char *group, const char *source, bool blocked)
{
	struct mc_bridges b = read_bridges();
	const struct mc_bridge_group *g = find(&b, port, group, source);

	for (int i = 0; i < GENEROUS && !(g && g->blocked == blocked); i++) {
		mc_bridges_free(&b);
		b = read_later();
		g = find(&b, port, group, source);
	}
	if (!g)
		fail_msg("port %u: no %s from '%s'", port, group, source);
	return b;
}

static void check_source(const char *group, const char *source, bool blocked)
{
	struct mc_bridges b = await(V0, group, source, blocked);
	const struct mc_bridge_group *g = find(&b, V0, group, source), *any = find(&b, V0, group, "");

	assert_true(any && g->mode == MC_INCLUDE && !g->permanent && !g->listed);
	assert_int_equal(any->mode, blocked ? MC_EXCLUDE : MC_INCLUDE);
	assert_int_equal(g->blocked, blocked);
	if (blocked)
		assert_true(g->left == 0 && any->left > 200 * MC_SEC && any->left <= 260 * MC_SEC);
	else
		assert_true(g->left > 200 * MC_SEC && g->left <= 260 * MC_SEC && any->left == 0);
	mc_bridges_free(&b);
}

/* Far joins sources alone, and all but one. */
static void test_sources(void **state)
{
	int fd[4];

	bridge_of(state, "mcast_igmp_version 3 mcast_mld_version 2");
	netns_go(*state, FAR);
	fd[0] = joined_source(V1, "232.1.1.1", "10.0.0.9");
	fd[1] = joined_source(V1, "ff3e::1", "2001:db8::9");
	fd[2] = joined_but(V1, "239.1.1.1", "10.0.0.6", "10.0.0.7");
	fd[3] = joined_but(V1, "ff1e::1", "2001:db8::6", "2001:db8::7");
	netns_go(*state, NEAR);
	check_source("232.1.1.1", "10.0.0.9", false);
	check_source("ff3e::1", "2001:db8::9", false);
	check_source("239.1.1.1", "10.0.0.7", true);
	check_source("ff1e::1", "2001:db8::7", true);
	for (size_t i = 0; i < COUNT(fd); i++)
		close(fd[i]);
}

/* The bridge as a host: it joins by its own device. */
static void test_host_itself(void **state)
{
	const struct mc_bridge_group *g;
	struct mc_bridges b;
	int fd;

	bridge_of(state, "");
	ip("address add 10.0.9.1/24 dev br0");
	fd = joined(BR0, "239.1.1.9");
	b = await(BR0, "239.1.1.9", "", false);
	g = find(&b, BR0, "239.1.1.9", "");
	assert_true(g->bridge == BR0 && g->mode == MC_EXCLUDE && !g->permanent);
	assert_null(find(&b, V0, "239.1.1.9", ""));
	assert_null(find(&b, W0, "239.1.1.9", ""));
	mc_bridges_free(&b);
	close(fd);
}

/* ---- without privilege -------------------------------------------------------------- */

static bool reads_all(void)
{
	struct mc_bridges b;
	bool good = mc_bridges_read(&b) == 0;

	good = good && b.n == 1 && b.nports == 2 && find(&b, W0, "239.1.1.1", "");
	mc_bridges_free(&b);
	return good;
}

static void test_without_privilege(void **state)
{
	const struct entry e = { .port = W0, .group = "239.1.1.1", .permanent = true };

	bridge_of(state, "");
	add_all(BR0, &e, 1);
	assert_true(bare(reads_all));
}

/* ---- messages made by hand: what not every kernel can be brought to tell ------------- */

static struct nlmsghdr *begin(void *buf, uint16_t type, size_t size)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(h, size);
	return h;
}

/* br0, which knows VLANs and snoops in each of them. */
static void make_bridge(struct nlmsghdr *h)
{
	struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	struct br_boolopt_multi options = { .optval = 1u << BR_BOOLOPT_MCAST_VLAN_SNOOPING };

	m->ifi_index = BR0;
	mnl_attr_put_strz(h, IFLA_IFNAME, "br0");
	struct nlattr *info = mnl_attr_nest_start(h, IFLA_LINKINFO);

	mnl_attr_put_strz(h, IFLA_INFO_KIND, "bridge");
	struct nlattr *data = mnl_attr_nest_start(h, IFLA_INFO_DATA);

	mnl_attr_put_u8(h, IFLA_BR_VLAN_FILTERING, 1);
	mnl_attr_put_u8(h, IFLA_BR_MCAST_SNOOPING, 1);
	mnl_attr_put_u8(h, IFLA_BR_MCAST_QUERIER, 1);
	mnl_attr_put(h, IFLA_BR_MULTI_BOOLOPT, sizeof options, &options);
	mnl_attr_nest_end(h, data);
	mnl_attr_nest_end(h, info);
}

static void make_group(struct nlmsghdr *h, uint16_t vlan, uint16_t proto)
{
	struct br_mdb_entry e = { .ifindex = W0, .vid = vlan, .addr = { .u.ip4 = htonl(0xef010101) } };
	struct nlattr *entry = mnl_attr_nest_start(h, MDBA_MDB_ENTRY);

	e.addr.proto = htons(proto);
	mnl_attr_put(h, MDBA_MDB_ENTRY_INFO, sizeof e, &e);
	mnl_attr_nest_end(h, entry);
}

/* A source of a list, with hundredths of a second to go. */
static void make_source(struct nlmsghdr *h, uint32_t source, uint32_t left)
{
	struct nlattr *entry = mnl_attr_nest_start(h, MDBA_MDB_SRCLIST_ENTRY);

	mnl_attr_put_u32(h, MDBA_MDB_SRCATTR_ADDRESS, htonl(source));
	mnl_attr_put_u32(h, MDBA_MDB_SRCATTR_TIMER, left);
	mnl_attr_nest_end(h, entry);
}

/* 239.1.1.1 with two sources, before its mode. */
static void make_list(struct nlmsghdr *h, uint8_t mode)
{
	struct br_mdb_entry e = { .ifindex = W0, .addr = { .u.ip4 = htonl(0xef010101) } };
	struct br_port_msg *m = mnl_nlmsg_get_payload(h);

	m->ifindex = BR0;
	e.addr.proto = htons(ETH_P_IP);
	struct nlattr *mdb = mnl_attr_nest_start(h, MDBA_MDB);
	struct nlattr *entry = mnl_attr_nest_start(h, MDBA_MDB_ENTRY);
	struct nlattr *info = mnl_attr_nest_start(h, MDBA_MDB_ENTRY_INFO);

	mnl_nlmsg_put_extra_header(h, sizeof e);
	memcpy(mnl_attr_get_payload(info), &e, sizeof e);
	struct nlattr *list = mnl_attr_nest_start(h, MDBA_MDB_EATTR_SRC_LIST);

	make_source(h, 0x0a000008, 500);
	make_source(h, 0x0a000007, 0);
	mnl_attr_nest_end(h, list);
	mnl_attr_put_u8(h, MDBA_MDB_EATTR_GROUP_MODE, mode);
	mnl_attr_nest_end(h, info);
	mnl_attr_nest_end(h, entry);
	mnl_attr_nest_end(h, mdb);
}

/* Sources that the kernel has no entries for, because it had no room or has not made them yet. */
static void test_listed(void **state)
{
	uint8_t buf[1024] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };

	(void)state;
	for (int excludes = 0; excludes < 2; excludes++) {
		struct nlmsghdr *h = begin(buf, RTM_NEWLINK, sizeof(struct ifinfomsg));
		struct mc_bridges b = { 0 };

		make_bridge(h);
		assert_int_equal(mc_bridges_take(h, &b), MNL_CB_OK);
		mc_bridges_order(&b);
		h = begin(buf, RTM_GETMDB, sizeof(struct br_port_msg));
		make_list(h, excludes ? MCAST_EXCLUDE : MCAST_INCLUDE);
		assert_int_equal(mc_bridges_take(h, &b), MNL_CB_OK);
		mc_bridges_order(&b);
		assert_int_equal(b.ngroups, 3);
		assert_true(!b.groups[0].source.family && !b.groups[0].listed);
		assert_int_equal(b.groups[0].mode, excludes ? MC_EXCLUDE : MC_INCLUDE);
		same_address("blocked", &b.groups[1].source, "10.0.0.7");
		assert_true(b.groups[1].listed && b.groups[1].blocked == excludes && !b.groups[1].left);
		same_address("wanted", &b.groups[2].source, "10.0.0.8");
		assert_true(b.groups[2].listed && !b.groups[2].blocked && b.groups[2].left == 5 * MC_SEC);
		mc_bridges_free(&b);
	}
}

static void make_groups(struct nlmsghdr *h, uint32_t bridge)
{
	struct br_port_msg *m = mnl_nlmsg_get_payload(h);

	m->ifindex = bridge;
	struct nlattr *mdb = mnl_attr_nest_start(h, MDBA_MDB);

	make_group(h, 7, ETH_P_IP);
	make_group(h, 1, ETH_P_IP);
	make_group(h, 9, 0); /* of Ethernet alone */
	mnl_attr_nest_end(h, mdb);
}

static void test_vlans(void **state)
{
	uint8_t buf[1024] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct mc_bridges b = { 0 };
	struct nlmsghdr *h = begin(buf, RTM_NEWLINK, sizeof(struct ifinfomsg));

	(void)state;
	make_bridge(h);
	assert_int_equal(mc_bridges_take(h, &b), MNL_CB_OK);
	mc_bridges_order(&b);
	assert_true(b.n == 1 && b.v[0].vlan_filtering && b.v[0].vlan_snooping);
	assert_true(b.v[0].known[0].present && b.v[0].known[1].present); /* as before Linux 5.15 */
	h = begin(buf, RTM_GETMDB, sizeof(struct br_port_msg));
	make_groups(h, BR0);
	assert_int_equal(mc_bridges_take(h, &b), MNL_CB_OK);
	h = begin(buf, RTM_NEWMDB, sizeof(struct br_port_msg));
	make_groups(h, BR1); /* no bridge */
	assert_int_equal(mc_bridges_take(h, &b), MNL_CB_OK);
	mc_bridges_order(&b);
	assert_int_equal(b.ngroups, 2);
	assert_true(b.groups[0].vlan == 1 && b.groups[1].vlan == 7 && b.groups[1].port == W0);
	same_address("group", &b.groups[1].group, "239.1.1.1");
	assert_true(b.groups[0].mode == MC_EXCLUDE && !b.groups[0].source.family && !b.groups[0].left);
	mc_bridges_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_host_itself),
		cmocka_unit_test(test_without_privilege),
		cmocka_unit_test(test_vlans),
		cmocka_unit_test(test_listed),
	};

	return bridges_can() ? cmocka_run_group_tests_name("mdb", tests, netns_setup, NULL) : 0;
}
