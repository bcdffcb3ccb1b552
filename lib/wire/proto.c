/*
 * proto.c - all that IGMP and MLD disagree about that is data.
 *
 * RFC 9776 4, 4.1.12, 4.2.15; RFC 9777 5, 5.1.15, 5.2.15; RFC 2236 9; RFC 2710 8; RFC 4286 3.3.2;
 * RFC 9776 6.6.2, 8.12; RFC 9777 7.6.2, 9.12.
 */
#include "wire/wire.h"

const struct mc_proto mc_igmp = {
	.name = "IGMP",
	.family = MC_IPV4,
	.newest = 3,
	.addr_len = 4,
	.protocol = MC_PROTO_IGMP,
	.link_local = false,
	.all_nodes = { MC_IPV4, { 224, 0, 0, 1 } },
	.all_routers = { MC_IPV4, { 224, 0, 0, 2 } },
	.all_reports = { MC_IPV4, { 224, 0, 0, 22 } },
	.all_snoopers = { MC_IPV4, { 224, 0, 0, 106 } },
	.response_unit = 100 * MC_MSEC,
	.mute = 1,
	.elect_from = 0,
	.elect_by_any = false,
	.older_by_response = true,
};

const struct mc_proto mc_mld = {
	.name = "MLD",
	.family = MC_IPV6,
	.newest = 2,
	.addr_len = 16,
	.protocol = MC_PROTO_ICMPV6,
	.link_local = true,
	.all_nodes = { MC_IPV6, { 0xff, 0x02, [15] = 0x01 } },
	.all_routers = { MC_IPV6, { 0xff, 0x02, [15] = 0x02 } },
	.all_reports = { MC_IPV6, { 0xff, 0x02, [15] = 0x16 } },
	.all_snoopers = { MC_IPV6, { 0xff, 0x02, [15] = 0x6a } },
	.response_unit = MC_MSEC,
	.mute = 0,
	.elect_from = 8,
	.elect_by_any = true,
	.older_by_response = false,
};

const struct mc_proto *mc_proto_of(uint8_t family)
{
	switch (family) {
	case MC_IPV4:
		return &mc_igmp;
	case MC_IPV6:
		return &mc_mld;
	default:
		return NULL;
	}
}
