/*
 * targets.h - lists of targets: those of a command line and those of a file, in the order they were named.
 */
#ifndef MCAST_TARGETS_H
#define MCAST_TARGETS_H

#include "opt.h"

/* targets_add appends a target to a list that begins as NULL and 0, or refuses it and returns EXIT_CANNOT. */
int targets_add(const struct verb *v, const char *text, struct mc_target **list, size_t *n);

/* targets_read appends those of a file, "-": of standard input: one a line; empty lines, blanks at either end
 * and what follows a # are left out. 0, or refuses, with file and line where a line is wrong, and returns
 * EXIT_CANNOT. A file without a single target is refused, too. */
int targets_read(const struct verb *v, const char *path, struct mc_target **list, size_t *n);

/* targets_one_family refuses the first target of the other family where -4 or -6 was given. 0 or
 * EXIT_CANNOT. */
int targets_one_family(const struct verb *v, bool ipv4, bool ipv6, const struct mc_target *list, size_t n);

#endif
