/*
 * loop.c - tests of the event loop: what is readable, the deadline, and watches that are
 * deleted while they are called.
 */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "net/loop.h"
#include "check.h"

#define WATCHES 100

/* A watch with what it was called for, and what it is to do then. */
struct event {
	struct mc_watch watch; /* first: ready() is given this */
	struct mc_loop *loop;
	unsigned calls;
	struct mc_watch *drop, *add;
	bool quiet; /* take what made it readable */
};

static void on_event(struct mc_watch *w)
{
	struct event *e = (struct event *)w;
	uint64_t count;

	assert_ptr_equal(w->arg, e);
	e->calls++;
	if (e->drop)
		mc_loop_del(e->loop, e->drop);
	if (e->add)
		assert_int_equal(mc_loop_add(e->loop, e->add), 0);
	e->drop = e->add = NULL;
	if (e->quiet)
		assert_int_equal(read(w->fd, &count, sizeof count), sizeof count);
}

static void event_open(struct event *e, struct mc_loop *l)
{
	*e = (struct event){ .loop = l,
			     .watch = { .fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .ready = on_event } };
	e->watch.arg = e;
	assert_true(e->watch.fd >= 0);
	assert_int_equal(mc_loop_add(l, &e->watch), 0);
}

static void event_raise(struct event *e)
{
	uint64_t one = 1;

	assert_int_equal(write(e->watch.fd, &one, sizeof one), sizeof one);
}

static struct mc_loop *loop_new(void)
{
	struct mc_loop *l;

	assert_int_equal(mc_loop_new(&l), 0);
	return l;
}

/* A deadline that has passed looks once, and does not sleep: a loop that did would hang here. */
static void test_past(void **state)
{
	struct mc_loop *l = loop_new();
	struct event e;

	(void)state;
	event_open(&e, l);
	assert_int_equal(mc_loop_wait(l, 0), 0);
	assert_int_equal(mc_loop_wait(l, mc_loop_now()), 0);
	event_raise(&e);
	assert_int_equal(mc_loop_wait(l, 0), 1);
	assert_int_equal(mc_loop_wait(l, mc_loop_now() - 1), 1);
	assert_int_equal(e.calls, 2);
	close(e.watch.fd);
	mc_loop_free(l);
}

/* Waits that end at their deadline, never before it: earlier, later, and the same one again. */
static void test_deadline(void **state)
{
	static const unsigned after[] = { 20, 5, 30, 1 }; /* milliseconds */
	struct mc_loop *l = loop_new();

	(void)state;
	for (size_t i = 0; i < COUNT(after); i++) {
		mc_time deadline = mc_loop_now() + after[i] * MC_MSEC;

		while (mc_loop_now() < deadline)
			assert_int_equal(mc_loop_wait(l, deadline), 0);
		assert_int_equal(mc_loop_wait(l, deadline), 0);
	}
	mc_loop_free(l);
}

/* It sleeps: a loop that only span until the deadline would come round thousands of times. */
static void test_sleeps(void **state)
{
	struct mc_loop *l = loop_new();
	mc_time deadline = mc_loop_now() + 50 * MC_MSEC;
	unsigned rounds = 0;

	(void)state;
	for (; mc_loop_now() < deadline; rounds++)
		assert_int_equal(mc_loop_wait(l, deadline), 0);
	assert_in_range(rounds, 1, 3);
	mc_loop_free(l);
}

/* A timer that was left to expire does not wake the waits that come after it. */
static void test_deadline_replaced(void **state)
{
	struct mc_loop *l = loop_new();
	mc_time soon = mc_loop_now() + 2 * MC_MSEC;
	struct event e;

	(void)state;
	event_open(&e, l);
	event_raise(&e);
	assert_int_equal(mc_loop_wait(l, soon), 1); /* sets the timer, and ends before it */
	while (mc_loop_now() < soon + MC_MSEC)
		;
	assert_int_equal(mc_loop_wait(l, 0), 1);
	e.quiet = true;
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 1);

	mc_time later = mc_loop_now() + 20 * MC_MSEC;
	unsigned rounds = 0;

	for (; mc_loop_now() < later; rounds++)
		assert_int_equal(mc_loop_wait(l, later), 0);
	assert_in_range(rounds, 1, 3);
	close(e.watch.fd);
	mc_loop_free(l);
}

