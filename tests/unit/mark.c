/*
 * mark.c - tests of what datagrams tell of themselves, format by format, and of finding a format out. The
 * iperf rows are the heads of datagrams that iperf 2.1.8 sent; mcjoin's are its 2.12's.
 */
#include <string.h>

#include "flow/mark.h"
#include "flow/probe.h"
#include "check.h"

#define NOW (1795414384 * MC_SEC)

struct octets {
	uint8_t b[1500];
	size_t n;
};

/* From hexadecimal, blanks left out; filled up with zeros to `len` where that is more. */
static struct octets hex(const char *text, size_t len)
{
	struct octets o = { .n = 0 };
	unsigned v;

	for (; sscanf(text, " %2x", &v) == 1; text += strspn(text, " ") + 2)
		o.b[o.n++] = (uint8_t)v;
	if (len > o.n)
		o.n = len;
	return o;
}

static bool read_mark(struct mc_mark *m, enum mc_format f, const struct octets *o)
{
	return mc_mark_read(m, f, NULL, o->b, o->n);
}

static void test_names(void **state)
{
	static const char *const names[] = {
		"auto", "none", "probe", "rtp", "ts", "iperf", "mcjoin", "seq-at"
	};

	(void)state;
	for (unsigned i = 0; i <= MC_FORMAT_AT; i++)
		assert_string_equal(mc_format_name((enum mc_format)i), names[i]);
}

static void test_none(void **state)
{
	struct mc_mark m = { .seq = 1, .bits = 2 };

	(void)state;
	assert_true(mc_mark_read(&m, MC_FORMAT_NONE, NULL, NULL, 0));
	assert_true(m.seq == 0 && m.bits == 0 && !m.end);
}

static void test_probe(void **state)
{
	struct mc_probe p = { .session = 5, .seq = 6, .time = 7, .train = 8, .kind = MC_PROBE_STREAM };
	struct octets o = { .n = 100 };
	struct mc_mark m;
	size_t len;

	(void)state;
	mc_probe_write(o.b, &p);
	assert_true(read_mark(&m, MC_FORMAT_PROBE, &o));
	assert_true(m.session == 5 && m.seq == 6 && m.time == 7 && m.train == 8 && m.bits == 64);
	assert_true(!m.end && !m.ticks);
	assert_int_equal(mc_mark_payload(MC_FORMAT_PROBE, o.b, o.n, &len), MC_PROBE_LEN);
	assert_int_equal(len, 100 - MC_PROBE_LEN);
	p.kind = MC_PROBE_END;
	mc_probe_write(o.b, &p);
	assert_true(read_mark(&m, MC_FORMAT_PROBE, &o) && m.end && m.seq == 6);
	p.kind = MC_PROBE_ECHO;
	mc_probe_write(o.b, &p);
	assert_true(read_mark(&m, MC_FORMAT_PROBE, &o) && !m.end);
	mc_probe_ask(o.b, 1, 2, 3);
	assert_false(read_mark(&m, MC_FORMAT_PROBE, &o));
	mc_probe_tell(o.b, 4, 5);
	assert_false(read_mark(&m, MC_FORMAT_PROBE, &o));
	o.n = MC_PROBE_LEN - 1;
	assert_false(read_mark(&m, MC_FORMAT_PROBE, &o));
}

/* ---- RTP ---- */

