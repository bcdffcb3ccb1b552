/*
 * rules.h - what a record does to a group and to its sources: the tables of RFC 9776 6.4 and RFC 9777 7.4.
 */
#ifndef MC_RULES_H
#define MC_RULES_H

#include "engine/set.h"
#include "engine/srcs.h"

/* Where a source stands: its timer runs (X, or the list of INCLUDE mode), it is excluded (Y), or it is not
 * known; and whether the record lists it. */
enum mc_cell { MC_X, MC_X_LISTED, MC_Y, MC_Y_LISTED, MC_LISTED, MC_CELLS };

/* What becomes of it; and with MC_OP_ASK it is one of those that the querier asks about, Send Q(G, ...). */
enum mc_op {
	MC_OP_STAY,
	MC_OP_DELETE,
	MC_OP_LIFE,    /* its timer: Group Membership Interval */
	MC_OP_GROUP,   /* its timer: what the group timer was before the record */
	MC_OP_EXCLUDE, /* its timer: 0 */
	MC_OP_WHAT = 7,
	MC_OP_ASK = 8,
};

struct mc_rule {
	uint8_t mode;          /* of the group, after it */
	uint8_t op[MC_CELLS];
	bool restart;          /* group timer: Group Membership Interval */
	bool ask;              /* Send Q(G) */
};

/* mc_rule_of gives what a record of that type, MC_IS_IN to MC_BLOCK, does in that mode. A group that is not
 * known is INCLUDE({}), and one that becomes it is none. */
const struct mc_rule *mc_rule_of(unsigned mode, unsigned type);

/* mc_rule_asks tells whether a rule may have something to ask. */
bool mc_rule_asks(const struct mc_rule *rule);

/* mc_change is a record on its way to a set of sources. */
struct mc_change {
	const struct mc_rule *rule;
	struct mc_set list;
	mc_time life, group; /* until when */
	mc_time asked; /* those to be asked about that run longer than until then, run until then */
	uint8_t times; /* and are asked about that often; 0: nobody asks */
	uint32_t most; /* sources that may be added; of more the last are left out */
	/* What it would do, by mc_change_count: */
	uint32_t unknown, deleted; /* sources that the set has not, and would be added; that would leave it */
	/* What it did: */
	uint32_t opened, n_asked; /* sources that were excluded, and are not; that are asked about */
	mc_time next;                    /* no timer that it set or lowered ends before */
};

/* mc_change_count tells what it would do to the set. */
void mc_change_count(struct mc_change *c, const struct mc_srcs *s);

/* mc_change_apply does it, after mc_change_count. s has room for all that there were, and for all that there
 * will be. */
void mc_change_apply(struct mc_change *c, struct mc_srcs *s);

#endif
