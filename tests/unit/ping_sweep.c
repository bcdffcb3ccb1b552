/*
 * ping_sweep.c - tests of the sizes a sweep tries: a link that loses what it is told to, in
 * time that the tests make.
 */
#include "ping/sweep.h"

#include "check.h"

#define TIMEOUT MC_SEC
#define SETTLE (50 * MC_MSEC)

/* A link with up to two responders. Each answers sizes up to its limit, after a delay. */
struct rig {
	uint32_t limit[2];
	mc_time delay[2];
	uint32_t lost_once;  /* the first datagram of this size is lost */
	uint32_t unsendable; /* sizes above are refused by the system; 0: none */
	unsigned known;
	uint64_t seq;
	mc_time now, last;
	unsigned sent[65536]; /* by size */
	struct {
		mc_time at;
		uint64_t seq;
		unsigned who;
	} due[4096];
	unsigned ndue, shown;
	bool heard[2];
	uint32_t order[SWEEP_MOST];
	struct sweep sweep;
};

static void rig_send(struct rig *r, uint32_t bytes)
{
	bool lost = r->lost_once == bytes && !r->sent[bytes];

	r->sent[bytes]++;
	if (r->unsendable && bytes > r->unsendable) {
		sweep_sent(&r->sweep, bytes, 0, r->now);
		return;
	}
	sweep_sent(&r->sweep, bytes, ++r->seq, r->now);
	for (unsigned who = 0; who < 2 && !lost; who++)
		if (bytes <= r->limit[who]) {
			r->due[r->ndue].at = r->now + r->delay[who];
			r->due[r->ndue].seq = r->seq;
			r->due[r->ndue++].who = who;
		}
}

static void rig_answers(struct rig *r)
{
	for (unsigned i = 0; i < r->ndue; i++)
		if (r->due[i].at && r->due[i].at <= r->now) {
			r->due[i].at = 0;
			r->known += !r->heard[r->due[i].who];
			r->heard[r->due[i].who] = true;
			sweep_answered(&r->sweep, r->due[i].seq);
		}
}

static void rig_show(struct rig *r)
{
	const struct sweep_step *e;

	while ((e = sweep_verdict(&r->sweep, r->known, r->now))) {
		assert_true(r->shown < SWEEP_MOST);
		assert_int_not_equal(e->is, SWEEP_OPEN);
		assert_in_range(e->tries, 1, SWEEP_TRIES);
		r->order[r->shown++] = e->bytes;
	}
}

/* Runs a sweep to its end: a datagram each 50 ms at the most. */
static void rig_run(struct rig *r, uint32_t from, uint32_t to)
{
	sweep_init(&r->sweep, from, to, TIMEOUT, SETTLE);
	for (r->now = MC_SEC; !r->sweep.done; r->now += 5 * MC_MSEC) {
		rig_answers(r);
		rig_show(r);
		uint32_t bytes = r->now >= r->last + SETTLE ? sweep_next(&r->sweep, r->known, r->now) : 0;

		if (bytes) {
			assert_in_range(bytes, from, to);
			rig_send(r, bytes);
			r->last = r->now;
		} else if (!r->sweep.done) {
			assert_true(sweep_deadline(&r->sweep, r->known) != MC_NEVER);
		}
		assert_true(r->now < 200 * MC_SEC);
	}
	for (uint32_t bytes = 0; bytes < 65536; bytes++)
		assert_true(r->sent[bytes] <= SWEEP_TRIES);
	assert_int_equal(r->shown, r->sweep.n);
}

static struct rig *rig_new(uint32_t limit)
{
	struct rig *r = test_calloc(1, sizeof *r);

	r->limit[0] = limit;
	r->delay[0] = r->delay[1] = MC_MSEC;
	return r;
}

static void test_all_answered(void **state)
{
	struct rig *r = rig_new(65507);

	(void)state;
	rig_run(r, 1000, 9000);
	assert_int_equal(r->shown, SWEEP_STEPS);
	for (uint32_t i = 0; i < SWEEP_STEPS; i++) {
		assert_int_equal(r->order[i], 1000 + i * 250);
		assert_int_equal(r->sent[1000 + i * 250], 1);
	}
	assert_int_equal(sweep_largest(&r->sweep), 9000);
	assert_int_equal(sweep_lost(&r->sweep), 0);
	test_free(r);
}

