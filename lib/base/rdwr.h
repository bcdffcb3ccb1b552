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

/* Reads n octets, at most 8, as one number. */
static inline uint64_t mc_rd_number(struct mc_rd *r, size_t n)
{
	uint64_t v = 0;

	if (r->bad || r->len - r->off < n) {
		r->bad = true;
		return 0;
	}
#pragma GCC unroll 8 /* n is a constant wherever this is inlined: it becomes a load and a swap */
	for (size_t i = 0; i < n; i++)
		v = v << 8 | r->base[r->off + i];
	r->off += n;
	return v;
}

static inline uint8_t mc_rd_u8(struct mc_rd *r)
{
	return (uint8_t)mc_rd_number(r, 1);
}

static inline uint16_t mc_rd_u16(struct mc_rd *r)
{
	return (uint16_t)mc_rd_number(r, 2);
}

static inline uint32_t mc_rd_u32(struct mc_rd *r)
{
	return (uint32_t)mc_rd_number(r, 4);
}

static inline uint64_t mc_rd_u64(struct mc_rd *r)
{
	return mc_rd_number(r, 8);
}

/* Writes the low n octets of v, at most 8. */
static inline void mc_wr_number(struct mc_wr *w, uint64_t v, size_t n)
{
	if (w->bad || w->len - w->off < n) {
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

#endif
