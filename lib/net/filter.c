/*
 * filter.c - which packets the kernel hands to a packet socket, as a program of classic BPF.
 *
 * Whatever the kind of link, it reads from the network header on, and asks the kernel for the protocol and
 * the VLAN tag. IGMP: protocol 2, not a later fragment (RFC 791 3.1). MLD and Multicast Router Discovery:
 * their ICMPv6 types (RFC 9777 5, RFC 4286 3) behind a hop-by-hop header of any length (RFC 8200 4.3), and
 * without one, too: that is wrong and to be counted. A VLAN tag of VID 0 is a priority and no VLAN (IEEE
 * 802.1Q). UDP: protocol 17, not a later fragment; of IPv6 it has to follow the header at once.
 */
#include "net/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

/* Offsets, from the network header on. */
#define NET(offset) ((uint32_t)(SKF_NET_OFF + (offset)))
#define IPV4_FRAGMENT NET(6)
#define IPV4_PROTOCOL NET(9)
#define IPV6_NEXT NET(6)
#define IPV6_HEAD 40
#define HOPS_NEXT NET(IPV6_HEAD)
#define HOPS_LENGTH NET(IPV6_HEAD + 1) /* in units of 8 octets, the first 8 not counted */

#define VID 0x0fff
#define OFFSET 0x1fff
#define ALL UINT32_MAX /* octets of a packet that are kept */

enum {
	MLD_QUERY = 130,
	MLD_DONE = 132, /* 131 is a Report */
	MLD_REPORT_V2 = 143,
	MRD_FIRST = 151,
	MRD_LAST = 153
};

/* ---- IGMP and MLD ------------------------------------------------------------------- */

/* Each line of the program, by what it does: jumps are to names. Those without a line of their own stand for
 * the next one. */
enum line {
	DIRECTION,
	IF_OUTGOING,
	TAG,
	IF_TAGGED,
	TAG_VID,
	IF_VLAN,
	TYPE,
	IF_IPV4,
	IF_IPV6,
	IPV4,
	IF_IGMP,
	FRAGMENT,
	IF_LATER,
	IPV6,
	IF_ICMP,
	IF_HOPS,
	HOPS,
	IF_HOPS_ICMP,
	HOPS_UNITS,
	HOPS_OCTETS,
	HOPS_END,
	HOPS_DONE,
	TO_MESSAGE,
	DIRECT,
	MESSAGE,
	FROM_QUERY,
	TO_DONE,
	IS_REPORT,
	FROM_MRD,
	TO_MRD,
	KEEP,
	DROP,
	LINES
};

