/*
 * guard.c - tests of who is answered: every cause, both families, over the interfaces of a
 * network of their own.
 */
#include "serve/guard.h"
#include "netns.h"

#define PORT 9999 /* served */

struct rig {
	struct guard g;
	struct mc_ifaces *ifs;
	struct mc_prefix allow[2];
	mc_time now;
};

static void rig_open(struct rig *r)
{
	ip("link add w0 index 30 type veth peer name w1\n"
	   "link set w0 addrgenmode none up\n"
	   "link set w1 addrgenmode none up\n"
	   "address add 10.0.1.1/24 brd 10.0.1.77 dev w0\n"
	   "address add 2001:db8:1::1/64 dev w0 nodad\n");
	*r = (struct rig){ .g = { .seen = 1, .loop = true, .rate = -1 }, .now = 100 * MC_SEC };
	assert_int_equal(mc_ifaces_new(&r->ifs, true), 0);
	assert_int_equal(clients_new(&r->g.clients, 100), 0);
	r->g.ifs = r->ifs;
	guard_own_port(&r->g, PORT);
}

static void rig_close(struct rig *r)
{
	clients_free(r->g.clients);
	mc_ifaces_free(r->ifs);
}

static void rig_allow(struct rig *r, const char *prefix)
{
	assert_true(r->g.nallow < COUNT(r->allow));
	assert_int_equal(mc_prefix_parse(&r->allow[r->g.nallow++], prefix), 0);
	r->g.allow = r->allow;
}

/* One datagram, or a train of n, from a peer to a group or to one of our addresses. */
static struct mc_dgram datagram(const char *peer, bool group, uint32_t ifindex)
{
	struct mc_dgram d = { .peer = address(peer), .port = 40000, .ifindex = ifindex, .ttl = 64 };
	bool six = d.peer.family == MC_IPV6;

	d.local = address(group ? six ? "ff15::1" : "239.1.2.3" : six ? "2001:db8::1" : "10.0.0.1");
	return d;
}

#define UNTOUCHED 12345

static enum cause ask(struct rig *r, const struct mc_dgram *d, uint64_t n, uint64_t *allowed,
		      struct client **c)
{
	enum cause why;

	*allowed = UNTOUCHED;
	why = guard_check(&r->g, d, n, r->now, allowed, c);
	if (why)
		assert_true(*allowed == UNTOUCHED);
	return why;
}

/* Checks one, and that it is counted for the peer, or for nobody. */
static void expect(struct rig *r, const char *peer, bool group, uint32_t ifindex, enum cause want,
		   bool counted)
{
	struct mc_dgram d = datagram(peer, group, ifindex);
	uint64_t allowed;
	struct client *c;
	enum cause got = ask(r, &d, 1, &allowed, &c);

	if (got != want)
		fail_msg("from '%s' %s, interface %u: %s, not %s", peer, group ? "to a group" : "by unicast",
			 ifindex, guard_name(got), guard_name(want));
	if (!c != !counted)
		fail_msg("from '%s' %s: %s", peer, group ? "to a group" : "by unicast",
			 c ? "counted" : "not counted");
	if (!got)
		assert_true(allowed == 1);
	if (c)
		assert_true(!mc_addr_cmp(&c->addr, &d.peer) && c->ifindex == ifindex);
}

/* How many of a train to a group, or by unicast, may be answered. */
static uint64_t train(struct rig *r, const char *peer, bool group, uint64_t n)
{
	struct mc_dgram d = datagram(peer, group, V0);
	uint64_t allowed;
	struct client *c;

	assert_int_equal(ask(r, &d, n, &allowed, &c), ANSWERED);
	return allowed;
}

/* ---- causes ------------------------------------------------------------------------- */

