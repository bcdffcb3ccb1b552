/*
 * ring.c - send times by sequence number. It reads no clock and knows no socket.
 *
 * The kernel numbers its send stamps by calls. A call that failed may or may not have used up a
 * number, depending on where in the stack it failed; so after one the first stamp that is
 * younger tells, by its time, which datagram it belongs to.
 */
#include "ping/ring.h"

#include <errno.h>
#include <stdlib.h>

int ring_init(struct ring *r, uint64_t least)
{
	uint64_t n = 1;

	while (n < least)
		n *= 2;
	*r = (struct ring){ .entry = calloc(n, sizeof *r->entry), .mask = n - 1 };
	return r->entry ? 0 : -ENOMEM;
}

void ring_free(struct ring *r)
{
	free(r->entry);
	r->entry = NULL;
}

struct ring_entry *ring_push(struct ring *r, size_t bytes)
{
	uint64_t seq = ++r->newest;
	struct ring_entry *e = &r->entry[seq & r->mask];

	*e = (struct ring_entry){ .seq = seq, .bytes = (uint32_t)bytes };
	return e;
}

void ring_drop(struct ring *r)
{
	struct ring_entry *e = &r->entry[r->newest & r->mask];

	r->unsure = e->wall;
	e->seq = 0;
	r->newest--;
}

void ring_skip(struct ring *r)
{
	r->shift++;
}

struct ring_entry *ring_at(const struct ring *r, uint64_t seq)
{
	struct ring_entry *e = &r->entry[seq & r->mask];

	return seq && e->seq == seq ? e : NULL;
}

mc_time ring_rtt(const struct ring_entry *e, mc_time arrived, mc_time now)
{
	mc_time from = e->stamp ? e->stamp : e->wall, passed = now - e->at;

	return arrived >= from && arrived - from < passed ? arrived - from : passed;
}

/* The newest datagram that had been sent at a time; 0 for none. */
static uint64_t sent_by(const struct ring *r, mc_time time)
{
	uint64_t seq = r->newest;
	const struct ring_entry *e;

	while ((e = ring_at(r, seq)) && e->wall > time)
		seq--;
	return e ? seq : 0;
}

void ring_stamp(struct ring *r, uint32_t id, mc_time time)
{
	if (r->unsure && time >= r->unsure) {
		uint64_t seq = sent_by(r, time);

		if (!seq)
			return;
		r->shift = id - (uint32_t)(seq - 1);
		r->unsure = 0;
	}
	uint32_t behind = (uint32_t)(r->newest - 1) + r->shift - id;
	struct ring_entry *e = behind < r->newest ? ring_at(r, r->newest - behind) : NULL;

	/* One from before it was sent belongs to another, or the clock was set meanwhile. */
	if (e && time >= e->wall)
		e->stamp = time;
}
