/*
 * outbox.c - frames by batches. An interface that is busy gets them again soon, until it has had them for
 * too long.
 */
#include "host/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define AGAIN MC_MSEC
#define PATIENCE (100 * MC_MSEC)

int outbox_open(struct outbox *o, size_t mtu)
{
	*o = (struct outbox){ .slot = mtu, .busy = MC_NEVER, .again = MC_NEVER };
	o->slots = malloc(OUTBOX_ROOM * mtu);
	return o->slots ? 0 : -ENOMEM;
}

void outbox_close(struct outbox *o)
{
	free(o->slots);
	o->slots = NULL;
}

void outbox_put(struct outbox *o, const void *octets, size_t len, const struct mc_addr *dst,
		const uint8_t *ether, const struct outbox_note *note)
{
	unsigned i = o->from + o->n;
	uint8_t *slot = o->slots + i * o->slot;

	memcpy(slot, octets, len);
	o->frames[i] = (struct mc_frame){ .octets = slot, .len = len, .dst = *dst };
	if (ether)
		memcpy(o->frames[i].ether, ether, sizeof o->frames[i].ether);
	o->notes[i] = *note;
	o->n++;
}

uint64_t outbox_reports(const struct outbox *o)
{
	uint64_t n = 0;

	for (unsigned i = o->from; i < o->from + o->n; i++)
		n += !o->notes[i].leave;
	return n;
}

static void took(struct outbox *o, unsigned n)
{
	o->from += n;
	o->n -= n;
	if (!o->n)
		o->from = 0;
	o->busy = o->again = MC_NEVER;
}

static void count(struct outbox *o, unsigned n, mc_time now)
{
	for (unsigned i = o->from; i < o->from + n; i++) {
		const struct outbox_note *note = &o->notes[i];
		mc_time late = now > note->due ? now - note->due : 0;

		*(note->leave ? &o->counts.leaves : &o->counts.reports) += 1;
		o->counts.records += note->records;
		mc_hist_add(&o->late, late);
		if (o->sent)
			o->sent(o->arg, &o->frames[i], note, late);
	}
}

/* What an interface that is down, or gone, does not take it takes of none; a packet that it takes never
 * is skipped. */
static void fail(struct outbox *o, int error)
{
	unsigned n = error == -EMSGSIZE || error == -EINVAL ? 1 : o->n;

	o->counts.not_sent += n;
	took(o, n);
	if (o->failed)
		o->failed(o->arg, n, error);
}

static void wait(struct outbox *o, mc_time now, int error)
{
	if (o->busy == MC_NEVER)
		o->busy = now;
	o->again = now + AGAIN;
	if (now - o->busy >= PATIENCE)
		fail(o, error);
}

void outbox_flush(struct outbox *o, mc_time *now, mc_time (*clock)(void))
{
	bool goes_on = true;

	while (o->n && goes_on) {
		int r = o->forge(o->link, o->frames + o->from, o->n);

		*now = clock();
		if (r > 0) {
			count(o, (unsigned)r, *now);
			took(o, (unsigned)r);
		} else if (r == -ENOBUFS || r == -EAGAIN) {
			wait(o, *now, r);
			goes_on = false;
		} else {
			fail(o, r);
		}
	}
}

mc_time outbox_due(const struct outbox *o)
{
	return o->again;
}
