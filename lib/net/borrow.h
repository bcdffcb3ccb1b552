/*
 * borrow.h - another process's socket, for a moment: to ask the kernel for what it alone knows of it. Nothing
 * is set, read or sent, and it is given back at once (close).
 *
 * Needs the right to trace that process (ptrace(2), PTRACE_MODE_ATTACH_REALCREDS), and Linux 5.6.
 */
#ifndef MC_BORROW_H
#define MC_BORROW_H

#include <mcast/base.h>
#include <sys/types.h>

/* mc_borrow_process opens a process: a descriptor for mc_borrow, to be closed; or -errno, -ESRCH: gone.
 * mc_borrow_thread: a thread of one, which has descriptors of its own; -EOPNOTSUPP before Linux 6.9. */
int mc_borrow_process(pid_t pid);
int mc_borrow_thread(pid_t thread);

/* mc_borrow gives a descriptor of one of its sockets, close-on-exec: close it soon, as the socket lives until
 * then. -errno: -EPERM: not allowed; -ESRCH: the process is gone; -EBADF: it is not that socket any more. */
int mc_borrow(int process, int fd, uint64_t inode);

/* What else a borrowed socket tells; -1: does not apply. */
struct mc_borrowed {
	uint8_t family; /* 0: neither IPv4 nor IPv6: no other field is set */
	int type, protocol;
	uint64_t netns; /* cookie of its namespace (SO_NETNS_COOKIE, Linux 5.14); 0: unknown */
	struct mc_addr local, peer;
	uint16_t port, peer_port;
	uint32_t ifindex;                        /* tied to */
	uint32_t options, rcvbuf, queued, drops; /* as in sockets.h */
	int all[2], loop[2], ttl[2];             /* of multicast, IPv4 and IPv6 */
	/* The interface multicast is sent by, 0: the route's; UINT32_MAX: not told, which IPv4's never is. */
	uint32_t by[2];
	struct mc_addr by_addr; /* IPv4's, if it was set by an address of it; family 0 */
	int reuse_addr, reuse_port;
};
int mc_borrow_look(int fd, struct mc_borrowed *ret); /* 0 or -errno */

/* mc_borrow_kind is the first part of it, family to netns, and clears the rest. */
int mc_borrow_kind(int fd, struct mc_borrowed *ret);

/* A socket's filter of one group on one interface. */
struct mc_borrowed_filter {
	enum mc_mode mode;
	size_t n;
	struct mc_addr *sources; /* to be freed; of an IPv4 or IPv6 group */
};

/* mc_borrow_filter asks for it (MCAST_MSFILTER): 1; 0: it did not join that; -errno. */
int mc_borrow_filter(int fd, uint32_t ifindex, const struct mc_addr *group, struct mc_borrowed_filter *ret);

/* mc_borrow_cost tells how many octets of option memory (sockets.h) a membership without sources takes on
 * this kernel, by family; measured on sockets of our own, 0: could not be. */
void mc_borrow_cost(uint32_t ret[2]);

/* mc_borrow_list_cost tells what a list of sources takes besides; each source in it adds an address's length.
 * The kernel makes room for MC_BORROW_ROOM more when one is added, and for just as many as there are when
 * the whole list is set. */
#define MC_BORROW_ROOM 10 /* IP_SFBLOCK, IP6_SFBLOCK */
void mc_borrow_list_cost(uint32_t ret[2]);

#endif
