/*
 * keep.h - --write: what arrives as a capture file of raw IP.
 */
#ifndef RECV_KEEP_H
#define RECV_KEEP_H

#include <mcast/sock.h>

struct recv_keep;

#define RECV_KEEP_WHY 300

/* recv_keep_open begins a file, empty; "-" is stdout, which must be no terminal. 0, or -1 and a clause in
 * why. */
int recv_keep_open(struct recv_keep **ret, const char *path, char why[RECV_KEEP_WHY]);

/* recv_keep_dgram writes what came to a port: a train as the datagrams that it is of. */
void recv_keep_dgram(struct recv_keep *k, const struct mc_dgram *d, uint16_t port);

/* recv_keep_flush: what was written is in the file. False, the first time: it could not be written. */
bool recv_keep_flush(struct recv_keep *k);

/* recv_keep_close ends it and frees k: 0, or -1 and a clause in why where something could not be written. k
 * NULL: nothing is done. */
int recv_keep_close(struct recv_keep *k, char why[RECV_KEEP_WHY]);

#endif
