/*
 * check.h - cmocka with what its header needs before it, and what several unit tests share.
 */
#ifndef TEST_CHECK_H
#define TEST_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Compares "given = got" with "given = want", so that a failure names its row. */
static inline void equal(const char *given, const char *got, const char *want)
{
	char a[2000], b[2000];

	snprintf(a, sizeof(a), "%s = %s", given, got);
	snprintf(b, sizeof(b), "%s = %s", given, want);
	assert_string_equal(a, b);
}

/* The same numbers in every run: splitmix64. */
static inline uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

#endif
