/*
 * ping.h - what the command line of `mcast ping` asks for.
 */
#ifndef MCAST_PING_H
#define MCAST_PING_H

#include "opt.h"

#define PING_MOST_BYTES 65507 /* payload of the largest IPv4 datagram without options */
#define PING_MOST_WINDOW 8192

struct ping_range {
	uint32_t from, to; /* from 0: none */
};

struct ping_conf {
	bool ipv4, ipv6;
	bool loop, flood, busy_poll, user_latency, verbose, quiet, json, twin;
	int64_t count; /* 0: no end */
	int64_t ttl;   /* -1: not given; with --ssmping the system's then */
	/* -1 and MC_NEVER mean not given, until ping_conf_check put the default there. */
	int64_t size, window, min_responders;
	mc_time interval;
	mc_time timeout;
	mc_time deadline; /* MC_NEVER: none */
	bool min_given;
	int tos; /* -1: not given */
	const char *iface;
	const char *ssmping; /* the server, as it was typed; NULL: no */
	const char **asks;   /* hosts of --ask, as they were typed */
	size_t nasks;
	struct ping_range sweep;
	const char *text; /* of --data; what it stands for is below */
	void *data;       /* NULL: datagrams carry the probe header */
	size_t data_len;
};

/* ping_conf_check refuses what contradicts itself, and fills in the defaults. 0 or EXIT_CANNOT. */
int ping_conf_check(const struct verb *v, struct ping_conf *c);

/* ping_conf_sweep reads the argument of --sweep, as a row of the table does. */
int ping_conf_sweep(void *dest, const char *arg, char *why, size_t cap);

/* ping_conf_ask takes one argument of --ask; dest is the configuration. */
int ping_conf_ask(void *dest, const char *arg, char *why, size_t cap);

/* ping_conf_halves tells whether replies come by multicast and by unicast. */
static inline bool ping_conf_halves(const struct ping_conf *c)
{
	return c->twin || c->ssmping;
}

/* ping_conf_bytes is the payload's size at the start. */
size_t ping_conf_bytes(const struct ping_conf *c);

#endif
