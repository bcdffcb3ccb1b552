/*
 * show.h - what mcast recv tells as text. It may change for the better; JSON, which is promised, is beside
 * it.
 */
#ifndef RECV_SHOW_H
#define RECV_SHOW_H

#include <stdio.h>

#include "recv/figures.h"
#include "recv/places.h"
#include "recv/tell.h"

void recv_show_start(FILE *to, const struct recv *r);
void recv_show_member(FILE *to, const struct listener *l, const struct member *m, bool joined,
		      const char *why);
void recv_show_stream_new(FILE *to, const struct recv_stream *s);
void recv_show_gap(FILE *to, const struct recv_stream *s, const struct mc_gap *g);
void recv_show_clock(FILE *to, const struct sender *s, mc_time round, int64_t ahead);
void recv_show_effect(FILE *to, const struct recv_effect *e);
void recv_show_dump(FILE *to, const struct recv_stream *s, const struct mc_dgram *d);

/* Lines of --interval: the header, and one of a stream. */
void recv_show_interval_head(FILE *to);
void recv_show_interval(FILE *to, const struct recv_stream *s, const struct recv_interval *v,
			mc_time since_start);

/* All streams: a paragraph each, or a table where they are many; both paths; an interface, where it lost
 * something; and the sums (final: with the verdict). */
void recv_show_streams(FILE *to, const struct recv *r);
void recv_show_redundant(FILE *to, const struct recv *r);
void recv_show_interface(FILE *to, const struct recv_place *p);
void recv_show_sums(FILE *to, const struct recv *r, const struct recv_sums *sums, bool final);

#endif
