/*
 * sip.h - SipHash (Aumasson and Bernstein, 2012) of a few words, with one round a word and three at the end,
 * for hash tables whose keys others choose: without the seed nobody can aim at one chain.
 */
#ifndef MC_SIP_H
#define MC_SIP_H

#include <stddef.h>
#include <stdint.h>

struct mc_sip {
	uint64_t key[2];
};

static inline uint64_t mc_sip_turn(uint64_t v, unsigned by)
{
	return v << by | v >> (64 - by);
}

static inline struct mc_sip mc_sip_of(uint64_t seed)
{
	return (struct mc_sip){ { seed, mc_sip_turn(seed, 32) * UINT64_C(0x9e3779b97f4a7c15) } };
}

static inline void mc_sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = mc_sip_turn(v[1], 13) ^ v[0];
	v[3] = mc_sip_turn(v[3], 16) ^ v[2];
	v[0] = mc_sip_turn(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = mc_sip_turn(v[1], 17) ^ v[2];
	v[3] = mc_sip_turn(v[3], 21) ^ v[0];
	v[2] = mc_sip_turn(v[2], 32);
}

static inline uint32_t mc_sip_hash(const struct mc_sip *s, const uint64_t *words, size_t n)
{
	uint64_t v[4];

	v[0] = s->key[0] ^ UINT64_C(0x736f6d6570736575);
	v[1] = s->key[1] ^ UINT64_C(0x646f72616e646f6d);
	v[2] = s->key[0] ^ UINT64_C(0x6c7967656e657261);
	v[3] = s->key[1] ^ UINT64_C(0x7465646279746573);
	for (size_t i = 0; i < n; i++) {
		v[3] ^= words[i];
		mc_sip_round(v);
		v[0] ^= words[i];
	}
	v[2] ^= 0xff;
	for (size_t i = 0; i < 3; i++)
		mc_sip_round(v);
	v[0] ^= v[1] ^ v[2] ^ v[3];
	return (uint32_t)(v[0] ^ v[0] >> 32);
}

#endif
