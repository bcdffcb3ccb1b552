/*
 * stream.h - a capture that comes by a pipe or a terminal: read when there is something, so that signals
 * and time get their turn while there is nothing.
 */
#ifndef WATCH_STREAM_H
#define WATCH_STREAM_H

#include <stdbool.h>
#include <stdio.h>

/* stream_open gives a stream that calls wait(arg, fd) before each read of fd; where that is false,
 * the stream is at its end. It owns fd. NULL: errno tells. */
FILE *stream_open(int fd, bool (*wait)(void *arg, int fd), void *arg);

#endif
