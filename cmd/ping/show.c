/*
 * show.c - the lines and the JSON objects of a ping: for each event a function for the one and,
 * beside it, a function for the other. What they tell was counted elsewhere.
 */
#include "ping/show.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include "out.h"
#include "ping/half.h"

#define MOST_PAYLOAD 64 /* octets shown of one */

static void event(const char *name, json_t *obj)
{
	out_event(1, name, obj);
}

/* The interface that a link-local address is told apart by; NULL for other addresses. */
static const char *zone_of(uint32_t ifindex, char buf[IF_NAMESIZE])
{
	return ifindex ? if_indextoname(ifindex, buf) : NULL;
}

static const char *responder_name(char *buf, size_t cap, const struct responder *r)
{
	char zone[IF_NAMESIZE];

	return out_endpoint(buf, cap, &r->addr, r->port, zone_of(r->ifindex, zone));
}

static void put_responder(json_t *o, const struct responder *r)
{
	char zone[IF_NAMESIZE];

	out_put(o, "responder", out_addr(&r->addr));
	out_put(o, "ifname", out_text(zone_of(r->ifindex, zone)));
	out_put_int(o, "port", r->port);
}

/* The target as text for a terminal. */
static const char *target_name(char *buf, size_t cap, const struct ping_show *s)
{
	char target[MC_TARGET_STRLEN];

	return out_plain(buf, cap, mc_target_format(&s->where->target, target, sizeof target));
}

/* The server of --ssmping. */
static const char *server_name(char *buf, size_t cap, const struct ping_show *s)
{
	char zone[IF_NAMESIZE];

	return out_endpoint(buf, cap, &s->server->addr, s->server->port,
			    zone_of(mc_addr_is_link_local(&s->server->addr) ? s->server->ifindex : 0, zone));
}

/* ---- start ---------------------------------------------------------------------------- */

static void text_start_ssm(const struct ping_show *s)
{
	const struct where *w = s->where;
	char server[OUT_ENDPOINT_SIZE], source[MC_ADDR_STRLEN], ifname[4 * MC_IFNAME_SIZE];

	printf("SSMPING %s from %s", server_name(server, sizeof server, s),
	       mc_addr_format(&w->source, source, sizeof source));
	if (w->ifname[0])
		printf(" by %s", out_plain(ifname, sizeof ifname, w->ifname));
	printf("\n");
}

static void text_start(const struct ping_show *s)
{
	const struct where *w = s->where;
	char target[4 * MC_TARGET_STRLEN], source[MC_ADDR_STRLEN], ifname[4 * MC_IFNAME_SIZE];

	if (s->server) {
		text_start_ssm(s);
		return;
	}
	target_name(target, sizeof target, s);
	out_plain(ifname, sizeof ifname, w->ifname);
	mc_addr_format(&w->source, source, sizeof source);
	printf("PING %s%s%s%s%s: %zu bytes, ttl %d%s\n", target, source[0] ? " from " : "", source,
	       ifname[0] ? " by " : "", ifname, ping_conf_bytes(s->conf), (int)s->conf->ttl,
	       s->conf->loop ? "" : ", no loop");
}

static void json_start(const struct ping_show *s)
{
	const struct where *w = s->where;
	char target[MC_TARGET_STRLEN];
	json_t *o = json_object();

	out_put(o, "target", out_text(mc_target_format(&w->target, target, sizeof target)));
	out_put(o, "group", out_addr(&w->target.group));
	out_put_int(o, "port", w->port);
	out_put(o, "source", out_addr(&w->source));
	out_put(o, "ifname", out_text(w->ifindex ? w->ifname : NULL));
	out_put_known(o, "ifindex", w->ifindex, w->ifindex);
	out_put_known(o, "bytes", !s->server || s->conf->size, (int64_t)ping_conf_bytes(s->conf));
	out_put_known(o, "ttl", s->conf->ttl >= 0, s->conf->ttl);
	out_put(o, "loop", s->server ? json_null() : json_boolean(s->conf->loop));
	out_put(o, "server", s->server ? out_addr(&s->server->addr) : json_null());
	event("start", o);
}

