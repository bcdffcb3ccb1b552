/*
 * run.c - opening, waiting for the moment, looking around now and then, ending. How datagrams are handed
 * over is call.c's.
 *
 * While it sends as fast as it goes, or looks at the clock until a moment has come, signals, questions and
 * the end are looked at each millisecond, by the clock that is read anyway.
 */
#include "send/run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/time.h"
#include "cpu.h"
#include "out.h"
#include "priv.h"
#include "signals.h"

#define LOOK_EVERY MC_MSEC
#define LOOK_AT_LEAST (5 * MC_MSEC) /* also where there is no time for it */
#define LOOK_TAKES (MC_MSEC / 50)
#define SLEEPS MC_MSEC      /* where calls are further apart, it just sleeps */
#define AWAKE (MC_MSEC / 10) /* how long before a moment it is awake */
#define ENDS 3              /* how often the end is sent, */
#define ENDS_APART (10 * MC_MSEC)
#define PATIENCE_MS 10      /* for room in a send buffer, before it looks around */

/* ---- opening -------------------------------------------------------------------------- */

static struct send_totals totals_of(struct send_run *r, mc_time now)
{
	struct send_totals t = r->totals;

	t.time = now - r->began;
	t.answers = r->answer.answers;
	return t;
}

static void on_signal(struct mc_watch *w)
{
	struct send_run *r = w->arg;
	int number;

	while ((number = signals_read(w->fd))) {
		struct send_totals t = totals_of(r, mc_loop_now());

		if (number == SIGQUIT)
			send_show_end(&r->show, &t, &r->pace, false);
		else
			r->stop = true;
	}
}

static int open_loop(struct send_run *r)
{
	int e = mc_loop_new(&r->loop);

	if (!e)
		e = r->signals.fd = signals_open();
	if (e >= 0)
		e = mc_loop_add(r->loop, &r->signals);
	if (!e && r->conf->answer && r->conf->format == MC_FORMAT_PROBE)
		e = send_answer_open(&r->answer, &r->flows, r->show.session, r->loop);
	if (!e && r->conf->file)
		e = feed_watch(&r->feed, r->loop);
	return e;
}

static int open_payload(struct send_run *r)
{
	bool trains = r->hand.how == SEND_TRAINS;
	int e = payload_open(&r->payload, r->conf, r->show.session, r->hand.most, trains);
	double pps = rate_pps(&r->conf->rate, r->conf->size.to);

	if (r->conf->file)
		r->payload.feed = &r->feed;
	r->payload.guise.period = pps > 0 ? (uint32_t)(1000 * (double)r->flows.n / pps) : 0;
	if (!e && trains)
		e = flows_cut(&r->flows, r->conf->size.to);
	return e ? e : hand_open(&r->hand);
}

/* A short run goes to every stream: a turn is a call, and a train or a batch might take all there is. */
static void share_out(struct send_run *r)
{
	uint64_t each = (uint64_t)r->conf->count / r->flows.n;

	if (r->conf->count && r->conf->train < 0 && each < r->hand.most)
		r->hand.most = each ? (unsigned)each : 1;
}

static int open_parts(struct send_run *r)
{
	const struct send_conf *c = r->conf;
	int e;

	if (getrandom(&r->show.session, sizeof r->show.session, 0) != sizeof r->show.session)
		return -errno;
	hand_choose(&r->hand, c, r->flows.room);
	share_out(r);
	e = open_payload(r);
	if (!e)
		e = open_loop(r);
	return e ? e : priv_drop(PRIV_NONE);
}

int send_run_open(struct send_run *r, const struct verb *v, const struct send_conf *c, int n, char **words)
{
	int code, e;

	*r = (struct send_run){ .verb = v, .conf = c, .signals = { .fd = -1, .ready = on_signal, .arg = r } };
	r->show = (struct send_show){ .conf = c, .flows = &r->flows, .hand = &r->hand };
	r->left = c->count ? (uint64_t)c->count : UINT64_MAX;
	r->totals.train_most = 1;
	code = cpu_pin(v, c->cpu);
	if (!code)
		code = flows_find(&r->flows, v, c, n, words);
	if (!code && !hand_fits(c, r->flows.room) && (c->io == SEND_TRAINS || c->train > 0))
		code = opt_refuse(
			v,
			"%s: a datagram of %u bytes is more than a packet (at most -s %u, or leave it out)",
			c->train > 0 ? "--train" : "--io trains", c->size.to, r->flows.room);
	if (!code && c->file)
		code = feed_open(&r->feed, v, c->file, c->lines, c->repeat);
	if (!code)
		code = flows_open(&r->flows, v, c);
	if (code)
		return code;
	signal(SIGPIPE,
	       SIG_IGN); /* the streams go on, and end as they should, also where nobody reads of it */
	e = open_parts(r);
	return e ? opt_refuse(v, "cannot start: %s", mc_strerror(e)) : 0;
}

void send_run_close(struct send_run *r)
{
	send_answer_close(&r->answer);
	feed_close(&r->feed);
	payload_free(&r->payload);
	hand_close(&r->hand);
	flows_free(&r->flows);
	mc_loop_free(r->loop);
	if (r->signals.fd >= 0)
		close(r->signals.fd);
}

/* ---- looking around ------------------------------------------------------------------- */

static void report(struct send_run *r, mc_time now)
{
	struct send_totals t = totals_of(r, now);

	send_show_interval(&r->show, &r->told, &t);
	r->told = t;
	while (r->report <= now)
		r->report = mc_after(r->report, r->conf->report);
}

