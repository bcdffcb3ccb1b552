/*
 * show.h - what is told of a run, as lines or (json.c) as objects.
 */
#ifndef HOST_SHOW_H
#define HOST_SHOW_H

#include "host/fleet.h"
#include "host/outbox.h"

struct host_show {
	bool json, verbose, quiet;
	char ifname[MC_IFNAME_SIZE];
	uint32_t ifindex;
	mc_time again;   /* when a query may be told of */
	uint64_t missed; /* queries since the last that was */
};

/* What there is at the start. */
struct host_start {
	const struct plan *plan;
	const struct fleet *fleet;
	struct mc_addr first[HOST_FAMILIES]; /* addresses; family 0: not spoken, or there is none yet */
	uint64_t seed;
};

struct host_totals {
	mc_time time;
	uint32_t hosts;
	uint64_t each, memberships, queries, queries_dropped, changes, refused, lost;
	struct outbox_counts sent;
	const struct mc_hist *late;
};

void host_show_start(const struct host_show *w, const struct host_start *s);

/* host_show_query tells of one a second at the most; now is the loop's. */
void host_show_query(struct host_show *w, const struct mc_msg *m, mc_time now);

/* querier: whose query made it so; family 0: the time without one of an older version did. */
void host_show_version(const struct host_show *w, uint8_t family, uint8_t version,
		       const struct mc_addr *querier);
void host_show_change(const struct host_show *w, uint64_t line, const char *text, size_t len);
void host_show_report(const struct host_show *w, const struct mc_msg *m, mc_time late);
void host_show_warning(const struct host_show *w, const char *name, const struct mc_addr *about,
		       const char *text);

/* host_show_totals prints them; at the end, or (over false) so far. */
void host_show_totals(const struct host_show *w, const struct host_totals *t, bool over);

/* host_show_lost writes the line that tells how many were left out as nobody took them; returns its
 * length. */
size_t host_show_lost(const struct host_show *w, uint64_t lines, char *buf, size_t cap);

/* ---- json.c -------------------------------------------------------------------------------------- */

void host_json_start(const struct host_show *w, const struct host_start *s);
void host_json_query(const struct host_show *w, const struct mc_msg *m);
void host_json_version(const struct host_show *w, uint8_t family, uint8_t version);
void host_json_change(const struct host_show *w, uint64_t line, const char *text, size_t len);
void host_json_report(const struct host_show *w, const struct mc_msg *m, mc_time late);
void host_json_warning(const struct host_show *w, const char *name, const struct mc_addr *about,
		       const char *text);
void host_json_totals(const struct host_show *w, const struct host_totals *t);
size_t host_json_lost(const struct host_show *w, const char *text, char *buf, size_t cap);

#endif