static void test_sources(void **state)
{
	static const struct {
		const char *peer;
		enum cause why;
	} rows[] = {
		{ "10.0.0.9", ANSWERED },
		{ "2001:db8::9", ANSWERED },
		{ "fe80::9", ANSWERED },
		{ "169.254.1.1", ANSWERED },
		{ "224.0.0.1", SOURCE_MULTICAST },
		{ "239.255.255.255", SOURCE_MULTICAST },
		{ "ff02::1", SOURCE_MULTICAST },
		{ "ff15::1", SOURCE_MULTICAST },
		{ "255.255.255.255", SOURCE_BROADCAST },
		{ "10.0.0.255", SOURCE_BROADCAST },
		{ "10.0.1.77", SOURCE_BROADCAST }, /* of any interface: the reply goes by a route */
		{ "10.0.1.255", SOURCE_BROADCAST },
		{ "0.0.0.0", SOURCE_UNSPECIFIED },
		{ "::", SOURCE_UNSPECIFIED },
		{ "", SOURCE_UNSPECIFIED },
	};
	struct rig r;

	netns_of(state);
	rig_open(&r);
	for (int round = 0; round < 2; round++) /* new, and known */
		for (size_t i = 0; i < COUNT(rows); i++) {
			expect(&r, rows[i].peer, true, V0, rows[i].why, !rows[i].why);
			expect(&r, rows[i].peer, false, V0, rows[i].why, !rows[i].why);
		}
	rig_allow(&r, "0.0.0.0/0"); /* which does not make such sources good */
	rig_allow(&r, "::/0");
	r.g.any_port = true;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(&r, rows[i].peer, true, V0, rows[i].why, !rows[i].why);
	rig_close(&r);
}

static void test_ports(void **state)
{
	static const char *const peers[] = { "10.0.0.9", "2001:db8::9", "10.7.7.7" };
	static const struct {
		uint16_t port;
		enum cause why, why_any;
	} rows[] = {
		{ 0, SOURCE_PORT_ZERO, SOURCE_PORT_ZERO },
		{ PORT, OWN_PORT, ANSWERED },
		{ 65535, OWN_PORT, ANSWERED },
		{ PORT - 1, ANSWERED, ANSWERED },
		{ PORT + 1, ANSWERED, ANSWERED },
		{ PORT - 8, ANSWERED, ANSWERED },
		{ 1, ANSWERED, ANSWERED },
	};
	struct client *c;
	uint64_t allowed;
	struct rig r;

	netns_of(state);
	rig_open(&r);
	guard_own_port(&r.g, 65535);
	for (size_t p = 0; p < COUNT(peers); p++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			struct mc_dgram d = datagram(peers[p], true, V0);

			d.port = rows[i].port;
			r.g.any_port = false;
			assert_int_equal(ask(&r, &d, 1, &allowed, &c), rows[i].why);
			assert_non_null(c); /* a client, who is refused this one */
			r.g.any_port = true;
			assert_int_equal(ask(&r, &d, 1, &allowed, &c), rows[i].why_any);
		}
	rig_close(&r);
}

static void test_off_link(void **state)
{
	static const struct {
		const char *peer;
		uint32_t ifindex;
		enum cause by_unicast;
	} rows[] = {
		{ "10.0.0.9", V0, ANSWERED },
		{ "10.0.0.9", 30, OFF_LINK }, /* a neighbour of another link */
		{ "10.0.1.9", 30, ANSWERED },
		{ "10.0.1.9", V0, OFF_LINK },
		{ "10.7.7.7", V0, OFF_LINK },
		{ "10.7.7.7", LO, ANSWERED },
		{ "127.0.0.1", LO, ANSWERED },
		{ "10.0.1.1", LO, ANSWERED },
		{ "10.0.0.1", 30, ANSWERED }, /* our own, wherever it comes in */
		{ "2001:db8::9", V0, ANSWERED },
		{ "2001:db8::9", 30, OFF_LINK },
		{ "2001:db8:1::9", 30, ANSWERED },
		{ "2001:db8:7::7", V0, OFF_LINK },
		{ "2001:db8:1::1", V0, ANSWERED },
		{ "::1", LO, ANSWERED },
		{ "0.0.0.0", LO, ANSWERED }, /* of a machine without addresses, to itself */
		{ "::", LO, ANSWERED },
		{ "fe80::9", V0, ANSWERED },
		{ "fe80::9", 30, ANSWERED },
		{ "fe80::9", 77, OFF_LINK }, /* no such interface */
		{ "10.0.0.9", 77, OFF_LINK },
	};
	struct rig r;

	netns_of(state);
	rig_open(&r);
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool good = !rows[i].by_unicast;

		/* who is refused so is not worth a place, until a group was heard from there */
		expect(&r, rows[i].peer, false, rows[i].ifindex, rows[i].by_unicast, good);
		expect(&r, rows[i].peer, true, rows[i].ifindex, ANSWERED, true);
		expect(&r, rows[i].peer, false, rows[i].ifindex, rows[i].by_unicast, true);
	}
	rig_close(&r);
}

