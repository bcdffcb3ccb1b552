/*
 * users.h - users by name.
 */
#ifndef MCAST_GROUPS_USERS_H
#define MCAST_GROUPS_USERS_H

#include <stddef.h>
#include <stdint.h>

struct user {
	uint32_t uid;
	char *name; /* NULL: it has none */
};

/* Those that were asked for, all zero at first. */
struct users {
	size_t n;
	struct user *v; /* by uid */
};

/* users_name gives the name of a user, NULL where there is none; it is looked up once. */
const char *users_name(struct users *u, uint32_t uid);
void users_free(struct users *u);

#endif
