/*
 * cast.c - nodes of a script as nodes of a link: options become configurations, names become addresses.
 */
#include "sim/cast.h"

#include <errno.h>

#include "sim/roles.h"

/* ---- addresses -------------------------------------------------------------------------------- */

bool mc_cast_is_router(const struct mc_cast *c, uint32_t node)
{
	return node && mc_sim_node_of(c->script, node)->role == MC_SIM_ROUTER;
}

struct mc_addr mc_cast_own(const struct mc_cast *c, uint32_t node)
{
	const struct mc_router *r = mc_lan_router(c->lan, node);
	const struct mc_host *h = mc_lan_host(c->lan, node);

	if (r)
		return mc_router_configured(r)->addr;
	if (h)
		return mc_host_configured(h)->addr;
	return mc_sim_address(c->script, node, c->proto->family);
}

struct mc_addr mc_cast_addr(const struct mc_cast *c, const struct mc_sim_name *name)
{
	return name->node ? mc_cast_own(c, name->node) : name->addr[c->side];
}

uint32_t mc_cast_find(const struct mc_cast *c, const struct mc_sim_set *set, const struct mc_addr *a,
		      uint32_t *next)
{
	for (uint32_t i = 0, at = *next; i < set->n; i++, at++) {
		struct mc_addr b;

		if (at >= set->n)
			at = 0;
		b = mc_cast_addr(c, &set->list[at]);
		if (mc_addr_cmp(a, &b) != 0)
			continue;
		*next = at + 1;
		return at;
	}
	return set->n;
}

/* ---- the link's nodes ------------------------------------------------------------------------- */

static void set_loss(const struct mc_cast *c, uint32_t node, const struct mc_sim_options *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->list[i].id == MC_OPT_LOSS)
			mc_lan_set_loss(c->lan, node, o->list[i].fraction);
}

int mc_cast_fill(const struct mc_cast *c)
{
	for (uint32_t i = 0; i < c->script->n_nodes; i++) {
		const struct mc_sim_node *d = &c->script->nodes[i];

		for (uint32_t k = 0; k < d->count; k++) {
			if (mc_lan_add(c->lan) < 0)
				return -ENOMEM;
			set_loss(c, d->first + k, &d->options);
		}
	}
	return 0;
}

/* ---- configurations --------------------------------------------------------------------------- */

/* What a node is configured to: as it was declared, and what was set since, but for what was refused. */
static int configured(const struct mc_cast *c, uint32_t node, uint32_t n_events, struct mc_roles *ret)
{
	int err = 0;

	mc_roles_declare(ret, c->script, node, c->proto->family);
	for (uint32_t i = 0; err != -ENOMEM && i < n_events; i++) {
		const struct mc_sim_event *e = &c->script->events[i];

		if (e->verb == MC_DO_SET && mc_cast_has(c, e->families) && mc_sim_covers(&e->who, node))
			err = mc_roles_change(ret, &e->options);
	}
	return err == -ENOMEM ? err : 0;
}

int mc_cast_start(const struct mc_cast *c, uint32_t node, uint32_t n_events)
{
	struct mc_roles r;
	int err = configured(c, node, n_events, &r);

	if (err)
		return err;
	return mc_lan_start(c->lan, node, r.has_host ? &r.host : NULL, r.has_router ? &r.router : NULL);
}

static int configure(const struct mc_cast *c, uint32_t node, const struct mc_roles *r)
{
	struct mc_host *host = mc_lan_host(c->lan, node);
	struct mc_router *router = mc_lan_router(c->lan, node);
	int err = host ? mc_host_configure(host, &r->host, mc_lan_now(c->lan)) : 0;

	if (router && err == 0)
		err = mc_router_configure(router, &r->router, mc_lan_now(c->lan));
	return err;
}

int mc_cast_set(const struct mc_cast *c, uint32_t node, const struct mc_sim_event *e)
{
	const struct mc_host *host = mc_lan_host(c->lan, node);
	const struct mc_router *router = mc_lan_router(c->lan, node);
	struct mc_roles r = { .has_host = host != NULL, .has_router = router != NULL };
	int err = 0;

	if (host)
		r.host = *mc_host_configured(host);
	if (router)
		r.router = *mc_router_configured(router);
	if (!host && !router)
		err = configured(c, node, (uint32_t)(e - c->script->events), &r);
	if (err == 0)
		err = mc_roles_change(&r, &e->options);
	if (err == 0)
		err = configure(c, node, &r);
	if (err == 0)
		set_loss(c, node, &e->options);
	return err;
}
