/*
 * half.h - counts and times of what one responder answered, as text and as members of a JSON object: of all
 * there is, or of one of the two halves, multicast and unicast.
 */
#ifndef MCAST_PING_HALF_H
#define MCAST_PING_HALF_H

#include <stdio.h>

#include "out.h"
#include "ping/responders.h"

/* A time in milliseconds, to the microsecond, and finer where that would leave two digits. */
struct ms {
	char text[32];
};
struct ms half_ms(mc_time t);

/* half_count adds ", N what" where N is not 0. */
void half_count(FILE *f, uint64_t n, const char *what);

/* half_text writes the lines of one: name is whose, by "multicast", "unicast" or NULL; of the datagrams sent
 * the last has number last. With since_first the loss since the first that came, and how far it was, are
 * told, too. */
void half_text(FILE *f, const char *name, const char *by, const struct responder *r, uint64_t sent,
	       uint64_t last, bool since_first);

/* half_put adds its members to an object. */
void half_put(json_t *o, const struct responder *r, uint64_t sent, uint64_t last, bool hops);

#endif
