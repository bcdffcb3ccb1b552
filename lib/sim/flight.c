/*
 * flight.c - packets, and their arrivals in order of time. Deadlines alone do not order what arrives at
 * one time: then all of it is put in order of the turns in which it set out. It does not know who the
 * nodes are.
 *
 * Of a packet to a crowd all ways are sorted at once, and only the next one is in the heap: that is as
 * large as the number of packets under way, and most of what it needs is in the cache.
 */
#include "sim/flight.h"

#include <stdlib.h>
#include <string.h>

/* More ways than that are sorted by their digits. */
enum { FEW = 32, DIGIT = 256 };

/* Which node is told of as soon: one the more ways on, the fewer packets are under way. */
enum { ALONE = 8, AHEAD = 6 };

/* A packet under way: which of its ways ends next, and those from there on. They are counted from its
 * start in 32 bits, for a crowd has many. */
struct mc_flight {
	struct mc_packet *packet;
	mc_time start;
	uint64_t turn;
	uint32_t at, n;
	struct {
		uint32_t takes, node;
	} ways[];
};

struct mc_flight_place {
	struct mc_flight *flight;
	uint32_t next; /* free one */
};

static enum mc_reach reach_of(const struct mc_addr *dst, const struct mc_proto *proto)
{
	if (dst->family == 0 || mc_addr_cmp(dst, &proto->all_nodes) == 0)
		return MC_REACH_ALL;
	if (mc_addr_cmp(dst, &proto->all_routers) == 0 || mc_addr_cmp(dst, &proto->all_reports) == 0)
		return MC_REACH_ROUTERS;
	return mc_addr_is_multicast(dst) ? MC_REACH_GROUP : MC_REACH_OWNER;
}

static void read_packet(struct mc_packet *p, const struct mc_proto *proto)
{
	struct mc_ip ip = { .ttl = -1 };

	mc_msg_init(&p->msg);
	p->err = mc_decode(&p->msg, p->octets, p->len);
	if (p->err == 0)
		p->dst = p->msg.ip.dst;
	else if (mc_ip_decode(&ip, p->octets, p->len) == 0)
		p->dst = ip.dst;
	p->reach = (uint8_t)reach_of(&p->dst, proto);
}

struct mc_packet *mc_packet_new(const uint8_t *octets, size_t len, const struct mc_proto *proto)
{
	struct mc_packet *p = calloc(1, sizeof(*p) + len);

	if (!p)
		return NULL;
	p->holders = 1;
	p->len = len;
	if (len)
		memcpy(p->octets, octets, len);
	read_packet(p, proto);
	return p;
}

void mc_packet_drop(struct mc_packet *p)
{
	if (--p->holders == 0)
		free(p);
}

void mc_flights_free(struct mc_flights *f)
{
	struct mc_arrival left;

	while (mc_flights_take(f, MC_NEVER - 1, &left))
		mc_packet_drop(left.packet);
	free(f->list);
	free(f->ways);
	mc_heap_free(&f->due);
	mc_heap_free(&f->here);
}

/* ---- setting out ---------------------------------------------------------------------------- */

bool mc_flights_way(struct mc_flights *f, uint32_t node, mc_time takes)
{
	uint32_t cap = f->cap_ways + f->cap_ways / 2 + 16;
	struct mc_way *ways;

	if (f->n_ways == f->cap_ways) {
		ways = realloc(f->ways, 2 * (size_t)cap * sizeof(*ways));
		if (!ways)
			return false;
		f->ways = ways;
		f->cap_ways = cap;
	}
	f->ways[f->n_ways++] = (struct mc_way){ .takes = takes, .node = node };
	return true;
}

static void sort_few(struct mc_way *ways, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct mc_way way = ways[i];
		uint32_t at = i;

		for (; at && ways[at - 1].takes > way.takes; at--)
			ways[at] = ways[at - 1];
		ways[at] = way;
	}
}

/* By one digit, from one place to the other; those with the same stay in order. */
static void sort_digit(const struct mc_way *from, struct mc_way *to, uint32_t n, unsigned shift)
{
	uint32_t ends[DIGIT + 1] = { 0 };

	for (uint32_t i = 0; i < n; i++)
		ends[(from[i].takes >> shift) % DIGIT + 1]++;
	for (uint32_t i = 1; i < DIGIT; i++)
		ends[i] += ends[i - 1];
	for (uint32_t i = 0; i < n; i++)
		to[ends[(from[i].takes >> shift) % DIGIT]++] = from[i];
}

/* Returns where they are then. */
static const struct mc_way *sort_ways(const struct mc_flights *f)
{
	struct mc_way *ways = f->ways, *other = f->ways + f->cap_ways;
	mc_time most = 0;

	if (f->n_ways <= FEW) {
		sort_few(ways, f->n_ways);
		return ways;
	}
	for (uint32_t i = 0; i < f->n_ways; i++)
		most = ways[i].takes > most ? ways[i].takes : most;
	for (unsigned shift = 0; shift < 64 && most >> shift; shift += 8) {
		struct mc_way *sorted = other;

		sort_digit(ways, sorted, f->n_ways, shift);
		other = ways;
		ways = sorted;
	}
	return ways;
}

