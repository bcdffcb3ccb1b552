/*
 * members.h - the groups of a link as a router would hold them, and the hosts behind each.
 */
#ifndef MC_MEMBERS_H
#define MC_MEMBERS_H

#include "base/time.h"
#include "engine/queue.h"
#include "engine/table.h"

struct mc_members {
	const struct mc_proto *proto;
	struct mc_queue *out;
	struct mc_table groups, hosts, sources; /* owner: 0; the group's number */
	struct mc_list list;                    /* groups */
	mc_time life;   /* of what a report says: Group Membership Interval, RFC 9776 8.4 */
	mc_time older;  /* of an older host's presence: Older Host Present Interval, 8.13 */
	mc_time next;   /* no timer ends before */
	size_t listed;  /* groups that hold source lists that an older version has no word for */
	uint64_t marks; /* source lists looked at */
	uint32_t scan;  /* the next group whose timers are looked at; 0: none is to be */
};

void mc_members_init(struct mc_members *m, const struct mc_track_conf *conf, struct mc_queue *out);
void mc_members_free(struct mc_members *m);

/* mc_members_find gives a known group, or NULL; its timers may be over. */
const struct mc_track_group *mc_members_find(const struct mc_members *m, const struct mc_addr *group);

/* mc_members_record takes a record into account that host sent in a report of that version. False: it,
 * or some of it, was not kept. *blocks_all: it is a BLOCK of all that runs, a leave. */
bool mc_members_record(struct mc_members *m, uint8_t version, const struct mc_addr *host,
		       const struct mc_record *r, bool *blocks_all, mc_time now);

/* mc_members_lower has the timers that a specific query asks about end after `wait`, if not sooner
 * (RFC 9776 6.6.1). */
void mc_members_lower(struct mc_members *m, const struct mc_query *q, mc_time wait, mc_time now);

/* mc_members_scan ends what is over, group by group, until there is something to tell. To begin, set scan
 * to 1 and next to MC_NEVER; it is at the end when scan is 0. */
void mc_members_scan(struct mc_members *m, mc_time now);

/* As in track.h. */
const struct mc_track_group *mc_members_next(const struct mc_members *m, const struct mc_track_group *prev);
const struct mc_track_source *mc_members_source(const struct mc_members *m, const struct mc_track_group *g,
						const struct mc_track_source *prev);
const struct mc_track_host *mc_members_host(const struct mc_members *m, const struct mc_track_group *g,
					    const struct mc_track_host *prev);

#endif
