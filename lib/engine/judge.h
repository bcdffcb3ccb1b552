/*
 * judge.h - what the host, the router and the tracker ask of a message or a group before all else. What
 * they do by it is theirs.
 *
 * RFC 9776 4, 5, 9; RFC 9777 6, 6.2, 7.4, 7.6; RFC 4607 1.
 */
#ifndef MC_JUDGE_H
#define MC_JUDGE_H

#include <mcast/engine.h>

#include <string.h>

/* mc_judge_header tells what of the header and the checksum a message is to be dropped for, MC_COUNTS:
 * nothing. Where senders are link-local, TTL and Router Alert must be right; else the caller says which
 * must. */
static inline enum mc_count mc_judge_header(const struct mc_proto *proto, const struct mc_msg *m,
					    bool strict_ttl, bool require_alert)
{
	if (m->faults & (MC_FAULT_CHECKSUM | MC_FAULT_IP_CHECKSUM))
		return MC_RX_BAD_CHECKSUM;
	if (m->faults & MC_FAULT_TTL && proto->link_local)
		return MC_RX_BAD_HOPLIMIT;
	if (m->faults & MC_FAULT_TTL && strict_ttl)
		return MC_RX_BAD_TTL;
	if (m->faults & MC_FAULT_ALERT && (proto->link_local || require_alert))
		return MC_RX_NO_RA;
	return MC_COUNTS;
}

/* mc_judge_ssm tells whether a group is source-specific: of the configured range, or of the usual ones. */
static inline bool mc_judge_ssm(const struct mc_prefix *range, const struct mc_addr *group)
{
	return range->addr.family ? mc_prefix_has(range, group) : mc_addr_is_ssm(group);
}

/* mc_judge_reported tells whether a group may be reported: not what everybody is in, nor what stays within
 * a host. */
static inline bool mc_judge_reported(const struct mc_proto *proto, const struct mc_addr *group)
{
	return mc_addr_scope(group) > 1 && memcmp(group, &proto->all_nodes, sizeof(*group)) != 0;
}

#endif
