/*
 * ifaces.c - tests of the list of interfaces, in a network of their own: what a snapshot says,
 * and how it follows what ip(8) does.
 */
#include <signal.h>

#include "ifs.h"

static void check_addr(const struct mc_iface *i, const char *text, unsigned len, const char *net)
{
	const struct mc_ifaddr *a = find_addr(i, text);

	if (!a)
		fail_msg("%s: no %s", i->name, text);
	assert_int_equal(a->len, len);
	same_address(text, &a->net, net);
}

/* ---- one snapshot ------------------------------------------------------------------- */

static void test_snapshot(void **state)
{
	const struct mc_iface *lo, *v0;
	struct mc_ifaces *s;

	netns_of(state);
	s = ifs_new(false);
	lo = named(s, "lo");
	v0 = named(s, "v0");
	assert_int_equal(mc_ifaces_fd(s), -1);
	assert_true(lo->index == LO && v0->index == V0);
	assert_true(lo->up && lo->loopback && v0->up && v0->multicast && !v0->loopback);
	assert_true(lo->mtu == 65536 && v0->mtu == 1500);
	assert_true(lo->naddrs == 2 && v0->naddrs == 3);
	check_addr(lo, "127.0.0.1", 8, "127.0.0.1");
	check_addr(lo, "::1", 128, "::1");
	check_addr(v0, "10.0.0.1", 24, "10.0.0.1");
	check_addr(v0, "2001:db8::1", 64, "2001:db8::1");
	check_addr(v0, "fe80::1", 64, "fe80::1");
	same_address("brd +", &find_addr(v0, "10.0.0.1")->broadcast, "10.0.0.255");
	same_address("no brd", &find_addr(v0, "fe80::1")->broadcast, "");
	mc_ifaces_free(s);
	mc_ifaces_free(NULL);
}

/* A snapshot that does not follow changes by process alone. */
static void test_order(void **state)
{
	uint32_t last = 0, count = 0;
	struct mc_ifaces *s;

	netns_of(state);
	ip("link add w0 index 300 type veth peer name w1 index 299");
	s = ifs_new(false);
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(s, i)); count++) {
		assert_true(i->index > last);
		last = i->index;
		assert_ptr_equal(mc_ifaces_index(s, last), i);
		assert_ptr_equal(mc_ifaces_name(s, i->name), i);
	}
	assert_true(last == 300 && mc_ifaces_index(s, 299));
	assert_null(mc_ifaces_index(s, 298));
	assert_null(mc_ifaces_index(s, 0));
	assert_in_range(count, 4, 8); /* tunnels that some kernels put into each namespace, too */
	mc_ifaces_free(s);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t index; /* 0: none */
	} rows[] = {
		{ "lo", 1 },    { "w0", 300 },       { "1", 1 },
		{ "300", 300 }, { "299", 298 },      { "298", 298 },
		{ "301", 0 },   { "w", 0 },          { "w00", 0 },
		{ "", 0 },      { "0", 0 },          { "-1", 0 },
		{ "+1", 0 },    { " 1", 0 },         { "1 ", 0 },
		{ "0x1", 0 },   { "1x", 0 },         { "LO", 0 },
		{ "*", 0 },     { "4294967297", 0 }, { "18446744073709551617", 0 },
	};
	struct mc_ifaces *s;

	netns_of(state);
	ip("link add w0 index 300 type veth peer name 299 index 298"); /* a name goes before an index */
	s = ifs_new(false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct mc_iface *f = mc_ifaces_name(s, rows[i].name);

		if ((f ? f->index : 0) != rows[i].index)
			fail_msg("'%s': %u, not %u", rows[i].name, f ? f->index : 0, rows[i].index);
	}
	mc_ifaces_free(s);
}

static bool can(const char *name)
{
	struct mc_ifaces *s = ifs_new(false);
	bool yes = mc_iface_can(named(s, name));

	mc_ifaces_free(s);
	return yes;
}

static void test_can(void **state)
{
	netns_of(state);
	ip("link add w0 type veth peer name w1");
	assert_true(can("lo")); /* which lacks the flag, and takes groups */
	assert_true(can("v0"));
	assert_false(can("w0"));
	ip("link set w0 up");
	assert_true(can("w0"));
	ip("link set w0 multicast off");
	assert_false(can("w0"));
	ip("link set w0 multicast on down");
	assert_false(can("w0"));
	ip("link set lo down");
	assert_false(can("lo"));
	ip("link set lo up");
}