static void test_allow(void **state)
{
	static const struct {
		const char *peer;
		enum cause why;
	} rows[] = {
		{ "10.7.7.7", ANSWERED },         { "10.7.8.7", NOT_ALLOWED },
		{ "10.0.0.9", NOT_ALLOWED },      { "2001:db8:7::7", ANSWERED },
		{ "2001:db8:7::8", NOT_ALLOWED }, { "fe80::9", NOT_ALLOWED },
		{ "2001:db8::9", NOT_ALLOWED },   { "10.0.0.1", NOT_ALLOWED },
		{ "127.0.0.1", NOT_ALLOWED },
	};
	struct rig r;

	netns_of(state);
	rig_open(&r);
	rig_allow(&r, "10.7.7.0/24");
	rig_allow(&r, "2001:db8:7::7");
	for (int group = 0; group < 2; group++)
		for (size_t i = 0; i < COUNT(rows); i++)
			expect(&r, rows[i].peer, group, V0, rows[i].why, !rows[i].why);
	rig_close(&r);
}

/* This machine's own multicast is answered with loop, its unicast in any case. */
static void test_loop(void **state)
{
	static const struct {
		const char *peer;
		uint32_t ifindex;
		bool own;
	} rows[] = {
		{ "0.0.0.0", LO, true },   { "127.0.0.1", LO, true },    { "::1", LO, true },
		{ "10.0.0.1", LO, true },  { "10.0.0.1", V0, true },     { "2001:db8::1", V0, true },
		{ "fe80::1", V0, true },   { "10.0.1.1", V0, true },     { "2001:db8:1::1", V0, true },
		{ "10.0.0.9", V0, false }, { "2001:db8::9", V0, false }, { "fe80::9", V0, false },
	};
	struct rig r;

	netns_of(state);
	rig_open(&r);
	for (int loop = 0; loop < 2; loop++)
		for (size_t i = 0; i < COUNT(rows); i++) {
			r.g.loop = loop;
			expect(&r, rows[i].peer, true, rows[i].ifindex,
			       !loop && rows[i].own ? LOOP : ANSWERED, true);
			expect(&r, rows[i].peer, false, rows[i].ifindex, ANSWERED, true);
		}
	rig_close(&r);
}

/* ---- rates -------------------------------------------------------------------------- */

static void test_default_rate(void **state)
{
	static const char *const near[] = { "10.0.0.9", "2001:db8::9", "fe80::9", "10.0.1.1" };
	static const char *const off[] = { "10.7.7.7", "2001:db8:7::7" };
	struct rig r;

	netns_of(state);
	rig_open(&r);
	for (size_t i = 0; i < COUNT(near); i++)
		for (int n = 0; n < 3; n++)
			assert_true(train(&r, near[i], n % 2, 1000000) == 1000000);
	for (size_t i = 0; i < COUNT(off); i++) { /* each has its own */
		assert_true(train(&r, off[i], true, 64) == 64);
		assert_true(train(&r, off[i], true, 64) == 36);
		assert_true(train(&r, off[i], true, 1) == 0);
	}
	r.now += MC_SEC - 1;
	assert_true(train(&r, off[0], true, 1) == 0);
	r.now++;
	assert_true(train(&r, off[0], true, 1000) == 100);
	rig_close(&r);
}

