/*
 * seq.c - sequence numbers noted in a ring of bits, one for each of the last MC_SEQ_WINDOW
 * numbers. Numbers are compared by their distance, modulo 2^64, so a stream may pass the top
 * of the type. It knows no datagram and no time.
 */
#include "flow/seq.h"

#include <string.h>

static void mark(struct mc_seq *s, uint64_t seq)
{
	s->seen[seq % MC_SEQ_WINDOW / 64] |= UINT64_C(1) << seq % 64;
}

static bool marked(const struct mc_seq *s, uint64_t seq)
{
	return s->seen[seq % MC_SEQ_WINDOW / 64] >> seq % 64 & 1;
}

/* Makes n numbers from seq on seen or unseen, word by word. */
static void paint(struct mc_seq *s, uint64_t seq, uint64_t n, bool seen)
{
	while (n) {
		unsigned bit = seq % 64;
		uint64_t most = 64 - bit, some = n < most ? n : most;
		uint64_t mask = UINT64_MAX >> (64 - some) << bit;
		uint64_t *word = &s->seen[seq % MC_SEQ_WINDOW / 64];

		*word = seen ? *word | mask : *word & ~mask;
		seq += some;
		n -= some;
	}
}

/* Moves the window so that it ends ahead numbers further, those unseen. */
static void advance(struct mc_seq *s, uint64_t ahead)
{
	if (ahead >= MC_SEQ_WINDOW)
		memset(s->seen, 0, sizeof(s->seen));
	else
		paint(s, s->highest + 1, ahead, false);
	s->highest += ahead;
}

static enum mc_seq_is note_behind(struct mc_seq *s, uint64_t seq)
{
	uint64_t behind = s->highest - seq;

	if (behind >= MC_SEQ_WINDOW) {
		s->old++;
		return MC_SEQ_OLD;
	}
	if (marked(s, seq)) {
		s->duplicates++;
		return MC_SEQ_DUPLICATE;
	}
	/* The stream began with what overtook this one: first is the lowest that counts, and
	 * highest - first + 1 is never less than received. */
	if (behind > s->highest - s->first)
		s->first = seq;
	mark(s, seq);
	s->received++;
	s->reordered++;
	return MC_SEQ_REORDERED;
}

enum mc_seq_is mc_seq_note(struct mc_seq *s, uint64_t seq)
{
	uint64_t ahead = seq - s->highest;

	if (s->received == 0)
		s->first = s->highest = seq;
	else if (ahead == 0 || ahead > INT64_MAX)
		return note_behind(s, seq);
	else
		advance(s, ahead);
	mark(s, seq);
	s->received++;
	return MC_SEQ_NEW;
}

void mc_seq_run(struct mc_seq *s, uint64_t seq, uint32_t n)
{
	if (n == 0)
		return;
	if (s->received == 0)
		s->first = seq;
	if (n >= MC_SEQ_WINDOW)
		memset(s->seen, 0xff, sizeof(s->seen));
	else
		paint(s, seq, n, true);
	s->highest = seq + n - 1;
	s->received += n;
}
