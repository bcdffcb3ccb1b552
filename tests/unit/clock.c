/*
 * clock.c - tests of the estimate of another clock, against simulated ones: days apart, drifting, asked over
 * a network that delays at random, and set while they run.
 */
#include <math.h>
#include <stdlib.h>

#include "flow/clock.h"
#include "check.h"

#define USEC (MC_MSEC / 1000)
#define DAYS ((int64_t)(86400 * MC_SEC))
#define BEGIN (1700000000 * MC_SEC)

static uint64_t random_state;

static mc_time random_delay(mc_time least, mc_time mean)
{
	double unit = (double)(next_random(&random_state) >> 11) * 0x1p-53;

	return least + (mc_time)(-log(1 - unit) * (double)mean);
}

/* Another clock, and the way there and back. */
struct world {
	int64_t offset;
	double drift;
	mc_time there, back, noise; /* least delays each way, and the mean of what comes on top */
};

static int64_t true_ahead(const struct world *w, mc_time at)
{
	return w->offset + (int64_t)(w->drift * (double)(at - BEGIN));
}

static mc_time theirs(const struct world *w, mc_time at)
{
	return at + (mc_time)true_ahead(w, at);
}

static mc_time ask(struct mc_clock *c, const struct world *w, mc_time at)
{
	mc_time there = at + random_delay(w->there, w->noise), left = there + 20 * USEC;
	mc_time back = left + random_delay(w->back, w->noise);

	assert_true(mc_clock_echo(c, at, theirs(w, there), theirs(w, left), back));
	return back;
}

static mc_time off(const struct mc_clock *c, const struct world *w, mc_time at)
{
	return (mc_time)llabs(mc_clock_ahead(c, at) - true_ahead(w, at));
}

/* What is said is true from one time to another; the most that it was off. */
static mc_time check_true(const struct mc_clock *c, const struct world *w, mc_time from, mc_time to)
{
	mc_time most = 0;

	for (mc_time t = from; t < to; t += 50 * MC_MSEC) {
		mc_time now_off = off(c, w, t);

		if (now_off > mc_clock_unsure(c, t))
			fail_msg("after %g s, %g ppm: off by %llu ns, said %llu", (double)(t - BEGIN) / 1e9,
				 w->drift * 1e6, (unsigned long long)now_off,
				 (unsigned long long)mc_clock_unsure(c, t));
		most = now_off > most ? now_off : most;
	}
	return most;
}

/* When recv asks for the nth time. */
static mc_time turn_of(unsigned n)
{
	if (n < 4)
		return BEGIN + n * 66 * MC_MSEC;
	return BEGIN + (n < 13 ? (n - 3) * 200 * MC_MSEC : (n - 11) * MC_SEC);
}

/* As recv asks; the worst that is off after 20 s. */
static void ask_for(struct mc_clock *c, const struct world *w, unsigned seconds, mc_time *ret_most)
{
	mc_time end = BEGIN + seconds * MC_SEC;

	*ret_most = 0;
	for (unsigned n = 0; turn_of(n) < end; n++) {
		mc_time most = check_true(c, w, ask(c, w, turn_of(n)), turn_of(n + 1));

		if (turn_of(n) >= BEGIN + 20 * MC_SEC && most > *ret_most)
			*ret_most = most;
	}
}

static const int64_t offsets[] = { 0, 100 * DAYS, -100 * DAYS, 5 };
static const double drifts[] = { 0, 50e-6, -50e-6, 3e-6, 400e-6, -500e-6 };
static const mc_time noises[] = { 0, 5 * USEC, 200 * USEC };

static void test_echo(void **state)
{
	mc_time most;

	(void)state;
	random_state = 1;
	for (size_t i = 0; i < COUNT(offsets) * COUNT(drifts) * COUNT(noises) * 5; i++) {
		struct world w = { offsets[i % 4], drifts[i / 4 % 6], 50 * USEC, 50 * USEC,
				   noises[i / 24 % 3] };
		struct mc_clock c;

		mc_clock_init(&c, MC_BASIS_NONE);
		ask_for(&c, &w, 70, &most);
		assert_true(c.basis == MC_BASIS_ECHO && c.drifts && c.steps == 0);
		assert_true(fabs(c.slope - w.drift) <= 1e-6);
		assert_true(most <= 20 * USEC + w.noise / 2);
	}
}

