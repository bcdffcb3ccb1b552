/*
 * tally.h - what roles have told that nothing else keeps: warnings, and what a router said last of a
 * group. Only what some state of the script asks for is noted.
 */
#ifndef MC_TALLY_H
#define MC_TALLY_H

#include "sim/cast.h"

enum { MC_TOLD_NO = 0, MC_TOLD_YES = 1, MC_TOLD_NEVER = 2 };

struct mc_tally_group {
	uint32_t node;
	struct mc_addr group;
	uint8_t told;
};

struct mc_tally_node {
	uint32_t node;
	bool host; /* of its host role */
	uint32_t warned[MC_WARNINGS];
};

struct mc_tally {
	struct mc_tally_group *groups;
	struct mc_tally_node *nodes;
	size_t n_groups, n_nodes;
};

/* mc_tally_begin returns 0 or -ENOMEM; mc_tally_free may be called in any case. */
int mc_tally_begin(struct mc_tally *t, const struct mc_cast *c);
void mc_tally_free(struct mc_tally *t);

void mc_tally_note(struct mc_tally *t, uint32_t node, bool host, const struct mc_action *a);
void mc_tally_forget(struct mc_tally *t, uint32_t node); /* it is switched on anew */

uint8_t mc_tally_told(const struct mc_tally *t, uint32_t node, const struct mc_addr *group);
uint32_t mc_tally_warned(const struct mc_tally *t, uint32_t node, bool host, unsigned which);

#endif
