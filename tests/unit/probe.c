/*
 * probe.c - tests of the probe header, the pattern behind it, and the reader and writer under it.
 */
#include <string.h>

#include "base/rdwr.h"
#include "flow/probe.h"
#include "check.h"

static const struct mc_probe sample = {
	.session = 0x0102030405060708,
	.seq = 0x1112131415161718,
	.time = 0xf1f2f3f4f5f6f7f8,
};

static const uint8_t wire[MC_PROBE_LEN] = {
	'm',  'c',  's',  't',  1,    0,    0,    0,    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
};

static void test_write(void **state)
{
	uint8_t buf[MC_PROBE_LEN + 1];

	(void)state;
	memset(buf, 0xaa, sizeof(buf));
	mc_probe_write(buf, &sample);
	assert_memory_equal(buf, wire, sizeof(wire));
	assert_int_equal(buf[MC_PROBE_LEN], 0xaa);
}

static void test_read(void **state)
{
	struct mc_probe p = { 0 };

	(void)state;
	assert_int_equal(mc_probe_read(&p, wire, sizeof(wire)), 0);
	assert_true(p.session == sample.session && p.seq == sample.seq && p.time == sample.time);
}

static void test_read_refuses(void **state)
{
	struct mc_probe p = { .session = 1, .seq = 2, .time = 3 };
	uint8_t buf[MC_PROBE_LEN];

	(void)state;
	for (size_t len = 0; len < sizeof(wire); len++)
		assert_int_equal(mc_probe_read(&p, wire, len), MC_ERR_PROBE);
	for (size_t i = 0; i < 5; i++) { /* magic and version */
		memcpy(buf, wire, sizeof(buf));
		buf[i] ^= 0x80;
		assert_int_equal(mc_probe_read(&p, buf, sizeof(buf)), MC_ERR_PROBE);
	}
	assert_int_equal(mc_probe_read(&p, NULL, 0), MC_ERR_PROBE);
	assert_true(p.session == 1 && p.seq == 2 && p.time == 3);
}

static void test_read_ignores(void **state)
{
	struct mc_probe p;
	uint8_t buf[MC_PROBE_LEN];

	(void)state;
	memcpy(buf, wire, sizeof(buf));
	memset(buf + 5, 0xff, 3); /* kind and train */
	assert_int_equal(mc_probe_read(&p, buf, sizeof(buf)), 0);
	assert_true(p.session == sample.session && p.kind == 0xff && p.train == 0xffff);
}

static void test_kind_and_train(void **state)
{
	static const struct mc_probe p = { .session = 1,
					   .seq = 2,
					   .time = 3,
					   .train = 0x1234,
					   .kind = MC_PROBE_STREAM };
	struct mc_probe again;
	uint8_t buf[MC_PROBE_LEN];

	(void)state;
	mc_probe_write(buf, &p);
	assert_memory_equal(buf, ((uint8_t[]){ 'm', 'c', 's', 't', 1, 1, 0x12, 0x34 }), 8);
	assert_int_equal(mc_probe_read(&again, buf, sizeof(buf)), 0);
	assert_true(again.session == 1 && again.seq == 2 && again.time == 3);
	assert_true(again.train == 0x1234 && again.kind == MC_PROBE_STREAM);
}

/* The next header is what mc_probe_write would write, and nothing behind it is touched. */
static void test_next(void **state)
{
	struct mc_probe p = sample;
	uint8_t next[MC_PROBE_LEN + 1], whole[MC_PROBE_LEN];

	(void)state;
	p.kind = MC_PROBE_STREAM;
	p.train = 64;
	next[MC_PROBE_LEN] = 0xaa;
	mc_probe_write(next, &p);
	p.seq = UINT64_MAX - 1;
	p.time = 0x0123456789abcdef;
	mc_probe_write(whole, &p);
	mc_probe_next(next, p.seq, p.time);
	assert_memory_equal(next, whole, sizeof(whole));
	assert_int_equal(next[MC_PROBE_LEN], 0xaa);
}

static void test_clock(void **state)
{
	uint8_t buf[MC_PROBE_CLOCK_LEN + 1];
	struct mc_probe p;
	mc_time came, left;

	(void)state;
	memset(buf, 0xaa, sizeof(buf));
	mc_probe_ask(buf, 7, 8, 9);
	assert_int_equal(mc_probe_read(&p, buf, MC_PROBE_CLOCK_LEN), 0);
	assert_true(p.kind == MC_PROBE_ASK && p.session == 7 && p.seq == 8 && p.time == 9 && p.train == 0);
	assert_int_equal(mc_probe_told(&p, &came, &left, buf, MC_PROBE_CLOCK_LEN), MC_ERR_PROBE);
	mc_probe_tell(buf, 0x1122334455667788, 0x1122334455667799);
	assert_int_equal(buf[MC_PROBE_CLOCK_LEN], 0xaa);
	assert_int_equal(mc_probe_told(&p, &came, &left, buf, MC_PROBE_CLOCK_LEN), 0);
	assert_true(p.kind == MC_PROBE_TELL && p.session == 7 && p.seq == 8 && p.time == 9);
	assert_true(came == 0x1122334455667788 && left == 0x1122334455667799);
}