/* Level triggered: what is not taken comes again; what is taken does not. */
static void test_readable(void **state)
{
	struct mc_loop *l = loop_new();
	struct event e[3];

	(void)state;
	for (size_t i = 0; i < COUNT(e); i++)
		event_open(&e[i], l);
	event_raise(&e[0]);
	event_raise(&e[2]);
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 2);
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 2);
	e[0].quiet = e[2].quiet = true;
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 2);
	assert_int_equal(mc_loop_wait(l, 0), 0);
	assert_true(e[0].calls == 3 && e[1].calls == 0 && e[2].calls == 3);
	for (size_t i = 0; i < COUNT(e); i++)
		close(e[i].watch.fd);
	mc_loop_free(l);
}

static void test_add_twice(void **state)
{
	struct mc_loop *l = loop_new();
	struct mc_watch closed = { .fd = -1, .ready = on_event };
	struct event e;

	(void)state;
	event_open(&e, l);
	assert_int_equal(mc_loop_add(l, &e.watch), -EEXIST);
	assert_int_equal(mc_loop_add(l, &closed), -EBADF);
	mc_loop_del(l, &e.watch);
	mc_loop_del(l, &e.watch);
	event_raise(&e);
	assert_int_equal(mc_loop_wait(l, 0), 0);
	assert_int_equal(mc_loop_add(l, &e.watch), 0);
	assert_int_equal(mc_loop_wait(l, 0), 1);
	close(e.watch.fd);
	mc_loop_free(l);
}

static void test_delete_itself(void **state)
{
	struct mc_loop *l = loop_new();
	struct event e;

	(void)state;
	event_open(&e, l);
	event_raise(&e);
	e.drop = &e.watch;
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 1);
	assert_int_equal(mc_loop_wait(l, 0), 0);
	assert_int_equal(e.calls, 1);
	close(e.watch.fd);
	mc_loop_free(l);
}

/* Two are ready in one round and each would delete the other: whichever is called first, the
 * other is not called any more. */
static void test_delete_other(void **state)
{
	struct mc_loop *l = loop_new();
	struct event e[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		event_open(&e[i], l);
		event_raise(&e[i]);
		e[i].drop = &e[1 - i].watch;
	}
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 1);
	assert_int_equal(e[0].calls + e[1].calls, 1);
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 1);
	assert_int_equal(e[0].calls * e[1].calls, 0);
	for (size_t i = 0; i < 2; i++)
		close(e[i].watch.fd);
	mc_loop_free(l);
}

/* One that was deleted and added again in the round is called in the next, not in this one twice. */
static void test_add_inside(void **state)
{
	struct mc_loop *l = loop_new();
	struct event a, b;

	(void)state;
	event_open(&a, l);
	event_open(&b, l);
	event_raise(&a);
	event_raise(&b);
	mc_loop_del(l, &b.watch);
	a.add = &b.watch;
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 1);
	assert_true(a.calls == 1 && b.calls == 0);
	a.drop = &a.watch;
	a.add = &a.watch;
	assert_int_equal(mc_loop_wait(l, MC_NEVER), 2);
	assert_true(a.calls == 2 && b.calls == 1);
	close(a.watch.fd);
	close(b.watch.fd);
	mc_loop_free(l);
}

/* More than one round takes: all are called, in a few rounds. */
static void test_many(void **state)
{
	static struct event e[WATCHES];
	struct mc_loop *l = loop_new();
	int total = 0;

	(void)state;
	for (size_t i = 0; i < WATCHES; i++) {
		event_open(&e[i], l);
		e[i].quiet = true;
		event_raise(&e[i]);
	}
	for (int n; (n = mc_loop_wait(l, 0)) > 0;)
		total += n;
	assert_int_equal(total, WATCHES);
	for (size_t i = 0; i < WATCHES; i++) {
		assert_int_equal(e[i].calls, 1);
		close(e[i].watch.fd);
	}
	mc_loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_past),          cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_sleeps),        cmocka_unit_test(test_deadline_replaced),
		cmocka_unit_test(test_readable),      cmocka_unit_test(test_add_twice),
		cmocka_unit_test(test_delete_itself), cmocka_unit_test(test_delete_other),
		cmocka_unit_test(test_add_inside),    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
