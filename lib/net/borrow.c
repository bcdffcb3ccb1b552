/*
 * borrow.c - another process's socket by pidfd_getfd(2), and what it tells: its options, and its filter of a
 * group (RFC 3678 5.2.1, getsockopt of MCAST_MSFILTER).
 *
 * It does not know which sockets are worth it, nor which groups.
 */
#include "net/borrow.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/sockaddr.h"
#include "net/sockets.h"

#ifndef SO_NETNS_COOKIE /* of Linux 5.14; these are the same on all architectures of asm-generic/socket.h */
#define SO_NETNS_COOKIE 71
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

#define LOOPBACK 1 /* its index, in every network namespace */
#define ROOM 64 /* sources that one question has room for: the most that an IPv6 socket may name by itself */

/* ---- borrowing ---------------------------------------------------------------------- */

int mc_borrow_process(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

int mc_borrow_thread(pid_t thread)
{
	int fd = (int)syscall(SYS_pidfd_open, thread, PIDFD_THREAD);

	if (fd < 0)
		return errno == EINVAL ? -EOPNOTSUPP : -errno;
	return fd;
}

int mc_borrow(int process, int fd, uint64_t inode)
{
	int own = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	struct stat st;

	if (own < 0)
		return -errno;
	if (fstat(own, &st) || !S_ISSOCK(st.st_mode) || st.st_ino != inode) {
		close(own);
		return -EBADF;
	}
	return own;
}

/* ---- what a socket tells ------------------------------------------------------------ */

static int number(int fd, int level, int option)
{
	int value = -1;
	socklen_t len = sizeof value;

	return getsockopt(fd, level, option, &value, &len) || len != sizeof value ? -1 : value;
}

static void look_memory(int fd, struct mc_borrowed *b)
{
	uint32_t v[SK_MEMINFO_VARS];
	socklen_t len = sizeof v;

	b->options = b->rcvbuf = MC_SOCKET_UNKNOWN;
	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, v, &len) || len < sizeof v)
		return;
	b->queued = v[SK_MEMINFO_RMEM_ALLOC];
	b->rcvbuf = v[SK_MEMINFO_RCVBUF];
	b->options = v[SK_MEMINFO_OPTMEM];
	b->drops = v[SK_MEMINFO_DROPS];
}

/* A raw IPv6 socket's port is its protocol. */
static void look_ends(int fd, struct mc_borrowed *b)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof sa;

	if (!getsockname(fd, (struct sockaddr *)&sa, &len))
		b->local = mc_sa_get(&sa, &b->port);
	len = sizeof sa;
	if (!getpeername(fd, (struct sockaddr *)&sa, &len))
		b->peer = mc_sa_get(&sa, &b->peer_port);
	else
		b->peer.family = b->family;
	if (b->type == SOCK_RAW)
		b->port = b->peer_port = 0;
}

static void look_multicast6(int fd, struct mc_borrowed *b)
{
	int by = number(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF);

	b->all[1] = number(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL);
	b->loop[1] = number(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP);
	b->ttl[1] = number(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS);
	b->by[1] = by >= 0 ? (uint32_t)by : UINT32_MAX;
}

/* Of IPv4 the kernel tells the address by which the interface was chosen, if it was, and not its index. */
static void look_multicast(int fd, struct mc_borrowed *b)
{
	struct in_addr by = { 0 };
	socklen_t len = sizeof by;

	b->all[0] = number(fd, IPPROTO_IP, IP_MULTICAST_ALL);
	b->loop[0] = number(fd, IPPROTO_IP, IP_MULTICAST_LOOP);
	b->ttl[0] = number(fd, IPPROTO_IP, IP_MULTICAST_TTL);
	if (!getsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, &len) && by.s_addr)
		b->by_addr = mc_addr_of4(&by);
	b->all[1] = b->loop[1] = b->ttl[1] = -1;
	b->by[0] = b->by[1] = UINT32_MAX;
	if (b->family == MC_IPV6)
		look_multicast6(fd, b);
}

static int look_domain(int fd, struct mc_borrowed *b)
{
	int domain = number(fd, SOL_SOCKET, SO_DOMAIN);

	if (domain < 0)
		return -errno;
	if (domain == AF_INET)
		b->family = MC_IPV4;
	else if (domain == AF_INET6)
		b->family = MC_IPV6;
	return 0;
}

int mc_borrow_kind(int fd, struct mc_borrowed *ret)
{
	struct mc_borrowed b = { 0 };
	socklen_t len = sizeof b.netns;
	int r = look_domain(fd, &b);

	if (r)
		return r;
	if (b.family) {
		b.type = number(fd, SOL_SOCKET, SO_TYPE);
		b.protocol = number(fd, SOL_SOCKET, SO_PROTOCOL);
		if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &b.netns, &len))
			b.netns = 0;
	}
	*ret = b;
	return 0;
}

int mc_borrow_look(int fd, struct mc_borrowed *ret)
{
	struct mc_borrowed b;
	int r = mc_borrow_kind(fd, &b), tied;

	if (!r && b.family) {
		tied = number(fd, SOL_SOCKET, SO_BINDTOIFINDEX);
		b.ifindex = tied > 0 ? (uint32_t)tied : 0;
		b.reuse_addr = number(fd, SOL_SOCKET, SO_REUSEADDR);
		b.reuse_port = number(fd, SOL_SOCKET, SO_REUSEPORT);
		look_ends(fd, &b);
		look_memory(fd, &b);
		look_multicast(fd, &b);
	}
	if (!r)
		*ret = b;
	return r;
}

