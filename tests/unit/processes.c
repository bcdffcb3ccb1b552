/*
 * processes.c - tests of who has which socket open.
 */
#include "net/processes.h"

#include <linux/capability.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lent.h"
#include "net/loop.h"

static uint64_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_ino;
}

static const struct mc_process *by_pid(const struct mc_processes *p, pid_t pid)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].pid == pid)
			return &p->v[i];
	return NULL;
}

static int shared = -1;

static void open_shared(void)
{
	MUST(!prctl(PR_SET_NAME, "a )\n: b\xff"));
	MUST(dup(shared) >= 0);
	MUST(dup2(open_udp(MC_IPV6), 61) == 61);
}

/* Each of two processes has the same socket open; one of them twice. */
static void test_open(void **state)
{
	struct mc_processes p;
	size_t n, all;

	netns_of(state);
	shared = open_udp(MC_IPV4);
	struct holder h = holder_start(open_shared);

	assert_int_equal(mc_processes_read(&p, MC_NEVER), 0);
	const struct mc_process *own = by_pid(&p, getpid()), *its = by_pid(&p, h.pid);
	const struct mc_open_socket *o = mc_processes_open(&p, inode_of(shared), &n);

	assert_non_null(own);
	assert_non_null(its);
	assert_non_null(o);
	assert_int_equal(n, 3);
	for (size_t i = 0, mine = 0; i < n; i++) {
		const struct mc_process *who = &p.v[o[i].process];

		assert_true(who == own || who == its);
		mine += who == own && o[i].fd == shared;
		if (i + 1 == n)
			assert_int_equal(mine, 1);
		else
			assert_true(o[i].process < o[i + 1].process ||
				    (o[i].process == o[i + 1].process && o[i].fd < o[i + 1].fd));
	}
	assert_string_equal(its->name, "a )\n: b\xff");
	assert_int_equal(its->uid, getuid());
	assert_true(its->netns == mc_netns_of(0) && its->netns == mc_netns_of(h.pid) && its->netns);
	assert_false(its->hidden || p.cut);
	all = 0;
	for (size_t i = 0; i < p.nsockets; i++)
		all += p.sockets[i].process == (uint32_t)(its - p.v) && p.sockets[i].fd == 61;
	assert_int_equal(all, 1);
	assert_null(mc_processes_open(&p, UINT64_MAX, &n));
	assert_int_equal(n, 0);
	for (size_t i = 1; i < p.n; i++)
		assert_true(p.v[i - 1].pid < p.v[i].pid);
	mc_processes_free(&p);
	holder_end(&h);
	close(shared);
	shared = -1;
}

static void go_far(void)
{
	MUST(!unshare(CLONE_NEWNET));
}

static void test_netns(void **state)
{
	netns_of(state);
	struct holder h = holder_start(go_far);
	pid_t gone = h.pid;

	assert_true(mc_netns_of(h.pid) && mc_netns_of(h.pid) != mc_netns_of(0));
	holder_end(&h);
	assert_int_equal(mc_netns_of(gone), 0);
}

static void test_deadline(void **state)
{
	struct mc_processes p;

	(void)state;
	assert_int_equal(mc_processes_read(&p, mc_loop_now()), 0);
	assert_true(p.cut);
	assert_int_equal(p.n, 0);
	mc_processes_free(&p);
}

static pid_t others;

/* Nobody sees itself, and that there are others. */
static int look_as_nobody(void)
{
	struct mc_processes p;
	int own = open_udp(MC_IPV4);
	size_t n;

	if (mc_processes_read(&p, MC_NEVER))
		return 1;
	const struct mc_process *me = by_pid(&p, getpid()), *other = by_pid(&p, others);

	if (!me || me->hidden || me->uid != NOBODY || me->netns != mc_netns_of(0))
		return 2;
	if (!other || !other->hidden || other->netns || other->uid == NOBODY || !p.hidden)
		return 3;
	if (!mc_processes_open(&p, inode_of(own), &n) || n != 1)
		return 4;
	for (size_t i = 0; i < p.nsockets; i++)
		if (p.v[p.sockets[i].process].hidden)
			return 5;
	mc_processes_free(&p);
	return 0;
}

static void nothing(void)
{
}

static void test_nobody(void **state)
{
	netns_of(state);
	struct holder h = holder_start(nothing);
	int r;

	others = h.pid;
	r = as_nobody(look_as_nobody);
	if (r != NO_RIGHT)
		assert_int_equal(r, 0);
	holder_end(&h);
}

/* As far as it may: in a user namespace of one user there is no other. */
static void become_nobody(void)
{
	if (!setresgid(NOBODY, NOBODY, NOBODY))
		MUST(!setresuid(NOBODY, NOBODY, NOBODY));
	MUST(dup2(open_udp(MC_IPV4), 61) == 61);
}

/* Root as in most containers. */
static int look_without_ptrace(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2];
	struct mc_processes p;

	if (syscall(SYS_capget, &head, caps))
		return 1;
	caps[0].effective &= ~(1U << CAP_SYS_PTRACE);
	if (syscall(SYS_capset, &head, caps))
		return 2;
	if (mc_processes_read(&p, MC_NEVER))
		return 3;
	const struct mc_process *other = by_pid(&p, others);

	if (!other || (other->uid == NOBODY && (!other->hidden || !p.hidden)))
		return 4;
	for (size_t i = 0; i < p.nsockets; i++)
		if (other->uid == NOBODY && p.v[p.sockets[i].process].pid == others)
			return 5;
	mc_processes_free(&p);
	return 0;
}

/* The directory can be read, and what is in it cannot. */
static void test_without_ptrace(void **state)
{
	int status;

	netns_of(state);
	struct holder h = holder_start(become_nobody);
	pid_t pid = fork();

	assert_true(pid >= 0);
	others = h.pid;
	if (!pid)
		_exit(look_without_ptrace());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	holder_end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),           cmocka_unit_test(test_netns),
		cmocka_unit_test(test_deadline),       cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_without_ptrace),
	};

	if (!netns_can())
		return 0;
	return cmocka_run_group_tests_name("processes", tests, netns_setup, NULL);
}
