/*
 * streams.c - the table of streams, and what they were second by second. What a datagram means is stream.h's
 * business; who sends it chooses the keys, so the hash has a seed.
 */
#include "recv/streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/sip.h"

_Static_assert(RECV_SERIES % 2 == 0, "a full series is halved");

/* ---- the table ------------------------------------------------------------------------ */

int recv_streams_init(struct recv_streams *t, size_t most)
{
	*t = (struct recv_streams){ .most = most, .buckets = 64 };
	while (t->buckets < most)
		t->buckets *= 2;
	t->bucket = calloc(t->buckets, sizeof *t->bucket);
	t->v = calloc(most, sizeof(struct recv_stream *)); /* pages that are not used cost nothing */
	if (!t->bucket || !t->v) {
		free(t->bucket);
		free(t->v);
		*t = (struct recv_streams){ 0 };
		return -ENOMEM;
	}
	if (getrandom(t->seed, sizeof t->seed, GRND_NONBLOCK) != (ssize_t)sizeof t->seed)
		t->seed[0] =
			(uint64_t)(uintptr_t)t->v; /* early in a boot: where it lies is not known outside */
	return 0;
}

void recv_streams_free(struct recv_streams *t)
{
	for (size_t i = 0; i < t->n; i++) {
		mc_stream_free(&t->v[i]->flow);
		free(t->v[i]->series.v);
		free(t->v[i]);
	}
	free(t->v);
	free(t->bucket);
	*t = (struct recv_streams){ 0 };
}

static size_t bucket_of(const struct recv_streams *t, const struct recv_key *k)
{
	struct mc_sip sip = { { t->seed[0], t->seed[1] } };
	uint64_t words[5];

	memcpy(&words[0], k->source->b, 16);
	memcpy(&words[2], k->group->b, 16);
	words[4] = (uint64_t)k->ifindex << 32 | (uint32_t)k->source_port << 16 | k->port;
	return mc_sip_hash(&sip, words, 5) & (t->buckets - 1);
}

static bool is_of(const struct recv_stream *s, const struct recv_key *k)
{
	return s->source_port == k->source_port && s->port == k->port && s->ifindex == k->ifindex &&
	       !memcmp(&s->source, k->source, sizeof s->source) &&
	       !memcmp(&s->group, k->group, sizeof s->group);
}

struct recv_stream *recv_streams_get(const struct recv_streams *t, const struct recv_key *k)
{
	uint32_t i = t->bucket[bucket_of(t, k)];

	while (i && !is_of(t->v[i - 1], k))
		i = t->v[i - 1]->chain;
	return i ? t->v[i - 1] : NULL;
}

static struct recv_key key_of(const struct mc_dgram *d, const struct listener *l)
{
	return (struct recv_key){ &l->group, &d->peer, l->port, d->port, d->ifindex };
}

struct recv_stream *recv_streams_find(const struct recv_streams *t, const struct mc_dgram *d,
				      const struct listener *l)
{
	const struct recv_key k = key_of(d, l);

	return recv_streams_get(t, &k);
}

/* ---- what was, second by second ------------------------------------------------------- */

static const struct recv_point nothing = { .delay_mean = -1, .delay_max = -1 };

/* As if so many laps without anything had been put: a stream that comes late has the past of all others. */
static bool series_begin(struct recv_series *s, uint32_t laps)
{
	uint32_t width = 1;

	while ((laps + width - 1) / width > RECV_SERIES)
		width *= 2;
	*s = (struct recv_series){ .step = width * MC_SEC, .n = (laps + width - 1) / width };
	s->merged = s->n ? laps - (s->n - 1) * width : 0;
	s->cap = s->n > 60 ? RECV_SERIES : 64;
	s->v = malloc(s->cap * sizeof *s->v);
	for (uint32_t i = 0; s->v && i < s->n; i++)
		s->v[i] = nothing;
	return s->v != NULL;
}

static uint32_t add32(uint32_t a, uint32_t b)
{
	return a + b < a ? UINT32_MAX : a + b;
}

static void merge(struct recv_point *a, const struct recv_point *b)
{
	double n = (double)a->packets + (double)b->packets;

	if (a->delay_mean < 0)
		a->delay_mean = b->delay_mean;
	else if (b->delay_mean >= 0 && n > 0)
		a->delay_mean =
			(int64_t)(((double)a->delay_mean * a->packets + (double)b->delay_mean * b->packets) /
				  n);
	a->delay_max = b->delay_max > a->delay_max ? b->delay_max : a->delay_max;
	a->packets = add32(a->packets, b->packets);
	a->lost = add32(a->lost, b->lost);
	a->bytes += b->bytes;
}

static void series_halve(struct recv_series *s)
{
	for (uint32_t i = 0; i < s->n / 2; i++) {
		s->v[i] = s->v[2 * i];
		merge(&s->v[i], &s->v[2 * i + 1]);
	}
	s->n /= 2;
	s->step *= 2;
}

static bool series_room(struct recv_series *s)
{
	uint32_t cap = s->cap && s->cap * 2 < RECV_SERIES ? s->cap * 2 : RECV_SERIES;
	struct recv_point *v;

	if (s->n == RECV_SERIES)
		series_halve(s);
	if (s->n < s->cap)
		return true;
	v = realloc(s->v, cap * sizeof *v);
	if (!v)
		return false;
	s->v = v;
	s->cap = cap;
	return true;
}

