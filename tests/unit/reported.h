/*
 * reported.h - what the tests of reports share: lines read, and objects as mcast recv says them.
 */
#ifndef TEST_REPORTED_H
#define TEST_REPORTED_H

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report/report.h"

#define HEAD(event, host) "{\"event\":\"" event "\",\"ts\":1767323045.5,\"host\":\"" host "\",\"schema\":1"
#define START(host) HEAD("start", host) ",\"targets\":[],\"stamps\":\"kernel\"}\n"
#define END(host, exit) HEAD("end", host) ",\"verdict\":\"nothing came\",\"exit\":" #exit "}\n"
#define STREAM(host, source, rest) \
	HEAD("stream", host)       \
	",\"source\":\"" source "\",\"source_port\":40001,\"group\":\"239.1.1.1\",\"port\":5000," rest "}\n"

/* Reads lines of that length; *ret and why as report_read gives them. */
static inline struct report reported_of(const char *lines, size_t len, int *ret, char why[256])
{
	struct report p = { .max_delay = -1, .most = 50 };
	FILE *from = tmpfile();

	assert_non_null(from);
	assert_int_equal(fwrite(lines, 1, len, from), len);
	rewind(from);
	*ret = report_read(&p, from, why, 256);
	fclose(from);
	return p;
}

static inline struct report reported(const char *lines)
{
	char why[256] = "";
	int r;
	struct report p = reported_of(lines, strlen(lines), &r, why);

	assert_string_equal(why, "");
	assert_int_equal(r, 0);
	return p;
}

/* The page; free it. */
static inline char *reported_page(const struct report *p, bool *ret_wrong)
{
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	assert_int_equal(report_page(p, to, ret_wrong), 0);
	fclose(to);
	return text;
}

#endif
