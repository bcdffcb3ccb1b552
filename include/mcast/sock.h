/*
 * sock.h - multicast sockets on Linux: open, join, leave, filter, and datagrams in batches.
 *
 * A socket here is a plain file descriptor: put it in any event loop, give it to any system
 * call, close it with close(2). The calls below set what is easily set wrong: a socket gets
 * only what it joined itself (IP_MULTICAST_ALL off), interfaces are named by index and never
 * by address, and each datagram tells which interface, destination, TTL and time it had.
 *
 * Nothing here keeps state of its own besides a batch, which belongs to one thread at a time.
 */
#ifndef MCAST_SOCK_H
#define MCAST_SOCK_H

#include <mcast/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* mc_sock_conf tells mc_sock_open what to make. Set it up with mc_sock_conf_init. */
struct mc_sock_conf {
	size_t size;         /* set by mc_sock_conf_init */
	uint8_t family;      /* MC_IPV4 or MC_IPV6; taken from bind where that is set */
	struct mc_addr bind; /* a group, an address of this machine, or none: any */
	uint16_t port;       /* to bind; 0: a free one. A sender that needs neither leaves both */
	uint32_t ifindex;    /* multicast leaves by it; the zone of a link-local bind; 0: the route's */
	int32_t ttl;         /* of multicast sent: 0 to 255; -1: the default, 1 */
	int32_t unicast_ttl; /* of unicast sent: 1 to 255; -1: the system's default */
	int32_t loop;        /* multicast sent is heard on this machine too: 1, 0; -1: the default, 1 */
	int32_t tos;         /* TOS or traffic class octet of all that is sent; -1: the default, 0 */
	int32_t rcvbuf;      /* bytes asked for; 0: the system's default */
	int32_t sndbuf;
	bool share;   /* let others on this machine bind the same port (SO_REUSEADDR) */
	bool trains;  /* receive trains whole where the kernel can (UDP_GRO): see mc_dgram.segment */
	bool rx_time; /* have the kernel stamp what arrives: mc_dgram.time */
	bool tx_time; /* have it stamp what leaves: mc_sock_tx_time */
	/* Have what a queue of this machine drops at once refused, with -ENOBUFS, and not called sent
	 * (IP_RECVERR). For sockets that send to groups only: what the network says of unicast peers is then
	 * returned by later calls, too. */
	bool tx_drops;
	/* Have the interface stamp what arrives, where it can and was told to (SIOCSHWTSTAMP, which
	 * hwstamp_ctl(8) and ptp4l(8) call): mc_dgram.hw_time. */
	bool rx_hw_time;
	bool rx_tos;   /* have the TOS or traffic class of what arrives told: mc_dgram.tos */
	bool rx_drops; /* have it told how often the socket had lost something: mc_dgram.drops */
};

/* mc_sock_conf_init fills in the defaults: IPv4, any address, a free port. */
void mc_sock_conf_init(struct mc_sock_conf *conf);

/* mc_sock_open opens a UDP socket, blocking and close-on-exec, and binds it. Bound to a group
 * it receives that group alone, and only where joined; bound to any it receives unicast and
 * the groups it joined. A buffer larger than the system's maximum is cut by the kernel without
 * an error: ask mc_sock_buffers. Returns the descriptor, -errno, or MC_ERR_CONF. */
int mc_sock_open(const struct mc_sock_conf *conf);

/* mc_sock_connect has a socket send to one peer, or from then on to another one: the kernel then looks up the
 * route once and not for each datagram, and mc_sock_send takes datagrams without a peer. Multicast leaves by
 * ifindex, 0: by what the socket was opened with; of a link-local peer it is the zone. The socket's own
 * address, where it had none, is chosen now and stays, whatever becomes of the route. It receives from that
 * peer alone: of a group, which nothing is sent from, nothing. What the network says of a unicast peer
 * (-ECONNREFUSED) is returned by a later call. Returns 0 or -errno. */
int mc_sock_connect(int fd, const struct mc_addr *peer, uint16_t port, uint32_t ifindex);

/* mc_sock_local tells the address and port a socket is bound to. Returns 0 or -errno. */
int mc_sock_local(int fd, struct mc_addr *ret_addr, uint16_t *ret_port);

/* mc_sock_buffers tells the buffers granted, in bytes as they were asked for (the kernel
 * keeps and reports twice that, for its own overhead: socket(7)). Returns 0 or -errno. */
int mc_sock_buffers(int fd, int32_t *ret_rcvbuf, int32_t *ret_sndbuf);

/* mc_sock_drops tells how often this socket lost what arrived because its receive buffer was
 * full; each time one datagram, or one train of them. Returns 0 or -errno. */
int mc_sock_drops(int fd, uint32_t *ret);

/* mc_sock_join joins a group on one interface; source NULL means from any source, otherwise
 * source-specific (call once for each source). Returns 0 or -errno, of which
 *   -ENODEV      there is no such interface (or, with ifindex 0, no route to pick one by)
 *   -EADDRINUSE  joined already
 *   -ENOBUFS     IPv4: net.ipv4.igmp_max_memberships groups a socket, or igmp_max_msf sources
 *                a group, or net.core.optmem_max; open another socket, or raise the limit
 *   -ENOMEM      IPv6: net.core.optmem_max is used up by this socket
 *   -EINVAL      not a group; or the group is joined the other way (any or one source).
 * RFC 3678 5.1 (MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP). */
