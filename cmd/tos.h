/*
 * tos.h - the argument of -Q: the TOS or traffic class octet, or a DSCP by its name.
 */
#ifndef MCAST_TOS_H
#define MCAST_TOS_H

#include <stddef.h>

/* tos_read reads it, as rows of a table of options do (OPT_CALL): dest is an int, the octet. */
int tos_read(void *dest, const char *arg, char *why, size_t cap);

#endif
