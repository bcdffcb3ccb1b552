/*
 * ifcount.h - what an interface received and lost so far, by its own counters.
 */
#ifndef MC_IFCOUNT_H
#define MC_IFCOUNT_H

#include <mcast/base.h>

/* Packets, since the interface is there: what the kernel was given, and by kind what was lost (struct
 * rtnl_link_stats64). No two of dropped, missed, fifo and errors are to count the same packet; in some
 * drivers they do. */
struct mc_ifcount {
	uint64_t received;
	uint64_t dropped; /* by the kernel: its backlog was full, or nobody takes the protocol */
	uint64_t missed;  /* by the card, as nobody fetched it in time */
	uint64_t fifo;    /* the same, as older drivers count it */
	uint64_t errors;  /* damaged; of these, as far as the driver tells: */
	uint64_t crc, frame, length;
	uint64_t nohandler; /* of an inactive member of a bond or team */
};

/* mc_ifcount_read asks the kernel. 0 or -errno; -ENODEV: there is no such interface. */
int mc_ifcount_read(uint32_t ifindex, struct mc_ifcount *ret);

#endif
