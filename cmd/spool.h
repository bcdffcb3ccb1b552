/*
 * spool.h - standard output that never keeps the program waiting: what a terminal or a pipe does not take yet
 * waits in memory, and what there is no room for is left out by whole lines, and counted.
 */
#ifndef MCAST_SPOOL_H
#define MCAST_SPOOL_H

#include <mcast/base.h>
#include <stdio.h>

#include "net/loop.h"

struct spool;

/* spool_anew opens what a descriptor writes to anew, for us alone, so that it does not block; -1 where that
 * cannot be: it is neither a pipe nor a terminal. */
int spool_anew(int fd);

/* spool_note writes the line, with its end, that tells how many were left out; returns its length. */
typedef size_t spool_note(void *arg, uint64_t lines, char *buf, size_t cap);

#define SPOOL_NOTE 1024

/* spool_open takes over a stream, &stdout or &stderr, with room for that many octets: whatever is written to
 * it is to end in whole lines, and is seen by the next spool_pump. A stream to a file, which does not wait,
 * is left as it is. Returns 0 or -errno. */
int spool_open(struct spool **ret, FILE **stream, size_t room, spool_note *note, void *arg);

/* spool_watch has the loop write what waits as soon as it can be written. 0 or -errno. */
int spool_watch(struct spool *s, struct mc_loop *loop);

/* spool_pump flushes the stream and writes as much as can be without waiting. Returns 0, or -errno of the
 * first write that failed: the reader is gone, the disk is full. */
int spool_pump(struct spool *s);

/* spool_close writes what is left, for as long as patience, and gives the stream back. Returns as spool_pump;
 * what nobody would take is no error. s NULL: nothing is done. */
int spool_close(struct spool *s, mc_time patience);

#endif
