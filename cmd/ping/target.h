/*
 * target.h - whom a ping talks to.
 */
#ifndef MCAST_PING_TARGET_H
#define MCAST_PING_TARGET_H

#include "ping/ping.h"
#include "where.h"

/* ping_target_find reads the target (NULL: the default) and -I. 0, or refuses and returns EXIT_CANNOT. */
int ping_target_find(const struct verb *v, const struct ping_conf *c, const char *text, struct where *ret);

#endif
