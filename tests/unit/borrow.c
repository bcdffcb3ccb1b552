/*
 * borrow.c - tests of borrowing: what a socket of another process tells, and who may ask.
 */
#include "net/borrow.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lent.h"
#include "net/processes.h"
#include "net/sockets.h"

enum { FIRST = 50, SECOND, UNIX }; /* descriptors of the other process */

/* The inode of a process's descriptor. */
static uint64_t inode_at(pid_t pid, int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
	return stat(path, &st) ? 0 : st.st_ino;
}

static int borrow(const struct holder *h, int fd)
{
	int process = mc_borrow_process(h->pid);

	assert_true(process >= 0);
	int own = mc_borrow(process, fd, inode_at(h->pid, fd));

	if (own < 0)
		fail_msg("mc_borrow: %s", mc_strerror(own));
	assert_true(fcntl(own, F_GETFD) & FD_CLOEXEC);
	close(process);
	return own;
}

/* ---- filters ------------------------------------------------------------------------ */

static void open_filters(void)
{
	MUST(dup2(open_udp(MC_IPV4), FIRST) == FIRST);
	MUST(dup2(open_udp(MC_IPV6), SECOND) == SECOND);
	MUST(put_file("/proc/sys/net/ipv4/igmp_max_msf", "1000"));
	join_group(FIRST, V0, "239.1.2.3");
	join_source(FIRST, V0, "232.1.1.1", "10.9.0.2");
	join_source(FIRST, V0, "232.1.1.1", "10.9.0.1");
	set_sources(FIRST, LO, "232.1.1.2", 200); /* more than one question has room for */
	join_group(SECOND, V0, "ff15::1");
	join_source(SECOND, LO, "ff35::1", "2001:db8::9");
	join_group(SECOND, V0, "239.1.2.3");
}

/* What one of its sockets says of a group: "-", or the mode and the sources. */
static void filter_is(int fd, uint32_t ifindex, const char *group, const char *want)
{
	struct mc_addr a = address(group);
	struct mc_borrowed_filter f = { .n = 77 };
	char given[100], got[400], addr[MC_ADDR_STRLEN];
	int r = mc_borrow_filter(fd, ifindex, &a, &f);
	size_t len;

	snprintf(given, sizeof given, "%s%%%u", group, ifindex);
	if (r != 1) {
		equal(given, r ? mc_strerror(r) : "-", want);
		assert_int_equal(f.n, 77);
		return;
	}
	len = (size_t)snprintf(got, sizeof got, "%s", f.mode == MC_INCLUDE ? "in" : "ex");
	for (size_t i = 0; i < f.n && i < 3; i++)
		len += (size_t)snprintf(got + len, sizeof got - len, " %s",
					mc_addr_format(&f.sources[i], addr, sizeof addr));
	if (f.n >= 3)
		snprintf(got + len, sizeof got - len, " of %zu", f.n);
	free(f.sources);
	equal(given, got, want);
}

static void test_filters(void **state)
{
	netns_of(state);
	struct holder h = holder_start(open_filters);
	int four = borrow(&h, FIRST), six = borrow(&h, SECOND);

	filter_is(four, V0, "239.1.2.3", "ex");
	filter_is(four, LO, "239.1.2.3", "-");
	filter_is(four, V0, "239.1.2.4", "-");
	filter_is(four, V0, "232.1.1.1", "in 10.9.0.2 10.9.0.1");
	filter_is(four, LO, "232.1.1.2", "in 10.9.0.1 10.9.0.2 10.9.0.3 of 200");
	filter_is(four, 99, "239.1.2.3", "-");
	filter_is(four, V0, "ff15::1", mc_strerror(-EOPNOTSUPP));
	filter_is(six, V0, "ff15::1", "ex");
	filter_is(six, LO, "ff35::1", "in 2001:db8::9");
	filter_is(six, V0, "ff35::1", "-");
	filter_is(six, 99, "ff15::1", "-");
	filter_is(six, V0, "239.1.2.3", "ex");
	filter_is(six, LO, "239.1.2.3", "-");
	close(four);
	close(six);
	holder_end(&h);
}

