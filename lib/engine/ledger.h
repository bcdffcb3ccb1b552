/*
 * ledger.h - what a role counts, and what it warns of, each kind of warning at most once an interval.
 */
#ifndef MC_LEDGER_H
#define MC_LEDGER_H

#include <mcast/engine.h>

struct mc_ledger_rare;

/* An empty ledger is all zero. What is seldom counted takes memory when it is first needed: a host is
 * small. */
struct mc_ledger {
	uint64_t usual[MC_TX_LEAVE + 1];
	uint64_t no_memory;
	struct mc_ledger_rare *rare;
};

void mc_ledger_free(struct mc_ledger *l);
void mc_ledger_add(struct mc_ledger *l, enum mc_count which);
uint64_t mc_ledger_get(const struct mc_ledger *l, enum mc_count which);

/* mc_ledger_refused counts a packet that could not be decoded. */
void mc_ledger_refused(struct mc_ledger *l, int err);

/* mc_ledger_warn has a warning told by mc_ledger_poll, with what of addr and group is not NULL, if the
 * last of its kind is `interval` ago or more. */
void mc_ledger_warn(struct mc_ledger *l, enum mc_warning which, const struct mc_addr *addr,
		    const struct mc_addr *group, uint8_t version, mc_time interval, mc_time now);
bool mc_ledger_pending(const struct mc_ledger *l); /* whether it would give one */
bool mc_ledger_poll(struct mc_ledger *l, struct mc_action *ret);

size_t mc_ledger_memory(const struct mc_ledger *l);

#endif
