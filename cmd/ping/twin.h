/*
 * twin.h - the unicast twin: whoever answers the group is asked by unicast, too, each time that the group is.
 */
#ifndef MCAST_PING_TWIN_H
#define MCAST_PING_TWIN_H

#include "ping/ring.h"
#include "ping/run.h"

struct twin {
	struct ping_run *run;
	struct sender sender;
	struct mc_watch watch;
	struct ring ring;
	uint64_t oldest;  /* the first of its datagrams that is neither late nor answered */
	uint64_t overdue; /* the last of the group's whose time for replies is over */
	bool complained;
};

/* twin_open opens what it needs, and enters the hosts of --ask among the responders. 0 or EXIT_CANNOT. ring:
 * room for so many of its datagrams. */
int twin_open(struct twin *t, struct ping_run *r, uint64_t ring);
void twin_close(struct twin *t);

/* twin_round asks all responders, as the group was just asked by datagram number round; twin_met asks one
 * that was heard for the first time, the same. */
void twin_round(struct twin *t, uint64_t round, size_t bytes);
void twin_met(struct twin *t, struct responder *r, uint64_t round, size_t bytes);

/* twin_receive takes what came, without waiting: how many datagrams, or -errno. */
int twin_receive(struct twin *t);

/* twin_expire notes how far the time for replies is over; group is the group's own datagrams. */
void twin_expire(struct twin *t, const struct ring *group, mc_time now);

/* twin_deadline is when the oldest that is unanswered is late, MC_NEVER: none is. */
mc_time twin_deadline(const struct twin *t);

/* twin_losses fills in what of each half of a responder is lost so far; newest is the group's last datagram.
 * */
void twin_losses(const struct twin *t, struct reply *reply, uint64_t newest);

#endif
