/*
 * roles.c - the roles of a node and their configurations. Whether a configuration is sound is known to the
 * roles alone: one is made, and freed again.
 */
#include "sim/roles.h"

/* A router that is never to send has no host role either, unless the script asks for one. */
bool mc_roles_member(const struct mc_sim_node *d)
{
	bool member = true, said = false, passive = false;

	for (uint32_t i = 0; i < d->options.n; i++) {
		const struct mc_sim_option *o = &d->options.list[i];

		if (o->id == MC_OPT_PASSIVE)
			passive = o->value;
		if (o->id != MC_OPT_MEMBER)
			continue;
		member = o->value;
		said = true;
	}
	return said ? member : !passive;
}

void mc_roles_declare(struct mc_roles *ret, const struct mc_sim *s, uint32_t node, uint8_t family)
{
	const struct mc_sim_node *d = mc_sim_node_of(s, node);
	struct mc_addr own = mc_sim_address(s, node, family);

	ret->has_router = d->role == MC_SIM_ROUTER;
	ret->has_host = mc_roles_member(d);
	mc_host_conf_init(&ret->host, family);
	ret->host.rfc3376 = s->rfc3376;
	mc_sim_host_conf(&ret->host, &d->options);
	ret->host.addr = own;
	if (!ret->has_router)
		return;
	mc_router_conf_init(&ret->router, family);
	ret->router.rfc3376 = s->rfc3376;
	mc_sim_router_conf(&ret->router, &d->options);
	ret->router.addr = own;
}

int mc_roles_try(const struct mc_roles *r)
{
	struct mc_host *host = NULL;
	struct mc_router *router = NULL;
	int err = 0;

	if (r->has_host)
		err = mc_host_new(&host, &r->host, 0);
	if (err == 0 && r->has_router)
		err = mc_router_new(&router, &r->router, 0);
	mc_host_free(host);
	mc_router_free(router);
	return err;
}

int mc_roles_change(struct mc_roles *r, const struct mc_sim_options *o)
{
	struct mc_roles after = *r;
	int err;

	if (r->has_host)
		mc_sim_host_conf(&after.host, o);
	if (r->has_router)
		mc_sim_router_conf(&after.router, o);
	err = mc_roles_try(&after);
	if (err == 0)
		*r = after;
	return err;
}
