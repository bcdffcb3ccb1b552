/*
 * input.h - standard input, line by line: whatever it is, reading it never keeps the program waiting, nor
 * stops it.
 */
#ifndef MCAST_INPUT_H
#define MCAST_INPUT_H

#include "lines.h"
#include "net/loop.h"

struct input {
	struct lines lines;
	struct mc_loop *loop;
	struct mc_watch watch;
	bool watched;
	bool ready; /* there is something to read, or may be */
	mc_time again; /* when to look whether a terminal is ours; MC_NEVER: not */
	bool more;  /* there may be a line among what was read */
};

/* input_open begins to look for lines. 0 or -errno. */
int input_open(struct input *in, struct mc_loop *loop);
void input_close(struct input *in);

/* input_look looks again whose the terminal is, which input_due tells when to do; MC_NEVER: there is no
 * need. */
void input_look(struct input *in);

static inline mc_time input_due(const struct input *in)
{
	return in->loop ? in->again : MC_NEVER;
}

/* input_ready tells whether input_next may have a line without waiting; else the loop will tell. */
bool input_ready(const struct input *in);

/* input_next gives a line as lines_next does. */
int input_next(struct input *in, const char **ret, size_t *ret_len);

#endif
