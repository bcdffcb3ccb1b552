/*
 * run.c - runs: each script as each family that is wanted, what they tell handed on to whoever shows it, and
 * the signals that break them off.
 */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "net/loop.h"
#include "json.h"
#include "signals.h"

#define LOOK_EVERY (10 * MC_MSEC)

static const uint8_t families[] = { MC_IPV4, MC_IPV6 };

enum { FAMILIES = sizeof families / sizeof *families };

/* ---- what a run tells --------------------------------------------------------------------- */

static void take_signals(struct sim *s)
{
	int number;

	while ((number = signals_read(s->signals))) {
		if (number == SIGQUIT)
			progress_say(&s->progress, &s->run);
		else
			s->signal = number;
	}
}

static bool stop(void *arg)
{
	struct sim *s = arg;
	mc_time now = mc_loop_now();

	if (now - s->looked >= LOOK_EVERY) {
		s->looked = now;
		take_signals(s);
		progress_tell(&s->progress, &s->run, now);
	}
	return s->signal || ferror(stdout); /* of that one main.c says why */
}

static void packet(void *arg, const struct mc_sim_packet *p)
{
	struct sim *s = arg;

	progress_packet(&s->progress, p->time);
	trace_packet(&s->trace, p);
}

static void difference(void *arg, const struct mc_sim_difference *d)
{
	struct sim *s = arg;

	progress_clear(&s->progress);
	if (s->differences)
		sim_json_difference(s->differences, d);
	else
		sim_show_difference(s->out, &s->run, d);
}

/* ---- a run ---------------------------------------------------------------------------------- */

/* The line of a run, unless its difference, which is the only one, stands there in its place. */
static bool has_line(const struct sim *s, const struct mc_sim_result *r)
{
	if (s->run.figures || r->stopped)
		return true;
	return !s->conf.quiet && (r->ok || s->conf.verbose);
}

static void show(struct sim *s, const struct mc_sim_result *r)
{
	s->run.result = r;
	progress_clear(&s->progress);
	if (s->runs) {
		sim_json_run(s->runs, &s->run, s->differences);
		s->differences = NULL;
		return;
	}
	if (has_line(s, r))
		sim_show_result(s->out, &s->run);
	if (s->run.figures)
		sim_show_figures(s->out, r);
}

static struct mc_sim_conf conf_of(struct sim *s, uint8_t family)
{
	struct mc_sim_conf c;

	mc_sim_conf_init(&c, family);
	c.seeded = s->conf.seed >= 0;
	c.seed = c.seeded ? (uint64_t)s->conf.seed : 0;
	c.go_on = s->conf.verbose;
	c.stop = stop;
	c.packet = packet;
	c.difference = difference;
	c.arg = s;
	return c;
}

static void begin(struct sim *s, const struct script *script, uint8_t family)
{
	s->run = (struct sim_run){ .script = script->name, .family = family };
	s->run.seeded = mc_sim_seeded(script->sim, &s->run.seed);
	if (s->conf.seed >= 0) {
		s->run.seeded = true;
		s->run.seed = (uint64_t)s->conf.seed;
	}
	s->run.figures = s->conf.figures || (!s->conf.quiet && mc_sim_figures_wanted(script->sim));
	s->differences = s->runs ? json_array() : NULL;
	progress_begin(&s->progress);
}

static void run_once(struct sim *s, const struct script *script, uint8_t family)
{
	const struct mc_sim_conf conf = conf_of(s, family);
	struct mc_sim_result result;
	int r;

	begin(s, script, family);
	mc_sim_result_init(&result);
	r = mc_sim_run(script->sim, &conf, &result);
	if (r) {
		progress_clear(&s->progress);
		opt_refuse(s->verb, "cannot run %s as IPv%d: %s", script->name, family, mc_strerror(r));
		json_decref(s->differences);
		s->differences = NULL;
		s->failed = true;
		return;
	}
	trace_ended(&s->trace, result.time);
	show(s, &result);
	s->differs |= !result.ok;
	mc_sim_result_free(&result);
}

/* ---- all of them ------------------------------------------------------------------------------ */

static bool is_wanted(const struct sim *s, const struct script *script, uint8_t family)
{
	if (family == MC_IPV4 ? s->conf.ipv6 : s->conf.ipv4)
		return false;
	return mc_sim_runs_as(script->sim, family);
}

bool sim_runs(const struct sim *s, const struct script *script)
{
	for (size_t i = 0; i < FAMILIES; i++)
		if (is_wanted(s, script, families[i]))
			return true;
	return false;
}

static bool is_over(const struct sim *s)
{
	return s->signal || s->failed || ferror(stdout);
}

static void run_all(struct sim *s)
{
	for (size_t n = 0; n < s->scripts.n; n++)
		for (size_t i = 0; i < FAMILIES && !is_over(s); i++)
			if (is_wanted(s, &s->scripts.list[n], families[i]))
				run_once(s, &s->scripts.list[n], families[i]);
}

static void end(struct sim *s)
{
	char why[CAPTURE_WHY];

	if (trace_close(&s->trace, why)) {
		opt_refuse(s->verb, "%s", why);
		s->failed = true;
	}
	if (s->runs) {
		sim_json_print(s->runs, !s->differs && !s->failed && !s->signal);
		s->runs = NULL;
	}
}

int sim_run(struct sim *s)
{
	s->signals = signals_open();
	if (s->signals < 0)
		return opt_refuse(s->verb, "cannot start: %s", strerror(-s->signals));
	s->runs = s->conf.json ? json_array() : NULL;
	progress_open(&s->progress, s->conf.trace);
	run_all(s);
	end(s);
	close(s->signals);
	if (s->failed)
		return EXIT_CANNOT;
	return s->signal ? 128 + s->signal : s->differs ? EXIT_NO : EXIT_GOOD;
}
