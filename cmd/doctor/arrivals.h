/*
 * arrivals.h - datagrams of the aims' groups that arrive on interfaces during the window, whoever joined: by
 * whom, how many. Needs CAP_NET_RAW to open; nothing is sent and nothing joined.
 */
#ifndef MCAST_DOCTOR_ARRIVALS_H
#define MCAST_DOCTOR_ARRIVALS_H

#include "doctor/look.h"

#define ARRIVALS_TAPS 32   /* interfaces that are listened on */
#define ARRIVALS_MOST 1024 /* streams; beyond that `more` counts datagrams */

struct arrival { /* one stream on one interface */
	uint32_t ifindex;
	struct mc_addr source, group;
	uint16_t source_port, port;
	uint64_t datagrams;  /* a train that came whole (lib/net/tap.h) counts as one */
	uint64_t octets;     /* of payload, of trains and fragments all */
	mc_time first, last; /* CLOCK_REALTIME */
};

struct arrivals {
	size_t n;
	struct arrival *v;
	uint64_t more;
	/* Only what came between these is taken in, CLOCK_REALTIME; from the opening on, and for ever. The
	 * caller may change them. */
	mc_time since, until;
	/* opening: one tap for each interface that can multicast, those first where an aim is to arrive */
	struct arrivals_tap *taps;
	size_t ntaps;
	size_t deaf; /* interfaces for which there was none left */
};

/* arrivals_open listens for the groups of the aims; 0 or -errno (-EPERM). An interface that vanishes
 * meanwhile is left out. */
int arrivals_open(struct arrivals **ret, const struct mc_ifaces *ifs, const struct aims *aims);
void arrivals_close(struct arrivals *a); /* frees all of it, NULL is good */

/* arrivals_take takes what came, without waiting; arrivals_fds writes the descriptors to wait for, most
 * at most, and returns how many there are. */
void arrivals_take(struct arrivals *a);
size_t arrivals_fds(const struct arrivals *a, int *fds, size_t most);

#endif
