/*
 * where.h - where the datagrams go, and by which interface and address they leave.
 */
#ifndef MCAST_WHERE_H
#define MCAST_WHERE_H

#include "net/ifaces.h"
#include "opt.h"

struct where {
	struct mc_target target;
	uint16_t port;
	uint32_t ifindex;            /* asked for; 0: the route decides */
	uint32_t by;                 /* ifindex; or that of the interface the route took, 0: not known */
	char ifname[MC_IFNAME_SIZE]; /* of that interface, empty: not known */
	bool loopback;               /* that is a loopback interface */
	struct mc_addr bind;         /* address to send from, asked for */
	struct mc_addr source;       /* address sent from, as far as it is known */
	char others[256];            /* the interfaces that can multicast */
};

/* where_find settles it for a target, whose port is known, and what -I says (NULL: nothing). 0, or refuses
 * and returns EXIT_CANNOT. */
int where_find(const struct verb *v, const struct mc_ifaces *ifs, const struct mc_target *t,
	       const char *iface, struct where *ret);

/* where_unreachable says, and refuses, that nothing leads to the target. */
int where_unreachable(const struct verb *v, const struct where *w, int error);

/* where_meaning is what the -errno of a datagram that was not sent means, in brackets and with a blank in
 * front, or empty. */
const char *where_meaning(int error);

#endif
