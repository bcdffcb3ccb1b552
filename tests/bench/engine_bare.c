/*
 * engine_bare.c - what the router engine is measured against: reports read by bare.h, each group looked up
 * in an open hash table that holds a time. It knows no sources, no modes, no timers that end.
 */
#include "bare.h"
#include "engine.h"

#include <stdlib.h>

struct bare_group {
	uint8_t addr[16];
	uint64_t heard; /* 0: the place is free */
};

struct bare_table {
	struct bare_group *places;
	size_t mask, n;
	uint64_t now;
};

struct bare_table *bare_table_new(size_t groups)
{
	struct bare_table *t = allocate(1, sizeof(*t));
	size_t places = 16;

	while (places < 2 * groups)
		places *= 2;
	t->places = allocate(places, sizeof(*t->places));
	t->mask = places - 1;
	return t;
}

void bare_table_free(struct bare_table *t)
{
	free(t->places);
	free(t);
}

static inline void hear(void *arg, const uint8_t *record, size_t addr, size_t lists)
{
	struct bare_table *t = arg;
	uint64_t words[2] = { 0 }, hash;
	size_t at;

	(void)lists;
	memcpy(words, record + 4, addr);
	hash = words[0] * UINT64_C(0x9e3779b97f4a7c15) ^ words[1];
	hash = (hash ^ hash >> 32) * UINT64_C(0xff51afd7ed558ccd);
	for (at = (hash ^ hash >> 32) & t->mask; t->places[at].heard; at = (at + 1) & t->mask)
		if (memcmp(t->places[at].addr, words, 16) == 0)
			break;
	if (!t->places[at].heard) {
		memcpy(t->places[at].addr, words, 16);
		t->n++;
	}
	t->places[at].heard = t->now;
}

size_t bare_refresh(struct bare_table *t, const struct reports *r, uint64_t now)
{
	t->now = now;
	for (size_t i = 0; i < r->n; i++)
		if (!bare_report(reports_at(r, i), r->len[i], hear, t))
			die("the bare loop refuses a report");
	return t->n;
}
