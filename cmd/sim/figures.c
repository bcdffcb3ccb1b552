/*
 * figures.c - the figures of a run, as a table: packets by kind, and what each router's members had of it.
 * A kind that did not occur has no row; a router has its rows always.
 */
#include <inttypes.h>

#include "show.h"

#define TITLE 26 /* columns of the first one */
#define SPAN_SIZE 32

/* A duration in the unit that fits, four digits of it at the most: "850 us", "2.5 ms", "260 s", "31.2 h". */
static const char *span_of(mc_time t, char *buf)
{
	static const struct {
		mc_time from;
		double unit;
		const char *name;
	} units[] = { { 7200 * MC_SEC, 3600e9, "h" },
		      { MC_SEC, 1e9, "s" },
		      { MC_MSEC, 1e6, "ms" },
		      { 1, 1e3, "us" },
		      { 0, 1e9, "s" } };
	size_t i = 0;
	double v;

	while (t < units[i].from)
		i++;
	v = (double)t / units[i].unit;
	if (v < 9999)
		snprintf(buf, SPAN_SIZE, "%.4g %s", v, units[i].name);
	else
		snprintf(buf, SPAN_SIZE, "%.0f %s", v, units[i].name);
	return buf;
}

static void print_count(FILE *out, const char *title, uint64_t packets, uint64_t octets)
{
	fprintf(out, "  %-*s %10" PRIu64 " %12" PRIu64 "\n", TITLE, title, packets, octets);
}

static void print_packets(FILE *out, const struct mc_sim_result *r)
{
	uint64_t packets = 0, octets = 0;

	fprintf(out, "  %-*s %10s %12s\n", TITLE, "", "packets", "octets");
	for (unsigned kind = 0; kind < MC_SIM_KINDS; kind++) {
		if (r->packets[kind])
			print_count(out, mc_sim_kind_name(kind), r->packets[kind], r->octets[kind]);
		packets += r->packets[kind];
		octets += r->octets[kind];
	}
	print_count(out, "all", packets, octets);
	fprintf(out, "  %-*s %10" PRIu64 "\n", TITLE, "most in 100 ms", r->peak_packets);
	fprintf(out, "  %-*s %10" PRIu64 "\n", TITLE, "most reports in 100 ms", r->peak_reports);
}

static void print_title(FILE *out, const struct mc_sim_router *r, const char *what)
{
	char title[sizeof r->name + 32];

	snprintf(title, sizeof title, "%.*s %s", (int)sizeof r->name, r->name, what);
	fprintf(out, "  %-*s", TITLE, title);
}

static void print_span(FILE *out, mc_time t)
{
	char text[SPAN_SIZE];

	fprintf(out, " %10s", span_of(t, text));
}

static void print_latency(FILE *out, const struct mc_sim_router *r, const char *what,
			  const struct mc_sim_latency *l)
{
	print_title(out, r, what);
	fprintf(out, " %10" PRIu64, l->n);
	if (l->n) {
		print_span(out, l->min);
		print_span(out, l->mean);
		print_span(out, l->p99);
		print_span(out, l->max);
	}
	putc('\n', out);
}

static void print_cuts(FILE *out, const struct mc_sim_router *r)
{
	char longest[SPAN_SIZE], all[SPAN_SIZE];

	print_title(out, r, "cuts");
	fprintf(out, " %10" PRIu64, r->cuts);
	if (r->cuts)
		fprintf(out, "  the longest %s, together %s", span_of(r->longest_cut, longest),
			span_of(r->cut_total, all));
	putc('\n', out);
	print_title(out, r, "unserved");
	fprintf(out, " %10" PRIu64 "\n", r->unserved);
}

void sim_show_figures(FILE *out, const struct mc_sim_result *r)
{
	print_packets(out, r);
	if (r->n_routers)
		fprintf(out, "  %-*s %10s %10s %10s %10s %10s\n", TITLE, "", "number", "least", "mean",
			"99 %", "most");
	for (size_t i = 0; i < r->n_routers; i++) {
		print_latency(out, &r->routers[i], "join latency", &r->routers[i].join);
		print_latency(out, &r->routers[i], "leave latency", &r->routers[i].leave);
		print_cuts(out, &r->routers[i]);
	}
}
