/*
 * known_by.c - bridges, routes and senders as JSON. Keys are promised in mcast-groups(1).
 */
#include "groups/known_by.h"

#include "groups/flow.h"
#include "groups/who.h"
#include "out.h"

static json_t *text(const char *t)
{
	return json_string_nocheck(t);
}

static json_t *known_addr(const struct mc_addr *a)
{
	return mc_addr_is_unspecified(a) ? json_null() : out_addr(a);
}

static const char *name_of(const struct survey *s, uint32_t ifindex)
{
	return ifindex ? names_of(&s->names, ifindex) : NULL;
}

/* ---- bridges ------------------------------------------------------------------------------------ */

static json_t *querier_of(const struct survey *s, const struct mc_bridge_querier *q)
{
	json_t *o;

	if (!q->present)
		return json_null();
	o = json_object();
	out_put(o, "address", known_addr(&q->addr));
	out_put(o, "ifname", out_text(name_of(s, q->port)));
	return o;
}

static json_t *ports_of(const struct survey *s, uint32_t bridge)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->bridges.nports; i++) {
		const struct mc_bridge_port *p = &s->bridges.ports[i];
		json_t *o;

		if (p->bridge != bridge)
			continue;
		o = json_object();
		out_put_int(o, "ifindex", p->ifindex);
		out_put(o, "ifname", out_text(p->name));
		out_put(o, "state", text(flow_state(p->state)));
		out_put_bool(o, "flood", p->flood);
		out_put(o, "router", text(flow_router(p->router)));
		out_put_bool(o, "router_known", p->router_known);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *group_of(const struct survey *s, const struct mc_bridge_group *g)
{
	json_t *o = json_object();

	out_put(o, "group", out_addr(&g->group));
	out_put(o, "source", known_addr(&g->source));
	out_put(o, "ifname", out_text(name_of(s, g->port)));
	out_put_known(o, "vlan", g->vlan, g->vlan);
	out_put_bool(o, "permanent", g->permanent);
	out_put_bool(o, "blocked", g->blocked);
	out_put_bool(o, "listed", g->listed);
	out_put(o, "filter_mode", text(g->mode == MC_INCLUDE ? "include" : "exclude"));
	out_put(o, "expires", out_seconds(g->left ? g->left : MC_NEVER));
	return o;
}

static json_t *groups_of(const struct survey *s, const struct wanted *w, uint32_t bridge)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->bridges.ngroups; i++) {
		const struct mc_bridge_group *g = &s->bridges.groups[i];

		if (g->bridge == bridge && flow_group(w, &g->group, &g->source))
			json_array_append_new(list, group_of(s, g));
	}
	return list;
}

json_t *known_by_bridges(const struct survey *s, const struct wanted *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->bridges.n; i++) {
		const struct mc_bridge *b = &s->bridges.v[i];
		json_t *o = json_object();

		out_put_int(o, "ifindex", b->ifindex);
		out_put(o, "ifname", out_text(b->name));
		out_put_bool(o, "snooping", b->snooping);
		out_put_bool(o, "vlan_snooping", b->vlan_snooping);
		out_put_bool(o, "querier", b->querier);
		out_put(o, "router", text(flow_router(b->router)));
		out_put(o, "igmp_querier", querier_of(s, &b->known[0]));
		out_put(o, "mld_querier", querier_of(s, &b->known[1]));
		out_put(o, "ports", ports_of(s, b->ifindex));
		out_put(o, "groups", groups_of(s, w, b->ifindex));
		json_array_append_new(list, o);
	}
	return list;
}

/* ---- the forwarding cache ------------------------------------------------------------------------- */

static json_t *outs_of(const struct survey *s, const struct mc_mroute *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->nout; i++) {
		json_t *o = json_object();

		out_put(o, "ifname", out_text(name_of(s, r->out[i].ifindex)));
		out_put_int(o, "ttl", r->out[i].ttl);
		json_array_append_new(list, o);
	}
	return list;
}

json_t *known_by_routes(const struct survey *s, const struct wanted *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->mroutes.n; i++) {
		const struct mc_mroute *r = &s->mroutes.v[i];
		json_t *o;

		if (!flow_group(w, &r->group, &r->source))
			continue;
		o = json_object();
		out_put_int(o, "table", r->table);
		out_put(o, "group", known_addr(&r->group));
		out_put(o, "source", known_addr(&r->source));
		out_put(o, "in_ifname", out_text(name_of(s, r->in)));
		out_put(o, "out", outs_of(s, r));
		out_put_int(o, "packets", r->packets);
		out_put_int(o, "octets", r->octets);
		out_put_int(o, "wrong_interface", r->wrong);
		out_put(o, "idle", out_seconds(r->idle));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *known_by_vifs(const struct survey *s, const struct wanted *w)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->mroutes.nvifs; i++) {
		const struct mc_mroute_vif *v = &s->mroutes.vifs[i];
		json_t *o;

		if ((w->ipv4 && v->family == MC_IPV6) || (w->ipv6 && v->family == MC_IPV4))
			continue;
		o = json_object();
		out_put_int(o, "table", v->table);
		out_put(o, "family", text(v->family == MC_IPV6 ? "inet6" : "inet"));
		out_put_int(o, "number", v->number);
		out_put(o, "ifname", out_text(*v->name ? v->name : NULL));
		out_put(o, "kind", text(flow_vif(v)));
		out_put_int(o, "in_packets", v->in_packets);
		out_put_int(o, "in_octets", v->in_octets);
		out_put_int(o, "out_packets", v->out_packets);
		out_put_int(o, "out_octets", v->out_octets);
		json_array_append_new(list, o);
	}
	return list;
}

/* ---- senders ---------------------------------------------------------------------------------------- */

json_t *known_by_senders(const struct survey *s, const struct wanted *w, struct users *users)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->holders.nsockets; i++) {
		const struct mc_holder *h = &s->holders.sockets[i];
		int ttl = h->ttl[h->socket.peer.family == MC_IPV6];
		json_t *o;

		if (!flow_sender(w, h))
			continue;
		o = json_object();
		out_put_known(o, "pid", h->process, h->process ? h->process->pid : 0);
		out_put(o, "process", out_text(h->process ? h->process->name : NULL));
		out_put_int(o, "uid", who_uid(h));
		out_put(o, "user", out_text(users_name(users, who_uid(h))));
		out_put(o, "local_address", known_addr(&h->socket.local));
		out_put_known(o, "local_port", h->socket.port, h->socket.port);
		out_put(o, "group", out_addr(&h->socket.peer));
		out_put_int(o, "port", h->socket.peer_port);
		out_put_known(o, "ttl", !h->error && ttl >= 0, ttl);
		json_array_append_new(list, o);
	}
	return list;
}
