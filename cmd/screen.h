/*
 * screen.h - lines on a terminal that a verb has to itself, until it gives it back.
 */
#ifndef MCAST_SCREEN_H
#define MCAST_SCREEN_H

#include <mcast/base.h>

/* Where lines go, and how many of which width there may be. A line has neither end nor control characters,
 * but may have colours (SCREEN_RED, SCREEN_DIM, SCREEN_PLAIN), which take no width. */
struct screen_sink {
	void (*line)(void *arg, const char *text);
	void *arg;
	unsigned width;
	size_t most; /* SIZE_MAX: all */
};

#define SCREEN_BOLD "\033[1m"
#define SCREEN_DIM "\033[2m"
#define SCREEN_RED "\033[31m"
#define SCREEN_PLAIN "\033[m"

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

/* screen_suspend stops the program, as Ctrl-Z does, and gives the terminal back for as long. */
void screen_suspend(struct screen *s);

/* screen_size looks at the size of the window; screen_change asks to be painted soon. */
void screen_size(struct screen *s);
void screen_change(struct screen *s);

/* screen_note is for what goes to stderr: it is said on the terminal as it was, and stays in the
 * last line. */
void screen_note(struct screen *s, const char *text);

/* screen_due tells when it is to be painted, on the loop's clock; MC_NEVER where it is not open. */
mc_time screen_due(const struct screen *s);

/* screen_paint paints: a title, and below it what write gives to the sink. */
void screen_paint(struct screen *s, const char *title, void (*write)(void *arg, const struct screen_sink *to),
		  void *arg, mc_time loop_now);

#endif
