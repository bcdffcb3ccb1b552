/*
 * take.c - the fast path: from what a socket has to the streams that it belongs to. Nothing is formatted
 * here, unless it was asked for, and nothing allocated but for a stream that is new. A train costs one
 * lookup, and as a rule that is a comparison with the stream that came last; the clock is read once a
 * batch.
 */
#include <mcast/sock.h>
#include <string.h>

#include "out.h"
#include "recv/effects.h"
#include "recv/keep.h"
#include "recv/paths.h"
#include "recv/pour.h"
#include "recv/tell.h"
#include "sources.h"

static uint64_t datagrams(const struct mc_dgram *d)
{
	return d->segment ? (d->len + d->segment - 1) / d->segment : 1;
}

/* ---- the stream of a datagram --------------------------------------------------------- */

static void name_iface(const struct recv *r, struct recv_stream *s)
{
	const struct mc_iface *i = mc_ifaces_index(r->ifs, s->ifindex);

	if (i)
		memcpy(s->ifname, i->name, sizeof s->ifname);
}

static mc_time joined_at(const struct listener *l, uint32_t ifindex)
{
	for (size_t i = 0; i < l->nmembers; i++)
		if (l->members[i].ifindex == ifindex)
			return l->members[i].joined;
	return 0;
}

/* Two paths may be two sources of one group, which are one listener then. */
static size_t target_of(const struct recv *r, const struct recv_stream *s)
{
	const struct recv_target *t = &r->targets[s->ear->target];

	for (size_t i = 0; t->path >= 0 && i < r->ntargets; i++) {
		const struct recv_target *o = &r->targets[i];

		if (o->mode == MC_INCLUDE && o->target.port == s->port &&
		    !mc_addr_cmp(&o->target.group, &s->group) &&
		    !strcmp(o->target.ifname, t->target.ifname) &&
		    (!o->nsources || sources_has(o->sources, o->nsources, &s->source)))
			return i;
	}
	return s->ear->target;
}

/* Not earlier than there is a time: whoever sends something else, and whatever is forged, needs none. */
static struct mc_clock *clock_of(void *arg)
{
	struct recv_stream *s = arg;

	s->sender = clocks_sender(s->clocks, &s->source, s->source_port, s->ifindex);
	return s->sender ? &s->sender->clock : NULL;
}

static struct recv_stream *begin(struct recv *r, const struct mc_dgram *d, const struct listener *l)
{
	struct recv_stream *s = recv_streams_add(&r->streams, d, l);
	const struct recv_target *t;

	if (!s)
		return NULL;
	s->ear = l->own;
	s->target = target_of(r, s);
	t = &r->targets[s->target];
	s->path = t->path;
	s->joined = joined_at(l, d->ifindex);
	name_iface(r, s);
	s->clocks = r->clocks;
	s->flow.format = r->conf.format;
	s->flow.at = r->conf.at;
	s->flow.rtp_clock = r->conf.rtp_clock ? (uint32_t)r->conf.rtp_clock : t->rtp_clock;
	s->flow.whose = clock_of;
	s->flow.whose_arg = s;
	s->flow.gaps.most = (uint32_t)r->conf.gaps;
	if (s->path >= 0)
		paths_watch(r, s);
	tell_stream_new(r, s);
	return s;
}

/* A stream that comes by another listener than before: its group was left and joined again. */
static void come_again(struct recv_stream *s, const struct listener *l)
{
	mc_stream_pause(&s->flow);
	s->listener = l;
	s->ear = l->own;
	s->left = 0;
	s->watched = false;
	s->after_left = 0;
	s->last_after = 0;
}

static inline bool is_last(const struct recv_stream *s, const struct mc_dgram *d)
{
	return s && s->source_port == d->port && s->ifindex == d->ifindex &&
	       !memcmp(&s->source, &d->peer, sizeof s->source);
}

static struct recv_stream *stream_of(struct recv *r, const struct mc_dgram *d, const struct listener *l)
{
	struct recv_ear *ear = l->own;

	if (is_last(ear->last, d))
		return ear->last;
	struct recv_stream *s = recv_streams_find(&r->streams, d, l);

	if (!s)
		s = begin(r, d, l);
	else if (s->listener != l)
		come_again(s, l);
	if (s)
		ear->last = s;
	return s;
}

