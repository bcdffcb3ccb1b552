/*
 * link_send.c - tests of what leaves a link: packets as this machine, which its kernel hears, and frames of
 * others; what is its own and not heard; what opening refuses; groups that a router is in; links of other
 * kinds.
 */
#include <cap-ng.h>
#include <linux/if_tun.h>
#include <sys/resource.h>

#include "linked.h"
#include "net/sent.h"

/* ---- as this machine ---------------------------------------------------------------- */

/* The kernel of this machine answers a query that was sent here, as it does one of another machine; those it
 * hears by its loop are not seen twice. */
static void test_kernel_hears(void **state)
{
	static const char *const rows[][3] = { { "IGMPv3 query", "10.0.0.1", "239.1.2.3" },
					       { "MLDv2 query", "fe80::1", "ff15::123" } };
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *far = link_at(n, FAR);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made query = make(rows[i][0], rows[i][1], "");
		struct mc_addr group = address(rows[i][2]);
		struct mc_sock_conf c;

		mc_sock_conf_init(&c);
		c.family = group.family;
		int fd = mc_sock_open(&c);

		assert_int_equal(mc_sock_join(fd, V0, &group, NULL), 0);
		await_record(near, MC_TO_EX, rows[i][2]);
		transmit(near, &query);
		assert_true(await_record(near, MC_IS_EX, rows[i][2]).outgoing);
		await_record(far, MC_IS_EX, rows[i][2]);
		close(fd);
	}
	mc_link_close(far);
	mc_link_close(near);
}

/* What of this two links heard, until far ends it. */
static void check_heard(struct mc_link *a, const char *by_a, struct mc_link *b, const char *by_b,
			struct mc_link *far, const struct made *end)
{
	forge(far, end);
	assert_string_equal(heard(a, end), by_a);
	assert_string_equal(heard(b, end), by_b);
}

/* What a link sends it does not hear, every other one does; of two that send the same, each hears one. */
static void test_own_left_out(void **state)
{
	static const char *const rows[][4] = {
		{ "IGMPv3 query", "10.0.0.7", "", "IGMPv3 query 7 out" },
		{ "IGMPv2 query", "10.0.0.8", "239.1.2.3", "IGMPv2 query 8 out" },
		{ "IGMPv3 report", "10.0.0.9", "239.1.2.3", "IGMPv3 report 9 out" },
		{ "MLDv2 query", "fe80::7", "", "MLDv2 query 7 out" },
		{ "MLDv1 done", "fe80::8", "ff15::1", "MLDv1 done 8 out" },
	};
	const struct netns *n = netns_of(state);
	struct mc_link *a = link_at(n, NEAR), *b = link_at(n, NEAR), *far = link_at(n, FAR);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct made p = make(rows[i][0], rows[i][1], rows[i][2]);
		struct made end = make_end(p.dst.family);
		const char *out = rows[i][3];
		char twice[80];

		snprintf(twice, sizeof twice, "%s, %s", out, out);
		transmit(a, &p);
		check_heard(a, "", b, out, far, &end);
		transmit(b, &p);
		transmit(a, &p);
		check_heard(a, out, b, out, far, &end);
		transmit(b, &p);
		transmit(b, &p);
		check_heard(a, twice, b, "", far, &end);
		forge(b, &p);
		transmit(b, &p);
		check_heard(a, twice, b, "", far, &end);
	}
	mc_link_close(far);
	mc_link_close(b);
	mc_link_close(a);
}

/* The kernel puts its address where there is none: that is still ours. */
static void test_own_without_source(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *a = link_at(n, NEAR), *b = link_at(n, NEAR), *far = link_at(n, FAR);
	struct made p = make("IGMPv3 query", "0.0.0.0", "239.1.2.3"), end = make_end(MC_IPV4);
	struct mc_packet got;

	transmit(a, &p);
	do
		got = await(b);
	while (memcmp(got.octets + 20, p.octets + 20, p.len - 20));
	assert_int_equal(host_of(&got), 1);
	forge(far, &end);
	do {
		got = await(a);
		assert_true(got.len < p.len || memcmp(got.octets + 20, p.octets + 20, p.len - 20));
	} while (!is_same(&got, &end));
	mc_link_close(far);
	mc_link_close(b);
	mc_link_close(a);
}

