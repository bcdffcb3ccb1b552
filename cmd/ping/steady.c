/*
 * steady.c - the ordinary run: one datagram at a time in its rhythm, each reply measured and
 * shown; with --sweep, in sizes that change. Knows the clocks; what they mean is decided here.
 *
 * A reply counts from the kernel's stamp of sending to its stamp of arrival (CLOCK_REALTIME),
 * or, with --user-latency and --busy-poll, between this program's own looks at CLOCK_BOOTTIME.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "ping/clock.h"
#include "flow/probe.h"
#include "ping/pace.h"
#include "ping/ring.h"
#include "ping/run.h"
#include "ping/twin.h"

#define RING_LEAST 8192
#define RING_MOST (1 << 20)
#define TWINS 8 /* responders, in the mean, that there is as much room for as for the group */

struct steady {
	struct ping_run *run;
	struct ring ring;
	struct pace pace;
	struct sweep sweep;
	struct twin twin;
	uint64_t oldest; /* the first that is neither late nor, at the end, answered by all */
	unsigned known;  /* responders heard before the last datagram left */
};

/* ---- what comes back ------------------------------------------------------------------- */

static bool is_altered(const struct steady *s, const struct ring_entry *e, const struct mc_dgram *d)
{
	const struct ping_conf *c = s->run->conf;

	if (d->cut || (e && d->len != e->bytes))
		return true;
	return c->data ? memcmp(d->data, c->data, d->len) != 0 : !mc_probe_intact(d->data, d->len);
}

/* now is CLOCK_BOOTTIME of having the reply; header is the time that its header tells, by which
 * one goes that is no longer remembered. */
static mc_time rtt_of(const struct steady *s, const struct ring_entry *e, const struct mc_dgram *d,
		      mc_time now, mc_time header)
{
	if (e && !s->run->sender.stamps)
		return now - e->at;
	mc_time arrived = d->time ? d->time : clock_wall();

	if (e)
		return ring_rtt(e, arrived, now);
	return arrived >= header ? arrived - header : MC_NEVER;
}

static void count_answer(struct steady *s, struct ring_entry *e, uint64_t seq, mc_time now)
{
	if (e)
		e->answers++;
	if (seq == s->ring.newest)
		pace_answered(&s->pace, now);
	if (s->run->conf->sweep.from)
		sweep_answered(&s->sweep, seq);
}

static void take(struct steady *s, const struct mc_dgram *d, mc_time now)
{
	struct reply r = { .data = d->data, .len = d->len, .ttl = d->ttl };
	mc_time header = 0;

	r.seq = sender_seq(&s->run->sender, d->data, d->len, &header);
	if (!r.seq) {
		s->run->strays++;
		ping_show_stray(&s->run->show, d);
		return;
	}
	struct ring_entry *e = ring_at(&s->ring, r.seq);

	r.from = responders_get(s->run->responders, d);
	if (!r.from)
		return;
	r.rtt = rtt_of(s, e, d, now, header);
	r.altered = is_altered(s, e, d);
	responder_note(r.from, &r, s->run->conf->timeout);
	if (!r.duplicate && !r.late)
		count_answer(s, e, r.seq, now);
	if (r.duplicate && s->run->sender.plain)
		r.rtt = MC_NEVER; /* it may answer any of those before */
	if (s->run->conf->twin) {
		r.by = "multicast";
		twin_losses(&s->twin, &r, s->ring.newest);
	}
	ping_show_reply(&s->run->show, &r);
	if (s->run->conf->twin)
		twin_met(&s->twin, r.from, s->ring.newest, ping_conf_bytes(s->run->conf));
}

static void take_stamps(struct steady *s)
{
	mc_time time;
	uint32_t id;

	while (s->run->sender.stamps && mc_sock_tx_time(s->run->sender.fd, &id, &time) > 0)
		ring_stamp(&s->ring, id, time);
}

static int receive(struct ping_run *r, void *state)
{
	struct steady *s = state;
	int n = mc_batch_recv(r->batch, r->sender.fd, false);
	mc_time now = n > 0 ? mc_loop_now() : 0;

	take_stamps(s);
	for (int i = 0; i < n; i++)
		take(s, mc_batch_at(r->batch, (unsigned)i), now);
	if (!r->conf->twin)
		return n;
	int more = twin_receive(&s->twin);

	return n > 0 && more > 0 ? n + more : n > 0 ? n : more;
}

/* ---- what leaves ----------------------------------------------------------------------- */

static bool all_sent(const struct steady *s)
{
	const struct ping_run *r = s->run;

	return r->conf->count && r->sender.sent + r->sender.unsent >= (uint64_t)r->conf->count;
}

/* The size of what is to be sent now; -1 for nothing. */
static int64_t next_bytes(const struct steady *s, mc_time now)
{
	if (now < s->pace.next || all_sent(s))
		return -1;
	if (!s->run->conf->sweep.from)
		return (int64_t)ping_conf_bytes(s->run->conf);
	uint32_t bytes = sweep_next(&s->sweep, s->run->responders->n, now);

	return bytes ? (int64_t)bytes : -1;
}

