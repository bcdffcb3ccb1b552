/*
 * lent.h - processes that have sockets open, for tests of those that look at them.
 */
#ifndef TEST_LENT_H
#define TEST_LENT_H

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>

#include "netns.h"

#define NOBODY 65534
#define NO_RIGHT 77 /* exit status: this test's user cannot become nobody */

struct holder {
	pid_t pid;
	int end; /* something to read there: it ends */
};

/* Has a process run `open`, and waits until it did; it then keeps what it has until holder_end. */
static inline struct holder holder_start(void (*open)(void))
{
	int ready[2], end[2];
	char c = 0;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(end, O_CLOEXEC), 0);
	struct holder h = { fork(), end[1] };

	assert_true(h.pid >= 0);
	if (!h.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(end[1]);
		open();
		_exit(write(ready[1], "r", 1) == 1 && read(end[0], &c, 1) == 1 ? 0 : 1);
	}
	close(ready[1]);
	close(end[0]);
	assert_int_equal(read(ready[0], &c, 1), 1); /* 0: it failed */
	close(ready[0]);
	return h;
}

static inline void holder_end(struct holder *h)
{
	int status;

	assert_int_equal(write(h->end, "e", 1), 1);
	close(h->end);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

/* Ends a process of a test's that cannot go on: cmocka's own asserts are for the first one. */
static inline void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "# %s: %s\n", what, strerror(errno));
	_exit(1);
}

#define MUST(good) must(good, #good)

static inline int open_udp(uint8_t family)
{
	int fd = socket(family == MC_IPV6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	MUST(fd >= 0);
	return fd;
}

/* An address as the kernel takes it. */
static inline socklen_t kernel_address(struct sockaddr_storage *ret, const char *text, uint16_t port)
{
	struct sockaddr_in *sin = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof *ret);
	if (inet_pton(AF_INET, text, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		return sizeof *sin;
	}
	MUST(inet_pton(AF_INET6, text, &sin6->sin6_addr) == 1);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	return sizeof *sin6;
}

static inline void bind_to(int fd, const char *text, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len = kernel_address(&sa, text, port);

	MUST(!setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)));
	MUST(!bind(fd, (struct sockaddr *)&sa, len));
}

static inline int level_of(const char *group)
{
	return strchr(group, ':') ? IPPROTO_IPV6 : IPPROTO_IP;
}

static inline void join_group(int fd, unsigned ifindex, const char *group)
{
	struct group_req req = { .gr_interface = ifindex };

	kernel_address(&req.gr_group, group, 0);
	MUST(!setsockopt(fd, level_of(group), MCAST_JOIN_GROUP, &req, sizeof req));
}

static inline void join_source(int fd, unsigned ifindex, const char *group, const char *source)
{
	struct group_source_req req = { .gsr_interface = ifindex };

	kernel_address(&req.gsr_group, group, 0);
	kernel_address(&req.gsr_source, source, 0);
	MUST(!setsockopt(fd, level_of(group), MCAST_JOIN_SOURCE_GROUP, &req, sizeof req));
}

/* Joins with a list of sources that is set as a whole: 10.9.0.1 and those that follow it. */
static inline void set_sources(int fd, unsigned ifindex, const char *group, uint32_t n)
{
	struct group_filter *g = calloc(1, GROUP_FILTER_SIZE(n));

	MUST(g);
	join_group(fd, ifindex, group);
	g->gf_interface = ifindex;
	g->gf_fmode = MCAST_INCLUDE;
	g->gf_numsrc = n;
	kernel_address(&g->gf_group, group, 0);
	for (uint32_t i = 0; i < n; i++) {
		kernel_address(&g->gf_slist[i], "10.9.0.1", 0);
		((struct sockaddr_in *)&g->gf_slist[i])->sin_addr.s_addr = htonl(0x0a090001 + i);
	}
	MUST(!setsockopt(fd, level_of(group), MCAST_MSFILTER, g, (socklen_t)GROUP_FILTER_SIZE(n)));
	free(g);
}

/* Runs `look` as a user without rights and returns its exit status. */
static inline int as_nobody(int (*look)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
			_exit(NO_RIGHT);
		prctl(PR_SET_DUMPABLE,
		      1); /* it may see its own descriptors, as a program that began so may */
		_exit(look());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#endif
