/*
 * json.c - what mcast recv tells as objects, with exactly the keys of mcast-recv(1): they are promised. Those
 * of the end are drawn by --report, too. What is not known is null, and no number is none (RFC 8259 6).
 */
#include "recv/json.h"

#include <math.h>
#include <stdio.h>

#include "out.h"

#define SCHEMA 1

static json_t *begin(const char *event)
{
	return out_begin(SCHEMA, event, out_now());
}

/* A number that may be anything that 64 bits hold: those that jansson has no integer for lose their last
 * digits. */
static json_t *number(uint64_t n)
{
	return n > INT64_MAX ? json_real((double)n) : json_integer((json_int_t)n);
}

static void put_number(json_t *o, const char *key, bool known, uint64_t n)
{
	out_put(o, key, known ? number(n) : json_null());
}

static void put_real(json_t *o, const char *key, bool known, double v)
{
	out_put(o, key, known && isfinite(v) ? json_real(v) : json_null());
}

static void put_time(json_t *o, const char *key, mc_time t)
{
	out_put(o, key, out_seconds(t));
}

static json_t *signed_seconds(int64_t ns)
{
	return json_real((double)ns / (double)MC_SEC);
}

static void put_name(json_t *o, const struct recv_stream *s)
{
	out_put(o, "group", out_addr(&s->group));
	out_put_int(o, "port", s->port);
	out_put(o, "source", out_addr(&s->source));
	out_put_int(o, "source_port", s->source_port);
	out_put(o, "ifname", out_text(*s->ifname ? s->ifname : NULL));
	out_put_int(o, "ifindex", s->ifindex);
}

static json_t *format_name(const struct recv_stream *s)
{
	enum mc_format f = s->flow.format;

	return f == MC_FORMAT_AUTO ? json_null() : json_string(mc_format_name(f));
}

static const char *where_of(const struct mc_gap *g)
{
	return !g->socket ? "way" : g->socket < g->missing ? "both" : "socket";
}

/* ---- start ------------------------------------------------------------------------------ */

/* *at: see recv_listener. */
static json_t *interface_names(const struct recv *r, size_t target, size_t *at)
{
	const struct listener *l;
	json_t *list = json_array();

	for (bool first = true; (l = recv_listener(r, target, first, at)); first = false)
		for (size_t i = 0; i < l->nmembers; i++)
			if (l->members[i].port)
				json_array_append_new(list, out_text(l->members[i].ifname));
	return list;
}

static json_t *target_object(const struct recv *r, size_t target, size_t *at)
{
	const struct recv_target *t = &r->targets[target];
	char text[MC_TARGET_STRLEN];
	json_t *o = json_object(), *sources = json_array();

	for (size_t i = 0; i < t->nsources; i++)
		json_array_append_new(sources, out_addr(&t->sources[i]));
	out_put(o, "target", out_text(mc_target_format(&t->target, text, sizeof text)));
	out_put(o, "group", out_addr(&t->target.group));
	out_put_known(o, "port", t->target.port >= 0, t->target.port);
	out_put_int(o, "count", t->target.count);
	out_put(o, "sources", sources);
	out_put(o, "mode", json_string(t->mode == MC_INCLUDE ? "include" : "exclude"));
	out_put(o, "interfaces", interface_names(r, target, at));
	return o;
}

static uint64_t count_sockets(const struct listen_set *set)
{
	uint64_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		for (const struct port *p = set->v[i]->ports; p; p = p->next)
			n++;
	return n;
}

json_t *recv_json_start(const struct recv *r)
{
	json_t *o = begin("start"), *targets = json_array();
	const struct recv_conf *c = &r->conf;
	size_t at = 0;

	for (size_t i = 0; i < r->ntargets; i++)
		json_array_append_new(targets, target_object(r, i, &at));
	out_put(o, "targets", targets);
	out_put_int(o, "sockets", count_sockets(&r->set));
	out_put_int(o, "rcvbuf", (uint64_t)r->rcvbuf);
	out_put_known(o, "rcvbuf_asked", c->rcvbuf >= 0, c->rcvbuf);
	out_put(o, "clock", json_string(c->clock == MC_BASIS_NONE ? "auto" : mc_basis_name(c->clock)));
	out_put(o, "stamps", json_string(c->hardware ? "hardware" : "kernel"));
	out_put_bool(o, "redundant", c->redundant);
	return o;
}

/* ---- meanwhile -------------------------------------------------------------------------- */

json_t *recv_json_member(const struct listener *l, const struct member *m, bool joined, const char *why)
{
	json_t *o = begin(joined ? "joined" : "left");

	out_put(o, "group", out_addr(&l->group));
	out_put_int(o, "port", l->port);
	out_put(o, "ifname", out_text(m->ifname));
	out_put_int(o, "ifindex", m->ifindex);
	if (!joined)
		out_put(o, "why", out_text(why));
	return o;
}

