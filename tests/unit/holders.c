/*
 * holders.c - tests of who holds which membership: real sockets of other processes, of all kinds.
 */
#include "held.h"

#include <linux/filter.h>
#include <pthread.h>
#include <sys/syscall.h>

/* ---- what is found ------------------------------------------------------------------ */

static void open_kinds(void)
{
	place(open_udp(MC_IPV4), A);
	bind_to(A, "239.1.2.3", 5000);
	join_group(A, V0, "239.1.2.3");
	place(open_udp(MC_IPV4), B);
	bind_to(B, "0.0.0.0", 5000);
	join_group(B, V0, "239.1.2.4");
	join_group(B, V0, "239.1.2.3");
	join_group(B, LO, "239.1.2.3");
	place(open_udp(MC_IPV6), C);
	bind_to(C, "::", 5001);
	join_group(C, V0, "ff15::1");
	join_group(C, V0, "239.1.2.4");
	join_group(C, V0, "ff02::1"); /* in which the kernel is, too */
	place(open_udp(MC_IPV4), D);  /* not bound */
	join_group(D, V0, "239.1.2.5");
	join_group(D, V0, "224.0.0.1");
	place(open_udp(MC_IPV4), E); /* holds nothing */
	bind_to(E, "0.0.0.0", 5000);
	place(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_IGMP), F);
	join_group(F, V0, "224.0.0.22");
}

static void test_kinds(void **state)
{
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_kinds);

	look(&s);
	equal("told", told(&s, h.pid),
	      "40: 239.1.2.3%10; 41: 239.1.2.3%1 239.1.2.3%10 239.1.2.4%10; "
	      "42: 239.1.2.4%10 ff02::1%10 ff15::1%10; 43: 224.0.0.1%10 239.1.2.5%10; 45: 224.0.0.22%10");
	assert_true(!s.h.cut && !s.h.hidden && !s.h.gone);
	assert_int_equal(s.h.nsockets, 5);
	for (size_t i = 0; i < s.h.nsockets; i++) {
		assert_true(!s.h.sockets[i].error && s.h.sockets[i].processes == 1);
		assert_true(s.h.sockets[i].socket.uid == geteuid());
		if (s.h.sockets[i].fd == D)
			assert_true(s.h.sockets[i].socket.port == 0 &&
				    s.h.sockets[i].socket.protocol == IPPROTO_UDP);
	}
	forget(&s);
	holder_end(&h);
}

/* Lists of sources, added and set: three sums of option memory, the last of which would fit too soon. */
static void open_sources(void)
{
	place(open_udp(MC_IPV4), A);
	bind_to(A, "0.0.0.0", 5000);
	for (int i = 1; i <= 3; i++) {
		char group[32];

		snprintf(group, sizeof group, "232.1.1.%d", i);
		join_source(A, V0, group, "10.9.0.7");
	}
	place(open_udp(MC_IPV6), B);
	bind_to(B, "::", 5000);
	join_source(B, V0, "ff35::1", "2001:db8::9");
	join_group(B, V0, "ff15::1");
	place(open_udp(MC_IPV4), C);
	bind_to(C, "0.0.0.0", 5000);
	join_group(C, V0, "239.200.0.1");
	set_sources(C, V0, "232.1.1.1", 4);
	set_sources(C, V0, "232.1.1.2", 4);
}

static void test_sources(void **state)
{
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_sources);

	look(&s);
	equal("told", told(&s, h.pid),
	      "40: 232.1.1.1%10 in 1 from 10.9.0.7 232.1.1.2%10 in 1 from 10.9.0.7 232.1.1.3%10 in 1 from "
	      "10.9.0.7; 41: ff15::1%10 ff35::1%10 in 1 from 2001:db8::9; 42: 232.1.1.1%10 in 4 from "
	      "10.9.0.1 "
	      "232.1.1.2%10 in 4 from 10.9.0.1 239.200.0.1%10");
	forget(&s);
	holder_end(&h);
}

/* A packet filter takes option memory, too. */
static void attach(int fd)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, UINT32_MAX);
	struct sock_fprog prog = { 1, &all };

	MUST(!setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof prog));
}

