/*
 * link.c - every IGMP and MLD message on an interface in, by a packet socket and its ring; packets out, as
 * this machine by raw IP sockets, or as frames by the packet socket.
 *
 * Owns the sockets and what is told of their errors. Which packets come, filter.c says; how they are
 * fetched, ring.c; which of them are our own, sent.c. Reads nothing of a packet but its family. packet(7),
 * raw(7), RFC 9776 6, RFC 9777 6.1 (the groups a router is in), RFC 1112 6.4, RFC 2464 7 (frames).
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <mcast/link.h>
#include <mcast/msg.h>
#include <mcast/sock.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "net/filter.h"
#include "net/ifaces.h"
#include "net/ring.h"
#include "net/sent.h"
#include "net/sockaddr.h"

#define MOST_DELAY (60 * MC_SEC)
#define CHUNK 64 /* frames handed to one sendmmsg */

/* Where the address of a packet stands, behind its header: TPACKET_ALIGN without a change of sign. */
#define ADDRESS (sizeof(struct tpacket3_hdr) + -sizeof(struct tpacket3_hdr) % TPACKET_ALIGNMENT)

enum { V4, V6, FAMILIES };

struct mc_link {
	int fd;               /* the packet socket */
	int raw[FAMILIES];    /* to send; -errno: why there is none */
	int member[FAMILIES]; /* holds what this machine joined; -1 */
	uint32_t ifindex;
	bool ether, loopback;
	int missed; /* an error of the packet socket that sending took away from mc_link_recv */
	uint64_t drops;
	struct mc_ring ring;
	struct mc_sent *sent; /* NULL without conf.send */
};

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

/* ---- opening ------------------------------------------------------------------------ */

void mc_link_conf_init(struct mc_link_conf *conf)
{
	*conf = (struct mc_link_conf){ .size = sizeof *conf,
				       .ipv4 = true,
				       .ipv6 = true,
				       .all = true,
				       .ring = 4u << 20,
				       .delay = 10 * MC_MSEC };
}

static bool conf_sane(const struct mc_link_conf *c)
{
	return c->size == sizeof *c && c->ifindex && c->ifindex <= INT32_MAX && (c->ipv4 || c->ipv6) &&
	       c->ring >= MC_RING_LEAST && c->delay <= MOST_DELAY;
}

static bool wants(const struct mc_link_conf *c, int which)
{
	return which == V6 ? c->ipv6 : c->ipv4;
}

static int own_name(const struct mc_link *l, struct sockaddr_ll *ret)
{
	socklen_t len = sizeof *ret;

	return getsockname(l->fd, (struct sockaddr *)ret, &len) ? -errno : 0;
}

/* Until Linux 6.16 a bridge that snoops kept reports from its own device, whatever multicast that took. */
static bool has_deaf_bridges(void)
{
	unsigned major = 0, minor = 0;
	struct utsname u;

	return uname(&u) || sscanf(u.release, "%u.%u", &major, &minor) != 2 || major < 6 ||
	       (major == 6 && minor < 16);
}

/* Returns 1, 0 or -errno. */
static int is_deaf_bridge(uint32_t ifindex)
{
	struct mc_ifaces *ifs;

	if (!has_deaf_bridges())
		return 0;
	int r = mc_ifaces_new(&ifs, false);

	if (r)
		return r;
	const struct mc_iface *i = mc_ifaces_index(ifs, ifindex);

	r = i && i->bridge;
	mc_ifaces_free(ifs);
	return r;
}

static int take(const struct mc_link *l, unsigned short what)
{
	struct packet_mreq mreq = { .mr_ifindex = (int)l->ifindex, .mr_type = what };

	return setsockopt(l->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mreq, sizeof mreq) ? -errno : 0;
}

static int take_all(const struct mc_link *l)
{
	int r = take(l, PACKET_MR_ALLMULTI);

	if (!r)
		r = is_deaf_bridge(l->ifindex);
	return r > 0 ? take(l, PACKET_MR_PROMISC) : r;
}

/* Of what kind the interface is, a socket tells that is bound to it; with protocol 0 nothing comes yet. */
static int bind_to(struct mc_link *l, uint16_t protocol)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
				   .sll_protocol = htons(protocol),
				   .sll_ifindex = (int)l->ifindex };

	if (bind(l->fd, (struct sockaddr *)&sll, sizeof sll))
		return -errno;
	int r = own_name(l, &sll);

	if (r)
		return r;
	l->loopback = sll.sll_hatype == ARPHRD_LOOPBACK;
	l->ether = sll.sll_hatype == ARPHRD_ETHER || l->loopback;
	return 0;
}

static int open_packet(struct mc_link *l, const struct mc_link_conf *c)
{
	l->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return -errno;
	int r = bind_to(l, 0);

	if (!r)
		r = mc_filter_attach(l->fd, c->ipv4, c->ipv6, l->loopback);
	if (!r)
		r = mc_ring_open(&l->ring, l->fd, c->ring, c->delay);
	if (!r && c->all)
		r = take_all(l);
	return r ? r : bind_to(l, ETH_P_ALL);
}

