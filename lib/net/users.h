/*
 * users.h - how many users of each membership were found, and whether there must be others.
 */
#ifndef MC_USERS_H
#define MC_USERS_H

#include "net/kernels.h"
#include "net/memberships.h"

/* mc_users_always tells whether the kernel is in a group by itself wherever it speaks the protocol: all
 * nodes, and the groups of its own addresses (RFC 4291 2.7.1, 2.8). */
bool mc_users_always(const struct mc_addr *group);

struct mc_users {
	const struct mc_memberships *m;
	uint32_t *found;
	struct mc_kernels own;
	uint32_t *kernels; /* how many are the kernel itself; UINT32_MAX: any number may be */
	size_t wanting;    /* memberships that lack users, those apart */
};

/* mc_users_init is about m, which is to stay, or about one group of it. 0 or -errno;
 * mc_users_free in any case. */
int mc_users_init(struct mc_users *u, const struct mc_memberships *m, const struct mc_addr *only);
void mc_users_free(struct mc_users *u);

/* mc_users_count: another one was found. True: that was the last. */
bool mc_users_count(struct mc_users *u, size_t membership);

#endif