#define LOAD(line, size, from) [line] = BPF_STMT(BPF_LD | BPF_##size | BPF_ABS, (uint32_t)(from))
#define LOAD_X(line, size, from) [line] = BPF_STMT(BPF_LD | BPF_##size | BPF_IND, (uint32_t)(from))
#define DO(line, op, k) [line] = BPF_STMT(BPF_ALU | BPF_##op | BPF_K, k)
#define IF(line, test, k, yes, no) \
	[line] = BPF_JUMP(BPF_JMP | BPF_##test | BPF_K, k, (yes) - (line)-1, (no) - (line)-1)
#define GO(line, to) [line] = BPF_STMT(BPF_JMP | BPF_JA, (to) - (line)-1)
#define RETURN(k) BPF_STMT(BPF_RET | BPF_K, k)

static const struct sock_filter program[LINES] = {
	LOAD(DIRECTION, W, SKF_AD_OFF + SKF_AD_PKTTYPE),
	IF(IF_OUTGOING, JEQ, PACKET_OUTGOING, DROP, TAG),
	LOAD(TAG, W, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
	IF(IF_TAGGED, JEQ, 0, TYPE, TAG_VID),
	LOAD(TAG_VID, W, SKF_AD_OFF + SKF_AD_VLAN_TAG),
	IF(IF_VLAN, JSET, VID, DROP, TYPE),
	LOAD(TYPE, W, SKF_AD_OFF + SKF_AD_PROTOCOL),
	IF(IF_IPV4, JEQ, ETH_P_IP, IPV4, IF_IPV6),
	IF(IF_IPV6, JEQ, ETH_P_IPV6, IPV6, DROP),

	LOAD(IPV4, B, IPV4_PROTOCOL),
	IF(IF_IGMP, JEQ, IPPROTO_IGMP, FRAGMENT, DROP),
	LOAD(FRAGMENT, H, IPV4_FRAGMENT),
	IF(IF_LATER, JSET, OFFSET, DROP, KEEP),

	LOAD(IPV6, B, IPV6_NEXT),
	IF(IF_ICMP, JEQ, IPPROTO_ICMPV6, DIRECT, IF_HOPS),
	IF(IF_HOPS, JEQ, IPPROTO_HOPOPTS, HOPS, DROP),
	LOAD(HOPS, B, HOPS_NEXT),
	IF(IF_HOPS_ICMP, JEQ, IPPROTO_ICMPV6, HOPS_UNITS, DROP),
	LOAD(HOPS_UNITS, B, HOPS_LENGTH),
	DO(HOPS_OCTETS, MUL, 8),
	DO(HOPS_END, ADD, IPV6_HEAD + 8),
	[HOPS_DONE] = BPF_STMT(BPF_MISC | BPF_TAX, 0),
	GO(TO_MESSAGE, MESSAGE),
	[DIRECT] = BPF_STMT(BPF_LDX | BPF_IMM, IPV6_HEAD),

	LOAD_X(MESSAGE, B, NET(0)),
	IF(FROM_QUERY, JGE, MLD_QUERY, TO_DONE, DROP),
	IF(TO_DONE, JGT, MLD_DONE, IS_REPORT, KEEP),
	IF(IS_REPORT, JEQ, MLD_REPORT_V2, KEEP, FROM_MRD),
	IF(FROM_MRD, JGE, MRD_FIRST, TO_MRD, DROP),
	IF(TO_MRD, JGT, MRD_LAST, DROP, KEEP),

	[KEEP] = RETURN(ALL),
	[DROP] = RETURN(0),
};

/* ---- UDP to groups ------------------------------------------------------------------ */

#define IPV4_DESTINATION NET(16)
#define IPV6_DESTINATION NET(24)
#define IPV6_DESTINATION_LOW NET(36)

enum udp_line {
	UDP_DIRECTION,
	UDP_IF_OUTGOING,
	UDP_TAG,
	UDP_IF_TAGGED,
	UDP_TAG_VID,
	UDP_IF_VLAN,
	UDP_TYPE,
	UDP_IF_IPV4,
	UDP_IF_IPV6,
	UDP_IPV4,
	UDP_IF_UDP4,
	UDP_FRAGMENT,
	UDP_IF_LATER,
	UDP_GROUP4,
	UDP_MASK4,
	UDP_IF_GROUP4,
	UDP_IPV6,
	UDP_IF_UDP6,
	UDP_FIRST6,
	UDP_IF_GROUP6,
	UDP_GROUP6,
	UDP_MASK6,
	UDP_IF_LOW6,
	UDP_KEEP,
	UDP_DROP,
	UDP_LINES
};

/* The masks and values of the groups are filled in. An IPv4 header may have options, of at most 40 octets. */
static const struct sock_filter udp_program[UDP_LINES] = {
	LOAD(UDP_DIRECTION, W, SKF_AD_OFF + SKF_AD_PKTTYPE),
	IF(UDP_IF_OUTGOING, JEQ, PACKET_OUTGOING, UDP_DROP, UDP_TAG),
	LOAD(UDP_TAG, W, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
	IF(UDP_IF_TAGGED, JEQ, 0, UDP_TYPE, UDP_TAG_VID),
	LOAD(UDP_TAG_VID, W, SKF_AD_OFF + SKF_AD_VLAN_TAG),
	IF(UDP_IF_VLAN, JSET, VID, UDP_DROP, UDP_TYPE),
	LOAD(UDP_TYPE, W, SKF_AD_OFF + SKF_AD_PROTOCOL),
	IF(UDP_IF_IPV4, JEQ, ETH_P_IP, UDP_IPV4, UDP_IF_IPV6),
	IF(UDP_IF_IPV6, JEQ, ETH_P_IPV6, UDP_IPV6, UDP_DROP),

	LOAD(UDP_IPV4, B, IPV4_PROTOCOL),
	IF(UDP_IF_UDP4, JEQ, IPPROTO_UDP, UDP_FRAGMENT, UDP_DROP),
	LOAD(UDP_FRAGMENT, H, IPV4_FRAGMENT),
	IF(UDP_IF_LATER, JSET, OFFSET, UDP_DROP, UDP_GROUP4),
	LOAD(UDP_GROUP4, W, IPV4_DESTINATION),
	DO(UDP_MASK4, AND, 0),
	IF(UDP_IF_GROUP4, JEQ, 0, UDP_KEEP, UDP_DROP),

	LOAD(UDP_IPV6, B, IPV6_NEXT),
	IF(UDP_IF_UDP6, JEQ, IPPROTO_UDP, UDP_FIRST6, UDP_DROP),
	LOAD(UDP_FIRST6, B, IPV6_DESTINATION),
	IF(UDP_IF_GROUP6, JEQ, 0xff, UDP_GROUP6, UDP_DROP),
	LOAD(UDP_GROUP6, W, IPV6_DESTINATION_LOW),
	DO(UDP_MASK6, AND, 0),
	IF(UDP_IF_LOW6, JEQ, 0, UDP_KEEP, UDP_DROP),

	[UDP_KEEP] = RETURN(MC_FILTER_KEPT),
	[UDP_DROP] = RETURN(0),
};

/* ---- attaching ---------------------------------------------------------------------- */

static int replace(int fd, struct sock_filter *lines, unsigned short n)
{
	struct sock_fprog prog = { .len = n, .filter = lines };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof prog) ? -errno : 0;
}

static int attach(int fd, struct sock_filter *lines, unsigned short n)
{
	int yes = 1, r = replace(fd, lines, n);

	if (!r && setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &yes, sizeof yes))
		r = -errno;
	return r;
}

int mc_filter_attach(int fd, bool ipv4, bool ipv6, bool loopback)
{
	const struct sock_filter drop = RETURN(0);
	unsigned short first = loopback ? DIRECTION : TAG;
	struct sock_filter own[LINES];

	memcpy(own, program, sizeof own);
	if (!ipv4)
		own[IPV4] = drop;
	if (!ipv6)
		own[IPV6] = drop;
	return attach(fd, own + first, (unsigned short)(LINES - first));
}

int mc_filter_udp(int fd, const struct mc_low *ipv4, const struct mc_low *ipv6)
{
	const struct sock_filter drop = RETURN(0);
	struct sock_filter own[UDP_LINES];

	memcpy(own, udp_program, sizeof own);
	own[UDP_MASK4].k = ipv4->mask;
	own[UDP_IF_GROUP4].k = ipv4->value;
	own[UDP_MASK6].k = ipv6->mask;
	own[UDP_IF_LOW6].k = ipv6->value;
	if (!ipv4->any)
		own[UDP_IPV4] = drop;
	if (!ipv6->any)
		own[UDP_IPV6] = drop;
	return replace(fd, own, UDP_LINES);
}

int mc_filter_nothing(int fd)
{
	struct sock_filter drop = RETURN(0);

	return attach(fd, &drop, 1);
}
