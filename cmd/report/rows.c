/*
 * rows.c - the streams of all runs in one array, and which of them were above the limits. It knows neither
 * page nor matrix.
 */
#include "report/rows.h"

#include <stdlib.h>
#include <string.h>

#include "report/value.h"

/* What should have come is not said; it is what came once, and what did not. */
static double expected(const json_t *stream, double loss)
{
	double lost = (double)report_count(stream, "lost");
	double packets = (double)report_count(stream, "packets"),
	       twice = (double)report_count(stream, "duplicates");

	return loss > 0 && lost > 0 ? lost / loss : packets > twice ? packets - twice : 0;
}

static double limit_of(const struct report *p)
{
	return p->max_loss > 0 ? p->max_loss : 0;
}

static bool none_came(const json_t *stream)
{
	return json_is_true(json_object_get(stream, "ended")) && !report_count(stream, "packets") &&
	       report_count(stream, "missed_before");
}

/* As mcast recv judges: those below 0 count as 0, which no limit would find. */
static bool clocks_apart(const json_t *stream, const json_t *delay)
{
	const char *basis = report_text(delay, "basis");

	return basis && strcmp(basis, "synced") == 0 &&
	       report_count(delay, "negative") > report_count(stream, "packets") / 100;
}

static void judge(struct report_row *row, const struct report *p)
{
	const json_t *delay = json_object_get(row->stream, "delay");

	row->loss = -1;
	row->none = none_came(row->stream);
	if (report_real(row->stream, "loss", &row->loss))
		row->expected = expected(row->stream, row->loss);
	if (row->none) {
		row->loss = 1;
		row->expected = (double)report_count(row->stream, "missed_before");
	}
	row->delayed = report_real(delay, "p99_s", &row->p99);
	report_real(delay, "p50_s", &row->p50);
	row->lossy = row->loss > limit_of(p);
	row->slow = p->max_delay >= 0 &&
		    (!row->delayed || row->p99 > p->max_delay || clocks_apart(row->stream, delay));
}

static int by_sender(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;
	int r = mc_addr_cmp(&x->addr, &y->addr);

	if (!r)
		r = strcmp(x->source, y->source);
	if (!r)
		r = x->run < y->run ? -1 : x->run > y->run;
	return r ? r : x->at < y->at ? -1 : x->at > y->at;
}

static int by_wrong(const void *a, const void *b)
{
	const struct report_row *x = a, *y = b;

	if (x->lossy != y->lossy)
		return x->lossy ? -1 : 1;
	if (x->lossy && x->loss != y->loss)
		return x->loss > y->loss ? -1 : 1;
	if (x->slow != y->slow)
		return x->slow ? -1 : 1;
	if (x->slow && x->p99 != y->p99)
		return x->p99 > y->p99 ? -1 : 1;
	return by_sender(a, b);
}

static void put_row(struct report_row *row, const struct report *p, size_t run, size_t at)
{
	*row = (struct report_row){ .run = run,
				    .at = at,
				    .stream = json_array_get(p->runs[run].streams, at) };
	row->source = report_text(row->stream, "source");
	if (!row->source)
		row->source = "";
	if (mc_addr_parse(&row->addr, row->source))
		memset(&row->addr, 0, sizeof row->addr);
	judge(row, p);
}

int report_rows_new(struct report_rows *ret, const struct report *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += json_array_size(p->runs[i].streams);
	*ret = (struct report_rows){ .v = calloc(n + 1, sizeof *ret->v) };
	if (!ret->v)
		return -1;
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < json_array_size(p->runs[i].streams); k++)
			put_row(&ret->v[ret->n++], p, i, k);
	qsort(ret->v, n, sizeof *ret->v, by_sender);
	return 0;
}

void report_rows_free(struct report_rows *r)
{
	free(r->v);
	*r = (struct report_rows){ 0 };
}

void report_rows_worst(struct report_rows *r)
{
	qsort(r->v, r->n, sizeof *r->v, by_wrong);
}

bool report_row_worse(const struct report_row *a, const struct report_row *b)
{
	return by_wrong(a, b) < 0;
}

bool report_failed(const struct report_run *run)
{
	return report_count(run->end, "exit") != 0 || json_array_size(run->streams) == 0;
}

bool report_paths_lossy(const struct report *p, const struct report_run *run)
{
	double loss;

	return report_real(run->redundant, "loss", &loss) && loss > limit_of(p);
}

bool report_wrong(const struct report *p, const struct report_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].lossy || r->v[i].slow)
			return true;
	for (size_t i = 0; i < p->n; i++)
		if (report_failed(&p->runs[i]) || report_paths_lossy(p, &p->runs[i]))
			return true;
	return p->n == 0;
}
