/*
 * table.h - the state of the links as lines of text.
 */
#ifndef WATCH_TABLE_H
#define WATCH_TABLE_H

#include <mcast/base.h>

#include "screen.h"
#include "watch/links.h"

/* table_write writes the state of all links. Where it is longer than it may be, it ends in a line
 * that tells how many groups are left out. */
void table_write(const struct links *links, mc_time now, const struct screen_sink *to);

#endif
