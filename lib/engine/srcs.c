/*
 * srcs.c - sorted sets of sources. It knows neither groups nor records: rules.c says what becomes of a
 * source.
 */
#include "engine/srcs.h"

#include <assert.h>
#include <stdlib.h>

static_assert(sizeof(struct mc_src) == 32, "as small as promised");

void mc_srcs_free(struct mc_srcs *s)
{
	free(s->at);
	*s = (struct mc_srcs){ .n = 0 };
}

uint32_t mc_srcs_seek(const struct mc_srcs *s, uint32_t from, const struct mc_key *key)
{
	uint32_t step = 1, end;

	while (step <= s->n - from && mc_key_less(&s->at[from + step - 1].key, key)) {
		from += step;
		step *= 2;
	}
	end = step <= s->n - from ? from + step - 1 : s->n;
	while (from < end) {
		uint32_t middle = from + (end - from) / 2;

		if (mc_key_less(&s->at[middle].key, key))
			from = middle + 1;
		else
			end = middle;
	}
	return from;
}

struct mc_src *mc_srcs_find(const struct mc_srcs *s, const struct mc_key *key)
{
	uint32_t i = mc_srcs_seek(s, 0, key);

	return i < s->n && mc_key_same(&s->at[i].key, key) ? &s->at[i] : NULL;
}

bool mc_srcs_room(struct mc_srcs *s, uint32_t n)
{
	uint32_t cap = s->cap + s->cap / 4;
	struct mc_src *at;

	if (n <= s->cap)
		return true;
	if (cap < n)
		cap = n;
	at = realloc(s->at, cap * sizeof(*at));
	if (!at)
		return false;
	s->at = at;
	s->cap = cap;
	return true;
}

void mc_srcs_trim(struct mc_srcs *s)
{
	struct mc_src *at;

	if (!s->n) {
		mc_srcs_free(s);
	} else if (s->n < s->cap / 2) {
		at = realloc(s->at, s->n * sizeof(*at));
		if (at) {
			s->at = at;
			s->cap = s->n;
		}
	}
}

uint32_t mc_srcs_expire(struct mc_srcs *s, bool drop, mc_time now, mc_time *ret_next)
{
	uint32_t kept = 0, changed = 0;

	*ret_next = MC_NEVER;
	for (uint32_t i = 0; i < s->n; i++) {
		struct mc_src *at = &s->at[i];

		if (at->until > now) {
			*ret_next = at->until < *ret_next ? at->until : *ret_next;
		} else if (drop || at->until) {
			changed++;
			if (drop)
				continue;
			at->until = 0;
			at->left = 0;
		}
		s->at[kept++] = *at;
	}
	s->n = kept;
	return changed;
}
