/*
 * tap.c - a packet socket that sees UDP to wanted groups, come in by one interface.
 *
 * Owns the socket and the sets of groups. The kernel's filter (filter.c) lets pass what begins as all wanted
 * groups do, which tells one or a run of them from the rest; which of those are wanted is looked up here.
 * packet(7), RFC 791 3.1, RFC 8200 3, RFC 768.
 */
#include "net/tap.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine/set.h"
#include "net/filter.h"
#include "net/sockaddr.h"
#include "wire/wire.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* Linux 4.20 */
#endif

#define BUFFER (4 << 20)

enum { V4, V6, FAMILIES };
enum { HEAD4 = 20, UDP_HEAD = 8 };

struct mc_tap {
	int fd;
	uint32_t ifindex;
	bool hooked;
	struct mc_set wanted[FAMILIES];
	struct mc_low low[FAMILIES];
};

static int which_of(const struct mc_addr *group)
{
	return group->family == MC_IPV6 ? V6 : V4;
}

/* ---- opening ------------------------------------------------------------------------ */

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof value) ? -errno : 0;
}

static int bind_to(const struct mc_tap *t, uint16_t protocol)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
				   .sll_protocol = htons(protocol),
				   .sll_ifindex = (int)t->ifindex };

	return bind(t->fd, (struct sockaddr *)&sll, sizeof sll) ? -errno : 0;
}