/* By index, so that it needs no address; and not by a router, if a route for groups should name one. */
static int set_raw4(int fd, uint32_t ifindex)
{
	struct ip_mreqn mreq = { .imr_ifindex = (int)ifindex };
	int r = setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &mreq, sizeof mreq) ? -errno : 0;

	if (!r)
		r = set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1);
	return r ? r : set(fd, SOL_SOCKET, SO_DONTROUTE, 1);
}

static int set_raw6(int fd, uint32_t ifindex)
{
	int r = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)ifindex);

	return r ? r : set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
}

/* IPPROTO_RAW: the IP header is the caller's. The system may have no such family at all. */
static int open_raw(struct mc_link *l, int which)
{
	int fd = socket(which == V6 ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	l->raw[which] = fd < 0 ? -errno : fd;
	if (fd < 0)
		return errno == EAFNOSUPPORT ? 0 : -errno;
	int r = which == V6 ? set_raw6(fd, l->ifindex) : set_raw4(fd, l->ifindex);

	return r ? r : mc_filter_nothing(fd);
}

static int join(struct mc_link *l, int which)
{
	const struct mc_proto *p = mc_proto_of(which == V6 ? MC_IPV6 : MC_IPV4);
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = p->family;
	l->member[which] = mc_sock_open(&conf);
	if (l->member[which] < 0)
		return l->member[which] == -EAFNOSUPPORT ? 0 : l->member[which];
	int r = mc_sock_join(l->member[which], l->ifindex, &p->all_routers, NULL);

	if (!r)
		r = mc_sock_join(l->member[which], l->ifindex, &p->all_reports, NULL);
	/* What the kernel says where the interface is without IPv4, and without IPv6. */
	return r == -ENODEV || r == -EINVAL ? 0 : r;
}

static int open_all(struct mc_link *l, const struct mc_link_conf *c)
{
	int r = open_packet(l, c);

	if (!r && c->send && !(l->sent = mc_sent_new()))
		r = -ENOMEM;
	for (int which = V4; which < FAMILIES; which++) {
		if (!r && c->send)
			r = open_raw(l, which);
		if (!r && c->member && wants(c, which))
			r = join(l, which);
	}
	return r;
}

int mc_link_open(struct mc_link **ret, const struct mc_link_conf *conf)
{
	if (!conf_sane(conf))
		return MC_ERR_CONF;
	struct mc_link *l = calloc(1, sizeof *l);

	if (!l)
		return -ENOMEM;
	l->fd = -1;
	for (int which = V4; which < FAMILIES; which++) {
		l->raw[which] = MC_ERR_CONF;
		l->member[which] = -1;
	}
	l->ifindex = conf->ifindex;
	int r = open_all(l, conf);

	if (r) {
		mc_link_close(l);
		return r;
	}
	*ret = l;
	return 0;
}

static void close_some(int fd)
{
	if (fd >= 0)
		close(fd);
}

void mc_link_close(struct mc_link *l)
{
	if (!l)
		return;
	for (int which = V4; which < FAMILIES; which++) {
		close_some(l->raw[which]);
		close_some(l->member[which]);
	}
	mc_ring_close(&l->ring);
	close_some(l->fd);
	mc_sent_free(l->sent);
	free(l);
}

int mc_link_fd(const struct mc_link *l)
{
	return l->fd;
}

/* ---- receiving ---------------------------------------------------------------------- */

/* The packet as it is behind the header of its link, and what the kernel says of it. */
static void read_packet(const struct mc_link *l, const struct tpacket3_hdr *h, struct mc_packet *ret)
{
	const uint8_t *base = (const uint8_t *)h;
	const struct sockaddr_ll *sll = (const void *)(base + ADDRESS);
	uint32_t header = (uint32_t)h->tp_net - h->tp_mac;

	*ret = (struct mc_packet){
		.octets = base + h->tp_net,
		.len = h->tp_snaplen > header ? h->tp_snaplen - header : 0,
		.time = h->tp_sec * MC_SEC + h->tp_nsec,
		.outgoing = l->loopback || sll->sll_pkttype == PACKET_OUTGOING,
	};
	if (l->ether && sll->sll_halen == sizeof ret->ether)
		memcpy(ret->ether, sll->sll_addr, sizeof ret->ether);
}

/* The socket's error is read, so that it does not keep the descriptor readable. Of an interface that goes for
 * good the kernel says that it goes down, or nothing if it was; but the socket is then bound to none. */
static int read_error(struct mc_link *l)
{
	struct sockaddr_ll name = { .sll_ifindex = 0 };
	socklen_t len = sizeof(int);
	int error = 0;

	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len))
		return -errno;
	if (!error)
		error = l->missed;
	l->missed = 0;
	int r = own_name(l, &name);

	return r ? r : name.sll_ifindex != (int)l->ifindex ? -ENODEV : -error;
}

