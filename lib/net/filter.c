/*
 * filter.c - which packets the kernel hands to a packet socket, as a program of classic BPF.
 *
 * Whatever the kind of link, it reads from the network header on, and asks the kernel for the protocol and
 * the VLAN tag. IGMP: protocol 2, not a later fragment (RFC 791 3.1). MLD and Multicast Router Discovery:
 * their ICMPv6 types (RFC 9777 5, RFC 4286 3) behind a hop-by-hop header of any length (RFC 8200 4.3), and
 * without one, too: that is wrong and to be counted. A VLAN tag of VID 0 is a priority and no VLAN (IEEE
 * 802.1Q).
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

static int attach(int fd, struct sock_filter *lines, unsigned short n)
{
	struct sock_fprog prog = { .len = n, .filter = lines };
	int yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof prog) ||
	    setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &yes, sizeof yes))
		return -errno;
	return 0;
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

int mc_filter_nothing(int fd)
{
	struct sock_filter drop = RETURN(0);

	return attach(fd, &drop, 1);
}
