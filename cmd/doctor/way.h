/*
 * way.h - routes, as the kernel would take them: asked for by netlink (RTM_GETROUTE), nothing is sent.
 */
#ifndef MCAST_DOCTOR_WAY_H
#define MCAST_DOCTOR_WAY_H

#include <mcast/base.h>

struct way {
	uint32_t ifindex;      /* it leaves by */
	struct mc_addr source; /* family 0: not told */
	struct mc_addr via;    /* family 0: on the link */
	bool local;            /* to this machine itself */
};

/* way_to asks for the route to an address, by an interface (0: any), from an address (NULL: any). 0 or
 * -errno: -ENETUNREACH: there is none; -EHOSTUNREACH, -EACCES: one that forbids. */
int way_to(const struct mc_addr *to, uint32_t ifindex, const struct mc_addr *from, struct way *ret);

/* way_in asks what would become of a packet that comes in by an interface: 0: the kernel takes it; -EXDEV,
 * -EINVAL: it does not, as by its filter of sources (rp_filter). */
int way_in(const struct mc_addr *to, uint32_t ifindex, const struct mc_addr *from);

#endif
