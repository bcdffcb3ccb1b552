/*
 * outbox.h - packets that wait to be sent as frames, many with one call.
 */
#ifndef HOST_OUTBOX_H
#define HOST_OUTBOX_H

#include <mcast/link.h>

#include "flow/hist.h"

#define OUTBOX_ROOM 64

/* What is known of a packet beside its octets. */
struct outbox_note {
	uint32_t host;    /* from 0 on */
	uint32_t records; /* of a report; 1 in older versions */
	bool leave;       /* of an older version */
	mc_time due;
};

struct outbox_counts {
	uint64_t reports, leaves, records, not_sent;
};

struct outbox {
	struct mc_link *link;
	int (*forge)(struct mc_link *l, const struct mc_frame *v, unsigned n);
	/* Called with each that was sent, where it is set, and once for those that could not be. */
	void (*sent)(void *arg, const struct mc_frame *f, const struct outbox_note *note, mc_time late);
	void (*failed)(void *arg, unsigned n, int error);
	void *arg;
	struct mc_frame frames[OUTBOX_ROOM];
	struct outbox_note notes[OUTBOX_ROOM];
	uint8_t *slots;
	size_t slot; /* octets of one */
	unsigned from, n; /* frames that wait: n, from that one on */
	mc_time busy;  /* since when the interface takes none; MC_NEVER: it does */
	mc_time again; /* when it is tried again */
	struct outbox_counts counts;
	struct mc_hist late;
};

int outbox_open(struct outbox *o, size_t mtu); /* 0 or -ENOMEM; forge and the rest are the caller's to set */
void outbox_close(struct outbox *o);

static inline unsigned outbox_space(const struct outbox *o)
{
	return OUTBOX_ROOM - o->from - o->n;
}

/* outbox_put copies a packet; ether NULL: from the interface's address. There must be space. */
void outbox_put(struct outbox *o, const void *octets, size_t len, const struct mc_addr *dst,
		const uint8_t *ether, const struct outbox_note *note);

/* outbox_reports tells how many reports wait. */
uint64_t outbox_reports(const struct outbox *o);

/* outbox_flush sends what waits, as far as the interface takes it; what it does not take is tried again
 * for a while, then dropped. now is moved on to when that was done. */
void outbox_flush(struct outbox *o, mc_time *now, mc_time (*clock)(void));

/* outbox_due tells when to flush again; MC_NEVER: nothing waits for the interface. */
mc_time outbox_due(const struct outbox *o);

#endif
