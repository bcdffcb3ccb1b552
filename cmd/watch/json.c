/*
 * json.c - what watch prints as JSON, one object a line. Keys are promised in mcast-watch(1); those
 * of messages are the names of fields in RFC 9776 4 and RFC 9777 5.
 */
#include "watch/json.h"

#include "out.h"
#include "watch/show.h"
#include "watch/wrong.h"

#define SCHEMA 1

/* Text of our own making, which is ASCII; null for none. */
static void put_text(json_t *o, const char *key, const char *text)
{
	out_put(o, key, text ? json_string_nocheck(text) : json_null());
}

static void put_addr(json_t *o, const char *key, const struct mc_addr *a)
{
	out_put(o, key, out_addr(a));
}

/* Of the link: ifname, ifindex, vlan, protocol. */
static void put_link(json_t *o, const struct link_seen *l, const char *protocol)
{
	json_t *vlan = json_array();

	for (size_t i = 0; i < 2 && l->vlan[i]; i++)
		json_array_append_new(vlan, json_integer(l->vlan[i]));
	out_put(o, "ifname", out_text(*l->ifname ? l->ifname : NULL));
	out_put_known(o, "ifindex", l->ifindex, l->ifindex);
	out_put(o, "vlan", vlan);
	put_text(o, "protocol", protocol);
}

static json_t *begin(const struct shown *s, const char *event)
{
	json_t *o = out_begin(SCHEMA, event, s->time);

	put_link(o, s->link, s->protocol);
	return o;
}

/* ---- what is wrong ------------------------------------------------------------------------ */

static void append_wrong(json_t *list, const char *key, const char *name, const char *text)
{
	json_t *o = json_object();

	put_text(o, key, name);
	put_text(o, "text", text);
	json_array_append_new(list, o);
}

/* The faults of a message (r NULL), or of a record. */
static json_t *faults_of(const struct mc_msg *m, const struct mc_record *r, uint32_t faults)
{
	json_t *list = json_array();
	char text[WRONG_SIZE];

	for (; faults; faults &= faults - 1) {
		uint32_t fault = faults & -faults;

		append_wrong(list, "fault", mc_fault_name(fault),
			     mc_fault_format(fault, m, r, text, sizeof text));
	}
	return list;
}

static void append_warning(void *list, const char *name, const char *text)
{
	append_wrong(list, "warning", name, text);
}

static json_t *warnings_of(const struct shown *s)
{
	json_t *list = json_array();

	wrong_warnings(s, append_warning, list);
	return list;
}

/* ---- messages ------------------------------------------------------------------------------ */

/* What only queries of the newest version have is null in others. */
static void put_query(json_t *o, const struct mc_msg *m)
{
	const struct mc_query *q = &m->query;
	bool newest = m->version == mc_proto_of(m->family)->newest;

	out_put_int(o, "max_resp_code", q->max_resp_code);
	out_put(o, "max_resp_time", out_seconds(q->max_resp));
	out_put(o, "group_address", mc_addr_is_unspecified(&q->group) ? json_null() : out_addr(&q->group));
	out_put_known(o, "flags", newest, q->flags);
	out_put(o, "s_flag", newest ? json_boolean(q->suppress) : json_null());
	out_put_known(o, "qrv", newest, q->qrv);
	out_put_known(o, "qqic", newest, q->qqic);
	out_put_known(o, "qqi", newest, q->interval);
	out_put_known(o, "number_of_sources", newest, q->sources.n);
	out_put(o, "source_addresses", out_sources(&q->sources));
}

static json_t *record_of(const struct mc_msg *m, const struct mc_record *r)
{
	json_t *o = json_object();

	out_put_int(o, "record_type", r->type);
	put_text(o, "record_name", mc_record_name(r->type));
	out_put_int(o, "aux_data_len", r->aux);
	out_put_int(o, "number_of_sources", r->sources.n);
	put_addr(o, "multicast_address", &r->group);
	out_put(o, "source_addresses", out_sources(&r->sources));
	out_put(o, "faults", faults_of(m, r, r->faults));
	return o;
}

static void put_report(json_t *o, const struct mc_msg *m)
{
	json_t *list = json_array();
	struct mc_record r;
	size_t pos = 0;

	while (mc_msg_next(m, &pos, &r))
		json_array_append_new(list, record_of(m, &r));
	out_put_bool(o, "leave", m->report.leave);
	out_put_int(o, "flags", m->report.flags);
	out_put_int(o, "number_of_group_records", m->report.n);
	out_put(o, "group_records", list);
}

