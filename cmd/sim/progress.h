/*
 * progress.h - how far a long run is, on a terminal that somebody looks at.
 */
#ifndef SIM_PROGRESS_H
#define SIM_PROGRESS_H

#include "show.h"

struct progress {
	bool on;    /* stderr is a terminal, and lines of packets do not run through it */
	bool shown; /* there is a line to be taken away */
	mc_time due; /* on the loop's clock */
	mc_time time; /* simulated, as far as packets tell */
	uint64_t packets;
};

/* progress_open: packets are printed on stdout, or not. progress_begin is for each run. */
void progress_open(struct progress *p, bool trace);
void progress_begin(struct progress *p);

void progress_packet(struct progress *p, mc_time time);

/* progress_tell shows the line, once a second and in its place; progress_say prints it for good, terminal
 * or not; progress_clear takes it away, before anything else is printed. */
void progress_tell(struct progress *p, const struct sim_run *r, mc_time now);
void progress_say(struct progress *p, const struct sim_run *r);
void progress_clear(struct progress *p);

#endif
