/*
 * bridges.c - Linux bridges by netlink: RTM_GETLINK tells of bridges, their queriers and ports, RTM_GETMDB
 * of groups and router ports. It does not judge what it reads.
 */
#include "net/bridges.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/attr.h"
#include "net/dump.h"

void mc_bridges_free(struct mc_bridges *b)
{
	free(b->v);
	free(b->ports);
	free(b->groups);
	*b = (struct mc_bridges){ 0 };
}

/* ---- order ---------------------------------------------------------------------------- */

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_index(const void *a, const void *b)
{
	const struct mc_bridge *x = a, *y = b;

	return order(x->ifindex, y->ifindex);
}

static int port_by_index(const void *a, const void *b)
{
	const struct mc_bridge_port *x = a, *y = b;

	return order(x->ifindex, y->ifindex);
}

static int by_group(const void *a, const void *b)
{
	const struct mc_bridge_group *x = a, *y = b;
	int r = order(x->bridge, y->bridge);

	r = r ? r : mc_addr_cmp(&x->group, &y->group);
	r = r ? r : order(x->port, y->port);
	r = r ? r : order(x->vlan, y->vlan);
	return r ? r : mc_addr_cmp(&x->source, &y->source);
}

static int by_group_listed(const void *a, const void *b)
{
	const struct mc_bridge_group *x = a, *y = b;
	int r = by_group(a, b);

	return r ? r : order(x->listed, y->listed);
}

/* A source mostly comes twice: as an entry of its own, without a time, and with one in the list of its
 * group. */
static void merge_sources(struct mc_bridges *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->ngroups; i++) {
		struct mc_bridge_group *g = &b->groups[i];

		if (n && !by_group(&b->groups[n - 1], g)) {
			if (!b->groups[n - 1].permanent && g->left > b->groups[n - 1].left)
				b->groups[n - 1].left = g->left;
		} else {
			b->groups[n++] = *g;
		}
	}
	b->ngroups = n;
}

void mc_bridges_order(struct mc_bridges *b)
{
	if (b->n)
		qsort(b->v, b->n, sizeof *b->v, by_index);
	if (b->nports)
		qsort(b->ports, b->nports, sizeof *b->ports, port_by_index);
	if (b->ngroups)
		qsort(b->groups, b->ngroups, sizeof *b->groups, by_group_listed);
	merge_sources(b);
}

const struct mc_bridge *mc_bridges_index(const struct mc_bridges *b, uint32_t ifindex)
{
	struct mc_bridge key = { .ifindex = ifindex };

	return b->n ? bsearch(&key, b->v, b->n, sizeof *b->v, by_index) : NULL;
}

static struct mc_bridge_port *find_port(const struct mc_bridges *b, uint32_t ifindex)
{
	struct mc_bridge_port key = { .ifindex = ifindex };

	return b->nports ? bsearch(&key, b->ports, b->nports, sizeof *b->ports, port_by_index) : NULL;
}

const struct mc_bridge_port *mc_bridges_port(const struct mc_bridges *b, uint32_t ifindex)
{
	return find_port(b, ifindex);
}

/* ---- links ---------------------------------------------------------------------------- */

/* The attributes of both families are alike but for their numbers. */
static void read_querier(struct mc_bridge_querier *q, const struct nlattr *state, uint16_t first)
{
	const struct nlattr *a;

	MC_EACH_NESTED(a, state) {
		int which = mnl_attr_get_type(a) - first + BRIDGE_QUERIER_IP_ADDRESS;

		if (which == BRIDGE_QUERIER_IP_ADDRESS) {
			q->addr = mc_attr_addr(a);
			q->present = true;
		} else if (which == BRIDGE_QUERIER_IP_PORT) {
			q->port = mc_attr_u32(a);
		} else if (which == BRIDGE_QUERIER_IP_OTHER_TIMER) {
			mc_time left = mc_attr_time(a);

			q->left = left ? left : 1; /* it runs, and has less than a tick to go */
		}
	}
	if (q->left)
		return;
	/* No time: itself. Without a link-local address it cannot ask by MLD, which shows as "::". */
	q->present = q->present && (q->addr.family != MC_IPV6 || !mc_addr_is_unspecified(&q->addr));
	q->addr = (struct mc_addr){ 0 };
}

static void read_options(struct mc_bridge *b, const struct nlattr *a)
{
	struct br_boolopt_multi options;

	if (mnl_attr_get_payload_len(a) < sizeof options)
		return;
	memcpy(&options, mnl_attr_get_payload(a), sizeof options);
	b->vlan_snooping = options.optval & 1u << BR_BOOLOPT_MCAST_VLAN_SNOOPING;
}

