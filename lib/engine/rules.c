/*
 * rules.c - the tables of RFC 9776 6.4.1 and 6.4.2 (RFC 9777 7.4.1, 7.4.2) as data, and the one loop that
 * applies a row of them to a sorted set of sources. It knows neither groups nor queries.
 *
 *  state          record     new state               actions
 *  INCLUDE (A)    IS_IN (B)  INCLUDE (A+B)           (B)=GMI
 *  INCLUDE (A)    IS_EX (B)  EXCLUDE (A*B, B-A)      (B-A)=0, delete (A-B), group timer=GMI
 *  INCLUDE (A)    ALLOW (B)  INCLUDE (A+B)           (B)=GMI
 *  INCLUDE (A)    BLOCK (B)  INCLUDE (A)             send Q(G,A*B)
 *  INCLUDE (A)    TO_EX (B)  EXCLUDE (A*B, B-A)      (B-A)=0, delete (A-B), send Q(G,A*B), group timer=GMI
 *  INCLUDE (A)    TO_IN (B)  INCLUDE (A+B)           (B)=GMI, send Q(G,A-B)
 *  EXCLUDE (X,Y)  IS_IN (A)  EXCLUDE (X+A, Y-A)      (A)=GMI
 *  EXCLUDE (X,Y)  IS_EX (A)  EXCLUDE (A-Y, Y*A)      (A-X-Y)=GMI, delete (X-A), (Y-A), group timer=GMI
 *  EXCLUDE (X,Y)  ALLOW (A)  EXCLUDE (X+A, Y-A)      (A)=GMI
 *  EXCLUDE (X,Y)  BLOCK (A)  EXCLUDE (X+(A-Y), Y)    (A-X-Y)=group timer, send Q(G,A-Y)
 *  EXCLUDE (X,Y)  TO_EX (A)  EXCLUDE (A-Y, Y*A)      (A-X-Y)=group timer, delete (X-A), (Y-A), send Q(G,A-Y),
 *                                                    group timer=GMI
 *  EXCLUDE (X,Y)  TO_IN (A)  EXCLUDE (X+A, Y-A)      (A)=GMI, send Q(G,X-A), send Q(G)
 *
 * In the table below X is also the list of INCLUDE mode, A above, and L is what the record lists, B or A.
 */
#include "engine/rules.h"

#include <string.h>

enum {
	STAY = MC_OP_STAY,
	DELETE = MC_OP_DELETE,
	GMI = MC_OP_LIFE,
	GROUP = MC_OP_GROUP,
	ZERO = MC_OP_EXCLUDE,
	ASK = MC_OP_ASK,
};

/* clang-format off */
/* ASK alone: it stays. Last: whether the group timer restarts, whether Send Q(G). */
static const struct mc_rule rules[2][MC_BLOCK + 1] = {
	/*                                       X-L     X*L   Y-L     Y*L   L-X-Y         GT     Q(G) */
	[MC_INCLUDE][MC_IS_IN] = { MC_INCLUDE, { STAY,   GMI,  STAY,   STAY, GMI         }, false, false },
	[MC_INCLUDE][MC_IS_EX] = { MC_EXCLUDE, { DELETE, STAY, STAY,   STAY, ZERO        }, true,  false },
	[MC_INCLUDE][MC_ALLOW] = { MC_INCLUDE, { STAY,   GMI,  STAY,   STAY, GMI         }, false, false },
	[MC_INCLUDE][MC_BLOCK] = { MC_INCLUDE, { STAY,   ASK,  STAY,   STAY, STAY        }, false, false },
	[MC_INCLUDE][MC_TO_EX] = { MC_EXCLUDE, { DELETE, ASK,  STAY,   STAY, ZERO        }, true,  false },
	[MC_INCLUDE][MC_TO_IN] = { MC_INCLUDE, { ASK,    GMI,  STAY,   STAY, GMI         }, false, false },
	[MC_EXCLUDE][MC_IS_IN] = { MC_EXCLUDE, { STAY,   GMI,  STAY,   GMI,  GMI         }, false, false },
	[MC_EXCLUDE][MC_IS_EX] = { MC_EXCLUDE, { DELETE, STAY, DELETE, STAY, GMI         }, true,  false },
	[MC_EXCLUDE][MC_ALLOW] = { MC_EXCLUDE, { STAY,   GMI,  STAY,   GMI,  GMI         }, false, false },
	[MC_EXCLUDE][MC_BLOCK] = { MC_EXCLUDE, { STAY,   ASK,  STAY,   STAY, GROUP | ASK }, false, false },
	[MC_EXCLUDE][MC_TO_EX] = { MC_EXCLUDE, { DELETE, ASK,  DELETE, STAY, GROUP | ASK }, true,  false },
	[MC_EXCLUDE][MC_TO_IN] = { MC_EXCLUDE, { ASK,    GMI,  STAY,   GMI,  GMI         }, false, true  },
};
/* clang-format on */

const struct mc_rule *mc_rule_of(unsigned mode, unsigned type)
{
	return &rules[mode][type];
}

bool mc_rule_asks(const struct mc_rule *rule)
{
	return rule->ask || rule->op[MC_X] & MC_OP_ASK || rule->op[MC_X_LISTED] & MC_OP_ASK;
}

