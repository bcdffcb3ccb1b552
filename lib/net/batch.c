/*
 * batch.c - datagrams in and out, many a system call, with interface, addresses, TTL and time.
 *
 * Owns control messages: every one is read or written here. A batch keeps its message headers
 * from call to call. On the way out neighbours of one length to one peer become a train
 * (UDP_SEGMENT): on loopback and veth, and in any stack without hardware help, the walk
 * through the stack costs a hundred times what the system call does.
 */
#include <time.h> /* errqueue.h uses struct timespec and does not say so */

#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <mcast/sock.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <unistd.h>

#include "net/sockaddr.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define MOST_BATCH 1024
#define MOST_DATAGRAM 65535
#define MOST_TRAIN 65507  /* octets of one train: an IPv4 datagram's worth */
#define MOST_SEGMENTS 64  /* UDP_MAX_SEGMENTS of the oldest kernels that have it */
#define LONGEST_TRAIN 128 /* UDP_MAX_SEGMENTS of the newest */
#define MOST_SEGMENT 1472 /* longer ones cost their octets, not their number */
#define CHUNK 64          /* datagrams handed to one sendmmsg */

/* Room for what set_receiving() asks for (TTL, TOS, segment and drops are an int each), and aligned as
 * CMSG wants it. */
union control {
	struct cmsghdr align;
	uint8_t room[CMSG_SPACE(sizeof(struct in6_pktinfo)) + 4 * CMSG_SPACE(sizeof(int)) +
		     CMSG_SPACE(sizeof(struct scm_timestamping)) + CMSG_SPACE(sizeof(struct timespec))];
};

struct mc_batch {
	unsigned n, used; /* used: headers that the last call changed */
	bool deep;        /* the last call gives hope of more than one: see receive() */
	size_t len;
	struct mmsghdr *msg;
	struct iovec *iov;
	struct sockaddr_storage *from;
	union control *control;
	struct mc_dgram *dgram;
	uint8_t *data;
};

void mc_batch_free(struct mc_batch *b)
{
	if (!b)
		return;
	free(b->msg);
	free(b->iov);
	free(b->from);
	free(b->control);
	free(b->dgram);
	free(b->data);
	free(b);
}

static bool allocate(struct mc_batch *b, unsigned n, size_t len)
{
	b->n = b->used = n;
	b->len = len;
	b->msg = calloc(n, sizeof *b->msg);
	b->iov = calloc(n, sizeof *b->iov);
	b->from = calloc(n, sizeof *b->from);
	b->control = calloc(n, sizeof *b->control);
	b->dgram = calloc(n, sizeof *b->dgram);
	b->data = malloc(n * len); /* not cleared: pages that no datagram fills are never touched */
	return b->msg && b->iov && b->from && b->control && b->dgram && b->data;
}

int mc_batch_new(struct mc_batch **ret, unsigned n, size_t len)
{
	if (n < 1 || n > MOST_BATCH || len < 1 || len > MOST_DATAGRAM)
		return -EINVAL;
	struct mc_batch *b = calloc(1, sizeof *b);

	if (!b || !allocate(b, n, len)) {
		mc_batch_free(b);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < n; i++) {
		b->iov[i] = (struct iovec){ .iov_base = b->data + i * len, .iov_len = len };
		b->msg[i].msg_hdr = (struct msghdr){ .msg_name = &b->from[i],
						     .msg_iov = &b->iov[i],
						     .msg_iovlen = 1,
						     .msg_control = &b->control[i] };
	}
	*ret = b;
	return 0;
}

struct mc_dgram *mc_batch_at(struct mc_batch *b, unsigned i)
{
	return &b->dgram[i];
}

static mc_time time_of(const struct timespec *ts)
{
	return (mc_time)ts->tv_sec * MC_SEC + (mc_time)ts->tv_nsec;
}

static int int_of(struct cmsghdr *c)
{
	int value;

	memcpy(&value, CMSG_DATA(c), sizeof value);
	return value;
}

