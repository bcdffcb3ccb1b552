/*
 * run.c - a run of a script: time goes on from one thing that is due to the next. Of one time, what roles
 * have to do comes first, then nodes are switched on, then the script's deeds in their order, then what
 * roles have to do because of them; states are compared last.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/heap.h"
#include "base/rand.h"
#include "base/time.h"
#include "sim/deeds.h"
#include "sim/expect.h"
#include "sim/figures.h"
#include "sim/say.h"
#include "sim/verify.h"

enum { STEPS_BETWEEN_ASKING = 4096 };

/* A deed that each node of a row does at a time of its own: item i is node first + i - 1. */
struct spread {
	const struct mc_sim_event *event;
	struct mc_heap times;
};

struct run {
	const struct mc_sim *script;
	const struct mc_sim_conf *conf;
	struct mc_lan *lan;
	struct mc_cast cast;
	struct mc_verdict verdict;
	struct mc_expect expect;
	struct mc_tally tally;
	struct mc_deeds deeds;
	struct mc_figures *figures;
	struct spread *spreads;
	size_t n_spreads;
	uint32_t next;     /* the event that comes next */
	mc_time next_start; /* when nodes are switched on next */
	mc_time end;
	/* delays */
	bool random;
	const struct mc_sim_event *deed; /* being done */
	uint32_t fraction;               /* the next of it */
	uint32_t steps;
	bool stopped;
	int err;
};

/* ---- hooks --------------------------------------------------------------------------------------------- */

static void show(struct run *r, const struct mc_lan_packet *p)
{
	struct mc_sim_packet shown = { .time = p->time,
				       .octets = p->octets,
				       .len = p->len,
				       .msg = p->msg,
				       .err = p->err };
	char name[40];

	if (!r->conf->packet)
		return;
	shown.node = mc_verdict_name(r->script, p->node, name, sizeof(name));
	r->conf->packet(r->conf->arg, &shown);
}

static uint32_t sent(void *arg, const struct mc_lan_packet *p)
{
	struct run *r = arg;

	show(r, p);
	mc_figures_packet(r->figures, p);
	return mc_expect_sent(&r->expect, p);
}

static void acted(void *arg, uint32_t node, bool host, const struct mc_action *a, mc_time now)
{
	struct run *r = arg;

	mc_tally_note(&r->tally, node, host, a);
	if (a->kind == MC_ACTION_GROUP)
		mc_figures_forward(r->figures, node, &a->group, a->present, now);
}

/* The fraction that the script gives for this delay. A router draws nothing but by its own host role, which
 * hears all that is on the link: it takes no part in what is said of others. */
static bool fraction_given(struct run *r, uint32_t node, double *ret)
{
	const struct mc_sim_event *e = r->deed;
	mc_time now = mc_lan_now(r->lan);
	bool router = mc_cast_is_router(&r->cast, node);

	if (!router && mc_expect_draw(&r->expect, node, true, now, ret))
		return true;
	if (e && e->fractions.n && (!router || mc_sim_covers(&e->who, node))) {
		*ret = mc_fraction(&e->fractions, &r->fraction);
		return true;
	}
	return mc_expect_draw(&r->expect, node, false, now, ret);
}

/* A delay is in (0, most]. */
static mc_time part_of(mc_time most, double fraction)
{
	mc_time t = (mc_time)((double)most * fraction + 0.5);

	return t < 1 ? 1 : mc_sooner(t, most);
}

static mc_time draw(void *arg, uint32_t node, mc_time most)
{
	struct run *r = arg;
	double fraction = r->script->fraction;

	if (most == 0)
		return 0;
	if ((r->expect.draws || (r->deed && r->deed->fractions.n)) && fraction_given(r, node, &fraction))
		return part_of(most, fraction);
	return r->random ? mc_rand_delay(mc_lan_rand(r->lan), most) : part_of(most, fraction);
}

/* ---- going on ---------------------------------------------------------------------------------- */

/* Whether to go on, at the end of a step. */
static bool goes_on(struct run *r)
{
	if (mc_lan_failed(r->lan) || r->expect.failed)
		r->err = -ENOMEM;
	if (++r->steps % STEPS_BETWEEN_ASKING == 0 && r->conf->stop && r->conf->stop(r->conf->arg))
		r->stopped = true;
	return r->err == 0 && !r->stopped && !mc_verdict_over(&r->verdict);
}

