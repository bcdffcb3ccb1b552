/*
 * family.h - tests that are run once for either family.
 */
#ifndef TEST_FAMILY_H
#define TEST_FAMILY_H

#include <mcast/base.h>

#include "check.h"

/* BOTH is two rows of a table of tests: one that is run for either family. */
#define FOR_FAMILY(test, n) ((struct CMUnitTest){ #test " " n, test, NULL, NULL, n })
#define BOTH(test) FOR_FAMILY(test, "4"), FOR_FAMILY(test, "6")

static inline uint8_t family_of(void *const *given)
{
	return *(const char *)*given == '4' ? MC_IPV4 : MC_IPV6;
}

#endif
