/*
 * seq.c - tests of sequence tracking, against a model that keeps every number it was given.
 */
#include <string.h>

#include "flow/seq.h"
#include "check.h"

#define STEPS 3000

/* Offsets from an origin stand for the numbers, so that the model need not know of the wrap. */
struct model {
	int64_t got[STEPS];
	size_t n;
	int64_t first, highest;
	uint64_t received, reordered, duplicates, old;
};

static uint64_t random_state;

static bool model_has(const struct model *m, int64_t x)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->got[i] == x)
			return true;
	return false;
}

static enum mc_seq_is model_note(struct model *m, int64_t x)
{
	bool any = m->n > 0, higher = !any || x > m->highest;

	if (any && x <= m->highest - MC_SEQ_WINDOW) {
		m->old++;
		return MC_SEQ_OLD;
	}
	if (model_has(m, x)) {
		m->duplicates++;
		return MC_SEQ_DUPLICATE;
	}
	m->got[m->n++] = x;
	m->received++;
	m->first = any && m->first < x ? m->first : x;
	m->highest = higher ? x : m->highest;
	m->reordered += !higher;
	return higher ? MC_SEQ_NEW : MC_SEQ_REORDERED;
}

static void check_step(struct mc_seq *s, struct model *m, uint64_t origin, int64_t x)
{
	enum mc_seq_is want = model_note(m, x), got = mc_seq_note(s, origin + (uint64_t)x);

	if (got != want)
		fail_msg("origin %llu, %lld: %d, not %d", (unsigned long long)origin, (long long)x, (int)got,
			 (int)want);
	assert_true(s->first == origin + (uint64_t)m->first && s->highest == origin + (uint64_t)m->highest);
	assert_true(s->received == m->received && s->reordered == m->reordered);
	assert_true(s->duplicates == m->duplicates && s->old == m->old);
	assert_true(s->highest - s->first + 1 >= s->received);
}

/* Mostly onward, often a little back or ahead, now and then about or over the window. */
static int64_t next_number(int64_t highest)
{
	uint64_t r = next_random(&random_state);
	int64_t small = (int64_t)(r >> 8 & 15), near = (int64_t)(r >> 8 & 3) - 1;

	switch (r % 16) {
	case 0:
		return highest - (int64_t)(r >> 8) % (2 * MC_SEQ_WINDOW);
	case 1:
		return highest - MC_SEQ_WINDOW + near;
	case 2:
		return r >> 16 & 3 ? highest + small : highest + MC_SEQ_WINDOW + near;
	case 3:
		return r >> 16 & 15 ? highest + 60 + small : highest + (int64_t)(r >> 24 & 0xffff);
	case 4:
	case 5:
	case 6:
		return highest - small;
	default:
		return highest + 1;
	}
}

static void test_random(void **state)
{
	static const uint64_t origins[] = {
		0, 1, 63, 8191, 1000000007, UINT64_C(1) << 63, UINT64_MAX - 5000, UINT64_MAX
	};
	static struct model m;

	(void)state;
	random_state = 7;
	for (size_t i = 0; i < COUNT(origins); i++) {
		struct mc_seq s = { 0 };
		int64_t x = 0;

		memset(&m, 0, sizeof(m));
		for (size_t step = 0; step < STEPS; step++) {
			check_step(&s, &m, origins[i], x);
			x = next_number(m.highest);
		}
		assert_true(s.duplicates && s.reordered && s.old); /* or the sequence tested nothing */
	}
}

static void test_in_order(void **state)
{
	struct mc_seq s = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 3 * MC_SEQ_WINDOW; i++)
		assert_int_equal(mc_seq_note(&s, UINT64_MAX - 9000 + i), MC_SEQ_NEW);
	assert_true(s.received == 3 * MC_SEQ_WINDOW && s.first == UINT64_MAX - 9000);
	assert_true(s.highest == 3 * MC_SEQ_WINDOW - 9002);
	assert_true(!s.reordered && !s.duplicates && !s.old);
}

