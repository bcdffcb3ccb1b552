/*
 * live.h - the table on the terminal, as the rest of the verb tells it things. Opening and painting: tell.h.
 */
#ifndef RECV_LIVE_H
#define RECV_LIVE_H

#include "recv/run.h"
#include "screen.h"

/* live_note has a line said on the terminal as it was, and kept as the table's last one. */
void live_note(struct recv_live *l, const char *line);

/* How a table looks: characters beyond ASCII, colours. */
struct live_look {
	bool utf8, colour;
};

/* live_write writes the table: a line for each stream, and what was lost last. live_title writes the line
 * above. */
void live_write(const struct recv *r, const struct live_look *look, const struct screen_sink *to);
char *live_title(const struct recv *r, mc_time now, char *buf, size_t cap);

#endif