static void read_ip(struct mc_dgram *d, struct cmsghdr *c)
{
	struct in_pktinfo info;

	if (c->cmsg_type == IP_TTL) {
		d->ttl = int_of(c);
	} else if (c->cmsg_type == IP_TOS) {
		d->tos = *CMSG_DATA(c);
	} else if (c->cmsg_type == IP_PKTINFO) {
		memcpy(&info, CMSG_DATA(c), sizeof info);
		d->ifindex = (uint32_t)info.ipi_ifindex;
		d->local = mc_addr_of4(&info.ipi_addr);
		d->answer = mc_addr_of4(&info.ipi_spec_dst);
	}
}

static void read_ipv6(struct mc_dgram *d, struct cmsghdr *c)
{
	struct in6_pktinfo info;

	if (c->cmsg_type == IPV6_HOPLIMIT) {
		d->ttl = int_of(c);
	} else if (c->cmsg_type == IPV6_TCLASS) {
		d->tos = int_of(c);
	} else if (c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&info, CMSG_DATA(c), sizeof info);
		d->ifindex = info.ipi6_ifindex;
		d->local = mc_addr_of6(&info.ipi6_addr);
		if (!mc_addr_is_multicast(&d->local))
			d->answer = d->local;
	}
}

static void read_socket(struct mc_dgram *d, struct cmsghdr *c)
{
	struct scm_timestamping stamp;
	struct timespec came;

	if (c->cmsg_type == SCM_TIMESTAMPNS) {
		memcpy(&came, CMSG_DATA(c), sizeof came);
		d->time = time_of(&came);
	} else if (c->cmsg_type == SCM_TIMESTAMPING) {
		memcpy(&stamp, CMSG_DATA(c), sizeof stamp);
		d->time = time_of(&stamp.ts[0]);
		d->hw_time = time_of(&stamp.ts[2]);
	} else if (c->cmsg_type == SO_RXQ_OVFL) {
		d->drops = (uint32_t)int_of(c);
	}
}

static void read_control(struct mc_dgram *d, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP)
			read_ip(d, c);
		else if (c->cmsg_level == IPPROTO_IPV6)
			read_ipv6(d, c);
		else if (c->cmsg_level == SOL_SOCKET)
			read_socket(d, c);
		else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			d->segment = (size_t)int_of(c);
	}
	if (d->segment >= d->len)
		d->segment = 0; /* a train of one */
}

/*
 * One datagram costs recvmmsg a fifth more than recvmsg, because it looks for a second; so a
 * conversation goes by recvmsg, and a crowd, as soon as there is one, by recvmmsg.
 */
static int receive(struct mc_batch *b, int fd, bool wait)
{
	if (b->deep)
		return recvmmsg(fd, b->msg, b->n, wait ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
	ssize_t len = recvmsg(fd, &b->msg[0].msg_hdr, wait ? 0 : MSG_DONTWAIT);

	if (len < 0)
		return -1;
	b->msg[0].msg_len = (unsigned)len;
	return 1;
}

int mc_batch_recv(struct mc_batch *b, int fd, bool wait)
{
	for (unsigned i = 0; i < b->used; i++) {
		b->msg[i].msg_hdr.msg_namelen = sizeof *b->from;
		b->msg[i].msg_hdr.msg_controllen = sizeof *b->control;
	}
	int n = receive(b, fd, wait);

	b->used = n > 0 ? (unsigned)n : 0;
	b->deep = b->n > 1 && n > (b->deep ? 1 : 0);
	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		struct mc_dgram *d = &b->dgram[i];

		*d = (struct mc_dgram){ .data = b->data + (size_t)i * b->len,
					.len = b->msg[i].msg_len,
					.ttl = -1,
					.tos = -1 };
		d->peer = mc_sa_get(&b->from[i], &d->port);
		d->cut = b->msg[i].msg_hdr.msg_flags & MSG_TRUNC;
		read_control(d, &b->msg[i].msg_hdr);
	}
	return n;
}

/* ---- sending ------------------------------------------------------------------------ */

struct outgoing {
	struct mmsghdr msg[CHUNK];
	unsigned first[CHUNK]; /* the datagram that message begins with */
	struct iovec iov[CHUNK];
	struct sockaddr_storage to[CHUNK];
	union control control[CHUNK];
};

static bool same_way(const struct mc_dgram *a, const struct mc_dgram *b)
{
	return a->port == b->port && a->ifindex == b->ifindex && a->ttl == b->ttl &&
	       !mc_addr_cmp(&a->peer, &b->peer) && !mc_addr_cmp(&a->local, &b->local);
}

