/*
 * follow.h - joins, leaves and changed filters as they happen.
 */
#ifndef MCAST_GROUPS_FOLLOW_H
#define MCAST_GROUPS_FOLLOW_H

#include "groups/groups.h"
#include "groups/wanted.h"

/* follow_run does all of --follow; returns the exit code. */
int follow_run(const struct verb *v, const struct groups_conf *conf, struct wanted *wanted);

#endif