static void read_bridge_attr(struct mc_bridge *b, const struct nlattr *a)
{
	switch (mnl_attr_get_type(a)) {
	case IFLA_BR_MCAST_SNOOPING:
		b->snooping = mc_attr_u8(a);
		break;
	case IFLA_BR_VLAN_FILTERING:
		b->vlan_filtering = mc_attr_u8(a);
		break;
	case IFLA_BR_MULTI_BOOLOPT:
		read_options(b, a);
		break;
	case IFLA_BR_MCAST_QUERIER:
		b->querier = mc_attr_u8(a);
		break;
	case IFLA_BR_MCAST_IGMP_VERSION:
		b->igmp_version = mc_attr_u8(a);
		break;
	case IFLA_BR_MCAST_MLD_VERSION:
		b->mld_version = mc_attr_u8(a);
		break;
	case IFLA_BR_MCAST_ROUTER:
		b->router = mc_attr_u8(a);
		break;
	case IFLA_BR_MCAST_QUERY_INTVL:
		b->query_interval = mc_attr_time(a);
		break;
	case IFLA_BR_MCAST_QUERY_RESPONSE_INTVL:
		b->query_response_interval = mc_attr_time(a);
		break;
	case IFLA_BR_MCAST_MEMBERSHIP_INTVL:
		b->membership_interval = mc_attr_time(a);
		break;
	case IFLA_BR_MCAST_QUERIER_INTVL:
		b->querier_interval = mc_attr_time(a);
		break;
	case IFLA_BR_MCAST_QUERIER_STATE:
		read_querier(&b->known[0], a, BRIDGE_QUERIER_IP_ADDRESS);
		read_querier(&b->known[1], a, BRIDGE_QUERIER_IPV6_ADDRESS);
		break;
	default:
		break;
	}
}

static void read_bridge(struct mc_bridge *b, const struct nlattr *data)
{
	const struct nlattr *a;
	bool told = false;

	MC_EACH_NESTED(a, data) {
		read_bridge_attr(b, a);
		told |= mnl_attr_get_type(a) == IFLA_BR_MCAST_QUERIER_STATE;
	}
	/* What asks, and is not told of, is the bridge of an older kernel. */
	for (int i = 0; i < 2 && !told; i++)
		b->known[i].present = b->snooping && b->querier;
}

static void read_port(struct mc_bridge_port *p, const struct nlattr *data)
{
	const struct nlattr *a;

	MC_EACH_NESTED(a, data) {
		uint8_t value = mc_attr_u8(a);

		switch (mnl_attr_get_type(a)) {
		case IFLA_BRPORT_STATE:
			p->state = value;
			break;
		case IFLA_BRPORT_MCAST_FLOOD:
			p->flood = value;
			break;
		case IFLA_BRPORT_FAST_LEAVE:
			p->fast_leave = value;
			break;
		case IFLA_BRPORT_MCAST_TO_UCAST:
			p->to_unicast = value;
			break;
		case IFLA_BRPORT_ISOLATED:
			p->isolated = value;
			break;
		case IFLA_BRPORT_MULTICAST_ROUTER:
			p->router = value;
			p->router_known = value == MDB_RTR_TYPE_PERM;
			break;
		default:
			break;
		}
	}
}

/* What a link is, as far as it concerns bridges; a bridge can be the port of another device, too, such
 * as a VRF. */
struct link {
	uint32_t master;
	char name[MC_IFNAME_SIZE];
	char kind[8], slave_kind[8];
	const struct nlattr *data, *slave_data;
};

static void read_info(struct link *l, const struct nlattr *info)
{
	const struct nlattr *a;

	MC_EACH_NESTED(a, info) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == IFLA_INFO_KIND)
			mc_attr_text(a, l->kind, sizeof l->kind);
		else if (type == IFLA_INFO_SLAVE_KIND)
			mc_attr_text(a, l->slave_kind, sizeof l->slave_kind);
		else if (type == IFLA_INFO_DATA)
			l->data = a;
		else if (type == IFLA_INFO_SLAVE_DATA)
			l->slave_data = a;
	}
}

static struct link read_link(const struct nlmsghdr *h)
{
	struct link l = { 0 };
	const struct nlattr *a;

	MC_EACH_ATTR(a, h, sizeof(struct ifinfomsg)) {
		uint16_t type = mnl_attr_get_type(a);

		if (type == IFLA_IFNAME)
			mc_attr_text(a, l.name, sizeof l.name);
		else if (type == IFLA_MASTER)
			l.master = mc_attr_u32(a);
		else if (type == IFLA_LINKINFO)
			read_info(&l, a);
	}
	return l;
}

