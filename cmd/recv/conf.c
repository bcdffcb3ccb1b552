/*
 * conf.c - the options of recv: the table, arguments that need reading, contradictions, defaults. It knows no
 * socket.
 */
#include "recv/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limit.h"
#include "screen.h"
#include "sources.h"

#define MOST_BUFFER (1 << 30)
#define MOST_STREAMS (1 << 20)
#define MOST_GAPS (1 << 24)
#define MOST_CPU 8191
#define MOST_OFFSET 65526 /* of a number: the shortest begins in the longest datagram's last octet */
#define YEAR (366 * 86400)

/* ---- arguments ------------------------------------------------------------------------ */

static int opt_exclude(void *dest, const char *arg, char *why, size_t cap)
{
	struct recv_conf *c = dest;

	return sources_add(&c->excluded, &c->nexcluded, arg, why, cap);
}

static int opt_live(void *dest, const char *arg, char *why, size_t cap)
{
	(void)arg;
	(void)why;
	(void)cap;
	((struct recv_conf *)dest)->live = 1;
	return 0;
}

static int opt_no_live(void *dest, const char *arg, char *why, size_t cap)
{
	(void)arg;
	(void)why;
	(void)cap;
	((struct recv_conf *)dest)->live = 0;
	return 0;
}

static int opt_format(void *dest, const char *arg, char *why, size_t cap)
{
	static const enum mc_format formats[] = { MC_FORMAT_AUTO, MC_FORMAT_PROBE, MC_FORMAT_RTP,
						  MC_FORMAT_TS,   MC_FORMAT_IPERF, MC_FORMAT_MCJOIN,
						  MC_FORMAT_NONE };

	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (!strcmp(arg, mc_format_name(formats[i]))) {
			*(enum mc_format *)dest = formats[i];
			return 0;
		}
	snprintf(why, cap, "must be auto, probe, rtp, ts, iperf, mcjoin or none");
	return -1;
}

/* The digits up to `end`; -1: there are none, or too many. */
static long read_number(const char **s, char end)
{
	long n = 0;
	const char *p = *s;

	for (; *p >= '0' && *p <= '9' && n < 1000000; p++)
		n = n * 10 + (*p - '0');
	if (p == *s || (*p && *p != end))
		return -1;
	*s = p + (*p == end && end);
	return n;
}

static int opt_seq_at(void *dest, const char *arg, char *why, size_t cap)
{
	const char *p = arg;
	long offset = strchr(arg, ':') ? read_number(&p, ':') : -1;
	long octets = offset >= 0 ? read_number(&p, ':') : -1;
	bool little = octets >= 0 && !strcmp(p, "le");

	if (offset < 0 || octets < 0 || (*p && !little) || (!*p && p[-1] == ':')) {
		snprintf(why, cap, "must be OFFSET:BYTES or OFFSET:BYTES:le, such as 4:4");
		return -1;
	}
	if (offset > MOST_OFFSET || octets < 1 || octets > 8) {
		snprintf(why, cap, "a number has 1 to 8 octets, from 0 to %d on (such as 4:4)", MOST_OFFSET);
		return -1;
	}
	*(struct mc_at *)dest =
		(struct mc_at){ .offset = (uint32_t)offset, .octets = (uint8_t)octets, .little = little };
	return 0;
}

static int opt_clock(void *dest, const char *arg, char *why, size_t cap)
{
	static const enum mc_basis bases[] = { MC_BASIS_SYNCED, MC_BASIS_ECHO, MC_BASIS_ENVELOPE };
	enum mc_basis *c = dest;

	for (size_t i = 0; i < sizeof bases / sizeof *bases; i++)
		if (!strcmp(arg, mc_basis_name(bases[i]))) {
			*c = bases[i];
			return 0;
		}
	if (strcmp(arg, "auto") != 0) {
		snprintf(why, cap, "must be auto, synced, echo or envelope");
		return -1;
	}
	*c = MC_BASIS_NONE;
	return 0;
}

static int opt_stamps(void *dest, const char *arg, char *why, size_t cap)
{
	bool hardware = !strcmp(arg, "hardware");

	if (!hardware && strcmp(arg, "kernel") != 0) {
		snprintf(why, cap, "must be kernel or hardware");
		return -1;
	}
	*(bool *)dest = hardware;
	return 0;
}

/* ---- the table ------------------------------------------------------------------------ */

#define SHORTEST (10 * MC_MSEC) /* interval */
#define AT(field) offsetof(struct recv_conf, field)