/* How many datagrams from v on can leave as one train; 1 is no train. */
static unsigned run_length(const struct mc_dgram *v, unsigned n)
{
	size_t len = v[0].len, total = len;
	unsigned k = 1;

	if (v[0].segment || !len || len > MOST_SEGMENT)
		return 1;
	while (k < n && k < MOST_SEGMENTS && !v[k].segment && v[k].len && v[k].len <= len &&
	       total + v[k].len <= MOST_TRAIN && same_way(&v[0], &v[k])) {
		total += v[k].len;
		if (v[k++].len < len)
			break; /* a shorter one can only be the last */
	}
	return k;
}

static void put(struct msghdr *m, int level, int type, const void *value, size_t len)
{
	struct cmsghdr *c = (struct cmsghdr *)((uint8_t *)m->msg_control + m->msg_controllen);

	memset(c, 0, CMSG_SPACE(len)); /* the kernel is given no octet that was not set */
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), value, len);
	m->msg_controllen += CMSG_SPACE(len);
}

/* Of a datagram without a peer the family is the socket's. */
static bool is_six(int fd, const struct mc_dgram *d)
{
	uint8_t family = d->peer.family ? d->peer.family : d->local.family;
	int domain = AF_INET;
	socklen_t len = sizeof domain;

	if (family)
		return family == MC_IPV6;
	(void)getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	return domain == AF_INET6;
}