/* ---- reply ---------------------------------------------------------------------------- */

/* The form of ssmping(1). */
static void text_reply_ssm(const struct reply *r)
{
	char from[OUT_ENDPOINT_SIZE];

	printf("%9s from %s: seq=%" PRIu64, r->by, responder_name(from, sizeof from, r->from), r->seq);
	if (r->hops >= 0)
		printf(" hops=%d", (int)r->hops);
	if (r->rtt != MC_NEVER)
		printf(" time=%s ms", half_ms(r->rtt).text);
	printf("%s%s\n", r->duplicate ? " (DUP!)" : "", r->late ? " (late)" : "");
}

static void text_losses(const struct reply *r)
{
	printf(", %s (lost so far: multicast %" PRIu64 " of %" PRIu64 ", unicast %" PRIu64 " of %" PRIu64 ")",
	       r->by, r->multicast.lost, r->multicast.of, r->unicast.lost, r->unicast.of);
}

static void text_reply(const struct ping_show *s, const struct reply *r)
{
	char from[OUT_ENDPOINT_SIZE], payload[4 * MOST_PAYLOAD + 4];

	if (s->server) {
		text_reply_ssm(r);
		return;
	}
	printf("%zu bytes from %s: seq=%" PRIu64, r->len, responder_name(from, sizeof from, r->from), r->seq);
	if (r->ttl >= 0)
		printf(" ttl=%d", r->ttl);
	if (r->rtt != MC_NEVER)
		printf(" time=%s ms", half_ms(r->rtt).text);
	printf("%s%s%s", r->duplicate ? " (DUP!)" : "", r->late ? " (late)" : "",
	       r->altered ? " (altered)" : "");
	if (s->conf->data)
		printf(" \"%s\"", out_payload(payload, sizeof payload, r->data, r->len, MOST_PAYLOAD));
	if (r->by)
		text_losses(r);
	putchar('\n');
}

static void json_reply(const struct ping_show *s, const struct reply *r)
{
	char payload[4 * MOST_PAYLOAD + 4];
	json_t *o = json_object();

	put_responder(o, r->from);
	out_put_int(o, "seq", r->seq);
	out_put_int(o, "bytes", r->len);
	out_put_known(o, "ttl", r->ttl >= 0, r->ttl);
	out_put(o, "rtt_s", out_seconds(r->rtt));
	out_put_bool(o, "duplicate", r->duplicate);
	out_put_bool(o, "late", r->late);
	out_put_bool(o, "altered", r->altered);
	if (s->conf->data)
		out_put(o, "payload",
			out_text(out_payload(payload, sizeof payload, r->data, r->len, MOST_PAYLOAD)));
	if (r->by)
		out_put(o, "by", json_string(r->by));
	if (s->server)
		out_put_known(o, "hops", r->hops >= 0, r->hops);
	event("reply", o);
}

/* ---- what did not come, or should not have --------------------------------------------- */

static void text_lost(uint64_t seq, const char *by)
{
	if (by)
		printf("%9s: seq=%" PRIu64 " was not answered in time\n", by, seq);
	else
		printf("seq=%" PRIu64 ": nobody answered in time\n", seq);
}

static void json_lost(uint64_t seq, const char *by)
{
	json_t *o = json_object();

	out_put_int(o, "seq", seq);
	if (by)
		out_put(o, "by", json_string(by));
	event("lost", o);
}

static void text_stray(const struct mc_dgram *d)
{
	char from[OUT_ENDPOINT_SIZE], zone[IF_NAMESIZE];
	uint32_t ifindex = mc_addr_is_link_local(&d->peer) ? d->ifindex : 0;

	printf("%zu bytes from %s: not a reply to this ping\n", d->len,
	       out_endpoint(from, sizeof from, &d->peer, d->port, zone_of(ifindex, zone)));
}

