/*
 * hot.h - a socket that is looked at directly, and taken out of the loop meanwhile: to be watched by epoll
 * costs every datagram that arrives, and to wake a server that sleeps costs the sender even more. With
 * busy_poll the socket that had something last is hot; without, one at which a crowd arrives, until there
 * has been nothing for 50 us. Where many sockets are busy none is.
 */
#ifndef MCAST_HOT_H
#define MCAST_HOT_H

#include "listen.h"

struct hot {
	struct mc_loop *loop;
	bool busy_poll;
	/* Takes what a socket has, up to a batch, and tells how many that were. */
	int (*take)(void *arg, struct port *p);
	void *arg;
	/* its own */
	struct port *port; /* the hot one; NULL: none */
	struct port *next; /* to be hot, if it was the only one of its turn */
	unsigned ready;    /* sockets that were readable in this turn */
	mc_time heard;     /* when looking was last not in vain, as far as the clock was looked at */
};

/* hot_ready is for a port that the loop found readable. */
void hot_ready(struct hot *h, struct port *p);

/* hot_turn looks, and waits for all else: until the deadline, or not at all where a socket is hot or the
 * deadline is past. Returns as mc_loop_wait. */
int hot_turn(struct hot *h, mc_time deadline);

/* hot_cool gives the socket back to the loop: call it before its listener may go. */
void hot_cool(struct hot *h);

#endif