/* The memory of it: by destination, source and what is inside, each once, for about a second. */
static void test_sent(void **state)
{
	enum { MANY = 10000 };
	struct mc_sent *s = mc_sent_new();
	struct made p = make("IGMPv2 query", "10.0.0.7", "239.1.2.3"),
		    q = make("IGMPv2 query", "10.0.0.8", "239.1.2.3"),
		    r = make("IGMPv2 query", "10.0.0.7", "239.1.2.4"),
		    any = make("IGMPv2 query", "0.0.0.0", "239.1.2.3");
	mc_time t = 1000 * MC_SEC;

	(void)state;
	assert_non_null(s);
	assert_false(mc_sent_take(s, p.octets, p.len, t));
	mc_sent_add(s, p.octets, p.len, t);
	assert_false(mc_sent_take(s, q.octets, q.len, t));
	assert_false(mc_sent_take(s, r.octets, r.len, t));
	assert_false(mc_sent_take(s, p.octets, p.len - 1, t));
	q = p;
	q.octets[19]++; /* another destination, and the same inside */
	assert_false(mc_sent_take(s, q.octets, q.len, t));
	q = make("IGMPv2 query", "10.0.0.8", "239.1.2.3");
	assert_true(mc_sent_take(s, p.octets, p.len, t + MC_SEC / 2));
	assert_false(mc_sent_take(s, p.octets, p.len, t));
	mc_sent_add(s, p.octets, p.len, t);
	assert_false(mc_sent_take(s, p.octets, p.len, t + 3 * MC_SEC));
	assert_false(mc_sent_take(s, p.octets, p.len, t));
	mc_sent_add(s, any.octets, any.len, t);
	mc_sent_add(s, r.octets, r.len, t);
	assert_true(mc_sent_take(s, r.octets, r.len, t) && mc_sent_take(s, q.octets, q.len, t));
	for (int i = 0; i < MANY; i++)
		mc_sent_add(s, i < MANY - 1 ? p.octets : q.octets, p.len, t);
	assert_true(mc_sent_take(s, q.octets, q.len, t));
	for (int i = 0; i < MANY / 2; i++)
		assert_true(mc_sent_take(s, p.octets, p.len, t));
	mc_sent_free(s);
	mc_sent_free(NULL);
}

/* ---- without addresses and routes --------------------------------------------------- */

/* The Ethernet address that the packet p, of any source, goes to. */
static void check_ether(int raw, const struct made *p, const struct mc_addr *group)
{
	struct pollfd in = { .fd = raw, .events = POLLIN };
	uint8_t frame[2000], want[6];
	size_t off = p->dst.family == MC_IPV6 ? 40 : 20;
	ssize_t r;

	do {
		assert_int_equal(poll(&in, 1, GENEROUS), 1);
		r = recv(raw, frame, sizeof frame, 0);
	} while (r < (ssize_t)(14 + p->len) || memcmp(frame + 14 + off, p->octets + off, p->len - off));
	assert_int_equal(mc_addr_ether(group, want), 0);
	assert_memory_equal(frame, want, 6);
}

static void test_routes(void **state)
{
	static const char *const routes[] = {
		"link show\n",
		"route add unreachable default\nroute add blackhole 239.0.0.0/8\n",
		"route flush table main\nroute add 224.0.0.0/4 via 10.0.0.2 dev v0 onlink\n",
	};
	const struct netns *n = netns_of(state);
	int raw = raw_open(n, FAR);

	for (size_t i = 0; i < COUNT(routes); i++) {
		struct mc_link *near = link_at(n, NEAR);
		struct made general = make("IGMPv3 query", "10.0.0.7", ""),
			    about = make("IGMPv3 query", "10.0.0.7", "239.1.2.3"),
			    six = make("MLDv2 query", "fe80::7", "ff15::1");

		ip(routes[i]);
		transmit(near, &general);
		check_ether(raw, &general, &general.dst);
		transmit(near, &about);
		check_ether(raw, &about, &about.dst);
		transmit(near, &six);
		check_ether(raw, &six, &six.dst);
		mc_link_close(near);
	}
	close(raw);
}

