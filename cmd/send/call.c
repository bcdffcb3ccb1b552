/*
 * call.c - one call of the system: the payload loaded and numbered, handed over, counted; and what could
 * not be sent, counted by cause. The time is told to it.
 */
#include <errno.h>
#include <string.h>

#include "net/sockaddr.h"
#include "out.h"
#include "send/run.h"

#define PATIENCE (100 * MC_MSEC) /* with a queue that takes nothing */

/* ---- what was sent, and what was not ---------------------------------------------------- */

static void count(struct send_run *r, unsigned n, size_t octets)
{
	r->took = r->called;
	r->totals.datagrams += n;
	r->totals.bytes += octets;
	r->octets += octets;
}

static bool note_cause(struct send_errors *e, int error, unsigned n)
{
	size_t i = 0;

	while (i < e->n && e->v[i].error != error)
		i++;
	if (i == SEND_CAUSES)
		i--; /* beyond the sixteenth: as the last of them */
	else if (i == e->n)
		e->v[e->n++].error = error;
	e->v[i].n += n;
	return e->v[i].n == n;
}

/* What can only be wrong from the start, and is refused where it is so for all streams, up to the last. */
static bool is_final(const struct send_run *r, int error)
{
	if (r->totals.datagrams || r->turn + 1 < r->flows.n)
		return false;
	return error == -ENETUNREACH || error == -EHOSTUNREACH || error == -EACCES || error == -EPERM ||
	       error == -EMSGSIZE || error == -EADDRNOTAVAIL;
}

static void refuse(struct send_run *r, const struct flow *f, int error)
{
	const struct where *w = &r->flows.wheres[f->where];
	char name[MC_TARGET_STRLEN];

	if (error == -EPERM || error == -EMSGSIZE)
		r->refused = opt_refuse(r->verb, "cannot send to %s: %s%s",
					mc_target_format(&w->target, name, sizeof name), mc_strerror(error),
					where_meaning(error));
	else
		r->refused = where_unreachable(r->verb, w, error);
	r->stop = true;
}

/* As fast as it goes, a queue that is full is waited for, as a buffer is. */
static bool is_full(const struct send_run *r, int error)
{
	return error == -EAGAIN || (error == -ENOBUFS && r->pace.free && r->called - r->took < PATIENCE);
}

/* Gives up n datagrams, or tries them another way. Returns how many were given up. */
static unsigned fail(struct send_run *r, const struct flow *f, unsigned n, size_t octets, int error)
{
	r->full = is_full(r, error);
	if (r->full || error == -EINTR)
		return 0;
	if (r->hand.how == SEND_TRAINS && n > 1 && hand_cannot_cut(error)) {
		(void)flows_cut(&r->flows, 0);
		r->hand.how = SEND_BATCH;
		r->hand.most = HAND_BATCH < r->hand.most ? HAND_BATCH : r->hand.most;
		if (r->conf->verbose || r->conf->io == SEND_TRAINS)
			opt_refuse(r->verb,
				   "the system takes no trains on this way (%s): many a call from here on",
				   mc_strerror(error));
		return 0;
	}
	if (is_final(r, error)) {
		refuse(r, f, error);
		return 0;
	}
	r->totals.unsent += n;
	r->octets += octets;
	if (note_cause(&r->totals.errors, error, n))
		send_show_error(&r->show, r->verb, error, where_meaning(error));
	return n;
}

/* ---- turns ---------------------------------------------------------------------------- */

static struct flow *after(const struct send_run *r, size_t *turn)
{
	*turn = *turn + 1 < r->flows.n ? *turn + 1 : 0;
	return &r->flows.v[*turn];
}

/* What is read goes to every stream before more is read; what is made up is made up for each. */
static void next_turn(struct send_run *r)
{
	(void)after(r, &r->turn);
	r->at = 0;
	if (!r->payload.feed || r->turn == 0)
		r->loaded = 0;
}

static void done(struct send_run *r, unsigned n)
{
	r->at += n;
	if (r->at >= r->loaded)
		next_turn(r);
}

