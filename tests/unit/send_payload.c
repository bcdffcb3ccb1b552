/*
 * send_payload.c - tests of what the datagrams of mcast send hold, and of which questions it answers.
 */
#include <string.h>

#include "send/answer.h"
#include "send/payload.h"

#include "check.h"

#define SESSION 0x1122334455667788u

static struct send_conf conf_of(uint32_t from, uint32_t to)
{
	struct send_conf c;

	send_conf_init(&c);
	c.format = MC_FORMAT_PROBE;
	c.size = (struct send_range){ from, to };
	c.seed = 1;
	return c;
}

/* Trains: end to end, each with a header of its own, all else the pattern. */
static void test_trains(void **state)
{
	struct send_conf c = conf_of(100, 100);
	struct payload p;
	struct mc_probe h;

	(void)state;
	assert_int_equal(payload_open(&p, &c, SESSION, 8, true), 0);
	assert_int_equal(payload_load(&p, 20), 8);
	payload_train(&p, 8);
	payload_number(&p, 0, 8, 41, 1000);
	assert_int_equal(payload_octets(&p, 0, 8), 800);
	for (unsigned i = 0; i < 8; i++) {
		assert_ptr_equal(payload_at(&p, i), p.room + 100 * (size_t)i);
		assert_int_equal(mc_probe_read(&h, payload_at(&p, i), 100), 0);
		assert_true(mc_probe_intact(payload_at(&p, i), 100));
		assert_true(h.kind == MC_PROBE_STREAM && h.session == SESSION && h.time == 1000);
		assert_int_equal(h.seq, 41 + i);
		assert_int_equal(h.train, 8);
	}
	payload_train(&p, 3);
	payload_number(&p, 2, 3, 49, 2000);
	assert_int_equal(mc_probe_read(&h, payload_at(&p, 4), 100), 0);
	assert_true(h.seq == 51 && h.train == 3 && h.time == 2000);
	payload_free(&p);
}

/* Every size of the range comes, about as often as any other, and the same ones from the same seed. */
static void test_sizes(void **state)
{
	struct send_conf c = conf_of(64, 73);
	unsigned seen[10] = { 0 };
	struct payload p, again;

	(void)state;
	assert_int_equal(payload_open(&p, &c, SESSION, 16, false), 0);
	assert_int_equal(payload_open(&again, &c, SESSION + 1, 16, false), 0);
	for (int k = 0; k < 1000; k++) {
		assert_int_equal(payload_load(&p, 16), 16);
		payload_load(&again, 16);
		assert_memory_equal(p.len, again.len, 16 * sizeof *p.len);
		for (unsigned i = 0; i < 16; i++) {
			assert_in_range(p.len[i], 64, 73);
			seen[p.len[i] - 64]++;
		}
	}
	for (unsigned i = 0; i < 10; i++)
		assert_in_range(seen[i], 1400, 1800);
	payload_free(&p);
	payload_free(&again);
}

static void test_fills(void **state)
{
	struct send_conf c = conf_of(40, 40);
	struct payload p;

	(void)state;
	c.pattern = (struct send_pattern){ { 0xab, 0xcd, 0xef }, 3 };
	assert_int_equal(payload_open(&p, &c, SESSION, 1, false), 0);
	assert_memory_equal(payload_at(&p, 0) + 32, "\xab\xcd\xef\xab\xcd\xef\xab\xcd", 8);
	payload_free(&p);

	c.format = MC_FORMAT_NONE; /* no header: from the first octet on */
	assert_int_equal(payload_open(&p, &c, SESSION, 1, false), 0);
	payload_train(&p, 1);
	payload_number(&p, 0, 1, 1, 1);
	assert_memory_equal(payload_at(&p, 0), "\xab\xcd\xef\xab", 4);
	payload_free(&p);

	c = conf_of(5, 5);
	c.format = MC_FORMAT_NONE;
	c.data = "hello";
	assert_int_equal(payload_open(&p, &c, SESSION, 3, true), 0);
	assert_memory_equal(p.room, "hellohellohello", 15);
	payload_free(&p);
}

