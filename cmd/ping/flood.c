/*
 * flood.c - the fastest run: trains out as the window allows, trains of replies in. What is done
 * for each datagram here is what the speed of a flood depends on: no clock is read, nothing is
 * kept and nothing shown for a single one. The header's own time tells when it was sent.
 */
#include <stdio.h>
#include <unistd.h>

#include "ping/clock.h"
#include "flow/probe.h"
#include "ping/run.h"
#include "ping/window.h"

#define CHECKED 64   /* one in so many is compared with what was sent, octet by octet */
#define MOST_DOTS 10 /* in one tick of the window */
#define HOLD MC_MSEC /* after a datagram that was not sent */

struct flood {
	struct ping_run *run;
	struct window window;
	size_t bytes;
	unsigned train;
	mc_time hold; /* nothing is sent before */
	mc_time last; /* sent */
	bool dots;
};

/* ---- what comes back ------------------------------------------------------------------- */

struct arrival {
	mc_time wall, now;
	const struct mc_dgram *dgram;
	struct responder *from; /* NULL: no reply of this run was in it yet */
};

static void take_one(struct flood *f, struct arrival *a, const uint8_t *data, size_t len)
{
	mc_time time = 0;
	struct reply r = { .seq = sender_seq(&f->run->sender, data, len, &time), .ttl = a->dgram->ttl };

	if (!r.seq) {
		f->run->strays++;
		return;
	}
	if (!a->from)
		a->from = responders_get(f->run->responders, a->dgram);
	if (!a->from)
		return;
	r.rtt = a->wall > time ? a->wall - time : 0;
	r.altered = len != f->bytes || (r.seq % CHECKED == 0 && !mc_probe_intact(data, len));
	responder_note(a->from, &r, f->run->conf->timeout);
	window_answered(&f->window, r.seq, a->now);
}

static void take(struct flood *f, const struct mc_dgram *d, struct arrival *a)
{
	size_t step = d->segment ? d->segment : d->len;

	a->dgram = d;
	a->from = NULL;
	for (size_t off = 0; off < d->len; off += step)
		take_one(f, a, (const uint8_t *)d->data + off, d->len - off < step ? d->len - off : step);
}

static int receive(struct ping_run *r, void *state)
{
	struct flood *f = state;
	int n = mc_batch_recv(r->batch, r->sender.fd, false);
	struct arrival a = { .wall = clock_wall(), .now = mc_loop_now() };

	for (int i = 0; i < n; i++)
		take(f, mc_batch_at(r->batch, (unsigned)i), &a);
	return n;
}

/* ---- what leaves ----------------------------------------------------------------------- */

/* How many are left of -c. */
static uint64_t left(const struct flood *f)
{
	const struct sender *s = &f->run->sender;
	uint64_t count = (uint64_t)f->run->conf->count;

	return !count ? UINT64_MAX : count > s->sent + s->unsent ? count - s->sent - s->unsent : 0;
}

static void send_train(struct flood *f, unsigned n, mc_time now)
{
	struct sender *s = &f->run->sender;
	int e = sender_train(s, s->sent + 1, n, f->bytes, clock_wall());

	if (e) {
		f->hold = now + HOLD;
		ping_run_unsent(f->run, e);
		return;
	}
	f->last = now;
	window_sent(&f->window, n, now);
}

/* Sends what there is room for; tells whether all of -c was sent. */
static bool send_all(struct flood *f, mc_time now)
{
	for (;;) {
		uint64_t rest = left(f);
		unsigned n = now < f->hold ? 0 : window_room(&f->window, f->train, now);

		if (!rest)
			return true;
		if (!n)
			return false;
		send_train(f, n < rest ? n : (unsigned)rest, now);
	}
}

/* ---- what is over ---------------------------------------------------------------------- */

static void tick(struct flood *f, mc_time now)
{
	uint64_t lost = window_tick(&f->window, f->run->sender.sent + 1, now);

	if (!f->dots || !lost)
		return;
	for (uint64_t i = 0; i < lost && i < MOST_DOTS; i++)
		putchar('.');
	fflush(stdout);
}

/* All was sent: whether every responder has answered all of it, or what it has not is late. */
static bool is_over(const struct flood *f, mc_time now)
{
	const struct responders *all = f->run->responders;
	uint64_t least = all->n >= f->run->conf->min_responders ? UINT64_MAX : 0;

	for (unsigned i = 0; i < all->n; i++)
		if (all->v[i]->seq.received < least)
			least = all->v[i]->seq.received;
	return least >= f->run->sender.sent || now >= f->last + f->run->conf->timeout;
}

static mc_time deadline_of(const struct flood *f, bool sent, mc_time now)
{
	mc_time at = window_deadline(&f->window), late = f->last + f->run->conf->timeout;

	if (sent)
		return late < f->window.tick ? late : f->window.tick;
	return now < f->hold && at < f->hold ? f->hold : at;
}

static void begin(struct flood *f, struct ping_run *r)
{
	*f = (struct flood){ .run = r, .bytes = (size_t)r->conf->size, .last = r->began };
	f->train = sender_train_most(f->bytes);
	f->dots = !r->conf->quiet && !r->conf->json && isatty(STDOUT_FILENO);
	window_init(&f->window, (unsigned)r->conf->window, r->began);
	r->receive = receive;
	r->state = f;
}

void ping_run_flood(struct ping_run *r)
{
	struct flood f;

	begin(&f, r);
	ping_show_start(&r->show);
	while (!r->stop) {
		mc_time now = mc_loop_now();
		bool sent = send_all(&f, now);

		tick(&f, now);
		if (now >= r->ends || (sent && is_over(&f, now)))
			break;
		ping_run_look(r);
		if (receive(r, &f) <= 0)
			ping_run_wait(r, deadline_of(&f, sent, now));
	}
	r->state = NULL;
}