static void test_given_rate(void **state)
{
	struct rig r;

	netns_of(state);
	rig_open(&r);
	r.g.rate = 5;
	assert_true(train(&r, "10.0.0.9", true, 3) == 3);
	assert_true(train(&r, "10.0.0.9", false, 3) == 2); /* unicast or not */
	assert_true(train(&r, "10.7.7.7", true, 99) == 5);
	r.g.rate = 0;
	assert_true(train(&r, "10.7.7.7", true, 1000000) == 1000000);
	r.g.rate = 200;
	assert_true(train(&r, "2001:db8:7::7", true, 1000) == 200);
	rig_close(&r);
}

/* Answers that go to a group, too: a limit for neighbours, and one for all; a rate that is given lifts it. */
static void test_group_rate(void **state)
{
	struct rig r;
	char peer[16];

	netns_of(state);
	rig_open(&r);
	r.g.group = true;
	for (int i = 1; i <= 12; i++) {
		snprintf(peer, sizeof peer, "10.0.0.%d", 100 + i);
		assert_true(train(&r, peer, false, 150) == (i <= 10 ? 100 : 0));
	}
	r.now += MC_SEC;
	assert_true(train(&r, peer, false, 150) == 100);
	r.g.rate = 0;
	assert_true(train(&r, peer, false, 5000) == 5000);
	rig_close(&r);
}

/* Named by --allow, and off the link all the same: the rate holds by unicast, too. */
static void test_allowed_rate(void **state)
{
	struct rig r;

	netns_of(state);
	rig_open(&r);
	rig_allow(&r, "10.0.0.0/8");
	assert_true(train(&r, "10.7.7.7", false, 1000) == 100);
	assert_true(train(&r, "10.0.0.9", false, 1000) == 1000);
	rig_close(&r);
}

/* What was refused for another reason does not use up the rate. */
static void test_refused_is_free(void **state)
{
	struct mc_dgram d = datagram("10.7.7.7", true, V0);
	struct client *c;
	uint64_t allowed;
	struct rig r;

	netns_of(state);
	rig_open(&r);
	d.port = PORT;
	for (int i = 0; i < 200; i++)
		assert_int_equal(ask(&r, &d, 1, &allowed, &c), OWN_PORT);
	assert_true(train(&r, "10.7.7.7", true, 1000) == 100);
	rig_close(&r);
}

/* ---- changes ------------------------------------------------------------------------ */

static void change(struct rig *r, const char *commands)
{
	ip(commands);
	assert_int_equal(mc_ifaces_process(r->ifs), 0);
	r->g.seen++;
	r->now += MC_SEC; /* the rates are not what is tested here */
}