/* w0 with prefixes of odd lengths, and some that have another end. */
static void add_w0(void)
{
	ip("link add w0 type veth peer name w1\n"
	   "link set w0 addrgenmode none up\n"
	   "link set w1 addrgenmode none up\n"
	   "address add 10.1.3.129/25 dev w0\n"
	   "address add 10.1.4.4/31 dev w0\n"
	   "address add 10.1.5.5/32 dev w0\n"
	   "address add 10.1.6.6/24 brd 10.1.6.77 dev w0\n"
	   "address add 10.17.7.6/12 dev w0\n"
	   "address add 10.8.0.1 peer 10.8.0.2/32 dev w0\n"
	   "address add 10.9.1.1 peer 10.9.2.2/24 dev w0\n"
	   "address add 2001:db8:1::1/127 dev w0 nodad\n"
	   "address add 2001:db8:2::1 peer 2001:db8:3::1/64 dev w0 nodad\n"
	   "address add 2001:db8:4::1/51 dev w0 nodad\n");
}

static void test_point_to_point(void **state)
{
	struct mc_ifaces *s;

	netns_of(state);
	add_w0();
	s = ifs_new(false);
	check_addr(named(s, "w0"), "10.8.0.1", 32, "10.8.0.2");
	check_addr(named(s, "w0"), "10.9.1.1", 24, "10.9.2.2");
	check_addr(named(s, "w0"), "2001:db8:2::1", 64, "2001:db8:3::1");
	assert_null(find_addr(named(s, "w0"), "10.8.0.2"));
	mc_ifaces_free(s);
}

static void test_on_link(void **state)
{
	static const struct {
		const char *name, *addr;
		bool on_link;
	} rows[] = {
		{ "v0", "10.0.0.1", true },
		{ "v0", "10.0.0.9", true },
		{ "v0", "10.0.1.9", false },
		{ "v0", "10.1.3.130", false },
		{ "v0", "127.0.0.1", false },
		{ "v0", "0.0.0.0", false },
		{ "v0", "", false },
		{ "v0", "169.254.7.8", true },
		{ "v0", "169.253.7.8", false },
		{ "v0", "2001:db8::ffff:9", true },
		{ "v0", "2001:db8:0:1::1", false },
		{ "v0", "fe80::abcd", true },
		{ "v0", "febf::1", true },
		{ "v0", "fec0::1", false },
		{ "v0", "::1", false },
		{ "v0", "::a00:9", false },
		{ "w0", "10.0.0.9", false },
		{ "w0", "fe80::abcd", true },
		{ "w0", "10.1.3.128", true },
		{ "w0", "10.1.4.5", true },
		{ "w0", "10.1.5.5", true },
		{ "w0", "10.31.255.254", true },
		{ "w0", "10.32.0.1", false },
		{ "w0", "10.8.0.1", true }, /* of two ends both addresses, and the other end's prefix */
		{ "w0", "10.8.0.2", true },
		{ "w0", "10.8.0.3", false },
		{ "w0", "10.9.1.1", true },
		{ "w0", "10.9.1.2", false },
		{ "w0", "10.9.2.9", true },
		{ "w0", "2001:db8:2::1", true },
		{ "w0", "2001:db8:2::2", false },
		{ "w0", "2001:db8:3::7", true },
		{ "w0", "2001:db8:1::", true },
		{ "w0", "2001:db8:1::2", false },
		{ "w0", "2001:db8:4:1fff::5", true },
		{ "w0", "2001:db8:4:2000::5", false },
		{ "lo", "10.16.0.1", true },
		{ "lo", "2001:db8:ffff::1", true },
		{ "lo", "127.3.2.1", true },
	};
	struct mc_ifaces *s;

	netns_of(state);
	add_w0();
	s = ifs_new(false);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_addr a = address(rows[i].addr);

		if (mc_iface_on_link(named(s, rows[i].name), &a) != rows[i].on_link)
			fail_msg("%s on %s: not %s", rows[i].addr, rows[i].name,
				 rows[i].on_link ? "on link" : "off");
	}
	mc_ifaces_free(s);
}

static void test_own(void **state)
{
	static const char *const own[] = { "127.0.0.1", "127.9.8.7",   "::1",     "10.0.0.1",     "10.1.5.5",
					   "10.8.0.1",  "2001:db8::1", "fe80::1", "2001:db8:2::1" };
	static const char *const others[] = { "10.0.0.2", "10.0.0.255", "10.8.0.2", "2001:db8:3::1",
					      "fe80::2",  "0.0.0.0",    "::",       "",
					      "::2",      "224.0.0.1" };
	struct mc_ifaces *s;

	netns_of(state);
	add_w0();
	s = ifs_new(false);
	for (size_t i = 0; i < COUNT(own) + COUNT(others); i++) {
		const char *text = i < COUNT(own) ? own[i] : others[i - COUNT(own)];
		struct mc_addr a = address(text);

		if (mc_ifaces_is_own(s, &a) != (i < COUNT(own)))
			fail_msg("%s: own %d", text, i >= COUNT(own));
	}
	mc_ifaces_free(s);
}

