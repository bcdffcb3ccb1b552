/*
 * conf.c - the configuration of `mcast send`: contradictions, defaults. It knows no address and no socket.
 */
#include "send/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/guise.h"
#include "flow/probe.h"

#define DEFAULT_BYTES 1000
#define DEFAULT_PPS 10
#define DEFAULT_FILE_BPS 50e6 /* what is read from a file: no pipe, no terminal, which come as they come */
#define DEFAULT_BUFFER (4 << 20)

void send_conf_init(struct send_conf *c)
{
	*c = (struct send_conf){ .loop = true, .answer = true, .ttl = 1, .tos = -1, .burst = 1 };
	c->interval = c->deadline = c->report = MC_NEVER;
	c->sndbuf = DEFAULT_BUFFER;
	c->train = c->cpu = c->seed = -1;
}

void send_conf_free(struct send_conf *c)
{
	free(c->ifaces.v);
	c->ifaces.v = NULL;
}

int send_conf_words(const struct verb *v, struct send_conf *c, int n, char **words)
{
	int kept = 0;

	for (int i = 0; i < n; i++) {
		if (strcmp(words[i], "-") != 0) {
			words[kept++] = words[i];
		} else if (c->file) {
			opt_refuse(v, "- and --file: one run sends one of them (leave one out)");
			return -1;
		} else {
			c->file = "-";
		}
	}
	return kept;
}

static int check_content(const struct verb *v, const struct send_conf *c)
{
	bool format = c->format != MC_FORMAT_AUTO, sized = c->size.from, range = c->size.from < c->size.to;
	const struct opt_clash clashes[] = {
		{ c->data && c->file, "--data", "--file or -", "the payload is the one or the other" },
		{ c->data && sized, "--data", "-s", "the text has its own size" },
		{ c->data && c->pattern.n, "--data", "--pattern", "the text is the whole payload" },
		{ c->data && format, "--data", "--format", "the text is the whole payload" },
		{ c->file && c->pattern.n, "--file or -", "--pattern", "what is read is the payload" },
		{ c->file && range, "--file or -", "-s A..B", "what is read is cut at one size" },
		{ c->file && format && c->format != MC_FORMAT_PROBE, "--file or -", "--format",
		  "what is read has no header, or with --header mcast's own" },
		{ 0 },
	};

	return opt_clashes(v, clashes);
}

static int check_io(const struct verb *v, const struct send_conf *c)
{
	bool trains = c->io == SEND_TRAINS || c->train > 0, range = c->size.from < c->size.to;
	const char *by = c->train > 0 ? "--train" : "--io trains",
		   *why = "datagrams of a train have one size";
	const struct opt_clash clashes[] = {
		{ c->ipv4 && c->ipv6, "-4", "-6", "one run has one family" },
		{ c->rate.unit != RATE_NONE && c->interval != MC_NEVER, "--rate", "-i", "they say the same" },
		{ c->verbose && c->quiet, "-v", "-q", "one wants more lines, the other less" },
		{ c->quiet && c->report != MC_NEVER, "-q", "--report-interval", "quiet prints nothing" },
		{ trains && range, by, "-s A..B", why },
		{ trains && c->lines, by, "--lines", why },
		{ c->train > 0 && (c->io == SEND_SINGLE || c->io == SEND_BATCH), "--train",
		  "--io single or batch", "there are no trains" },
		{ c->targets && c->file && !strcmp(c->targets, "-") && !strcmp(c->file, "-"), "--targets -",
		  "-", "standard input can be read once" },
		{ 0 },
	};

	return opt_clashes(v, clashes);
}

static int check_alone(const struct verb *v, const struct send_conf *c)
{
	const char *only = c->lines ? "--lines" : c->repeat ? "--repeat" : c->header ? "--header" : NULL;

	if (only && !c->file)
		return opt_refuse(v, "%s: it is for what is read from a file (add --file or -)", only);
	if (c->interval < 1000)
		return opt_refuse(v, "-i: must be 0.000001 or more (see mcast help send)");
	return 0;
}

/* ---- sizes ---------------------------------------------------------------------------- */

/* The least octets of a datagram, for its header, and the most that those who receive it take. */
static void bounds(const struct send_conf *c, size_t *ret_least, size_t *ret_most)
{
	struct mc_guise g = { .format = c->format, .group = { .family = MC_IPV6 } };

	memset(g.group.b, 0xff, sizeof g.group.b); /* no group is longer as text */
	*ret_least = 1;
	*ret_most = SEND_MOST_BYTES;
	if (c->format == MC_FORMAT_PROBE)
		*ret_least = MC_PROBE_LEN + c->header;
	else if (c->format != MC_FORMAT_NONE)
		*ret_least = mc_guise_least(&g);
	if (c->format == MC_FORMAT_MCJOIN)
		*ret_most = MC_GUISE_MCJOIN_MOST;
}

static int check_size(const struct verb *v, struct send_conf *c)
{
	size_t least, most;

	if (c->data) {
		c->size.from = c->size.to = (uint32_t)strlen(c->data);
		return c->size.to > SEND_MOST_BYTES ?
			       opt_refuse(v, "--data: longer than a datagram holds, %d bytes",
					  SEND_MOST_BYTES) :
			       0;
	}
	if (!c->size.from)
		c->size.from = c->size.to = DEFAULT_BYTES;
	bounds(c, &least, &most);
	if (c->size.from < least || c->size.to > most)
		return opt_refuse(v, "-s: must be %zu to %zu with format %s%s", least, most,
				  mc_format_name(c->format),
				  c->format == MC_FORMAT_PROBE ? " (or have no header: --format none)" : "");
	return 0;
}

/* ---- defaults ------------------------------------------------------------------------- */

static bool comes_by_itself(const struct send_conf *c)
{
	struct stat st;

	return (strcmp(c->file, "-") ? stat(c->file, &st) : fstat(STDIN_FILENO, &st)) == 0 &&
	       !S_ISREG(st.st_mode);
}

static struct rate default_rate(const struct send_conf *c)
{
	if (c->interval != MC_NEVER)
		return (struct rate){ RATE_PPS, (double)c->burst * (double)MC_SEC / (double)c->interval };
	if (!c->file)
		return (struct rate){ RATE_PPS, DEFAULT_PPS };
	if (comes_by_itself(c))
		return (struct rate){ RATE_MAX, 0 };
	return (struct rate){ RATE_BPS, DEFAULT_FILE_BPS };
}

int send_conf_check(const struct verb *v, struct send_conf *c)
{
	int r = check_content(v, c);

	if (!r)
		r = check_io(v, c);
	if (!r)
		r = check_alone(v, c);
	if (r)
		return r;
	if (c->format == MC_FORMAT_AUTO)
		c->format = c->data || (c->file && !c->header) ? MC_FORMAT_NONE : MC_FORMAT_PROBE;
	else if (c->file && !c->header)
		return opt_refuse(v, "--format probe: what is read has no header (add --header)");
	r = check_size(v, c);
	if (c->file && c->rate.unit == RATE_NONE && c->io == SEND_AUTO && comes_by_itself(c))
		c->io = SEND_SINGLE; /* as it comes */
	if (c->rate.unit == RATE_NONE)
		c->rate = default_rate(c);
	if (c->file && !strcmp(c->file, "-") && isatty(STDIN_FILENO))
		c->lines = true;
	if (c->report == MC_NEVER && isatty(STDOUT_FILENO))
		c->report = MC_SEC;
	return r;
}