static bool take_bridge(struct mc_bridges *b, uint32_t ifindex, const struct link *l)
{
	struct mc_bridge *v = mc_grow(&b->v, &b->n, sizeof *v);

	if (!v)
		return false;
	v->ifindex = ifindex;
	memcpy(v->name, l->name, sizeof v->name);
	read_bridge(v, l->data);
	return true;
}

static bool take_port(struct mc_bridges *b, uint32_t ifindex, const struct link *l)
{
	struct mc_bridge_port *p = mc_grow(&b->ports, &b->nports, sizeof *p);

	if (!p)
		return false;
	p->ifindex = ifindex;
	p->bridge = l->master;
	memcpy(p->name, l->name, sizeof p->name);
	read_port(p, l->slave_data);
	return true;
}

static bool take_link(struct mc_bridges *b, const struct nlmsghdr *h)
{
	const struct ifinfomsg *m = mnl_nlmsg_get_payload(h);

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m)
		return true;
	struct link l = read_link(h);
	uint32_t ifindex = (uint32_t)m->ifi_index;

	if (l.data && !strcmp(l.kind, "bridge") && !take_bridge(b, ifindex, &l))
		return false;
	return !l.slave_data || strcmp(l.slave_kind, "bridge") || take_port(b, ifindex, &l);
}

/* ---- groups --------------------------------------------------------------------------- */

static struct mc_addr group_of(const struct br_mdb_entry *e)
{
	if (e->addr.proto == htons(ETH_P_IP))
		return mc_addr_of4(&(struct in_addr){ e->addr.u.ip4 });
	if (e->addr.proto == htons(ETH_P_IPV6))
		return mc_addr_of6(&e->addr.u.ip6);
	return (struct mc_addr){ 0 }; /* a group of Ethernet alone */
}

/* One source of the list of a group, which is kept beside it. */
static bool take_listed(struct mc_bridges *b, struct mc_bridge_group g, const struct nlattr *entry)
{
	bool excludes = g.mode == MC_EXCLUDE;
	const struct nlattr *a;

	g.source = (struct mc_addr){ 0 };
	g.left = 0;
	g.listed = true;
	g.mode = MC_INCLUDE;
	MC_EACH_NESTED(a, entry) {
		if (mnl_attr_get_type(a) == MDBA_MDB_SRCATTR_ADDRESS)
			g.source = mc_attr_addr(a);
		else if (mnl_attr_get_type(a) == MDBA_MDB_SRCATTR_TIMER)
			g.left = mc_attr_time(a);
	}
	g.left = g.permanent ? 0 : g.left;
	g.blocked = excludes && !g.left; /* RFC 9776 6.2.3: without a timer it is one of those left out */
	struct mc_bridge_group *slot = g.source.family ?
					       mc_grow_twice(&b->groups, &b->ngroups, sizeof *slot) :
					       NULL;

	if (slot)
		*slot = g;
	return slot || !g.source.family;
}

/* The mode tells what the sources of the list are, and may come behind it. */
static bool take_group(struct mc_bridges *b, struct mc_bridge_group g, const struct nlattr *first,
		       const char *end)
{
	const struct nlattr *a, *entry, *sources = NULL;

	/* Not told of the host itself, nor when the bridge speaks IGMPv2; the kernel's numbers are not
	 * ours. */
	g.mode = MC_EXCLUDE;
	MC_EACH_UNTIL(a, first, end)
	{
		uint16_t type = mnl_attr_get_type(a);

		if (type == MDBA_MDB_EATTR_TIMER)
			g.left = mc_attr_time(a);
		else if (type == MDBA_MDB_EATTR_SOURCE)
			g.source = mc_attr_addr(a);
		else if (type == MDBA_MDB_EATTR_GROUP_MODE)
			g.mode = mc_attr_u8(a) == MCAST_INCLUDE ? MC_INCLUDE : MC_EXCLUDE;
		else if (type == MDBA_MDB_EATTR_SRC_LIST)
			sources = a;
	}
	g.left = g.permanent ? 0 : g.left;
	if (g.source.family)
		g.mode = MC_INCLUDE;
	struct mc_bridge_group *slot = mc_grow_twice(&b->groups, &b->ngroups, sizeof *slot);

	if (!slot)
		return false;
	*slot = g;
	if (sources)
		MC_EACH_NESTED(entry, sources)
			if (!take_listed(b, g, entry))
				return false;
	return true;
}