static void test_ends(void **state)
{
	struct send_conf c = conf_of(32, 32);
	struct mc_probe h;
	struct payload p;

	(void)state;
	assert_int_equal(payload_open(&p, &c, SESSION, 1, true), 0);
	assert_int_equal(payload_end(&p, 77, 5), MC_PROBE_LEN);
	assert_int_equal(mc_probe_read(&h, p.room, MC_PROBE_LEN), 0);
	assert_true(h.kind == MC_PROBE_END && h.seq == 77 && h.session == SESSION && h.time == 5);
	payload_free(&p);
	c.format = MC_FORMAT_NONE;
	assert_int_equal(payload_open(&p, &c, SESSION, 1, true), 0);
	assert_int_equal(payload_end(&p, 77, 5), 0);
	payload_free(&p);
}

/* Others' headers are numbered, too, in front of the same pattern. */
static void test_guises(void **state)
{
	struct send_conf c = conf_of(200, 200);
	const struct mc_addr group = { MC_IPV4, { 239, 1, 1, 1 } };
	struct mc_mark m;
	struct payload p;

	(void)state;
	c.format = MC_FORMAT_IPERF;
	assert_int_equal(payload_open(&p, &c, SESSION, 4, true), 0);
	payload_number(&p, 0, 4, 9, 3 * MC_SEC);
	assert_true(mc_mark_read(&m, MC_FORMAT_IPERF, NULL, payload_at(&p, 3), 200));
	assert_true(m.seq == 12 && m.time == 3 * MC_SEC && !m.end);
	assert_true(payload_end(&p, 12, 3 * MC_SEC) > 0);
	assert_true(mc_mark_read(&m, MC_FORMAT_IPERF, NULL, p.room, 200) && m.end);
	payload_free(&p);
	c.format = MC_FORMAT_MCJOIN;
	assert_int_equal(payload_open(&p, &c, SESSION, 1, false), 0);
	payload_whom(&p, &group);
	payload_number(&p, 0, 1, 9, 3 * MC_SEC);
	assert_non_null(strstr((const char *)p.room, "MC group 239.1.1.1 ... count: 8, freq: "));
	payload_free(&p);
}

static void test_questions(void **state)
{
	uint8_t ask[64];
	const struct mc_dgram good = { .data = ask,
				       .len = MC_PROBE_CLOCK_LEN,
				       .peer = { MC_IPV4, { 10, 0, 0, 1 } },
				       .port = 4000 };
	struct mc_dgram d = good;

	(void)state;
	mc_probe_ask(ask, SESSION, 1, 2);
	assert_true(send_answer_fits(&d, SESSION));
	assert_false(send_answer_fits(&d, SESSION + 1));
	d.port = 0;
	assert_false(send_answer_fits(&d, SESSION));
	d = good;
	d.len = MC_PROBE_CLOCK_LEN + 1;
	assert_false(send_answer_fits(&d, SESSION));
	d.len = MC_PROBE_LEN;
	assert_false(send_answer_fits(&d, SESSION));
	d = good;
	d.peer = (struct mc_addr){ MC_IPV4, { 239, 1, 1, 1 } };
	assert_false(send_answer_fits(&d, SESSION));
	d.peer = (struct mc_addr){ MC_IPV4, { 0 } };
	assert_false(send_answer_fits(&d, SESSION));
	d = good;
	mc_probe_tell(ask, 1, 2); /* an answer is no question: two senders do not talk for ever */
	assert_false(send_answer_fits(&d, SESSION));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trains), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_fills),  cmocka_unit_test(test_ends),
		cmocka_unit_test(test_guises), cmocka_unit_test(test_questions),
	};

	return cmocka_run_group_tests_name("send_payload", tests, NULL, NULL);
}
