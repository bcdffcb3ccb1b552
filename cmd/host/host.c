/*
 * host.c - the verb: its options, and which of them cannot stand together.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "host/run.h"
#include "pick.h"
#include "sources.h"

#define AT(field) offsetof(struct host_conf, field)
#define CHURN_MOST 1000000

static int opt_exclude(void *dest, const char *arg, char *why, size_t cap)
{
	struct host_conf *c = dest;

	return sources_add(&c->exclude, &c->nexclude, arg, why, cap);
}

static int opt_from(void *dest, const char *arg, char *why, size_t cap)
{
	struct host_conf *c = dest;
	struct from f;

	if (from_parse(&f, arg, why, cap))
		return -1;
	if (c->from[host_side_of(f.first.family)].first.family) {
		snprintf(why, cap, "there is another one for IPv%d (leave one out)", f.first.family);
		return -1;
	}
	c->from[host_side_of(f.first.family)] = f;
	return 0;
}

/* Decimals, no exponent: 0.5, 1000. */
static int opt_churn(void *dest, const char *arg, char *why, size_t cap)
{
	struct host_conf *c = dest;
	double rate = strspn(arg, "0123456789.") == strlen(arg) ? strtod(arg, NULL) : 0;

	if (rate < 0.001 || rate > CHURN_MOST) {
		snprintf(why, cap, "must be a number of changes a second, 0.001 to %d (see mcast help host)",
			 CHURN_MOST);
		return -1;
	}
	c->churn = rate;
	return 0;
}

static const struct opt opts[] = {
	{ 'I', "interface", "IFACE", OPT_TEXT, AT(iface), 0, 0, NULL,
	  "be on this interface (default: that of the route)" },
	{ 0, "igmp-version", "VERSION", OPT_INT, AT(version[HOST_IPV4]), 1, 3, NULL,
	  "newest IGMP to speak (3)" },
	{ 0, "mld-version", "VERSION", OPT_INT, AT(version[HOST_IPV6]), 1, 2, NULL,
	  "newest MLD to speak (2)" },
	{ 0, "exclude", "SOURCE,...", OPT_CALL, 0, 0, 0, opt_exclude,
	  "targets without a source do not want these; may be repeated" },
	{ 0, "hosts", "N", OPT_INT, AT(hosts), 1, HOST_HOSTS_MOST, NULL, "be so many hosts (1)" },
	{ 0, "from", "PREFIX", OPT_CALL, 0, 0, 0, opt_from,
	  "where the hosts' addresses are from; once for each family" },
	{ 0, "macs", NULL, OPT_FLAG, AT(macs), 0, 0, NULL, "give each host an Ethernet address of its own" },
	{ 0, "each", "N", OPT_INT, AT(each), 1, HOST_MEMBERSHIPS_MOST, NULL,
	  "each host joins N of the groups (default: all)" },
	{ 0, "churn", "RATE", OPT_CALL, 0, 0, 0, opt_churn,
	  "so many times a second a host leaves a group or joins it again" },
	{ 0, "no-suppress", NULL, OPT_UNFLAG, AT(suppress), 0, 0, NULL,
	  "in older versions hear no other host's reports" },
	{ 0, "no-leave", NULL, OPT_UNFLAG, AT(leave), 0, 0, NULL, "at the end vanish without leaving" },
	{ 0, "robustness-variable", "N", OPT_INT, AT(robustness), 1, 7, NULL,
	  "how often a change is reported, until a querier says (2)" },
	{ 0, "unsolicited-report-interval", "SECONDS", OPT_SPAN, AT(report_interval), 0, 3600, NULL,
	  "reports of a change are repeated within (1, in older versions 10)" },
	{ 0, "seed", "N", OPT_INT, AT(seed), 0, INT64_MAX, NULL, "of all that is random (default: any)" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N reports" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * 86400, NULL, "stop after SECONDS" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "refuse IPv6 targets" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "refuse IPv4 targets" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL, "print a line for each report" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print warnings and the end only" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ .name = NULL },
};

static int check(const struct verb *v, const struct host_conf *c, int n)
{
	if (n == 0)
		return opt_refuse(v, "needs a TARGET to join, such as 239.1.2.3 (see mcast help host)");
	if (c->ipv4 && c->ipv6)
		return opt_refuse(v, "-4 and -6: each refuses what the other wants (leave one out)");
	if (c->verbose && c->quiet)
		return opt_refuse(v, "-v and -q: one wants more lines, the other less (leave one out)");
	return 0;
}

static int read_target(struct host_run *r, const char *text)
{
	char name[MC_TARGET_STRLEN];
	struct mc_target t, *slot;

	if (pick_target(r->verb, text, &t))
		return EXIT_CANNOT;
	if (t.group.family == MC_IPV4 ? r->conf.ipv6 : r->conf.ipv4)
		return opt_refuse(r->verb, "%s is IPv%d, and -%d was given (leave one out)",
				  mc_target_format(&t, name, sizeof name), t.group.family,
				  t.group.family == MC_IPV4 ? 6 : 4);
	slot = mc_grow(&r->targets, &r->ntargets, sizeof *slot);
	if (!slot)
		return opt_refuse(r->verb, "%s", strerror(ENOMEM));
	*slot = t;
	slot->port = -1; /* it plays no part */
	return 0;
}

static int read_targets(struct host_run *r, int n, char **argv)
{
	int e = 0;

	for (int i = 1; i <= n && !e; i++)
		e = read_target(r, argv[i]);
	return e;
}

static int host(const struct verb *v, int argc, char **argv)
{
	struct host_run *r = calloc(1, sizeof *r);
	int n, code = EXIT_CANNOT;

	if (!r)
		return opt_refuse(v, "%s", strerror(ENOMEM));
	r->verb = v;
	r->conf = (struct host_conf){ .version = { 3, 2 },
				      .hosts = 1,
				      .suppress = true,
				      .leave = true,
				      .robustness = 2,
				      .seed = -1,
				      .deadline = MC_NEVER };
	n = opt_parse(v, argc, argv, &r->conf);
	if (n == -2)
		code = EXIT_GOOD;
	else if (n >= 0 && !check(v, &r->conf, n) && !read_targets(r, n, argv) && !host_open(r))
		code = host_go(r);
	host_close(r);
	free(r);
	return code;
}

const struct verb host_verb = {
	.name = "host",
	.run = host,
	.args = "TARGET ...",
	.summary = "Be a receiver, or thousands, by IGMP and MLD alone",
	.example = "mcast host 239.1.2.3%eth0\n"
		   "mcast host 10.9.0.1@232.1.1.1\n"
		   "mcast host --hosts 10000 --from 10.8.0.0/16 --macs --each 100 239.0.0.0%eth1+100000\n",
	.opts = opts,
};
