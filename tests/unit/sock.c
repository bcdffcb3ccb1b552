/*
 * sock.c - tests of memberships over a veth pair: who receives what, each error that the header
 * promises, and every step from one filter to another.
 */
#include <poll.h>

#include "net/sockaddr.h"
#include "sockets.h"

/* ---- sending and receiving ---------------------------------------------------------- */

/* A receiver in near, bound to any, and in far a sender for each of its addresses. */
struct rig {
	const struct names *f;
	struct mc_addr near, far[SENDERS], group, other_group;
	int rx, tx[SENDERS];
	uint16_t port;
};

static int open_sender(const struct names *f, const char *source)
{
	struct mc_sock_conf c = conf_of(f, source, 0);

	c.ifindex = V1;
	return opened(&c);
}

static void rig_open(struct rig *r, const struct netns *n, const struct names *f)
{
	struct mc_sock_conf c = conf_of(f, NULL, 0);

	*r = (struct rig){ .f = f, .near = address(f->near), .group = address(f->group) };
	r->other_group = address(f->other_group);
	c.share = true;
	netns_go(n, NEAR);
	r->rx = opened(&c);
	r->port = port_of(r->rx);
	netns_go(n, FAR);
	for (int i = 0; i < SENDERS; i++) {
		r->far[i] = address(f->far[i]);
		r->tx[i] = open_sender(f, f->far[i]);
	}
	netns_go(n, NEAR);
}

static void rig_close(struct rig *r)
{
	close(r->rx);
	for (int i = 0; i < SENDERS; i++)
		close(r->tx[i]);
}

static void put(const struct rig *r, int i, const struct mc_addr *to, char what)
{
	struct sockaddr_storage sa;
	socklen_t len = mc_sa_put(&sa, to, r->port, V1);

	assert_int_equal(sendto(r->tx[i], &what, 1, 0, (struct sockaddr *)&sa, len), 1);
}

static char get(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char what = '\0';

	assert_int_equal(poll(&p, 1, GENEROUS), 1);
	assert_int_equal(recv(fd, &what, 1, MSG_DONTWAIT), 1);
	return what;
}

