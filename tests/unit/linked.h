/*
 * linked.h - links over the network of netns.h: packets made from a name and addresses, and what comes of
 * them.
 *
 * The kernels of both ends report by themselves, when they like: what a test sends comes from hosts 7, 8 and
 * 9 (10.0.0.7, fe80::7), and what is heard of others is passed over where only those count.
 */
#ifndef TEST_LINKED_H
#define TEST_LINKED_H

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <mcast/link.h>
#include <mcast/msg.h>
#include <mcast/sock.h>
#include <poll.h>

#include "netns.h"

#define PACKET_MOST 4096

static const uint8_t foreign[6] = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x07 };

/* One packet, and where it goes. */
struct made {
	uint8_t octets[PACKET_MOST];
	size_t len;
	struct mc_addr dst;
};

static inline struct mc_link_conf link_conf(uint32_t ifindex)
{
	struct mc_link_conf c;

	mc_link_conf_init(&c);
	c.ifindex = ifindex;
	c.delay = MC_MSEC;
	return c;
}

static inline struct mc_link *link_open(const struct mc_link_conf *c)
{
	struct mc_link *l;
	int r = mc_link_open(&l, c);

	if (r)
		fail_msg("mc_link_open: %s", mc_strerror(r));
	return l;
}

/* A link at either end of the veth pair, that sends, too. The test is in near again. */
static inline struct mc_link *link_at(const struct netns *n, int which)
{
	struct mc_link_conf c = link_conf(which == NEAR ? V0 : V1);

	c.send = true;
	netns_go(n, which);
	struct mc_link *l = link_open(&c);

	netns_go(n, NEAR);
	return l;
}

/* ---- packets ------------------------------------------------------------------------ */

static inline void set_dst(struct made *p)
{
	p->dst = (struct mc_addr){ .family = p->octets[0] >> 4 };
	memcpy(p->dst.b, p->octets + (p->dst.family == MC_IPV6 ? 24 : 16), mc_addr_len(&p->dst));
}

static inline int write_report(struct made *p, const struct mc_msg *m, const struct mc_addr *group,
			       bool leave)
{
	struct mc_record r = { .type = leave ? MC_TO_IN : MC_IS_EX, .group = *group };
	struct mc_writer w;

	if (mc_writer_begin(&w, p->octets, 1500, m) || mc_writer_add(&w, &r))
		return -1;
	return mc_writer_end(&w);
}

/* Makes what mc_msg_name names, "IGMPv2 leave" or "MLDv1 done", from a host about a group, "" for none. */
static inline struct made make(const char *name, const char *src, const char *group)
{
	bool ipv4 = name[0] == 'I';
	const char *verb = strchr(name, ' ') + 1;
	struct mc_addr about = *group ? address(group) : (struct mc_addr){ ipv4 ? MC_IPV4 : MC_IPV6, { 0 } };
	struct made p = { .len = 0 };
	struct mc_msg m;

	mc_msg_init(&m);
	m.family = about.family;
	m.version = (uint8_t)(verb[-2] - '0');
	m.ip.src = address(src);
	m.faults = mc_addr_is_unspecified(&m.ip.src) ? MC_FAULT_SENDER : 0;
	m.kind = strcmp(verb, "query") ? MC_REPORT : MC_QUERY;
	m.query.group = about;
	m.query.max_resp = name[4] == 'v' && m.version == 1 && ipv4 ? 0 : 100 * MC_MSEC;
	int r = m.kind == MC_QUERY ? mc_encode(p.octets, sizeof p.octets, &m) :
				     write_report(&p, &m, &about, *verb == 'l' || *verb == 'd');

	if (r <= 0)
		fail_msg("%s about '%s': %s", name, group, mc_strerror(r));
	p.len = (size_t)r;
	set_dst(&p);
	return p;
}

/* A packet whose only meaning is that what was sent before it has come. */
static inline struct made make_end(uint8_t family)
{
	return family == MC_IPV6 ? make("MLDv2 report", "fe80::ee", "ff15::ee") :
				   make("IGMPv3 report", "10.0.0.238", "239.0.0.238");
}

static inline void forge(struct mc_link *l, const struct made *p)
{
	struct mc_frame f = { .octets = p->octets, .len = p->len, .dst = p->dst };

	memcpy(f.ether, foreign, sizeof f.ether);
	int r = mc_link_forge(l, &f, 1);

	if (r != 1)
		fail_msg("mc_link_forge: %s", mc_strerror(r));
}

static inline void transmit(struct mc_link *l, const struct made *p)
{
	int r = mc_link_send(l, p->octets, p->len, &p->dst);

	if (r)
		fail_msg("mc_link_send: %s", mc_strerror(r));
}

/* ---- what comes --------------------------------------------------------------------- */

/* The next packet, waited for. */
static inline struct mc_packet await(struct mc_link *l)
{
	struct pollfd p = { .fd = mc_link_fd(l), .events = POLLIN };
	struct mc_packet got;
	int r;

	while (!(r = mc_link_recv(l, &got)))
		if (poll(&p, 1, GENEROUS) != 1)
			fail_msg("nothing comes");
	if (r < 0)
		fail_msg("mc_link_recv: %s", mc_strerror(r));
	return got;
}

static inline bool is_same(const struct mc_packet *got, const struct made *p)
{
	return got->len >= p->len &&
	       !memcmp(got->octets, p->octets, p->len); /* Ethernet may have padded it */
}

/* The host that it is from, by the last octet of its address; 0 for what is no packet. */
static inline uint8_t host_of(const struct mc_packet *got)
{
	struct mc_ip ip;

	if (mc_ip_decode(&ip, got->octets, got->len))
		return 0;
	return ip.src.b[mc_addr_len(&ip.src) - 1];
}

/* What came from hosts 7 to 9 until the end came, as words: "IGMPv2 leave 7, MLDv1 done 8 out". */
static inline const char *heard(struct mc_link *l, const struct made *end)
{
	static char text[2000];
	char name[MC_MSG_NAMELEN];
	size_t n = 0;

	for (text[0] = '\0';;) {
		struct mc_packet got = await(l);
		uint8_t host = host_of(&got);
		struct mc_msg m;

		if (is_same(&got, end))
			return text;
		if (host < 7 || host > 9)
			continue;
		mc_msg_init(&m);
		int r = mc_decode(&m, got.octets, got.len);

		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %u%s", n ? ", " : "",
				      r ? mc_strerror(r) : mc_msg_name(&m, name, sizeof name), host,
				      got.outgoing ? " out" : "");
		assert_true(n < sizeof text);
	}
}

/* The record of a group that the next report of this type about it holds, waited for; in *ret its packet. */
static inline struct mc_packet await_record(struct mc_link *l, uint8_t type, const char *group)
{
	struct mc_addr about = address(group);

	for (;;) {
		struct mc_packet got = await(l);
		struct mc_record r;
		struct mc_msg m;

		mc_msg_init(&m);
		if (mc_decode(&m, got.octets, got.len))
			continue;
		for (size_t pos = 0; mc_msg_next(&m, &pos, &r);)
			if (r.type == type && !mc_addr_cmp(&r.group, &about))
				return got;
	}
}

/* A packet socket that takes and sends frames as they are. */
static inline int raw_open(const struct netns *n, int which)
{
	struct sockaddr_ll sll = { .sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = which == NEAR ? V0 : V1 };

	netns_go(n, which);
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sll, sizeof sll), 0);
	netns_go(n, NEAR);
	return fd;
}

#endif
