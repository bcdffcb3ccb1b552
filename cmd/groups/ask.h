/*
 * ask.h - which sockets have to be asked again for what they hold.
 */
#ifndef MCAST_GROUPS_ASK_H
#define MCAST_GROUPS_ASK_H

#include "groups/known.h"

/* What is asked: part of the sockets and of who has them open. Both are copies. */
struct ask {
	size_t n;
	struct mc_socket *sockets;
	struct mc_processes processes; /* v is not its own */
};

/* ask_changed gives the sockets of `now` that may hold something else than they did: those that are new,
 * those whose option memory is another, and those with a list of sources, as a list may change in place. 0 or
 * -ENOMEM. */
int ask_changed(struct ask *ret, const struct known *k, const struct mc_socket *before, size_t nbefore,
		const struct mc_socket *now, size_t nnow);

/* ask_open adds who has them open; and, as those are in no list, sockets that were found only as processes
 * have them open. 0 or -ENOMEM. */
int ask_open(struct ask *a, const struct known *k, const struct mc_socket *now, size_t nnow,
	     const struct mc_processes *p);
void ask_free(struct ask *a);

/* ask_has tells whether a socket is among them. */
bool ask_has(const struct ask *a, uint64_t inode);

#endif
