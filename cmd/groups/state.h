/*
 * state.h - this namespace at one time, as far as --follow compares it.
 */
#ifndef MCAST_GROUPS_STATE_H
#define MCAST_GROUPS_STATE_H

#include "groups/known.h"

struct state {
	struct mc_memberships memberships;
	size_t n;
	struct mc_socket *sockets;
	struct known known;
	uint32_t *kernels;   /* of each membership: how many users are the kernel */
	bool looked;         /* survey.h */
	bool gone;           /* some socket ended while it was to be looked at */
	mc_time asked, took; /* when all sockets were asked last, and for how long */
};

/* state_read reads it; before is as it was, NULL: it was not read yet. Sockets that cannot have changed are
 * not asked again, unless something came or went that nobody accounts for, or all were asked long ago: two
 * may have changed places, which no sum shows. 0: *ret is new; 1: nothing changed, and ret is untouched;
 * -errno. */
int state_read(struct state *ret, const struct state *before, mc_time budget);
void state_free(struct state *s);

/* state_kernel tells whether users of a group there that nobody accounts for are the kernel. */
bool state_kernel(const struct state *s, uint32_t ifindex, const struct mc_addr *group);

/* state_name is an interface's name, or NULL. */
const char *state_name(const struct state *s, uint32_t ifindex);

#endif
