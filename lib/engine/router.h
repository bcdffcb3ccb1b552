/*
 * router.h - what the files of the router role share: the router, and what each does with it.
 */
#ifndef MC_ROUTER_H
#define MC_ROUTER_H

#include <mcast/router.h>

#include "base/time.h"
#include "engine/groups.h"
#include "engine/hosts.h"
#include "engine/ledger.h"
#include "engine/rules.h"

/* Who asks on the link: RFC 9776 6.6.2, RFC 9777 7.6.2. */
struct mc_querier {
	bool self;              /* this router does */
	uint8_t version;        /* of the other */
	uint8_t robustness;     /* that the other announces; 0: it does not */
	uint8_t startup;        /* general queries left that follow each other soon */
	struct mc_addr addr;    /* the other; family 0: none */
	struct mc_addr told;    /* who it is by the last action; family 0: nobody */
	mc_time interval;       /* that the other announces; 0: it does not */
	mc_time query;          /* the next general query; MC_NEVER: none */
	mc_time present;        /* until when some other counts as present; 0: none does */
	mc_time heard;          /* when addr was last heard */
};

/* The specific queries of one group that are being given, packet by packet: mc_groups.turn tells whose. */
struct mc_turn {
	uint8_t phase;
	struct mc_key from;  /* sources before it had their turn in this phase */
};

struct mc_router {
	struct mc_router_conf conf;
	const struct mc_proto *proto;
	mc_time now;        /* the latest that was told */
	struct mc_groups groups;
	struct mc_hosts hosts;
	struct mc_querier querier;
	struct mc_turn turn;
	struct mc_ledger ledger;
	uint8_t *own;       /* mtu octets, where conf.room is NULL */
	uint8_t *scratch;   /* a list of sources */
	size_t scratch_cap, bare; /* bare: octets of a specific query without sources */
	/* What is in force, RFC 9776 8, by the configuration and by what the querier announces: */
	uint8_t robustness, last_count;
	mc_time query_interval;
	mc_time life;       /* Group Membership Interval */
	mc_time older;      /* Older Host Present Interval */
	mc_time present;    /* Other Querier Present Interval */
	mc_time last_time;  /* Last Member Query Time */
};

/* mc_router_active tells whether it may ask at all. */
static inline bool mc_router_active(const struct mc_router *r)
{
	return !r->conf.passive && r->conf.addr.family;
}

/* mc_router_warn is mc_ledger_warn as configured. */
static inline void mc_router_warn(struct mc_router *r, enum mc_warning which, const struct mc_addr *addr,
				  const struct mc_addr *group, uint8_t version, mc_time now)
{
	mc_ledger_warn(&r->ledger, which, addr, group, version, r->conf.warning_interval, now);
}

/* mc_router_no_memory counts and warns that there was none for something of a group. */
void mc_router_no_memory(struct mc_router *r, const struct mc_addr *group, mc_time now);

/* mc_router_list gives the list of a record, sorted, in the scratch. False: no memory. */
bool mc_router_list(struct mc_router *r, struct mc_set *ret, const struct mc_sources *list);

/* mc_router_scratch makes the scratch that large. False: no memory. */
bool mc_router_scratch(struct mc_router *r, size_t octets);

/* mc_router_send encodes a query and gives it as an action. False: it cannot be said. */
bool mc_router_send(struct mc_router *r, const struct mc_query *q, struct mc_action *ret);

/* ---- querier.c ------------------------------------------------------------------------- */

/* mc_querier_start begins anew: as querier, where the router may be that. */
void mc_querier_start(struct mc_router *r, mc_time now);

/* mc_querier_yields tells whether another is present that is lower than the own address. */
bool mc_querier_yields(const struct mc_router *r);

/* mc_querier_intervals finds what is in force. */
void mc_querier_intervals(struct mc_router *r);

/* mc_querier_due ends the presence of another querier, if it is over. */
void mc_querier_due(struct mc_router *r, mc_time now);

/* mc_querier_hear takes a query of another router into account: election, what it announces, warnings. */
void mc_querier_hear(struct mc_router *r, const struct mc_msg *m, mc_time now);

/* mc_querier_news tells whether the querier has changed since mc_querier_change gave that; mc_querier_poll
 * gives a general query that is due. */
bool mc_querier_news(const struct mc_router *r);
bool mc_querier_change(struct mc_router *r, struct mc_action *ret);
bool mc_querier_poll(struct mc_router *r, mc_time now, struct mc_action *ret);

/* ---- queries.c ------------------------------------------------------------------------- */

/* mc_queries_times tells how often is asked about sources by a rule, 0 where that cannot be; and makes
 * sure that nothing fails then. */
uint8_t mc_queries_times(struct mc_router *r, struct mc_group *g, const struct mc_rule *rule);

/* mc_queries_group is Send Q(G), mc_queries_sources the rest of Send Q(G,A) for sources that were marked. */
void mc_queries_group(struct mc_router *r, struct mc_group *g, mc_time now);
void mc_queries_sources(struct mc_router *r, struct mc_group *g, mc_time now);

/* mc_queries_hear lowers the timers that a query asks about. */
void mc_queries_hear(struct mc_router *r, const struct mc_query *q, mc_time now);
bool mc_queries_poll(struct mc_router *r, mc_time now, struct mc_action *ret);

/* ---- reports.c ------------------------------------------------------------------------- */

/* mc_reports_hear takes a report or leave into account. */
void mc_reports_hear(struct mc_router *r, const struct mc_msg *m, mc_time now);

#endif
