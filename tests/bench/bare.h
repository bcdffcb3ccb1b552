/*
 * bare.h - IGMPv3 and MLDv2 reports read as one would by hand who wants nothing but speed and no over-read.
 * Every length and both checksums are checked, every record is handed on; nothing is stored and nothing is
 * explained. It uses nothing of mcast: it is what the library is measured against.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Gets a record: its type, then at 4 the group of `addr` octets and `lists` octets of sources. */
typedef void (*bare_record)(void *arg, const uint8_t *record, size_t addr, size_t lists);

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Adds to a one's complement sum; what is added in 32 bits folds to the same as in 16. */
static inline uint64_t checksum(uint64_t sum, const uint8_t *p, size_t len)
{
	for (; len >= 4; p += 4, len -= 4) {
		uint32_t v;

		memcpy(&v, p, sizeof(v));
		sum += v;
	}
	if (len) {
		uint8_t rest[4] = { 0 };
		uint32_t v;

		memcpy(rest, p, len);
		memcpy(&v, rest, sizeof(v));
		sum += v;
	}
	return sum;
}

static inline bool sound(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static inline __attribute__((always_inline)) bool read_records(const uint8_t *p, size_t len, size_t addr,
							       bare_record record, void *arg)
{
	size_t off = 8;

	for (unsigned n = get16(p + 6); n; n--) {
		if (len - off < 4 + addr)
			return false;
		size_t lists = get16(p + off + 2) * addr;
		size_t size = 4 + addr + lists + p[off + 1] * 4U;

		if (len - off < size)
			return false;
		record(arg, p + off, addr, lists);
		off += size;
	}
	return true;
}

static inline __attribute__((always_inline)) bool read_igmp(const uint8_t *p, size_t len, bare_record record,
							    void *arg)
{
	if (len < 20 || p[0] >> 4 != 4)
		return false;
	size_t header = (p[0] & 15U) * 4, total = get16(p + 2);

	if (header < 20 || total < header + 8 || total > len)
		return false;
	if (get16(p + 6) & 0x3fff || p[9] != 2 || p[header] != 0x22)
		return false;
	if (!sound(checksum(0, p, header)) || !sound(checksum(0, p + header, total - header)))
		return false;
	return read_records(p + header, total - header, 4, record, arg);
}

static inline __attribute__((always_inline)) bool read_mld(const uint8_t *p, size_t len, bare_record record,
							   void *arg)
{
	if (len < 48 || p[0] >> 4 != 6)
		return false;
	size_t total = 40U + get16(p + 4), header = 40;
	uint8_t next = p[6];

	if (total > len || total < 48)
		return false;
	if (next == 0) { /* hop-by-hop options */
		next = p[40];
		header += 8 + p[41] * 8U;
	}
	if (next != 58 || header + 8 > total || p[header] != 143)
		return false;
	const uint8_t pseudo[4] = { 0, 58, (uint8_t)((total - header) >> 8), (uint8_t)(total - header) };
	uint64_t check = checksum(checksum(0, pseudo, 4), p + 8, 32);

	if (!sound(checksum(check, p + header, total - header)))
		return false;
	return read_records(p + header, total - header, 16, record, arg);
}

/* Both are to be compiled in line, so that the record's function is, too. */
static inline __attribute__((always_inline)) bool bare_report(const uint8_t *octets, size_t len,
							      bare_record record, void *arg)
{
	return octets[0] >> 4 == 4 ? read_igmp(octets, len, record, arg) : read_mld(octets, len, record, arg);
}

#endif
