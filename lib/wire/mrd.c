/*
 * mrd.c - messages of multicast router discovery, which are the same behind IGMP's and ICMPv6's
 * types: advertisement, solicitation, termination in a row.
 *
 * RFC 4286 3.2, 4.1, 5.1.
 */
#include "wire/wire.h"

void mc_mrd_get(struct mc_mrd *ret, uint8_t type, const uint8_t *base, size_t len)
{
	struct mc_rd r = { base, len, 1, false };

	*ret = (struct mc_mrd){ .type = type };
	if (type != MC_MRD_ADVERTISEMENT)
		return;
	ret->advert = mc_rd_u8(&r);
	mc_rd_u16(&r); /* checksum */
	ret->interval = mc_rd_u16(&r);
	ret->robustness = mc_rd_u16(&r);
}

void mc_mrd_put(struct mc_wr *w, const struct mc_mrd *m, uint8_t family)
{
	uint8_t first = family == MC_IPV4 ? MC_MRD_IPV4 : MC_MRD_IPV6;
	bool advertisement = m->type == MC_MRD_ADVERTISEMENT;

	mc_wr_u8(w, (uint8_t)(first + m->type - MC_MRD_ADVERTISEMENT));
	mc_wr_u8(w, advertisement ? m->advert : 0);
	mc_wr_u16(w, 0);
	if (!advertisement)
		return;
	mc_wr_u16(w, m->interval);
	mc_wr_u16(w, m->robustness);
}