/* ---- sweep ---------------------------------------------------------------------------- */

static void text_size(const struct sweep_step *e)
{
	if (e->known)
		printf("%" PRIu32 " bytes: answered by %u of %u\n", e->bytes, e->most, e->known);
	else
		printf("%" PRIu32 " bytes: not answered\n", e->bytes);
}

static void json_size(const struct sweep_step *e)
{
	json_t *o = json_object();

	out_put_int(o, "bytes", e->bytes);
	out_put_int(o, "sent", e->tries);
	out_put_int(o, "answered", sweep_full(e));
	event("size", o);
}

static void text_sweep(const struct sweep *w)
{
	uint32_t largest = sweep_largest(w), lost = sweep_lost(w);

	if (!largest)
		printf("no size was answered\n");
	else if (!lost)
		printf("largest answered %" PRIu32 " bytes; nothing is lost up to there\n", largest);
	else
		printf("largest answered %" PRIu32 " bytes; %" PRIu32 " bytes are lost\n"
		       "Larger ones are lost on the way, most often as fragments: by a firewall or a switch\n"
		       "that drops fragments, or where a link has a smaller MTU than the one they left by.\n",
		       largest, lost);
}

static void json_sweep(const struct sweep *w)
{
	json_t *o = json_object();

	out_put_known(o, "largest", sweep_largest(w), sweep_largest(w));
	out_put_known(o, "lost", sweep_lost(w), sweep_lost(w));
	event("sweep", o);
}

/* ---- summary -------------------------------------------------------------------------- */

static void text_responder(FILE *f, const struct ping_show *s, const struct responder *r,
			   const struct ping_totals *t)
{
	char name[OUT_ENDPOINT_SIZE];

	responder_name(name, sizeof name, r);
	half_text(f, name, ping_conf_halves(s->conf) ? "multicast" : NULL, r, t->sent, t->sent, s->server);
	if (r->twin)
		half_text(f, name, "unicast", r->twin, r->twin->sent, t->sent, s->server);
}

static json_t *half_of(const struct ping_show *s, const struct responder *r, const struct ping_totals *t)
{
	json_t *o = json_object();

	half_put(o, r, r->sent, t->sent, s->server);
	return o;
}

static void json_responder(const struct ping_show *s, const struct responder *r, const struct ping_totals *t)
{
	json_t *o = json_object();

	put_responder(o, r);
	half_put(o, r, t->sent, t->sent, s->server);
	out_put(o, "unicast", r->twin ? half_of(s, r->twin, t) : json_null());
	event("responder", o);
}

static void text_totals(FILE *f, const struct ping_show *s, const struct responders *all,
			const struct ping_totals *t)
{
	uint64_t received = responders_received(all);
	double seconds = (double)t->time / (double)MC_SEC;
	unsigned known = responders_known(all);

	fprintf(f, "%" PRIu64 " datagram%s sent, %" PRIu64 " repl%s from %u responder%s in %.2f s", t->sent,
		t->sent == 1 ? "" : "s", received, received == 1 ? "y" : "ies", known, known == 1 ? "" : "s",
		seconds);
	if (s->conf->flood && t->time)
		fprintf(f, ", %.0f replies a second", (double)received / seconds);
	half_count(f, t->unsent, "the system would not send");
	half_count(f, all->untold, "replies from responders beyond the first 1024");
	putc('\n', f);
}

static void text_summary(FILE *f, const struct ping_show *s, const struct responders *all,
			 const struct ping_totals *t)
{
	char target[4 * MC_TARGET_STRLEN];

	fprintf(f, "\n--- %s ---\n",
		s->server ? server_name(target, sizeof target, s) : target_name(target, sizeof target, s));
	for (unsigned i = 0; i < all->n; i++)
		text_responder(f, s, all->v[i], t);
	text_totals(f, s, all, t);
}

