/*
 * clients.h - whom a server has heard: a table of bounded size, oldest out first.
 *
 * A client is an address and the interface it is heard on (a link-local address means nothing
 * without). Ports do not count: who wants to be sent much could use many.
 */
#ifndef MCAST_SERVE_CLIENTS_H
#define MCAST_SERVE_CLIENTS_H

#include <mcast/base.h>

struct client {
	struct mc_addr addr;
	uint32_t ifindex;
	char ifname[MC_IFNAME_SIZE]; /* the caller's: the interface may be gone when it is shown */
	uint32_t seen;               /* the caller's: what the flags below were worked out from */
	bool on_link, own;
	uint64_t requests, replies, bytes, refused;
	mc_time window;    /* when the second began that is counted in */
	uint64_t windowed; /* replies in it */
	/* of clients.c */
	uint32_t chain, newer, older;
};

struct clients;

int clients_new(struct clients **ret, uint32_t most); /* 0 or -ENOMEM */
void clients_free(struct clients *t);

/* clients_find gives the entry, or NULL; clients_add makes one, where need be in the place of
 * the one longest silent, whose counts go to clients_forgotten. Both make it the latest. */
struct client *clients_find(struct clients *t, const struct mc_addr *addr, uint32_t ifindex);
struct client *clients_add(struct clients *t, const struct mc_addr *addr, uint32_t ifindex);

/* clients_allow takes up to `wanted` replies from what is left of this second's `rate`
 * (0: no limit) and returns how many may be sent. */
uint64_t clients_allow(struct client *c, uint64_t wanted, uint64_t rate, mc_time now);

/* clients_next iterates from NULL to NULL, in no order that means anything. */
const struct client *clients_next(const struct clients *t, const struct client *prev);
const struct client *clients_forgotten(const struct clients *t, uint64_t *ret_how_many);

#endif
