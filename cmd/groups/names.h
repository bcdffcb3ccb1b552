/*
 * names.h - the names of a network namespace's interfaces, at one time.
 */
#ifndef MCAST_GROUPS_NAMES_H
#define MCAST_GROUPS_NAMES_H

#include <mcast/base.h>

struct name {
	uint32_t ifindex;
	char text[MC_IFNAME_SIZE];
};

struct names {
	size_t n;
	struct name *v; /* by index */
};

/* names_read reads those of the calling thread's namespace. 0 or -errno. names_free frees what it has. */
int names_read(struct names *ret);
void names_free(struct names *s);

/* names_of gives one, or NULL. */
const char *names_of(const struct names *s, uint32_t ifindex);

#endif
