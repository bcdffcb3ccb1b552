/*
 * show.c - how a run went, as text. What a script said may stand in a difference, and a name of a file
 * anywhere: both are made plain.
 */
#include "show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

#define SECONDS_SIZE 32

static const char *family_of(const struct sim_run *r)
{
	return r->family == MC_IPV6 ? "ipv6" : "ipv4";
}

/* "62", "36.25": seconds, as many digits as are needed up to microseconds, and at least `least`. */
static const char *seconds_of(mc_time t, size_t least, char *buf)
{
	size_t n = (size_t)snprintf(buf, SECONDS_SIZE, "%" PRIu64 ".%06" PRIu64, t / MC_SEC,
				    t % MC_SEC / 1000);
	size_t whole = n - 6;

	while (n > whole + least && buf[n - 1] == '0')
		n--;
	buf[n == whole ? n - 1 : n] = '\0';
	return buf;
}

/* How many columns a text takes, where each character takes one. */
static int columns_of(const char *plain)
{
	int n = 0;

	for (; *plain; plain++)
		n += ((unsigned char)*plain & 0xc0) != 0x80;
	return n;
}

/* Prints what may hold anything, and returns the columns it took. */
static int put_text(FILE *out, const char *text)
{
	size_t cap = 4 * strlen(text) + 1;
	char *plain = malloc(cap);
	int n;

	if (!plain)
		return 0;
	out_plain(plain, cap, text);
	fputs(plain, out);
	n = columns_of(plain);
	free(plain);
	return n;
}

static uint64_t packets_of(const struct mc_sim_result *r)
{
	uint64_t n = 0;

	for (unsigned kind = 0; kind < MC_SIM_KINDS; kind++)
		n += r->packets[kind];
	return n;
}

void sim_show_difference(FILE *out, const struct sim_run *r, const struct mc_sim_difference *d)
{
	char time[SECONDS_SIZE];
	int n = put_text(out, r->script);

	if (d->line)
		n += fprintf(out, ":%" PRIu32 ":%" PRIu32, d->line, d->column);
	n += fprintf(out, ": %s: at %s s ", family_of(r), seconds_of(d->time, 3, time));
	n += put_text(out, d->node);
	n += fprintf(out, ": ");
	fputs("expected ", out);
	put_text(out, d->expected);
	fprintf(out, "\n%*sactual   ", n, "");
	put_text(out, d->actual);
	putc('\n', out);
}

static void put_run(FILE *out, const struct sim_run *r)
{
	put_text(out, r->script);
	fprintf(out, " %s: ", family_of(r));
}

static void put_count(FILE *out, uint64_t n, const char *noun)
{
	fprintf(out, "%" PRIu64 " %s%s", n, noun, n == 1 ? "" : "s");
}

static void put_extent(FILE *out, mc_time time, uint64_t packets)
{
	char text[SECONDS_SIZE];

	fprintf(out, "%s s, ", seconds_of(time, 0, text));
	put_count(out, packets, "packet");
}

void sim_show_result(FILE *out, const struct sim_run *r)
{
	put_run(out, r);
	if (r->result->differences)
		put_count(out, r->result->differences, "difference");
	if (r->result->stopped)
		fputs(r->result->differences ? ", broken off" : "broken off", out);
	else if (!r->result->differences)
		fputs("as wanted", out);
	fputs(" (", out);
	put_extent(out, r->result->time, packets_of(r->result));
	fputs(")\n", out);
}

void sim_show_progress(FILE *out, const struct sim_run *r, mc_time time, uint64_t packets)
{
	put_run(out, r);
	put_extent(out, time / MC_MSEC * MC_MSEC, packets);
}
