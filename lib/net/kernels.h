/*
 * kernels.h - which groups the kernel joined by itself in the calling thread's network namespace: as a bridge
 * that snoops, as an IPv6 router, for a VXLAN, for an address with autojoin. What it always joins, all nodes
 * and the solicited-node groups, is users.h's.
 */
#ifndef MC_KERNELS_H
#define MC_KERNELS_H

#include <mcast/base.h>

struct mc_kernels_join {
	struct mc_addr group;
	uint32_t ifindex; /* 0: that of the route */
	uint16_t port;    /* of a VXLAN's socket; 0: none was needed */
};

struct mc_kernels {
	size_t n;
	struct mc_kernels_join *v; /* by group, then interface, then port; each once */
	size_t nports;
	uint16_t *ports; /* on which the kernel has sockets of its own, bound to no address */
};

/* mc_kernels_read asks for links and addresses. 0 or -errno. mc_kernels_free frees what it has. */
int mc_kernels_read(struct mc_kernels *ret);
void mc_kernels_free(struct mc_kernels *k);

/* mc_kernels_count tells how often it joined that. mc_kernels_has_port: the port is the kernel's. */
uint32_t mc_kernels_count(const struct mc_kernels *k, uint32_t ifindex, const struct mc_addr *group);
bool mc_kernels_has_port(const struct mc_kernels *k, uint16_t port);

#endif
