/*
 * tap.h - UDP to groups on an interface, whoever joined them: what still arrives after a group was left.
 *
 * A packet socket. The first group that is wanted hooks it to the interface; it sees nothing while none is.
 */
#ifndef MC_TAP_H
#define MC_TAP_H

#include <mcast/base.h>

struct mc_tap;

/* A datagram, or a train that came whole (UDP_SEGMENT on this machine, GRO): len is then that of the train.
 * Of a datagram in fragments the first is told, with the length of all. */
struct mc_tapped {
	struct mc_addr source, group;
	uint16_t source_port, port;
	uint32_t len; /* octets of payload */
	mc_time time; /* CLOCK_REALTIME, by the kernel */
};

/* mc_tap_open needs CAP_NET_RAW; no other call does. 0 or -errno. */
int mc_tap_open(struct mc_tap **ret, uint32_t ifindex);
void mc_tap_close(struct mc_tap *t);

int mc_tap_fd(const struct mc_tap *t); /* readable when there may be something */

/* mc_tap_want has a group told of from now on, and its Ethernet address pass the interface's own filter:
 * no report is sent for that. Once more is good and changes nothing. 0 or -errno.
 * What came shortly before, and was not read, may be told of, too: its time says so. mc_tap_unwant undoes it,
 * at once. */
int mc_tap_want(struct mc_tap *t, const struct mc_addr *group);
void mc_tap_unwant(struct mc_tap *t, const struct mc_addr *group);

/* mc_tap_recv takes one datagram: 1; 0: there is none now; -errno, of which -ENETDOWN is told once, when the
 * interface goes down: it may come back. */
int mc_tap_recv(struct mc_tap *t, struct mc_tapped *ret);

#endif