/* With protocol 0 it is not hooked to anything yet. */
static int open_socket(struct mc_tap *t)
{
	t->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (t->fd < 0)
		return -errno;
	int r = bind_to(t, 0);

	if (!r)
		r = mc_filter_udp(t->fd, &t->low[V4], &t->low[V6]);
	if (!r)
		r = set(t->fd, SOL_SOCKET, SO_RCVBUF, BUFFER);
	if (!r) /* the filter drops what goes out anyway, but sees a copy of each */
		(void)set(t->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
	return r;
}

int mc_tap_open(struct mc_tap **ret, uint32_t ifindex)
{
	struct mc_tap *t = calloc(1, sizeof *t);

	if (!t)
		return -ENOMEM;
	t->fd = -1;
	t->ifindex = ifindex;
	int r = ifindex && ifindex <= INT32_MAX ? open_socket(t) : -ENODEV;

	if (r) {
		mc_tap_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

void mc_tap_close(struct mc_tap *t)
{
	if (!t)
		return;
	if (t->fd >= 0)
		close(t->fd);
	mc_set_free(&t->wanted[V4]);
	mc_set_free(&t->wanted[V6]);
	free(t);
}

int mc_tap_fd(const struct mc_tap *t)
{
	return t->fd;
}

/* ---- which groups ------------------------------------------------------------------- */

/* The last 32 bits of a group, which are all of an IPv4 one. */
static uint32_t low_of(const struct mc_addr *group)
{
	const uint8_t *b = group->b + mc_addr_len(group) - 4;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* One more has to pass: the bits in which it differs do not count any more, nor those behind them. */
static struct mc_low widened(const struct mc_low *low, uint32_t bits)
{
	struct mc_low wide = low->any ? *low : (struct mc_low){ true, bits, UINT32_MAX };

	while ((wide.value ^ bits) & wide.mask)
		wide.mask <<= 1;
	wide.value &= wide.mask;
	return wide;
}

static int set_low(struct mc_tap *t, int which, struct mc_low low)
{
	struct mc_low both[FAMILIES] = { t->low[V4], t->low[V6] };

	if (low.any == both[which].any && low.value == both[which].value && low.mask == both[which].mask)
		return 0;
	both[which] = low;
	int r = mc_filter_udp(t->fd, &both[V4], &both[V6]);

	if (!r)
		t->low[which] = low;
	return r;
}

/* By the first group; never undone, as the kernel cannot: then the filter drops all. */
static int hook(struct mc_tap *t)
{
	int r = t->hooked ? 0 : set(t->fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);

	if (!r && !t->hooked)
		r = bind_to(t, ETH_P_ALL);
	t->hooked |= !r;
	return r;
}

/* What has no Ethernet addresses has no filter of them either. */
static int pass_card(const struct mc_tap *t, const struct mc_addr *group, int name)
{
	struct packet_mreq mreq = { .mr_ifindex = (int)t->ifindex,
				    .mr_type = PACKET_MR_MULTICAST,
				    .mr_alen = 6 };
	int r = mc_addr_ether(group, mreq.mr_address);

	if (r)
		return r;
	return setsockopt(t->fd, SOL_PACKET, name, &mreq, sizeof mreq) && errno != EINVAL ? -errno : 0;
}

static int remember(struct mc_tap *t, const struct mc_addr *group)
{
	struct mc_addr copy = *group;
	struct mc_set *old = &t->wanted[which_of(group)];
	struct mc_set one = { .at = copy.b, .n = 1, .size = (uint32_t)mc_addr_len(group) }, both;

	if (!mc_set_mix(&both, old, &one, MC_SET_ALL))
		return -ENOMEM;
	mc_set_free(old);
	*old = both;
	return 0;
}

int mc_tap_want(struct mc_tap *t, const struct mc_addr *group)
{
	int which = which_of(group);

	if (!mc_addr_is_multicast(group))
		return -EINVAL;
	if (mc_set_has(&t->wanted[which], group->b))
		return 0;
	int r = pass_card(t, group, PACKET_ADD_MEMBERSHIP);

	if (r)
		return r;
	r = set_low(t, which, widened(&t->low[which], low_of(group)));
	if (!r)
		r = hook(t);
	if (!r)
		r = remember(t, group);
	if (r)
		(void)pass_card(t, group, PACKET_DROP_MEMBERSHIP);
	return r;
}

void mc_tap_unwant(struct mc_tap *t, const struct mc_addr *group)
{
	int which = which_of(group);
	struct mc_set *wanted = &t->wanted[which];
	struct mc_addr copy = *group;
	struct mc_set one = { .at = copy.b, .n = 1, .size = (uint32_t)mc_addr_len(group) };

	if (!mc_set_has(wanted, group->b))
		return;
	(void)pass_card(t, group, PACKET_DROP_MEMBERSHIP);
	mc_set_keep(wanted, &one, MC_SET_FIRST);
	if (!wanted->n)
		(void)set_low(t, which, (struct mc_low){ .any = false });
}

/* ---- receiving ---------------------------------------------------------------------- */

/* The IP header, to the place behind it; false: it is not a whole one. */
static bool read_ip(struct mc_rd *r, struct mc_tapped *ret)
{
	uint8_t family = r->base[0] >> 4;
	size_t header = family == MC_IPV6 ? 40 : (r->base[0] & 0xfu) * 4;

	if (header < HEAD4)
		return false;
	r->off = family == MC_IPV6 ? 8 : 12;
	mc_rd_addr(r, family, &ret->source);
	mc_rd_addr(r, family, &ret->group);
	r->off = header;
	return mc_rd_ok(r);
}

static bool read_packet(const struct mc_tap *t, const uint8_t *octets, size_t len, struct mc_tapped *ret)
{
	struct mc_rd r = { octets, len, 0, false };

	if (len < HEAD4 || !read_ip(&r, ret))
		return false;
	ret->source_port = mc_rd_u16(&r);
	ret->port = mc_rd_u16(&r);
	uint16_t udp = mc_rd_u16(&r);

	ret->len = udp > UDP_HEAD ? (uint32_t)udp - UDP_HEAD : 0;
	return mc_rd_ok(&r) && mc_set_has(&t->wanted[which_of(&ret->group)], ret->group.b);
}

static mc_time time_of(struct msghdr *m)
{
	struct timespec ts = { 0 };

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(c), sizeof ts);
	return (mc_time)ts.tv_sec * MC_SEC + (mc_time)ts.tv_nsec;
}

int mc_tap_recv(struct mc_tap *t, struct mc_tapped *ret)
{
	uint8_t octets[MC_FILTER_KEPT];
	struct mc_tapped got;
	struct msghdr m;
	union {
		struct cmsghdr align;
		uint8_t room[CMSG_SPACE(sizeof(struct timespec))];
	} control;
	ssize_t len;

	do {
		struct iovec iov = { .iov_base = octets, .iov_len = sizeof octets };

		m = (struct msghdr){ .msg_iov = &iov,
				     .msg_iovlen = 1,
				     .msg_control = &control,
				     .msg_controllen = sizeof control };
		len = recvmsg(t->fd, &m, MSG_DONTWAIT);
		if (len < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	} while (!read_packet(t, octets, (size_t)len, &got));
	got.time = time_of(&m);
	*ret = got;
	return 1;
}