/* ---- the rest of what it tells ------------------------------------------------------ */

static void open_options(void)
{
	struct in_addr by = { htonl(0x0a000001) };
	struct sockaddr_storage sa;
	int fd = open_udp(MC_IPV4), unix_fd;
	socklen_t len = kernel_address(&sa, "239.1.2.4", 6000);

	MUST(dup2(fd, FIRST) == FIRST);
	bind_to(FIRST, "239.1.2.3", 5000);
	join_group(FIRST, V0, "239.1.2.3");
	MUST(!setsockopt(FIRST, IPPROTO_IP, IP_MULTICAST_TTL, &(int){ 7 }, sizeof(int)));
	MUST(!setsockopt(FIRST, IPPROTO_IP, IP_MULTICAST_ALL, &(int){ 0 }, sizeof(int)));
	MUST(!setsockopt(FIRST, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by));
	MUST(!setsockopt(FIRST, SOL_SOCKET, SO_BINDTODEVICE, "v0", 3));
	MUST(!connect(FIRST, (struct sockaddr *)&sa, len));
	MUST(dup2(open_udp(MC_IPV6), SECOND) == SECOND);
	MUST(!setsockopt(SECOND, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &(int){ 9 }, sizeof(int)));
	MUST(!setsockopt(SECOND, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &(int){ 0 }, sizeof(int)));
	MUST(!setsockopt(SECOND, IPPROTO_IPV6, IPV6_MULTICAST_IF, &(int){ V0 }, sizeof(int)));
	unix_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	MUST(dup2(unix_fd, UNIX) == UNIX);
}

static void test_look(void **state)
{
	struct mc_borrowed b, own, u = { .type = 77 };
	uint32_t cost[2];

	netns_of(state);
	struct holder h = holder_start(open_options);
	int fd = borrow(&h, FIRST), other = open_udp(MC_IPV4);

	mc_borrow_cost(cost);
	assert_int_equal(mc_borrow_look(fd, &b), 0);
	assert_int_equal(mc_borrow_look(other, &own), 0);
	assert_true(b.family == MC_IPV4 && b.type == SOCK_DGRAM && b.protocol == IPPROTO_UDP);
	assert_true(b.netns == own.netns);
	same_address("local", &b.local, "239.1.2.3");
	same_address("peer", &b.peer, "239.1.2.4");
	assert_true(b.port == 5000 && b.peer_port == 6000 && b.ifindex == V0);
	assert_true(b.options == cost[0] && b.rcvbuf > 0 && b.queued == 0 && b.drops == 0);
	assert_true(b.all[0] == 0 && b.loop[0] == 1 && b.ttl[0] == 7 && b.all[1] == -1 && b.ttl[1] == -1);
	assert_true(b.by[0] == UINT32_MAX && b.by[1] == UINT32_MAX && b.reuse_addr == 1 && b.reuse_port == 0);
	same_address("by", &b.by_addr, "10.0.0.1");
	close(fd);
	fd = borrow(&h, SECOND);
	assert_int_equal(mc_borrow_look(fd, &b), 0);
	assert_true(b.family == MC_IPV6 && b.port == 0 && b.peer.family == MC_IPV6 && b.options == 0);
	assert_true(b.ttl[1] == 9 && b.loop[1] == 0 && b.by[1] == V0 && b.all[1] == 1 && !b.by_addr.family);
	close(fd);
	fd = borrow(&h, UNIX);
	assert_int_equal(mc_borrow_look(fd, &u), 0);
	assert_int_equal(u.family, 0);
	close(fd);
	assert_int_equal(mc_borrow_look(-1, &u), -EBADF);
	close(other);
	holder_end(&h);
}