/* Drift is known early where round trips are short, also of a clock that is being set right. */
static void test_early(void **state)
{
	static const double fast[] = { 100e-6, -200e-6, 400e-6, -500e-6 };

	(void)state;
	random_state = 4;
	for (size_t i = 0; i < COUNT(fast); i++) {
		struct world w = { DAYS, fast[i], 20 * USEC, 20 * USEC, 5 * USEC };
		struct mc_clock c;
		mc_time most;

		mc_clock_init(&c, MC_BASIS_NONE);
		ask_for(&c, &w, 3, &most);
		assert_true(c.drifts && fabs(c.slope - w.drift) < 50e-6 && c.steps == 0);
		assert_true(mc_clock_unsure(&c, BEGIN + 3 * MC_SEC) < 80 * USEC);
	}
}

/* Another rate from now on. */
static void change_rate(struct world *w, mc_time now, double drift)
{
	w->offset = true_ahead(w, now) - (int64_t)(drift * (double)(now - BEGIN));
	w->drift = drift;
}

/* A clock begins to be set right, and is. What was off until that is seen is said then. */
static void test_slewed(void **state)
{
	static const double rates[] = { 5e-6, 405e-6, 5e-6, -495e-6, 0 };
	struct world w = { DAYS, 5e-6, 50 * USEC, 50 * USEC, 50 * USEC };
	struct mc_clock c;
	mc_time at = BEGIN;

	(void)state;
	random_state = 8;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (size_t i = 0; i < COUNT(rates); i++) {
		mc_time was = 0;

		change_rate(&w, at, rates[i]);
		for (unsigned n = 0; n < 40; n++, at += MC_SEC) {
			mc_time back = ask(&c, &w, at);

			if (mc_clock_unsure(&c, back) < was)
				fail_msg("off by %llu ns, and then said %llu", (unsigned long long)was,
					 (unsigned long long)mc_clock_unsure(&c, back));
			check_true(&c, &w, back, n ? at + MC_SEC : back + 1);
			was = off(&c, &w, at + MC_SEC);
			was = was > mc_clock_unsure(&c, at + MC_SEC) + 200 * USEC ? was : 0;
		}
	}
	assert_true(c.steps == 0 && fabs(c.slope) < 20e-6);
}

/* Where answers are lost, less is known as time goes by. */
static void test_unsure(void **state)
{
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	assert_true(mc_clock_unsure(&c, BEGIN) == 0);
	assert_true(mc_clock_echo(&c, BEGIN, BEGIN, BEGIN, BEGIN + 100));
	assert_true(mc_clock_unsure(&c, BEGIN + 100) < 100);
	assert_true(mc_clock_unsure(&c, BEGIN + 10 * MC_SEC) > 5 * MC_MSEC);
	mc_clock_init(&c, MC_BASIS_SYNCED);
	assert_true(mc_clock_unsure(&c, BEGIN) == 0);
}

/* Half of what the ways differ by cannot be seen; it is within what is said. */
static void test_asymmetric(void **state)
{
	struct world w = { 100 * DAYS, 20e-6, 700 * USEC, 100 * USEC, 20 * USEC };
	struct mc_clock c;
	mc_time most;

	(void)state;
	random_state = 2;
	mc_clock_init(&c, MC_BASIS_ECHO);
	ask_for(&c, &w, 100, &most);
	assert_true(most > 280 * USEC && most < 330 * USEC);
}

static void test_echo_step(void **state)
{
	static const int64_t steps[] = { (int64_t)MC_SEC, -(int64_t)MC_SEC, 5 * (int64_t)MC_MSEC, 3 * DAYS };

	(void)state;
	random_state = 3;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct world w = { 0, 10e-6, 50 * USEC, 50 * USEC, 50 * USEC };
		struct mc_clock c;
		mc_time most;

		mc_clock_init(&c, MC_BASIS_NONE);
		ask_for(&c, &w, 30, &most);
		w.offset += steps[i];
		for (mc_time n = 0; n < 3; n++)
			ask(&c, &w, BEGIN + (31 + n) * MC_SEC);
		assert_true(c.steps == 1);
		check_true(&c, &w, BEGIN + 33 * MC_SEC, BEGIN + 34 * MC_SEC);
		for (mc_time n = 0; n < 30; n++)
			ask(&c, &w, BEGIN + (34 + n) * MC_SEC);
		assert_true(c.steps == 1 && fabs(c.slope - w.drift) < 3e-6);
	}
}