/* An interface can send that has no IPv4 address; by IPv6 one of several, that has a link-local one. */
static void test_no_address(void **state)
{
	struct made four = make("IGMPv3 query", "10.0.0.7", ""), six = make("MLDv2 query", "fe80::7", "");

	netns_of(state);
	ip("link add w0 index 30 type veth peer name w1 index 41\n"
	   "link set w0 addrgenmode none up\n"
	   "link set w1 addrgenmode none up\n");
	netns_wait_up("w0");
	netns_wait_up("w1");
	struct mc_link_conf here = link_conf(30), there = link_conf(41);

	here.send = true;
	struct mc_link *a = link_open(&here), *b = link_open(&there);
	struct made end = make_end(MC_IPV4);

	transmit(a, &four);
	forge(a, &end);
	assert_string_equal(heard(b, &end), "IGMPv3 query 7");
	assert_int_equal(mc_link_send(a, six.octets, six.len, &six.dst), -EADDRNOTAVAIL);
	ip("address add fe80::1/64 dev w0 nodad\n");
	transmit(a, &six);
	six = make("MLDv1 report", "fe80::8", "ff15::1");
	transmit(a, &six);
	forge(a, &end);
	assert_string_equal(heard(b, &end), "MLDv2 query 7, MLDv1 report 8");
	mc_link_close(b);
	mc_link_close(a);
}

/* ---- frames ------------------------------------------------------------------------- */

/* More than fit one call, of both families and with each sender's own Ethernet address; not heard by the
 * link itself, heard by others. */
static void test_forge(void **state)
{
	enum { MANY = 300 };
	static struct mc_frame v[MANY];
	const struct netns *n = netns_of(state);
	struct mc_link *a = link_at(n, NEAR), *b = link_at(n, NEAR), *far = link_at(n, FAR);
	struct made four = make("IGMPv3 report", "10.0.0.7", "239.1.2.3"),
		    six = make("MLDv2 report", "fe80::7", "ff15::1"), end = make_end(MC_IPV4);
	uint8_t own[6];

	forge(far, &four);
	while (host_of(&(struct mc_packet[]){ await(a) }[0]) != 7)
		;
	while (await(b).outgoing)
		;
	for (unsigned i = 0; i < MANY; i++) {
		const struct made *p = i % 3 ? &four : &six;

		v[i] = (struct mc_frame){ .octets = p->octets, .len = p->len, .dst = p->dst };
		if (i % 7) /* else the interface's */
			memcpy(v[i].ether, (uint8_t[]){ 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i }, 6);
	}
	assert_int_equal(mc_link_forge(far, v, MANY), MANY);
	struct sockaddr_ll name;
	socklen_t len = sizeof name;

	assert_int_equal(getsockname(mc_link_fd(far), (struct sockaddr *)&name, &len), 0);
	memcpy(own, name.sll_addr, 6);
	for (unsigned i = 0; i < MANY;) {
		struct mc_packet got = await(a);

		if (host_of(&got) != 7)
			continue;
		assert_true(is_same(&got, i % 3 ? &four : &six) && !got.outgoing);
		assert_memory_equal(got.ether, i % 7 ? v[i].ether : own, 6);
		i++;
	}
	forge(a, &four);
	forge(far, &end);
	assert_string_equal(heard(a, &end), "");
	mc_link_close(far);
	mc_link_close(b);
	mc_link_close(a);
}