static void put_mrd(json_t *o, const struct mc_mrd *m)
{
	bool has = m->type == MC_MRD_ADVERTISEMENT;

	out_put_known(o, "advertisement_interval", has, m->advert);
	out_put_known(o, "query_interval", has, m->interval);
	out_put_known(o, "robustness_variable", has, m->robustness);
}

static const char *kind_name(uint8_t kind)
{
	static const char *const names[] = {
		[MC_OTHER] = "other", [MC_QUERY] = "query", [MC_REPORT] = "report",
		[MC_MRD] = "mrd",     [MC_PIM] = "pim",
	};

	return kind < sizeof names / sizeof *names ? names[kind] : names[MC_OTHER];
}

static void put_meaning(json_t *o, const struct mc_msg *m)
{
	char text[WATCH_MEANING_SIZE];

	put_text(o, "kind", kind_name(m->kind));
	put_text(o, "name", mc_msg_name(m, text, sizeof text));
	put_text(o, "meaning", mc_msg_format(m, text, sizeof text));
	out_put_known(o, "version", m->version, m->version);
}

static void put_ip(json_t *o, const struct mc_ip *ip)
{
	put_addr(o, "source", &ip->src);
	put_addr(o, "destination", &ip->dst);
	out_put_int(o, "ttl", (uint64_t)ip->ttl);
	out_put_int(o, "tos", (uint64_t)ip->tos);
	out_put_bool(o, "router_alert", ip->alert == 1);
}

static void json_message(const struct shown *s)
{
	const struct mc_msg *m = s->msg;
	json_t *o = begin(s, "message");

	put_meaning(o, m);
	put_ip(o, &m->ip);
	out_put_int(o, "type", m->type);
	out_put_int(o, "code", m->code);
	out_put_int(o, "checksum", m->checksum);
	out_put_int(o, "length", m->len);
	out_put_int(o, "additional_data", m->extra);
	out_put(o, "faults", faults_of(m, NULL, m->faults));
	out_put(o, "warnings", warnings_of(s));
	if (m->kind == MC_QUERY)
		put_query(o, m);
	else if (m->kind == MC_REPORT)
		put_report(o, m);
	else if (m->kind == MC_MRD)
		put_mrd(o, &m->mrd);
	out_end(o);
}

static void json_unreadable(const struct shown *s)
{
	char text[WRONG_SIZE];
	json_t *o = begin(s, "unreadable");

	put_text(o, "error", mc_err_name(s->error));
	put_text(o, "text", wrong_error(s->error, text, sizeof text));
	put_addr(o, "source", &s->src);
	put_addr(o, "destination", &s->dst);
	out_put_int(o, "length", s->len);
	out_end(o);
}

/* ---- events of a link ----------------------------------------------------------------------- */

static void json_member(const struct shown *s, const struct mc_track_event *e)
{
	bool leave = e->kind == MC_TRACK_LEAVE;
	json_t *o = begin(s, leave ? "leave" : "join");

	put_addr(o, "group", &e->group);
	put_addr(o, "address", &e->host);
	out_put_int(o, "hosts", e->n);
	if (leave)
		put_text(o, "reason", e->expired ? "expired" : "said");
	out_end(o);
}

static void json_querier(const struct shown *s, const struct mc_track_event *e)
{
	const struct mc_track *t = s->link->tracks[s->family == MC_IPV6];
	json_t *o = begin(s, "querier");

	put_addr(o, "address", &e->host);
	put_addr(o, "previous", &e->other);
	out_put_known(o, "version", t, t ? mc_track_querier(t)->version : 0);
	out_end(o);
}

static void json_warning(const struct shown *s, const struct mc_track_event *e)
{
	char text[WRONG_SIZE];
	json_t *o = begin(s, "warning");

	put_text(o, "warning", wrong_name(e));
	put_text(o, "text", wrong_format(e, s->protocol, text, sizeof text));
	if (e->kind == MC_TRACK_UNANSWERED)
		put_addr(o, "group", &e->group);
	if (e->kind == MC_TRACK_LIMIT) {
		out_put_int(o, "limit", e->n);
		put_text(o, "of", wrong_limit(e));
	} else {
		put_addr(o, "address", &e->host);
	}
	out_end(o);
}

static void json_event(const struct shown *s)
{
	switch (s->event->kind) {
	case MC_TRACK_JOIN:
	case MC_TRACK_LEAVE:
		json_member(s, s->event);
		break;
	case MC_TRACK_QUERIER:
		json_querier(s, s->event);
		break;
	default:
		json_warning(s, s->event);
	}
}

