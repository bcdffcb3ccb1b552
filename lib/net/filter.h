/*
 * filter.h - the kernel's filter in front of a packet socket: IGMP and MLD pass, or UDP to groups.
 */
#ifndef MC_NET_FILTER_H
#define MC_NET_FILTER_H

#include <stdbool.h>
#include <stdint.h>

/* mc_filter_attach sets the filter of a socket, for good. On a loopback interface every packet is seen twice,
 * when it is sent and when it comes back: the second passes. 0 or -errno. */
int mc_filter_attach(int fd, bool ipv4, bool ipv6, bool loopback);

/* mc_filter_udp sets a filter, in place of the one before: UDP to groups of which the last 32 bits are, under
 * the mask, as in value; any false: to none of the family. What leaves does not pass, nor what is of a VLAN.
 * MC_FILTER_KEPT octets are kept, from the network header on. 0 or -errno. */
enum { MC_FILTER_KEPT = 128 };
struct mc_low {
	bool any;
	uint32_t value, mask;
};
int mc_filter_udp(int fd, const struct mc_low *ipv4, const struct mc_low *ipv6);

/* mc_filter_nothing lets a socket receive nothing at all. 0 or -errno. */
int mc_filter_nothing(int fd);

#endif
