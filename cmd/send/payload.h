/*
 * payload.h - what the datagrams hold: buffers for as many as one call takes, filled once, of which only the
 * numbers and times change. It knows no socket and no clock.
 */
#ifndef SEND_PAYLOAD_H
#define SEND_PAYLOAD_H

#include "base/rand.h"
#include "flow/guise.h"
#include "flow/probe.h"
#include "send/conf.h"
#include "send/feed.h"

struct payload {
	enum mc_format format;
	uint64_t session;
	size_t head;          /* octets in front of what is read, or of the pattern */
	struct send_range size;
	struct mc_rand rand;
	struct feed *feed;    /* NULL: nothing is read */
	uint8_t *room;        /* of each datagram `stride` octets: in a train they follow each other */
	size_t stride;
	unsigned slots;
	uint32_t *len;        /* of each */
	unsigned train;       /* how many headers say that left in one call; 0: they were not written yet */
	struct mc_guise guise;
};

/* payload_open makes room for so many datagrams at once, end to end where they are trains. 0 or -ENOMEM. */
int payload_open(struct payload *p, const struct send_conf *c, uint64_t session, unsigned slots, bool trains);
void payload_free(struct payload *p);

/* payload_load settles size and content of up to n datagrams, without their headers. Returns how many there
 * are; 0: nothing was read yet, or (feed->over) nothing more will be. */
unsigned payload_load(struct payload *p, unsigned n);

/* payload_train has the headers say that n leave in one call, from now on. */
void payload_train(struct payload *p, unsigned n);

/* payload_number writes the headers of n datagrams from `at` on, numbered from seq. */
void payload_number(struct payload *p, unsigned at, unsigned n, uint64_t seq, mc_time time);

/* payload_whom tells the group that what is numbered next goes to; it matters to mcjoin. */
void payload_whom(struct payload *p, const struct mc_addr *group);

/* payload_end writes the end of a stream into the first buffer: its length, 0 where there is none. */
size_t payload_end(struct payload *p, uint64_t last, mc_time time);

static inline uint8_t *payload_at(const struct payload *p, unsigned i)
{
	return p->room + (size_t)i * p->stride;
}

/* payload_octets is how long n datagrams from `at` on are together. */
static inline size_t payload_octets(const struct payload *p, unsigned at, unsigned n)
{
	size_t sum = 0;

	for (unsigned i = at; i < at + n; i++)
		sum += p->len[i];
	return sum;
}

#endif
