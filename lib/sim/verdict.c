/*
 * verdict.c - differences, one after the other.
 */
#include "sim/verdict.h"

#include <stdio.h>

struct mc_text mc_verdict_expected(struct mc_verdict *v)
{
	return mc_text_begin(v->expected, sizeof(v->expected));
}

struct mc_text mc_verdict_actual(struct mc_verdict *v)
{
	return mc_text_begin(v->actual, sizeof(v->actual));
}

char *mc_verdict_name(const struct mc_sim *s, uint32_t node, char *buf, size_t cap)
{
	if (node)
		return mc_sim_node_name(s, node, buf, cap);
	snprintf(buf, cap, "link");
	return buf;
}

void mc_verdict_tell(struct mc_verdict *v, const struct mc_place *place, mc_time time, uint32_t node)
{
	struct mc_sim_difference d = { .time = time, .expected = v->expected, .actual = v->actual };
	char name[40];

	if (mc_verdict_over(v))
		return;
	v->n++;
	if (!v->conf->difference)
		return;
	if (place) {
		d.line = place->line;
		d.column = place->column;
	}
	d.node = mc_verdict_name(v->script, node, name, sizeof(name));
	v->conf->difference(v->conf->arg, &d);
}
