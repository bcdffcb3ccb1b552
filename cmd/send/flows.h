/*
 * flows.h - where datagrams go: a stream for each group, port and interface, with a number of its own, and
 * the sockets by which they leave.
 */
#ifndef SEND_FLOWS_H
#define SEND_FLOWS_H

#include <netinet/in.h>

#include "send/conf.h"
#include "where.h"

struct flow {
	uint64_t seq; /* of the last datagram that left */
	int fd;
	socklen_t tolen; /* 0: the socket is connected */
	uint32_t where;
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} to;
};

/* What shares a family, an interface and a source address shares a port, too. */
struct outlet {
	int fd;  /* not connected: what is sent to that port comes in here */
	int out; /* what its streams share to send by; -1: each has a socket of its own */
	uint16_t port;
	uint8_t family;
	uint32_t ifindex;
	struct mc_addr bind;
	size_t from, n; /* its streams */
};

struct flows {
	struct where *wheres; /* a target by an interface, each; its port is the first of --ports */
	size_t nwheres;
	uint32_t ports; /* of each */
	struct outlet *outlets;
	size_t noutlets;
	struct flow *v; /* those of an outlet are neighbours */
	size_t n;
	bool connected; /* each has a socket of its own */
	uint32_t room;  /* the longest payload that each interface sends in one packet; 0: not known */
};

/* flows_find settles where datagrams go, from the targets of the command line and of --targets. 0, or refuses
 * and returns EXIT_CANNOT. */
int flows_find(struct flows *f, const struct verb *v, const struct send_conf *c, int n, char **words);

/* flows_open opens the sockets. 0, or refuses and returns EXIT_CANNOT. */
int flows_open(struct flows *f, const struct verb *v, const struct send_conf *c);

/* flows_cut has every socket cut what it is given into datagrams of that size (UDP_SEGMENT); 0: no more. 0 or
 * -errno. */
int flows_cut(const struct flows *f, uint32_t size);

void flows_free(struct flows *f);

#endif
