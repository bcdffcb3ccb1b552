/*
 * verify.h - whether nodes are in the state that a script says.
 */
#ifndef MC_VERIFY_H
#define MC_VERIFY_H

#include "sim/cast.h"
#include "sim/tally.h"
#include "sim/verdict.h"

/* mc_verify compares the state of each node that the event is about, now, and tells what differs. */
void mc_verify(const struct mc_cast *c, const struct mc_tally *t, struct mc_verdict *v,
	       const struct mc_sim_event *e);

#endif
