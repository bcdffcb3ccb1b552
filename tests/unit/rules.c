/*
 * rules.c - the table of lib/engine/rules.c against the formulas of RFC 9776 6.4.1 and 6.4.2, for every
 * state and every record over four sources. The formulas are written here as sets of bits, as the RFC has
 * them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/rules.h"
#include "check.h"

enum { SOURCES = 4, ALL = 1 << SOURCES };
enum {
	LMQT = 2000,
	RUNS = 3000,
	GT = 5000,
	GMI = 9000
}; /* times; a source in X runs until RUNS and its number */

/* What the RFC wants: sets, as bits. */
struct wanted {
	unsigned mode, x, y; /* afterwards */
	unsigned gmi, gt;    /* whose timers are set to those */
	unsigned ask;        /* Send Q(G, ask) */
	bool restart, ask_group;
};

/* 6.4.1 and 6.4.2 for INCLUDE (A), the record lists B. */
static struct wanted in_include(unsigned type, unsigned a, unsigned b)
{
	struct wanted w = { .mode = MC_INCLUDE, .x = a };

	switch (type) {
	case MC_IS_IN:
	case MC_ALLOW:
		w.x = a | b;
		w.gmi = b;
		break;
	case MC_TO_IN:
		w.x = a | b;
		w.gmi = b;
		w.ask = a & ~b;
		break;
	case MC_BLOCK:
		w.ask = a & b;
		break;
	default: /* IS_EX, TO_EX */
		w.mode = MC_EXCLUDE;
		w.x = a & b;
		w.y = b & ~a;
		w.restart = true;
		w.ask = type == MC_TO_EX ? a & b : 0;
	}
	return w;
}

/* For EXCLUDE (X, Y), the record lists A. */
static struct wanted in_exclude(unsigned type, unsigned x, unsigned y, unsigned a)
{
	struct wanted w = { .mode = MC_EXCLUDE, .x = x | a, .y = y & ~a };

	switch (type) {
	case MC_IS_IN:
	case MC_ALLOW:
		w.gmi = a;
		break;
	case MC_TO_IN:
		w.gmi = a;
		w.ask = x & ~a;
		w.ask_group = true;
		break;
	case MC_BLOCK:
		w.x = x | (a & ~y);
		w.y = y;
		w.gt = a & ~x & ~y;
		w.ask = a & ~y;
		break;
	default: /* IS_EX, TO_EX */
		w.x = a & ~y;
		w.y = y & a;
		w.restart = true;
		if (type == MC_IS_EX)
			w.gmi = a & ~x & ~y;
		else
			w.gt = a & ~x & ~y;
		w.ask = type == MC_TO_EX ? a & ~y : 0;
	}
	return w;
}

static void octets_of(unsigned source, uint8_t octets[4])
{
	const uint8_t address[4] = { 10, 1, 0, (uint8_t)(source + 1) };

	memcpy(octets, address, 4);
}

/* The state as the engine holds it, with room for all. */
static void make(struct mc_srcs *s, unsigned x, unsigned y)
{
	*s = (struct mc_srcs){ .n = 0 };
	assert_true(mc_srcs_room(s, 2 * SOURCES));
	for (unsigned i = 0; i < SOURCES; i++) {
		uint8_t octets[4];

		if (!((x | y) >> i & 1))
			continue;
		octets_of(i, octets);
		s->at[s->n++] = (struct mc_src){ .key = mc_key_of(octets, 4),
						 .until = x >> i & 1 ? RUNS + i : 0 };
	}
}

static mc_time until_of(const struct mc_srcs *s, unsigned source, bool *known, uint8_t *left)
{
	uint8_t octets[4];
	struct mc_key key;
	struct mc_src *src;

	octets_of(source, octets);
	key = mc_key_of(octets, 4);
	src = mc_srcs_find(s, &key);
	*known = src;
	*left = src ? src->left : 0;
	return src ? src->until : 0;
}

/* The timer that a source must have: set, kept, and lowered where it is asked about (6.6.3.2). */
static mc_time timer(const struct wanted *w, unsigned i, bool asks)
{
	mc_time t = w->gmi >> i & 1 ? GMI : w->gt >> i & 1 ? GT : RUNS + i;

	if (!(w->x >> i & 1))
		return 0;
	return asks && w->ask >> i & 1 ? LMQT : t;
}

