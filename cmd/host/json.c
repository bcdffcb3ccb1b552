/*
 * json.c - what host prints as JSON, one object a line: the keys that mcast-host(1) promises.
 */
#include <stdlib.h>
#include <string.h>

#include "host/show.h"
#include "out.h"

#define SCHEMA 1

static json_t *new (const struct host_show *w)
{
	json_t *o = json_object();

	out_put(o, "ifname", out_text(w->ifname));
	out_put_int(o, "ifindex", w->ifindex);
	return o;
}

/* Many may come at once: it is flushed when there is nothing else to do. */
static void tell(const char *event, json_t *o)
{
	json_t *all = out_begin(SCHEMA, event, out_now());

	json_object_update_missing(all, o);
	json_decref(o);
	out_end(all);
}

static json_t *version_of(const struct fleet *f, unsigned side)
{
	const struct fleet_side *s = &f->side[side];

	return s->hosts ? json_integer(s->conf.version) : json_null();
}

void host_json_start(const struct host_show *w, const struct host_start *s)
{
	json_t *o = new (w), *addresses = json_array();

	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		if (s->first[k].family)
			json_array_append_new(addresses, out_addr(&s->first[k]));
	out_put_int(o, "hosts", s->plan->hosts);
	out_put_int(o, "groups", s->plan->groups);
	out_put_int(o, "groups_each", s->plan->each);
	out_put(o, "addresses", addresses);
	out_put(o, "igmp_version", version_of(s->fleet, HOST_IPV4));
	out_put(o, "mld_version", version_of(s->fleet, HOST_IPV6));
	out_put_int(o, "seed", s->seed);
	tell("start", o);
}

void host_json_query(const struct host_show *w, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;
	json_t *o = new (w);

	out_put(o, "address", out_addr(&m->ip.src));
	out_put_int(o, "version", m->version);
	out_put(o, "group", mc_addr_is_unspecified(&q->group) ? json_null() : out_addr(&q->group));
	out_put(o, "source_addresses", out_sources(&q->sources));
	out_put(o, "max_resp_time", out_seconds(q->max_resp));
	out_put_int(o, "missed", w->missed);
	tell("query", o);
}

void host_json_version(const struct host_show *w, uint8_t family, uint8_t version)
{
	json_t *o = new (w);

	out_put(o, "protocol", out_text(mc_proto_of(family)->name));
	out_put_int(o, "version", version);
	tell("version", o);
}

void host_json_change(const struct host_show *w, uint64_t line, const char *text, size_t len)
{
	char *copy = strndup(text, len);
	json_t *o = new (w);

	out_put_int(o, "line", line);
	out_put(o, "text", out_text(copy));
	free(copy);
	tell("change", o);
}

static json_t *records_of(const struct mc_msg *m)
{
	json_t *list = json_array();
	struct mc_record r;
	size_t pos = 0;

	while (mc_msg_next(m, &pos, &r)) {
		json_t *o = json_object();

		out_put(o, "record_type", out_text(mc_record_name(r.type)));
		out_put(o, "group", out_addr(&r.group));
		out_put(o, "source_addresses", out_sources(&r.sources));
		json_array_append_new(list, o);
	}
	return list;
}

void host_json_report(const struct host_show *w, const struct mc_msg *m, mc_time late)
{
	char name[MC_MSG_NAMELEN];
	json_t *o = new (w);

	out_put(o, "address", out_addr(&m->ip.src));
	out_put(o, "destination", out_addr(&m->ip.dst));
	out_put(o, "name", out_text(mc_msg_name(m, name, sizeof name)));
	out_put(o, "records", records_of(m));
	out_put(o, "late", out_seconds(late));
	tell("report", o);
}

static json_t *warning_of(const struct host_show *w, const char *name, const struct mc_addr *about,
			  const char *text)
{
	json_t *o = new (w);

	out_put(o, "warning", out_text(name));
	out_put(o, "address", about ? out_addr(about) : json_null());
	out_put(o, "text", out_text(text));
	return o;
}

void host_json_warning(const struct host_show *w, const char *name, const struct mc_addr *about,
		       const char *text)
{
	tell("warning", warning_of(w, name, about, text));
}

/* Not through stdout's stream, which is what had no room. */
size_t host_json_lost(const struct host_show *w, const char *text, char *buf, size_t cap)
{
	json_t *all = out_begin(SCHEMA, "warning", out_now()), *o = warning_of(w, "lost-output", NULL, text);
	size_t len;

	json_object_update_missing(all, o);
	len = json_dumpb(all, buf, cap - 1, JSON_COMPACT | JSON_REAL_PRECISION(16));
	json_decref(o);
	json_decref(all);
	if (!len || len >= cap)
		return 0;
	buf[len] = '\n';
	return len + 1;
}

static json_t *late_of(const struct mc_hist *h)
{
	json_t *o;

	if (!h->n)
		return json_null();
	o = json_object();
	out_put(o, "p50", out_seconds(mc_hist_quantile(h, 0.5)));
	out_put(o, "p99", out_seconds(mc_hist_quantile(h, 0.99)));
	out_put(o, "max", out_seconds(h->max));
	return o;
}

void host_json_totals(const struct host_show *w, const struct host_totals *t)
{
	json_t *o = new (w);

	out_put(o, "seconds", out_seconds(t->time));
	out_put_int(o, "hosts", t->hosts);
	out_put_int(o, "memberships", t->memberships);
	out_put_int(o, "queries", t->queries);
	out_put_int(o, "queries_dropped", t->queries_dropped);
	out_put_int(o, "reports", t->sent.reports);
	out_put_int(o, "leaves", t->sent.leaves);
	out_put_int(o, "records", t->sent.records);
	out_put_int(o, "not_sent", t->sent.not_sent);
	out_put_int(o, "changes", t->changes);
	out_put_int(o, "commands_refused", t->refused);
	out_put_int(o, "packets_lost", t->lost);
	out_put(o, "late", late_of(t->late));
	tell("end", o);
}
