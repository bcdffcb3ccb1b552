/*
 * lines.h - octets as they come into lines, none longer than there is room for.
 */
#ifndef MCAST_LINES_H
#define MCAST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_LONGEST 65536 /* octets of a line, with its end */

struct lines {
	char *room;     /* 2 * LINES_LONGEST */
	size_t from, n; /* what is there and was not given yet: n octets, from that one on */
	bool skips;     /* in a line that was refused, up to its end */
	bool over;      /* nothing more will come */
	uint64_t number;
};

int lines_open(struct lines *l); /* 0 or -ENOMEM */
void lines_close(struct lines *l);

/* lines_space gives where octets may be put, LINES_LONGEST at least, once lines_next has given 0;
 * lines_put tells how many were put there, 0: nothing more will come, and what is left is a line. */
char *lines_space(struct lines *l, size_t *ret_room);
void lines_put(struct lines *l, size_t n);

/* lines_next gives the next line, without its end, good until lines_space, and numbers it: 1; 0: there
 * is none yet; -1: it is too long, and is skipped. */
int lines_next(struct lines *l, const char **ret, size_t *ret_len);

#endif
