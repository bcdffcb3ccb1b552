/*
 * limit.c - shares and times as users write them, to the numbers that programs compare.
 */
#include "limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "opt.h"

int limit_percent(void *dest, const char *arg, char *why, size_t cap)
{
	size_t len = strspn(arg, "0123456789.");
	char *end;
	double n = len ? strtod(arg, &end) : -1;

	if (!len || end != arg + len || (arg[len] && strcmp(arg + len, "%") != 0)) {
		snprintf(why, cap, "must be a percentage such as 0.1%% or 0");
		return -1;
	}
	if (n > 100) {
		snprintf(why, cap, "must be 0 to 100%%");
		return -1;
	}
	*(double *)dest = n / 100;
	return 0;
}

/* How much less than a second a unit is; 0: it is none. */
static mc_time parts_of(const char *unit)
{
	static const struct {
		const char *name;
		mc_time parts;
	} units[] = { { "", 1 }, { "s", 1 }, { "ms", 1000 }, { "us", 1000000 }, { "ns", MC_SEC } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (!strcmp(unit, units[i].name))
			return units[i].parts;
	return 0;
}

int limit_span(void *dest, const char *arg, char *why, size_t cap)
{
	static const struct opt seconds = { .type = OPT_SECONDS, .max = INT64_MAX };
	size_t len = strspn(arg, "0123456789.");
	char number[40];
	mc_time parts = parts_of(arg + len), t;

	snprintf(number, sizeof number, "%.*s", (int)(len < sizeof number ? len : 0), arg);
	if (!parts || opt_set(&seconds, &t, number, why, cap)) {
		snprintf(why, cap, "must be a time such as 5ms, 200us or 1s");
		return -1;
	}
	*(mc_time *)dest = t / parts;
	return 0;
}
