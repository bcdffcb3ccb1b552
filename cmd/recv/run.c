/*
 * run.c - turns of the loop: what is due when, what ends a run, and what is done then.
 */
#include <errno.h>
#include <mcast/sock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "out.h"
#include "recv/effects.h"
#include "recv/keep.h"
#include "recv/paths.h"
#include "recv/places.h"
#include "recv/taps.h"
#include "recv/tell.h"
#include "signals.h"

#define QUIET (20 * MC_MSEC)

/* ---- events ----------------------------------------------------------------------------- */

void recv_on_port(struct mc_watch *w)
{
	struct port *p = w->arg;
	struct recv *r = p->listener->set->changed_arg;

	hot_ready(&r->hot, p);
}

static void on_ifaces(struct mc_watch *w)
{
	struct recv *r = w->arg;

	if (mc_ifaces_process(r->ifs))
		return; /* what was known stays in force; the next change tries again */
	hot_cool(&r->hot); /* its socket may go */
	if (!r->ended)
		listen_follow(&r->set);
}

static void on_signal(struct mc_watch *w)
{
	struct recv *r = w->arg;
	int number;

	while ((number = signals_read(w->fd)))
		if (number == SIGQUIT) {
			tell_result(r, false);
		} else if (number == SIGWINCH) {
			tell_live_size(r);
		} else if (number == SIGTSTP) {
			tell_live_suspend(r);
		} else {
			r->hurry = r->stop || r->ended;
			r->stop = true;
			r->until = mc_sooner(r->until, mc_loop_now());
		}
}

int recv_events(struct recv *r)
{
	int more[3] = { SIGWINCH };
	size_t n = 1;
	struct sigaction hangup;
	int e;

	signal(SIGPIPE,
	       SIG_IGN); /* groups are left, and all is told, also where nobody reads payloads any more */
	if (r->conf.live > 0)
		more[n++] = SIGTSTP;
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* nohup(1) */
		more[n++] = SIGHUP;
	r->signals_watch = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = r };
	e = r->signals_watch.fd < 0 ? r->signals_watch.fd : signals_more(r->signals_watch.fd, more, n);
	if (!e)
		e = mc_loop_add(r->loop, &r->signals_watch);
	if (e)
		return e;
	r->ifaces_watch = (struct mc_watch){ .fd = mc_ifaces_fd(r->ifs), .ready = on_ifaces, .arg = r };
	e = mc_loop_add(r->loop, &r->ifaces_watch);
	if (!e && input_open(&r->input, r->loop)) /* of no kind that can be read: there are no commands */
		input_close(&r->input);
	return e;
}

/* ---- what is counted ---------------------------------------------------------------------- */

static uint64_t dropped_now(const struct recv *r)
{
	uint64_t n = r->set.dropped;
	uint32_t one;

	for (size_t i = 0; i < r->set.n; i++)
		for (const struct port *p = r->set.v[i]->ports; p; p = p->next)
			if (mc_sock_drops(p->watch.fd, &one) == 0)
				n += one;
	return n;
}

/* Delays that waited until the sender's clock is known. */
static void flush_delays(struct recv *r, mc_time now)
{
	for (size_t i = 0; i < r->streams.n; i++) {
		struct mc_stream *f = &r->streams.v[i]->flow;

		if (f->clock && f->delay.held)
			mc_delay_flush(&f->delay, f->clock, now);
	}
}

void recv_look(struct recv *r)
{
	r->dropped = dropped_now(r);
	if (!r->ended)
		places_look(r);
	flush_delays(r, r->ended ? MC_NEVER : out_now());
}

static void begin(struct recv *r)
{
	r->began = mc_loop_now();
	r->began_real = out_now();
	r->next_lap = r->began + MC_SEC;
	r->next_line = mc_after(r->began, r->conf.interval);
}

void recv_reset(struct recv *r)
{
	begin(r);
	recv_streams_reset(&r->streams);
	paths_reset(r);
	places_reset(r);
	r->packets = r->bytes = r->misplaced = 0;
	r->dropped_before = dropped_now(r);
	r->told.at = r->began;
}

static void lap(struct recv *r)
{
	flush_delays(r, r->ended ? MC_NEVER : out_now());
	recv_streams_lap(&r->streams);
	if (r->keep && !recv_keep_flush(r->keep))
		tell_warning(r, "--write: %s cannot be written to: what comes from now on is not kept",
			     r->conf.write);
}

