/*
 * task.c - one change after the other. A host is switched on when its turn comes, and leaves when its turn
 * comes: that is when its reports are due. A command is for all its hosts at the same moment.
 */
#include "host/task.h"

void task_begin(struct task *t, enum task_kind kind, struct fleet *f, struct command *c, mc_time now)
{
	*t = (struct task){ .kind = kind, .last = f->n - 1, .since = now };
	if (!c)
		return;
	t->command = *c;
	t->host = c->first;
	t->last = c->last;
}

void task_end(struct task *t)
{
	command_free(&t->command);
	t->kind = TASK_NONE;
}

static void next_host(struct task *t)
{
	t->at = 0;
	for (unsigned k = 0; k < HOST_FAMILIES; k++)
		t->pos[k] = 0;
	if (t->host == t->last)
		task_end(t);
	else
		t->host++;
}

static void failed(struct task *t, int error)
{
	t->refused++;
	t->error = error;
}

static void start_one(struct task *t, struct fleet *f, mc_time now)
{
	const struct plan *p = f->plan;
	struct mc_addr group;
	const struct want *w;
	int r = t->at ? 0 : fleet_switch_on(f, t->host, now);

	if (!r) {
		w = plan_at(p, plan_number(p, t->host, t->at), &group);
		r = fleet_listen(f, t->host, &group, w->mode, w->sources, w->n, now);
	}
	if (r)
		failed(t, r);
	if (++t->at == p->each)
		next_host(t);
}

static void command_one(struct task *t, struct fleet *f)
{
	const struct command *c = &t->command;
	struct mc_addr group = c->group;
	int r;

	mc_addr_add(&group, (uint32_t)t->at);
	if (c->verb != COMMAND_LEAVE)
		fleet_anybody(f, t->host, &group);
	r = fleet_listen(f, t->host, &group, c->mode, c->sources, c->n, t->since);
	if (r)
		failed(t, r);
	if (++t->at == c->count)
		next_host(t);
}

static unsigned leave_some(struct task *t, struct fleet *f, unsigned most, mc_time now)
{
	unsigned n = fleet_leave(f, t->host, t->pos, most, now);

	if (n < most)
		next_host(t);
	return n + 1;
}

void task_step(struct task *t, struct fleet *f, unsigned most, mc_time now)
{
	for (unsigned n = 0; n < most && t->kind != TASK_NONE;) {
		if (t->kind == TASK_LEAVE) {
			n += leave_some(t, f, most - n, now);
			continue;
		}
		if (t->kind == TASK_START)
			start_one(t, f, now);
		else
			command_one(t, f);
		n++;
	}
}