/* One exchange that lies is no step. */
static void test_echo_lie(void **state)
{
	struct world w = { 0, 0, 50 * USEC, 50 * USEC, 0 };
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (mc_time n = 0; n < 30; n++) {
		w.offset = n % 3 ? 0 : 10000000;
		if (n)
			ask(&c, &w, BEGIN + n * MC_SEC);
	}
	w.offset = 0;
	assert_true(c.steps == 0 && off(&c, &w, BEGIN + 30 * MC_SEC) <= 1);
}

static void test_refused(void **state)
{
	static const mc_time bad[][4] = {
		{ 10, 5, 5, 9 },                /* answered before it was asked */
		{ 10, 6, 5, 20 },               /* left before it came */
		{ 10, 5, 16, 20 },              /* longer there than away */
		{ 0, 5, 5, 61 * MC_SEC },       /* too long */
		{ 0, MC_NEVER / 2, MC_NEVER, MC_NEVER },
		{ 0, MC_NEVER, MC_NEVER, 5 },   /* centuries apart */
		{ MC_NEVER - 5, 0, 0, MC_NEVER - 1 },
	};
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(mc_clock_echo(&c, bad[i][0], bad[i][1], bad[i][2], bad[i][3]));
	assert_true(c.answered == 0 && c.basis == MC_BASIS_NONE);
	assert_true(mc_clock_echo(&c, 100, 1050, 1060, 120));
	assert_true(c.answered == 1 && mc_clock_ahead(&c, 120) == 945 && mc_clock_delay(&c, 1100, 170) == 15);
}

/* ---- by the envelope ---- */

static mc_time send(struct mc_clock *c, const struct world *w, mc_time at, int64_t *ret_error)
{
	mc_time came = at + random_delay(w->there, w->noise);

	mc_clock_oneway(c, theirs(w, at), came);
	*ret_error = 0;
	if (mc_clock_ready(c, came))
		*ret_error = mc_clock_delay(c, theirs(w, at), came) - (int64_t)(came - at - w->there);
	return came;
}

/* Each ms from one second to another; the most that delays above the fastest were off. */
static mc_time send_for(struct mc_clock *c, const struct world *w, unsigned from, unsigned to, mc_time step)
{
	mc_time most = 0;
	int64_t error;

	for (mc_time at = BEGIN + from * MC_SEC; at < BEGIN + to * MC_SEC; at += step) {
		send(c, w, at, &error);
		most = (mc_time)llabs(error) > most ? (mc_time)llabs(error) : most;
	}
	return most;
}

static void test_envelope(void **state)
{
	(void)state;
	random_state = 5;
	for (size_t i = 0; i < COUNT(offsets) * COUNT(drifts) * 2; i++) {
		struct world w = { offsets[i % 4], drifts[i / 4 % 6], 80 * USEC, 0,
				   i < 24 ? 300 * USEC : 5 * USEC };
		struct mc_clock c;

		mc_clock_init(&c, MC_BASIS_NONE);
		assert_true(send_for(&c, &w, 0, 20, 2 * MC_MSEC) < MC_MSEC + (mc_time)(fabs(w.drift) * 2e9));
		assert_true(c.basis == MC_BASIS_ENVELOPE && c.steps == 0);
		send_for(&c, &w, 20, 60, 2 * MC_MSEC);
		assert_true(c.drifts && fabs(c.slope - w.drift) <= 1e-6);
		assert_true(send_for(&c, &w, 60, 120, 2 * MC_MSEC) < 30 * USEC);
	}
}

/* Before drift can be had, delays by the envelope grow; what is said grows with them. */
static void test_envelope_drift(void **state)
{
	(void)state;
	random_state = 7;
	for (size_t i = 0; i < COUNT(drifts); i++) {
		struct world w = { 0, drifts[i], 80 * USEC, 0, 5 * USEC };
		struct mc_clock c;
		mc_time most = 0;
		int64_t error;

		mc_clock_init(&c, MC_BASIS_ENVELOPE);
		for (mc_time at = BEGIN; at < BEGIN + 6 * MC_SEC; at += MC_MSEC) {
			mc_time came = send(&c, &w, at, &error), said = mc_clock_unsure(&c, came);

			most = said > most ? said : most;
			if ((mc_time)llabs(error) > most + 60 * USEC)
				fail_msg("%g ppm: off by %lld ns, said at most %llu", w.drift * 1e6,
					 (long long)error, (unsigned long long)most);
		}
		assert_true(c.drifts && (mc_time)llabs(error) < 30 * USEC);
	}
}

