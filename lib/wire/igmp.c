/*
 * igmp.c - the heads of IGMP messages: types, and the one octet that tells versions and times.
 * What is behind them is the same in both families and not known here.
 *
 * RFC 1112 App. I, RFC 2236 2, RFC 9776 4, 4.1.1 and 7.1.
 */
#include "wire/code.h"
#include "wire/wire.h"

enum { QUERY = 0x11, REPORT1 = 0x12, REPORT2 = 0x16, LEAVE2 = 0x17, REPORT3 = 0x22 };
enum { HEAD = 8 };

#define UNIT (100 * MC_MSEC) /* of Max Resp Code */
#define V1_UNITS 100         /* what an IGMPv1 query means, RFC 9776 7.2.1 */

const struct mc_shape mc_igmp_shapes[] = {
	{ REPORT3, MC_REPORT, MC_REPORT_HEAD, .version = 3 },
	{ QUERY, MC_QUERY, HEAD, .version = 0 },
	{ REPORT2, MC_REPORT, HEAD, .version = 2 },
	{ LEAVE2, MC_REPORT, HEAD, .version = 2, .leave = true },
	{ REPORT1, MC_REPORT, HEAD, .version = 1 },
	{ MC_MRD_IPV4, MC_MRD, MC_MRD_ADVERTISEMENT_HEAD, .mrd = MC_MRD_ADVERTISEMENT },
	{ MC_MRD_IPV4 + 1, MC_MRD, MC_MRD_HEAD, .mrd = MC_MRD_SOLICITATION },
	{ MC_MRD_IPV4 + 2, MC_MRD, MC_MRD_HEAD, .mrd = MC_MRD_TERMINATION },
	{ .head = 0 },
};

uint8_t mc_igmp_query_head(struct mc_query *ret, bool newest, const uint8_t *base)
{
	struct mc_rd r = { base, HEAD, 1, false };
	uint8_t code = mc_rd_u8(&r);
	uint32_t units = newest ? mc_code8_value(code) : code ? code : V1_UNITS;

	ret->max_resp_code = code;
	ret->max_resp = units * UNIT;
	mc_rd_u16(&r); /* checksum */
	mc_rd_addr(&r, MC_IPV4, &ret->group);
	if (newest)
		return 3;
	if (code)
		return 2;
	ret->group = (struct mc_addr){ .family = MC_IPV4 }; /* RFC 1112 App. I: ignored when received */
	return 1;
}

/* Max Resp Code: floating, linear, or none. */
static uint8_t code_of(const struct mc_msg *m)
{
	uint64_t units = m->query.max_resp / UNIT;

	switch (m->version) {
	case 3:
		return mc_code8(units);
	case 2:
		return units < UINT8_MAX ? (uint8_t)units : UINT8_MAX;
	default:
		return 0;
	}
}

int mc_igmp_query_check(const struct mc_msg *m)
{
	if (m->version == 1 && !mc_addr_is_unspecified(&m->query.group))
		return MC_ERR_VERSION;
	if (m->version == 2 && code_of(m) == 0) /* it would be an IGMPv1 query */
		return MC_ERR_CONF;
	return 0;
}

void mc_igmp_query_put(struct mc_wr *w, const struct mc_msg *m)
{
	mc_wr_u8(w, QUERY);
	mc_wr_u8(w, code_of(m));
	mc_wr_u16(w, 0);
}
