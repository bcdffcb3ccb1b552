/*
 * seq.h - what a stream of sequence numbers tells: new ones, duplicates, late ones.
 *
 * Numbers are 64-bit and begin anywhere. The last MC_SEQ_WINDOW are remembered one by one;
 * what is older than that cannot be told from a duplicate and is counted as old.
 */
#ifndef MC_SEQ_H
#define MC_SEQ_H

#include <mcast/base.h>

#define MC_SEQ_WINDOW 8192

enum mc_seq_is { MC_SEQ_NEW, MC_SEQ_REORDERED, MC_SEQ_DUPLICATE, MC_SEQ_OLD };

/* mc_seq_above tells whether a number is ahead of another: by their distance, less than half way round. */
static inline bool mc_seq_above(uint64_t seq, uint64_t other)
{
	return seq != other && seq - other <= INT64_MAX;
}

/* mc_seq_widen gives a number of some bits (1 to 64) as near to another one as it can be. */
static inline uint64_t mc_seq_widen(uint64_t seq, uint64_t near, uint8_t bits)
{
	unsigned spare = 64u - bits;

	return near + (uint64_t)((int64_t)((seq - near) << spare) >> spare);
}

/* All zeros is a stream of which nothing was seen. */
struct mc_seq {
	uint64_t first, highest; /* valid when received > 0 */
	uint64_t received;       /* distinct numbers */
	uint64_t reordered;      /* of them, came after a higher one */
	uint64_t duplicates;
	uint64_t old;
	uint64_t seen[MC_SEQ_WINDOW / 64];
};

/* mc_seq_note records one number and tells what it was. Constant time, but for a jump ahead. */
enum mc_seq_is mc_seq_note(struct mc_seq *s, uint64_t seq);

/* mc_seq_run records n numbers that follow on the highest (or begin the stream at seq), at once: as so many
 * calls of mc_seq_note, and much cheaper. */
void mc_seq_run(struct mc_seq *s, uint64_t seq, uint32_t n);

#endif