static bool run_until(struct run *r, mc_time until)
{
	mc_time due;

	while ((due = mc_lan_deadline(r->lan)) <= until && due != MC_NEVER) {
		mc_lan_run(r->lan, due);
		if (!goes_on(r))
			return false;
	}
	mc_lan_run(r->lan, until);
	return goes_on(r);
}

/* ---- deeds ------------------------------------------------------------------------------------- */

static void say_err(struct mc_text *t, int err)
{
	static const struct {
		int err;
		const char *name;
	} rows[] = { { -EINVAL, "EINVAL" },
		     { -ENOBUFS, "ENOBUFS" },
		     { -EALREADY, "EALREADY" },
		     { -ENODEV, "switched off" } };
	const char *name = mc_err_name(err);

	for (size_t i = 0; !name && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].err == err)
			name = rows[i].name;
	mc_text_str(t, name ? name : mc_strerror(err));
}

static void say_outcome(struct mc_text t, int err)
{
	mc_text_str(&t, err ? "fails " : "done");
	if (err)
		say_err(&t, err);
}

/* Compares how something ended with how it is to end. */
static void judge(struct run *r, const struct mc_place *place, uint32_t node, int wanted, int err)
{
	if (err == -ENOMEM)
		r->err = err;
	if (err == wanted)
		return;
	say_outcome(mc_verdict_expected(&r->verdict), wanted);
	say_outcome(mc_verdict_actual(&r->verdict), err);
	mc_verdict_tell(&r->verdict, place, mc_lan_now(r->lan), node);
}

static void touch(struct run *r, uint32_t node)
{
	if (node && (mc_lan_host(r->lan, node) || mc_lan_router(r->lan, node)))
		mc_lan_touch(r->lan, node);
}

static bool do_to(struct run *r, const struct mc_sim_event *e, uint32_t node)
{
	int err;

	mc_expect_forget(&r->expect);
	r->deed = e;
	err = mc_deeds_do(&r->deeds, e, node);
	touch(r, node);
	r->deed = NULL;
	mc_expect_forget(&r->expect);
	judge(r, &e->place, node, e->fails, err);
	return goes_on(r);
}

static bool begin_spread(struct run *r, const struct mc_sim_event *e)
{
	struct spread *s = mc_grow(&r->spreads, &r->n_spreads, sizeof(*s));
	uint32_t n = e->who.last - e->who.first + 1;

	if (s)
		s->event = e;
	if (!s || !mc_heap_room(&s->times, n)) {
		r->err = -ENOMEM;
		return false;
	}
	for (uint32_t i = 1; i <= n; i++)
		mc_heap_set(&s->times, i, e->at + mc_rand_below(mc_lan_rand(r->lan), e->spread));
	return true;
}

static bool do_event(struct run *r, const struct mc_sim_event *e)
{
	if (!mc_cast_has(&r->cast, e->families) || e->verb == MC_SEE_SENT || e->verb == MC_SEE_STATE)
		return true;
	if (e->verb == MC_SEE_SILENT) {
		mc_expect_silent(&r->expect, e);
		return true;
	}
	if (e->spread)
		return begin_spread(r, e);
	r->fraction = 0;
	if (!e->who.first)
		return do_to(r, e, 0);
	for (uint32_t node = e->who.first; node <= e->who.last; node++)
		if (!do_to(r, e, node))
			return false;
	return true;
}

static mc_time first_spread(const struct run *r)
{
	mc_time first = MC_NEVER;
	uint32_t item;

	for (size_t i = 0; i < r->n_spreads; i++)
		first = mc_sooner(first, mc_heap_first(&r->spreads[i].times, &item));
	return first;
}

static void end_spread(struct run *r, size_t i)
{
	mc_heap_free(&r->spreads[i].times);
	r->n_spreads--;
	memmove(&r->spreads[i], &r->spreads[i + 1], (r->n_spreads - i) * sizeof(r->spreads[i]));
}

