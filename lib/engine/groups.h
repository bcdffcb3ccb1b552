/*
 * groups.h - the groups that have members, their timers, and which of them have something to be told.
 */
#ifndef MC_GROUPS_H
#define MC_GROUPS_H

#include "base/heap.h"
#include "engine/srcs.h"
#include "engine/table.h"

enum { MC_OLDER_MOST = 2 }; /* versions before the newest */

/* What is to be told, and what was. */
enum mc_group_flag {
	MC_GROUP_CHANGED = 1 << 0, /* what is forwarded of it */
	MC_GROUP_AGED = 1 << 1,    /* its version */
	MC_GROUP_KNOWN = 1 << 2,   /* that it is there was told */
	MC_GROUP_GONE = 1 << 3,    /* it has no members; it is here to be told */
};

struct mc_group {
	struct mc_node node;
	struct mc_addr addr;
	uint8_t mode;
	uint8_t version; /* in force, as of the last input or timer */
	uint8_t flags;   /* enum mc_group_flag */
	uint32_t rare;   /* number of its struct mc_rare; 0: none */
	mc_time timer;   /* group timer; INCLUDE: 0 */
	struct mc_srcs sources;
	uint32_t hosts;    /* number of the pair of its newest member; 0: none is known (hosts.c) */
	uint32_t reporter; /* of the one that reported last; 0: it left, or none is known */
};

/* mc_rare is what few groups have: members of older versions, specific queries to be sent. */
struct mc_rare {
	uint32_t group; /* whose; 0: free */
	uint32_t next;  /* the next free one */
	mc_time older[MC_OLDER_MOST]; /* until when hosts of version 1, 2 are present */
	mc_time group_due;   /* the next group-specific query; MC_NEVER: none */
	mc_time sources_due; /* the next ones about sources, together; MC_NEVER: none */
	uint8_t left;        /* group-specific queries that are still to be sent */
	bool early;          /* the next ones about sources come sooner than they would have, for new ones */
};

struct mc_groups {
	struct mc_table table;
	struct mc_list quiet, changed; /* changed: something is to be told */
	struct mc_heap ends;           /* of timers, by group: none ends before; it may be later */
	struct mc_rare *rare;          /* number 1 comes first */
	uint32_t rare_n, rare_cap, rare_free;
	struct mc_heap asks;           /* when the next specific queries are sent, by number of mc_rare */
	uint32_t turn;                 /* mc_rare of those that are being given; 0: none are */
	uint32_t n, max;               /* groups that have members; that may have */
	uint64_t sources, places;      /* of all groups; room for */
	uint8_t newest;                /* version */
};

void mc_groups_init(struct mc_groups *gs, uint8_t newest, uint64_t seed);
void mc_groups_free(struct mc_groups *gs);
size_t mc_groups_memory(const struct mc_groups *gs);

/* mc_groups_limit sets how many there may be, and how many members may be kept; what there is stays. */
void mc_groups_limit(struct mc_groups *gs, uint32_t max, uint32_t max_hosts);

/* mc_groups_find gives a group that has members, or NULL; mc_groups_current gives it as it is at this
 * time: what is over ends, even if mc_groups_due has not come to it. */
struct mc_group *mc_groups_find(const struct mc_groups *gs, const struct mc_addr *addr);
struct mc_group *mc_groups_current(struct mc_groups *gs, const struct mc_addr *addr, mc_time now);

/* mc_groups_add adds one that has none yet: INCLUDE({}). Others may move. NULL: no memory. */
struct mc_group *mc_groups_add(struct mc_groups *gs, const struct mc_addr *addr);

/* mc_groups_remove takes away a group and all that it has, but for its members: those, and that it is gone,
 * if that it was there is known, remain to be told. */
void mc_groups_remove(struct mc_groups *gs, struct mc_group *g);

/* mc_groups_tell has something told about a group by mc_groups_poll. */
void mc_groups_tell(struct mc_groups *gs, struct mc_group *g, enum mc_group_flag what);

/* mc_groups_poll gives what is to be told next. If that is a group that has gone, it has no members left. */
bool mc_groups_poll(struct mc_groups *gs, uint8_t *ret_what, struct mc_addr *ret_group, uint8_t *ret_version,
		    bool *ret_present);

/* mc_groups_soon: a timer of the group ends then, which may be before all its others. */
void mc_groups_soon(struct mc_groups *gs, const struct mc_group *g, mc_time when);

/* mc_groups_due ends the timers that are over of `most` groups at most. False: of all. */
bool mc_groups_due(struct mc_groups *gs, mc_time now, uint32_t most);

/* mc_groups_room makes room for n sources of a group, and mc_groups_trim gives back what stands empty. */
bool mc_groups_room(struct mc_groups *gs, struct mc_group *g, uint32_t n);
void mc_groups_trim(struct mc_groups *gs, struct mc_group *g);

/* mc_groups_rare gives a group its mc_rare, if it has none yet; other groups' may move. NULL: no memory.
 * mc_groups_spare takes it away if nothing is in it. */
struct mc_rare *mc_groups_rare(struct mc_groups *gs, struct mc_group *g);
void mc_groups_spare(struct mc_groups *gs, struct mc_group *g, mc_time now);

/* mc_groups_older: a host of an older version is present until then. False: no memory. */
bool mc_groups_older(struct mc_groups *gs, struct mc_group *g, uint8_t version, mc_time until, mc_time now);

/* What a group has, or NULL. */
static inline struct mc_rare *mc_group_rare(const struct mc_groups *gs, const struct mc_group *g)
{
	return g->rare ? &gs->rare[g->rare - 1] : NULL;
}

#endif
