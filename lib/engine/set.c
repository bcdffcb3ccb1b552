/*
 * set.c - sorted sets of addresses.
 */
#include "engine/set.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_MOST = 16 };

void mc_set_free(struct mc_set *s)
{
	free(s->at);
	*s = (struct mc_set){ .n = 0 };
}

bool mc_set_room(struct mc_set *ret, size_t n, uint32_t size)
{
	uint8_t *at = NULL;

	if (n > UINT32_MAX)
		return false;
	if (n)
		at = calloc(n, size);
	if (n && !at)
		return false;
	*ret = (struct mc_set){ .at = at, .n = (uint32_t)n, .size = size };
	return true;
}

static int order(const struct mc_set *s, uint32_t i, uint32_t j)
{
	return memcmp(mc_set_at(s, i), mc_set_at(s, j), s->size);
}

static void swap(const struct mc_set *s, uint32_t i, uint32_t j)
{
	uint8_t kept[SIZE_MOST];

	memcpy(kept, mc_set_at(s, i), s->size);
	memcpy(mc_set_at(s, i), mc_set_at(s, j), s->size);
	memcpy(mc_set_at(s, j), kept, s->size);
}

/* The first n are a heap, the greatest on top, but for the one at i. */
static void sift(const struct mc_set *s, uint32_t i, uint32_t n)
{
	uint32_t child;

	while (i < n / 2) {
		child = 2 * i + 1;
		if (child + 1 < n && order(s, child, child + 1) < 0)
			child++;
		if (order(s, i, child) >= 0)
			return;
		swap(s, i, child);
		i = child;
	}
}

void mc_set_sort(struct mc_set *s)
{
	uint32_t n = 1, i;

	for (i = 1; i < s->n && order(s, i - 1, i) < 0;)
		i++;
	if (i >= s->n)
		return; /* as it mostly is */
	for (i = s->n / 2; i--;)
		sift(s, i, s->n);
	for (i = s->n; --i;) {
		swap(s, 0, i);
		sift(s, 0, i);
	}
	for (i = 1; i < s->n; i++)
		if (order(s, n - 1, i))
			memmove(mc_set_at(s, n++), mc_set_at(s, i), s->size);
	s->n = n;
}

/* What is wanted of both, in order, goes to out, which may be where a is, but for SECOND. Returns how
 * many. */
static uint32_t walk(uint8_t *out, const struct mc_set *a, const struct mc_set *b, unsigned which)
{
	size_t size = a->n ? a->size : b->size;
	uint32_t i = 0, j = 0, n = 0;

	while (i < a->n || j < b->n) {
		int c = i == a->n ? 1 : j == b->n ? -1 : memcmp(mc_set_at(a, i), mc_set_at(b, j), size);
		unsigned where = c < 0 ? MC_SET_FIRST : c ? MC_SET_SECOND : MC_SET_BOTH;

		if (which & where) {
			if (out)
				memmove(out + n * size, c <= 0 ? mc_set_at(a, i) : mc_set_at(b, j), size);
			n++;
		}
		i += c <= 0;
		j += c >= 0;
	}
	return n;
}

bool mc_set_mix(struct mc_set *ret, const struct mc_set *a, const struct mc_set *b, unsigned which)
{
	uint32_t n = walk(NULL, a, b, which);

	if (!mc_set_room(ret, n, a->n ? a->size : b->size))
		return false;
	if (n)
		walk(ret->at, a, b, which);
	return true;
}

void mc_set_keep(struct mc_set *a, const struct mc_set *b, unsigned which)
{
	a->n = walk(a->at, a, b, which);
}

uint32_t mc_set_above(const struct mc_set *s, const uint8_t *octets)
{
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (memcmp(mc_set_at(s, mid), octets, s->size) <= 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool mc_set_has(const struct mc_set *s, const uint8_t *octets)
{
	uint32_t above = mc_set_above(s, octets);

	return above && memcmp(mc_set_at(s, above - 1), octets, s->size) == 0;
}