void watch_json_thing(const struct shown *s)
{
	if (s->kind == SHOWN_MESSAGE)
		json_message(s);
	else if (s->kind == SHOWN_UNREADABLE)
		json_unreadable(s);
	else
		json_event(s);
}

/* ---- state ------------------------------------------------------------------------------------ */

static json_t *unix_seconds(mc_time t, const struct shown_now *at)
{
	return out_seconds((t - at->ahead) / 1000 * 1000); /* microseconds, as "ts" */
}

/* Seconds from now; null for what does not expire. */
static json_t *left(mc_time t, const struct shown_now *at)
{
	return out_seconds(t == MC_NEVER || t < at->now ? (t == MC_NEVER ? t : 0) : t - at->now);
}

static json_t *querier_of(const struct mc_track_querier *q, const struct shown_now *at)
{
	json_t *o;

	if (!q->addr.family)
		return json_null();
	o = json_object();
	put_addr(o, "address", &q->addr);
	out_put_int(o, "version", q->version);
	out_put_known(o, "qrv", q->qrv, q->qrv);
	out_put_known(o, "qqi", q->interval, q->interval);
	out_put(o, "max_resp_time", out_seconds(q->max_resp));
	out_put(o, "heard", unix_seconds(q->heard, at));
	out_put(o, "expires", left(q->expires, at));
	return o;
}

static json_t *group_sources(const struct mc_track *t, const struct mc_track_group *g,
			     const struct shown_now *at)
{
	json_t *list = json_array();

	for (const struct mc_track_source *s = NULL; (s = mc_track_source_next(t, g, s));) {
		json_t *o = json_object();

		put_addr(o, "address", &s->addr);
		out_put(o, "expires", left(s->expires, at));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *group_hosts(const struct mc_track *t, const struct mc_track_group *g,
			   const struct shown_now *at)
{
	json_t *list = json_array();

	for (const struct mc_track_host *h = NULL; (h = mc_track_host_next(t, g, h));) {
		json_t *o = json_object();

		put_addr(o, "address", &h->addr);
		out_put(o, "heard", unix_seconds(h->heard, at));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *group_of(const struct mc_track *t, const struct mc_track_group *g, const struct shown_now *at)
{
	json_t *o = json_object();

	put_addr(o, "group", &g->group);
	put_text(o, "filter_mode", g->mode == MC_INCLUDE ? "include" : "exclude");
	out_put_int(o, "version", g->version);
	put_addr(o, "last_reporter", &g->last_reporter);
	out_put(o, "expires", left(g->expires, at));
	out_put(o, "sources", group_sources(t, g, at));
	out_put(o, "hosts", group_hosts(t, g, at));
	return o;
}

static void json_link(const struct link_seen *l, unsigned family, const struct shown_now *at)
{
	const struct mc_track *t = l->tracks[family];
	const struct mc_track_stats *n = mc_track_stats(t);
	json_t *o = out_begin(SCHEMA, "link", at->now - at->ahead), *groups = json_array();

	for (const struct mc_track_group *g = NULL; (g = mc_track_group_next(t, g));)
		json_array_append_new(groups, group_of(t, g, at));
	put_link(o, l, mc_proto_of(family ? MC_IPV6 : MC_IPV4)->name);
	out_put(o, "querier", querier_of(mc_track_querier(t), at));
	out_put_int(o, "messages", n->messages);
	out_put_int(o, "refused", n->refused);
	out_put(o, "groups", groups);
	out_end(o);
}

void watch_json_state(const struct links *links, struct shown_now at)
{
	for (const struct link_seen *l = NULL; (l = links_next(links, l));)
		for (unsigned family = 0; family < 2; family++)
			if (l->tracks[family])
				json_link(l, family, &at);
}

void watch_json_totals(const struct shown_totals *t, mc_time now)
{
	json_t *o = out_begin(SCHEMA, "end", now);

	out_put(o, "seconds", out_seconds(t->time));
	out_put_int(o, "packets", t->packets);
	out_put_int(o, "messages", t->messages);
	out_put_int(o, "faulty", t->faulty);
	out_put_int(o, "unreadable", t->unreadable);
	out_put_int(o, "warnings", t->warnings);
	out_put_known(o, "dropped", t->dropped != UINT64_MAX, (int64_t)t->dropped);
	out_put_int(o, "kept", t->kept);
	out_end(o);
}
