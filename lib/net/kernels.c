/*
 * kernels.c - what the kernel joins by itself, as links and addresses tell. It does not look at memberships.
 *
 * RFC 4286 4 (all snoopers), RFC 4291 2.7.1 (all routers), RFC 7348 4.2 (a VXLAN's group).
 */
#include "net/kernels.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/attr.h"
#include "net/dump.h"

#ifndef IFA_F_MCAUTOJOIN /* of Linux 3.18 */
#define IFA_F_MCAUTOJOIN 0x400
#endif

void mc_kernels_free(struct mc_kernels *k)
{
	free(k->v);
	free(k->ports);
	*k = (struct mc_kernels){ 0 };
}

/* ---- what is joined ----------------------------------------------------------------- */

static bool join(struct mc_kernels *k, uint32_t ifindex, const struct mc_addr *group, uint16_t port)
{
	struct mc_kernels_join *j;

	if (!mc_addr_is_multicast(group))
		return true;
	j = mc_grow_twice(&k->v, &k->n, sizeof *j);
	if (j)
		*j = (struct mc_kernels_join){ *group, ifindex, port };
	return j;
}

static bool join_all(struct mc_kernels *k, uint32_t ifindex, const struct mc_addr *groups, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++)
		good &= join(k, ifindex, &groups[i], 0);
	return good;
}

static bool snoops(struct mc_kernels *k, uint32_t ifindex)
{
	static const struct mc_addr groups[] = { { MC_IPV4, { 224, 0, 0, 106 } },
						 { MC_IPV6, { 0xff, 2, [15] = 0x6a } } };

	return join_all(k, ifindex, groups, 2);
}

static bool routes(struct mc_kernels *k, uint32_t ifindex)
{
	static const struct mc_addr groups[] = { { MC_IPV6, { 0xff, 1, [15] = 2 } },
						 { MC_IPV6, { 0xff, 2, [15] = 2 } },
						 { MC_IPV6, { 0xff, 5, [15] = 2 } } };

	return join_all(k, ifindex, groups, 3);
}

/* ---- links -------------------------------------------------------------------------- */

static bool read_bridge(struct mc_kernels *k, uint32_t ifindex, const struct nlattr *data)
{
	const struct nlattr *a;

	MC_EACH_NESTED(a, data)
		if (mnl_attr_get_type(a) == IFLA_BR_MCAST_SNOOPING && mc_attr_number(a))
			return snoops(k, ifindex);
	return true;
}

static bool add_port(struct mc_kernels *k, uint16_t port)
{
	uint16_t *slot = mc_grow_twice(&k->ports, &k->nports, sizeof *slot);

	if (slot)
		*slot = port;
	return slot;
}

static bool read_vxlan(struct mc_kernels *k, const struct nlattr *data)
{
	struct mc_addr group = { 0 };
	uint32_t below = 0;
	uint16_t port = 0;
	const struct nlattr *a;

	MC_EACH_NESTED(a, data)
		switch (mnl_attr_get_type(a)) {
		case IFLA_VXLAN_GROUP:
		case IFLA_VXLAN_GROUP6:
			group = mc_attr_addr(a);
			break;
		case IFLA_VXLAN_LINK:
			below = mc_attr_u32(a);
			break;
		case IFLA_VXLAN_PORT:
			port = ntohs((uint16_t)mc_attr_number(a));
			break;
		default:
			break;
		}
	return add_port(k, port) && join(k, below, &group, port);
}

static bool read_info(struct mc_kernels *k, uint32_t ifindex, const struct nlattr *info)
{
	const struct nlattr *a, *data = NULL;
	char kind[16] = "";

	MC_EACH_NESTED(a, info)
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			mc_attr_text(a, kind, sizeof kind);
		else if (mnl_attr_get_type(a) == IFLA_INFO_DATA)
			data = a;
	if (data && strcmp(kind, "bridge") == 0)
		return read_bridge(k, ifindex, data);
	return !data || strcmp(kind, "vxlan") != 0 || read_vxlan(k, data);
}

/* Whether it forwards IPv6: conf/INTERFACE/forwarding. */
static bool forwards(const struct nlattr *spec)
{
	const struct nlattr *family, *a;
	int32_t value = 0;

	MC_EACH_NESTED(family, spec)
		if (mnl_attr_get_type(family) == AF_INET6)
			MC_EACH_NESTED(a, family)
				if (mnl_attr_get_type(a) == IFLA_INET6_CONF &&
				    mnl_attr_get_payload_len(a) >= sizeof value)
					memcpy(&value, mnl_attr_get_payload(a), sizeof value); /* the first */
	return value > 0;
}

