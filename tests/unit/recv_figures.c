/*
 * recv_figures.c - tests of what follows from counts: numbers as they were sent, where gaps were lost,
 * whether a stream had stopped, groups of a target.
 */
#include "recv/figures.h"

#include "recv_scene.h"

/* What was widened is told as it was sent. */
static void test_number(void **state)
{
	static const struct {
		uint8_t bits;
		uint64_t n, want;
	} rows[] = {
		{ 0, UINT64_MAX, UINT64_MAX },
		{ 16, 65535, 65535 },
		{ 16, 65536, 0 },
		{ 16, 131073, 1 },
		{ 8, 300, 44 },
		{ 32, UINT64_C(1) << 32, 0 },
		{ 64, UINT64_MAX, UINT64_MAX },
		{ 63, UINT64_MAX, INT64_MAX },
	};
	struct recv_stream s = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		s.flow.bits = rows[i].bits;
		assert_true(recv_number(&s, rows[i].n) == rows[i].want);
	}
}

static void test_gap(void **state)
{
	static const struct {
		uint64_t missing, socket;
		const char *want;
	} rows[] = { { 5, 0, "" }, { 5, 5, ", in the socket" }, { 5, 2, ", 2 of them in the socket" } };
	char text[RECV_GAP_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct mc_gap g = { .n = 9, .missing = rows[i].missing, .socket = rows[i].socket };

		assert_string_equal(recv_gap_text(&g, text), rows[i].want);
	}
}

/* All but little is not all, and little is not nothing. */
static void test_share(void **state)
{
	static const struct {
		double share;
		const char *want;
	} rows[] = { { 0, "0 %" },        { 1e-6, "0.00010 %" }, { 0.05, "5.00 %" },
		     { 0.998, "99.8 %" }, { 0.99998, "99.9 %" }, { 1, "100.0 %" } };
	char text[RECV_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(recv_share_text(rows[i].share, text), rows[i].want);
}

/* Three of its own pauses without any, and 10 ms at least: it had stopped. */
static void test_goes_on(void **state)
{
	static const struct {
		uint64_t n;
		mc_time last, end;
		bool want;
	} rows[] = {
		{ 0, 0, MC_SEC, false },
		{ 1, 20 * MC_MSEC, MC_SEC, false },
		{ 500, 4975 * MC_MSEC, 5 * MC_SEC, true }, /* 10 ms apart */
		{ 500, 4965 * MC_MSEC, 5 * MC_SEC, false },
		{ 5000, 4991 * MC_MSEC, 5 * MC_SEC, true }, /* 1 ms */
		{ 5000, 4977 * MC_MSEC, 5 * MC_SEC, false },
		{ 5, 5001 * MC_MSEC, 5 * MC_SEC, true },
	};
	struct scene *c = scene_new();
	struct recv_stream *s = scene_stream(c, 10, 0);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (recv_goes_on(0, rows[i].n, rows[i].last, rows[i].end) != rows[i].want)
			fail_msg("row %zu", i);
		s->watched = true; /* for five seconds, as of the scene */
		s->left = SCENE_BEGAN;
		s->after_left = rows[i].n;
		s->last_after = SCENE_BEGAN + rows[i].last;
		if (rows[i].end == 5 * MC_SEC)
			assert_true(recv_still_coming(&c->r, s) == rows[i].want);
	}
	s->watched = false;
	assert_false(recv_still_coming(&c->r, s));
	scene_end(c);
}

static void test_offset(void **state)
{
	struct mc_addr other = scene_addr("239.1.3.4"), below = scene_addr("239.1.1.254"),
		       six = scene_addr("ff15::1");
	struct mc_target t;

	(void)state;
	mc_target_init(&t);
	t.group = scene_addr("239.1.1.255");
	assert_true(recv_offset(&t, &t.group) == 0);
	assert_true(recv_offset(&t, &other) == 261);
	assert_true(recv_offset(&t, &below) > UINT32_MAX);
	assert_true(recv_offset(&t, &six) == UINT64_MAX);
	t.group = scene_addr("ff15::fffe");
	other = scene_addr("ff15::1:3");
	assert_true(recv_offset(&t, &other) == 5);
	other = scene_addr("ff16::ffff");
	assert_true(recv_offset(&t, &other) == UINT64_MAX);
}

/* One group on two interfaces is two targets, each with a listener of its own. */
static void test_listener(void **state)
{
	struct scene *c = scene_new();
	struct listener l[3] = { 0 }, *list[3] = { &l[0], &l[1], &l[2] };
	struct recv_ear ear[2] = { { .target = 0 }, { .target = 1 } };
	size_t at = 0;

	(void)state;
	c->r.ntargets = 2;
	c->targets[1].target.group = c->targets[0].target.group;
	for (int i = 0; i < 3; i++) {
		l[i].group = i == 1 ? scene_addr("239.1.1.2") : c->targets[0].target.group;
		l[i].port = 5000;
		l[i].own = &ear[i / 2];
	}
	c->r.set = (struct listen_set){ .v = list, .n = 3 };
	assert_ptr_equal(recv_listener(&c->r, 0, true, &at), &l[0]);
	assert_null(recv_listener(&c->r, 0, false, &at));
	assert_ptr_equal(recv_listener(&c->r, 1, true, &at), &l[2]);
	assert_null(recv_listener(&c->r, 1, false, &at));
	c->r.set.n = 2; /* the second one's source was added to the first */
	at = 0;
	assert_ptr_equal(recv_listener(&c->r, 1, true, &at), &l[0]);
	scene_end(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number), cmocka_unit_test(test_gap),
		cmocka_unit_test(test_share),  cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_offset), cmocka_unit_test(test_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
