/*
 * pair.c - two paths compared number by number, in a ring of the last MC_PAIR_WINDOW. Numbers are compared by
 * their distance, modulo 2^64, as in seq.c. It knows no datagram and no clock.
 *
 * What lies outside of next to highest is empty in the ring.
 */
#include "flow/pair.h"

#include <stdlib.h>
#include <string.h>

#include "flow/seq.h"

static struct mc_pair_slot *slot_of(struct mc_pair *p, uint64_t seq)
{
	return &p->slot[seq % MC_PAIR_WINDOW];
}

void mc_pair_free(struct mc_pair *p)
{
	free(p->slot);
	p->slot = NULL;
	mc_pair_reset(p);
}

void mc_pair_reset(struct mc_pair *p)
{
	if (p->slot)
		memset(p->slot, 0, MC_PAIR_WINDOW * sizeof(*p->slot));
	p->began = p->seen[0] = p->seen[1] = false;
}

/* What came by both was counted when it did. */
static void judge_next(struct mc_pair *p)
{
	struct mc_pair_slot *s = slot_of(p, p->next++);

	p->only[0] += s->came[0] && !s->came[1];
	p->only[1] += s->came[1] && !s->came[0];
	p->neither += !s->came[0] && !s->came[1];
	*s = (struct mc_pair_slot){ 0 };
}

static void drop_next(struct mc_pair *p)
{
	struct mc_pair_slot *s = slot_of(p, p->next++);

	p->apart += s->came[0] || s->came[1];
	*s = (struct mc_pair_slot){ 0 };
}

/* Moves the window so that it holds seq; behind the highest nothing came by either. */
static void advance(struct mc_pair *p, uint64_t seq)
{
	uint64_t beyond;

	while (seq - p->next >= MC_PAIR_WINDOW && !mc_seq_above(p->next, p->highest))
		judge_next(p);
	beyond = seq - p->next;
	if (beyond >= MC_PAIR_WINDOW) {
		beyond -= MC_PAIR_WINDOW - 1;
		p->neither += beyond;
		p->next += beyond;
	}
	p->highest = seq;
}

/* The first number of a path. Where it is the second to begin, and in time, the comparison starts there. */
static void meet(struct mc_pair *p, unsigned path, uint64_t seq)
{
	p->seen[path] = true;
	p->top[path] = seq;
	if (!p->began) {
		p->began = true;
		p->highest = p->next = p->start = seq;
		return;
	}
	if (p->next != p->start || seq - p->next >= MC_PAIR_WINDOW)
		return;
	while (mc_seq_above(seq, p->next))
		drop_next(p);
	p->start = p->next;
}

static void count_both(struct mc_pair *p, const struct mc_pair_slot *s)
{
	unsigned first = s->came[1] < s->came[0];
	mc_time apart = s->came[!first] - s->came[first];

	p->both++;
	mc_hist_add(&p->difference, apart);
	if (apart == 0)
		return;
	*(first ? &p->b_first : &p->a_first) += 1;
	if (apart > p->most[first])
		p->most[first] = apart;
}

static void record(struct mc_pair *p, unsigned path, uint64_t seq, mc_time came)
{
	struct mc_pair_slot *s = slot_of(p, seq);

	if (s->came[path])
		return; /* once more by the same path */
	s->came[path] = came ? came : 1;
	if (s->came[!path])
		count_both(p, s);
}

bool mc_pair_note(struct mc_pair *p, unsigned path, uint64_t seq, mc_time came)
{
	if (!p->slot)
		p->slot = calloc(MC_PAIR_WINDOW, sizeof(*p->slot));
	if (!p->slot)
		return false;
	if (!p->seen[path])
		meet(p, path, seq);
	if (mc_seq_above(seq, p->top[path]))
		p->top[path] = seq;
	if (came > p->latest)
		p->latest = came;
	if (mc_seq_above(p->next, seq)) {
		*(mc_seq_above(p->start, seq) ? &p->apart : &p->late) += 1;
		return true;
	}
	if (mc_seq_above(seq, p->highest))
		advance(p, seq);
	record(p, path, seq, came);
	return true;
}

/* Where the end begins: behind the last number of the slower path, from what came by the faster one so
 * recently that the slower may have been that far behind before. */
static uint64_t find_end(struct mc_pair *p)
{
	unsigned fast = mc_seq_above(p->top[1], p->top[0]);
	uint64_t seq = p->top[!fast] + 1;
	const struct mc_pair_slot *s;

	if (!p->seen[0] || !p->seen[1])
		return p->highest + 1;
	if (mc_seq_above(p->next, seq))
		seq = p->next;
	for (; !mc_seq_above(seq, p->highest); seq++) {
		s = slot_of(p, seq);
		if (s->came[fast] && p->latest - s->came[fast] < p->most[fast])
			break;
	}
	return seq;
}

void mc_pair_end(struct mc_pair *p)
{
	uint64_t end;

	if (!p->began)
		return;
	end = find_end(p);
	while (mc_seq_above(end, p->next))
		judge_next(p);
	while (!mc_seq_above(p->next, p->highest))
		drop_next(p);
}
