/*
 * link.c - tests of what a link hears: all of IGMP and MLD and nothing else, from whom, of whose making, when
 * the interface goes down and up, when the ring is full, on a bridge.
 */
#include "linked.h"

static const char *const names[] = { "IGMPv1 query",  "IGMPv2 query", "IGMPv3 query",  "IGMPv1 report",
				     "IGMPv2 report", "IGMPv2 leave", "IGMPv3 report", "MLDv1 query",
				     "MLDv2 query",   "MLDv1 report", "MLDv1 done",    "MLDv2 report" };

static struct made make_one(const char *name, uint8_t host)
{
	bool ipv4 = name[0] == 'I', general = !strcmp(name, "IGMPv1 query");
	char src[20];

	snprintf(src, sizeof src, ipv4 ? "10.0.0.%u" : "fe80::%u", host);
	return make(name, src, general ? "" : ipv4 ? "239.7.7.7" : "ff15::7");
}

static mc_time wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (mc_time)now.tv_sec * MC_SEC + (mc_time)now.tv_nsec;
}

/* ---- each message ------------------------------------------------------------------- */

/* MLD2-R-012. To groups that nobody joined, from an Ethernet address of nobody. */
static void test_every_message(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	for (size_t i = 0; i < COUNT(names); i++) {
		struct made p = make_one(names[i], 7);
		char name[MC_MSG_NAMELEN];
		struct mc_packet got;
		struct mc_msg m;
		mc_time before = wall_clock();

		forge(far, &p);
		do
			got = await(near);
		while (!is_same(&got, &p));
		mc_msg_init(&m);
		assert_int_equal(mc_decode(&m, got.octets, got.len), 0);
		assert_string_equal(mc_msg_name(&m, name, sizeof name), names[i]);
		assert_false(got.outgoing);
		assert_memory_equal(got.ether, foreign, 6);
		assert_in_range(got.time, before, wall_clock());
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* Many in few blocks, and all of them in their order. */
static void test_many(void **state)
{
	enum { MANY = 5000 };
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);
	struct made p = make("IGMPv3 report", "10.0.0.7", "239.7.7.7");

	for (unsigned i = 0; i < MANY; i++) {
		p.octets[4] = (uint8_t)(i >> 8); /* the identification */
		p.octets[5] = (uint8_t)i;
		forge(far, &p);
	}
	for (unsigned i = 0; i < MANY;) {
		struct mc_packet got = await(near);

		if (host_of(&got) != 7)
			continue;
		assert_int_equal(got.octets[4] << 8 | got.octets[5], i);
		i++;
	}
	assert_int_equal(mc_link_drops(near), 0);
	mc_link_close(far);
	mc_link_close(near);
}

/* ---- the filter --------------------------------------------------------------------- */

/* Whether a packet, sent from far, is heard. */
static bool passes(struct mc_link *near, struct mc_link *far, const struct made *p)
{
	struct made end = make_end(p->dst.family);
	bool seen = false;

	forge(far, p);
	forge(far, &end);
	for (;;) {
		struct mc_packet got = await(near);

		seen |= is_same(&got, p);
		if (is_same(&got, &end))
			return seen;
	}
}

static void test_filter4(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t octets[2];
		bool passes;
	} rows[] = {
		{ "IGMP", 8, { 1, 2 }, true },
		{ "TTL 64", 8, { 64, 2 }, true },
		{ "UDP", 8, { 1, 17 }, false },
		{ "TCP", 8, { 1, 6 }, false },
		{ "PIM", 8, { 1, 103 }, false },
		{ "ICMPv6 in IPv4", 8, { 1, 58 }, false },
		{ "protocol 0", 8, { 1, 0 }, false },
		{ "the first fragment", 6, { 0x20, 0 }, true },
		{ "don't fragment", 6, { 0x40, 0 }, true },
		{ "a second fragment", 6, { 0x20, 2 }, false },
		{ "the last fragment", 6, { 0x00, 2 }, false },
		{ "a far fragment", 6, { 0x10, 0 }, false },
		{ "another type", 24, { 0x99, 0 }, true },
	};
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made p = make("IGMPv3 report", "10.0.0.7", "239.7.7.7");

		memcpy(p.octets + rows[i].at, rows[i].octets, 2);
		if (passes(near, far, &p) != rows[i].passes)
			fail_msg("%s: %s", rows[i].what, rows[i].passes ? "lost" : "heard");
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* An IPv6 packet of ICMPv6 of this type, behind a hop-by-hop header of so many octets, 0 for none, which says
 * that `next` follows. */
static struct made make6(uint8_t type, size_t hops, uint8_t next)
{
	struct made p = make("MLDv2 report", "fe80::7", "ff15::7");

	p.octets[6] = hops ? 0 : next;
	memset(p.octets + 40, 0, hops);
	p.len = 40 + hops + 24;
	p.octets[4] = (uint8_t)((p.len - 40) >> 8);
	p.octets[5] = (uint8_t)(p.len - 40);
	if (hops) {
		p.octets[40] = next;
		p.octets[41] = (uint8_t)(hops / 8 - 1);
	}
	p.octets[40 + hops] = type;
	return p;
}

static void test_filter6(void **state)
{
	static const size_t hops[] = { 0, 8, 16, 24, 248, 1024 };
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);
	struct made p;

	for (unsigned type = 0; type < 256; type++) {
		bool mld = (type >= 130 && type <= 132) || type == 143 || (type >= 151 && type <= 153);

		p = make6((uint8_t)type, type % 2 ? 8 : 0, 58);
		if (passes(near, far, &p) != mld)
			fail_msg("ICMPv6 %u: %s", type, mld ? "lost" : "heard");
	}
	for (size_t i = 0; i < COUNT(hops); i++) {
		p = make6(143, hops[i], 58);
		assert_true(passes(near, far, &p));
		p = make6(135, hops[i], 58); /* with an 143 where none is looked for */
		memset(p.octets + p.len - 23, 143, 23);
		assert_false(passes(near, far, &p));
		p = make6(143, hops[i], 17);
		assert_false(passes(near, far, &p));
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* Frames with tags before the type, as they are on the wire. */
static void test_vlan(void **state)
{
	static const struct {
		uint16_t tags[4];
		bool passes;
	} rows[] = {
		{ { 0 }, true },
		{ { 0x8100, 5 }, false },
		{ { 0x8100, 0xe005 }, false },
		{ { 0x8100, 0 }, true },
		{ { 0x8100, 0xe000 }, true },
		{ { 0x88a8, 5 }, false },
		{ { 0x88a8, 0 }, true },
		{ { 0x88a8, 5, 0x8100, 0 }, false },
		{ { 0x8100, 0, 0x8100, 5 }, false },
	};
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);
	struct made p = make("IGMPv2 report", "10.0.0.7", "239.7.7.7"), end = make_end(MC_IPV4);
	int raw = raw_open(n, FAR);

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t frame[100] = { 0x01, 0x00, 0x5e, 0x07, 0x07, 0x07, 0x02, 0, 0, 0, 0, 7 };
		size_t len = 12;

		for (const uint16_t *tag = rows[i].tags; *tag; tag += 2)
			for (int k = 0; k < 2; k++) {
				frame[len++] = (uint8_t)(tag[k] >> 8);
				frame[len++] = (uint8_t)tag[k];
			}
		frame[len++] = ETH_P_IP >> 8;
		frame[len++] = ETH_P_IP & 0xff;
		memcpy(frame + len, p.octets, p.len);
		assert_int_equal(send(raw, frame, len + p.len, 0), len + p.len);
		forge(far, &end);
		if (strcmp(heard(near, &end), rows[i].passes ? "IGMPv2 report 7" : ""))
			fail_msg("tags of row %zu: %s", i, rows[i].passes ? "lost" : "heard");
	}
	close(raw);
	mc_link_close(far);
	mc_link_close(near);
}

