/*
 * hist.c - times counted in slots whose width grows with the value: exact below 2^MC_HIST_BITS,
 * then 2^(MC_HIST_BITS - 1) slots to each power of two. The middle of a slot is at most 1/128
 * from any value in it. It knows nothing of what the times are of.
 */
#include "flow/hist.h"

#include <math.h>

#define HALF_BITS (MC_HIST_BITS - 1)

/* How many low bits of a value its slot leaves out. */
static unsigned value_shift(mc_time value)
{
	unsigned top = 63 - (unsigned)__builtin_clzll(value | 1);

	return top < MC_HIST_BITS ? 0 : top - HALF_BITS;
}

static size_t slot_of(mc_time value)
{
	unsigned shift = value_shift(value);

	return ((size_t)shift << HALF_BITS) + (size_t)(value >> shift);
}

static mc_time slot_middle(size_t slot)
{
	size_t shift = slot >> HALF_BITS ? (slot >> HALF_BITS) - 1 : 0;
	mc_time low = (mc_time)(slot - (shift << HALF_BITS)) << shift;

	return low + ((mc_time)1 << shift) / 2;
}

static mc_time clamp(const struct mc_hist *h, mc_time value)
{
	if (value < h->min)
		return h->min;
	return value > h->max ? h->max : value;
}

void mc_hist_add_many(struct mc_hist *h, mc_time value, uint32_t n)
{
	uint32_t *slot = &h->slot[slot_of(value)];
	double times = n;

	if (n == 0)
		return;
	if (h->n == 0 || value < h->min)
		h->min = value;
	if (value > h->max)
		h->max = value;
	*slot = n < UINT32_MAX - *slot ? *slot + n : UINT32_MAX;
	if (n > UINT64_MAX - h->n) {
		h->n = UINT64_MAX;
		return;
	}
	h->n += n;
	h->sum += (double)value * times;
	h->sum2 += (double)value * (double)value * times;
}

void mc_hist_add(struct mc_hist *h, mc_time value)
{
	mc_hist_add_many(h, value, 1);
}

/* The nearest time to a number of nanoseconds that is not negative. */
static mc_time to_time(double ns)
{
	return ns >= 0x1p64 ? UINT64_MAX : (mc_time)(ns + 0.5);
}

mc_time mc_hist_mean(const struct mc_hist *h)
{
	return h->n ? clamp(h, to_time(h->sum / (double)h->n)) : 0;
}

mc_time mc_hist_mdev(const struct mc_hist *h)
{
	double mean, variance;

	/* Of equal values the difference below would be what rounding left. */
	if (h->n == 0 || h->min == h->max)
		return 0;
	mean = h->sum / (double)h->n;
	variance = h->sum2 / (double)h->n - mean * mean;
	return variance > 0 ? to_time(sqrt(variance)) : 0;
}

/* The rank, from 1, of the value a share q of total is not above. */
static uint64_t rank_of(double q, uint64_t total)
{
	double want = q * (double)total;
	uint64_t rank = (uint64_t)want;

	/* 0.07 * 100 is 7.000000000000001 in a double: that is the 7th, not the 8th. */
	if (want - (double)rank > want * 1e-12)
		rank++;
	return rank;
}

mc_time mc_hist_quantile(const struct mc_hist *h, double q)
{
	uint64_t total = 0, below = 0, rank;
	size_t slot = 0;

	if (h->n == 0 || !(q > 0))
		return h->min;
	if (q >= 1)
		return h->max;
	/* Not n: a slot that is full has stopped counting, and the walk must not run out. */
	for (size_t i = 0; i < MC_HIST_SLOTS; i++)
		total += h->slot[i];
	rank = rank_of(q, total);
	while (slot < MC_HIST_SLOTS - 1 && (below += h->slot[slot]) < rank)
		slot++;
	return clamp(h, slot_middle(slot));
}

bool mc_hist_next(const struct mc_hist *h, size_t *slot, mc_time *ret_value, uint32_t *ret_count)
{
	while (*slot < MC_HIST_SLOTS && !h->slot[*slot])
		++*slot;
	if (*slot >= MC_HIST_SLOTS)
		return false;
	*ret_value = clamp(h, slot_middle(*slot));
	*ret_count = h->slot[*slot];
	++*slot;
	return true;
}
