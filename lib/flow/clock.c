/*
 * clock.c - a line through what is known of another clock: by least squares over the shortest exchanges (RFC
 * 5905 8 has the arithmetic of one), or the edge of the upper hull under the middle of all times (Moon,
 * Skelly, Towsley 1999: the line above all points whose distances from them are the least). It knows no
 * datagram and reads no clock; times may be anything.
 */
#include "flow/clock.h"

#include <math.h>
#include <string.h>

#define MINUTE (60 * MC_SEC)
#define APART (INT64_MAX / 2 - (INT64_C(1) << 56)) /* so that the difference of two, with drift, fits */
#define SPAN (100 * MC_MSEC)
#define FORGET (20 * MINUTE)
#define LINE (10 * MC_SEC)  /* that exchanges must span for a slope by least squares */
#define LINE_LOW (2 * MC_SEC) /* ... and the envelope for one at all */
#define WAIT (300 * MC_MSEC)
#define SEVERAL 3 /* answers */
#define ENOUGH 8 /* datagrams or trains, of which one was the fastest: fewer tell nothing */
#define ODD_LOW (500 * (int64_t)MC_MSEC)  /* off the envelope: no delay */
#define ODD_NEAR (50 * (int64_t)MC_MSEC)  /* of each other: the same step */
#define ODD_LOWS 16
#define ODD_ECHOES 3
#define DRIFT 600e-6 /* as long as it is not known: set right by NTP (RFC 5905), on top of two crystals */
#define FEW 4        /* exchanges that least squares mean nothing of */
#define KNOWN 50e-6  /* to within that it is */
#define STEEPEST 1e-3
#define NOISE 1000.0 /* ns by which round trips differ in any case */

const char *mc_basis_name(enum mc_basis b)
{
	static const char *const names[] = {
		[MC_BASIS_NONE] = "none",
		[MC_BASIS_SYNCED] = "synced",
		[MC_BASIS_ECHO] = "echo",
		[MC_BASIS_ENVELOPE] = "envelope",
	};

	return names[b];
}

void mc_clock_init(struct mc_clock *c, enum mc_basis only)
{
	memset(c, 0, sizeof(*c));
	c->only = only;
	c->echo.span = c->low.span = SPAN;
	if (only == MC_BASIS_SYNCED)
		c->basis = MC_BASIS_SYNCED;
}

/* ---- numbers that may be anything ---- */

static bool difference(int64_t *ret, mc_time a, mc_time b)
{
	int64_t d = (int64_t)(a - b);

	if ((a > b) != (d > 0) || d > APART || d < -APART)
		return a == b ? (*ret = 0, true) : false;
	*ret = d;
	return true;
}

static mc_time distance(int64_t a, int64_t b)
{
	return a > b ? (mc_time)a - (mc_time)b : (mc_time)b - (mc_time)a;
}

/* By how much one time is after another, in ns, without a wrap. */
static double after(mc_time t, mc_time since)
{
	return t >= since ? (double)(t - since) : -(double)(since - t);
}

