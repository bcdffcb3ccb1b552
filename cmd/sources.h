/*
 * sources.h - lists of sources, as options give them: SOURCE[,SOURCE...].
 */
#ifndef MCAST_SOURCES_H
#define MCAST_SOURCES_H

#include <mcast/base.h>

/* sources_add appends those of a list to an array that begins as NULL and 0: 0, or -1 and one clause in
 * why; then some of them may be there. */
int sources_add(struct mc_addr **v, size_t *n, const char *list, char *why, size_t cap);

#endif
