/*
 * priv.h - giving up privileges.
 */
#ifndef MCAST_PRIV_H
#define MCAST_PRIV_H

#include <stdbool.h>

/* priv_drop gives up all capabilities of the calling thread, for good, and those of programs
 * it might start; keep_bind keeps CAP_NET_BIND_SERVICE where it is held. Call it before there
 * are other threads. Good, too, where there is nothing to give up. Returns 0 or -errno. */
int priv_drop(bool keep_bind);

#endif
