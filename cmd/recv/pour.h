/*
 * pour.h - the argument "-": payloads to standard output, in order of arrival, whole, however long that
 * takes: until a signal or -w ends the run, and a second longer.
 */
#ifndef RECV_POUR_H
#define RECV_POUR_H

#include "recv/run.h"

int pour_new(struct recv *r); /* 0 or -errno */

/* pour_take takes a datagram or train, once the stream has taken it. */
void pour_take(struct recv *r, const struct recv_stream *s, const struct mc_arrival *a);

/* pour_flush writes what was taken and is known how to write. Where it cannot be written the run is to
 * stop. */
void pour_flush(struct recv *r);

/* pour_free writes the rest. 0, or -errno of the first write that failed; -EPIPE: the reader had enough;
 * -ETIMEDOUT: it did not take all, and so many octets were left in the end. */
int pour_free(struct recv *r, uint64_t *ret_left);

#endif
