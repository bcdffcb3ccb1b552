/*
 * ts.c - tests of transport streams: continuity counters, what they leave out, what is counted.
 */
#include <stdlib.h>
#include <string.h>

#include "flow/ts.h"
#include "check.h"

enum { PAYLOAD = 0x10, FIELD = 0x20, ANNOUNCED = 0x100, SCRAMBLED = 0x80 };

/* Packets as they are to come: PID, counter, flags. */
struct packet {
	unsigned pid, counter, flags;
};

struct want {
	uint64_t discontinuities, lost;
	uint32_t pids;
};

static void build(uint8_t *b, const struct packet *p)
{
	memset(b, 0xff, MC_TS_PACKET);
	b[0] = 0x47;
	b[1] = (uint8_t)(p->pid >> 8);
	b[2] = (uint8_t)p->pid;
	b[3] = (uint8_t)((p->flags & 0xff) | p->counter);
	if (p->flags & FIELD) {
		b[4] = 7;
		b[5] = p->flags & ANNOUNCED ? 0x80 : 0x10;
	}
}

static struct mc_ts *new_ts(void)
{
	struct mc_ts *t = calloc(1, sizeof *t);

	assert_non_null(t);
	return t;
}

static void run(const struct packet *v, size_t n, struct want want)
{
	struct mc_ts *t = new_ts();
	uint8_t b[MC_TS_PACKET];

	for (size_t i = 0; i < n; i++) {
		build(b, &v[i]);
		mc_ts_take(t, b, sizeof b);
	}
	assert_int_equal(t->packets, n);
	assert_int_equal(t->discontinuities, want.discontinuities);
	assert_int_equal(t->lost, want.lost);
	assert_int_equal(t->pids, want.pids);
	assert_int_equal(t->errors, 0);
	free(t);
}

#define RUN(discontinuities, lost, pids, ...)                                            \
	run((struct packet[]){ __VA_ARGS__ }, COUNT(((struct packet[]){ __VA_ARGS__ })), \
	    (struct want){ discontinuities, lost, pids })
#define P(pid, counter)               \
	{                             \
		pid, counter, PAYLOAD \
	}

static void test_follows(void **state)
{
	struct packet v[100];

	(void)state;
	for (unsigned i = 0; i < COUNT(v); i++)
		v[i] = (struct packet)P(0x100, (i + 9) % 16);
	run(v, COUNT(v), (struct want){ 0, 0, 1 });
	RUN(0, 0, 2, P(1, 3), P(8000, 7), P(1, 4), P(8000, 8));
}

static void test_lost(void **state)
{
	(void)state;
	RUN(1, 1, 1, P(1, 3), P(1, 5), P(1, 6));
	RUN(1, 3, 1, P(1, 14), P(1, 2));
	RUN(1, 14, 1, P(1, 5), P(1, 4)); /* 14, or 30, ... */
	RUN(2, 3, 2, P(1, 0), P(2, 0), P(1, 2), P(2, 3), P(1, 3), P(2, 4));
}

/* A packet may come twice, not three times (2.4.3.3); what follows is compared with the first. */
static void test_duplicates(void **state)
{
	(void)state;
	RUN(0, 0, 1, P(1, 3), P(1, 3), P(1, 4), P(1, 4), P(1, 5));
	RUN(1, 15, 1, P(1, 3), P(1, 3), P(1, 3), P(1, 4));
	RUN(1, 1, 1, P(1, 3), P(1, 3), P(1, 5));
}

static void test_without_payload(void **state)
{
	(void)state;
	RUN(0, 0, 1, P(1, 3), { 1, 3, FIELD }, { 1, 3, FIELD }, { 1, 3, FIELD }, P(1, 4));
	RUN(0, 0, 1, { 1, 9, FIELD }, P(1, 4), P(1, 5)); /* no counter to follow on yet */
	RUN(0, 0, 1, P(1, 3), { 1, 4, FIELD | PAYLOAD }, P(1, 5));
	RUN(1, 1, 1, P(1, 3), { 1, 4, FIELD }, P(1, 5)); /* that one did not count */
	RUN(0, 0, 1, P(1, 3), { 1, 12, 0 }, P(1, 4));    /* reserved: neither */
}

