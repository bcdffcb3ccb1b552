/*
 * pair.h - one stream by two paths (SMPTE ST 2022-7): which numbers came by A, by B, by both, by neither, and
 * how far apart in time. A number that came by both is counted at once; any other is judged once it is older
 * than the window: until then either path may still bring it.
 *
 * Compared is what both paths could have brought. A receiver joins one path before the other, and stops at
 * some instant: what came by one path before the other's first number, and at the end what the slower path
 * was not due to bring yet, says nothing about the network and is counted apart. A path that brings its
 * first number more than a window after the other has lost all until then, and one that never does,
 * everything.
 */
#ifndef MC_PAIR_H
#define MC_PAIR_H

#include "flow/hist.h"

#define MC_PAIR_WINDOW 16384

struct mc_pair_slot {
	mc_time came[2]; /* 0: not yet */
};

struct mc_pair {
	struct mc_pair_slot *slot; /* MC_PAIR_WINDOW, allocated with the first */
	bool began;
	uint64_t highest, next;    /* next: the lowest number that was not judged yet */
	uint64_t start;            /* the lowest that is compared */
	bool seen[2];              /* the path brought something */
	uint64_t top[2];           /* and that is its highest number */
	mc_time latest;            /* arrival */
	uint64_t both, only[2], neither; /* of those judged */
	uint64_t a_first, b_first; /* of those that came by both */
	uint64_t late;             /* that came after they were judged */
	uint64_t apart;            /* that are not compared: see above */
	struct mc_hist difference; /* between the two, whichever was first */
	mc_time most[2];           /* the furthest that A was ahead of B, and B of A */
};

/* All zeros is empty. */
void mc_pair_free(struct mc_pair *p);

/* mc_pair_note: a number came by path 0 (A) or 1 (B). False: no memory. */
bool mc_pair_note(struct mc_pair *p, unsigned path, uint64_t seq, mc_time came);

/* mc_pair_end judges all that is left. mc_pair_reset forgets the numbers and keeps the sums: a new
 * session. */
void mc_pair_end(struct mc_pair *p);
void mc_pair_reset(struct mc_pair *p);

#endif
