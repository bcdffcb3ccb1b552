/*
 * figures.c - what follows from counts. It reads no clock but for a datagram that is just being taken, and
 * prints nothing.
 */
#include "recv/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "out.h"

#define PAUSE (10 * MC_MSEC) /* at least, for a stream to have stopped */

double recv_loss(uint64_t lost, uint64_t received)
{
	return lost ? (double)lost / ((double)lost + (double)received) : 0;
}

struct recv_rate recv_rate(uint64_t packets, uint64_t bytes, mc_time time)
{
	double seconds = (double)time / (double)MC_SEC, n = (double)packets;

	if (packets < 2 || !time)
		return (struct recv_rate){ false, 0, 0 };
	return (struct recv_rate){ true, (n - 1) / seconds, 8 * (double)bytes * (n - 1) / n / seconds };
}

struct recv_rate recv_rate_of(const struct recv_stream *s)
{
	const struct mc_stream *f = &s->flow;

	return recv_rate(f->packets, f->bytes, f->last > f->first ? f->last - f->first : 0);
}

mc_time recv_join_latency(const struct recv_stream *s)
{
	mc_time first = s->flow.packets ? s->flow.first : out_now();

	return s->joined && first >= s->joined ? first - s->joined : MC_NEVER;
}

bool recv_goes_on(mc_time began, uint64_t n, mc_time last, mc_time end)
{
	mc_time pause = n && last > began ? 3 * ((last - began) / n) : 0;

	return n && (end <= last || end - last <= (pause > PAUSE ? pause : PAUSE));
}

bool recv_still_coming(const struct recv *r, const struct recv_stream *s)
{
	mc_time end = mc_sooner(out_now(), mc_after(s->left, r->conf.linger));

	return s->watched && s->left && recv_goes_on(s->left, s->after_left, s->last_after, end);
}

mc_time recv_leave_latency(const struct recv_stream *s)
{
	if (!s->watched || !s->left)
		return MC_NEVER;
	return s->after_left && s->last_after > s->left ? s->last_after - s->left : 0;
}

uint32_t recv_longest_train(const struct recv_stream *s)
{
	return s->flow.train_came > s->flow.train_sent ? s->flow.train_came : s->flow.train_sent;
}

const struct mc_hist *recv_delays(const struct recv_stream *s)
{
	const struct mc_hist *h = s->flow.delay.hist;

	return h && h->n ? h : NULL;
}

int64_t recv_none_of(const struct recv_stream *s)
{
	return s->flow.packets || !s->flow.ended ? 0 : mc_stream_missed(&s->flow);
}

uint64_t recv_number(const struct recv_stream *s, uint64_t n)
{
	uint8_t bits = s->flow.bits;

	return bits && bits < 64 ? n & ((UINT64_C(1) << bits) - 1) : n;
}

char *recv_gap_text(const struct mc_gap *g, char buf[RECV_GAP_SIZE])
{
	buf[0] = '\0';
	if (g->socket && g->socket < g->missing)
		snprintf(buf, RECV_GAP_SIZE, ", %" PRIu64 " of them in the socket", g->socket);
	else if (g->socket)
		snprintf(buf, RECV_GAP_SIZE, ", in the socket");
	return buf;
}

uint64_t recv_compared(const struct mc_pair *p)
{
	return p->both + p->only[0] + p->only[1] + p->neither;
}

static uint64_t low_half(const struct mc_addr *a)
{
	const uint8_t *b = a->b + mc_addr_len(a) - (a->family == MC_IPV6 ? 8 : 4);
	uint64_t n = 0;

	while (b < a->b + mc_addr_len(a))
		n = n << 8 | *b++;
	return n;
}

uint64_t recv_offset(const struct mc_target *t, const struct mc_addr *group)
{
	bool far = group->family != t->group.family ||
		   (group->family == MC_IPV6 && memcmp(group->b, t->group.b, 8) != 0);

	return far ? UINT64_MAX : low_half(group) - low_half(&t->group);
}

