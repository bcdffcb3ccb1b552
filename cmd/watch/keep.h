/*
 * keep.h - the capture file that packets are kept in: those of capture.c, and those that mcast sim simulates.
 * Built without libpcap, capture_none.c stands in and refuses to open one.
 */
#ifndef WATCH_KEEP_H
#define WATCH_KEEP_H

#include "watch/capture.h"

#define KEEP_SNAP 262144 /* octets of a packet at the most: libpcap's own limit */

struct keep;

/* keep_open begins a file of packets of this kind of link, empty, with nanoseconds; packets of other
 * links become Linux cooked v2, which link then is. "-" is stdout, which must be no terminal. The
 * file that descriptor reads (-1: none) is refused. 0, or -1 and a clause in why (CAPTURE_WHY). */
int keep_open(struct keep **ret, const char *path, int link, int reads, char *why);

void keep_packet(struct keep *k, const struct packet *p);
int keep_flush(struct keep *k); /* what was written is in the file: 0, or errno of what could not be */

/* keep_close ends it and frees k. An error of writing, be it the first of all, is told here. */
int keep_close(struct keep *k, uint64_t *kept, char *why);

#endif