static bool do_spread(struct run *r, struct spread *s, mc_time now)
{
	uint32_t item;

	while (mc_heap_first(&s->times, &item) <= now && item) {
		mc_heap_set(&s->times, item, MC_NEVER);
		r->fraction = 0;
		if (!do_to(r, s->event, s->event->who.first + item - 1))
			return false;
	}
	return true;
}

static bool do_spreads(struct run *r, mc_time now)
{
	for (size_t i = 0; i < r->n_spreads;) {
		if (!do_spread(r, &r->spreads[i], now))
			return false;
		if (r->spreads[i].times.n == 0)
			end_spread(r, i);
		else
			i++;
	}
	return true;
}

/* ---- switching on ------------------------------------------------------------------------------ */

static bool start_node(struct run *r, const struct mc_sim_node *d, uint32_t node)
{
	int err = mc_deeds_start(&r->deeds, node, r->next);

	touch(r, node);
	if (err != -EALREADY) /* the script was sooner */
		judge(r, &d->place, node, 0, err);
	return goes_on(r);
}

/* Hosts first: they hear what routers say as they begin. */
static bool start_role(struct run *r, enum mc_sim_role role, mc_time now)
{
	for (uint32_t i = 0; i < r->script->n_nodes; i++) {
		const struct mc_sim_node *d = &r->script->nodes[i];

		if (d->role != role || !mc_cast_has(&r->cast, d->families) || mc_sim_start_time(d) != now)
			continue;
		for (uint32_t k = 0; k < d->count; k++)
			if (!start_node(r, d, d->first + k))
				return false;
	}
	return true;
}

/* The first time from `from` on at which a node is switched on. */
static mc_time start_from(const struct run *r, mc_time from)
{
	mc_time first = MC_NEVER;

	for (uint32_t i = 0; i < r->script->n_nodes; i++) {
		const struct mc_sim_node *d = &r->script->nodes[i];
		mc_time t = mc_sim_start_time(d);

		if (mc_cast_has(&r->cast, d->families) && t >= from)
			first = mc_sooner(first, t);
	}
	return first;
}

static bool start_nodes(struct run *r, mc_time now)
{
	if (r->next_start != now)
		return true;
	if (!start_role(r, MC_SIM_HOST, now) || !start_role(r, MC_SIM_ROUTER, now))
		return false;
	r->next_start = start_from(r, now + 1);
	return true;
}

/* ---- time -------------------------------------------------------------------------------------- */

static mc_time next_time(const struct run *r)
{
	mc_time t = mc_sooner(first_spread(r), r->next_start);

	return r->next < r->script->n_events ? mc_sooner(t, r->script->events[r->next].at) : t;
}

static bool do_events(struct run *r, mc_time now)
{
	while (r->next < r->script->n_events && r->script->events[r->next].at <= now)
		if (!do_event(r, &r->script->events[r->next++]))
			return false;
	return true;
}

static bool verify(struct run *r, uint32_t from)
{
	mc_expect_advance(&r->expect, mc_lan_now(r->lan));
	for (uint32_t i = from; i < r->next && !mc_verdict_over(&r->verdict); i++) {
		const struct mc_sim_event *e = &r->script->events[i];

		if (e->verb == MC_SEE_STATE && mc_cast_has(&r->cast, e->families))
			mc_verify(&r->cast, &r->tally, &r->verdict, e);
	}
	return goes_on(r);
}

static bool step(struct run *r, mc_time now)
{
	uint32_t from = r->next;

	return run_until(r, now) && start_nodes(r, now) && do_spreads(r, now) && do_events(r, now) &&
	       run_until(r, now) && verify(r, from);
}

/* The last packets that a line waits for may be a little late. */
static void finish(struct run *r)
{
	if (!run_until(r, r->end))
		return;
	if (r->expect.n_lines && r->script->end == MC_NEVER && !run_until(r, r->end + MC_EXPECT_SLACK))
		return;
	mc_expect_end(&r->expect, r->end);
}

static void go(struct run *r)
{
	mc_time t;

	while ((t = next_time(r)) <= r->end && t != MC_NEVER)
		if (!step(r, t))
			return;
	finish(r);
}

