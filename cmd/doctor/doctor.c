/*
 * doctor.c - the verb: its options, and the order of a run. What needs privilege is opened first; then
 * privileges go but for the one that reads the firewall's rules again, and that goes before anything is
 * judged.
 */
#include "doctor/doctor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "doctor/arrivals.h"
#include "doctor/checks.h"
#include "doctor/probe.h"
#include "doctor/rules.h"
#include "doctor/show.h"
#include "doctor/with.h"
#include "net/loop.h"
#include "priv.h"
#include "signals.h"

#define AT(field) offsetof(struct doctor_conf, field)
#define DAY 86400
#define WINDOW (MC_SEC / 2)
#define TTL 32

static const struct opt opts[] = {
	{ '4', "", NULL, OPT_FLAG, AT(ipv4), 0, 0, NULL, "IPv4 only" },
	{ '6', "", NULL, OPT_FLAG, AT(ipv6), 0, 0, NULL, "IPv6 only" },
	{ 'I', "interface", "IFACE", OPT_TEXT, AT(iface), 0, 0, NULL,
	  "the target's interface; without a target: only what is joined there" },
	{ 'w', "window", "SECONDS", OPT_SPAN, AT(window), 0, DAY, NULL,
	  "watch counters grow, and packets arrive, for so long (default: 0.5)" },
	{ 'v', "verbose", NULL, OPT_FLAG, AT(verbose), 0, 0, NULL,
	  "show what was seen, and why it matters, where nothing is wrong, too" },
	{ 'q', "quiet", NULL, OPT_FLAG, AT(quiet), 0, 0, NULL, "print only warnings and faults" },
	{ 0, "fix", NULL, OPT_FLAG, AT(fix), 0, 0, NULL,
	  "print the commands that mend it as a shell script, and run none" },
	{ 0, "probe", NULL, OPT_FLAG, AT(probe), 0, 0, NULL, "also join, send and listen" },
	{ 0, "wait", "SECONDS", OPT_SPAN, AT(wait), 0, DAY, NULL,
	  "with --probe: wait so long for a querier, and for traffic (default: 3)" },
	{ 0, "soak", "SECONDS", OPT_SPAN, AT(soak), 0, DAY, NULL,
	  "with --probe: stay joined for so long, and tell whether the traffic goes on" },
	{ 't', "ttl", "TTL", OPT_INT, AT(ttl), 1, 255, NULL,
	  "with --probe and --with: the largest TTL or hop limit to try (default: 32)" },
	{ 0, "with", "HOST:PORT", OPT_TEXT, AT(with), 0, 0, NULL,
	  "test the way to a mcast serve on another machine" },
	{ 'j', "json", NULL, OPT_FLAG, AT(json), 0, 0, NULL, "print one JSON document" },
	{ .name = NULL },
};

/* ---- options -------------------------------------------------------------------------- */

static int needs(const struct verb *v, const char *option, const char *what)
{
	return opt_refuse(v, "%s: it is for %s", option, what);
}

static int check_options(const struct verb *v, struct doctor_conf *c)
{
	const struct opt_clash clashes[] = {
		{ c->ipv4 && c->ipv6, "-4", "-6", "each means that family only" },
		{ c->verbose && c->quiet, "-v", "-q", "one wants more lines, the other less" },
		{ c->fix && c->json, "--fix", "-j", "one is a script, the other a document" },
		{ c->fix && c->verbose, "--fix", "-v", "a script holds what is to be mended" },
		{ c->fix && c->quiet, "--fix", "-q", "a script holds nothing else anyway" },
		{ c->json && c->quiet, "-j", "-q", "a document holds all, with its verdict" },
		{ 0 },
	};
	int r = opt_clashes(v, clashes);

	if (r)
		return r;
	if (c->wait != MC_NEVER && !c->probe)
		return needs(v, "--wait", "a probe (add --probe)");
	if (c->soak && !c->probe)
		return needs(v, "--soak", "a probe (add --probe)");
	if (c->ttl >= 0 && !c->probe && !c->with)
		return needs(v, "-t", "what is sent (add --probe or --with)");
	if (c->ttl < 0)
		c->ttl = TTL;
	return 0;
}

/* ---- a run ------------------------------------------------------------------------------ */

static int cannot(const struct look *l, const char *what, int error)
{
	return opt_refuse(l->verb, "cannot %s: %s", what, mc_strerror(error));
}

