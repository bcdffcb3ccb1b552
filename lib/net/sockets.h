/*
 * sockets.h - the sockets of the calling thread's network namespace that may hold memberships: UDP,
 * UDP-Lite, raw and ping, IPv4 and IPv6. By sock_diag, which needs no privilege, and where that lacks a
 * kind, by /proc/net.
 *
 * A UDP socket that was never bound is in none of these; processes.h finds it among a process's
 * descriptors.
 */
#ifndef MC_SOCKETS_H
#define MC_SOCKETS_H

#include <mcast/base.h>

#define MC_SOCKET_UNKNOWN UINT32_MAX

struct mc_socket {
	uint64_t inode;
	uint8_t family; /* MC_IPV4, MC_IPV6 */
	/* IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_ICMP and IPPROTO_ICMPV6 (ping); of a raw one its own. */
	uint8_t protocol;
	bool raw;
	struct mc_addr local, peer; /* unspecified: any; not connected */
	uint16_t port, peer_port;   /* 0: none */
	uint32_t ifindex;           /* tied to (SO_BINDTODEVICE); 0: none */
	uint32_t uid;
	/* Octets that options take (SK_MEMINFO_OPTMEM): each membership is a part of it, so that a socket
	 * with 0 has none. MC_SOCKET_UNKNOWN: /proc does not tell. */
	uint32_t options;
	uint32_t queued,
		rcvbuf; /* octets waiting, as the kernel counts them; the most; rcvbuf MC_SOCKET_UNKNOWN */
	uint32_t drops;
	int8_t all, loop; /* IPv4: IP_MULTICAST_ALL, IP_MULTICAST_LOOP: 1, 0; -1 not told */
};

/* mc_sockets_read lists them by inode, each once. *ret is to be freed. 0 or -errno. */
int mc_sockets_read(struct mc_socket **ret, size_t *ret_n);

/* mc_sockets_find gives one of such a list, or NULL. */
const struct mc_socket *mc_sockets_find(const struct mc_socket *v, size_t n, uint64_t inode);

/* mc_sockets_parse adds those of a text such as /proc/net/udp6, for tests and fuzzing: 0 or -ENOMEM. */
int mc_sockets_parse(struct mc_socket **v, size_t *n, const char *text, uint8_t family, uint8_t protocol,
		     bool raw);

#endif
