/*
 * opts.c - the options of `mcast send`: the table, and arguments that need reading. What contradicts what is
 * conf.c's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "send/conf.h"
#include "tos.h"

#define DAY 86400
#define MOST_BUFFER (1 << 30)
#define MOST_BURST 1000000

/* Reads the digits of a number at most `most`; returns what stands behind them, or NULL. */
static const char *read_number(const char *s, uint32_t most, uint32_t *ret)
{
	uint64_t n = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > most)
			return NULL;
	}
	*ret = (uint32_t)n;
	return s;
}

/* "A" or "A" and "B" with `between` between them, up to the end; false for anything else. */
static bool read_range(const char *s, const char *between, uint32_t most, struct send_range *ret)
{
	size_t len = strlen(between);

	s = read_number(s, most, &ret->from);
	ret->to = ret->from;
	if (s && strncmp(s, between, len) == 0)
		s = read_number(s + len, most, &ret->to);
	return s && !*s && ret->from && ret->from <= ret->to;
}

int send_conf_size(void *dest, const char *arg, char *why, size_t cap)
{
	struct send_range r = { 0, 0 };

	if (!read_range(arg, "..", SEND_MOST_BYTES, &r)) {
		snprintf(why, cap, "must be a size, 1 to %d, or two such as 64..1400, the smaller first",
			 SEND_MOST_BYTES);
		return -1;
	}
	*(struct send_range *)dest = r;
	return 0;
}

int send_conf_ports(void *dest, const char *arg, char *why, size_t cap)
{
	struct send_range r = { 0, 0 };

	if (!read_range(arg, "-", 65535, &r)) {
		snprintf(why, cap, "must be two ports such as 5000-5009, 1 to 65535, the lower first");
		return -1;
	}
	*(struct send_range *)dest = r;
	return 0;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) % 16 : -1;
}

int send_conf_pattern(void *dest, const char *arg, char *why, size_t cap)
{
	struct send_pattern p = { .n = strlen(arg) / 2 };
	bool good = p.n && p.n <= SEND_MOST_PATTERN && strlen(arg) % 2 == 0;

	for (size_t i = 0; good && i < 2 * p.n; i++) {
		int digit = hex_digit(arg[i]);

		good = digit >= 0;
		p.octets[i / 2] = (uint8_t)(p.octets[i / 2] << 4 | (digit & 15));
	}
	if (!good) {
		snprintf(why, cap, "must be 1 to %d octets, two hexadecimal digits each, such as 00ff",
			 SEND_MOST_PATTERN);
		return -1;
	}
	*(struct send_pattern *)dest = p;
	return 0;
}

/* A word of a list as its place there; -1 and why not. */
static int choose(const char *arg, const char *const *words, int n, char *why, size_t cap)
{
	size_t used = (size_t)snprintf(why, cap, "must be");

	for (int i = 0; i < n; i++) {
		if (strcmp(arg, words[i]) == 0)
			return i;
		used += (size_t)snprintf(why + used, cap - used, "%s %s",
					 i == 0     ? "" :
					 i == n - 1 ? " or" :
						      ",",
					 words[i]);
	}
	return -1;
}

static int opt_format(void *dest, const char *arg, char *why, size_t cap)
{
	static const char *const words[] = { "probe", "iperf", "mcjoin", "none" };
	static const enum mc_format formats[] = { MC_FORMAT_PROBE, MC_FORMAT_IPERF, MC_FORMAT_MCJOIN,
						  MC_FORMAT_NONE };
	int i = choose(arg, words, 4, why, cap);

	if (i >= 0)
		*(enum mc_format *)dest = formats[i];
	return i < 0 ? -1 : 0;
}

static int opt_io(void *dest, const char *arg, char *why, size_t cap)
{
	static const char *const words[] = { "auto", "single", "batch", "trains" };
	int i = choose(arg, words, 4, why, cap);

	if (i >= 0)
		*(enum send_io *)dest = (enum send_io)i;
	return i < 0 ? -1 : 0;
}

#define AT(field) offsetof(struct send_conf, field)

