/*
 * trace.h - the packets of runs: printed as watch prints them, and kept in a file.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <mcast/sim.h>

#include "watch/keep.h"
#include "watch/show.h"

struct trace {
	bool prints;
	struct watch_show show;
	struct link_seen node; /* what stands where watch has the link: the node that sent it */
	struct keep *keep;     /* NULL: nothing is */
	mc_time began;         /* of the run, in the file */
};

/* trace_open begins to print, to keep in the file pcap (NULL: not to), or both. 0, or -1 and a clause in why
 * (CAPTURE_WHY). */
int trace_open(struct trace *t, bool prints, const char *pcap, char *why);

void trace_packet(struct trace *t, const struct mc_sim_packet *p);

/* trace_ended tells when a run ended: the packets of the next one follow. */
void trace_ended(struct trace *t, mc_time time);

/* trace_close: 0, or -1 and why: the file could not be written. Good after trace_open failed, too. */
int trace_close(struct trace *t, char *why);

#endif
