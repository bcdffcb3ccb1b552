/*
 * sock.c - opening a multicast socket, and its memberships.
 *
 * Owns the socket options: what each is called for IPv4 and for IPv6 stands in one table, so
 * that there is one path for both families. Knows nothing of datagrams (batch.c) or of which
 * interfaces there are (ifaces.c). RFC 3678 (protocol-independent forms), RFC 3493.
 */
#include <errno.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <mcast/sock.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/sockaddr.h"

#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29 /* Linux 4.20; glibc 2.36 does not name it */
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define MOST_SOURCES UINT16_MAX /* far more than the kernel takes */

struct names {
	int af, level, all, pktinfo, recv_ttl, recv_tos, ttl, unicast_ttl, loop, tos, recv_err;
};

static const struct names names4 = { AF_INET,           IPPROTO_IP, IP_MULTICAST_ALL, IP_PKTINFO,
				     IP_RECVTTL,        IP_RECVTOS, IP_MULTICAST_TTL, IP_TTL,
				     IP_MULTICAST_LOOP, IP_TOS,     IP_RECVERR };
static const struct names names6 = {
	AF_INET6,        IPPROTO_IPV6,        IPV6_MULTICAST_ALL, IPV6_RECVPKTINFO,    IPV6_RECVHOPLIMIT,
	IPV6_RECVTCLASS, IPV6_MULTICAST_HOPS, IPV6_UNICAST_HOPS,  IPV6_MULTICAST_LOOP, IPV6_TCLASS,
	IPV6_RECVERR
};

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

/* As set(), where a negative value means that the system's own stays. */
static int set_given(int fd, int level, int name, int value)
{
	return value < 0 ? 0 : set(fd, level, name, value);
}

void mc_sock_conf_init(struct mc_sock_conf *conf)
{
	*conf = (struct mc_sock_conf){ .size = sizeof *conf,
				       .family = MC_IPV4,
				       .ttl = -1,
				       .unicast_ttl = -1,
				       .loop = -1,
				       .tos = -1 };
}

static bool conf_sane(const struct mc_sock_conf *c)
{
	return c->size == sizeof *c && (c->family == MC_IPV4 || c->family == MC_IPV6) && c->ttl <= 255 &&
	       c->unicast_ttl != 0 && c->unicast_ttl <= 255 && c->loop <= 1 && c->tos <= 255 &&
	       c->rcvbuf >= 0 && c->sndbuf >= 0;
}

/* The interface that multicast leaves by. It has to be the index: an address may be on two. */
static int set_interface(int fd, const struct names *n, uint32_t ifindex)
{
	struct ip_mreqn mreq = { .imr_ifindex = (int)ifindex };

	if (!ifindex)
		return 0;
	if (n->af == AF_INET6)
		return set(fd, n->level, IPV6_MULTICAST_IF, (int)ifindex);
	return setsockopt(fd, n->level, IP_MULTICAST_IF, &mreq, sizeof mreq) ? -errno : 0;
}

static int set_sending(int fd, const struct names *n, const struct mc_sock_conf *c)
{
	int r = set_interface(fd, n, c->ifindex);

	if (!r)
		r = set_given(fd, n->level, n->ttl, c->ttl);
	if (!r)
		r = set_given(fd, n->level, n->unicast_ttl, c->unicast_ttl);
	if (!r)
		r = set_given(fd, n->level, n->loop, c->loop);
	if (!r)
		r = set_given(fd, n->level, n->tos, c->tos);
	if (!r && c->tx_drops)
		r = set(fd, n->level, n->recv_err, 1);
	if (!r && c->sndbuf)
		r = set(fd, SOL_SOCKET, SO_SNDBUF, c->sndbuf);
	return r;
}

/* Of arrival alone the older option tells, in fewer octets for each datagram. With the newer one the
 * kernel begins to stamp a moment after it was asked to; with the older one, too, it stamps what came in
 * between when it is read. */
static int set_stamps(int fd, const struct mc_sock_conf *c)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE, r = 0;

	if (c->rx_time)
		flags |= SOF_TIMESTAMPING_RX_SOFTWARE;
	if (c->rx_hw_time)
		flags |= SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
	if (c->tx_time)
		flags |= SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
	if (c->rx_hw_time || c->tx_time)
		r = set(fd, SOL_SOCKET, SO_TIMESTAMPING, flags);
	return r || !c->rx_time ? r : set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

