/*
 * run.c - waiting, packets, time, signals, and the end of a run. Live, the trackers' time is the wall
 * clock's at the start, and steady from there on whoever sets that clock, with a moment's grace for packets
 * that are under way; of a file it is the packets'.
 */
#include "watch/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "out.h"
#include "signals.h"
#include "watch/table.h"

#define LATE (100 * MC_MSEC) /* a packet may be heard of that much after it came */
#define LOOK_AROUND 1024     /* packets of a file between looks at everything else */

/* The trackers' time, live. */
static mc_time steady(const struct watch *w)
{
	return mc_loop_now() + w->offset;
}

/* The time that the state of the links is of. */
static struct shown_now state_time(const struct watch *w)
{
	mc_time now = steady(w);

	if (w->ifs || w->see.first == MC_NEVER)
		return (struct shown_now){ now, now - out_now() };
	return (struct shown_now){ w->see.now, w->see.ahead };
}

void watch_say(void *arg, const char *text)
{
	struct watch *w = arg;
	char plain[4 * CAPTURE_WHY], line[4 * CAPTURE_WHY + 32];

	if (!w->screen.open) {
		opt_refuse(w->verb, "%s", text);
		return;
	}
	snprintf(line, sizeof line, "mcast %s: %s", w->verb->name, out_plain(plain, sizeof plain, text));
	screen_note(&w->screen, line);
}

/* ---- signals ----------------------------------------------------------------------------------- */

static void take_signal(struct watch *w, int number)
{
	switch (number) {
	case SIGQUIT:
		if (!w->muted)
			watch_show_state(&w->show, w->links, state_time(w));
		break;
	case SIGWINCH:
		screen_size(&w->screen);
		break;
	case SIGTSTP:
		screen_suspend(&w->screen);
		break;
	default:
		w->stop = true;
	}
}

static void on_signal(struct mc_watch *watch)
{
	int number;

	while ((number = signals_read(watch->fd)))
		take_signal(watch->arg, number);
}

static int open_signals(struct watch *w)
{
	static const int of_screen[] = { SIGWINCH, SIGTSTP, SIGHUP };
	int r;

	w->signals = (struct mc_watch){ .fd = signals_open(), .ready = on_signal, .arg = w };
	r = w->signals.fd < 0 ? w->signals.fd : 0;
	if (!r && w->conf.live)
		r = signals_more(w->signals.fd, of_screen, sizeof of_screen / sizeof *of_screen);
	return r ? r : mc_loop_add(w->loop, &w->signals);
}

/* ---- interfaces that come ------------------------------------------------------------------------ */

/* Whether somebody might think that it is watched, and was not told yet that it is not. */
static bool is_news(const struct watch *w, const struct mc_iface *i)
{
	bool named = !w->conf.ifaces.n, told = false;

	for (size_t k = 0; k < w->nknown; k++) {
		const struct watch_iface *o = &w->known[k];

		if (o->index == i->index && o->life == i->life)
			return false;
		if (strcmp(o->name, i->name) == 0) {
			named = true;
			told |= o->told;
		}
	}
	return named && !told;
}

static void on_ifaces(struct mc_watch *watch)
{
	struct watch *w = watch->arg;
	char text[200];

	if (mc_ifaces_process(w->ifs))
		return; /* what was known stays; the next change tries again */
	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(w->ifs, i));) {
		struct watch_iface *k = i->up && is_news(w, i) ? mc_grow(&w->known, &w->nknown, sizeof *k) :
								 NULL;

		if (!k)
			continue;
		memcpy(k->name, i->name, sizeof k->name);
		k->index = i->index;
		k->life = i->life;
		k->told = true;
		snprintf(
			text, sizeof text,
			"%s came up and is not watched: no privilege is left to open it (start mcast watch again)",
			i->name);
		watch_say(w, text);
	}
}

/* ---- packets ------------------------------------------------------------------------------------ */

static void on_packets(void *arg)
{
	struct watch *w = arg;

	w->packets = true;
}

static void take_packet(struct watch *w, const struct packet *p)
{
	if (!see_packet(&w->see, p))
		return;
	capture_kept(w->capture, p);
	if (w->conf.count && w->see.totals.messages >= (uint64_t)w->conf.count)
		w->stop = true;
}

static void take_packets(struct watch *w)
{
	char why[CAPTURE_WHY];
	struct packet p;
	int r;

	while (!w->stop && (r = capture_next(w->capture, &p, why))) {
		if (r > 0) {
			take_packet(w, &p);
			continue;
		}
		watch_say(w, why);
		if (!capture_open(w->capture)) {
			w->code = EXIT_CANNOT;
			w->stop = true;
		}
	}
}

/* ---- turns ------------------------------------------------------------------------------------- */

static void paint_state(void *arg, const struct screen_sink *to)
{
	struct watch *w = arg;

	table_write(w->links, state_time(w).now, to);
}

static void paint(struct watch *w)
{
	const struct shown_totals *t = &w->see.totals;
	mc_time now = mc_loop_now();
	char title[200];

	if (screen_due(&w->screen) > now)
		return;
	snprintf(title, sizeof title,
		 "mcast watch: messages %llu, something wrong with %llu, unreadable %llu",
		 (unsigned long long)t->messages, (unsigned long long)t->faulty,
		 (unsigned long long)t->unreadable);
	screen_paint(&w->screen, title, paint_state, w, now);
}

