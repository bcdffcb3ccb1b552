/*
 * figure.h - numbers as people read them, with the exact value beside, and sentences with numbers in them.
 */
#ifndef REPORT_FIGURE_H
#define REPORT_FIGURE_H

#include <jansson.h>
#include <stdio.h>

/* What a number is, which its key tells. */
enum report_unit {
	REPORT_COUNT,
	REPORT_PLAIN, /* a name rather than an amount: a port, a sequence number */
	REPORT_BYTES,
	REPORT_BUFFER, /* bytes by powers of 1024 */
	REPORT_PPS,
	REPORT_BPS,
	REPORT_SHARE, /* 0 to 1 */
	REPORT_SPAN,  /* seconds */
	REPORT_MOMENT,
	REPORT_PPM,
};

enum report_unit report_unit_of(const char *key);

/* report_figure writes a number with its unit. Returns buf. */
#define REPORT_FIGURE_SIZE 64
char *report_figure(char buf[REPORT_FIGURE_SIZE], enum report_unit unit, double value);

/* report_axis is by what an axis up to `most` is divided, and the name of the unit that this makes. */
double report_axis(enum report_unit unit, double most, const char **ret_name);

/* report_say writes a text of this program (HTML) with values of o in it: {key}, {object.key},
 * {address:port}, and with a word behind, in one of two forms, {key|packet|packets}. Numbers become <data>
 * elements with the exact value and its key, texts are escaped; what is not there is a dash. */
void report_say(FILE *to, const json_t *o, const char *text);

/* report_put writes one value, as report_say does, by the unit of its key. */
void report_put(FILE *to, const json_t *value, const char *key);

#endif