/* A socket gets what it joined itself and nothing else: IP_MULTICAST_ALL is on by default. */
static int set_receiving(int fd, const struct names *n, const struct mc_sock_conf *c)
{
	int r = set(fd, n->level, n->all, 0);

	if (!r)
		r = set(fd, n->level, n->pktinfo, 1);
	if (!r)
		r = set(fd, n->level, n->recv_ttl, 1);
	if (!r && c->rx_tos)
		r = set(fd, n->level, n->recv_tos, 1);
	if (!r && c->rx_drops)
		r = set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	if (!r && c->rcvbuf)
		r = set(fd, SOL_SOCKET, SO_RCVBUF, c->rcvbuf);
	if (!r)
		r = set_stamps(fd, c);
	if (!r && c->trains)
		(void)set(fd, IPPROTO_UDP, UDP_GRO, 1); /* Linux 5.0; without it trains come apart */
	return r;
}

/* A free port (0) is one that nobody has: it is shared once it is found, not before. */
static int bind_to(int fd, const struct names *n, const struct mc_sock_conf *c)
{
	struct mc_addr any = { .family = c->family };
	struct sockaddr_storage sa;
	int r = n->af == AF_INET6 ? set(fd, n->level, IPV6_V6ONLY, 1) : 0;

	if (!r && c->share && c->port)
		r = set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (r || (!c->bind.family && !c->port && !c->share))
		return r;
	socklen_t len = mc_sa_put(&sa, c->bind.family ? &c->bind : &any, c->port, c->ifindex);

	if (bind(fd, (struct sockaddr *)&sa, len))
		return -errno;
	return c->share && !c->port ? set(fd, SOL_SOCKET, SO_REUSEADDR, 1) : 0;
}

int mc_sock_open(const struct mc_sock_conf *conf)
{
	struct mc_sock_conf c = *conf;

	if (c.bind.family)
		c.family = c.bind.family;
	if (!conf_sane(&c))
		return MC_ERR_CONF;
	const struct names *n = c.family == MC_IPV6 ? &names6 : &names4;
	int fd = socket(n->af, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	int r = set_sending(fd, n, &c);

	if (!r)
		r = set_receiving(fd, n, &c);
	if (!r)
		r = bind_to(fd, n, &c);
	if (!r)
		return fd;
	close(fd);
	return r;
}

int mc_sock_connect(int fd, const struct mc_addr *peer, uint16_t port, uint32_t ifindex)
{
	const struct names *n = peer->family == MC_IPV6 ? &names6 : &names4;
	int r = mc_addr_is_multicast(peer) ? set_interface(fd, n, ifindex) : 0;
	struct sockaddr_storage sa;

	if (r)
		return r;
	socklen_t len = mc_sa_put(&sa, peer, port, ifindex);

	return connect(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
}

int mc_sock_local(int fd, struct mc_addr *ret_addr, uint16_t *ret_port)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof sa;

	if (getsockname(fd, (struct sockaddr *)&sa, &len))
		return -errno;
	*ret_addr = mc_sa_get(&sa, ret_port);
	return 0;
}

int mc_sock_buffers(int fd, int32_t *ret_rcvbuf, int32_t *ret_sndbuf)
{
	int rcv, snd;
	socklen_t len = sizeof rcv;

	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcv, &len) ||
	    getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &snd, &len))
		return -errno;
	*ret_rcvbuf = rcv / 2;
	*ret_sndbuf = snd / 2;
	return 0;
}

int mc_sock_drops(int fd, uint32_t *ret)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof info;

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len))
		return -errno;
	*ret = info[SK_MEMINFO_DROPS];
	return 0;
}

static int change(int fd, uint32_t ifindex, const struct mc_addr *group, const struct mc_addr *source,
		  int any_name, int source_name)
{
	struct group_source_req req = { .gsr_interface = ifindex };
	struct group_req any = { .gr_interface = ifindex };
	int level = mc_sa_level(group->family);

	if (source) {
		mc_sa_put(&req.gsr_group, group, 0, ifindex);
		mc_sa_put(&req.gsr_source, source, 0, ifindex);
		return setsockopt(fd, level, source_name, &req, sizeof req) ? -errno : 0;
	}
	mc_sa_put(&any.gr_group, group, 0, ifindex);
	return setsockopt(fd, level, any_name, &any, sizeof any) ? -errno : 0;
}

