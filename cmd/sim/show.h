/*
 * show.h - how a run went, as text.
 */
#ifndef SIM_SHOW_H
#define SIM_SHOW_H

#include <mcast/sim.h>
#include <stdio.h>

/* A script that is run once. */
struct sim_run {
	const char *script; /* as it was typed */
	uint8_t family;
	bool seeded;
	uint64_t seed;
	bool figures;                       /* they are to be printed */
	const struct mc_sim_result *result; /* NULL: it has not ended */
};

/* sim_show_difference prints two lines, expected above actual; sim_show_result prints one, of a run that
 * ended; sim_show_figures prints the table of its figures. */
void sim_show_difference(FILE *out, const struct sim_run *r, const struct mc_sim_difference *d);
void sim_show_result(FILE *out, const struct sim_run *r);
void sim_show_figures(FILE *out, const struct mc_sim_result *r);

/* sim_show_progress prints how far a run is, without the end of the line. */
void sim_show_progress(FILE *out, const struct sim_run *r, mc_time time, uint64_t packets);

#endif