static void open_filtered(void)
{
	for (int i = 0; i < 5; i++) {
		char group[32];

		place(open_udp(MC_IPV4), A + i);
		bind_to(A + i, "0.0.0.0", 5000);
		attach(A + i);
		for (int k = 0; k < i; k++) {
			snprintf(group, sizeof group, "239.1.2.%d", 1 + (i * k) % 7);
			join_group(A + i, V0, group);
		}
	}
}

static void test_packet_filters(void **state)
{
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_filtered);

	look(&s);
	equal("told", told(&s, h.pid),
	      "41: 239.1.2.1%10 and more; 42: 239.1.2.1%10 239.1.2.3%10 and more; "
	      "43: 239.1.2.1%10 239.1.2.4%10 239.1.2.7%10 and more; "
	      "44: 239.1.2.1%10 239.1.2.2%10 239.1.2.5%10 239.1.2.6%10 and more");
	forget(&s);
	holder_end(&h);
}

/* ---- threads ------------------------------------------------------------------------ */

static int step[2]; /* a pipe: the thread is done */

/* Its table of descriptors is a copy, in which it opens one more. */
static void *part(void *unused)
{
	(void)unused;
	MUST(!unshare(CLONE_FILES));
	place(open_udp(MC_IPV4), B);
	join_group(B, V0, "239.1.2.4");
	MUST(write(step[1], "p", 1) == 1);
	for (;;)
		pause();
	return NULL;
}

static void open_apart(void)
{
	pthread_t thread;
	char c;

	place(open_udp(MC_IPV4), A);
	bind_to(A, "0.0.0.0", 5000);
	join_group(A, V0, "239.1.2.3");
	MUST(!pipe(step));
	MUST(!pthread_create(&thread, NULL, part, NULL));
	MUST(read(step[0], &c, 1) == 1);
}

/* The second thread has the first one's socket, too, and one that no other has. */
static void test_threads(void **state)
{
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_apart);

	look(&s);
	equal("told", told(&s, h.pid), "40: 239.1.2.3%10; 41: 239.1.2.4%10");
	assert_int_equal(holder_at(&s, A, h.pid)->processes, 2);
	forget(&s);
	holder_end(&h);
}

static int leader_ends[2];

static void *stay(void *unused)
{
	char c;

	(void)unused;
	while (read(leader_ends[0], &c, 1) < 0)
		;
	_exit(0);
}

static pid_t leaderless(void)
{
	pid_t pid = fork();
	pthread_t thread;

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(leader_ends[1]);
	place(open_udp(MC_IPV4), A);
	join_group(A, V0, "239.1.2.3");
	MUST(!pthread_create(&thread, NULL, stay, NULL));
	syscall(SYS_exit, 0); /* this thread alone */
	return -1;
}

