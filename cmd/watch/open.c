/*
 * open.c - what a run opens, in this order: hooks are looked for, files and interfaces opened, then
 * privileges given up, for good. What comes later has none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/grow.h"
#include "pick.h"
#include "priv.h"
#include "watch/run.h"
#include "watch/stream.h"

static int cannot(const struct watch *w, const char *what, int error)
{
	return opt_refuse(w->verb, "cannot %s: %s", what, mc_strerror(error));
}

static int open_hooks(struct watch *w)
{
	char why[300];

	for (unsigned e = 0; e < TRIGGER_EVENTS; e++) {
		if (!w->conf.hooks[e])
			continue;
		if (hook_new(&w->trigger.hooks[e], w->conf.hooks[e], why, sizeof why))
			return opt_refuse(w->verb, "%s: %s", trigger_option(e), why);
		if (w->conf.live && isatty(STDERR_FILENO)) /* it would paint over the screen */
			hook_mute(w->trigger.hooks[e]);
	}
	w->trigger.wait = w->conf.read != NULL;
	return 0;
}

/* ---- a file --------------------------------------------------------------------------------- */

/* A descriptor of what has to be waited for, a pipe; -1 for a file of the common kind, and for one that
 * libpcap shall find wrong. */
static int open_pipe(const char *path)
{
	bool in = strcmp(path, "-") == 0;
	struct stat st;
	int fd;

	if ((in ? fstat(STDIN_FILENO, &st) : stat(path, &st)) || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		return -1;
	fd = in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(path, O_RDONLY | O_CLOEXEC);
	return fd;
}

static int open_file(struct watch *w)
{
	const char *path = w->conf.read;
	char why[CAPTURE_WHY];
	int fd = open_pipe(path), r;

	if (fd < 0) {
		r = capture_open_file(w->capture, path, why);
	} else {
		FILE *f = stream_open(fd, watch_wait, w);

		if (!f)
			return cannot(w, "start", -errno);
		r = capture_open_stream(w->capture, f, strcmp(path, "-") ? path : "standard input", why);
	}
	return r ? opt_refuse(w->verb, "%s", why) : 0;
}

/* ---- interfaces ------------------------------------------------------------------------------- */

static bool is_known(const struct watch *w, const struct mc_iface *i)
{
	for (size_t k = 0; k < w->nknown; k++)
		if (w->known[k].index == i->index)
			return true;
	return false;
}

/* 0, -1 with a clause in why, or -ENOMEM. */
static int open_iface(struct watch *w, const struct mc_iface *i, char *why)
{
	struct watch_iface *k;

	if (is_known(w, i))
		return 0;
	if (capture_open_iface(w->capture, i, why))
		return -1;
	k = mc_grow(&w->known, &w->nknown, sizeof *k);
	if (!k)
		return -ENOMEM;
	memcpy(k->name, i->name, sizeof k->name);
	k->index = i->index;
	k->life = i->life;
	return 0;
}

static int open_named(struct watch *w)
{
	char why[CAPTURE_WHY];
	struct pick p;
	int r;

	for (size_t n = 0; n < w->conf.ifaces.n; n++) {
		if (pick_iface(w->verb, w->ifs, w->conf.ifaces.v[n], NULL, &p))
			return EXIT_CANNOT;
		r = open_iface(w, p.iface, why);
		if (r)
			return r == -1 ? opt_refuse(w->verb, "%s", why) : cannot(w, "start", r);
	}
	return 0;
}

/* All that are up. Those that cannot be listened to are told of, where others can: else one of them
 * tells why, as it is the same for all. */
static int open_all(struct watch *w)
{
	char why[CAPTURE_WHY], first[CAPTURE_WHY] = "";
	int r = 0;

	for (const struct mc_iface *i = NULL; (i = mc_ifaces_next(w->ifs, i));) {
		r = i->up ? open_iface(w, i, why) : 0;
		if (r == -ENOMEM)
			return cannot(w, "start", r);
		if (r && w->nknown)
			opt_refuse(w->verb, "%s", why);
		else if (r && !*first)
			memcpy(first, why, sizeof first);
	}
	if (w->nknown && *first)
		opt_refuse(w->verb, "%s", first);
	if (w->nknown)
		return 0;
	return opt_refuse(w->verb, "%s",
			  *first ? first : "no interface is up (bring one up: ip link set lo up)");
}

static int open_ifaces(struct watch *w)
{
	int r = mc_ifaces_new(&w->ifs, true);

	if (r)
		return cannot(w, "start", r);
	return w->conf.ifaces.n ? open_named(w) : open_all(w);
}

static const char *name_of(void *arg, uint32_t ifindex)
{
	const struct watch *w = arg;
	const struct mc_iface *i = mc_ifaces_index(w->ifs, ifindex);

	return i ? i->name : NULL;
}

/* ---- all ---------------------------------------------------------------------------------------- */

static int open_capture(struct watch *w)
{
	char why[CAPTURE_WHY];
	int r = capture_new(&w->capture);

	if (r)
		return cannot(w, "start", r);
	if (w->conf.read ? open_file(w) : open_ifaces(w))
		return EXIT_CANNOT;
	if (w->conf.write && capture_keep(w->capture, w->conf.write, why))
		return opt_refuse(w->verb, "%s", why);
	return 0;
}

static void tell(void *arg, const struct shown *s)
{
	struct watch *w = arg;

	if (!w->muted && (s->wrong || !w->conf.quiet))
		watch_show_thing(&w->show, s);
	screen_change(&w->screen);
	if (trigger_any(&w->trigger))
		trigger_thing(&w->trigger, &w->show, s, watch_say, w);
}

static int open_parts(struct watch *w)
{
	int r = links_new(&w->links, w->ifs ? name_of : NULL, w);

	if (!r)
		r = watch_show_open(&w->show, w->conf.json, w->conf.verbose);
	if (r)
		return r;
	see_open(&w->see, w->links);
	w->see.only = w->conf.ipv4 ? MC_IPV4 : w->conf.ipv6 ? MC_IPV6 : 0;
	w->see.tell = tell;
	w->see.arg = w;
	return watch_events(w);
}

/* Many lines in one write, where nobody sees them grow. */
static void open_stdout(struct watch *w)
{
	static char room[1 << 16]; /* until the program ends */

	w->muted = w->conf.live || (w->conf.write && strcmp(w->conf.write, "-") == 0);
	if (w->conf.live || !isatty(STDOUT_FILENO))
		setvbuf(stdout, room, _IOFBF, sizeof room);
	if (w->conf.live)
		screen_open(&w->screen);
}

int watch_open(struct watch *w)
{
	int r;

	w->signals.fd = -1;
	if (w->conf.live && !screen_possible()) {
		w->conf.live = false;
		w->conf.summary = true;
	}
	if (open_hooks(w) || open_capture(w))
		return EXIT_CANNOT;
	r = priv_drop(PRIV_NONE);
	if (r)
		return cannot(w, "give up privileges", r);
	r = open_parts(w);
	if (r)
		return cannot(w, "start", r);
	open_stdout(w);
	return 0;
}

void watch_close(struct watch *w)
{
	screen_close(&w->screen);
	trigger_end(&w->trigger, watch_say, w);
	capture_free(w->capture);
	see_close(&w->see);
	watch_show_close(&w->show);
	links_free(w->links);
	mc_ifaces_free(w->ifs);
	mc_loop_free(w->loop);
	if (w->signals.fd > 0)
		close(w->signals.fd);
	free(w->known);
}
