/*
 * csum.h - the Internet checksum (RFC 1071): a one's complement sum, kept in the byte order of
 * the machine, which does not matter until it is folded and stored as the octets it came from.
 */
#ifndef MC_CSUM_H
#define MC_CSUM_H

#include <mcast/msg.h>

#include <string.h>

/* Adds v with the carry around the end. */
static inline uint64_t mc_csum_add64(uint64_t sum, uint64_t v)
{
	sum += v;
	return sum + (sum < v);
}

/* Adds len octets to a sum, 8 at a time: they fold to the same as 2 would. */
static inline uint64_t mc_csum_add(uint64_t sum, const uint8_t *base, size_t len)
{
	size_t off = 0, to;

	for (; (to = off + 8) <= len; off = to) {
		uint64_t v;

		memcpy(&v, base + to - 8, 8);
		sum = mc_csum_add64(sum, v);
	}
	if ((to = off + 4) <= len) {
		uint32_t v;

		memcpy(&v, base + to - 4, 4);
		sum = mc_csum_add64(sum, v);
		off = to;
	}
	if ((to = off + 2) <= len) {
		uint16_t v;

		memcpy(&v, base + to - 2, 2);
		sum = mc_csum_add64(sum, v);
		off = to;
	}
	if (off < len) {
		uint16_t v = 0;

		memcpy(&v, base + off, 1);
		sum = mc_csum_add64(sum, v);
	}
	return sum;
}

/* Folds a sum to 16 bits; 0xffff where the octets hold their own right checksum. */
static inline uint16_t mc_csum_fold(uint64_t sum)
{
	uint32_t high = (uint32_t)(sum >> 32), v = (uint32_t)sum + high;

	v += v < high;
	return (uint16_t)((v + (v << 16 | v >> 16)) >> 16);
}

/* The sum of a pseudo header, of IPv6 (RFC 8200 8.1) or IPv4 (RFC 768: the same words, and the zeros behind
 * an IPv4 address add nothing); len is the payload's, at most 65535. */
static inline uint64_t mc_csum_pseudo(const struct mc_ip *ip, uint8_t protocol, size_t len)
{
	const uint8_t rest[8] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len, 0, 0, 0, protocol };
	uint64_t sum = mc_csum_add(0, ip->src.b, 16);

	return mc_csum_add(mc_csum_add(sum, ip->dst.b, 16), rest, sizeof(rest));
}

/* Stores the checksum that makes the sum (of the octets with zeros in its place) right. */
static inline void mc_csum_store(uint8_t *at, uint64_t sum)
{
	uint16_t v = (uint16_t)~mc_csum_fold(sum);

	memcpy(at, &v, sizeof(v));
}

#endif
