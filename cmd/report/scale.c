/*
 * scale.c - axes: round numbers for their ends and ticks. It knows numbers only, and takes any of them.
 */
#include "report/scale.h"

#include <math.h>

#define LEAST 1e-12 /* nothing on a page is smaller, and not 0 */
#define MOST 1e18

static double within(double v, double lo, double hi)
{
	return v < lo ? lo : v > hi ? hi : v;
}

/* The next of 1, 2, 5 times a power of ten that is not below. */
static double round_up(double v)
{
	static const double of[] = { 1, 2, 5, 10 };
	double power = pow(10, floor(log10(v)));

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (of[i] * power >= v * (1 - 1e-9))
			return of[i] * power;
	return 10 * power;
}

static void put_ticks(struct report_scale *s, double step)
{
	double first = ceil(s->lo / step - 1e-6), last = floor(s->hi / step + 1e-6);

	while (s->n < REPORT_TICKS && first + (double)s->n <= last) {
		s->tick[s->n] = (first + (double)s->n) * step + 0.0; /* no -0 */
		s->n++;
	}
}

struct report_scale report_scale_linear(double lo, double hi, unsigned want, double least)
{
	struct report_scale s = { 0 };
	double step;

	lo = within(lo, -MOST, 0);
	hi = within(hi, 0, MOST);
	if (hi - lo < LEAST)
		hi = lo + (least > 0 ? least : 1);
	step = fmax(round_up((hi - lo) / want), least);
	s.lo = floor(lo / step + 1e-6) * step;
	s.hi = fmax(ceil(hi / step - 1e-6) * step, s.lo + step);
	put_ticks(&s, step);
	return s;
}

/* Times are counted in 60 and 24 above a minute. */
static double span_step(double v)
{
	static const double of[] = { 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400 };

	if (v <= 30)
		return v > 20 ? 30 : round_up(v);
	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (of[i] >= v)
			return of[i];
	return 86400 * round_up(v / 86400);
}

struct report_scale report_scale_span(double seconds, unsigned want)
{
	struct report_scale s = { .hi = within(seconds, 1e-6, MOST) };

	put_ticks(&s, span_step(s.hi / want));
	return s;
}

static double round_down(double v)
{
	static const double of[] = { 5, 2, 1 };
	double power = pow(10, floor(log10(v * (1 + 1e-9))));

	for (size_t i = 0; i < sizeof of / sizeof *of; i++)
		if (of[i] * power <= v * (1 + 1e-9))
			return of[i] * power;
	return power;
}

static void put_decade(struct report_scale *s, double power, size_t each)
{
	static const double parts[] = { 1, 2, 5 };

	for (size_t i = 0; i < each && s->n < REPORT_TICKS; i++)
		if (parts[i] * power >= s->lo * 0.999 && parts[i] * power <= s->hi * 1.001)
			s->tick[s->n++] = parts[i] * power;
}

struct report_scale report_scale_log(double lo, double hi)
{
	struct report_scale s = { 0 };

	lo = within(lo, LEAST, MOST);
	hi = within(hi, lo, MOST);
	s.lo = round_down(lo);
	s.hi = round_up(fmax(hi, s.lo * 1.5));
	double decades = log10(s.hi / s.lo);
	int first = (int)floor(log10(s.lo) + 1e-9), last = (int)ceil(log10(s.hi) - 1e-9);
	int every = (int)ceil(decades / (REPORT_TICKS / 2));

	for (int d = first; d <= last; d += every > 1 ? every : 1)
		put_decade(&s, pow(10, d), decades <= 2.01 ? 3 : 1);
	return s;
}

struct report_scale report_scale_tail(double n)
{
	struct report_scale s = { .hi = within(ceil(log10(fmax(n, 1))), 2, 6) };

	for (; (double)s.n <= s.hi; s.n++)
		s.tick[s.n] = s.n ? 1 - pow(10, -(double)s.n) : 0;
	return s;
}

double report_scale_tail_at(const struct report_scale *s, double share)
{
	return share >= 1 ? s->hi : within(-log10(1 - share), 0, s->hi);
}
