/*
 * ring.h - the memory that the kernel fills with packets: packet(7), TPACKET_V3.
 */
#ifndef MC_RING_H
#define MC_RING_H

#include <linux/if_packet.h>
#include <mcast/base.h>

#define MC_RING_LEAST (256u << 10)

struct mc_ring {
	uint8_t *base; /* NULL: there is none */
	uint32_t blocks, at;
	uint32_t left;                   /* packets of block `at` that were not given yet */
	bool held;                       /* block `at` is ours */
	const struct tpacket3_hdr *next; /* where left > 0 */
};

/* mc_ring_open makes a ring of about `octets` (MC_RING_LEAST or more) for a packet socket. A packet is handed
 * over after `delay` at the latest, in whole milliseconds from 1 on. 0 or -errno, -ENOMEM above all. */
int mc_ring_open(struct mc_ring *r, int fd, uint32_t octets, mc_time delay);
void mc_ring_close(struct mc_ring *r);

/* mc_ring_next gives the next packet, or NULL. It is there until the next call. */
const struct tpacket3_hdr *mc_ring_next(struct mc_ring *r);

#endif
