/*
 * counters.c - the tables of counters that the kernel writes as text, as one list by name.
 *
 * It knows their three forms, and no counter.
 */
#include "net/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "net/proc.h"

#define NAME_ROOM 64

struct counter {
	char name[NAME_ROOM];
	uint64_t value;
};

struct mc_counters {
	size_t n;
	struct counter *v; /* by name, each once */
};

int mc_counters_new(struct mc_counters **ret)
{
	struct mc_counters *c = calloc(1, sizeof *c);

	if (!c)
		return -ENOMEM;
	*ret = c;
	return 0;
}

void mc_counters_free(struct mc_counters *c)
{
	if (!c)
		return;
	free(c->v);
	free(c);
}

static int cmp(const void *a, const void *b)
{
	return strcmp(((const struct counter *)a)->name, ((const struct counter *)b)->name);
}

/* Of two values under one name the larger one is told. */
static void sort(struct mc_counters *c)
{
	size_t kept = 0;

	if (c->n)
		qsort(c->v, c->n, sizeof *c->v, cmp);
	for (size_t i = 0; i < c->n; i++) {
		if (!kept || cmp(&c->v[kept - 1], &c->v[i]) != 0)
			c->v[kept++] = c->v[i];
		else if (c->v[kept - 1].value < c->v[i].value)
			c->v[kept - 1].value = c->v[i].value;
	}
	c->n = kept;
}

static struct mc_line word(const char *text)
{
	return (struct mc_line){ text, text + strlen(text) };
}

/* Adds one, unless its name is too long. 0 or -ENOMEM. */
static int put(struct mc_counters *c, struct mc_line table, struct mc_line name, uint64_t value)
{
	size_t before = (size_t)(table.end - table.at), len = (size_t)(name.end - name.at);

	if (before >= NAME_ROOM || len >= NAME_ROOM - before)
		return 0;
	struct counter *to = mc_grow(&c->v, &c->n, sizeof *to);

	if (!to)
		return -ENOMEM;
	memcpy(to->name, table.at, before);
	memcpy(to->name + before, name.at, len);
	to->value = value;
	return 0;
}

/* A value that is no number (Tcp's MaxConn is -1) is left out. */
static int add(struct mc_counters *c, struct mc_line table, struct mc_line name, struct mc_line value)
{
	uint64_t v;

	return mc_word_number(value, 10, UINT64_MAX, &v) ? put(c, table, name, v) : 0;
}

/* Takes "Udp:" off a line, without the colon; false where there is none. */
static bool take_table(struct mc_line *l, struct mc_line *ret)
{
	*ret = mc_line_word(l);
	return ret->end > ret->at + 1 && *--ret->end == ':';
}

static bool same(struct mc_line a, struct mc_line b)
{
	return a.end - a.at == b.end - b.at && !memcmp(a.at, b.at, (size_t)(a.end - a.at));
}

/* A line of names, and one of as many values. */
static int parse_pairs(struct mc_counters *c, const char *text)
{
	struct mc_line names, values, table, again;
	int r = 0;

	while (!r && mc_line_next(&text, &names)) {
		const char *after = text;

		if (!take_table(&names, &table) || !mc_line_next(&after, &values) ||
		    !take_table(&values, &again) || !same(table, again))
			continue;
		text = after;
		struct mc_line name = mc_line_word(&names);

		for (; !r && name.at < name.end; name = mc_line_word(&names))
			r = add(c, table, name, mc_line_word(&values));
	}
	return r;
}

/* A name and a value a line. */
static int parse_list(struct mc_counters *c, const char *text)
{
	struct mc_line l;
	int r = 0;

	while (!r && mc_line_next(&text, &l)) {
		struct mc_line name = mc_line_word(&l);

		if (name.end > name.at)
			r = add(c, word(""), name, mc_line_word(&l));
	}
	return r;
}

int mc_counters_parse(struct mc_counters *c, const char *text, bool pairs)
{
	int r = pairs ? parse_pairs(c, text) : parse_list(c, text);

	sort(c);
	return r;
}

/* A line for each CPU, in hexadecimal; the first three columns are what they are since Linux 2.6. */
int mc_counters_parse_softnet(struct mc_counters *c, const char *text)
{
	uint64_t dropped = 0, squeezed = 0, first, second, third;
	bool any = false;
	struct mc_line l;

	while (mc_line_next(&text, &l)) {
		if (!mc_word_number(mc_line_word(&l), 16, UINT32_MAX, &first) ||
		    !mc_word_number(mc_line_word(&l), 16, UINT32_MAX, &second) ||
		    !mc_word_number(mc_line_word(&l), 16, UINT32_MAX, &third))
			continue;
		any = true;
		dropped += second;
		squeezed += third;
	}
	int r = any ? put(c, word("Softnet"), word("Dropped"), dropped) : 0;

	if (any && !r)
		r = put(c, word("Softnet"), word("TimeSqueeze"), squeezed);
	sort(c);
	return r;
}

/* ---- reading ------------------------------------------------------------------------ */

static int parse_pairs_of(struct mc_counters *c, const char *text)
{
	return mc_counters_parse(c, text, true);
}

static int parse_list_of(struct mc_counters *c, const char *text)
{
	return mc_counters_parse(c, text, false);
}

static const struct {
	const char *name;
	int (*parse)(struct mc_counters *c, const char *text);
	bool optional;
} tables[] = {
	{ "snmp", parse_pairs_of, false },
	{ "netstat", parse_pairs_of, false },
	{ "snmp6", parse_list_of, true }, /* not where IPv6 is not there */
	{ "softnet_stat", mc_counters_parse_softnet, true },
};

static int read_tables(struct mc_counters *c)
{
	int r = 0;

	for (size_t i = 0; !r && i < sizeof tables / sizeof *tables; i++) {
		char *text;

		r = mc_proc_net(tables[i].name, &text);
		if (!r) {
			r = tables[i].parse(c, text);
			free(text);
		} else if (r == -ENOENT && tables[i].optional) {
			r = 0;
		}
	}
	return r;
}

int mc_counters_read(struct mc_counters **ret)
{
	struct mc_counters *c;
	int r = mc_counters_new(&c);

	if (r)
		return r;
	r = read_tables(c);
	if (r) {
		mc_counters_free(c);
		return r;
	}
	*ret = c;
	return 0;
}

/* ---- asking ------------------------------------------------------------------------- */

bool mc_counters_get(const struct mc_counters *c, const char *name, uint64_t *ret)
{
	size_t from = 0, to = c->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int r = strcmp(c->v[mid].name, name);

		if (!r) {
			*ret = c->v[mid].value;
			return true;
		}
		if (r < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return false;
}

uint64_t mc_counters_grew(const struct mc_counters *before, const struct mc_counters *after, const char *name)
{
	uint64_t first, last;

	if (!mc_counters_get(before, name, &first) || !mc_counters_get(after, name, &last) || last < first)
		return 0;
	return last - first;
}
