/*
 * signals.h - the signals that end a verb, or ask it for a summary, as a descriptor.
 */
#ifndef MCAST_SIGNALS_H
#define MCAST_SIGNALS_H

#include <stddef.h>

/* signals_open blocks SIGINT, SIGTERM and SIGQUIT, and returns a descriptor that is readable
 * when one of them came (it does not block), or -errno. */
int signals_open(void);

/* signals_more has more signals come to the descriptor of signals_open. 0 or -errno. */
int signals_more(int fd, const int *numbers, size_t n);

/* signals_read returns the number of a signal that came, or 0 when there is none now. */
int signals_read(int fd);

#endif
