/*
 * filter.h - the filters that sockets have set for one group, and the interface's filter made of them (RFC
 * 9776 3).
 */
#ifndef MC_FILTER_H
#define MC_FILTER_H

#include "engine/set.h"

struct mc_socket {
	uint32_t id;
	uint8_t mode; /* enum mc_mode */
	struct mc_set list;
};

/* A filter is empty, INCLUDE({}), when it is all zero. */
struct mc_filter {
	struct mc_socket *sockets;
	uint32_t n;
	uint8_t mode;
	struct mc_set list;
};

void mc_filter_free(struct mc_filter *f);

/* mc_filter_plan makes in *ret what becomes of old with that socket's filter: INCLUDE({}) ends it. Both share
 * the sockets' lists, s's too. Returns 0 or -ENOBUFS: more than max sources, or no memory. */
int mc_filter_plan(struct mc_filter *ret, const struct mc_filter *old, const struct mc_socket *s,
		   uint32_t max);

/* Of a plan and what it was made of one stays: mc_filter_drop gives up the plan and leaves s its list,
 * mc_filter_done frees what of old is not in the plan for the socket of that id. */
void mc_filter_drop(struct mc_filter *plan);
void mc_filter_done(struct mc_filter *old, uint32_t id);

#endif