/* What the kernel has as broadcast in its table "local" is the judge of the first list. */
static void test_broadcast(void **state)
{
	static const char *const broadcast[] = { "255.255.255.255", "127.255.255.255", "10.0.0.255",
						 "10.1.3.255",      "10.1.6.77",       "10.1.6.255",
						 "10.31.255.255",   "10.9.2.255" };
	static const char *const others[] = { "10.0.0.254", "10.0.0.1",   "10.0.255.255",
					      "10.1.3.127", "10.1.4.5",   "10.1.5.5",
					      "10.8.0.2",   "10.9.1.255", "0.0.0.0",
					      "",           "::",         "2001:db8::ffff:ffff:ffff:ffff",
					      "ff02::1",    "224.0.0.1" };
	struct mc_ifaces *s;
	char words[80];

	netns_of(state);
	add_w0();
	s = ifs_new(false);
	for (size_t i = 0; i < COUNT(broadcast) + COUNT(others); i++) {
		const char *text = i < COUNT(broadcast) ? broadcast[i] : others[i - COUNT(broadcast)];
		struct mc_addr a = address(text);

		if (mc_ifaces_is_broadcast(s, &a) != (i < COUNT(broadcast)))
			fail_msg("%s: broadcast %d", text, i >= COUNT(broadcast));
	}
	for (size_t i = 1; i < COUNT(broadcast); i++) { /* all but the limited one, which has no route */
		snprintf(words, sizeof words, "route delete broadcast %s table local", broadcast[i]);
		if (!ip_try(words))
			fail_msg("the kernel does not take %s for broadcast", broadcast[i]);
	}
	mc_ifaces_free(s);
}

/* ---- following ---------------------------------------------------------------------- */

static void test_link_comes_and_goes(void **state)
{
	struct mc_ifaces *s;
	uint32_t index, v0;

	netns_of(state);
	s = ifs_new(true);
	assert_true(mc_ifaces_fd(s) >= 0);
	v0 = named(s, "v0")->life;
	assert_null(mc_ifaces_name(s, "w0"));
	ip("link add w0 mtu 1400 type veth peer name w1");
	follow(s);
	index = named(s, "w0")->index;
	assert_true(!named(s, "w0")->up && named(s, "w0")->mtu == 1400);
	ip("link set w0 up mtu 1300");
	follow(s);
	assert_true(named(s, "w0")->up && named(s, "w0")->mtu == 1300);
	ip("link set w0 down");
	ip("link set w0 name w7");
	follow(s);
	assert_true(!named(s, "w7")->up && named(s, "w7")->index == index && !mc_ifaces_name(s, "w0"));
	ip("link delete w7");
	follow(s);
	assert_true(!mc_ifaces_name(s, "w7") && !mc_ifaces_name(s, "w1") && !mc_ifaces_index(s, index));
	assert_int_equal(named(s, "v0")->life, v0);
	mc_ifaces_free(s);
}

static void test_addresses_change(void **state)
{
	struct mc_ifaces *s;
	struct mc_addr own = address("10.0.5.1");

	netns_of(state);
	s = ifs_new(true);
	assert_false(mc_ifaces_is_own(s, &own));
	ip("address add 10.0.5.1/24 dev v0");
	follow(s);
	assert_true(mc_ifaces_is_own(s, &own));
	assert_int_equal(named(s, "v0")->naddrs, 4);
	ip("address delete 10.0.5.1/24 dev v0");
	ip("address add 2001:db8:5::1/64 dev v0 nodad");
	follow(s);
	assert_false(mc_ifaces_is_own(s, &own));
	check_addr(named(s, "v0"), "2001:db8:5::1", 64, "2001:db8:5::1");
	ip("address delete 2001:db8:5::1/64 dev v0");
	follow(s);
	assert_null(find_addr(named(s, "v0"), "2001:db8:5::1"));
	assert_int_equal(named(s, "v0")->naddrs, 3);
	mc_ifaces_free(s);
}

