/*
 * sim.c - the verb: its options, which of them cannot stand together, and what is opened in which order.
 */
#include <stddef.h>
#include <string.h>

#include "priv.h"
#include "run.h"

#define AT(field) offsetof(struct sim_conf, field)

static const struct opt opts[] = {
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "only the runs as IPv4" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "only the runs as IPv6" },
	{ 0, "seed", "N", OPT_INT, AT(seed), 0, INT64_MAX, NULL,
	  "draw random delays from this seed (default: what the script says, or none: half of the most)" },
	{ 0, "trace", NULL, OPT_FLAG, AT(trace), 0, 0, NULL, "print each packet" },
	{ 0, "pcap", "FILE", OPT_TEXT, AT(pcap), 0, 0, NULL, "keep all packets in a pcap file; - is stdout" },
	{ 0, "figures", NULL, OPT_FLAG, AT(figures), 0, 0, NULL,
	  "print packets, peaks and latencies at the end of each run" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "go on where something differs, and show every difference" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print only what differs" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print one JSON document" },
	{ .name = NULL },
};

/* Two options that cannot stand together, and why. */
static int refuse(const struct verb *v, const char *a, const char *b, const char *why)
{
	return opt_refuse(v, "%s and %s: %s (leave one out)", a, b, why);
}

static bool fills_stdout(const struct sim_conf *c)
{
	return c->pcap && strcmp(c->pcap, "-") == 0;
}

static int check(const struct verb *v, const struct sim_conf *c)
{
	if (c->ipv4 && c->ipv6)
		return refuse(v, "-4", "-6", "each leaves out the other; without them both are run");
	if (c->trace && c->json)
		return refuse(v, "--trace", "--json", "one is for people, the other for programs");
	if (fills_stdout(c) && (c->json || c->trace))
		return refuse(v, "--pcap -", c->json ? "--json" : "--trace",
			      "standard output holds the packets");
	return 0;
}

/* There must be something to run, lest that nothing was found wrong be taken for an answer. */
static int check_runs(const struct sim *s)
{
	for (size_t i = 0; i < s->scripts.n; i++)
		if (sim_runs(s, &s->scripts.list[i]))
			return 0;
	return opt_refuse(s->verb, "%s: %s runs as IPv%d (leave it out)", s->conf.ipv4 ? "-4" : "-6",
			  s->scripts.n == 1 ? "the script never" : "none of the scripts",
			  s->conf.ipv4 ? 4 : 6);
}

static int open_trace(struct sim *s)
{
	char why[CAPTURE_WHY];

	if (s->conf.pcap && scripts_has(&s->scripts, s->conf.pcap))
		return opt_refuse(s->verb, "cannot write %s: it is a script that is to be run", s->conf.pcap);
	return trace_open(&s->trace, s->conf.trace, s->conf.pcap, why) ? opt_refuse(s->verb, "%s", why) : 0;
}

static int open_all(struct sim *s, char *const *names, size_t n)
{
	int r;

	if (scripts_read(&s->scripts, s->verb, names, n) || check_runs(s) || open_trace(s))
		return EXIT_CANNOT;
	r = priv_drop(PRIV_NONE);
	return r ? opt_refuse(s->verb, "cannot give up privileges: %s", mc_strerror(r)) : 0;
}

static int sim(const struct verb *v, int argc, char **argv)
{
	struct sim s = { .verb = v, .conf.seed = -1, .out = stdout };
	int n = opt_parse(v, argc, argv, &s.conf), code = EXIT_CANNOT;
	char why[CAPTURE_WHY];

	if (n < 0)
		return n == -2 ? EXIT_GOOD : EXIT_CANNOT;
	if (check(v, &s.conf))
		return EXIT_CANNOT;
	if (n == 0)
		return opt_refuse(v, "needs a SCRIPT, or - for standard input (see mcast help sim)");
	if (fills_stdout(&s.conf))
		s.out = stderr;
	if (!open_all(&s, argv + 1, (size_t)n))
		code = sim_run(&s);
	trace_close(&s.trace, why);
	scripts_free(&s.scripts);
	return code;
}

const struct verb sim_verb = {
	.name = "sim",
	.run = sim,
	.args = "SCRIPT ...",
	.summary = "Run IGMP and MLD scenarios in simulated time",
	.example = "mcast sim join.t\n"
		   "mcast sim --trace -4 join.t\n"
		   "mcast sim --figures --seed 7 stadium.t\n",
	.opts = opts,
};
