/*
 * plan.h - which host wants which groups, by arithmetic: the groups of all targets stand in a row, numbered
 * from 0, and host number n, counted from 0, too, wants `each` of them from n * each on, in a circle.
 */
#ifndef HOST_PLAN_H
#define HOST_PLAN_H

#include "host/conf.h"

/* What is wanted of a run of groups. */
struct want {
	struct mc_addr group; /* the first */
	uint64_t count, first; /* how many; the number of the first */
	struct mc_addr *sources;
	size_t n;
	enum mc_mode mode;
};

struct plan {
	struct want *wants;
	size_t n;
	uint64_t groups, each; /* of all targets; that a host wants */
	uint32_t hosts;
};

/* plan_make reads targets (ifname and port are not its business). 0, or EXIT_CANNOT after having said why. */
int plan_make(struct plan *ret, const struct verb *v, const struct host_conf *c,
	      const struct mc_target *targets, size_t n);
void plan_free(struct plan *p);

/* plan_number gives the number of group i (below each) of a host; plan_at what is wanted of a number, and its
 * group. */
uint64_t plan_number(const struct plan *p, uint32_t host, uint64_t i);
const struct want *plan_at(const struct plan *p, uint64_t number, struct mc_addr *ret_group);

/* plan_find finds the number of a group; false: no target has it. */
bool plan_find(const struct plan *p, const struct mc_addr *group, uint64_t *ret);

/* plan_member gives the hosts that want a number, one after the other, *pos being that number for the
 * first. False: there are no more. */
bool plan_member(const struct plan *p, uint64_t *pos, uint32_t *ret_host);

/* plan_has tells whether a host wants a number. */
bool plan_has(const struct plan *p, uint32_t host, uint64_t number);

/* plan_ssm tells whether a source-specific group is among these, and which. */
bool plan_ssm(const struct mc_addr *first, uint64_t count, struct mc_addr *ret);

bool plan_has_family(const struct plan *p, uint8_t family);

#endif
