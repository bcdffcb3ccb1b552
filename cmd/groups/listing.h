/*
 * listing.h - what of a survey is listed: memberships that were asked for, and their sockets, in order.
 */
#ifndef MCAST_GROUPS_LISTING_H
#define MCAST_GROUPS_LISTING_H

#include "groups/survey.h"
#include "groups/wanted.h"

struct listed {
	size_t membership;
	size_t first, n;  /* its sockets, in rows */
	uint32_t missing; /* users that no socket accounts for */
	bool kernel;      /* they are the kernel's */
};

struct listing {
	size_t n;
	struct listed *v; /* in the order of the memberships */
	size_t nrows;
	size_t *rows; /* indexes in holders.held; of one membership by process, then socket, then filter */
	/* Of each socket: those that differ by nothing but descriptor and inode have the same; in order. */
	uint32_t *kinds;
};

/* listing_make lists what is wanted, and notes in it what was met; all: also groups that the kernel alone
 * always holds. 0 or -ENOMEM. */
int listing_make(struct listing *ret, const struct survey *s, struct wanted *w, bool all);
void listing_free(struct listing *l);

/* listing_like tells whether two of rows differ by nothing but descriptor and inode. */
bool listing_like(const struct survey *s, const struct listing *l, size_t a, size_t b);

/* listing_next gives the row behind those of the process that row i of one is of. */
size_t listing_next(const struct survey *s, const struct listing *l, const struct listed *one, size_t i);

#endif
