/*
 * mroute.c - the kernel's multicast forwarding cache. Routes of both families and IPv4's interfaces (VIFs)
 * come by netlink; IPv6's interfaces (MIFs), and whether a program has opened the cache, are told in /proc
 * alone.
 *
 * A kernel that has no cache answers a question about it with what it has otherwise, plain routes and
 * links: only messages of the cache's own families count.
 */
#include "net/mroute.h"

#include <netinet/in.h> /* before the kernel's, which give way to it */

#include <errno.h>
#include <linux/if_link.h>
#include <linux/mroute.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>

#include "base/grow.h"
#include "net/attr.h"
#include "net/dump.h"
#include "net/proc.h"

/* Routes of one family, which are asked for again; those of the other stay. */
static void forget_routes(struct mc_mroutes *m, uint8_t family)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].group.family == family)
			free(m->v[i].out);
		else
			m->v[n++] = m->v[i];
	m->n = n;
}

static void forget_routes4(void *arg)
{
	forget_routes(arg, MC_IPV4);
}

static void forget_routes6(void *arg)
{
	forget_routes(arg, MC_IPV6);
}

static void free_vifs(void *arg)
{
	struct mc_mroutes *m = arg;

	free(m->vifs);
	m->vifs = NULL;
	m->nvifs = 0;
}

void mc_mroutes_free(struct mc_mroutes *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->v[i].out);
	free(m->v);
	free_vifs(m);
	*m = (struct mc_mroutes){ 0 };
}

/* ---- routes --------------------------------------------------------------------------- */

/* Next hops lie in a row, each with its length. */
static bool read_hops(struct mc_mroute *r, const struct nlattr *a)
{
	const char *at = mnl_attr_get_payload(a);
	size_t left = mnl_attr_get_payload_len(a);
	struct rtnexthop hop;

	for (size_t step; left >= sizeof hop; at += step, left -= step) {
		memcpy(&hop, at, sizeof hop);
		step = (hop.rtnh_len + RTNH_ALIGNTO - 1u) / RTNH_ALIGNTO * RTNH_ALIGNTO;
		if (step < sizeof hop || step > left)
			break;
		struct mc_mroute_out *out = mc_grow(&r->out, &r->nout, sizeof *out);

		if (!out)
			return false;
		out->ifindex = (uint32_t)hop.rtnh_ifindex;
		out->ttl = hop.rtnh_hops;
	}
	return true;
}

static void read_stats(struct mc_mroute *r, const struct nlattr *a)
{
	struct rta_mfc_stats s;

	if (mnl_attr_get_payload_len(a) < sizeof s)
		return;
	memcpy(&s, mnl_attr_get_payload(a), sizeof s);
	r->packets = s.mfcs_packets;
	r->octets = s.mfcs_bytes;
	r->wrong = s.mfcs_wrong_if;
}

/* False: no memory. */
static bool read_route(struct mc_mroute *r, const struct nlattr *a)
{
	switch (mnl_attr_get_type(a)) {
	case RTA_TABLE: /* all of it; the header has eight bits of it */
		r->table = mc_attr_u32(a);
		break;
	case RTA_SRC:
		r->source = mc_attr_addr(a);
		break;
	case RTA_DST:
		r->group = mc_attr_addr(a);
		break;
	case RTA_IIF:
		r->in = mc_attr_u32(a);
		break;
	case RTA_MULTIPATH:
		return read_hops(r, a);
	case RTA_MFC_STATS:
		read_stats(r, a);
		break;
	case RTA_EXPIRES: /* the time since its last use, whatever it is called */
		r->idle = mc_attr_time(a);
		break;
	default:
		break;
	}
	return true;
}

static bool take_route(struct mc_mroutes *m, const struct nlmsghdr *h)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *info ||
	    (info->rtm_family != RTNL_FAMILY_IPMR && info->rtm_family != RTNL_FAMILY_IP6MR))
		return true;
	struct mc_mroute *r = mc_grow_twice(&m->v, &m->n, sizeof *r);

	if (!r)
		return false;
	r->table = info->rtm_table;
	r->unresolved = info->rtm_flags & RTNH_F_UNRESOLVED;
	r->idle = MC_NEVER;
	MC_EACH_ATTR(a, h, sizeof *info)
		if (!read_route(r, a))
			return false;
	if (!r->packets) /* it tells how long ago the route was set */
		r->idle = MC_NEVER;
	if (mc_addr_is_unspecified(&r->source))
		r->source = (struct mc_addr){ 0 };
	return true;
}

static int by_group(const void *a, const void *b)
{
	const struct mc_mroute *x = a, *y = b;
	int r = mc_addr_cmp(&x->group, &y->group);

	r = r ? r : mc_addr_cmp(&x->source, &y->source);
	return r ? r : (x->table > y->table) - (x->table < y->table);
}

/* ---- interfaces ----------------------------------------------------------------------- */

static void read_vif_attr(struct mc_mroute_vif *v, const struct nlattr *a)
{
	switch (mnl_attr_get_type(a)) {
	case IPMRA_VIFA_IFINDEX:
		v->ifindex = mc_attr_u32(a);
		break;
	case IPMRA_VIFA_VIF_ID:
		v->number = (uint16_t)mc_attr_u32(a);
		break;
	case IPMRA_VIFA_FLAGS:
		v->flags = (uint16_t)mc_attr_u32(a);
		break;
	case IPMRA_VIFA_BYTES_IN:
		v->in_octets = mc_attr_number(a);
		break;
	case IPMRA_VIFA_BYTES_OUT:
		v->out_octets = mc_attr_number(a);
		break;
	case IPMRA_VIFA_PACKETS_IN:
		v->in_packets = mc_attr_number(a);
		break;
	case IPMRA_VIFA_PACKETS_OUT:
		v->out_packets = mc_attr_number(a);
		break;
	default:
		break;
	}
}

