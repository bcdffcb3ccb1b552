/*
 * watch.c - the verb: its options, and which of them cannot stand together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "watch/run.h"

#define AT(field) offsetof(struct watch_conf, field)

static const struct opt opts[] = {
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "listen on this interface; may be repeated" },
	{ 'r', "read", "FILE", OPT_TEXT, AT(read), 0, 0, NULL, "read a pcap or pcapng file; - is stdin" },
	{ 0, "write", "FILE", OPT_TEXT, AT(write), 0, 0, NULL,
	  "keep the packets of all messages in a pcap file; - is stdout" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "IPv4 only: IGMP" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "IPv6 only: MLD" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N messages" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * 86400, NULL, "stop after SECONDS" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL, "print the fields of each message, too" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print only what is wrong, and the end" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ 0, "live", NULL, OPT_FLAG, AT(live), 0, 0, NULL,
	  "on a terminal: keep the state of the links on the screen" },
	{ 0, "summary", NULL, OPT_FLAG, AT(summary), 0, 0, NULL, "at the end print the state of each link" },
	{ 0, "on-join", "CMD", OPT_TEXT, AT(hooks[TRIGGER_JOIN]), 0, 0, NULL,
	  "run CMD when a host joins a group" },
	{ 0, "on-leave", "CMD", OPT_TEXT, AT(hooks[TRIGGER_LEAVE]), 0, 0, NULL,
	  "run CMD when a host leaves a group" },
	{ 0, "on-warning", "CMD", OPT_TEXT, AT(hooks[TRIGGER_WARNING]), 0, 0, NULL,
	  "run CMD when something is wrong" },
	{ .name = NULL },
};

/* Two options that cannot stand together, and why. */
static int refuse(const struct verb *v, const char *a, const char *b, const char *why)
{
	return opt_refuse(v, "%s and %s: %s (leave one out)", a, b, why);
}

static int check(const struct verb *v, const struct watch_conf *c)
{
	bool out = c->write && strcmp(c->write, "-") == 0;

	if (c->ipv4 && c->ipv6)
		return refuse(v, "-4", "-6", "each leaves out the other; without them both are shown");
	if (c->read && c->ifaces.n)
		return refuse(v, "-r", c->ifaces.v[0], "a file is read, or interfaces are listened to");
	if (c->live && c->json)
		return refuse(v, "--live", "--json", "one is for people, the other for programs");
	if (out && (c->json || c->verbose || c->live || c->summary))
		return refuse(v, "--write -",
			      c->json    ? "--json" :
			      c->verbose ? "-v" :
			      c->live    ? "--live" :
					   "--summary",
			      "standard output holds the packets");
	return 0;
}

/* Arguments are interfaces, too. Returns as opt_parse. */
static int parse(struct watch *w, int argc, char **argv)
{
	int n = opt_parse(w->verb, argc, argv, &w->conf);

	for (int i = 1; i <= n; i++)
		if (opt_list_add(&w->conf.ifaces, argv[i])) {
			opt_refuse(w->verb, "%s", strerror(ENOMEM));
			return -1;
		}
	return n;
}

static int watch(const struct verb *v, int argc, char **argv)
{
	struct watch *w = calloc(1, sizeof *w);
	int n, code = EXIT_CANNOT;

	if (!w)
		return opt_refuse(v, "%s", strerror(ENOMEM));
	w->verb = v;
	w->conf.deadline = MC_NEVER;
	n = parse(w, argc, argv);
	if (n == -2)
		code = EXIT_GOOD;
	else if (n >= 0 && !check(v, &w->conf) && !watch_open(w))
		code = watch_run(w);
	watch_close(w);
	free(w->conf.ifaces.v);
	free(w);
	return code;
}

const struct verb watch_verb = {
	.name = "watch",
	.run = watch,
	.args = "[IFACE ...]",
	.summary = "Show IGMP and MLD: what is said, what it means, what is wrong",
	.example = "mcast watch\n"
		   "mcast watch --live eth0\n"
		   "mcast watch -r trouble.pcapng -q --summary\n",
	.opts = opts,
};