static void test_changes(void **state)
{
	struct rig r;

	netns_of(state);
	rig_open(&r);
	r.g.loop = false;
	expect(&r, "10.0.5.9", true, V0, ANSWERED, true);
	expect(&r, "2001:db8:5::9", true, V0, ANSWERED, true);
	expect(&r, "10.0.5.9", false, V0, OFF_LINK, true);
	assert_true(train(&r, "10.0.5.9", true, 1000) == 99);

	change(&r, "address add 10.0.5.1/24 dev v0\naddress add 2001:db8:5::1/64 nodad dev v0\n");
	expect(&r, "10.0.5.9", false, V0, ANSWERED, true);
	expect(&r, "2001:db8:5::9", false, V0, ANSWERED, true);
	assert_true(train(&r, "10.0.5.9", true, 1000) == 1000);

	change(&r, "address add 10.0.5.9/24 dev v0\naddress add 2001:db8:5::9/64 nodad dev v0\n");
	expect(&r, "10.0.5.9", true, V0, LOOP, true);
	expect(&r, "2001:db8:5::9", true, V0, LOOP, true);

	change(&r, "address delete 10.0.5.9/24 dev v0\naddress delete 10.0.5.1/24 dev v0\n"
		   "address delete 2001:db8:5::9/64 dev v0\naddress delete 2001:db8:5::1/64 dev v0\n");
	expect(&r, "10.0.5.9", false, V0, OFF_LINK, false);
	expect(&r, "10.0.5.9", true, V0, ANSWERED, true);
	expect(&r, "10.0.5.9", false, V0, OFF_LINK, true);
	expect(&r, "2001:db8:5::9", false, V0, OFF_LINK, false);

	change(&r, "address add 10.0.5.1/29 brd 10.0.5.9 dev v0\n");
	expect(&r, "10.0.5.9", true, V0, SOURCE_BROADCAST, false);
	rig_close(&r);
}

/* ---- hops ---------------------------------------------------------------------------- */

/* A unicast request of a TTL: what is decided, and the TTL of the reply. */
static void expect_ttl(struct rig *r, const char *peer, bool group, int32_t ttl, enum cause want,
		       int32_t reply)
{
	struct mc_dgram d = datagram(peer, group, V0);
	uint64_t allowed;
	struct client *c;

	d.ttl = ttl;
	assert_int_equal(ask(r, &d, 1, &allowed, &c), want);
	if (!want)
		assert_int_equal(guard_ttl(&r->g, &d), reply);
}

static void test_hops(void **state)
{
	static const char *const peers[] = { "10.0.0.2", "2001:db8::2" };
	struct rig r;

	netns_of(state);
	rig_open(&r);
	r.g.ttl[0] = r.g.ttl[1] = 64;
	for (size_t i = 0; i < COUNT(peers); i++) {
		r.g.any_port = false;
		expect_ttl(&r, peers[i], false, 64, ANSWERED, 63);
		expect_ttl(&r, peers[i], false, 2, ANSWERED, 1);
		expect_ttl(&r, peers[i], false, 1, WORN_OUT, 0);
		expect_ttl(&r, peers[i], false, 255, ANSWERED, -1);
		expect_ttl(&r, peers[i], false, -1, ANSWERED, -1);
		expect_ttl(&r, peers[i], true, 1, ANSWERED, -1);
		r.g.any_port = true;
		expect_ttl(&r, peers[i], false, 1, ANSWERED, -1);
		expect_ttl(&r, peers[i], false, 64, ANSWERED, -1);
	}
	rig_close(&r);
}

/* ---- words -------------------------------------------------------------------------- */

/* The names are part of the JSON that mcast-serve(1) describes. */
static void test_names(void **state)
{
	static const char *const names[NCAUSES] = {
		"answered", "source_multicast", "source_broadcast", "source_unspecified", "source_port_zero",
		"own_port", "not_allowed",      "off_link",         "worn_out",           "rate",
		"loop",     "interface",        "destination",      "no_request",         "group"
	};

	(void)state;
	for (enum cause c = ANSWERED; c < NCAUSES; c++) {
		assert_string_equal(guard_name(c), names[c]);
		assert_int_equal(guard_text(c)[0] == '\0', c == ANSWERED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sources),      cmocka_unit_test(test_ports),
		cmocka_unit_test(test_off_link),     cmocka_unit_test(test_allow),
		cmocka_unit_test(test_loop),         cmocka_unit_test(test_default_rate),
		cmocka_unit_test(test_given_rate),   cmocka_unit_test(test_group_rate),
		cmocka_unit_test(test_allowed_rate), cmocka_unit_test(test_refused_is_free),
		cmocka_unit_test(test_changes),      cmocka_unit_test(test_hops),
		cmocka_unit_test(test_names),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("guard", tests, netns_setup, NULL);
}
