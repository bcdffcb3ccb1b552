/*
 * groups.h - the verb's configuration: what is to be listed, or followed, and how.
 */
#ifndef MCAST_GROUPS_H
#define MCAST_GROUPS_H

#include "opt.h"

struct groups_conf {
	struct opt_list ifaces;
	bool ipv4, ipv6; /* -4, -6; neither: both */
	bool verbose, json, follow, bridge, routes, all_netns;
	mc_time budget;             /* for looking at sockets */
	mc_time interval, deadline; /* of --follow; MC_NEVER: not given */
	int64_t count;              /* 0: not given */
};

#endif
