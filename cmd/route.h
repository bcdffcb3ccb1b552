/*
 * route.h - the way that the kernel would send to a group. Nothing is sent.
 */
#ifndef MCAST_ROUTE_H
#define MCAST_ROUTE_H

#include "net/ifaces.h"

/* route_source learns the address that the kernel would send to a group and port from: by an interface
 * (0: any), from an address (family 0: any). It may be the unspecified one. Returns 0 or -errno. */
int route_source(const struct mc_addr *group, uint16_t port, uint32_t ifindex, const struct mc_addr *bind,
		 struct mc_addr *ret);

/* route_iface gives the interface that a route took which has that source address, or NULL where that
 * does not tell: several have it, or lo has it as preferred source of any route. */
const struct mc_iface *route_iface(const struct mc_ifaces *ifs, const struct mc_addr *source);

#endif
