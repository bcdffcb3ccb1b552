/*
 * recv_sums.c - tests of what a run came to: sums, and verdicts at their limits.
 */
#include "recv_scene.h"

static struct scene *begin(void)
{
	struct scene *c = scene_new();

	c->r.conf.max_loss = -1;
	c->r.conf.max_jitter = MC_NEVER;
	c->r.began = 1;
	c->r.ended = 1 + 10 * MC_SEC;
	return c;
}

static void judge(const struct scene *c, int code, const char *verdict)
{
	struct recv_sums s;

	recv_sum(&c->r, &s);
	assert_int_equal(s.code, code);
	equal("verdict", s.verdict, verdict);
}

static void test_sums(void **state)
{
	struct scene *c = begin();
	struct recv_sums s;

	(void)state;
	scene_stream(c, 100, 10);
	scene_gap(scene_stream(c, 50, 5), 0, 51, 4, true);
	scene_places(c, 2);
	c->r.packets = 150;
	c->r.bytes = 150000;
	c->r.dropped = 9;
	c->r.dropped_before = 5;
	c->r.streams.other_packets = 3;
	recv_sum(&c->r, &s);
	assert_int_equal(s.packets, 150);
	assert_int_equal(s.bytes, 150000);
	assert_int_equal(s.lost, 15);
	assert_int_equal(s.received, 150);
	assert_int_equal(s.lost_socket, 4);
	assert_int_equal(s.dropped_socket, 4);
	assert_int_equal(s.dropped_interface, 2 + 2 + 3);
	assert_int_equal(s.other_packets, 3);
	assert_true(s.time == 10 * MC_SEC);
	judge(c, EXIT_GOOD, "good");
	scene_end(c);
}

static void test_nothing(void **state)
{
	struct scene *c = begin();

	(void)state;
	judge(c, EXIT_NO, "nothing came");
	c->r.conf.min_packets = 0;
	judge(c, EXIT_GOOD, "good");
	scene_end(c);
}

static void test_targets(void **state)
{
	struct scene *c = begin();
	struct recv_stream *s;

	(void)state;
	c->r.ntargets = 2;
	c->r.packets = 150;
	scene_stream(c, 60, 0);
	scene_stream(c, 40, 0);
	s = scene_stream(c, 50, 0);
	s->target = 1;
	s->group = scene_addr("239.2.1.1");
	c->r.conf.min_packets = 50;
	judge(c, EXIT_GOOD, "good");
	c->r.conf.min_packets = 51;
	judge(c, EXIT_NO, "239.2.1.1:5000 got 50 of at least 51 packets");
	c->r.conf.min_packets = 101;
	judge(c, EXIT_NO,
	      "239.1.1.1:5000 got 100 of at least 101 packets; 239.2.1.1:5000 got 50 of at least 101 packets");
	scene_end(c);
}

/* Each group of a target by itself. */
static void test_groups(void **state)
{
	struct scene *c = begin();

	(void)state;
	c->targets[0].target.count = 3;
	c->r.packets = 150;
	scene_stream(c, 100, 0);
	scene_stream(c, 50, 0)->group = scene_addr("239.1.1.3");
	c->r.conf.min_packets = 1;
	judge(c, EXIT_NO, "239.1.1.2:5000 got 0 of at least 1 packets");
	scene_stream(c, 1, 0)->group = scene_addr("239.1.1.2");
	judge(c, EXIT_GOOD, "good");
	scene_end(c);
}

/* Of a stream only its end came: nothing is lost between a first and a last, and all the same it is not
 * good. */
static void test_none(void **state)
{
	struct scene *c = begin();
	struct recv_stream *s = scene_stream(c, 0, 0);

	(void)state;
	c->r.packets = 10;
	scene_stream(c, 10, 0);
	s->flow.seq.highest = s->flow.seq.first = 0;
	s->flow.ended = true;
	s->flow.end_seq = 1000;
	judge(c, EXIT_GOOD, "good"); /* nobody asked */
	c->r.conf.max_loss = 1;
	judge(c, EXIT_NO, "10.0.0.1:40001 > 239.1.1.1:5000: none of its 1000 came");
	scene_end(c);
}