static void test_nothing_answered(void **state)
{
	struct rig *r = rig_new(0);

	(void)state;
	rig_run(r, 1000, 9000);
	assert_int_equal(r->shown, SWEEP_STEPS);
	assert_int_equal(r->sent[1000], SWEEP_TRIES);
	assert_int_equal(sweep_largest(&r->sweep), 0);
	assert_int_equal(sweep_lost(&r->sweep), 1000);
	test_free(r);
}

/* The exact limit is found wherever it lies. */
static void check_limit(uint32_t from, uint32_t to, uint32_t limit)
{
	struct rig *r = rig_new(limit);

	rig_run(r, from, to);
	assert_int_equal(sweep_largest(&r->sweep), limit < from ? 0 : limit < to ? limit : to);
	assert_int_equal(sweep_lost(&r->sweep), limit < from ? from : limit < to ? limit + 1 : 0);
	test_free(r);
}

static void test_limit_found(void **state)
{
	(void)state;
	for (uint32_t limit = 1000; limit <= 9000; limit += 397)
		check_limit(1000, 9000, limit);
	check_limit(1000, 9000, 1472);
	check_limit(1000, 9000, 8999);
	check_limit(32, 65507, 1472);
	check_limit(32, 65507, 65506);
	check_limit(32, 65507, 32);
}

static void test_small_ranges(void **state)
{
	(void)state;
	for (uint32_t to = 100; to <= 100 + SWEEP_STEPS + 1; to++)
		for (uint32_t limit = 99; limit <= to; limit += 7)
			check_limit(100, to, limit);
}

static void test_one_loss_is_tried_again(void **state)
{
	struct rig *r = rig_new(65507);

	(void)state;
	r->lost_once = 5000;
	rig_run(r, 1000, 9000);
	assert_int_equal(r->sent[5000], 2);
	assert_int_equal(sweep_largest(&r->sweep), 9000);
	assert_int_equal(sweep_lost(&r->sweep), 0);
	test_free(r);
}

/* What one of two responders loses is lost. */
static void test_two_responders(void **state)
{
	struct rig *r = rig_new(65507);

	(void)state;
	r->limit[1] = 2222;
	r->delay[1] = 3 * MC_MSEC;
	rig_run(r, 1000, 9000);
	assert_int_equal(sweep_largest(&r->sweep), 2222);
	assert_int_equal(sweep_lost(&r->sweep), 2223);
	assert_int_equal(r->sweep.step[0].most, 2);
	assert_int_equal(r->sweep.step[0].known, 2);
	assert_int_equal(sweep_full(&r->sweep.step[0]), 1);
	assert_int_equal(r->sweep.step[32].most, 1);
	assert_int_equal(sweep_full(&r->sweep.step[32]), 0);
	test_free(r);
}

/* Replies that take longer than the pause between datagrams are waited for. */
static void test_slow_replies(void **state)
{
	struct rig *r = rig_new(1472);

	(void)state;
	r->delay[0] = 600 * MC_MSEC;
	rig_run(r, 1000, 2000);
	assert_int_equal(sweep_largest(&r->sweep), 1472);
	assert_int_equal(sweep_lost(&r->sweep), 1473);
	test_free(r);
}

static void test_unsendable(void **state)
{
	struct rig *r = rig_new(65507);

	(void)state;
	r->unsendable = 3000;
	rig_run(r, 1000, 9000);
	assert_int_equal(sweep_largest(&r->sweep), 3000);
	assert_int_equal(sweep_lost(&r->sweep), 3001);
	test_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_answered),
		cmocka_unit_test(test_nothing_answered),
		cmocka_unit_test(test_limit_found),
		cmocka_unit_test(test_small_ranges),
		cmocka_unit_test(test_one_loss_is_tried_again),
		cmocka_unit_test(test_two_responders),
		cmocka_unit_test(test_slow_replies),
		cmocka_unit_test(test_unsendable),
	};

	return cmocka_run_group_tests_name("ping_sweep", tests, NULL, NULL);
}
