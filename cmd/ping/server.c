/*
 * server.c - the server of --ssmping and the group it is to answer in: what they may not be, and by which way
 * the one is reached and where the other is joined. It sends nothing.
 */
#include "ping/server.h"

#include <string.h>

#include "flow/mping.h"
#include "pick.h"
#include "route.h"

/* What the steps below work on. */
struct finding {
	const struct verb *v;
	const struct ping_conf *c;
	const struct mc_ifaces *ifs;
	struct where *w;
	struct ping_server *server;
	uint32_t zone; /* of a link-local server */
};

static int read_server(struct finding *f)
{
	const struct ping_conf *c = f->c;
	struct pick_host h;

	if (pick_host(f->v, f->ifs, "--ssmping", c->ssmping, &h))
		return EXIT_CANNOT;
	if (h.addr.family == MC_IPV4 ? c->ipv6 : c->ipv4)
		return opt_refuse(f->v, "--ssmping %s is IPv%d, and -%d was given (leave one out)",
				  c->ssmping, h.addr.family == MC_IPV4 ? 4 : 6,
				  h.addr.family == MC_IPV4 ? 6 : 4);
	f->server->addr = h.addr;
	f->server->port = (uint16_t)(h.port < 0 ? MC_MPING_PORT : h.port);
	f->zone = h.ifindex;
	return 0;
}

static int check_group(const struct finding *f, const char *text)
{
	const struct mc_target *t = &f->w->target;

	if (t->group.family != f->server->addr.family)
		return opt_refuse(f->v, "%s: it is not of the family of the server %s", text, f->c->ssmping);
	if (t->count > 1)
		return opt_refuse(f->v, "%s: a server answers in one group (leave +%u out)", text, t->count);
	if (t->port >= 0)
		return opt_refuse(f->v, "%s: the port is the server's (--ssmping SERVER:PORT)", text);
	if (t->source.family)
		return opt_refuse(f->v, "%s: the source is the server (leave what is before the @ out)",
				  text);
	return 0;
}

static int read_group(struct finding *f, const char *text)
{
	struct mc_target *t = &f->w->target;

	if (text)
		return pick_target(f->v, text, t) ? EXIT_CANNOT : check_group(f, text);
	mc_target_init(t);
	return mc_addr_parse(&t->group,
			     f->server->addr.family == MC_IPV4 ? MC_MPING_GROUP4 : MC_MPING_GROUP6);
}

/* -I and %IFACE: where the group is joined, and requests leave. */
static int read_iface(struct finding *f)
{
	const struct mc_target *t = &f->w->target;
	const char *name = t->ifname[0] ? t->ifname : f->c->iface;
	struct pick p = { 0 };

	if (!name)
		return 0;
	if (t->ifname[0] && f->c->iface)
		return opt_refuse(f->v, "-I %s: the target names %s (leave one out)", f->c->iface, t->ifname);
	if (pick_iface(f->v, f->ifs, name, NULL, &p))
		return EXIT_CANNOT;
	if (p.source.family && p.source.family != f->server->addr.family)
		return opt_refuse(f->v, "-I %s: it is not of the family of the server %s", name,
				  f->c->ssmping);
	f->w->bind = p.source;
	f->w->ifindex = p.iface->index;
	return 0;
}

/* By which way requests leave, and so where the group is joined where that was not said. */
static int find_route(struct finding *f)
{
	struct where *w = f->w;
	struct ping_server *s = f->server;

	s->ifindex = f->zone ? f->zone : w->ifindex;
	int r = route_source(&s->addr, s->port, s->ifindex, &w->bind, &w->source);
	const struct mc_iface *by = s->ifindex ? mc_ifaces_index(f->ifs, s->ifindex) :
						 route_iface(f->ifs, &w->source);

	if (r)
		return opt_refuse(f->v, "cannot send to the server %s: %s (see ip route)", f->c->ssmping,
				  mc_strerror(r));
	if (by && by->loopback && !mc_addr_is_loopback(&s->addr))
		by = NULL; /* a server of this machine's own addresses */
	s->join = w->ifindex ? w->ifindex : by ? by->index : 0;
	if (by)
		memcpy(w->ifname, by->name, sizeof w->ifname);
	w->loopback = by && by->loopback;
	return 0;
}

static int find(struct finding *f, const char *text)
{
	int r = read_server(f);

	if (!r)
		r = read_group(f, text);
	if (!r)
		r = read_iface(f);
	if (!r)
		r = find_route(f);
	f->w->port = f->server->port;
	return r;
}

int ping_server_find(const struct verb *v, const struct ping_conf *c, const char *text,
		     struct where *ret_where, struct ping_server *ret)
{
	struct mc_ifaces *ifs = NULL;
	int r = mc_ifaces_new(&ifs, false);

	if (r)
		return opt_refuse(v, "cannot list the interfaces: %s", mc_strerror(r));
	*ret_where = (struct where){ 0 };
	*ret = (struct ping_server){ 0 };
	struct finding f = { .v = v, .c = c, .ifs = ifs, .w = ret_where, .server = ret };

	pick_list(ifs, ret_where->others, sizeof ret_where->others);
	r = find(&f, text);
	mc_ifaces_free(ifs);
	return r;
}