static void number(struct send_run *r, struct flow *f, unsigned at, unsigned n, mc_time time)
{
	if (r->payload.format == MC_FORMAT_MCJOIN) {
		struct sockaddr_storage sa = { 0 };
		struct mc_addr group;
		uint16_t port;

		memcpy(&sa, &f->to, sizeof f->to);
		group = mc_sa_get(&sa, &port);
		payload_whom(&r->payload, &group);
	}
	payload_number(&r->payload, at, n, f->seq + 1, time);
}

/* ---- calls ---------------------------------------------------------------------------- */

/* A datagram, or a train: they follow each other in the payload. */
static unsigned call_one(struct send_run *r, unsigned n, mc_time time)
{
	struct flow *f = &r->flows.v[r->turn];
	struct payload *p = &r->payload;
	size_t octets = (n - 1) * p->stride + p->len[r->at + n - 1];

	payload_train(p, n);
	number(r, f, r->at, n, time);
	int e = hand_over(f, payload_at(p, r->at), octets);

	r->totals.calls++;
	if (e) {
		n = fail(r, f, n, octets, e);
	} else {
		f->seq += n;
		count(r, n, octets);
		if (n > r->totals.train_most)
			r->totals.train_most = n;
	}
	if (n)
		done(r, n);
	return n;
}

/* The streams of n datagrams that leave by one socket, numbered: each in turn where they are made up, else
 * all of one. Returns how many they are. */
static unsigned line_up(struct send_run *r, struct flow **to, unsigned n, mc_time time)
{
	bool each = !r->payload.feed && !r->flows.connected;
	size_t turn = r->turn;
	struct flow *f = &r->flows.v[turn];

	for (unsigned i = 0; i < n; i++) {
		to[i] = f;
		number(r, f, r->at + i, 1, time);
		f->seq++;
		if (each && after(r, &turn)->fd != f->fd)
			return i + 1;
		f = &r->flows.v[turn];
	}
	return n;
}

/* What did not leave gets its numbers back. */
static void take_back(struct flow *const *to, unsigned from, unsigned n)
{
	for (unsigned i = from; i < n; i++)
		to[i]->seq--;
}

static unsigned call_many(struct send_run *r, unsigned n, mc_time time)
{
	struct flow *to[HAND_BATCH];
	struct payload *p = &r->payload;

	payload_train(p, n);
	n = line_up(r, to, n, time);
	int k = hand_over_many(&r->hand, to, p, r->at, n);
	unsigned sent = k > 0 ? (unsigned)k : 0;

	r->totals.calls++;
	take_back(to, sent, n);
	if (sent)
		count(r, sent, payload_octets(p, r->at, sent));
	else
		sent = fail(r, to[0], 1, p->len[r->at], k);
	if (sent && (r->payload.feed || r->flows.connected)) {
		done(r, sent);
	} else if (sent) {
		r->turn = (r->turn + sent) % r->flows.n;
		r->at = r->loaded = 0;
	}
	return sent;
}

unsigned send_call(struct send_run *r, unsigned most, mc_time now)
{
	mc_time time = now + r->since;

	r->full = false;
	r->called = now;
	if (r->at == r->loaded) {
		r->at = 0;
		r->loaded = payload_load(&r->payload, most);
		if (!r->loaded)
			return 0;
	}
	unsigned n = r->loaded - r->at;

	if (n > most)
		n = most;
	if (r->hand.how == SEND_BATCH)
		return call_many(r, n < HAND_BATCH ? n : HAND_BATCH, time);
	return call_one(r, r->hand.how == SEND_TRAINS ? n : 1, time);
}

bool send_call_ends(struct send_run *r)
{
	mc_time time = out_now();
	size_t len = 0;

	for (size_t i = 0; i < r->flows.n; i++) {
		struct flow *f = &r->flows.v[i];

		len = f->seq ? payload_end(&r->payload, f->seq, time) : 0;
		if (len)
			(void)hand_over(f, r->payload.room, len);
	}
	return len;
}