static bool take_vifs(struct mc_mroutes *m, uint32_t table, const struct nlattr *vifs)
{
	const struct nlattr *vif, *a;

	MC_EACH_NESTED(vif, vifs) {
		struct mc_mroute_vif *v = mc_grow(&m->vifs, &m->nvifs, sizeof *v);

		if (!v)
			return false;
		v->table = table;
		v->family = MC_IPV4;
		MC_EACH_NESTED(a, vif)
			read_vif_attr(v, a);
	}
	return true;
}

static bool take_table(struct mc_mroutes *m, const struct nlattr *table)
{
	const struct nlattr *a, *vifs = NULL;
	uint32_t id = 0;

	MC_EACH_NESTED(a, table) {
		if (mnl_attr_get_type(a) == IPMRA_TABLE_ID)
			id = mc_attr_u32(a);
		else if (mnl_attr_get_type(a) == IPMRA_TABLE_VIFS)
			vifs = a;
	}
	return !vifs || take_vifs(m, id, vifs);
}

static bool take_link(struct mc_mroutes *m, const struct nlmsghdr *h)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof *info || info->ifi_family != RTNL_FAMILY_IPMR)
		return true;
	MC_EACH_ATTR(a, h, sizeof *info)
		if (mnl_attr_get_type(a) == IFLA_AF_SPEC && !take_table(m, a))
			return false;
	return true;
}

/* A line of ip6_mr_vif: number, name, octets and packets in, octets and packets out, flags. The first
 * one, of titles, has no number. A device that is gone is called "none". */
static bool read_line(struct mc_mroute_vif *v, struct mc_line line)
{
	uint64_t *const counters[] = { &v->in_octets, &v->in_packets, &v->out_octets, &v->out_packets };
	uint64_t number, flags;

	if (!mc_word_number(mc_line_word(&line), 10, UINT16_MAX, &number))
		return false;
	struct mc_line name = mc_line_word(&line);
	size_t len = (size_t)(name.end - name.at);

	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		if (!mc_word_number(mc_line_word(&line), 10, UINT64_MAX, counters[i]))
			return false;
	if (!mc_word_number(mc_line_word(&line), 16, UINT16_MAX, &flags) || len >= sizeof v->name)
		return false;
	v->table = RT_TABLE_MAIN;
	v->family = MC_IPV6;
	v->number = (uint16_t)number;
	v->flags = (uint16_t)flags;
	memcpy(v->name, name.at, len);
	v->ifindex = if_nametoindex(v->name);
	return true;
}

/* Without the table there are none: a kernel without IPv6, or without its cache. */
static int read_vifs6(struct mc_mroutes *m)
{
	struct mc_line line;
	char *all;
	int r = mc_proc_net("ip6_mr_vif", &all);

	if (r)
		return r == -ENOENT ? 0 : r;
	for (const char *text = all; !r && mc_line_next(&text, &line);) {
		struct mc_mroute_vif *slot, v = { 0 };

		if (!read_line(&v, line))
			continue;
		slot = mc_grow(&m->vifs, &m->nvifs, sizeof *slot);
		if (slot)
			*slot = v;
		else
			r = -ENOMEM;
	}
	free(all);
	return r;
}

static void name_vifs(struct mc_mroutes *m)
{
	for (size_t i = 0; i < m->nvifs; i++)
		if (m->vifs[i].family == MC_IPV4 && !if_indextoname(m->vifs[i].ifindex, m->vifs[i].name))
			m->vifs[i].name[0] = '\0';
}

/* ---- asking --------------------------------------------------------------------------- */

int mc_mroutes_take(const struct nlmsghdr *h, void *m)
{
	bool good = true;

	if (h->nlmsg_type == RTM_NEWROUTE)
		good = take_route(m, h);
	else if (h->nlmsg_type == RTM_NEWLINK)
		good = take_link(m, h);
	return good ? MNL_CB_OK : MNL_CB_ERROR; /* errno is the allocator's */
}

/* One shape serves both questions: rtmsg and ifinfomsg begin with the family, and the rest is 0. */
static int ask(struct mc_mroutes *m, uint16_t type, uint8_t family, void (*again)(void *arg))
{
	uint8_t room[MC_DUMP_ROOM] __attribute__((aligned(NLMSG_ALIGNTO))) = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(room);
	struct ifinfomsg *info;

	h->nlmsg_type = type;
	info = mnl_nlmsg_put_extra_header(h, sizeof *info);
	info->ifi_family = family;
	return mc_dump_once(NETLINK_ROUTE, h, mc_mroutes_take, again, m);
}

static int read_all(struct mc_mroutes *m)
{
	int r = ask(m, RTM_GETROUTE, RTNL_FAMILY_IPMR, forget_routes4);

	if (!r)
		r = ask(m, RTM_GETROUTE, RTNL_FAMILY_IP6MR, forget_routes6);
	if (!r)
		r = ask(m, RTM_GETLINK, RTNL_FAMILY_IPMR, free_vifs);
	name_vifs(m);
	return r ? r : read_vifs6(m);
}

int mc_mroutes_read(struct mc_mroutes *ret)
{
	struct mc_mroutes m = { 0 };
	int r = read_all(&m);

	if (r) {
		mc_mroutes_free(&m);
		return r;
	}
	if (m.n)
		qsort(m.v, m.n, sizeof *m.v, by_group);
	m.forwards[0] = mc_proc_sys("net/ipv4/conf/all/mc_forwarding") > 0;
	m.forwards[1] = mc_proc_sys("net/ipv6/conf/all/mc_forwarding") > 0;
	*ret = m;
	return 0;
}