static void put_way(struct msghdr *m, int fd, const struct mc_dgram *d)
{
	if (!d->local.family && !d->ifindex && d->ttl < 0)
		return;
	bool six = is_six(fd, d);

	if ((d->local.family || d->ifindex) && six) {
		struct in6_pktinfo info = { .ipi6_ifindex = d->ifindex };

		memcpy(&info.ipi6_addr, d->local.b, 16);
		put(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
	} else if (d->local.family || d->ifindex) {
		struct in_pktinfo info = { .ipi_ifindex = (int)d->ifindex };

		memcpy(&info.ipi_spec_dst, d->local.b, 4);
		put(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
	}
	if (d->ttl >= 0)
		put(m, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_HOPLIMIT : IP_TTL, &d->ttl, sizeof d->ttl);
}

static void put_message(struct outgoing *o, unsigned m, int fd, const struct mc_dgram *v, unsigned first,
			unsigned k)
{
	const struct mc_dgram *d = &v[first];
	uint16_t segment = (uint16_t)(k > 1 ? d->len : d->segment);

	o->first[m] = first;
	o->msg[m].msg_hdr =
		(struct msghdr){ .msg_iov = &o->iov[first], .msg_iovlen = k, .msg_control = &o->control[m] };
	if (d->peer.family) {
		o->msg[m].msg_hdr.msg_name = &o->to[m];
		o->msg[m].msg_hdr.msg_namelen = mc_sa_put(&o->to[m], &d->peer, d->port, d->ifindex);
	}
	for (unsigned i = first; i < first + k; i++)
		o->iov[i] = (struct iovec){ .iov_base = v[i].data, .iov_len = v[i].len };
	put_way(&o->msg[m].msg_hdr, fd, d);
	if (segment)
		put(&o->msg[m].msg_hdr, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
	if (!o->msg[m].msg_hdr.msg_controllen)
		o->msg[m].msg_hdr.msg_control = NULL;
}

static int send_one(int fd, const struct mc_dgram *d)
{
	struct outgoing o;

	put_message(&o, 0, fd, d, 0, 1);
	return sendmsg(fd, &o.msg[0].msg_hdr, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Sends a train's datagrams one by one; good when the first of them left. */
static int send_apart(int fd, const struct mc_dgram *train)
{
	struct mc_dgram d = *train;

	d.segment = 0;
	for (size_t off = 0; off < train->len; off += train->segment) {
		d.data = (uint8_t *)train->data + off;
		d.len = train->len - off < train->segment ? train->len - off : train->segment;
		int r = send_one(fd, &d);

		if (r)
			return off ? 0 : r;
	}
	return 0;
}

/* What the kernel says of a train that this route cannot carry: longer than its MTU allows, no
 * checksum offload, too many segments for its age. */
static bool train_refused(int error)
{
	return error == EINVAL || error == EIO || error == EMSGSIZE || error == ENOPROTOOPT;
}

/* Message 0 of o, k datagrams from v on, was refused: try it without a train. */
static int send_without_train(int fd, const struct mc_dgram *v, unsigned k, int error)
{
	unsigned i = 0;

	if (!train_refused(error) || (k == 1 && !v->segment))
		return -error;
	if (k == 1) {
		int r = send_apart(fd, v);

		return r ? r : 1;
	}
	for (; i < k; i++) {
		int r = send_one(fd, &v[i]);

		if (r)
			return i ? (int)i : r;
	}
	return (int)i;
}

static int send_chunk(int fd, const struct mc_dgram *v, unsigned n)
{
	struct outgoing o;
	unsigned m = 0, i = 0, k;
	int sent;

	for (; i < n; i += k) {
		k = run_length(v + i, n - i);
		put_message(&o, m++, fd, v, i, k);
	}
	if (m == 1) /* the common case of a conversation, one call cheaper */
		sent = sendmsg(fd, &o.msg[0].msg_hdr, MSG_DONTWAIT) < 0 ? -1 : 1;
	else
		sent = sendmmsg(fd, o.msg, m, MSG_DONTWAIT);
	if (sent < 0)
		return send_without_train(fd, v, m > 1 ? o.first[1] : n, errno);
	return (unsigned)sent < m ? (int)o.first[sent] : (int)n;
}

int mc_sock_send(int fd, const struct mc_dgram *v, unsigned n)
{
	unsigned done = 0;

	while (done < n) {
		int r = send_chunk(fd, v + done, n - done < CHUNK ? n - done : CHUNK);

		if (r < 0)
			return done ? (int)done : r;
		done += (unsigned)r;
	}
	return (int)done;
}

/* ---- the longest train -------------------------------------------------------------- */

/* A socket that sends to itself, or -1. */
static int open_mirror(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof sa;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&sa, len) || getsockname(fd, (struct sockaddr *)&sa, &len) ||
	    connect(fd, (struct sockaddr *)&sa, len)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* 0, or why a train of n datagrams was refused. */
static int try_train(int fd, unsigned n)
{
	uint8_t data[LONGEST_TRAIN] = { 0 };
	struct mc_dgram d = { .data = data, .len = n, .segment = 1, .ttl = -1 };
	struct outgoing o;

	put_message(&o, 0, fd, &d, 0, 1);
	return sendmsg(fd, &o.msg[0].msg_hdr, MSG_DONTWAIT) < 0 ? errno : 0;
}

unsigned mc_sock_train_most(void)
{
	int fd = open_mirror(), error = 0;
	unsigned n = LONGEST_TRAIN;

	if (fd < 0)
		return MOST_SEGMENTS;
	while (n > 1 && (error = try_train(fd, n)) && train_refused(error))
		n = n > MOST_SEGMENTS ? MOST_SEGMENTS : 1;
	close(fd);
	return error && !train_refused(error) ? MOST_SEGMENTS : n;
}

/* ---- send stamps -------------------------------------------------------------------- */

/* One message of the error queue: 1 when it was a send stamp. */
static int read_stamp(struct msghdr *m, uint32_t *ret_id, mc_time *ret_time)
{
	struct sock_extended_err err = { 0 };
	struct mc_dgram d = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == SOL_SOCKET)
			read_socket(&d, c);
		else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
			 (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
			memcpy(&err, CMSG_DATA(c), sizeof err);
	}
	if (err.ee_origin != SO_EE_ORIGIN_TIMESTAMPING || !d.time)
		return 0;
	*ret_id = err.ee_data;
	*ret_time = d.time;
	return 1;
}

int mc_sock_tx_time(int fd, uint32_t *ret_id, mc_time *ret_time)
{
	union {
		struct cmsghdr align;
		uint8_t room[512];
	} control;
	int found = 0;

	while (!found) {
		struct msghdr m = { .msg_control = &control, .msg_controllen = sizeof control };

		if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			return errno == EAGAIN ? 0 : -errno;
		found = read_stamp(&m, ret_id, ret_time);
	}
	return found;
}
