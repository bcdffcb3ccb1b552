/*
 * burst.c - the most within any millisecond: sums of 16 steps that slide, so that a datagram is added and
 * taken away once. It knows no datagram and no clock.
 */
#include "flow/burst.h"

#include <string.h>

#define BACK (MC_SEC / MC_BURST_STEP) /* steps back after which a clock was set */

static void forget(struct mc_burst *b)
{
	memset(b->packets, 0, sizeof(b->packets));
	memset(b->bytes, 0, sizeof(b->bytes));
	b->now_packets = b->now_bytes = 0;
}

static void slide(struct mc_burst *b, uint64_t step)
{
	if (step < b->step || step - b->step >= MC_BURST_STEPS) {
		forget(b);
		b->step = step;
	}
	while (b->step < step) {
		size_t i = ++b->step % MC_BURST_STEPS;

		b->now_packets -= b->packets[i];
		b->now_bytes -= b->bytes[i];
		b->packets[i] = b->bytes[i] = 0;
	}
}

void mc_burst_add(struct mc_burst *b, mc_time at, uint32_t packets, uint64_t bytes)
{
	uint64_t step = at / MC_BURST_STEP;
	size_t i;

	if (step > b->step || b->step - step > BACK)
		slide(b, step);
	i = b->step % MC_BURST_STEPS;
	b->packets[i] += packets;
	b->bytes[i] += bytes;
	b->now_packets += packets;
	b->now_bytes += bytes;
	if (b->now_packets > b->most_packets)
		b->most_packets = b->now_packets;
	if (b->now_bytes > b->most_bytes)
		b->most_bytes = b->now_bytes;
}
