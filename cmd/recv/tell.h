/*
 * tell.h - what `mcast recv` says: each thing as text and as JSON. show.c and json.c know how each looks,
 * live.c has the table on a terminal; run.c and take.c know none of that.
 */
#ifndef RECV_TELL_H
#define RECV_TELL_H

#include <jansson.h>

#include "recv/run.h"

/* What a command brought about. */
struct recv_effect {
	uint64_t line;
	const char *text;
	mc_time first;         /* until the first datagram; MC_NEVER: none came, or not what was asked */
	bool wanted_first;     /* it was a join or unblock */
	bool wanted_still;     /* it was a leave or block */
	bool watched;          /* ... and the interface was watched */
	uint64_t still;        /* datagrams that came after it */
	mc_time still_for;     /* and until when */
	bool goes_on;          /* more were coming when the watch ended */
};

/* tell_open opens the files of --report and --hgrm, so that what cannot be written is known before it runs:
 * 0, or refused. tell_close closes them, where tell_result did not, and gives the terminal back. */
int tell_open(struct recv *r);
void tell_close(struct recv *r);

void tell_start(struct recv *r);
void tell_membership(struct recv *r, const struct listener *l, const struct member *m, bool joined,
		     const char *why);
void tell_stream_new(struct recv *r, const struct recv_stream *s); /* before its first datagram is taken */
void tell_gap(struct recv *r, const struct recv_stream *s, const struct mc_gap *g);
void tell_clock(struct recv *r, const struct sender *s, mc_time round, int64_t ahead);
void tell_interval(struct recv *r); /* lines of all streams; sets recv_stream.line */
void tell_effect(struct recv *r, const struct recv_effect *e);
void tell_dump(struct recv *r, const struct recv_stream *s, const struct mc_dgram *d);
void tell_warning(struct recv *r, const char *fmt, ...) __attribute__((format(printf, 2, 3))); /* to stderr */

/* tell_result says all there is at the end, or (final false) so far; --report and --hgrm too. Returns the
 * exit code: EXIT_CANNOT where a file could not be written. */
int tell_result(struct recv *r, bool final);

/* ---- the terminal (live.c) ---- */

/* tell_live opens the table where it is asked for and can be; tell_live_due is when it is to be painted next
 * (loop's clock; MC_NEVER: it is not open), tell_live_paint paints; tell_live_close gives the terminal back.
 * */
void tell_live(struct recv *r);
mc_time tell_live_due(const struct recv *r);
void tell_live_paint(struct recv *r);
void tell_live_size(struct recv *r);
void tell_live_suspend(struct recv *r);
/* Ctrl-Z, which is ours while there may be a table */ /* SIGWINCH came */
void tell_live_close(struct recv *r);

/* ---- objects (json.c): what --json prints and --report draws ---- */

json_t *recv_json_start(const struct recv *r);
json_t *recv_json_stream(const struct recv *r, const struct recv_stream *s);
json_t *recv_json_redundant(const struct recv *r);
json_t *recv_json_end(const struct recv *r, const struct recv_sums *sums);

#endif
