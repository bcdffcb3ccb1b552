/*
 * mld.c - the heads of MLD messages: ICMPv6 types, and the Maximum Response Code in a place of
 * its own. What is behind them is the same in both families and not known here.
 *
 * RFC 2710 3, RFC 9777 5, 5.1.3 and 8.1.
 */
#include "wire/code.h"
#include "wire/wire.h"

enum { QUERY = 130, REPORT1 = 131, DONE1 = 132, REPORT2 = 143 };
enum { HEAD = 24 };

const struct mc_shape mc_mld_shapes[] = {
	{ REPORT2, MC_REPORT, MC_REPORT_HEAD, .version = 2 },
	{ QUERY, MC_QUERY, HEAD, .version = 0 },
	{ REPORT1, MC_REPORT, HEAD, .version = 1 },
	{ DONE1, MC_REPORT, HEAD, .version = 1, .leave = true },
	{ MC_MRD_IPV6, MC_MRD, MC_MRD_ADVERTISEMENT_HEAD, .mrd = MC_MRD_ADVERTISEMENT },
	{ MC_MRD_IPV6 + 1, MC_MRD, MC_MRD_HEAD, .mrd = MC_MRD_SOLICITATION },
	{ MC_MRD_IPV6 + 2, MC_MRD, MC_MRD_HEAD, .mrd = MC_MRD_TERMINATION },
	{ .head = 0 },
};

uint8_t mc_mld_query_head(struct mc_query *ret, bool newest, const uint8_t *base)
{
	struct mc_rd r = { base, HEAD, 4, false };
	uint16_t code = mc_rd_u16(&r);

	ret->max_resp_code = code;
	ret->max_resp = (newest ? mc_code16_value(code) : code) * MC_MSEC;
	mc_rd_u16(&r); /* reserved */
	mc_rd_addr(&r, MC_IPV6, &ret->group);
	return newest ? 2 : 1;
}

void mc_mld_query_put(struct mc_wr *w, const struct mc_msg *m)
{
	uint64_t units = m->query.max_resp / MC_MSEC;

	mc_wr_u8(w, QUERY);
	mc_wr_u8(w, 0);
	mc_wr_u16(w, 0);
	mc_wr_u16(w, m->version == 2 ? mc_code16(units) : units < UINT16_MAX ? (uint16_t)units : UINT16_MAX);
	mc_wr_u16(w, 0);
}
