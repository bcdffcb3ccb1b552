/*
 * lan.c - the link: what is sent by whom, who gets it and when, and whose turn it is as time goes on.
 *
 * Nothing here calls itself: what a role sends is put at the end of a queue, and the queue is carried out
 * when the role has said all it has to say. So packets are heard in the order in which they were sent, also
 * where they take no time. All roles share one room to make packets in, so a packet is copied as it is sent.
 */
#include "sim/lan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/rand.h"
#include "sim/flight.h"
#include "sim/nodes.h"

/* The socket of a router's own membership, out of the way of those that applications have. */
enum { OWN_SOCKET = INT32_MAX };

/* Nodes between the one that hears a packet and the one that is brought near. */
enum { AHEAD = 6 };

struct mc_lan {
	struct mc_nodes nodes;
	struct mc_flights flights;
	struct mc_packet *first, *last; /* sent, not yet carried */
	struct mc_lan_link link;
	struct mc_lan_hooks hooks;
	const struct mc_proto *proto;
	struct mc_rand rand;
	struct mc_action action;
	mc_time now;
	uint64_t seed, deliveries;
	bool failed;
	uint8_t room[UINT16_MAX];
};

/* ---- sending -------------------------------------------------------------------------------- */

static uint32_t tell_sent(const struct mc_lan *l, const struct mc_packet *p)
{
	struct mc_lan_packet packet = {
		.node = p->node,
		.host = p->host,
		.time = l->now,
		.octets = p->octets,
		.len = p->len,
		.msg = p->err ? NULL : &p->msg,
		.err = p->err,
	};

	return l->hooks.sent ? l->hooks.sent(l->hooks.arg, &packet) : 0;
}

static void send_packet(struct mc_lan *l, uint32_t node, bool host, const uint8_t *octets, size_t len)
{
	struct mc_packet *p = mc_packet_new(octets, len, l->proto);

	if (!p) {
		l->failed = true;
		return;
	}
	p->node = node;
	p->host = host;
	p->link = l->link;
	p->except = tell_sent(l, p);
	if (l->last)
		l->last->next = p;
	else
		l->first = p;
	l->last = p;
}

static void act(struct mc_lan *l, const struct mc_lan_node *n, bool host)
{
	const struct mc_action *a = &l->action;

	if (a->kind == MC_ACTION_SEND)
		send_packet(l, n->self, host, a->octets, a->len);
	else if (l->hooks.acted)
		l->hooks.acted(l->hooks.arg, n->self, host, a, l->now);
}

static void poll_host(struct mc_lan *l, const struct mc_lan_node *n)
{
	while (mc_host_poll(n->host, l->now, &l->action))
		act(l, n, true);
}

static void poll_router(struct mc_lan *l, const struct mc_lan_node *n)
{
	while (mc_router_poll(n->router, l->now, &l->action))
		act(l, n, false);
}

/* ---- receiving ------------------------------------------------------------------------------ */

static void host_hears(struct mc_lan *l, const struct mc_lan_node *n, const struct mc_packet *p)
{
	l->deliveries++;
	if (p->err)
		mc_host_refused(n->host, p->err);
	else
		mc_host_input(n->host, &p->msg, l->now);
	poll_host(l, n);
}

static void router_hears(struct mc_lan *l, const struct mc_lan_node *n, const struct mc_packet *p)
{
	l->deliveries++;
	if (p->err)
		mc_router_refused(n->router, p->err);
	else
		mc_router_input(n->router, &p->msg, l->now);
	poll_router(l, n);
}

static void hand(struct mc_lan *l, const struct mc_lan_node *n, const struct mc_packet *p)
{
	if (n->host)
		host_hears(l, n, p);
	if (n->router)
		router_hears(l, n, p);
	mc_nodes_settle(&l->nodes, n);
}

