/*
 * host.h - what the files of the host role share: the host, and the groups it has joined.
 *
 * joined.c holds groups, listen.c takes sockets' requests, heard.c judges messages; changes.c tells what has
 * changed, answers.c what is asked for, older.c speaks the older versions; say.c makes packets of it;
 * status.c shows it.
 */
#ifndef MC_ENGINE_HOST_H
#define MC_ENGINE_HOST_H

#include <mcast/host.h>

#include "base/heap.h"
#include "base/rand.h"
#include "base/time.h"
#include "engine/filter.h"
#include "engine/ledger.h"
#include "engine/table.h"

enum { MC_ADDR_MOST = 16 };

/* What a group has seldom, and takes memory of its own. */
struct mc_joined_more {
	struct mc_filter filter; /* empty where MC_JOINED_PLAIN */
	struct mc_set changed;   /* sources that are to be told of, as they stand then (RFC 9776 5.1) */
	uint8_t *left;           /* in how many more reports, each */
	struct mc_set queried;   /* what the pending answer is about; empty: all (RFC 9776 5.2) */
};

enum {
	MC_JOINED_FILTER = 1,  /* it has a filter; without, it is kept until the last was said */
	MC_JOINED_EXCLUDE = 2, /* of the interface */
	MC_JOINED_PLAIN = 4,   /* one socket's EXCLUDE({}), and that socket is `socket` */
	MC_JOINED_LAST = 8,    /* the last report heard was this host's (RFC 2236 3) */
};

/* A group, small: a host may be in 100,000. */
struct mc_joined {
	struct mc_node node;
	struct mc_addr group;
	uint8_t flags;
	uint8_t mode_left;  /* reports of the filter mode that are left (RFC 9776 5.1) */
	uint8_t joins_left; /* older versions: unsolicited reports that are left */
	uint32_t socket;
	struct mc_joined_more *more;
};

/* How far a record that did not fit into one report has been told. */
struct mc_cut {
	uint32_t group; /* its number; 0: none is cut */
	uint8_t type;
	bool any;       /* up to last, else nothing yet */
	uint8_t last[MC_ADDR_MOST];
};

/* What every query needs stands together, from the end of the configuration to the ledger's first: a link may
 * have 100,000 hosts, each out of the cache when its turn comes. */
struct mc_host {
	struct mc_host_conf conf;
	const struct mc_proto *proto;
	mc_time now;            /* the latest that was told */
	mc_time older[2];       /* until when a querier of version 1, 2 is present; 0: none is */
	mc_time response;       /* to a general query, in the newest version */
	uint32_t cursor;        /* the group where that answer, begun, goes on; 0: none is */
	uint8_t version;        /* in force */
	uint8_t told;           /* the version that was last told */
	uint8_t heard;          /* robustness of the last query; 0: the default */
	bool warned;            /* there may be warnings to poll */
	struct mc_heap answers; /* by group: to specific queries, in the newest version */
	struct mc_heap
		repeats; /* by group: changes, and all reports in older versions; there is room for all */
	struct mc_table groups;
	struct mc_ledger ledger;
	struct mc_list list;
	uint32_t joined;        /* groups with a filter */
	mc_time interval;       /* of queries, by the last general one; 0: the default */
	struct mc_cut change_cut, answer_cut;
	struct mc_rand rand;
	uint8_t *room;          /* its own, or NULL */
};

/* ---- host.c ---------------------------------------------------------------------------- */

/* mc_host_at takes note of the time, and of what it ends. It never goes back. */
mc_time mc_host_at(struct mc_host *h, mc_time now);

/* mc_host_draw gives a delay in (0, most], 0 where most is 0. */
mc_time mc_host_draw(struct mc_host *h, mc_time most);
uint8_t mc_host_robustness(const struct mc_host *h);
bool mc_host_has(const struct mc_host *h, const struct mc_addr *addr); /* one of its own addresses */
void mc_host_warn(struct mc_host *h, enum mc_warning which, const struct mc_msg *m);
void mc_host_lacks_memory(struct mc_host *h, const struct mc_joined *g);

/* Whether the version in force is the newest there is: only then there are filters on the wire. */
static inline bool mc_host_is_newest(const struct mc_host *h)
{
	return h->version == h->proto->newest;
}

/* ---- joined.c -------------------------------------------------------------------------- */

struct mc_joined *mc_joined_find(const struct mc_host *h, const struct mc_addr *group);

/* mc_joined_add adds a group without a filter, with room for its deadline and for reports, or NULL. */
struct mc_joined *mc_joined_add(struct mc_host *h, const struct mc_addr *group);
void mc_joined_drop(struct mc_host *h, struct mc_joined *g);
void mc_joined_free(struct mc_joined_more *more);

