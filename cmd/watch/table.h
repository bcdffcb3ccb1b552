/*
 * table.h - the state of the links as lines of text.
 */
#ifndef WATCH_TABLE_H
#define WATCH_TABLE_H

#include <mcast/base.h>

#include "watch/links.h"

/* Where the lines go, and how many of which width there may be. A line has neither end nor control
 * characters. */
struct table_sink {
	void (*line)(void *arg, const char *text);
	void *arg;
	unsigned width;
	size_t most; /* SIZE_MAX: all */
};

/* table_write writes the state of all links. Where it is longer than it may be, it ends in a line
 * that tells how many groups are left out. */
void table_write(const struct links *links, mc_time now, const struct table_sink *to);

#endif
