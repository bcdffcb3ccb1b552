/*
 * conf.c - the configuration of a ping: arguments that need reading, contradictions, defaults.
 * It knows no address and no socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "flow/probe.h"
#include "ping/ping.h"

/* Reads the digits of one number up to the end of it. */
static const char *read_number(const char *s, unsigned long *ret)
{
	char *end;

	errno = 0;
	if (s[0] < '0' || s[0] > '9')
		return NULL;
	*ret = strtoul(s, &end, 10);
	return errno ? NULL : end;
}

int ping_conf_sweep(void *dest, const char *arg, char *why, size_t cap)
{
	unsigned long from = 0, to = 0;
	const char *p = read_number(arg, &from);

	p = p && strncmp(p, "..", 2) == 0 ? read_number(p + 2, &to) : NULL;
	if (!p || *p) {
		snprintf(why, cap, "must be FROM..TO, two sizes such as 1000..9000");
		return -1;
	}
	if (from < MC_PROBE_LEN || to > PING_MOST_BYTES || from > to) {
		snprintf(why, cap, "sizes must be %d to %d, the smaller first", MC_PROBE_LEN,
			 PING_MOST_BYTES);
		return -1;
	}
	*(struct ping_range *)dest = (struct ping_range){ (uint32_t)from, (uint32_t)to };
	return 0;
}

int ping_conf_ask(void *dest, const char *arg, char *why, size_t cap)
{
	struct ping_conf *c = dest;
	const char **slot = mc_grow(&c->asks, &c->nasks, sizeof *slot);

	(void)why;
	(void)cap;
	if (slot)
		*slot = arg;
	return slot ? 0 : -1;
}

size_t ping_conf_bytes(const struct ping_conf *c)
{
	return c->data ? c->data_len : c->sweep.from ? c->sweep.from : (size_t)c->size;
}

/* ---- contradictions ------------------------------------------------------------------- */

static int check_together(const struct verb *v, const struct ping_conf *c)
{
	bool sweep = c->sweep.from, interval = c->interval != MC_NEVER;
	const struct opt_clash clashes[] = {
		{ c->ipv4 && c->ipv6, "-4", "-6", "one run has one family" },
		{ c->flood && interval, "-f", "-i", "a flood goes as fast as replies come back" },
		{ c->flood && sweep, "-f", "--sweep", "a sweep waits for the replies to each size" },
		{ c->flood && c->text, "-f", "--data", "a flood tells replies apart by its own header" },
		{ sweep && c->text, "--sweep", "--data", "a text has one size" },
		{ sweep && c->count, "--sweep", "-c", "a sweep ends by itself" },
		{ sweep && c->size >= 0, "--sweep", "-s", "a sweep chooses the sizes" },
		{ c->text && c->size >= 0, "--data", "-s", "the text has its own size" },
		{ 0 },
	};

	return opt_clashes(v, clashes);
}

/* The unicast twin knows its replies by the header, and keeps the rhythm of single datagrams. */
static int check_twin(const struct verb *v, const struct ping_conf *c)
{
	const struct opt_clash clashes[] = {
		{ c->flood, "-f", "--twin", "a flood goes as fast as the group answers" },
		{ c->sweep.from, "--sweep", "--twin", "a sweep tries sizes in the group" },
		{ c->text, "--data", "--twin", "replies of the two are told apart by the header" },
		{ 0 },
	};

	if (c->twin)
		return opt_clashes(v, clashes);
	return c->nasks ? opt_refuse(v, "--ask: it is for the unicast twin (add --twin)") : 0;
}

static int check_ssmping(const struct verb *v, const struct ping_conf *c)
{
	const struct opt_clash clashes[] = {
		{ c->twin, "--ssmping", "--twin", "its server answers by both anyway" },
		{ c->flood, "--ssmping", "-f", "a server is asked once at a time" },
		{ c->sweep.from, "--ssmping", "--sweep", "it is for the echo of mcast serve" },
		{ c->text, "--ssmping", "--data", "its requests are those of the protocol" },
		{ c->min_responders >= 0, "--ssmping", "--min-responders", "there is one server" },
		{ !c->loop, "--ssmping", "--no-loop", "the server sends the multicast" },
		{ c->ttl == 0, "--ssmping", "-t 0", "a request goes by unicast" },
		{ 0 },
	};

	return c->ssmping ? opt_clashes(v, clashes) : 0;
}

static int check_alone(const struct verb *v, const struct ping_conf *c)
{
	if (c->window >= 0 && !c->flood)
		return opt_refuse(v, "--window: it is for a flood (add -f)");
	if (c->interval < MC_MSEC && c->interval != 0)
		return opt_refuse(v,
				  "-i: must be 0.001 or more, or 0 to send when the one before was answered "
				  "(see mcast help ping)");
	if (c->timeout < MC_MSEC)
		return opt_refuse(v, "-W: must be 0.001 or more (see mcast help ping)");
	return 0;
}

/* ---- --data --------------------------------------------------------------------------- */

static int read_stdin(const struct verb *v, struct ping_conf *c)
{
	char *buf = malloc(PING_MOST_BYTES + 1);
	size_t n = buf ? fread(buf, 1, PING_MOST_BYTES + 1, stdin) : 0;

	c->data = buf;
	c->data_len = n;
	if (!buf || ferror(stdin))
		return opt_refuse(v, "--data -: cannot read standard input: %s", strerror(errno));
	if (n > PING_MOST_BYTES)
		return opt_refuse(v, "--data -: standard input is longer than a datagram holds, %d bytes",
				  PING_MOST_BYTES);
	return 0;
}

static int read_data(const struct verb *v, struct ping_conf *c)
{
	if (!c->text)
		return 0;
	if (strcmp(c->text, "-") == 0)
		return read_stdin(v, c);
	c->data = strdup(c->text);
	c->data_len = strlen(c->text);
	if (!c->data)
		return opt_refuse(v, "--data: %s", strerror(ENOMEM));
	if (c->data_len > PING_MOST_BYTES)
		return opt_refuse(v, "--data: longer than a datagram holds, %d bytes", PING_MOST_BYTES);
	return 0;
}

int ping_conf_check(const struct verb *v, struct ping_conf *c)
{
	int r = check_together(v, c);

	if (!r)
		r = check_twin(v, c);
	if (!r)
		r = check_ssmping(v, c);
	if (!r)
		r = check_alone(v, c);
	if (!r)
		r = read_data(v, c);
	if (r)
		return r;
	if (c->interval == MC_NEVER)
		c->interval = c->sweep.from ? 50 * MC_MSEC : MC_SEC;
	if (c->size < 0)
		c->size = c->ssmping ? 0 : 56;
	if (c->ttl < 0 && !c->ssmping)
		c->ttl = 1;
	if (c->window < 0)
		c->window = 512;
	c->min_given = c->min_responders >= 0;
	if (!c->min_given)
		c->min_responders = 1;
	return 0;
}
