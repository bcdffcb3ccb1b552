/*
 * churn.h - hosts that come and go by chance, so many a second.
 */
#ifndef HOST_CHURN_H
#define HOST_CHURN_H

#include "host/fleet.h"

struct churn {
	double rate;   /* changes a second; 0: none */
	mc_time began; /* MC_NEVER: it has not */
	uint64_t done; /* changes since then */
	uint64_t changes; /* all in all */
	struct mc_rand rand;
};

void churn_open(struct churn *c, double rate, uint64_t seed);

/* churn_begin starts it, the first change being due one space from now. */
void churn_begin(struct churn *c, mc_time now);
void churn_end(struct churn *c);

/* churn_due tells when the next change is to be made. */
mc_time churn_due(const struct churn *c);

/* churn_step makes the changes that are due, but not more than a few, none of which takes back another
 * one. What could not be made within a second is not made up for. */
void churn_step(struct churn *c, struct fleet *f, mc_time now);

#endif
