/*
 * links.h - the links that were seen: an interface and VLAN each, with a tracker for each family.
 */
#ifndef WATCH_LINKS_H
#define WATCH_LINKS_H

#include "engine/track.h"

#define LINKS_MOST 4096
#define LINK_NAME_SIZE 40 /* "eth0", "eth0.10", "eth0.10.20"; of a file: "if3" (cooked v2), "vlan10", "-" */

struct link_seen {
	uint32_t ifindex; /* 0: of a file that does not tell */
	uint16_t vlan[2];
	char name[LINK_NAME_SIZE];
	char ifname[20];                  /* without the VLANs; empty: unknown */
	struct mc_track *tracks[2];       /* IPv4, IPv6; NULL: nothing heard */
};

struct links;

/* name_of gives the name of an interface now, or NULL; for a file it is NULL itself. */
int links_new(struct links **ret, const char *(*name_of)(void *arg, uint32_t ifindex), void *arg);
void links_free(struct links *s);

/* links_find gives the link, made where it is new; NULL without memory or beyond LINKS_MOST links. O(1). */
struct link_seen *links_find(struct links *s, uint32_t ifindex, const uint16_t vlan[2]);

/* links_track gives its tracker, made where it is new; NULL without memory. The first 8 have the limits of
 * mc_track_conf_init, the next 8 half of them, and so on, down to 64 groups, 256 hosts and 256 sources: all
 * together hold less than 1.6 million groups, and 6.3 million hosts and sources each. */
struct mc_track *links_track(struct links *s, struct link_seen *l, uint8_t family, mc_time now);

/* links_deadline is the earliest of all trackers; O(log n), mostly O(1). It knows of a message that was
 * put into a tracker of the link that was found last, and of polling any tracker. links_due gives
 * the tracker that was due first, and its link: poll it until there is nothing more, then ask again;
 * NULL: none is due. */
mc_time links_deadline(struct links *s);
struct mc_track *links_due(struct links *s, mc_time now, struct link_seen **ret);

/* links_next iterates from NULL to NULL, in the order they were first seen. */
struct link_seen *links_next(const struct links *s, const struct link_seen *prev);
size_t links_dropped(const struct links *s); /* packets of links beyond the limit */

#endif