/* The first thread has ended: the process's own directory has no descriptors any more. */
static void test_leaderless(void **state)
{
	struct seen s = { .ns = 0 };
	bool found = false;
	int status;

	netns_of(state);
	assert_int_equal(pipe2(leader_ends, O_CLOEXEC), 0);
	pid_t pid = leaderless();

	for (int i = 0; i < GENEROUS && !found; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		look(&s);
		found = strcmp(told(&s, pid), "40: 239.1.2.3%10") == 0;
		if (!found)
			forget(&s);
	}
	assert_true(found);
	forget(&s);
	close(leader_ends[0]);
	close(leader_ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

/* ---- namespaces --------------------------------------------------------------------- */

static const struct netns *both;

static void go(int which)
{
	MUST(!setns(both->fd[which], CLONE_NEWNET));
}

/* In near, with sockets of far: one that is bound, which far's list has, and one that is not. */
static void open_elsewhere(void)
{
	go(FAR);
	place(open_udp(MC_IPV4), A);
	place(open_udp(MC_IPV4), B);
	bind_to(A, "0.0.0.0", 5000);
	join_group(A, LO, "239.1.2.3");
	join_group(B, LO, "239.1.2.3");
	go(NEAR);
	place(open_udp(MC_IPV4), C);
	join_group(C, LO, "239.1.2.3");
}

static void test_namespaces(void **state)
{
	struct seen s;

	both = netns_of(state);
	struct holder h = holder_start(open_elsewhere);

	look(&s);
	equal("near", told(&s, h.pid), "42: 239.1.2.3%1");
	forget(&s);
	netns_go(both, FAR);
	look(&s);
	equal("far", told(&s, h.pid), "40: 239.1.2.3%1; 41: 239.1.2.3%1");
	forget(&s);
	netns_go(both, NEAR);
	holder_end(&h);
}

/* ---- what is asked for -------------------------------------------------------------- */

static void open_senders(void)
{
	struct sockaddr_storage sa;
	socklen_t len = kernel_address(&sa, "239.1.2.3", 5000);

	open_two();
	place(open_udp(MC_IPV4), C);
	MUST(!setsockopt(C, IPPROTO_IP, IP_MULTICAST_TTL, &(int){ 5 }, sizeof(int)));
	MUST(!setsockopt(C, SOL_SOCKET, SO_BINDTODEVICE, "v0", 3));
	MUST(!connect(C, (struct sockaddr *)&sa, len));
	place(open_udp(MC_IPV4), D);
	len = kernel_address(&sa, "10.0.0.1", 5000);
	MUST(!connect(D, (struct sockaddr *)&sa, len));
}

static void test_senders(void **state)
{
	struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_senders);

	look(&s);
	equal("told", told(&s, h.pid), "40: 239.1.2.3%10; 41: 239.1.2.3%10");
	assert_true(holder_at(&s, A, h.pid)->ttl[0] == -1 && holder_at(&s, A, h.pid)->reuse_addr == -1);
	mc_holders_free(&s.h);
	c.senders = true;
	find(&s, &c);
	is_sound(&s);
	assert_int_equal(s.h.nsockets, 3);
	assert_true(holder_at(&s, A, h.pid)->ttl[0] == 1 && holder_at(&s, A, h.pid)->reuse_addr == 1);
	assert_true(holder_at(&s, C, h.pid)->ttl[0] == 5 && holder_at(&s, C, h.pid)->nheld == 0);
	assert_true(!holder_at(&s, C, h.pid)->error && holder_at(&s, C, h.pid)->all[0] == 1);
	forget(&s);
	holder_end(&h);
}

static void test_only(void **state)
{
	const struct mc_addr group = address("239.1.2.3");
	struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	struct holder h = holder_start(open_kinds);

	c.only = &group;
	look_first(&s);
	find(&s, &c);
	equal("told", told(&s, h.pid), "40: 239.1.2.3%10; 41: 239.1.2.3%1 239.1.2.3%10 and more");
	forget(&s);
	holder_end(&h);
}

static int shared = -1;

static void share(void)
{
	MUST(dup2(shared, A) == A);
}

/* Two processes have the same socket open: it is one user of each group. */
static void test_shared(void **state)
{
	struct mc_holders kept = { .nheld = 77 };
	struct mc_holders_conf c = conf_all();
	struct seen s;

	netns_of(state);
	shared = open_udp(MC_IPV4);
	bind_to(shared, "0.0.0.0", 5000);
	join_group(shared, V0, "239.1.2.3");
	struct holder h = holder_start(share);

	look(&s);
	is_sound(&s);
	assert_true(s.h.nsockets == 1 && s.h.sockets->processes == 2 && s.h.nheld == 1);
	assert_true(s.h.sockets->process && s.h.sockets->fd >= 0);
	c.size--;
	assert_int_equal(mc_holders_find(&kept, &c, &s.m, s.s, s.ns, &s.p), MC_ERR_CONF);
	assert_int_equal(kept.nheld, 77);
	forget(&s);
	holder_end(&h);
	close(shared);
	shared = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),          cmocka_unit_test(test_sources),
		cmocka_unit_test(test_packet_filters), cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_senders),        cmocka_unit_test(test_only),
		cmocka_unit_test(test_shared),         cmocka_unit_test(test_threads),
		cmocka_unit_test(test_leaderless),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("holders", tests, netns_setup, NULL);
}
