/*
 * probe.h - the datagram header that ping (later send and recv) puts in front of its payload.
 *
 * 32 octets, network byte order: magic "mcst", version, kind, two reserved octets, session,
 * sequence, time of sending. An echo server returns it untouched and need not know it. Behind
 * it the datagram is filled with a pattern that depends on the offset alone, so that a reply
 * can be checked without keeping what was sent.
 */
#ifndef MC_PROBE_H
#define MC_PROBE_H

#include <mcast/base.h>

#define MC_PROBE_LEN 32

struct mc_probe {
	uint64_t session; /* random, one a run: tells our replies from anybody else's */
	uint64_t seq;
	mc_time time;     /* CLOCK_REALTIME of sending */
};

/* mc_probe_fill writes the pattern into buf, from octet MC_PROBE_LEN on; once is enough for a
 * buffer whose header is written again and again. */
void mc_probe_fill(void *buf, size_t len);

/* mc_probe_write writes the header; len must be at least MC_PROBE_LEN. */
void mc_probe_write(void *buf, const struct mc_probe *p);

/* mc_probe_read reads the header: 0, or MC_ERR_PROBE (too short, wrong magic or version). */
int mc_probe_read(struct mc_probe *ret, const void *buf, size_t len);

/* mc_probe_intact tells whether everything behind the header is the pattern. */
bool mc_probe_intact(const void *buf, size_t len);

#endif
