/*
 * flows.c - from targets, ports and interfaces to streams and sockets. Nothing is sent here.
 *
 * A few streams have a connected socket each, which saves a look at the route for every datagram; many share
 * one. All of one family, interface and source address leave from one port, so that who receives a thousand
 * of them has one sender to ask for its clock.
 */
#include "send/flows.h"

#include <errno.h>
#include <mcast/sock.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "net/sockaddr.h"
#include "pick.h"
#include "targets.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define MOST_STREAMS (1 << 20)
#define MOST_CONNECTED 64

/* What the steps of finding work on. */
struct finding {
	const struct verb *v;
	const struct send_conf *c;
	struct mc_ifaces *ifs;
	struct flows *f;
	struct mc_target *targets;
	size_t ntargets;
	size_t from; /* the first of a target's wheres */
};

/* ---- targets -------------------------------------------------------------------------- */

static int read_targets(struct finding *g, int n, char **words)
{
	const struct send_conf *c = g->c;
	int r = 0;

	for (int i = 0; i < n && !r; i++)
		r = targets_add(g->v, words[i], &g->targets, &g->ntargets);
	if (!r && c->targets)
		r = targets_read(g->v, c->targets, &g->targets, &g->ntargets);
	if (!r && !g->ntargets)
		r = targets_add(g->v, c->ipv6 ? "[" PICK_GROUP6 "]" : PICK_GROUP4, &g->targets, &g->ntargets);
	return r ? r : targets_one_family(g->v, c->ipv4, c->ipv6, g->targets, g->ntargets);
}

static int settle_port(const struct finding *g, struct mc_target *t)
{
	char name[MC_TARGET_STRLEN];

	mc_target_format(t, name, sizeof name);
	if (t->port == 0)
		return opt_refuse(
			g->v, "%s: nothing can be sent to port 0 (give the port of those who receive)", name);
	if (t->port > 0 && g->c->ports.from)
		return opt_refuse(g->v, "%s: --ports says which ports (leave :%d out)", name, t->port);
	if (t->port < 0)
		t->port = g->c->ports.from ? (int32_t)g->c->ports.from : PICK_TRAFFIC_PORT;
	return 0;
}

/* ---- interfaces ----------------------------------------------------------------------- */

/* An interface that is named twice: by its name and its index, or as one of all. */
static bool is_there(const struct finding *g, const struct where *w)
{
	for (size_t i = g->from; i < g->f->nwheres; i++)
		if (g->f->wheres[i].ifindex == w->ifindex && !mc_addr_cmp(&g->f->wheres[i].bind, &w->bind))
			return true;
	return false;
}

static int add_where(struct finding *g, const struct mc_target *t, const char *iface)
{
	struct where w, *slot;
	int r = where_find(g->v, g->ifs, t, iface, &w);

	if (r || is_there(g, &w))
		return r;
	slot = mc_grow(&g->f->wheres, &g->f->nwheres, sizeof *slot);
	if (!slot)
		return opt_refuse(g->v, "cannot start: %s", mc_strerror(-ENOMEM));
	*slot = w;
	return 0;
}

static bool has_family(const struct mc_iface *i, uint8_t family)
{
	for (size_t k = 0; k < i->naddrs; k++)
		if (i->addrs[k].addr.family == family)
			return true;
	return false;
}

/* By every interface that is up and can multicast, but loopback, and that has something to send from. */
static int add_all(struct finding *g, const struct mc_target *t)
{
	bool any = false;
	int r = 0;

	for (const struct mc_iface *i = NULL; !r && (i = mc_ifaces_next(g->ifs, i));)
		if (i->up && i->multicast && !i->loopback && has_family(i, t->group.family)) {
			any = true;
			r = add_where(g, t, i->name);
		}
	if (!any)
		r = opt_refuse(g->v,
			       "-I all: no interface is up that can multicast and has an IPv%d address "
			       "(see ip address)",
			       t->group.family);
	return r;
}

static int add_target(struct finding *g, struct mc_target *t)
{
	const struct send_conf *c = g->c;
	int r = settle_port(g, t);

	g->from = g->f->nwheres;
	if (!r && !c->ifaces.n)
		return add_where(g, t, NULL);
	for (size_t i = 0; i < c->ifaces.n && !r; i++)
		if (!strcmp(c->ifaces.v[i], "all"))
			r = add_all(g, t);
		else
			r = add_where(g, t, c->ifaces.v[i]);
	return r;
}

/* ---- streams -------------------------------------------------------------------------- */

static void note_room(struct finding *g, const struct where *w)
{
	const struct mc_iface *i = w->ifname[0] ? mc_ifaces_name(g->ifs, w->ifname) : NULL;
	uint32_t headers = w->target.group.family == MC_IPV6 ? 48 : 28;

	if (i && i->mtu > headers && (!g->f->room || i->mtu - headers < g->f->room))
		g->f->room = i->mtu - headers;
}

