/*
 * json.h - what watch prints with --json: the objects and keys that mcast-watch(1) promises.
 */
#ifndef WATCH_JSON_H
#define WATCH_JSON_H

#include "watch/shown.h"

void watch_json_thing(const struct shown *s);
void watch_json_state(const struct links *links, struct shown_now at);
void watch_json_totals(const struct shown_totals *t, mc_time now);

#endif
