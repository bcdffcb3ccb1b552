/*
 * script.h - scripts as strings, run in both families: those that must pass, and those that must not, with
 * the first difference that must be told.
 */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include "check.h"

#include <mcast/sim.h>
#include <string.h>

enum { SEEN_MOST = 8 };

struct seen {
	unsigned n;
	struct {
		uint32_t line;
		mc_time time;
		char node[40], expected[300], actual[300];
	} list[SEEN_MOST];
};

static inline void see(void *arg, const struct mc_sim_difference *d)
{
	struct seen *s = arg;

	if (s->n < SEEN_MOST) {
		s->list[s->n].line = d->line;
		s->list[s->n].time = d->time;
		snprintf(s->list[s->n].node, sizeof(s->list[0].node), "%s", d->node);
		snprintf(s->list[s->n].expected, sizeof(s->list[0].expected), "%s", d->expected);
		snprintf(s->list[s->n].actual, sizeof(s->list[0].actual), "%s", d->actual);
	}
	s->n++;
}

static inline struct mc_sim *parsed(const char *text)
{
	struct mc_sim_error e = { .line = 0 };
	struct mc_sim *s = NULL;

	if (mc_sim_parse(&s, text, strlen(text), &e))
		fail_msg("%u:%u: %s, in:\n%s", e.line, e.column, e.text, text);
	return s;
}

/* Runs a script once; ret is initialised, and is to be freed. */
static inline void run_as(const char *text, uint8_t family, bool go_on, struct seen *seen,
			  struct mc_sim_result *ret)
{
	struct mc_sim *s = parsed(text);
	struct mc_sim_conf conf;

	mc_sim_conf_init(&conf, family);
	conf.go_on = go_on;
	conf.difference = see;
	conf.arg = seen;
	seen->n = 0;
	mc_sim_result_init(ret);
	assert_int_equal(mc_sim_run(s, &conf, ret), 0);
	assert_int_equal(ret->differences, seen->n);
	assert_int_equal(ret->ok, seen->n == 0);
	mc_sim_free(s);
}

static inline bool runs_as(const char *text, uint8_t family)
{
	struct mc_sim *s = parsed(text);
	bool runs = mc_sim_runs_as(s, family);

	mc_sim_free(s);
	return runs;
}

/* A case: a script, and what must be told of it first; expected NULL: nothing. actual NULL: whatever it
 * is. */
struct script {
	const char *text;
	uint32_t line;
	const char *expected, *actual;
};

static inline void check_as(const struct script *c, uint8_t family)
{
	struct mc_sim_result r;
	struct seen seen;

	run_as(c->text, family, false, &seen, &r);
	mc_sim_result_free(&r);
	if (!c->expected && seen.n)
		fail_msg("IPv%u, line %u at %.4f: expected %s, actual %s, in:\n%s", family, seen.list[0].line,
			 (double)seen.list[0].time / 1e9, seen.list[0].expected, seen.list[0].actual,
			 c->text);
	if (!c->expected)
		return;
	if (!seen.n)
		fail_msg("IPv%u: nothing differed, in:\n%s", family, c->text);
	assert_int_equal(seen.n, 1);
	equal(c->text, seen.list[0].expected, c->expected);
	if (c->actual)
		equal(c->text, seen.list[0].actual, c->actual);
	assert_int_equal(seen.list[0].line, c->line);
}

static inline void check_scripts(const struct script *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (unsigned family = MC_IPV4; family <= MC_IPV6; family += 2)
			if (runs_as(list[i].text, (uint8_t)family))
				check_as(&list[i], (uint8_t)family);
}

#endif
