/*
 * candidates.h - the order in which a socket is asked for its memberships, so that few questions are in
 * vain.
 *
 * First the group to which it is bound, on each interface; then what the socket before it held, in the same
 * sequence; then the neighbours of the last that was found, in the kernel's table and by address; then all
 * the rest. It asks nobody itself.
 */
#ifndef MC_CANDIDATES_H
#define MC_CANDIDATES_H

#include "net/memberships.h"
#include "net/sockets.h"

#define MC_CANDIDATES_END SIZE_MAX

struct mc_candidates;

/* mc_candidates_new is about m, which is to stay; of one group alone where `only` is not NULL. 0 or
 * -errno. */
int mc_candidates_new(struct mc_candidates **ret, const struct mc_memberships *m, const struct mc_addr *only);
void mc_candidates_free(struct mc_candidates *c);

/* mc_candidates_begin turns to another socket. */
void mc_candidates_begin(struct mc_candidates *c, const struct mc_socket *s);

/* mc_candidates_next gives a membership that this socket was not asked for: its index, or MC_CANDIDATES_END.
 * mc_candidates_skip: it is not to be asked for that one. */
size_t mc_candidates_next(struct mc_candidates *c);
void mc_candidates_skip(struct mc_candidates *c, size_t membership);

/* mc_candidates_hit: the socket holds the one that was given last. mc_candidates_drop: no socket is to
 * be asked for that one any more. */
void mc_candidates_hit(struct mc_candidates *c, size_t membership);
void mc_candidates_drop(struct mc_candidates *c, size_t membership);

#endif
