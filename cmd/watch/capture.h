/*
 * capture.h - packets from interfaces or from a capture file, and into one. The only place that
 * knows libpcap; built without it (-Dpcap=disabled) capture_none.c stands in and refuses.
 */
#ifndef WATCH_CAPTURE_H
#define WATCH_CAPTURE_H

#include <mcast/base.h>
#include <stdio.h>

#include "net/ifaces.h"
#include "net/loop.h"

struct packet {
	mc_time time; /* since 1970 */
	int link;     /* enum mc_link_type */
	const uint8_t *octets;
	size_t len;       /* octets here */
	size_t wire;      /* octets it had */
	uint32_t ifindex; /* live; 0: a file */
};

struct capture;

/* Every call that can fail writes one clause, without a full stop, into why: what, where, and
 * what next where there is something. Nothing is half open after a failure. */
#define CAPTURE_WHY 300

int capture_new(struct capture **ret); /* 0 or -errno */
void capture_free(struct capture *c);

/* capture_open_file opens pcap or pcapng, "-" for stdin; a link type that cannot be read is
 * refused by its name. capture_open_iface adds an interface, promiscuous, with the filter below;
 * needs CAP_NET_RAW, which a refusal names. Filters look behind up to two VLAN tags. Either one
 * file or any number of interfaces. */
int capture_open_file(struct capture *c, const char *path, char *why);
int capture_open_iface(struct capture *c, const struct mc_iface *i, char *why);

/* capture_open_stream reads a file that is open already, and owns it from here on, also where it
 * refuses. */
int capture_open_stream(struct capture *c, FILE *f, const char *name, char *why);

/* capture_keep writes every packet that capture_kept is told of to a file, in the frames they
 * came in; where there are several interfaces, as Linux cooked v2, which tells the interface.
 * Call it after the last capture_open. Nanoseconds. "-" is stdout, which must be no terminal. The
 * file that is read is refused. When capture_next gives 0, what was kept is in the file or pipe. */
int capture_keep(struct capture *c, const char *path, char *why);
void capture_kept(struct capture *c, const struct packet *p);

/* capture_watch has the loop call ready(arg) when there are packets of an interface; ready then
 * calls capture_next until it gives 0, which comes after at most 256 packets: the loop has its turn,
 * and ready is called again. Call it after the last capture_open. */
int capture_watch(struct capture *c, struct mc_loop *loop, void (*ready)(void *arg), void *arg);

/* capture_next gives a packet: 1; it lives until the next call. Of several interfaces it is the
 * earliest that is there. 0: none now; for a file: its end. -1, and why tells: a file that broke (and
 * how many packets were read before), or an interface that is gone; it is closed, the others go on.
 * An interface that is down is waited for. */
int capture_next(struct capture *c, struct packet *ret, char *why);

size_t capture_open(const struct capture *c); /* interfaces still open; 1 for a file that did not break */

struct capture_stats {
	uint64_t packets; /* given by capture_next */
	uint64_t dropped; /* by the kernel or the interface before they could be read */
	uint64_t kept;    /* written */
};

/* capture_close ends the writing, so that a full disk is noticed: 0, or -1 and why. */
int capture_close(struct capture *c, struct capture_stats *ret, char *why);

/* capture_version is libpcap's version line, or NULL without it. */
const char *capture_version(void);

#endif