/* ---- its filter of a group ---------------------------------------------------------- */

/* Asks with room for n sources. The kernel reads how many from gf_numsrc, and tells there how many there
 * are. */
static int ask(int fd, uint32_t ifindex, const struct mc_addr *group, struct group_filter *g, uint32_t room)
{
	socklen_t len = (socklen_t)GROUP_FILTER_SIZE(room);

	memset(g, 0, GROUP_FILTER_SIZE(0));
	g->gf_interface = ifindex;
	mc_sa_put(&g->gf_group, group, 0, 0);
	g->gf_numsrc = room;
	if (!getsockopt(fd, mc_sa_level(group->family), MCAST_MSFILTER, g, &len))
		return 1;
	/* Not joined; not on an interface that is there; not of a family that the socket has. */
	return errno == EADDRNOTAVAIL || errno == ENODEV || errno == ENOPROTOOPT ? 0 : -errno;
}

static int keep(const struct group_filter *g, uint32_t n, struct mc_borrowed_filter *ret)
{
	struct mc_addr *sources = n ? malloc(n * sizeof *sources) : NULL;
	uint16_t port;

	if (n && !sources)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		sources[i] = mc_sa_get(&g->gf_slist[i], &port);
	ret->mode = g->gf_fmode == MCAST_INCLUDE ? MC_INCLUDE : MC_EXCLUDE;
	ret->n = n;
	ret->sources = sources;
	return 1;
}

/* More than were expected: with as much room as they want. Sources that are added meanwhile are left out. */
static int ask_again(int fd, uint32_t ifindex, const struct mc_addr *group, uint32_t room,
		     struct mc_borrowed_filter *ret)
{
	struct group_filter *g;
	int r;

	if (room > UINT16_MAX) /* far beyond what option memory has room for */
		return -E2BIG;
	g = malloc(GROUP_FILTER_SIZE(room));
	if (!g)
		return -ENOMEM;
	r = ask(fd, ifindex, group, g, room);
	if (r == 1)
		r = keep(g, g->gf_numsrc < room ? g->gf_numsrc : room, ret);
	free(g);
	return r;
}

int mc_borrow_filter(int fd, uint32_t ifindex, const struct mc_addr *group, struct mc_borrowed_filter *ret)
{
	union {
		struct group_filter filter;
		uint8_t room[GROUP_FILTER_SIZE(ROOM)];
	} u;
	int r = ask(fd, ifindex, group, &u.filter, ROOM);

	if (r != 1)
		return r;
	if (u.filter.gf_numsrc > ROOM)
		return ask_again(fd, ifindex, group, u.filter.gf_numsrc, ret);
	return keep(&u.filter, u.filter.gf_numsrc, ret);
}

/* ---- what a membership costs -------------------------------------------------------- */

/* A socket of our own joins a group in which its loopback interface is in any case: no packet comes of
 * that. */
static uint32_t cost_of(uint8_t family, bool source)
{
	static const struct mc_addr groups[2] = { { MC_IPV4, { 224, 0, 0, 1 } },
						  { MC_IPV6, { 0xff, 2, [15] = 1 } } };
	static const struct mc_addr sources[2] = { { MC_IPV4, { 192, 0, 2, 1 } },
						   { MC_IPV6, { 0x20, 1, 0x0d, 0xb8, [15] = 1 } } };
	struct group_source_req req = { .gsr_interface = LOOPBACK };
	struct group_req any = { .gr_interface = LOOPBACK };
	const size_t which = family == MC_IPV6;
	struct mc_borrowed b = { .options = MC_SOCKET_UNKNOWN };
	int fd = socket(family == MC_IPV6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), r;

	if (fd < 0)
		return 0;
	mc_sa_put(&req.gsr_group, &groups[which], 0, 0);
	mc_sa_put(&req.gsr_source, &sources[which], 0, 0);
	any.gr_group = req.gsr_group;
	if (source)
		r = setsockopt(fd, mc_sa_level(family), MCAST_JOIN_SOURCE_GROUP, &req, sizeof req);
	else
		r = setsockopt(fd, mc_sa_level(family), MCAST_JOIN_GROUP, &any, sizeof any);
	if (!r)
		look_memory(fd, &b);
	close(fd);
	return b.options == MC_SOCKET_UNKNOWN ? 0 : b.options;
}

void mc_borrow_cost(uint32_t ret[2])
{
	ret[0] = cost_of(MC_IPV4, false);
	ret[1] = cost_of(MC_IPV6, false);
}

void mc_borrow_list_cost(uint32_t ret[2])
{
	static const uint8_t families[2] = { MC_IPV4, MC_IPV6 };
	static const uint32_t lengths[2] = { 4, 16 };

	for (size_t i = 0; i < 2; i++) {
		uint32_t all = cost_of(families[i], true);
		uint32_t other = cost_of(families[i], false) + MC_BORROW_ROOM * lengths[i];

		ret[i] = all > other ? all - other : 0;
	}
}
