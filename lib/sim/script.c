/*
 * script.c - a script that was understood: its nodes by number, what is public of it, and its end.
 */
#include "sim/script.h"

#include <stdio.h>
#include <stdlib.h>

bool mc_sim_runs_as(const struct mc_sim *s, uint8_t family)
{
	return (family == MC_IPV4 || family == MC_IPV6) && s->families >> mc_sim_side(family) & 1;
}

bool mc_sim_figures_wanted(const struct mc_sim *s)
{
	return s->figures;
}

bool mc_sim_seeded(const struct mc_sim *s, uint64_t *ret)
{
	if (s->seeded)
		*ret = s->seed;
	return s->seeded;
}

/* The last declaration whose first node is not behind i. */
const struct mc_sim_node *mc_sim_node_of(const struct mc_sim *s, uint32_t i)
{
	uint32_t low = 0, high = s->n_nodes;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (s->nodes[mid].first <= i)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &s->nodes[low - 1] : NULL;
}

char *mc_sim_node_name(const struct mc_sim *s, uint32_t i, char *buf, size_t cap)
{
	const struct mc_sim_node *d = mc_sim_node_of(s, i);

	if (!d)
		snprintf(buf, cap, "link");
	else if (d->row)
		snprintf(buf, cap, "%s[%u]", d->name, i - d->first + 1);
	else
		snprintf(buf, cap, "%s", d->name);
	return buf;
}

struct mc_addr mc_sim_address(const struct mc_sim *s, uint32_t i, uint8_t family)
{
	const struct mc_sim_node *d = mc_sim_node_of(s, i);
	struct mc_addr a = { .family = 0 };

	if (!d)
		return a;
	a = d->addr.addr[mc_sim_side(family)];
	if (a.family && mc_addr_add(&a, i - d->first))
		a.family = 0;
	return a;
}

mc_time mc_sim_start_time(const struct mc_sim_node *d)
{
	mc_time start = 0;

	for (uint32_t i = 0; i < d->options.n; i++)
		if (d->options.list[i].id == MC_OPT_START)
			start = d->options.list[i].value;
	return start;
}

mc_time mc_sim_last_time(const struct mc_sim_event *e)
{
	mc_time last = e->at + e->spread;

	return e->until > last ? e->until : last;
}

void mc_sim_free(struct mc_sim *s)
{
	void *next;

	if (!s)
		return;
	for (void **kept = s->memory; kept; kept = next) {
		next = *kept;
		free(kept);
	}
	free(s->nodes);
	free(s->events);
	free(s);
}