static void test_rtp(void **state)
{
	static const struct {
		const char *octets;
		size_t begin, len; /* of the payload */
	} good[] = {
		{ "80e0 1234 89abcdef 0badcafe 01020304", 12, 4 },
		{ "80e0 1234 89abcdef 0badcafe", 12, 0 },
		{ "82e0 1234 89abcdef 0badcafe 11111111 22222222 010203", 20, 3 },
		{ "90e0 1234 89abcdef 0badcafe bede0002 11111111 22222222 01", 24, 1 },
		{ "90e0 1234 89abcdef 0badcafe bede0000 0102", 16, 2 },
		{ "91e0 1234 89abcdef 0badcafe 11111111 bede0001 22222222 0102", 24, 2 },
		{ "a0e0 1234 89abcdef 0badcafe 01020304 00000004", 12, 4 },
		{ "a0e0 1234 89abcdef 0badcafe 0001 02", 12, 1 },
		{ "a0e0 1234 89abcdef 0badcafe 01", 12, 0 },
		{ "b1e0 1234 89abcdef 0badcafe 11111111 bede0001 22222222 0102 0002", 24, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct octets o = hex(good[i].octets, 0);
		struct mc_mark m;
		size_t len;

		assert_true(read_mark(&m, MC_FORMAT_RTP, &o));
		assert_true(m.seq == 0x1234 && m.bits == 16 && m.time == 0x89abcdef && m.ticks);
		assert_true(m.session == 0x0badcafe && m.payload_type == 96 && !m.end && m.train == 0);
		assert_int_equal(mc_mark_payload(MC_FORMAT_RTP, o.b, o.n, &len), good[i].begin);
		assert_int_equal(len, good[i].len);
	}
}

static void test_not_rtp(void **state)
{
	static const char *const bad[] = {
		"",
		"80e0 1234 89abcdef 0badca",
		"00e0 1234 89abcdef 0badcafe", /* versions */
		"40e0 1234 89abcdef 0badcafe",
		"c0e0 1234 89abcdef 0badcafe",
		"82e0 1234 89abcdef 0badcafe 11111111 222222", /* CSRCs cut off */
		"90e0 1234 89abcdef 0badcafe bede00",
		"90e0 1234 89abcdef 0badcafe bede0002 11111111",
		"a0e0 1234 89abcdef 0badcafe", /* no room for padding */
		"a0e0 1234 89abcdef 0badcafe 0100", /* no padding */
		"a0e0 1234 89abcdef 0badcafe 000004", /* more than there is */
		"80c8 0006 0badcafe 11111111 22222222 33333333 44444444 55555555", /* a report */
		"81c9 0007 0badcafe 11111111 22222222 33333333",
		"80cd 0002 0badcafe 11111111",
		"8048 1234 89abcdef 0badcafe", /* 72 without the marker */
		"804c 1234 89abcdef 0badcafe",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct octets o = hex(bad[i], 0);
		struct mc_mark m = { .seq = 77 };
		size_t len;

		assert_false(read_mark(&m, MC_FORMAT_RTP, &o));
		assert_int_equal(m.seq, 77);
		assert_int_equal(mc_mark_payload(MC_FORMAT_RTP, o.b, o.n, &len), 0);
		assert_int_equal(len, o.n);
	}
}

/* ---- iperf ---- */

/* What its flags are with the options -e or none, --trip-times, --trip-times and -l 60. */
#define PLAIN "48010098 00000001 00001389 00000190 00000000 ffffff9c"
#define TRIP "680100d8 00000001 00001389 00000190 00000000 ffffff9c"
#define SHORT_TRIP "00020000 30313233"
#define AT " 6b03d970 000a9203 "

static void test_iperf(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
		uint64_t seq;
		uint8_t bits;
		bool end;
	} rows[] = {
		{ "00000001" AT "00000000" PLAIN, 400, 1, 64, false },
		{ "ffffff99" AT "ffffffff" PLAIN, 400, 102, 64, true }, /* -103: 102 came before */
		{ "00000065" AT "00000000" TRIP, 400, 101, 64, false },
		{ "ffffff99" AT "ffffffff" TRIP, 400, 102, 64, true },
		{ "00000002" AT "00000000" SHORT_TRIP, 60, 2, 32, false },
		{ "ffffff99" AT "ffffffff" SHORT_TRIP, 60, 102, 32, true },
		{ "00000064" AT "00000000 36373839 30313233", 400, 100, 32, false }, /* -C */
		{ "ffffff9a" AT "ffffffff 36373839 30313233", 400, 101, 32, true },
		{ "00000002" AT "00000000 726f6f74 3a783a30", 400, 2, 32, false }, /* -F /etc/passwd */
		{ "fffffffb" AT "ffffffff 3a783a31", 400, 4, 32, true },
		{ "00000066" AT "00000000", 16, 102, 32, false }, /* -l 16 */
		{ "00000066" AT, 12, 102, 32, false },            /* -l 12 */
		{ "ffffff99" AT, 12, 102, 32, true },
		{ "ffffff9a" AT "00000000 36373839", 400, 101, 32,
		  true }, /* iperf 2.0: flags behind the time */
		{ "00000005" AT "00000003" PLAIN, 400, 0x300000005, 64, false },
		{ "80000005" AT "00000000" PLAIN, 400, 0x80000005, 64, false },
		{ "fffffffa" AT "fffffffc" PLAIN, 400, 0x300000005, 64, true },
		{ "ffffffff" AT "ffffffff" PLAIN, 400, 0, 64, true }, /* nothing was sent */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct octets o = hex(rows[i].octets, rows[i].len);
		struct mc_mark m;

		assert_true(read_mark(&m, MC_FORMAT_IPERF, &o));
		assert_int_equal(m.seq, rows[i].seq);
		assert_int_equal(m.bits, rows[i].bits);
		assert_int_equal(m.end, rows[i].end);
		assert_true(m.time == NOW + 692739 * (mc_time)1000 && !m.ticks && m.session == 0);
	}
}

