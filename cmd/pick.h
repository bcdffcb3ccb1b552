/*
 * pick.h - what the user named: targets and interfaces, or one line that says why not.
 */
#ifndef MCAST_PICK_H
#define MCAST_PICK_H

#include "net/ifaces.h"
#include "opt.h"

#define PICK_GROUP4 "224.3.29.71"
#define PICK_GROUP6 "ff15::e003:1d47"
#define PICK_PORT 9999
#define PICK_TRAFFIC_PORT 9998 /* of send and recv */

/* pick_target parses a target, or refuses it and returns EXIT_CANNOT. */
int pick_target(const struct verb *v, const char *text, struct mc_target *ret);

/* pick_target_at does so, and a refusal begins with where the text stands: "FILE:LINE: ". */
int pick_target_at(const struct verb *v, const char *where, const char *text, struct mc_target *ret);

struct pick {
	const struct mc_iface *iface;
	struct mc_addr source; /* set where an address of this machine was named */
};

/* pick_iface finds an interface by name, index or address that can join or send multicast, or
 * refuses it and returns EXIT_CANNOT. what is the target it is for, or NULL. */
int pick_iface(const struct verb *v, const struct mc_ifaces *ifs, const char *text, const char *what,
	       struct pick *ret);

/* A host: ADDRESS, [ADDRESS], either with %IFACE inside and :PORT behind. */
struct pick_host {
	struct mc_addr addr;
	int32_t port;     /* -1: not given */
	uint32_t ifindex; /* 0: not given */
};

/* pick_host reads the host that an option names, or refuses it and returns EXIT_CANNOT. A link-local IPv6
 * address needs its interface. */
int pick_host(const struct verb *v, const struct mc_ifaces *ifs, const char *option, const char *text,
	      struct pick_host *ret);

/* pick_owners tells how many interfaces have an address: link-local ones may be on several.
 * *ret is the interface where it is one, else NULL. */
unsigned pick_owners(const struct mc_ifaces *ifs, const struct mc_addr *a, const struct mc_iface **ret);

/* pick_list writes the names of the interfaces that can multicast, "eth0, wlan0, lo", into buf
 * and returns it; it ends in "..." where there is no room for all. */
char *pick_list(const struct mc_ifaces *ifs, char *buf, size_t cap);

/* pick_next writes "LEAD: LIST" into buf, or what to do first where the list is empty, as no
 * interface is up; returns buf. */
char *pick_next(char *buf, size_t cap, const char *lead, const char *list);

#endif
