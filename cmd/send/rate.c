/*
 * rate.c - reading RATE: a decimal number, k, M or G (powers of 1000), and a unit. No exponent, no
 * hexadecimal, no locale.
 */
#include "send/rate.h"

#include <stdio.h>
#include <string.h>

#define LEAST_PPS (1.0 / 86400) /* one a day */
#define MOST_PPS 1e9
#define LEAST_BPS 1e-3
#define MOST_BPS 1e13

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Returns what stands behind the number, or NULL where there is none. */
static const char *read_decimal(const char *s, double *ret)
{
	double n = 0, unit = 1;
	const char *begin = s;

	for (; is_digit(*s); s++)
		n = n * 10 + (*s - '0');
	if (s == begin)
		return NULL;
	if (*s == '.' && is_digit(s[1]))
		for (s++; is_digit(*s); s++)
			n += (*s - '0') * (unit /= 10);
	*ret = n;
	return s;
}

static double read_scale(const char **s)
{
	static const char letters[] = "kKMG";
	static const double scales[] = { 1e3, 1e3, 1e6, 1e9 };
	const char *p = **s ? strchr(letters, **s) : NULL;

	*s += p != NULL;
	return p ? scales[p - letters] : 1;
}

static enum rate_unit unit_of(const char *s, bool scaled)
{
	if (strcmp(s, "pps") == 0 || (!*s && !scaled)) /* "100k" might be either */
		return RATE_PPS;
	if (strcmp(s, "bit") == 0 || strcmp(s, "bit/s") == 0 || strcmp(s, "bps") == 0)
		return RATE_BPS;
	return RATE_NONE;
}

static int refuse(char *why, size_t cap, const char *text)
{
	snprintf(why, cap, "%s", text);
	return -1;
}

int rate_read(void *dest, const char *arg, char *why, size_t cap)
{
	struct rate r = { .unit = RATE_MAX };
	const char *s, *behind;

	if (strcmp(arg, "max") != 0) {
		s = behind = read_decimal(arg, &r.value);
		if (s) {
			r.value *= read_scale(&s);
			r.unit = unit_of(s, s != behind);
		}
		if (!s || r.unit == RATE_NONE)
			return refuse(why, cap, "must be such as 250, 100kpps, 64kbit, 800Mbit, or max");
		if (r.unit == RATE_PPS && (r.value < LEAST_PPS || r.value > MOST_PPS))
			return refuse(why, cap, "must be one a day (0.0000116) to 1Gpps");
		if (r.unit == RATE_BPS && (r.value < LEAST_BPS || r.value > MOST_BPS))
			return refuse(why, cap, "must be 0.001bit to 10000Gbit");
	}
	*(struct rate *)dest = r;
	return 0;
}

double rate_pps(const struct rate *r, double bytes)
{
	if (r->unit == RATE_BPS)
		return bytes > 0 ? r->value / 8 / bytes : 0;
	return r->unit == RATE_PPS ? r->value : 0;
}

double rate_bps(const struct rate *r, double bytes)
{
	if (r->unit == RATE_PPS)
		return r->value * 8 * bytes;
	return r->unit == RATE_BPS ? r->value : 0;
}
