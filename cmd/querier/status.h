/*
 * status.h - the state of one interface, whole, as text or as JSON objects, one for each family.
 */
#ifndef QUERIER_STATUS_H
#define QUERIER_STATUS_H

#include <jansson.h>
#include <stdio.h>

#include "querier/links.h"

/* querier_status_text writes what --status prints; querier_status_json the objects of "interfaces",
 * separated by commas, each group written as soon as it is made: a million of them do not have to fit into
 * memory. */
void querier_status_text(const struct querier_link *l, FILE *to, mc_time now);
void querier_status_json(const struct querier_link *l, FILE *to, mc_time now);

/* querier_status_brief makes the object of one family without its groups. */
json_t *querier_status_brief(const struct querier_link *l, unsigned family, mc_time now);

#endif
