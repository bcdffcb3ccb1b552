/*
 * fleet.h - the hosts: an engine for each and each family, whose turn it is, and what the packets heard,
 * and those sent, are to them. It knows no socket and no clock.
 */
#ifndef HOST_FLEET_H
#define HOST_FLEET_H

#include <mcast/host.h>

#include "base/heap.h"
#include "base/rand.h"
#include "host/hearing.h"
#include "host/plan.h"
#include "host/talk.h"

struct fleet_packet {
	uint32_t host; /* from 0 on */
	uint8_t family;
	const struct mc_action *action;
	const struct mc_msg *msg; /* what it is */
	mc_time due;
};

/* Where what they do goes. */
struct fleet_port {
	void (*send)(void *arg, const struct fleet_packet *p);
	void (*version)(void *arg, uint8_t family, uint8_t version); /* in force now; once for all hosts */
	void (*warn)(void *arg, uint8_t family, const struct mc_action *a); /* each kind once in a while */
	void *arg;
};

struct fleet_side {
	struct mc_host **hosts; /* NULL: not spoken; an entry NULL: that host is not switched on yet */
	struct mc_host_conf conf; /* but for address and seed */
	const struct from *from;  /* NULL: conf.addr */
	struct hearing hearing;
	struct talk talk;
	uint8_t version; /* in force */
	mc_time warned[MC_WARNINGS]; /* when each may be told again */
};

struct fleet {
	const struct plan *plan;
	struct fleet_port port;
	struct fleet_side side[HOST_FAMILIES];
	struct mc_heap due; /* of host n of a side: item side * hosts + n + 1 */
	uint32_t n;         /* hosts */
	bool suppress;      /* they hear each other, and others, in older versions */
	bool ending;        /* who has nothing left to say is not waited for */
	uint64_t work;      /* messages that went into an engine, all together */
	struct mc_rand rand;
	uint8_t *room;      /* where all engines make their packets */
	struct mc_msg msg;
};

/* fleet_open makes room for plan's hosts of the families that are to be spoken, none of which is
 * switched on. side's conf and from, port and suppress are the caller's to set in between. 0 or -ENOMEM. */
int fleet_open(struct fleet *f, const struct plan *plan, const bool spoken[HOST_FAMILIES], uint64_t seed);
void fleet_close(struct fleet *f);

/* fleet_switch_on makes the engines of a host. 0, MC_ERR_CONF or -ENOMEM. */
int fleet_switch_on(struct fleet *f, uint32_t host, mc_time now);

/* fleet_speaks tells whether hosts speak a family's protocol. */
static inline bool fleet_speaks(const struct fleet *f, uint8_t family)
{
	return f->side[host_side_of(family)].hosts != NULL;
}

/* fleet_listen is mc_host_listen for one host, with one socket; fleet_wants tells whether it wants a
 * group. */
int fleet_listen(struct fleet *f, uint32_t host, const struct mc_addr *group, enum mc_mode mode,
		 const struct mc_addr *sources, size_t n, mc_time now);
bool fleet_wants(const struct fleet *f, uint32_t host, const struct mc_addr *group);

/* fleet_anybody is to be told before a host listens to a group that may not be planned for it. */
void fleet_anybody(struct fleet *f, uint32_t host, const struct mc_addr *group);

/* fleet_leave has a host leave groups, at most that many, pos being 0 at first; returns how many: fewer
 * than most where there are no more. */
uint32_t fleet_leave(struct fleet *f, uint32_t host, uint32_t pos[HOST_FAMILIES], uint32_t most, mc_time now);

/* fleet_configure gives host 0 of a side another configuration, of which all but what is its own is taken. */
void fleet_configure(struct fleet *f, uint8_t family, const struct mc_host_conf *conf, mc_time now);

/* fleet_input has the hosts hear a message: of a query the first one now, the others in the next calls of
 * fleet_poll. Returns what that one counts it as: MC_RX_QUERY, MC_RX_IGNORED, or why a query is dropped;
 * MC_COUNTS: it is none, or nobody is there. */
enum mc_count fleet_input(struct fleet *f, const struct mc_msg *m, mc_time now);

/* fleet_poll does what is due: at most so many packets are sent, and not much more heard in one call.
 * Returns how many were sent; nothing is due any more when fleet_due is later than now. */
unsigned fleet_poll(struct fleet *f, mc_time now, unsigned most);
mc_time fleet_due(const struct fleet *f);

/* fleet_end: from now on only reports that are still to be made count for fleet_due. */
void fleet_end(struct fleet *f);

uint64_t fleet_memberships(const struct fleet *f);
uint8_t fleet_robustness(const struct fleet *f); /* the largest in use */

#endif
