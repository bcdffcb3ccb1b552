/*
 * ifaces.c - interfaces and addresses, read by netlink and kept up to date.
 *
 * A change renews the whole snapshot by a fresh dump: that is simple, and it holds when
 * netlink loses messages (ENOBUFS), too. The one thing a dump cannot show, an index given up
 * and taken again in between, is seen in the messages and counted as another life.
 */
#include "net/ifaces.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/dump.h"
#include "net/sockaddr.h"

#define BUFFER 32768 /* for what changed: read, and forgotten but for its type */
#define MOST_TRIES 100

struct mc_ifaces {
	struct mnl_socket *query, *follow;
	size_t n;
	struct mc_iface *v; /* by index */
	uint32_t *gone;     /* indexes seen to go since the last snapshot */
	size_t ngone;
	uint32_t lives;
};

static void free_snapshot(struct mc_iface *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i].addrs);
	free(v);
}

void mc_ifaces_free(struct mc_ifaces *s)
{
	if (!s)
		return;
	if (s->query)
		mnl_socket_close(s->query);
	if (s->follow)
		mnl_socket_close(s->follow);
	free_snapshot(s->v, s->n);
	free(s->gone);
	free(s);
}

static struct mc_iface *find(struct mc_iface *v, size_t n, uint32_t index)
{
	for (size_t i = 0; v && i < n; i++)
		if (v[i].index == index)
			return &v[i];
	return NULL;
}

/* ---- reading ------------------------------------------------------------------------ */

/* What is particular to a bridge: IFLA_INFO_DATA comes behind IFLA_INFO_KIND. */
static void read_info(struct mc_iface *i, const struct nlattr *info)
{
	const struct nlattr *a, *b;

	MC_EACH_NESTED(a, info) {
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND) {
			strncpy(i->kind, mnl_attr_get_str(a), sizeof i->kind - 1);
			i->bridge = !strcmp(i->kind, "bridge");
		}
		if (mnl_attr_get_type(a) != IFLA_INFO_DATA || !i->bridge)
			continue;
		MC_EACH_NESTED(b, a) {
			if (mnl_attr_get_type(b) == IFLA_BR_MCAST_SNOOPING)
				i->snooping = mnl_attr_get_u8(b);
			else if (mnl_attr_get_type(b) == IFLA_BR_MCAST_QUERIER)
				i->querier = mnl_attr_get_u8(b);
		}
	}
}

static void read_attr(struct mc_iface *i, const struct nlattr *a)
{
	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		strncpy(i->name, mnl_attr_get_str(a), sizeof i->name - 1);
		break;
	case IFLA_LINK_NETNSID:
		i->beyond = true;
		break;
	case IFLA_MTU:
		i->mtu = mnl_attr_get_u32(a);
		break;
	case IFLA_ADDRESS:
		if (i->ether && mnl_attr_get_payload_len(a) == sizeof i->hardware)
			memcpy(i->hardware, mnl_attr_get_payload(a), sizeof i->hardware);
		break;
	case IFLA_LINKINFO:
		read_info(i, a);
		break;
	default:
		break;
	}
}

