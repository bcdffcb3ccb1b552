/*
 * checks.h - the list of checks, in their order. Each is one function over what was seen; it adds at least
 * one finding, VERDICT_OK with what is well where nothing is wrong, VERDICT_UNKNOWN with the reason where
 * it could not look. Of one kind it adds eight at most, and says how many more there are.
 */
#ifndef MCAST_DOCTOR_CHECKS_H
#define MCAST_DOCTOR_CHECKS_H

#include "doctor/look.h"

enum check_when { CHECK_ALWAYS, CHECK_PROBE, CHECK_SOAK, CHECK_WITH };

struct check {
	const char *name;
	enum check_when when;
	void (*run)(const struct look *l, struct findings *f);
	const char *why; /* one sentence with its full stop */
};

extern const struct check checks[]; /* ends with a row without name */

/* checks_run runs those that are due. */
void checks_run(const struct look *l, struct findings *f);

/* checks_hidden adds that sockets could not be looked at: false: all could. */
bool checks_hidden(const struct look *l, struct findings *f);

#define CHECKS_MOST 8 /* findings of a kind */

/* checks_each has each group judged once on each interface, until CHECKS_MOST of them were wrong: judge
 * tells. How many more there are is told. Returns how many were wrong, and how many there are in all. */
size_t checks_each(const struct look *l, struct findings *f,
		   bool (*judge)(const struct look *, struct findings *, const struct aim *),
		   size_t *ret_groups);

void check_interface(const struct look *l, struct findings *f);
void check_address(const struct look *l, struct findings *f);
void check_route(const struct look *l, struct findings *f);
void check_joined(const struct look *l, struct findings *f);
void check_version(const struct look *l, struct findings *f);
void check_limits(const struct look *l, struct findings *f);
void check_rp_filter(const struct look *l, struct findings *f);
void check_ttl(const struct look *l, struct findings *f);
void check_overlap(const struct look *l, struct findings *f);
void check_bound(const struct look *l, struct findings *f);
void check_leak(const struct look *l, struct findings *f);
void check_port(const struct look *l, struct findings *f);
void check_buffers(const struct look *l, struct findings *f);
void check_counters(const struct look *l, struct findings *f);
void check_firewall(const struct look *l, struct findings *f);
void check_bridge(const struct look *l, struct findings *f);
void check_container(const struct look *l, struct findings *f);
void check_routing(const struct look *l, struct findings *f);
void check_arrival(const struct look *l, struct findings *f);
void check_loopback(const struct look *l, struct findings *f);
void check_report(const struct look *l, struct findings *f);
void check_querier(const struct look *l, struct findings *f);
void check_delivery(const struct look *l, struct findings *f);
void check_server(const struct look *l, struct findings *f);
void check_soak(const struct look *l, struct findings *f);
void check_unicast(const struct look *l, struct findings *f);
void check_multicast(const struct look *l, struct findings *f);

#endif
