/*
 * json.h - the objects that are lines of their own, beside those of tell.h. Each is whole: event, ts, host,
 * schema.
 */
#ifndef RECV_JSON_H
#define RECV_JSON_H

#include "recv/figures.h"
#include "recv/places.h"
#include "recv/tell.h"

json_t *recv_json_member(const struct listener *l, const struct member *m, bool joined, const char *why);
json_t *recv_json_stream_new(const struct recv_stream *s);
json_t *recv_json_gap(const struct recv_stream *s, const struct mc_gap *g);
json_t *recv_json_clock(const struct sender *s, mc_time round, int64_t ahead);
json_t *recv_json_interval(const struct recv_stream *s, const struct recv_interval *v, mc_time since_start);
json_t *recv_json_effect(const struct recv_effect *e);

json_t *recv_json_interface(const struct recv_place *p);

/* recv_json_so_far is recv_json_end under another name. */
json_t *recv_json_so_far(const struct recv *r, const struct recv_sums *sums);

#endif
