/*
 * half.c - what was counted of one responder, or of one half of what it answers. The keys are promised in
 * mcast-ping(1).
 */
#include "ping/half.h"

#include <inttypes.h>

struct ms half_ms(mc_time t)
{
	struct ms m;

	snprintf(m.text, sizeof m.text, "%.*f", t && t < MC_MSEC / 10 ? 4 : 3, (double)t / (double)MC_MSEC);
	return m;
}

void half_count(FILE *f, uint64_t n, const char *what)
{
	if (n)
		fprintf(f, ", %" PRIu64 " %s", n, what);
}

static void text_rtt(FILE *f, const struct mc_hist *h)
{
	if (h->n)
		fprintf(f, "    rtt min/avg/max/mdev = %s/%s/%s/%s ms, p50 %s ms, p99 %s ms\n",
			half_ms(h->min).text, half_ms(mc_hist_mean(h)).text, half_ms(h->max).text,
			half_ms(mc_hist_mdev(h)).text, half_ms(mc_hist_quantile(h, 0.5)).text,
			half_ms(mc_hist_quantile(h, 0.99)).text);
}

/* What a first datagram and a TTL tell. */
static void text_since(FILE *f, const struct responder *r, uint64_t last)
{
	double loss = responder_loss_since_first(r, last);

	if (loss >= 0)
		fprintf(f, ", %.4g%% loss since the first (seq=%" PRIu64 ")", 100 * loss, r->seq.first);
	if (r->hops >= 0)
		fprintf(f, ", hops=%d", (int)r->hops);
	if (r->first != MC_NEVER)
		fprintf(f, ", the first %s ms after the join", half_ms(r->first).text);
}

void half_text(FILE *f, const char *name, const char *by, const struct responder *r, uint64_t sent,
	       uint64_t last, bool since_first)
{
	fprintf(f, "%s%s%s: %" PRIu64 " sent, %" PRIu64 " received, %.4g%% loss, %" PRIu64 " duplicate%s",
		name, by ? " by " : "", by ? by : "", sent, r->received, 100 * responder_loss(r, sent),
		r->seq.duplicates, r->seq.duplicates == 1 ? "" : "s");
	half_count(f, r->late, "late");
	half_count(f, r->seq.reordered, "reordered");
	half_count(f, r->altered, "altered");
	if (since_first)
		text_since(f, r, last);
	putc('\n', f);
	text_rtt(f, &r->rtt);
}

/* null where there is none. */
static void put_rtt(json_t *o, const char *key, const struct mc_hist *h, mc_time value)
{
	out_put(o, key, out_seconds(h->n ? value : MC_NEVER));
}

void half_put(json_t *o, const struct responder *r, uint64_t sent, uint64_t last, bool hops)
{
	const struct mc_hist *h = &r->rtt;
	double since = responder_loss_since_first(r, last);

	out_put_int(o, "sent", sent);
	out_put_int(o, "received", r->received);
	out_put(o, "loss", json_real(responder_loss(r, sent)));
	out_put_int(o, "duplicates", r->seq.duplicates);
	out_put_int(o, "late", r->late);
	out_put_int(o, "reordered", r->seq.reordered);
	out_put_int(o, "altered", r->altered);
	out_put_known(o, "ttl", r->ttl >= 0, r->ttl);
	out_put_known(o, "first_seq", r->seq.received > 0, (int64_t)r->seq.first);
	put_rtt(o, "rtt_min_s", h, h->min);
	put_rtt(o, "rtt_avg_s", h, mc_hist_mean(h));
	put_rtt(o, "rtt_max_s", h, h->max);
	put_rtt(o, "rtt_mdev_s", h, mc_hist_mdev(h));
	put_rtt(o, "rtt_p50_s", h, mc_hist_quantile(h, 0.5));
	put_rtt(o, "rtt_p99_s", h, mc_hist_quantile(h, 0.99));
	out_put(o, "loss_since_first", since >= 0 ? json_real(since) : json_null());
	if (!hops)
		return;
	out_put_known(o, "hops", r->hops >= 0, r->hops);
	out_put(o, "first_s", out_seconds(r->first));
}