/* Sleeps until the deadline or until there is something to do; a deadline that has passed: looks once. */
static void look(struct send_run *r, mc_time deadline)
{
	if (mc_loop_wait(r->loop, deadline) < 0)
		r->stop = true;
	r->looked = mc_loop_now();
	r->since = out_now() - r->looked;
	if (r->looked >= r->report)
		report(r, r->looked);
	if (r->looked >= r->ends)
		r->stop = true;
}

static mc_time next_event(const struct send_run *r)
{
	return mc_sooner(r->ends, r->report);
}

/* ---- waiting for the moment ----------------------------------------------------------- */

static bool has_time_to_look(const struct send_run *r, mc_time now, mc_time due)
{
	mc_time since = now - r->looked;

	return since >= LOOK_AT_LEAST || (since >= LOOK_EVERY && now + LOOK_TAKES < due);
}

/* When to wake up for what is due, or 0: it is so near that the clock is looked at. */
static mc_time sleep_until(const struct send_run *r, mc_time now)
{
	const struct send_pace *p = &r->pace;

	if (p->wanted >= SLEEPS)
		return p->due;
	return now + 2 * AWAKE < p->due ? p->due - AWAKE : 0;
}

static mc_time wait_due(struct send_run *r)
{
	mc_time due = r->pace.due;

	for (;;) {
		mc_time now = mc_loop_now(), until = sleep_until(r, now);

		if (has_time_to_look(r, now, due) || now >= next_event(r))
			look(r, 0);
		if (r->stop || now >= due)
			return now;
		if (until)
			look(r, mc_sooner(until, next_event(r)));
	}
}

static mc_time wait_turn(struct send_run *r)
{
	mc_time now;

	if (!r->pace.free)
		return wait_due(r);
	now = mc_loop_now();
	if (now - r->looked >= LOOK_EVERY)
		look(r, 0);
	return now;
}

/* ---- sending -------------------------------------------------------------------------- */

/* Nothing left: until there is room in the send buffer, or something to send. */
static void wait_more(struct send_run *r)
{
	struct pollfd p = { .fd = r->flows.v[r->turn].fd, .events = POLLOUT };

	if (r->full) {
		(void)poll(&p, 1, PATIENCE_MS);
		look(r, 0);
	} else if (r->payload.feed && r->feed.over) {
		r->stop = true;
	} else if (r->payload.feed && !r->feed.ready && r->at == r->loaded) {
		look(r, next_event(r));
		send_pace_stood(&r->pace, r->looked);
	}
}

/* What leaves at once: a burst, or one call. */
static void send_due(struct send_run *r, mc_time now)
{
	uint64_t want = r->conf->burst > 1 ? (uint64_t)r->conf->burst : r->hand.most, sent = 0;
	size_t before = r->octets;

	if (want > r->left)
		want = r->left;
	while (sent < want && !r->stop) {
		uint64_t most = want - sent < r->hand.most ? want - sent : r->hand.most;
		unsigned n = send_call(r, (unsigned)most, now);

		if (!sent && n)
			send_pace_begin(&r->pace, now);
		if (!n)
			wait_more(r);
		sent += n;
		if (sent < want)
			now = mc_loop_now();
		if (now - r->looked >= LOOK_AT_LEAST)
			look(r, 0);
		if (r->payload.feed && n && r->conf->burst == 1)
			break; /* what was read is what leaves */
	}
	send_pace_sent(&r->pace, sent, r->octets - before);
	r->left -= r->left == UINT64_MAX ? 0 : sent;
}

/* When it is stopped: what was read of a pipe and waits for more would be gone. */
static void send_rest(struct send_run *r)
{
	unsigned n = 1;

	if (!r->payload.feed || !r->pace.free || r->refused)
		return;
	feed_stop(&r->feed);
	while (n && r->left) {
		n = send_call(r, r->left < r->hand.most ? (unsigned)r->left : r->hand.most, mc_loop_now());
		r->left -= r->left == UINT64_MAX ? 0 : n;
	}
}

static void end_streams(struct send_run *r)
{
	for (int i = 0; i < ENDS && r->totals.datagrams; i++) {
		mc_time until = mc_loop_now() + ENDS_APART;

		if (!send_call_ends(r) || i == ENDS - 1)
			return;
		while (mc_loop_now() < until)
			(void)mc_loop_wait(r->loop, until);
	}
}

/* A run that reached its count lasted until the next was due: ten at ten a second are a second. */
static mc_time ended(const struct send_run *r)
{
	mc_time now = mc_loop_now();

	return !r->left && !r->pace.free && r->pace.due > now ? r->pace.due : now;
}

static int finish(struct send_run *r)
{
	struct send_totals t = totals_of(r, ended(r));

	if (r->refused)
		return r->refused;
	end_streams(r);
	send_show_end(&r->show, &t, &r->pace, true);
	if (r->feed.error)
		return opt_refuse(r->verb, "cannot read %s: %s", r->conf->file, mc_strerror(r->feed.error));
	return t.datagrams ? EXIT_GOOD : EXIT_NO;
}

int send_run(struct send_run *r)
{
	const struct send_conf *c = r->conf;

	send_show_start(&r->show);
	r->began = r->took = mc_loop_now();
	r->ends = mc_after(r->began, c->deadline);
	r->report = mc_after(r->began, c->report);
	send_pace_init(&r->pace, &c->rate, r->began);
	look(r, 0);
	while (!r->stop && r->left) {
		mc_time now = wait_turn(r);

		if (!r->stop)
			send_due(r, now);
	}
	send_rest(r);
	return finish(r);
}
