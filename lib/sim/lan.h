/*
 * lan.h - a link in simulated time: nodes, each with a host role, a router role or both, and packets on the
 * way between them. It knows no script: whoever drives it says what happens, and is told what is sent.
 *
 * Nodes are numbered from 1 in the order they were added, and stay. A packet reaches whom its destination
 * concerns: all nodes; the routers (all routers, all reports); the hosts that listen to a group, and all
 * routers; whom a unicast address belongs to. Never its sender, whose other role hears it always, at once
 * and without loss. Packets are octets: each is decoded once, when it is sent, and that is what all
 * receivers get.
 */
#ifndef MC_LAN_H
#define MC_LAN_H

#include <mcast/host.h>
#include <mcast/router.h>

struct mc_lan;

struct mc_lan_packet {
	uint32_t node; /* who sent it; 0: nobody, mc_lan_put */
	bool host;     /* by its host role */
	mc_time time;
	const uint8_t *octets;
	size_t len;
	const struct mc_msg *msg; /* NULL: cannot be decoded, err tells why */
	int err;
};

/* What is told to whoever drives; each may be NULL. sent says who is not to receive the packet: nobody is
 * (MC_LAN_ALL) or one node; 0: all receive it. A hook must not change the link. */
#define MC_LAN_ALL UINT32_MAX
struct mc_lan_hooks {
	uint32_t (*sent)(void *arg, const struct mc_lan_packet *p);
	void (*acted)(void *arg, uint32_t node, bool host, const struct mc_action *a,
		      mc_time now); /* all but SEND */
	mc_time (*draw)(void *arg, uint32_t node,
			mc_time most); /* a role's delay; NULL: random from the seed */
	void *arg;
};

/* mc_lan_link: how packets travel. */
struct mc_lan_link {
	mc_time delay, jitter;
	double loss, duplicate, reorder; /* 0 to 1, for each receiver */
};

#define MC_LAN_REORDER (10 * MC_MSEC) /* how much later a reordered packet comes */

/* mc_lan_new makes an empty link at time 0. Returns 0 or -ENOMEM. */
int mc_lan_new(struct mc_lan **ret, uint8_t family, uint64_t seed, const struct mc_lan_hooks *hooks);
void mc_lan_free(struct mc_lan *l);

void mc_lan_set_link(struct mc_lan *l, const struct mc_lan_link *link); /* for what is sent from now on */
struct mc_rand *mc_lan_rand(struct mc_lan *l); /* for what the driver draws */
mc_time mc_lan_now(const struct mc_lan *l);

/* mc_lan_add adds a node that is switched off. Returns its number, or -ENOMEM. */
int mc_lan_add(struct mc_lan *l);
void mc_lan_set_loss(struct mc_lan *l, uint32_t node, double loss); /* of what it would receive */

/* mc_lan_start switches a node on, now, with the roles whose configuration is not NULL; a router with a host
 * role listens to all_reports by it. random, random_arg, seed and room of the configurations are the link's.
 * mc_lan_stop switches it off: its roles are gone. Returns 0, -EALREADY, -ENOMEM or MC_ERR_CONF. */
int mc_lan_start(struct mc_lan *l, uint32_t node, const struct mc_host_conf *host,
		 const struct mc_router_conf *router);
void mc_lan_stop(struct mc_lan *l, uint32_t node);

/* mc_lan_listen is mc_host_listen of the host role of a node that is on: the link has to know who listens, so
 * that is not to be called. */
int mc_lan_listen(struct mc_lan *l, uint32_t node, uint32_t socket, const struct mc_addr *group,
		  enum mc_mode mode, const struct mc_addr *sources, size_t n);

/* The roles of a node that is on, else NULL. After a request to one (listen, configure), or several,
 * mc_lan_touch must be called: it takes out the actions that are due now and the new deadline. */
struct mc_host *mc_lan_host(const struct mc_lan *l, uint32_t node);
struct mc_router *mc_lan_router(const struct mc_lan *l, uint32_t node);
void mc_lan_touch(struct mc_lan *l, uint32_t node);

/* mc_lan_hand gives a packet to all roles of one node, now; mc_lan_put puts it on the link, from outside. */
void mc_lan_hand(struct mc_lan *l, uint32_t node, const uint8_t *octets, size_t len);
void mc_lan_put(struct mc_lan *l, const uint8_t *octets, size_t len);

/* mc_lan_deadline is when something is due next; mc_lan_run does all that is due up to and at `until`, in
 * the order of time, and makes that the time. */
mc_time mc_lan_deadline(const struct mc_lan *l);
void mc_lan_run(struct mc_lan *l, mc_time until);

uint64_t mc_lan_deliveries(const struct mc_lan *l); /* packets handed to roles */
bool mc_lan_failed(const struct mc_lan *l);         /* no memory: what follows is not to be trusted */
size_t mc_lan_memory(const struct mc_lan *l);       /* octets held, without those of the roles */

#endif