static int count_streams(struct finding *g)
{
	uint64_t n = 0;

	g->f->ports = g->c->ports.from ? g->c->ports.to - g->c->ports.from + 1 : 1;
	for (size_t i = 0; i < g->f->nwheres; i++) {
		n += (uint64_t)g->f->wheres[i].target.count * g->f->ports;
		note_room(g, &g->f->wheres[i]);
	}
	if (n > MOST_STREAMS)
		return opt_refuse(g->v, "%llu streams are too many: at most %d (fewer groups or ports)",
				  (unsigned long long)n, MOST_STREAMS);
	g->f->v = calloc(n + 1, sizeof *g->f->v);
	return g->f->v ? 0 : opt_refuse(g->v, "cannot start: %s", mc_strerror(-ENOMEM));
}

/* The streams of one target by one interface; each has its socket address. */
static void add_streams(struct flows *f, uint32_t where)
{
	const struct where *w = &f->wheres[where];
	struct mc_addr group = w->target.group;

	for (uint32_t k = 0; k < w->target.count; k++) {
		for (uint32_t p = 0; p < f->ports; p++) {
			struct flow *flow = &f->v[f->n++];
			struct sockaddr_storage sa;

			*flow = (struct flow){ .fd = -1, .where = where };
			flow->tolen = mc_sa_put(&sa, &group, (uint16_t)(w->port + p), w->ifindex);
			memcpy(&flow->to, &sa, flow->tolen);
		}
		(void)mc_addr_add(&group, 1); /* target.count was checked with the target */
	}
}

/* The outlet of a target, made where there is none yet; NULL: no memory. */
static struct outlet *outlet_of(struct flows *f, const struct where *w)
{
	for (size_t i = 0; i < f->noutlets; i++) {
		struct outlet *o = &f->outlets[i];

		if (o->ifindex == w->ifindex && o->family == w->target.group.family &&
		    mc_addr_cmp(&o->bind, &w->bind) == 0)
			return o;
	}
	struct outlet *o = mc_grow(&f->outlets, &f->noutlets, sizeof *o);

	if (o)
		*o = (struct outlet){ .fd = -1,
				      .out = -1,
				      .family = w->target.group.family,
				      .ifindex = w->ifindex,
				      .bind = w->bind };
	return o;
}

/* Streams of one outlet are neighbours, in the order of their targets. */
static int make_streams(struct finding *g)
{
	struct flows *f = g->f;

	for (size_t i = 0; i < f->nwheres; i++)
		if (!outlet_of(f, &f->wheres[i]))
			return opt_refuse(g->v, "cannot start: %s", mc_strerror(-ENOMEM));
	for (size_t o = 0; o < f->noutlets; o++) {
		f->outlets[o].from = f->n;
		for (size_t i = 0; i < f->nwheres; i++)
			if (outlet_of(f, &f->wheres[i]) == &f->outlets[o])
				add_streams(f, (uint32_t)i);
		f->outlets[o].n = f->n - f->outlets[o].from;
	}
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct flow *x = *(const struct flow *const *)a, *y = *(const struct flow *const *)b;

	return memcmp(&x->to, &y->to, x->tolen);
}

static int refuse_both(const struct finding *g, const struct flow *x, const struct flow *y)
{
	const struct flow *second = x->where > y->where ? x : y, *first = second == x ? y : x;
	char name[MC_TARGET_STRLEN], held[MC_TARGET_STRLEN];

	return opt_refuse(g->v, "%s is given twice: %s holds it already (leave one out)",
			  mc_target_format(&g->f->wheres[second->where].target, name, sizeof name),
			  mc_target_format(&g->f->wheres[first->where].target, held, sizeof held));
}

/* From one port to one group and port with numbers of their own: who receives them takes them for one stream,
 * and its datagrams for duplicates. */
static int check_streams(const struct finding *g, const struct outlet *o)
{
	struct flow **v = calloc(o->n, sizeof *v);
	int r = 0;

	if (!v)
		return opt_refuse(g->v, "cannot start: %s", mc_strerror(-ENOMEM));
	for (size_t i = 0; i < o->n; i++)
		v[i] = &g->f->v[o->from + i];
	qsort(v, o->n, sizeof *v, by_address);
	for (size_t i = 1; i < o->n && !r; i++)
		if (!by_address(&v[i - 1], &v[i]))
			r = refuse_both(g, v[i - 1], v[i]);
	free(v);
	return r;
}

