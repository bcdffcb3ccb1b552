/*
 * table.h - what is listed, as text for people.
 */
#ifndef MCAST_GROUPS_TABLE_H
#define MCAST_GROUPS_TABLE_H

#include <stdio.h>

#include "groups/listing.h"
#include "groups/users.h"

struct table_conf {
	bool verbose;
	bool ipv4, ipv6; /* that one only */
	bool named;      /* some group or interface was: what could not be seen matters only to those */
};

/* table_print prints a heading and a table for each interface, and below what could not be seen. 0 or
 * -ENOMEM. */
int table_print(const struct survey *s, const struct listing *l, const struct table_conf *conf,
		struct users *users, FILE *to);

#endif