json_t *recv_json_stream_new(const struct recv_stream *s)
{
	json_t *o = begin("stream_new");

	put_name(o, s);
	out_put(o, "format", format_name(s));
	put_time(o, "join_latency_s", recv_join_latency(s));
	return o;
}

json_t *recv_json_gap(const struct recv_stream *s, const struct mc_gap *g)
{
	json_t *o = begin("gap");

	put_name(o, s);
	out_put(o, "first", number(recv_number(s, g->first)));
	out_put(o, "n", number(g->n));
	out_put(o, "where", json_string(where_of(g)));
	return o;
}

json_t *recv_json_clock(const struct sender *s, mc_time round, int64_t ahead)
{
	json_t *o = begin("clock");

	out_put(o, "address", out_addr(&s->addr));
	out_put_int(o, "port", s->port);
	put_time(o, "round_s", round);
	out_put(o, "offset_s", signed_seconds(ahead));
	return o;
}

json_t *recv_json_interval(const struct recv_stream *s, const struct recv_interval *v, mc_time since_start)
{
	json_t *o = begin("interval");

	put_name(o, s);
	put_time(o, "seconds", since_start);
	out_put_int(o, "packets", v->packets);
	out_put_int(o, "bytes", v->bytes);
	put_real(o, "pps", true, v->pps);
	put_real(o, "bps", true, v->bps);
	out_put_known(o, "lost", s->flow.numbered, v->lost);
	put_number(o, "reordered", s->flow.numbered, v->reordered);
	put_number(o, "duplicates", s->flow.numbered, v->duplicates);
	put_time(o, "delay_mean_s", v->delay_mean);
	put_time(o, "delay_max_s", v->delay_max);
	put_real(o, "jitter_s", s->flow.delay.jitters, s->flow.delay.jitter / (double)MC_SEC);
	return o;
}

json_t *recv_json_effect(const struct recv_effect *e)
{
	json_t *o = begin("effect");

	out_put_int(o, "line", e->line);
	out_put(o, "text", out_text(e->text));
	put_time(o, "first_s", e->wanted_first ? e->first : MC_NEVER);
	put_number(o, "still_packets", e->watched, e->still);
	put_time(o, "still_s", e->watched ? e->still_for : MC_NEVER);
	out_put(o, "still_coming", e->watched ? json_boolean(e->goes_on) : json_null());
	return o;
}

/* ---- a stream at the end ------------------------------------------------------------------ */

static void put_counts(json_t *o, const struct recv_stream *s)
{
	const struct mc_stream *f = &s->flow;
	struct recv_rate rate = recv_rate_of(s);
	bool any = f->packets > 0;

	put_time(o, "first_ts", any ? f->first : MC_NEVER);
	put_time(o, "last_ts", any ? f->last : MC_NEVER);
	put_time(o, "seconds", any && f->last > f->first ? f->last - f->first : 0);
	out_put_int(o, "packets", f->packets);
	out_put_int(o, "bytes", f->bytes);
	put_real(o, "pps", rate.known, rate.pps);
	put_real(o, "bps", rate.known, rate.bps);
	out_put_int(o, "peak_ms_packets", f->burst.most_packets);
	out_put_int(o, "peak_ms_bytes", f->burst.most_bytes);
}

static json_t *dscp_list(uint64_t bits)
{
	json_t *list = json_array();

	for (int i = 0; i < 64; i++)
		if (bits >> i & 1)
			json_array_append_new(list, json_integer(i));
	return list;
}

static void put_headers(json_t *o, const struct mc_stream *f)
{
	put_number(o, "bytes_min", f->packets, f->shortest);
	put_number(o, "bytes_max", f->packets, f->longest);
	put_number(o, "ttl_min", f->has_ttl, f->ttl_min);
	put_number(o, "ttl_max", f->has_ttl, f->ttl_max);
	out_put(o, "dscp", dscp_list(f->dscp));
	out_put_int(o, "ce", f->ect);
}

static json_t *gap_list(const struct recv_stream *s)
{
	json_t *list = json_array();
	const struct mc_gap *g;

	for (uint32_t i = 0; (g = mc_gaps_at(&s->flow.gaps, i)); i++)
		json_array_append_new(list,
				      json_pack("{s:o, s:o, s:o, s:o, s:s}", "ts", out_seconds(g->at),
						"first", number(recv_number(s, g->first)), "n", number(g->n),
						"missing", number(g->missing), "where", where_of(g)));
	return list;
}

