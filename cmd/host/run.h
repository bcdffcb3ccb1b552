/*
 * run.h - one run: what it is made of, from opening to its end.
 */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include <mcast/link.h>

#include "host/churn.h"
#include "host/outbox.h"
#include "host/show.h"
#include "host/task.h"
#include "input.h"
#include "net/ifaces.h"
#include "spool.h"

enum host_state {
	HOST_STARTS, /* hosts are switched on */
	HOST_RUNS,
	HOST_LEAVES, /* hosts leave all groups, and say so */
	HOST_ENDS,
};

struct host_run {
	const struct verb *verb;
	struct host_conf conf;
	struct mc_target *targets;
	size_t ntargets;
	struct plan plan;
	struct mc_ifaces *ifs;
	char ifname[MC_IFNAME_SIZE];
	uint32_t ifindex, life, mtu;
	struct mc_addr *others[HOST_FAMILIES]; /* of the interface, beside the one that host 0 sends from */
	struct mc_link *link;
	struct mc_loop *loop;
	struct fleet fleet;
	struct outbox outbox;
	struct task task;
	struct churn churn;
	struct input input;
	struct host_show show;
	struct spool *spool;
	struct mc_watch signals, changes, packets;
	uint64_t seed;

	enum host_state state;
	mc_time began, ends, leaves_until; /* on the loop's clock */
	mc_time progress; /* when it is to be told how far hosts are */
	mc_time warned; /* when packets that were not sent may be told of again */
	mc_time now;
	bool heard;  /* there may be packets */
	bool gone;   /* the interface is */
	mc_time dropped[MC_COUNTS]; /* when queries that were dropped for that may be told of again */
	uint64_t queries, queries_dropped, changed, refused, memberships;
	struct mc_addr asked[HOST_FAMILIES]; /* who asked last in an older version */
	uint8_t asked_version[HOST_FAMILIES];
	struct mc_msg msg;
	int code;
};

/* host_open opens all there is to open and gives up privileges: 0, or EXIT_CANNOT after having said why.
 * host_close is for both. */
int host_open(struct host_run *r);
void host_close(struct host_run *r);

/* host_events has the loop call what a run needs. 0 or -errno. */
int host_events(struct host_run *r);

/* host_address brings the address of a host without --from in line with the interface's, if it has
 * changed. */
void host_address(struct host_run *r, const struct mc_iface *i);

/* host_conf_of makes an engine's configuration of what was asked for. */
void host_conf_of(const struct host_run *r, unsigned side, struct mc_host_conf *ret);

/* host_go runs to the end and returns the exit code. */
int host_go(struct host_run *r);

#endif
