/*
 * show.h - what a ping says: each thing as text and as JSON, side by side.
 */
#ifndef MCAST_PING_SHOW_H
#define MCAST_PING_SHOW_H

#include "ping/ping.h"
#include "ping/responders.h"
#include "ping/server.h"
#include "ping/sweep.h"
#include "where.h"

struct ping_show {
	const struct ping_conf *conf;
	const struct where *where;
	const struct ping_server *server; /* of --ssmping, else NULL */
};

/* What a server of --ssmping said, or what is done where it said nothing. */
struct ping_session {
	struct mc_addr group;
	bool older, one_source;
	const uint8_t *info; /* who it is, info_len 0: not said */
	size_t info_len;
};

struct ping_totals {
	uint64_t sent, unsent;
	mc_time time; /* it took */
};

void ping_show_start(const struct ping_show *s);
void ping_show_reply(const struct ping_show *s, const struct reply *r);

void ping_show_session(const struct ping_show *s, const struct ping_session *n);

/* ping_show_stray: a datagram that is no reply; text only, with -v. */
void ping_show_stray(const struct ping_show *s, const struct mc_dgram *d);

/* ping_show_lost: nobody answered it in time, or (by "multicast" or "unicast") not by that half; with -v. */
void ping_show_lost(const struct ping_show *s, uint64_t seq, const char *by);

void ping_show_size(const struct ping_show *s, const struct sweep_step *e);
void ping_show_sweep(const struct ping_show *s, const struct sweep *w);

/* ping_show_now: the summary so far, as text; to stderr where stdout has JSON. */
void ping_show_now(const struct ping_show *s, const struct responders *all, const struct ping_totals *t);

void ping_show_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t);

#endif
