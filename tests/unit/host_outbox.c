/*
 * host_outbox.c - tests of packets that wait to be sent, by a made up interface.
 */
#include "host/outbox.h"

#include <errno.h>

#include "check.h"

static int answer, calls; /* what the next call gives; 0: all that was asked for */
static mc_time fake_now;

static int fake_forge(struct mc_link *l, const struct mc_frame *v, unsigned n)
{
	(void)l;
	(void)v;
	calls++;
	return answer && answer < (int)n ? answer : (int)n;
}

static mc_time fake_clock(void)
{
	return fake_now;
}

static void fill(struct outbox *o, unsigned n, mc_time due)
{
	const struct outbox_note note = { .records = 2, .due = due };
	const struct mc_addr dst = { MC_IPV4, { 224, 0, 0, 22 } };

	while (n--)
		outbox_put(o, "packet", 6, &dst, NULL, &note);
}

static void begin(struct outbox *o, unsigned n)
{
	fake_now = MC_SEC;
	calls = 0;
	assert_int_equal(outbox_open(o, 1500), 0);
	o->forge = fake_forge;
	fill(o, n, MC_SEC - 7 * MC_MSEC);
}

static void by_tens(void **state)
{
	struct outbox o;
	mc_time now = 0;

	(void)state;
	begin(&o, OUTBOX_ROOM);
	assert_int_equal(outbox_space(&o), 0);
	assert_int_equal(outbox_reports(&o), OUTBOX_ROOM);
	answer = 10;
	outbox_flush(&o, &now, fake_clock);
	assert_int_equal(calls, 7); /* the last four by themselves */
	assert_int_equal(o.counts.reports, OUTBOX_ROOM);
	assert_int_equal(o.counts.records, 2 * OUTBOX_ROOM);
	assert_int_equal(outbox_space(&o), OUTBOX_ROOM);
	assert_int_equal(o.late.n, OUTBOX_ROOM);
	assert_true(o.late.min == 7 * MC_MSEC && o.late.max == 7 * MC_MSEC);
	assert_true(now == fake_now);
	outbox_close(&o);
}

/* It is tried again for a tenth of a second, and then there is room again. */
static void busy(void **state)
{
	struct outbox o;
	mc_time now = 0;

	(void)state;
	begin(&o, 3);
	answer = -ENOBUFS;
	outbox_flush(&o, &now, fake_clock);
	for (unsigned i = 0; o.n; i++) {
		assert_true(i < 200 && outbox_due(&o) > fake_now);
		fake_now = outbox_due(&o);
		outbox_flush(&o, &now, fake_clock);
	}
	assert_in_range(calls, 50, 200);
	assert_int_equal(o.counts.not_sent, 3);
	assert_in_range(now, MC_SEC + 100 * MC_MSEC, MC_SEC + 102 * MC_MSEC);
	assert_true(outbox_due(&o) == MC_NEVER);
	outbox_close(&o);
}

/* Down takes nothing; a packet that is too long holds up no other. */
static void refused(void **state)
{
	struct outbox o;
	mc_time now = 0;

	(void)state;
	begin(&o, 5);
	answer = -ENETDOWN;
	outbox_flush(&o, &now, fake_clock);
	assert_int_equal(calls, 1);
	assert_int_equal(o.counts.not_sent, 5);
	answer = -EMSGSIZE;
	fill(&o, 5, MC_SEC);
	outbox_flush(&o, &now, fake_clock);
	assert_int_equal(calls, 6);
	assert_int_equal(o.counts.not_sent, 10);
	assert_int_equal(o.counts.reports, 0);
	answer = 0;
	fill(&o, 1, MC_SEC);
	outbox_flush(&o, &now, fake_clock);
	assert_int_equal(o.counts.reports, 1);
	outbox_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(by_tens), cmocka_unit_test(busy),
					    cmocka_unit_test(refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