static void put_numbers(json_t *o, const struct recv_stream *s)
{
	const struct mc_stream *f = &s->flow;
	struct mc_stream_sums sums = { 0 };
	int64_t missed = f->numbered ? mc_stream_missed(f) : -1;
	bool known = f->numbered;

	if (known)
		mc_stream_sum(f, &sums);
	out_put_bool(o, "numbered", known);
	put_number(o, "first_seq", known, recv_number(s, f->first_seq));
	put_number(o, "last_seq", known, recv_number(s, f->seq.highest));
	out_put_known(o, "missed_before", missed >= 0, missed);
	put_number(o, "lost", known, sums.lost);
	put_real(o, "loss", known, recv_loss(sums.lost, sums.received));
	put_number(o, "lost_socket", known, sums.lost_socket);
	put_number(o, "reordered", known, sums.reordered);
	put_number(o, "duplicates", known, sums.duplicates);
	put_number(o, "old", known, sums.old);
	out_put_bool(o, "ended", f->ended);
	out_put(o, "gaps", gap_list(s));
	out_put_int(o, "gaps_total", f->gaps.total);
	out_put_int(o, "gaps_open", f->gaps.open);
}

static json_t *hist_list(const struct mc_hist *h)
{
	json_t *list = json_array();
	uint32_t count;
	mc_time value;

	for (size_t slot = 0; mc_hist_next(h, &slot, &value, &count);)
		json_array_append_new(list, json_pack("[o, I]", out_seconds(value), (json_int_t)count));
	return list;
}

static void put_quantiles(json_t *o, const struct mc_hist *h)
{
	static const struct {
		const char *key;
		double share;
	} rows[] = { { "p50_s", 0.5 }, { "p90_s", 0.9 }, { "p99_s", 0.99 }, { "p999_s", 0.999 } };

	put_time(o, "min_s", h->min);
	put_time(o, "mean_s", mc_hist_mean(h));
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		put_time(o, rows[i].key, mc_hist_quantile(h, rows[i].share));
	put_time(o, "max_s", h->max);
}

static json_t *delay_object(const struct recv_stream *s)
{
	const struct mc_hist *h = recv_delays(s);
	const struct mc_clock *c = s->flow.clock;
	enum mc_basis basis = s->flow.delay.basis;
	json_t *o;

	if (!h || !c)
		return json_null();
	o = json_object();
	out_put(o, "basis", json_string(mc_basis_name(basis)));
	out_put(o, "offset_s",
		basis == MC_BASIS_ECHO ? signed_seconds(mc_clock_ahead(c, s->flow.last)) : json_null());
	put_real(o, "drift_ppm", basis != MC_BASIS_SYNCED && c->drifts, c->slope * 1e6);
	put_time(o, "uncertainty_s", basis == MC_BASIS_SYNCED ? MC_NEVER : s->flow.delay.uncertainty);
	put_quantiles(o, h);
	out_put_int(o, "negative", s->flow.delay.negative);
	out_put_int(o, "uncounted", s->flow.delay.uncounted);
	out_put(o, "hist", hist_list(h));
	return o;
}

static json_t *ts_object(const struct mc_ts *t)
{
	if (!t)
		return json_null();
	return json_pack("{s:o, s:I, s:o, s:o, s:o}", "packets", number(t->packets), "pids",
			 (json_int_t)t->pids, "lost", number(t->lost), "discontinuities",
			 number(t->discontinuities), "errors", number(t->errors));
}

static json_t *point_delay(int64_t ns)
{
	return ns < 0 ? json_null() : signed_seconds(ns);
}

static json_t *series_object(const struct recv_stream *s)
{
	const struct recv_series *v = &s->series;
	json_t *packets = json_array(), *bytes = json_array(), *lost = json_array(), *mean = json_array(),
	       *most = json_array();

	for (uint32_t i = 0; i < v->n; i++) {
		const struct recv_point *p = &v->v[i];

		json_array_append_new(packets, json_integer(p->packets));
		json_array_append_new(bytes, number(p->bytes));
		json_array_append_new(lost, s->flow.numbered ? json_integer(p->lost) : json_null());
		json_array_append_new(mean, point_delay(p->delay_mean));
		json_array_append_new(most, point_delay(p->delay_max));
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "step_s", out_seconds(v->step), "packets", packets,
			 "bytes", bytes, "lost", lost, "delay_mean_s", mean, "delay_max_s", most);
}

static json_t *session_text(const struct mc_stream *f)
{
	char text[17];

	if (!f->session)
		return json_null();
	snprintf(text, sizeof text, "%016llx", (unsigned long long)f->session);
	return json_string(text);
}

