/*
 * signals.h - the signals that end a verb, or ask it for a summary, as a descriptor.
 */
#ifndef MCAST_SIGNALS_H
#define MCAST_SIGNALS_H

/* signals_open blocks SIGINT, SIGTERM and SIGQUIT, and returns a descriptor that is readable
 * when one of them came (it does not block), or -errno. */
int signals_open(void);

/* signals_read returns the number of a signal that came, or 0 when there is none now. */
int signals_read(int fd);

#endif
