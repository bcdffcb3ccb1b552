/*
 * filter.h - the kernel's filter in front of a packet socket: IGMP and MLD pass.
 */
#ifndef MC_NET_FILTER_H
#define MC_NET_FILTER_H

#include <stdbool.h>

/* mc_filter_attach sets the filter of a socket, for good. On a loopback interface every packet is seen twice,
 * when it is sent and when it comes back: the second passes. 0 or -errno. */
int mc_filter_attach(int fd, bool ipv4, bool ipv6, bool loopback);

/* mc_filter_nothing lets a socket receive nothing at all. 0 or -errno. */
int mc_filter_nothing(int fd);

#endif