static bool make_room(struct mc_flights *f)
{
	uint32_t cap = f->cap + f->cap / 4 + 16;
	struct mc_flight_place *list;

	if (f->free || f->high < f->cap)
		return true;
	if (!mc_heap_room(&f->due, cap) || !mc_heap_room(&f->here, cap))
		return false;
	list = realloc(f->list, cap * sizeof(*list));
	if (!list)
		return false;
	f->list = list;
	f->cap = cap;
	return true;
}

static uint32_t place(struct mc_flights *f, struct mc_flight *flight)
{
	uint32_t item = f->free ? f->free : ++f->high;

	if (f->free)
		f->free = f->list[item - 1].next;
	f->list[item - 1] = (struct mc_flight_place){ .flight = flight };
	return item;
}

static size_t flight_size(uint32_t n)
{
	return sizeof(struct mc_flight) + n * sizeof(((struct mc_flight *)NULL)->ways[0]);
}

static void count_in(struct mc_flights *f, const struct mc_flight *flight)
{
	struct mc_packet *p = flight->packet;

	p->holders++;
	if (p->flights++ == 0)
		f->octets += sizeof(*p) + p->len;
	f->octets += flight_size(flight->n);
}

static mc_time arrival(const struct mc_flight *flight)
{
	return flight->start + flight->ways[flight->at].takes;
}

static bool set_out(struct mc_flights *f, struct mc_packet *p, mc_time now, const struct mc_way *ways,
		    uint32_t n)
{
	struct mc_flight *flight = make_room(f) ? calloc(1, flight_size(n)) : NULL;

	if (!flight)
		return false;
	*flight = (struct mc_flight){ .packet = p, .start = now + ways[0].takes, .turn = f->turns++, .n = n };
	for (uint32_t i = 0; i < n; i++) {
		flight->ways[i].takes = (uint32_t)(ways[i].takes - ways[0].takes);
		flight->ways[i].node = ways[i].node;
	}
	count_in(f, flight);
	mc_heap_set(&f->due, place(f, flight), arrival(flight));
	return true;
}

/* A second flight where the ways differ by more than can be counted. */
bool mc_flights_go(struct mc_flights *f, struct mc_packet *p, mc_time now)
{
	const struct mc_way *ways = sort_ways(f);
	uint32_t left = f->n_ways;
	bool done = true;

	f->n_ways = 0;
	while (done && left) {
		uint32_t n = 1;

		while (n < left && ways[n].takes - ways[0].takes <= UINT32_MAX)
			n++;
		done = set_out(f, p, now, ways, n);
		ways += n;
		left -= n;
	}
	return done;
}

/* ---- arriving ------------------------------------------------------------------------------- */

static void put_here(struct mc_flights *f, mc_time now)
{
	uint32_t item;

	while (mc_heap_first(&f->due, &item) <= now && item) {
		mc_heap_set(&f->due, item, MC_NEVER);
		mc_heap_set(&f->here, item, f->list[item - 1].flight->turn);
	}
}

/* The item whose turn it is, 0: none; mostly it is the only one that is due. */
static uint32_t next_here(struct mc_flights *f, mc_time now)
{
	uint32_t item;

	if (mc_heap_first(&f->here, &item) == MC_NEVER) {
		if (mc_heap_first(&f->due, &item) > now)
			return 0;
		if (mc_heap_second(&f->due) > now)
			return item;
		put_here(f, now);
		mc_heap_first(&f->here, &item);
	}
	return item;
}

static void finish(struct mc_flights *f, uint32_t item)
{
	struct mc_flight *flight = f->list[item - 1].flight;
	struct mc_packet *p = flight->packet;

	if (--p->flights == 0)
		f->octets -= sizeof(*p) + p->len;
	f->octets -= flight_size(flight->n);
	free(flight);
	mc_packet_drop(p);
	f->list[item - 1].next = f->free;
	f->free = item;
}

/* On to a flight's next way; what is left of it has to wait where that ends later. */
static void go_on(struct mc_flights *f, uint32_t item, mc_time now)
{
	struct mc_flight *flight = f->list[item - 1].flight;
	mc_time next = ++flight->at < flight->n ? arrival(flight) : MC_NEVER;

	if (next <= now)
		return;
	if (f->here.n)
		mc_heap_set(&f->here, item, MC_NEVER);
	mc_heap_set(&f->due, item, next);
	if (next == MC_NEVER)
		finish(f, item);
}

bool mc_flights_take(struct mc_flights *f, mc_time now, struct mc_arrival *ret)
{
	uint32_t item = next_here(f, now), soon;
	const struct mc_flight *flight;

	if (!item)
		return false;
	flight = f->list[item - 1].flight;
	soon = flight->at + (f->due.n < ALONE ? AHEAD : 1);
	*ret = (struct mc_arrival){ .packet = flight->packet, .node = flight->ways[flight->at].node };
	if (soon < flight->n)
		ret->soon = flight->ways[soon].node;
	ret->packet->holders++;
	go_on(f, item, now);
	return true;
}

size_t mc_flights_memory(const struct mc_flights *f)
{
	return f->cap * sizeof(*f->list) + 2 * f->cap_ways * sizeof(*f->ways) + mc_heap_memory(&f->due) +
	       mc_heap_memory(&f->here) + f->octets;
}