/* The first answer may have waited for an address to be resolved: two more, or 300 ms. */
static void test_several(void **state)
{
	struct mc_clock c;

	(void)state;
	for (unsigned n = 1; n <= 3; n++) {
		mc_clock_init(&c, MC_BASIS_NONE);
		mc_clock_oneway(&c, BEGIN, BEGIN);
		for (mc_time i = 0; i < n; i++) {
			mc_time at = BEGIN + i * 50 * MC_MSEC;

			assert_true(mc_clock_echo(&c, at, at + USEC, at + USEC, at + 2 * USEC));
		}
		assert_true(mc_clock_ready(&c, BEGIN + 299 * MC_MSEC) == (n == 3));
		assert_true(mc_clock_ready(&c, BEGIN + 300 * MC_MSEC));
		assert_true(c.basis == MC_BASIS_ECHO);
	}
}

/* Not before 300 ms have passed without an answer; an answer is better. */
static void test_ready(void **state)
{
	struct world w = { 7, 0, 80 * USEC, 80 * USEC, 0 };
	struct mc_clock c;
	int64_t error;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	assert_false(mc_clock_ready(&c, MC_NEVER));
	send(&c, &w, BEGIN, &error);
	assert_false(mc_clock_ready(&c, MC_NEVER)); /* the fastest of one tells nothing */
	for (mc_time i = 1; i < 8; i++)
		send(&c, &w, BEGIN + i, &error);
	assert_false(mc_clock_ready(&c, BEGIN + 299 * MC_MSEC));
	assert_true(mc_clock_ready(&c, BEGIN + 301 * MC_MSEC));
	assert_true(c.basis == MC_BASIS_ENVELOPE && mc_clock_delay(&c, 107, 150 + 80 * USEC) == 50);
	/* Faster than all so far: in a span of its own, and in one that has begun. */
	mc_clock_oneway(&c, BEGIN + 350 * MC_MSEC + 7, BEGIN + 350 * MC_MSEC + 50 * USEC);
	assert_true(mc_clock_delay(&c, 107, 150 + 80 * USEC) == 50 + 30 * USEC && c.uncertainty == 30 * USEC);
	mc_clock_oneway(&c, BEGIN + 351 * MC_MSEC + 7, BEGIN + 351 * MC_MSEC + 40 * USEC);
	assert_true(mc_clock_delay(&c, 107, 150 + 80 * USEC) == 50 + 40 * USEC && c.uncertainty == 40 * USEC);
	ask(&c, &w, BEGIN + 400 * MC_MSEC);
	assert_true(c.basis == MC_BASIS_ECHO && mc_clock_delay(&c, 107, 150) == 50);

	mc_clock_init(&c, MC_BASIS_ECHO);
	send(&c, &w, BEGIN, &error);
	assert_false(mc_clock_ready(&c, MC_NEVER));
	mc_clock_init(&c, MC_BASIS_ENVELOPE);
	ask(&c, &w, BEGIN);
	assert_true(c.answered == 1 && !mc_clock_ready(&c, MC_NEVER));
	mc_clock_init(&c, MC_BASIS_SYNCED);
	ask(&c, &w, BEGIN);
	assert_true(mc_clock_ready(&c, 0) && mc_clock_delay(&c, 100, 150) == 50);
	assert_true(mc_clock_delay(&c, 150, 100) == -50 && c.basis == MC_BASIS_SYNCED);
}

static void test_envelope_step(void **state)
{
	static const int64_t steps[] = { (int64_t)MC_SEC, -(int64_t)MC_SEC, 3 * DAYS };

	(void)state;
	random_state = 6;
	for (size_t i = 0; i < COUNT(steps); i++) {
		struct world w = { 0, 10e-6, 50 * USEC, 0, 50 * USEC };
		struct mc_clock c;

		mc_clock_init(&c, MC_BASIS_ENVELOPE);
		send_for(&c, &w, 0, 20, 10 * MC_MSEC);
		w.offset += steps[i];
		send_for(&c, &w, 20, 22, 10 * MC_MSEC);
		assert_true(c.steps == 1);
		assert_true(send_for(&c, &w, 22, 30, 10 * MC_MSEC) < MC_MSEC && c.steps == 1);
	}
}

