/*
 * conf.c - the configuration of a ping: arguments that need reading, contradictions, defaults.
 * It knows no address and no socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flow/probe.h"
#include "ping/ping.h"

/* DSCP by name: ef is 46, csN is N * 8, afXY is X * 8 + Y * 2 (RFC 2474, 2597, 3246). -1: no such. */
static int dscp_of(const char *name)
{
	size_t len = strlen(name);

	if (strcmp(name, "ef") == 0)
		return 46;
	if (len == 3 && strncmp(name, "cs", 2) == 0 && name[2] >= '0' && name[2] <= '7')
		return (name[2] - '0') * 8;
	if (len == 4 && strncmp(name, "af", 2) == 0 && name[2] >= '1' && name[2] <= '4' && name[3] >= '1' &&
	    name[3] <= '3')
		return (name[2] - '0') * 8 + (name[3] - '0') * 2;
	return -1;
}

/* Reads the digits of one number up to the end of the text, or to `stop`. */
static const char *read_number(const char *s, int base, unsigned long *ret)
{
	char *end;

	errno = 0;
	if (base == 10 ? s[0] < '0' || s[0] > '9' : !strchr("0123456789abcdefABCDEF", s[0]) || !s[0])
		return NULL;
	*ret = strtoul(s, &end, base);
	return errno ? NULL : end;
}

int ping_conf_tos(void *dest, const char *arg, char *why, size_t cap)
{
	bool hex = strncmp(arg, "0x", 2) == 0 || strncmp(arg, "0X", 2) == 0;
	int dscp = dscp_of(arg);
	unsigned long n = 0;
	const char *end = hex ? read_number(arg + 2, 16, &n) : read_number(arg, 10, &n);

	if (dscp < 0 && (!end || *end || n > 255)) {
		snprintf(why, cap,
			 "must be the octet, 0 to 255 or 0x00 to 0xff, or ef, af11 to af43, cs0 to cs7");
		return -1;
	}
	*(int *)dest = dscp < 0 ? (int)n : dscp << 2; /* the DSCP is the octet's high six bits */
	return 0;
}

int ping_conf_sweep(void *dest, const char *arg, char *why, size_t cap)
{
	unsigned long from = 0, to = 0;
	const char *p = read_number(arg, 10, &from);

	p = p && strncmp(p, "..", 2) == 0 ? read_number(p + 2, 10, &to) : NULL;
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

size_t ping_conf_bytes(const struct ping_conf *c)
{
	return c->data ? c->data_len : c->sweep.from ? c->sweep.from : (size_t)c->size;
}

/* ---- contradictions ------------------------------------------------------------------- */

/* Two options that cannot stand together, and why. */
struct clash {
	bool both;
	const char *a, *b, *why;
};

static int refuse_clash(const struct verb *v, const struct clash *k)
{
	for (; k->a; k++)
		if (k->both)
			return opt_refuse(v, "%s and %s: %s (leave one out)", k->a, k->b, k->why);
	return 0;
}

static int check_together(const struct verb *v, const struct ping_conf *c)
{
	bool sweep = c->sweep.from, interval = c->interval != MC_NEVER;
	const struct clash clashes[] = {
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

	return refuse_clash(v, clashes);
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
		r = check_alone(v, c);
	if (!r)
		r = read_data(v, c);
	if (r)
		return r;
	if (c->interval == MC_NEVER)
		c->interval = c->sweep.from ? 50 * MC_MSEC : MC_SEC;
	if (c->size < 0)
		c->size = 56;
	if (c->window < 0)
		c->window = 512;
	c->min_given = c->min_responders >= 0;
	if (!c->min_given)
		c->min_responders = 1;
	return 0;
}