static void test_one_family(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *far = link_at(n, FAR);

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct mc_link_conf c = link_conf(V0);
		struct made four = make_one("IGMPv3 report", 7), six = make_one("MLDv2 report", 8);
		struct made end = make_end(ipv6 ? MC_IPV6 : MC_IPV4);

		c.ipv4 = !ipv6;
		c.ipv6 = ipv6;
		struct mc_link *near = link_open(&c);

		forge(far, &four);
		forge(far, &six);
		forge(far, &end);
		assert_string_equal(heard(near, &end), ipv6 ? "MLDv2 report 8" : "IGMPv3 report 7");
		mc_link_close(near);
	}
	mc_link_close(far);
}

/* ---- this machine's own ------------------------------------------------------------- */

/* What the kernel of this machine reports is heard, and told from what comes. */
static void test_outgoing(void **state)
{
	static const char *const groups[] = { "239.1.2.3", "ff15::123" };
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	for (size_t i = 0; i < COUNT(groups); i++) {
		struct mc_addr group = address(groups[i]);
		struct mc_sock_conf c;
		struct mc_packet out, in;

		mc_sock_conf_init(&c);
		c.family = group.family;
		int fd = mc_sock_open(&c);

		assert_int_equal(mc_sock_join(fd, V0, &group, NULL), 0);
		out = await_record(near, MC_TO_EX, groups[i]);
		in = await_record(far, MC_TO_EX, groups[i]);
		assert_true(out.outgoing && !in.outgoing);
		assert_memory_equal(out.ether, in.ether, 6);
		assert_true(out.ether[0] & 2); /* veth's own: locally administered */
		close(fd);
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* ---- trouble ------------------------------------------------------------------------ */

/* What poll says at once: 0 where nothing is to be told. */
static short events(const struct mc_link *l)
{
	struct pollfd p = { .fd = mc_link_fd(l), .events = POLLIN };

	return poll(&p, 1, 0) ? p.revents : 0;
}

/* The first error, waited for as an event loop does; what came before it is passed over. */
static int await_error(struct mc_link *l)
{
	struct pollfd p = { .fd = mc_link_fd(l), .events = POLLIN };
	struct mc_packet got;
	int r;

	while ((r = mc_link_recv(l, &got)) >= 0)
		if (r == 0)
			assert_int_equal(poll(&p, 1, GENEROUS), 1);
	return r;
}

/* No more of the error, and no descriptor that stays readable. What is on its way may come. */
static void check_calm(struct mc_link *l)
{
	struct mc_packet got;
	int r;

	while ((r = mc_link_recv(l, &got)) == 1)
		;
	assert_int_equal(r, 0);
	assert_int_equal(events(l) & POLLERR, 0);
}

static void test_down_and_up(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	for (int i = 0; i < 2; i++) {
		struct made p = make_one("IGMPv2 report", 7), end = make_end(MC_IPV6);
		struct mc_frame f = { .octets = p.octets, .len = p.len, .dst = p.dst };

		ip("link set v0 down");
		assert_int_equal(await_error(near), -ENETDOWN);
		check_calm(near);
		assert_int_equal(mc_link_forge(near, &f, 1), -ENETDOWN);
		assert_in_range(-mc_link_send(near, p.octets, p.len, &p.dst), ENETDOWN, ENETUNREACH);
		check_calm(near);
		ip("link set v0 up");
		netns_wait_up("v0");
		forge(far, &p);
		forge(far, &end);
		assert_string_equal(heard(near, &end), "IGMPv2 report 7");
		assert_int_equal(mc_link_forge(near, &f, 1), 1);
		check_calm(near);
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* Who sends after the interface has come up again does not take the news away. */
static void test_down_unseen(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR);
	struct made p = make_one("IGMPv2 report", 7);
	struct mc_frame f = { .octets = p.octets, .len = p.len, .dst = p.dst };

	ip("link set v0 down");
	ip("link set v0 up");
	netns_wait_up("v0");
	assert_int_equal(mc_link_forge(near, &f, 1), 1);
	assert_int_equal(await_error(near), -ENETDOWN);
	check_calm(near);
	mc_link_close(near);
}

/* Opened when it is down it says so, and comes with the interface. */
static void test_open_down(void **state)
{
	const struct netns *n = netns_of(state);
	struct made p = make_one("IGMPv2 report", 7), end = make_end(MC_IPV4);

	ip("link set v0 down");
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	assert_int_equal(await_error(near), -ENETDOWN);
	check_calm(near);
	ip("link set v0 up");
	netns_wait_up("v0");
	forge(far, &p);
	forge(far, &end);
	assert_string_equal(heard(near, &end), "IGMPv2 report 7");
	mc_link_close(far);
	mc_link_close(near);
}

/* Up or down before: the end is -ENODEV, once and for all, and nothing keeps an event loop busy. */
static void test_deleted(void **state)
{
	for (int up = 0; up < 2; up++) {
		const struct netns *n = netns_of(state);
		struct mc_link *near = link_at(n, NEAR);
		struct made p = make_one("IGMPv2 report", 7);
		struct mc_frame f = { .octets = p.octets, .len = p.len, .dst = p.dst };

		if (!up) {
			ip("link set v0 down");
			assert_int_equal(await_error(near), -ENETDOWN);
		}
		ip("link delete v0");
		assert_int_equal(await_error(near), -ENODEV);
		assert_int_equal(await_error(near), -ENODEV);
		assert_int_equal(events(near), 0);
		assert_true(mc_link_send(near, p.octets, p.len, &p.dst) < 0);
		assert_int_equal(mc_link_forge(near, &f, 1), -ENXIO);
		ip("link add w0 index 10 type veth peer name w1"); /* another one of that index is not it */
		ip("link set w0 up");
		assert_int_equal(await_error(near), -ENODEV);
		mc_link_close(near);
	}
}

/* How many of our own come until there are no more. */
static uint64_t count(struct mc_link *l)
{
	struct pollfd p = { .fd = mc_link_fd(l), .events = POLLIN };
	struct mc_packet got;
	uint64_t n = 0;

	while (poll(&p, 1, 300) == 1)
		while (mc_link_recv(l, &got) == 1)
			n += host_of(&got) == 7;
	return n;
}

/* What is lost is counted, and a full ring is no dead one. */
static void test_overflow(void **state)
{
	enum {
		ROOM = 100,
		MANY = 20000,
		OTHERS = 500
	}; /* how many fit depends on how the kernel ends blocks */
	const struct netns *n = netns_of(state);
	struct mc_link_conf c = link_conf(V0);
	struct made p = make("IGMPv3 report", "10.0.0.7", "239.7.7.7");
	struct mc_link *far = link_at(n, FAR);
	uint64_t last = 0;

	c.ring = 256 << 10;
	struct mc_link *near = link_open(&c);

	assert_int_equal(mc_link_drops(near), 0);
	for (int i = 1; i < 4; i++) {
		for (int k = 0; k < MANY; k++)
			forge(far, &p);
		uint64_t got = count(near), drops = mc_link_drops(near);

		assert_in_range(got, ROOM, MANY / 2);
		assert_in_range(got + drops - last, MANY, MANY + OTHERS);
		assert_int_equal(mc_link_drops(near), drops);
		last = drops;
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* ---- a bridge ----------------------------------------------------------------------- */

/* br0 that snoops, its port p0, and behind it q0: all of this namespace. */
static void build_bridge(void)
{
	ip("link add br0 index 30 type bridge mcast_snooping 1\n"
	   "link add p0 index 31 type veth peer name q0 index 42\n"
	   "link set br0 addrgenmode none up\n"
	   "link set p0 addrgenmode none master br0 up\n"
	   "link set q0 addrgenmode none up\n");
	netns_wait_up("br0");
	netns_wait_up("q0");
}

/* A bridge passes reports of older versions to routers alone, once it knows that there is a querier: to its
 * own device no more. Sends until that is so, as a link shows that did not ask for all. */
static void start_snooping(struct mc_link *behind, const char *query, const struct made *report,
			   const struct made *end)
{
	struct mc_link_conf c = link_conf(30);

	c.all = false;
	struct mc_link *deaf = link_open(&c);
	struct made q = make(query, query[0] == 'I' ? "10.0.0.100" : "fe80::100", "");

	forge(behind, &q);
	for (int i = 0; i < GENEROUS / 20; i++) {
		forge(behind, report);
		forge(behind, end);
		if (!*heard(deaf, end))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
		assert_true(i < GENEROUS / 20 - 1);
	}
	mc_link_close(deaf);
}

/* MLD2-R-012: a bridge passes up all, too. */
static void test_bridge(void **state)
{
	static const char *const rows[][2] = { { "IGMPv3 query", "IGMPv2 report" },
					       { "MLDv2 query", "MLDv1 report" } };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made report = make_one(rows[i][1], 7), end = make_end(i ? MC_IPV6 : MC_IPV4);
		struct mc_link_conf on = link_conf(30), at = link_conf(42);
		char want[60];

		netns_of(state);
		build_bridge();
		struct mc_link *behind = link_open(&at);

		start_snooping(behind, rows[i][0], &report, &end);
		struct mc_link *l = link_open(&on);

		forge(behind, &report);
		forge(behind, &end);
		snprintf(want, sizeof want, "%s 7", rows[i][1]);
		assert_string_equal(heard(l, &end), want);
		mc_link_close(l);
		mc_link_close(behind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_message), cmocka_unit_test(test_many),
		cmocka_unit_test(test_filter4),       cmocka_unit_test(test_filter6),
		cmocka_unit_test(test_vlan),          cmocka_unit_test(test_one_family),
		cmocka_unit_test(test_outgoing),      cmocka_unit_test(test_down_and_up),
		cmocka_unit_test(test_down_unseen),   cmocka_unit_test(test_open_down),
		cmocka_unit_test(test_deleted),       cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_bridge),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("link", tests, netns_setup, NULL);
}
