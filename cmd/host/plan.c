/*
 * plan.c - targets as runs of groups, each with its filter, and hosts over them.
 */
#include "host/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "engine/judge.h"
#include "sources.h"
#include "wire/wire.h"

/* What is worked on. */
struct making {
	const struct verb *v;
	const struct host_conf *c;
	struct plan *p;
	char name[MC_TARGET_STRLEN]; /* of the target */
};

static int no_memory(const struct making *m)
{
	return opt_refuse(m->v, "%s", mc_strerror(-ENOMEM));
}

/* ---- runs of groups --------------------------------------------------------------------------- */

/* How far group is behind first, both of a family and not less; UINT64_MAX: further than there are
 * numbers. */
static uint64_t distance(const struct mc_addr *first, const struct mc_addr *group)
{
	size_t len = mc_addr_len(first);
	uint64_t a = 0, b = 0;

	if (first->family != group->family || mc_addr_cmp(group, first) < 0)
		return UINT64_MAX;
	if (len > 8 && memcmp(first->b, group->b, len - 8) != 0)
		return UINT64_MAX;
	for (size_t i = len > 8 ? len - 8 : 0; i < len; i++) {
		a = a << 8 | first->b[i];
		b = b << 8 | group->b[i];
	}
	return b - a;
}

static bool overlaps(const struct want *w, const struct mc_addr *group, uint64_t count)
{
	return distance(&w->group, group) < w->count || distance(group, &w->group) < count;
}

/* IPv4's range lies within a run, or holds one of its ends; IPv6's ranges are longer than any run. */
bool plan_ssm(const struct mc_addr *first, uint64_t count, struct mc_addr *ret)
{
	static const struct mc_addr ssm = { MC_IPV4, { 232 } };
	struct mc_addr last = *first;

	mc_addr_add(&last, (uint32_t)(count - 1));
	if (mc_addr_is_ssm(first))
		*ret = *first;
	else if (distance(first, &ssm) < count)
		*ret = ssm;
	else if (mc_addr_is_ssm(&last))
		*ret = last;
	else
		return false;
	return true;
}

/* ---- targets ------------------------------------------------------------------------------------ */

static int add_source(const struct making *m, struct want *w, const struct mc_addr *source)
{
	struct mc_addr *slot;

	if (sources_has(w->sources, w->n, source))
		return 0;
	slot = mc_grow(&w->sources, &w->n, sizeof *slot);
	if (!slot)
		return no_memory(m);
	*slot = *source;
	return 0;
}

static int refuse_mode(const struct making *m, bool with)
{
	return opt_refuse(m->v, "%s: the same group is given %s a source, too (leave one out)", m->name,
			  with ? "without" : "with");
}

/* A target that goes on where another began: the same run, and another source of it. */
static int merge(const struct making *m, struct want *w, const struct mc_target *t)
{
	bool with = t->source.family != 0;

	if (mc_addr_cmp(&w->group, &t->group) != 0 || w->count != t->count)
		return opt_refuse(m->v,
				  "%s: another target has some of these groups, and not the same ones "
				  "(write them apart)",
				  m->name);
	if (with != (w->mode == MC_INCLUDE))
		return refuse_mode(m, with);
	if (!with || sources_has(w->sources, w->n, &t->source))
		return opt_refuse(m->v, "%s is given twice (leave one out)", m->name);
	return add_source(m, w, &t->source);
}

static int excluded(const struct making *m, struct want *w)
{
	char text[MC_ADDR_STRLEN];
	struct mc_addr ssm;

	w->mode = MC_EXCLUDE;
	if (plan_ssm(&w->group, w->count, &ssm))
		return opt_refuse(m->v,
				  "%s: %s is a source-specific group, which nobody has from everybody, "
				  "RFC 4604 (name a source: SOURCE@GROUP)",
				  m->name, mc_addr_format(&ssm, text, sizeof text));
	for (size_t i = 0; i < m->c->nexclude; i++)
		if (m->c->exclude[i].family == w->group.family && add_source(m, w, &m->c->exclude[i]))
			return EXIT_CANNOT;
	return 0;
}