/* MCAST_INCLUDE or MCAST_EXCLUDE, or -errno where the group is not joined. The kernel lets one call
 * turn a group joined from any source into one that takes none, so it is asked first. */
static int mode_of(int fd, uint32_t ifindex, const struct mc_addr *group)
{
	struct group_filter f = { .gf_interface = ifindex };
	socklen_t len = GROUP_FILTER_SIZE(0);

	mc_sa_put(&f.gf_group, group, 0, ifindex);
	return getsockopt(fd, mc_sa_level(group->family), MCAST_MSFILTER, &f, &len) ? -errno :
										      (int)f.gf_fmode;
}

int mc_sock_join(int fd, uint32_t ifindex, const struct mc_addr *group, const struct mc_addr *source)
{
	int mode = mode_of(fd, ifindex, group);

	if ((source && source->family != group->family) || mode == (source ? MCAST_EXCLUDE : MCAST_INCLUDE))
		return -EINVAL;
	int r = change(fd, ifindex, group, source, MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP);

	if (r && source && ifindex && mode < 0) /* it joins the group first, then the source */
		(void)change(fd, ifindex, group, NULL, MCAST_LEAVE_GROUP, 0);
	return r == -EADDRNOTAVAIL && source ? -EADDRINUSE : r; /* its word for a source joined already */
}

int mc_sock_leave(int fd, uint32_t ifindex, const struct mc_addr *group, const struct mc_addr *source)
{
	int mode = source ? mode_of(fd, ifindex, group) : MCAST_INCLUDE;

	if (mode != MCAST_INCLUDE)
		return mode < 0 ? mode : -EADDRNOTAVAIL;
	return change(fd, ifindex, group, source, MCAST_LEAVE_GROUP, MCAST_LEAVE_SOURCE_GROUP);
}

/* MCAST_MSFILTER changes a membership that exists, and nothing else. */
static int set_filter(int fd, uint32_t ifindex, const struct mc_addr *group, enum mc_mode mode,
		      const struct mc_addr *sources, size_t n)
{
	size_t len = GROUP_FILTER_SIZE(n > 0 ? n : 1);
	struct group_filter *f = calloc(1, len);

	if (!f)
		return -ENOMEM;
	f->gf_interface = ifindex;
	f->gf_fmode = mode == MC_EXCLUDE ? MCAST_EXCLUDE : MCAST_INCLUDE;
	f->gf_numsrc = (uint32_t)n;
	mc_sa_put(&f->gf_group, group, 0, ifindex);
	for (size_t i = 0; i < n; i++)
		mc_sa_put(&f->gf_slist[i], &sources[i], 0, ifindex);
	int r = setsockopt(fd, mc_sa_level(group->family), MCAST_MSFILTER, f,
			   (socklen_t)GROUP_FILTER_SIZE(n)) ?
			-errno :
			0;

	free(f);
	return r;
}

int mc_sock_filter(int fd, uint32_t ifindex, const struct mc_addr *group, enum mc_mode mode,
		   const struct mc_addr *sources, size_t n)
{
	if (n > MOST_SOURCES)
		return -ENOBUFS;
	for (size_t i = 0; i < n; i++)
		if (sources[i].family != group->family)
			return -EINVAL;
	if (mode == MC_INCLUDE && n == 0) {
		int r = mc_sock_leave(fd, ifindex, group, NULL);

		return r == -EADDRNOTAVAIL ? 0 : r;
	}
	int r = set_filter(fd, ifindex, group, mode, sources, n);

	if (r != -EADDRNOTAVAIL && r != -EINVAL)
		return r;
	/* Not joined yet: begin as narrow as the mode allows, then widen. */
	r = mc_sock_join(fd, ifindex, group, mode == MC_INCLUDE ? &sources[0] : NULL);
	if (r)
		return r;
	r = set_filter(fd, ifindex, group, mode, sources, n);
	if (r)
		(void)mc_sock_leave(fd, ifindex, group, NULL);
	return r;
}
