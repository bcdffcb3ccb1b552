/*
 * ts.c - transport stream packets counted, and the continuity counters of their PIDs followed (ISO 13818-1
 * 2.4.3.2 to 2.4.3.5). It knows no tables and no clock: the 188 octets of a packet are looked at alone.
 */
#include "flow/ts.h"

#define SYNC 0x47
#define NULL_PID 0x1fff
#define COUNTERS 16

/* What is kept of a PID, behind the four bits of its counter. */
#define COUNTED 0x10 /* there was a counter */
#define TWICE 0x20   /* the last packet came twice */
#define SEEN 0x40

bool mc_ts_is(const void *data, size_t len)
{
	const uint8_t *b = data;

	if (len == 0 || len % MC_TS_PACKET)
		return false;
	for (size_t i = 0; i < len; i += MC_TS_PACKET)
		if (b[i] != SYNC)
			return false;
	return true;
}

/* A packet whose adaptation field says that its counter need not follow on the last. */
static bool announced(const uint8_t *b)
{
	bool field = b[3] & 0x20;

	return field && b[4] > 0 && b[5] & 0x80;
}

/* The counter of a packet with payload: it follows on the last, or is the last once more, once. */
static void follow(struct mc_ts *t, uint8_t *last, unsigned counter)
{
	unsigned missing = (counter - *last - 1) % COUNTERS;

	if (missing == COUNTERS - 1 && !(*last & TWICE)) {
		*last |= TWICE;
		return;
	}
	if (missing) {
		t->discontinuities++;
		t->lost += missing;
	}
	*last = (uint8_t)(SEEN | COUNTED | counter);
}

static void take(struct mc_ts *t, const uint8_t *b)
{
	unsigned pid = (b[1] & 0x1fu) << 8 | b[2], counter = b[3] & 0xfu;
	uint8_t *last = &t->last[pid];
	bool payload = b[3] & 0x10;

	if (pid == NULL_PID)
		return;
	t->scrambled += (b[3] & 0xc0) != 0;
	t->pids += !(*last & SEEN);
	*last |= SEEN;
	if (announced(b) || (payload && !(*last & COUNTED)))
		*last = (uint8_t)(SEEN | COUNTED | counter);
	else if (payload)
		follow(t, last, counter);
}

void mc_ts_take(struct mc_ts *t, const void *data, size_t len)
{
	const uint8_t *b = data;
	bool error;

	for (; len >= MC_TS_PACKET; b += MC_TS_PACKET, len -= MC_TS_PACKET) {
		t->packets++;
		error = b[0] != SYNC || b[1] & 0x80; /* then its PID cannot be trusted */
		t->errors += error;
		if (!error)
			take(t, b);
	}
	t->errors += len > 0;
}
