/*
 * taps.h - interfaces that are watched for what still comes of a group that was left, or of a source that was
 * blocked (--linger). A tap costs nothing while no group is wanted.
 */
#ifndef RECV_TAPS_H
#define RECV_TAPS_H

#include "recv/run.h"

/* taps_new opens one on each interface with a membership, which needs CAP_NET_RAW. 0, or refused. */
int taps_new(struct recv *r);
void taps_free(struct recv *r);

/* taps_want has a group watched on all of them; taps_unwant undoes it. */
void taps_want(struct recv *r, const struct mc_addr *group);
void taps_unwant(struct recv *r, const struct mc_addr *group);

/* taps_on tells whether an interface is watched. */
bool taps_on(const struct recv *r, uint32_t ifindex);

#endif
