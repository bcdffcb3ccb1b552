/*
 * probe.c - the probe header as octets, the pattern behind it, and the question for a sender's clock. It
 * knows no clock and no socket; which replies are ours is the caller's to decide, by session.
 */
#include "flow/probe.h"

#include "base/rdwr.h"

#include <endian.h>
#include <string.h>

#define MAGIC 0x6d637374u /* "mcst" */
#define VERSION 1
#define KIND_AT 5
#define SEQ_AT 16 /* the time stands behind it */

/* The high octet of a multiplicative hash: neighbours differ, and so does what lies a power of
 * two apart, so that octets moved, lost or repeated show. */
static uint8_t pattern(size_t offset)
{
	return (uint8_t)((uint32_t)offset * 0x9e3779b1u >> 24);
}

void mc_probe_fill(void *buf, size_t len)
{
	uint8_t *b = buf;

	for (size_t i = MC_PROBE_LEN; i < len; i++)
		b[i] = pattern(i);
}

bool mc_probe_intact(const void *buf, size_t len)
{
	const uint8_t *b = buf;

	for (size_t i = MC_PROBE_LEN; i < len; i++)
		if (b[i] != pattern(i))
			return false;
	return true;
}

void mc_probe_write(void *buf, const struct mc_probe *p)
{
	struct mc_wr w = { .base = buf, .len = MC_PROBE_LEN };

	mc_wr_u32(&w, MAGIC);
	mc_wr_u8(&w, VERSION);
	mc_wr_u8(&w, p->kind);
	mc_wr_u16(&w, p->train);
	mc_wr_u64(&w, p->session);
	mc_wr_u64(&w, p->seq);
	mc_wr_u64(&w, p->time);
}

/* Two numbers at an offset: all that changes from one header to the next. By whole words: it is done tens of
 * millions of times a second, and octet by octet it takes as long as all else of a datagram in a train. */
static void write_two(void *buf, size_t at, uint64_t first, uint64_t second)
{
	uint64_t words[] = { htobe64(first), htobe64(second) };

	memcpy((uint8_t *)buf + at, words, sizeof words);
}

void mc_probe_next(void *buf, uint64_t seq, mc_time time)
{
	write_two(buf, SEQ_AT, seq, time);
}

/* The length is compared once: with a reader of constant length the compiler leaves out every other check. */
int mc_probe_read(struct mc_probe *ret, const void *buf, size_t len)
{
	struct mc_rd r = { .base = buf, .len = MC_PROBE_LEN };

	if (len < MC_PROBE_LEN || mc_rd_u32(&r) != MAGIC || mc_rd_u8(&r) != VERSION)
		return MC_ERR_PROBE;
	ret->kind = mc_rd_u8(&r);
	ret->train = mc_rd_u16(&r);
	ret->session = mc_rd_u64(&r);
	ret->seq = mc_rd_u64(&r);
	ret->time = mc_rd_u64(&r);
	return 0;
}

void mc_probe_ask(void *buf, uint64_t session, uint64_t number, mc_time time)
{
	struct mc_probe p = { .session = session, .seq = number, .time = time, .kind = MC_PROBE_ASK };

	memset(buf, 0, MC_PROBE_CLOCK_LEN);
	mc_probe_write(buf, &p);
}

void mc_probe_tell(void *buf, mc_time came, mc_time left)
{
	((uint8_t *)buf)[KIND_AT] = MC_PROBE_TELL;
	write_two(buf, MC_PROBE_LEN, came, left);
}

int mc_probe_told(struct mc_probe *ret, mc_time *ret_came, mc_time *ret_left, const void *buf, size_t len)
{
	struct mc_rd r = { .base = buf, .len = MC_PROBE_CLOCK_LEN, .off = MC_PROBE_LEN };
	struct mc_probe p;

	if (len < MC_PROBE_CLOCK_LEN || mc_probe_read(&p, buf, len) || p.kind != MC_PROBE_TELL)
		return MC_ERR_PROBE;
	*ret = p;
	*ret_came = mc_rd_u64(&r);
	*ret_left = mc_rd_u64(&r);
	return 0;
}