static void check(const struct mc_srcs *s, const struct wanted *w, bool asks)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SOURCES; i++) {
		uint8_t left;
		bool known;
		mc_time until = until_of(s, i, &known, &left);

		assert_int_equal(known, (w->x | w->y) >> i & 1);
		assert_int_equal(until, timer(w, i, asks));
		assert_int_equal(left, asks && w->ask >> i & 1 ? 2 : 0);
		n += known;
	}
	assert_int_equal(s->n, n);
}

static unsigned bits(unsigned set)
{
	unsigned n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

static void one(unsigned mode, unsigned type, unsigned x, unsigned y, unsigned listed, bool asks)
{
	struct wanted w = mode == MC_INCLUDE ? in_include(type, x, listed) : in_exclude(type, x, y, listed);
	struct mc_change c = { .rule = mc_rule_of(mode, type),
			       .life = GMI,
			       .group = GT,
			       .asked = LMQT,
			       .most = SOURCES };
	uint8_t list[SOURCES * 4];
	struct mc_srcs s;

	make(&s, x, y);
	c.times = asks ? 2 : 0;
	c.list = (struct mc_set){ .at = list, .size = 4 };
	for (unsigned i = 0; i < SOURCES; i++)
		if (listed >> i & 1)
			octets_of(i, list + 4 * (size_t)c.list.n++);
	mc_change_count(&c, &s);
	assert_int_equal(c.deleted, bits((x | y) & ~(w.x | w.y)));
	assert_int_equal(c.unknown, bits((w.x | w.y) & ~(x | y)));
	mc_change_apply(&c, &s);
	assert_int_equal(c.rule->mode, w.mode);
	assert_int_equal(c.rule->restart, w.restart);
	assert_int_equal(c.rule->ask, w.ask_group);
	assert_int_equal(c.opened, bits(y & ~w.y));
	assert_int_equal(c.n_asked, asks ? bits(w.ask) : 0);
	check(&s, &w, asks);
	mc_srcs_free(&s);
}

/* RT-01 to RT-15, IGMP3-R-014: an absent group is INCLUDE of nothing. */
static unsigned every_record(unsigned mode, bool asks)
{
	unsigned n = 0;

	for (unsigned type = MC_IS_IN; type <= MC_BLOCK; type++)
		for (unsigned x = 0; x < ALL; x++)
			for (unsigned y = 0; y < (mode == MC_INCLUDE ? 1 : ALL); y++)
				for (unsigned listed = 0; listed < ALL; listed++) {
					if (x & y)
						continue;
					one(mode, type, x, y, listed, asks);
					n++;
				}
	return n;
}

static void test_igmp3_r_014_include(void **state)
{
	(void)state;
	assert_int_equal(every_record(MC_INCLUDE, true), 6 * 16 * 16);
}

static void test_igmp3_r_014_exclude(void **state)
{
	(void)state;
	assert_int_equal(every_record(MC_EXCLUDE, true), 6 * 81 * 16);
}

/* IGMP3-R-016: who is not the querier does the same, but lowers nothing. */
static void test_igmp3_r_016_not_querier(void **state)
{
	(void)state;
	assert_int_equal(every_record(MC_INCLUDE, false), 6 * 16 * 16);
	assert_int_equal(every_record(MC_EXCLUDE, false), 6 * 81 * 16);
}

/* IGMP3-R-020: what ends by then anyway is left alone. */
static void test_igmp3_r_020_ends_sooner(void **state)
{
	struct mc_change c = {
		.rule = mc_rule_of(MC_INCLUDE, MC_BLOCK),
		.life = GMI,
		.asked = LMQT,
		.times = 2,
		.most = SOURCES,
	};
	uint8_t list[4];
	struct mc_srcs s;

	(void)state;
	make(&s, 1, 0);
	s.at[0].until = LMQT;
	octets_of(0, list);
	c.list = (struct mc_set){ .at = list, .n = 1, .size = 4 };
	mc_change_count(&c, &s);
	mc_change_apply(&c, &s);
	assert_int_equal(s.at[0].until, LMQT);
	assert_int_equal(s.at[0].left, 0);
	assert_int_equal(c.n_asked, 0);
	mc_srcs_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_igmp3_r_014_include),
		cmocka_unit_test(test_igmp3_r_014_exclude),
		cmocka_unit_test(test_igmp3_r_016_not_querier),
		cmocka_unit_test(test_igmp3_r_020_ends_sooner),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
