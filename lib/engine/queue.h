/*
 * queue.h - the events that a tracker has to tell, first in, first out.
 */
#ifndef MC_QUEUE_H
#define MC_QUEUE_H

#include "engine/track.h"

struct mc_queue {
	struct mc_track_event *ring;
	size_t first, n, cap;
	unsigned met;    /* kinds of limit that were told, a bit each */
	uint64_t *lost;  /* counts the events that there was no room for */
};

/* mc_queue_put appends an event. There is room for 65536, the last of which says that it is full. */
void mc_queue_put(struct mc_queue *q, const struct mc_track_event *e);

/* mc_queue_limit tells that a limit of n was met, the first time for each kind. */
void mc_queue_limit(struct mc_queue *q, enum mc_track_limit which, size_t n);

bool mc_queue_take(struct mc_queue *q, struct mc_track_event *ret);

#endif
