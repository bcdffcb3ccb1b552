/*
 * said.c - the error queue of a socket (ip(7), IP_RECVERR; ipv6(7)): who said what of a datagram. It judges
 * nothing.
 */
#include "doctor/said.h"

#include <errno.h>
#include <linux/errqueue.h>

#include "net/sockaddr.h"

static bool is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

/* The error is followed by the address of who reported it. */
static void read_error(struct cmsghdr *c, struct with_said *ret)
{
	struct {
		struct sock_extended_err error;
		struct sockaddr_storage by;
	} e = { 0 };
	size_t len = c->cmsg_len - CMSG_LEN(0);
	uint16_t port;

	memcpy(&e.error, CMSG_DATA(c), len < sizeof e.error ? len : sizeof e.error);
	if (len > sizeof e.error)
		memcpy(&e.by, CMSG_DATA(c) + sizeof e.error,
		       len - sizeof e.error < sizeof e.by ? len - sizeof e.error : sizeof e.by);
	*ret = (struct with_said){ .error = -(int)e.error.ee_errno };
	if (e.error.ee_origin == SO_EE_ORIGIN_ICMP || e.error.ee_origin == SO_EE_ORIGIN_ICMP6)
		ret->by = mc_sa_get(&e.by, &port);
	if (e.error.ee_errno == EMSGSIZE)
		ret->mtu = e.error.ee_info;
}

int said_take(int fd, struct mc_addr *ret_to, struct with_said *ret)
{
	union {
		struct cmsghdr align;
		uint8_t room[512];
	} control;
	struct sockaddr_storage to = { 0 };
	struct msghdr m = { .msg_name = &to,
			    .msg_namelen = sizeof to,
			    .msg_control = &control,
			    .msg_controllen = sizeof control };
	uint16_t port;

	if (recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return errno == EAGAIN ? 0 : -errno;
	*ret = (struct with_said){ 0 };
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (is_error(c))
			read_error(c, ret);
	*ret_to = mc_sa_get(&to, &port);
	return 1;
}