/* When the earliest tracker has work, on the loop's clock. */
static mc_time tracker_due(const struct watch *w)
{
	mc_time now = steady(w), due = w->see.due;

	if (!w->ifs || due >= MC_NEVER - LATE)
		return MC_NEVER;
	due += LATE;
	return mc_loop_now() + (due > now ? due - now : 0);
}

static mc_time earliest(mc_time a, mc_time b)
{
	return a < b ? a : b;
}

/* Sleeps until there is something to do, with nothing left unprinted, and does what is not a packet's. */
static void turn(struct watch *w, mc_time deadline)
{
	if (out_flush() < 0)
		w->stop = true; /* main.c says why */
	if (mc_loop_wait(w->loop, deadline) < 0 || mc_loop_now() >= w->ends)
		w->stop = true;
	trigger_reap(&w->trigger);
	paint(w);
}

static mc_time deadline_of(const struct watch *w)
{
	return earliest(earliest(w->ends, tracker_due(w)), screen_due(&w->screen));
}

static void run_live(struct watch *w)
{
	while (!w->stop) {
		w->packets = false;
		turn(w, deadline_of(w));
		see_live(&w->see, steady(w), out_now());
		if (w->packets)
			take_packets(w);
		see_due(&w->see, w->see.now - LATE);
	}
}

/* ---- a file --------------------------------------------------------------------------------------- */

static void on_input(struct mc_watch *watch)
{
	struct watch *w = watch->arg;

	w->readable = true;
}

bool watch_wait(void *arg, int fd)
{
	struct watch *w = arg;

	w->input = (struct mc_watch){ .fd = fd, .ready = on_input, .arg = w };
	if (!w->loop || mc_loop_add(w->loop, &w->input)) /* not open yet, or of a kind that never waits */
		return true;
	w->readable = false;
	mc_loop_wait(w->loop, 0);
	while (!w->readable && !w->stop)
		turn(w, deadline_of(w));
	mc_loop_del(w->loop, &w->input);
	return !w->stop;
}

/* Whether -w ends a file before this packet. */
static bool is_over(const struct watch *w, const struct packet *p)
{
	mc_time first = w->see.first;

	return w->conf.deadline != MC_NEVER && first != MC_NEVER && p->time > first &&
	       p->time - first >= w->conf.deadline;
}

static void look_around(struct watch *w)
{
	mc_loop_wait(w->loop, 0);
	if (ferror(stdout))
		w->stop = true;
	paint(w);
}

static void run_file(struct watch *w)
{
	char why[CAPTURE_WHY];
	struct packet p;

	for (unsigned n = 0; !w->stop; n++) {
		int r;

		if (n % LOOK_AROUND == 0)
			look_around(w);
		r = capture_next(w->capture, &p, why);
		if (r < 0 && !w->stop) { /* a stream that is to stop ends anywhere */
			watch_say(w, why);
			w->code = EXIT_CANNOT;
		}
		w->over = r > 0 && is_over(w, &p);
		if (r <= 0 || w->over)
			break;
		take_packet(w, &p);
	}
}

/* ---- a run ----------------------------------------------------------------------------------------- */

int watch_events(struct watch *w)
{
	int r = mc_loop_new(&w->loop);

	if (!r && w->ifs) {
		w->changes = (struct mc_watch){ .fd = mc_ifaces_fd(w->ifs), .ready = on_ifaces, .arg = w };
		r = mc_loop_add(w->loop, &w->changes);
		if (!r)
			r = capture_watch(w->capture, w->loop, on_packets, w);
	}
	if (!r)
		r = open_signals(w);
	w->began = mc_loop_now();
	w->offset = out_now() - w->began;
	w->ends = w->conf.deadline < MC_NEVER - w->began ? w->began + w->conf.deadline : MC_NEVER;
	return r;
}

static struct shown_totals totals_of(struct watch *w)
{
	struct shown_totals t = w->see.totals;
	struct capture_stats n = { 0 };
	char why[CAPTURE_WHY];

	if (capture_close(w->capture, &n, why)) {
		watch_say(w, why);
		w->code = EXIT_CANNOT;
	}
	t.packets = n.packets - w->over;
	t.kept = n.kept;
	t.dropped = w->ifs ? n.dropped : UINT64_MAX;
	if (w->ifs)
		t.time = mc_loop_now() - w->began;
	else if (w->see.first != MC_NEVER)
		t.time = w->see.last > w->see.first ? w->see.last - w->see.first : 0;
	return t;
}

static void say_dropped(struct watch *w)
{
	char text[100];

	if (!links_dropped(w->links))
		return;
	snprintf(text, sizeof text, "%zu packets were of more links than %d: no state of those was kept",
		 links_dropped(w->links), LINKS_MOST);
	watch_say(w, text);
}

static void end(struct watch *w)
{
	struct shown_now at = state_time(w);
	struct shown_totals t;
	char text[512];
	bool stdout_is_file = w->muted && !w->screen.open;

	screen_close(&w->screen);
	say_dropped(w);
	t = totals_of(w);
	if (stdout_is_file) {
		opt_refuse(w->verb, "%s", watch_show_totals(&t, text, sizeof text));
		return;
	}
	if (w->conf.summary || w->conf.live)
		watch_show_state(&w->show, w->links, at);
	watch_show_end(&w->show, &t, at.now - at.ahead);
}

int watch_run(struct watch *w)
{
	if (w->ifs)
		run_live(w);
	else
		run_file(w);
	end(w);
	return w->code;
}
