/*
 * screen.h - the state of the links on a terminal that it has to itself, until it gives it back.
 */
#ifndef WATCH_SCREEN_H
#define WATCH_SCREEN_H

#include <mcast/base.h>

#include "watch/links.h"

struct screen {
	bool open;
	unsigned rows, columns;
	mc_time due; /* when it is to be painted next, where nothing changes */
	bool changed;
	char note[400]; /* the last thing that was to be said meanwhile */
};

/* screen_possible tells whether stdout is a terminal that can be painted on. */
bool screen_possible(void);

/* screen_columns is how wide stdout is; 80 where it is no terminal. */
unsigned screen_columns(void);

/* screen_open takes the terminal, screen_close gives it back as it was; both may be called again. */
void screen_open(struct screen *s);
void screen_close(struct screen *s);

/* screen_size looks at the size of the window; screen_change asks to be painted soon. */
void screen_size(struct screen *s);
void screen_change(struct screen *s);

/* screen_note is for what goes to stderr: it is said on the terminal as it was, and stays in the
 * last line. */
void screen_note(struct screen *s, const char *text);

/* screen_due tells when it is to be painted, on the loop's clock; MC_NEVER where it is not open. */
mc_time screen_due(const struct screen *s);

/* screen_paint paints: a title, and the state of the links at a time. */
void screen_paint(struct screen *s, const char *title, const struct links *links, mc_time at,
		  mc_time loop_now);

#endif
