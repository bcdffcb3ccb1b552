/*
 * delay.c - delays counted, or held until the clock is known; jitter by RFC 3550 A.8; sums of an interval. It
 * reads no clock; what one clock is beside another is clock.c's.
 */
#include "flow/delay.h"

#include <stdlib.h>

#define JUMP ((uint64_t)60 * MC_SEC) /* no jitter, but a clock that was set */

void mc_delay_free(struct mc_delay *d)
{
	free(d->hist);
	free(d->held);
	*d = (struct mc_delay){ 0 };
}

/* base to the power of n, by squaring. */
static double power(double base, uint32_t n)
{
	double p = 1;

	for (; n; n >>= 1) {
		p *= n & 1 ? base : 1;
		base *= base;
	}
	return p;
}

void mc_jitter_add(struct mc_delay *d, int64_t transit, uint32_t n)
{
	uint64_t apart = (uint64_t)transit - (uint64_t)d->transit;

	if (n == 0)
		return;
	if (apart > INT64_MAX)
		apart = 0 - apart;
	if (d->began && apart <= JUMP) {
		d->jitter += ((double)apart - d->jitter) / 16;
		d->jitters = true;
	}
	if (n > 1)
		d->jitter *= power(15.0 / 16, n - 1);
	d->transit = transit;
	d->began = true;
}

static void note_lap(struct mc_delay *d, mc_time delay, uint32_t n)
{
	d->lap_n += n;
	d->lap_sum += (double)delay * n;
	if (delay > d->lap_max)
		d->lap_max = delay;
}

static void count(struct mc_delay *d, const struct mc_clock *c, const struct mc_delay_held *h)
{
	int64_t delay = mc_clock_delay(c, h->sent, h->came);
	mc_time below = delay < 0 ? 0 - (mc_time)delay : 0;

	if (!d->hist)
		d->hist = calloc(1, sizeof(*d->hist));
	if (!d->hist)
		return;
	if (below) {
		d->negative += h->n;
		d->lowest = below > d->lowest ? below : d->lowest;
		delay = 0;
	}
	mc_hist_add_many(d->hist, (mc_time)delay, h->n);
	note_lap(d, (mc_time)delay, h->n);
}

static void hold(struct mc_delay *d, const struct mc_delay_held *h)
{
	if (!d->held)
		d->held = calloc(MC_DELAY_HELD, sizeof(*d->held));
	if (d->held && d->nheld < MC_DELAY_HELD)
		d->held[d->nheld++] = *h;
	else
		d->unheld += h->n;
}

void mc_delay_flush(struct mc_delay *d, struct mc_clock *c, mc_time now)
{
	bool ready = mc_clock_ready(c, now);

	if (!ready && now != MC_NEVER)
		return;
	for (unsigned i = 0; i < d->nheld; i++)
		if (ready)
			count(d, c, &d->held[i]);
		else
			d->unheld += d->held[i].n;
	free(d->held);
	d->held = NULL;
	d->nheld = 0;
}

void mc_delay_add(struct mc_delay *d, struct mc_clock *c, mc_time sent, mc_time came, uint32_t n)
{
	struct mc_delay_held h = { .sent = sent, .came = came, .n = n };

	if (n == 0)
		return;
	mc_jitter_add(d, (int64_t)(came - sent), n);
	mc_clock_oneway(c, sent, came);
	if (!mc_clock_ready(c, came)) {
		hold(d, &h);
		return;
	}
	if (d->held)
		mc_delay_flush(d, c, came);
	count(d, c, &h);
}

bool mc_delay_lap(struct mc_delay *d, mc_time *ret_mean, mc_time *ret_max)
{
	bool any = d->lap_n > 0;

	if (any) {
		*ret_mean = (mc_time)(d->lap_sum / (double)d->lap_n);
		*ret_max = d->lap_max;
	}
	d->lap_n = 0;
	d->lap_sum = 0;
	d->lap_max = 0;
	return any;
}
