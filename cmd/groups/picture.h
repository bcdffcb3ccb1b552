/*
 * picture.h - bridges and routes as text, and of one group the whole: who sends, who wants it, where it
 * flows.
 */
#ifndef MCAST_GROUPS_PICTURE_H
#define MCAST_GROUPS_PICTURE_H

#include "groups/table.h"

struct picture_conf {
	bool bridge, routes;
	const struct wanted *wanted;
	struct table_conf table;
};

/* picture_print prints the table of a survey, and with it, as far as asked for, what bridges and the
 * forwarding cache know. 0 or -ENOMEM. */
int picture_print(const struct survey *s, const struct listing *l, const struct picture_conf *conf,
		  struct users *users, FILE *to);

/* picture_empty tells whether there is nothing of it to be printed. */
bool picture_empty(const struct survey *s, const struct listing *l, const struct picture_conf *conf);

#endif