static void send_one(struct steady *s, size_t bytes)
{
	struct ring_entry *e = ring_push(&s->ring, bytes);
	uint64_t seq = e->seq;

	s->known = s->run->responders->n;
	e->wall = clock_wall();
	e->at = mc_loop_now();
	int r = sender_send(&s->run->sender, seq, bytes, e->wall);

	pace_sent(&s->pace, e->at);
	if (s->run->conf->sweep.from)
		sweep_sent(&s->sweep, (uint32_t)bytes, r ? 0 : seq, e->at);
	if (r) {
		ring_drop(&s->ring);
		ping_run_unsent(s->run, r);
	} else if (s->run->conf->twin) {
		twin_round(&s->twin, seq, bytes);
	}
	take_stamps(s); /* it is there, as a rule, and would wake the loop */
}

/* ---- what is over ---------------------------------------------------------------------- */

/* How many answers make waiting for more of them pointless, once all was sent: one of every
 * responder, where they were known before the last datagram. */
static unsigned answers_wanted(const struct steady *s)
{
	const struct ping_conf *c = s->run->conf;

	if (s->known >= c->min_responders)
		return s->run->responders->n;
	return c->min_given ? (unsigned)c->min_responders : UINT_MAX;
}

static mc_time late_at(const struct steady *s, const struct ring_entry *e)
{
	return e->at + s->run->conf->timeout;
}

/* Passes over the datagrams that are late or need no more waiting. */
static void expire(struct steady *s, mc_time now)
{
	bool ending = all_sent(s);

	for (; s->oldest <= s->ring.newest; s->oldest++) {
		const struct ring_entry *e = ring_at(&s->ring, s->oldest);

		if (!e)
			continue;
		if (now < late_at(s, e) && !(ending && e->answers >= answers_wanted(s)))
			return;
		if (!e->answers)
			ping_show_lost(&s->run->show, s->oldest, NULL);
	}
}

static void show_sizes(struct steady *s, mc_time now)
{
	const struct sweep_step *e;

	while ((e = sweep_verdict(&s->sweep, s->run->responders->n, now)))
		ping_show_size(&s->run->show, e);
}

static bool is_over(struct steady *s, mc_time now)
{
	expire(s, now);
	if (s->run->conf->twin)
		twin_expire(&s->twin, &s->ring, now);
	if (s->run->conf->sweep.from) {
		show_sizes(s, now);
		return s->sweep.done;
	}
	return all_sent(s) && s->oldest > s->ring.newest &&
	       (!s->run->conf->twin || twin_deadline(&s->twin) == MC_NEVER);
}

/* When there is something to do though nothing arrives. */
static mc_time deadline_of(const struct steady *s, mc_time now)
{
	const struct ping_conf *c = s->run->conf;
	const struct ring_entry *e = c->verbose || all_sent(s) ? ring_at(&s->ring, s->oldest) : NULL;
	mc_time at = e ? late_at(s, e) : MC_NEVER, next = all_sent(s) ? MC_NEVER : s->pace.next;

	if (c->sweep.from) {
		mc_time more = sweep_deadline(&s->sweep, s->run->responders->n);

		next = more > now || more > next ? more : next;
	}
	if (c->twin && all_sent(s) && twin_deadline(&s->twin) < at)
		at = twin_deadline(&s->twin);
	return next < at ? next : at;
}

/* Room for all that may be answered in time, and for late replies to those before. */
static uint64_t ring_size(const struct ping_conf *c)
{
	uint64_t under_way = c->interval ? 2 * (c->timeout / c->interval) : 0;

	if (under_way < RING_LEAST)
		return RING_LEAST;
	return under_way < RING_MOST ? under_way : RING_MOST;
}

static int begin(struct steady *s, struct ping_run *r)
{
	const struct ping_conf *c = r->conf;
	mc_time now = mc_loop_now();

	*s = (struct steady){ .run = r, .oldest = 1 };
	pace_init(&s->pace, c->interval, c->timeout, now);
	if (c->sweep.from)
		sweep_init(&s->sweep, c->sweep.from, c->sweep.to, c->timeout, c->interval);
	r->receive = receive;
	r->state = s;
	if (ring_init(&s->ring, ring_size(c)))
		return opt_refuse(r->verb, "%s", mc_strerror(-ENOMEM));
	return c->twin ? twin_open(&s->twin, r, TWINS * ring_size(c)) : 0;
}

void ping_run_steady(struct ping_run *r)
{
	struct steady s;

	if (begin(&s, r)) {
		r->refused = EXIT_CANNOT;
		ring_free(&s.ring);
		return;
	}
	ping_show_start(&r->show);
	for (mc_time now = mc_loop_now(); !r->stop && !is_over(&s, now); now = mc_loop_now()) {
		int64_t bytes = next_bytes(&s, now);

		if (bytes >= 0)
			send_one(&s, (size_t)bytes);
		else
			ping_run_wait(r, deadline_of(&s, now));
	}
	if (r->conf->sweep.from && !r->refused)
		ping_show_sweep(&r->show, &s.sweep);
	if (r->conf->twin)
		twin_close(&s.twin);
	ring_free(&s.ring);
	r->state = NULL;
}
