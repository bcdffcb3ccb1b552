/*
 * pace.h - when the next datagram is due.
 */
#ifndef MCAST_PING_PACE_H
#define MCAST_PING_PACE_H

#include <mcast/base.h>

struct pace {
	mc_time interval; /* 0: when the one before was answered, or is late */
	mc_time timeout;
	mc_time next;
};

void pace_init(struct pace *p, mc_time interval, mc_time timeout, mc_time now);

/* pace_sent: one was sent, or could not be. */
void pace_sent(struct pace *p, mc_time now);

/* pace_answered: the last one sent was answered. */
void pace_answered(struct pace *p, mc_time now);

#endif
