/*
 * flight.h - packets under way: each once, with what it says, and when it arrives where.
 */
#ifndef MC_FLIGHT_H
#define MC_FLIGHT_H

#include "base/heap.h"
#include "sim/lan.h"

/* Who is to receive a packet, by its destination. */
enum mc_reach {
	MC_REACH_ALL, /* all nodes; a packet whose destination cannot be read */
	MC_REACH_ROUTERS,
	MC_REACH_GROUP, /* the hosts that listen to dst, and all routers */
	MC_REACH_OWNER, /* whom the unicast address dst belongs to */
};

struct mc_packet {
	struct mc_packet *next; /* sent later, see mc_lan */
	uint32_t holders, flights;
	uint32_t node, except; /* who sent it; who is not to receive it, as mc_lan_hooks.sent says */
	bool host;
	uint8_t reach; /* enum mc_reach */
	int err;       /* not 0: msg is empty */
	struct mc_addr dst;
	struct mc_lan_link link; /* as it was when it was sent */
	struct mc_msg msg;
	size_t len;
	uint8_t octets[];
};

/* mc_packet_new makes a packet of octets that are copied, held by one; NULL: no memory. mc_packet_drop holds
 * it no longer, and frees it when nobody does. */
struct mc_packet *mc_packet_new(const uint8_t *octets, size_t len, const struct mc_proto *proto);
void mc_packet_drop(struct mc_packet *p);

/* One way of a packet, which sets out now: to one node, or (0) to all whom its destination concerns. */
struct mc_way {
	mc_time takes;
	uint32_t node;
};

/* One arrival. soon: a node where the packet arrives a little later, 0: none is known. */
struct mc_arrival {
	struct mc_packet *packet;
	uint32_t node, soon;
};

/* A packet under way to many takes one place in the heaps, that of its next arrival. */
struct mc_flights {
	struct mc_flight_place *list;
	uint32_t cap, high, free; /* room; places ever used; the first free one below, from 1 on */
	struct mc_heap due;       /* by time */
	struct mc_heap
		here; /* arrived, by turn: of two that arrive at one time, who set out first comes first */
	struct mc_way *ways;      /* of the packet that sets out, and as much room again */
	uint32_t n_ways, cap_ways;
	uint64_t turns;
	size_t octets; /* of all packets under way */
};

/* No flights: all zero. The packets are dropped. */
void mc_flights_free(struct mc_flights *f);

/* mc_flights_way notes a way of a packet, mc_flights_go has it set out on all that were noted and is held
 * for it while it is under way. Ways that take the same time end in the order in which they were noted.
 * False: no memory. */
bool mc_flights_way(struct mc_flights *f, uint32_t node, mc_time takes);
bool mc_flights_go(struct mc_flights *f, struct mc_packet *p, mc_time now);

static inline mc_time mc_flights_first(const struct mc_flights *f)
{
	uint32_t item;

	return mc_heap_first(&f->due, &item);
}

/* mc_flights_take gives one after the other of those that arrive at `now`, which is not before any other's
 * time. The packet is then held by the caller, too. False: that was all. */
bool mc_flights_take(struct mc_flights *f, mc_time now, struct mc_arrival *ret);

size_t mc_flights_memory(const struct mc_flights *f);

#endif
