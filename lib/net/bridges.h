/*
 * bridges.h - Linux bridges of the calling thread's network namespace: what they snoop, to which ports they
 * pass multicast on. By netlink, which needs no privilege.
 */
#ifndef MC_BRIDGES_H
#define MC_BRIDGES_H

#include <linux/netlink.h>
#include <mcast/base.h>

struct mc_bridge {
	uint32_t ifindex;
	char name[MC_IFNAME_SIZE];
	bool snooping, vlan_filtering;
	bool vlan_snooping;                /* each VLAN has queriers of its own, which are not told here */
	bool querier;                      /* its own is switched on */
	uint8_t igmp_version, mld_version; /* of its own querier */
	uint8_t router;                    /* the bridge itself as router port: 0 never, 1 learns, 2 always */
	mc_time query_interval, query_response_interval, membership_interval, querier_interval;
	/* The querier it knows, by family: address (family 0: none, or itself, or not told: Linux 5.16),
	 * the port (0: itself), until when. Without an unexpired one snooping is not in force: all is
	 * flooded. */
	struct mc_bridge_querier {
		struct mc_addr addr;
		uint32_t port;
		bool present;
		mc_time left; /* 0: not told */
	} known[2];
};

struct mc_bridge_port {
	uint32_t ifindex, bridge;
	char name[MC_IFNAME_SIZE];
	uint8_t state; /* BR_STATE_*: 3 forwards */
	bool flood;    /* unregistered multicast is passed on (mcast_flood) */
	bool fast_leave, to_unicast, isolated;
	uint8_t router;    /* 0 never, 1 learns, 2 always, 3 temporary */
	bool router_known; /* one was heard there, or it is always one: all groups are passed on */
};

struct mc_bridge_group {              /* of the mdb */
	uint32_t bridge, port;        /* port == bridge: the host itself */
	uint16_t vlan;                /* 0: none */
	struct mc_addr group, source; /* source: family 0 is any */
	bool permanent, blocked;      /* blocked: the source is not wanted there */
	bool listed; /* only in its group's list of sources: there is no entry of its own to forward by */
	enum mc_mode mode;
	mc_time left; /* 0: not told, or permanent */
};

struct mc_bridges {
	size_t n, nports, ngroups;
	struct mc_bridge *v;
	struct mc_bridge_port *ports;
	struct mc_bridge_group *groups; /* by bridge, group, port, VLAN, source */
};

int mc_bridges_read(struct mc_bridges *ret); /* 0 or -errno */
void mc_bridges_free(struct mc_bridges *b);

/* mc_bridges_take reads one message of a dump of links or of the mdb, a mnl_cb_t with a struct mc_bridges *;
 * mc_bridges_order is for the end of each dump: the links come first. */
int mc_bridges_take(const struct nlmsghdr *h, void *b);
void mc_bridges_order(struct mc_bridges *b);

/* Found by index, or NULL. */
const struct mc_bridge *mc_bridges_index(const struct mc_bridges *b, uint32_t ifindex);
const struct mc_bridge_port *mc_bridges_port(const struct mc_bridges *b, uint32_t ifindex);

#endif