json_t *recv_json_stream(const struct recv *r, const struct recv_stream *s)
{
	const struct mc_stream *f = &s->flow;
	json_t *o = begin("stream");

	put_name(o, s);
	out_put(o, "format", format_name(s));
	out_put(o, "session", session_text(f));
	out_put_int(o, "restarts", f->sessions ? f->sessions - 1 : 0);
	put_counts(o, s);
	put_headers(o, f);
	put_numbers(o, s);
	put_time(o, "join_latency_s", recv_join_latency(s));
	put_time(o, "leave_latency_s", recv_leave_latency(s));
	put_number(o, "after_leave", s->watched && s->left, s->after_left);
	out_put(o, "still_coming",
		s->watched && s->left ? json_boolean(recv_still_coming(r, s)) : json_null());
	put_real(o, "jitter_s", f->delay.jitters, f->delay.jitter / (double)MC_SEC);
	out_put(o, "delay", delay_object(s));
	out_put_int(o, "train_sent", f->train_sent > 1 ? f->train_sent : 1);
	out_put_int(o, "train_came", f->train_came > 1 ? f->train_came : 1);
	out_put(o, "ts_stream", ts_object(f->ts));
	out_put_int(o, "unmarked", f->unmarked);
	out_put(o, "series", series_object(s));
	return o;
}

/* ---- two paths ---------------------------------------------------------------------------- */

static json_t *difference_object(const struct mc_pair *p)
{
	if (!p->difference.n)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "p50_s",
			 out_seconds(mc_hist_quantile(&p->difference, 0.5)), "p99_s",
			 out_seconds(mc_hist_quantile(&p->difference, 0.99)), "max_s",
			 out_seconds(p->difference.max), "a_ahead_max_s", out_seconds(p->most[0]),
			 "b_ahead_max_s", out_seconds(p->most[1]));
}

static json_t *target_text(const struct recv *r, int path)
{
	char text[MC_TARGET_STRLEN];

	for (size_t i = 0; i < r->ntargets; i++)
		if (r->targets[i].path == path)
			return out_text(mc_target_format(&r->targets[i].target, text, sizeof text));
	return json_null();
}

json_t *recv_json_redundant(const struct recv *r)
{
	const struct mc_pair *p = &r->pair;
	json_t *o = begin("redundant");

	out_put(o, "a", target_text(r, 0));
	out_put(o, "b", target_text(r, 1));
	out_put_int(o, "received_a", p->both + p->only[0]);
	out_put_int(o, "received_b", p->both + p->only[1]);
	out_put_int(o, "both", p->both);
	out_put_int(o, "only_a", p->only[0]);
	out_put_int(o, "only_b", p->only[1]);
	out_put_int(o, "neither", p->neither);
	out_put_int(o, "lost_a", p->only[1] + p->neither);
	out_put_int(o, "lost_b", p->only[0] + p->neither);
	put_real(o, "loss", recv_compared(p) > 0, recv_loss(p->neither, p->both + p->only[0] + p->only[1]));
	out_put_int(o, "late", p->late);
	out_put_int(o, "apart", p->apart);
	out_put_int(o, "a_first", p->a_first);
	out_put_int(o, "b_first", p->b_first);
	out_put(o, "difference", difference_object(p));
	return o;
}

/* ---- the end ------------------------------------------------------------------------------ */

json_t *recv_json_interface(const struct recv_place *p)
{
	json_t *o = begin("interface");

	out_put(o, "ifname", out_text(p->ifname));
	out_put_int(o, "ifindex", p->ifindex);
	put_number(o, "packets", true, p->now.received - p->began.received);
	put_number(o, "dropped", true, recv_place_dropped(p));
	put_number(o, "missed", true, recv_place_missed(p));
	put_number(o, "errors", true, recv_place_errors(p));
	return o;
}

static json_t *sums_object(const struct recv *r, const struct recv_sums *s, const char *event)
{
	json_t *o = begin(event);
	double seconds = (double)s->time / (double)MC_SEC;
	bool known = recv_numbered(&r->streams);

	put_time(o, "seconds", s->time);
	out_put_int(o, "streams", r->streams.n);
	out_put_int(o, "packets", s->packets);
	out_put_int(o, "bytes", s->bytes);
	put_real(o, "pps", s->time, (double)s->packets / seconds);
	put_real(o, "bps", s->time, 8 * (double)s->bytes / seconds);
	put_number(o, "lost", known, s->lost);
	put_real(o, "loss", known, recv_loss(s->lost, s->received));
	put_number(o, "lost_socket", known, s->lost_socket);
	out_put_int(o, "dropped_socket", s->dropped_socket);
	out_put_int(o, "dropped_interface", s->dropped_interface);
	out_put_int(o, "other_packets", s->other_packets);
	out_put_int(o, "no_clock", clocks_refused(r->clocks));
	out_put_int(o, "misplaced", r->misplaced);
	out_put(o, "verdict", out_text(s->verdict));
	out_put_int(o, "exit", (uint64_t)s->code);
	return o;
}

json_t *recv_json_end(const struct recv *r, const struct recv_sums *sums)
{
	return sums_object(r, sums, "end");
}

json_t *recv_json_so_far(const struct recv *r, const struct recv_sums *sums)
{
	return sums_object(r, sums, "so_far");
}
