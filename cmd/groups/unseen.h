/*
 * unseen.h - what is below the table: sockets that could not be looked at, and what is not known for it.
 */
#ifndef MCAST_GROUPS_UNSEEN_H
#define MCAST_GROUPS_UNSEEN_H

#include <stdio.h>

#include "groups/listing.h"
#include "groups/users.h"

/* unseen_why is the word of why one could not: "permission", "budget", "no_process", "error". */
const char *unseen_why(const struct mc_holder *h);

/* unseen_who tells who could look: in brackets. In a container root may lack the right, too. */
const char *unseen_who(void);

/* unseen_any tells whether there are any. */
bool unseen_any(const struct survey *s);

/* unseen_print tells of them, with an empty line in front where anything is listed, or prints nothing; of
 * groups that were named only where some of their users are not known. 0 or -ENOMEM. */
int unseen_print(const struct survey *s, const struct listing *l, bool all, bool named, struct users *users,
		 FILE *to);

#endif
