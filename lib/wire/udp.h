/*
 * udp.h - the UDP header (RFC 768; over IPv6 RFC 8200 8.1).
 */
#ifndef MC_UDP_H
#define MC_UDP_H

#include "wire/ip.h"

enum { MC_UDP_HEAD = 8, MC_PROTO_UDP = 17 };

#pragma GCC visibility push(hidden)

/* mc_udp_put writes a datagram behind the IP header that was written last, with its checksum: header and len
 * octets of data. */
void mc_udp_put(struct mc_wr *w, const struct mc_ip *ip, uint16_t from, uint16_t to, const void *data,
		size_t len);

#pragma GCC visibility pop

#endif