/* One whose other end, or what is below it, is elsewhere, joins there. */
static int take_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a, *info = NULL;
	struct mc_kernels *k = arg;
	bool beyond = false, good = true;

	if (h->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(h) < sizeof *m ||
	    !(m->ifi_flags & IFF_UP))
		return MNL_CB_OK;
	MC_EACH_ATTR(a, h, sizeof *m)
		if (mnl_attr_get_type(a) == IFLA_LINKINFO)
			info = a;
		else if (mnl_attr_get_type(a) == IFLA_LINK_NETNSID)
			beyond = true;
		else if (mnl_attr_get_type(a) == IFLA_AF_SPEC && forwards(a))
			good &= routes(k, (uint32_t)m->ifi_index);
	if (info && !beyond)
		good &= read_info(k, (uint32_t)m->ifi_index, info);
	return good ? MNL_CB_OK : MNL_CB_ERROR;
}

/* ---- addresses ---------------------------------------------------------------------- */

static int take_address(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *m = mnl_nlmsg_get_payload(h);
	struct mc_addr addr = { 0 };
	const struct nlattr *a;
	uint32_t flags = 0;

	if (h->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(h) < sizeof *m)
		return MNL_CB_OK;
	MC_EACH_ATTR(a, h, sizeof *m)
		if (mnl_attr_get_type(a) == IFA_FLAGS)
			flags = mc_attr_u32(a);
		else if (mnl_attr_get_type(a) == IFA_ADDRESS)
			addr = mc_attr_addr(a);
	if (flags & IFA_F_MCAUTOJOIN && !join(arg, m->ifa_index, &addr, 0))
		return MNL_CB_ERROR;
	return MNL_CB_OK;
}

/* ---- all of it ---------------------------------------------------------------------- */

struct answer {
	struct mc_kernels *k;
	size_t n, nports; /* before it */
	mnl_cb_t take;
};

static int take(const struct nlmsghdr *h, void *arg)
{
	const struct answer *a = arg;

	return a->take(h, a->k);
}

static void begin_again(void *arg)
{
	const struct answer *a = arg;

	a->k->n = a->n;
	a->k->nports = a->nports;
}

static int ask(struct mc_kernels *k, uint16_t type, size_t header, mnl_cb_t cb)
{
	uint8_t room[MC_DUMP_ROOM] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);
	struct answer a = { k, k->n, k->nports, cb };

	h->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(h, header);
	if (type == RTM_GETLINK)
		mnl_attr_put_u32(h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return mc_dump_once(NETLINK_ROUTE, h, take, begin_again, &a);
}

static int compare(const void *a, const void *b)
{
	const struct mc_kernels_join *x = a, *y = b;
	int r = mc_addr_cmp(&x->group, &y->group);

	if (!r)
		r = (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
	return r ? r : x->port - y->port;
}

/* Of several VXLANs that share a socket one joins. */
static void put_in_order(struct mc_kernels *k)
{
	size_t n = 0;

	if (k->n)
		qsort(k->v, k->n, sizeof *k->v, compare);
	for (size_t i = 0; i < k->n; i++)
		if (!n || compare(&k->v[n - 1], &k->v[i]) != 0)
			k->v[n++] = k->v[i];
	k->n = n;
}

int mc_kernels_read(struct mc_kernels *ret)
{
	struct mc_kernels k = { 0 };
	int r = ask(&k, RTM_GETLINK, sizeof(struct ifinfomsg), take_link);

	if (!r)
		r = ask(&k, RTM_GETADDR, sizeof(struct ifaddrmsg), take_address);
	if (r) {
		mc_kernels_free(&k);
		return r;
	}
	put_in_order(&k);
	*ret = k;
	return 0;
}

/* ---- asking ------------------------------------------------------------------------- */

static uint32_t count_at(const struct mc_kernels *k, uint32_t ifindex, const struct mc_addr *group)
{
	const struct mc_kernels_join key = { *group, ifindex, 0 };
	size_t low = 0, high = k->n;
	uint32_t n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&k->v[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < k->n && k->v[low].ifindex == ifindex && !mc_addr_cmp(&k->v[low].group, group); low++)
		n++;
	return n;
}

uint32_t mc_kernels_count(const struct mc_kernels *k, uint32_t ifindex, const struct mc_addr *group)
{
	return k->n ? count_at(k, ifindex, group) + count_at(k, 0, group) : 0;
}

bool mc_kernels_has_port(const struct mc_kernels *k, uint16_t port)
{
	for (size_t i = 0; i < k->nports; i++)
		if (k->ports[i] == port)
			return true;
	return false;
}
