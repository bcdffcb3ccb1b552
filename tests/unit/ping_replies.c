/*
 * ping_replies.c - tests of what a ping remembers: send times and their stamps, responders.
 */
#include <stdlib.h>

#include "ping/responders.h"
#include "ping/ring.h"

#include "check.h"

/* ---- the ring -------------------------------------------------------------------------- */

/* Sends one at a wall time; returns its number. */
static uint64_t push(struct ring *r, mc_time wall)
{
	struct ring_entry *e = ring_push(r, 56);

	e->wall = wall;
	return e->seq;
}

static mc_time stamp_of(const struct ring *r, uint64_t seq)
{
	const struct ring_entry *e = ring_at(r, seq);

	assert_non_null(e);
	return e->stamp;
}

static void test_ring_remembers(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_init(&r, 100), 0);
	assert_null(ring_at(&r, 0));
	assert_null(ring_at(&r, 1));
	for (uint64_t i = 1; i <= 300; i++)
		assert_int_equal(push(&r, i), i);
	assert_null(ring_at(&r, 0));
	assert_null(ring_at(&r, 300 - 128));
	assert_non_null(ring_at(&r, 300 - 127));
	assert_int_equal(ring_at(&r, 300)->wall, 300);
	assert_null(ring_at(&r, 301));
	ring_free(&r);
}

/* A clock that is set between sending and arrival must not show in the time. */
static void test_time_of_reply(void **state)
{
	struct ring_entry e = { .at = 1000, .wall = 500000 };

	(void)state;
	assert_int_equal(ring_rtt(&e, 500070, 1090), 70);
	assert_int_equal(ring_rtt(&e, 700000, 1090), 90); /* set forward */
	assert_int_equal(ring_rtt(&e, 400000, 1090), 90); /* set back */
	e.stamp = 500020;
	assert_int_equal(ring_rtt(&e, 500070, 1090), 50);
	assert_int_equal(ring_rtt(&e, 500020, 1090), 0);
	assert_int_equal(ring_rtt(&e, 500019, 1090), 90);
	assert_int_equal(ring_rtt(&e, 500021 + 3600 * MC_SEC, 1090), 90);
}

static void test_stamps_by_id(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_init(&r, 8), 0);
	for (uint64_t i = 1; i <= 4; i++)
		push(&r, i * 100);
	ring_stamp(&r, 3, 403);
	ring_stamp(&r, 0, 104);
	ring_stamp(&r, 4, 500); /* of none that was sent */
	ring_stamp(&r, 1, 199); /* from before it was sent */
	assert_int_equal(stamp_of(&r, 1), 104);
	assert_int_equal(stamp_of(&r, 2), 0);
	assert_int_equal(stamp_of(&r, 3), 0);
	assert_int_equal(stamp_of(&r, 4), 403);
	ring_free(&r);
}

/* Of datagrams that were not sent some use up an id, some do not. */
static void check_stamps_after_failure(uint32_t used)
{
	struct ring r;

	assert_int_equal(ring_init(&r, 8), 0);
	push(&r, 100);
	push(&r, 200);
	push(&r, 300);
	ring_drop(&r);
	ring_stamp(&r, 1, 205); /* of the one before, read later */
	assert_int_equal(push(&r, 400), 3);
	assert_int_equal(push(&r, 500), 4);
	ring_stamp(&r, 2 + used, 402);
	assert_int_equal(push(&r, 600), 5);
	ring_stamp(&r, 4 + used, 603);
	ring_stamp(&r, 3 + used, 604);
	assert_int_equal(stamp_of(&r, 2), 205);
	assert_int_equal(stamp_of(&r, 3), 402);
	assert_int_equal(stamp_of(&r, 4), 604);
	assert_int_equal(stamp_of(&r, 5), 603);
	ring_free(&r);
}

static void test_stamps_after_failure(void **state)
{
	(void)state;
	check_stamps_after_failure(0);
	check_stamps_after_failure(1);
	check_stamps_after_failure(7);
}

static void test_stamp_ids_wrap(void **state)
{
	struct ring r;

	(void)state;
	assert_int_equal(ring_init(&r, 8), 0);
	r.newest = UINT32_MAX - 1;
	for (uint64_t i = 0; i < 4; i++)
		push(&r, 100);
	ring_stamp(&r, UINT32_MAX, 150);
	ring_stamp(&r, 0, 160);
	assert_int_equal(stamp_of(&r, UINT64_C(1) << 32), 150);
	assert_int_equal(stamp_of(&r, (UINT64_C(1) << 32) + 1), 160);
	ring_free(&r);
}

/* ---- responders ------------------------------------------------------------------------ */

static struct mc_dgram from(const char *addr, uint16_t port, uint32_t ifindex)
{
	struct mc_dgram d = { .port = port, .ifindex = ifindex };

	assert_int_equal(mc_addr_parse(&d.peer, addr), 0);
	return d;
}

static void test_told_apart(void **state)
{
	struct responders *t = calloc(1, sizeof *t);
	const struct mc_dgram d[] = { from("10.0.0.1", 1, 2), from("10.0.0.1", 2, 2),
				      from("10.0.0.2", 1, 2), from("2001:db8::1", 1, 2),
				      from("fe80::1", 1, 2),  from("fe80::1", 1, 3) };
	const unsigned n = COUNT(d);
	struct mc_dgram other = d[0];

	(void)state;
	for (unsigned i = 0; i < n; i++)
		assert_non_null(responders_get(t, &d[i]));
	assert_int_equal(t->n, n);
	for (unsigned i = 0; i < n; i++)
		assert_ptr_equal(responders_get(t, &d[i]), t->v[i]);
	other.ifindex = 9; /* an address that is no link-local is one responder, by whatever way */
	assert_ptr_equal(responders_get(t, &other), t->v[0]);
	assert_int_equal(t->n, n);
	responders_free(t);
}

