/*
 * said.h - what the network says of datagrams that a socket sent: ICMP errors, where IP_RECVERR is set.
 */
#ifndef MCAST_DOCTOR_SAID_H
#define MCAST_DOCTOR_SAID_H

#include "doctor/with.h"

/* said_take takes one: 1, and to whom the datagram was sent; 0: there is none now; -errno. */
int said_take(int fd, struct mc_addr *ret_to, struct with_said *ret);

#endif
