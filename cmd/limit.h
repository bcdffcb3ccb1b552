/*
 * limit.h - limits on the command line: a share, a time. Each is called as a row of options has it: dest is
 * the field; 0, or -1 and one clause in why.
 */
#ifndef MCAST_LIMIT_H
#define MCAST_LIMIT_H

#include <mcast/base.h>

/* limit_percent reads "0.1%" or "0.1" as 0.001, a double. */
int limit_percent(void *dest, const char *arg, char *why, size_t cap);

/* limit_span reads "5ms", "200us", "10ns", "1s" or "1.5", an mc_time. */
int limit_span(void *dest, const char *arg, char *why, size_t cap);

#endif
