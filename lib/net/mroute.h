/*
 * mroute.h - the kernel's multicast forwarding cache, both families, all tables: routes with their counters
 * and interfaces. By netlink, which needs no privilege for reading.
 */
#ifndef MC_MROUTE_H
#define MC_MROUTE_H

#include <linux/netlink.h>
#include <mcast/base.h>

struct mc_mroute_out {
	uint32_t ifindex;
	uint8_t ttl; /* packets with a TTL above it pass */
};

struct mc_mroute {
	uint32_t table;
	struct mc_addr group, source; /* source family 0: any */
	uint32_t in;                  /* 0: not resolved yet */
	bool unresolved;
	size_t nout;
	struct mc_mroute_out *out;
	uint64_t packets, octets, wrong; /* wrong: came in by another interface */
	mc_time idle;                    /* since the last packet; MC_NEVER: there was none, or not told */
};

/* An interface of the cache (VIF, MIF): a table has 32 at most. Of IPv6 the kernel tells those of its
 * main table alone. */
struct mc_mroute_vif {
	uint32_t table;
	uint8_t family;
	uint16_t number;
	uint32_t ifindex; /* 0: its device is gone; a tunnel or the register interface has one of its own */
	char name[MC_IFNAME_SIZE];
	uint16_t flags; /* VIFF_TUNNEL, VIFF_REGISTER; MIFF_REGISTER is the number of VIFF_TUNNEL */
	uint64_t in_packets, in_octets, out_packets, out_octets;
};

struct mc_mroutes {
	size_t n, nvifs;
	struct mc_mroute *v; /* by group, source, table */
	struct mc_mroute_vif *vifs;
	bool forwards[2]; /* some program has opened the cache (mc_forwarding), IPv4 and IPv6 */
};

int mc_mroutes_read(struct mc_mroutes *ret); /* 0 or -errno */
void mc_mroutes_free(struct mc_mroutes *m);

/* mc_mroutes_take reads one message of a dump of routes or of the cache's tables, a mnl_cb_t with a struct
 * mc_mroutes *. */
int mc_mroutes_take(const struct nlmsghdr *h, void *m);

#endif
