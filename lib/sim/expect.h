/*
 * expect.h - what nodes are to send, and when: the lines of a script that are open at a time, and which
 * packet each of them was met by. No packet is kept.
 */
#ifndef MC_EXPECT_H
#define MC_EXPECT_H

#include "sim/cast.h"
#include "sim/verdict.h"

#define MC_EXPECT_SLACK MC_MSEC /* times are compared to the millisecond */

struct mc_expect_line;

struct mc_expect {
	const struct mc_cast *cast;
	struct mc_verdict *verdict;
	struct mc_expect_line *lines; /* open, in the order of the script */
	size_t n_lines;
	const struct mc_sim_event **silent; /* in force, or over */
	size_t n_silent;
	bool draws;     /* some line says how long delays are */
	bool *asks;     /* by declaration: the script says when it sends general queries */
	uint32_t ahead; /* events before this one are open, or were */
	const struct mc_sim_event *met; /* by the packet that is on its way now */
	mc_time met_at;
	bool failed; /* there was no memory */
};

/* mc_expect_begin returns 0 or -ENOMEM; mc_expect_free may be called in any case. */
int mc_expect_begin(struct mc_expect *x, const struct mc_cast *cast, struct mc_verdict *verdict);
void mc_expect_free(struct mc_expect *x);

/* mc_expect_advance opens and closes lines as time goes on; what was not met by then differs.
 * mc_expect_end does so with all that are to be seen up to `end`. */
void mc_expect_advance(struct mc_expect *x, mc_time now);
void mc_expect_end(struct mc_expect *x, mc_time end);

/* mc_expect_silent begins a time of silence. */
void mc_expect_silent(struct mc_expect *x, const struct mc_sim_event *e);

/* mc_expect_sent compares a packet as it is sent; returned is who is not to receive it, as
 * mc_lan_hooks.sent. */
uint32_t mc_expect_sent(struct mc_expect *x, const struct mc_lan_packet *p);

/* mc_expect_draw gives the fraction of a delay that a node draws now, by the line that was met by the
 * packet that is on its way (met), or by one that the node is about to meet. False: no line says.
 * mc_expect_forget: that packet is dealt with. */
bool mc_expect_draw(struct mc_expect *x, uint32_t node, bool met, mc_time now, double *ret);
void mc_expect_forget(struct mc_expect *x);

/* mc_fraction takes fraction number *at of a list, the last for all that follow. */
static inline double mc_fraction(const struct mc_sim_fractions *f, uint32_t *at)
{
	return f->list[*at < f->n - 1 ? (*at)++ : f->n - 1];
}

#endif
