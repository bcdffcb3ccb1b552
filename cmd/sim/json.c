/*
 * json.c - what sim prints as JSON. Keys are promised in mcast-sim(1).
 */
#include "json.h"

#include <string.h>

#define SCHEMA 1
#define KEY_SIZE 64

void sim_json_difference(json_t *differences, const struct mc_sim_difference *d)
{
	json_t *o = json_object();

	out_put(o, "line", d->line ? json_integer(d->line) : json_null());
	out_put(o, "column", d->line ? json_integer(d->column) : json_null());
	out_put(o, "time", out_seconds(d->time));
	out_put(o, "node", out_text(d->node));
	out_put(o, "expected", out_text(d->expected));
	out_put(o, "actual", out_text(d->actual));
	json_array_append_new(differences, o);
}

/* ---- figures ------------------------------------------------------------------------------ */

/* "state-change report" is the key state_change_report. */
static const char *key_of(unsigned kind, char *buf)
{
	snprintf(buf, KEY_SIZE, "%s", mc_sim_kind_name(kind));
	for (char *p = buf; (p = strpbrk(p, " -"));)
		*p = '_';
	return buf;
}

/* An object by kind; *ret_total is the sum of it. */
static json_t *by_kind(const uint64_t n[MC_SIM_KINDS], uint64_t *ret_total)
{
	json_t *o = json_object();
	char key[KEY_SIZE];

	*ret_total = 0;
	for (unsigned kind = 0; kind < MC_SIM_KINDS; kind++) {
		out_put_int(o, key_of(kind, key), n[kind]);
		*ret_total += n[kind];
	}
	return o;
}

static json_t *latency_of(const struct mc_sim_latency *l)
{
	json_t *o = json_object();

	out_put_int(o, "n", l->n);
	out_put(o, "min", out_seconds(l->n ? l->min : MC_NEVER));
	out_put(o, "mean", out_seconds(l->n ? l->mean : MC_NEVER));
	out_put(o, "p99", out_seconds(l->n ? l->p99 : MC_NEVER));
	out_put(o, "max", out_seconds(l->n ? l->max : MC_NEVER));
	return o;
}

static json_t *router_of(const struct mc_sim_router *r)
{
	json_t *o = json_object();

	out_put(o, "name", out_text(r->name));
	out_put(o, "join", latency_of(&r->join));
	out_put(o, "leave", latency_of(&r->leave));
	out_put_int(o, "cuts", r->cuts);
	out_put(o, "longest_cut", out_seconds(r->longest_cut));
	out_put(o, "cut_total", out_seconds(r->cut_total));
	out_put_int(o, "unserved", r->unserved);
	return o;
}

static json_t *figures_of(const struct mc_sim_result *r)
{
	json_t *o = json_object(), *routers = json_array();
	uint64_t packets, octets;

	out_put(o, "packets", by_kind(r->packets, &packets));
	out_put(o, "octets", by_kind(r->octets, &octets));
	out_put_int(o, "packets_total", packets);
	out_put_int(o, "octets_total", octets);
	out_put_int(o, "peak_packets", r->peak_packets);
	out_put_int(o, "peak_reports", r->peak_reports);
	out_put_int(o, "deliveries", r->deliveries);
	for (size_t i = 0; i < r->n_routers; i++)
		json_array_append_new(routers, router_of(&r->routers[i]));
	out_put(o, "routers", routers);
	return o;
}

/* ---- runs --------------------------------------------------------------------------------- */

void sim_json_run(json_t *runs, const struct sim_run *r, json_t *differences)
{
	json_t *o = json_object();

	out_put(o, "script", out_text(r->script));
	out_put_int(o, "family", r->family);
	out_put_bool(o, "ok", r->result->ok && !r->result->stopped);
	out_put_bool(o, "stopped", r->result->stopped);
	out_put(o, "seed", r->seeded ? json_integer((json_int_t)r->seed) : json_null());
	out_put(o, "time", out_seconds(r->result->time));
	out_put(o, "differences", differences);
	out_put(o, "figures", figures_of(r->result));
	json_array_append_new(runs, o);
}

void sim_json_print(json_t *runs, bool ok)
{
	json_t *o = json_object();

	out_put_int(o, "schema", SCHEMA);
	out_put_bool(o, "ok", ok);
	out_put(o, "runs", runs);
	out_end(o);
}