const struct opt recv_opts[] = {
	{ 'I', "interface", "IFACE", OPT_LIST, AT(ifaces), 0, 0, NULL,
	  "join on this interface only; may be repeated" },
	{ 0, "exclude", "SOURCE,...", OPT_CALL, 0, 0, 0, opt_exclude,
	  "targets without a source do not want these; may be repeated" },
	{ 0, "targets", "FILE", OPT_TEXT, AT(targets), 0, 0, NULL, "more targets, one a line (-: stdin)" },
	{ 0, "redundant", NULL, OPT_FLAG, AT(redundant), 0, 0, NULL,
	  "two targets are two paths of one stream: compare them" },
	{ 0, "format", "FORMAT", OPT_CALL, AT(format), 0, 0, opt_format,
	  "auto (default), probe, rtp, ts, iperf, mcjoin or none" },
	{ 0, "seq-at", "OFFSET:BYTES[:le]", OPT_CALL, AT(at), 0, 0, opt_seq_at,
	  "where the payload has a number" },
	{ 0, "rtp-clock", "HZ", OPT_INT, AT(rtp_clock), 1, UINT32_MAX, NULL, "ticks a second of RTP's time" },
	{ 0, "clock", "HOW", OPT_CALL, AT(clock), 0, 0, opt_clock,
	  "delays by: auto (default), synced, echo or envelope" },
	{ 0, "stamps", "WHICH", OPT_CALL, AT(hardware), 0, 0, opt_stamps,
	  "times of arrival: kernel (default) or hardware" },
	{ 0, "linger", "SECONDS", OPT_SPAN, AT(linger), 0, YEAR, NULL,
	  "after leaving watch for what still comes" },
	{ 'c', "count", "N", OPT_INT, AT(count), 1, INT64_MAX, NULL, "stop after N datagrams" },
	{ 'w', "deadline", "SECONDS", OPT_SPAN, AT(deadline), 0, YEAR, NULL, "stop after SECONDS" },
	{ 0, "until-end", NULL, OPT_FLAG, AT(until_end), 0, 0, NULL,
	  "stop when all streams have said that they are over" },
	{ 0, "idle", "SECONDS", OPT_SPAN, AT(idle), 0, YEAR, NULL, "stop when nothing has come for so long" },
	{ 'i', "interval", "SECONDS", OPT_SPAN, AT(interval), 0, YEAR, NULL,
	  "print a line for each stream every SECONDS" },
	{ 0, "live", NULL, OPT_CALL, 0, 0, 0, opt_live, "a table, renewed in place (default on a terminal)" },
	{ 0, "no-live", NULL, OPT_CALL, 0, 0, 0, opt_no_live, "lines instead" },
	{ 0, "rcvbuf", "BYTES", OPT_SIZE, AT(rcvbuf), 1, MOST_BUFFER, NULL,
	  "receive buffer of each socket (4M)" },
	{ 0, "streams", "N", OPT_INT, AT(streams), 1, MOST_STREAMS, NULL,
	  "streams to measure apart (16384)" },
	{ 0, "gaps", "N", OPT_INT, AT(gaps), 0, MOST_GAPS, NULL, "gaps of each stream to keep (1000)" },
	{ 0, "cpu", "N", OPT_INT, AT(cpu), 0, MOST_CPU, NULL, "run on this CPU alone" },
	{ 0, "no-trains", NULL, OPT_UNFLAG, AT(trains), 0, 0, NULL,
	  "take datagrams one by one, each with its own time" },
	{ 0, "busy-poll", NULL, OPT_FLAG, AT(busy_poll), 0, 0, NULL, "never sleep" },
	{ 0, "dump", NULL, OPT_FLAG, AT(dump), 0, 0, NULL, "print the octets of each datagram" },
	{ 0, "write", "FILE", OPT_TEXT, AT(write), 0, 0, NULL, "write what arrives as a pcap file" },
	{ 0, "max-loss", "PERCENT", OPT_CALL, AT(max_loss), 0, 0, limit_percent,
	  "exit 1 when more was lost: 0.1%, 0" },
	{ 0, "max-delay-p99", "TIME", OPT_CALL, AT(max_delay), 0, 0, limit_span,
	  "exit 1 when the 99th percentile of delay is above: 5ms" },
	{ 0, "max-jitter", "TIME", OPT_CALL, AT(max_jitter), 0, 0, limit_span,
	  "exit 1 when jitter is above: 200us" },
	{ 0, "min-packets", "N", OPT_INT, AT(min_packets), 0, INT64_MAX, NULL,
	  "exit 1 when a target got fewer" },
	{ 0, "report", "FILE", OPT_TEXT, AT(report), 0, 0, NULL, "at the end write a page (HTML)" },
	{ 0, "hgrm", "FILE", OPT_TEXT, AT(hgrm), 0, 0, NULL, "at the end write the delays (HdrHistogram)" },
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "the IPv4 default; refuse IPv6 targets" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "the IPv6 default; refuse IPv4 targets" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "say when streams are seen first, gaps, and answers of clocks" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print only the end" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print JSON, one object a line" },
	{ .name = NULL },
};