static void test_announced(void **state)
{
	(void)state;
	RUN(0, 0, 1, P(1, 3), { 1, 9, FIELD | PAYLOAD | ANNOUNCED }, P(1, 10));
	RUN(0, 0, 1, P(1, 3), { 1, 9, FIELD | ANNOUNCED }, P(1, 10));
	RUN(1, 5, 2, P(2, 3), { 1, 9, FIELD | ANNOUNCED }, P(2, 9)); /* of another PID */
}

/* A field of length 0 has no flags: what stands there is payload. */
static void test_empty_field(void **state)
{
	struct mc_ts *t = new_ts();
	uint8_t b[2][MC_TS_PACKET];

	(void)state;
	build(b[0], &(struct packet)P(1, 3));
	build(b[1], &(struct packet){ 1, 9, FIELD | PAYLOAD | ANNOUNCED });
	b[1][4] = 0;
	mc_ts_take(t, b, sizeof b);
	assert_int_equal(t->discontinuities, 1);
	assert_int_equal(t->lost, 5);
	free(t);
}

static void test_null_packets(void **state)
{
	(void)state;
	RUN(0, 0, 1, P(0x1fff, 3), P(1, 0), P(0x1fff, 9), P(1, 1), P(0x1fff, 9), P(0x1fff, 9));
}

static void test_errors(void **state)
{
	struct mc_ts *t = new_ts();
	uint8_t b[4][MC_TS_PACKET];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		build(b[i], &(struct packet){ 1, i, PAYLOAD | SCRAMBLED });
	b[1][1] |= 0x80;
	mc_ts_take(t, b, sizeof b);
	assert_true(t->errors == 1 && t->packets == 4 && t->scrambled == 3);
	assert_true(t->discontinuities == 1 && t->lost == 1); /* the one that is broken */
	b[0][0] = 0x48;
	mc_ts_take(t, b, MC_TS_PACKET);
	assert_true(t->errors == 2 && t->packets == 5 && t->discontinuities == 1);
	mc_ts_take(t, b[0], 100);
	assert_true(t->errors == 3 && t->packets == 5);
	mc_ts_take(t, b[0], 0);
	assert_true(t->errors == 3 && t->packets == 5);
	free(t);
}

static void test_is(void **state)
{
	uint8_t b[7 * MC_TS_PACKET] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 7; i++)
		b[i * MC_TS_PACKET] = 0x47;
	assert_false(mc_ts_is(b, 0));
	for (size_t len = 1; len <= sizeof b; len++)
		assert_int_equal(mc_ts_is(b, len), len % MC_TS_PACKET == 0);
	for (unsigned i = 0; i < 7; i++) {
		b[i * MC_TS_PACKET] = 0x46;
		assert_false(mc_ts_is(b, sizeof b));
		b[i * MC_TS_PACKET] = 0x47;
	}
}

/* Known losses from a long stream of several PIDs: all below 15 in a row are counted exactly. */
static void test_random_losses(void **state)
{
	struct mc_ts *t = new_ts();
	uint64_t seed = 1, lost = 0, gaps = 0;
	unsigned counter[5] = { 0 }, missing[5] = { 0 };
	uint8_t b[MC_TS_PACKET];

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		unsigned pid = (unsigned)(next_random(&seed) % COUNT(counter));
		bool drop = counter[pid] && missing[pid] < 14 && next_random(&seed) % 4 == 0;

		build(b, &(struct packet)P(pid + 17, counter[pid]++ % 16));
		missing[pid] += drop;
		if (drop)
			continue;
		lost += missing[pid];
		gaps += missing[pid] > 0;
		missing[pid] = 0;
		mc_ts_take(t, b, sizeof b);
	}
	assert_int_equal(t->lost, lost);
	assert_int_equal(t->discontinuities, gaps);
	assert_true(gaps > 1000);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_follows),      cmocka_unit_test(test_lost),
		cmocka_unit_test(test_duplicates),   cmocka_unit_test(test_without_payload),
		cmocka_unit_test(test_announced),    cmocka_unit_test(test_empty_field),
		cmocka_unit_test(test_null_packets), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_is),           cmocka_unit_test(test_random_losses),
	};

	return cmocka_run_group_tests_name("ts", tests, NULL, NULL);
}
