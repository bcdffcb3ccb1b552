/*
 * value.h - reading members of objects that anybody may have written: what is not there, or of another
 * type, is told apart from what is, and never more.
 */
#ifndef REPORT_VALUE_H
#define REPORT_VALUE_H

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* False, and *ret untouched, where there is no number. */
static inline bool report_real(const json_t *o, const char *key, double *ret)
{
	const json_t *v = json_object_get(o, key);
	double d = json_number_value(v);

	if (!json_is_number(v) || !isfinite(d))
		return false;
	*ret = d;
	return true;
}

/* 0 where there is no count. */
static inline uint64_t report_count(const json_t *o, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(o, key));

	return n > 0 ? (uint64_t)n : 0;
}

/* NULL where there is no text. */
static inline const char *report_text(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

#endif
