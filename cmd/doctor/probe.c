/*
 * probe.c - a probe's life: which group on which interface, the opening, the loop until the time is over or
 * a signal comes, the closing. What is sent, joined and counted is in its parts (probed.h).
 */
#include "doctor/probe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "doctor/probed.h"
#include "doctor/way.h"
#include "out.h"
#include "signals.h"

#define DEFAULT_WAIT (3 * MC_SEC)
#define SETTLE (MC_SEC / 20)   /* until what the interface saw has reached the socket, too */
#define SHOW_FROM (2 * MC_SEC) /* progress of what takes longer */
#define TICK (MC_SEC / 2)
#define WATCHES (5 + 2 * ARRIVALS_TAPS)

/* ---- which group, on which interface ------------------------------------------------- */

static void pick_group(const struct look *l, struct probed *p)
{
	const struct aim *a = look_named(l) ? &l->aims.v[0] : NULL;

	if (!a) {
		(void)mc_addr_parse(&p->group, l->conf->ipv6 && !l->conf->ipv4 ? PICK_GROUP6 : PICK_GROUP4);
		p->port = PICK_PORT;
		return;
	}
	p->named = true;
	p->group = a->group;
	p->source = a->source;
	p->port = a->port > 0 ? (uint16_t)a->port : 0;
	p->ifindex = a->ifindex ? a->ifindex : a->expected;
}

/* The route's, else the first that can multicast, lo only where there is no other. */
static uint32_t route_to_group(const struct look *l, const struct probed *p)
{
	const struct mc_iface *first = NULL;
	struct way way;

	if (!way_to(&p->group, 0, NULL, &way) && way.ifindex)
		return way.ifindex;
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(l->ifs, i));)
		if (mc_iface_can(i) && (!first || (first->loopback && !i->loopback)))
			first = i;
	return first ? first->index : 0;
}

static int pick(const struct look *l, struct probed *p)
{
	struct pick named = { 0 };

	pick_group(l, p);
	if (!p->ifindex && l->conf->iface) {
		if (pick_iface(l->verb, l->ifs, l->conf->iface, NULL, &named))
			return EXIT_CANNOT;
		p->ifindex = named.iface->index;
	}
	if (!p->ifindex)
		p->ifindex = route_to_group(l, p);
	const struct mc_iface *i = mc_ifaces_index(l->ifs, p->ifindex);

	p->loopback = i && i->loopback;
	return 0;
}

/* ---- opening and closing ------------------------------------------------------------- */

int probe_open(struct look *l)
{
	struct probed *p = calloc(1, sizeof *p);
	int r = p ? mc_batch_new(&p->batch, 32, 65535) : -1;

	if (r) {
		free(p);
		return opt_refuse(l->verb, "cannot probe: no memory");
	}
	p->back.in = p->back.out = p->heard.member = p->flow.fd = p->flow.member = p->asked.fd = -1;
	p->wait = l->conf->wait == MC_NEVER ? DEFAULT_WAIT : l->conf->wait;
	l->probed = p;
	if (pick(l, p))
		return EXIT_CANNOT;
	if (!p->ifindex)
		return 0;
	back_open(p);
	heard_open(p);
	flow_open(l, p);
	asked_open(p);
	return 0;
}

/* The second look at the sockets is to find none of these. */
static void leave(struct probed *p)
{
	back_close(p);
	heard_close(p);
	flow_leave(p);
	asked_close(p);
}

void probe_close(struct probed *p)
{
	if (!p)
		return;
	leave(p);
	flow_close(p);
	mc_batch_free(p->batch);
	free(p);
}

/* ---- the loop ------------------------------------------------------------------------ */

struct probe_run {
	struct look *look;
	struct probed *p;
	struct mc_loop *loop;
	size_t n;
	struct mc_watch watches[WATCHES];
	bool show;
	mc_time shown; /* the last time */
	mc_time ends;  /* of all of it */
};

static void on_signal(struct mc_watch *w)
{
	struct probe_run *r = w->arg;

	while (signals_read(w->fd))
		r->p->stopped = true;
}

static void on_back(struct mc_watch *w)
{
	back_take(((struct probe_run *)w->arg)->p);
}

/* A link that is gone would be readable for ever. */
static void on_link(struct mc_watch *w)
{
	struct probe_run *r = w->arg;

	heard_take(r->look, r->p);
	if (r->p->heard.error)
		mc_loop_del(r->loop, w);
}

static void on_flow(struct mc_watch *w)
{
	struct probe_run *r = w->arg;

	flow_take(r->look, r->p);
}

static void on_arrivals(struct mc_watch *w)
{
	arrivals_take(((struct probe_run *)w->arg)->look->arrivals);
}

static void on_asked(struct mc_watch *w)
{
	struct probe_run *r = w->arg;

	asked_take(r->look, r->p);
}

static void watch(struct probe_run *r, int fd, void (*ready)(struct mc_watch *w))
{
	if (fd < 0 || r->n == WATCHES)
		return;
	struct mc_watch *w = &r->watches[r->n];

	*w = (struct mc_watch){ .fd = fd, .ready = ready, .arg = r };
	r->n += !mc_loop_add(r->loop, w);
}

static void watch_taps(struct probe_run *r, const struct arrivals *a, void (*ready)(struct mc_watch *w))
{
	int fds[ARRIVALS_TAPS];
	size_t n = a ? arrivals_fds(a, fds, sizeof fds / sizeof *fds) : 0;

	for (size_t i = 0; i < n; i++)
		watch(r, fds[i], ready);
}