static mc_time last_time(const struct run *r)
{
	mc_time last = 0;

	if (r->script->end != MC_NEVER)
		return r->script->end;
	for (uint32_t i = 0; i < r->script->n_events; i++) {
		const struct mc_sim_event *e = &r->script->events[i];
		mc_time t = mc_sim_last_time(e);

		if (mc_cast_has(&r->cast, e->families) && t > last)
			last = t;
	}
	for (mc_time t = 0; (t = start_from(r, t)) != MC_NEVER; t++)
		last = t > last ? t : last;
	return last;
}

/* ---- a run ------------------------------------------------------------------------------------- */

static int add_routers(struct run *r)
{
	int err = 0;

	for (uint32_t i = 0; err == 0 && i < r->script->n_nodes; i++) {
		const struct mc_sim_node *d = &r->script->nodes[i];

		if (d->role == MC_SIM_ROUTER && mc_cast_has(&r->cast, d->families))
			err = mc_figures_router(r->figures, d->first, d->name);
	}
	return err;
}

static int make_lan(struct run *r)
{
	const struct mc_lan_hooks hooks = { .sent = sent, .acted = acted, .draw = draw, .arg = r };
	uint64_t seed = r->conf->seeded ? r->conf->seed : r->script->seeded ? r->script->seed : 1;
	int err = mc_lan_new(&r->lan, r->conf->family, seed, &hooks);

	if (err)
		return err;
	mc_lan_set_link(r->lan, &r->script->link);
	r->random = r->conf->seeded || r->script->seeded;
	r->cast = (struct mc_cast){ .script = r->script,
				    .lan = r->lan,
				    .proto = mc_proto_of(r->conf->family),
				    .side = mc_sim_side(r->conf->family) };
	return mc_cast_fill(&r->cast);
}

static int begin(struct run *r)
{
	int err = make_lan(r);

	if (err == 0)
		err = mc_figures_new(&r->figures);
	if (err == 0)
		err = add_routers(r);
	if (err == 0)
		err = mc_expect_begin(&r->expect, &r->cast, &r->verdict);
	if (err == 0)
		err = mc_tally_begin(&r->tally, &r->cast);
	if (err == 0)
		err = mc_deeds_begin(&r->deeds, &r->cast, r->conf, r->figures, &r->tally);
	if (err)
		return err;
	r->end = last_time(r);
	r->next_start = start_from(r, 0);
	return 0;
}

static void release(struct run *r)
{
	for (size_t i = 0; i < r->n_spreads; i++)
		mc_heap_free(&r->spreads[i].times);
	free(r->spreads);
	mc_deeds_free(&r->deeds);
	mc_tally_free(&r->tally);
	mc_expect_free(&r->expect);
	mc_figures_free(r->figures);
	mc_lan_free(r->lan);
	free(r);
}

static int sum_up(struct run *r, struct mc_sim_result *ret)
{
	ret->ok = r->verdict.n == 0;
	ret->stopped = r->stopped;
	ret->differences = r->verdict.n;
	ret->time = mc_sooner(mc_lan_now(r->lan), r->end);
	ret->deliveries = mc_lan_deliveries(r->lan);
	return mc_figures_end(r->figures, ret->time, ret);
}

int mc_sim_run(const struct mc_sim *s, const struct mc_sim_conf *conf, struct mc_sim_result *ret)
{
	struct run *r;
	int err;

	if (conf->size != sizeof(*conf) || ret->size != sizeof(*ret) || !mc_proto_of(conf->family))
		return MC_ERR_CONF;
	if (!mc_sim_runs_as(s, conf->family))
		return MC_ERR_SCRIPT;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->script = s;
	r->conf = conf;
	r->verdict.script = s;
	r->verdict.conf = conf;
	err = begin(r);
	if (err == 0)
		go(r);
	if (err == 0)
		err = r->err ? r->err : sum_up(r, ret);
	release(r);
	return err;
}

void mc_sim_conf_init(struct mc_sim_conf *conf, uint8_t family)
{
	*conf = (struct mc_sim_conf){ .size = sizeof(*conf), .family = family };
}

void mc_sim_result_init(struct mc_sim_result *r)
{
	*r = (struct mc_sim_result){ .size = sizeof(*r) };
}

void mc_sim_result_free(struct mc_sim_result *r)
{
	free(r->routers);
	mc_sim_result_init(r);
}
