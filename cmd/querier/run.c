/*
 * run.c - a run of the querier: opening, waiting, signals, the file that is read again, the service manager,
 * and the end. Interfaces are opened, then privileges are given up, but for the one to open those that come.
 */
#include "querier/run.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/time.h"
#include "notify.h"
#include "out.h"
#include "priv.h"
#include "signals.h"

#define OUT_ROOM (1 << 20)
#define ERR_ROOM (1 << 16)
#define PATIENCE MC_SEC         /* with a reader, at the end */
#define MINUTE (60 * MC_SEC)
#define NOTE_EVERY (5 * MC_SEC) /* what systemctl status shows */
#define LOOK_EVERY MC_SEC       /* at how much was lost */

/* ---- warnings ------------------------------------------------------------------------------------ */

void querier_warn(struct querier_run *r, const struct querier_link *l, const char *name, uint32_t missed,
		  const char *fmt, ...)
{
	char text[400];
	struct told t = {
		.kind = TOLD_WARNING,
		.time = out_now(),
		.link = l,
		.family = QUERIER_FAMILIES,
		.warning = name,
		.text = text,
		.missed = missed,
	};
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	tell(&r->tell, &t);
}

bool querier_may(struct querier_limit *l, mc_time now, uint32_t *missed)
{
	if (now < l->next) {
		l->missed++;
		return false;
	}
	*missed = l->missed;
	l->missed = 0;
	l->next = now + MINUTE;
	return true;
}

/* Asked after packets only, and seldom: it is a system call. */
static void look_at_losses(struct querier_link *l, mc_time now)
{
	uint64_t lost;
	uint32_t missed;

	if (now < l->losses_due)
		return;
	l->losses_due = now + LOOK_EVERY;
	lost = querier_link_lost(l);
	if (lost == l->losses_told || !querier_may(&l->losses, now, &missed))
		return;
	querier_warn(l->run, l, "lost-packets", missed,
		     "%llu packets were lost, as the ring was full (give a larger --rcvbuf)",
		     (unsigned long long)(lost - l->losses_told));
	l->losses_told = lost;
}

/* ---- the service manager --------------------------------------------------------------------------- */

static void put_state(struct mc_text *t, const struct querier_link *l, unsigned family)
{
	const char *name = querier_proto(family)->name;
	struct mc_router_status s = { .size = sizeof s };

	mc_router_status(l->side[family].router, &s);
	mc_text_str(t, " ");
	mc_text_str(t, name);
	mc_text_str(t, s.querier ? " querier, " : s.addr.family ? " listens, " : " without a querier, ");
	mc_text_number(t, s.groups);
	mc_text_str(t, s.groups == 1 ? " group" : " groups");
}

static void put_link(struct mc_text *t, const struct querier_link *l)
{
	char name[4 * MC_IFNAME_SIZE];
	const char *before = ":";

	mc_text_str(t, out_plain(name, sizeof name, l->conf.name));
	if (l->state != QUERIER_OPEN) {
		mc_text_str(t, l->state == QUERIER_DOWN ? " is down" : " is not there");
		return;
	}
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		if (l->side[f].router) {
			mc_text_str(t, before);
			put_state(t, l, f);
			before = ";";
		}
}

static void note(struct querier_run *r, mc_time now)
{
	char text[400];
	struct mc_text t = mc_text_begin(text, sizeof text);

	r->news = false;
	r->noted = now;
	for (size_t i = 0; i < r->nlinks; i++) {
		mc_text_str(&t, i ? ". " : "");
		put_link(&t, r->links[i]);
	}
	mc_text_cut(&t);
	notify_send("STATUS=%s", text);
}

/* ---- the file, again -------------------------------------------------------------------------------- */

static void tell_reload(struct querier_run *r, bool ok, const char *text)
{
	const struct told t = {
		.kind = TOLD_RELOAD,
		.time = out_now(),
		.family = QUERIER_FAMILIES,
		.ok = ok,
		.text = text,
	};

	tell(&r->tell, &t);
}