/* What there was no room for may be anything. */
static void test_others(void **state)
{
	struct scene *c = begin();

	(void)state;
	c->r.packets = 10;
	c->r.streams.other_packets = 5;
	scene_stream(c, 5, 0);
	judge(c, EXIT_GOOD, "good");
	c->r.conf.max_loss = 0.5;
	judge(c, EXIT_NO, "5 packets were of streams that there was no room for");
	scene_end(c);
}

static void test_loss(void **state)
{
	struct scene *c = begin();
	struct recv_stream *s;

	(void)state;
	c->r.packets = 1000;
	c->r.conf.max_loss = 0.001;
	scene_stream(c, 998, 2); /* 0.2 % */
	judge(c, EXIT_NO, "10.0.0.1:40001 > 239.1.1.1:5000 lost 0.20 %, more than 0.10 %"); /* once */
	s = scene_stream(c, 98, 2); /* 2 % */
	c->r.conf.max_loss = 0.02;
	judge(c, EXIT_GOOD, "good");
	c->r.conf.max_loss = 0.019;
	judge(c, EXIT_NO, "10.0.0.1:40002 > 239.1.1.1:5000 lost 2.00 %, more than 1.90 %");
	s->flow.numbered = false; /* then it tells nothing */
	s->flow.seq.received = s->flow.seq.highest = 0;
	judge(c, EXIT_GOOD, "good");
	c->v[0]->flow.numbered = false;
	judge(c, EXIT_NO, "no stream has numbers, so that loss is not known");
	scene_end(c);
}

/* What one path loses is what the other one is for. */
static void test_pair(void **state)
{
	struct scene *c = begin();

	(void)state;
	c->r.packets = 1000;
	scene_stream(c, 500, 500)->path = 0;
	c->r.conf.redundant = true;
	c->r.conf.max_loss = 0;
	judge(c, EXIT_NO,
	      "nothing came by B; nothing could be compared: no numbers came by both paths or one");
	scene_stream(c, 500, 500)->path = 1;
	c->r.pair = (struct mc_pair){ .both = 400, .only = { 300, 300 } };
	judge(c, EXIT_GOOD, "good");
	c->r.pair.neither = 10;
	judge(c, EXIT_NO, "both paths together lost 0.99 %, more than 0 %");
	scene_end(c);
}

static void test_times(void **state)
{
	static const unsigned us[] = { 10, 20, 30, 40 };
	struct scene *c = begin();
	struct recv_stream *s = scene_stream(c, 4, 0);

	(void)state;
	c->r.packets = 4;
	c->r.conf.max_delay = MC_MSEC;
	judge(c, EXIT_NO, "10.0.0.1:40001 > 239.1.1.1:5000 has no 99th percentile of delay");
	scene_delays(c, s, us, COUNT(us));
	c->r.conf.max_delay = 40000;
	judge(c, EXIT_GOOD, "good");
	c->r.conf.max_delay = 39000;
	judge(c, EXIT_NO,
	      "10.0.0.1:40001 > 239.1.1.1:5000: 99th percentile of delay 40.0 us, more than 39.0 us");
	c->r.conf.max_delay = MC_SEC;
	s->flow.delay.negative = 1;
	judge(c, EXIT_GOOD, "good");
	c->clock.basis = MC_BASIS_SYNCED;
	judge(c, EXIT_NO,
	      "10.0.0.1:40001 > 239.1.1.1:5000: 1 delays are below 0, the clocks are not synchronised");
	c->r.conf.max_delay = MC_NEVER;
	c->r.conf.max_jitter = 4000;
	judge(c, EXIT_GOOD, "good");
	c->r.conf.max_jitter = 3999;
	judge(c, EXIT_NO, "10.0.0.1:40001 > 239.1.1.1:5000: jitter 4.00 us, more than 4.00 us");
	s->flow.delay.jitters = false;
	judge(c, EXIT_NO, "10.0.0.1:40001 > 239.1.1.1:5000 has no jitter");
	scene_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),   cmocka_unit_test(test_nothing), cmocka_unit_test(test_targets),
		cmocka_unit_test(test_loss),   cmocka_unit_test(test_groups),  cmocka_unit_test(test_none),
		cmocka_unit_test(test_others), cmocka_unit_test(test_pair),    cmocka_unit_test(test_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