static int read_link(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
	struct mc_ifaces *s = arg;
	const struct nlattr *a;

	if (h->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	struct mc_iface *i = mc_grow(&s->v, &s->n, sizeof *i);

	if (!i)
		return MNL_CB_ERROR;
	i->index = (uint32_t)info->ifi_index;
	i->up = info->ifi_flags & IFF_UP;
	i->running = info->ifi_flags & IFF_RUNNING;
	i->multicast = info->ifi_flags & IFF_MULTICAST;
	i->loopback = info->ifi_flags & IFF_LOOPBACK;
	i->ether = info->ifi_type == ARPHRD_ETHER || info->ifi_type == ARPHRD_LOOPBACK;
	MC_EACH_ATTR(a, h, sizeof *info)
		read_attr(i, a);
	return MNL_CB_OK;
}

static struct mc_addr addr_of(const struct nlattr *a, unsigned char af)
{
	if (af == AF_INET && mnl_attr_get_payload_len(a) >= 4)
		return mc_addr_of4(mnl_attr_get_payload(a));
	if (af == AF_INET6 && mnl_attr_get_payload_len(a) >= 16)
		return mc_addr_of6(mnl_attr_get_payload(a));
	return (struct mc_addr){ 0 };
}

/* The address of all hosts of a subnet; the kernel honours it whether or not another was set. */
static struct mc_addr subnet_broadcast(const struct mc_ifaddr *a)
{
	struct mc_addr b = a->net;

	if (b.family != MC_IPV4 || a->len > 30)
		return (struct mc_addr){ 0 };
	for (unsigned bit = a->len; bit < 32; bit++)
		b.b[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
	return b;
}

/* An optimistic address may be used while it is tentative (RFC 4429). IFA_F_SECONDARY is IPv4's alone: the
 * same bit tells of IPv6 that an address is temporary. */
static void read_flags(struct mc_ifaddr *a, unsigned char af, uint32_t flags)
{
	a->duplicate = flags & IFA_F_DADFAILED;
	a->tentative = (flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC)) == IFA_F_TENTATIVE || a->duplicate;
	a->secondary = af == AF_INET && flags & IFA_F_SECONDARY;
}

static int read_addr(const struct nlmsghdr *h, void *arg)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(h);
	struct mc_ifaces *s = arg;
	struct mc_ifaddr found = { .len = info->ifa_prefixlen };
	struct mc_iface *i = find(s->v, s->n, info->ifa_index);
	const struct nlattr *a;

	read_flags(&found, info->ifa_family, info->ifa_flags);
	MC_EACH_ATTR(a, h, sizeof *info) {
		uint16_t type = mnl_attr_get_type(a);

		/* On a point-to-point link IFA_LOCAL is ours and IFA_ADDRESS the other end's. */
		if (type == IFA_LOCAL || (type == IFA_ADDRESS && !found.addr.family))
			found.addr = addr_of(a, info->ifa_family);
		if (type == IFA_ADDRESS)
			found.net = addr_of(a, info->ifa_family);
		else if (type == IFA_BROADCAST)
			found.broadcast = addr_of(a, info->ifa_family);
		else if (type == IFA_FLAGS) /* all of them; ifa_flags holds the first eight */
			read_flags(&found, info->ifa_family, mnl_attr_get_u32(a));
	}
	if (h->nlmsg_type != RTM_NEWADDR || !i || !found.addr.family)
		return MNL_CB_OK;
	struct mc_ifaddr *slot = mc_grow(&i->addrs, &i->naddrs, sizeof *slot);

	if (!slot)
		return MNL_CB_ERROR;
	if (!found.net.family)
		found.net = found.addr;
	*slot = found;
	return MNL_CB_OK;
}

/* One shape serves both requests: the shorter ifaddrmsg and rtgenmsg begin alike. */
static int dump(struct mc_ifaces *s, uint16_t type, mnl_cb_t cb)
{
	_Alignas(struct nlmsghdr) uint8_t room[MC_DUMP_ROOM];
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);

	h->nlmsg_type = type;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	return mc_dump(s->query, h, cb, s);
}

static int by_index(const void *a, const void *b)
{
	const struct mc_iface *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* An interface keeps its life unless its index was seen to go. */
static void carry_lives(struct mc_ifaces *s, struct mc_iface *old, size_t n)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct mc_iface *before = find(old, n, s->v[i].index);
		bool gone = !before;

		for (size_t k = 0; k < s->ngone; k++)
			gone |= s->gone[k] == s->v[i].index;
		s->v[i].life = gone ? ++s->lives : before->life;
	}
	s->ngone = 0;
}

static int try_renew(struct mc_ifaces *s)
{
	struct mc_iface *old = s->v;
	size_t n = s->n;

	s->v = NULL;
	s->n = 0;
	int r = dump(s, RTM_GETLINK, read_link);

	if (!r)
		r = dump(s, RTM_GETADDR, read_addr);
	if (r) { /* keep what was known */
		free_snapshot(s->v, s->n);
		s->v = old;
		s->n = n;
		return r;
	}
	if (s->n)
		qsort(s->v, s->n, sizeof *s->v, by_index);
	carry_lives(s, old, n);
	free_snapshot(old, n);
	return 0;
}

/* A dump that something changed under is begun again (NLM_F_DUMP_INTR). */
static int renew(struct mc_ifaces *s)
{
	int r = -EINTR;

	for (int i = 0; i < MOST_TRIES && r == -EINTR; i++)
		r = try_renew(s);
	return r;
}

/* ---- following ---------------------------------------------------------------------- */

static int note_gone(const struct nlmsghdr *h, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
	struct mc_ifaces *s = arg;

	if (h->nlmsg_type != RTM_DELLINK || info->ifi_family != AF_UNSPEC)
		return MNL_CB_OK;
	uint32_t *slot = mc_grow(&s->gone, &s->ngone, sizeof *slot);

	if (!slot)
		return MNL_CB_ERROR;
	*slot = (uint32_t)info->ifi_index;
	return MNL_CB_OK;
}