static const struct listener *own_listener(const struct recv *r, size_t target, size_t *at)
{
	const struct mc_target *t = &r->targets[target].target;

	for (; *at < r->set.n; ++*at) {
		const struct listener *l = r->set.v[*at];
		const struct recv_ear *ear = l->own;

		if (ear->target > target)
			return NULL;
		if (ear->target == target && !mc_addr_cmp(&l->group, &t->group)) {
			++*at;
			return l;
		}
	}
	return NULL;
}

const struct listener *recv_listener(const struct recv *r, size_t target, bool first, size_t *at)
{
	const struct mc_target *t = &r->targets[target].target;
	const struct listener *l = own_listener(r, target, at);
	size_t from = 0;

	return l || !first ? l : listen_find(&r->set, &t->group, t->port, &from);
}

bool recv_numbered(const struct recv_streams *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i]->flow.numbered)
			return true;
	return false;
}

/* ---- intervals -------------------------------------------------------------------------- */

static void take_delay(struct recv_stream *s, struct recv_lap *now, struct recv_interval *ret)
{
	const struct mc_hist *h = recv_delays(s);

	ret->delay_mean = ret->delay_max = MC_NEVER;
	if (!h)
		return;
	now->delays = h->n;
	now->delay_sum = h->sum;
	now->anew = s->flow.delay.anew;
	if (now->anew != s->line.anew) {
		s->line.delays = 0;
		s->line.delay_sum = 0;
	}
	if (h->n <= s->line.delays)
		return;
	ret->delay_mean = (mc_time)fmax(0, (h->sum - s->line.delay_sum) / (double)(h->n - s->line.delays));
	ret->delay_max = s->flow.delay.line_max;
	s->flow.delay.line_max = 0;
	if (ret->delay_max < ret->delay_mean)
		ret->delay_max = ret->delay_mean;
}

void recv_interval_take(struct recv_stream *s, mc_time time, struct recv_interval *ret)
{
	double seconds = (double)time / (double)MC_SEC;
	struct mc_stream_sums sums;
	struct recv_lap now;

	mc_stream_sum(&s->flow, &sums);
	now = (struct recv_lap){ .packets = s->flow.packets,
				 .bytes = s->flow.bytes,
				 .lost = sums.lost,
				 .reordered = sums.reordered,
				 .duplicates = sums.duplicates };
	*ret = (struct recv_interval){ .packets = now.packets - s->line.packets,
				       .bytes = now.bytes - s->line.bytes,
				       .lost = (int64_t)(now.lost - s->line.lost),
				       .reordered = now.reordered - s->line.reordered,
				       .duplicates = now.duplicates - s->line.duplicates };
	ret->pps = time ? (double)ret->packets / seconds : 0;
	ret->bps = time ? 8 * (double)ret->bytes / seconds : 0;
	take_delay(s, &now, ret);
	s->line = now;
}

bool recv_second(const struct recv *r, const struct recv_stream *s, uint32_t ago, struct recv_point *ret)
{
	uint32_t laps = r->streams.laps;
	mc_time end = r->began_real + (mc_time)(laps - ago) * MC_SEC;

	if (ago >= laps || ago >= RECV_STRIP || end <= s->flow.first)
		return false;
	*ret = s->strip[(laps - 1 - ago) % RECV_STRIP];
	return true;
}

/* ---- which are worst ------------------------------------------------------------------- */

struct ranked {
	const struct recv_stream *stream;
	double loss;
	uint64_t lost;
	size_t at;
};

static int by_loss(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->loss != b->loss)
		return a->loss > b->loss ? -1 : 1;
	if (a->lost != b->lost)
		return a->lost > b->lost ? -1 : 1;
	return a->at < b->at ? -1 : 1;
}

static void rank(struct ranked *ret, const struct recv_stream *s, size_t at)
{
	struct mc_stream_sums sums = { 0 };

	if (s->flow.numbered)
		mc_stream_sum(&s->flow, &sums);
	*ret = (struct ranked){ s, recv_loss(sums.lost, sums.received), sums.lost, at };
}

