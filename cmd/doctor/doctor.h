/*
 * doctor.h - the verb's configuration: what is to be looked at, and how.
 */
#ifndef MCAST_DOCTOR_H
#define MCAST_DOCTOR_H

#include "opt.h"
#include "pick.h"

struct doctor_conf {
	bool ipv4, ipv6; /* -4, -6; neither: both */
	bool verbose, quiet, json, fix, probe;
	const char *iface, *with;
	mc_time window; /* MC_NEVER: the default */
	mc_time wait;   /* MC_NEVER: the default */
	mc_time soak;   /* 0: none */
	int64_t ttl;
};

extern const struct verb doctor_verb;

#endif
