/*
 * show.h - what watch prints, as text; or as JSON, where json.h takes over.
 */
#ifndef WATCH_SHOW_H
#define WATCH_SHOW_H

#include <mcast/base.h>
#include <time.h>

#include "watch/shown.h"

/* Of the meaning of a message in words, with its end: a line is at most 400 characters long
 * before what is wrong. */
#define WATCH_MEANING_SIZE 353

/* A line without its time, and what is wrong with all of it. */
#define WATCH_LINE_SIZE 4096

struct watch_show {
	bool json, verbose, colour;
	bool simulated; /* time is since the start of a run, and shown in seconds */
	char *room; /* a line as it grows; large enough for the longest */
	size_t room_len;
	time_t second; /* of the clock */
	char clock[16];
	const struct link_seen *link; /* of name */
	char name[4 * LINK_NAME_SIZE];
};

int watch_show_open(struct watch_show *w, bool json, bool verbose); /* 0 or -ENOMEM */
void watch_show_close(struct watch_show *w);

/* watch_show_thing prints a line, or an object, and does not flush. What came with a message's line has
 * none of its own in text. */
void watch_show_thing(struct watch_show *w, const struct shown *s);

/* watch_show_line writes the line of a thing, or of the message it came with, without time and colour.
 * Returns buf. */
char *watch_show_line(struct watch_show *w, const struct shown *s, char *buf, size_t cap);

/* watch_show_state prints the state of all links; the text is as wide as the terminal. */
void watch_show_state(struct watch_show *w, const struct links *links, struct shown_now at);

/* watch_show_end prints what was counted; live: of interfaces. */
void watch_show_end(struct watch_show *w, const struct shown_totals *t, mc_time now);

/* watch_show_totals writes the same as a line of text. Returns buf. */
char *watch_show_totals(const struct shown_totals *t, char *buf, size_t cap);

#endif