const struct recv_stream **recv_worst(const struct recv_streams *t)
{
	struct ranked *v = t->n ? calloc(t->n, sizeof *v) : NULL;
	const struct recv_stream **ret = v ? calloc(t->n, sizeof *ret) : NULL;

	for (size_t i = 0; ret && i < t->n; i++)
		rank(&v[i], t->v[i], i);
	if (ret)
		qsort(v, t->n, sizeof *v, by_loss);
	for (size_t i = 0; ret && i < t->n; i++)
		ret[i] = v[i].stream;
	free(v);
	return ret;
}

/* ---- as text ---------------------------------------------------------------------------- */

size_t recv_lossless(const struct recv_stream *const *v, size_t n)
{
	struct mc_stream_sums sums;
	size_t lossless = 0;

	for (size_t i = 0; i < n; i++) {
		mc_stream_sum(&v[i]->flow, &sums);
		lossless += v[i]->flow.numbered && !sums.lost;
	}
	return lossless;
}

char *recv_name(const struct recv_stream *s, bool on, char buf[RECV_NAME_SIZE])
{
	char source[OUT_ENDPOINT_SIZE], group[OUT_ENDPOINT_SIZE], ifname[4 * MC_IFNAME_SIZE];

	out_plain(ifname, sizeof ifname, s->ifname);
	snprintf(buf, RECV_NAME_SIZE, "%s > %s%s%s",
		 out_endpoint(source, sizeof source, &s->source, s->source_port, NULL),
		 out_endpoint(group, sizeof group, &s->group, s->port, NULL), on && *ifname ? " on " : "",
		 on ? ifname : "");
	return buf;
}

bool recv_spread(const struct recv_streams *t)
{
	for (size_t i = 1; i < t->n; i++)
		if (t->v[i]->ifindex != t->v[0]->ifindex)
			return true;
	return false;
}

/* Three digits that count, or all before the point. */
static char *scaled(double v, const char *unit, char *buf)
{
	int digits = v < 9.995 ? 2 : v < 99.95 ? 1 : 0;

	snprintf(buf, RECV_TEXT_SIZE, "%.*f %s", digits, v, unit);
	return buf;
}

char *recv_time_text(mc_time t, char buf[RECV_TEXT_SIZE])
{
	double ns = (double)t;

	if (t < 1000) {
		snprintf(buf, RECV_TEXT_SIZE, "%u ns", (unsigned)t);
		return buf;
	}
	if (ns < 999.5e3)
		return scaled(ns / 1e3, "us", buf);
	if (ns < 999.5e6)
		return scaled(ns / 1e6, "ms", buf);
	return scaled(ns / 1e9, "s", buf);
}

char *recv_pps_text(double pps, char buf[RECV_TEXT_SIZE])
{
	if (pps >= 999999.5)
		snprintf(buf, RECV_TEXT_SIZE, "%.3f Mpps", pps / 1e6);
	else
		snprintf(buf, RECV_TEXT_SIZE, pps < 99.95 ? "%.3g pps" : "%.0f pps", pps);
	return buf;
}

char *recv_bps_text(double bps, char buf[RECV_TEXT_SIZE])
{
	static const char *const units[] = { "bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s" };
	unsigned u = 0;

	for (; bps >= 999.995 && u < 4; u++)
		bps /= 1000;
	snprintf(buf, RECV_TEXT_SIZE, "%.*f %s", u ? 2 : 0, bps, units[u]);
	return buf;
}

/* Two digits that count, however little it is: what is lost once in a million is not nothing. Nor is what
 * came once in a million. */
char *recv_share_text(double share, char buf[RECV_TEXT_SIZE])
{
	double percent = share > 0.999 && share < 1 ? 99.9 : 100 * share;
	int digits = percent > 0 && percent < 1 ? 1 - (int)floor(log10(percent)) : percent < 10 ? 2 : 1;

	if (percent <= 0)
		snprintf(buf, RECV_TEXT_SIZE, "0 %%");
	else
		snprintf(buf, RECV_TEXT_SIZE, "%.*f %%", digits > 9 ? 9 : digits, percent);
	return buf;
}