static void hand_other_role(struct mc_lan *l, const struct mc_packet *p)
{
	const struct mc_lan_node *n = mc_nodes_at(&l->nodes, p->node);

	if (p->host && n->router)
		router_hears(l, n, p);
	if (!p->host && n->host)
		host_hears(l, n, p);
	mc_nodes_settle(&l->nodes, n);
}

/* ---- the way -------------------------------------------------------------------------------- */

static bool happens(struct mc_lan *l, double p)
{
	return p > 0 && mc_rand_unit(&l->rand) < p;
}

static void fly(struct mc_lan *l, uint32_t node, mc_time takes)
{
	if (!mc_flights_way(&l->flights, node, takes))
		l->failed = true;
}

static void set_out(struct mc_lan *l, struct mc_packet *p)
{
	if (l->flights.n_ways && !mc_flights_go(&l->flights, p, l->now))
		l->failed = true;
}

static mc_time held_back(struct mc_lan *l, const struct mc_lan_link *link)
{
	mc_time jitter = link->jitter ? mc_rand_below(&l->rand, link->jitter + 1) : 0;

	return jitter + (happens(l, link->reorder) ? MC_LAN_REORDER : 0);
}

/* What chance does to a packet on its last way, to one node. */
static void reach_node(struct mc_lan *l, const struct mc_lan_node *n, struct mc_packet *p)
{
	unsigned copies;
	mc_time takes;

	if (n->self == p->node || n->self == p->except || (!n->host && !n->router))
		return;
	if (happens(l, p->link.loss) || happens(l, (double)n->loss))
		return;
	for (copies = happens(l, p->link.duplicate) ? 2 : 1; copies; copies--) {
		takes = held_back(l, &p->link);
		if (takes)
			fly(l, n->self, takes);
		else
			hand(l, n, p);
	}
}

static void reach_all(struct mc_lan *l, struct mc_packet *p)
{
	for (uint32_t i = 1; i <= l->nodes.n; i++) {
		mc_nodes_expect(&l->nodes, i + AHEAD);
		reach_node(l, mc_nodes_at(&l->nodes, i), p);
	}
}

static void reach_routers(struct mc_lan *l, struct mc_packet *p)
{
	for (size_t i = 0; i < l->nodes.n_routers; i++)
		reach_node(l, mc_nodes_at(&l->nodes, l->nodes.routers[i]), p);
}

static void reach_listeners(struct mc_lan *l, struct mc_packet *p)
{
	const uint32_t *list;
	size_t n = mc_nodes_listeners(&l->nodes, &p->dst, &list);

	for (size_t i = 0; i < n; i++) {
		mc_nodes_expect(&l->nodes, i + AHEAD < n ? list[i + AHEAD] : 0);
		reach_node(l, mc_nodes_at(&l->nodes, list[i]), p);
	}
}

static void reach_owners(struct mc_lan *l, struct mc_packet *p)
{
	const struct mc_lan_node *n;

	for (n = mc_nodes_owner(&l->nodes, 1, &p->dst); n;
	     n = mc_nodes_owner(&l->nodes, n->self + 1, &p->dst))
		reach_node(l, n, p);
}

static void reach(struct mc_lan *l, struct mc_packet *p)
{
	switch ((enum mc_reach)p->reach) {
	case MC_REACH_ALL:
		reach_all(l, p);
		break;
	case MC_REACH_ROUTERS:
		reach_routers(l, p);
		break;
	case MC_REACH_GROUP:
		reach_listeners(l, p);
		break;
	case MC_REACH_OWNER:
		reach_owners(l, p);
		break;
	}
	set_out(l, p);
}

static void carry(struct mc_lan *l, struct mc_packet *p)
{
	if (p->node)
		hand_other_role(l, p);
	if (p->except == MC_LAN_ALL)
		return;
	if (!p->link.delay) {
		reach(l, p);
		return;
	}
	fly(l, 0, p->link.delay);
	set_out(l, p);
}

