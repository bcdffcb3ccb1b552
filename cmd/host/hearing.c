/*
 * hearing.c - by group, who may be waiting to report it. It knows no host.
 */
#include "host/hearing.h"

#define SOMEBODY UINT32_MAX

/* A group that was reported, or is anybody's. Those that are not here: all may be waiting. */
struct heard {
	struct mc_node node;
	struct mc_addr group;
	uint32_t asked;   /* as the whole's, when it was reported; else all may be waiting */
	uint32_t speaker; /* who reported it last, and may do so again */
	bool anybody;     /* hosts may be in it that are not planned to */
};

void hearing_open(struct hearing *h, uint64_t seed)
{
	*h = (struct hearing){ .asked = 1 };
	mc_table_init(&h->table, sizeof(struct heard), MC_TABLE_MOST, seed);
}

void hearing_close(struct hearing *h)
{
	mc_table_free(&h->table);
}

/* NULL: no memory. */
static struct heard *find_or_add(struct hearing *h, const struct mc_addr *group)
{
	struct heard *g = mc_table_find(&h->table, 0, group);

	if (g)
		return g;
	g = mc_table_add(&h->table, &h->all, 0, group);
	if (g)
		g->asked = h->asked - 1;
	return g;
}

void hearing_asked(struct hearing *h, const struct mc_addr *group)
{
	struct heard *g;

	if (!group) {
		h->asked++;
		return;
	}
	g = mc_table_find(&h->table, 0, group);
	if (g)
		g->asked = h->asked - 1;
}

enum hearing_who hearing_report(struct hearing *h, const struct mc_addr *group, uint32_t speaker,
				uint32_t *ret)
{
	struct heard *g = find_or_add(h, group);
	uint32_t was;
	bool all;

	if (!g)
		return HEARING_ALL;
	was = g->speaker;
	all = g->asked != h->asked;
	g->speaker = speaker;
	g->asked = h->asked;
	if (all)
		return HEARING_ALL;
	if (was == SOMEBODY || was == speaker)
		return HEARING_NOBODY;
	*ret = was;
	return HEARING_ONE;
}

void hearing_anybody(struct hearing *h, const struct mc_addr *group)
{
	struct heard *g = find_or_add(h, group);

	if (g)
		g->anybody = true;
	else
		h->anybody = true;
}

bool hearing_is_anybody(const struct hearing *h, const struct mc_addr *group)
{
	const struct heard *g = mc_table_find(&h->table, 0, group);

	return h->anybody || (g && g->anybody);
}
