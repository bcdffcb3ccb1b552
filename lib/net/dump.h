/*
 * dump.h - all that the kernel has of something, by netlink: the question, the answer's messages one by one.
 */
#ifndef MC_DUMP_H
#define MC_DUMP_H

#include <libmnl/libmnl.h>

/* mnl_attr_for_each, whose own conversion -Wconversion does not accept: each attribute of a message, behind a
 * header of `offset` octets, or of a nest. */
#define MC_EACH_UNTIL(a, first, end)                                                          \
	for ((a) = (first); mnl_attr_ok((a), (int)((const char *)(end) - (const char *)(a))); \
	     (a) = mnl_attr_next(a))
#define MC_EACH_ATTR(a, h, offset) \
	MC_EACH_UNTIL(a, mnl_nlmsg_get_payload_offset((h), (offset)), mnl_nlmsg_get_payload_tail(h))
#define MC_EACH_NESTED(a, nest)                                             \
	MC_EACH_UNTIL(a, (const struct nlattr *)mnl_attr_get_payload(nest), \
		      (const char *)(nest) + mnl_attr_get_len(nest))

#define MC_DUMP_ROOM 512 /* octets, enough for any question */

/* mc_dump asks a socket of NETLINK_ROUTE or NETLINK_SOCK_DIAG: h is a request that mnl_nlmsg_put_header
 * began, with its type and payload; flags and number are set here. Each message of the answer goes to cb
 * (MNL_CB_OK, or MNL_CB_ERROR with errno set). Returns 0 or -errno; -EINTR: what was listed changed
 * meanwhile, ask again. */
int mc_dump(struct mnl_socket *s, struct nlmsghdr *h, mnl_cb_t cb, void *arg);

/* mc_dump_once opens a socket of that bus for one question, asks up to a hundred times while it is -EINTR,
 * calling again(arg), unless NULL, before each but the first, and closes it. */
int mc_dump_once(int bus, struct nlmsghdr *h, mnl_cb_t cb, void (*again)(void *arg), void *arg);

#endif
