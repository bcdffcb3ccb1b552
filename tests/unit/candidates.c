/*
 * candidates.c - tests of the order of questions: nothing is left out or comes twice, and as few as can be
 * are in vain.
 */
#include "net/candidates.h"

#include <stdlib.h>

#include "netns.h"

#define MOST 2000

/* Memberships of one interface after the other, sorted as a snapshot is; the newest is first in the
 * kernel's. */
struct table {
	struct mc_memberships m;
	struct mc_membership v[MOST];
};

static void add(struct table *t, uint32_t ifindex, const char *group, uint32_t more, uint32_t order)
{
	struct mc_membership *m = &t->v[t->m.n++];

	*m = (struct mc_membership){ .ifindex = ifindex,
				     .group = address(group),
				     .users = 1,
				     .order = order };
	assert_int_equal(mc_addr_add(&m->group, more), 0);
	t->m.v = t->v;
}

static struct mc_candidates *candidates(struct table *t, const char *only)
{
	struct mc_addr a = address(only);
	struct mc_candidates *c;

	mc_memberships_sort(&t->m);
	assert_int_equal(mc_candidates_new(&c, &t->m, *only ? &a : NULL), 0);
	return c;
}

static struct mc_socket socket_of(const char *local, uint32_t ifindex)
{
	struct mc_addr a = address(local);

	return (struct mc_socket){ .family = a.family, .local = a, .ifindex = ifindex };
}

/* What a socket holds, by index. */
struct wants {
	size_t n;
	const struct mc_membership *v[40];
};

static void want(struct wants *w, const struct table *t, uint32_t ifindex, const char *group, uint32_t more)
{
	struct mc_addr a = address(group);

	assert_int_equal(mc_addr_add(&a, more), 0);
	for (size_t i = 0; i < t->m.n; i++)
		if (t->v[i].ifindex == ifindex && !mc_addr_cmp(&t->v[i].group, &a))
			w->v[w->n++] = &t->v[i];
}

/* Asks as holders.c does, until all is found; returns how many questions that took. */
static unsigned ask(struct mc_candidates *c, const struct table *t, const struct mc_socket *s,
		    struct wants *w, bool drop)
{
	unsigned questions = 0;
	size_t found = 0;

	mc_candidates_begin(c, s);
	while (found < w->n) {
		size_t i = mc_candidates_next(c);

		assert_true(i != MC_CANDIDATES_END);
		questions++;
		for (size_t k = 0; k < w->n; k++) {
			if (w->v[k] != &t->v[i])
				continue;
			found++;
			mc_candidates_hit(c, i);
			if (drop)
				mc_candidates_drop(c, i);
		}
	}
	return questions;
}

/* How many are given to a socket that holds none of them; each is given once. */
static size_t all_of(struct mc_candidates *c, const struct table *t, const struct mc_socket *s)
{
	static bool given[MOST];
	size_t n = 0, i;

	memset(given, 0, sizeof given);
	mc_candidates_begin(c, s);
	for (; (i = mc_candidates_next(c)) != MC_CANDIDATES_END; n++) {
		assert_true(i < t->m.n && !given[i]);
		given[i] = true;
	}
	return n;
}

static void test_each_once(void **state)
{
	static struct table t;
	struct mc_socket four = socket_of("0.0.0.0", 0), six = socket_of("::", 0), raw = six;

	(void)state;
	t.m.n = 0;
	for (uint32_t i = 0; i < 50; i++) {
		add(&t, 1 + i % 3, "239.1.0.1", i, i);
		add(&t, 1 + i % 3, "ff15::1", i, 100 + i);
	}
	struct mc_candidates *c = candidates(&t, "");

	raw.raw = true;
	for (int round = 0; round < 3; round++) {
		assert_int_equal(all_of(c, &t, &four), 50);
		assert_int_equal(all_of(c, &t, &six), 100); /* which may hold both */
		assert_int_equal(all_of(c, &t, &raw), 50);
	}
	for (size_t i = 0; i < t.m.n; i += 2)
		mc_candidates_drop(c, i);
	mc_candidates_drop(c, 0);
	assert_int_equal(all_of(c, &t, &six), 50);
	mc_candidates_begin(c, &six);
	mc_candidates_skip(c, 1);
	for (size_t i; (i = mc_candidates_next(c)) != MC_CANDIDATES_END;)
		assert_true(i % 2 == 1 && i != 1);
	mc_candidates_free(c);
}

/* Sockets that hold the same: as many questions as memberships, after the first. */
static void test_same(void **state)
{
	static struct table t;
	struct mc_socket s = socket_of("0.0.0.0", 0);
	struct wants w = { 0 };

	(void)state;
	t.m.n = 0;
	for (uint32_t i = 0; i < 1000; i++)
		add(&t, 1, "239.1.0.1", (i * 7) % 1000, i);
	struct mc_candidates *c = candidates(&t, "");

	for (uint32_t i = 0; i < 20; i++)
		want(&w, &t, 1, "239.1.0.1", i * 31);
	ask(c, &t, &s, &w, false);
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(c, &t, &s, &w, false), 20);
	mc_candidates_free(c);
}

