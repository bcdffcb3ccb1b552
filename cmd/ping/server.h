/*
 * server.h - whom --ssmping asks, and the group that it answers in.
 */
#ifndef MCAST_PING_SERVER_H
#define MCAST_PING_SERVER_H

#include "ping/ping.h"
#include "where.h"

struct ping_server {
	struct mc_addr addr;
	uint16_t port;
	uint32_t ifindex; /* requests leave by it, 0: the route's */
	uint32_t join;    /* where the group is joined, 0: the kernel's choice */
};

/* ping_server_find reads the server, the target (NULL: the protocol's group) and -I: the server, and where,
 * which has the group, and what requests are sent from. 0, or refuses and returns EXIT_CANNOT. */
int ping_server_find(const struct verb *v, const struct ping_conf *c, const char *text,
		     struct where *ret_where, struct ping_server *ret);

#endif
