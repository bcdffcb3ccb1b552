/*
 * priv.h - giving up privileges.
 */
#ifndef MCAST_PRIV_H
#define MCAST_PRIV_H

#include <stdbool.h>

/* What a verb may need once it runs: nothing, ports below 1024, packet sockets. */
enum priv { PRIV_NONE, PRIV_BIND, PRIV_RAW };

/* priv_drop gives up all capabilities of the calling thread, for good, and those of programs
 * it might start, but for the one of `keep`, where it is held. Call it before there are other
 * threads. Good, too, where there is nothing to give up. Returns 0 or -errno. */
int priv_drop(enum priv keep);

/* priv_has tells whether the capability is there, in effect. */
bool priv_has(enum priv which);

#endif
