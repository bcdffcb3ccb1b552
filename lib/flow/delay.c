/*
 * delay.c - delays counted, or held until the clock is known; jitter by RFC 3550 A.8; sums of an interval. It
 * reads no clock; what one clock is beside another is clock.c's.
 */
#include "flow/delay.h"

#include <stdlib.h>
#include <string.h>

#define JUMP ((uint64_t)60 * MC_SEC) /* no jitter, but a clock that was set */
#define WAIT MC_SEC /* drift does no harm meanwhile */

/* Of more datagrams than are held: by how much they took longer than the fastest of the first ones. */
struct mc_delay_fold {
	int64_t base;        /* transit of that one */
	mc_time first, last; /* arrivals */
	struct mc_hist hist;
};

void mc_delay_free(struct mc_delay *d)
{
	free(d->hist);
	free(d->held);
	free(d->fold);
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
	d->lap_max = delay > d->lap_max ? delay : d->lap_max;
	d->line_max = delay > d->line_max ? delay : d->line_max;
}

/* What is known in a better way begins anew: the delays so far were above the fastest, not above 0. */
static void begin_anew(struct mc_delay *d, enum mc_basis basis)
{
	if (d->hist->n) {
		d->uncounted += d->hist->n;
		memset(d->hist, 0, sizeof(*d->hist));
		d->anew++;
	}
	d->basis = basis;
	d->uncertainty = 0;
	d->negative = 0;
	d->lowest = 0;
	d->lap_n = 0;
	d->lap_sum = 0;
	d->lap_max = d->line_max = 0;
}

static void doubt(struct mc_delay *d, mc_time unsure)
{
	if (unsure > d->uncertainty)
		d->uncertainty = unsure;
}

static void count(struct mc_delay *d, const struct mc_clock *c, const struct mc_delay_held *h)
{
	int64_t delay = mc_clock_delay(c, h->sent, h->came);
	mc_time below = delay < 0 ? 0 - (mc_time)delay : 0;

	if (!d->hist)
		d->hist = calloc(1, sizeof(*d->hist));
	if (!d->hist) {
		d->uncounted += h->n;
		return;
	}
	if (c->basis != MC_BASIS_SYNCED && (below > JUMP || delay > (int64_t)JUMP)) {
		d->uncounted += h->n; /* damaged, or forged */
		return;
	}
	if (d->basis != c->basis)
		begin_anew(d, c->basis);
	doubt(d, mc_clock_unsure(c, h->came));
	if (below) {
		d->negative += h->n;
		d->lowest = below > d->lowest ? below : d->lowest;
		delay = 0;
	}
	mc_hist_add_many(d->hist, (mc_time)delay, h->n);
	note_lap(d, (mc_time)delay, h->n);
}

/* ---- what waits ---- */

static int64_t transit_of(const struct mc_delay_held *h)
{
	return (int64_t)(h->came - h->sent);
}

/* By how much it took longer than the base; more than a second where it took less. */
static mc_time above(const struct mc_delay_fold *f, const struct mc_delay_held *h)
{
	return (mc_time)transit_of(h) - (mc_time)f->base;
}

/* Whether it can be added: not what would spoil the rest, as times that are far off. */
static bool fits(const struct mc_delay_fold *f, const struct mc_delay_held *h)
{
	return above(f, h) <= WAIT && h->came - f->first <= WAIT;
}

static void fold(struct mc_delay_fold *f, const struct mc_delay_held *h)
{
	mc_hist_add_many(&f->hist, above(f, h), h->n);
	f->last = h->came > f->last ? h->came : f->last;
}

/* Takes all that is held into a fold, so that there is room; only where all of it fits. */
static void begin_fold(struct mc_delay *d)
{
	struct mc_delay_fold *f = calloc(1, sizeof(*f));
	unsigned n = 0;

	if (!f)
		return;
	f->base = transit_of(d->held);
	f->first = d->held->came;
	for (unsigned i = 1; i < d->nheld; i++)
		f->base = transit_of(&d->held[i]) < f->base ? transit_of(&d->held[i]) : f->base;
	while (n < d->nheld && fits(f, &d->held[n]))
		n++;
	if (n < d->nheld) {
		free(f);
		return;
	}
	for (unsigned i = 0; i < d->nheld; i++)
		fold(f, &d->held[i]);
	d->nheld = 0;
	d->fold = f;
}

static void hold(struct mc_delay *d, const struct mc_delay_held *h)
{
	if (!d->held)
		d->held = calloc(MC_DELAY_HELD, sizeof(*d->held));
	if (d->nheld == MC_DELAY_HELD && !d->fold && !d->uncounted) /* tried once */
		begin_fold(d);
	if (d->fold && fits(d->fold, h))
		fold(d->fold, h);
	else if (d->held && d->nheld < MC_DELAY_HELD)
		d->held[d->nheld++] = *h;
	else
		d->uncounted += h->n;
}

static bool known(const struct mc_clock *c, const struct mc_delay_held *h)
{
	return c->basis != MC_BASIS_ECHO || h->came > c->sure_at || c->sure_at - h->came <= WAIT;
}

static void release(struct mc_delay *d, const struct mc_clock *c, const struct mc_delay_held *h, bool ready)
{
	if (ready && known(c, h))
		count(d, c, h);
	else
		d->uncounted += h->n;
}

static void release_fold(struct mc_delay *d, const struct mc_clock *c, bool ready)
{
	const struct mc_delay_fold *f = d->fold;
	struct mc_delay_held h = { .came = f->last };
	mc_time value;

	for (size_t slot = 0; mc_hist_next(&f->hist, &slot, &value, &h.n);) {
		h.sent = h.came - ((mc_time)f->base + value);
		release(d, c, &h, ready);
	}
	if (d->hist)
		doubt(d, mc_clock_unsure(c, f->first));
	free(d->fold);
	d->fold = NULL;
}

void mc_delay_flush(struct mc_delay *d, struct mc_clock *c, mc_time now)
{
	bool ready = mc_clock_ready(c, now);

	if (!ready && now != MC_NEVER)
		return;
	if (d->fold)
		release_fold(d, c, ready);
	for (unsigned i = 0; i < d->nheld; i++)
		release(d, c, &d->held[i], ready);
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
