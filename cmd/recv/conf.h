/*
 * conf.h - what the command line of `mcast recv` asks for.
 */
#ifndef RECV_CONF_H
#define RECV_CONF_H

#include "flow/clock.h"
#include "flow/mark.h"
#include "opt.h"

struct recv_conf {
	bool ipv4, ipv6, redundant, until_end, busy_poll, dump, verbose, quiet, json;
	bool trains;            /* trains are taken whole */
	bool hardware;          /* stamps of the interface */
	int live;               /* 1, 0; -1: where stdout is a terminal */
	bool out;               /* payloads to stdout: the argument "-" */
	struct opt_list ifaces;    /* as they were typed */
	struct mc_addr *excluded;
	size_t nexcluded;
	const char *targets, *write, *report, *hgrm;
	enum mc_format format;  /* AUTO: to be found out */
	struct mc_at at;
	int64_t rtp_clock;      /* 0: by the payload type */
	enum mc_basis clock;    /* NONE: auto */
	mc_time linger, deadline, idle, interval; /* MC_NEVER: not given; linger 0 */
	int64_t count, rcvbuf, streams, gaps, cpu; /* cpu -1, rcvbuf -1: not given; count 0: no end */
	double max_loss;        /* 0 to 1; negative: no limit */
	mc_time max_delay, max_jitter; /* MC_NEVER: no limit */
	int64_t min_packets;    /* of each target; -1: 1 of all together */
};

void recv_conf_init(struct recv_conf *c);
void recv_conf_free(struct recv_conf *c);

/* recv_conf_check refuses what contradicts itself, and fills in what follows. 0 or EXIT_CANNOT. */
int recv_conf_check(const struct verb *v, struct recv_conf *c);

/* The table of options. */
extern const struct opt recv_opts[];

#endif