static void test_not_iperf(void **state)
{
	struct octets o = hex("00000001 6b03d970 000f4240 00000000", 400); /* 1,000,000 microseconds */
	struct mc_mark m;

	(void)state;
	assert_false(read_mark(&m, MC_FORMAT_IPERF, &o));
	o.b[11]--;
	assert_true(read_mark(&m, MC_FORMAT_IPERF, &o));
	for (o.n = 0; o.n < 12; o.n++)
		assert_false(read_mark(&m, MC_FORMAT_IPERF, &o));
}

/* ---- mcjoin ---- */

static void test_mcjoin(void **state)
{
	static const struct {
		const char *text;
		int64_t seq; /* -1: it is none */
		uint64_t session;
	} rows[] = {
		{ "Sender PID 4711, MC group 239.1.1.1 ... count: 0, freq: 100", 0, 4711 },
		{ "Sender PID 1, MC group ff3e::1 ... count: 1234567890123, freq: 10", 1234567890123, 1 },
		{ "Sender PID 1, MC group 239.1.1.1 ... count: 12", -1, 0 }, /* it may have been 123 */
		{ "Sender PID 1, MC group 239.1.1.1 ... count: , freq: 1", -1, 0 },
		{ "Sender PID 1, MC group 239.1.1.1 ... count", -1, 0 },
		{ "Sender PID , MC group 239.1.1.1 ... count: 1, freq: 1", -1, 0 },
		{ "sender PID 1, MC group 239.1.1.1 ... count: 1, freq: 1", -1, 0 },
		{ "Sender PID 1, MC group 239.1.1.1 ... count: 12345678901234567890, freq: 1", -1, 0 },
		{ "", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t more = 0; more < 2; more++) { /* with the zeros that are behind it, and without */
			struct mc_mark m = { .bits = 3 };
			uint8_t b[200] = { 0 };
			size_t len = strlen(rows[i].text);

			memcpy(b, rows[i].text, len);
			assert_int_equal(mc_mark_read(&m, MC_FORMAT_MCJOIN, NULL, b, more ? sizeof b : len),
					 rows[i].seq >= 0);
			if (rows[i].seq < 0)
				continue;
			assert_true((int64_t)m.seq == rows[i].seq && m.session == rows[i].session);
			assert_true(m.bits == 64 && !m.end && m.time == 0);
		}
}

static void test_at(void **state)
{
	static const uint8_t b[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const struct {
		struct mc_at at;
		uint64_t big, little;
	} rows[] = {
		{ { 0, 1, false }, 1, 1 },
		{ { 8, 1, false }, 9, 9 },
		{ { 1, 2, false }, 0x0203, 0x0302 },
		{ { 2, 3, false }, 0x030405, 0x050403 },
		{ { 5, 4, false }, 0x06070809, 0x09080706 },
		{ { 1, 8, false }, 0x0203040506070809, 0x0908070605040302 },
	};
	struct mc_mark m;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_at at = rows[i].at;

		assert_true(mc_mark_read(&m, MC_FORMAT_AT, &at, b, sizeof b));
		assert_true(m.seq == rows[i].big && m.bits == 8 * at.octets && m.session == 0);
		at.little = true;
		assert_true(mc_mark_read(&m, MC_FORMAT_AT, &at, b, sizeof b) && m.seq == rows[i].little);
		assert_false(mc_mark_read(&m, MC_FORMAT_AT, &at, b, at.offset + at.octets - 1u));
	}
	assert_false(mc_mark_read(&m, MC_FORMAT_AT, &(struct mc_at){ UINT32_MAX, 8, false }, b, sizeof b));
}

/* ---- finding out ---- */

static enum mc_format sniff(struct mc_sniff *s, const struct octets *o)
{
	return mc_sniff(s, o->b, o->n, NOW);
}

static struct octets rtp(uint16_t seq, uint32_t ssrc)
{
	struct octets o = hex("8060 0000 00000000 00000000 01020304", 0);

	o.b[2] = (uint8_t)(seq >> 8);
	o.b[3] = (uint8_t)seq;
	memcpy(o.b + 8, &ssrc, 4);
	return o;
}

static void test_sniff_rtp(void **state)
{
	static const struct octets rtcp = { { 0x80, 0xc8, 0, 6, 1, 2, 3, 4 }, 28 };
	static const struct {
		int seq[16]; /* -1: RTCP */
		unsigned n, known;
	} rows[] = {
		{ { 65534, 65535, 0 }, 3, 3 },
		{ { 7, 10, 30 }, 3, 3 },                     /* some were lost */
		{ { 7, -1, 8, -1, 9 }, 5, 5 },               /* RTCP between them */
		{ { 7, 7, 8, 8, 9 }, 5, 5 },                 /* all came twice */
		{ { 7, 9, 8, 10, 11 }, 5, 5 },               /* out of order */
		{ { 1, 2000, 2001, 5000, 5001, 5002 }, 6, 6 },
		{ { 7, 7, 7, 7, 7, 7 }, 6, 0 },
		{ { 1, 200, 400, 600, 800, 1000 }, 6, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_sniff s = { 0 };

		for (unsigned k = 0; k < rows[i].n; k++) {
			struct octets o = rows[i].seq[k] < 0 ? rtcp : rtp((uint16_t)rows[i].seq[k], 99);

			assert_int_equal(sniff(&s, &o),
					 k + 1 == rows[i].known ? MC_FORMAT_RTP : MC_FORMAT_AUTO);
		}
	}
}

/* Numbers that follow, but always by another: after 16 there is nothing to find, whatever comes. */
static void test_sniff_none(void **state)
{
	struct mc_sniff s = { 0 };
	struct octets o;

	(void)state;
	for (uint16_t i = 0; i < 40; i++) {
		o = rtp(i, i);
		assert_int_equal(sniff(&s, &o), i < 15 ? MC_FORMAT_AUTO : MC_FORMAT_NONE);
	}
	for (uint16_t i = 0; i < 10; i++) {
		o = rtp(i, 1);
		assert_int_equal(sniff(&s, &o), MC_FORMAT_NONE);
	}
}

static struct octets iperf(uint32_t number, int32_t ms)
{
	struct octets o = hex("00000000 00000000 00000000 00000000" PLAIN, 100);
	mc_time at = NOW + (mc_time)ms * MC_MSEC;
	uint32_t word[3] = { number, (uint32_t)(at / MC_SEC), (uint32_t)(at % MC_SEC / 1000) };

	for (size_t i = 0; i < 12; i++)
		o.b[i] = (uint8_t)(word[i / 4] >> (24 - 8 * (i % 4)));
	return o;
}

static void test_sniff_iperf(void **state)
{
	static const struct {
		uint32_t number[8];
		int32_t ms[8];
		unsigned n, known;
	} rows[] = {
		{ { 1, 2, 3 }, { 0, 1, 2 }, 3, 3 },
		{ { 1, 5, 9 }, { 0, 0, 0 }, 3, 3 },
		{ { 1, 2, 3 }, { 3600000, 3600000, 3600001 }, 3, 3 },
		{ { 1, 2, 3, 4, 5 }, { 100, 50, 40, 30, 20 }, 5, 0 }, /* back in time */
		{ { 1, 200, 400, 600 }, { 0, 1, 2, 3 }, 4, 0 },
		{ { 3, 3, 3, 3 }, { 0, 0, 0, 0 }, 4, 0 },
		{ { 1, 2, 3, 4 }, { 87000000, 87000000, 87000000, 87000000 }, 4, 0 }, /* tomorrow */
		{ { 1, 2, 3, 4 }, { -87000000, -87000000, -87000000, -87000000 }, 4, 0 },
		{ { (uint32_t)-3, (uint32_t)-2, (uint32_t)-1, (uint32_t)-1 },
		  { 0, 1, 2, 3 },
		  3,
		  0 }, /* ends */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct mc_sniff s = { 0 };

		for (unsigned k = 0; k < rows[i].n; k++) {
			struct octets o = iperf(rows[i].number[k], rows[i].ms[k]);

			if (rows[i].number[k] > INT32_MAX)
				memset(o.b + 12, 0xff, 4);
			assert_int_equal(sniff(&s, &o),
					 k + 1 == rows[i].known ? MC_FORMAT_IPERF : MC_FORMAT_AUTO);
		}
	}
}

static struct octets ts(unsigned packets, uint8_t control)
{
	struct octets o = { .n = packets * 188 };

	memset(o.b, 0x47, o.n);
	for (unsigned i = 0; i < packets; i++)
		o.b[i * 188 + 3] = control;
	return o;
}

static void test_sniff_ts(void **state)
{
	struct mc_sniff s = { 0 };
	struct octets o = ts(7, 0x10);

	(void)state;
	assert_int_equal(sniff(&s, &o), MC_FORMAT_TS);
	s = (struct mc_sniff){ 0 };
	o = ts(1, 0x20);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(sniff(&s, &o), i < 4 ? MC_FORMAT_AUTO : MC_FORMAT_TS);
	s = (struct mc_sniff){ 0 };
	for (unsigned i = 1; i <= 6; i++) { /* not on end */
		o = i == 3 ? iperf(1, 0) : ts(1, 0x30);
		assert_int_equal(sniff(&s, &o), MC_FORMAT_AUTO);
	}
	s = (struct mc_sniff){ 0 };
	o = ts(7, 0x47); /* a payload that repeats one octet */
	assert_int_equal(sniff(&s, &o), MC_FORMAT_AUTO);
	o = ts(7, 0x10);
	o.n--;
	assert_int_equal(sniff(&s, &o), MC_FORMAT_AUTO);
}

static void test_sniff_certain(void **state)
{
	static const char text[] = "Sender PID 4711, MC group 239.1.1.1 ... count: 17, freq: 100";
	struct mc_probe p = { .session = 5, .seq = 6, .time = 7, .kind = MC_PROBE_STREAM };
	struct mc_sniff s = { 0 };
	struct octets o = { .n = MC_PROBE_LEN };

	(void)state;
	assert_int_equal(mc_sniff(&s, text, sizeof text, NOW), MC_FORMAT_MCJOIN);
	s = (struct mc_sniff){ 0 };
	mc_probe_write(o.b, &p);
	assert_int_equal(sniff(&s, &o), MC_FORMAT_PROBE);
	s = (struct mc_sniff){ 0 };
	assert_int_equal(mc_sniff(&s, NULL, 0, NOW), MC_FORMAT_AUTO);
}

/* Streams of random datagrams, of lengths at which formats are looked for, are none of them. */
static void test_sniff_random(void **state)
{
	static const size_t lengths[] = { 12, 13, 16, 20, 28, 32, 76, 100, 188, 376 };
	static uint64_t words[47];
	uint64_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct mc_sniff s = { 0 };
		size_t len = lengths[i % COUNT(lengths)];

		for (unsigned k = 0; k < 16; k++) {
			for (size_t w = 0; w * 8 < len; w++)
				words[w] = next_random(&seed);
			assert_int_equal(mc_sniff(&s, words, len, NOW),
					 k < 15 ? MC_FORMAT_AUTO : MC_FORMAT_NONE);
		}
	}
}

/* The same datagram again and again, whatever it is, is not numbered. */
static void test_sniff_constant(void **state)
{
	struct octets o = { .n = 188 };

	(void)state;
	for (unsigned octet = 0; octet < 256; octet++) {
		struct mc_sniff s = { 0 };

		memset(o.b, (int)octet, o.n);
		for (unsigned k = 0; k < 16; k++)
			assert_int_equal(sniff(&s, &o), k < 15 ? MC_FORMAT_AUTO : MC_FORMAT_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),        cmocka_unit_test(test_none),
		cmocka_unit_test(test_probe),        cmocka_unit_test(test_rtp),
		cmocka_unit_test(test_not_rtp),      cmocka_unit_test(test_iperf),
		cmocka_unit_test(test_not_iperf),    cmocka_unit_test(test_mcjoin),
		cmocka_unit_test(test_at),           cmocka_unit_test(test_sniff_rtp),
		cmocka_unit_test(test_sniff_none),   cmocka_unit_test(test_sniff_iperf),
		cmocka_unit_test(test_sniff_ts),     cmocka_unit_test(test_sniff_certain),
		cmocka_unit_test(test_sniff_random), cmocka_unit_test(test_sniff_constant),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
