/*
 * counters.h - the network stack's own counters, /proc/net/{snmp,netstat,snmp6,softnet_stat}: by name, and
 * what they grew by.
 */
#ifndef MC_COUNTERS_H
#define MC_COUNTERS_H

#include <mcast/base.h>

struct mc_counters;

/* mc_counters_read takes them all, of the calling thread's network namespace: 0 or -errno. A name is that of
 * nstat(8), the table's before the counter's: "UdpRcvbufErrors", "TcpExtIPReversePathFilter", "Udp6InErrors";
 * softnet_stat, of the machine, is "SoftnetDropped" and "SoftnetTimeSqueeze", summed over the CPUs. */
int mc_counters_read(struct mc_counters **ret);
void mc_counters_free(struct mc_counters *c);

/* mc_counters_get tells one: false where the kernel has no such counter, or has a negative number there. */
bool mc_counters_get(const struct mc_counters *c, const char *name, uint64_t *ret);

/* mc_counters_grew tells what one grew by; 0 where either lacks it, and where it is less than before. */
uint64_t mc_counters_grew(const struct mc_counters *before, const struct mc_counters *after,
			  const char *name);

/* mc_counters_parse reads one text into it, for tests and fuzzing; pairs: of the form of snmp and netstat,
 * else of snmp6. mc_counters_parse_softnet reads that of softnet_stat. 0 or -ENOMEM. */
int mc_counters_new(struct mc_counters **ret);
int mc_counters_parse(struct mc_counters *c, const char *text, bool pairs);
int mc_counters_parse_softnet(struct mc_counters *c, const char *text);

#endif
