/*
 * netns.h - a network of a test's own: two namespaces and a veth pair between them.
 *
 * near: lo, and v0 with 10.0.0.1/24, 2001:db8::1/64 and fe80::1/64. far: lo, and v1 with the
 * same that end in 2, and but for the last in 3 and 4. A test begins in near. A socket belongs to the
 * namespace that it was opened in, so one thread can hold both ends. Nothing has to be put back.
 */
#ifndef TEST_NETNS_H
#define TEST_NETNS_H

#include <errno.h>
#include <fcntl.h>
#include <mcast/base.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define GENEROUS 10000 /* milliseconds that what must come may take */

enum { NEAR, FAR };

/* Indexes of interfaces. Were v0's and v1's the same, their carrier would take a second to come. */
enum { LO = 1, V0 = 10, V1 = 20 };

struct netns {
	int fd[2]; /* of near and far */
};

static inline struct mc_addr address(const char *text)
{
	struct mc_addr a = { 0 };

	if (*text && mc_addr_parse(&a, text))
		fail_msg("not an address: %s", text);
	return a;
}

static inline void same_address(const char *what, const struct mc_addr *got, const char *want)
{
	char buf[MC_ADDR_STRLEN];

	equal(what, mc_addr_format(got, buf, sizeof buf), want);
}

/* Starts ip(8) in this namespace with commands, one a line. */
static inline pid_t ip_start(const char *commands)
{
	extern char **environ;
	char *argv[] = { (char[]){ "ip" }, (char[]){ "-batch" }, (char[]){ "-" }, NULL };
	size_t len = strlen(commands);
	int fd = memfd_create("ip", MFD_CLOEXEC);
	posix_spawn_file_actions_t actions;
	pid_t pid;

	if (fd < 0 || pwrite(fd, commands, len, 0) != (ssize_t)len)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	int r = posix_spawnp(&pid, "ip", &actions, NULL, argv, environ);

	posix_spawn_file_actions_destroy(&actions);
	close(fd);
	return r ? -1 : pid;
}

/* Runs commands of ip(8); true when all succeeded. */
static inline bool ip_try(const char *commands)
{
	pid_t pid = ip_start(commands);
	int status = -1;

	return pid >= 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static inline void ip(const char *commands)
{
	if (!ip_try(commands))
		fail_msg("ip: failed:\n%s", commands);
}

/* Writes a file, such as a sysctl of this namespace; true when it succeeded. */
static inline bool put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static inline void netns_go(const struct netns *n, int which)
{
	assert_int_equal(setns(n->fd[which], CLONE_NEWNET), 0);
}

/* A user who is not root may be root in a user namespace, where the system permits that. */
static inline bool netns_unshare(void)
{
	char uid[32], gid[32];

	snprintf(uid, sizeof uid, "0 %u 1", (unsigned)geteuid());
	snprintf(gid, sizeof gid, "0 %u 1", (unsigned)getegid());
	if (!unshare(CLONE_NEWNET))
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return false;
	put_file("/proc/self/setgroups", "deny");
	return put_file("/proc/self/uid_map", uid) && put_file("/proc/self/gid_map", gid);
}

/* The carrier of a veth comes a moment after both ends are up. */
static inline void netns_wait_up(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req = { .ifr_flags = 0 };

	snprintf(req.ifr_name, sizeof req.ifr_name, "%s", name);
	for (int i = 0; i < GENEROUS && !(req.ifr_flags & IFF_RUNNING); i++) {
		assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &req), 0);
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	assert_true(req.ifr_flags & IFF_RUNNING);
	close(fd);
}

/* A namespace with a lo that is up; the process is in it. */
static inline int netns_new(void)
{
	int fd;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	fd = open("/proc/self/ns/net", O_RDONLY); /* not close-on-exec: ip is told of it by number */
	assert_true(fd >= 0);
	ip("link set lo up");
	return fd;
}

/* Addresses last, when the link is up, and without their detection as duplicates: they hold at once. */
static inline void netns_build(struct netns *n)
{
	char text[160];

	n->fd[NEAR] = netns_new();
	n->fd[FAR] = netns_new();
	snprintf(text, sizeof text,
		 "link add v1 index 20 type veth peer name v0 index 10 netns /proc/self/fd/%d\n"
		 "link set v1 addrgenmode none up\n",
		 n->fd[NEAR]);
	ip(text);
	netns_go(n, NEAR);
	ip("link set v0 addrgenmode none up");
	netns_wait_up("v0");
	ip("address add 10.0.0.1/24 brd + dev v0\n"
	   "address add 2001:db8::1/64 dev v0 nodad\n"
	   "address add fe80::1/64 dev v0 nodad\n");
	netns_go(n, FAR);
	netns_wait_up("v1");
	ip("address add 10.0.0.2/24 dev v1\n"
	   "address add 10.0.0.3/24 dev v1\n"
	   "address add 10.0.0.4/24 dev v1\n"
	   "address add 2001:db8::2/64 dev v1 nodad\n"
	   "address add 2001:db8::3/64 dev v1 nodad\n"
	   "address add 2001:db8::4/64 dev v1 nodad\n"
	   "address add fe80::2/64 dev v1 nodad\n");
	netns_go(n, NEAR);
}

/* Whether there can be networks here. Says so where not, as TAP has it: cmocka's own skip() comes
 * out as a failure there. */
static inline bool netns_can(void)
{
	char path[4096];

	snprintf(path, sizeof path, "%s:/usr/sbin:/sbin", getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	setenv("PATH", path, 1);
	if (!netns_unshare())
		printf("1..0 # SKIP no network namespace: %s\n", strerror(errno));
	else if (!ip_try("link show\n"))
		printf("1..0 # SKIP no ip(8), of iproute2\n");
	else if (!ip_try("link add v0 type veth peer name v1\n"))
		printf("1..0 # SKIP no veth devices\n");
	else
		return true;
	return false;
}

/* The group's set-up; each test then asks netns_of for its network. */
static inline int netns_setup(void **state)
{
	static struct netns n = { { -1, -1 } };

	*state = &n;
	return 0;
}

/* The same, on one CPU: what was sent first is received first, even by another socket. */
static inline int netns_setup_in_order(void **state)
{
	int cpu = sched_getcpu();
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)(cpu < 0 ? 0 : cpu), &set);
	sched_setaffinity(0, sizeof set, &set);
	return netns_setup(state);
}

/* A new network; the test is in near. */
static inline struct netns *netns_of(void **state)
{
	struct netns *n = *state;

	for (int i = NEAR; i <= FAR; i++)
		if (n->fd[i] >= 0)
			close(n->fd[i]);
	netns_build(n);
	return n;
}

#endif
