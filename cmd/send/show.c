/*
 * show.c - the lines and the JSON objects of a sender: for each event a function for the one and, beside
 * it, a function for the other. What they tell was counted elsewhere.
 */
#include "send/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "out.h"

#define MOST_LINES 10 /* targets that are listed */

static void event(const char *name, json_t *obj)
{
	out_event(1, name, obj);
}

static double per_second(uint64_t n, mc_time time)
{
	return time ? (double)n * (double)MC_SEC / (double)time : 0;
}

/* ---- numbers as people read them ------------------------------------------------------ */

struct text {
	char s[64];
};

/* Four digits that count, and no exponent. */
static struct text number(double n)
{
	struct text t;
	int decimals = n >= 1000 ? 0 : n >= 100 ? 1 : n >= 10 ? 2 : 3;

	snprintf(t.s, sizeof t.s, "%.*f", decimals, n);
	if (strchr(t.s, '.')) {
		size_t len = strlen(t.s);

		while (t.s[len - 1] == '0')
			len--;
		t.s[len - (t.s[len - 1] == '.')] = '\0';
	}
	return t;
}

static struct text bits(double bps)
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s" };
	struct text t;
	unsigned u = 0;

	for (; bps >= 999.95 && u < 3; u++)
		bps /= 1000;
	snprintf(t.s, sizeof t.s, "%.48s %s", number(bps).s, units[u]);
	return t;
}

static struct text rate(const struct rate *r)
{
	struct text t;

	if (r->unit == RATE_MAX)
		snprintf(t.s, sizeof t.s, "as fast as it goes");
	else if (r->unit == RATE_BPS)
		t = bits(r->value);
	else
		snprintf(t.s, sizeof t.s, "%.48s a second", number(r->value).s);
	return t;
}

static struct text seconds(mc_time time)
{
	struct text t;

	snprintf(t.s, sizeof t.s, "%.*f", time < 10 * MC_SEC ? 2 : 1, (double)time / (double)MC_SEC);
	return t;
}

/* ---- start ---------------------------------------------------------------------------- */

static struct text size(const struct send_conf *c)
{
	struct text t;

	if (c->lines)
		snprintf(t.s, sizeof t.s, "lines of at most %" PRIu32 " bytes", c->size.to);
	else if (c->size.from < c->size.to)
		snprintf(t.s, sizeof t.s, "%" PRIu32 " to %" PRIu32 " bytes", c->size.from, c->size.to);
	else
		snprintf(t.s, sizeof t.s, "%" PRIu32 " bytes", c->size.to);
	return t;
}

/* "239.1.1.1:5000 by eth0 from 10.0.0.7" */
static void put_where(const struct where *w, const struct send_conf *c)
{
	char target[MC_TARGET_STRLEN], plain[4 * MC_TARGET_STRLEN], source[MC_ADDR_STRLEN];
	struct mc_target t = w->target;

	t.ifname[0] = '\0'; /* it is told behind */
	t.source = (struct mc_addr){ 0 };
	fputs(out_plain(plain, sizeof plain, mc_target_format(&t, target, sizeof target)), stdout);
	if (c->ports.from < c->ports.to)
		printf(", ports to %" PRIu32 ",", c->ports.to);
	if (w->ifname[0])
		printf(" by %s", out_plain(plain, sizeof plain, w->ifname));
	if (!mc_addr_is_unspecified(&w->source))
		printf(" from %s", mc_addr_format(&w->source, source, sizeof source));
}

static void put_hand(const struct hand *h)
{
	if (h->how == SEND_TRAINS)
		printf("up to %u a call, as a train (UDP_SEGMENT)", h->most);
	else if (h->how == SEND_BATCH)
		printf("up to %u a call (sendmmsg)", h->most);
	else
		printf("one a call");
}

