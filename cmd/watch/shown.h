/*
 * shown.h - one thing that watch tells: a message with what it changed, a message that cannot be
 * read, or an event of a link. Lines, JSON objects and hooks are all made of it.
 */
#ifndef WATCH_SHOWN_H
#define WATCH_SHOWN_H

#include <mcast/msg.h>

#include "watch/links.h"

enum shown_kind { SHOWN_MESSAGE, SHOWN_UNREADABLE, SHOWN_EVENT };

struct shown {
	enum shown_kind kind;
	mc_time time; /* since 1970 */
	const struct link_seen *link;
	uint8_t family;
	const char *protocol; /* "IGMP", "MLD" or "PIM" */
	bool wrong;           /* something is wrong with it */

	/* A message; of an event those that it came with, or no message. */
	const struct mc_msg *msg;
	uint32_t record_faults;    /* of all its records */
	struct mc_addr any_source; /* the first source-specific group asked for without sources; or none */
	const struct mc_track_event *events;
	size_t n;

	const struct mc_track_event *event; /* SHOWN_EVENT */

	/* SHOWN_UNREADABLE */
	int error;               /* MC_ERR_* */
	struct mc_addr src, dst; /* family 0: unknown */
	size_t len;              /* octets of the packet that are here */
};

/* shown_message fills in what a message is by itself, and shown_unreadable what one is that was refused with
 * this error, an IP packet of len octets: false, and nothing done, where it was not meant to be a message.
 * Time, link and events are the caller's. */
void shown_message(struct shown *s, const struct mc_msg *m);
bool shown_unreadable(struct shown *s, int error, const uint8_t *ip, size_t len);

/* A moment of the trackers' time, and by how much it is ahead of what is shown (struct see). */
struct shown_now {
	mc_time now, ahead;
};

/* What was counted of a run. */
struct shown_totals {
	uint64_t messages;   /* that could be read */
	uint64_t faulty;     /* of these: with something wrong */
	uint64_t unreadable;
	uint64_t warnings;   /* events with something wrong that belong to no message */
	uint64_t packets, kept;
	uint64_t dropped;    /* UINT64_MAX: not known */
	mc_time time;        /* how long it took */
};

#endif
