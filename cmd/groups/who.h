/*
 * who.h - in words: the process, the user, the socket, the filter.
 */
#ifndef MCAST_GROUPS_WHO_H
#define MCAST_GROUPS_WHO_H

#include "groups/users.h"
#include "net/holders.h"

/* Each writes into buf, which WHO_SIZE suffices for, and returns it; names are made fit to be shown. */
#define WHO_SIZE 256

char *who_process(char buf[WHO_SIZE], const struct mc_holder *h); /* "python3[1234]" */
char *who_user(char buf[WHO_SIZE], struct users *u, uint32_t uid);

/* "239.1.2.3:5000", "*:5000", "* raw/2"; name is the interface that it is tied to, NULL: none. */
char *who_socket(char buf[WHO_SIZE], const struct mc_socket *s, const char *name);

/* who_uid is the user of the process, or where that is not known, of the socket. */
uint32_t who_uid(const struct mc_holder *h);

/* who_protocol is "udp", "udplite", "raw" or "icmp". */
const char *who_protocol(const struct mc_socket *s);

/* who_filter writes a filter of n sources, at most so many of them by name. buf is
 * of cap octets; WHO_SOURCE for each that is named, and WHO_SIZE, always suffice. */
#define WHO_SOURCE (MC_ADDR_STRLEN + 2)
char *who_filter(char *buf, size_t cap, enum mc_mode mode, const struct mc_addr *sources, size_t n,
		 size_t most);

/* who_ifname writes an interface's name so that it can be shown, or "if7" where it has none. */
char *who_ifname(char buf[WHO_SIZE], uint32_t ifindex, const char *name);

#endif
