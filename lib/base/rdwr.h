/*
 * rdwr.h - reading and writing octets in network byte order without running off either end.
 *
 * Both are sticky: once a step does not fit, every later one fails too, reads give zeros and
 * writes do nothing; ask mc_rd_ok or mc_wr_ok once, at the end. The form is (base, length,
 * offset), which static analysers can follow. It knows no message format.
 */
#ifndef MC_RDWR_H
#define MC_RDWR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct mc_rd {
	const uint8_t *base;
	size_t len, off;
	bool bad;
};

struct mc_wr {
	uint8_t *base;
	size_t len, off;
	bool bad;
};

static inline bool mc_rd_ok(const struct mc_rd *r)
{
	return !r->bad;
}

/* Steps over n octets, which are then the last before off. No n that length fields of two octets
 * can say makes the sum wrap. */
static inline bool mc_rd_skip(struct mc_rd *r, size_t n)
{
	size_t to = r->off + n;

	if (r->bad || to > r->len)
		r->bad = true;
	else
		r->off = to;
	return !r->bad;
}

static inline uint8_t mc_rd_u8(struct mc_rd *r)
{
	return mc_rd_skip(r, 1) ? r->base[r->off - 1] : 0;
}

static inline uint16_t mc_rd_u16(struct mc_rd *r)
{
	const uint8_t *b;

	if (!mc_rd_skip(r, 2))
		return 0;
	b = r->base + r->off - 2;
	return (uint16_t)(b[0] << 8 | b[1]);
}

/* Spelt out: compilers make one load of it, which they do not of a loop. */
static inline uint32_t mc_rd_u32(struct mc_rd *r)
{
	const uint8_t *b;

	if (!mc_rd_skip(r, 4))
		return 0;
	b = r->base + r->off - 4;
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t mc_rd_u64(struct mc_rd *r)
{
	uint64_t high = mc_rd_u32(r);

	return high << 32 | mc_rd_u32(r);
}

/* The octets that are still to be read. The comparison is for analysers: it is always true. */
static inline size_t mc_rd_left(const struct mc_rd *r)
{
	return r->off <= r->len ? r->len - r->off : 0;
}

/* Writes the low n octets of v, at most 8. */
static inline void mc_wr_number(struct mc_wr *w, uint64_t v, size_t n)
{
	if (w->bad || w->off + n > w->len) {
		w->bad = true;
		return;
	}
#pragma GCC unroll 8
	for (size_t i = n; i-- > 0; v >>= 8)
		w->base[w->off + i] = (uint8_t)v;
	w->off += n;
}

static inline void mc_wr_u8(struct mc_wr *w, uint8_t v)
{
	mc_wr_number(w, v, 1);
}

static inline void mc_wr_u16(struct mc_wr *w, uint16_t v)
{
	mc_wr_number(w, v, 2);
}

static inline void mc_wr_u32(struct mc_wr *w, uint32_t v)
{
	mc_wr_number(w, v, 4);
}

static inline void mc_wr_u64(struct mc_wr *w, uint64_t v)
{
	mc_wr_number(w, v, 8);
}

/* Leaves n octets as they are, for later. */
static inline void mc_wr_skip(struct mc_wr *w, size_t n)
{
	if (w->bad || w->len - w->off < n)
		w->bad = true;
	else
		w->off += n;
}

static inline bool mc_wr_ok(const struct mc_wr *w)
{
	return !w->bad;
}

/* Writes n octets from elsewhere; n of 0 may come with no address. */
static inline void mc_wr_octets(struct mc_wr *w, const void *from, size_t n)
{
	if (w->bad || w->len - w->off < n) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->base + w->off, from, n);
	w->off += n;
}

#endif
