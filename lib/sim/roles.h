/*
 * roles.h - the roles of a node and their configurations, as a script declares them and changes them. It does
 * not know whether they run.
 */
#ifndef MC_ROLES_H
#define MC_ROLES_H

#include "sim/script.h"

struct mc_roles {
	struct mc_host_conf host;
	struct mc_router_conf router;
	bool has_host, has_router;
};

/* mc_roles_member tells whether a node has a host role. */
bool mc_roles_member(const struct mc_sim_node *d);

/* mc_roles_declare gives what node number `node` begins with. */
void mc_roles_declare(struct mc_roles *ret, const struct mc_sim *s, uint32_t node, uint8_t family);

/* mc_roles_change applies options to the roles that are there. Returns 0, or with nothing changed
 * MC_ERR_CONF (a role would refuse it) or -ENOMEM. */
int mc_roles_change(struct mc_roles *r, const struct mc_sim_options *o);

/* mc_roles_try makes the roles and frees them again. Returns 0, MC_ERR_CONF or -ENOMEM. */
int mc_roles_try(const struct mc_roles *r);

#endif