static bool take_entry(struct mc_bridges *b, uint32_t bridge, const struct nlattr *info)
{
	const char *end = (const char *)info + mnl_attr_get_len(info);
	struct br_mdb_entry e;

	if (mnl_attr_get_payload_len(info) < sizeof e)
		return true;
	memcpy(&e, mnl_attr_get_payload(info), sizeof e);
	struct mc_bridge_group g = {
		.bridge = bridge,
		.port = e.ifindex,
		.vlan = e.vid,
		.group = group_of(&e),
		.permanent = e.state & MDB_PERMANENT,
		.blocked = e.flags & MDB_FLAGS_BLOCKED,
	};
	_Static_assert(sizeof e % MNL_ALIGNTO == 0, "the attributes are right behind it");
	const struct br_mdb_entry *first = mnl_attr_get_payload(info);

	return !g.group.family || take_group(b, g, (const struct nlattr *)(first + 1), end);
}

static bool take_entries(struct mc_bridges *b, uint32_t bridge, const struct nlattr *mdb)
{
	const struct nlattr *entry, *info;

	MC_EACH_NESTED(entry, mdb)
		MC_EACH_NESTED(info, entry)
			if (mnl_attr_get_type(info) == MDBA_MDB_ENTRY_INFO && !take_entry(b, bridge, info))
				return false;
	return true;
}

static void take_router_ports(struct mc_bridges *b, const struct nlattr *routers)
{
	const struct nlattr *a;
	uint32_t ifindex;

	MC_EACH_NESTED(a, routers) {
		if (mnl_attr_get_type(a) != MDBA_ROUTER_PORT || mnl_attr_get_payload_len(a) < sizeof ifindex)
			continue;
		memcpy(&ifindex, mnl_attr_get_payload(a), sizeof ifindex);
		struct mc_bridge_port *p = find_port(b, ifindex);

		if (p)
			p->router_known = true;
	}
}

/* A device that is no bridge may have an mdb as well: VXLAN, whose groups are no ports' members. */
static bool take_mdb(struct mc_bridges *b, const struct nlmsghdr *h)
{
	const struct br_port_msg *m = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *m || !mc_bridges_index(b, m->ifindex))
		return true;
	MC_EACH_ATTR(a, h, sizeof *m) {
		if (mnl_attr_get_type(a) == MDBA_ROUTER)
			take_router_ports(b, a);
		else if (mnl_attr_get_type(a) == MDBA_MDB && !take_entries(b, m->ifindex, a))
			return false;
	}
	return true;
}

/* ---- asking --------------------------------------------------------------------------- */

int mc_bridges_take(const struct nlmsghdr *h, void *b)
{
	bool good = true;

	if (h->nlmsg_type == RTM_NEWLINK)
		good = take_link(b, h);
	else if (h->nlmsg_type == RTM_GETMDB ||
		 h->nlmsg_type == RTM_NEWMDB) /* which of them, kernels differ */
		good = take_mdb(b, h);
	return good ? MNL_CB_OK : MNL_CB_ERROR; /* errno is the allocator's */
}

static void forget(void *b)
{
	mc_bridges_free(b);
}

static void forget_groups(void *arg)
{
	struct mc_bridges *b = arg;

	b->ngroups = 0;
	for (size_t i = 0; i < b->nports; i++)
		b->ports[i].router_known = b->ports[i].router == MDB_RTR_TYPE_PERM;
}

static int ask_links(struct mc_bridges *b)
{
	uint8_t room[MC_DUMP_ROOM] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);

	h->nlmsg_type = RTM_GETLINK;
	mnl_nlmsg_put_extra_header(h, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(h, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	return mc_dump_once(NETLINK_ROUTE, h, mc_bridges_take, forget, b);
}

static int ask_groups(struct mc_bridges *b)
{
	uint8_t room[MC_DUMP_ROOM] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);
	struct br_port_msg *m;

	h->nlmsg_type = RTM_GETMDB;
	m = mnl_nlmsg_put_extra_header(h, sizeof *m);
	m->family = AF_BRIDGE;
	return mc_dump_once(NETLINK_ROUTE, h, mc_bridges_take, forget_groups, b);
}

/* A kernel that has no bridges, or cannot snoop, need not know of an mdb. */
int mc_bridges_read(struct mc_bridges *ret)
{
	struct mc_bridges b = { 0 };
	int r = ask_links(&b);

	mc_bridges_order(&b);
	if (!r && b.n)
		r = ask_groups(&b);
	mc_bridges_order(&b);
	if (r && r != -EOPNOTSUPP)
		mc_bridges_free(&b);
	else
		*ret = b;
	return r;
}