/* ---- turns ---------------------------------------------------------------------------------- */

static mc_time idle_ends(const struct recv *r)
{
	return r->heard ? mc_after(r->heard, r->conf.idle) : MC_NEVER;
}

/* When --until-end looks whether all have ended: not while something still waits in another socket,
 * perhaps of a stream that was not seen yet. */
static mc_time quiet(const struct recv *r)
{
	return r->end_seen && r->conf.until_end ? mc_after(r->heard, QUIET) : MC_NEVER;
}

static mc_time due(const struct recv *r)
{
	mc_time when = mc_sooner(r->until, mc_sooner(r->next_lap, r->next_line));

	if (input_ready(&r->input))
		return 0;
	when = mc_sooner(when, mc_sooner(idle_ends(r), input_due(&r->input)));
	when = mc_sooner(when, quiet(r));
	when = mc_sooner(when, mc_sooner(clocks_due(r->clocks), effects_due(r->effects)));
	return mc_sooner(when, tell_live_due(r));
}

static void take_lines(struct recv *r)
{
	const char *line;
	size_t len;
	int got;

	for (unsigned i = 0; i < 64 && !r->stop && input_ready(&r->input); i++) {
		got = input_next(&r->input, &line, &len);
		if (got > 0)
			effects_line(r, line, len, r->input.lines.number);
		else if (got < 0)
			tell_warning(r, "line %ju: it is longer than 65535 octets (write several)",
				     (uintmax_t)r->input.lines.number);
		else
			return;
	}
}

static void do_what_is_due(struct recv *r, mc_time now)
{
	clocks_ask(r->clocks, now);
	for (; r->next_lap <= now; r->next_lap += MC_SEC)
		lap(r);
	if (r->next_line <= now) {
		tell_interval(r);
		r->next_line += (1 + (now - r->next_line) / r->conf.interval) * r->conf.interval;
	}
	if (effects_due(r->effects) <= now)
		effects_settle(r, now, false);
	if (tell_live_due(r) <= now)
		tell_live_paint(r);
	if (input_due(&r->input) <= now)
		input_look(&r->input);
	take_lines(r);
}

static bool all_ended(const struct recv *r)
{
	for (size_t i = 0; i < r->streams.n; i++)
		if (!r->streams.v[i]->flow.ended)
			return false;
	return true;
}

static void look_for_end(struct recv *r, mc_time now)
{
	if (!r->left || now >= r->until || now >= idle_ends(r))
		r->stop = true;
	if (now >= quiet(r)) {
		r->stop = r->stop || all_ended(r);
		r->end_seen = false;
	}
	if (ferror(stdout)) /* nobody reads it any more, or the disk is full */
		r->stop = true;
}

static void turn(struct recv *r)
{
	mc_time now;

	if (hot_turn(&r->hot, due(r)) < 0)
		r->stop = true;
	now = mc_loop_now();
	look_for_end(r, now);
	if (!r->stop)
		do_what_is_due(r, now);
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void watch_all(struct recv *r)
{
	r->lingers = r->taps != NULL;
	for (size_t i = 0; i < r->set.n && r->lingers; i++)
		taps_want(r, &r->set.v[i]->group);
}

/* Counts end before groups are left, which may take its time where there are thousands. */
static void leave(struct recv *r)
{
	hot_cool(&r->hot);
	input_close(&r->input);
	recv_look(r);
	r->ended = mc_loop_now();
	mc_pair_end(&r->pair);
	lap(r);
	watch_all(r);
	while (r->set.n)
		recv_leave(r, r->set.v[r->set.n - 1]);
	recv_left(r);
}

static void linger(struct recv *r)
{
	mc_time until = mc_after(mc_loop_now(), r->conf.linger), now = 0;

	while (r->lingers && !r->hurry && now < until) {
		mc_time when = mc_sooner(until, mc_sooner(effects_due(r->effects), tell_live_due(r)));

		if (mc_loop_wait(r->loop, when) < 0)
			return;
		now = mc_loop_now();
		effects_settle(r, now, false);
		if (tell_live_due(r) <= now)
			tell_live_paint(r);
	}
}

void recv_run(struct recv *r)
{
	begin(r);
	r->until = mc_after(r->began, r->conf.deadline);
	tell_start(r);
	tell_live(r);
	while (!r->stop)
		turn(r);
	leave(r);
	linger(r);
	effects_settle(r, MC_NEVER, true);
}