int mc_ifaces_process(struct mc_ifaces *s)
{
	uint8_t *buf = malloc(BUFFER);
	ssize_t r;

	if (!buf)
		return -ENOMEM;
	while ((r = recv(mnl_socket_get_fd(s->follow), buf, BUFFER, MSG_DONTWAIT)) > 0 ||
	       (r < 0 && errno == ENOBUFS)) /* messages were lost: the dump makes up for it */
		if (r > 0 && mnl_cb_run(buf, (size_t)r, 0, 0, note_gone, s) < 0)
			break;
	free(buf);
	return renew(s);
}

static int open_sockets(struct mc_ifaces *s, bool follow)
{
	s->query = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!s->query || mnl_socket_bind(s->query, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	if (!follow)
		return 0;
	s->follow = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!s->follow || mnl_socket_bind(s->follow, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
					  MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

int mc_ifaces_new(struct mc_ifaces **ret, bool follow)
{
	struct mc_ifaces *s = calloc(1, sizeof *s);

	if (!s)
		return -ENOMEM;
	int r = open_sockets(s, follow); /* listening begins before the first dump: nothing is missed */

	if (!r)
		r = renew(s);
	if (r) {
		mc_ifaces_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

int mc_ifaces_fd(const struct mc_ifaces *s)
{
	return s->follow ? mnl_socket_get_fd(s->follow) : -1;
}

/* ---- asking ------------------------------------------------------------------------- */

const struct mc_iface *mc_ifaces_next(const struct mc_ifaces *s, const struct mc_iface *prev)
{
	const struct mc_iface *next = prev ? prev + 1 : s->v;

	return next < s->v + s->n ? next : NULL;
}

const struct mc_iface *mc_ifaces_index(const struct mc_ifaces *s, uint32_t index)
{
	return find(s->v, s->n, index);
}

const struct mc_iface *mc_ifaces_name(const struct mc_ifaces *s, const char *name)
{
	char *end;
	unsigned long index = strtoul(name, &end, 10);

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(s, i));)
		if (!strcmp(i->name, name))
			return i;
	if (*name < '0' || *name > '9' || *end || index > UINT32_MAX)
		return NULL;
	return mc_ifaces_index(s, (uint32_t)index);
}

bool mc_iface_can(const struct mc_iface *i)
{
	return i->up && (i->multicast || i->loopback);
}

bool mc_iface_on_link(const struct mc_iface *i, const struct mc_addr *a)
{
	if (i->loopback || mc_addr_is_link_local(a))
		return true;
	for (size_t k = 0; k < i->naddrs; k++) {
		struct mc_prefix p = { .addr = i->addrs[k].net, .len = i->addrs[k].len };

		if (mc_prefix_has(&p, a) || !mc_addr_cmp(&i->addrs[k].addr, a))
			return true;
	}
	return false;
}

struct mc_addr mc_iface_own(const struct mc_iface *i, uint8_t family)
{
	for (size_t k = 0; k < i->naddrs; k++) {
		const struct mc_ifaddr *a = &i->addrs[k];

		if (a->addr.family == family && !a->tentative && !a->secondary &&
		    (family == MC_IPV4 || mc_addr_is_link_local(&a->addr)))
			return a->addr;
	}
	return (struct mc_addr){ 0 };
}

bool mc_iface_may_use(const struct mc_iface *i, const struct mc_addr *a)
{
	for (size_t k = 0; k < i->naddrs; k++)
		if (!i->addrs[k].tentative && !mc_addr_cmp(&i->addrs[k].addr, a))
			return true;
	return false;
}

bool mc_iface_has(const struct mc_iface *i, const struct mc_addr *a)
{
	for (size_t k = 0; k < i->naddrs; k++)
		if (!mc_addr_cmp(&i->addrs[k].addr, a))
			return true;
	return false;
}

bool mc_ifaces_is_own(const struct mc_ifaces *s, const struct mc_addr *a)
{
	if (mc_addr_is_loopback(a))
		return true;
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(s, i));)
		if (mc_iface_has(i, a))
			return true;
	return false;
}

bool mc_ifaces_is_broadcast(const struct mc_ifaces *s, const struct mc_addr *a)
{
	static const struct mc_addr limited = { MC_IPV4, { 255, 255, 255, 255 } };

	if (!mc_addr_cmp(a, &limited))
		return true;
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(s, i));)
		for (size_t k = 0; k < i->naddrs; k++) {
			struct mc_addr subnet = subnet_broadcast(&i->addrs[k]);

			if (a->family &&
			    (!mc_addr_cmp(&i->addrs[k].broadcast, a) || !mc_addr_cmp(&subnet, a)))
				return true;
		}
	return false;
}
