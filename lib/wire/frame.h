/*
 * frame.h - what is around an IP packet in a capture: Ethernet, Linux cooked v1 and v2, raw IP; VLAN tags.
 */
#ifndef MC_FRAME_H
#define MC_FRAME_H

#include <mcast/base.h>

/* The kinds of link, numbered as capture files do (LINKTYPE_*, the same as libpcap's DLT_* but
 * for raw IP, which is 12 there: both are known). */
enum mc_link_type {
	MC_LINK_ETHERNET = 1,
	MC_LINK_RAW_DLT = 12,
	MC_LINK_RAW = 101,
	MC_LINK_SLL = 113,
	MC_LINK_IPV4 = 228,
	MC_LINK_IPV6 = 229,
	MC_LINK_SLL2 = 276,
};

struct mc_framing {
	uint32_t ifindex;  /* SLL2; 0 unknown */
	uint16_t vlan[2];  /* VLAN ids, the outer one first; 0: none (a priority tag, id 0, is none) */
	uint16_t ethertype; /* of what follows: 0x0800 or 0x86dd */
	size_t header;      /* octets before the IP packet */
};

/* mc_link_known tells whether frames of this kind can be read. */
bool mc_link_known(int link);

/* mc_frame_decode reads what is before the IP packet; at most two VLAN tags (0x8100, 0x88a8).
 * Returns 0, MC_ERR_FRAME (too short, no IP in it, or more tags), or MC_ERR_CONF for a link
 * that is not known. */
int mc_frame_decode(struct mc_framing *ret, int link, const void *octets, size_t len);

/* mc_frame_sll2 writes a Linux cooked v2 header for what came as an Ethernet (or cooked, or raw)
 * frame by interface ifindex, so that frames of several interfaces go into one file, VLAN tags kept;
 * after it comes octets[*ret_rest ...]. Returns its length (at most 20), or MC_ERR_ROOM,
 * MC_ERR_FRAME (too short to have a header), MC_ERR_CONF.
 * What follows an SLL2 header is what follows the source address of an Ethernet frame's type. */
int mc_frame_sll2(void *buf, size_t cap, uint32_t ifindex, int link, const void *octets, size_t len,
		  size_t *ret_rest);

#endif
