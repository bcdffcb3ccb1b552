/*
 * links.h - the interfaces that are served: each with its packets, a router for each family, and what it can
 * be asked by --status.
 */
#ifndef QUERIER_LINKS_H
#define QUERIER_LINKS_H

#include <mcast/link.h>
#include <mcast/router.h>

#include "net/ifaces.h"
#include "net/loop.h"
#include "querier/conf.h"
#include "querier/control.h"

#define QUERIER_RETRY (5 * MC_SEC) /* until what could not be had is tried again */

enum querier_state { QUERIER_GONE, QUERIER_DOWN, QUERIER_OPEN };

/* One family on an interface. */
struct querier_side {
	struct mc_router *router;  /* NULL: it is not spoken, or there is no such interface */
	struct mc_addr own;        /* address that it speaks from; family 0: none */
	struct mc_addr querier;    /* as last told; family 0: none */
	bool self;
	uint64_t elections;        /* how often the querier changed */
};

/* Something that is told once a minute at most. */
struct querier_limit {
	mc_time next;
	uint32_t missed; /* how often it was not told */
};

struct querier_run;

struct querier_link {
	struct querier_iface conf;
	enum querier_state state;
	uint32_t ifindex, life;    /* 0: none */
	struct mc_link *link;      /* NULL: gone, or it could not be opened */
	struct mc_watch packets;
	struct querier_side side[QUERIER_FAMILIES];
	struct control *control;   /* NULL: could not be had, and that was said */
	uint64_t lost;             /* packets, before this mc_link was opened */
	bool dry_run;

	/* Of those who serve it, not of those who show it: */
	struct querier_run *run;
	struct mc_link_conf as;    /* what link was opened as */
	struct mc_prefix *prefixes[QUERIER_FAMILIES]; /* that the routers refer to */
	bool more;                 /* there may be packets */
	bool changed;              /* its options have, and its routers do not know yet */
	bool held, told_held;      /* by another querier; and that was said */
	bool bridge_asks;          /* and that was said */
	int error;                 /* why it is not open, as last said; 0: it is, or is not there */
	struct querier_limit sends, losses, foreign;
	uint64_t losses_told;
	mc_time losses_due;        /* when to look again */
};

/* querier_link_lost tells how many packets were lost because the ring was full. */
uint64_t querier_link_lost(const struct querier_link *l);

/* querier_links_add serves one more interface, as soon as it is there. Returns 0, or EXIT_CANNOT after having
 * said why: another querier does. */
int querier_links_add(struct querier_run *run, const struct querier_iface *conf);

/* querier_links_follow brings all links in line with the interfaces that there are. */
void querier_links_follow(struct querier_run *run);

/* querier_links_retry tells when it is to be called anew because something could not be opened. */
mc_time querier_links_retry(const struct querier_run *run);

/* querier_links_change serves these interfaces, with these options, and no others. */
void querier_links_change(struct querier_run *run, const struct querier_ifaces *to);

/* querier_links_broken closes what cannot be read from any more; it is opened again later. */
void querier_links_broken(struct querier_link *l, int error);

void querier_links_free(struct querier_run *run);

#endif
