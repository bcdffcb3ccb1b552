/*
 * from.h - the addresses that hosts send from: a run of them, and an Ethernet address each.
 */
#ifndef HOST_FROM_H
#define HOST_FROM_H

#include <mcast/base.h>

#define FROM_STRLEN 64

struct from {
	struct mc_addr first; /* family 0: none was given */
	uint64_t room;        /* addresses there are, at least */
	char text[FROM_STRLEN];
};

/* from_parse reads "10.0.8.0/22", whose own and last address are no host's, or "10.0.8.1" to count from.
 * Those of IPv6 are to be link-local (RFC 9777 5.2.14). 0, or -1 and a clause (why, and what next) in
 * why. */
int from_parse(struct from *ret, const char *text, char *why, size_t cap);

/* from_at gives the address of host number n, counted from 0 and below room. */
struct mc_addr from_at(const struct from *f, uint32_t n);

/* from_ether gives its Ethernet address: 02:00:00:00:00:01 for number 0, and so on. */
void from_ether(uint32_t n, uint8_t ret[6]);

#endif