static void read_again(struct querier_run *r)
{
	struct querier_ifaces fresh = { 0 };
	char why[QUERIER_WHY], text[2 * QUERIER_WHY];

	if (querier_file_load(&fresh, r->conf.config, &r->conf.options, why)) {
		snprintf(text, sizeof text, "%s; what was in force stays", why);
		tell_reload(r, false, text);
		return;
	}
	snprintf(text, sizeof text, "%s was read again, %zu interface%s", r->conf.config, fresh.n,
		 fresh.n == 1 ? "" : "s");
	tell_reload(r, true, text);
	querier_links_change(r, &fresh);
	free(fresh.v);
}

static void reload(struct querier_run *r)
{
	r->reload = false;
	if (!r->conf.config) {
		tell_reload(r, false,
			    "there is no file to read again (SIGHUP is for --config); SIGTERM ends this");
		return;
	}
	notify_reloading();
	read_again(r);
	notify_send("READY=1");
	note(r, mc_loop_now());
}

/* ---- signals, interfaces ---------------------------------------------------------------------------- */

static void end(struct querier_run *r, bool final)
{
	tell_end(&r->tell, r->links, r->nlinks, mc_loop_now() - r->began, final);
}

static void on_signal(struct mc_watch *w)
{
	struct querier_run *r = w->arg;
	int number;

	while ((number = signals_read(w->fd))) {
		if (number == SIGHUP)
			r->reload = true;
		else if (number == SIGQUIT)
			end(r, false);
		else
			r->stop = true;
	}
}

static void on_ifaces(struct mc_watch *w)
{
	struct querier_run *r = w->arg;

	r->stale = mc_ifaces_process(r->ifs) != 0; /* what was known stays, and it is tried again */
	if (r->stale)
		r->retry = mc_loop_now() + QUERIER_RETRY;
	else
		querier_links_follow(r);
}

static int open_signals(struct querier_run *r)
{
	static const int more[] = { SIGHUP };
	int e;

	r->signals = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = r };
	e = r->signals.fd < 0 ? r->signals.fd : signals_more(r->signals.fd, more, 1);
	return e ? e : mc_loop_add(r->loop, &r->signals);
}

static int cannot(const struct querier_run *r, const char *what, int error)
{
	return opt_refuse(r->verb, "cannot %s: %s", what, mc_strerror(error));
}

/* ---- turns ------------------------------------------------------------------------------------------ */

static mc_time deadline_of(const struct querier_run *r)
{
	mc_time due = mc_sooner(r->ends, r->stale ? r->retry : querier_links_retry(r));

	for (size_t i = 0; i < r->nlinks; i++)
		due = mc_sooner(due, drive_due(r->links[i]));
	return r->news ? mc_sooner(due, r->noted + NOTE_EVERY) : due;
}

static void serve(struct querier_link *l, mc_time now)
{
	if (l->more) {
		drive_packets(l);
		look_at_losses(l, now);
	}
	for (unsigned f = 0; f < QUERIER_FAMILIES; f++)
		drive_side(l, f, now);
}

/* Nobody reads any more: then it ends, as others do. A full disk is no reason to ask no more. */
static void pump(struct querier_run *r)
{
	int e = spool_pump(r->out);

	if (!e)
		e = spool_pump(r->err);
	if (e)
		r->broken = e;
	if (e == -EPIPE)
		r->stop = true;
}

static void turn(struct querier_run *r)
{
	mc_time now;
	int e = mc_loop_wait(r->loop, deadline_of(r));

	if (e < 0) {
		r->failed = cannot(r, "wait", e);
		r->stop = true;
	}
	if (r->reload)
		reload(r);
	now = mc_loop_now();
	if (now >= r->ends)
		r->stop = true;
	for (size_t i = 0; i < r->nlinks; i++)
		serve(r->links[i], now);
	if (r->stale && r->retry <= now)
		on_ifaces(&r->changes);
	else if (querier_links_retry(r) <= now)
		querier_links_follow(r);
	if (r->news && r->noted + NOTE_EVERY <= now)
		note(r, now);
	pump(r);
}

