/*
 * holder.h - one socket that may hold memberships, made of what a list of the kernel's and the borrowed
 * socket tell of it.
 */
#ifndef MC_HOLDER_H
#define MC_HOLDER_H

#include "net/borrow.h"
#include "net/holders.h"

/* mc_holder_of is one that was not looked at yet; s NULL: in no list. */
struct mc_holder mc_holder_of(const struct mc_socket *s);

/* mc_holder_socket is what a list would tell of a borrowed one. mc_holder_fill adds what no list tells. */
struct mc_socket mc_holder_socket(const struct mc_borrowed *b, uint64_t inode, uint32_t uid);
void mc_holder_fill(struct mc_holder *h, const struct mc_borrowed *b);

/* mc_holder_settle leaves out those that no process has open, where the kernel lists them no more: they were
 * closed while processes were looked at. 0 or -errno. */
int mc_holder_settle(struct mc_holders *h);

#endif
