/*
 * mark.c - fuzzes what datagrams tell of themselves: every format on the same octets, the search for a
 * format on datagrams cut from them, and the transport stream in them.
 */
#include "flow/mark.h"
#include "flow/ts.h"

#include "fuzz.h"

#define NOW (1795414384 * MC_SEC)

static void check_mark(const struct mc_mark *m, enum mc_format f)
{
	MUST(m->bits <= 64);
	MUST(m->bits == 64 || m->seq >> m->bits == 0);
	MUST(!m->end || f == MC_FORMAT_PROBE || f == MC_FORMAT_IPERF);
	MUST(m->ticks == (f == MC_FORMAT_RTP) && m->payload_type < 128);
	MUST(!m->ticks || m->time <= UINT32_MAX);
}

static void check_formats(const uint8_t *data, size_t size)
{
	struct mc_at at = { 0 };

	if (size > 2) {
		at.offset = data[0];
		at.octets = (uint8_t)(1 + data[1] % 8);
		at.little = data[2] & 1;
	}
	for (int f = MC_FORMAT_NONE; f <= (at.octets ? MC_FORMAT_AT : MC_FORMAT_MCJOIN); f++) {
		struct mc_mark m = { 0 };
		size_t len, begin = mc_mark_payload((enum mc_format)f, data, size, &len);

		MUST(begin <= size && len <= size - begin);
		if (mc_mark_read(&m, (enum mc_format)f, &at, data, size))
			check_mark(&m, (enum mc_format)f);
	}
}

/* Each datagram behind an octet that tells its length, in memory of its own: reading past it is seen. */
static void check_sniff(const uint8_t *data, size_t size)
{
	struct mc_sniff s = { 0 };
	enum mc_format f = MC_FORMAT_AUTO;
	struct mc_mark m;
	unsigned n = 0;

	while (size > 0 && f == MC_FORMAT_AUTO) {
		size_t len = data[0] < size - 1 ? data[0] : size - 1;
		char *own = fuzz_text(data + 1, len);

		f = mc_sniff(&s, own, len, NOW);
		MUST(f != MC_FORMAT_AT && s.seen == ++n);
		MUST(f == MC_FORMAT_AUTO ? n < 16 : f != MC_FORMAT_NONE || n == 16);
		MUST(f < MC_FORMAT_PROBE || mc_mark_read(&m, f, NULL, own, len));
		free(own);
		data += 1 + len;
		size -= 1 + len;
	}
}

static void check_ts(const uint8_t *data, size_t size)
{
	struct mc_ts *t = calloc(1, sizeof *t);

	MUST(t);
	mc_ts_take(t, data, size);
	MUST(t->packets == size / MC_TS_PACKET);
	MUST(t->errors <= t->packets + 1 && t->scrambled <= t->packets && t->pids <= t->packets);
	MUST(t->discontinuities <= t->packets && t->lost <= 15 * t->discontinuities);
	free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_formats(data, size);
	check_sniff(data, size);
	check_ts(data, size);
	return 0;
}
