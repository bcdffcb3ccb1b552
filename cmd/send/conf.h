/*
 * conf.h - what the command line of `mcast send` asks for.
 */
#ifndef SEND_CONF_H
#define SEND_CONF_H

#include "flow/mark.h"
#include "opt.h"
#include "send/rate.h"

#define SEND_MOST_BYTES 65507 /* payload of the largest IPv4 datagram without options */
#define SEND_MOST_PATTERN 16

enum send_io { SEND_AUTO, SEND_SINGLE, SEND_BATCH, SEND_TRAINS };

struct send_range {
	uint32_t from, to; /* both 0: not given */
};

struct send_pattern {
	uint8_t octets[SEND_MOST_PATTERN];
	size_t n; /* 0: not given */
};

struct send_conf {
	bool ipv4, ipv6, loop, lines, repeat, header, answer, verbose, quiet, json;
	struct rate rate;
	mc_time interval;         /* MC_NEVER: not given; becomes the rate */
	struct send_range size;
	struct send_range ports;
	struct send_pattern pattern;
	enum mc_format format;    /* PROBE, IPERF, MCJOIN or NONE; AUTO: not given */
	enum send_io io;
	int64_t burst, count, ttl, train, sndbuf, cpu,
		seed;             /* count 0: no end; train, cpu, seed -1: not given */
	mc_time deadline, report; /* MC_NEVER: none; report: not given */
	int tos;                  /* -1: not given */
	struct opt_list ifaces;      /* as they were typed */
	const char *targets, *file, *data;
};

void send_conf_init(struct send_conf *c);
void send_conf_free(struct send_conf *c);

/* send_conf_words takes the argument "-" out of the n others, as it is an option. Returns how many are left,
 * or refuses and returns -1. */
int send_conf_words(const struct verb *v, struct send_conf *c, int n, char **words);

/* send_conf_check refuses what contradicts itself, and fills in the defaults. 0 or EXIT_CANNOT. */
int send_conf_check(const struct verb *v, struct send_conf *c);

/* The table of options; and readers of single arguments, as rows of it call them (dest: the field). */
extern const struct opt send_opts[];
int send_conf_size(void *dest, const char *arg, char *why, size_t cap);    /* "1000", "64..1400" */
int send_conf_ports(void *dest, const char *arg, char *why, size_t cap);   /* "5000-5009" */
int send_conf_pattern(void *dest, const char *arg, char *why, size_t cap); /* "00ff" */

#endif