static void test_forge_errors(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR);
	struct made p = make("IGMPv3 report", "10.0.0.7", "239.1.2.3");
	struct mc_frame v[4];

	for (unsigned i = 0; i < COUNT(v); i++)
		v[i] = (struct mc_frame){ .octets = p.octets, .len = p.len, .dst = p.dst };
	v[2].dst = address("10.0.0.2");
	assert_int_equal(mc_link_forge(near, v, 4), 2);
	assert_int_equal(mc_link_forge(near, v + 2, 2), MC_ERR_GROUP);
	v[1].len = 2000; /* of the octets behind it nothing is read */
	assert_int_equal(mc_link_forge(near, v, 2), 1);
	assert_int_equal(mc_link_forge(near, v + 1, 1), -EMSGSIZE);
	assert_int_equal(mc_link_send(near, p.octets, p.len, &v[2].dst), MC_ERR_GROUP);
	assert_int_equal(mc_link_send(near, p.octets, 10, &p.dst), -EINVAL);
	mc_link_close(near);
}

/* ---- opening ------------------------------------------------------------------------ */

static void test_refused(void **state)
{
	struct mc_link_conf good = link_conf(V0), c;
	struct mc_link *l = NULL;

	netns_of(state);
	c = good;
	c.size = 0;
	assert_int_equal(mc_link_open(&l, &c), MC_ERR_CONF);
	c = good;
	c.ifindex = 0;
	assert_int_equal(mc_link_open(&l, &c), MC_ERR_CONF);
	c = good;
	c.ipv4 = c.ipv6 = false;
	assert_int_equal(mc_link_open(&l, &c), MC_ERR_CONF);
	c = good;
	c.ring = (256 << 10) - 1;
	assert_int_equal(mc_link_open(&l, &c), MC_ERR_CONF);
	c = good;
	c.delay = 61 * MC_SEC;
	assert_int_equal(mc_link_open(&l, &c), MC_ERR_CONF);
	c = good;
	c.ifindex = 77;
	assert_int_equal(mc_link_open(&l, &c), -ENODEV);
	assert_null(l);
	mc_link_close(NULL);
}

/* Lets this process have so many octets more of addresses than it has. */
static void limit_memory(rlim_t more)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	if (f && fscanf(f, "%lu", &pages) == 1)
		more += pages * (rlim_t)sysconf(_SC_PAGESIZE);
	setrlimit(RLIMIT_AS, &(struct rlimit){ more, more });
	if (f)
		fclose(f);
}