static bool nothing(int fd)
{
	char what;

	return recv(fd, &what, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

/* Of "abc", sent to the group by each sender, what arrives before a unicast "." sent after it. */
static const char *delivered(const struct rig *r, const struct mc_addr *group)
{
	static char text[16];
	size_t n = 0;

	for (int i = 0; i < SENDERS; i++)
		put(r, i, group, (char)('a' + i));
	put(r, 0, &r->near, '.');
	for (char what; (what = get(r->rx)) != '.' && n < sizeof text - 1;)
		text[n++] = what;
	text[n] = '\0';
	return text;
}

/* ---- filters ------------------------------------------------------------------------ */

/* What the kernel holds: "-" not joined, "in a", "ex", "ex a". */
static const char *kernel_filter(const struct rig *r, const struct mc_addr *group)
{
	static char text[32];
	union {
		struct group_filter f;
		char room[GROUP_FILTER_SIZE(64)];
	} u = { .f = { .gf_interface = V0, .gf_numsrc = 64 } };
	socklen_t len = sizeof u;
	struct mc_addr found;
	uint16_t port;

	mc_sa_put(&u.f.gf_group, group, 0, V0);
	if (getsockopt(r->rx, mc_sa_level(group->family), MCAST_MSFILTER, &u, &len)) {
		assert_int_equal(errno, EADDRNOTAVAIL);
		return "-";
	}
	memset(text, 0, sizeof text);
	snprintf(text, sizeof text, u.f.gf_fmode == MCAST_INCLUDE ? "in " : "ex ");
	for (int i = 0; i < SENDERS; i++)
		for (uint32_t k = 0; k < u.f.gf_numsrc; k++) {
			found = mc_sa_get(&u.f.gf_slist[k], &port);
			if (!mc_addr_cmp(&found, &r->far[i]))
				text[strlen(text)] = (char)('a' + i);
		}
	return text;
}

/* A filter as kernel_filter writes it, set in one step. */
static int set_filter(const struct rig *r, const char *shape)
{
	enum mc_mode mode = *shape == 'e' ? MC_EXCLUDE : MC_INCLUDE;
	struct mc_addr sources[SENDERS];
	size_t n = 0;

	for (const char *c = *shape == '-' ? "" : shape + 3; *c; c++)
		sources[n++] = r->far[*c - 'a'];
	return mc_sock_filter(r->rx, V0, &r->group, mode, sources, n);
}

/* The same by joins, one source at a time; there is none for EXCLUDE {a}. */
static bool join_filter(const struct rig *r, const char *shape)
{
	if (*shape == '-')
		return true;
	if (*shape == 'e' && !shape[3])
		assert_int_equal(mc_sock_join(r->rx, V0, &r->group, NULL), 0);
	for (const char *c = shape + 3; *shape == 'i' && *c; c++)
		assert_int_equal(mc_sock_join(r->rx, V0, &r->group, &r->far[*c - 'a']), 0);
	return *shape == 'i' || !shape[3];
}

/* Both what the kernel holds, and what it delivers. */
static void check_filter(const struct rig *r, const char *how, const char *shape)
{
	char want[SENDERS + 1] = "";

	for (char c = 'a'; c < 'a' + SENDERS && *shape != '-'; c++)
		if (!strchr(shape + 3, c) == (*shape == 'e'))
			want[strlen(want)] = c;
	equal(how, kernel_filter(r, &r->group), shape);
	equal(how, delivered(r, &r->group), want);
}

static const char *const shapes[] = { "-", "in a", "in ab", "in b", "ex ", "ex a", "ex bc" };

static void test_filter_transitions(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;
	char how[64];

	EACH_FAMILY(f)
	for (size_t i = 0; i < 2 * COUNT(shapes); i++)
		for (size_t to = 0; to < COUNT(shapes); to++) {
			const char *from = shapes[i / 2];

			rig_open(&r, n, f);
			snprintf(how, sizeof how, "IPv%d (%s) to (%s)", f->family, from, shapes[to]);
			if (i % 2)
				assert_int_equal(set_filter(&r, from), 0);
			if (i % 2 || join_filter(&r, from)) {
				check_filter(&r, how, from);
				assert_int_equal(set_filter(&r, shapes[to]), 0);
				check_filter(&r, how, shapes[to]);
			}
			rig_close(&r);
		}
}

/* A filter that cannot be set leaves the one before in force, whichever that was. */
static void test_filter_fails(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_addr many[65], mixed[2];
	struct rig r;

	EACH_FAMILY(f)
	for (size_t i = 0; i < COUNT(shapes); i++) {
		rig_open(&r, n, f);
		assert_int_equal(set_filter(&r, shapes[i]), 0);
		for (size_t k = 0; k < COUNT(many); k++) {
			many[k] = r.far[0];
			assert_int_equal(mc_addr_add(&many[k], (uint32_t)k), 0);
		}
		mixed[0] = r.far[1];
		mixed[1] = address(f->family == MC_IPV4 ? "2001:db8::2" : "10.0.0.2");
		for (enum mc_mode mode = MC_INCLUDE; mode <= MC_EXCLUDE; mode++) {
			assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, mode, many, 65), -ENOBUFS);
			if (f->family == MC_IPV4) /* igmp_max_msf */
				assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, mode, many, 11),
						 -ENOBUFS);
			assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, mode, mixed, 2), -EINVAL);
			assert_int_equal(mc_sock_filter(r.rx, 77, &r.group, mode, many, 1), -ENODEV);
			assert_int_equal(mc_sock_filter(r.rx, V0, &r.near, mode, many, 1), -EINVAL);
			check_filter(&r, "failed", shapes[i]);
		}
		rig_close(&r);
	}
}

