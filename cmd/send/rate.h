/*
 * rate.h - a rate as users write it: datagrams or bits of payload a second, or as fast as it goes.
 */
#ifndef SEND_RATE_H
#define SEND_RATE_H

#include <stdbool.h>
#include <stddef.h>

enum rate_unit { RATE_NONE, RATE_PPS, RATE_BPS, RATE_MAX }; /* NONE: not given */

struct rate {
	enum rate_unit unit;
	double value; /* a second */
};

/* rate_read reads "250", "100kpps", "800Mbit", "max", as a row of a table of options does (OPT_CALL). */
int rate_read(void *dest, const char *arg, char *why, size_t cap);

/* rate_pps and rate_bps give it in the one unit and in the other, for datagrams of that size; 0 where there
 * is no limit. */
double rate_pps(const struct rate *r, double bytes);
double rate_bps(const struct rate *r, double bytes);

#endif
