/*
 * wrong.h - what is wrong, with a message or with a link: for each a name for programs and a clause
 * for people.
 */
#ifndef WATCH_WRONG_H
#define WATCH_WRONG_H

#include "watch/shown.h"

#define WRONG_SIZE 256 /* of a clause */

/* wrong_name names what an event warns of, as JSON does: "querier-lost"; NULL where of nothing. */
const char *wrong_name(const struct mc_track_event *e);

/* wrong_format writes the clause of an event that wrong_name names. Returns buf. */
char *wrong_format(const struct mc_track_event *e, const char *protocol, char *buf, size_t cap);

/* wrong_limit names what there were too many of: "groups". */
const char *wrong_limit(const struct mc_track_event *e);

/* wrong_error writes why a message cannot be read. Returns buf. */
char *wrong_error(int error, char *buf, size_t cap);

/* wrong_of_message tells whether an event is part of what is wrong with the message it came with. */
bool wrong_of_message(const struct mc_track_event *e);

/* wrong_warnings calls each for what is wrong with the link by a message: the warnings that are
 * of it. */
typedef void wrong_fn(void *arg, const char *name, const char *text);
void wrong_warnings(const struct shown *s, wrong_fn *each, void *arg);

/* wrong_each calls each for all that is wrong with a message or an event; of its records, for one
 * of a kind. */
void wrong_each(const struct shown *s, wrong_fn *each, void *arg);

#endif
