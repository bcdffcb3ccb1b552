/*
 * pair.c - tests of two paths of one stream: small cases by hand, and a model that keeps every number of a
 * long stream with random loss, duplicates, reordering and skew.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/pair.h"
#include "check.h"

enum { A, B };

static struct mc_pair *new_pair(void)
{
	struct mc_pair *p = calloc(1, sizeof *p);

	assert_non_null(p);
	return p;
}

static void drop_pair(struct mc_pair *p)
{
	mc_pair_free(p);
	assert_null(p->slot);
	free(p);
}

static void note(struct mc_pair *p, unsigned path, uint64_t seq, mc_time came)
{
	assert_true(mc_pair_note(p, path, seq, came));
}

static void sums(const struct mc_pair *p, uint64_t both, uint64_t a, uint64_t b, uint64_t neither)
{
	assert_int_equal(p->both, both);
	assert_int_equal(p->only[A], a);
	assert_int_equal(p->only[B], b);
	assert_int_equal(p->neither, neither);
}

static void test_small(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	note(p, A, 10, 1000);
	note(p, B, 10, 1500);
	note(p, A, 11, 2000); /* only A */
	note(p, B, 12, 3500); /* only B; 13: neither */
	note(p, B, 14, 5000);
	note(p, A, 14, 5700);
	note(p, A, 14, 9000); /* once more */
	sums(p, 2, 0, 0, 0);
	mc_pair_end(p);
	sums(p, 2, 1, 1, 1);
	assert_true(p->a_first == 1 && p->b_first == 1 && p->late == 0 && p->apart == 0);
	assert_true(p->most[A] == 500 && p->most[B] == 700);
	assert_true(p->difference.n == 2 && p->difference.min == 500 && p->difference.max == 700);
	mc_pair_end(p);
	sums(p, 2, 1, 1, 1);
	drop_pair(p);
}

static void test_empty(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	mc_pair_end(p);
	mc_pair_reset(p);
	sums(p, 0, 0, 0, 0);
	drop_pair(p);
}

/* What came by one path alone because the other was not joined yet is not compared, whichever is behind. */
static void test_begin(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	for (uint64_t i = 100; i < 150; i++)
		note(p, A, i, i);
	for (uint64_t i = 130; i < 150; i++)
		note(p, B, i, i + 1);
	mc_pair_end(p);
	sums(p, 20, 0, 0, 0);
	assert_int_equal(p->apart, 30);
	mc_pair_reset(p);
	note(p, A, 100, 1000);
	for (uint64_t i = 90; i <= 100; i++)
		note(p, B, i, 1000 + i);
	mc_pair_end(p);
	sums(p, 21, 0, 0, 0);
	assert_int_equal(p->apart, 40);
	drop_pair(p);
}

/* A path that never comes, or more than a window late, has lost what came by the other. */
static void test_silent_path(void **state)
{
	struct mc_pair *p = new_pair();
	uint64_t i;

	(void)state;
	for (i = 0; i < 1000; i++)
		if (i % 10)
			note(p, B, i, i + 1);
	mc_pair_end(p);
	sums(p, 0, 0, 900, 99); /* 0 came before the first that was seen */
	mc_pair_reset(p);
	for (i = 0; i < MC_PAIR_WINDOW + 10; i++)
		note(p, A, i, i + 1);
	sums(p, 0, 10, 900, 99);
	note(p, B, MC_PAIR_WINDOW + 10, i + 1);
	mc_pair_end(p);
	sums(p, 0, MC_PAIR_WINDOW + 10, 901, 99);
	assert_int_equal(p->apart, 0);
	drop_pair(p);
}

