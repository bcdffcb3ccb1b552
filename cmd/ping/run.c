/*
 * run.c - opening, waiting, signals, ending. It knows nothing of what is sent when, nor of how
 * replies are told apart.
 */
#include "ping/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "priv.h"
#include "signals.h"

#define BATCH 32
#define LOOK_AROUND 256 /* turns without sleep between looks at the signals */
#define LOOK_AT_CLOCK 8 /* and at the clock */

static struct ping_totals totals_of(const struct ping_run *r)
{
	const struct sender *s = &r->sender;

	return (struct ping_totals){ .sent = s->sent, .unsent = s->unsent, .time = mc_loop_now() - r->began };
}

static void on_signal(struct mc_watch *w)
{
	struct ping_run *r = w->arg;
	struct ping_totals t = totals_of(r);
	int number;

	while ((number = signals_read(w->fd)))
		if (number == SIGQUIT)
			ping_show_now(&r->show, r->responders, &t);
		else
			r->stop = true;
}

static void on_socket(struct mc_watch *w)
{
	struct ping_run *r = w->arg;

	r->receive(r, r->state);
}

static int open_loop(struct ping_run *r)
{
	int e = mc_loop_new(&r->loop);

	if (!e)
		e = r->signals.fd = signals_open();
	if (e >= 0)
		e = mc_loop_add(r->loop, &r->signals);
	/* Without sleep the socket is looked at directly; epoll would cost each datagram. */
	if (!e && !r->conf->busy_poll)
		e = mc_loop_add(r->loop, &r->socket);
	return e;
}

/* A flood takes all there is. Otherwise the first reply is not kept waiting for a look at whether
 * there is a second. */
static unsigned batch_of(const struct ping_conf *c)
{
	return c->flood ? BATCH : 1;
}

static int open_sender(struct ping_run *r)
{
	const struct ping_server *server = r->server;

	if (!server)
		return sender_open(&r->sender, r->conf, r->where);
	int e = sender_open_unicast(&r->sender, r->conf, &r->where->source, server->ifindex,
				    (int32_t)r->conf->ttl);

	if (!e)
		sender_to(&r->sender, &server->addr, server->port, server->ifindex);
	return e;
}

static int open_parts(struct ping_run *r)
{
	int e = mc_batch_new(&r->batch, batch_of(r->conf), 65535);

	r->responders = calloc(1, sizeof *r->responders);
	if (!e)
		e = r->responders ? open_sender(r) : -ENOMEM;
	if (e)
		return e;
	r->socket = (struct mc_watch){ .fd = r->sender.fd, .ready = on_socket, .arg = r };
	r->signals = (struct mc_watch){ .fd = -1, .ready = on_signal, .arg = r };
	return open_loop(r);
}

int ping_run_open(struct ping_run *r, const struct verb *v, const struct ping_conf *c, const struct where *w,
		  const struct ping_server *server)
{
	char target[MC_TARGET_STRLEN];

	*r = (struct ping_run){ .verb = v,
				.conf = c,
				.where = w,
				.server = server,
				.show = { c, w, server } };
	r->sender.fd = r->signals.fd = -1;
	int e = open_parts(r), p = e ? 0 : priv_drop(PRIV_NONE);

	r->began = mc_loop_now();
	r->ends = c->deadline < MC_NEVER - r->began ? r->began + c->deadline : MC_NEVER;
	if (!e && !p)
		return 0;
	ping_run_close(r);
	if (p)
		return opt_refuse(v, "cannot give up privileges: %s", mc_strerror(p));
	return opt_refuse(v, "%s: cannot open a socket to send from: %s",
			  mc_target_format(&w->target, target, sizeof target), mc_strerror(e));
}

void ping_run_close(struct ping_run *r)
{
	sender_close(&r->sender);
	if (r->signals.fd >= 0)
		close(r->signals.fd);
	mc_loop_free(r->loop);
	mc_batch_free(r->batch);
	if (r->responders)
		responders_free(r->responders);
}

/* Sleeps. A deadline that was set before and is earlier does no harm: the caller looks at its
 * clock again; and keeping it saves setting the timer for every datagram. */
static void sleep_until(struct ping_run *r, mc_time deadline)
{
	mc_time now = mc_loop_now();

	if (deadline <= now || r->armed <= now || r->armed > deadline)
		r->armed = deadline;
	if (mc_loop_wait(r->loop, r->armed) < 0)
		r->stop = true;
}

/* The turns are counted on from call to call: when datagrams come all the time, each is one turn. */
void ping_run_look(struct ping_run *r)
{
	if (++r->turn % LOOK_AROUND == 0 && mc_loop_wait(r->loop, 0) < 0)
		r->stop = true;
}

static void spin_until(struct ping_run *r, mc_time deadline)
{
	for (unsigned idle = 0;; idle++) {
		ping_run_look(r);
		if (r->stop || r->receive(r, r->state) > 0)
			return;
		if (idle % LOOK_AT_CLOCK == 0 && mc_loop_now() >= deadline)
			return;
	}
}

void ping_run_wait(struct ping_run *r, mc_time deadline)
{
	if (r->ends < deadline)
		deadline = r->ends;
	if (r->conf->busy_poll)
		spin_until(r, deadline);
	else
		sleep_until(r, deadline);
	if (r->ends != MC_NEVER && mc_loop_now() >= r->ends)
		r->stop = true;
}

void ping_run_unsent(struct ping_run *r, int error)
{
	const struct sender *s = &r->sender;

	if ((error == -ENETUNREACH || error == -EACCES) && !s->sent) {
		r->refused = where_unreachable(r->verb, r->where, error);
		r->stop = true;
	} else if (!r->complained) {
		opt_refuse(r->verb, "a datagram was not sent: %s%s", mc_strerror(error),
			   where_meaning(error));
		r->complained = true;
	}
}

int ping_run_end(struct ping_run *r)
{
	struct ping_totals t = totals_of(r);

	if (r->refused)
		return r->refused;
	ping_show_end(&r->show, r->responders, &t);
	bool said = !r->conf->quiet && ping_conf_halves(r->conf) && ping_advise_halves(r);

	if (responders_heard(r->responders) >= (unsigned)r->conf->min_responders &&
	    !responders_silent(r->responders))
		return EXIT_GOOD;
	if (!r->conf->quiet && !said)
		ping_advise(r);
	return EXIT_NO;
}
