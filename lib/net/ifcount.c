/*
 * ifcount.c - an interface's counters by netlink, RTM_GETSTATS: one message, and 64 bits on any machine.
 */
#include "net/ifcount.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/dump.h"

#define BUFFER 8192

/* Kernels that know fewer counters say so by the length; they stay 0. */
static int read_stats(const struct nlmsghdr *h, void *arg)
{
	struct rtnl_link_stats64 *s = arg;
	const struct nlattr *a;

	if (h->nlmsg_type != RTM_NEWSTATS)
		return MNL_CB_OK;
	MC_EACH_ATTR(a, h, sizeof(struct if_stats_msg)) {
		size_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == IFLA_STATS_LINK_64)
			memcpy(s, mnl_attr_get_payload(a), len < sizeof *s ? len : sizeof *s);
	}
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *nl, uint32_t ifindex, struct rtnl_link_stats64 *ret)
{
	uint8_t buf[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(buf);

	h->nlmsg_type = RTM_GETSTATS;
	h->nlmsg_flags = NLM_F_REQUEST;
	struct if_stats_msg *m = mnl_nlmsg_put_extra_header(h, sizeof *m);

	m->ifindex = ifindex;
	m->filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
	if (mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) < 0 || mnl_socket_sendto(nl, h, h->nlmsg_len) < 0)
		return -errno;
	ssize_t n = mnl_socket_recvfrom(nl, buf, sizeof buf);

	if (n > 0)
		n = mnl_cb_run(buf, (size_t)n, 0, mnl_socket_get_portid(nl), read_stats, ret);
	return n < 0 ? -errno : 0;
}

int mc_ifcount_read(uint32_t ifindex, struct mc_ifcount *ret)
{
	struct mnl_socket *nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct rtnl_link_stats64 s = { 0 };

	if (!nl)
		return -errno;
	int r = ask(nl, ifindex, &s);

	mnl_socket_close(nl);
	if (r)
		return r == -EINVAL ? -ENODEV : r; /* what the kernel says of index 0 */
	*ret = (struct mc_ifcount){ .received = s.rx_packets,
				    .dropped = s.rx_dropped,
				    .missed = s.rx_missed_errors,
				    .errors = s.rx_errors,
				    .fifo = s.rx_fifo_errors,
				    .crc = s.rx_crc_errors,
				    .frame = s.rx_frame_errors,
				    .length = s.rx_length_errors,
				    .nohandler = s.rx_nohandler };
	return 0;
}