/* As many sources as there may be, and their filter taken back. */
static void test_filter_full(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_addr many[64];
	struct rig r;

	EACH_FAMILY(f)
	{
		size_t most = f->family == MC_IPV4 ? 10 : COUNT(many);

		rig_open(&r, n, f);
		for (size_t k = 0; k < most; k++) {
			many[k] = r.far[1];
			assert_int_equal(mc_addr_add(&many[k], (uint32_t)k), 0);
		}
		assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, MC_INCLUDE, many, most), 0);
		assert_string_equal(delivered(&r, &r.group), "bc");
		assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, MC_EXCLUDE, many, most), 0);
		assert_string_equal(delivered(&r, &r.group), "a");
		rig_close(&r);
	}
}

/* More where the system was told to take more. */
static void test_filter_raised(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_addr many[100];
	struct rig r;

	rig_open(&r, n, &families[0]);
	for (size_t k = 0; k < COUNT(many); k++) {
		many[k] = r.far[1];
		assert_int_equal(mc_addr_add(&many[k], (uint32_t)k), 0);
	}
	assert_true(put_file("/proc/sys/net/ipv4/igmp_max_msf", "99"));
	assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, MC_INCLUDE, many, 100), -ENOBUFS);
	assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, MC_INCLUDE, many, 99), 0);
	assert_string_equal(delivered(&r, &r.group), "bc");
	assert_int_equal(mc_sock_filter(r.rx, V0, &r.group, MC_INCLUDE, many, SIZE_MAX), -ENOBUFS);
	rig_close(&r);
}

/* ---- who receives ------------------------------------------------------------------- */

/* A socket gets the groups that it joined itself, not what others on the port joined. */
static void test_own_joins_only(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;

	EACH_FAMILY(f)
	{
		rig_open(&r, n, f);
		struct mc_sock_conf c = conf_of(f, NULL, r.port);

		c.share = true;
		int other = opened(&c);

		assert_int_equal(mc_sock_join(other, V0, &r.group, NULL), 0);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.other_group, NULL), 0);
		put(&r, 0, &r.group, 'x');
		put(&r, 0, &r.other_group, 'y');
		put(&r, 0, &r.group, 'z');
		assert_true(get(other) == 'x' && get(other) == 'z' && nothing(other));
		assert_true(get(r.rx) == 'y' && nothing(r.rx));
		close(other);
		rig_close(&r);
	}
}

static void test_bound_to_group(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;

	EACH_FAMILY(f)
	{
		rig_open(&r, n, f);
		struct mc_sock_conf c = conf_of(f, f->group, r.port);

		c.share = true;
		int fd = opened(&c);

		put(&r, 0, &r.group, 'x'); /* not joined yet */
		assert_string_equal(delivered(&r, &r.group), "");
		assert_int_equal(mc_sock_join(fd, V0, &r.group, NULL), 0);
		assert_int_equal(mc_sock_join(fd, V0, &r.other_group, NULL), 0);
		put(&r, 0, &r.other_group, 'y'); /* joined, and not what it is bound to */
		assert_string_equal(delivered(&r, &r.group), ""); /* and the unicast is another's */
		assert_true(get(fd) == 'a' && get(fd) == 'b' && get(fd) == 'c' && nothing(fd));
		close(fd);
		rig_close(&r);
	}
}

/* Every socket that joined gets its copy, by IPv4 of the interface that it joined on alone. */
static void test_two_interfaces(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;

	rig_open(&r, n, &families[0]);
	struct mc_sock_conf c = conf_of(&families[0], NULL, r.port);

	c.share = true;
	int on_lo = opened(&c);

	assert_int_equal(mc_sock_join(on_lo, LO, &r.group, NULL), 0);
	assert_int_equal(mc_sock_join(r.rx, V0, &r.group, NULL), 0);
	put(&r, 0, &r.group, 'x');
	assert_true(get(r.rx) == 'x' && nothing(on_lo));
	assert_int_equal(mc_sock_join(on_lo, V0, &r.group, NULL), 0);
	put(&r, 0, &r.group, 'y');
	assert_true(get(r.rx) == 'y' && get(on_lo) == 'y');
	close(on_lo);
	rig_close(&r);
}

