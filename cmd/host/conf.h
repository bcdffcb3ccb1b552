/*
 * conf.h - what was asked for.
 */
#ifndef HOST_CONF_H
#define HOST_CONF_H

#include "host/from.h"
#include "opt.h"

enum { HOST_IPV4, HOST_IPV6, HOST_FAMILIES };

static inline unsigned host_side_of(uint8_t family)
{
	return family == MC_IPV4 ? HOST_IPV4 : HOST_IPV6;
}

static inline uint8_t host_family_of(unsigned side)
{
	return side == HOST_IPV4 ? MC_IPV4 : MC_IPV6;
}

#define HOST_HOSTS_MOST 1000000
#define HOST_MEMBERSHIPS_MOST 20000000 /* of all hosts: some 2 GB */

struct host_conf {
	const char *iface; /* as it was typed, or NULL */
	int64_t version[HOST_FAMILIES];
	struct mc_addr *exclude;
	size_t nexclude;
	int64_t hosts, each; /* each 0: all */
	struct from from[HOST_FAMILIES];
	bool macs, suppress, leave, ipv4, ipv6, verbose, quiet, json;
	double churn; /* changes a second, 0: none */
	int64_t robustness;
	mc_time report_interval; /* 0: the default of the version */
	int64_t seed;            /* -1: any */
	int64_t count;           /* 0: no end */
	mc_time deadline;
};

#endif