const struct opt send_opts[] = {
	{ 0, "rate", "RATE", OPT_CALL, AT(rate), 0, 0, rate_read,
	  "of all streams together: 250, 100kpps, 800Mbit, max (default: 10 a second)" },
	{ 'i', "interval", "SECONDS", OPT_SPAN, AT(interval), 0, DAY, NULL,
	  "the same as a time between datagrams, or between bursts" },
	{ 's', "size", "BYTES", OPT_CALL, AT(size), 0, 0, send_conf_size,
	  "payload of a datagram, 32 to 65507, or a range A..B (default: 1000)" },
	{ 0, "burst", "N", OPT_INT, AT(burst), 1, MOST_BURST, NULL, "send N datagrams at once each time" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N datagrams" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, 366 * DAY, NULL, "stop after SECONDS" },
	{ 't', "ttl", "TTL", OPT_INT, AT(ttl), 0, 255, NULL,
	  "TTL or hop limit (default: 1, stays on the link)" },
	{ 'Q', "qos", "VALUE", OPT_CALL, AT(tos), 0, 0, tos_read,
	  "TOS or traffic class octet, or the name of a DSCP: ef, af11 to af43, cs0 to cs7" },
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "send by this interface: name, index or address; all: by each; may be repeated" },
	{ 0, "ports", "RANGE", OPT_CALL, AT(ports), 0, 0, send_conf_ports,
	  "send to each of these ports, such as 5000-5009" },
	{ 0, "targets", "FILE", OPT_TEXT, AT(targets), 0, 0, NULL,
	  "read more targets from FILE, one a line; - is standard input" },
	{ 0, "loop", NULL, OPT_FLAG, AT(loop), 0, 0, NULL,
	  "members on this machine get the datagrams (the default)" },
	{ 0, "no-loop", NULL, OPT_UNFLAG, AT(loop), 0, 0, NULL, "they do not" },
	{ 0, "file", "FILE", OPT_TEXT, AT(file), 0, 0, NULL,
	  "send what FILE holds, cut at --size; - is standard input" },
	{ 0, "lines", NULL, OPT_FLAG, AT(lines), 0, 0, NULL, "cut at each line instead" },
	{ 0, "repeat", NULL, OPT_FLAG, AT(repeat), 0, 0, NULL, "begin FILE anew at its end" },
	{ 0, "header", NULL, OPT_FLAG, AT(header), 0, 0, NULL, "with --file: put the header in front" },
	{ 0, "data", "TEXT", OPT_TEXT, AT(data), 0, 0, NULL,
	  "the payload of every datagram is TEXT, without a header" },
	{ 0, "pattern", "HEX", OPT_CALL, AT(pattern), 0, 0, send_conf_pattern,
	  "fill the payload behind the header with these octets, up to 16" },
	{ 0, "format", "FORMAT", OPT_CALL, AT(format), 0, 0, opt_format,
	  "the header: probe (default), iperf, mcjoin, or none" },
	{ 0, "io", "HOW", OPT_CALL, AT(io), 0, 0, opt_io,
	  "trains, batch (many a call), single (one a call), or auto" },
	{ 0, "train", "N", OPT_INT, AT(train), 1, 128, NULL, "at most N datagrams in a train" },
	{ 0, "sndbuf", "BYTES", OPT_SIZE, AT(sndbuf), 1, MOST_BUFFER, NULL, "send buffer (4M)" },
	{ 0, "cpu", "N", OPT_INT, AT(cpu), 0, INT32_MAX, NULL, "run on this CPU alone" },
	{ 0, "no-answer", NULL, OPT_UNFLAG, AT(answer), 0, 0, NULL,
	  "do not answer receivers that ask for the clock" },
	{ 0, "seed", "N", OPT_INT, AT(seed), 0, INT64_MAX, NULL, "of random sizes" },
	{ 0, "report-interval", "SECONDS", OPT_SPAN, AT(report), 0, DAY, NULL,
	  "say so often what was sent (on a terminal: 1)" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "without a target: the IPv4 default (the default)" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "without a target: the IPv6 default" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "say how datagrams are handed over, and which errors there were" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print nothing but errors" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ .name = NULL },
};