static int open_all(struct look *l)
{
	int r = l->conf->probe ? probe_open(l) : 0;

	if (!r && l->conf->with)
		r = with_open(l);
	if (r)
		return r;
	if (!l->aims.n) {
		aim_of_holders(l);
		aim_expect(l);
	}
	r = aim_mark(l);
	if (r)
		return cannot(l, "look at this machine", r);
	l->rules[0] = rules_read(&l->rules_why);
	l->arrivals_error = arrivals_open(&l->arrivals, l->ifs, &l->aims);
	l->opened = mc_loop_now();
	if (l->arrivals_error)
		l->arrivals = NULL;
	r = priv_drop(PRIV_ADMIN);
	return r ? cannot(l, "give up privileges", r) : 0;
}

/* Takes what arrives until the deadline, or until a signal comes: what was seen by then is told. */
static void listen_until(struct look *l, mc_time deadline)
{
	int fds[ARRIVALS_TAPS], signals = signals_open();
	struct pollfd p[ARRIVALS_TAPS + 1];
	size_t n = l->arrivals ? arrivals_fds(l->arrivals, fds, ARRIVALS_TAPS) : 0;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	p[n] = (struct pollfd){ .fd = signals, .events = POLLIN };
	for (mc_time now; (now = mc_loop_now()) < deadline;) {
		mc_time left = (deadline - now + MC_MSEC - 1) / MC_MSEC;

		if (poll(p, n + 1, (int)left) < 0 && errno != EINTR)
			break;
		if (l->arrivals)
			arrivals_take(l->arrivals);
		if (signals >= 0 && signals_read(signals))
			break;
	}
	if (signals >= 0)
		close(signals);
}

/* When it is over. What was asked for is for packets, too; otherwise looking at sockets is a part of it, and
 * packets have what is left, but half of it at least. */
static mc_time window_end(const struct look *l)
{
	const struct doctor_conf *c = l->conf;
	mc_time all = l->began + WINDOW, half = l->opened + WINDOW / 2;

	if (c->window != MC_NEVER)
		return l->opened + c->window;
	if (c->probe || c->with)
		return 0;
	return all > half ? all : half;
}

static void watch(struct look *l)
{
	if (l->probed)
		probe_run(l);
	if (l->with)
		with_run(l);
	if (l->arrivals)
		arrivals_take(l->arrivals);
	sigset_t before;

	sigprocmask(SIG_SETMASK, NULL, &before);
	listen_until(l, window_end(l));
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static int look_twice(struct look *l)
{
	const char *why;
	int r = look_begin(l);

	if (r)
		return cannot(l, "look at this machine", r);
	aim_expect(l);
	r = open_all(l);
	if (r)
		return r;
	watch(l);
	r = look_end(l);
	if (r)
		return cannot(l, "look at this machine again", r);
	if (l->rules[0])
		l->rules[1] = rules_read(&why);
	r = priv_drop(PRIV_NONE);
	return r ? cannot(l, "give up privileges", r) : 0;
}

static int judge(const struct look *l)
{
	struct findings f = { 0 };

	checks_run(l, &f);
	int code = find_count(&f, VERDICT_FAULT) ? EXIT_NO : EXIT_GOOD;

	if (f.starved)
		code = cannot(l, "tell all that was found", -ENOMEM);
	else if (l->conf->json)
		show_json(l, &f);
	else if (l->conf->fix)
		show_script(l, &f);
	else
		show_text(l, &f);
	findings_free(&f);
	return code;
}

static int run(struct look *l, int n, char **words)
{
	int r = mc_ifaces_new(&l->ifs, false);

	if (r)
		return cannot(l, "list the interfaces", r);
	r = aim_of_words(l, n, words);
	if (!r)
		r = look_twice(l);
	return r ? r : judge(l);
}

static int doctor(const struct verb *v, int argc, char **argv)
{
	struct doctor_conf c = { .window = MC_NEVER, .wait = MC_NEVER, .ttl = -1 };
	struct look *l = calloc(1, sizeof *l);
	int n = opt_parse(v, argc, argv, &c);
	int code = n == -2 ? EXIT_GOOD : EXIT_CANNOT;

	if (l && n >= 0 && !check_options(v, &c)) {
		l->verb = v;
		l->conf = &c;
		code = run(l, n, argv + 1);
	} else if (!l) {
		code = opt_refuse(v, "%s", mc_strerror(-ENOMEM));
	}
	if (l) {
		probe_close(l->probed);
		with_close(l->with);
		arrivals_close(l->arrivals);
		look_free(l);
	}
	free(l);
	return code;
}

const struct verb doctor_verb = {
	.name = "doctor",
	.run = doctor,
	.args = "[TARGET [SOURCE]]",
	.summary = "Why multicast does not work here: the cause and the cure",
	.example = "sudo mcast doctor\n"
		   "sudo mcast doctor 10.0.0.9@232.1.1.1%eth0:5000\n"
		   "sudo mcast doctor --probe --wait 130 239.1.2.3%eth0\n"
		   "sudo mcast doctor --fix 239.1.2.3 > mend.sh\n",
	.opts = opts,
};