/* ---- what follows --------------------------------------------------------------------- */

static void tell_gaps(struct recv *r, const struct recv_stream *s, uint64_t n)
{
	const struct mc_gaps *g = &s->flow.gaps;
	const struct mc_gap *gap;

	for (uint32_t i = g->n - (n < g->n ? (uint32_t)n : g->n); (gap = mc_gaps_at(g, i)); i++)
		tell_gap(r, s, gap);
}

/* What was asked for besides counting. */
static void take_besides(struct recv *r, const struct port *p, const struct recv_stream *s,
			 const struct mc_dgram *d, const struct mc_arrival *a)
{
	if (r->keep)
		recv_keep_dgram(r->keep, d, p->listener->port);
	if (!s)
		return;
	if (r->pour)
		pour_take(r, s, a);
	if (r->conf.dump)
		tell_dump(r, s, d);
}

static void count(struct recv *r, uint64_t packets, uint64_t bytes)
{
	r->packets += packets;
	r->bytes += bytes;
	if (r->left != UINT64_MAX)
		r->left -= packets < r->left ? packets : r->left;
}

/* One more than there was room for. */
static void pass_over(struct recv *r, const struct mc_dgram *d)
{
	r->streams.other_packets += datagrams(d);
	r->streams.other_bytes += d->len;
	count(r, datagrams(d), d->len);
}

/* Whoever sends probes may be asked for its clock. */
static void note_sender(struct recv *r, const struct recv_stream *s)
{
	s->sender->heard = true;
	if (s->flow.format == MC_FORMAT_PROBE && s->flow.sessions && s->sender->session != s->flow.session)
		clocks_probes(r->clocks, s->sender, s->flow.session);
}

static void feed(struct recv *r, struct recv_stream *s, const struct mc_arrival *a)
{
	uint64_t packets = s->flow.packets, bytes = s->flow.bytes, gaps = s->flow.gaps.total;

	mc_stream_take(&s->flow, a);
	count(r, s->flow.packets - packets, s->flow.bytes - bytes);
	if (s->sender)
		note_sender(r, s);
	if (s->flow.ended)
		r->end_seen = true;
	if (s->ear->waits)
		effects_came(r, s, a->time);
	if (r->conf.verbose && s->flow.gaps.total != gaps)
		tell_gaps(r, s, s->flow.gaps.total - gaps);
}

static bool misplaced(struct recv *r, const struct port *p, const struct mc_dgram *d)
{
	enum taken taken = d->peer.family == MC_IPV6 ? listen_takes(p, d->ifindex) : TAKEN;

	if (taken == NOT_TAKEN)
		r->misplaced += datagrams(d);
	return taken != TAKEN;
}

static mc_time time_of(const struct recv *r, const struct mc_dgram *d)
{
	if (r->conf.hardware && d->hw_time)
		return d->hw_time;
	return d->time ? d->time : out_now();
}

/* Of a train that is longer than -c still takes the rest did not come. */
static void cut(const struct recv *r, struct mc_dgram *d)
{
	if (d->segment && d->len / d->segment >= r->left && d->len > d->segment * r->left)
		d->len = d->segment * r->left;
	if (d->segment >= d->len)
		d->segment = 0;
}

static void take(struct recv *r, const struct port *p, struct mc_dgram *d)
{
	struct recv_stream *s;

	if (misplaced(r, p, d))
		return;
	cut(r, d);
	const struct mc_arrival a = { .data = d->data,
				      .len = d->len,
				      .segment = d->segment,
				      .time = time_of(r, d),
				      .drops = d->drops,
				      .ttl = d->ttl,
				      .tos = d->tos };

	s = stream_of(r, d, p->listener);
	if (s)
		feed(r, s, &a);
	else
		pass_over(r, d);
	if (r->keep || r->pour || r->conf.dump)
		take_besides(r, p, s, d, &a);
}

int recv_take(struct recv *r, const struct port *p)
{
	int n = r->left ? mc_batch_recv(r->batch, p->watch.fd, false) : 0;

	if (n <= 0)
		return 0;
	r->heard = mc_loop_now();
	for (int i = 0; i < n && r->left; i++)
		take(r, p, mc_batch_at(r->batch, (unsigned)i));
	if (r->pour)
		pour_flush(r);
	return n;
}
