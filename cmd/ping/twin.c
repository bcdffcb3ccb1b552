/*
 * twin.c - the unicast twin: a socket and a session of its own, which number what is asked of all responders
 * together; so a reply is known by its number, whatever address it comes from. Each datagram belongs to one
 * of the group's, its round.
 */
#include "ping/twin.h"

#include "flow/probe.h"
#include "pick.h"
#include "ping/clock.h"

/* ---- what comes back ------------------------------------------------------------------- */

static mc_time rtt_of(const struct twin *t, const struct ring_entry *e, const struct mc_dgram *d, mc_time now)
{
	if (!t->sender.stamps)
		return now - e->at;
	return ring_rtt(e, d->time ? d->time : clock_wall(), now);
}

static void take(struct twin *t, const struct mc_dgram *d, mc_time now)
{
	mc_time header;
	uint64_t number = sender_seq(&t->sender, d->data, d->len, &header);
	struct ring_entry *e = number ? ring_at(&t->ring, number) : NULL;

	if (!e) {
		t->run->strays++;
		ping_show_stray(&t->run->show, d);
		return;
	}
	struct reply r = { .from = e->whom->twin,
			   .data = d->data,
			   .len = d->len,
			   .seq = e->round,
			   .ttl = d->ttl,
			   .by = "unicast" };

	r.rtt = rtt_of(t, e, d, now);
	r.altered = d->cut || d->len != e->bytes || !mc_probe_intact(d->data, d->len);
	responder_note(r.from, &r, t->run->conf->timeout);
	e->answers += !r.duplicate && !r.late;
	r.from = e->whom;
	twin_losses(t, &r, t->run->sender.sent);
	ping_show_reply(&t->run->show, &r);
}

static void take_stamps(struct twin *t)
{
	mc_time time;
	uint32_t id;

	while (t->sender.stamps && mc_sock_tx_time(t->sender.fd, &id, &time) > 0)
		ring_stamp(&t->ring, id, time);
}

int twin_receive(struct twin *t)
{
	int n = mc_batch_recv(t->run->batch, t->sender.fd, false);
	mc_time now = n > 0 ? mc_loop_now() : 0;

	take_stamps(t);
	for (int i = 0; i < n; i++)
		take(t, mc_batch_at(t->run->batch, (unsigned)i), now);
	return n;
}

/* ---- what leaves ----------------------------------------------------------------------- */

/* One that the system would not send counts as sent and lost: to be reached by no route is to be lost. */
static void ask(struct twin *t, struct responder *r, uint64_t round, size_t bytes)
{
	struct ring_entry *e = ring_push(&t->ring, bytes);
	uint32_t zone = r->ifindex ? r->ifindex : t->run->where->ifindex;

	e->whom = r;
	e->round = round;
	e->wall = clock_wall();
	e->at = mc_loop_now();
	sender_to(&t->sender, &r->addr, r->port, zone);
	int error = sender_send(&t->sender, e->seq, bytes, e->wall);

	r->twin->sent++;
	if (error) {
		ring_drop(&t->ring);
		if (!t->complained)
			opt_refuse(t->run->verb, "a unicast datagram was not sent: %s", mc_strerror(error));
		t->complained = true;
	}
	take_stamps(t);
}

void twin_met(struct twin *t, struct responder *r, uint64_t round, size_t bytes)
{
	if (r->twin || !responder_twin(r))
		return;
	r->twin->since = round;
	ask(t, r, round, bytes);
}

void twin_round(struct twin *t, uint64_t round, size_t bytes)
{
	const struct responders *all = t->run->responders;

	for (unsigned i = 0; i < all->n; i++)
		if (all->v[i]->twin)
			ask(t, all->v[i], round, bytes);
		else
			twin_met(t, all->v[i], round, bytes);
}

/* ---- what is over ---------------------------------------------------------------------- */

