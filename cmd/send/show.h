/*
 * show.h - text and JSON of what is sent.
 */
#ifndef SEND_SHOW_H
#define SEND_SHOW_H

#include "send/hand.h"
#include "send/pace.h"

#define SEND_CAUSES 16

/* What the system would not take, by cause. */
struct send_errors {
	struct {
		int error; /* -errno */
		uint64_t n;
	} v[SEND_CAUSES];
	size_t n;
};

struct send_totals {
	uint64_t datagrams, bytes, unsent, calls, answers;
	unsigned train_most; /* datagrams that left in one call as a train; 1: none did */
	struct send_errors errors;
	mc_time time; /* since the start */
};

struct send_show {
	const struct send_conf *conf;
	const struct flows *flows;
	const struct hand *hand;
	uint64_t session;
};

void send_show_start(const struct send_show *s);

/* send_show_interval tells what was sent between two states of the totals. */
void send_show_interval(const struct send_show *s, const struct send_totals *before,
			const struct send_totals *t);

/* send_show_end tells all; over: at the end, else up to now. */
void send_show_end(const struct send_show *s, const struct send_totals *t, const struct send_pace *p,
		   bool over);

/* send_show_error tells, with -v, of the first datagram that the system would not take for a cause. */
void send_show_error(const struct send_show *s, const struct verb *v, int error, const char *meaning);

#endif
