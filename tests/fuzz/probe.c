/*
 * probe.c - fuzzes the probe header: it is read only where it is whole, written back it is the
 * same, and the check of the pattern agrees with the pattern.
 */
#include "flow/probe.h"

#include "fuzz.h"

static void check_header(const uint8_t *data, size_t size)
{
	static const uint8_t head[5] = { 'm', 'c', 's', 't', 1 };
	bool want = size >= MC_PROBE_LEN && memcmp(data, head, sizeof(head)) == 0;
	struct mc_probe p = { 0 };
	uint8_t again[MC_PROBE_LEN];
	int err = mc_probe_read(&p, data, size);

	MUST(err == (want ? 0 : MC_ERR_PROBE));
	if (err)
		return;
	mc_probe_write(again, &p);
	MUST(memcmp(again, data, sizeof(again)) == 0);
	memset(again + 16, 0, 16);
	mc_probe_next(again, p.seq, p.time);
	MUST(memcmp(again, data, sizeof(again)) == 0);
}

static void check_told(const uint8_t *data, size_t size)
{
	uint8_t again[MC_PROBE_CLOCK_LEN];
	struct mc_probe p = { 0 };
	mc_time came, left;

	if (mc_probe_told(&p, &came, &left, data, size))
		return;
	MUST(size >= MC_PROBE_CLOCK_LEN && p.kind == MC_PROBE_TELL);
	memcpy(again, data, sizeof(again));
	memset(again + MC_PROBE_LEN, 0, sizeof(again) - MC_PROBE_LEN);
	mc_probe_tell(again, came, left);
	MUST(memcmp(again, data, sizeof(again)) == 0);
}

static void check_pattern(const uint8_t *data, size_t size)
{
	uint8_t *filled = (uint8_t *)fuzz_text(data, size);
	bool same;

	mc_probe_fill(filled, size);
	MUST(mc_probe_intact(filled, size));
	same = size == 0 || memcmp(filled, data, size) == 0; /* the header is as it was */
	MUST(mc_probe_intact(data, size) == same);
	free(filled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_header(data, size);
	check_told(data, size);
	check_pattern(data, size);
	return 0;
}