/* At the end, what the slower path was not due to bring is not lost; what it was due to bring is. */
static void test_end(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		note(p, A, i, 1000 + i);
		if (i >= 50 && i != 940)
			note(p, B, i - 50, 1000 + i);
	}
	assert_int_equal(p->most[A], 50);
	mc_pair_end(p);
	sums(p, 949, 1, 0, 0); /* 890 */
	assert_int_equal(p->apart, 50);
	mc_pair_reset(p);
	for (uint64_t i = 0; i < 1000; i++) {
		note(p, A, i, 5000 + i);
		if (i < 400)
			note(p, B, i, 5000 + i);
	}
	mc_pair_end(p);
	sums(p, 949 + 400, 1 + 550, 0, 0);
	assert_int_equal(p->apart, 100);
	drop_pair(p);
}

static void test_window(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	note(p, A, 0, 1);
	note(p, B, 0, 1);
	note(p, A, 1, 2);
	note(p, A, MC_PAIR_WINDOW, 3);
	note(p, B, 1, 4); /* the oldest that is still waited for */
	sums(p, 2, 0, 0, 0);
	note(p, A, MC_PAIR_WINDOW + 2, 5);
	note(p, B, 2, 6); /* judged: neither */
	assert_int_equal(p->late, 1);
	sums(p, 2, 0, 0, 1);
	note(p, B, 100000, 7);
	sums(p, 2, 2, 0, 100000 - MC_PAIR_WINDOW - 3);
	note(p, A, 100000, 7);
	note(p, A, 100000 - MC_PAIR_WINDOW + 1, 8);
	mc_pair_end(p);
	sums(p, 3, 3, 0, 100001 - 6);
	assert_int_equal(p->difference.n, 3);
	drop_pair(p);
}

/* Numbers may pass the top of their type. */
static void test_top(void **state)
{
	struct mc_pair *p = new_pair();

	(void)state;
	for (uint64_t i = 0; i < 40000; i++) {
		note(p, A, i - 20000, i + 1);
		if (i % 3)
			note(p, B, i - 20000, i + 1);
	}
	mc_pair_end(p);
	assert_int_equal(p->both + p->only[A] + p->neither + p->apart, 40000);
	assert_int_equal(p->only[A], 13333);
	drop_pair(p);
}

/* ---- the model ---- */

struct event {
	uint64_t seq;
	mc_time came;
	unsigned path;
};

struct number {
	mc_time came[2];
};

struct model {
	uint64_t both, only[2], neither, late, apart, a_first, b_first;
	mc_time most[2];
};

static int by_time(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	if (x->came != y->came)
		return x->came < y->came ? -1 : 1;
	return x->seq != y->seq ? (x->seq < y->seq ? -1 : 1) : (int)x->path - (int)y->path;
}

/* A number every 1000 ns from 1 on; path B is `skew` behind, both jitter. */
static struct event *make(uint64_t *seed, uint64_t numbers, mc_time skew, mc_time jitter, size_t *ret_n)
{
	struct event *v = calloc(numbers * 4, sizeof *v);
	size_t n = 0;

	assert_non_null(v);
	for (uint64_t i = 0; i < numbers; i++)
		for (unsigned path = 0; path < 2; path++) {
			unsigned copies = next_random(seed) % 8 == 0  ? 0 :
					  next_random(seed) % 50 == 0 ? 2 :
									1;

			while (copies--)
				v[n++] = (struct event){
					i, 1 + i * 1000 + path * skew + next_random(seed) % jitter, path
				};
		}
	qsort(v, n, sizeof *v, by_time);
	*ret_n = n;
	return v;
}

/* From where on the paths are compared: where the second begins, unless that is too late. */
static uint64_t start_of(const struct event *v, size_t n)
{
	uint64_t highest = v[0].seq;
	size_t i;

	for (i = 0; i < n && v[i].path == v[0].path; i++)
		highest = v[i].seq > highest ? v[i].seq : highest;
	assert_true(i < n);
	if (highest - v[0].seq >= MC_PAIR_WINDOW || v[i].seq < v[0].seq)
		return v[0].seq;
	return v[i].seq;
}

