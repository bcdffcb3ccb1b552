/*
 * peek.h - what a packet that cannot be read was about: whether it was one of multicast's protocols.
 */
#ifndef MC_PEEK_H
#define MC_PEEK_H

#include <mcast/msg.h>

struct mc_peek {
	struct mc_addr src, dst; /* family 0: cut off */
	uint8_t family;
	uint8_t protocol; /* 2 IGMP, 58 ICMPv6 (MLD, MRD), 103 PIM */
};

/* mc_peek looks at an IP packet that mc_ip_decode refused, or mc_msg_decode after it. False where
 * its octets do not tell that it was IGMP, MLD, MRD or PIM: they are cut off before that, or the fragment
 * that tells it is another one. */
bool mc_peek(struct mc_peek *ret, const void *packet, size_t len);

#endif