/* A socket's namespace is the one that it was opened in. */
static void test_namespace(void **state)
{
	const struct netns *n = netns_of(state);
	struct mc_borrowed a, b, c;

	int near = open_udp(MC_IPV4);

	netns_go(n, FAR);
	int far = open_udp(MC_IPV4), far2 = open_udp(MC_IPV6);

	netns_go(n, NEAR);
	assert_int_equal(mc_borrow_look(near, &a), 0);
	assert_int_equal(mc_borrow_look(far, &b), 0);
	assert_int_equal(mc_borrow_look(far2, &c), 0);
	assert_true(b.netns == c.netns);
	assert_true(a.netns != b.netns || !a.netns); /* 0: before Linux 5.14 */
	close(near);
	close(far);
	close(far2);
}

/* ---- what cannot be borrowed -------------------------------------------------------- */

static void test_refused(void **state)
{
	netns_of(state);
	struct holder h = holder_start(open_options);
	uint64_t first = inode_at(h.pid, FIRST), second = inode_at(h.pid, SECOND);
	int process = mc_borrow_process(h.pid);

	assert_true(process >= 0 && first && second);
	assert_int_equal(mc_borrow(process, FIRST, second), -EBADF); /* another socket by now */
	assert_int_equal(mc_borrow(process, 2, first), -EBADF); /* no socket */
	assert_int_equal(mc_borrow(process, 999, first), -EBADF);
	holder_end(&h);
	assert_int_equal(mc_borrow(process, FIRST, first), -ESRCH);
	assert_int_equal(mc_borrow_process(h.pid), -ESRCH);
	close(process);
}

static pid_t other;

static int borrow_as_nobody(void)
{
	int process = mc_borrow_process(other);

	if (process < 0)
		return 1;
	return mc_borrow(process, FIRST, 1) == -EPERM ? 0 : 2;
}

static void test_not_allowed(void **state)
{
	int r;

	netns_of(state);
	struct holder h = holder_start(open_options);

	other = h.pid;
	r = as_nobody(borrow_as_nobody);
	if (r != NO_RIGHT)
		assert_int_equal(r, 0);
	holder_end(&h);
}

/* ---- costs -------------------------------------------------------------------------- */

static uint32_t options_of(int fd)
{
	struct mc_borrowed b;

	assert_int_equal(mc_borrow_look(fd, &b), 0);
	return b.options;
}

/* They hold for any number of memberships; a list grows by ten. */
static void test_costs(void **state)
{
	uint32_t one[2], list[2];

	netns_of(state);
	mc_borrow_cost(one);
	mc_borrow_list_cost(list);
	assert_true(one[0] && one[1] && list[0] && list[1]);
	int four = open_udp(MC_IPV4), six = open_udp(MC_IPV6);

	join_group(four, V0, "239.1.2.3");
	join_group(four, LO, "239.1.2.3");
	assert_int_equal(options_of(four), 2 * one[0]);
	join_group(six, V0, "ff15::1");
	join_group(six, V0, "239.1.2.3");
	assert_int_equal(options_of(six), one[0] + one[1]);
	join_source(six, V0, "ff35::1", "2001:db8::9");
	assert_int_equal(options_of(six), one[0] + 2 * one[1] + list[1] + MC_BORROW_ROOM * 16);
	assert_true(put_file("/proc/sys/net/ipv4/igmp_max_msf", "100"));
	set_sources(four, V0, "232.1.1.1", 3);
	assert_int_equal(options_of(four), 3 * one[0] + list[0] + 3 * 4);
	join_source(four, V0, "232.1.1.1", "10.8.0.1");
	assert_int_equal(options_of(four), 3 * one[0] + list[0] + (3 + MC_BORROW_ROOM) * 4);
	close(four);
	close(six);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),     cmocka_unit_test(test_look),
		cmocka_unit_test(test_namespace),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_not_allowed), cmocka_unit_test(test_costs),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("borrow", tests, netns_setup, NULL);
}
