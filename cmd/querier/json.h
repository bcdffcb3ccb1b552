/*
 * json.h - what the querier tells with --json: the objects and keys that mcast-querier(1) promises.
 */
#ifndef QUERIER_JSON_H
#define QUERIER_JSON_H

#include "querier/tell.h"

void querier_json_told(const struct told *t);
void querier_json_end(struct querier_link *const *links, size_t n, mc_time ran, bool final);

/* querier_json_warning writes the object of a warning of no link, with the end of its line, and returns its
 * length; 0 where there is no room. */
size_t querier_json_warning(const char *name, const char *text, uint64_t missed, char *buf, size_t cap);

#endif