/* Whether what the record does not list is touched. */
static bool touches_others(const struct mc_rule *rule)
{
	return rule->op[MC_X] != MC_OP_STAY || rule->op[MC_Y] != MC_OP_STAY;
}

static bool is_at(const struct mc_srcs *s, uint32_t i, const struct mc_key *key)
{
	return i < s->n && mc_key_same(&s->at[i].key, key);
}

static enum mc_cell cell_of(const struct mc_src *s, bool listed)
{
	return (s->until ? MC_X : MC_Y) + listed;
}

static struct mc_key key_at(const struct mc_set *list, uint32_t i)
{
	return mc_key_of(mc_set_at(list, i), list->size);
}

/* Whether the list has the key; *at goes from 0 up to where it is, or would be. */
static inline bool lists(const struct mc_set *list, uint32_t *at, const struct mc_key *key)
{
	struct mc_key other;

	for (; *at < list->n; ++*at) {
		other = key_at(list, *at);
		if (!mc_key_less(&other, key))
			return mc_key_same(&other, key);
	}
	return false;
}

/* ---- before it is done -------------------------------------------------------------------- */

static uint32_t count_deleted(const struct mc_change *c, const struct mc_srcs *s)
{
	uint32_t deleted = 0, at = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (c->rule->op[cell_of(&s->at[i], false)] == MC_OP_DELETE)
			deleted += !lists(&c->list, &at, &s->at[i].key);
	return deleted;
}

static uint32_t count_unknown(const struct mc_change *c, const struct mc_srcs *s)
{
	uint32_t unknown = 0;

	for (uint32_t i = 0, at = 0; i < c->list.n; i++) {
		struct mc_key key = key_at(&c->list, i);

		at = mc_srcs_seek(s, at, &key);
		unknown += !is_at(s, at, &key);
	}
	return unknown;
}

void mc_change_count(struct mc_change *c, const struct mc_srcs *s)
{
	c->unknown = c->rule->op[MC_LISTED] != MC_OP_STAY ? count_unknown(c, s) : 0;
	c->deleted = c->rule->op[MC_X] == MC_OP_DELETE ? count_deleted(c, s) : 0;
}

/* ---- doing it ----------------------------------------------------------------------------- */

static void run(struct mc_change *c, struct mc_src *s, mc_time until)
{
	if (!s->until || until < s->until)
		c->next = until < c->next ? until : c->next;
	s->until = until;
}

static void ask(struct mc_change *c, struct mc_src *s)
{
	if (!c->times || s->until <= c->asked)
		return;
	run(c, s, c->asked);
	s->left = c->times;
	c->n_asked++;
}

/* False: it is to be deleted. */
static bool put(struct mc_change *c, struct mc_src *s, uint8_t op)
{
	switch (op & MC_OP_WHAT) {
	case MC_OP_DELETE:
		return false;
	case MC_OP_LIFE:
		run(c, s, c->life);
		break;
	case MC_OP_GROUP:
		run(c, s, c->group);
		break;
	case MC_OP_EXCLUDE:
		s->until = 0;
		break;
	default:
		break;
	}
	if (op & MC_OP_ASK)
		ask(c, s);
	return true;
}

/* As put, of a source that is known. */
static bool move(struct mc_change *c, struct mc_src *s, bool listed)
{
	bool excluded = !s->until, stays = put(c, s, c->rule->op[cell_of(s, listed)]);

	c->opened += excluded && (!stays || s->until);
	return stays;
}

static void apply_to_all(struct mc_change *c, struct mc_srcs *s)
{
	uint32_t kept = 0, at = 0;

	for (uint32_t i = 0; i < s->n; i++)
		if (move(c, &s->at[i], lists(&c->list, &at, &s->at[i].key)))
			s->at[kept++] = s->at[i];
	s->n = kept;
}

/* None of them is deleted: in no row is one that is listed. */
static void apply_to_listed(struct mc_change *c, struct mc_srcs *s)
{
	for (uint32_t i = 0, at = 0; i < c->list.n && at < s->n; i++) {
		struct mc_key key = key_at(&c->list, i);

		at = mc_srcs_seek(s, at, &key);
		if (is_at(s, at, &key))
			move(c, &s->at[at], true);
	}
}

/* From the end, so that each source moves once. */
static void add(struct mc_change *c, struct mc_srcs *s)
{
	uint32_t more = c->unknown < c->most ? c->unknown : c->most, end = s->n, leave = c->unknown - more;

	s->n += more;
	for (uint32_t j = c->list.n; more;) {
		struct mc_key key = key_at(&c->list, --j);
		uint32_t at = mc_srcs_seek(&(struct mc_srcs){ s->at, end, end }, 0, &key);

		if (at < end && mc_key_same(&s->at[at].key, &key))
			continue;
		if (leave) {
			leave--;
			continue;
		}
		memmove(s->at + at + more, s->at + at, (end - at) * sizeof(*s->at));
		end = at;
		s->at[at + --more] = (struct mc_src){ .key = key };
		put(c, &s->at[at + more], c->rule->op[MC_LISTED]);
	}
}

void mc_change_apply(struct mc_change *c, struct mc_srcs *s)
{
	c->opened = c->n_asked = 0;
	c->next = MC_NEVER;
	if (touches_others(c->rule))
		apply_to_all(c, s);
	else
		apply_to_listed(c, s);
	add(c, s);
}
