/*
 * ifaces.h - the interfaces of this network namespace and their addresses, live by netlink.
 *
 * A snapshot that mc_ifaces_process renews when the kernel says that something changed. What
 * is handed out lives until then.
 */
#ifndef MC_IFACES_H
#define MC_IFACES_H

#include <mcast/base.h>

struct mc_ifaddr {
	struct mc_addr addr;
	struct mc_addr broadcast; /* as it was set; family 0: none */
	struct mc_addr net;       /* its first len bits are on the link; point-to-point: the other end's */
	uint8_t len;              /* of the prefix, in bits */
	bool tentative;           /* IPv6: not to be used yet, or a duplicate (RFC 4862 5.4) */
	bool duplicate;           /* IPv6: of these, one that somebody else has, too */
	bool secondary;           /* IPv4: another one of its subnet came before it */
};

struct mc_iface {
	uint32_t index;
	uint32_t mtu;
	uint32_t life; /* another one when the index was given up and taken again in between */
	char name[MC_IFNAME_SIZE];
	bool up, multicast, loopback;
	bool running;        /* up, and its carrier is there: packets can pass */
	bool ether;          /* has Ethernet addresses: frames begin with 14 octets */
	uint8_t hardware[6]; /* its own; 0 where it has none */
	char kind[16];       /* "veth", "macvlan", "wireguard"; empty: none is told, as of hardware */
	bool beyond; /* what it leads to (its other end, the interface below) is in another namespace */
	bool bridge; /* a Linux bridge's own device */
	bool snooping, querier; /* a bridge: it does that itself */
	size_t naddrs;
	struct mc_ifaddr *addrs;
};

struct mc_ifaces;

/* mc_ifaces_new takes a snapshot; with follow it also listens for changes. 0 or -errno. */
int mc_ifaces_new(struct mc_ifaces **ret, bool follow);
void mc_ifaces_free(struct mc_ifaces *s);

/* mc_ifaces_fd is readable when something changed: call mc_ifaces_process then. -1 without follow. */
int mc_ifaces_fd(const struct mc_ifaces *s);

/* mc_ifaces_process reads the changes and renews the snapshot. 0 or -errno. */
int mc_ifaces_process(struct mc_ifaces *s);

/* mc_ifaces_next iterates in the order of the indexes, from NULL to NULL. */
const struct mc_iface *mc_ifaces_next(const struct mc_ifaces *s, const struct mc_iface *prev);
const struct mc_iface *mc_ifaces_index(const struct mc_ifaces *s, uint32_t index);

/* mc_ifaces_name finds an interface by name, or by index where the name is all digits. */
const struct mc_iface *mc_ifaces_name(const struct mc_ifaces *s, const char *name);

/* mc_iface_can tells whether a group can be joined here: up, and multicast or loopback. */
bool mc_iface_can(const struct mc_iface *i);

/* mc_iface_on_link tells whether an address is a neighbour: in a prefix of the interface, or
 * link-local; on a loopback interface everything is. */
bool mc_iface_on_link(const struct mc_iface *i, const struct mc_addr *a);

/* mc_iface_own gives the address to speak IGMP or MLD from: the first one of IPv4 (RFC 9776 4.1.2), the first
 * link-local one of IPv6 that may be used (RFC 9777 5.1.14); no address where there is none. */
struct mc_addr mc_iface_own(const struct mc_iface *i, uint8_t family);

/* mc_iface_may_use tells whether it is an address of the interface that may be used now. */
bool mc_iface_may_use(const struct mc_iface *i, const struct mc_addr *a);

/* mc_iface_has tells whether it is an address of the interface; mc_ifaces_is_own: of any, or loopback. */
bool mc_iface_has(const struct mc_iface *i, const struct mc_addr *a);
bool mc_ifaces_is_own(const struct mc_ifaces *s, const struct mc_addr *a);
bool mc_ifaces_is_broadcast(const struct mc_ifaces *s, const struct mc_addr *a); /* a subnet's, too */

#endif
