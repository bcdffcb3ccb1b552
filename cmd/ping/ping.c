/*
 * ping.c - the verb: its options, and the order of a run.
 */
#include "ping/ping.h"

#include <stddef.h>
#include <stdlib.h>

#include "flow/probe.h"
#include "ping/run.h"
#include "ping/server.h"
#include "ping/target.h"
#include "tos.h"

#define AT(field) offsetof(struct ping_conf, field)
#define DAY 86400

static const struct opt ping_opts[] = {
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL,
	  "without a target: ping the IPv4 default (the default)" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "without a target: ping the IPv6 default" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N datagrams" },
	{ 'i', "interval", "SECONDS", OPT_SECONDS, AT(interval), 0, DAY, NULL,
	  "time between datagrams, 0.001 or more; 0: when the one before was answered (default: 1)" },
	{ 'W', "timeout", "SECONDS", OPT_SECONDS, AT(timeout), 0, DAY, NULL,
	  "a reply that takes longer is late, and counts as lost (default: 1)" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * DAY, NULL, "stop after SECONDS" },
	{ 's', "size", "BYTES", OPT_INT, AT(size), MC_PROBE_LEN, PING_MOST_BYTES, NULL,
	  "size of the payload, 32 to 65507 (default: 56)" },
	{ 't', "ttl", "TTL", OPT_INT, AT(ttl), 0, 255, NULL,
	  "TTL or hop limit (default: 1, stays on the link)" },
	{ 'I', "interface", "IFACE", OPT_TEXT, AT(iface), 0, 0, NULL,
	  "send by this interface: its name, its index, or an address it has" },
	{ 'Q', "qos", "VALUE", OPT_CALL, AT(tos), 0, 0, tos_read,
	  "TOS or traffic class octet, or the name of a DSCP: ef, af11 to af43, cs0 to cs7" },
	{ 0, "loop", NULL, OPT_FLAG, AT(loop), 0, 0, NULL,
	  "members on this machine get the datagrams (the default)" },
	{ 0, "no-loop", NULL, OPT_UNFLAG, AT(loop), 0, 0, NULL, "they do not" },
	{ 'f', "flood", NULL, OPT_FLAG, AT(flood), 0, 0, NULL,
	  "send as fast as replies come back; only for links that are yours" },
	{ 0, "window", "N", OPT_INT, AT(window), 1, PING_MOST_WINDOW, NULL,
	  "with -f: at most N unanswered, 1 to 8192 (default: 512)" },
	{ 0, "sweep", "FROM..TO", OPT_CALL, AT(sweep), 0, 0, ping_conf_sweep,
	  "find the largest size that is answered where a larger one is lost" },
	{ 0, "data", "TEXT", OPT_TEXT, AT(text), 0, 0, NULL,
	  "send TEXT itself and print what comes back; - takes it from standard input" },
	{ 0, "twin", NULL, OPT_FLAG, AT(twin), 0, 0, NULL,
	  "ask every responder by unicast, too, and show both losses" },
	{ 0, "ask", "ADDRESS", OPT_CALL, 0, 0, 0, ping_conf_ask,
	  "with --twin: a host that ought to answer; may be repeated" },
	{ 0, "ssmping", "SERVER", OPT_TEXT, AT(ssmping), 0, 0, NULL,
	  "ask a server of the standard multicast ping (RFC 6450, ssmpingd)" },
	{ 0, "min-responders", "N", OPT_INT, AT(min_responders), 1, RESPONDERS_MOST, NULL,
	  "exit 0 only when at least N answered (default: 1)" },
	{ 0, "busy-poll", NULL, OPT_FLAG, AT(busy_poll), 0, 0, NULL, "never sleep: takes one CPU whole" },
	{ 0, "user-latency", NULL, OPT_FLAG, AT(user_latency), 0, 0, NULL,
	  "take round-trip times in this program, not in the kernel" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "show what was not answered, and what is no reply" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print nothing but the summary" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ .name = NULL },
};

static int run(const struct verb *v, const struct ping_conf *c, const char *target)
{
	struct ping_server server;
	struct where where;
	struct ping_run r;
	int code = c->ssmping ? ping_server_find(v, c, target, &where, &server) :
				ping_target_find(v, c, target, &where);

	if (!code)
		code = ping_run_open(&r, v, c, &where, c->ssmping ? &server : NULL);
	if (code)
		return code;
	if (c->ssmping)
		ping_run_ssm(&r);
	else if (c->flood)
		ping_run_flood(&r);
	else
		ping_run_steady(&r);
	code = ping_run_end(&r);
	ping_run_close(&r);
	return code;
}

static int ping_main(const struct verb *v, int argc, char **argv)
{
	struct ping_conf c = { .loop = true, .ttl = -1, .tos = -1 };
	int n, code;

	c.size = c.window = c.min_responders = -1;
	c.interval = c.deadline = MC_NEVER;
	c.timeout = MC_SEC;
	n = opt_parse(v, argc, argv, &c);
	if (n < 0)
		return n == -2 ? EXIT_GOOD : EXIT_CANNOT;
	if (n > 1)
		return opt_refuse(v, "%s: one target is enough (see mcast help ping)", argv[2]);
	code = ping_conf_check(v, &c);
	if (!code)
		code = run(v, &c, n ? argv[1] : NULL);
	free(c.data);
	free(c.asks);
	return code;
}

const struct verb ping_verb = {
	.name = "ping",
	.run = ping_main,
	.args = "[TARGET]",
	.summary = "Ask who answers in a group",
	.example = "mcast ping -c 3\n"
		   "mcast ping -I eth0 -t 8 239.1.2.3:5000\n"
		   "mcast ping --sweep 1000..9000 239.1.2.3:5000\n"
		   "mcast ping --twin --ask 10.0.0.7 239.1.2.3:5000\n"
		   "mcast ping --ssmping 10.0.0.1\n",
	.opts = ping_opts,
};
