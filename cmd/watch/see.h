/*
 * see.h - the path of a packet: to its link, through the codec and the link's tracker, to the things that
 * are to be told of it.
 */
#ifndef WATCH_SEE_H
#define WATCH_SEE_H

#include "watch/capture.h"
#include "watch/shown.h"

struct see {
	uint8_t only; /* MC_IPV4, MC_IPV6; 0: both */
	void (*tell)(void *arg, const struct shown *s); /* what is handed over is good until it returns */
	void *arg;
	struct links *links;
	struct shown_totals totals;
	mc_time first, last; /* packets' times; first MC_NEVER: none yet */

	bool live;     /* see_live was told */
	mc_time now;   /* of the trackers: never goes back, as packets' times may */
	mc_time ahead; /* of the times that are shown, modulo 2^64 */
	mc_time due; /* no tracker has work before */
	struct mc_msg msg;
	struct mc_track_event *events; /* of the message under way */
	size_t n, room;
	struct link_seen beyond; /* stands for links that are too many */
};

/* see_open fills in what is the path's own; links is the caller's. */
void see_open(struct see *w, struct links *links);
void see_close(struct see *w);

/* see_live sets the time: `now` for the trackers, steady, which is shown as `shown`. Call it before
 * packets that have just come; their own times are then shown alone. Without it, for a file, time is what
 * packets say, forwards; where that goes back for long, it goes on from there. */
void see_live(struct see *w, mc_time now, mc_time shown);

/* see_packet takes a packet into account, and tells of it. True where it was a message, one that
 * cannot be read included. */
bool see_packet(struct see *w, const struct packet *p);

/* see_due tells what comes of time alone, up to `until` of the trackers' time. */
void see_due(struct see *w, mc_time until);

#endif
