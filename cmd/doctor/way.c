/*
 * way.c - one question to the kernel's routing tables (rtnetlink(7), RTM_GETROUTE) and its answer. It knows
 * no check.
 */
#include "doctor/way.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "net/attr.h"
#include "net/dump.h"

static void put_addr(struct nlmsghdr *h, uint16_t type, const struct mc_addr *a)
{
	mnl_attr_put(h, type, mc_addr_len(a), a->b);
}

/* by: RTA_OIF, RTA_IIF. */
static void put_question(struct nlmsghdr *h, const struct mc_addr *to, uint16_t by, uint32_t ifindex,
			 const struct mc_addr *from)
{
	h->nlmsg_type = RTM_GETROUTE;
	h->nlmsg_flags = NLM_F_REQUEST;
	h->nlmsg_seq = 1;
	struct rtmsg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->rtm_family = to->family == MC_IPV6 ? AF_INET6 : AF_INET;
	m->rtm_dst_len = (unsigned char)(8 * mc_addr_len(to));
	put_addr(h, RTA_DST, to);
	if (from && from->family == to->family) {
		m->rtm_src_len = (unsigned char)(8 * mc_addr_len(from));
		put_addr(h, RTA_SRC, from);
	}
	if (ifindex)
		mnl_attr_put_u32(h, by, ifindex);
}

/* Routes that forbid: IPv4 answers them by an error, IPv6 by a route of that type. */
static int error_of(unsigned char type)
{
	switch (type) {
	case RTN_UNREACHABLE:
		return EHOSTUNREACH;
	case RTN_PROHIBIT:
		return EACCES;
	case RTN_BLACKHOLE:
		return EINVAL;
	default:
		return 0;
	}
}

static int take(const struct nlmsghdr *h, void *arg)
{
	struct way *w = arg;
	const struct nlattr *a;

	if (h->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(h) < sizeof(struct rtmsg))
		return MNL_CB_OK;
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);

	errno = error_of(m->rtm_type);
	if (errno)
		return MNL_CB_ERROR;
	w->local = m->rtm_type == RTN_LOCAL;
	MC_EACH_ATTR(a, h, sizeof *m) {
		if (mnl_attr_get_type(a) == RTA_OIF)
			w->ifindex = mc_attr_u32(a);
		else if (mnl_attr_get_type(a) == RTA_PREFSRC)
			w->source = mc_attr_addr(a);
		else if (mnl_attr_get_type(a) == RTA_GATEWAY)
			w->via = mc_attr_addr(a);
	}
	return MNL_CB_STOP;
}

static int ask(struct mnl_socket *s, struct nlmsghdr *h, struct way *w)
{
	_Alignas(struct nlmsghdr) uint8_t answer[8192];
	ssize_t r = mnl_socket_sendto(s, h, h->nlmsg_len);

	if (r > 0)
		r = mnl_socket_recvfrom(s, answer, sizeof answer);
	if (r > 0)
		r = mnl_cb_run(answer, (size_t)r, h->nlmsg_seq, mnl_socket_get_portid(s), take, w);
	return r < 0 ? -errno : 0;
}

static int find(const struct mc_addr *to, uint16_t by, uint32_t ifindex, const struct mc_addr *from,
		struct way *ret)
{
	_Alignas(struct nlmsghdr) uint8_t room[MC_DUMP_ROOM];
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct way w = { 0 };

	put_question(h, to, by, ifindex, from);
	int r = s && mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) == 0 ? ask(s, h, &w) : -errno;

	if (s)
		mnl_socket_close(s);
	if (r)
		return r;
	*ret = w;
	return 0;
}

int way_to(const struct mc_addr *to, uint32_t ifindex, const struct mc_addr *from, struct way *ret)
{
	return find(to, RTA_OIF, ifindex, from, ret);
}

int way_in(const struct mc_addr *to, uint32_t ifindex, const struct mc_addr *from)
{
	struct way ignored;

	return find(to, RTA_IIF, ifindex, from, &ignored);
}
