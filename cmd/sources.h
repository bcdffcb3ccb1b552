/*
 * sources.h - lists of sources, as options give them: SOURCE[,SOURCE...].
 */
#ifndef MCAST_SOURCES_H
#define MCAST_SOURCES_H

#include <mcast/base.h>

/* sources_add appends those of a list to an array that begins as NULL and 0: 0, or -1 and one clause in
 * why; then some of them may be there. */
int sources_add(struct mc_addr **v, size_t *n, const char *list, char *why, size_t cap);

/* sources_has tells whether one is among n of them. */
bool sources_has(const struct mc_addr *v, size_t n, const struct mc_addr *source);

/* sources_drop takes one out of n, if it is there; returns how many are left. */
size_t sources_drop(struct mc_addr *v, size_t n, const struct mc_addr *source);

#endif
