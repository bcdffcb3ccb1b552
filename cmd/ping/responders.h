/*
 * responders.h - who answered: one entry for each address and port that sent a reply.
 */
#ifndef MCAST_PING_RESPONDERS_H
#define MCAST_PING_RESPONDERS_H

#include <mcast/sock.h>

#include "flow/hist.h"
#include "flow/seq.h"

#define RESPONDERS_MOST 1024

struct responder {
	struct mc_addr addr;
	uint32_t ifindex; /* where a link-local address is one of; 0 for others */
	uint16_t port;
	int32_t ttl;       /* of the last reply, -1: unknown */
	uint64_t received; /* in time, without duplicates */
	uint64_t late, altered;
	struct mc_seq seq;
	struct mc_hist rtt; /* of what was received */
	bool asked;         /* named by the user, and perhaps never heard */
	int32_t hops;       /* that the last reply passed, -1: unknown */
	mc_time first;      /* from the join until the first came, MC_NEVER: not known */
	uint64_t sent;      /* of a twin: how often it was asked */
	uint64_t since;     /* of a twin: from which number on */
	struct responder *twin; /* what it answered by unicast, NULL: it is not asked so */
};

struct responders {
	unsigned n;
	struct responder *v[RESPONDERS_MOST]; /* in the order they were first heard */
	uint16_t slot[2 * RESPONDERS_MOST];   /* hash: index + 1 */
	uint64_t untold;                      /* replies of those the table has no room for */
};

/* One reply, as it is counted and shown. */
struct reply {
	struct responder *from;
	const void *data;
	size_t len;
	uint64_t seq;
	mc_time rtt; /* MC_NEVER: it has none */
	int32_t ttl;
	bool duplicate, late, altered;
	int32_t hops;   /* with --ssmping: how many routers it passed, -1: unknown */
	const char *by; /* "multicast" or "unicast", where a run has both; else NULL */
	/* What of each half is lost so far, and of how many that are no longer under way. */
	struct {
		uint64_t lost, of;
	} multicast, unicast;
};

/* responders_get finds or makes the responder a datagram came from; NULL, and counted, where
 * there is no room. */
struct responder *responders_get(struct responders *t, const struct mc_dgram *d);

/* responder_twin gives the unicast half of a responder, made when it is asked for first; NULL where there is
 * no memory. It has the address and port of the whole. */
struct responder *responder_twin(struct responder *r);

/* responder_has tells whether a number was answered, in time or not; of the last MC_SEQ_WINDOW. */
bool responder_has(const struct responder *r, uint64_t seq);

/* responder_note counts a reply and sets its duplicate and late. */
void responder_note(struct responder *r, struct reply *reply, mc_time timeout);

/* responders_heard is the number of those that answered in time at least once. */
unsigned responders_heard(const struct responders *t);

/* responders_received is the sum of what they answered in time. */
uint64_t responders_received(const struct responders *t);

/* responders_known is the number of those that were heard at all; responders_silent that of those that the
 * user named and that did not answer in time. */
unsigned responders_known(const struct responders *t);
unsigned responders_silent(const struct responders *t);

/* responder_loss is the share, 0 to 1, of the datagrams sent that it did not answer in time. */
double responder_loss(const struct responder *r, uint64_t sent);

/* responder_loss_since_first is that of the datagrams from the first that it answered on, to number last; -1
 * where it answered none. */
double responder_loss_since_first(const struct responder *r, uint64_t last);

void responders_free(struct responders *t);

#endif
