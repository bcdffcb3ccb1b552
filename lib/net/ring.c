/*
 * ring.c - a ring of blocks, shared with the kernel: it fills one after the other with packets and hands each
 * over when it is full or its time is up; we read it and give it back.
 *
 * Owns the memory and whose turn it is. Knows nothing of what is in the packets. packet(7), TPACKET_V3.
 */
#include "net/ring.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Many small blocks: one holds a packet at least, so in quiet times the ring is full when there was one every
 * `delay` for as many as there are blocks. Packets longer than this, 64 KiB but for the headers, are cut. */
#define BLOCK (64u << 10)
#define FRAME 2048u /* of no meaning here, but the kernel wants it to divide a block */

/* A block's first words; the kernel writes status last, and reads it first. */
static struct tpacket_hdr_v1 *block_at(const struct mc_ring *r)
{
	struct tpacket_block_desc *b = (void *)(r->base + (size_t)r->at * BLOCK);

	return &b->hdr.bh1;
}

int mc_ring_open(struct mc_ring *r, int fd, uint32_t octets, mc_time delay)
{
	mc_time msec = (delay + MC_MSEC - 1) / MC_MSEC;
	struct tpacket_req3 req = {
		.tp_block_size = BLOCK,
		.tp_block_nr = octets / BLOCK,
		.tp_frame_size = FRAME,
		.tp_frame_nr = octets / BLOCK * (BLOCK / FRAME),
		.tp_retire_blk_tov = msec > 1 ? (unsigned)msec : 1,
	};
	int version = TPACKET_V3;

	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof req))
		return -errno;
	void *base = mmap(NULL, (size_t)req.tp_block_nr * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (base == MAP_FAILED)
		return -errno;
	/* A child's copy of it would keep the packet socket alive. */
	madvise(base, (size_t)req.tp_block_nr * BLOCK, MADV_DONTFORK);
	*r = (struct mc_ring){ .base = base, .blocks = req.tp_block_nr };
	return 0;
}

void mc_ring_close(struct mc_ring *r)
{
	if (r->base)
		munmap(r->base, (size_t)r->blocks * BLOCK);
	r->base = NULL;
}

static void give_back(struct mc_ring *r)
{
	__atomic_store_n(&block_at(r)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	r->at = (r->at + 1) % r->blocks;
	r->held = false;
}

static bool take(struct mc_ring *r)
{
	struct tpacket_hdr_v1 *b = block_at(r);

	if (!(__atomic_load_n(&b->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	r->held = true;
	r->left = b->num_pkts;
	r->next = (const void *)((const uint8_t *)b - offsetof(struct tpacket_block_desc, hdr) +
				 b->offset_to_first_pkt);
	return true;
}

const struct tpacket3_hdr *mc_ring_next(struct mc_ring *r)
{
	while (r->left == 0) {
		if (r->held)
			give_back(r);
		if (!take(r))
			return NULL;
	}
	const struct tpacket3_hdr *p = r->next;

	r->left--;
	r->next = (const void *)((const uint8_t *)p + p->tp_next_offset);
	return p;
}
