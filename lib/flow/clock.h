/*
 * clock.h - another machine's clock beside ours: by how much it is ahead, and how that drifts, so that the
 * time of sending by that clock and of arrival by this one give a one-way delay.
 *
 * Three ways, the better one as soon as there is one: both are said to be synchronised; questions that the
 * other one answered, as in NTP (RFC 5905 8), of which those with the shortest round trips count; or the
 * lower envelope of what came (Moon, Skelly, Towsley 1999): the fastest datagrams took no time, and delays
 * are those above the fastest. Drift is a line through what counts, once that spans ten seconds; before that
 * it is what the exchanges leave possible (of the envelope two seconds, before which there is none). What is
 * older than twenty minutes does not count, as clocks do not drift evenly for longer, nor does what came
 * before a clock began to be set right, by another rate.
 *
 * It knows no datagram and reads no clock.
 */
#ifndef MC_CLOCK_H
#define MC_CLOCK_H

#include <mcast/base.h>

enum mc_basis { MC_BASIS_NONE, MC_BASIS_SYNCED, MC_BASIS_ECHO, MC_BASIS_ENVELOPE };

const char *mc_basis_name(enum mc_basis b); /* "none", "synced", "echo", "envelope" */

#define MC_CLOCK_POINTS 256 /* that are kept: a longer run keeps them further apart */

struct mc_clock_point {
	mc_time at;     /* our clock */
	int64_t ahead;  /* the other clock minus ours, by this exchange; or what one way looks like */
	mc_time round;  /* the round trip of an exchange */
};

/* The best of equal spans of time, in order of time. */
struct mc_clock_points {
	struct mc_clock_point v[MC_CLOCK_POINTS];
	unsigned n;
	mc_time span;
};

struct mc_clock {
	enum mc_basis only; /* NONE: whatever there is */
	enum mc_basis basis; /* what is in force */
	mc_time began;      /* the first datagram, our clock */
	struct mc_clock_points echo, low;
	unsigned low_seen;  /* datagrams and trains, up to what is enough */
	mc_time low_until;  /* where the latest span of low ends */
	/* The line in force: ahead(t) = base + slope * (t - base_at). */
	mc_time base_at;
	int64_t base;
	double slope;       /* 1e-6 is 1 ppm; 0 as long as it is not known */
	bool drifts;        /* slope is known */
	/* At sure_at; it grows with the distance from there. Of exchanges: half the shortest round trip, what
	 * it lies off the line, and what drift can have done since; after one that shows that the line was
	 * further off, by how much, until the next. Of the envelope: how far it moved while it was in use, of
	 * late. */
	mc_time uncertainty;
	mc_time sure_at;
	double loosens;     /* by so much: what is not known of the slope */
	uint64_t asked;     /* by the caller */
	uint64_t answered;
	uint64_t steps;     /* a clock was set, and all began anew */
	/* What does not fit, one after the other. */
	unsigned odd;
	int64_t odd_ahead;
	mc_time odd_at;
};

/* mc_clock_init: only what `only` says, or (NONE) the best there is. */
void mc_clock_init(struct mc_clock *c, enum mc_basis only);

/* mc_clock_echo: asked at t0, heard there at t1, answered there at t2, answer here at t3. What cannot be true
 * (t3 < t0, t2 < t1, a round trip of less than nothing), or took more than a minute, is left out: false.
 * Three in a row that lie off the line by much more than their round trips, and than a clock is set right
 * meanwhile: a clock was set. */
bool mc_clock_echo(struct mc_clock *c, mc_time t0, mc_time t1, mc_time t2, mc_time t3);

/* mc_clock_oneway: a datagram that left at `sent` by that clock came at `came` by ours. Cheap: for each
 * train. One that is half a second off is left out; 16 in a row, for a second, that agree: a clock was
 * set. */
void mc_clock_oneway(struct mc_clock *c, mc_time sent, mc_time came);

/* mc_clock_ready tells whether delays can be had: clocks are synchronised; three exchanges were
 * answered, or, 300 ms after the first datagram, one; or none was, so that the envelope has to do, and
 * eight datagrams or trains came that it can be of. */
bool mc_clock_ready(struct mc_clock *c, mc_time now);

/* mc_clock_delay gives the one-way delay in ns; it may be negative where the estimate is off. */
int64_t mc_clock_delay(const struct mc_clock *c, mc_time sent, mc_time came);

/* mc_clock_unsure gives how far delays of that time (ours) may be off: as long as the clocks' rates
 * stay what they are. */
mc_time mc_clock_unsure(const struct mc_clock *c, mc_time at);

/* mc_clock_ahead gives by how much that clock is ahead of ours at a time of ours. */
int64_t mc_clock_ahead(const struct mc_clock *c, mc_time at);

#endif
