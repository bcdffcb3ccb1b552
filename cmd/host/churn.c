/*
 * churn.c - when the next change is, whose it is, and what.
 */
#include "host/churn.h"

enum { MOST = 64 }; /* changes in a step */

void churn_open(struct churn *c, double rate, uint64_t seed)
{
	*c = (struct churn){ .rate = rate, .began = MC_NEVER, .rand = { .state = seed } };
}

void churn_begin(struct churn *c, mc_time now)
{
	if (c->rate > 0)
		c->began = now;
	c->done = 0;
}

void churn_end(struct churn *c)
{
	c->began = MC_NEVER;
}

mc_time churn_due(const struct churn *c)
{
	if (c->began == MC_NEVER)
		return MC_NEVER;
	return c->began + (mc_time)((double)(c->done + 1) / c->rate * (double)MC_SEC);
}

struct change {
	uint32_t host;
	uint64_t number;
};

static bool is_among(const struct change *v, unsigned n, const struct change *c)
{
	for (unsigned i = 0; i < n; i++)
		if (v[i].host == c->host && v[i].number == c->number)
			return true;
	return false;
}

static void toggle(struct churn *c, struct fleet *f, const struct change *what, mc_time now)
{
	struct mc_addr group;
	const struct want *w = plan_at(f->plan, what->number, &group);
	int r;

	if (fleet_wants(f, what->host, &group))
		r = fleet_listen(f, what->host, &group, MC_INCLUDE, NULL, 0, now);
	else
		r = fleet_listen(f, what->host, &group, w->mode, w->sources, w->n, now);
	c->changes += r == 0;
}

/* Each is due when its moment was. */
void churn_step(struct churn *c, struct fleet *f, mc_time now)
{
	struct change made[MOST];
	unsigned n = 0;

	if (churn_due(c) <= now && now - churn_due(c) > MC_SEC)
		churn_begin(c, now - (mc_time)((double)MC_SEC / c->rate));
	for (; n < MOST && churn_due(c) <= now; n++) {
		mc_time due = churn_due(c);

		made[n].host = (uint32_t)mc_rand_below(&c->rand, f->n);
		made[n].number = plan_number(f->plan, made[n].host, mc_rand_below(&c->rand, f->plan->each));
		if (!is_among(made, n, &made[n]))
			toggle(c, f, &made[n], due);
		c->done++;
	}
}