/* mc_joined_more gives what is seldom needed, NULL without memory; mc_joined_trim frees it where it is
 * not. */
struct mc_joined_more *mc_joined_more(struct mc_joined *g);
void mc_joined_trim(struct mc_joined *g);

/* mc_joined_filter gives the filter as one, with *plain for the socket of a plain one. */
struct mc_filter mc_joined_filter(const struct mc_joined *g, struct mc_socket *plain);

/* mc_joined_tells: the group may be told of, RFC 9776 5, RFC 9777 6, RFC 4604 2.2.2. */
bool mc_joined_tells(const struct mc_host *h, const struct mc_joined *g);
void mc_joined_forget(struct mc_joined *g, struct mc_set *which); /* frees and trims */

static inline bool mc_joined_has_filter(const struct mc_joined *g)
{
	return g->flags & MC_JOINED_FILTER;
}

static inline enum mc_mode mc_joined_mode(const struct mc_joined *g)
{
	return g->flags & MC_JOINED_EXCLUDE ? MC_EXCLUDE : MC_INCLUDE;
}

/* The sources of the interface's filter. */
static inline const struct mc_set *mc_joined_list(const struct mc_joined *g)
{
	static const struct mc_set none;

	return g->more ? &g->more->filter.list : &none;
}

/* mc_joined_next gives one group after the other, from number *at on; NULL at the end. */
static inline struct mc_joined *mc_joined_next(const struct mc_host *h, uint32_t *at)
{
	while (*at && *at <= h->groups.high) {
		struct mc_joined *g = mc_table_at(&h->groups, (*at)++);

		if (g->node.self)
			return g;
	}
	return NULL;
}

/* ---- say.c ----------------------------------------------------------------------------- */

/* mc_say_begin starts a report of that version; mc_say adds a record, from where it was cut on, and tells
 * whether all of it has been said; mc_say_end makes an action of the packet, if anything is in it. */
void mc_say_begin(struct mc_host *h, struct mc_writer *w);
bool mc_say(struct mc_host *h, struct mc_writer *w, struct mc_cut *cut, const struct mc_joined *g,
	    enum mc_record_type type, const struct mc_set *list);
bool mc_say_end(struct mc_host *h, struct mc_writer *w, struct mc_action *ret);

/* ---- changes.c ------------------------------------------------------------------------- */

/* What a request changes of what is to be told. */
struct mc_change {
	bool any;
	bool mode;             /* the filter mode; else sources: */
	struct mc_set changed; /* takes the place of what there was, as left does */
	uint8_t *left;
};

/* mc_changes_plan returns 0, or -ENOBUFS: no memory. mc_changes_begin has told what was planned, from now on;
 * mc_changes_drop gives it up. */
int mc_changes_plan(const struct mc_host *h, const struct mc_joined *g, const struct mc_filter *old,
		    const struct mc_filter *next, struct mc_change *ret);
void mc_changes_drop(struct mc_change *c);
void mc_changes_begin(struct mc_host *h, struct mc_joined *g, struct mc_change *c, mc_time now);

/* mc_changes_again tells of all groups as if they were joined now (RFC 3590 4). */
void mc_changes_again(struct mc_host *h, mc_time now);
void mc_changes_cancel(struct mc_joined *g);
bool mc_changes_poll(struct mc_host *h, mc_time now, struct mc_action *ret);

/* ---- answers.c ------------------------------------------------------------------------- */

/* mc_answers_query: false where the query is for a group that is not told of. */
bool mc_answers_query(struct mc_host *h, const struct mc_msg *m, mc_time now);
mc_time mc_answers_due(const struct mc_host *h, uint32_t group);
void mc_answers_cancel(struct mc_host *h, struct mc_joined *g);
bool mc_answers_poll(struct mc_host *h, mc_time now, struct mc_action *ret);

/* ---- older.c --------------------------------------------------------------------------- */

/* mc_older_heard: a general query of an older version came. */
void mc_older_heard(struct mc_host *h, const struct mc_msg *m, mc_time now);

/* mc_older_end ends the presence of older queriers that is over at `until`; mc_older_check sets the version
 * in force by what is present. */
void mc_older_end(struct mc_host *h, mc_time until);
void mc_older_check(struct mc_host *h, mc_time until);

/* As in changes.c and answers.c, in an older version; mc_older_report: another host's report, false where
 * nothing waits for it. */
void mc_older_begin(struct mc_host *h, struct mc_joined *g, mc_time now);
bool mc_older_query(struct mc_host *h, const struct mc_msg *m, mc_time now);
bool mc_older_report(struct mc_host *h, const struct mc_addr *group, mc_time now);
bool mc_older_poll(struct mc_host *h, mc_time now, struct mc_action *ret);

#endif