/* ---- opening and closing ------------------------------------------------------------------------------ */

static int check_privilege(const struct querier_run *r)
{
	if (priv_has(PRIV_RAW))
		return 0;
	return opt_refuse(r->verb,
			  "cannot open an interface: no permission (needs CAP_NET_RAW: run as root, or "
			  "setcap cap_net_raw+ep on the program)");
}

static size_t say_lost(void *arg, uint64_t lines, char *buf, size_t cap)
{
	const struct querier_run *r = arg;

	return tell_lost(&r->tell, lines, buf, cap);
}

static size_t say_lost_warnings(void *arg, uint64_t lines, char *buf, size_t cap)
{
	const struct querier_run *r = arg;
	const struct tell text = { .verb = r->verb };

	return tell_lost(&text, lines, buf, cap);
}

static int open_parts(struct querier_run *r)
{
	int e = mc_loop_new(&r->loop);

	if (!e)
		e = spool_open(&r->out, &stdout, OUT_ROOM, say_lost, r);
	if (!e)
		e = spool_open(&r->err, &stderr, ERR_ROOM, say_lost_warnings, r);
	if (!e)
		e = spool_watch(r->out, r->loop);
	if (!e)
		e = spool_watch(r->err, r->loop);
	if (!e) {
		r->changes = (struct mc_watch){ .fd = mc_ifaces_fd(r->ifs), .ready = on_ifaces, .arg = r };
		e = mc_loop_add(r->loop, &r->changes);
	}
	return e ? cannot(r, "start", e) : 0;
}

/* All that is there: later ones may wait. No right to open one is no reason to wait, though. */
static int open_links(struct querier_run *r)
{
	for (size_t i = 0; i < r->ifaces.n; i++)
		if (querier_links_add(r, &r->ifaces.v[i]))
			return EXIT_CANNOT;
	querier_links_follow(r);
	for (size_t i = 0; i < r->nlinks; i++)
		if (r->links[i]->error == -EPERM)
			return EXIT_CANNOT;
	return 0;
}

static int open_all(struct querier_run *r)
{
	int e;

	r->began = mc_loop_now();
	r->ends = mc_after(r->began, r->conf.deadline);
	if (check_privilege(r) || open_parts(r) || open_links(r))
		return EXIT_CANNOT;
	e = priv_drop(PRIV_RAW);
	if (e)
		return cannot(r, "give up privileges", e);
	e = open_signals(r); /* until then a signal ends it at once, and the kernel closes all */
	return e ? cannot(r, "start", e) : 0;
}

static void close_all(struct querier_run *r)
{
	querier_links_free(r);
	drive_free(&r->drive);
	if (r->signals.fd >= 0)
		close(r->signals.fd);
}

static int close_streams(struct querier_run *r)
{
	int e = spool_close(r->out, PATIENCE), e2 = spool_close(r->err, PATIENCE);

	mc_loop_free(r->loop);
	e = r->broken ? r->broken : e ? e : e2;
	clearerr(stdout); /* it is told here */
	return e ? opt_refuse(r->verb, "cannot write to standard output: %s", mc_strerror(e)) : 0;
}

int querier_run(struct querier_run *r)
{
	int code;

	r->signals.fd = -1;
	r->tell = (struct tell){ .verb = r->verb, .json = r->conf.json, .quiet = r->conf.quiet };
	drive_init(&r->drive);
	notify_open();
	code = open_all(r);
	if (!code) {
		r->serving = true;
		notify_send("READY=1");
		note(r, r->began);
		for (pump(r); !r->stop;)
			turn(r);
		notify_send("STOPPING=1");
		end(r, true);
		code = r->failed;
	}
	close_all(r);
	return close_streams(r) ? EXIT_CANNOT : code;
}
