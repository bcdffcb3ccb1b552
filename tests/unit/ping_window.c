/*
 * ping_window.c - tests of a flood's window and of an ordinary run's pace, in time that the
 * tests make.
 */
#include "ping/pace.h"
#include "ping/window.h"

#include "check.h"

#define NOW (100 * MC_SEC)

static void answer_all(struct window *w, uint64_t from, uint64_t to, mc_time now)
{
	for (uint64_t seq = from; seq <= to; seq++)
		window_answered(w, seq, now);
}

static void test_doubles(void **state)
{
	struct window w;
	uint64_t next = 1;

	(void)state;
	window_init(&w, 64, NOW);
	assert_int_equal(window_room(&w, 64, NOW), 1);
	for (unsigned want = 1; want <= 128; want *= 2) {
		uint64_t first = next;

		assert_int_equal(w.size, want < 64 ? want : 64);
		for (unsigned n; (n = window_room(&w, 64, NOW)); next += n) {
			assert_in_range(n, 1, 16);
			window_sent(&w, n, NOW);
			if (w.heard == 0) { /* silence: one at a time */
				next += n;
				break;
			}
		}
		assert_int_equal(w.out, w.size);
		answer_all(&w, first, next - 1, NOW);
		assert_int_equal(w.out, 0);
	}
}

/* Brings a window to its full size, nothing unanswered. Returns the next number. */
static uint64_t open_up(struct window *w, unsigned most)
{
	window_init(w, most, NOW);
	window_sent(w, most, NOW);
	answer_all(w, 1, most, NOW);
	assert_int_equal(w->size, most);
	assert_int_equal(w->out, 0);
	return most + 1;
}

static void test_trains(void **state)
{
	struct window w;

	(void)state;
	open_up(&w, 512);
	assert_int_equal(window_room(&w, 64, NOW), 64);
	assert_int_equal(window_room(&w, 3, NOW), 3);
	window_sent(&w, 449, NOW);
	assert_int_equal(window_room(&w, 64, NOW), 0); /* 63 places: no whole train */
	open_up(&w, 100);
	assert_int_equal(window_room(&w, 64, NOW), 25);
	open_up(&w, 1);
	assert_int_equal(window_room(&w, 64, NOW), 1);
}

static void test_silence(void **state)
{
	struct window w;
	uint64_t next = open_up(&w, 512);

	(void)state;
	window_sent(&w, 512, NOW);
	assert_int_equal(window_room(&w, 64, NOW + WINDOW_SILENCE - 1), 0);
	assert_int_equal(window_deadline(&w), NOW + WINDOW_SILENCE);
	assert_int_equal(window_room(&w, 64, NOW + WINDOW_SILENCE), 1);
	window_sent(&w, 1, NOW + WINDOW_SILENCE);
	assert_int_equal(w.size, 1);
	assert_int_equal(window_room(&w, 64, NOW + WINDOW_SILENCE), 0);
	assert_int_equal(window_room(&w, 64, NOW + 2 * WINDOW_SILENCE), 1);
	window_answered(&w, next + 512, NOW + 2 * WINDOW_SILENCE);
	assert_int_equal(w.size, 2);
}

/* Unanswered ones hold their places for one tick at least, and two at most. */
static void test_lost_are_given_up(void **state)
{
	struct window w;
	uint64_t next = open_up(&w, 100);

	(void)state;
	window_sent(&w, 10, NOW);
	next += 10;
	assert_int_equal(window_tick(&w, next, NOW + WINDOW_LOST - 1), 0);
	assert_int_equal(window_tick(&w, next, NOW + WINDOW_LOST), 0);
	window_answered(&w, next - 10, NOW + WINDOW_LOST);
	assert_int_equal(w.out, 9);
	window_sent(&w, 5, NOW + WINDOW_LOST);
	next += 5;
	assert_int_equal(window_tick(&w, next, NOW + 2 * WINDOW_LOST), 9);
	assert_int_equal(w.out, 5);
	assert_int_equal(w.lost, 9);
	window_answered(&w, next - 6, NOW + 2 * WINDOW_LOST); /* given up: frees no place */
	assert_int_equal(w.out, 5);
	window_answered(&w, next - 1, NOW + 2 * WINDOW_LOST);
	assert_int_equal(w.out, 4);
	assert_int_equal(window_tick(&w, next, NOW + 3 * WINDOW_LOST), 4);
	assert_int_equal(w.out, 0);
}

static void test_fastest_responder_counts(void **state)
{
	struct window w;
	uint64_t next = open_up(&w, 100);

	(void)state;
	window_sent(&w, 4, NOW);
	for (unsigned responder = 0; responder < 3; responder++)
		answer_all(&w, next, next + 2, NOW);
	assert_int_equal(w.out, 1);
}

static void test_pace_keeps_its_rhythm(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, MC_SEC, MC_SEC, NOW);
	assert_true(p.next == NOW);
	pace_sent(&p, NOW + 3 * MC_MSEC);
	assert_true(p.next == NOW + MC_SEC);
	pace_answered(&p, NOW + 4 * MC_MSEC);
	assert_true(p.next == NOW + MC_SEC);
	pace_sent(&p, NOW + 10 * MC_SEC); /* slept: nothing is made good */
	assert_true(p.next == NOW + 11 * MC_SEC);
}

static void test_pace_of_answers(void **state)
{
	struct pace p;

	(void)state;
	pace_init(&p, 0, 2 * MC_SEC, NOW);
	pace_sent(&p, NOW);
	assert_true(p.next == NOW + 2 * MC_SEC);
	pace_answered(&p, NOW + 5);
	assert_true(p.next == NOW + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_trains),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_lost_are_given_up),
		cmocka_unit_test(test_fastest_responder_counts),
		cmocka_unit_test(test_pace_keeps_its_rhythm),
		cmocka_unit_test(test_pace_of_answers),
	};

	return cmocka_run_group_tests_name("ping_window", tests, NULL, NULL);
}