/* One that claims any time moves nothing. */
static void test_envelope_lie(void **state)
{
	static const mc_time lies[] = { 0, 1, MC_NEVER, MC_NEVER / 2, BEGIN + 3600 * MC_SEC, BEGIN };
	struct world w = { 0, 0, 50 * USEC, 0, 0 };
	struct mc_clock c;

	(void)state;
	mc_clock_init(&c, MC_BASIS_NONE);
	for (unsigned n = 0; n < 60; n++) {
		assert_true(send_for(&c, &w, n, n + 1, 100 * MC_MSEC) == 0);
		mc_clock_oneway(&c, lies[n % COUNT(lies)], BEGIN + (n + 1) * MC_SEC - 50 * MC_MSEC);
	}
	assert_true(c.steps == 0 && c.uncertainty == 0);
}

/* Hours: points stay few and in order, and old ones go. */
static void test_long(void **state)
{
	struct world w = { 0, 30e-6, 50 * USEC, 50 * USEC, 30 * USEC };
	static struct mc_clock c, e;
	int64_t error;

	(void)state;
	mc_clock_init(&c, MC_BASIS_ENVELOPE);
	mc_clock_init(&e, MC_BASIS_ECHO);
	for (mc_time s = 0; s < 7200; s++) {
		send(&c, &w, BEGIN + s * MC_SEC, &error);
		send(&c, &w, BEGIN + s * MC_SEC + 400 * MC_MSEC, &error);
		ask(&e, &w, BEGIN + s * MC_SEC);
		assert_true(c.low.n <= MC_CLOCK_POINTS && e.echo.n <= MC_CLOCK_POINTS);
		for (unsigned i = 1; s % 100 == 0 && i < c.low.n; i++)
			assert_true(c.low.v[i].at > c.low.v[i - 1].at);
	}
	assert_true(c.low.n > 100 && c.low.v[0].at > BEGIN + 5900 * MC_SEC &&
		    e.echo.v[0].at > BEGIN + 5900 * MC_SEC);
	assert_true(fabs(c.slope - w.drift) < 0.1e-6 && fabs(e.slope - w.drift) < 0.1e-6);
}

/* Whatever times are, nothing overflows (as the sanitizers see it), and times of one's own may go back. */
static void test_any(void **state)
{
	static struct mc_clock c;
	mc_time t[4] = { 0 };

	(void)state;
	random_state = 9;
	for (unsigned i = 0; i < 30000; i++) {
		uint64_t r = next_random(&random_state);

		if (i % 3000 == 0)
			mc_clock_init(&c, (enum mc_basis)(i / 3000 % 4));
		for (size_t k = 0; k < 4; k++)
			t[k] = r >> k & 1 ? t[(k + 1) % 4] + (r >> 20 & 0xffff) :
					    next_random(&random_state) >> (r >> 40) % 64;
		mc_clock_echo(&c, t[0], t[1], t[2], t[3]);
		mc_clock_oneway(&c, t[1], t[3]);
		mc_clock_ready(&c, t[2]);
		mc_clock_delay(&c, t[0], t[1]);
		assert_true(c.echo.n <= MC_CLOCK_POINTS && c.low.n <= MC_CLOCK_POINTS);
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(mc_basis_name(MC_BASIS_NONE), "none");
	assert_string_equal(mc_basis_name(MC_BASIS_SYNCED), "synced");
	assert_string_equal(mc_basis_name(MC_BASIS_ECHO), "echo");
	assert_string_equal(mc_basis_name(MC_BASIS_ENVELOPE), "envelope");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_echo),          cmocka_unit_test(test_asymmetric),
		cmocka_unit_test(test_early),         cmocka_unit_test(test_slewed),
		cmocka_unit_test(test_unsure),        cmocka_unit_test(test_envelope_drift),
		cmocka_unit_test(test_echo_step),     cmocka_unit_test(test_echo_lie),
		cmocka_unit_test(test_refused),       cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_several),       cmocka_unit_test(test_ready),
		cmocka_unit_test(test_envelope_step), cmocka_unit_test(test_envelope_lie),
		cmocka_unit_test(test_long),          cmocka_unit_test(test_any),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