static mc_time to_time(double ns)
{
	return ns >= 1e18 ? (mc_time)1e18 : (mc_time)(ns > 0 ? ns : 0);
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* ---- points: the best of equal spans ---- */

static struct mc_clock_point *last(struct mc_clock_points *k)
{
	return &k->v[k->n - 1];
}

/* What came by the shorter round trip; of what came one way, the faster. */
static bool better(const struct mc_clock_point *a, const struct mc_clock_point *b)
{
	return a->round != b->round ? a->round < b->round : a->ahead > b->ahead;
}

static void merge(struct mc_clock_points *k)
{
	unsigned n = 0;

	for (unsigned i = 1; i < k->n; i++)
		if (k->v[i].at / k->span != k->v[n].at / k->span)
			k->v[++n] = k->v[i];
		else if (better(&k->v[i], &k->v[n]))
			k->v[n] = k->v[i];
	k->n = n + 1;
}

static void make_room(struct mc_clock_points *k, mc_time now)
{
	unsigned gone = 0;

	while (gone < k->n && now - k->v[gone].at > FORGET)
		gone++;
	k->n -= gone;
	memmove(k->v, k->v + gone, k->n * sizeof(*k->v));
	while (k->n == MC_CLOCK_POINTS) {
		k->span *= 2;
		merge(k);
	}
}

/* True: a span began. Times do not go back; those that do, a little, count as of the last one. */
static bool keep(struct mc_clock_points *k, struct mc_clock_point p)
{
	if (k->n && p.at < last(k)->at)
		p.at = last(k)->at;
	if (k->n && p.at / k->span == last(k)->at / k->span) {
		if (better(&p, last(k)))
			*last(k) = p;
		return false;
	}
	make_room(k, p.at);
	k->v[k->n++] = p;
	return true;
}

static bool spans(const struct mc_clock_points *k, mc_time least)
{
	return k->n > 2 && k->v[k->n - 1].at - k->v[0].at >= least;
}

static void forget_half(struct mc_clock_points *k)
{
	unsigned gone = (k->n + 1) / 2;

	k->n -= gone;
	memmove(k->v, k->v + gone, k->n * sizeof(*k->v));
}

static void begin_anew(struct mc_clock *c, struct mc_clock_points *k)
{
	k->n = 0;
	k->span = SPAN;
	c->low_until = 0;
	c->drifts = false;
	c->slope = 0;
	c->odd = 0;
	c->uncertainty = 0;
	c->loosens = 0;
	c->steps++;
}

/* ---- the line in force ---- */

int64_t mc_clock_ahead(const struct mc_clock *c, mc_time at)
{
	return c->base + (int64_t)(c->slope * after(at, c->base_at));
}

int64_t mc_clock_delay(const struct mc_clock *c, mc_time sent, mc_time came)
{
	int64_t apart, delay;

	if (!difference(&apart, came, sent))
		return came > sent ? INT64_MAX : INT64_MIN;
	if (__builtin_add_overflow(apart, mc_clock_ahead(c, came), &delay))
		return apart > 0 ? INT64_MAX : INT64_MIN;
	return delay;
}

mc_time mc_clock_unsure(const struct mc_clock *c, mc_time at)
{
	return c->uncertainty + to_time(c->loosens * fabs(after(at, c->sure_at)));
}

static void set_line(struct mc_clock *c, const struct mc_clock_point *through, double slope, bool drifts)
{
	c->base_at = through->at;
	c->base = through->ahead;
	c->slope = slope > STEEPEST ? STEEPEST : slope < -STEEPEST ? -STEEPEST : slope;
	c->drifts = drifts;
}

/* ---- by exchanges ---- */

/* Sums over points: x is seconds before the last, y ns from its offset, both about their means. */
struct fit {
	double w, ww;         /* sums of weights and of their squares */
	double x, y;          /* means */
	double xx, xy, yy;    /* sums about the means */
};

static double x_of(const struct mc_clock_points *k, unsigned i)
{
	return after(k->v[i].at, k->v[k->n - 1].at) / 1e9;
}

static double y_of(const struct mc_clock_points *k, unsigned i)
{
	return (double)(k->v[i].ahead - k->v[k->n - 1].ahead);
}

/* An exchange can be off by half its round trip: so is its weight. */
static double weight_of(const struct mc_clock_point *p)
{
	double inexact = (double)p->round + NOISE;

	return 1 / (inexact * inexact);
}

static void sum_up(struct fit *f, const struct mc_clock_points *k)
{
	for (unsigned i = 0; i < k->n; i++) {
		double w = weight_of(&k->v[i]);

		f->w += w;
		f->ww += w * w;
		f->x += w * x_of(k, i);
		f->y += w * y_of(k, i);
	}
	f->x /= f->w;
	f->y /= f->w;
	for (unsigned i = 0; i < k->n; i++) {
		double w = weight_of(&k->v[i]), x = x_of(k, i) - f->x, y = y_of(k, i) - f->y;

		f->xx += w * x * x;
		f->xy += w * x * y;
		f->yy += w * y * y;
	}
}

/* How many points there are, as far as their weights are equal. */
static double many_of(const struct fit *f)
{
	return f->w * f->w / f->ww;
}

/* Three standard errors of the slope; more than two points. */
static double slope_error(const struct fit *f, double slope)
{
	double rest = f->yy - slope * f->xy;

	return rest > 0 ? 3 * sqrt(rest / f->xx / (many_of(f) - 2)) : 0;
}

/* What is the least that any exchange leaves open now: half its round trip, how far it lies off the line, and
 * what the slope can have done since. */
static void open_left(struct mc_clock *c, mc_time now, double error)
{
	const struct mc_clock_points *k = &c->echo;
	double least = 1e18;

	for (unsigned i = 0; i < k->n; i++) {
		const struct mc_clock_point *p = &k->v[i];
		double left = (double)p->round / 2 + (double)distance(p->ahead, mc_clock_ahead(c, p->at)) +
			      error * after(now, p->at);

		least = left < least ? left : least;
	}
	c->uncertainty = to_time(least + 1);
	c->sure_at = now;
	c->loosens = error;
}

static const struct mc_clock_point *best_of(const struct mc_clock_points *k, mc_time now, double error)
{
	const struct mc_clock_point *best = NULL;
	double least = 0;

	for (unsigned i = 0; i < k->n; i++) {
		double left = (double)k->v[i].round / 2 + error * after(now, k->v[i].at);

		if (best && left >= least)
			continue;
		best = &k->v[i];
		least = left;
	}
	return best;
}

/* The slopes that no two exchanges rule out, each of which is right to within half its round trip. False:
 * there is none, as the rate has changed. */
static bool slopes_left(const struct mc_clock_points *k, double *ret_least, double *ret_most)
{
	*ret_least = -DRIFT;
	*ret_most = DRIFT;
	for (unsigned i = 1; i < k->n; i++)
		for (unsigned j = 0; j < i; j++) {
			const struct mc_clock_point *a = &k->v[j], *b = &k->v[i];
			double apart = after(b->at, a->at), up = (double)(b->ahead - a->ahead);
			double open = ((double)a->round + (double)b->round) / 2 + 1;

			if (apart > 0) {
				*ret_least = larger(*ret_least, (up - open) / apart);
				*ret_most = -larger(-*ret_most, -(up + open) / apart);
			}
		}
	return *ret_least <= *ret_most;
}

/* Of a few exchanges: the middle of what they leave possible. */
static bool fit_few(struct mc_clock *c, mc_time now)
{
	double least, most, error;

	if (!slopes_left(&c->echo, &least, &most))
		return false;
	error = (most - least) / 2;
	set_line(c, best_of(&c->echo, now, error), (least + most) / 2, error <= KNOWN);
	open_left(c, now, error);
	return true;
}

/* How far off the line it is that an exchange shows for certain, where that is more than was said; else 0. */
static mc_time proven_off(const struct mc_clock *c, const struct mc_clock_point *p)
{
	mc_time off = distance(p->ahead, mc_clock_ahead(c, p->at));

	return off > p->round / 2 + 1 + mc_clock_unsure(c, p->at) ? off + p->round / 2 : 0;
}

static bool fit_many(struct mc_clock *c, mc_time now)
{
	struct mc_clock_point middle;
	struct fit f = { 0 };
	double slope;

	sum_up(&f, &c->echo);
	if (many_of(&f) < FEW)
		return fit_few(c, now);
	slope = f.xy / f.xx;
	middle = *last(&c->echo);
	middle.at -= to_time(-f.x * 1e9);
	middle.ahead += (int64_t)f.y;
	set_line(c, &middle, slope / 1e9, true);
	open_left(c, now, slope_error(&f, slope) / 1e9);
	return !proven_off(c, last(&c->echo));
}

/* Where the latest exchange does not fit, the rate has changed, and what came before does not count. */
static void fit_echo(struct mc_clock *c)
{
	mc_time now = last(&c->echo)->at;

	c->basis = MC_BASIS_ECHO;
	while (!(spans(&c->echo, LINE) ? fit_many(c, now) : fit_few(c, now)))
		forget_half(&c->echo);
}

/* Whether an exchange does not fit the line, and is to be left out; where several do not, all begins anew. */
static bool odd_echo(struct mc_clock *c, const struct mc_clock_point *p)
{
	struct mc_clock_points *k = &c->echo;
	bool back = k->n && p->at < last(k)->at && last(k)->at - p->at > MC_SEC;
	double most;

	if (!k->n)
		return false;
	most = 2 * (double)(p->round + mc_clock_unsure(c, p->at)) + DRIFT * after(p->at, last(k)->at);
	if (!back && (double)distance(p->ahead, mc_clock_ahead(c, p->at)) <= most) {
		c->odd = 0;
		return false;
	}
	if (!back && ++c->odd < ODD_ECHOES)
		return true;
	begin_anew(c, k);
	return false;
}

bool mc_clock_echo(struct mc_clock *c, mc_time t0, mc_time t1, mc_time t2, mc_time t3)
{
	struct mc_clock_point p = { .at = t3 };
	mc_time off = 0;

	if (t3 < t0 || t2 < t1 || t3 - t0 < t2 - t1 || t3 - t0 > MINUTE || !difference(&p.ahead, t1, t0))
		return false;
	c->answered++;
	if (c->only != MC_BASIS_NONE && c->only != MC_BASIS_ECHO)
		return true;
	p.round = (t3 - t0) - (t2 - t1);
	p.ahead -= (int64_t)(p.round / 2); /* the mean of t1 - t0 and t2 - t3 */
	if (c->basis != MC_BASIS_ECHO)
		c->odd = 0;
	if (odd_echo(c, &p))
		return true;
	if (c->echo.n)
		off = proven_off(c, &p);
	keep(&c->echo, p);
	fit_echo(c);
	if (off > c->uncertainty)
		c->uncertainty = off;
	return true;
}

/* ---- by the envelope ---- */

/* Whether b lies on or below the line from a to c, and so is no corner of the upper hull. */
static bool below(const struct mc_clock_point *a, const struct mc_clock_point *b,
		  const struct mc_clock_point *c)
{
	double up_b = (double)(b->ahead - a->ahead), up_c = (double)(c->ahead - a->ahead);

	return up_b * after(c->at, a->at) <= up_c * after(b->at, a->at);
}

/* The edge of the hull under the middle of all times: its slope, and where it begins. Two points or more. */
static double edge_of(const struct mc_clock_points *k, const struct mc_clock_point **ret_from)
{
	const struct mc_clock_point *hull[MC_CLOCK_POINTS] = { NULL }, *p = k->v;
	double middle = 0;
	unsigned n = 0, edge = 0;

	for (unsigned i = 0; i < k->n; i++) {
		while (n > 1 && below(hull[n - 2], hull[n - 1], p + i))
			n--;
		hull[n++] = p + i;
		middle += after(p[i].at, p->at) / k->n;
	}
	while (edge + 2 < n && after(hull[edge + 1]->at, p->at) < middle)
		edge++;
	*ret_from = hull[edge];
	return (double)(hull[edge + 1]->ahead - hull[edge]->ahead) /
	       after(hull[edge + 1]->at, hull[edge]->at);
}

static const struct mc_clock_point *fastest(const struct mc_clock_points *k)
{
	const struct mc_clock_point *best = k->v;

	for (unsigned i = 1; i < k->n; i++)
		if (better(&k->v[i], best))
			best = &k->v[i];
	return best;
}

/* Too few points for a slope: what drift there seems to be is not known. */
static void fit_low(struct mc_clock *c)
{
	const struct mc_clock_point *from;
	double slope = c->low.n > 2 ? edge_of(&c->low, &from) : DRIFT;

	if (spans(&c->low, LINE_LOW)) {
		set_line(c, from, slope, true);
		c->loosens = 0;
		return;
	}
	set_line(c, fastest(&c->low), 0, false);
	c->loosens = fabs(slope) < DRIFT ? fabs(slope) : DRIFT;
	c->sure_at = c->base_at;
}

/* Fits the envelope anew, and notes how far that moved it. */
static void refit_low(struct mc_clock *c, mc_time now)
{
	int64_t was = mc_clock_ahead(c, now);

	fit_low(c);
	c->uncertainty -= c->uncertainty / 16;
	c->uncertainty += distance(was, mc_clock_ahead(c, now));
}

/* One that was faster than the line has it: the line moves up. */
static void raise_line(struct mc_clock *c, const struct mc_clock_point *p)
{
	int64_t by = p->ahead - mc_clock_ahead(c, p->at);

	if (by <= 0)
		return;
	c->base += by;
	c->uncertainty += (mc_time)by;
}

static bool odd_low(struct mc_clock *c, const struct mc_clock_point *p)
{
	mc_time off = c->low.n ? distance(p->ahead, last(&c->low)->ahead) : 0;

	if (off <= (mc_time)ODD_LOW) {
		c->odd = 0;
		return false;
	}
	if (c->odd == 0 || distance(p->ahead, c->odd_ahead) > (mc_time)ODD_NEAR || p->at < c->odd_at) {
		c->odd = 0;
		c->odd_ahead = p->ahead;
		c->odd_at = p->at;
	}
	if (++c->odd < ODD_LOWS || p->at - c->odd_at < MC_SEC)
		return true;
	begin_anew(c, &c->low);
	return false;
}

void mc_clock_oneway(struct mc_clock *c, mc_time sent, mc_time came)
{
	struct mc_clock_point p = { .at = came };
	bool anew;

	if (c->basis == MC_BASIS_SYNCED || c->basis == MC_BASIS_ECHO || c->only == MC_BASIS_ECHO || sent == 0)
		return;
	if (!difference(&p.ahead, sent, came) || odd_low(c, &p))
		return;
	c->low_seen += c->low_seen < ENOUGH;
	if (came < c->low_until && p.ahead <= last(&c->low)->ahead)
		return; /* mostly */
	if (!c->low.n && !c->steps)
		c->began = came;
	anew = keep(&c->low, p);
	c->low_until = last(&c->low)->at - last(&c->low)->at % c->low.span;
	c->low_until = c->low_until < MC_NEVER - c->low.span ? c->low_until + c->low.span : MC_NEVER;
	if (c->basis != MC_BASIS_ENVELOPE)
		return;
	if (c->low.n == 1 && anew)
		fit_low(c);
	else if (anew)
		refit_low(c, came);
	raise_line(c, &p);
}

bool mc_clock_ready(struct mc_clock *c, mc_time now)
{
	if (c->basis == MC_BASIS_ECHO && c->answered < SEVERAL && now >= c->began && now - c->began < WAIT)
		return false; /* the first one may have waited for an address to be resolved */
	if (c->basis != MC_BASIS_NONE)
		return true;
	if (c->only == MC_BASIS_ECHO || !c->low.n || c->low_seen < ENOUGH)
		return false;
	if (now < c->began || now - c->began < WAIT)
		return false;
	c->basis = MC_BASIS_ENVELOPE;
	fit_low(c);
	return true;
}
