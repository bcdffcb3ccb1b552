/*
 * report.c - fuzzes what `mcast report` reads: lines from other machines, to runs, to the matrix and to
 * the page. However they are wrong, the page is whole, holds no script, and says as the matrix whether
 * something was wrong.
 */
#include "report/report.h"

#include <stdio.h>

#include "fuzz.h"

static void check_page(const struct report *p, bool of_matrix)
{
	char *page = NULL;
	size_t len;
	FILE *to = open_memstream(&page, &len);
	bool wrong = !of_matrix;

	MUST(to);
	MUST(report_page(p, to, &wrong) == 0);
	fclose(to);
	MUST(wrong == of_matrix);
	MUST(strstr(page, "</html>") && !strstr(page, "<script"));
	free(page);
}

static void check_matrix(const struct report *p, bool *ret_wrong)
{
	json_t *o = report_matrix(p, ret_wrong);

	MUST(o);
	MUST(json_array_size(json_object_get(o, "receivers")) == p->n);
	json_decref(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report p = { .max_delay = size % 2 ? -1 : 1e-3, .most = size % 5 };
	char why[256] = "";
	bool wrong = false;
	FILE *from = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	int r;

	if (!from)
		return 0;
	r = report_read(&p, from, why, sizeof why);
	fclose(from);
	MUST(r == 0 ? p.n > 0 && p.files == 1 : strlen(why) > 0 && p.files == 0);
	check_matrix(&p, &wrong);
	check_page(&p, wrong);
	report_free(&p);
	return 0;
}
