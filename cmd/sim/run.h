/*
 * run.h - all runs of a command line, one after the other.
 */
#ifndef SIM_RUN_H
#define SIM_RUN_H

#include "opt.h"
#include "out.h"
#include "progress.h"
#include "scripts.h"
#include "trace.h"

struct sim_conf {
	bool ipv4, ipv6, trace, figures, verbose, quiet, json;
	int64_t seed; /* -1: none was given */
	const char *pcap;
};

struct sim {
	const struct verb *verb;
	struct sim_conf conf;
	struct scripts scripts;
	struct trace trace;
	struct progress progress;
	FILE *out; /* where text goes: stderr, where stdout holds the packets */
	int signals, signal; /* the descriptor; the signal that ended it, or 0 */
	mc_time looked;      /* for signals, on the loop's clock */
	struct sim_run run;  /* the one that is under way */
	json_t *runs, *differences; /* NULL without --json; of this run */
	bool differs, failed;
};

/* sim_runs tells whether a script has a run that is wanted. */
bool sim_runs(const struct sim *s, const struct script *script);

/* sim_run runs them all, prints what comes of it, and returns the exit code. */
int sim_run(struct sim *s);

#endif
