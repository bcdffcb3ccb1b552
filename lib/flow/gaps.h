/*
 * gaps.h - runs of numbers that are missing: when, which, how many, and where they were lost as far as that
 * is known. What comes late after all is taken out again. The list holds the latest and counts the rest.
 */
#ifndef MC_GAPS_H
#define MC_GAPS_H

#include <mcast/base.h>

struct mc_gap {
	mc_time at;      /* arrival of what came behind it */
	uint64_t first;  /* the first number that is missing */
	uint64_t n;      /* numbers from there on that went missing */
	uint64_t missing; /* of them, still */
	uint64_t
		socket; /* of those, at most so many in the socket: its counter of drops went up just there */
};

struct mc_gaps {
	struct mc_gap *v; /* a ring of cap, a power of two, allocated with the first gap */
	uint32_t cap, first, n;
	uint32_t fresh; /* of them, of the latest session: these are in order of their numbers */
	uint32_t most;
	uint64_t total;   /* gaps ever, those that were filled too */
	uint64_t open;    /* of them, those with something missing: of those forgotten as of lost_socket */
	/* The sum of what was lost in the socket, by gaps forgotten too: of these it is not known any more
	 * which ones come late, so it may be too high where more gaps than are kept lie within the window
	 * of seq.h. */
	uint64_t lost_socket;
};

/* All zeros but for most (how many are kept, at most) is empty. Without memory gaps are counted only. */
void mc_gaps_free(struct mc_gaps *g);

/* mc_gaps_open: n numbers from first on are missing, less than 2^63 from any of the session's. They may lie
 * below others: the second datagram of a stream may be the first that was sent. dropped: as many may have
 * been lost in the socket. */
void mc_gaps_open(struct mc_gaps *g, mc_time at, uint64_t first, uint64_t n, uint64_t dropped);

/* mc_gaps_fill: one of them came after all. */
void mc_gaps_fill(struct mc_gaps *g, uint64_t seq);

/* mc_gaps_anew: numbers begin anew; gaps up to now are not filled any more. */
void mc_gaps_anew(struct mc_gaps *g);

/* mc_gaps_at gives gap i, the oldest kept first; NULL: there are no more. Those with nothing missing any more
 * are among them. */
const struct mc_gap *mc_gaps_at(const struct mc_gaps *g, uint32_t i);

#endif
