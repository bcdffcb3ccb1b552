/*
 * probe.c - the probe header as octets, and the pattern behind it. It knows no clock and no
 * socket; which replies are ours is the caller's to decide, by session.
 */
#include "flow/probe.h"

#include "base/rdwr.h"

#define MAGIC 0x6d637374u /* "mcst" */
#define VERSION 1
#define KIND 0 /* the only one so far: readers take any */

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
	mc_wr_u8(&w, KIND);
	mc_wr_u16(&w, 0);
	mc_wr_u64(&w, p->session);
	mc_wr_u64(&w, p->seq);
	mc_wr_u64(&w, p->time);
}

int mc_probe_read(struct mc_probe *ret, const void *buf, size_t len)
{
	struct mc_rd r = { .base = buf, .len = len };
	uint32_t magic = mc_rd_u32(&r);
	uint8_t version = mc_rd_u8(&r);
	struct mc_probe p;

	mc_rd_u8(&r);  /* kind */
	mc_rd_u16(&r); /* reserved */
	p.session = mc_rd_u64(&r);
	p.seq = mc_rd_u64(&r);
	p.time = mc_rd_u64(&r);
	if (!mc_rd_ok(&r) || magic != MAGIC || version != VERSION)
		return MC_ERR_PROBE;
	*ret = p;
	return 0;
}
