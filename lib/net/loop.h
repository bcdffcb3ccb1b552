/*
 * loop.h - an event loop of the smallest kind: descriptors to watch and one deadline.
 */
#ifndef MC_LOOP_H
#define MC_LOOP_H

#include <mcast/base.h>

/* mc_watch is owned by the caller and stays where it is while it is watched. */
struct mc_watch {
	int fd;
	void (*ready)(struct mc_watch *w);
	void *arg;
};

struct mc_loop;

int mc_loop_new(struct mc_loop **ret); /* 0 or -errno */
void mc_loop_free(struct mc_loop *l);  /* closes nothing that was watched */

int mc_loop_add(struct mc_loop *l, struct mc_watch *w);  /* 0 or -errno; level triggered, readable */
void mc_loop_del(struct mc_loop *l, struct mc_watch *w); /* safe inside ready(), of any watch */

/* mc_loop_now is CLOCK_BOOTTIME, which goes on while the machine sleeps: memberships age then, too. */
mc_time mc_loop_now(void);

/* mc_loop_wait sleeps until something is readable or the deadline (MC_NEVER: no deadline) has
 * come, calls ready() of what is, and returns how many were; 0 at the deadline; -errno. A
 * deadline that has passed looks once without sleeping. */
int mc_loop_wait(struct mc_loop *l, mc_time deadline);

#endif