/* Sockets that hold groups of their own, which stand in a row in the kernel's table (`stride` 1), or each
 * socket's first before all the sockets' second; with addresses in order, or in none. */
static unsigned own_groups(uint32_t sockets, uint32_t each, bool strided, uint32_t scatter, bool drop)
{
	static struct table t;
	struct mc_socket s = socket_of("0.0.0.0", 0);
	uint32_t n = sockets * each;
	unsigned questions = 0;

	t.m.n = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t joined = strided ? i % each * sockets + i / each : i;

		add(&t, 1, "239.1.0.1", (uint32_t)((uint64_t)i * scatter % n), n - joined);
	}
	add(&t, 1, "224.0.0.1", 0, n + 1);
	struct mc_candidates *c = candidates(&t, "");

	for (uint32_t i = 0; i < sockets; i++) {
		struct wants w = { 0 };

		for (uint32_t k = 0; k < each; k++)
			want(&w, &t, 1, "239.1.0.1", (uint32_t)((uint64_t)(i * each + k) * scatter % n));
		assert_int_equal(w.n, each);
		questions += ask(c, &t, &s, &w, drop);
	}
	mc_candidates_free(c);
	return questions;
}

static void test_neighbours(void **state)
{
	(void)state;
	assert_in_range(own_groups(90, 20, false, 1, true), 1800, 1900);
	assert_in_range(own_groups(90, 20, false, 701, true), 1800, 1900);
	assert_in_range(own_groups(90, 20, true, 1, true), 1800, 4 * 1800);
	assert_in_range(own_groups(90, 20, true, 701, true), 1800, 4 * 1800);
	assert_in_range(own_groups(90, 20, false, 701, false), 1800, 4 * 1800); /* others hold them, too */
}

/* Without the kernel's order, by address. */
static void test_addresses(void **state)
{
	static struct table t;
	struct mc_socket s = socket_of("::", 0);
	unsigned questions = 0;

	(void)state;
	t.m.n = 0;
	for (uint32_t i = 0; i < 1000; i++)
		add(&t, 1 + i % 2, "ff15::1", i / 2, 0);
	struct mc_candidates *c = candidates(&t, "");

	for (uint32_t i = 0; i < 50; i++) {
		struct wants w = { 0 };

		for (uint32_t k = 0; k < 10; k++) {
			want(&w, &t, 1, "ff15::1", i * 10 + k);
			want(&w, &t, 2, "ff15::1", i * 10 + k);
		}
		questions += ask(c, &t, &s, &w, true);
	}
	assert_in_range(questions, 1000, 3000);
	mc_candidates_free(c);
}

/* The group that it is bound to comes first, on each interface, or on the one that it is tied to. */
static void test_bound(void **state)
{
	static struct table t;
	static const char *const bound[] = { "239.1.0.40", "ff15::40", "::ffff:239.1.0.40" };

	(void)state;
	t.m.n = 0;
	for (uint32_t i = 0; i < 300; i++)
		add(&t, 1 + i % 3, i < 150 ? "239.1.0.1" : "ff15::1", i % 150 / 3, i);
	add(&t, 1, "ff15::40", 0, 300);
	add(&t, 2, "ff15::40", 0, 301);
	struct mc_candidates *c = candidates(&t, "");

	for (size_t i = 0; i < COUNT(bound); i++) {
		const char *group = i == 1 ? "ff15::40" : "239.1.0.40";

		for (uint32_t tied = 0; tied <= 2; tied += 2) {
			struct mc_socket s = socket_of(bound[i], tied);
			struct wants w = { 0 };

			for (uint32_t k = 1; k <= 3; k++)
				if (!tied || k == tied)
					want(&w, &t, k, group, 0);
			assert_int_equal(ask(c, &t, &s, &w, false), w.n);
		}
	}
	mc_candidates_free(c);
}

static void test_only(void **state)
{
	static struct table t;
	struct mc_socket s = socket_of("0.0.0.0", 0);

	(void)state;
	t.m.n = 0;
	for (uint32_t i = 0; i < 30; i++)
		add(&t, 1 + i % 3, "239.1.0.1", i / 3, i);
	struct mc_candidates *c = candidates(&t, "239.1.0.7");

	assert_int_equal(all_of(c, &t, &s), 3);
	mc_candidates_free(c);
	t.m.n = 0;
	c = candidates(&t, "");
	assert_int_equal(all_of(c, &t, &s), 0);
	mc_candidates_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),  cmocka_unit_test(test_same),
		cmocka_unit_test(test_neighbours), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_bound),      cmocka_unit_test(test_only),
	};

	return cmocka_run_group_tests_name("candidates", tests, NULL, NULL);
}
