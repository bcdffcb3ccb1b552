/*
 * priv.h - giving up privileges.
 */
#ifndef MCAST_PRIV_H
#define MCAST_PRIV_H

#include <stdbool.h>

/* What a verb may need once it runs: nothing, ports below 1024, packet sockets, a firewall's rules, other
 * users' processes: their descriptors, and what those are. */
enum priv { PRIV_NONE, PRIV_BIND, PRIV_RAW, PRIV_ADMIN, PRIV_TRACE };

/* priv_drop gives up all capabilities of the calling thread, for good, and those of programs
 * it might start, but for those of `keep`, as far as they are held. Call it before there are other
 * threads. Good, too, where there is nothing to give up. Returns 0 or -errno. */
int priv_drop(enum priv keep);

/* priv_has tells whether the capabilities are there, in effect. */
bool priv_has(enum priv which);

#endif