static int add(struct making *m, const struct mc_target *t)
{
	struct plan *p = m->p;
	struct want *w;

	mc_target_format(t, m->name, sizeof m->name);
	if (t->count == 1 && !mc_judge_reported(mc_proto_of(t->group.family), &t->group))
		return opt_refuse(m->v, "%s: no host reports that group (name another one)", m->name);
	for (size_t i = 0; i < p->n; i++)
		if (overlaps(&p->wants[i], &t->group, t->count))
			return merge(m, &p->wants[i], t);
	w = mc_grow(&p->wants, &p->n, sizeof *w);
	if (!w)
		return no_memory(m);
	w->group = t->group;
	w->count = t->count;
	w->first = p->groups;
	w->mode = MC_INCLUDE;
	p->groups += w->count;
	return t->source.family ? add_source(m, w, &t->source) : excluded(m, w);
}

/* ---- all of them ---------------------------------------------------------------------------------- */

static int check_exclude(const struct making *m)
{
	char text[MC_ADDR_STRLEN];

	for (size_t i = 0; i < m->c->nexclude; i++) {
		const struct mc_addr *a = &m->c->exclude[i];
		bool used = false;

		for (size_t k = 0; k < m->p->n; k++)
			used |= m->p->wants[k].mode == MC_EXCLUDE && m->p->wants[k].group.family == a->family;
		if (!used)
			return opt_refuse(
				m->v,
				"--exclude %s: there is no IPv%d target without a source (leave it out)",
				mc_addr_format(a, text, sizeof text), a->family);
	}
	return 0;
}

static int check_size(struct making *m)
{
	struct plan *p = m->p;
	uint64_t each = m->c->each ? (uint64_t)m->c->each : p->groups;

	p->hosts = (uint32_t)m->c->hosts;
	p->each = each;
	if (each > p->groups)
		return opt_refuse(m->v,
				  "--each %llu: there %s only %llu group%s (take fewer, or leave it out)",
				  (unsigned long long)each, p->groups == 1 ? "is" : "are",
				  (unsigned long long)p->groups, p->groups == 1 ? "" : "s");
	if (each > HOST_MEMBERSHIPS_MOST / p->hosts)
		return opt_refuse(
			m->v,
			"%u hosts in %llu groups each: more than %d memberships (take fewer --hosts, "
			"or --each)",
			p->hosts, (unsigned long long)each, HOST_MEMBERSHIPS_MOST);
	return 0;
}

int plan_make(struct plan *ret, const struct verb *v, const struct host_conf *c,
	      const struct mc_target *targets, size_t n)
{
	struct plan p = { .n = 0 };
	struct making m = { .v = v, .c = c, .p = &p };
	int r = 0;

	for (size_t i = 0; i < n && !r; i++)
		r = add(&m, &targets[i]);
	if (!r)
		r = check_exclude(&m);
	if (!r)
		r = check_size(&m);
	if (r)
		plan_free(&p);
	else
		*ret = p;
	return r;
}

void plan_free(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->wants[i].sources);
	free(p->wants);
	*p = (struct plan){ .n = 0 };
}

/* ---- who wants what --------------------------------------------------------------------------------- */

uint64_t plan_number(const struct plan *p, uint32_t host, uint64_t i)
{
	return (host * p->each + i) % p->groups;
}

const struct want *plan_at(const struct plan *p, uint64_t number, struct mc_addr *ret_group)
{
	size_t low = 0, high = p->n;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (p->wants[middle].first <= number)
			low = middle;
		else
			high = middle;
	}
	*ret_group = p->wants[low].group;
	mc_addr_add(ret_group, (uint32_t)(number - p->wants[low].first));
	return &p->wants[low];
}

bool plan_find(const struct plan *p, const struct mc_addr *group, uint64_t *ret)
{
	for (size_t i = 0; i < p->n; i++) {
		uint64_t far = distance(&p->wants[i].group, group);

		if (far < p->wants[i].count) {
			*ret = p->wants[i].first + far;
			return true;
		}
	}
	return false;
}

bool plan_member(const struct plan *p, uint64_t *pos, uint32_t *ret_host)
{
	if (*pos / p->each >= p->hosts)
		return false;
	*ret_host = (uint32_t)(*pos / p->each);
	*pos += p->groups;
	return true;
}

bool plan_has(const struct plan *p, uint32_t host, uint64_t number)
{
	return (number + p->groups - plan_number(p, host, 0)) % p->groups < p->each;
}

bool plan_has_family(const struct plan *p, uint8_t family)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->wants[i].group.family == family)
			return true;
	return false;
}