static void text_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	text_summary(stdout, s, all, t);
}

static void json_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < all->n; i++)
		json_responder(s, all->v[i], t);
	out_put_int(o, "sent", t->sent);
	out_put_int(o, "received", responders_received(all));
	out_put_int(o, "responders", responders_known(all));
	out_put_int(o, "unsent", t->unsent);
	out_put(o, "seconds", out_seconds(t->time));
	event("end", o);
}

/* ---- one or the other ----------------------------------------------------------------- */

struct form {
	void (*start)(const struct ping_show *s);
	void (*reply)(const struct ping_show *s, const struct reply *r);
	void (*lost)(uint64_t seq, const char *by);
	void (*size)(const struct sweep_step *e);
	void (*sweep)(const struct sweep *w);
	void (*end)(const struct ping_show *s, const struct responders *all, const struct ping_totals *t);
};

static const struct form forms[] = {
	{ text_start, text_reply, text_lost, text_size, text_sweep, text_end },
	{ json_start, json_reply, json_lost, json_size, json_sweep, json_end },
};

static const struct form *form_of(const struct ping_show *s)
{
	return &forms[s->conf->json];
}

void ping_show_start(const struct ping_show *s)
{
	if (!s->conf->quiet)
		form_of(s)->start(s);
	out_flush();
}

void ping_show_reply(const struct ping_show *s, const struct reply *r)
{
	bool by_size = s->conf->sweep.from && !s->conf->json && !s->conf->verbose;

	if (s->conf->quiet || by_size)
		return;
	form_of(s)->reply(s, r);
	out_flush();
}

static void text_session(const struct ping_session *n)
{
	char group[MC_ADDR_STRLEN], plain[4 * 64 + 4];

	printf("joined %s%s, %s", mc_addr_format(&n->group, group, sizeof group),
	       n->one_source ? " (from the server alone)" : "",
	       n->older ? "no session came: older form" : "RFC 6450");
	if (n->info_len)
		printf(", the server is \"%s\"", out_payload(plain, sizeof plain, n->info, n->info_len, 64));
	putchar('\n');
}

static void json_session(const struct ping_session *n)
{
	char plain[4 * 64 + 4];
	json_t *o = json_object();

	out_put(o, "form", json_string(n->older ? "ssmping" : "rfc6450"));
	out_put(o, "group", out_addr(&n->group));
	out_put(o, "server_info",
		n->info_len ? out_text(out_payload(plain, sizeof plain, n->info, n->info_len, 64)) :
			      json_null());
	event("session", o);
}

void ping_show_session(const struct ping_show *s, const struct ping_session *n)
{
	if (s->conf->quiet)
		return;
	if (s->conf->json)
		json_session(n);
	else
		text_session(n);
	out_flush();
}

void ping_show_lost(const struct ping_show *s, uint64_t seq, const char *by)
{
	if (s->conf->quiet || !s->conf->verbose)
		return;
	form_of(s)->lost(seq, by);
	out_flush();
}

void ping_show_stray(const struct ping_show *s, const struct mc_dgram *d)
{
	if (s->conf->quiet || !s->conf->verbose || s->conf->json)
		return;
	text_stray(d);
	out_flush();
}

void ping_show_size(const struct ping_show *s, const struct sweep_step *e)
{
	if (!s->conf->quiet)
		form_of(s)->size(e);
	out_flush();
}

void ping_show_sweep(const struct ping_show *s, const struct sweep *w)
{
	form_of(s)->sweep(w);
}

void ping_show_now(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	FILE *f = s->conf->json ? stderr : stdout;

	text_summary(f, s, all, t);
	putc('\n', f);
	fflush(f);
}

void ping_show_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	form_of(s)->end(s, all, t);
	out_flush();
}
