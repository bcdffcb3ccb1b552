/*
 * blame.c - which rule of nftables drops a packet of the probe. What rules do to a packet judge.c knows, the
 * command that lets it pass accept.c.
 */
#include "doctor/blame.h"

#include <inttypes.h>
#include <stdio.h>

#include "doctor/accept.h"

uint64_t blame_grew(const struct look *l, const struct rules_verdict *v)
{
	uint64_t before = 0, after = 0;

	if (!l->rules[0] || !l->rules[1] || !rules_count(l->rules[0], v, &before) ||
	    !rules_count(l->rules[1], v, &after))
		return 0;
	return after > before ? after - before : 0;
}

enum rules_fate blame_rule(const struct look *l, const struct rules_packet *p, struct rules_verdict *ret)
{
	struct rules_verdict v = { .fate = RULES_PASS };

	if (l->rules[0])
		rules_judge(l->rules[0], p, &v);
	*ret = v;
	return v.fate == RULES_MAYBE && blame_grew(l, &v) ? RULES_DROP : v.fate;
}

void blame_tell(const struct look *l, struct finding *x, const struct rules_packet *p,
		const struct rules_verdict *v)
{
	char where[sizeof v->family + sizeof v->table + sizeof v->chain + 8];

	snprintf(where, sizeof where, "nft %s %s %s", v->family, v->table, v->chain);
	find_saw(x, where, "%s", v->handle < 0 ? "policy drop" : v->rule);
	if (v->counted)
		find_saw(x, "its counter", "grew by %" PRIu64, blame_grew(l, v));
	accept_mend(x, p, v);
}