static void text_start(const struct send_show *s)
{
	const struct flows *f = s->flows;

	printf("sending to ");
	if (f->nwheres == 1)
		put_where(&f->wheres[0], s->conf);
	else
		printf("%zu targets", f->nwheres);
	if (f->n > f->nwheres)
		printf(", %zu streams", f->n);
	printf(", %s, %s, ttl %d%s\n", size(s->conf).s, rate(&s->conf->rate).s, (int)s->conf->ttl,
	       s->conf->loop ? "" : ", no loop");
	for (size_t i = 0; i < f->nwheres && i < MOST_LINES && f->nwheres > 1; i++) {
		printf("  ");
		put_where(&f->wheres[i], s->conf);
		putchar('\n');
	}
	if (f->nwheres > MOST_LINES)
		printf("  and %zu more\n", f->nwheres - MOST_LINES);
	if (s->conf->verbose) {
		printf("handed to the system: ");
		put_hand(s->hand);
		putchar('\n');
	}
}

static json_t *target_object(const struct where *w, uint16_t port)
{
	struct mc_target t = w->target;
	char target[MC_TARGET_STRLEN];
	json_t *o = json_object();

	t.port = port;
	out_put(o, "target", out_text(mc_target_format(&t, target, sizeof target)));
	out_put(o, "group", out_addr(&t.group));
	out_put_int(o, "port", port);
	out_put_int(o, "count", t.count);
	out_put(o, "source", mc_addr_is_unspecified(&w->source) ? json_null() : out_addr(&w->source));
	out_put(o, "ifname", out_text(w->ifindex ? w->ifname : NULL));
	out_put_known(o, "ifindex", w->ifindex, w->ifindex);
	return o;
}

static json_t *targets(const struct flows *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->nwheres; i++)
		for (uint32_t p = 0; p < f->ports; p++)
			json_array_append_new(list, target_object(&f->wheres[i],
								  (uint16_t)(f->wheres[i].port + p)));
	return list;
}

static json_t *real_or_null(bool known, double n)
{
	return known ? json_real(n) : json_null();
}

static void json_start(const struct send_show *s)
{
	const struct send_conf *c = s->conf;
	char session[20];
	json_t *o = json_object();

	snprintf(session, sizeof session, "%016" PRIx64, s->session);
	out_put(o, "targets", targets(s->flows));
	out_put_int(o, "streams", s->flows->n);
	out_put(o, "session", json_string(session));
	out_put(o, "format", json_string(mc_format_name(c->format)));
	out_put(o, "pps", real_or_null(c->rate.unit == RATE_PPS, c->rate.value));
	out_put(o, "bps", real_or_null(c->rate.unit == RATE_BPS, c->rate.value));
	out_put_int(o, "bytes_min", c->size.from);
	out_put_int(o, "bytes_max", c->size.to);
	out_put_int(o, "ttl", (uint64_t)c->ttl);
	out_put(o, "io", json_string(hand_name(s->hand->how)));
	out_put_int(o, "train", s->hand->how == SEND_TRAINS ? s->hand->most : 1);
	out_put_int(o, "burst", (uint64_t)c->burst);
	event("start", o);
}

/* ---- interval ------------------------------------------------------------------------- */

static void text_rates(const struct send_totals *t, mc_time time)
{
	printf("%s pps, %s", number(per_second(t->datagrams, time)).s,
	       bits(per_second(8 * t->bytes, time)).s);
}

static void json_rates(json_t *o, const struct send_totals *t, mc_time time)
{
	out_put_int(o, "datagrams", t->datagrams);
	out_put_int(o, "bytes", t->bytes);
	out_put_int(o, "unsent", t->unsent);
	out_put(o, "pps", json_real(per_second(t->datagrams, time)));
	out_put(o, "bps", json_real(per_second(8 * t->bytes, time)));
}

void send_show_interval(const struct send_show *s, const struct send_totals *before,
			const struct send_totals *t)
{
	struct send_totals part = { .datagrams = t->datagrams - before->datagrams,
				    .bytes = t->bytes - before->bytes,
				    .unsent = t->unsent - before->unsent };
	mc_time time = t->time - before->time;

	if (s->conf->quiet)
		return;
	if (s->conf->json) {
		json_t *o = json_object();

		out_put(o, "seconds", out_seconds(t->time));
		json_rates(o, &part, time);
		event("interval", o);
		return;
	}
	printf("%s s: %" PRIu64 " datagrams, ", seconds(t->time).s, part.datagrams);
	text_rates(&part, time);
	if (part.unsent)
		printf(", %" PRIu64 " not sent", part.unsent);
	putchar('\n');
	out_flush();
}

