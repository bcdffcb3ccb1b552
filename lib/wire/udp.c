/*
 * udp.c - datagrams written as they are on the wire. RFC 768, RFC 8200 8.1.
 */
#include "wire/udp.h"

void mc_udp_put(struct mc_wr *w, const struct mc_ip *ip, uint16_t from, uint16_t to, const void *data,
		size_t len)
{
	size_t begin = w->off, all = MC_UDP_HEAD + len;
	uint8_t *sum;

	mc_wr_u16(w, from);
	mc_wr_u16(w, to);
	mc_wr_u16(w, (uint16_t)all);
	mc_wr_u16(w, 0);
	mc_wr_octets(w, data, len);
	if (!mc_wr_ok(w))
		return;
	sum = w->base + begin + 6;
	mc_csum_store(sum, mc_csum_add(mc_csum_pseudo(ip, MC_PROTO_UDP, all), w->base + begin, all));
	if (sum[0] == 0 && sum[1] == 0)
		sum[0] = sum[1] = 0xff; /* 0 would mean that there is none */
}