void twin_expire(struct twin *t, const struct ring *group, mc_time now)
{
	mc_time timeout = t->run->conf->timeout;
	const struct ring_entry *e;

	for (; t->oldest <= t->ring.newest; t->oldest++) {
		e = ring_at(&t->ring, t->oldest);
		if (e && !e->answers && now < e->at + timeout)
			break;
	}
	for (; t->overdue < group->newest; t->overdue++) {
		e = ring_at(group, t->overdue + 1);
		if (e && now < e->at + timeout)
			break;
	}
}

mc_time twin_deadline(const struct twin *t)
{
	const struct ring_entry *e = ring_at(&t->ring, t->oldest);

	return e ? e->at + t->run->conf->timeout : MC_NEVER;
}

/* Of the datagrams from `since` on: those in time that are not under way any more, and those lost. */
static uint64_t lost_of(const struct twin *t, const struct responder *half, uint64_t since, uint64_t newest)
{
	uint64_t over = t->overdue < since ? 0 : t->overdue - since + 1, early = 0;

	for (uint64_t n = t->overdue < since ? since : t->overdue + 1; n <= newest; n++)
		early += responder_has(half, n);
	uint64_t received = half->received > early ? half->received - early : 0;

	return over > received ? over - received : 0;
}

void twin_losses(const struct twin *t, struct reply *reply, uint64_t newest)
{
	const struct responder *r = reply->from;

	reply->multicast.lost = lost_of(t, r, 1, newest);
	reply->multicast.of = reply->multicast.lost + r->received;
	if (!r->twin)
		return;
	reply->unicast.lost = lost_of(t, r->twin, r->twin->since, newest);
	reply->unicast.of = reply->unicast.lost + r->twin->received;
}

/* ---- opening --------------------------------------------------------------------------- */

/* A host that was named is a responder from the start, though it may never be heard. */
static int enter(struct twin *t, const struct mc_ifaces *ifs, const char *text)
{
	const struct ping_run *r = t->run;
	struct pick_host h;

	if (pick_host(r->verb, ifs, "--ask", text, &h))
		return EXIT_CANNOT;
	if (h.addr.family != r->where->target.group.family)
		return opt_refuse(r->verb, "--ask %s: it is not of the family of the group", text);
	struct mc_dgram d = { .peer = h.addr,
			      .port = h.port < 0 ? r->where->port : (uint16_t)h.port,
			      .ifindex = h.ifindex };
	struct responder *of = responders_get(r->responders, &d);

	if (!of)
		return opt_refuse(r->verb, "--ask %s: there is no room for more hosts", text);
	of->asked = true;
	return 0;
}

static int enter_all(struct twin *t)
{
	const struct ping_run *r = t->run;
	struct mc_ifaces *ifs = NULL;
	int e = mc_ifaces_new(&ifs, false);

	if (e)
		return opt_refuse(r->verb, "cannot list the interfaces: %s", mc_strerror(e));
	for (size_t i = 0; i < r->conf->nasks && !e; i++)
		e = enter(t, ifs, r->conf->asks[i]);
	mc_ifaces_free(ifs);
	return e;
}

static void on_socket(struct mc_watch *w)
{
	twin_receive(w->arg);
}

static int open_parts(struct twin *t, uint64_t ring)
{
	const struct where *w = t->run->where;
	struct mc_addr from = w->bind.family ? w->bind : (struct mc_addr){ .family = w->target.group.family };
	int e = sender_open_unicast(&t->sender, t->run->conf, &from, w->ifindex, -1);

	if (!e)
		e = ring_init(&t->ring, ring);
	t->watch = (struct mc_watch){ .fd = t->sender.fd, .ready = on_socket, .arg = t };
	return e || t->run->conf->busy_poll ? e : mc_loop_add(t->run->loop, &t->watch);
}

int twin_open(struct twin *t, struct ping_run *r, uint64_t ring)
{
	*t = (struct twin){ .run = r, .oldest = 1, .sender.fd = -1 };
	int e = open_parts(t, ring);

	if (e)
		e = opt_refuse(r->verb, "cannot open a socket for unicast: %s", mc_strerror(e));
	else
		e = enter_all(t);
	if (e)
		twin_close(t);
	return e;
}

void twin_close(struct twin *t)
{
	sender_close(&t->sender);
	ring_free(&t->ring);
}
