/*
 * recv_scene.h - a run of mcast recv that was never run: streams filled by hand, so that what is told of them
 * is known beforehand.
 */
#ifndef TEST_RECV_SCENE_H
#define TEST_RECV_SCENE_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "recv/places.h"
#include "recv/run.h"

#define SCENE_MOST 10000
#define SCENE_BEGAN (1700000000 * MC_SEC)

struct scene {
	struct recv r;
	struct verb verb;
	struct mc_clock clock;
	struct recv_stream *v[SCENE_MOST];
	struct recv_target targets[2];
	struct recv_place place;
	struct recv_places places;
};

static inline struct mc_addr scene_addr(const char *text)
{
	struct mc_addr a;

	assert_int_equal(mc_addr_parse(&a, text), 0);
	return a;
}

static inline struct scene *scene_new(void)
{
	struct scene *c = calloc(1, sizeof *c);

	assert_non_null(c);
	c->verb.name = "recv";
	c->r.verb = &c->verb;
	c->r.targets = c->targets;
	c->r.streams.v = c->v;
	c->r.streams.most = SCENE_MOST;
	c->r.conf.interval = c->r.conf.max_delay = MC_NEVER;
	c->r.conf.rcvbuf = c->r.conf.min_packets = -1;
	c->r.conf.linger = 5 * MC_SEC;
	c->r.began_real = SCENE_BEGAN;
	c->clock = (struct mc_clock){ .basis = MC_BASIS_ECHO, .base = -2500 * 1000, .uncertainty = 12000 };
	for (int i = 0; i < 2; i++) {
		mc_target_init(&c->targets[i].target);
		c->targets[i].target.group = scene_addr(i ? "239.2.1.1" : "239.1.1.1");
		c->targets[i].target.port = 5000;
		c->targets[i].mode = MC_EXCLUDE;
		c->targets[i].path = -1;
	}
	c->r.ntargets = 1;
	return c;
}

/* One more stream, of numbered probes: packets in ten seconds, of 1000 octets each, that came, and lost
 * ones. */
static inline struct recv_stream *scene_stream(struct scene *c, uint64_t packets, uint64_t lost)
{
	struct recv_stream *s = calloc(1, sizeof *s);
	struct mc_stream *f;

	assert_non_null(s);
	assert_true(c->r.streams.n < SCENE_MOST);
	f = &s->flow;
	s->group = scene_addr("239.1.1.1");
	s->source = scene_addr("10.0.0.1");
	s->port = 5000;
	s->source_port = (uint16_t)(40001 + c->r.streams.n);
	s->ifindex = 2;
	s->path = -1;
	strcpy(s->ifname, "eth0");
	s->joined = SCENE_BEGAN - 213 * MC_MSEC;
	f->format = MC_FORMAT_PROBE;
	f->packets = packets;
	f->bytes = 1000 * packets;
	f->first = SCENE_BEGAN;
	f->last = SCENE_BEGAN + 10 * MC_SEC;
	f->shortest = f->longest = 1000;
	f->has_ttl = true;
	f->ttl_min = f->ttl_max = 1;
	f->dscp = 1;
	f->train_came = f->train_sent = 1;
	f->numbered = true;
	f->session = 0xab;
	f->sessions = 1;
	f->first_seq = f->seq.first = 1;
	f->seq.received = packets;
	f->seq.highest = packets + lost;
	f->gaps.most = 8;
	f->burst.most_packets = 14;
	f->burst.most_bytes = 14000;
	c->v[c->r.streams.n++] = s;
	return s;
}

/* Delays of so many microseconds each, counted. */
static inline void scene_delays(struct scene *c, struct recv_stream *s, const unsigned *us, size_t n)
{
	s->flow.clock = &c->clock;
	s->flow.delay.basis = c->clock.basis;
	s->flow.delay.uncertainty = c->clock.uncertainty;
	s->flow.delay.jitters = true;
	s->flow.delay.jitter = 4000;
	if (!s->flow.delay.hist)
		s->flow.delay.hist = calloc(1, sizeof *s->flow.delay.hist);
	assert_non_null(s->flow.delay.hist);
	for (size_t i = 0; i < n; i++)
		mc_hist_add(s->flow.delay.hist, us[i] * 1000);
}

static inline void scene_gap(struct recv_stream *s, mc_time after, uint64_t first, uint64_t n, bool socket)
{
	mc_gaps_open(&s->flow.gaps, SCENE_BEGAN + after, first, n, socket ? n : 0);
}

/* The seconds that are over: what came in each, and was lost; a dot: the stream had not begun. */
static inline void scene_seconds(struct scene *c, struct recv_stream *s, const char *packets,
				 const char *lost)
{
	c->r.streams.laps = (uint32_t)strlen(packets);
	s->flow.first = MC_NEVER;
	for (uint32_t i = 0; packets[i]; i++) {
		bool there = packets[i] != '.';

		if (there && s->flow.first == MC_NEVER)
			s->flow.first = c->r.began_real + i * MC_SEC + 1;
		s->strip[i % RECV_STRIP] =
			(struct recv_point){ .packets = there ? (uint32_t)(packets[i] - '0') * 100 : 0,
					     .bytes = there ? (uint64_t)(packets[i] - '0') * 100000 : 0,
					     .lost = (uint32_t)(lost[i] - '0'),
					     .delay_mean = -1,
					     .delay_max = -1 };
	}
}

static inline void scene_places(struct scene *c, uint64_t dropped)
{
	c->place = (struct recv_place){
		.ifindex = 2,
		.ifname = "eth0",
		.began = { .received = 5, .dropped = 7 },
		.now = { .received = 105, .dropped = 7 + dropped, .missed = 1, .fifo = 1, .errors = 3 }
	};
	c->places = (struct recv_places){ &c->place, 1 };
	c->r.places = &c->places;
}

static inline void scene_end(struct scene *c)
{
	for (size_t i = 0; i < c->r.streams.n; i++) {
		mc_stream_free(&c->v[i]->flow);
		free(c->v[i]->series.v);
		free(c->v[i]);
	}
	free(c);
}

#endif