/* In a child that has room for no ring. */
static void test_no_memory(void **state)
{
	struct mc_link_conf c = link_conf(V0);
	struct mc_link *l = NULL;
	int status;

	netns_of(state);
	pid_t pid = fork();

	if (pid == 0) {
		c.ring = 64u << 20;
		limit_memory(32 << 20);
		_exit(mc_link_open(&l, &c) == -ENOMEM && !l ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* In a child that gave its privileges up: opening fails, what was open goes on. */
static void test_privileges(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link *near = link_at(n, NEAR), *l;
	struct made p = make("IGMPv3 query", "10.0.0.7", "");
	struct mc_link_conf c = link_conf(V0);
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		capng_clear(CAPNG_SELECT_BOTH);
		capng_apply(CAPNG_SELECT_CAPS);
		struct mc_frame f = { .octets = p.octets, .len = p.len, .dst = p.dst };
		bool good = mc_link_open(&l, &c) == -EPERM &&
			    mc_link_send(near, p.octets, p.len, &p.dst) == 0 &&
			    mc_link_forge(near, &f, 1) == 1;

		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	c.send = false;
	l = link_open(&c);
	assert_int_equal(mc_link_send(l, p.octets, p.len, &p.dst), MC_ERR_CONF);
	mc_link_close(l);
	mc_link_close(near);
}

static bool file_has(const char *path, const char *text)
{
	char buf[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t r = read(fd, buf, sizeof buf - 1);

	assert_true(fd >= 0 && r >= 0);
	buf[r] = '\0';
	close(fd);
	return strstr(buf, text);
}

/* The groups of the two families that this namespace is in: 224.0.0.2 and .22, ff02::2 and ::16. */
static unsigned joined(void)
{
	static const char *const rows[][2] = {
		{ "/proc/thread-self/net/igmp", "020000E0" },
		{ "/proc/thread-self/net/igmp", "160000E0" },
		{ "/proc/thread-self/net/igmp6", " ff020000000000000000000000000002 " },
		{ "/proc/thread-self/net/igmp6", " ff020000000000000000000000000016 " },
	};
	unsigned set = 0;

	for (unsigned i = 0; i < COUNT(rows); i++)
		set |= (unsigned)file_has(rows[i][0], rows[i][1]) << i;
	return set;
}

/* IGMP3-R-001: by the kernel, which answers for it. */
static void test_member(void **state)
{
	struct mc_link_conf c = link_conf(V0);
	struct mc_link *l;

	netns_of(state);
	l = link_open(&c);
	assert_int_equal(joined(), 0);
	mc_link_close(l);
	c.member = true;
	l = link_open(&c);
	assert_int_equal(joined(), 0xf);
	mc_link_close(l);
	assert_int_equal(joined(), 0);
	c.ipv6 = false;
	l = link_open(&c);
	assert_int_equal(joined(), 0x3);
	mc_link_close(l);
	c.ipv6 = true;
	c.send = true;
	ip("link set v0 mtu 1000"); /* too short for IPv6: the kernel takes it away */
	l = link_open(&c);
	assert_int_equal(joined(), 0x3);
	struct made p = make("MLDv2 query", "fe80::7", "");

	assert_in_range(-mc_link_send(l, p.octets, p.len, &p.dst), EADDRNOTAVAIL, ENETUNREACH);
	mc_link_close(l);
}

/* ---- links of other kinds ----------------------------------------------------------- */

/* On lo the kernel hands out everything twice, as it leaves and as it comes: it is heard once. */
static void test_loopback(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_link_conf c = link_conf(LO);
	struct made p = make("IGMPv3 query", "10.0.0.7", ""), end = make_end(MC_IPV4);

	(void)n;
	c.send = true;
	struct mc_link *a = link_open(&c), *b = link_open(&c);

	transmit(a, &p);
	transmit(b, &end);
	assert_string_equal(heard(a, &end), "");
	transmit(a, &end);
	assert_string_equal(heard(b, &end), "IGMPv3 query 7 out");
	mc_link_close(b);
	mc_link_close(a);
}

/* A link without Ethernet addresses; what is written to the descriptor comes in, what leaves is read. */
static int open_tun(void)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq req = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	strcpy(req.ifr_name, "t0");
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &req)) {
		close(fd);
		return -1;
	}
	return fd;
}

static void test_no_ether(void **state)
{
	static const uint8_t none[6];
	struct made in = make("MLDv1 report", "fe80::7", "ff15::1"),
		    out = make("MLDv1 done", "fe80::8", "ff15::1");
	uint8_t octets[2000];
	ssize_t r;

	netns_of(state);
	int fd = open_tun();

	if (fd < 0)
		return; /* no such devices */
	ip("link set t0 addrgenmode none up");
	struct mc_link_conf c = link_conf(if_nametoindex("t0"));
	struct mc_link *l = link_open(&c);
	struct mc_packet got;

	assert_int_equal(write(fd, in.octets, in.len), in.len);
	got = await(l);
	assert_true(is_same(&got, &in) && !got.outgoing);
	assert_memory_equal(got.ether, none, 6);
	forge(l, &out);
	do
		r = read(fd, octets, sizeof octets);
	while (r != (ssize_t)out.len || memcmp(octets, out.octets, out.len));
	mc_link_close(l);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_hears),
		cmocka_unit_test(test_own_left_out),
		cmocka_unit_test(test_own_without_source),
		cmocka_unit_test(test_sent),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_forge),
		cmocka_unit_test(test_forge_errors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_privileges),
		cmocka_unit_test(test_member),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_no_ether),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("link_send", tests, netns_setup, NULL);
}