/* An interface lives on through all that happens to it, and through what happens to others. */
static void test_life_lasts(void **state)
{
	struct mc_ifaces *s;
	uint32_t life;

	netns_of(state);
	ip("link add w0 type veth peer name w1");
	s = ifs_new(true);
	life = named(s, "w0")->life;
	assert_int_equal(mc_ifaces_process(s), 0);
	assert_int_equal(named(s, "w0")->life, life);
	ip("link set w0 up");
	ip("address add 10.0.6.1/24 dev w0");
	ip("link add x0 type veth peer name x1");
	follow(s);
	ip("link set w0 down");
	ip("link set w0 name w7");
	ip("link delete x0");
	follow(s);
	assert_int_equal(named(s, "w7")->life, life);
	mc_ifaces_free(s);
}

static void test_life_ends(void **state)
{
	struct mc_ifaces *s;
	uint32_t lives[4], lo;

	netns_of(state);
	ip("link add w0 index 400 type veth peer name w1");
	s = ifs_new(true);
	lo = named(s, "lo")->life;
	lives[0] = mc_ifaces_index(s, 400)->life;
	for (int i = 1; i < 4; i++) {
		ip("link delete w0");
		if (i == 2) /* seen to be gone; otherwise it all happens in between */
			follow(s);
		ip("link add w0 index 400 type veth peer name w1");
		follow(s);
		lives[i] = mc_ifaces_index(s, 400)->life;
		for (int k = 0; k < i; k++)
			assert_int_not_equal(lives[i], lives[k]);
		assert_int_equal(mc_ifaces_process(s), 0);
		assert_int_equal(mc_ifaces_index(s, 400)->life, lives[i]);
	}
	assert_int_equal(named(s, "lo")->life, lo);
	mc_ifaces_free(s);
}

/* `lines` some hundred times, with the number in the place of '#'. */
static char *repeat(const char *lines, unsigned times)
{
	size_t len = 0;
	char *text;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (unsigned i = 1; i <= times; i++)
		for (const char *c = lines; *c; c++) {
			if (*c == '#')
				fprintf(f, "%u", i);
			else
				fputc(*c, f);
		}
	fclose(f);
	return text;
}

static void ip_repeat(const char *lines, unsigned times)
{
	char *text = repeat(lines, times);

	ip(text);
	free(text);
}

/* More changes than the receive buffer holds: messages are lost, the snapshot is right. */
static void test_messages_lost(void **state)
{
	struct mc_ifaces *s;
	int small = 1;

	netns_of(state);
	s = ifs_new(true);
	assert_int_equal(setsockopt(mc_ifaces_fd(s), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
	ip_repeat("address add 10.7.#.1/24 dev v0\nlink set v0 mtu 15#0\n", 99);
	assert_int_equal(recv(mc_ifaces_fd(s), NULL, 0, MSG_DONTWAIT | MSG_PEEK), -1);
	assert_int_equal(errno, ENOBUFS); /* or it tests nothing; asking cleared it, so once more */
	ip_repeat("address add 10.7.#.2/24 dev v0\nlink set v0 mtu 14#0\n", 99);
	follow(s);
	assert_int_equal(named(s, "v0")->mtu, 14990);
	check_addr(named(s, "v0"), "10.7.99.2", 24, "10.7.99.2");
	assert_int_equal(named(s, "v0")->naddrs, 3 + 2 * 99);
	mc_ifaces_free(s);
}

/* A dump that the kernel cannot do in one piece, because there are many interfaces, and that
 * something changes under: it neither fails nor spoils those that follow. */
static void test_changes_under_a_dump(void **state)
{
	struct mc_ifaces *s;
	char *churn;
	pid_t pid;

	netns_of(state);
	ip_repeat("link add y# type veth peer name z#\n", 50);
	churn = repeat("link add q1 type veth peer name q2\naddress add 10.7.7.7/24 dev y2\n"
		       "link delete q1\naddress delete 10.7.7.7/24 dev y2\n",
		       3000);
	s = ifs_new(true);
	pid = ip_start(churn);
	free(churn);
	assert_true(pid > 0);
	follow(s);
	for (int i = 0; i < 600; i++) {
		assert_int_equal(mc_ifaces_process(s), 0);
		assert_non_null(mc_ifaces_name(s, "z50"));
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ip("link set y1 mtu 1234");
	follow(s);
	assert_int_equal(named(s, "y1")->mtu, 1234);
	mc_ifaces_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_snapshot),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_can),
		cmocka_unit_test(test_point_to_point),
		cmocka_unit_test(test_on_link),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_broadcast),
		cmocka_unit_test(test_link_comes_and_goes),
		cmocka_unit_test(test_addresses_change),
		cmocka_unit_test(test_life_lasts),
		cmocka_unit_test(test_life_ends),
		cmocka_unit_test(test_messages_lost),
		cmocka_unit_test(test_changes_under_a_dump),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("ifaces", tests, netns_setup, NULL);
}