static void carry_all(struct mc_lan *l)
{
	struct mc_packet *p;

	while ((p = l->first)) {
		l->first = p->next;
		if (!l->first)
			l->last = NULL;
		carry(l, p);
		mc_packet_drop(p);
	}
}

/* ---- time ----------------------------------------------------------------------------------- */

static void arrive(struct mc_lan *l)
{
	struct mc_arrival a;

	while (mc_flights_take(&l->flights, l->now, &a)) {
		mc_nodes_expect(&l->nodes, a.soon);
		if (a.node)
			hand(l, mc_nodes_at(&l->nodes, a.node), a.packet);
		else
			reach(l, a.packet);
		mc_packet_drop(a.packet);
		carry_all(l);
	}
}

static void take_turn(struct mc_lan *l, const struct mc_lan_node *n)
{
	if (n->host)
		poll_host(l, n);
	if (n->router)
		poll_router(l, n);
	mc_nodes_settle(&l->nodes, n);
	carry_all(l);
}

static void wake(struct mc_lan *l)
{
	const struct mc_lan_node *n;

	mc_nodes_wake(&l->nodes, l->now);
	while ((n = mc_nodes_turn(&l->nodes)))
		take_turn(l, n);
}

mc_time mc_lan_deadline(const struct mc_lan *l)
{
	uint32_t node;
	mc_time due = mc_heap_first(&l->nodes.due, &node), arrival = mc_flights_first(&l->flights);

	if (arrival < due)
		due = arrival;
	return due < l->now ? l->now : due;
}

/* Of one time, arrivals come first: what arrives as a timer runs out is not late. */
void mc_lan_run(struct mc_lan *l, mc_time until)
{
	mc_time due;

	while ((due = mc_lan_deadline(l)) <= until && due != MC_NEVER) {
		l->now = due;
		if (mc_flights_first(&l->flights) <= l->now)
			arrive(l);
		else
			wake(l);
	}
	if (until > l->now)
		l->now = until;
}

/* ---- nodes ---------------------------------------------------------------------------------- */

int mc_lan_add(struct mc_lan *l)
{
	struct mc_lan_node *n = mc_nodes_add(&l->nodes);

	if (!n)
		return -ENOMEM;
	n->lan = l;
	return (int)n->self;
}

void mc_lan_set_loss(struct mc_lan *l, uint32_t node, double loss)
{
	mc_nodes_at(&l->nodes, node)->loss = (float)loss;
}

static mc_time draw(void *arg, mc_time most)
{
	const struct mc_lan_node *n = arg;
	struct mc_lan *l = n->lan;

	return l->hooks.draw ? l->hooks.draw(l->hooks.arg, n->self, most) : mc_rand_delay(&l->rand, most);
}

/* Each node has a seed of its own, which does not depend on what was drawn before. */
static uint64_t seed_of(const struct mc_lan *l, uint32_t node)
{
	struct mc_rand r = { l->seed ^ (uint64_t)node << 32 };

	return mc_rand_next(&r);
}

static int make_host(struct mc_lan *l, struct mc_lan_node *n, const struct mc_host_conf *given)
{
	struct mc_host_conf conf = *given;

	conf.random = draw;
	conf.random_arg = n;
	conf.seed = seed_of(l, n->self);
	conf.room = l->room;
	return mc_host_new(&n->host, &conf, l->now);
}

static int make_router(struct mc_lan *l, struct mc_lan_node *n, const struct mc_router_conf *given)
{
	struct mc_router_conf conf = *given;

	conf.random = draw;
	conf.random_arg = n;
	conf.seed = seed_of(l, n->self);
	conf.room = l->room;
	return mc_router_new(&n->router, &conf, l->now);
}

static int make_roles(struct mc_lan *l, struct mc_lan_node *n, const struct mc_host_conf *host,
		      const struct mc_router_conf *router)
{
	int err = host || router ? 0 : MC_ERR_CONF;

	if (err == 0 && host)
		err = make_host(l, n, host);
	if (err == 0 && router)
		err = make_router(l, n, router);
	if (err == 0 && host && router)
		err = mc_host_listen(n->host, OWN_SOCKET, &l->proto->all_reports, MC_EXCLUDE, NULL, 0,
				     l->now);
	return err == -ENOBUFS ? -ENOMEM : err;
}

