/*
 * show.h - what a server says: each thing as text and as JSON, side by side.
 */
#ifndef MCAST_SERVE_SHOW_H
#define MCAST_SERVE_SHOW_H

#include "listen.h"
#include "serve/guard.h"

struct show {
	bool json, quiet;
	uint8_t ssmping_ttl; /* of --ssmping's answers; 0: it is not served */
	const struct mc_ifaces *ifs;
};

/* What is granted of a buffer: asked -1 for the default. */
struct granted {
	int64_t asked;
	int32_t granted;
	long most;
};

struct totals {
	uint64_t requests, replies, bytes, unsent, dropped;
	uint64_t refused[NCAUSES];
	mc_time began, ended; /* ended: or the time of the look */
};

void show_start(const struct show *w, const struct listen_set *s, const int32_t ttl[2], bool loop,
		const struct granted *rcvbuf, const struct granted *sndbuf);
void show_membership(const struct show *w, const struct listener *l, const struct member *m, bool joined,
		     const char *why);
void show_request(const struct show *w, const struct mc_dgram *d, uint16_t port, enum cause why);

/* show_totals shows them at the end, or (final false) so far. */
void show_totals(const struct show *w, const struct clients *clients, const struct totals *t, bool final);

#endif
