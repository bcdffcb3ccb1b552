/*
 * hgrm.h - delays in the text that HdrHistogram writes and its plotter reads.
 */
#ifndef RECV_HGRM_H
#define RECV_HGRM_H

#include <stdio.h>

#include "recv/streams.h"

/* recv_hgrm writes the delays of all streams together, in microseconds: 0, or -1 (errno). */
int recv_hgrm(const struct recv_streams *t, FILE *to);

#endif
