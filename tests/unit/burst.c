/*
 * burst.c - tests of the most within a millisecond, against sums over all that came.
 */
#include <string.h>

#include "flow/burst.h"
#include "check.h"

#define CAME 400

static uint64_t random_state;

struct came {
	mc_time at;
	uint32_t packets;
	uint64_t bytes;
};

/* The most in any 16 steps that end with the step of a datagram. */
static void model(const struct came *v, size_t n, uint64_t *ret_packets, uint64_t *ret_bytes)
{
	*ret_packets = *ret_bytes = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t packets = 0, bytes = 0, last = v[i].at / MC_BURST_STEP;

		for (size_t j = 0; j < n; j++)
			if (v[j].at / MC_BURST_STEP <= last &&
			    v[j].at / MC_BURST_STEP + MC_BURST_STEPS > last) {
				packets += v[j].packets;
				bytes += v[j].bytes;
			}
		*ret_packets = packets > *ret_packets ? packets : *ret_packets;
		*ret_bytes = bytes > *ret_bytes ? bytes : *ret_bytes;
	}
}

static void test_random(void **state)
{
	static struct came v[CAME];

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		mc_time at = seed % 2 ? 1700000000 * MC_SEC : 0, step = MC_MSEC >> seed % 8;
		struct mc_burst b = { 0 };
		uint64_t packets, bytes;

		random_state = seed;
		for (size_t i = 0; i < CAME; i++) {
			at += next_random(&random_state) % (i % 50 == 49 ? 50 * MC_MSEC : step);
			v[i] = (struct came){ at, 1 + (uint32_t)(next_random(&random_state) % 128),
					      next_random(&random_state) % 100000 };
			mc_burst_add(&b, v[i].at, v[i].packets, v[i].bytes);
		}
		model(v, CAME, &packets, &bytes);
		assert_true(b.most_packets == packets && b.most_bytes == bytes);
	}
}

/* A little late: counted for the latest step. A clock that was set: as if nothing had been. */
static void test_back(void **state)
{
	struct mc_burst b = { 0 };

	(void)state;
	mc_burst_add(&b, 100 * MC_SEC, 1, 10);
	mc_burst_add(&b, 100 * MC_SEC - 500 * MC_MSEC, 1, 10);
	assert_true(b.most_packets == 2 && b.most_bytes == 20);
	mc_burst_add(&b, 50 * MC_SEC, 2, 20);
	mc_burst_add(&b, 50 * MC_SEC + 2 * MC_MSEC, 1, 10);
	assert_true(b.most_packets == 2 && b.now_packets == 1 && b.now_bytes == 10);
}

static void test_any_time(void **state)
{
	static const mc_time times[] = { MC_NEVER, 0, MC_NEVER - 1, MC_NEVER / 2, 1, MC_NEVER };
	struct mc_burst b = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++)
		mc_burst_add(&b, times[i], 3, 30);
	assert_true(b.most_packets == 3 && b.most_bytes == 30);
	for (size_t i = 0; i < 3; i++)
		mc_burst_add(&b, MC_NEVER, UINT32_MAX, 1);
	assert_true(b.most_packets == 3 + 3 * (uint64_t)UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_any_time),
	};

	return cmocka_run_group_tests_name("burst", tests, NULL, NULL);
}