/* What this machine sends itself is heard, unless loop says that it is not. */
static void test_loop(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;

	EACH_FAMILY(f)
	for (int loop = -1; loop <= 1; loop++) {
		rig_open(&r, n, f);
		struct mc_sock_conf c = conf_of(f, f->near, 0);

		c.loop = loop;
		c.ifindex = V0;
		close(r.tx[0]);
		r.tx[0] = opened(&c);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, NULL), 0);
		assert_string_equal(delivered(&r, &r.group), loop ? "abc" : "bc");
		rig_close(&r);
	}
}

/* ---- errors ------------------------------------------------------------------------- */

static void test_join_errors(void **state)
{
	const struct netns *n = netns_of(state);
	struct rig r;

	EACH_FAMILY(f)
	{
		rig_open(&r, n, f);
		struct mc_addr strange = address(f->family == MC_IPV4 ? "2001:db8::2" : "10.0.0.2");
		struct mc_addr *a = &r.far[0], *b = &r.far[1];

		assert_int_equal(mc_sock_join(r.rx, 77, &r.group, NULL), -ENODEV);
		assert_int_equal(mc_sock_join(r.rx, 77, &r.group, a), -ENODEV);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.near, NULL), -EINVAL);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.near, a), -EINVAL);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, &strange), -EINVAL);
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, NULL), -EADDRNOTAVAIL);
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, a), -EADDRNOTAVAIL);
		check_filter(&r, "after errors", "-");

		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, NULL), 0);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, NULL), -EADDRINUSE);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, a), -EINVAL);
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, a), -EADDRNOTAVAIL);
		assert_int_equal(mc_sock_leave(r.rx, LO, &r.group, NULL), -EADDRNOTAVAIL);
		check_filter(&r, "joined from any", "ex ");
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, NULL), 0);

		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, a), 0);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, a), -EADDRINUSE);
		assert_int_equal(mc_sock_join(r.rx, V0, &r.group, NULL), -EINVAL);
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, b), -EADDRNOTAVAIL);
		check_filter(&r, "joined from a", "in a");
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, a), 0);
		check_filter(&r, "left", "-");
		assert_int_equal(mc_sock_leave(r.rx, V0, &r.group, NULL), -EADDRNOTAVAIL);
		assert_int_equal(mc_sock_join(-1, V0, &r.group, NULL), -EBADF);
		assert_int_equal(mc_sock_leave(-1, V0, &r.group, a), -EBADF);
		rig_close(&r);
	}
}

/* Without an interface the route chooses; lo alone gives none. */
static void test_join_no_route(void **state)
{
	struct netns *n = netns_of(state);
	struct rig r;

	close(n->fd[FAR]);
	n->fd[FAR] = netns_new();
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);

		netns_go(n, FAR);
		r.group = address(f->group);
		r.rx = opened(&c);
		assert_int_equal(mc_sock_join(r.rx, 0, &r.group, NULL), -ENODEV);
		assert_int_equal(mc_sock_join(r.rx, LO, &r.group, NULL), 0);
		close(r.rx);
	}
}

/* A new namespace begins with 20 memberships and 10 sources. */
static void test_join_limits(void **state)
{
	const struct names *f = &families[0];
	struct mc_sock_conf c = conf_of(f, NULL, 0);
	struct mc_addr group = address(f->group), source = address(f->far[0]);
	int fd;

	netns_of(state);
	fd = opened(&c);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(mc_sock_join(fd, V0, &group, &source), 0);
		assert_int_equal(mc_addr_add(&source, 1), 0);
	}
	assert_int_equal(mc_sock_join(fd, V0, &group, &source), -ENOBUFS);
	for (int i = 1; i < 20; i++) {
		assert_int_equal(mc_addr_add(&group, 1), 0);
		assert_int_equal(mc_sock_join(fd, V0, &group, i % 2 ? NULL : &source), 0);
	}
	assert_int_equal(mc_sock_join(fd, LO, &group, NULL), -ENOBUFS);
	assert_int_equal(mc_sock_filter(fd, LO, &group, MC_EXCLUDE, NULL, 0), -ENOBUFS);
	assert_int_equal(mc_sock_filter(fd, LO, &group, MC_INCLUDE, &source, 1), -ENOBUFS);
	assert_int_equal(mc_sock_leave(fd, V0, &group, NULL), 0);
	assert_int_equal(mc_sock_join(fd, LO, &group, NULL), 0);
	close(fd);
}