/* Both ends of the window, from a stream of a single number. */
static void test_window(void **state)
{
	struct mc_seq s = { 0 };

	(void)state;
	assert_int_equal(mc_seq_note(&s, 100000), MC_SEQ_NEW);
	assert_int_equal(mc_seq_note(&s, 100000), MC_SEQ_DUPLICATE);
	assert_int_equal(mc_seq_note(&s, 100000 - MC_SEQ_WINDOW), MC_SEQ_OLD);
	assert_int_equal(mc_seq_note(&s, 100000 - MC_SEQ_WINDOW + 1), MC_SEQ_REORDERED);
	assert_true(s.first == 100000 - MC_SEQ_WINDOW + 1);
	assert_int_equal(mc_seq_note(&s, 100000 - MC_SEQ_WINDOW + 1), MC_SEQ_DUPLICATE);
	assert_int_equal(mc_seq_note(&s, 100001), MC_SEQ_NEW); /* and its place was 91809's */
	assert_int_equal(mc_seq_note(&s, 100001), MC_SEQ_DUPLICATE);
	assert_int_equal(mc_seq_note(&s, 100000 - MC_SEQ_WINDOW + 1), MC_SEQ_OLD);
}

static void test_jumps(void **state)
{
	static const uint64_t jumps[] = {
		2,
		63,
		64,
		65,
		MC_SEQ_WINDOW - 1,
		MC_SEQ_WINDOW,
		MC_SEQ_WINDOW + 1,
		10 * MC_SEQ_WINDOW,
		INT64_MAX,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(jumps); i++) {
		struct mc_seq s = { 0 };
		uint64_t to = MC_SEQ_WINDOW - 1 + jumps[i];

		for (uint64_t n = 0; n < MC_SEQ_WINDOW; n++)
			mc_seq_note(&s, n);
		assert_int_equal(mc_seq_note(&s, to), MC_SEQ_NEW);
		/* what the jump passed over was not seen, what lies before it was */
		assert_int_equal(mc_seq_note(&s, to - 1), MC_SEQ_REORDERED);
		assert_int_equal(mc_seq_note(&s, MC_SEQ_WINDOW - 1),
				 jumps[i] < MC_SEQ_WINDOW ? MC_SEQ_DUPLICATE : MC_SEQ_OLD);
	}
}

/* Half way round is behind, not ahead. */
static void test_half_way(void **state)
{
	struct mc_seq s = { 0 };

	(void)state;
	mc_seq_note(&s, 5);
	assert_int_equal(mc_seq_note(&s, 5 + (UINT64_C(1) << 63)), MC_SEQ_OLD);
	assert_int_equal(mc_seq_note(&s, 5 + (UINT64_C(1) << 63) - 1), MC_SEQ_NEW);
}

/* Runs are as so many numbers one by one, jumps and late ones between them. */
static void test_runs(void **state)
{
	static const uint32_t lens[] = {
		1, 2, 63, 64, 65, 128, 4000, MC_SEQ_WINDOW - 1, MC_SEQ_WINDOW, 20000
	};

	(void)state;
	random_state = 11;
	for (size_t i = 0; i < 40; i++) {
		uint64_t origin = i % 4 ? UINT64_MAX - next_random(&random_state) % 30000 : i;
		struct mc_seq run = { 0 }, one = { 0 };

		mc_seq_run(&run, 5, 0);
		for (size_t step = 0; step < 40; step++) {
			uint64_t from = step ? run.highest + 1 : origin;
			uint64_t jump = next_random(&random_state) % (step % 3 ? 100 : 2 * MC_SEQ_WINDOW);
			uint32_t n = lens[next_random(&random_state) % COUNT(lens)];

			mc_seq_run(&run, from, n);
			for (uint32_t k = 0; k < n; k++)
				mc_seq_note(&one, from + k);
			assert_memory_equal(&run, &one, sizeof(run));
			assert_int_equal(mc_seq_note(&run, from + n - 1 + jump),
					 mc_seq_note(&one, from + n - 1 + jump));
			assert_int_equal(mc_seq_note(&run, from - jump), mc_seq_note(&one, from - jump));
			assert_memory_equal(&run, &one, sizeof(run));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random), cmocka_unit_test(test_in_order), cmocka_unit_test(test_window),
		cmocka_unit_test(test_jumps),  cmocka_unit_test(test_half_way), cmocka_unit_test(test_runs),
	};

	return cmocka_run_group_tests_name("seq", tests, NULL, NULL);
}
