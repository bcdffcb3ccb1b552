/*
 * ssm.h - the standard multicast ping (RFC 6450, and the older form of ssmping), answered beside the echo.
 */
#ifndef MCAST_SERVE_SSM_H
#define MCAST_SERVE_SSM_H

#include "base/sip.h"
#include "serve/answer.h"

#define SSM_TTL 64 /* of answers, where -t does not say */

struct ssm {
	struct mc_watch sockets[2]; /* fd -1: that family is not to be had */
	struct answer *answer;
	const struct listen_set *set; /* groups and interfaces that are served */
	struct guard guard;           /* an answer is never answered: no port can make a loop */
	struct mc_sip key;            /* of sessions */
	uint8_t ttl;
};

/* ssm_open opens the sockets, IPv4 and IPv6, and watches them; nothing is answered before ssm_begin, which is
 * told how requests are judged and counted. 0, or EXIT_CANNOT and it was refused in one line. */
int ssm_open(struct ssm *s, const struct listen_set *set);
void ssm_begin(struct ssm *s, struct answer *a);

/* ssm_close closes them; returns the datagrams that they had lost. */
uint64_t ssm_close(struct ssm *s);

#endif