/* Without memory the last point takes it: sums stay right. */
static void series_put(struct recv_series *s, const struct recv_point *p)
{
	if (s->n && s->merged < s->step / MC_SEC) {
		merge(&s->v[s->n - 1], p);
		s->merged++;
		return;
	}
	if (!series_room(s)) {
		if (s->n)
			merge(&s->v[s->n - 1], p);
		return;
	}
	s->v[s->n++] = *p;
	s->merged = 1;
}

/* What was counted as lost came after all: it is taken out where it was, as far back as that was kept. */
static uint64_t take_back(struct recv_point *p, uint64_t n)
{
	uint64_t taken = p->lost < n ? p->lost : n;

	p->lost -= (uint32_t)taken;
	return n - taken;
}

static void found_again(struct recv_stream *s, uint32_t laps, uint64_t n)
{
	uint64_t left = n;

	for (uint32_t i = 1; i <= RECV_STRIP && i <= laps && left; i++)
		left = take_back(&s->strip[(laps - i) % RECV_STRIP], left);
	left = n;
	for (uint32_t i = s->series.n; i-- > 0 && left;)
		left = take_back(&s->series.v[i], left);
}

static uint32_t top32(uint64_t n)
{
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* They were above the fastest, and those from now on are above 0. */
static void forget_delays(struct recv_stream *s)
{
	for (uint32_t i = 0; i < s->series.n; i++)
		s->series.v[i].delay_mean = s->series.v[i].delay_max = -1;
	for (uint32_t i = 0; i < RECV_STRIP; i++)
		s->strip[i].delay_mean = s->strip[i].delay_max = -1;
}

static void lap(struct recv_stream *s, uint32_t laps)
{
	struct mc_stream_sums sums;
	struct recv_point p = nothing;
	mc_time mean, max;

	mc_stream_sum(&s->flow, &sums);
	if (sums.lost < s->lap.lost)
		found_again(s, laps, s->lap.lost - sums.lost);
	else
		p.lost = top32(sums.lost - s->lap.lost);
	p.packets = top32(s->flow.packets - s->lap.packets);
	p.bytes = s->flow.bytes - s->lap.bytes;
	if (s->flow.delay.anew != s->lap.anew)
		forget_delays(s);
	if (mc_delay_lap(&s->flow.delay, &mean, &max)) {
		p.delay_mean = (int64_t)mean;
		p.delay_max = (int64_t)max;
	}
	s->lap = (struct recv_lap){
		s->flow.packets,   s->flow.bytes, sums.lost, sums.reordered, sums.duplicates, 0, 0,
		s->flow.delay.anew
	};
	s->strip[laps % RECV_STRIP] = p;
	series_put(&s->series, &p);
}

void recv_streams_lap(struct recv_streams *t)
{
	for (size_t i = 0; i < t->n; i++)
		lap(t->v[i], t->laps);
	t->laps++;
}

/* ---- streams --------------------------------------------------------------------------- */

static void strip_begin(struct recv_stream *s)
{
	for (unsigned i = 0; i < RECV_STRIP; i++)
		s->strip[i] = nothing;
}

struct recv_stream *recv_streams_add(struct recv_streams *t, const struct mc_dgram *d,
				     const struct listener *l)
{
	const struct recv_key k = key_of(d, l);
	struct recv_stream *s = t->n < t->most ? calloc(1, sizeof *s) : NULL;
	uint32_t *first = &t->bucket[bucket_of(t, &k)];

	if (!s || !series_begin(&s->series, t->laps)) {
		free(s);
		return NULL;
	}
	s->group = l->group;
	s->source = d->peer;
	s->port = l->port;
	s->source_port = d->port;
	s->ifindex = d->ifindex;
	s->listener = l;
	s->path = -1;
	strip_begin(s);
	s->chain = *first;
	t->v[t->n++] = s;
	*first = (uint32_t)t->n;
	return s;
}

/* What the caller set before the first datagram stays, and what the stream was found to be. */
static void reset(struct recv_stream *s)
{
	struct mc_stream kept = { .format = s->flow.format,
				  .at = s->flow.at,
				  .rtp_clock = s->flow.rtp_clock,
				  .clock = s->flow.clock,
				  .whose = s->flow.whose,
				  .whose_arg = s->flow.whose_arg,
				  .marked = s->flow.marked,
				  .marked_arg = s->flow.marked_arg,
				  .session = s->flow.session,
				  .sessions = s->flow.sessions > 0,
				  .paused = true, /* what came before is not what was missed before */
				  .bits = s->flow.bits,
				  .gaps = { .most = s->flow.gaps.most } };

	mc_stream_free(&s->flow);
	s->flow = kept;
	s->joined = 0; /* the first datagram from now on is not the first behind the join */
	s->after_left = 0;
	s->last_after = 0;
	s->lap = s->line = (struct recv_lap){ 0 };
	s->series.n = s->series.merged = 0;
	s->series.step = MC_SEC;
	strip_begin(s);
}

void recv_streams_reset(struct recv_streams *t)
{
	for (size_t i = 0; i < t->n; i++)
		reset(t->v[i]);
	t->other_packets = t->other_bytes = 0;
	t->laps = 0;
}
