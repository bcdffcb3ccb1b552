/*
 * hosts.h - explicit tracking: which hosts are in which groups, with what filter, and since when.
 */
#ifndef MC_HOSTS_H
#define MC_HOSTS_H

#include <mcast/router.h>

#include "engine/groups.h"
#include "engine/pairs.h"
#include "engine/set.h"

struct mc_hosts_item {
	struct mc_node node;
	struct mc_addr addr;
	uint32_t groups; /* that it is in */
};

struct mc_hosts_news; /* that a host has come or has left */

struct mc_hosts {
	struct mc_table table; /* of struct mc_hosts_item: hosts that are in a group */
	struct mc_list list;
	struct mc_pairs pairs; /* their memberships; times are in seconds after origin */
	mc_time origin;
	struct mc_set *lists;  /* of those that list sources, number 1 comes first; free: n is the next */
	uint32_t lists_n, lists_cap, lists_free;
	uint64_t sources;      /* in all lists */
	struct mc_hosts_news *news;         /* what is to be told, the oldest first */
	uint32_t told, news_n, news_cap;    /* those before `told` were */
	uint32_t sweep, sweep_end;          /* pairs looked at in this round; at its end */
	mc_time due;                        /* the next are looked at then; MC_NEVER: there are none */
};

/* Whose records they are, and when they came. addr NULL: nobody's that is to be kept. */
struct mc_hosts_speaker {
	const struct mc_addr *addr;
	uint32_t host; /* 0: it is in no group */
	uint32_t second;
};

struct mc_router;

void mc_hosts_init(struct mc_hosts *hs, uint64_t seed, mc_time now);
void mc_hosts_free(struct mc_hosts *hs);
size_t mc_hosts_memory(const struct mc_hosts *hs, size_t addr_len);

/* mc_hosts_configured takes account of a new configuration: with max_hosts 0 all are forgotten. */
void mc_hosts_configured(struct mc_router *r, mc_time now);

/* mc_hosts_speaker finds the sender of a message. */
struct mc_hosts_speaker mc_hosts_speaker(const struct mc_router *r, const struct mc_addr *src, mc_time now);

/* mc_hosts_hear takes a record for a group that is there into account. */
void mc_hosts_hear(struct mc_router *r, struct mc_group *g, struct mc_hosts_speaker *from,
		   const struct mc_record *rec, mc_time now);

/* mc_hosts_near brings into the cache what mc_hosts_hear will mostly need. It may be left out. */
static inline void mc_hosts_near(const struct mc_hosts *hs, const struct mc_group *g)
{
	if (g->reporter)
		__builtin_prefetch(mc_pairs_at(&hs->pairs, g->reporter));
}

/* mc_hosts_poll gives what is to be told of a host, and looks for silent ones, at some in a call. */
bool mc_hosts_poll(struct mc_router *r, mc_time now, struct mc_action *ret);

/* mc_hosts_news tells whether there is something to be told, but for hosts of groups that have gone. */
static inline bool mc_hosts_news(const struct mc_hosts *hs)
{
	return hs->told < hs->news_n;
}

/* mc_hosts_find finds a member, or NULL. */
const struct mc_pair *mc_hosts_find(const struct mc_hosts *hs, const struct mc_group *g,
				    const struct mc_addr *addr);

/* Whose it is, and what sources it lists. */
static inline const struct mc_addr *mc_hosts_addr(const struct mc_hosts *hs, const struct mc_pair *p)
{
	return &((const struct mc_hosts_item *)mc_table_at(&hs->table, p->host))->addr;
}

static inline struct mc_set mc_hosts_list(const struct mc_hosts *hs, const struct mc_pair *p)
{
	return p->list ? hs->lists[p->list - 1] : (struct mc_set){ .n = 0 };
}

#endif
