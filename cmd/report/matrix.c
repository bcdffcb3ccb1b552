/*
 * matrix.c - who sent to whom, and what came of it: one cell for each sender and receiver that had a
 * stream. Of several streams in a cell the datagrams are summed up, and the worst delays taken.
 */
#include <math.h>
#include <string.h>

#include "out.h"
#include "report/rows.h"
#include "report/value.h"

enum { SCHEMA = 1 };

/* How sure a delay is; the last is the worst. */
static const char *const bases[] = { "synced", "echo", "envelope" };

struct cell {
	uint64_t streams, packets, lost;
	double expected, loss; /* loss of the last stream that is numbered */
	uint64_t numbered;
	bool delayed;
	double p50, p99;
	int basis; /* -1: none that is known */
};

static uint64_t add(uint64_t a, uint64_t b)
{
	return a + b < a || a + b > INT64_MAX ? INT64_MAX : a + b;
}

static int basis_of(const json_t *stream)
{
	const char *text = report_text(json_object_get(stream, "delay"), "basis");

	for (int i = 0; text && i < (int)(sizeof bases / sizeof *bases); i++)
		if (strcmp(text, bases[i]) == 0)
			return i;
	return -1;
}

static void put_row(struct cell *c, const struct report_row *row)
{
	int basis = basis_of(row->stream);

	c->streams++;
	c->packets = add(c->packets, report_count(row->stream, "packets"));
	if (row->loss >= 0) {
		c->numbered++;
		c->loss = row->loss;
		c->lost = add(c->lost, report_count(row->stream, "lost"));
		c->expected += row->expected;
	}
	if (!row->delayed)
		return;
	c->p50 = c->delayed ? fmax(c->p50, row->p50) : row->p50;
	c->p99 = c->delayed ? fmax(c->p99, row->p99) : row->p99;
	c->delayed = true;
	if (basis > c->basis)
		c->basis = basis;
}

static json_t *known(bool is, double v)
{
	return is ? json_real(v) : json_null();
}

static double loss_of(const struct cell *c)
{
	if (c->numbered == 1)
		return c->loss;
	return c->expected > 0 ? (double)c->lost / c->expected : 0;
}

static json_t *cell_json(const struct cell *c, const char *sender, const char *receiver)
{
	json_t *o = json_object();

	out_put(o, "sender", json_string(sender));
	out_put(o, "receiver", json_string(receiver));
	out_put_int(o, "streams", c->streams);
	out_put_int(o, "packets", c->packets);
	out_put_known(o, "lost", c->numbered > 0, (int64_t)c->lost);
	out_put(o, "loss", known(c->numbered > 0, loss_of(c)));
	out_put(o, "delay_p50_s", known(c->delayed, c->p50));
	out_put(o, "delay_p99_s", known(c->delayed, c->p99));
	out_put(o, "basis", c->basis < 0 ? json_null() : json_string(bases[c->basis]));
	return o;
}

static void put_cells(const struct report *p, const struct report_rows *rows, json_t *senders, json_t *matrix)
{
	for (size_t i = 0; i < rows->n;) {
		const struct report_row *first = &rows->v[i];
		struct cell c = { .basis = -1 };

		if (!i || strcmp(first[-1].source, first->source) != 0)
			json_array_append_new(senders, json_string(first->source));
		for (; i < rows->n && rows->v[i].run == first->run &&
		       strcmp(rows->v[i].source, first->source) == 0;
		     i++)
			put_row(&c, &rows->v[i]);
		json_array_append_new(matrix, cell_json(&c, first->source, p->runs[first->run].receiver));
	}
}

json_t *report_matrix(const struct report *p, bool *ret_wrong)
{
	json_t *o = out_begin(SCHEMA, "report", out_now());
	json_t *receivers = json_array(), *senders = json_array(), *matrix = json_array();
	struct report_rows rows;

	if (report_rows_new(&rows, p)) {
		json_decref(o);
		json_decref(receivers);
		json_decref(senders);
		json_decref(matrix);
		return NULL;
	}
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(receivers, json_string(p->runs[i].receiver));
	put_cells(p, &rows, senders, matrix);
	*ret_wrong = report_wrong(p, &rows);
	report_rows_free(&rows);
	out_put_int(o, "files", p->files);
	out_put_int(o, "runs", p->n);
	out_put(o, "receivers", receivers);
	out_put(o, "senders", senders);
	out_put(o, "matrix", matrix);
	out_put_int(o, "ignored", p->ignored);
	return o;
}
