/*
 * sender.h - the socket of a ping, what leaves by it, and what of that is answered.
 */
#ifndef MCAST_PING_SENDER_H
#define MCAST_PING_SENDER_H

#include <mcast/sock.h>

#include "ping/ping.h"
#include "where.h"

#define SENDER_TRAIN 64 /* datagrams of one train: what every kernel that has trains takes */

struct sender {
	int fd;
	uint64_t session;
	uint64_t sent, unsent; /* datagrams */
	bool plain;            /* no probe header */
	bool stamps;           /* the kernel stamps what arrives and leaves */
	struct mc_dgram dgram; /* to whom, and what */
	uint8_t *buf;
};

/* sender_open opens the socket and prepares the payload. 0 or -errno. */
int sender_open(struct sender *s, const struct ping_conf *c, const struct where *w);

/* sender_open_unicast opens one for unicast, from an address (unspecified: any): to whom is said by sender_to
 * before anything is sent. Its TTL is the system's where ttl is -1. */
int sender_open_unicast(struct sender *s, const struct ping_conf *c, const struct mc_addr *source,
			uint32_t ifindex, int32_t ttl);
void sender_to(struct sender *s, const struct mc_addr *peer, uint16_t port, uint32_t ifindex);

void sender_close(struct sender *s);

/* sender_send sends the datagram of a number; time is CLOCK_REALTIME, for its header. 0, or
 * -errno after counting it as unsent. */
int sender_send(struct sender *s, uint64_t seq, size_t bytes, mc_time time);

/* sender_seq tells which datagram a reply answers, 0 for none of this run; *ret_time is the time
 * in its header. A reply to --data has neither: it answers the last one sent. */
uint64_t sender_seq(const struct sender *s, const void *data, size_t len, mc_time *ret_time);

/* sender_train_most is how many datagrams of a size one train takes. */
unsigned sender_train_most(size_t bytes);

/* sender_train sends n datagrams, numbered from seq on, as one train. As sender_send. */
int sender_train(struct sender *s, uint64_t seq, unsigned n, size_t bytes, mc_time time);

#endif