static void test_bounded(void **state)
{
	struct responders *t = calloc(1, sizeof *t);
	struct mc_dgram d = from("10.0.0.1", 1, 2);

	(void)state;
	for (unsigned port = 1; port <= RESPONDERS_MOST; port++) {
		d.port = (uint16_t)port;
		assert_non_null(responders_get(t, &d));
	}
	d.port = RESPONDERS_MOST + 1;
	assert_null(responders_get(t, &d));
	assert_int_equal(t->untold, 1);
	d.port = RESPONDERS_MOST;
	assert_ptr_equal(responders_get(t, &d), t->v[RESPONDERS_MOST - 1]);
	responders_free(t);
}

static struct reply note(struct responder *r, uint64_t seq, mc_time rtt)
{
	struct reply reply = { .seq = seq, .rtt = rtt, .ttl = 64 };

	responder_note(r, &reply, MC_SEC);
	return reply;
}

static void test_counts(void **state)
{
	struct responder *r = calloc(1, sizeof *r);

	(void)state;
	assert_false(note(r, 1, 1000).duplicate);
	assert_true(note(r, 1, 2000).duplicate);
	assert_true(note(r, 2, MC_SEC + 1).late);
	assert_false(note(r, 3, MC_SEC).late);
	assert_true(note(r, 2, 100).duplicate);
	assert_false(note(r, 5, 3000).duplicate);
	assert_false(note(r, 4, 3000).late);
	assert_int_equal(r->received, 4);
	assert_int_equal(r->late, 1);
	assert_int_equal(r->seq.duplicates, 2);
	assert_int_equal(r->seq.reordered, 1);
	assert_int_equal(r->rtt.n, 4);
	assert_int_equal(r->rtt.min, 1000);
	assert_int_equal(r->rtt.max, MC_SEC);
	assert_true(responder_loss(r, 5) > 0.1999 && responder_loss(r, 5) < 0.2001);
	assert_true(responder_loss(r, 4) == 0);
	assert_true(responder_loss(r, 0) == 0);
	free(r);
}

/* The first number that was answered, in time or not, is where it begins. */
static void test_since_first(void **state)
{
	struct responder *r = calloc(1, sizeof *r);

	(void)state;
	assert_true(responder_loss_since_first(r, 5) < 0);
	assert_false(responder_has(r, 0));
	note(r, 4, 1000);
	note(r, 6, 1000);
	assert_true(responder_loss_since_first(r, 7) == 0.5);
	assert_true(responder_has(r, 4) && responder_has(r, 6));
	assert_false(responder_has(r, 5) || responder_has(r, 7) || responder_has(r, 4 + MC_SEQ_WINDOW));
	note(r, 6 + MC_SEQ_WINDOW, 1000);
	assert_false(responder_has(r, 6)); /* too long ago to tell */
	free(r);
}

/* A host that was named is one of them before it is heard, and keeps its unicast half for itself. */
static void test_named(void **state)
{
	struct responders *t = calloc(1, sizeof *t);
	struct mc_dgram d = from("10.0.0.1", 1, 2);
	struct responder *r = responders_get(t, &d);

	(void)state;
	r->asked = true;
	assert_null(r->twin);
	struct responder *twin = responder_twin(r);

	assert_non_null(twin);
	assert_ptr_equal(responder_twin(r), twin);
	assert_int_equal(mc_addr_cmp(&twin->addr, &r->addr), 0);
	note(twin, 1, 1000);
	assert_int_equal(responders_known(t), 0);
	assert_int_equal(responders_heard(t), 0);
	assert_int_equal(responders_silent(t), 1);
	note(r, 1, MC_SEC + 1); /* late */
	assert_int_equal(responders_known(t), 1);
	assert_int_equal(responders_silent(t), 1);
	note(r, 2, 1000);
	assert_int_equal(responders_silent(t), 0);
	responders_free(t);
}

/* One so old that it may be a duplicate is in no case in time. */
static void test_too_old(void **state)
{
	struct responder *r = calloc(1, sizeof *r);
	struct reply reply;

	(void)state;
	note(r, MC_SEQ_WINDOW + 10, 1000);
	reply = note(r, 5, 1000);
	assert_true(reply.late && !reply.duplicate);
	assert_int_equal(r->received, 1);
	free(r);
}

static void test_heard(void **state)
{
	struct responders *t = calloc(1, sizeof *t);
	struct mc_dgram a = from("10.0.0.1", 1, 2), b = from("10.0.0.2", 1, 2);

	(void)state;
	note(responders_get(t, &a), 1, 2 * MC_SEC);
	assert_int_equal(responders_heard(t), 0);
	note(responders_get(t, &b), 1, 1000);
	note(responders_get(t, &b), 2, 1000);
	assert_int_equal(responders_heard(t), 1);
	assert_int_equal(responders_received(t), 2);
	responders_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring_remembers), cmocka_unit_test(test_time_of_reply),
		cmocka_unit_test(test_stamps_by_id),   cmocka_unit_test(test_stamps_after_failure),
		cmocka_unit_test(test_stamp_ids_wrap), cmocka_unit_test(test_told_apart),
		cmocka_unit_test(test_bounded),        cmocka_unit_test(test_counts),
		cmocka_unit_test(test_since_first),    cmocka_unit_test(test_named),
		cmocka_unit_test(test_too_old),        cmocka_unit_test(test_heard),
	};

	return cmocka_run_group_tests_name("ping_replies", tests, NULL, NULL);
}