/* ---- end ------------------------------------------------------------------------------ */

static void text_errors(const struct send_totals *t)
{
	printf("not sent: %" PRIu64, t->unsent);
	for (size_t i = 0; i < t->errors.n; i++)
		printf("%s %" PRIu64 " %s%s", i ? "," : ":", t->errors.v[i].n,
		       mc_strerror(t->errors.v[i].error), where_meaning(t->errors.v[i].error));
	putchar('\n');
}

static const char *us(mc_time t, struct text *buf)
{
	*buf = number((double)t / 1000);
	return buf->s;
}

static void text_spacing(const struct mc_hist *h)
{
	struct text p50, p99, max;

	printf("off by us p50/p99/max: %s/%s/%s\n", us(mc_hist_quantile(h, 0.5), &p50),
	       us(mc_hist_quantile(h, 0.99), &p99), us(h->max, &max));
}

static void put_calls(const struct send_show *s, const struct send_totals *t)
{
	if (t->train_most > 1)
		printf(", in trains of up to %u", t->train_most);
	else if (s->hand->how == SEND_SINGLE || s->hand->most == 1)
		printf(", one a call");
	else
		printf(", in %" PRIu64 " calls", t->calls);
}

static void text_end(const struct send_show *s, const struct send_totals *t, const struct send_pace *p)
{
	printf("%" PRIu64 " datagram%s, %" PRIu64 " bytes in %s s: ", t->datagrams,
	       t->datagrams == 1 ? "" : "s", t->bytes, seconds(t->time).s);
	text_rates(t, t->time);
	put_calls(s, t);
	putchar('\n');
	if (p->off.n)
		text_spacing(&p->off);
	if (p->behind)
		printf("behind: %" PRIu64 " datagrams were missed by more than 10 ms and not made up\n",
		       p->behind);
	if (t->unsent)
		text_errors(t);
	if (t->answers && s->conf->verbose)
		printf("%" PRIu64 " questions for the clock answered\n", t->answers);
	out_flush();
}

static json_t *errors_object(const struct send_errors *e)
{
	json_t *o = json_object();

	for (size_t i = 0; i < e->n; i++)
		out_put_int(o, mc_strerror(e->v[i].error), e->v[i].n);
	return o;
}

static json_t *spacing_object(const struct send_pace *p)
{
	json_t *o;

	if (!p->off.n)
		return json_null();
	o = json_object();
	out_put(o, "wanted_s", out_seconds(p->wanted));
	out_put(o, "p50_s", out_seconds(mc_hist_quantile(&p->off, 0.5)));
	out_put(o, "p99_s", out_seconds(mc_hist_quantile(&p->off, 0.99)));
	out_put(o, "max_s", out_seconds(p->off.max));
	return o;
}

static void json_end(const struct send_show *s, const struct send_totals *t, const struct send_pace *p,
		     bool over)
{
	json_t *o = json_object();

	out_put(o, "seconds", out_seconds(t->time));
	json_rates(o, t, t->time);
	out_put_int(o, "streams", s->flows->n);
	out_put(o, "errors", errors_object(&t->errors));
	out_put_int(o, "calls", t->calls);
	out_put_int(o, "train_most", t->train_most);
	out_put_int(o, "behind", p->behind);
	out_put(o, "spacing", spacing_object(p));
	out_put_int(o, "answers", t->answers);
	event(over ? "end" : "so_far", o);
}

/* ---- one or the other ----------------------------------------------------------------- */

void send_show_start(const struct send_show *s)
{
	if (s->conf->quiet)
		return;
	if (s->conf->json)
		json_start(s);
	else
		text_start(s);
	out_flush();
}

void send_show_end(const struct send_show *s, const struct send_totals *t, const struct send_pace *p,
		   bool over)
{
	if (s->conf->quiet)
		return;
	if (s->conf->json)
		json_end(s, t, p, over);
	else
		text_end(s, t, p);
}

void send_show_error(const struct send_show *s, const struct verb *v, int error, const char *meaning)
{
	if (s->conf->verbose)
		opt_refuse(v, "a datagram was not sent: %s%s", mc_strerror(error), meaning);
}
