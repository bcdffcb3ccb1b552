/*
 * sim.h - scenarios of IGMP and MLD in simulated time: hosts and routers on one link, what is done to them
 * and what must be seen. The language is in mcast-sim(1).
 *
 * A script is parsed once and run as often as wanted, as IPv4 or IPv6. Everything is in memory: no
 * descriptor, no clock, no stream. The same script, family and seed give the same run.
 */
#ifndef MCAST_SIM_H
#define MCAST_SIM_H

#include <mcast/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

struct mc_sim; /* a script */

/* mc_sim_error tells what of a script is wrong, and where; both count from 1. */
struct mc_sim_error {
	uint32_t line, column;
	char text[200]; /* one sentence, with the word that it is about */
};

/* mc_sim_parse reads a script of len octets of text. Returns 0, or with *ret untouched MC_ERR_SCRIPT and
 * *error filled in, or -ENOMEM. */
int mc_sim_parse(struct mc_sim **ret, const char *text, size_t len, struct mc_sim_error *error);
void mc_sim_free(struct mc_sim *s);

/* mc_sim_runs_as tells whether the script has a run of this family; mc_sim_figures_wanted whether it says
 * `figures`; mc_sim_seeded whether it says `seed`, and which. */
bool mc_sim_runs_as(const struct mc_sim *s, uint8_t family);
bool mc_sim_figures_wanted(const struct mc_sim *s);
bool mc_sim_seeded(const struct mc_sim *s, uint64_t *ret);

/* mc_sim_packet is one packet, when it is sent. All of it is good until the call returns. */
struct mc_sim_packet {
	mc_time time;     /* since the start of the run */
	const char *node; /* "R1", "H[7]"; "link": put there by the script */
	const uint8_t *octets;
	size_t len;
	const struct mc_msg *msg; /* NULL: it cannot be decoded */
	int err;                  /* then why: MC_ERR_* */
};

/* mc_sim_difference is what is not as the script wants. Good until the call returns. */
struct mc_sim_difference {
	uint32_t line,
		column; /* of the expectation; line 0: of none, something was sent that nobody expected */
	mc_time time;
	const char *node, *expected, *actual; /* in words of the language */
};

/* mc_sim_conf: initialise it, change what is to be different. */
struct mc_sim_conf {
	size_t size; /* set by mc_sim_conf_init */
	uint8_t family;
	bool seeded; /* take seed instead of the script's */
	uint64_t seed;
	bool go_on;  /* to the end, after the first difference */
	bool (*stop)(void *arg); /* asked now and then; true: break off. Each of these may be NULL */
	void (*packet)(void *arg, const struct mc_sim_packet *p);
	void (*difference)(void *arg, const struct mc_sim_difference *d);
	void *arg;
};

void mc_sim_conf_init(struct mc_sim_conf *conf, uint8_t family);

enum { MC_SIM_KINDS = 8 };

/* mc_sim_latency: n of them; the others are 0 where n is 0. */
struct mc_sim_latency {
	uint64_t n;
	mc_time min, mean, p99, max;
};

/* mc_sim_router: the figures of one router, see mcast-sim(1), FIGURES. */
struct mc_sim_router {
	char name[32];
	struct mc_sim_latency join, leave;
	uint64_t cuts, unserved;
	mc_time longest_cut, cut_total;
};

/* mc_sim_result: initialise it; mc_sim_result_free frees what a run put into it. */
struct mc_sim_result {
	size_t size; /* set by mc_sim_result_init */
	bool ok, stopped;
	uint64_t differences;
	mc_time time; /* when the run ended */
	uint64_t packets[MC_SIM_KINDS], octets[MC_SIM_KINDS]; /* by kind: see mc_sim_kind_name */
	uint64_t peak_packets, peak_reports;                  /* in any 100 ms; reports: leaves too */
	uint64_t deliveries;                                  /* packets handed to roles */
	struct mc_sim_router *routers;
	size_t n_routers;
};

void mc_sim_result_init(struct mc_sim_result *r);
void mc_sim_result_free(struct mc_sim_result *r);

/* mc_sim_kind_name gives "general query", "group query", "source query", "current-state report", "state-
 * change report", "older report", "leave", "other", or NULL. A report with records of both kinds is a
 * state change. */
const char *mc_sim_kind_name(unsigned kind);

/* mc_sim_run runs the script, once. Returns 0 whether or not something differs, MC_ERR_CONF, MC_ERR_SCRIPT
 * (the script does not run as this family) or -ENOMEM. */
int mc_sim_run(const struct mc_sim *s, const struct mc_sim_conf *conf, struct mc_sim_result *ret);

#ifdef __cplusplus
}
#endif
#endif
