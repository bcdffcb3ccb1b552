/*
 * sent.h - the packets that were sent and have not been seen to leave yet: so a capture knows its own.
 */
#ifndef MC_SENT_H
#define MC_SENT_H

#include <mcast/base.h>

struct mc_sent;

struct mc_sent *mc_sent_new(void); /* NULL: no memory */
void mc_sent_free(struct mc_sent *s);

/* mc_sent_add notes an IP packet that was sent at a time of the capture's clock; the oldest one is forgotten
 * when there are thousands. */
void mc_sent_add(struct mc_sent *s, const void *octets, size_t len, mc_time now);

/* mc_sent_take tells whether a packet seen to leave at a time is one of those, and strikes that one out. */
bool mc_sent_take(struct mc_sent *s, const void *octets, size_t len, mc_time when);

#endif
