/*
 * track.h - a link of one family as somebody who only listens can know it: who asks, with which
 * intervals, which groups are wanted, with which sources, by which hosts, until when.
 *
 * It never sends. Group state follows the router's rules (RFC 9776 6.4, 6.5, RFC 9777 7.4, 7.5)
 * with the timers that the querier announces, and the RFCs' defaults until one was heard. Hosts are
 * those that report: in the older versions one host's report silences the others (RFC 2236 3), so
 * there the list is a part of them.
 *
 * One object is one link and one family. It has no clock: `now` is the caller's, and never goes back.
 * This is the simple tracker: the router engine takes the place of its group state, the hosts stay.
 */
#ifndef MC_TRACK_H
#define MC_TRACK_H

#include <mcast/base.h>
#include <mcast/msg.h>

struct mc_track;

struct mc_track_conf {
	uint8_t family;
	size_t max_groups;  /* when there are as many, a new one is not kept, and counted */
	size_t max_hosts;   /* of all groups together */
	size_t max_sources; /* of all groups together */
	mc_time patience;   /* how long a leave may wait for a query before it counts as unanswered */
	uint64_t seed;      /* of the hash tables, so that nobody outside can aim at one chain */
};

/* mc_track_conf_init: 65536 groups, 262144 hosts and sources, 3 s. */
void mc_track_conf_init(struct mc_track_conf *conf, uint8_t family);

/* mc_track_new returns 0, MC_ERR_CONF or -ENOMEM. */
int mc_track_new(struct mc_track **ret, const struct mc_track_conf *conf, mc_time now);
void mc_track_free(struct mc_track *t);

/* mc_track_input takes a message into account. What a router would have to ignore changes nothing
 * and is counted as refused: a wrong checksum, a general query with sources, a query for no group, a
 * group as sender; and with link-local senders demanded (struct mc_proto) also TTL, Router Alert and
 * sender. Records with faults are passed over, the others of the report are not; so are those that the
 * RFCs have a router ignore: for all_nodes and for groups that never leave a host, and for
 * source-specific groups IS_EX, TO_EX and older versions' reports and leaves (RFC 4604 3.1, 3.5, 3.7).
 * Other kinds of message do nothing. */
void mc_track_input(struct mc_track *t, const struct mc_msg *m, mc_time now);

enum mc_track_kind {
	MC_TRACK_JOIN,       /* host is in group, and was not before */
	MC_TRACK_LEAVE,      /* host said that it leaves group, or, in INCLUDE mode, blocks every source that
			      * is wanted there; expired: was not heard any more */
	MC_TRACK_QUERIER,    /* host is the querier now; other was it before, or no address */
	MC_TRACK_LOST,       /* the querier, host, is silent: Other Querier Present Interval over */
	MC_TRACK_SECOND,     /* warning: host asks, too, while other is the querier; the lower address wins */
	MC_TRACK_OLDER,      /* warning: host asks in an older version: n > 0 groups' source lists are void */
	MC_TRACK_UNANSWERED, /* warning: nobody asked who is left in group, or who wants sources of it, after
			      * host left it in either way */
	MC_TRACK_LIMIT,      /* warning: a limit was met (once for each kind of limit) */
};

/* What there was too much of, or no memory for. */
enum mc_track_limit {
	MC_TRACK_GROUPS,
	MC_TRACK_HOSTS,
	MC_TRACK_SOURCES,
	MC_TRACK_LEAVES, /* that wait for a query: 1024 */
	MC_TRACK_EVENTS, /* that wait for mc_track_poll: 65536 */
};

struct mc_track_event {
	enum mc_track_kind kind;
	enum mc_track_limit limit; /* LIMIT */
	bool expired;              /* LEAVE */
	uint8_t version;           /* OLDER: of the query */
	struct mc_addr group, host, other;
	size_t n; /* JOIN, LEAVE: hosts in the group now; OLDER: groups with source lists; LIMIT: the limit */
};

/* mc_track_poll does the work that is due and gives one event, until false: after each input,
 * and when the deadline has come. What is over is looked for every 250 ms at most, so an event, and
 * what is known below, may be late by that much; what an input means never depends on it. */
bool mc_track_poll(struct mc_track *t, mc_time now, struct mc_track_event *ret);
mc_time mc_track_deadline(const struct mc_track *t);

/* ---- what is known; pointers live until the next input or poll ------------------------- */

struct mc_track_querier {
	struct mc_addr addr; /* family 0: none heard */
	uint8_t version;     /* of its last query */
	uint8_t qrv;         /* announced; 0: not */
	uint32_t interval;   /* announced, seconds; 0: not */
	mc_time max_resp;
	mc_time heard;       /* its last query */
	mc_time expires;     /* when it counts as gone */
};

struct mc_track_group {
	struct mc_addr group;
	enum mc_mode mode;
	uint8_t version;             /* the oldest that a report for it was in lately */
	struct mc_addr last_reporter;
	mc_time since;               /* first report */
	mc_time expires;             /* EXCLUDE: the group timer; INCLUDE: the last of its sources */
	size_t hosts, sources;       /* how many */
};

struct mc_track_source {
	struct mc_addr addr;
	bool excluded;   /* EXCLUDE mode, timer run out: the list of those not wanted */
	mc_time expires; /* MC_NEVER where excluded */
};

struct mc_track_host {
	struct mc_addr addr;
	mc_time since, heard; /* first and last report */
};

struct mc_track_stats {
	uint64_t messages, queries, reports, leaves; /* taken into account; leaves: Leave and Done */
	uint64_t refused;                            /* faulty messages */
	uint64_t records_refused;                    /* faulty or ignored records, and those over a limit */
	uint64_t events_lost;                        /* too many waited to be polled */
};

const struct mc_track_querier *mc_track_querier(const struct mc_track *t);
const struct mc_track_stats *mc_track_stats(const struct mc_track *t);
size_t mc_track_groups(const struct mc_track *t); /* how many */

/* Iteration from NULL to NULL, groups in the order they were first heard; sources and hosts of one group. */
const struct mc_track_group *mc_track_group_next(const struct mc_track *t, const struct mc_track_group *prev);
const struct mc_track_source *mc_track_source_next(const struct mc_track *t, const struct mc_track_group *g,
						   const struct mc_track_source *prev);
const struct mc_track_host *mc_track_host_next(const struct mc_track *t, const struct mc_track_group *g,
					       const struct mc_track_host *prev);

#endif
