/*
 * drive.h - the routers' engines driven: packets in, actions out.
 */
#ifndef QUERIER_DRIVE_H
#define QUERIER_DRIVE_H

#include <mcast/msg.h>

#include "querier/links.h"

#define DRIVE_JOINED 256

/* An array of addresses that grows. */
struct drive_list {
	struct mc_addr *v;
	size_t n, room;
};

/* What all links share while they are driven. */
struct drive {
	struct mc_msg msg, sent; /* heard; sent, where that is to be told */
	struct drive_list sources, excluded;
	struct mc_addr joined[DRIVE_JOINED]; /* groups whose new members were just told of */
	unsigned njoined, next;              /* next: where to look first */
};

void drive_init(struct drive *d);
void drive_free(struct drive *d);

/* drive_packets takes the packets of a link, a bunch of them at the most: l->more tells whether there are
 * more. */
void drive_packets(struct querier_link *l);

/* drive_side has a router do what is due, and tells and sends what comes of it; at most so much at once: it
 * may be due again at once. */
void drive_side(struct querier_link *l, unsigned family, mc_time now);

/* drive_due tells when a link has something to do. */
mc_time drive_due(const struct querier_link *l);

/* drive_querier tells who the querier is, if that is new. */
void drive_querier(struct querier_link *l, unsigned family);

#endif