static void watch_all(struct probe_run *r)
{
	watch(r, r->p->back.in, on_back);
	watch(r, r->p->heard.link ? mc_link_fd(r->p->heard.link) : -1, on_link);
	watch(r, r->p->flow.fd, on_flow);
	watch(r, r->p->asked.fd, on_asked);
	watch_taps(r, r->p->flow.taps, on_flow);
	watch_taps(r, r->look->arrivals, on_arrivals);
}

static void show(struct probe_run *r, mc_time now)
{
	struct flow_seen seen;

	if (!r->show || (r->shown && now - r->shown < TICK))
		return;
	r->shown = now;
	flow_seen(r->look, r->p, &seen);
	fprintf(stderr, "\rlistening on %s: %u s left, %llu datagrams, %zu querier%s \033[K",
		look_name(r->look, r->p->ifindex),
		r->ends > now ? (unsigned)((r->ends - now + MC_SEC - 1) / MC_SEC) : 0,
		(unsigned long long)(seen.datagrams ? seen.datagrams : r->p->flow.datagrams), r->p->heard.n,
		r->p->heard.n == 1 ? "" : "s");
	fflush(stderr);
}

/* Takes what comes until then. A socket whose port was learnt meanwhile is looked at each tick. */
static void run_until(struct probe_run *r, mc_time end)
{
	int error = 0;

	for (mc_time now = mc_loop_now(); !r->p->stopped && error >= 0 && now < end; now = mc_loop_now()) {
		show(r, now);
		error = mc_loop_wait(r->loop, mc_sooner(end, now + TICK));
		flow_take(r->look, r->p);
		heard_take(r->look, r->p);
	}
}

/* A wait that is too short for the report waits for that, too. */
static void listen_for_report(struct probe_run *r)
{
	mc_time end = r->p->began + PROBED_REPORT;

	while (!r->p->stopped && r->p->heard.link && !r->p->heard.left && mc_loop_now() < end)
		run_until(r, mc_sooner(end, mc_loop_now() + MC_SEC / 20));
}

static void ask(struct probe_run *r)
{
	mc_time wait;

	while (!r->p->stopped && (wait = asked_next(r->look, r->p)))
		run_until(r, mc_loop_now() + wait);
}

static void run(struct probe_run *r)
{
	struct probed *p = r->p;
	mc_time soak = r->look->conf->soak;

	heard_take(r->look, p);
	p->began = mc_loop_now();
	r->ends = mc_after(p->began, soak > p->wait ? soak : p->wait);
	heard_join(r->look, p);
	flow_join(p);
	back_send(p);
	run_until(r, mc_after(p->began, p->wait));
	listen_for_report(r);
	ask(r);
	run_until(r, mc_after(p->began, soak));
	p->ended = mc_loop_now();
	flow_end(p);
}

static int open_loop(struct probe_run *r)
{
	int fd, e = mc_loop_new(&r->loop);

	if (e)
		return e;
	fd = signals_open();
	watch(r, fd, on_signal);
	watch_all(r);
	return fd;
}

/* Signals end it early; afterwards they do what they did before. */
void probe_run(struct look *l)
{
	struct probe_run *r = calloc(1, sizeof *r);
	sigset_t before;

	if (!r || !l->probed->ifindex) {
		free(r);
		return;
	}
	r->look = l;
	r->p = l->probed;
	r->show = isatty(STDERR_FILENO) && (r->p->wait > SHOW_FROM || l->conf->soak > SHOW_FROM);
	sigprocmask(SIG_SETMASK, NULL, &before);
	int fd = open_loop(r);

	if (fd >= 0) {
		bool stopped;

		run(r);
		stopped = r->p->stopped;
		r->p->stopped = false;
		run_until(r, mc_loop_now() + SETTLE);
		r->p->stopped = stopped;
		leave(r->p);
	}
	if (r->show)
		fputs("\r\033[K", stderr);
	mc_loop_free(r->loop);
	if (fd >= 0)
		close(fd);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(r);
}

/* ---- what the checks share ----------------------------------------------------------- */

bool probed_blind(const struct probed *p, struct findings *f, const char *what, int error)
{
	if (!p->ifindex)
		find(f, VERDICT_UNKNOWN, "there is no interface that can multicast");
	else if (!p->ended)
		find(f, VERDICT_UNKNOWN, "the probe could not be run");
	else if (error)
		find(f, VERDICT_UNKNOWN, "%s: %s%s", what, mc_strerror(error),
		     error == -EPERM ? " (run as root)" : "");
	return !p->ifindex || !p->ended || error;
}

bool probed_idle(const struct look *l, struct findings *f)
{
	const struct mc_iface *i = mc_ifaces_index(l->ifs, l->probed->ifindex);

	if (i && i->running)
		return false;
	find(f, VERDICT_UNKNOWN, "nothing can come in by %s: it %s", look_name(l, l->probed->ifindex),
	     i && i->up ? "has no carrier" : "is down")
		->ifindex = l->probed->ifindex;
	return true;
}

char *probed_group(const struct probed *p, char buf[PROBED_GROUP])
{
	char text[OUT_ENDPOINT_SIZE];

	if (p->port)
		out_endpoint(text, sizeof text, &p->group, p->port, NULL);
	else
		mc_addr_format(&p->group, text, sizeof text);
	snprintf(buf, PROBED_GROUP, "%.*s", PROBED_GROUP - 1, text);
	return buf;
}
