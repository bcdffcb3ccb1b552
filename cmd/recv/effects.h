/*
 * effects.h - commands of standard input: what they change, and what came of it.
 */
#ifndef RECV_EFFECTS_H
#define RECV_EFFECTS_H

#include "net/tap.h"
#include "recv/run.h"

int effects_new(struct recv_effects **ret); /* 0 or -errno */
void effects_free(struct recv_effects *e);

/* effects_line does what a line of standard input says, or warns why not. */
void effects_line(struct recv *r, const char *line, size_t len, uint64_t number);

/* effects_came: a datagram of a stream came by its socket; to be called where its ear waits
 * (recv_ear.waits) alone. effects_still: n came on the interface (taps). */
void effects_came(struct recv *r, const struct recv_stream *s, mc_time at);
void effects_still(struct recv *r, const struct mc_tapped *d, uint64_t n);

/* effects_due is when an effect is known without more (loop's clock); effects_settle tells those, or
 * (all) the rest. */
mc_time effects_due(const struct recv_effects *e);
void effects_settle(struct recv *r, mc_time now, bool all);

#endif
