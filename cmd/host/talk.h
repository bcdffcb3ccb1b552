/*
 * talk.h - what was said on the link that many hosts are to hear: queries, and older versions' reports; and
 * which of it each host has heard. A host hears what it has missed all at once, when its turn comes: ten
 * thousand hosts that each come into the cache for every report would be behind for seconds. What was said
 * when is kept, so that it makes no difference to them.
 */
#ifndef HOST_TALK_H
#define HOST_TALK_H

#include <mcast/msg.h>

#define TALK_KEPT 256 /* no host is further behind */

struct talk_entry {
	struct mc_msg msg; /* refers to octets */
	uint8_t *octets;
	uint32_t speaker; /* a host, who is not to hear it; UINT32_MAX: none of them */
	mc_time time;
};

struct talk {
	struct talk_entry *entries; /* a ring */
	uint64_t n;     /* messages so far */
	uint64_t *seen; /* by host: how many of those */
	uint32_t hosts;
	uint32_t turn;  /* whose turn it is to hear what it has missed */
	uint32_t owed;  /* turns until all have heard the last query */
};

int talk_open(struct talk *t, uint32_t hosts); /* 0 or -ENOMEM */
void talk_close(struct talk *t);

/* talk_add adds a message. Then talk_turns hosts are to have their turn. False: there is no memory, and it
 * is lost. */
bool talk_add(struct talk *t, const struct mc_msg *m, uint32_t speaker, mc_time now);

/* talk_next gives the next message that a host has not heard; NULL: it has heard all. talk_skip: it is to
 * hear none of those so far. */
const struct talk_entry *talk_next(struct talk *t, uint32_t host);
void talk_skip(struct talk *t, uint32_t host);

/* talk_turns tells how many hosts are to hear all that they have missed, after each message; talk_turn
 * which is the next one. */
uint32_t talk_turns(const struct talk *t);
uint32_t talk_turn(struct talk *t);

#endif
