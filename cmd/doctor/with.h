/*
 * with.h - --with: questions to a `mcast serve` on another machine, by unicast and by multicast.
 */
#ifndef MCAST_DOCTOR_WITH_H
#define MCAST_DOCTOR_WITH_H

#include "doctor/look.h"

#define WITH_QUESTIONS 10

/* What the network said of a datagram that did not arrive: ICMP, ICMPv6, or this machine's own kernel. */
struct with_said {
	int error;         /* -errno: -ECONNREFUSED, -EHOSTUNREACH, -EMSGSIZE, ...; 0: nothing was said */
	struct mc_addr by; /* family 0: this machine itself */
	uint32_t mtu;      /* of -EMSGSIZE, as it was told; 0: not */
};

/* One of the four ways: by unicast or multicast, small or large. */
struct with_way {
	size_t octets;           /* of payload */
	unsigned sent, answered; /* sent: as well as this machine could */
	unsigned unsent;         /* of these it would not take so many, */
	int error;               /* -errno of the first of them */
	unsigned late;           /* answered after the time of it was over: counted as answered, too */
	mc_time least, most;     /* round trip */
	int32_t hops;            /* of multicast, routers on the way, as the answers' TTL tells; -1 */
	int32_t ttl;             /* multicast: the TTL that it took; -1: none did */
	struct mc_addr other; /* multicast: answered by somebody else than the host, who; family 0: nobody */
	unsigned by_other;    /* how often */
};

struct with_open; /* sockets and what is under way: for with.c alone */

struct withs {
	struct mc_addr host;
	uint16_t port;
	uint32_t zone; /* of a link-local host */
	struct mc_addr group;
	uint32_t ifindex;                         /* multicast leaves by; 0: no way */
	uint32_t by;                              /* unicast does; 0: no way */
	struct mc_addr from;                      /* our address, as the host sees it; family 0: not known */
	bool here, on_link;                       /* the host is this machine; no router is on the way */
	bool in_prefix;                           /* an address of ours tells that, not a route alone */
	struct with_said said[2];                 /* of unicast, of multicast */
	struct with_way unicast[2], multicast[2]; /* small, large */
	struct with_open *open;
};

/* with_open reads HOST:PORT and opens the sockets: 0, or refuses and returns EXIT_CANNOT. with_run takes
 * some seconds. */
int with_open(struct look *l);
void with_run(struct look *l);
void with_close(struct withs *w); /* NULL is good */

#endif
