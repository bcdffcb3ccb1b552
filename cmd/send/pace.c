/*
 * pace.c - the arithmetic of the schedule. It reads no clock and does not sleep.
 */
#include "send/pace.h"

void send_pace_init(struct send_pace *p, const struct rate *rate, mc_time now)
{
	*p = (struct send_pace){ .free = rate->unit == RATE_MAX, .due = now };
	if (rate->unit == RATE_PPS)
		p->per_datagram = (double)MC_SEC / rate->value;
	if (rate->unit == RATE_BPS)
		p->per_octet = 8 * (double)MC_SEC / rate->value;
}

static void advance(struct send_pace *p, double by)
{
	double sum = p->part + by;
	mc_time whole = (mc_time)sum;

	p->due += whole;
	p->part = sum - (double)whole;
}

static void note_spacing(struct send_pace *p, mc_time now)
{
	mc_time gap = now - p->last;

	if (p->last)
		mc_hist_add(&p->off, gap > p->wanted ? gap - p->wanted : p->wanted - gap);
	p->last = now;
}

void send_pace_begin(struct send_pace *p, mc_time now)
{
	if (p->free)
		return;
	note_spacing(p, now);
	if (p->wanted && now > p->due + SEND_PACE_LATE) {
		mc_time missed = (now - p->due) / p->wanted;

		p->due += missed * p->wanted;
		p->behind += missed * p->many;
	}
}

void send_pace_sent(struct send_pace *p, uint64_t n, size_t octets)
{
	mc_time before = p->due;

	if (p->free)
		return;
	advance(p, p->per_datagram * (double)n + p->per_octet * (double)octets);
	p->wanted = p->due - before;
	p->many = n;
}

void send_pace_stood(struct send_pace *p, mc_time now)
{
	if (p->due < now) {
		p->due = now;
		p->part = 0;
	}
	p->last = 0;
}