int mc_lan_start(struct mc_lan *l, uint32_t node, const struct mc_host_conf *host,
		 const struct mc_router_conf *router)
{
	struct mc_lan_node *n = mc_nodes_at(&l->nodes, node);
	int err;

	if (n->host || n->router)
		return -EALREADY;
	err = make_roles(l, n, host, router);
	if (err == 0 && !mc_nodes_on(&l->nodes, n))
		err = -ENOMEM;
	if (err)
		mc_nodes_off(&l->nodes, n);
	else
		mc_heap_set(&l->nodes.due, node, l->now);
	return err;
}

void mc_lan_stop(struct mc_lan *l, uint32_t node)
{
	mc_nodes_off(&l->nodes, mc_nodes_at(&l->nodes, node));
}

struct mc_host *mc_lan_host(const struct mc_lan *l, uint32_t node)
{
	return mc_nodes_at(&l->nodes, node)->host;
}

struct mc_router *mc_lan_router(const struct mc_lan *l, uint32_t node)
{
	return mc_nodes_at(&l->nodes, node)->router;
}

int mc_lan_listen(struct mc_lan *l, uint32_t node, uint32_t socket, const struct mc_addr *group,
		  enum mc_mode mode, const struct mc_addr *sources, size_t n)
{
	const struct mc_lan_node *at = mc_nodes_at(&l->nodes, node);
	int err = mc_host_listen(at->host, socket, group, mode, sources, n, l->now);

	if (!mc_nodes_listens(&l->nodes, at, group))
		l->failed = true;
	return err;
}

void mc_lan_touch(struct mc_lan *l, uint32_t node)
{
	take_turn(l, mc_nodes_at(&l->nodes, node));
}

/* ---- packets from outside ------------------------------------------------------------------- */

void mc_lan_hand(struct mc_lan *l, uint32_t node, const uint8_t *octets, size_t len)
{
	struct mc_packet *p = mc_packet_new(octets, len, l->proto);

	if (!p) {
		l->failed = true;
		return;
	}
	hand(l, mc_nodes_at(&l->nodes, node), p);
	mc_packet_drop(p);
	carry_all(l);
}

void mc_lan_put(struct mc_lan *l, const uint8_t *octets, size_t len)
{
	send_packet(l, 0, false, octets, len);
	carry_all(l);
}

/* ---- the link itself ------------------------------------------------------------------------ */

int mc_lan_new(struct mc_lan **ret, uint8_t family, uint64_t seed, const struct mc_lan_hooks *hooks)
{
	struct mc_lan *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	mc_nodes_init(&l->nodes, seed);
	l->proto = mc_proto_of(family);
	l->seed = seed;
	l->rand.state = seed;
	l->hooks = *hooks;
	mc_action_init(&l->action);
	*ret = l;
	return 0;
}

void mc_lan_free(struct mc_lan *l)
{
	if (!l)
		return;
	mc_nodes_free(&l->nodes);
	mc_flights_free(&l->flights);
	free(l);
}

void mc_lan_set_link(struct mc_lan *l, const struct mc_lan_link *link)
{
	l->link = *link;
}

struct mc_rand *mc_lan_rand(struct mc_lan *l)
{
	return &l->rand;
}

mc_time mc_lan_now(const struct mc_lan *l)
{
	return l->now;
}

uint64_t mc_lan_deliveries(const struct mc_lan *l)
{
	return l->deliveries;
}

bool mc_lan_failed(const struct mc_lan *l)
{
	return l->failed;
}

size_t mc_lan_memory(const struct mc_lan *l)
{
	return sizeof(*l) + mc_nodes_memory(&l->nodes) + mc_flights_memory(&l->flights);
}