/* IPv6 takes groups until optmem_max is used up, and what did not fit is not half joined. */
static void test_join_memory(void **state)
{
	struct mc_sock_conf c = conf_of(&families[1], NULL, 0);
	struct mc_addr group = address(families[1].group), many[64];

	netns_of(state);
	for (size_t k = 0; k < COUNT(many); k++) {
		many[k] = address(families[1].far[0]);
		assert_int_equal(mc_addr_add(&many[k], (uint32_t)k), 0);
	}
	for (int ssm = 0; ssm < 2; ssm++) {
		struct mc_addr last = group;
		int fd = opened(&c), r = 0;
		unsigned n = 0;

		for (; n < 65536 && !(r = mc_sock_join(fd, LO, &group, ssm ? many : NULL)); n++) {
			last = group;
			assert_int_equal(mc_addr_add(&group, 1), 0);
		}
		assert_int_equal(r, -ENOMEM);
		assert_in_range(n, 21, 65535);
		assert_int_equal(mc_sock_leave(fd, LO, &group, NULL), -EADDRNOTAVAIL);
		assert_int_equal(mc_sock_leave(fd, LO, &last, NULL),
				 0); /* room for one, not for 64 sources */
		assert_true(mc_sock_filter(fd, LO, &last, MC_INCLUDE, many, COUNT(many)) < 0);
		assert_int_equal(mc_sock_leave(fd, LO, &last, NULL), -EADDRNOTAVAIL);
		close(fd);
	}
}

/* Leaving works when the interface went first. */
static void test_leave_gone(void **state)
{
	netns_of(state);
	ip("link add w0 index 30 type veth peer name w1\nlink set w0 up\nlink set w1 up\n");
	EACH_FAMILY(f)
	{
		struct mc_sock_conf c = conf_of(f, NULL, 0);
		struct mc_addr group = address(f->group), other = address(f->other_group),
			       a = address(f->far[0]);
		int fd = opened(&c);

		assert_int_equal(mc_sock_join(fd, 30, &group, NULL), 0);
		assert_int_equal(mc_sock_join(fd, 30, &other, &a), 0);
		ip("link delete w0");
		assert_int_equal(mc_sock_leave(fd, 30, &group, NULL), 0);
		assert_int_equal(mc_sock_leave(fd, 30, &group, NULL), -EADDRNOTAVAIL);
		assert_int_equal(mc_sock_filter(fd, 30, &other, MC_INCLUDE, NULL, 0), 0);
		assert_int_equal(mc_sock_leave(fd, 30, &other, NULL), -EADDRNOTAVAIL);
		close(fd);
		ip("link add w0 index 30 type veth peer name w1\nlink set w0 up\nlink set w1 up\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter_transitions), cmocka_unit_test(test_filter_fails),
		cmocka_unit_test(test_filter_full),        cmocka_unit_test(test_filter_raised),
		cmocka_unit_test(test_own_joins_only),     cmocka_unit_test(test_bound_to_group),
		cmocka_unit_test(test_two_interfaces),     cmocka_unit_test(test_loop),
		cmocka_unit_test(test_join_errors),        cmocka_unit_test(test_join_no_route),
		cmocka_unit_test(test_join_limits),        cmocka_unit_test(test_join_memory),
		cmocka_unit_test(test_leave_gone),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("sock", tests, netns_setup_in_order, NULL);
}