int mc_link_recv(struct mc_link *l, struct mc_packet *ret)
{
	const struct tpacket3_hdr *h;
	struct mc_packet p;

	while ((h = mc_ring_next(&l->ring))) {
		read_packet(l, h, &p);
		if (p.outgoing && l->sent && mc_sent_take(l->sent, p.octets, p.len, p.time))
			continue;
		*ret = p;
		return 1;
	}
	return read_error(l);
}

uint64_t mc_link_drops(struct mc_link *l)
{
	struct tpacket_stats_v3 stats = { .tp_drops = 0 };
	socklen_t len = sizeof stats;

	if (!getsockopt(l->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len)) /* and begins anew */
		l->drops += stats.tp_drops;
	return l->drops;
}

/* ---- sending ------------------------------------------------------------------------ */

int mc_link_send(struct mc_link *l, const void *octets, size_t len, const struct mc_addr *dst)
{
	int fd = l->raw[dst->family == MC_IPV6 ? V6 : V4];
	struct sockaddr_storage sa;
	struct timespec now;

	if (!mc_addr_is_multicast(dst))
		return MC_ERR_GROUP;
	if (fd < 0)
		return fd;
	socklen_t sa_len = mc_sa_put(&sa, dst, 0, l->ifindex);

	if (sendto(fd, octets, len, MSG_DONTWAIT, (struct sockaddr *)&sa, sa_len) < 0)
		return -errno;
	clock_gettime(CLOCK_REALTIME, &now); /* the ring's */
	mc_sent_add(l->sent, octets, len, (mc_time)now.tv_sec * MC_SEC + (mc_time)now.tv_nsec);
	return 0;
}

/* What frames need besides the octets of their packets. */
struct chunk {
	struct mmsghdr msg[CHUNK];
	struct iovec iov[CHUNK][2];
	struct ethhdr eth[CHUNK];
	struct sockaddr_ll to[FAMILIES];
	uint8_t own[6]; /* the interface's */
};

static void begin_chunk(const struct mc_link *l, struct chunk *c)
{
	static const uint16_t protocols[] = { [V4] = ETH_P_IP, [V6] = ETH_P_IPV6 };
	struct sockaddr_ll name = { .sll_halen = 0 };

	for (int which = V4; which < FAMILIES; which++)
		c->to[which] = (struct sockaddr_ll){ .sll_family = AF_PACKET,
						     .sll_protocol = htons(protocols[which]),
						     .sll_ifindex = (int)l->ifindex };
	memset(c->own, 0, sizeof c->own);
	if (l->ether && !own_name(l, &name))
		memcpy(c->own, name.sll_addr, sizeof c->own);
}

static int put_frame(const struct mc_link *l, struct chunk *c, unsigned i, const struct mc_frame *f)
{
	static const uint8_t none[6];
	struct sockaddr_ll *to = &c->to[f->dst.family == MC_IPV6 ? V6 : V4];
	struct ethhdr *eth = &c->eth[i];
	int r = mc_addr_ether(&f->dst, eth->h_dest);

	if (r)
		return r;
	memcpy(eth->h_source, memcmp(f->ether, none, sizeof none) ? f->ether : c->own, sizeof eth->h_source);
	eth->h_proto = to->sll_protocol;
	c->iov[i][0] = (struct iovec){ .iov_base = eth, .iov_len = sizeof *eth };
	c->iov[i][1] = (struct iovec){ .iov_base = (void *)f->octets, .iov_len = f->len };
	c->msg[i].msg_hdr = (struct msghdr){ .msg_name = to,
					     .msg_namelen = sizeof *to,
					     .msg_iov = &c->iov[i][l->ether ? 0 : 1],
					     .msg_iovlen = l->ether ? 2 : 1 };
	return 0;
}

/* Returns how many were sent, at least 1, or -errno. */
static int send_chunk(struct mc_link *l, struct chunk *c, unsigned n)
{
	int r = sendmmsg(l->fd, c->msg, n, MSG_DONTWAIT);

	if (r < 0 && errno == ENETDOWN) {
		/* That it was down, or is. Of the first the socket told us instead of mc_link_recv. */
		r = sendmmsg(l->fd, c->msg, n, MSG_DONTWAIT);
		if (r >= 0 || errno != ENETDOWN)
			l->missed = ENETDOWN;
	}
	if (r < 0)
		return errno == EAGAIN ? -ENOBUFS : -errno;
	return r;
}

int mc_link_forge(struct mc_link *l, const struct mc_frame *v, unsigned n)
{
	struct chunk c;
	unsigned done = 0;

	begin_chunk(l, &c);
	while (done < n) {
		unsigned room = n - done < CHUNK ? n - done : CHUNK, k = 0;
		int r = 0;

		while (k < room && !(r = put_frame(l, &c, k, &v[done + k])))
			k++;
		if (k)
			r = send_chunk(l, &c, k);
		if (r <= 0)
			return done ? (int)done : r;
		done += (unsigned)r;
		if ((unsigned)r < k)
			break;
	}
	return (int)done;
}
