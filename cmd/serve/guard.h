/*
 * guard.h - who is answered. An echo server is a reflector: whoever forges a source address
 * chooses where the reply goes, so every reason not to reply stands here, in one list.
 */
#ifndef MCAST_SERVE_GUARD_H
#define MCAST_SERVE_GUARD_H

#include <mcast/sock.h>

#include "net/ifaces.h"
#include "serve/clients.h"

enum cause {
	ANSWERED,
	SOURCE_MULTICAST,
	SOURCE_BROADCAST,
	SOURCE_UNSPECIFIED,
	SOURCE_PORT_ZERO,
	OWN_PORT,
	NOT_ALLOWED,
	OFF_LINK,
	WORN_OUT,
	RATE,
	LOOP,
	INTERFACE,
	DESTINATION,
	NO_REQUEST, /* the causes from here on are those of ssmping */
	GROUP,
	NCAUSES,
};

/* guard_name is the cause as JSON names it; guard_text says what was refused, and how it would
 * be allowed. */
const char *guard_name(enum cause c);
const char *guard_text(enum cause c);

struct guard {
	const struct mc_ifaces *ifs;
	struct clients *clients;
	uint32_t seen; /* raised when the interfaces changed */
	bool any_port, loop;
	int32_t ttl[2]; /* of replies, IPv4 and IPv6 */
	int64_t rate;   /* -1: not given */
	bool group;     /* answers go to a group, too: where no rate is given, there is one for everybody */
	struct client all; /* what left this second then */
	const struct mc_prefix *allow;
	size_t nallow;
	uint8_t own_ports[65536 / 8];
};

void guard_own_port(struct guard *g, uint16_t port);

/* guard_check decides about one datagram, or a train of n: returns ANSWERED with *allowed set
 * to how many of the n may be answered (0 to n; less than n: the rate), or why not. ret_client
 * is set to whom it is counted for, NULL where it is not worth a place in the table. */
enum cause guard_check(struct guard *g, const struct mc_dgram *d, uint64_t n, mc_time now, uint64_t *allowed,
		       struct client **ret_client);

/* guard_ttl is the TTL of the reply to a datagram, -1 for the socket's: a unicast request is
 * answered with one less than it came with, as a router would, so that two echo servers that a
 * forged datagram set on each other fall silent after 255 of them, whatever their ports. */
int32_t guard_ttl(const struct guard *g, const struct mc_dgram *d);

#endif
