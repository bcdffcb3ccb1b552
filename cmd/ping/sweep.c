/*
 * sweep.c - even steps over a range of sizes, then bisection between the largest size answered
 * and the smallest lost one. A size is answered when one of its datagrams was answered by every
 * responder known, and lost when none was and all its tries are late. It reads no clock and
 * sends nothing.
 */
#include "ping/sweep.h"

#include <string.h>

static void add_step(struct sweep *s, uint32_t bytes)
{
	s->step[s->n++] = (struct sweep_step){ .bytes = bytes };
}

void sweep_init(struct sweep *s, uint32_t from, uint32_t to, mc_time timeout, mc_time settle)
{
	uint32_t range = to - from, steps = range < SWEEP_STEPS - 1 ? range : SWEEP_STEPS - 1;

	memset(s, 0, sizeof *s);
	s->timeout = timeout;
	s->settle = settle;
	add_step(s, from);
	for (uint32_t i = 1; i <= steps; i++)
		add_step(s, from + (uint32_t)((uint64_t)range * i / steps));
}

static bool is_answered(const struct sweep_step *e, unsigned known)
{
	return e->most && e->most >= known;
}

/* A size not answered is tried again, though the reply may be on the way: waiting for it to be
 * late each time would take three times as long. */
static mc_time again_at(const struct sweep *s, const struct sweep_step *e)
{
	return e->tries ? e->last + s->timeout / 4 : 0;
}

uint32_t sweep_next(const struct sweep *s, unsigned known, mc_time now)
{
	const struct sweep_step *best = NULL;

	for (const struct sweep_step *e = s->step; e < s->step + s->n; e++)
		if (e->is == SWEEP_OPEN && e->tries < SWEEP_TRIES && !is_answered(e, known) &&
		    now >= again_at(s, e) && (!best || e->tries < best->tries))
			best = e;
	return best ? best->bytes : 0;
}

void sweep_sent(struct sweep *s, uint32_t bytes, uint64_t seq, mc_time now)
{
	for (struct sweep_step *e = s->step; e < s->step + s->n; e++)
		if (e->bytes == bytes && e->tries < SWEEP_TRIES) {
			e->seq[e->tries++] = seq;
			e->first = e->tries == 1 ? now : e->first;
			e->last = now;
			return;
		}
}

static void count_answer(struct sweep_step *e, unsigned try)
{
	if (++e->answers[try] > e->most)
		e->most = e->answers[try];
}

void sweep_answered(struct sweep *s, uint64_t seq)
{
	for (struct sweep_step *e = s->step; e < s->step + s->n; e++)
		for (unsigned i = 0; i < e->tries; i++)
			if (e->is == SWEEP_OPEN && e->seq[i] == seq)
				count_answer(e, i);
}

unsigned sweep_full(const struct sweep_step *e)
{
	unsigned full = 0;

	for (unsigned i = 0; i < e->tries; i++)
		full += e->answers[i] && e->answers[i] >= e->known;
	return full;
}

/* When an open size is decided if nothing more is heard; MC_NEVER where it needs more tries. */
static mc_time decided_at(const struct sweep *s, const struct sweep_step *e, unsigned known)
{
	if (e->tries && is_answered(e, known))
		return e->first + s->settle;
	return e->tries == SWEEP_TRIES ? e->last + s->timeout : MC_NEVER;
}

static void decide(struct sweep *s, struct sweep_step *e, unsigned known, mc_time now)
{
	if (e->is != SWEEP_OPEN || now < decided_at(s, e, known))
		return;
	e->is = is_answered(e, known) ? SWEEP_ANSWERED : SWEEP_LOST;
	e->known = known;
}

/* The smallest lost size above a size; NULL for none. */
static const struct sweep_step *lost_above(const struct sweep *s, uint32_t bytes)
{
	const struct sweep_step *found = NULL;

	for (const struct sweep_step *e = s->step; e < s->step + s->n; e++)
		if (e->is == SWEEP_LOST && e->bytes > bytes && (!found || e->bytes < found->bytes))
			found = e;
	return found;
}

/* The largest size answered below a size. */
static uint32_t answered_below(const struct sweep *s, uint32_t bytes)
{
	uint32_t found = 0;

	for (const struct sweep_step *e = s->step; e < s->step + s->n; e++)
		if (e->is == SWEEP_ANSWERED && e->bytes < bytes && e->bytes > found)
			found = e->bytes;
	return found;
}

uint32_t sweep_largest(const struct sweep *s)
{
	const struct sweep_step *lost = lost_above(s, 0);
	uint32_t below = answered_below(s, lost ? lost->bytes : UINT32_MAX);

	return below ? below : answered_below(s, UINT32_MAX);
}

uint32_t sweep_lost(const struct sweep *s)
{
	const struct sweep_step *lost = lost_above(s, sweep_largest(s));

	return lost ? lost->bytes : 0;
}

/* All sizes so far are decided: adds the one in the middle of what is left, or ends. */
static void halve(struct sweep *s)
{
	uint32_t low = sweep_largest(s), high = sweep_lost(s);

	if (low && high > low + 1 && s->n < SWEEP_MOST)
		add_step(s, low + (high - low) / 2);
	else
		s->done = true;
}

const struct sweep_step *sweep_verdict(struct sweep *s, unsigned known, mc_time now)
{
	for (unsigned i = s->shown; i < s->n; i++)
		decide(s, &s->step[i], known, now);
	if (s->shown < s->n && s->step[s->shown].is != SWEEP_OPEN)
		return &s->step[s->shown++];
	if (s->shown == s->n)
		halve(s);
	return NULL;
}

mc_time sweep_deadline(const struct sweep *s, unsigned known)
{
	mc_time first = MC_NEVER;

	for (const struct sweep_step *e = s->step; e < s->step + s->n; e++) {
		mc_time decided = decided_at(s, e, known);
		mc_time at = decided != MC_NEVER ? decided : again_at(s, e);

		if (e->is == SWEEP_OPEN && at < first)
			first = at;
	}
	return first;
}
