/*
 * cast.c - nodes of a script as nodes of a link: options become configurations, names become addresses.
 */
#include "sim/cast.h"

#include <errno.h>

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

mc_time mc_cast_start_time(const struct mc_sim_node *d)
{
	mc_time start = 0;

	for (uint32_t i = 0; i < d->options.n; i++)
		if (d->options.list[i].id == MC_OPT_START)
			start = d->options.list[i].value;
	return start;
}

/* ---- configurations --------------------------------------------------------------------------- */

struct roles {
	struct mc_host_conf host;
	struct mc_router_conf router;
	bool has_host, has_router;
};

/* A router that is never to send has no host role either, unless the script asks for one. */
static bool is_member(const struct mc_sim_node *d)
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

static void declare(const struct mc_cast *c, const struct mc_sim_node *d, uint32_t node, struct roles *ret)
{
	struct mc_addr own = mc_sim_address(c->script, node, c->proto->family);

	ret->has_router = d->role == MC_SIM_ROUTER;
	ret->has_host = is_member(d);
	mc_host_conf_init(&ret->host, c->proto->family);
	ret->host.rfc3376 = c->script->rfc3376;
	mc_sim_host_conf(&ret->host, &d->options);
	ret->host.addr = own;
	if (!ret->has_router)
		return;
	mc_router_conf_init(&ret->router, c->proto->family);
	ret->router.rfc3376 = c->script->rfc3376;
	mc_sim_router_conf(&ret->router, &d->options);
	ret->router.addr = own;
}

static void change(struct roles *r, const struct mc_sim_options *o)
{
	if (r->has_host)
		mc_sim_host_conf(&r->host, o);
	if (r->has_router)
		mc_sim_router_conf(&r->router, o);
}

int mc_cast_start(const struct mc_cast *c, uint32_t node, uint32_t n_events)
{
	const struct mc_sim_node *d = mc_sim_node_of(c->script, node);
	struct roles r;

	declare(c, d, node, &r);
	for (uint32_t i = 0; i < n_events; i++) {
		const struct mc_sim_event *e = &c->script->events[i];

		if (e->verb == MC_DO_SET && mc_cast_has(c, e->families) && mc_sim_covers(&e->who, node))
			change(&r, &e->options);
	}
	return mc_lan_start(c->lan, node, r.has_host ? &r.host : NULL, r.has_router ? &r.router : NULL);
}

int mc_cast_set(const struct mc_cast *c, uint32_t node, const struct mc_sim_options *o)
{
	struct mc_host *host = mc_lan_host(c->lan, node);
	struct mc_router *router = mc_lan_router(c->lan, node);
	struct roles r = { .has_host = host != NULL, .has_router = router != NULL };
	int err = 0;

	if (host)
		r.host = *mc_host_configured(host);
	if (router)
		r.router = *mc_router_configured(router);
	change(&r, o);
	set_loss(c, node, o);
	if (host)
		err = mc_host_configure(host, &r.host, mc_lan_now(c->lan));
	if (router && err == 0)
		err = mc_router_configure(router, &r.router, mc_lan_now(c->lan));
	return err;
}