int mc_sock_join(int fd, uint32_t ifindex, const struct mc_addr *group, const struct mc_addr *source);

/* mc_sock_leave undoes mc_sock_join; source NULL leaves the group whole, and does so for
 * an interface that is gone, too. Returns 0 or -errno; -EADDRNOTAVAIL: it was not joined. */
int mc_sock_leave(int fd, uint32_t ifindex, const struct mc_addr *group, const struct mc_addr *source);

/* mc_sock_filter replaces the whole filter of a group on one interface in one step, whatever
 * it was before, not joined included: INCLUDE {} leaves, EXCLUDE {} is any source (RFC 3678
 * 5.2.1, RFC 9776 2). Returns 0 or -errno as mc_sock_join, of which -ENOBUFS is that of
 * net.ipv6.mld_max_msf, too; on failure the filter is as it was. */
int mc_sock_filter(int fd, uint32_t ifindex, const struct mc_addr *group, enum mc_mode mode,
		   const struct mc_addr *sources, size_t n);

/* mc_sock_tx_time takes one send stamp of a socket opened with tx_time: id counts the calls
 * from 0 (a train is one, and one that a route refused counts besides the datagrams it was
 * taken apart into), time is CLOCK_REALTIME. Returns 1, 0 when there is none now, or
 * -errno. Stamps not taken stay in the receive buffer's accounting: do take them. */
int mc_sock_tx_time(int fd, uint32_t *ret_id, mc_time *ret_time);

/* mc_dgram is one datagram, or a train: datagrams of `segment` bytes each laid end to end (the
 * last may be shorter). What is told of a train that arrived, its times, too, holds for it as a whole.
 * The struct never changes. */
struct mc_dgram {
	void *data;
	size_t len;            /* bytes in data, all of a train */
	size_t segment;        /* 0: one datagram; otherwise bytes in each of a train */
	struct mc_addr peer;   /* received: who sent it; to send: to whom, none: as mc_sock_connect said */
	struct mc_addr local;  /* received: where it was sent to; to send: the one to send from, or none */
	struct mc_addr answer; /* received: our address to answer from, or none (IPv6 multicast) */
	bool cut;              /* longer than the room given: len is what was kept */
	uint16_t port;         /* of the peer */
	uint16_t reserved;
	uint32_t ifindex; /* it came in by; to send: leave by, 0: the route's or the socket's */
	int32_t ttl;      /* as received, -1 unknown; to send: -1 the socket's */
	int32_t tos;      /* TOS or traffic class octet as received, -1 unknown; of no effect to send */
	/* How often the socket had lost a datagram or a train, since it was opened and until this one came
	 * to its buffer: the difference of two counts, modulo 2^32, is what was lost between them. 0: none
	 * yet, or rx_drops is off. */
	uint32_t drops;
	mc_time time;    /* CLOCK_REALTIME of arrival, stamped by the kernel; 0 unknown */
	mc_time hw_time; /* of arrival, stamped by the interface, by its own clock; 0: none */
};

/* mc_batch is room for a number of datagrams and all the system call needs. */
struct mc_batch;

/* mc_batch_new makes room for n datagrams (1 to 1024) of len bytes each. 65535 holds any
 * datagram and any train. Returns 0, -ENOMEM or -EINVAL. Free it with mc_batch_free. */
int mc_batch_new(struct mc_batch **ret, unsigned n, size_t len);
void mc_batch_free(struct mc_batch *b);

/* mc_batch_recv takes what has arrived in one system call: up to the batch's size, or one only
 * where the calls before found no more at once. With wait it blocks until there is at least
 * one. Returns how many, or -errno: -EAGAIN where nothing was there, -EINTR. Errors that belong
 * to an earlier send may be returned here, too. */
int mc_batch_recv(struct mc_batch *b, int fd, bool wait);

/* mc_batch_at gives datagram i of the last mc_batch_recv; it lives until the next. The caller
 * may change it, and hand it to mc_sock_send. */
struct mc_dgram *mc_batch_at(struct mc_batch *b, unsigned i);

/* mc_sock_send sends n datagrams, with as few system calls as it can and never blocking.
 * Neighbours with the same destination, source and length leave as one train (UDP_SEGMENT)
 * where the kernel can, and one by one where not: on the wire it is the same. `segment` set
 * sends a train of the caller's making: at most 65,507 bytes in all, and best no more datagrams
 * than mc_sock_train_most says, as one that the kernel refuses is taken apart.
 * A datagram without a peer goes where the socket is connected to, its port does not count; its ttl
 * and ifindex are best left to the socket (-1, 0), as else its family has to be looked up.
 * Returns how many of the n were sent, at least 1, or -errno of the first: the caller may
 * skip that one and call again with the rest. */
int mc_sock_send(int fd, const struct mc_dgram *v, unsigned n);

/* mc_sock_train_most tells how many datagrams this kernel takes as one train: 128 (Linux 6.9), 64,
 * or 1: none. It tries, on a socket of its own that sends to itself on the loopback interface; 64
 * where that cannot be tried. mc_sock_send makes no train longer than 64 of its own accord. */
unsigned mc_sock_train_most(void);

#ifdef __cplusplus
}
#endif
#endif