static void test_told_refuses(void **state)
{
	struct mc_probe p = { .session = 1 };
	uint8_t buf[MC_PROBE_CLOCK_LEN];
	mc_time came = 2, left = 3;

	(void)state;
	mc_probe_ask(buf, 7, 8, 9);
	mc_probe_tell(buf, 10, 11);
	for (size_t len = 0; len < sizeof(buf); len++)
		assert_int_equal(mc_probe_told(&p, &came, &left, buf, len), MC_ERR_PROBE);
	for (unsigned kind = 0; kind < 256; kind++) {
		buf[5] = (uint8_t)kind;
		if (kind != MC_PROBE_TELL)
			assert_int_equal(mc_probe_told(&p, &came, &left, buf, sizeof(buf)), MC_ERR_PROBE);
	}
	buf[0] ^= 1;
	assert_int_equal(mc_probe_told(&p, &came, &left, buf, sizeof(buf)), MC_ERR_PROBE);
	assert_true(p.session == 1 && came == 2 && left == 3);
}

static void test_pattern(void **state)
{
	static uint8_t buf[65536];

	(void)state;
	memset(buf, 0xaa, sizeof(buf));
	mc_probe_fill(buf, sizeof(buf) - 1);
	for (size_t i = 0; i < MC_PROBE_LEN; i++)
		assert_int_equal(buf[i], 0xaa);
	assert_int_equal(buf[sizeof(buf) - 1], 0xaa);
	for (size_t len = 0; len < sizeof(buf); len += len < 100 ? 1 : 997)
		assert_true(mc_probe_intact(buf, len));
	assert_true(mc_probe_intact(buf, sizeof(buf) - 1));
}

static void test_pattern_shows_changes(void **state)
{
	uint8_t buf[1400];

	(void)state;
	mc_probe_fill(buf, sizeof(buf));
	mc_probe_write(buf, &sample);
	assert_true(mc_probe_intact(buf, sizeof(buf)));
	for (size_t i = MC_PROBE_LEN; i < sizeof(buf); i++) {
		buf[i] ^= 1;
		assert_false(mc_probe_intact(buf, sizeof(buf)));
		assert_true(mc_probe_intact(buf, i));
		buf[i] ^= 1;
	}
	assert_true(mc_probe_intact(buf, sizeof(buf)));
}

/* A payload moved by any distance is not taken for the one expected. */
static void test_pattern_shows_moves(void **state)
{
	static uint8_t buf[65536], moved[MC_PROBE_LEN + 1200];

	(void)state;
	mc_probe_fill(buf, sizeof(buf));
	for (size_t by = 1; by + sizeof(moved) <= sizeof(buf); by++) {
		memcpy(moved + MC_PROBE_LEN, buf + MC_PROBE_LEN + by, sizeof(moved) - MC_PROBE_LEN);
		assert_false(mc_probe_intact(moved, sizeof(moved)));
	}
}

static void test_reader_sticks(void **state)
{
	struct mc_rd r = { .base = wire, .len = 5 };

	(void)state;
	assert_int_equal(mc_rd_u32(&r), 0x6d637374);
	assert_true(mc_rd_ok(&r));
	assert_int_equal(mc_rd_u16(&r), 0);
	assert_false(mc_rd_ok(&r));
	assert_int_equal(mc_rd_u8(&r), 0); /* there is an octet, but too late */
	assert_false(mc_rd_ok(&r));
}

static void test_writer_sticks(void **state)
{
	uint8_t buf[4] = { 9, 9, 9, 9 };
	struct mc_wr w = { .base = buf, .len = 3 };

	(void)state;
	mc_wr_u16(&w, 0x0102);
	mc_wr_u16(&w, 0x0304);
	mc_wr_u8(&w, 5);
	assert_memory_equal(buf, ((uint8_t[]){ 1, 2, 9, 9 }), 4);
	assert_true(w.bad && w.off == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_read_refuses),
		cmocka_unit_test(test_read_ignores),
		cmocka_unit_test(test_kind_and_train),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_told_refuses),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_pattern_shows_changes),
		cmocka_unit_test(test_pattern_shows_moves),
		cmocka_unit_test(test_reader_sticks),
		cmocka_unit_test(test_writer_sticks),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
