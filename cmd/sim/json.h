/*
 * json.h - what sim prints with --json: the document that mcast-sim(1) promises.
 */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "out.h"
#include "show.h"

/* sim_json_difference adds one to a list of them. sim_json_run adds a run that ended to the list of runs; the
 * list of its differences is taken over. sim_json_print prints the document, of which it takes runs over;
 * complete: all runs were run to their end. */
void sim_json_difference(json_t *differences, const struct mc_sim_difference *d);
void sim_json_run(json_t *runs, const struct sim_run *r, json_t *differences);
void sim_json_print(json_t *runs, bool ok);

#endif
