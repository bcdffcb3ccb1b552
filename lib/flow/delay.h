/*
 * delay.h - one-way delays and jitter of a stream. Delays wait until the sender's clock is known (clock.h),
 * and are counted in a histogram from then on: a few hundred as they are; of a fast stream, what comes within
 * a second, in a histogram relative to one of them. Where the clock comes to be known in a better way all is
 * counted anew: figures of two kinds do not mix.
 */
#ifndef MC_DELAY_H
#define MC_DELAY_H

#include "flow/clock.h"
#include "flow/hist.h"

#define MC_DELAY_HELD 256

struct mc_delay_fold; /* delay.c */

struct mc_delay {
	struct mc_hist *hist; /* allocated with the first delay */
	enum mc_basis basis;  /* what the delays in it are known by */
	mc_time uncertainty;  /* the largest that was in force when one of them was counted */
	uint32_t anew;        /* how often it was emptied for a better basis */
	struct mc_delay_held {
		mc_time sent, came;
		uint32_t n;
	} * held; /* until the clock is ready; then freed */
	unsigned nheld;
	struct mc_delay_fold *fold; /* more of them; with held, and freed with it */
	uint64_t uncounted;  /* that there was no room for, whose clock was not known, or not well enough */
	uint64_t negative;   /* that came out below zero, and were counted as zero */
	mc_time lowest;      /* of those, how far below */
	/* RFC 3550 6.4.1 and A.8, in ns; trains: within one they differ by nothing */
	double jitter;
	int64_t transit;     /* of the last one */
	bool began;
	bool jitters;        /* there were two to compare: jitter is known */
	/* of the last interval, by mc_delay_lap */
	uint64_t lap_n;
	double lap_sum;
	mc_time lap_max;
	mc_time line_max;    /* of the last line, by whoever takes it and sets it to 0 */
};

void mc_delay_free(struct mc_delay *d);

/* mc_delay_add: n datagrams that left at `sent` by the sender's clock c (not 0), and came at `came`: their
 * delay, jitter, and what they tell of the clock (mc_clock_oneway). What cannot be counted is in
 * uncounted. */
void mc_delay_add(struct mc_delay *d, struct mc_clock *c, mc_time sent, mc_time came, uint32_t n);

/* mc_delay_flush counts what waits, as soon as the clock is ready; at the end (now MC_NEVER) in any case, or,
 * where nothing is known of the clock even then, adds it to uncounted. By echo, what waited for more than a
 * second is not counted: it would be no better than drift. */
void mc_delay_flush(struct mc_delay *d, struct mc_clock *c, mc_time now);

/* mc_jitter_add: only the jitter, for streams without a clock that can be compared: the transit time may be
 * in any unit and from any beginning, as RTP's is. A difference of more than a minute is a clock that was
 * set: it begins anew. */
void mc_jitter_add(struct mc_delay *d, int64_t transit, uint32_t n);

/* mc_delay_lap gives mean and maximum since the last call, and begins anew; false: there was none. */
bool mc_delay_lap(struct mc_delay *d, mc_time *ret_mean, mc_time *ret_max);

#endif
