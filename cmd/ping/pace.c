/*
 * pace.c - the rhythm of sending. It keeps to multiples of the interval from the start, so that
 * being a little late once does not shift all that follows; after a longer pause (a machine
 * that slept) it begins anew instead of sending what was missed in one burst.
 */
#include "ping/pace.h"

void pace_init(struct pace *p, mc_time interval, mc_time timeout, mc_time now)
{
	*p = (struct pace){ .interval = interval, .timeout = timeout, .next = now };
}

void pace_sent(struct pace *p, mc_time now)
{
	if (!p->interval)
		p->next = now + p->timeout;
	else if (now < p->next + p->interval)
		p->next += p->interval;
	else
		p->next = now + p->interval;
}

void pace_answered(struct pace *p, mc_time now)
{
	if (!p->interval)
		p->next = now;
}
