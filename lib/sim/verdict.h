/*
 * verdict.h - what differs from what a script wants: counted, and told to whoever runs it.
 */
#ifndef MC_VERDICT_H
#define MC_VERDICT_H

#include "base/text.h"
#include "sim/script.h"

enum { MC_VERDICT_TEXT = 1000 };

struct mc_verdict {
	const struct mc_sim *script;
	const struct mc_sim_conf *conf;
	uint64_t n;
	char expected[MC_VERDICT_TEXT], actual[MC_VERDICT_TEXT];
};

/* mc_verdict_over tells whether enough is known: what differs from now on is not told. */
static inline bool mc_verdict_over(const struct mc_verdict *v)
{
	return v->n && !v->conf->go_on;
}

/* Both texts are written first, from mc_verdict_expected and mc_verdict_actual on; then mc_verdict_tell
 * counts and tells the difference. place NULL: of no line; node 0: of the link. */
struct mc_text mc_verdict_expected(struct mc_verdict *v);
struct mc_text mc_verdict_actual(struct mc_verdict *v);
void mc_verdict_tell(struct mc_verdict *v, const struct mc_place *place, mc_time time, uint32_t node);

/* mc_verdict_name writes what a node is called into buf of 40 octets, and returns it. */
char *mc_verdict_name(const struct mc_sim *s, uint32_t node, char *buf, size_t cap);

#endif