int flows_find(struct flows *f, const struct verb *v, const struct send_conf *c, int n, char **words)
{
	struct finding g = { .v = v, .c = c, .f = f };
	int r = mc_ifaces_new(&g.ifs, false);

	if (r)
		return opt_refuse(v, "cannot list the interfaces: %s", mc_strerror(r));
	r = read_targets(&g, n, words);
	for (size_t i = 0; i < g.ntargets && !r; i++)
		r = add_target(&g, &g.targets[i]);
	if (!r)
		r = count_streams(&g);
	if (!r)
		r = make_streams(&g);
	for (size_t o = 0; o < f->noutlets && !r && g.ntargets > 1; o++)
		r = check_streams(&g, &f->outlets[o]);
	mc_ifaces_free(g.ifs);
	free(g.targets);
	return r;
}

/* ---- sockets -------------------------------------------------------------------------- */

/* To send by; or to answer by: there, what networks say of those who asked is to stop nothing. */
static int open_socket(const struct send_conf *c, const struct outlet *o, bool sends)
{
	struct mc_sock_conf conf;

	mc_sock_conf_init(&conf);
	conf.family = o->family;
	conf.bind = o->bind;
	conf.port = o->port;
	conf.ifindex = o->ifindex;
	conf.ttl = (int32_t)c->ttl;
	conf.loop = c->loop;
	conf.tos = c->tos;
	conf.sndbuf = (int32_t)c->sndbuf;
	conf.share = true;
	conf.tx_drops = sends;
	conf.rx_time = !sends && c->answer;
	return mc_sock_open(&conf);
}

static int open_port(struct outlet *o, const struct send_conf *c, bool sends, int *fd)
{
	struct mc_addr any;

	*fd = open_socket(c, o, sends);
	return *fd < 0 ? *fd : mc_sock_local(*fd, &any, &o->port);
}

/* Of two sockets with one port, what comes by unicast comes to the one that was bound last. */
static int open_outlet(struct outlet *o, const struct send_conf *c, bool shared)
{
	int r = shared ? open_port(o, c, true, &o->out) : 0;

	return r ? r : open_port(o, c, false, &o->fd);
}

/* With a source, which a connected socket has, IPv4 leaves by that one's interface even while it is down, and
 * is dropped: with the interface named it is refused. */
static uint32_t iface_of(const struct where *w)
{
	return w->target.group.family == MC_IPV4 ? w->by : w->ifindex;
}

static int connect_flow(const struct flows *f, const struct outlet *o, struct flow *flow,
			const struct send_conf *c)
{
	struct sockaddr_storage sa = { 0 };
	struct mc_addr group;
	uint16_t port;

	memcpy(&sa, &flow->to, flow->tolen);
	group = mc_sa_get(&sa, &port);
	flow->fd = open_socket(c, o, true);
	if (flow->fd < 0)
		return flow->fd;
	flow->tolen = 0;
	return mc_sock_connect(flow->fd, &group, port, iface_of(&f->wheres[flow->where]));
}

static int open_flows(const struct flows *f, const struct outlet *o, const struct send_conf *c)
{
	int r = 0;

	for (size_t i = o->from; i < o->from + o->n && !r; i++) {
		f->v[i].fd = o->out;
		if (f->connected)
			r = connect_flow(f, o, &f->v[i], c);
	}
	return r;
}

int flows_open(struct flows *f, const struct verb *v, const struct send_conf *c)
{
	f->connected = f->n <= MOST_CONNECTED;
	for (size_t i = 0; i < f->noutlets; i++) {
		int r = open_outlet(&f->outlets[i], c, !f->connected);

		if (!r)
			r = open_flows(f, &f->outlets[i], c);
		if (r)
			return opt_refuse(v, "cannot open a socket to send from: %s", mc_strerror(r));
	}
	return 0;
}

static int cut(int fd, int size)
{
	return setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) ? -errno : 0;
}

int flows_cut(const struct flows *f, uint32_t size)
{
	int r = 0;

	for (size_t i = 0; i < f->n && !r && f->connected; i++)
		r = cut(f->v[i].fd, (int)size);
	for (size_t i = 0; i < f->noutlets && !r && !f->connected; i++)
		r = cut(f->outlets[i].out, (int)size);
	return r;
}

void flows_free(struct flows *f)
{
	for (size_t i = 0; i < f->n && f->connected; i++)
		if (f->v[i].fd >= 0)
			close(f->v[i].fd);
	for (size_t i = 0; i < f->noutlets; i++) {
		if (f->outlets[i].fd >= 0)
			close(f->outlets[i].fd);
		if (f->outlets[i].out >= 0)
			close(f->outlets[i].out);
	}
	free(f->wheres);
	free(f->outlets);
	free(f->v);
	*f = (struct flows){ 0 };
}
