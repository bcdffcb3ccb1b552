/*
 * link.h - IGMP and MLD on a link, on Linux: every message that passes an interface in, the packets of an
 * engine (host.h, router.h) out.
 *
 * Messages come by a ring that the kernel fills (packet(7), TPACKET_V3), with a filter in front of it: other
 * packets never reach the program. What this machine itself sends is among them, its own kernel's reports
 * above all; what was sent by the same mc_link is not. Packets leave in one of two ways: mc_link_send as this
 * machine, heard by its own kernel, too, if that is a member; mc_link_forge as frames of any sender, which
 * no program of this machine hears but those that capture.
 *
 * Opening needs CAP_NET_RAW, and nothing after it does. The interface is that of its index: when it is gone,
 * close the link and open one for what comes in its place. It is for one thread at a time.
 */
#ifndef MCAST_LINK_H
#define MCAST_LINK_H

#include <mcast/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mc_link;

/* mc_link_conf tells mc_link_open what to make. Set it up with mc_link_conf_init. */
struct mc_link_conf {
	size_t size;      /* set by mc_link_conf_init */
	uint32_t ifindex; /* to be set */
	bool ipv4, ipv6;  /* which messages: IGMP, MLD; true, true */
	bool all;         /* also those to groups that nobody here has joined: the interface takes all
			   * multicast; before Linux 6.16 a bridge is made promiscuous, too, as it kept
			   * reports from itself otherwise; true */
	bool member;      /* this machine joins the groups that reports and leaves go to, as a router does
			   * (RFC 9776 6, RFC 9777 6.1), and its kernel reports that; in a family that the
			   * interface has; false */
	bool send;        /* mc_link_send will be called; false */
	uint32_t ring;    /* octets of the ring, 256 KiB or more; memory that the kernel holds; 4 MiB */
	mc_time delay;    /* the longest that a message waits in the ring before it is handed out, in whole
			   * milliseconds, 1 at least and 60 s at most; 10 ms */
};

void mc_link_conf_init(struct mc_link_conf *conf);

/* mc_link_open opens an interface, up or not. Returns 0, MC_ERR_CONF, or -errno:
 *   -EPERM   no CAP_NET_RAW
 *   -ENODEV  no such interface
 *   -ENOMEM  no memory, for the ring above all. */
int mc_link_open(struct mc_link **ret, const struct mc_link_conf *conf);
void mc_link_close(struct mc_link *l);

/* mc_link_fd is a descriptor to wait for in any event loop: readable when mc_link_recv has something. But
 * that the interface is deleted it may not tell: ask mc_link_recv when that is known from elsewhere, or now
 * and then. */
int mc_link_fd(const struct mc_link *l);

/* mc_packet is one IP packet as it came. The struct never changes. */
struct mc_packet {
	const uint8_t *octets; /* from its IP header on; the link's, until the next mc_link_recv */
	size_t len;            /* maybe more than the packet's: Ethernet fills short frames up */
	mc_time time;          /* CLOCK_REALTIME of arrival */
	bool outgoing;         /* this machine sent it */
	uint8_t ether[6];      /* of the sender; 0 where the interface has no such addresses */
};

/* mc_link_recv gives the next packet that has come: IGMP, MLD, or Multicast Router Discovery, sound or not;
 * decode it with mc_decode. VLAN-tagged ones are another link's and not among them. It never waits. Returns
 * 1; 0: there is none now; -errno: -ENETDOWN, once each time the interface goes down, and where it was when
 * the link was opened (messages come again when it is up again); others are final, -ENODEV above all: it was
 * deleted. */
int mc_link_recv(struct mc_link *l, struct mc_packet *ret);

/* mc_link_send sends an IP packet, as an engine's action gives it, to a group on the link, as this machine.
 * Its own kernel hears it if it is a member of that group. No route is needed, and no address, but by IPv6:
 * one that is not tentative. An IPv4 source of 0.0.0.0 becomes the interface's address, where it has one
 * (raw(7)). It never waits. Returns 0, MC_ERR_GROUP, MC_ERR_CONF (without conf.send), or -errno, of which
 * -EAFNOSUPPORT: the system has no such family. */
int mc_link_send(struct mc_link *l, const void *octets, size_t len, const struct mc_addr *dst);

/* mc_frame is an IP packet to be sent as a frame. The struct never changes. */
struct mc_frame {
	const uint8_t *octets; /* from the IP header on */
	size_t len;
	struct mc_addr dst;
	uint8_t ether[6]; /* of the sender; 0: the interface's */
};

/* mc_link_forge sends n packets to groups, with as few system calls as it can and never blocking, without
 * asking whose address they come from. Returns how many of the n were sent, at least 1, or, of the first,
 * MC_ERR_GROUP or -errno (-ENOBUFS: the interface is busy; -ENETDOWN, -EMSGSIZE): the caller may skip that
 * one, or try again. The link itself does not hear them, but on a loopback interface. */
int mc_link_forge(struct mc_link *l, const struct mc_frame *v, unsigned n);

/* mc_link_drops tells how many packets were lost because the ring was full, since the link was opened. */
uint64_t mc_link_drops(struct mc_link *l);

#ifdef __cplusplus
}
#endif
#endif
