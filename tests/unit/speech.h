/*
 * speech.h - what hosts and routers of a test say to the router role: addresses by number and lists of
 * sources as bits, as packets that go through the decoder.
 */
#ifndef TEST_SPEECH_H
#define TEST_SPEECH_H

#include <mcast/router.h>

#include "wire.h"

enum { SPEECH_PACKET = 1500, SPEECH_SOURCES = 64 };

/* An address whose last octet is n. */
static inline struct mc_addr speech_addr(uint8_t family, const char *v4, const char *v6, unsigned n)
{
	struct mc_addr a = wire_addr(family == MC_IPV4 ? v4 : v6);

	a.b[mc_addr_len(&a) - 1] = (uint8_t)n;
	return a;
}

static inline struct mc_addr speech_source(uint8_t family, unsigned bit)
{
	return speech_addr(family, "192.0.2.0", "2001:db8::", bit + 1);
}

static inline unsigned speech_bit_of(const struct mc_addr *source)
{
	return source->b[mc_addr_len(source) - 1] - 1U;
}

/* A host or a router of the link; 0 is nobody. */
static inline struct mc_addr speech_node(uint8_t family, unsigned n)
{
	struct mc_addr none = { .family = family };

	return n ? speech_addr(family, "10.0.0.0", "fe80::", n) : none;
}

static inline struct mc_sources speech_sources(uint8_t family, uint64_t set, uint8_t *room, size_t cap)
{
	struct mc_sources list = { .family = family };
	struct mc_addr addrs[SPEECH_SOURCES];
	size_t n = 0;

	for (unsigned i = 0; i < SPEECH_SOURCES; i++)
		if (set >> i & 1)
			addrs[n++] = speech_source(family, i);
	if (n)
		assert_int_equal(mc_sources_pack(&list, room, cap, addrs, n), 0);
	return list;
}

/* `behind`: versions before the newest. */
static inline struct mc_msg speech_head(uint8_t family, enum mc_kind kind, unsigned behind, unsigned from)
{
	struct mc_msg m;

	mc_msg_init(&m);
	m.kind = (uint8_t)kind;
	m.family = family;
	m.version = (uint8_t)(mc_proto_of(family)->newest - behind);
	m.ip.src = speech_node(family, from);
	m.faults = MC_FAULT_SENDER; /* anybody may be written */
	return m;
}

static inline void speech_hear(struct mc_router *r, const uint8_t *packet, int len, mc_time now)
{
	struct mc_msg m;

	assert_true(len > 0);
	mc_msg_init(&m);
	assert_int_equal(mc_decode(&m, packet, (size_t)len), 0);
	mc_router_input(r, &m, now);
}

#endif
