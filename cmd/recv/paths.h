/*
 * paths.h - --redundant: which streams are the two paths of one, and which of their numbers may be compared
 * (SMPTE ST 2022-7). The comparing itself is flow/pair.h's, the sums are recv.pair.
 */
#ifndef RECV_PATHS_H
#define RECV_PATHS_H

#include "recv/run.h"

int paths_new(struct recv *r); /* 0 or -errno */
void paths_free(struct recv *r);

/* paths_watch has a stream that is one of the paths compared, from its first datagram on. */
void paths_watch(struct recv *r, struct recv_stream *s);

/* paths_reset begins all counts anew. */
void paths_reset(struct recv *r);

#endif
