/*
 * member.h - the sockets and memberships of one listener. For listen.c alone.
 */
#ifndef MCAST_MEMBER_H
#define MCAST_MEMBER_H

#include "listen.h"

/* member_open_port opens one more socket; where the listener has no port yet, it gets a free one. An
 * interface matters to groups that member_of_link tells of. 0 or -errno. */
int member_open_port(struct listener *l, uint32_t ifindex);

/* member_of_link tells whether a group's socket belongs to one interface: binding to an IPv6 group that does
 * not leave the link ties it. */
bool member_of_link(const struct mc_addr *group);

/* member_names tells whether an interface is one that the listener was told of, or none was named. */
bool member_names(const struct listener *l, const struct mc_iface *i);

const struct member *member_find(const struct listener *l, uint32_t ifindex);

/* member_follow brings a group in line with the interfaces: of what cannot be joined it says why; while the
 * listener is being opened it gives up there, with EXIT_CANNOT. */
int member_follow(struct listener *l);

/* member_filter puts the listener's filter, as it is now, in force; was_left: it had none of it. 0 or
 * -errno: then some may have it; member_filter once more, with the filter as it was, mends that. */
int member_filter(struct listener *l, bool was_left);

/* member_close leaves the group everywhere, which is told, and closes the sockets; member_shut closes them
 * and tells nobody. */
void member_close(struct listener *l, const char *why);
void member_shut(struct listener *l);

/* member_refuse says why a listener cannot listen, with the next step: on one interface, or (NULL) at all.
 * Returns EXIT_CANNOT. */
int member_refuse(const struct listener *l, const struct mc_iface *i, int error);

static inline bool member_left(const struct listener *l)
{
	return l->mode == MC_INCLUDE && !l->nsources;
}

#endif
