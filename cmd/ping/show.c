/*
 * show.c - the lines and the JSON objects of a ping: for each event a function for the one and,
 * beside it, a function for the other. What they tell was counted elsewhere.
 */
#include "ping/show.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#include "out.h"

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

/* A time in milliseconds, to the microsecond, and finer where that would leave two digits. */
struct ms {
	char text[32];
};

static struct ms ms(mc_time t)
{
	struct ms m;

	snprintf(m.text, sizeof m.text, "%.*f", t && t < MC_MSEC / 10 ? 4 : 3, (double)t / (double)MC_MSEC);
	return m;
}

/* ---- start ---------------------------------------------------------------------------- */

static void text_start(const struct ping_show *s)
{
	const struct where *w = s->where;
	char target[4 * MC_TARGET_STRLEN], source[MC_ADDR_STRLEN], ifname[4 * MC_IFNAME_SIZE];

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
	out_put_int(o, "bytes", ping_conf_bytes(s->conf));
	out_put_int(o, "ttl", (uint64_t)s->conf->ttl);
	out_put_bool(o, "loop", s->conf->loop);
	event("start", o);
}

/* ---- reply ---------------------------------------------------------------------------- */

static void text_reply(const struct ping_show *s, const struct reply *r)
{
	char from[OUT_ENDPOINT_SIZE], payload[4 * MOST_PAYLOAD + 4];

	printf("%zu bytes from %s: seq=%" PRIu64, r->len, responder_name(from, sizeof from, r->from), r->seq);
	if (r->ttl >= 0)
		printf(" ttl=%d", r->ttl);
	if (r->rtt != MC_NEVER)
		printf(" time=%s ms", ms(r->rtt).text);
	printf("%s%s%s", r->duplicate ? " (DUP!)" : "", r->late ? " (late)" : "",
	       r->altered ? " (altered)" : "");
	if (s->conf->data)
		printf(" \"%s\"", out_payload(payload, sizeof payload, r->data, r->len, MOST_PAYLOAD));
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
	event("reply", o);
}

/* ---- what did not come, or should not have --------------------------------------------- */

static void text_lost(uint64_t seq)
{
	printf("seq=%" PRIu64 ": nobody answered in time\n", seq);
}

static void json_lost(uint64_t seq)
{
	json_t *o = json_object();

	out_put_int(o, "seq", seq);
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

static void text_rtt(FILE *f, const struct mc_hist *h)
{
	if (h->n)
		fprintf(f, "    rtt min/avg/max/mdev = %s/%s/%s/%s ms, p50 %s ms, p99 %s ms\n",
			ms(h->min).text, ms(mc_hist_mean(h)).text, ms(h->max).text, ms(mc_hist_mdev(h)).text,
			ms(mc_hist_quantile(h, 0.5)).text, ms(mc_hist_quantile(h, 0.99)).text);
}

static void text_count(FILE *f, uint64_t n, const char *what)
{
	if (n)
		fprintf(f, ", %" PRIu64 " %s", n, what);
}

static void text_responder(FILE *f, const struct responder *r, uint64_t sent)
{
	char name[OUT_ENDPOINT_SIZE];

	fprintf(f, "%s: %" PRIu64 " sent, %" PRIu64 " received, %.4g%% loss, %" PRIu64 " duplicate%s",
		responder_name(name, sizeof name, r), sent, r->received, 100 * responder_loss(r, sent),
		r->seq.duplicates, r->seq.duplicates == 1 ? "" : "s");
	text_count(f, r->late, "late");
	text_count(f, r->seq.reordered, "reordered");
	text_count(f, r->altered, "altered");
	putc('\n', f);
	text_rtt(f, &r->rtt);
}

/* null where there is none. */
static void put_rtt(json_t *o, const char *key, const struct mc_hist *h, mc_time value)
{
	out_put(o, key, out_seconds(h->n ? value : MC_NEVER));
}

static void json_responder(const struct responder *r, uint64_t sent)
{
	const struct mc_hist *h = &r->rtt;
	json_t *o = json_object();

	put_responder(o, r);
	out_put_int(o, "sent", sent);
	out_put_int(o, "received", r->received);
	out_put(o, "loss", json_real(responder_loss(r, sent)));
	out_put_int(o, "duplicates", r->seq.duplicates);
	out_put_int(o, "late", r->late);
	out_put_int(o, "reordered", r->seq.reordered);
	out_put_int(o, "altered", r->altered);
	out_put_known(o, "ttl", r->ttl >= 0, r->ttl);
	out_put_int(o, "first_seq", r->seq.first);
	put_rtt(o, "rtt_min_s", h, h->min);
	put_rtt(o, "rtt_avg_s", h, mc_hist_mean(h));
	put_rtt(o, "rtt_max_s", h, h->max);
	put_rtt(o, "rtt_mdev_s", h, mc_hist_mdev(h));
	put_rtt(o, "rtt_p50_s", h, mc_hist_quantile(h, 0.5));
	put_rtt(o, "rtt_p99_s", h, mc_hist_quantile(h, 0.99));
	event("responder", o);
}

static void text_totals(FILE *f, const struct ping_show *s, const struct responders *all,
			const struct ping_totals *t)
{
	uint64_t received = responders_received(all);
	double seconds = (double)t->time / (double)MC_SEC;

	fprintf(f, "%" PRIu64 " datagram%s sent, %" PRIu64 " repl%s from %u responder%s in %.2f s", t->sent,
		t->sent == 1 ? "" : "s", received, received == 1 ? "y" : "ies", all->n,
		all->n == 1 ? "" : "s", seconds);
	if (s->conf->flood && t->time)
		fprintf(f, ", %.0f replies a second", (double)received / seconds);
	text_count(f, t->unsent, "the system would not send");
	text_count(f, all->untold, "replies from responders beyond the first 1024");
	putc('\n', f);
}

static void text_summary(FILE *f, const struct ping_show *s, const struct responders *all,
			 const struct ping_totals *t)
{
	char target[4 * MC_TARGET_STRLEN];

	fprintf(f, "\n--- %s ---\n", target_name(target, sizeof target, s));
	for (unsigned i = 0; i < all->n; i++)
		text_responder(f, all->v[i], t->sent);
	text_totals(f, s, all, t);
}

static void text_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	text_summary(stdout, s, all, t);
}

static void json_end(const struct ping_show *s, const struct responders *all, const struct ping_totals *t)
{
	json_t *o = json_object();

	(void)s;
	for (unsigned i = 0; i < all->n; i++)
		json_responder(all->v[i], t->sent);
	out_put_int(o, "sent", t->sent);
	out_put_int(o, "received", responders_received(all));
	out_put_int(o, "responders", all->n);
	out_put_int(o, "unsent", t->unsent);
	out_put(o, "seconds", out_seconds(t->time));
	event("end", o);
}

/* ---- one or the other ----------------------------------------------------------------- */

struct form {
	void (*start)(const struct ping_show *s);
	void (*reply)(const struct ping_show *s, const struct reply *r);
	void (*lost)(uint64_t seq);
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

void ping_show_lost(const struct ping_show *s, uint64_t seq)
{
	if (s->conf->quiet || !s->conf->verbose)
		return;
	form_of(s)->lost(seq);
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