/* The same, with all numbers kept. */
static void count(struct model *m, const struct event *v, size_t n, uint64_t numbers)
{
	uint64_t start = start_of(v, n), highest = v[0].seq, end;
	struct number *all = calloc(numbers, sizeof *all);
	uint64_t top[2] = { 0 };

	assert_non_null(all);
	for (size_t i = 0; i < n; i++) {
		struct number *x = &all[v[i].seq];

		highest = v[i].seq > highest ? v[i].seq : highest;
		if (v[i].seq < start && highest >= start) {
			m->apart++;
			continue;
		}
		if (highest - v[i].seq >= MC_PAIR_WINDOW) {
			m->late++;
			continue;
		}
		if (v[i].seq > top[v[i].path])
			top[v[i].path] = v[i].seq;
		if (!x->came[v[i].path])
			x->came[v[i].path] = v[i].came;
	}
	for (uint64_t i = start; i <= highest; i++) {
		struct number *x = &all[i];

		if (!x->came[A] || !x->came[B])
			continue;
		m->a_first += x->came[A] < x->came[B];
		m->b_first += x->came[B] < x->came[A];
		if (x->came[B] > x->came[A] && x->came[B] - x->came[A] > m->most[A])
			m->most[A] = x->came[B] - x->came[A];
		if (x->came[A] > x->came[B] && x->came[A] - x->came[B] > m->most[B])
			m->most[B] = x->came[A] - x->came[B];
	}
	end = highest + 1;
	for (unsigned fast = 0; fast < 2; fast++)
		for (uint64_t i = top[!fast] + 1; i <= highest && top[fast] > top[!fast] && end > highest;
		     i++)
			if (all[i].came[fast] && v[n - 1].came - all[i].came[fast] < m->most[fast])
				end = i;
	for (uint64_t i = start; i < end; i++) {
		m->both += all[i].came[A] && all[i].came[B];
		m->only[A] += all[i].came[A] && !all[i].came[B];
		m->only[B] += all[i].came[B] && !all[i].came[A];
		m->neither += !all[i].came[A] && !all[i].came[B];
	}
	for (uint64_t i = end; i <= highest; i++)
		m->apart += all[i].came[A] || all[i].came[B];
	for (uint64_t i = 0; i < start; i++)
		m->apart += all[i].came[A] || all[i].came[B];
	free(all);
}

static void run_model(uint64_t seed, mc_time skew, mc_time jitter, bool some_late)
{
	enum { NUMBERS = 60000 };
	struct mc_pair *p = new_pair();
	struct model m = { 0 };
	size_t n;
	struct event *v = make(&seed, NUMBERS, skew, jitter, &n);

	count(&m, v, n, NUMBERS);
	for (size_t i = 0; i < n; i++)
		note(p, v[i].path, v[i].seq, v[i].came);
	mc_pair_end(p);
	sums(p, m.both, m.only[A], m.only[B], m.neither);
	assert_int_equal(p->late, m.late);
	assert_int_equal(p->apart, m.apart);
	assert_int_equal(p->a_first, m.a_first);
	assert_int_equal(p->b_first, m.b_first);
	assert_int_equal(p->most[A], m.most[A]);
	assert_int_equal(p->most[B], m.most[B]);
	assert_int_equal(p->difference.n, m.both);
	assert_int_equal(p->late > 0, some_late);
	assert_true(m.both > 1000 && m.only[A] > 100 && m.neither > 10);
	free(v);
	drop_pair(p);
}

static void test_model(void **state)
{
	(void)state;
	run_model(1, 0, 1, false);
	run_model(2, 500, 100, false);
	run_model(3, 100 * 1000, 20 * 1000, false);
	run_model(4, 5000 * 1000, 1000 * 1000, false);
	run_model(5, (MC_PAIR_WINDOW - 1) * 1000, 900, false);
	run_model(6, (MC_PAIR_WINDOW - 2000) * 1000, 1999 * 1000, false);
	run_model(7, MC_PAIR_WINDOW * 1000, 200 * 1000, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_begin), cmocka_unit_test(test_silent_path),
		cmocka_unit_test(test_end),   cmocka_unit_test(test_window),
		cmocka_unit_test(test_top),   cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