/* ---- contradictions and defaults ------------------------------------------------------ */

void recv_conf_init(struct recv_conf *c)
{
	*c = (struct recv_conf){ .trains = true,
				 .live = -1,
				 .deadline = MC_NEVER,
				 .idle = MC_NEVER,
				 .interval = MC_NEVER,
				 .rcvbuf = -1,
				 .streams = 16384,
				 .gaps = 1000,
				 .cpu = -1,
				 .max_loss = -1,
				 .max_delay = MC_NEVER,
				 .max_jitter = MC_NEVER,
				 .min_packets = -1 };
}

void recv_conf_free(struct recv_conf *c)
{
	free(c->ifaces.v);
	free(c->excluded);
}

static int check_together(const struct verb *v, const struct recv_conf *c)
{
	const struct opt_clash clashes[] = {
		{ c->ipv4 && c->ipv6, "-4", "-6", "each refuses what the other wants" },
		{ c->verbose && c->quiet, "-v", "-q", "one wants more lines, the other less" },
		{ c->live > 0 && c->json, "--live", "--json", "one is for people, the other for programs" },
		{ c->live > 0 && c->quiet, "--live", "-q", "quiet prints only the end" },
		{ c->live > 0 && c->dump, "--live", "--dump", "octets scroll, a table does not" },
		{ c->live > 0 && c->out, "--live", "-", "standard output is for the payloads" },
		{ c->live > 0 && c->interval != MC_NEVER, "--live", "-i",
		  "a table is renewed, lines scroll" },
		{ c->quiet && c->interval != MC_NEVER, "-q", "-i", "quiet prints only the end" },
		{ c->quiet && c->dump, "-q", "--dump", "quiet prints only the end" },
		{ c->json && c->dump, "--json", "--dump", "one is for programs, the other for people" },
		{ c->at.octets && c->format, "--seq-at", "--format", "each says where numbers are" },
		{ 0 },
	};

	return opt_clashes(v, clashes);
}

/* Files of the end: what else standard output and one file are for they would spoil. */
static int check_files(const struct verb *v, const struct recv_conf *c)
{
	const char *twice = c->report && c->hgrm && !strcmp(c->report, c->hgrm)   ? c->hgrm :
			    c->write && c->report && !strcmp(c->write, c->report) ? c->report :
			    c->write && c->hgrm && !strcmp(c->write, c->hgrm)     ? c->hgrm :
										    NULL;

	if ((c->report && !strcmp(c->report, "-")) || (c->hgrm && !strcmp(c->hgrm, "-")))
		return opt_refuse(v, "--report and --hgrm write to files, not to standard output (name one)");
	return twice ? opt_refuse(v, "%s is to be written for two (name another file)", twice) : 0;
}

static int check_alone(const struct verb *v, const struct recv_conf *c)
{
	if (c->hardware && c->clock != MC_BASIS_SYNCED && c->clock != MC_BASIS_ENVELOPE)
		return opt_refuse(
			v, "--stamps hardware: the interface's clock is another one than that which senders "
			   "are asked with (add --clock synced or --clock envelope)");
	if (c->live > 0 && !screen_possible())
		return opt_refuse(
			v, "--live: standard output is no terminal that can be painted on (leave it out)");
	if (c->interval < SHORTEST)
		return opt_refuse(v, "-i: must be 0.01 seconds or more");
	return check_files(v, c);
}

/* Where a table cannot be, or is not wanted, there are lines. */
static void settle_output(struct recv_conf *c)
{
	bool bare = !c->json && !c->quiet && !c->dump && !c->out;

	if (c->live < 0)
		c->live = bare && c->interval == MC_NEVER && screen_possible();
	if (!c->live && bare && c->interval == MC_NEVER && isatty(STDOUT_FILENO))
		c->interval = MC_SEC;
}

int recv_conf_check(const struct verb *v, struct recv_conf *c)
{
	int r = check_together(v, c);

	if (!r)
		r = check_alone(v, c);
	if (r)
		return r;
	if (c->at.octets)
		c->format = MC_FORMAT_AT;
	settle_output(c);
	return 0;
}
