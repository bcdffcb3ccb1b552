/*
 * heard.c - IGMP and MLD on the probed link: who asks, and whether the report of a join of ours leaves. The
 * kernel sends that report; it sends none where the group was joined before, and may send none of
 * 224.0.0.0/24 (ip-sysctl, igmp_link_local_mcast_reports): then another group is joined for it. RFC 9776
 * 4.1, 4.2, RFC 9777 5.1, 5.2.
 */
#include <errno.h>
#include <mcast/msg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "doctor/probed.h"
#include "out.h"

#define RING (512 * 1024)
#define PACKETS_MOST 4096 /* in one call */

void heard_open(struct probed *p)
{
	struct mc_link_conf conf;

	mc_link_conf_init(&conf);
	conf.ifindex = p->ifindex;
	conf.ipv4 = p->group.family == MC_IPV4;
	conf.ipv6 = !conf.ipv4;
	conf.all = false; /* queries go to groups that every host is in */
	conf.ring = RING;
	p->heard.error = mc_link_open(&p->heard.link, &conf);
}

/* ---- the join ----------------------------------------------------------------------- */

/* Whether the kernel reports this group at all (RFC 9777 6: not of scope 0 and 1, not ff02::1). */
static bool is_reported(const struct mc_addr *g)
{
	const struct mc_proto *proto = mc_proto_of(g->family);

	if (g->family == MC_IPV4)
		return mc_addr_scope(g) != 2;
	return mc_addr_scope(g) > 1 && mc_addr_cmp(g, &proto->all_nodes) != 0;
}

/* One of 233.252.0.0/24, which is for tests (RFC 6676 3), or of ff15::/16 with a number as programs choose
 * them (RFC 3307 4.3). */
static struct mc_addr any_group(uint8_t family)
{
	struct mc_addr a = { .family = family };
	uint8_t octets[4] = { 0 };

	(void)!getrandom(octets, sizeof octets, 0);
	if (family == MC_IPV4) {
		memcpy(a.b, (uint8_t[]){ 233, 252, 0 }, 3);
		a.b[3] = (uint8_t)(1 + octets[3] % 254);
		return a;
	}
	memcpy(a.b, (uint8_t[]){ 0xff, 0x15 }, 2);
	memcpy(a.b + 12, octets, sizeof octets);
	a.b[12] |= 0x80;
	return a;
}

static void choose_group(const struct look *l, struct probed *p)
{
	struct probed_heard *h = &p->heard;

	h->group = p->group;
	for (int i = 0; i < 1000 && (!is_reported(&h->group) ||
				     mc_memberships_find(&l->memberships, p->ifindex, &h->group));
	     i++) {
		h->group = any_group(p->group.family);
		h->chosen = true;
	}
}

/* Where it is the probed group itself, flow.c has joined it just after this. */
void heard_join(const struct look *l, struct probed *p)
{
	struct probed_heard *h = &p->heard;
	struct mc_sock_conf conf;

	choose_group(l, p);
	h->joined = out_now();
	if (!h->chosen)
		return;
	mc_sock_conf_init(&conf);
	conf.family = p->group.family;
	h->member = mc_sock_open(&conf);
	h->join_error = h->member < 0 ? h->member : mc_sock_join(h->member, p->ifindex, &h->group, NULL);
}

/* ---- what passes -------------------------------------------------------------------- */

static struct probed_querier *querier_of(struct probed_heard *h, const struct mc_msg *m, bool own)
{
	for (size_t i = 0; i < h->n; i++)
		if (!mc_addr_cmp(&h->queriers[i].addr, &m->ip.src) && h->queriers[i].version == m->version)
			return &h->queriers[i];
	if (h->n == PROBED_QUERIERS) {
		h->more++;
		return NULL;
	}
	h->queriers[h->n] = (struct probed_querier){ .addr = m->ip.src, .version = m->version, .own = own };
	return &h->queriers[h->n++];
}

/* General ones prove a querier; one of a group is sent by a snooping switch, too. */
static void take_query(const struct look *l, struct probed_heard *h, const struct mc_msg *m,
		       const struct mc_packet *packet)
{
	if (!mc_addr_is_unspecified(&m->query.group))
		return;
	bool own = packet->outgoing || mc_ifaces_is_own(l->ifs, &m->ip.src);
	struct probed_querier *q = querier_of(h, m, own);

	if (!q)
		return;
	if (!q->queries++)
		q->first = packet->time;
	q->last = packet->time;
	q->interval = m->query.interval;
}

static void take_report(struct probed_heard *h, const struct mc_msg *m, const struct mc_packet *packet)
{
	struct mc_record r;
	size_t pos = 0;

	if (!packet->outgoing || h->left || !h->joined || m->report.leave)
		return;
	while (mc_msg_next(m, &pos, &r))
		if (!mc_addr_cmp(&r.group, &h->group)) {
			h->left = packet->time;
			h->version = m->version;
			h->from = m->ip.src;
		}
}

static void take(const struct look *l, struct probed_heard *h, const struct mc_packet *packet)
{
	struct mc_msg m;

	mc_msg_init(&m);
	if (mc_decode(&m, packet->octets, packet->len) ||
	    (m.faults & (MC_FAULT_CHECKSUM | MC_FAULT_IP_CHECKSUM)))
		return;
	if (m.kind == MC_QUERY)
		take_query(l, h, &m, packet);
	else if (m.kind == MC_REPORT)
		take_report(h, &m, packet);
}

void heard_take(const struct look *l, struct probed *p)
{
	struct mc_packet packet;
	int r = p->heard.link ? 1 : 0;

	for (int i = 0; i < PACKETS_MOST && (r > 0 || r == -ENETDOWN); i++) {
		r = mc_link_recv(p->heard.link, &packet);
		if (r > 0)
			take(l, &p->heard, &packet);
	}
	if (r < 0 && r != -ENETDOWN)
		p->heard.error = r;
}

void heard_close(struct probed *p)
{
	mc_link_close(p->heard.link);
	if (p->heard.member >= 0)
		close(p->heard.member);
	p->heard.link = NULL;
	p->heard.member = -1;
}
